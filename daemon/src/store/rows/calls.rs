//! Rows of calls under way at model services: written before the first call of a study, removed with the transaction
//! that books the result of the last one. A row that is found when the daemon starts was left by an unclean exit.

use protocol::credits::UsdMicros;
use serde::{Deserialize, Serialize};

use crate::store::{Row, Table};

/// The calls that a study may have under way. The key is the number of the study, or, above all study numbers, that
/// of a check of an engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CallsUnderWay {
    /// The engine that is asked, by its name in the study.
    pub engine: String,
    /// Most calls under way at once.
    pub calls: u32,
    /// The most that all questions to one respondent can cost.
    pub worst: UsdMicros,
    /// An upper bound for the cost of finished calls whose respondents are not recorded yet, if that exceeds the
    /// worst case of the calls under way: respondents who wait for a re-ask have already cost money.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub waiting: UsdMicros,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_nothing(amount: &UsdMicros) -> bool {
    *amount == UsdMicros::ZERO
}

impl CallsUnderWay {
    /// The row to write when there can be `calls` at once and finished calls cost `unbooked`; `None` if this one is
    /// sufficient. It is raised in steps, so that few rows are written, and lowered when much less is at stake.
    #[must_use]
    pub(crate) fn due(&self, calls: u32, unbooked: UsdMicros) -> Option<Self> {
        let calls = calls.max(self.calls);
        let at_once = self.worst.0.saturating_mul(i64::from(calls));
        let waiting = if unbooked.0 > at_once {
            UsdMicros(unbooked.0.saturating_mul(2))
        } else {
            UsdMicros::ZERO
        };
        let more = calls > self.calls || unbooked.0 > self.waiting.0.max(at_once);
        let less = waiting.0 < self.waiting.0 / 4;
        (more || less).then(|| Self { calls, waiting, ..self.clone() })
    }
}

impl Row for CallsUnderWay {
    const TABLE: Table = Table::CallsUnderWay;
    type Key = u32;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The row always covers the amount at stake, and is rewritten only rarely.
        #[test]
        fn a_note_covers_what_is_at_stake_and_is_seldom_written(
            stakes in proptest::collection::vec(0_i64..1_000_000, 1..200),
        ) {
            let worst = UsdMicros(100);
            let mut note =
                CallsUnderWay { engine: String::new(), calls: 4, worst, waiting: UsdMicros::ZERO };
            for unbooked in stakes {
                if let Some(due) = note.due(4, UsdMicros(unbooked)) {
                    note = due;
                }
                prop_assert!(unbooked <= note.waiting.0.max(400));
                // A quarter is rounded down, so that it may stay for up to four millionths more.
                prop_assert!(note.waiting.0 < 8 * unbooked + 8);
                prop_assert_eq!(note.due(4, UsdMicros(unbooked)), None);
            }
            let mut written = 0;
            for unbooked in (0..1_000_000).step_by(1_000) {
                if let Some(due) = note.due(4, UsdMicros(unbooked)) {
                    (note, written) = (due, written + 1);
                }
            }
            prop_assert!(written <= 14, "{} notes for a thousand calls", written);
            prop_assert!(note.due(9, UsdMicros(0)).is_some_and(|due| due.calls == 9));
        }
    }
}
