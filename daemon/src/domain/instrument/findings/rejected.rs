//! The finding on a text that the built-in reader rejects for everybody, or of which it makes nothing. Whatever else the
//! answers to such a text say follows from the rejection, so that no other advice is given on it.

use protocol::finding::{Finding, FindingCategory, IF_MISJUDGED, Priority};
use protocol::rejection::{Rejection, RejectionKind, Variant};
use protocol::results::{Results, ThemeKind};
use protocol::safe;

use super::super::types::kind;
use super::WHOLE_TEXT;

/// The results with a finding on each rejected text before all others. Where the study has one text, there are no others.
pub(super) fn with_rejections(mut results: Results, rejected: &[Rejection]) -> Results {
    if rejected.is_empty() {
        return results;
    }
    let last = results.findings.iter().map(|finding| finding.id).max().unwrap_or(0);
    let first = last.saturating_add(1);
    let found: Vec<Finding> =
        (first..).zip(rejected).map(|(id, one)| describe(id, one, &results)).collect();
    if rejected.iter().any(|one| one.variant.is_none()) {
        results.findings.clear();
        kind(results.outcomes.study_type()).take_out_advice(&mut results);
    }
    results.findings.splice(0..0, found);
    results
}

fn describe(id: u32, rejection: &Rejection, results: &Results) -> Finding {
    let answers = results.estimates.values().map(|estimate| estimate.n).max().unwrap_or(0);
    let told = results.themes.iter().find(|theme| theme.kind == ThemeKind::Concern);
    let feature = match rejection.variant {
        None => WHOLE_TEXT,
        Some(Variant::A) => "variant A",
        Some(Variant::B) => "variant B",
    };
    Finding {
        id,
        priority: Priority::P0,
        title: title(rejection),
        description: format!(
            "{} Every respondent answers from that: nothing else in the text was weighed, and no other finding on it would \
             mean anything.",
            rejection.sentence()
        ),
        category: FindingCategory::Rejection,
        affected_feature: feature.to_owned(),
        clause: rejection.clause.clone(),
        times_mentioned: told.map_or(answers, |theme| theme.count),
        key_quotes: told.map(|theme| theme.quotes.clone()).unwrap_or_default(),
        dissent: None,
        segments: Vec::new(),
        suggested_action: action(rejection),
        life: None,
    }
}

fn title(rejection: &Rejection) -> String {
    let what = match rejection.variant {
        None => "the text",
        Some(Variant::A) => "variant A",
        Some(Variant::B) => "variant B",
    };
    format!("Nobody weighed {what}: {}", rejection.kind.reason())
}

fn action(rejection: &Rejection) -> String {
    let clause = rejection.clause.as_ref();
    let begin = clause
        .map_or_else(String::new, |clause| format!(", beginning with {}", safe::quoted(clause)));
    let change = match rejection.kind {
        RejectionKind::Harm => format!("Take out what can hurt people{begin}"),
        RejectionKind::Fraud => {
            format!("Take out what asks for money or secrets on a promise{begin}")
        }
        RejectionKind::Quackery => {
            format!("Claim only what has been shown, and say where{begin}")
        }
        RejectionKind::Crime => format!("Take out what the law punishes{begin}"),
        RejectionKind::Exploitation => {
            format!("Say what people are paid, and that they may leave{begin}")
        }
        RejectionKind::Impossible => format!("Take out what cannot work{begin}"),
        RejectionKind::Salad => {
            format!("Say what it is, what it does and what it costs instead of praising it{begin}")
        }
        RejectionKind::TooCheap => {
            format!("Say why it costs so little, or correct the price{begin}")
        }
        RejectionKind::Nonsense => {
            "Say in whole sentences what it is, for whom, and what it costs".to_owned()
        }
    };
    format!("{change}. Then run it again. {IF_MISJUDGED}")
}
