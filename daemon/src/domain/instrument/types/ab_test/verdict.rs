//! The verdict of one respondent on two variants, in one order or in both. With both, only a preference that survives
//! the swap counts.

use protocol::results::{Answer, Preference};
use protocol::study::Order;

use crate::domain::outcome::Answered;

/// The verdict of one respondent, in one order or in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    preference: Preference,
    /// Twice the score, so that the mean of two answers stays whole.
    doubled_a: u8,
    doubled_b: u8,
    contested: bool,
    /// The order, if the respondent answered once.
    order: Option<Order>,
}

impl Verdict {
    /// The verdict from all answers of one respondent.
    pub(super) fn of(answers: &[&Answer]) -> Option<Self> {
        let mut verdicts = answers.iter().map(|answer| Self::single(answer));
        let first = verdicts.next()??;
        match verdicts.next() {
            Some(second) => Some(Self::both(first, second?)),
            None => Some(first),
        }
    }

    /// The same from answers that were just read.
    pub(super) fn of_read(said: &[&Answered]) -> Option<Self> {
        let answers: Vec<&Answer> = said.iter().map(|answered| &answered.answer).collect();
        Self::of(&answers)
    }

    /// Whether the preference changed with the order.
    pub(super) fn contested(self) -> bool {
        self.contested
    }

    pub(super) fn preference(self) -> Preference {
        self.preference
    }

    /// Preferring A counts +1, B −1, neither 0.
    pub(super) fn sign(self) -> i32 {
        match self.preference {
            Preference::A => 1,
            Preference::B => -1,
            Preference::None => 0,
        }
    }

    /// Twice the score of each variant, or the mean of both answers' scores doubled, if there are two.
    pub(super) fn doubled(self) -> (i32, i32) {
        (i32::from(self.doubled_a), i32::from(self.doubled_b))
    }

    /// The order of the only answer; `None` for a respondent who saw both.
    pub(super) fn order(self) -> Option<Order> {
        self.order
    }

    /// The verdict from an answer in one order.
    pub(super) fn single(answer: &Answer) -> Option<Self> {
        match answer {
            Answer::AbTest { preference, score_a, score_b, order, .. } => Some(Self {
                preference: *preference,
                doubled_a: score_a.saturating_mul(2),
                doubled_b: score_b.saturating_mul(2),
                contested: false,
                order: Some(*order),
            }),
            _ => None,
        }
    }

    /// The verdict from the same respondent's answers in both orders.
    pub(super) fn both(one: Self, other: Self) -> Self {
        let stable = one.preference == other.preference;
        Self {
            preference: if stable { one.preference } else { Preference::None },
            doubled_a: one.doubled_a / 2 + other.doubled_a / 2,
            doubled_b: one.doubled_b / 2 + other.doubled_b / 2,
            contested: !stable,
            order: None,
        }
    }
}
