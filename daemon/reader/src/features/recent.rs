//! The readings of the texts that were read last. A study reads its text when it is taken on and again when its people are
//! asked, and the next study often is about the same text.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::Features;

/// How many readings are kept.
const KEPT: usize = 4;
/// Length of the longest text whose reading is kept, in bytes: longer ones are rare, and their readings large.
const LENGTH_MAX: usize = 4_096;

/// Readings by their text, the newest last.
#[derive(Debug, Default)]
pub(crate) struct RecentFeatures(Mutex<VecDeque<(String, Features)>>);

impl RecentFeatures {
    /// The reading of a text, if it was read lately.
    pub(crate) fn of(&self, text: &str) -> Option<Features> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(known, _)| known == text).map(|(_, features)| features.clone())
    }

    /// Keeps a reading.
    pub(crate) fn keep(&self, text: &str, features: &Features) {
        if text.len() > LENGTH_MAX {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(known, _)| known != text);
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back((text.to_owned(), features.clone()));
    }
}

#[cfg(test)]
mod tests {
    use crate::Reader;

    #[test]
    fn a_text_that_was_read_before_is_read_the_same() {
        let reader = Reader::embedded();
        let texts: Vec<String> =
            (0..6).map(|n| format!("Soup for {n} dollars. It is never cold.")).collect();
        let read = || -> Vec<String> {
            let told = |text: &String| format!("{:?}", reader.features(text).unwrap());
            texts.iter().map(told).collect()
        };
        let first = read();
        assert_eq!(read(), first);
        let of_last = texts.last().unwrap();
        assert!(reader.recent.of(of_last).is_some());
        assert!(reader.recent.of("Nobody has read this.").is_none());
    }
}
