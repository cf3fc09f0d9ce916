//! How the replies of language models were read: as they stood, mended, or only when asked again, and by which value;
//! with what is to be told of the services that sent them. Kept with a study's progress, and told in its report.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Most remarks of a study, and most values that are counted apart.
const KINDS_MAX: usize = 20;

/// Counts of replies, and remarks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyNotes {
    /// Replies to questions of the panel that were read.
    #[serde(default)]
    pub read: u32,
    /// Of those, the ones that were mended: one meaning in another spelling, or a text beside the answer shortened.
    #[serde(default)]
    pub mended: u32,
    /// The mended values, by their key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub mended_by: BTreeMap<String, u32>,
    /// Replies that could not be read, so that the question was put again, by the key of the value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub again_by: BTreeMap<String, u32>,
    /// Respondents who answered only when asked again.
    #[serde(default)]
    pub again: u32,
    /// The sum of their scores, where the study has scores, and how many have one.
    #[serde(default)]
    pub again_scores: (u32, u64),
    /// How many of them are part of each headline number, and the sum of their values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub again_sums: BTreeMap<String, (u32, i64)>,
    /// What is to be told of the services: one remark of each kind, with the numbers of the first call that gave it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub remarks: BTreeSet<String>,
}

impl ReplyNotes {
    /// Whether there is nothing in them.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Counts a reply that was read, with the keys of what was mended in it.
    pub(crate) fn note_read(&mut self, mended: &[String]) {
        self.read = self.read.saturating_add(1);
        self.mended = self.mended.saturating_add(u32::from(!mended.is_empty()));
        for key in mended {
            count(&mut self.mended_by, key);
        }
    }

    /// Counts a respondent who answered only when asked again, with the values of the headline numbers.
    pub(crate) fn note_again_values(&mut self, values: impl Iterator<Item = (&'static str, i32)>) {
        for (field, value) in values {
            let (many, sum) = self.again_sums.entry(field.to_owned()).or_default();
            *many = many.saturating_add(1);
            *sum = sum.saturating_add(i64::from(value));
        }
    }

    /// Counts a question that is put again for that reason, which names the key of the value between backticks.
    pub(crate) fn note_again(&mut self, reason: &str) {
        let key = reason.split('`').nth(1).unwrap_or("the whole reply");
        count(&mut self.again_by, key);
    }

    /// Adds others.
    pub(crate) fn add(&mut self, other: Self) {
        let Self { read, mended, mended_by, again_by, again, again_scores, again_sums, remarks } =
            other;
        self.read = self.read.saturating_add(read);
        self.mended = self.mended.saturating_add(mended);
        self.again = self.again.saturating_add(again);
        self.again_scores.0 = self.again_scores.0.saturating_add(again_scores.0);
        self.again_scores.1 = self.again_scores.1.saturating_add(again_scores.1);
        for (field, (many, sum)) in again_sums {
            let all = self.again_sums.entry(field).or_default();
            *all = (all.0.saturating_add(many), all.1.saturating_add(sum));
        }
        for (sum, more) in [(&mut self.mended_by, mended_by), (&mut self.again_by, again_by)] {
            for (key, times) in more {
                if sum.len() < KINDS_MAX || sum.contains_key(&key) {
                    let all = sum.entry(key).or_default();
                    *all = all.saturating_add(times);
                }
            }
        }
        for remark in remarks {
            // One that differs only by its numbers says nothing new.
            let is_known = self.remarks.iter().any(|known| words(known).eq(words(&remark)));
            if !is_known && self.remarks.len() < KINDS_MAX {
                self.remarks.insert(remark);
            }
        }
    }
}

/// A remark without its numbers.
fn words(remark: &str) -> impl Iterator<Item = char> + '_ {
    remark.chars().filter(|letter| !letter.is_ascii_digit())
}

fn count(counts: &mut BTreeMap<String, u32>, key: &str) {
    if counts.len() < KINDS_MAX || counts.contains_key(key) {
        let times = counts.entry(key.to_owned()).or_default();
        *times = times.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_that_differ_by_their_numbers_are_one() {
        let mut all = ReplyNotes::default();
        let of = |remark: String| ReplyNotes { remarks: [remark].into(), ..ReplyNotes::default() };
        for tokens in 400..450 {
            all.add(of(format!("the service counted {tokens} tokens where about 960 were sent")));
        }
        all.add(of("the service refuses a temperature: none is sent".to_owned()));
        let told: Vec<&str> = all.remarks.iter().map(String::as_str).collect();
        assert_eq!(
            told,
            [
                "the service counted 400 tokens where about 960 were sent",
                "the service refuses a temperature: none is sent"
            ]
        );
    }
}
