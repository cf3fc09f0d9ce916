//! The corpus of replies that models really write, each with its result: an answer, a refusal, or invalid with a
//! reason.

use protocol::results::Answer;
use protocol::study::StudySpec;

use super::tests::concept;
use super::{Unreadable, read_model};

const GOOD: &str = r#"{"reasoning": "I like the taste but the price puts me off.", "score": 7, "sentiment": "mixed",
    "purchase_intent": "maybe", "appeals": [{"theme": "Taste", "quote": "I like the taste"}],
    "concerns": [{"theme": "Price", "quote": null}], "refused": null}"#;

fn spec() -> StudySpec {
    concept()
}

fn read(text: &str) -> Result<crate::domain::outcome::Answered, Unreadable> {
    read_model(&spec(), super::FIRST, text)
}

fn reason(text: &str) -> String {
    match read(text) {
        Ok(answered) => format!("answer {:?}", answered.answer),
        Err(unreadable) => unreadable.to_string(),
    }
}

#[test]
fn an_answer_is_found_wherever_a_model_puts_it() {
    let fenced = format!("```json\n{GOOD}\n```");
    let wrapped = [
        GOOD.to_owned(),
        fenced.clone(),
        format!("Sure! Here is my answer as Ada:\n\n{fenced}\n\nHope this helps {{smile}}."),
        format!("\u{feff}  {GOOD}\r\n"),
        format!("<think>Maybe {{\"score\": 3}}? No.</think>\n{GOOD}"),
        format!("{GOOD}\n\nTo repeat: {GOOD}"),
        GOOD.replace("I like the taste", "Ich mag den Geschmack – l’odeur aussi, 味も好き 😀"),
        GOOD.replace("but the price", "but \\\"{the}\\\" price"),
    ];
    for text in wrapped {
        let answered = read(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert!(matches!(answered.answer, Answer::ConceptTest { score: 7, .. }), "{text}");
        assert_eq!(answered.mentions.len(), 2);
    }
}

#[test]
fn what_is_no_answer_is_never_made_one() {
    let with = |from: &str, to: &str| GOOD.replace(from, to);
    let corpus = [
        ("truncated", GOOD[..90].to_owned()),
        ("truncated inside a fence", format!("```json\n{}", &GOOD[..150])),
        ("thinking without an end", format!("<think>{GOOD}")),
        ("half a point", with("\"score\": 7", "\"score\": 7.5")),
        ("another scale", with("\"score\": 7", "\"score\": \"7/5\"")),
        ("a range", with("\"score\": 7", "\"score\": \"6-7\"")),
        ("two numbers", with("\"score\": 7", "\"score\": [6, 7]")),
        ("a key in two spellings", with("\"score\": 7", "\"score\": 7, \"Score\": 9")),
        ("words", with("\"score\": 7", "\"score\": \"six or seven\"")),
        ("out of scale", with("\"score\": 7", "\"score\": 11")),
        ("negative", with("\"score\": 7", "\"score\": -7")),
        ("huge", with("\"score\": 7", "\"score\": 1e400")),
        ("wrong word", with("\"maybe\"", "\"perhaps\"")),
        ("a key twice", with("\"score\": 7", "\"score\": 7, \"score\": 9")),
        (
            "a key twice within",
            format!("{{\"answer\": {}}}", with("\"score\": 7", "\"score\": 7, \"score\": 9")),
        ),
        (
            "a key twice in a text",
            serde_json::json!({ "answer": with("\"score\": 7", "\"score\": 7, \"score\": 9") })
                .to_string(),
        ),
        ("several objects", format!("{GOOD}\n{}", with("\"score\": 7", "\"score\": 9"))),
        ("a list", format!("[{GOOD}, {}]", with("\"score\": 7", "\"score\": 9"))),
        ("only prose", "I would give it a 7 out of 10.".to_owned()),
        ("prose refusal", "I'm sorry, but I can't help with that.".to_owned()),
        ("empty", "  \n ".to_owned()),
        ("HTML", "<html><body>{\"score\": }</body></html>".to_owned()),
        ("20 MB", format!("{GOOD}{}", " ".repeat(20 * 1024 * 1024))),
        ("depth", "{\"a\":".repeat(10_000)),
        ("deep and closed", format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000))),
    ];
    let told: Vec<String> =
        corpus.iter().map(|(name, text)| format!("{name}: {}", reason(text))).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_refusal_is_a_refusal_even_with_scores_beside_it() {
    let refusing = GOOD.replace("\"refused\": null", "\"refused\": \"I do not rate medicines\"");
    for text in [refusing.as_str(), "{\"refused\": \"I do not rate medicines\"}"] {
        assert_eq!(
            read(text),
            Err(Unreadable::Refused { reason: "I do not rate medicines".to_owned() })
        );
    }
}

#[test]
fn an_opinion_in_the_place_of_a_refusal_is_an_opinion() {
    for said in ["false, I answered", "I would not buy it", "too expensive for me"] {
        let text = GOOD.replace("\"refused\": null", &format!("\"refused\": \"{said}\""));
        assert!(read(&text).is_ok(), "{said}: {:?}", read(&text));
        let alone = format!("{{\"refused\": \"{said}\"}}");
        assert!(read(&alone).is_err(), "without an answer it is none: {said}");
    }
    for said in [
        "I can't rate this",
        "I'm not comfortable with it",
        "I won't answer that",
        "As an AI I have no taste",
    ] {
        let text = GOOD.replace("\"refused\": null", &format!("\"refused\": \"{said}\""));
        assert!(
            matches!(read(&text), Err(Unreadable::Refused { .. })),
            "{said}: {:?}",
            read(&text)
        );
    }
}

#[test]
fn a_quote_that_nobody_said_is_no_evidence() {
    let invented = GOOD.replace("\"quote\": \"I like the taste\"", "\"quote\": \"best ever\"");
    let answered = read(&invented).unwrap();
    assert_eq!(answered.mentions[0].quote, None);
    assert_eq!(answered.mentions[0].theme, "Taste");
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(\\PC|[{}\"\\\\\\[\\]:,0-9a-z \n]){0,300}") {
        drop(read(&text));
    }

    #[test]
    fn prose_around_an_answer_changes_nothing(before in "[a-zA-Z .,!\n`]{0,80}", after in "[a-zA-Z .,!\n`]{0,80}") {
        let bare = read(GOOD);
        proptest::prop_assert_eq!(read(&format!("{before}{GOOD}{after}")), bare);
    }
}

#[test]
fn an_object_as_other_languages_write_it_is_read_and_what_is_broken_is_not() {
    let good = reason(GOOD);
    let python = GOOD.replace('"', "'").replace("null", "None");
    let curved = GOOD.replace("\"score\"", "“score”").replace("\"mixed\"", "“mixed”");
    let noted =
        GOOD.replace("\"score\"", "/* my own */ \"score\"").replace("null}]", "null}] // done\n");
    for text in [python, curved, noted] {
        assert_eq!(reason(&text), good, "{text}");
    }
    let apostrophe = "{'reasoning': 'I don't like it', 'score': 2}";
    assert!(!reason(apostrophe).starts_with("answer"), "{}", reason(apostrophe));
}
