//! Faults and strengths name their dimension and their rule, and quote the content letter by letter.

use proptest::prelude::*;
use protocol::review::{ContentType, Dimension};

use super::{alone, review};
use crate::review::{Brief, Signal};

#[test]
fn a_fault_names_its_clause() {
    let text =
        "Your boiler is 14 years old. Hurry, act now, before it is too late!\nReply by Friday.";
    let found = review(&alone(ContentType::Email), text);
    let fault = found.faults().iter().find(|fault| fault.rule == Signal::Pressure).unwrap();
    assert_eq!(fault.dimension, Dimension::Trust);
    assert_eq!(fault.span.map(|span| found.quote(span)), Some("Hurry"));
    assert!(fault.weight > 1.0 && fault.sentence.ends_with('.') && fault.advice.ends_with('.'));
    let asked = found.strengths().iter().find(|one| one.rule == Signal::Action).unwrap();
    assert_eq!(asked.span.map(|span| found.quote(span)), Some("Reply by Friday"));
}

#[test]
fn what_is_missing_is_told_only_where_the_brief_says_enough() {
    let wish = |brief: &Brief| {
        let found = review(brief, "Our shop sells lamps and chairs of all kinds in Leeds");
        found.faults().iter().any(|fault| fault.rule == Signal::OnBrief)
    };
    let brief = alone(ContentType::Headline);
    assert!(!wish(&brief));
    assert!(wish(&Brief { audience: Some("people with a kidney disease".to_owned()), ..brief }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_quote_is_a_part_of_the_content(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "Hurry", "we", "synergy", "größe", "“a b c d”", "\n", "\n\n", "- ", "# T\n", "you", "$5", "12", "perhaps",
                "AMAZING", "!!", ".", "Why", "Leeds", "Click here", "various", "because", "\r\n", "😀",
            ]),
            1..40,
        ),
        kind in prop::sample::select(ContentType::ALL.to_vec()),
    ) {
        let text = words.join(" ");
        let found = crate::Reader::embedded().review(&text, &alone(kind)).unwrap();
        let spans = found.faults().iter().map(|it| it.span).chain(found.strengths().iter().map(|it| it.span));
        for span in spans.flatten() {
            prop_assert!(text.contains(found.quote(span)), "{:?}", found.quote(span));
        }
    }
}
