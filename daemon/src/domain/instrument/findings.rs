//! Findings: concerns worth acting on, ranked by how many respondents name them and how much lower those respondents
//! score. Every number in a sentence is computed from the answers, and every quote is verbatim from an answer.

use std::fmt::Write as _;

use protocol::results::{Finding, Priority, ThemeKind};

use super::themes::{ThemeTally, Themes};
use crate::domain::stats::compare::{Moments, Welch, welch};
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::wording::widened;
use crate::domain::stats::{LEVEL, estimate};

/// Most findings in a report.
const FINDINGS_MAX: usize = 8;
/// Share of answers from which a concern is common.
const COMMON: f64 = 0.2;
/// Share of answers from which a concern is worth knowing.
const NOTEWORTHY: f64 = 0.05;
/// Fewest answers that a finding needs.
const ANSWERS_MIN: u64 = 2;
/// Points of the overall mean that the gap must explain to make a finding urgent.
const COSTLY: f64 = 0.3;

/// A concern with its weight.
struct Weighed<'a> {
    theme: &'a ThemeTally,
    share: f64,
    /// Mean of those who do not name it minus mean of those who do, in points; `None` when a group is too small.
    gap: Option<Welch>,
    priority: Priority,
}

/// Findings from the concerns, most urgent first. `scores` are those of all answers, `n` their number, and `noise` is the
/// standard deviation of the wording noise in the share that names a theme.
pub(super) fn find(
    themes: &Themes,
    scores: Option<&Histogram>,
    n: u64,
    noise: f64,
) -> Vec<Finding> {
    let mut weighed: Vec<Weighed<'_>> = themes
        .ranked(ThemeKind::Concern)
        .into_iter()
        .filter(|theme| theme.count >= ANSWERS_MIN && theme.count as f64 >= NOTEWORTHY * n as f64)
        .map(|theme| weigh(theme, scores, n))
        .collect();
    // Stable sort: equally urgent findings stay in order of frequency.
    weighed.sort_by_key(|weighed| weighed.priority);
    (1..)
        .zip(weighed.iter().take(FINDINGS_MAX))
        .map(|(id, weighed)| describe(id, weighed, n, noise))
        .collect()
}

fn weigh<'a>(theme: &'a ThemeTally, scores: Option<&Histogram>, n: u64) -> Weighed<'a> {
    let share = theme.count as f64 / n as f64;
    let gap = scores.zip(theme.scores.as_ref()).and_then(|(all, named)| {
        let others = all.without(named);
        welch(Moments::of_histogram(&others)?, Moments::of_histogram(named)?, LEVEL)
    });
    let certain = gap.is_some_and(|gap| gap.interval.0 > 0.0);
    let costs = gap.map_or(0.0, |gap| gap.difference * share);
    let priority = if share >= COMMON && certain && costs >= COSTLY {
        Priority::P1
    } else if share >= COMMON || (certain && costs >= COSTLY / 3.0) {
        Priority::P2
    } else {
        Priority::P3
    };
    Weighed { theme, share, gap, priority }
}

fn describe(id: u32, weighed: &Weighed<'_>, n: u64, noise: f64) -> Finding {
    let Weighed { theme, share, gap, priority } = weighed;
    let name = theme.name();
    let percent = 100.0 * share;
    let mut description = format!("{} of {n} answers ({percent:.0} %) name it.", theme.count);
    match gap {
        Some(gap) if gap.difference > 0.0 => {
            let _ = write!(
                description,
                " Those who do score {:.1} points lower than the others (95 % interval {:.1} to {:.1}).",
                gap.difference, gap.interval.0, gap.interval.1
            );
            if gap.interval.0 <= 0.0 {
                description.push_str(" The interval includes no difference.");
            }
        }
        Some(gap) => {
            let _ = write!(
                description,
                " Those who do score no lower than the others ({:+.1} points).",
                -gap.difference
            );
        }
        None if theme.scores.is_some() => {
            description.push_str(" There are too few on one side to compare scores.");
        }
        None => {}
    }
    // The lower end of today's interval: a later share below it is unlikely to be chance, or another wording alone.
    let today = estimate::share(theme.count, n, LEVEL);
    let goal = today.and_then(|share| widened(share, noise, Some((0.0, 1.0))).low);
    let works = match goal {
        Some(low) => format!("it has worked when fewer than {:.0} % still name it.", 100.0 * low),
        None => "it has worked when hardly anybody names it.".to_owned(),
    };
    let suggested_action = match (gap, priority) {
        (Some(gap), Priority::P0 | Priority::P1) => format!(
            "Answer it in the text first: it goes along with {:.1} points of the mean score. Then ask the same panel \
             again (same seed): {works}",
            gap.difference * share
        ),
        (_, Priority::P2) => format!(
            "Say in one concrete sentence how you deal with it, and ask the same panel again (same seed): {works}"
        ),
        _ => {
            "Keep it in view; a change for its sake alone would hardly move the result.".to_owned()
        }
    };
    Finding {
        id,
        priority: *priority,
        title: format!("{name} concerns {percent:.0} % of the panel"),
        description,
        times_mentioned: theme.count,
        key_quotes: theme.quotes(),
        suggested_action,
    }
}
