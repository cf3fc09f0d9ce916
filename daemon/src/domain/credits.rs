//! What the answers to a study cost: a price for each answer, or a charge for each round. A charge by the round is held as
//! a whole at submission, falls due when a round ends, and only for those who answered in it.

use protocol::credits::Credits;
use serde::{Deserialize, Serialize};

/// A charge for each round of a study, with a part that is charged once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RoundCharge {
    /// Half credits for each respondent; the sum of a round is rounded up to whole credits.
    pub half_credits: u32,
    /// Charged once a study.
    #[serde(default)]
    pub once: Credits,
    /// Most rounds that are charged for.
    pub rounds: u16,
}

impl RoundCharge {
    /// Credits to hold for so many respondents, with the part that is charged once or without; `None` on overflow.
    #[must_use]
    pub(crate) fn held(&self, respondents: u32, with_once: bool) -> Option<Credits> {
        let rounds = self.round(respondents)?.checked_mul(u64::from(self.rounds))?;
        if with_once { rounds.checked_add(self.once) } else { Some(rounds) }
    }

    /// Credits due for rounds with so many respondents who answered, in order; nothing for a round without an answer, and
    /// nothing for rounds beyond those that are charged for. `None` on overflow.
    #[must_use]
    pub(crate) fn due(&self, answered: &[u32]) -> Option<Credits> {
        let charged = answered.iter().take(usize::from(self.rounds)).filter(|count| **count > 0);
        let mut due = Credits::ZERO;
        for count in charged {
            if due == Credits::ZERO {
                due = self.once;
            }
            due = due.checked_add(self.round(*count)?)?;
        }
        Some(due)
    }

    /// Credits of one round.
    fn round(&self, respondents: u32) -> Option<Credits> {
        let halves = u64::from(self.half_credits).checked_mul(u64::from(respondents))?;
        i64::try_from(halves.div_ceil(2)).ok().map(Credits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_are_held_in_full_and_due_by_who_answered() {
        let charge = RoundCharge { half_credits: 3, once: Credits(50), rounds: 3 };
        assert_eq!(charge.held(20, true), Some(Credits(140)));
        assert_eq!(charge.held(7, false), Some(Credits(33)), "10.5 is rounded up in each round");
        assert_eq!(charge.due(&[]), Some(Credits::ZERO));
        assert_eq!(charge.due(&[0]), Some(Credits::ZERO), "no answer, no charge");
        assert_eq!(charge.due(&[20, 19]), Some(Credits(50 + 30 + 29)));
        assert_eq!(charge.due(&[20, 20, 20, 20]), Some(Credits(140)), "a further round is free");
    }

    #[test]
    fn what_is_held_covers_what_can_fall_due_by_retries_too() {
        let charge = RoundCharge { half_credits: 3, once: Credits(75), rounds: 1 };
        for panel in 1..60 {
            for first in 1..=panel {
                let paid = charge.due(&[first]).unwrap();
                let again = charge.held(panel - first, false).unwrap();
                let rest = charge.due(&[panel]).unwrap().checked_sub(paid).unwrap();
                assert!(paid <= charge.held(panel, true).unwrap() && rest <= again);
            }
        }
        let huge =
            RoundCharge { half_credits: u32::MAX, once: Credits(i64::MAX), rounds: u16::MAX };
        assert_eq!(huge.held(u32::MAX, true), None);
    }
}
