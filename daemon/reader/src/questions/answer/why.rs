//! Why: the reasons for, the reasons against, or those of the person for what they think.

use protocol::results::ThemeKind;

use super::super::class::Side;
use super::Said;
use super::mind::Turn;
use super::reasons::{reasons, rejection};

/// Who likes it less than this needs no fault to leave it.
const COLD: f64 = 0.4;

pub(super) fn why(turn: &Turn<'_>, side: Side) -> Option<Said> {
    if turn.lost() {
        return match side {
            Side::For => turn.say("why", "for", None, ""),
            Side::Against | Side::Both | Side::Own => rejection(turn),
        };
    }
    match side {
        Side::For => {
            reasons(turn, ThemeKind::Appeal, 2).or_else(|| turn.say("why", "for", None, ""))
        }
        Side::Against => reasons(turn, ThemeKind::Concern, 2).or_else(|| {
            let case = if turn.level < COLD { "cold" } else { "against" };
            turn.say("why", case, None, "")
        }),
        Side::Both => {
            let good = reasons(turn, ThemeKind::Appeal, 1);
            let good = good.or_else(|| turn.say("why", "for", None, ""))?;
            let bad = reasons(turn, ThemeKind::Concern, 1)
                .filter(|bad| !bad.themes.iter().any(|theme| good.themes.contains(theme)));
            Some(good.then(bad.or_else(|| turn.say("why", "against", None, ""))?))
        }
        Side::Own => {
            let (lead, other) = if turn.level < 0.5 {
                (ThemeKind::Concern, ThemeKind::Appeal)
            } else {
                (ThemeKind::Appeal, ThemeKind::Concern)
            };
            // One who is undecided has both.
            let undecided = (0.35..0.65).contains(&turn.level);
            let first = reasons(turn, lead, if undecided { 1 } else { 2 });
            let second = reasons(turn, other, 1).filter(|_| undecided || first.is_none());
            match (first, second) {
                (Some(first), Some(second)) => {
                    let again = second.themes.iter().any(|theme| first.themes.contains(theme));
                    Some(if again { first } else { first.then(second) })
                }
                (Some(one), None) | (None, Some(one)) => Some(one),
                (None, None) => turn.say("why", "own", None, ""),
            }
        }
    }
}
