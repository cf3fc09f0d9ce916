//! The check of other wordings: how far each wording moves the mean, and whether respondents keep their rank order.
//! Replicates in the same words are the benchmark for both.

use protocol::control::{Verdict, Wording, Wordings};
use protocol::quality::Figure;
use protocol::results::Estimate;

use super::controls::difference;
use super::limit::Limit;
use super::{Met, PAIRS_MIN, told};
use crate::domain::instrument::scale::Scale;
use crate::domain::instrument::words::number;
use crate::domain::stats::LEVEL;
use crate::domain::stats::reask::Pairs;

/// Why there is no rank correlation.
const NO_RANK: &str = "too few answered both, or all answers are alike";
const NOBODY: &str = "nobody answered both";

/// Evaluates all wordings together: stable if each of them is, unstable if one is not.
pub(super) fn judge(
    all: &[(u16, &Met)],
    same_words: &Pairs,
    scale: Scale,
    limit: &Limit,
) -> Wordings {
    let differences: Vec<(u16, Option<Estimate>)> =
        all.iter().map(|(number, met)| (*number, difference(met, scale))).collect();
    let verdicts = differences
        .iter()
        .map(|(_, found)| found.as_ref().map_or(Verdict::Undecided, |found| limit.judge(found)));
    let verdict = verdicts.reduce(worse).unwrap_or(Verdict::Undecided);
    // The first of equal ones.
    let known = differences.iter().filter_map(|(number, found)| Some((*number, found.as_ref()?)));
    let largest = known
        .reduce(|best, next| if next.1.value.abs() > best.1.value.abs() { next } else { best });
    let ranks: Vec<Option<Estimate>> =
        all.iter().map(|(_, met)| met.pairs.rank_correlation(LEVEL)).collect();
    let same = same_words.rank_correlation(LEVEL);
    let sentence = match largest {
        Some((number, found)) if found.n >= PAIRS_MIN => {
            let order = order(&ranks, same.as_ref());
            format!(
                "{} (wording {number} of {} moves the mean most: {}; {}{order}).",
                meaning(verdict),
                all.len(),
                told(found, scale),
                limit.told()
            )
        }
        _ => format!(
            "Whether the wording matters is not known: fewer than {PAIRS_MIN} answered in both wordings."
        ),
    };
    Wordings {
        verdict,
        limit: limit.value,
        unit: scale.unit().to_owned(),
        largest: Figure::of(largest.map(|(_, found)| found.clone()), NOBODY),
        rank_same_words: Figure::of(
            same,
            "too few were asked again in the same words, or all answers are alike",
        ),
        wordings: differences
            .into_iter()
            .zip(ranks)
            .zip(all)
            .map(|(((number, difference), rank), (_, met))| Wording {
                number,
                difference: Figure::of(difference, NOBODY),
                rank: Figure::of(rank, NO_RANK),
                asked: met.asked,
            })
            .collect(),
        sentence,
    }
}

fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "The wording of the question makes no difference that matters",
        Verdict::Failed => {
            "The wording of the question matters: in other words the same people give another level, so compare only answers to the \
             same words"
        }
        Verdict::Undecided => {
            "Whether the wording of the question matters cannot be told; ask a larger subsample"
        }
    }
}

/// The worse verdict: a failure outweighs a doubt, and a doubt a success.
fn worse(one: Verdict, other: Verdict) -> Verdict {
    match (one, other) {
        (Verdict::Failed, _) | (_, Verdict::Failed) => Verdict::Failed,
        (Verdict::Undecided, _) | (_, Verdict::Undecided) => Verdict::Undecided,
        (Verdict::Passed, Verdict::Passed) => Verdict::Passed,
    }
}

/// The lowest rank correlation over all wordings, in words.
fn order(ranks: &[Option<Estimate>], same: Option<&Estimate>) -> String {
    let least = ranks.iter().flatten().reduce(|a, b| if b.value < a.value { b } else { a });
    let Some(least) = least else { return String::new() };
    let ends = match least.low.zip(least.high) {
        Some((low, high)) => format!(" ({} to {})", number(low, 2), number(high, 2)),
        None => String::new(),
    };
    let same = same.map_or_else(String::new, |same| {
        format!(", {} when asked again in the same words", number(same.value, 2))
    });
    format!(
        "; people keep their order with a rank correlation of {}{ends} at least{same}",
        number(least.value, 2)
    )
}
