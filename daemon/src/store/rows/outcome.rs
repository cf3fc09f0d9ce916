//! One outcome, under the study's number and the assignment. A quote is a part of the reasoning, so only its place is
//! stored; the panel and the counts are elsewhere.

use protocol::results::ThemeKind;
use serde::{Deserialize, Serialize};

use crate::domain::outcome::{Answered, Assignment, Mention, Outcome, Usage};
use crate::store::{Key, Row, Table};

/// Where an outcome stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OutcomeKey {
    /// The study's number.
    pub study: u32,
    /// What was asked of whom.
    pub assignment: Assignment,
}

impl OutcomeKey {
    /// The first and the last key a study can have.
    pub const fn range(study: u32) -> (Self, Self) {
        Self::between(study, 0, u32::MAX)
    }

    /// The keys of a study's first round from one respondent to another, both included.
    pub const fn between(study: u32, first: u32, last: u32) -> (Self, Self) {
        let (low, high) = if first == 0 && last == u32::MAX { (0, u16::MAX) } else { (0, 0) };
        (
            Self {
                study,
                assignment: Assignment { round: low, respondent: first, task: 0, replicate: 0 },
            },
            Self {
                study,
                assignment: Assignment {
                    round: high,
                    respondent: last,
                    task: u16::MAX,
                    replicate: u16::MAX,
                },
            },
        )
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
pub struct OutcomeRow {
    /// What came of it, without the reasons of an answer.
    #[serde(flatten)]
    outcome: Outcome,
    /// The reasons of an answer: theme, kind and the quote's place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<Reason>,
    /// What it took; absent when it took nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Reason {
    #[serde(rename = "k")]
    kind: ThemeKind,
    #[serde(rename = "t")]
    theme: String,
    /// Start and length in bytes within the reasoning.
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    place: Option<(u32, u32)>,
    /// The quote itself, where it is no part of the reasoning.
    #[serde(rename = "text", default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

impl OutcomeRow {
    /// As it will be stored.
    pub fn new(outcome: &Outcome, usage: Usage) -> Self {
        let usage = (usage != Usage::default()).then_some(usage);
        match outcome {
            Outcome::Answered(answered) => {
                let reasoning = answered.answer.reasoning();
                let reasons =
                    answered.mentions.iter().map(|mention| Reason::new(mention, reasoning));
                Self {
                    reasons: reasons.collect(),
                    outcome: Outcome::Answered(Answered {
                        answer: answered.answer.clone(),
                        mentions: Vec::new(),
                        options: answered.options,
                        channels: answered.channels.clone(),
                    }),
                    usage,
                }
            }
            other => Self { outcome: other.clone(), reasons: Vec::new(), usage },
        }
    }

    /// As it was recorded.
    pub fn into_outcome(self) -> Outcome {
        let Outcome::Answered(mut answered) = self.outcome else { return self.outcome };
        answered.mentions = {
            let reasoning = answered.answer.reasoning();
            self.reasons.into_iter().map(|reason| reason.into_mention(reasoning)).collect()
        };
        Outcome::Answered(answered)
    }

    /// What came of it, without the reasons.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// What it took.
    pub fn usage(&self) -> Usage {
        self.usage.unwrap_or_default()
    }
}

impl Reason {
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
