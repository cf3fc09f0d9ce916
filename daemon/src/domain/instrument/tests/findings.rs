//! Findings: quotes and clauses that stand where they are said to, the answers that say the opposite, the classes that are
//! concerned most, texts that are rejected, and the findings of two studies against each other.

use protocol::finding::{Finding, FindingCategory, FindingPair, Priority};
use protocol::rejection::{Rejection, RejectionKind, Variant};

use super::super::{across, told};
use super::*;

/// A reply with that score that names the price, or its value, in those words.
fn says(score: u8, is_dear: bool, reasoning: &str) -> Answered {
    let mut reply = good_reply();
    let mention = |theme: &str| json!([{ "theme": theme, "quote": reasoning }]);
    reply["score"] = score.into();
    reply["reasoning"] = reasoning.into();
    reply["appeals"] = if is_dear { json!([]) } else { mention("Value") };
    reply["concerns"] = if is_dear { mention("Price") } else { json!([]) };
    read(&concept(), &reply.to_string()).unwrap()
}

/// Two of five women, all of them young, and nobody else name the price, and quotes the text for it.
fn of_women() -> Results {
    let answers = (0..200).map(|ordinal| {
        let is_dear = ordinal % 4 == 0 && ordinal % 20 != 0;
        let said = match ordinal {
            1 => "It is worth every cent.".to_owned(),
            _ if is_dear => format!("For {ordinal} dollars “that learns your taste” is too dear."),
            _ => format!("Cheap enough at {ordinal}."),
        };
        (
            ordinal,
            says(
                if is_dear { 4 } else { 7 } + u8::try_from(ordinal / 4 % 3).unwrap(),
                is_dear,
                &said,
            ),
        )
    });
    finish(&concept(), answers).unwrap()
}

fn price(results: &Results) -> &Finding {
    results.findings.iter().find(|finding| finding.affected_feature == "Price").unwrap()
}

#[test]
fn a_finding_names_clause_dissent_and_the_classes_it_concerns_most() {
    let results = of_women();
    let found = price(&results);
    assert_eq!(found.category, FindingCategory::Concern);
    assert_eq!(found.clause.as_deref(), Some("that learns your taste"));
    let dissent = found.dissent.as_ref().unwrap();
    assert_eq!((dissent.theme.as_str(), dissent.count), ("Value", 160));
    let most = &found.segments[0];
    assert_eq!((most.dimension.as_str(), most.class.as_str()), ("age_band", "18-24"));
    assert_eq!((most.share, most.rest), (0.8, 0.0));
    assert!(found.segments.iter().any(|segment| segment.class == "female"));
    assert!(found.segments.iter().all(|segment| segment.difference.low.unwrap() > 0.0));
    for part in [
        "40 of 200 answers (20 %) name it.",
        "It is named most by people of 18-24: 80 % of them, 0 % of everyone else.",
        "160 answers say the opposite: Value.",
    ] {
        assert!(found.description.contains(part), "{}", found.description);
    }
    assert_eq!(found.priority, Priority::P1);
    let first = "Change “that learns your taste” first, which they quote most: it goes along with 0.6 points";
    assert!(found.suggested_action.starts_with(first), "{}", found.suggested_action);
}

#[test]
fn a_quote_that_nobody_said_is_refused() {
    let fabricated = "I would never pay for that";
    // Whoever answers cannot have one read …
    let mut reply = good_reply();
    reply["concerns"] = json!([{ "theme": "Price", "quote": fabricated }]);
    assert!(invalid(&concept(), &reply.to_string()).contains("does not stand in the reasoning"));
    // … and one that got into an answer by another way is counted, and shown nowhere.
    let answers = (0..40).map(|ordinal| {
        let mut answered = says(5, true, "Too dear for me.");
        if ordinal > 0 {
            answered.mentions[0].quote = Some(fabricated.to_owned());
        }
        (ordinal, answered)
    });
    let results = finish(&concept(), answers).unwrap();
    let found = price(&results);
    assert_eq!(found.times_mentioned, 40);
    let quotes: Vec<&str> = found.key_quotes.iter().map(|quote| quote.text.as_str()).collect();
    assert_eq!(quotes, ["Too dear for me."]);
    assert!(!serde_json::to_string(&results).unwrap().contains(fabricated));
}

