//! Outcome rows, by the study's number and the assignment. A quote is a part of the reasoning, so only its position
//! is stored; the panel and the counts are in other tables.

use std::ops::RangeInclusive;

use protocol::channels::Channels;
use protocol::results::{Answer, Tagged, ThemeKind};
use serde::{Deserialize, Serialize};

use crate::domain::instrument::OptionOrder;
use crate::domain::outcome::{Answered, Assignment, Mention, Outcome, Usage};
use crate::store::{Key, Row, Table};

/// The key of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OutcomeKey {
    /// The study's number.
    pub study: u32,
    /// The assignment.
    pub assignment: Assignment,
}

impl OutcomeKey {
    /// The first and the last key that a study can have, over all rounds.
    pub const fn of_study(study: u32) -> (Self, Self) {
        Self::span(study, 0..=u16::MAX, 0..=u32::MAX)
    }

    /// The first and the last key of one round.
    pub const fn of_round(study: u32, round: u16) -> (Self, Self) {
        Self::span(study, round..=round, 0..=u32::MAX)
    }

    /// The first and the last key of some respondents in one round.
    pub const fn of_respondents(
        study: u32,
        round: u16,
        respondents: RangeInclusive<u32>,
    ) -> (Self, Self) {
        Self::span(study, round..=round, respondents)
    }

    /// Keys sort by round before respondent, so a range covers some respondents of one round, or all respondents of
    /// several.
    const fn span(
        study: u32,
        rounds: RangeInclusive<u16>,
        respondents: RangeInclusive<u32>,
    ) -> (Self, Self) {
        let last = Assignment {
            task: u16::MAX,
            replicate: u16::MAX,
            ..Assignment::first(*rounds.end(), *respondents.end())
        };
        let first = Assignment::first(*rounds.start(), *respondents.start());
        (Self { study, assignment: first }, Self { study, assignment: last })
    }
}

impl Key for OutcomeKey {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(14);
        bytes.extend(self.study.to_be_bytes());
        bytes.extend(self.assignment.round.to_be_bytes());
        bytes.extend(self.assignment.respondent.to_be_bytes());
        bytes.extend(self.assignment.task.to_be_bytes());
        bytes.extend(self.assignment.replicate.to_be_bytes());
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; 14] = bytes.try_into().ok()?;
        let [s0, s1, s2, s3, r0, r1, p0, p1, p2, p3, t0, t1, c0, c1] = *bytes;
        Some(Self {
            study: u32::from_be_bytes([s0, s1, s2, s3]),
            assignment: Assignment {
                round: u16::from_be_bytes([r0, r1]),
                respondent: u32::from_be_bytes([p0, p1, p2, p3]),
                task: u16::from_be_bytes([t0, t1]),
                replicate: u16::from_be_bytes([c0, c1]),
            },
        })
    }
}

/// An outcome as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StoredFields")]
pub struct OutcomeRow {
    /// The outcome, without the themes of an answer.
    #[serde(flatten)]
    outcome: Outcome<Tagged>,
    /// The themes of an answer: name, kind and the quote's position.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<StoredReason>,
    /// Tokens and cost; `None` if there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct StoredReason {
    #[serde(rename = "k")]
    kind: ThemeKind,
    #[serde(rename = "t")]
    theme: String,
    /// Start and length in bytes within the reasoning.
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    place: Option<(u32, u32)>,
    /// The quote itself, if it is not a part of the reasoning.
    #[serde(rename = "text", default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// The fields of all outcomes, read in one pass: a flattened, tagged enum would be buffered twice, and breakdowns read every
/// row of a study.
#[derive(Deserialize)]
struct StoredFields {
    outcome: StoredClass,
    answer: Option<Tagged>,
    #[serde(default)]
    mentions: Vec<Mention>,
    options: Option<OptionOrder>,
    channels: Option<Channels>,
    reason: Option<String>,
    #[serde(default)]
    reasons: Vec<StoredReason>,
    usage: Option<Usage>,
}

/// The tag of [`Outcome`].
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredClass {
    Answered,
    Refused,
    Invalid,
    Failed,
    Skipped,
}

impl TryFrom<StoredFields> for OutcomeRow {
    type Error = &'static str;

