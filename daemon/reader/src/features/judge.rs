//! The judgement of a clause. Its words by the cues of the lexicon, its numbers by what is usual, and its trained meaning
//! are weighed together: where they contradict each other they cancel, and where too little is left nothing is said of
//! the clause.

use super::super::lexicon::Theme;
use super::super::meaning::Meaning;
use super::super::theme::Concern;
use super::super::usual::Judged;
use super::TextMatch;

/// What a clause says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// For or against, and in what.
    pub theme: Theme,
    /// How much it counts, about 1 for a clear statement.
    pub count: f64,
    /// Whether what was found agrees so well that an answer may name it: a cue or a number speaks of the same theme, or the
    /// meaning is strong and sure of its theme.
    pub can_be_named: bool,
    /// Whether the theme is as sure as the direction, so that a sentence of the theme is true of the clause.
    pub theme_is_sure: bool,
}

/// What the trained meaning weighs, per unit of valence.
const MEANING: f64 = 0.45;
/// What cues weigh.
const CUES: f64 = 0.5;
/// Cues beyond this add nothing.
const CUES_MAX: f64 = 2.2;
/// What the deviation of a number from what is usual weighs.
const NUMBER: f64 = 0.6;
/// What the rest weighs beside a number.
const BESIDE_NUMBER: f64 = 0.35;
/// Below this nothing is said of a clause.
const SAYS_NOTHING: f64 = 0.3;
/// Nothing counts more than this.
const MOST: f64 = 1.6;
/// Cues against a clause that names a price must weigh this much to say more than the price.
const PRICED: f64 = 0.6;
/// A meaning so strong, and so sure of its theme, can be named without a cue.
const STRONG: f64 = 1.5;
const SURE: f64 = 0.5;
/// A cue's theme is kept if the meaning gives it at least this probability.
const PLAUSIBLE: f64 = 0.04;
/// A cue is believed for an answer if the meaning points the same way at least so clearly.
const POINTS: f64 = 0.7;
/// A sentence of a theme is true of a clause if the meaning gives the theme at least this probability.
const THEME_SURE: f64 = 0.6;
/// The same where a cue or a number speaks of it.
const THEME_SURE_WITH_CUE: f64 = 0.3;

/// Judges a clause by its cues, its number and its meaning; `names_price` if it names what is asked for.
#[must_use]
pub fn judge<'a>(
    cues: impl Iterator<Item = &'a TextMatch>,
    number: Option<Judged>,
    meaning: &Meaning,
    names_price: bool,
) -> Option<Judgement> {
    let mut balance = 0.0;
    let mut themes: Vec<(Theme, f64)> = Vec::new();
    for cue in cues {
        balance += if is_good(cue.theme) { cue.count } else { -cue.count };
        themes.push((cue.theme, cue.count));
    }
    let words = MEANING * meaning.valence + CUES * balance.clamp(-CUES_MAX, CUES_MAX);
    let value = match number {
        Some(number) => NUMBER * number.signed() + BESIDE_NUMBER * words,
        None => words,
    };
    if value.abs() < SAYS_NOTHING {
        return None;
    }
    let good = value > 0.0;
    themes.retain(|(theme, _)| is_good(*theme) == good);
    themes.sort_by(|one, other| other.1.total_cmp(&one.1));
    let of_number = number.map(|number| number.theme).filter(|theme| is_good(*theme) == good);
    let of_cue = themes.iter().map(|(theme, _)| *theme);
    let of_cue = of_cue.into_iter().find(|theme| meaning.theme(*theme) >= PLAUSIBLE);
    let theme = of_number.or(of_cue).unwrap_or_else(|| meaning.likeliest(good).0);
    // A price is weighed by its height, not once more for being there.
    let is_mere_price = names_price && number.is_none() && balance > -PRICED;
    if is_mere_price && theme == Theme::Concern(Concern::Price) {
        return None;
    }
    let valence = if good { meaning.valence } else { -meaning.valence };
    let by_words = of_number.is_some() && valence > 0.0 || of_cue.is_some() && valence >= POINTS;
    let by_meaning = valence >= STRONG && meaning.theme(theme) >= SURE;
    let can_be_named = by_words || by_meaning;
    let is_spoken_of = of_number == Some(theme) || of_cue == Some(theme);
    let sure = if is_spoken_of { THEME_SURE_WITH_CUE } else { THEME_SURE };
    let theme_is_sure = can_be_named && meaning.theme(theme) >= sure;
    Some(Judgement { theme, count: value.abs().min(MOST), can_be_named, theme_is_sure })
}

fn is_good(theme: Theme) -> bool {
    matches!(theme, Theme::Benefit(_))
}
