//! Yes or no: what the text makes believable, clear or new to the person, whether it suits them, and facts. A fact is
//! answered only where one clause of the text has every word of it.

use protocol::results::ThemeKind;

use super::super::class::{Claim, Manner};
use super::Said;
use super::mind::Turn;
use super::reasons::reasons;
use crate::response::Source;
use crate::theme::{Benefit, Concern};

pub(super) fn yes_no(
    turn: &Turn<'_>,
    claim: &Claim,
    manner: Manner,
    gives_reasons: bool,
) -> Option<Said> {
    if let Claim::Fact(stems) = claim {
        return fact(turn, stems);
    }
    let (place, cases) = match claim {
        Claim::Believable => {
            (believable(turn), ["not_believable", "half_believable", "believable"])
        }
        Claim::Clear => (clear(turn), ["not_clear", "half_clear", "clear"]),
        Claim::Different => (different(turn), ["not_different", "not_different", "different"]),
        Claim::Good | Claim::Like | Claim::Fact(_) => (turn.level, ["no", "partly", "yes"]),
        Claim::Bad => (1.0 - turn.level, ["no", "partly", "yes"]),
    };
    let [low, middle, high] = cases;
    let case = if place < 0.4 {
        low
    } else if place < 0.6 {
        middle
    } else {
        high
    };
    let said = match turn.scale {
        Some(scale) => {
            let theme = turn.say("yes_no", case, None, "")?;
            let number = turn.say("would", "number", None, &scale.say(scale.at(place)))?;
            theme.themes.iter().fold(number, |said, theme| said.naming(theme))
        }
        None => {
            let mut said = turn.say("yes_no", case, None, "")?;
            // What lies in the middle is neither.
            let true_of_it = (case == high).then_some(true).or((case == low).then_some(false));
            let yes = true_of_it.map(|is| is == (manner == Manner::Direct));
            if let Some(yes) = yes.filter(|_| manner != Manner::Degree) {
                said.answer = prefixed(yes, &said.answer);
            }
            said
        }
    };
    let personal = matches!(claim, Claim::Good | Claim::Like | Claim::Bad);
    if !personal || !gives_reasons || turn.lost() {
        return Some(said);
    }
    let kind = if turn.level >= 0.6 { ThemeKind::Appeal } else { ThemeKind::Concern };
    Some(match reasons(turn, kind, 1) {
        Some(reason) => said.then(reason),
        None => said,
    })
}

/// "Yes" or "No" before a sentence.
fn prefixed(yes: bool, sentence: &str) -> String {
    let word = if yes { "Yes" } else { "No" };
    let mut letters = sentence.chars();
    match letters.next() {
        Some(first) if !sentence.starts_with("I ") => {
            format!("{word}, {}{}", first.to_lowercase(), letters.as_str())
        }
        _ => format!("{word}, {sentence}"),
    }
}

/// From 0 to 1, by what speaks for and against the word of the text.
fn believable(turn: &Turn<'_>) -> f64 {
    if turn.lost() || turn.level < 0.1 {
        return 0.0;
    }
    let mind = turn.mind;
    let doubt = mind.sum(Source::Hype)
        + mind.concern(Concern::Vagueness)
        + mind.concern(Concern::Risk)
        + mind.concern(Concern::Pressure);
    let trust = mind.benefit(Benefit::Trust) + mind.sum(Source::Specifics);
    (0.55 + trust + doubt + 0.3 * (turn.level - 0.5)).clamp(0.0, 1.0)
}

fn clear(turn: &Turn<'_>) -> f64 {
    if turn.lost() {
        return 0.0;
    }
    let mind = turn.mind;
    let hard = mind.sum(Source::Reading) + mind.concern(Concern::Complexity);
    (0.9 + 1.3 * hard).clamp(0.0, 1.0)
}

fn different(turn: &Turn<'_>) -> f64 {
    let novel = turn.mind.benefit(Benefit::Novelty) > 0.0;
    if novel && turn.level >= 0.3 { 1.0 } else { 0.0 }
}

/// What the text says; declined where it does not say it.
fn fact(turn: &Turn<'_>, stems: &[String]) -> Option<Said> {
    let clause = turn.mind.words.clause_with(stems)?;
    let case = if clause.denies(stems) { "denies" } else { "says" };
    turn.say("yes_no", case, Some(clause.span), "")
}