    fn try_from(stored: StoredFields) -> Result<Self, Self::Error> {
        let StoredFields { answer, mentions, options, channels, reasons, usage, .. } = stored;
        let reason = stored.reason.ok_or("the outcome has no reason");
        let outcome = match stored.outcome {
            StoredClass::Answered => {
                let answer = answer.ok_or("the outcome has no answer")?;
                Outcome::Answered(Answered { answer, mentions, options, channels })
            }
            StoredClass::Refused => Outcome::Refused { reason: reason? },
            StoredClass::Invalid => Outcome::Invalid { reason: reason? },
            StoredClass::Failed => Outcome::Failed { reason: reason? },
            StoredClass::Skipped => Outcome::Skipped { reason: reason? },
        };
        Ok(Self { outcome, reasons, usage })
    }
}

impl OutcomeRow {
    /// The row for an outcome.
    pub fn new(outcome: &Outcome, usage: Usage) -> Self {
        let usage = (usage != Usage::default()).then_some(usage);
        match outcome {
            Outcome::Answered(answered) => {
                let reasoning = answered.answer.reasoning();
                let reasons =
                    answered.mentions.iter().map(|mention| StoredReason::new(mention, reasoning));
                Self {
                    reasons: reasons.collect(),
                    outcome: Outcome::Answered(Answered {
                        answer: Tagged(answered.answer.clone()),
                        mentions: Vec::new(),
                        options: answered.options,
                        channels: answered.channels.clone(),
                    }),
                    usage,
                }
            }
            other => Self { outcome: other.clone().map(Tagged), reasons: Vec::new(), usage },
        }
    }

    /// The outcome as it was recorded.
    pub fn into_outcome(self) -> Outcome {
        let mut outcome = self.outcome.map(Answer::from);
        let Outcome::Answered(answered) = &mut outcome else { return outcome };
        answered.mentions = {
            let reasoning = answered.answer.reasoning();
            self.reasons.into_iter().map(|reason| reason.into_mention(reasoning)).collect()
        };
        outcome
    }

    /// The outcome without the themes.
    pub fn outcome(&self) -> &Outcome<Tagged> {
        &self.outcome
    }

    /// Tokens and cost.
    pub fn usage(&self) -> Usage {
        self.usage.unwrap_or_default()
    }
}

impl StoredReason {
    fn new(mention: &Mention, reasoning: &str) -> Self {
        let place = mention.quote.as_deref().and_then(|quote| {
            let start = reasoning.find(quote)?;
            Some((u32::try_from(start).ok()?, u32::try_from(quote.len()).ok()?))
        });
        let text = if place.is_none() { mention.quote.clone() } else { None };
        Self { kind: mention.kind, theme: mention.theme.clone(), place, text }
    }

    fn into_mention(self, reasoning: &str) -> Mention {
        let quote = self.place.and_then(|(start, length)| {
            let start = usize::try_from(start).ok()?;
            let end = start.checked_add(usize::try_from(length).ok()?)?;
            reasoning.get(start..end).map(str::to_owned)
        });
        Mention { kind: self.kind, theme: self.theme, quote: quote.or(self.text) }
    }
}

impl Row for OutcomeRow {
    const TABLE: Table = Table::Outcomes;
    type Key = OutcomeKey;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The three ranges against their definitions, over keys that are close together and at the ends.
        #[test]
        fn a_range_holds_exactly_its_keys(
            study in 1_u32..4,
            round in prop::sample::select(vec![0, 1, 2, u16::MAX]),
            respondent in prop::sample::select(vec![0, 1, 2, u32::MAX - 1, u32::MAX]),
            task in prop::sample::select(vec![0, 1, u16::MAX]),
            replicate in prop::sample::select(vec![0, 1, u16::MAX]),
            (first, last) in prop::sample::select(vec![(0, u32::MAX), (0, 0), (1, 2), (2, u32::MAX)]),
        ) {
            let assignment = Assignment { round, respondent, task, replicate };
            let key = OutcomeKey { study, assignment }.encode();
            let within = |(from, to): (OutcomeKey, OutcomeKey)| {
                (from.encode()..=to.encode()).contains(&key)
            };
            prop_assert_eq!(within(OutcomeKey::of_study(2)), study == 2);
            prop_assert_eq!(within(OutcomeKey::of_round(2, 1)), (study, round) == (2, 1));
            prop_assert_eq!(
                within(OutcomeKey::of_respondents(2, 0, first..=last)),
                (study, round) == (2, 0) && (first..=last).contains(&respondent)
            );
            prop_assert_eq!(OutcomeKey::decode(&key), Some(OutcomeKey { study, assignment }));
        }
    }
}
