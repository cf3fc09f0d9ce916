//! Cost estimates before a run: a range, because the length of replies is unknown.

use protocol::credits::UsdMicros;

use super::{ModelEngine, ReadyCall};
use crate::domain::instrument::Item;

/// The estimated cost of a whole panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The low end, if all replies are short.
    pub low: UsdMicros,
    /// The high end, some re-asks included.
    pub high: UsdMicros,
    /// The most that is set aside for one respondent: one call of each kind at its worst case.
    pub aside: UsdMicros,
}

impl Estimate {
    /// No cost.
    pub const ZERO: Self =
        Self { low: UsdMicros::ZERO, high: UsdMicros::ZERO, aside: UsdMicros::ZERO };

    /// The sum of all.
    #[must_use]
    pub fn sum(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter().fold(Self::ZERO, |sum, each| Self {
            low: UsdMicros(sum.low.0.saturating_add(each.low.0)),
            high: UsdMicros(sum.high.0.saturating_add(each.high.0)),
            aside: UsdMicros(sum.aside.0.saturating_add(each.aside.0)),
        })
    }

    /// The least upper end under which the whole study can be asked: where the last call goes, its worst case is set aside
    /// beside what the others cost. In a small study that is more than the calls come to.
    pub fn upper_end(&self) -> UsdMicros {
        self.high.max(UsdMicros(self.low.0.saturating_add(self.aside.0)))
    }
}

impl ModelEngine {
    /// The estimated cost of that many such questions. Replies are taken as 80 to 250 tokens, for one item alone as
    /// 50 to 200 for words and 8 to 30 for a choice, with reasoning 300 to 1,500; and a tenth is added for re-asks.
    pub fn estimate(&self, ready: &ReadyCall, item: Option<Item>, questions: u64) -> Estimate {
        let tokens = match item {
            None => (80, 250),
            Some(item) if item.is_open() => (50, 200),
            Some(_) => (8, 30),
        };
        self.estimate_replies(ready, questions, tokens)
    }

    /// The same for replies with that range of tokens.
    pub(super) fn estimate_replies(
        &self,
        ready: &ReadyCall,
        questions: u64,
        tokens: (u64, u64),
    ) -> Estimate {
        let (brief, long) = if self.service.reasoning { (300, 1_500) } else { tokens };
        // A service that ignores the limit is known to write more.
        let seen = self.longest_reply();
        let longest = u64::from(self.service.output_tokens_max).max(seen);
        let long = long.max(seen);
        let price = self.price();
        let of = |input: u64, output: u64| price.worst(input, output.min(longest)).0;
        let times = |each: i64, tenths: i64| {
            let questions = i64::try_from(questions).unwrap_or(i64::MAX);
            UsdMicros(each.saturating_mul(questions).saturating_mul(tenths) / 10)
        };
        let likely = self.learnt().counted(ready.tokens_likely);
        Estimate {
            low: times(of(likely.saturating_mul(9) / 10, brief), 10),
            high: times(of(likely.saturating_mul(12) / 10, long), 11),
            aside: if questions == 0 { UsdMicros::ZERO } else { ready.worst },
        }
    }
}
