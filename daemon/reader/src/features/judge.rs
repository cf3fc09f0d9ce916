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
    let agrees = valence_agrees(meaning.valence, good);
    let by_words = of_number.is_some() || of_cue.is_some() && agrees;
    let by_meaning = meaning.valence.abs() >= STRONG && agrees && meaning.theme(theme) >= SURE;
    let can_be_named = by_words || by_meaning;
    Some(Judgement { theme, count: value.abs().min(MOST), can_be_named })
}

/// Whether a meaning does not point the other way.
fn valence_agrees(valence: f64, good: bool) -> bool {
    if good { valence > 0.0 } else { valence < 0.0 }
}

fn is_good(theme: Theme) -> bool {
    matches!(theme, Theme::Benefit(_))
}
