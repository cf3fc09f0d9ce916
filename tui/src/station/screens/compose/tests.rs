//! Snapshots of the form: with fields that cannot be edited, and with every option set.

use protocol::error::ApiError;
use protocol::run::Preview;

use crate::station::effect::{Call, Effect};
use crate::station::look::{Colours, Glyphs};
use crate::station::msg::Msg;
use crate::station::testing::{Rig, empty_draft, look, model_preview, offline_settings};

const SIZES: [(u16, u16); 4] = [(160, 45), (120, 36), (80, 24), (60, 20)];

/// Lets the form be checked, with that response.
fn check(rig: &mut Rig, reply: Result<Preview, ApiError>) {
    let effects = rig.wait(300);
    let revision = effects.iter().find_map(|effect| match effect {
        Effect::Call(Call::Check { revision, .. }) => Some(*revision),
        _ => None,
    });
    let revision = revision.unwrap_or_else(|| panic!("it is not checked: {effects:?}"));
    rig.tell(Msg::Checked(revision, reply.map(Box::new)));
}

/// Moves the focus to a field.
fn at(rig: &mut Rig, key: &str) {
    for _ in 0..40 {
        let form = rig.model.compose.as_ref().unwrap();
        if form.fields[form.at].key == key {
            return;
        }
        rig.keys("tab");
    }
    panic!("Tab never comes to {key}: {}", rig.text());
}

fn here(rig: &Rig) -> &'static str {
    let form = rig.model.compose.as_ref().unwrap();
    form.fields[form.at].key
}

/// A form with every option set.
fn everything(size: (u16, u16), glyphs: Glyphs) -> Rig {
    let colours = if glyphs == Glyphs::Ascii { Colours::None } else { Colours::True };
    let mut rig = Rig::new(size, look(colours, glyphs));
    rig.keys("n");
    rig.paste("A kettle that boils only what you need.");
    at(&mut rig, "engine");
    rig.paste("openai");
    at(&mut rig, "elicitation");
    rig.keys("right right right");
    at(&mut rig, "rater");
    rig.paste("claude");
    at(&mut rig, "controls");
    rig.keys("right");
    at(&mut rig, "wordings");
    rig.keys("right");
    check(&mut rig, Ok(model_preview()));
    rig.wait(10_000);
    rig
}

#[test]
fn a_field_that_means_nothing_says_why_and_tab_passes_it_by() {
    for size in SIZES {
        let mut rig = Rig::new(size, look(Colours::True, Glyphs::Unicode));
        rig.keys("n");
        check(&mut rig, Err(empty_draft(offline_settings())));
        assert!(!rig.text().contains("to mend"), "an empty form is no mistake: {}", rig.text());
        at(&mut rig, "engine");
        rig.keys("tab");
        assert_eq!(here(&rig), "controls");
        let text = rig.text();
        assert!(text.contains("the engine 'offline' gives direct answers"), "{text}");
        assert!(!text.contains("Rated by"), "it goes with a channel that cannot be heard: {text}");
        insta::assert_snapshot!(format!("offline_{}x{}", size.0, size.1), text);
    }
}

#[test]
fn a_review_asks_for_what_it_is_and_how_often() {
    let mut rig = Rig::new((120, 50), look(Colours::True, Glyphs::Unicode));
    rig.keys("n");
    at(&mut rig, "study");
    rig.keys("right right right right right");
    let text = rig.text();
    for wanted in ["What it is", "Review", "Rounds", "Good enough", "For whom", "Competitors"] {
        assert!(text.contains(wanted), "{wanted} is missing:\n{text}");
    }
    insta::assert_snapshot!("content_review_120x50", text);
}

