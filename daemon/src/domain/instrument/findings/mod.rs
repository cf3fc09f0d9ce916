//! Findings: concerns worth acting on, ranked by the rule in `priority`. Every number in a sentence is computed from the
//! answers, every quote is verbatim from an answer, and every clause stands in the text. Findings that follow from stored
//! results when these are read (the level, a rejected text) are in `level` and `rejected`.

mod across;
mod clause;
mod opposites;
mod priority;
mod rejected;
mod segments;
mod told;

use std::fmt::Write as _;

use protocol::finding::{Finding, FindingCategory, Priority};
use protocol::results::{Estimate, ThemeKind};

use super::contrast::ClassTallies;
use super::level::Standing;
use super::themes::{ThemeTally, Themes};
use super::words::people;
use crate::domain::stats::compare::{Moments, Welch, welch};
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::wording::widened;
use crate::domain::stats::{LEVEL, estimate};

pub(crate) use across::across;
pub(super) use clause::{ClauseCounts, ClauseIndex};
pub(super) use opposites::of_level as dissent_of_level;
pub(crate) use priority::RULE;
use priority::Weight;
pub(crate) use told::{Subject, told};

/// Most findings in a report.
const FINDINGS_MAX: usize = 8;
/// Share of answers from which a concern is worth knowing.
const NOTEWORTHY: f64 = 0.05;
/// Fewest answers that a finding needs.
const ANSWERS_MIN: u64 = 2;
/// A goal below this share is none: hardly anybody would name the theme then.
const NOTICEABLE: f64 = 0.015;
/// The affected feature of a finding that no single theme is about.
pub(super) const WHOLE_TEXT: &str = "the whole text";

/// Whether so many of `n` answers are enough for a finding.
fn is_enough(count: u64, n: u64) -> bool {
    count >= ANSWERS_MIN && count as f64 >= NOTEWORTHY * n as f64
}

/// What the findings are made from.
pub(super) struct FindingCounts<'a> {
    pub(super) themes: &'a Themes,
    pub(super) classes: &'a ClassTallies,
    /// The scores of all answers, where the instrument has scores.
    pub(super) scores: Option<&'a Histogram>,
    /// Answers in all.
    pub(super) n: u64,
    /// Standard deviation of the wording noise in the share that names a theme.
    pub(super) noise: f64,
    /// How low the whole result is.
    pub(super) level: Standing,
}

/// A concern with its weight.
struct Weighed<'a> {
    theme: &'a ThemeTally,
    share: Estimate,
    /// Mean of those who do not name it minus mean of those who do, in points; `None` when a group is too small.
    gap: Option<Welch>,
    /// Points of the mean that are sure to go along with it.
    effect: Option<f64>,
    priority: Priority,
}

/// Findings from the concerns, most urgent first.
pub(super) fn find(counts: &FindingCounts<'_>) -> Vec<Finding> {
    let mut weighed: Vec<Weighed<'_>> = counts
        .themes
        .ranked(ThemeKind::Concern)
        .into_iter()
        .filter(|theme| is_enough(theme.count, counts.n))
        .filter_map(|theme| weigh(theme, counts))
        .collect();
    // Stable sort: equally urgent findings stay in order of frequency.
    weighed.sort_by_key(|weighed| weighed.priority);
    (1..)
        .zip(weighed.iter().take(FINDINGS_MAX))
        .map(|(id, weighed)| describe(id, weighed, counts))
        .collect()
}

fn weigh<'a>(theme: &'a ThemeTally, counts: &FindingCounts<'_>) -> Option<Weighed<'a>> {
    let share = estimate::share(theme.count, counts.n, LEVEL)?;
    let gap = counts.scores.zip(theme.scores.as_ref()).and_then(|(all, named)| {
        let others = all.without(named);
        welch(Moments::of_histogram(&others)?, Moments::of_histogram(named)?, LEVEL)
    });
    let weight = Weight { share: &share, gap, level: counts.level };
    let (effect, priority) = (weight.effect(), weight.priority());
    Some(Weighed { theme, share, gap, effect, priority })
}

