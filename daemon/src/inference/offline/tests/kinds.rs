//! Tests of the model's answers to sentiment studies, surveys and A/B tests.

use protocol::study::{Order, Orders, StudySpec};
use serde_json::Value;

use super::people::panel;
use super::{ask_all, concept, json, prepare, quotes};
use crate::domain::instrument::{self, stimuli};
use crate::domain::outcome::{Assignment, FIRST_ROUND};
use crate::inference::Ask;

const GOOD: &str = "A savings account with 4 percent interest, no fees and no minimum. Take your money out any day.";
const POOR: &str = "A savings account with hidden fees. You cannot cancel for two years and your data is sold to advertisers.";

fn with(instrument: protocol::study::Instrument, seed: u64) -> StudySpec {
    StudySpec { instrument, ..concept(GOOD, seed) }
}

fn ab(a: &str, b: &str, orders: Orders, seed: u64) -> StudySpec {
    let (variant_a, variant_b) = (a.to_owned(), b.to_owned());
    with(protocol::study::Instrument::AbTest { variant_a, variant_b, orders }, seed)
}

fn survey(text: &str, questions: &[&str]) -> StudySpec {
    let questions = questions.iter().map(|question| (*question).to_owned()).collect();
    with(protocol::study::Instrument::Survey { stimulus: text.to_owned(), questions }, 5)
}

fn count(replies: &[Value], key: &str, value: &str) -> usize {
    replies.iter().filter(|reply| reply[key] == value).count()
}

fn replies(spec: &StudySpec, people: u64) -> Vec<Value> {
    ask_all(spec, &panel(people, 3)).iter().map(json).collect()
}

#[test]
fn every_reply_follows_its_own_schema() {
    let stimulus = || GOOD.to_owned();
    let specs = [
        with(protocol::study::Instrument::Sentiment { stimulus: stimulus() }, 1),
        survey(GOOD, &["What do you think of it?", "What would stop you from using it?"]),
        ab(GOOD, POOR, Orders::Split, 1),
        ab("asdf qwer zxcv asdf", GOOD, Orders::Split, 1),
    ];
    for spec in &specs {
        for (reply, respondent) in ask_all(spec, &panel(200, 9)).iter().zip(0..) {
            let at = Assignment::first(FIRST_ROUND, respondent);
            let read = instrument::read_at(spec, at, &reply.text);
            assert!(read.is_ok(), "{read:?}: {}", reply.text);
        }
    }
}

#[test]
fn feelings_follow_the_text_and_name_what_decides_them() {
    let feel = |text: &str| {
        replies(&with(protocol::study::Instrument::Sentiment { stimulus: text.to_owned() }, 4), 300)
    };
    let (good, poor) = (feel(GOOD), feel(POOR));
    assert!(count(&good, "sentiment", "positive") > 2 * count(&poor, "sentiment", "positive"));
    assert!(count(&poor, "sentiment", "negative") > 2 * count(&good, "sentiment", "negative"));
    assert!(good.iter().all(|reply| !reply["key_theme"].as_str().unwrap().is_empty()));
    assert_eq!(count(&feel("asdf qwer zxcv asdf qwer"), "key_theme", "Makes no sense"), 300);
}

#[test]
fn the_clearly_better_variant_wins_on_either_side() {
    for (a, b, winner, loser) in [(GOOD, POOR, "a", "b"), (POOR, GOOD, "b", "a")] {
        let found = replies(&ab(a, b, Orders::Split, 2), 300);
        assert!(count(&found, "preference", winner) > 200, "{a}");
        assert!(count(&found, "preference", loser) < 60, "{a}");
        // A preference never goes against the scores.
        for reply in &found {
            let (a, b) = (reply["score_a"].as_u64(), reply["score_b"].as_u64());
            match reply["preference"].as_str() {
                Some("a") => assert!(a >= b, "{reply}"),
                Some("b") => assert!(b >= a, "{reply}"),
                _ => {}
            }
        }
    }
}

#[test]
fn a_text_against_itself_ties_for_everybody_in_either_order() {
    for seed in 1..=5 {
        let spec = ab(GOOD, GOOD, Orders::Both, seed);
        let prepared = prepare(&spec);
        for (respondent, ordinal) in panel(100, seed).iter().zip(0..) {
            for (task, order) in [(0, Order::AFirst), (1, Order::BFirst)] {
                let order = Some(order);
                let ask = Ask { spec: &spec, respondent, ordinal, task, replicate: 0, order };
                let reply = json(&prepared.ask(&ask).unwrap());
                assert_eq!(reply["preference"], "none");
                assert_eq!(reply["score_a"], reply["score_b"]);
            }
        }
    }
}

#[test]
fn what_is_shown_first_gains_a_little_and_never_loses() {
    let b =
        "A savings account with 4 percent interest and no fees. Take your money out after a week.";
    let spec = ab(GOOD, b, Orders::Both, 6);
    let prepared = prepare(&spec);
    let mut moved = 0;
    for (respondent, ordinal) in panel(400, 8).iter().zip(0..) {
        let rank = |task, order| {
            let order = Some(order);
            let ask = Ask { spec: &spec, respondent, ordinal, task, replicate: 0, order };
            match json(&prepared.ask(&ask).unwrap())["preference"].as_str() {
                Some("a") => 1,
                Some("b") => -1,
                _ => 0,
            }
        };
        let (a_first, b_first) = (rank(0, Order::AFirst), rank(1, Order::BFirst));
        assert!(a_first >= b_first, "seeing A first made somebody turn to B");
        moved += usize::from(a_first != b_first);
    }
    assert!((1..200).contains(&moved), "{moved} of 400 moved");
}

#[test]
fn a_question_is_routed_or_declined() {
    let text = "A heat pump for your house, installed in two days. It costs $9,000 and cuts the heating bill by 40 percent.";
    let cases = [
        ("What would stop you from getting it?", true),
        ("What concerns you about this?", true),
        ("What do you like most?", true),
        ("What do you think of the price?", true),
        ("How much would you pay for it?", true),
        ("When would you use it?", true),
        ("How does it compare with what you use today?", true),
        ("Who do you think it is for?", true),
        ("Would you recommend it to a friend?", true),
        ("What would you change?", true),
        ("What is your overall impression?", true),
        ("How do you commute to work?", false),
        ("How much do you pay for rent?", false),
        ("What is the capital of France?", false),
        ("Which party will you vote for?", false),
        ("When did you last see a dentist?", false),
        ("???", false),
    ];
    let mut wrong = Vec::new();
    for (question, fits) in cases {
        let found = &replies(&survey(text, &[question]), 20);
        let answered =
            found.iter().filter(|reply| reply["answers"][0]["answer"].is_string()).count();
        if answered != if fits { 20 } else { 0 } {
            wrong.push((question, answered));
        }
    }
    assert_eq!(wrong, []);
}

#[test]
fn quoted_words_stand_in_the_text_that_was_shown() {
    let spec = ab(GOOD, POOR, Orders::Split, 7);
    let questions = ["What do you like about it?", "What would stop you?", "What about the price?"];
    for spec in [spec, survey(GOOD, &questions)] {
        let shown = stimuli(&spec.instrument).join("\n");
        for reply in ask_all(&spec, &panel(200, 4)) {
            for quoted in quotes(&reply.text) {
                assert!(
                    shown.contains(&quoted.replace("\\\"", "\"")),
                    "“{quoted}” was never shown"
                );
            }
        }
    }
}