#[test]
fn everything_a_file_can_say_can_be_said_in_the_form() {
    for size in SIZES {
        let rig = everything(size, Glyphs::Unicode);
        insta::assert_snapshot!(format!("everything_{}x{}", size.0, size.1), rig.text());
        let draft = rig.model.compose.as_ref().unwrap().draft();
        let said: Vec<String> =
            draft.overrides.iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(
            said,
            [
                "controls=true",
                "elicitation=direct,ssr,rater",
                "engine=openai",
                "rater=claude",
                "wordings=1"
            ]
        );
    }
    let text = everything((120, 36), Glyphs::Ascii).text();
    assert!(text.is_ascii(), "{text}");
}

#[test]
fn the_extra_calls_and_their_cost_are_told_before_they_are_made() {
    for size in [(160, 45), (80, 24), (60, 20)] {
        let text = everything(size, Glyphs::Unicode).text();
        assert!(text.contains("real cost $0.11 to $0.58 for 690 calls"), "{text}");
    }
    let text = everything((160, 45), Glyphs::Unicode).text();
    assert!(text.contains("200 × a text in free words, $0.0500 to $0.24"), "{text}");
}

#[test]
fn a_text_that_is_wider_than_any_terminal_is_shown() {
    for text in ["x".repeat(70_000), "Five dinners. ".repeat(7_000), "\n".repeat(70_000)] {
        let mut rig = Rig::new((80, 24), look(Colours::True, Glyphs::Unicode));
        rig.keys("n");
        rig.tell(Msg::Edited(Ok(text)));
        assert!(!rig.text().is_empty());
    }
}

#[test]
fn a_long_message_is_read_to_its_end() {
    let told = "The edited text is not UTF-8, so the text is as it was; the file is kept: \
                ~/.cache/demoscope/text-12345.md.";
    for size in [(120, 36), (80, 24), (60, 20)] {
        let mut rig = Rig::new(size, look(Colours::True, Glyphs::Unicode));
        rig.keys("n");
        rig.tell(Msg::Edited(Err(told.to_owned())));
        let text = rig.text();
        for words in ["The edited text is not UTF-8", "~/.cache/demoscope/text-12345.md."] {
            assert!(text.contains(words), "{size:?} {words}: {text}");
        }
    }
    for size in [(80, 24), (60, 20)] {
        let mut rig = Rig::new(size, look(Colours::True, Glyphs::Unicode));
        rig.tell(Msg::Edited(Err("far too long ".repeat(200))));
        let text = rig.text();
        let told = text.lines().filter(|line| line.contains("far too long")).count();
        assert_eq!(told, 3, "{size:?}: {text}");
    }
}

#[test]
fn names_are_completed_one_after_the_other() {
    let mut rig = everything((80, 24), Glyphs::Unicode);
    at(&mut rig, "rater");
    let field = |rig: &Rig| {
        let form = rig.model.compose.as_ref().unwrap();
        form.fields[form.at].shown().to_owned()
    };
    assert!(rig.text().contains("next name"), "{}", rig.text());
    rig.keys("ctrl-o");
    assert_eq!(field(&rig), "mistral");
    rig.keys("ctrl-o");
    assert_eq!(field(&rig), "claude");
    rig.keys("ctrl-u");
    rig.paste("mi");
    rig.keys("ctrl-o");
    assert_eq!(field(&rig), "mistral", "what begins as typed");
}

/// A value that no longer applies is not dropped silently: the field stays visible with a message.
#[test]
fn what_was_filled_in_stays_in_sight_when_it_means_nothing_any_more() {
    let mut rig = everything((80, 24), Glyphs::Unicode);
    at(&mut rig, "engine");
    rig.keys("ctrl-u");
    rig.paste("offline");
    check(&mut rig, Err(empty_draft(offline_settings())));
    at(&mut rig, "rater");
    let text = rig.text();
    assert!(text.contains("'rater' means nothing without the channel rater"), "{text}");
    let draft = rig.model.compose.as_ref().unwrap().draft();
    assert_eq!(draft.overrides.get("rater").map(String::as_str), Some("claude"));
}
