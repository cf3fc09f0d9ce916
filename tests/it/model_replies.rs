//! Tests of what is told of how replies were read: texts that were shortened count as mended, however long they are, and what
//! answers that came only when asked again can have changed is told of each headline number.

use std::time::Duration;

use harness::mock_provider::answer;
use harness::{Act, Home, MockProvider, studies};

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
