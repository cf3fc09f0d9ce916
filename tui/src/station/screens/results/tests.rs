//! Snapshots of the reliability of numbers: channels next to each other, checks of the panel, and the drill-down to
//! each respondent's readings.

use protocol::results::Report;

use crate::station::effect::Effect;
use crate::station::look::{Colours, Glyphs};
use crate::station::msg::Msg;
use crate::station::testing::{
    MAIN, Rig, UNREAD, WHY_UNREAD, chain_report, heard_response, id, look, report, worth_report,
};
use protocol::service::Page;

const SIZES: [(u16, u16); 3] = [(160, 45), (80, 24), (60, 20)];

fn rig_with(report: Report, size: (u16, u16), glyphs: Glyphs) -> Rig {
    let colours = if glyphs == Glyphs::Ascii { Colours::None } else { Colours::True };
    let mut rig = Rig::new(size, look(colours, glyphs));
    rig.open(200, 200);
    rig.tell(Msg::Report(id(MAIN), Ok(Box::new(report))));
    let items = (0..200).map(heard_response).collect();
    rig.tell(Msg::Page(id(MAIN), Ok(Page { items, next: None })));
    rig.keys("3");
    rig.wait(10_000);
    rig
}

fn rig(size: (u16, u16)) -> Rig {
    rig_with(worth_report(200), size, Glyphs::Unicode)
}

/// The last line of the screen.
fn footer(rig: &Rig) -> String {
    rig.text().trim_end().lines().last().unwrap_or_default().to_owned()
}

#[test]
fn channels_and_checks_keep_their_look_and_a_key_of_the_footer_leads_to_them() {
    for size in SIZES {
        let mut rig = rig(size);
        let heading = rig.text().lines().nth(1).unwrap_or_default().to_owned();
        assert!(heading.contains("failed a check"), "beside the headline: {heading}");
        assert!(footer(&rig).contains("w checks"), "a failure comes first: {}", footer(&rig));
        rig.keys("w");
        insta::assert_snapshot!(format!("checks_{}x{}", size.0, size.1), rig.text());
        assert!(footer(&rig).contains("w channels"), "{}", footer(&rig));
        assert!(
            !footer(&rig).contains("Enter"),
            "no answers stand behind a check: {}",
            footer(&rig)
        );
        assert!(size.0 < 80 || footer(&rig).contains("E export"), "{}", footer(&rig));
        rig.keys("w");
        insta::assert_snapshot!(format!("channels_{}x{}", size.0, size.1), rig.text());
    }
}

#[test]
fn what_a_study_does_not_have_is_not_offered() {
    let mut rig = rig_with(report(200), (120, 36), Glyphs::Unicode);
    assert!(!footer(&rig).contains("channels") && !footer(&rig).contains("checks"));
    for _ in 0..6 {
        rig.keys("v");
        assert!(!rig.text().contains("Channels"), "{}", rig.text());
    }
}

/// Whose answers changed, and what became of the findings, is one key away in a later version, and nowhere in the first one.
#[test]
fn a_later_version_shows_for_whom_it_changed_what() {
    for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
        let mut told = report(200);
        told.version = Some(Box::new(crate::report::fixtures::version()));
        let mut rig = rig_with(told, (120, 36), glyphs);
        rig.keys("v");
        let text = rig.text();
        for part in [
            "view 2 of 6",
            "Version 4 of launch.md",
            "against version 3",
            "21 rose, 58 fell",
            "Fixed: Contract",
            "Still there: Price",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(glyphs == Glyphs::Unicode || text.is_ascii(), "{text}");
        assert!(!footer(&rig).contains("Enter"), "no answers stand behind it: {}", footer(&rig));
        rig.keys("j j");
        let copied = super::as_text(&rig.model).unwrap_or_default().1;
        assert!(copied.starts_with("Of 115 people 21 rose"), "{copied}");
    }
    let mut first = report(200);
    let mut version = crate::report::fixtures::version();
    (version.version, version.previous, version.change) = (1, None, None);
    first.version = Some(Box::new(version));
    let mut rig = rig_with(first, (120, 36), Glyphs::Unicode);
    for _ in 0..6 {
        assert!(!rig.text().contains("━ Change ━"), "{}", rig.text());
        rig.keys("v");
    }
}

