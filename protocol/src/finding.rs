//! Findings: conclusions to act on, with the answers behind each. What a finding says is computed from the answers and
//! belongs to the results; what became of it, its status, belongs to the study's owner and is kept beside them.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::audience::words;
use crate::id::{AnswerId, StudyId};
use crate::results::{Estimate, Quote};

words! {
    /// Priority of a finding. The rule is in `domain/instrument/findings/priority.rs` of the daemon.
    Priority {
        /// Blocks success.
        P0 = "P0",
        /// Affects many respondents.
        P1 = "P1",
        /// Affects some respondents.
        P2 = "P2",
        /// Worth knowing.
        P3 = "P3",
    }
}

words! {
    /// What a finding is about.
    FindingCategory {
        /// A reason against, which respondents name.
        Concern = "concern",
        /// The level of the result, whatever the reasons.
        Level = "level",
        /// A text that the built-in reader rejects, or of which it makes nothing.
        Rejection = "rejection",
    }
}

words! {
    /// What became of a finding.
    FindingStatus {
        /// It is to be acted on.
        Open = "open",
        /// It was acted on.
        Resolved = "resolved",
        /// It is not to be acted on.
        Dismissed = "dismissed",
    }
}

/// A conclusion to act on, with the answers that support it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Its number within the study, from 1.
    pub id: u32,
    /// Its priority.
    pub priority: Priority,
    /// One line.
    pub title: String,
    /// A few sentences, computed from the data.
    pub description: String,
    /// What it is about. Results of earlier versions hold concerns only.
    #[serde(default = "concern")]
    pub category: FindingCategory,
    /// The part of the offer that it concerns: the theme of a concern, else the text. Empty in results of earlier versions.
    #[serde(default)]
    pub affected_feature: String,
    /// The clause of the text that it concerns, where respondents quote one; a longer one ends with an ellipsis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    /// Number of answers that mention it.
    pub times_mentioned: u64,
    /// Verbatim evidence. In JSON `keyQuotes` has the texts and `keyQuoteAnswers`, of the same length, the answers.
    #[serde(flatten, with = "key_quotes")]
    #[schemars(with = "Lists")]
    pub key_quotes: Vec<Quote>,
    /// The answers that say the opposite; absent where none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dissent: Option<Dissent>,
    /// The classes that name it more often than everyone else, beyond chance; the largest difference first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<AffectedSegment>,
    /// The action to take.
    pub suggested_action: String,
    /// What became of it. Absent in stored results, which have no clock.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub life: Option<FindingLife>,
}

/// How the suggested action ends where the built-in reader rejects a text, in the words of the command line.
pub const IF_MISJUDGED: &str =
    "If the reader misjudges it, ask a language model with `demoscope run FILE --engine NAME`.";

const fn concern() -> FindingCategory {
    FindingCategory::Concern
}

impl Finding {
    /// Its status; open where nothing else is known.
    #[must_use]
    pub fn status(&self) -> FindingStatus {
        self.life.as_ref().map_or(FindingStatus::Open, |life| life.status)
    }

    /// Why its status is what it is, as whoever changed it noted.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.life.as_ref()?.changed.as_ref()?.note.as_deref()
    }
}

/// The answers that say the opposite of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Dissent {
    /// The reason for, which they name.
    pub theme: String,
    /// Number of answers that name it.
    pub count: u64,
    /// One of them, verbatim; absent where none was quoted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
}

/// A class whose respondents name a finding more often than everyone else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AffectedSegment {
    /// The dimension: `gender`, `age_band`, …
    pub dimension: String,
    /// The class.
    pub class: String,
    /// The share of the class that names it, 0 to 1.
    pub share: f64,
    /// The same share of everyone else, 0 to 1.
    pub rest: f64,
    /// The first minus the second; its interval excludes zero.
    pub difference: Estimate,
}

/// What became of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindingLife {
    /// Its status.
    pub status: FindingStatus,
    /// When it was found: the end of its study.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// The last change of its status; absent where nobody changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<StatusChange>,
}

/// A change of a finding's status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StatusChange {
    /// Who changed it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why, in a few words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A finding after its status was set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FindingChange {
    /// Its study.
    pub study: StudyId,
    /// The status before; the present one where nothing changed.
    pub before: FindingStatus,
    /// The finding.
    pub finding: Finding,
}

