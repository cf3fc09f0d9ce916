//! Would they: yes, maybe or no by the thresholds of purchase intent, and of the recommendation where that is asked, so
//! that a survey agrees with the other study types.

use protocol::results::{PurchaseIntent, ThemeKind};

use super::super::class::Act;
use super::super::scale::{Scale, Unit};
use super::Said;
use super::mind::Turn;
use super::reasons::{reasons, rejection};

pub(super) fn would(turn: &Turn<'_>, act: Act, gives_reasons: bool) -> Option<Said> {
    let (verb, name) = turn.mind.reader.answers.act(act)?;
    let case = if act == Act::Recommend { by_recommendation(turn) } else { by_intent(turn) };
    let (theme, kind) = match case {
        "yes" | "probably" => (format!("Would {name}"), ThemeKind::Appeal),
        "maybe" => (format!("Might {name}"), ThemeKind::Concern),
        _ => (format!("Would not {name}"), ThemeKind::Concern),
    };
    let said = match turn.scale {
        Some(scale) => turn.say("would", "number", None, &scale.say(number(turn, act, scale)))?,
        None => turn.say("would", case, None, verb)?,
    };
    let said = said.naming(&theme);
    let reason = match (gives_reasons, turn.lost()) {
        (true, false) => reasons(turn, kind, 1),
        (true, true) => rejection(turn),
        (false, _) => None,
    };
    Some(match reason {
        Some(reason) => said.then(reason),
        None => said,
    })
}

fn by_intent(turn: &Turn<'_>) -> &'static str {
    match turn.intent() {
        PurchaseIntent::Definitely => "yes",
        PurchaseIntent::Probably => "probably",
        PurchaseIntent::Maybe => "maybe",
        PurchaseIntent::ProbablyNot => "unlikely",
        PurchaseIntent::DefinitelyNot => "no",
    }
}

/// The groups of the net promoter score: promoters 9 and 10, detractors up to 6.
fn by_recommendation(turn: &Turn<'_>) -> &'static str {
    match turn.recommend() {
        9.. => "yes",
        7 | 8 => "maybe",
        _ => "no",
    }
}

/// The number on the scale that was asked for.
fn number(turn: &Turn<'_>, act: Act, scale: Scale) -> u8 {
    let plain = scale.unit == Unit::Points;
    match (scale.low, scale.high, act) {
        (0, 10, Act::Recommend) if plain => turn.recommend(),
        (1, 5, _) if plain && act != Act::Recommend => match turn.intent() {
            PurchaseIntent::DefinitelyNot => 1,
            PurchaseIntent::ProbablyNot => 2,
            PurchaseIntent::Maybe => 3,
            PurchaseIntent::Probably => 4,
            PurchaseIntent::Definitely => 5,
        },
        _ => scale.at(turn.level),
    }
}
