//! Replies whose form is broken: what is whole is read, what may be cut off is not.

use serde_json::{Value, json};

use crate::domain::instrument::tests::{at, concept, good_reply};
use crate::domain::instrument::{Unreadable, mended, read_item, read_model};
use crate::domain::outcome::Answered;
use protocol::results::Answer;

fn read(text: &str) -> Result<Answered, Unreadable> {
    read_model(&concept(), at(4, 1), text)
}

fn score(text: &str) -> Option<u8> {
    match read(text).ok()?.answer {
        Answer::ConceptTest { score, .. } => Some(score),
        _ => None,
    }
}

#[test]
fn an_object_without_its_last_brace_is_read_where_nothing_can_be_missing() {
    let good = good_reply().to_string();
    let expected = read(&good).unwrap();
    let open = &good[..good.len() - 1];
    let refused = format!("{open}, \"refused\": false");
    for text in [
        open.to_owned(),
        format!("{open}\n"),
        format!("{open},"),
        format!("{open} , \n"),
        format!("Sure:\n```json\n{open}\n```"),
        refused.clone(),
        format!("{{\"answer\": {good}"),
    ] {
        assert_eq!(read(&text).as_ref(), Ok(&expected), "{text}");
        assert_eq!(mended(&concept(), at(0, 0), None, &text, None), ["form"], "{text}");
    }
    let last = |value: &str| {
        let mut reply = good_reply();
        reply.as_object_mut().unwrap().remove("score");
        let text = reply.to_string();
        format!("{}, \"score\": {value}", &text[..text.len() - 1])
    };
    assert_eq!(score(&last("7\n")), Some(7), "a number with something behind it is whole");
    assert_eq!(score(&last("\"7\"")), Some(7));
    for broken in [
        last("1"),
        last("7"),
        last("\"7"),
        last(""),
        format!("{open}, \"refused"),
        format!("{open}, \"refused\":"),
        format!("{good} {open}"),
        good.replace("]}", "]").replace("\"concerns\"", "\"concern"),
        good[..good.len() - 2].to_owned(),
        "{\"score\": 7, \"sentiment\": \"mixed\", \"purchase_intent\": \"maybe\"".to_owned(),
    ] {
        assert_eq!(score(&broken), None, "{broken}");
    }
}

const LINES: &str = "Here is what I think:\n\n**Reasoning:** It saves time, though it is dear.\n- **Score:** 7\nsentiment: mixed\nPurchase intent: probably not\nAppeals: Time; Taste\nConcerns:\n- Price\n- theme: Waste\nrefused: false";

#[test]
fn keys_on_lines_of_their_own_are_a_form() {
    let read_lines = read(LINES).unwrap();
    let Answer::ConceptTest { score, reasoning, .. } = &read_lines.answer else { panic!() };
    assert_eq!((*score, reasoning.as_str()), (7, "It saves time, though it is dear."));
    let themes: Vec<&str> = read_lines.mentions.iter().map(|it| it.theme.as_str()).collect();
    assert_eq!(themes, ["Time", "Taste", "Price", "Waste"]);
    assert_eq!(mended(&concept(), at(0, 0), None, LINES, None)[0], "form");
    let table = "| Key | Value |\n|---|---|\n| reasoning | It saves time. |\n| score | 7 |\n| sentiment | **mixed** |\n| purchase_intent | probably not |\n| appeals | Time |\n| concerns | None |";
    assert_eq!(score_of(table), Some(7));
    let across = "| reasoning | score | sentiment | purchase_intent | appeals | concerns |\n|---|---|---|---|---|---|\n| It saves time. | 7/10 | mixed | probably not | Time | none |";
    assert_eq!(score_of(across), Some(7));
    for unclear in [
        LINES.replace("- **Score:** 7\n", ""),
        format!("{LINES}\nscore: 8"),
        format!("{LINES}\nOr rather 8."),
        LINES.replace("**Score:** 7", "**Score:** 7 or 8"),
        LINES.replace("**Score:** 7\n", "**Score:** 7\nwell, 8\n"),
        LINES.replace("sentiment: mixed", "sentiment: not positive"),
        table.replace("| score | 7 |", "| score | 7 | 8 |"),
        format!("{table}\n\nThe score should be 8."),
        table.replace("| appeals | Time |\n", ""),
        "Score: 7. Reasoning: it saves time.".to_owned(),
    ] {
        assert_eq!(score_of(&unclear), None, "{unclear}");
    }
}

fn score_of(text: &str) -> Option<u8> {
    score(text)
}

#[test]
fn the_only_value_that_was_asked_for_may_be_the_whole_object() {
    use crate::domain::instrument::Item;
    let read = |item, text: &str| read_item(&concept(), at(4, 1), item, text).is_ok();
    for text in ["{\"value\": 7, \"max\": 10}", "Score: 7/10", "{\"score\": 7\n", "{\"rating\": 7}"]
    {
        assert!(read(Item::Score, text), "{text}");
    }
    for text in
        ["Score: 7 or 8", "{\"value\": 7, \"max\": 5}", "{\"value\": 7, \"other\": 8}", "7", ""]
    {
        assert!(!read(Item::Score, text), "{text}");
    }
    assert!(read(Item::PurchaseIntent, "Purchase intent: I would definitely not buy it."));
    assert!(!read(Item::PurchaseIntent, "Purchase intent: Yes, I would."));
    assert!(!read(Item::Reasons, "I like it."), "a text is no form");
    let whole = |value: Value| super::super::channels::read_rating(&value.to_string()).is_ok();
    assert!(whole(json!({ "rating": { "value": 4, "max": 5 } })));
    assert!(!whole(json!({ "rating": { "value": 4, "max": 10 } })));
}
