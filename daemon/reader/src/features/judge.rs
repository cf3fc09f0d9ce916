//! The judgement of a clause: what its words say by the cues of the lexicon and what the trained meaning says must
//! agree, or one of them must be sure; otherwise nothing is said of the clause.

use super::super::lexicon::Theme;
use super::super::meaning::Meaning;
use super::{TextMatch, Token};

/// What a clause says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    /// For or against, and in what.
    pub theme: Theme,
    /// How much it counts, about 1 for a clear statement.
    pub count: f64,
}

/// A meaning below this is a mere description.
const SAYS_NOTHING: f64 = 0.35;
/// A meaning above this needs no cue.
const SURE: f64 = 0.8;
/// A meaning above this outweighs cues that say the opposite.
const OVERRULES: f64 = 1.6;
/// Cues below this do not count.
const CUES_MIN: f64 = 0.3;
/// A cue's theme is kept if the meaning gives it at least this probability.
const PLAUSIBLE: f64 = 0.05;

/// Judges a clause by the cues in it and its meaning.
#[must_use]
pub fn judge<'a>(
    _tokens: &[Token],
    cues: impl Iterator<Item = &'a TextMatch>,
    meaning: &Meaning,
) -> Option<Judgement> {
    let (mut good, mut bad) = (0.0, 0.0);
    let mut themes: Vec<(Theme, f64)> = Vec::new();
    for cue in cues {
        match cue.theme {
            Theme::Benefit(_) => good += cue.count,
            Theme::Concern(_) => bad += cue.count,
        }
        themes.push((cue.theme, cue.count));
    }
    let cues: f64 = good - bad;
    let valence = meaning.valence;
    let agree = cues.abs() >= CUES_MIN && cues.signum() == valence.signum();
    let silent = cues.abs() < CUES_MIN;
    let value = if agree && valence.abs() >= SAYS_NOTHING {
        valence
    } else if silent && valence.abs() >= SURE {
        0.8 * valence
    } else if !agree && !silent && valence.abs() >= OVERRULES {
        0.6 * valence
    } else {
        return None;
    };
    let is_good = value > 0.0;
    themes.retain(|(theme, _)| matches!(theme, Theme::Benefit(_)) == is_good);
    themes.sort_by(|one, other| other.1.total_cmp(&one.1));
    let by_cue = themes.first().map(|(theme, _)| *theme).filter(|theme| meaning.theme(*theme) >= PLAUSIBLE);
    let theme = by_cue.unwrap_or_else(|| meaning.likeliest(is_good).0);
    Some(Judgement { theme, count: value.abs() / 2.0 })
}
