//! Which of: the part of the text that adds most to the liking or takes most from it, or one of the options that the
//! question lists, where the text says something about each of them.

use super::super::class::{Choice, Listed};
use super::Said;
use super::mind::Turn;
use super::reasons::rejection;
use crate::lexicon::Theme;
use crate::response::{Contribution, Source};
use crate::theme::Concern;

/// A part must weigh this much to be singled out.
const WORTH_NAMING: f64 = 0.06;
/// Options that differ by less are the same to a person.
const TELLS_APART: f64 = 0.05;

pub(super) fn which(turn: &Turn<'_>, choice: &Choice) -> Option<Said> {
    match choice {
        Choice::Best => part(turn, "best", 1.0),
        Choice::Worst if turn.lost() => rejection(turn),
        Choice::Worst => part(turn, "worst", -1.0),
        Choice::Options(listed) => option(turn, listed),
        Choice::Unnamed => None,
    }
}

/// The heaviest part on one side.
fn part(turn: &Turn<'_>, case: &str, sign: f64) -> Option<Said> {
    let reader = turn.mind.reader;
    let found = turn
        .mind
        .parts()
        .filter(|part| part.span.is_some_and(|span| !span.is_empty()))
        .filter(|part| part.amount * sign > WORTH_NAMING)
        .filter_map(|part| theme(part).map(|theme| (part, theme)))
        .max_by(|a, b| (a.0.amount * sign).total_cmp(&(b.0.amount * sign)));
    let Some((part, theme)) = found else { return turn.say("which", "nothing", None, "") };
    Some(turn.say("which", case, part.span, "")?.naming(reader.lexicon.label(theme)))
}

fn theme(part: &Contribution) -> Option<Theme> {
    match part.source {
        Source::Theme(theme) => Some(theme),
        Source::Price => Some(Theme::Concern(Concern::Price)),
        _ => None,
    }
}

/// The option whose clause adds most; declined where the text does not speak of each.
fn option(turn: &Turn<'_>, listed: &[Listed]) -> Option<Said> {
    let words = turn.mind.words;
    let mut valued: Vec<(f64, &Listed)> = Vec::new();
    for option in listed {
        if !option.stems.iter().all(|stem| words.has(stem)) {
            return None;
        }
        let others = listed.iter().filter(|other| other.name != option.name);
        let other_stems: Vec<&String> = others.flat_map(|other| &other.stems).collect();
        // A clause that speaks of all options speaks for none of them.
        let own = words.clauses().iter().filter(|clause| {
            option.stems.iter().any(|stem| clause.has(stem))
                && !other_stems.iter().any(|stem| clause.has(stem))
        });
        let value = own.map(|clause| turn.mind.within(clause.span).0).sum();
        valued.push((value, option));
    }
    let best = valued.iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
    let next = valued
        .iter()
        .filter(|(_, option)| option.name != best.1.name)
        .map(|(value, _)| *value)
        .max_by(f64::total_cmp)?;
    if best.0 - next < TELLS_APART {
        return turn.say("which", "same", None, "");
    }
    let name = &best.1.name;
    let shown =
        if name.starts_with(char::is_uppercase) { name.clone() } else { format!("the {name}") };
    Some(turn.say("which", "option", None, &shown)?.naming(name))
}
