//! What is missing: what would have to change, or what the text does not say.

use protocol::results::ThemeKind;

use super::super::class::Want;
use super::Said;
use super::mind::Turn;
use super::reasons::{reasons, rejection};
use crate::response::Source;
use crate::theme::Concern;

/// What takes so much from the liking is worth asking about.
const WEIGHS: f64 = -0.08;

pub(super) fn missing(turn: &Turn<'_>, want: Want) -> Option<Said> {
    if turn.lost() {
        return rejection(turn);
    }
    match want {
        Want::Change => match reasons(turn, ThemeKind::Concern, 1) {
            Some(reason) => Some(turn.say("missing", "change", None, "")?.then(reason)),
            None => turn.say("missing", "nothing", None, ""),
        },
        Want::Information => {
            let mind = turn.mind;
            let vague =
                mind.concern(Concern::Vagueness) < WEIGHS || mind.sum(Source::Hype) < WEIGHS;
            let bound = [Concern::Commitment, Concern::Exclusion]
                .iter()
                .any(|concern| mind.concern(*concern) < WEIGHS);
            let case = if vague {
                "proof"
            } else if mind.concern(Concern::Risk) < WEIGHS {
                "risks"
            } else if bound {
                "terms"
            } else if mind.features.price.is_none() {
                "price"
            } else {
                "told"
            };
            turn.say("missing", case, None, "")
        }
    }
}