#[test]
fn a_channel_opens_into_whom_it_heard_and_whom_it_did_not() {
    let mut rig = rig((160, 45));
    rig.keys("w w");
    let rows = (0..40).find_map(|_| {
        let text = super::as_text(&rig.model)?.1;
        let is_there = text.starts_with("Without ssr") && text.contains(WHY_UNREAD);
        if is_there {
            return Some(());
        }
        rig.keys("j");
        None
    });
    assert_eq!(rows, Some(()), "{}", rig.text());
    rig.keys("enter");
    assert_eq!(rig.model.open_study.results.found, [UNREAD]);
    rig.keys("enter");
    let text = rig.text();
    assert!(text.contains("Liking, channel by channel"), "{text}");
    assert!(text.contains(&format!("undetermined: {WHY_UNREAD}")), "{text}");
    rig.keys("esc esc");
    rig.keys("home j j j");
    while !super::as_text(&rig.model).unwrap_or_default().1.contains("2.94 (2.86") {
        rig.keys("j");
    }
    let liking = rig.text().contains("ssr (openai), 1 to 5");
    assert!(liking, "{}", rig.text());
    rig.keys("enter");
    assert_eq!(rig.model.open_study.results.found.len(), 199, "all but one were heard");
}

#[test]
fn a_person_shows_what_each_channel_heard() {
    for size in SIZES {
        let mut rig = rig(size);
        rig.keys("tab tab enter end");
        insta::assert_snapshot!(format!("voices_{}x{}", size.0, size.1), rig.text());
    }
}

#[test]
fn a_line_without_answers_behind_it_says_so() {
    let mut rig = rig((160, 45));
    rig.keys("w enter");
    assert!(rig.text().contains("nobody's answer"), "{}", rig.text());
}

#[test]
fn pages_of_worth_are_ascii_where_the_terminal_is() {
    let mut rig = rig_with(worth_report(200), (120, 36), Glyphs::Ascii);
    for keys in ["w", "w", "tab tab enter end"] {
        rig.keys(keys);
        let text = rig.text();
        let strangers: String = text.chars().filter(|letter| !letter.is_ascii()).collect();
        assert_eq!(strangers, "", "{text}");
    }
}

#[test]
fn hostile_words_of_channels_and_checks_are_inert() {
    use protocol::channels::Heard;
    use protocol::control::ControlResult;
    let evil = "\u{1b}]52;c;ZXZpbA==\u{7}\u{202e}gnp\u{200b}.exe\u{9b}31m";
    let mut report = worth_report(200);
    if let Some(results) = &mut report.results {
        for heard in results.channels.values_mut() {
            heard.notes.push(evil.to_owned());
            for channel in heard.channels.values_mut() {
                channel.engine = Some(evil.to_owned());
                channel.missing.insert(evil.to_owned(), 3);
            }
        }
        let found = &mut results.diagnostics;
        found.not_answered.insert(evil.to_owned(), 2);
        for control in found.controls.values_mut() {
            match control {
                ControlResult::Judged(judged) => judged.sentence = evil.to_owned(),
                ControlResult::NotAsked { not_asked } => *not_asked = evil.to_owned(),
            }
        }
    }
    let mut rig = rig_with(report, (120, 36), Glyphs::Unicode);
    let mut one = heard_response(0);
    for channel_readings in one.channels.iter_mut().flat_map(|all| all.values_mut()) {
        channel_readings.text = Some(evil.to_owned());
        channel_readings.ssr = Some(Heard::none(evil));
    }
    let items = vec![one];
    rig.tell(Msg::Page(id(MAIN), Ok(Page { items, next: None })));
    for keys in ["w", "end", "w", "end", "tab tab home enter end"] {
        rig.keys(keys);
        let text = rig.text();
        assert!(text.chars().all(|letter| letter == '\n' || !letter.is_control()), "{text}");
        assert!(!text.contains(['\u{202e}', '\u{200b}']), "{text}");
    }
}

#[test]
fn a_review_opens_with_its_dimensions_and_what_to_change() {
    let suggested = |mut report: Report| {
        let results = report.results.as_mut().unwrap();
        let mut told = serde_json::to_value(&results.outcomes).unwrap();
        told["suggestions"] = serde_json::json!([{
            "priority": 1, "dimension": "Proof", "suggestion": "Name a customer or a test.",
            "rationale": "17 of 20 experts, about “one minute”. Proof is 3.2 of 10.",
        }]);
        results.outcomes = serde_json::from_value(told).unwrap();
        report
    };
    for (columns, rows) in [(120, 36), (80, 24), (60, 20)] {
        let mut rig = Rig::new((columns, rows), look(Colours::True, Glyphs::Unicode));
        rig.open_chain(suggested(chain_report(20)));
        rig.keys("3");
        rig.wait(10_000);
        insta::assert_snapshot!(format!("dimensions_{columns}x{rows}"), rig.text());
        rig.keys("G");
        assert!(rig.text().contains("17 of 20 experts"), "{}", rig.text());
        assert!(rig.keys("enter").is_empty());
        let effects = rig.keys("y");
        let [Effect::Copy { text, .. }] = effects.as_slice() else { panic!("{effects:?}") };
        assert!(text.starts_with("1 Proof: Name a customer"), "{text}");
    }
}
