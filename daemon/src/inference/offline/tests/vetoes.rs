//! Tests of rejected texts: whatever is vetoed sinks below a grey box for everybody, and the answer says why.

use reader::veto::VetoKind;
use serde::Deserialize;
use serde_json::Value;

use super::people::panel;
use super::{Ask, ask_all, concept, features, fixture, json, ordinary, prepare, quotes};

#[derive(Deserialize)]
struct Case {
    id: String,
    text: String,
}

/// Nothing speaks for it and nothing against it.
const BOX: &str = "It is a box. It is grey.";
/// At least that share of the harmful texts must be vetoed.
const FOUND_MIN: f64 = 0.9;
/// At most that share of the honest ones.
const WRONGLY_MAX: f64 = 0.0;

fn vetoed(file: &str) -> (Vec<Case>, Vec<Case>) {
    fixture::<Case>(file).into_iter().partition(|case| features(&case.text).veto.is_some())
}

fn ids(cases: &[Case]) -> Vec<&str> {
    cases.iter().map(|case| case.id.as_str()).collect()
}

#[test]
fn harmful_texts_are_vetoed_and_honest_ones_are_not() {
    let (found, missed) = vetoed("reader/seen/harm.json");
    let all = (found.len() + missed.len()) as f64;
    assert!(found.len() as f64 >= FOUND_MIN * all, "{:?}", ids(&missed));
    let (wrongly, rightly) = vetoed("reader/seen/plain.json");
    let all = (wrongly.len() + rightly.len()) as f64;
    assert!(wrongly.len() as f64 <= WRONGLY_MAX * all, "{:?}", ids(&wrongly));
    assert_eq!(features(BOX).veto, None);
}

#[test]
fn ordinary_texts_are_not_vetoed() {
    let texts = ordinary();
    let vetoed: Vec<_> =
        texts.iter().filter_map(|text| Some((features(text).veto?.0, text))).collect();
    assert!(vetoed.is_empty(), "{vetoed:#?}");
}

#[test]
fn a_vetoed_text_is_below_the_grey_box_for_everybody() {
    let people = panel(60, 12);
    let (found, _) = vetoed("reader/seen/harm.json");
    let liking = |text: &str| -> Vec<f64> {
        let spec = concept(text, 4);
        let prepared = prepare(&spec);
        let asks = people.iter().zip(0..).map(|(respondent, ordinal)| Ask {
            spec: &spec,
            respondent,
            ordinal,
            task: 0,
            replicate: 0,
            order: None,
        });
        asks.map(|ask| prepared.explain(&ask, 0).unwrap().v).collect()
    };
    let grey = liking(BOX);
    for case in &found {
        for (vetoed, grey) in liking(&case.text).iter().zip(&grey) {
            assert!(*vetoed < grey - 1.0, "{}: {vetoed} {grey}", case.id);
        }
    }
}

#[test]
fn a_vetoed_text_is_rejected_with_the_clause_that_gives_it_away() {
    let people = panel(40, 13);
    let (mut found, _) = vetoed("reader/seen/harm.json");
    // Nonsense and fine words without content are no matter of one clause.
    found.retain(|case| {
        let seen = features(&case.text);
        seen.makes_sense() && seen.veto.is_some_and(|(kind, _)| kind != VetoKind::Salad)
    });
    let quoted = |case: &Case| {
        let answers: Vec<Value> =
            ask_all(&concept(&case.text, 6), &people).iter().map(json).collect();
        for answer in &answers {
            assert_eq!(answer["appeals"].as_array().unwrap().len(), 0, "{}: {answer}", case.id);
            assert_eq!(answer["concerns"].as_array().unwrap().len(), 1, "{}: {answer}", case.id);
        }
        answers.iter().all(|answer| quotes(answer["reasoning"].as_str().unwrap()).len() == 1)
    };
    let without: Vec<&str> =
        found.iter().filter(|case| !quoted(case)).map(|case| case.id.as_str()).collect();
    assert_eq!(without, [""; 0], "no clause is named");
}

#[test]
fn what_is_said_twice_is_no_fraud_by_that() {
    let honest = [
        "Our accountants prepare your yearly tax return for $90 and send it to the office on time.",
        "Our coffee is roasted on Monday and reaches you on Wednesday, for twelve dollars a bag.",
        "Earn cash back on every purchase with the card that your bank gives to you.",
        "We ship fast boxes of fresh food to your door for nine dollars a week.",
    ];
    for sentence in honest {
        for times in 1..=3 {
            let text = vec![sentence; times].join("\n\n");
            assert_eq!(features(&text).veto, None, "{times} times: {sentence}");
        }
    }
}
