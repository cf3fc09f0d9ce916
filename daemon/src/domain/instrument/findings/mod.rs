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

use std::collections::BTreeMap;
use std::fmt::Write as _;

use protocol::finding::{Finding, FindingCategory, Priority};
use protocol::results::{Estimate, Quote, Results, ThemeKind};

use super::contrast::ClassTallies;
use super::level::Standing;
use super::themes::{ThemeTally, Themes};
use super::types::kind;
use super::words::{number, people, signed};
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
/// Fewest answers on either side of a comparison of scores.
const SIDE_MIN: u64 = 3;
/// A goal below this share is none: hardly anybody would name the theme then.
const NOTICEABLE: f64 = 0.015;
/// The affected feature of a finding that no single theme is about.
pub(super) const WHOLE_TEXT: &str = "the whole text";

/// The results without their findings, what is concluded from them, and what their outcomes say of findings.
pub(crate) fn without_findings(results: &Results) -> Results {
    let mut results = results.clone();
    kind(results.outcomes.study_type()).take_out_findings(&mut results.outcomes);
    Results { findings: Vec::new(), conclusions: Vec::new(), findings_rule: 0, ..results }
}

/// Whether so many of `n` answers are enough for a finding.
fn is_enough(count: u64, n: u64) -> bool {
    count >= ANSWERS_MIN && count as f64 >= NOTEWORTHY * n as f64
}

/// What the findings are made from.
pub(super) struct FindingCounts<'a> {
    pub(super) themes: &'a Themes,
    pub(super) classes: &'a ClassTallies,
    /// The exact scores of all answers and the points of a unit of them, where the instrument has scores.
    pub(super) scores: Option<(&'a Histogram, f64)>,
    /// Answers in all.
    pub(super) n: u64,
    /// Standard deviation of the wording noise in the share that names a theme.
    pub(super) noise: f64,
    /// How low the whole result is.
    pub(super) level: Standing,
    /// What the respondents would do about a theme, where they were asked.
    pub(super) advice: BTreeMap<String, Advice>,
}

/// What respondents would do about a theme.
pub(super) struct Advice {
    /// In their words.
    pub(super) words: String,
    /// The place of the text that it is about, where they quote one.
    pub(super) place: Option<String>,
}

impl FindingCounts<'_> {
    /// What to do about a concern in the words of respondents: they are taken at their word, where anything is to be done.
    fn advice_on(&self, weighed: &Weighed<'_>) -> Option<&Advice> {
        let advice = self.advice.get(weighed.theme.name());
        advice.filter(|_| weighed.priority != Priority::P3)
    }

    /// The place of the text that a finding is about: advice and place belong together.
    fn place<'p>(&'p self, weighed: &'p Weighed<'_>) -> Option<&'p str> {
        match self.advice_on(weighed) {
            Some(advice) => advice.place.as_deref(),
            None => weighed.theme.clause(),
        }
    }
}

/// How much lower those who name a concern score.
#[derive(Clone, Copy, Debug)]
enum Severity {
    /// Mean of those who do not name it minus mean of those who do, in points.
    Gap(Welch),
    /// One side has too few answers.
    TooFew,
    /// Nobody differs from the others of the same side, so that there is no interval.
    Constant,
    /// The answers have no scores.
    Unscored,
}

impl Severity {
    fn gap(self) -> Option<Welch> {
        match self {
            Self::Gap(gap) => Some(gap),
            Self::TooFew | Self::Constant | Self::Unscored => None,
        }
    }
}

/// A concern with its weight.
struct Weighed<'a> {
    theme: &'a ThemeTally,
    share: Estimate,
    severity: Severity,
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
    let severity = match counts.scores.zip(theme.scores.as_ref()) {
        Some(((all, point), named)) => compared(&all.without(named), named, point),
        None => Severity::Unscored,
    };
    let weight = Weight { share: &share, gap: severity.gap(), level: counts.level };
    let (effect, priority) = (weight.effect(), weight.priority());
    Some(Weighed { theme, share, severity, effect, priority })
}

/// Those who name a theme against the others, by scores of which a unit is `point` points.
fn compared(others: &Histogram, named: &Histogram, point: f64) -> Severity {
    if others.n().min(named.n()) < SIDE_MIN {
        return Severity::TooFew;
    }
    let moments = Moments::of_histogram(others).zip(Moments::of_histogram(named));
    let gap = moments.and_then(|(others, named)| welch(others, named, LEVEL));
    gap.map_or(Severity::Constant, |gap| Severity::Gap(gap.scaled(point)))
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
        clause: counts.place(weighed).map(str::to_owned),
        times_mentioned: theme.count,
        key_quotes: quotes(theme, counts.place(weighed)),
        dissent,
        segments,
        suggested_action: action(weighed, counts),
        life: None,
    }
}

/// The quotes of a theme; those about the place of the text that the finding is about stand first.
fn quotes(theme: &ThemeTally, place: Option<&str>) -> Vec<Quote> {
    let mut quotes = theme.quotes();
    if let Some(place) = place {
        let place = place.trim_end_matches(['…', ' ']);
        quotes.sort_by_key(|quote| !quote.text.contains(place));
    }
    quotes
}

/// How often it is named, and how much lower those who do score.
fn severity(weighed: &Weighed<'_>, n: u64) -> String {
    let Weighed { theme, share, severity, .. } = weighed;
    let percent = 100.0 * share.value;
    let mut text = format!("{} of {n} answers ({percent:.0} %) name it.", theme.count);
    match severity {
        Severity::Gap(gap) if gap.difference > 0.0 => {
            let _ = write!(
                text,
                " Those who do score {} points lower than the others (95 % interval {} to {}).",
                number(gap.difference, 1),
                number(gap.interval.0, 1),
                number(gap.interval.1, 1)
            );
            if gap.interval.0 <= 0.0 {
                text.push_str(" The interval includes no difference.");
            }
        }
        Severity::Gap(gap) => {
            let _ = write!(
                text,
                " Those who do score no lower than the others ({} points).",
                signed(-gap.difference, 1)
            );
        }
        Severity::TooFew => text.push_str(" There are too few on one side to compare scores."),
        Severity::Constant => {
            text.push_str(
                " Nobody's score differs from the others of the same side, so that the difference has no interval.",
            );
        }
        Severity::Unscored => {}
    }
    text
}

/// What to change, and how to see that it worked.
fn action(weighed: &Weighed<'_>, counts: &FindingCounts<'_>) -> String {
    let noise = counts.noise;
    let Weighed { share, effect, priority, .. } = weighed;
    // The lower end of today's interval: a later share below it is unlikely to be chance, or another wording alone.
    let works = match widened(share.clone(), noise, Some((0.0, 1.0))).low {
        Some(low) if low >= NOTICEABLE => {
            format!("it has worked when fewer than {:.0} % still name it.", 100.0 * low)
        }
        // In a small panel, or within the wording noise, no share is low enough to be sure.
        _ => "it has worked when hardly anybody names it.".to_owned(),
    };
    let clause = counts.place(weighed);
    if let Some(advice) = counts.advice_on(weighed) {
        let advice = advice.words.trim_end_matches(['.', '!', ' ']);
        let place = clause.map_or_else(String::new, |clause| format!(" (“{clause}”)"));
        return format!("{advice}{place}. Then ask the same panel again (same seed): {works}");
    }
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