/// The findings of two studies against each other, by what they are about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FindingsAcross {
    /// Found by the second study only.
    pub new: Vec<FindingPair>,
    /// Found by both; or by the first, while the second still has as many answers that name it as a finding needs.
    pub persisting: Vec<FindingPair>,
    /// Found by the first study only.
    pub fixed: Vec<FindingPair>,
}

/// What two studies say of one matter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindingPair {
    /// What it is about.
    pub category: FindingCategory,
    /// The part of the offer.
    pub affected_feature: String,
    /// In the first study; absent where it is no finding there.
    pub first: Option<FindingBrief>,
    /// In the second study; absent where it is no finding there.
    pub second: Option<FindingBrief>,
    /// The share of answers that name it in the first study, 0 to 1; absent for what is no theme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_share: Option<Estimate>,
    /// The same in the second study.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_share: Option<Estimate>,
}

/// A finding in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FindingBrief {
    /// Its number within its study.
    pub id: u32,
    /// Its priority.
    pub priority: Priority,
    /// One line.
    pub title: String,
    /// What became of it.
    pub status: FindingStatus,
}

/// The two lists of quotes in JSON, of the same length.
#[derive(Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Lists {
    #[serde(default)]
    key_quotes: Vec<KeyQuote>,
    #[serde(default)]
    key_quote_answers: Vec<AnswerId>,
}

/// A quote: its text, or the object with text and answer that earlier versions stored.
#[derive(Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
enum KeyQuote {
    Text(String),
    Object(Quote),
}

mod key_quotes {
    use super::{Deserialize, Deserializer, KeyQuote, Lists, Quote, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        quotes: &[Quote],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let key_quotes = quotes.iter().map(|quote| KeyQuote::Text(quote.text.clone())).collect();
        let key_quote_answers = quotes.iter().map(|quote| quote.answer).collect();
        Lists { key_quotes, key_quote_answers }.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Quote>, D::Error> {
        let lists = Lists::deserialize(deserializer)?;
        let mut answers = lists.key_quote_answers.into_iter();
        lists
            .key_quotes
            .into_iter()
            .map(|quote| match quote {
                KeyQuote::Object(quote) => Ok(quote),
                KeyQuote::Text(text) => {
                    let answer = answers.next().ok_or_else(|| {
                        serde::de::Error::custom("keyQuoteAnswers is shorter than keyQuotes")
                    })?;
                    Ok(Quote { answer, text })
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding() -> Finding {
        serde_json::from_str(
            r#"{"id":3,"priority":"P1","title":"Price concerns 40 % of the panel","description":"d","timesMentioned":8,
                "keyQuotes":[{"answer":"a4","text":"Too dear."}],"suggestedAction":"s"}"#,
        )
        .unwrap()
    }

    #[test]
    fn a_finding_of_an_earlier_version_is_read_and_written_with_two_lists() {
        let old = finding();
        assert_eq!((old.category, old.status()), (FindingCategory::Concern, FindingStatus::Open));
        assert_eq!(old.key_quotes, [Quote { answer: AnswerId(4), text: "Too dear.".to_owned() }]);
        let json = serde_json::to_value(&old).unwrap();
        assert_eq!(json["keyQuotes"], serde_json::json!(["Too dear."]));
        assert_eq!(json["keyQuoteAnswers"], serde_json::json!(["a4"]));
        assert!(json.get("status").is_none() && json.get("createdAt").is_none(), "{json}");
        assert_eq!(serde_json::from_value::<Finding>(json).unwrap(), old);
    }

    #[test]
    fn status_and_time_stand_beside_the_other_fields() {
        let life = FindingLife {
            status: FindingStatus::Dismissed,
            created_at: Some(Timestamp::UNIX_EPOCH),
            changed: None,
        };
        let told = Finding { life: Some(life), ..finding() };
        let json = serde_json::to_value(&told).unwrap();
        assert_eq!(
            (&json["status"], &json["createdAt"]),
            (&"dismissed".into(), &"1970-01-01T00:00:00Z".into())
        );
        assert_eq!(serde_json::from_value::<Finding>(json).unwrap(), told);
    }

    #[test]
    fn a_quote_without_its_answer_is_refused() {
        let mut json = serde_json::to_value(finding()).unwrap();
        json["keyQuoteAnswers"] = serde_json::json!([]);
        assert!(serde_json::from_value::<Finding>(json).is_err());
    }
}
