//! Whose reply about a rewrite an exchange is: of a model that rewrote a content or wrote competitors for it, or of a respondent
//! who scored a rewrite. Such replies lead to no outcome and are kept at places that no outcome has.

use serde::{Deserialize, Serialize};

use super::outcome::Assignment;

/// The first task under which replies about rewrites are kept: questions of a study have lower ones.
const TASK_FIRST: u16 = 1_000;
/// The first place of those who write competitors: more engines are in no pool.
const COMPETITORS_FIRST: u32 = 1_000;

/// Whose replies about a rewrite are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub(crate) enum AboutRewrite {
    /// The model that rewrites; several engines may be asked in turn.
    Writer {
        /// The place of the engine in the pool.
        engine: u16,
    },
    /// The model that writes competitors; several engines may be asked in turn.
    Competitors {
        /// The place of the engine in the pool.
        engine: u16,
    },
    /// A respondent who scores a rewrite.
    Scorer {
        /// The place of the rewrite among those of its round.
        rewrite: u16,
        /// The respondent.
        respondent: u32,
    },
}

impl AboutRewrite {
    /// Where the replies are kept: a place that no outcome has.
    #[must_use]
    pub(crate) fn place(self, round: u16) -> Assignment {
        let (task, respondent) = match self {
            Self::Writer { engine } => (TASK_FIRST, u32::from(engine)),
            // Behind those of the engines that rewrite.
            Self::Competitors { engine } => (TASK_FIRST, COMPETITORS_FIRST + u32::from(engine)),
            Self::Scorer { rewrite, respondent } => {
                (TASK_FIRST.saturating_add(1).saturating_add(rewrite), respondent)
            }
        };
        Assignment { task, ..Assignment::first(round, respondent) }
    }

    /// Whose replies are kept at a place; `None` for one of an outcome.
    #[must_use]
    pub(crate) fn of(at: Assignment) -> Option<Self> {
        let rewrite = at.task.checked_sub(TASK_FIRST)?;
        Some(match rewrite.checked_sub(1) {
            None => match at.respondent.checked_sub(COMPETITORS_FIRST) {
                None => Self::Writer { engine: u16::try_from(at.respondent).ok()? },
                Some(engine) => Self::Competitors { engine: u16::try_from(engine).ok()? },
            },
            Some(rewrite) => Self::Scorer { rewrite, respondent: at.respondent },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_says_whose_replies_stand_there() {
        for about in [
            AboutRewrite::Writer { engine: 1 },
            AboutRewrite::Competitors { engine: 1 },
            AboutRewrite::Scorer { rewrite: 0, respondent: 7 },
            AboutRewrite::Scorer { rewrite: 2, respondent: 0 },
        ] {
            assert_eq!(AboutRewrite::of(about.place(3)), Some(about));
        }
        assert_eq!(AboutRewrite::of(Assignment::first(0, 7)), None);
    }
}
