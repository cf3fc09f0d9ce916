//! Texts that come as a field: whatever they look like, they are what respondents read, and lines are counted from their own
//! first one.

use protocol::study::{PlainText, SecondFile};

use super::*;
use crate::domain::instrument::{open_questions, review_of, stimuli};

const LINES: &str = "panel: 50\nseed: 3\n\nA kettle that boils in a minute.";

fn plain(text: &str, flags: &[(&str, &str)]) -> Draft {
    Draft { text: DraftText::plain(text), ..draft("", flags) }
}

#[test]
fn nothing_of_a_plain_text_is_a_setting_wherever_it_stands() {
    for text in [
        LINES.to_owned(),
        format!("A kettle.\n\n{LINES}"),
        format!("---\n{LINES}\n---\nA kettle that boils."),
        format!("---\n{LINES}"),
        format!("\u{feff}---\n---\n---\n{LINES}\n---\nIt boils."),
        format!("# A kettle\n\n---\nwebhook: https://example.com/x\nengine: model\n---\n{LINES}"),
    ] {
        let spec = read(&plain(&text, &[]), &RULES).unwrap();
        assert_eq!((spec.panel, spec.engine.as_str(), spec.seed), (100, "offline", 42), "{text}");
        assert_eq!(spec.webhook, None);
        assert!(stimuli(&spec.instrument)[0].contains("panel: 50"), "{text}");
        assert!(!names_its_type(&plain(&text, &[])));
        assert_eq!(notes(&plain(&text, &[])), [""; 0]);
        // As a file it is refused, or has other settings.
        let file = read(&draft(&text, &[]), &RULES);
        assert!(file.is_err() || file.as_ref().unwrap() != &spec, "{text}");
    }
    let mut two = plain(LINES, &[("study", "ab_test")]);
    let text = DraftText::plain(format!("{LINES} Twice."));
    two.variant_b = Some(SecondFile { file: "variant_b".to_owned(), text });
    assert!(read(&two, &RULES).is_ok());
}

#[test]
fn its_lines_are_its_own_and_the_settings_are_those_above_it() {
    let open = "A kettle.\n\nIt boils. <!-- not closed";
    assert_eq!(read(&plain(open, &[]), &RULES).unwrap_err()[0].place, "idea.md:3");
    let below = |file: &str, text: &str| Draft {
        text: DraftText::Plain(PlainText { plain: text.to_owned(), below: Some(file.to_owned()) }),
        ..draft("", &[])
    };
    let spec = read(&below("---\npanel: 20\n---\n", LINES), &RULES).unwrap();
    assert_eq!(spec.panel, 20);
    assert_eq!(stimuli(&spec.instrument)[0], LINES);
    let spec = read(&below("---\n---", &format!("---\n{LINES}\n---")), &RULES).unwrap();
    assert_eq!(spec.panel, 100);
    let both = read(&below("---\npanel: 20\n---\nHeard today:", LINES), &RULES).unwrap();
    assert!(stimuli(&both.instrument)[0].starts_with("Heard today:\n\npanel: 50"));
    let wrong = read(&below("---\npanel: many\n---\n", "\u{1F600}"), &RULES).unwrap_err();
    let places: Vec<&str> = wrong.iter().map(|problem| problem.place.as_str()).collect();
    assert_eq!(places, ["idea.md:1", "idea.md:2"]);
}

#[test]
fn what_was_sent_is_known_by_what_is_read_of_it() {
    let sent = [" What would **stop** you\nfrom trying it?", "Why?"].map(str::to_owned);
    let survey = Draft { questions: sent.to_vec(), ..plain(LINES, &[("study", "survey")]) };
    let spec = read(&survey, &RULES).unwrap();
    let read_as = open_questions(&spec.instrument);
    assert_eq!(read_as, ["What would stop you from trying it?", "Why?"]);
    let texts = SentAs::of(&survey, &spec).unwrap().texts(&spec, []);
    assert_eq!(read_as.iter().map(|read| texts.of(read)).collect::<Vec<_>>(), sent);

    let content = "\n# The lamp\n\nIt is **very** robust, see [the page](https://x.example).\n";
    let flags = [("study", "content_review"), ("content_type", "headline")];
    let review = plain(content, &flags);
    let spec = read(&review, &RULES).unwrap();
    let found = review_of(&spec.instrument).unwrap().content.clone();
    assert_eq!(found, "The lamp\n\nIt is very robust, see the page.");
    let kept = SentAs::of(&review, &spec).unwrap();
    assert_eq!(kept.texts(&spec, []).of(&found), content);
    assert_eq!(kept.texts(&spec, []).of("another text"), "another text");
    let typed = Draft { text: DraftText::plain(found.as_str()), ..review };
    assert_eq!(SentAs::of(&typed, &spec), None, "it is read as it was sent");
    let file = draft(content, &flags);
    assert_eq!(SentAs::of(&file, &spec), None, "a file is its owner's");

    let page = "<!-- for June --><html><body><h1>The lamp</h1>\r\n<p>It is <b>very</b> robust.</p></body></html>\n";
    for content in [page, "The lamp\n\nIt is <b>very</b> robust."] {
        let review = plain(content, &flags);
        let spec = read(&review, &RULES).unwrap();
        let found = review_of(&spec.instrument).unwrap().content.clone();
        assert_eq!(found, "The lamp\n\nIt is very robust.");
        assert_eq!(SentAs::of(&review, &spec).unwrap().texts(&spec, []).of(&found), content);
    }
}

#[test]
fn a_foreign_competitor_or_audience_is_refused_at_its_place() {
    let told = |flags: &[(&str, &str)]| {
        let review = [("study", "content_review"), ("content_type", "headline")];
        let flags: Vec<(&str, &str)> = review.into_iter().chain(flags.iter().copied()).collect();
        let refused = read(&plain("A lamp that follows the sun.", &flags), &RULES).err();
        refused.into_iter().flatten().map(|one| (one.place, one.what)).collect::<Vec<_>>()
    };
    let german = "Eine Lampe, die der Sonne folgt und zwei Jahre hält";
    let competitors = format!("A lamp for the desk\n{german}");
    let found = told(&[("competitors", &competitors)]);
    assert_eq!((found.len(), found[0].0.as_str()), (1, "--competitor"));
    assert!(found[0].1.starts_with("competitor 2 seems to be in German"), "{found:?}");
    let audience = ("target_audience", "Berufstätige, die wenig Zeit für sich haben");
    let found = told(&[audience]);
    assert_eq!((found.len(), found[0].0.as_str()), (1, "--target-audience"));
    assert_eq!(told(&[audience, ("engine", "model")]), []);
    assert_eq!(told(&[("target_audience", "25-35 year old professionals")]), []);
}
