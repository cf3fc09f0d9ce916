//! How often: from what the text is about, shifted by the liking and by the person. Where the text does not tell what kind
//! of thing it is, the question is declined.

use protocol::results::PurchaseIntent;

use super::super::class::Rate;
use super::Said;
use super::mind::Turn;
use super::when::NEVER;

pub(super) fn how_often(turn: &Turn<'_>, rate: Rate) -> Option<Said> {
    let answers = &turn.mind.reader.answers;
    let usual = answers.uses_of(turn.mind.words)?;
    let unwilling = turn.level < NEVER || turn.intent() == PurchaseIntent::DefinitelyNot;
    let place = if unwilling { 0 } else { place(turn, usual, answers.rate.len()) };
    let step = answers.rate.get(place)?;
    let said = match numbers(rate, step.year) {
        Some(said) => Said::of(said),
        None => Said::of(step.say.clone()),
    };
    Some(said.naming(&step.name))
}

/// One to two steps around what is usual; what is bought once stays so.
fn place(turn: &Turn<'_>, usual: usize, steps: usize) -> usize {
    let z = turn.mind.key("often").normal();
    let shift = libm::round(0.6 * turn.mind.u + 0.7 * z).clamp(-2.0, 1.0);
    let shift = if usual <= 1 { shift.clamp(0.0, 1.0) } else { shift };
    (1..steps)
        .min_by(|a, b| {
            let far = |place: usize| (place as f64 - usual as f64 - shift).abs();
            far(*a).total_cmp(&far(*b))
        })
        .unwrap_or(usual)
}

/// The same in the unit that was asked for; `None` for less than once, which is said in words.
fn numbers(rate: Rate, year: f64) -> Option<String> {
    let (times, unit) = match rate {
        Rate::Words => return None,
        Rate::DaysAWeek => ((year / 48.0).min(7.0), "week"),
        Rate::TimesAWeek => (year / 48.0, "week"),
        Rate::TimesAMonth => (year / 12.0, "month"),
        Rate::TimesAYear => (year, "year"),
    };
    // As people count: to ten exactly, then in fives and tens.
    let times = if times <= 10.0 {
        libm::round(times)
    } else if times <= 20.0 {
        5.0 * libm::round(times / 5.0)
    } else {
        10.0 * libm::round(times / 10.0)
    };
    if times < 1.0 {
        return None;
    }
    let counted = match (rate, times > 1.0) {
        (Rate::DaysAWeek, true) => format!("{times} days"),
        (Rate::DaysAWeek, false) => "one day".to_owned(),
        (_, true) => format!("{times} times"),
        (_, false) => "once".to_owned(),
    };
    Some(format!("About {counted} a {unit}."))
}
