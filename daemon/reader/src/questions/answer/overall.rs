//! An opinion in general: of the whole, of a part, or against what is there today.

use protocol::results::ThemeKind;

use super::super::class::View;
use super::Said;
use super::mind::Turn;
use super::reasons::{reasons, rejection};
use crate::features::Span;

/// A part that adds or takes less makes no difference.
const EVEN: f64 = 0.04;

pub(super) fn overall(turn: &Turn<'_>, view: &View, gives_reasons: bool) -> Option<Said> {
    match view {
        View::Whole => whole(turn, gives_reasons),
        View::Part(span) => part(turn, *span),
        View::Compared => compared(turn),
    }
}

fn whole(turn: &Turn<'_>, gives_reasons: bool) -> Option<Said> {
    if turn.lost() {
        return rejection(turn);
    }
    let case = if turn.level < 0.15 {
        "put_off"
    } else if turn.level < 0.40 {
        "doubtful"
    } else if turn.level < 0.60 {
        "undecided"
    } else if turn.level < 0.80 {
        "pleased"
    } else {
        "delighted"
    };
    let opinion = turn.say("overall", case, None, "")?;
    let number = turn
        .scale
        .and_then(|scale| turn.say("would", "number", None, &scale.say(scale.at(turn.level))));
    let kind = if turn.level >= 0.5 { ThemeKind::Appeal } else { ThemeKind::Concern };
    let most = if number.is_some() { 1 } else { 2 };
    let reason = if gives_reasons { reasons(turn, kind, most) } else { None };
    let head = match (number, &reason) {
        (Some(number), _) => opinion.themes.iter().fold(number, |said, theme| said.naming(theme)),
        // The reasons are what is counted, where there are any.
        (None, Some(_)) => Said::of(opinion.answer),
        (None, None) => opinion,
    };
    Some(match reason {
        Some(reason) => head.then(reason),
        None => head,
    })
}

fn part(turn: &Turn<'_>, span: Span) -> Option<Said> {
    let (total, theme) = turn.mind.within(span);
    let case = if total > EVEN {
        "part_good"
    } else if total < -EVEN {
        "part_bad"
    } else {
        return turn.say("overall", "part_even", Some(span), "");
    };
    let said = turn.say("overall", case, Some(span), "")?;
    let label = theme.map(|theme| turn.mind.reader.lexicon.label(theme)).unwrap_or_default();
    Some(said.naming(label))
}

fn compared(turn: &Turn<'_>) -> Option<Said> {
    let (case, kind) = if turn.level < 0.4 {
        ("worse", Some(ThemeKind::Concern))
    } else if turn.level < 0.65 {
        ("same", None)
    } else {
        ("better", Some(ThemeKind::Appeal))
    };
    let said = turn.say("overall", case, None, "")?;
    let reason = kind.and_then(|kind| reasons(turn, kind, 1));
    Some(match reason {
        Some(reason) => said.then(reason),
        None => said,
    })
}
