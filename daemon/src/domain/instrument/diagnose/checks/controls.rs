//! The three controls and their verdicts, each with its rule. They detect a panel that likes a bad text, that is
//! swayed by looks, or that agrees whichever way a question is put.

use protocol::control::{Judged, Verdict};
use protocol::measurement::Control;
use protocol::quality::Figure;
use protocol::results::Estimate;

use super::limit::Limit;
use super::{Met, PAIRS_MIN, ends, told};
use crate::domain::instrument::scale::Scale;
use crate::domain::instrument::words::{number, signed};
use crate::domain::stats::estimate::{mean, scaled};
use crate::domain::stats::{LEVEL, reask::Pairs};

/// Why there is no difference.
const NOBODY: &str = "nobody answered both";
/// Why there is no rank correlation.
const NO_RANK: &str = "too few answered both, or all answers are alike";

/// The name in the report.
pub(super) fn name(control: Control) -> &'static str {
    match control {
        Control::Decoy => "Decoy",
        Control::Duplicate => "Duplicate",
        Control::Reversed => "Reversed scale",
    }
}

/// Why the scale was not reversed.
pub(super) fn why_not(scale: Scale) -> &'static str {
    if scale.is_numeric() {
        "the built-in reader reads what is shown and not the question, so a scale turned round means nothing to it"
    } else {
        "the answers are words, and there is no scale to turn round"
    }
}

/// Evaluates a control that was asked.
pub(super) fn judge(control: Control, met: &Met, scale: Scale, limit: &Limit) -> Judged {
    match control {
        Control::Decoy => decoy(met, scale),
        Control::Duplicate => duplicate(met, scale, limit),
        Control::Reversed => reversed(met, scale, limit),
    }
}

/// Decoy: the text must be liked clearly better than one made to be bad, the whole interval above a difference that
/// matters, and the bad one must not be liked: if its whole interval is above the middle of the scale, the panel
/// fails however high the text scores. If both are rated low, there is no liking to be suspicious of.
fn decoy(met: &Met, scale: Scale) -> Judged {
    let needed = scale.matters();
    let difference = difference(met, scale).map(turned);
    let level = mean(&met.pairs.seconds(scale.ends()), LEVEL);
    let level = level.map(|level| scaled(level, scale.factor()));
    let (disliked, liked) = match level.as_ref().and_then(ends) {
        Some((low, high)) => (high < scale.middle(), low > scale.middle()),
        None => (false, false),
    };
    let verdict = match difference.as_ref().and_then(ends) {
        Some(_) if liked => Verdict::Failed,
        Some((low, _)) if low > needed => Verdict::Passed,
        Some((_, high)) if high <= needed && !disliked => Verdict::Failed,
        _ => Verdict::Undecided,
    };
    let meaning = match verdict {
        Verdict::Passed => "a text made to be bad was rated clearly lower",
        Verdict::Failed => {
            "this panel also liked a text made to be bad, so do not trust the level of its answers"
        }
        Verdict::Undecided if disliked => {
            "this text did not do clearly better than one made to be bad, and both are rated low: that is no yes-saying, and no praise"
        }
        Verdict::Undecided => {
            "whether this panel tells this text from one made to be bad cannot be told; ask a larger subsample"
        }
    };
    let decimals = scale.decimals();
    let mut held = format!("more than {} is required", number(needed, decimals));
    if let Some(level) = &level {
        let ends = match level.low.zip(level.high) {
            Some((low, high)) => {
                format!(", {} to {}", number(low, decimals), number(high, decimals))
            }
            None => String::new(),
        };
        let (level, middle) = (number(level.value, decimals), number(scale.middle(), decimals));
        held.push_str(&format!("; the decoy got {level}{ends}, and {middle} is the middle"));
    }
    let words = Words { meaning, what: "this text minus the decoy", held: &held };
    let judged = told_of(Control::Decoy, verdict, met, (scale, needed), difference, words);
    Judged { level: Some(Figure::of(level, NOBODY)), ..judged }
}

