//! The rejection of a text: the built-in respondent model rejects a text that no reader should accept, such as a fraud,
//! for every respondent alike. It belongs to the study, since it follows from the text before anybody is asked.

use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::safe;

words! {
    /// A variant of an A/B test.
    Variant {
        /// Variant A.
        A = "a",
        /// Variant B.
        B = "b",
    }
}

words! {
    /// Why a text is rejected.
    RejectionKind {
        /// It can injure or kill.
        Harm = "harm",
        /// It takes money or secrets under a false promise.
        Fraud = "fraud",
        /// It claims to cure what it cannot.
        Quackery = "quackery",
        /// It sells or does what the law punishes.
        Crime = "crime",
        /// Somebody is made to work without pay, rest, age or freedom.
        Exploitation = "exploitation",
        /// Physics forbids it.
        Impossible = "impossible",
        /// It is praise without a statement.
        Salad = "salad",
        /// Its price is far below what such a thing costs.
        TooCheap = "too_cheap",
        /// The reader makes nothing of it.
        Nonsense = "nonsense",
    }
}

impl RejectionKind {
    /// The reason in words that follow a colon.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Harm => "it can hurt people",
            Self::Fraud => "it looks like a fraud",
            Self::Quackery => "no remedy can do what it claims",
            Self::Crime => "it looks like a crime",
            Self::Exploitation => "it exploits people",
            Self::Impossible => "it claims what cannot work",
            Self::Salad => "it is praise without a statement",
            Self::TooCheap => "it is too cheap to be true",
            Self::Nonsense => "it makes nothing of the words",
        }
    }
}

/// A text of a study that the built-in respondent model rejects for every respondent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Rejection {
    /// The variant, in an A/B test; absent where the study has one text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<Variant>,
    /// Why.
    pub kind: RejectionKind,
    /// The clause of the text that gives it away, at most 90 characters; absent where none can be quoted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
}

impl Rejection {
    /// The sentence that stands beside the headline.
    #[must_use]
    pub fn sentence(&self) -> String {
        let what = match self.variant {
            None => "this text",
            Some(Variant::A) => "variant A",
            Some(Variant::B) => "variant B",
        };
        let reason = self.kind.reason();
        let clause = self.clause.as_ref().map(|clause| format!(" ({})", safe::quoted(clause)));
        format!("The built-in reader rejects {what}: {reason}{}.", clause.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_names_the_variant_the_reason_and_the_clause() {
        let clause = Some("send the fee first".to_owned());
        let one = Rejection { variant: None, kind: RejectionKind::Fraud, clause };
        let two =
            Rejection { variant: Some(Variant::B), kind: RejectionKind::TooCheap, clause: None };
        assert_eq!(
            one.sentence(),
            "The built-in reader rejects this text: it looks like a fraud (“send the fee first”)."
        );
        assert_eq!(
            two.sentence(),
            "The built-in reader rejects variant B: it is too cheap to be true."
        );
        assert_eq!(serde_json::to_string(&two).unwrap(), r#"{"variant":"b","kind":"too_cheap"}"#);
    }
}
