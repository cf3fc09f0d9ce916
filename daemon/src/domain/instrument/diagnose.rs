//! What speaks for and against the numbers themselves, as figures and as plain sentences.

use std::collections::BTreeMap;

use protocol::results::Diagnostics;

use super::SYNTHETIC_NOTICE;
use super::tally::Tally;
use crate::domain::stats::distinct::DistinctTexts;

/// Below this standard deviation on a scale of ten or eleven values, answers are called less varied than people's: 0.7
/// of 2.1, the middle of what ordinary concepts show, 0.7 being the ratio to people's deviation below which a panel
/// deserves a warning.
const SD_LOW: f64 = 0.7 * 2.1;
/// Above this share at one score the distribution is called collapsed.
const MODE_SHARE_HIGH: f64 = 0.5;
/// Below this share of distinct texts, answers are called alike.
const DISTINCT_LOW: f64 = 0.5;
/// Above this share of answers that contradict themselves the report says so.
const CONTRADICTORY_HIGH: f64 = 0.02;
/// Fewer answers than this make wide intervals.
const FEW_ANSWERS: u64 = 30;
/// Above this share of assignments without an answer the report says so.
const NOT_ANSWERED_HIGH: f64 = 0.05;

pub(super) fn diagnose(
    tally: &Tally,
    texts: &DistinctTexts,
    not_answered: BTreeMap<String, u64>,
    uncounted_themes: u64,
    contradictory: u64,
) -> Diagnostics {
    let n = tally.n();
    let scores = tally.scores();
    let share_at_mode = scores.and_then(|scores| Some(scores.mode()?.1 as f64 / scores.n() as f64));
    let mut notes = vec![SYNTHETIC_NOTICE.to_owned()];
    let missing: u64 = not_answered.values().sum();
    if missing as f64 > NOT_ANSWERED_HIGH * (n + missing) as f64 {
        notes.push(format!(
            "{missing} of {} gave no answer. The numbers describe only those who did.",
            n + missing
        ));
    }
    if n < FEW_ANSWERS {
        let answers = if n == 1 { "answer" } else { "answers" };
        notes.push(format!("Only {n} {answers}: too few for more than a first impression."));
    } else {
        if let Some(sd) = scores.and_then(crate::domain::stats::histogram::Histogram::sd)
            && sd < SD_LOW
        {
            notes.push(format!(
                "The scores are less varied than people's answers usually are (standard deviation {sd:.1}): \
                 expect real answers to spread wider."
            ));
        }
        if let Some(share) = share_at_mode
            && share > MODE_SHARE_HIGH
        {
            notes.push(format!(
                "{:.0} % of the answers give the same score: the panel hardly tells people apart.",
                100.0 * share
            ));
        }
        if let Some(share) = texts.share()
            && share < DISTINCT_LOW
        {
            notes.push(format!(
                "Only {:.0} % of the reasonings differ from one another once numbers are masked.",
                100.0 * share
            ));
        }
    }
    if contradictory as f64 > CONTRADICTORY_HIGH * n as f64 {
        notes.push(format!(
            "{contradictory} of {n} answers contradict themselves, such as a high score beside a flat no: \
             look at them before you trust the numbers."
        ));
    }
    if texts.is_estimate() {
        notes.push("The share of distinct texts is an estimate, right to about 2 %.".to_owned());
    }
    if uncounted_themes > 0 {
        notes.push(format!(
            "{uncounted_themes} mentions of rare themes are not counted: there were too many different ones."
        ));
    }
    Diagnostics {
        entropy_bits: scores.and_then(crate::domain::stats::histogram::Histogram::entropy_bits),
        share_at_mode,
        distinct_texts: texts.share(),
        not_answered,
        notes,
    }
}