/// Duplicate: the same text in another presentation must be rated alike.
fn duplicate(met: &Met, scale: Scale, limit: &Limit) -> Judged {
    let difference = difference(met, scale);
    let verdict = difference.as_ref().map_or(Verdict::Undecided, |found| limit.judge(found));
    let meaning = match verdict {
        Verdict::Passed => "the same text presented otherwise was rated alike",
        Verdict::Failed => {
            "the same text presented otherwise was rated otherwise, so do not read differences of this size between texts"
        }
        Verdict::Undecided => {
            "whether the same text presented otherwise is rated alike cannot be told; ask a larger subsample"
        }
    };
    let words =
        Words { meaning, what: "the other presentation minus this one", held: &limit.told() };
    told_of(Control::Duplicate, verdict, met, (scale, limit.value), difference, words)
}

/// Reversed scale: the reply, turned back, must agree with the answer, both on average and for each respondent. The
/// average alone is not enough: one half of a panel that agrees with everything can cancel out the other half.
fn reversed(met: &Met, scale: Scale, limit: &Limit) -> Judged {
    let difference = difference(met, scale);
    let rank = met.pairs.rank_correlation(LEVEL);
    let alike = difference.as_ref().map_or(Verdict::Undecided, |found| limit.judge(found));
    let order = order(&met.pairs, rank.as_ref());
    let verdict = match (alike, order) {
        (Verdict::Failed, _) | (_, Verdict::Failed) => Verdict::Failed,
        (Verdict::Passed, Verdict::Passed) => Verdict::Passed,
        _ => Verdict::Undecided,
    };
    let meaning = match verdict {
        Verdict::Passed => "with the scale turned round the answers turn with it",
        Verdict::Failed => {
            "with the scale turned round the answers do not turn with it, as with people who say yes to anything, so do not trust \
             the level of its answers"
        }
        Verdict::Undecided => {
            "whether the answers turn when the scale is turned round cannot be told; ask a larger subsample"
        }
    };
    let mut held = limit.told();
    if let Some(rank) = &rank {
        held.push_str(&format!("; rank correlation with the answers {}", signed(rank.value, 2)));
    }
    let words = Words { meaning, what: "replies turned back minus the answers", held: &held };
    let judged = told_of(Control::Reversed, verdict, met, (scale, limit.value), difference, words);
    Judged { rank: Some(Figure::of(rank, NO_RANK)), ..judged }
}

/// Whether respondents keep their rank order. If all answers are alike on both sides, there is no order to keep.
fn order(pairs: &Pairs, rank: Option<&Estimate>) -> Verdict {
    match (rank.and_then(ends), pairs.vary()) {
        (Some((low, _)), _) if low > 0.0 => Verdict::Passed,
        (Some((_, high)), _) if high < 0.0 => Verdict::Failed,
        (None, (false, false)) => Verdict::Passed,
        _ => Verdict::Undecided,
    }
}

/// The reply to the control minus the answer, in the unit of the report.
pub(super) fn difference(met: &Met, scale: Scale) -> Option<Estimate> {
    met.pairs.difference(LEVEL).map(|difference| scaled(difference, scale.factor()))
}

/// The same difference with the opposite sign.
fn turned(difference: Estimate) -> Estimate {
    let (low, high) = (difference.high.map(|high| -high), difference.low.map(|low| -low));
    // Adding zero removes the sign of a negative zero.
    Estimate { value: 0.0 - difference.value, low, high, ..difference }
}

/// The words that a verdict's sentence is made of.
struct Words<'a> {
    meaning: &'a str,
    /// What the difference is of.
    what: &'a str,
    /// What it was compared with.
    held: &'a str,
}

/// A verdict with its sentence, in the form that all controls share.
fn told_of(
    control: Control,
    verdict: Verdict,
    met: &Met,
    (scale, limit): (Scale, f64),
    difference: Option<Estimate>,
    Words { meaning, what, held }: Words<'_>,
) -> Judged {
    let name = name(control);
    let sentence = match &difference {
        Some(found) if found.n >= PAIRS_MIN => {
            format!("{name} {verdict}: {meaning} ({what}: {}; {held}).", told(found, scale))
        }
        _ => format!(
            "{name} {verdict}: {} of {} answered both, and fewer than {PAIRS_MIN} decide nothing.",
            met.pairs.n(),
            met.asked
        ),
    };
    Judged {
        verdict,
        difference: Figure::of(difference, NOBODY),
        limit,
        unit: scale.unit().to_owned(),
        level: None,
        rank: None,
        asked: met.asked,
        sentence,
    }
}