#[test]
fn a_clause_that_is_not_in_the_text_is_not_named() {
    let said = "I do not like “a fee of ten dollars” at all.";
    let answers = (0..40).map(|ordinal| (ordinal, says(5, true, said)));
    let results = finish(&concept(), answers).unwrap();
    assert_eq!(price(&results).clause, None);
}

#[test]
fn where_nobody_likes_it_what_everybody_names_is_urgent_though_it_separates_nobody() {
    let answers = (0..100).map(|ordinal| (ordinal, says(2, true, "Too dear for me.")));
    let results = told(finish(&concept(), answers).unwrap(), &[]);
    let found: Vec<_> = results.findings.iter().map(|one| (one.priority, one.category)).collect();
    assert_eq!(
        found,
        [(Priority::P0, FindingCategory::Level), (Priority::P1, FindingCategory::Concern)]
    );
    assert!(results.findings[0].suggested_action.contains("beginning with Price"));
}

#[test]
fn a_rejected_text_has_that_one_finding_with_clause_and_reason() {
    let clause = Some("learns your taste".to_owned());
    let rejected = [Rejection { variant: None, kind: RejectionKind::Fraud, clause }];
    let results = told(of_women(), &rejected);
    let [only] = results.findings.as_slice() else { panic!("{:?}", results.findings) };
    assert_eq!((only.priority, only.category), (Priority::P0, FindingCategory::Rejection));
    assert_eq!(only.clause.as_deref(), Some("learns your taste"));
    insta::assert_snapshot!(
        [&only.title, &only.description, &only.suggested_action].map(String::as_str).join("\n"), @r"
    Nobody weighed the text: it looks like a fraud
    The built-in reader rejects this text: it looks like a fraud (“learns your taste”). Every respondent answers from that: nothing else in the text was weighed, and no other finding on it would mean anything.
    Take out what asks for money or secrets on a promise, beginning with “learns your taste”. Then run it again. If the reader misjudges it, ask a language model with `demoscope run FILE --engine NAME`.
    ");
    let of_b =
        [Rejection { variant: Some(Variant::B), kind: RejectionKind::Nonsense, clause: None }];
    let answers =
        (0..40).map(|ordinal| (ordinal, verdict(&ab(Orders::Split), ordinal, 0, "a", 7, 2)));
    let results = told(finish(&ab(Orders::Split), answers).unwrap(), &of_b);
    assert_eq!(results.findings[0].affected_feature, "variant B");
    assert_eq!(
        results.findings[0].title,
        "Nobody weighed variant B: it makes nothing of the words"
    );
}

#[test]
fn new_persisting_and_fixed_findings_are_told_apart_by_what_they_are_about() {
    let named = |theme: &'static str, every: u32| {
        let answers = (0..100).map(move |ordinal| {
            let mut reply = good_reply();
            let quote = "$12 a meal is a lot";
            let price = json!({ "theme": "price", "quote": quote });
            let other = json!({ "theme": theme, "quote": quote });
            let is_other = ordinal % every == 0;
            reply["concerns"] = if is_other { json!([price, other]) } else { json!([price]) };
            (ordinal, read(&concept(), &reply.to_string()).unwrap())
        });
        told(finish(&concept(), answers).unwrap(), &[])
    };
    let (first, second) = (named("Waste", 4), named("Effort", 4));
    let found = across(&first, &second);
    let features = |pairs: &[FindingPair]| -> Vec<String> {
        pairs.iter().map(|pair| pair.affected_feature.clone()).collect()
    };
    assert_eq!(features(&found.new), ["Effort"]);
    assert_eq!(features(&found.persisting), ["price"]);
    assert_eq!(features(&found.fixed), ["Waste"]);
    let fixed = &found.fixed[0];
    assert_eq!(fixed.first_share.as_ref().map(|share| share.value), Some(0.25));
    assert_eq!((&fixed.second, &fixed.second_share), (&None, &None));
    // What the second study's list has no room for is still there.
    let mut short = second.clone();
    short.findings.retain(|finding| finding.affected_feature != "price");
    assert_eq!(features(&across(&first, &short).persisting), ["price"]);
}