fn describe(id: u32, weighed: &Weighed<'_>, counts: &FindingCounts<'_>) -> Finding {
    let Weighed { theme, share, priority, .. } = weighed;
    let name = theme.name();
    let percent = 100.0 * share.value;
    let dissent = opposites::of_concern(counts.themes, theme);
    let segments = segments::most_affected(theme, counts.classes, counts.n);
    let mut description = severity(weighed, counts.n);
    if let Some(most) = segments.first() {
        let _ = write!(
            description,
            " It is named most by {}: {:.0} % of them, {:.0} % of everyone else.",
            people(&most.dimension, &most.class),
            100.0 * most.share,
            100.0 * most.rest
        );
    }
    if let Some(other) = &dissent {
        let answers = if other.count == 1 { "1 answer says" } else { "answers say" };
        let count = if other.count == 1 { String::new() } else { format!("{} ", other.count) };
        let _ = write!(description, " {count}{answers} the opposite: {}.", other.theme);
    }
    Finding {
        id,
        priority: *priority,
        title: format!("{name} concerns {percent:.0} % of the panel"),
        description,
        category: FindingCategory::Concern,
        affected_feature: name.to_owned(),
        clause: theme.clause().map(str::to_owned),
        times_mentioned: theme.count,
        key_quotes: theme.quotes(),
        dissent,
        segments,
        suggested_action: action(weighed, counts.noise),
        life: None,
    }
}

/// How often it is named, and how much lower those who do score.
fn severity(weighed: &Weighed<'_>, n: u64) -> String {
    let Weighed { theme, share, gap, .. } = weighed;
    let percent = 100.0 * share.value;
    let mut text = format!("{} of {n} answers ({percent:.0} %) name it.", theme.count);
    match gap {
        Some(gap) if gap.difference > 0.0 => {
            let _ = write!(
                text,
                " Those who do score {:.1} points lower than the others (95 % interval {:.1} to {:.1}).",
                gap.difference, gap.interval.0, gap.interval.1
            );
            if gap.interval.0 <= 0.0 {
                text.push_str(" The interval includes no difference.");
            }
        }
        Some(gap) => {
            let _ = write!(
                text,
                " Those who do score no lower than the others ({:+.1} points).",
                -gap.difference
            );
        }
        None if theme.scores.is_some() => {
            text.push_str(" There are too few on one side to compare scores.");
        }
        None => {}
    }
    text
}

/// What to change, and how to see that it worked.
fn action(weighed: &Weighed<'_>, noise: f64) -> String {
    let Weighed { theme, share, effect, priority, .. } = weighed;
    // The lower end of today's interval: a later share below it is unlikely to be chance, or another wording alone.
    let works = match widened(share.clone(), noise, Some((0.0, 1.0))).low {
        Some(low) if low >= NOTICEABLE => {
            format!("it has worked when fewer than {:.0} % still name it.", 100.0 * low)
        }
        // In a small panel, or within the wording noise, no share is low enough to be sure.
        _ => "it has worked when hardly anybody names it.".to_owned(),
    };
    let clause = theme.clause();
    match priority {
        Priority::P0 | Priority::P1 => {
            let first = match clause {
                Some(clause) => format!("Change “{clause}” first, which they quote most"),
                None => "Answer it in the text first".to_owned(),
            };
            let costs = effect.map_or_else(String::new, |points| {
                format!(": it goes along with {points:.1} points of the mean score")
            });
            format!("{first}{costs}. Then ask the same panel again (same seed): {works}")
        }
        Priority::P2 => {
            let place = match clause {
                Some(clause) => format!(" beside “{clause}”, which they quote most"),
                None => String::new(),
            };
            format!(
                "Say in one concrete sentence how you deal with it{place}, and ask the same panel again (same seed): \
                 {works}"
            )
        }
        Priority::P3 => {
            "Keep it in view; a change for its sake alone would hardly move the result.".to_owned()
        }
    }
}
