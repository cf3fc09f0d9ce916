//! Results of a sentiment study with a few answers.

use protocol::results::Outcomes;

use super::*;

#[test]
fn a_sentiment_reply_is_read_and_its_key_theme_counted() {
    let spec = study(Instrument::Sentiment { stimulus: STIMULUS.to_owned() });
    let reply = json!({"sentiment": "positive", "reasoning": "Saves time.", "key_theme": "Time", "appeals": [{"theme": "Time", "quote": "Saves time"}]});
    let answered = read(&spec, &reply.to_string()).unwrap();
    assert_eq!(score(&answered.answer), None);
    let others = ["positive", "positive", "negative", "mixed", "positive", "neutral"];
    let answers = (0..).zip(others).map(|(ordinal, sentiment)| {
        let mut reply = reply.clone();
        reply["sentiment"] = json!(sentiment);
        (ordinal, read(&spec, &reply.to_string()).unwrap())
    });
    let results = finish(&spec, answers).unwrap();
    let Outcomes::Sentiment {
        positive_pct,
        negative_pct,
        neutral_pct,
        mixed_pct,
        confidence,
        key_themes,
    } = &results.outcomes
    else {
        panic!()
    };
    let sum = positive_pct + negative_pct + neutral_pct + mixed_pct;
    assert!((sum - 100.0).abs() < 1e-9);
    assert_eq!(*positive_pct, 50.0);
    assert!((0.6..0.8).contains(confidence), "{confidence}");
    assert_eq!(key_themes, &["Time"]);
    let mut missing = reply;
    missing.as_object_mut().unwrap().remove("key_theme");
    assert_eq!(invalid(&spec, &missing.to_string()), "`key_theme` is missing");
}

#[test]
fn a_narrow_lead_is_called_uncertain_and_a_wide_one_is_not() {
    let spec = study(Instrument::Sentiment { stimulus: STIMULUS.to_owned() });
    let felt = |positive: u32, n: u32| {
        let answers = (0..n).map(|ordinal| {
            let feeling = if ordinal < positive { "positive" } else { "negative" };
            let reply = json!({"sentiment": feeling, "reasoning": "So.", "key_theme": "Time"});
            (ordinal, read(&spec, &reply.to_string()).unwrap())
        });
        finish(&spec, answers).unwrap().conclusions[0].clone()
    };
    let narrow = felt(52, 100);
    assert!(narrow.starts_with("Positive feelings lead with 52 % (95 % interval 42 % to 62 %)"));
    assert!(narrow.contains("That lead is uncertain: it holds in "), "{narrow}");
    assert!(!felt(90, 100).contains("uncertain"));
    assert!(felt(10, 100).starts_with("Negative feelings lead with 90 %"));
}
