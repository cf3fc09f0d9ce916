//! Tests of what is told of how replies were read: texts that were shortened count as mended, however long they are, and what
//! answers that came only when asked again can have changed is told of each headline number.

use std::time::Duration;

use harness::mock_provider::answer;
use harness::{Act, Home, MockProvider, studies};
use serde_json::json;

const RUN: [&str; 8] =
    ["run", "idea.md", "--engine", "mock", "--json", "--yes", "--replicates", "0"];

fn home(mock: &MockProvider, panel: u32) -> Home {
    let home = Home::with_settings(&mock.settings(""));
    home.write("idea.md", studies::concept(panel, 7));
    home
}

#[test]
fn a_text_that_was_shortened_counts_as_mended_however_long_the_reply_is() {
    for words in [900, 4_000] {
        let mock = MockProvider::start(Duration::ZERO, move |heard| {
            let long = format!("\"reasoning\":\"{}", "word ".repeat(words));
            Act::Say(answer(heard).replacen("\"reasoning\":\"", &long, 1))
        });
        let printed = home(&mock, 10).run(RUN).expect(0).json();
        assert_eq!(printed["study"]["panel"]["delivered"], 10);
        let replies = &printed["meta"]["replies"];
        assert_eq!(replies["mended"], 10, "{words} words: {replies}");
        assert_eq!(replies["mended_by"]["reasoning"], 10, "{replies}");
        assert_eq!((&replies["as_they_stood"], &replies["asked_again"]), (&0.into(), &0.into()));
    }
}

#[test]
fn what_was_asked_again_has_a_bound_on_the_mean_and_on_the_share_that_would_buy() {
    let mock = MockProvider::start(Duration::ZERO, |heard| {
        if heard.turns == 1 {
            Act::Say("I would rather talk about it.".to_owned())
        } else {
            Act::Answer
        }
    });
    let home = home(&mock, 12);
    let printed = home.run(RUN).expect(0).json();
    let between = printed["meta"]["replies"]["headline_between"].as_array().unwrap().clone();
    let bound = |field: &str| {
        let found = between.iter().find(|bound| bound["field"] == field).unwrap();
        (found["low"].as_f64().unwrap(), found["high"].as_f64().unwrap())
    };
    // Everybody was asked again: nothing is known but the ends of the scales.
    let near = |(low, high): (f64, f64), ends: (f64, f64)| {
        assert!((low - ends.0).abs() < 1e-9 && (high - ends.1).abs() < 1e-9, "{low} {high}");
    };
    near(bound("mean_score"), (1.0, 10.0));
    near(bound("would_buy_pct"), (0.0, 100.0));
    let told = home.run(["show", "@"]).expect(0).out();
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("mean score 1.0 to 10.0, share that would buy 0 to 100 %"), "{told}");
}

/// A model that never answers in the form at first, and always when it is asked again: nobody is lost and nothing is paused, at
/// a new engine and at one that is known.
#[test]
fn whoever_cannot_be_read_at_first_is_asked_again_however_many_they_are() {
    let mock = MockProvider::start(Duration::from_millis(5), |heard| {
        if heard.turns == 1 { Act::Say("It is 6-7 for me.".to_owned()) } else { Act::Answer }
    });
    let home = Home::with_settings(&mock.settings("concurrency = 16"));
    home.write("idea.md", studies::concept(100, 7));
    for _ in 0..2 {
        let ran = home.run(studies::RUN_ONCE);
        assert_eq!(ran.expect(0).json()["study"]["panel"]["delivered"], 100);
    }
}

/// A model leaves out the second question of a survey at first. What it answered stands, also where it says something else when it
/// is asked for the rest; the replies are found again, and lead to the same results.
#[test]
fn what_a_reply_to_a_survey_leaves_out_is_asked_for_once_and_added() {
    let mock = MockProvider::start(Duration::ZERO, |heard| {
        let said = |number: u8, answer: &str| json!({ "question": number, "answer": answer });
        let answers = if heard.turns == 1 {
            json!([said(1, "The price would.")])
        } else {
            assert!(heard.question.contains("leaves out question 2"), "{}", heard.question);
            assert!(heard.question.contains("The price would."), "the former reply goes along");
            json!([said(1, "Nothing."), said(2, "A few dollars.")])
        };
        Act::Say(json!({ "answers": answers, "reasoning": "So." }).to_string())
    });
    let home = Home::with_settings(&mock.settings(""));
    let head = "study: survey\npanel: 6\nseed: 7\nquestions: [\"What would stop you?\", \"What is it worth?\"]";
    home.write("idea.md", format!("---\n{head}\n---\nA meal kit that learns your taste.\n"));
    let printed = home.run(RUN).expect(0).json();
    assert_eq!((mock.calls(), &printed["study"]["panel"]["delivered"]), (12, &json!(6)));
    for question in printed["results"]["question_results"].as_array().unwrap() {
        assert_eq!(question["answered"], 6, "{question}");
    }
    let replies = &printed["meta"]["replies"];
    assert_eq!(replies["asked_again_by"], json!({ "answers": 6 }), "{replies}");
    assert_eq!(replies["answered_when_asked_again"], 6, "{replies}");
    drop(home.run(["export", "@", "--format", "bundle", "-o", "study.evidence"]).expect(0));
    let replay = home.run(["replay", "study.evidence", "--json"]).expect(0).json();
    assert_eq!((&replay["identical"], &replay["without_reply"]), (&json!(true), &json!(0)));
    // Both replies of each are found again.
    drop(home.run(RUN).expect(0));
    assert_eq!(mock.calls(), 12, "nobody is asked for what was said before");
}
