//! Themes: reasons for and against, counted from the answers, with verbatim quotes. Names that differ only in case or
//! spacing are one theme. Quotes are kept in a pool of fixed size, one for each group of respondents, so that they
//! come from different people and do not depend on the order of arrival.

use std::collections::{BTreeMap, BTreeSet};

use protocol::id::AnswerId;
use protocol::results::{Estimate, Quote, Theme, ThemeKind};

use super::findings::{ClauseCounts, ClauseIndex};
use super::metric::folded;
use crate::domain::outcome::Mention;
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, estimate};

/// Most different themes that are counted separately; mentions beyond are counted together, and a note says so.
const THEMES_MAX: usize = 2_000;
/// Most groups of respondents that keep a quote each.
const GROUPS_MAX: usize = 24;
/// Quotes shown with a theme.
const QUOTES_SHOWN: usize = 5;
/// Themes shown of each kind.
const THEMES_SHOWN: usize = 20;
/// Names in `top_concerns` and `top_appeals`.
pub(super) const TOP: usize = 5;

/// Quotes that share at least this part of their words are near-duplicates (Jaccard index of their word sets).
const ALIKE: f64 = 0.6;

/// A quote that may be shown; the greater one is preferred.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct QuoteCandidate {
    specificity: u32,
    earlier: std::cmp::Reverse<u32>,
    text: String,
}

/// The counts of one theme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ThemeTally {
    /// The spelling of the first respondent in panel order.
    name: (u32, String),
    pub(super) count: u64,
    /// Exact scores of respondents who name it, when the instrument has scores.
    pub(super) scores: Option<Histogram>,
    /// Respondents of each class who name it.
    pub(super) classes: BTreeMap<(&'static str, &'static str), u64>,
    quotes: BTreeMap<String, QuoteCandidate>,
    /// The clauses of the text that its quotes name.
    clauses: ClauseCounts,
}

impl ThemeTally {
    /// The clause of the text that respondents quote most when they name it.
    pub(super) fn clause(&self) -> Option<&str> {
        self.clauses.most()
    }

    pub(super) fn name(&self) -> &str {
        &self.name.1
    }

    /// Quotes from different groups, the most specific first; of near-duplicates only one is shown.
    pub(super) fn quotes(&self) -> Vec<Quote> {
        let mut candidates: Vec<&QuoteCandidate> = self.quotes.values().collect();
        candidates.sort_unstable_by(|a, b| b.cmp(a));
        let mut shown: Vec<BTreeSet<String>> = Vec::new();
        candidates
            .into_iter()
            .filter(|candidate| {
                let words = words(&candidate.text);
                let is_new = shown.iter().all(|earlier| overlap(earlier, &words) < ALIKE);
                if is_new {
                    shown.push(words);
                }
                is_new
            })
            .take(QUOTES_SHOWN)
            .map(|candidate| Quote {
                answer: AnswerId(candidate.earlier.0.saturating_add(1)),
                text: candidate.text.clone(),
            })
            .collect()
    }
}

/// All themes of a study.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Themes {
    known: BTreeMap<(ThemeKind, String), ThemeTally>,
    /// Mentions of themes beyond [`THEMES_MAX`].
    pub(super) uncounted: u64,
    /// The texts of the study, in which quoted clauses are looked up.
    clauses: ClauseIndex,
}

impl Themes {
    /// No themes yet, of answers about those texts.
    pub(super) fn about(texts: Vec<String>) -> Self {
        Self { clauses: ClauseIndex::new(texts), ..Self::default() }
    }

    /// Counts one mention by the respondent at `ordinal`, who belongs to those classes. `score` is the respondent's
    /// exact score with an empty histogram over its scale, if the instrument has scores.
    pub(super) fn add(
        &mut self,
        ordinal: u32,
        group: &str,
        classes: &[(&'static str, &'static str)],
        mention: &Mention,
        score: Option<(u16, &Histogram)>,
    ) {
        let key = (mention.kind, folded(&mention.theme));
        let full = self.known.len() >= THEMES_MAX;
        if full && !self.known.contains_key(&key) {
            self.uncounted += 1;
            return;
        }
        let theme = self.known.entry(key).or_insert_with(|| ThemeTally {
            name: (ordinal, mention.theme.clone()),
            count: 0,
            scores: score.map(|(_, empty)| empty.clone()),
            classes: BTreeMap::new(),
            quotes: BTreeMap::new(),
            clauses: ClauseCounts::default(),
        });
        theme.count += 1;
        if ordinal < theme.name.0 {
            theme.name = (ordinal, mention.theme.clone());
        }
        for class in classes {
            *theme.classes.entry(*class).or_default() += 1;
        }
        if let (Some(scores), Some((score, _))) = (&mut theme.scores, score) {
            scores.add(i32::from(score));
        }
        if let Some(text) = &mention.quote {
            theme.offer(ordinal, group, text);
            self.clauses.quoted(text).into_iter().for_each(|clause| theme.clauses.add(clause));
        }
    }

    /// Respondents asked until the last new theme appeared; `None` without a theme.
    pub(super) fn last_new_theme_at(&self) -> Option<u32> {
        self.known.values().map(|theme| theme.name.0.saturating_add(1)).max()
    }

    /// Themes of one kind, most frequent first, by name when equal.
    pub(super) fn ranked(&self, kind: ThemeKind) -> Vec<&ThemeTally> {
        let mut ranked: Vec<_> = self.known.iter().filter(|((k, _), _)| *k == kind).collect();
        ranked
            .sort_by(|(a_key, a), (b_key, b)| b.count.cmp(&a.count).then_with(|| a_key.cmp(b_key)));
        ranked.into_iter().map(|(_, theme)| theme).collect()
    }

    /// Names of the most frequent themes of one kind.
    pub(super) fn top(&self, kind: ThemeKind) -> Vec<String> {
        self.ranked(kind).into_iter().take(TOP).map(|theme| theme.name().to_owned()).collect()
    }

    /// Shares of the most frequent topics among the `n` answers of one class, 0 to 1, as `theme.<name>`.
    pub(super) fn shares_within(
        &self,
        class: (&'static str, &'static str),
        n: u64,
    ) -> Vec<(String, Estimate)> {
        self.ranked(ThemeKind::Topic)
            .into_iter()
            .take(TOP)
            .filter_map(|theme| {
                let named = theme.classes.get(&class).copied().unwrap_or(0);
                let share = estimate::share(named, n, LEVEL)?;
                Some((format!("theme.{}", theme.name()), share))
            })
            .collect()
    }

    /// The themes for the report, most frequent first, with their share of all `n` answers.
    pub(super) fn report(&self, n: u64) -> Vec<Theme> {
        let mut themes: Vec<Theme> = ThemeKind::ALL
            .iter()
            .flat_map(|kind| {
                self.ranked(*kind).into_iter().take(THEMES_SHOWN).map(|theme| (*kind, theme))
            })
            .filter_map(|(kind, theme)| {
                Some(Theme {
                    theme: theme.name().to_owned(),
                    kind,
                    count: theme.count,
                    share: estimate::share(theme.count, n, LEVEL)?,
                    quotes: theme.quotes(),
                })
            })
            .collect();
        themes.sort_by_key(|theme| std::cmp::Reverse(theme.count));
        themes
    }
}

impl ThemeTally {
    fn offer(&mut self, ordinal: u32, group: &str, text: &str) {
        let specificity = specificity(text);
        let earlier = std::cmp::Reverse(ordinal);
        if let Some(best) = self.quotes.get_mut(group) {
            if (specificity, earlier) > (best.specificity, best.earlier) {
                *best = QuoteCandidate { specificity, earlier, text: text.to_owned() };
            }
        } else if self.quotes.len() < GROUPS_MAX {
            let candidate = QuoteCandidate { specificity, earlier, text: text.to_owned() };
            self.quotes.insert(group.to_owned(), candidate);
        }
    }
}

/// How specific a quote is: numbers and different longer words count, and length beyond a limit adds nothing.
fn specificity(text: &str) -> u32 {
    let words: BTreeSet<&str> = text.split_whitespace().filter(|word| word.len() > 4).collect();
    let numbers = text.split_whitespace().filter(|word| word.bytes().any(|b| b.is_ascii_digit()));
    let words = u32::try_from(words.len().min(12)).unwrap_or(12);
    let numbers = u32::try_from(numbers.take(3).count()).unwrap_or(0);
    words + 3 * numbers
}

/// The words of a text, in lower case; numbers count as one word.
fn words(text: &str) -> BTreeSet<String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| {
            if word.bytes().all(|byte| byte.is_ascii_digit()) {
                "0".to_owned()
            } else {
                word.to_lowercase()
            }
        })
        .collect()
}

/// Jaccard index of two sets: the members of both, as a part of all members.
fn overlap(one: &BTreeSet<String>, other: &BTreeSet<String>) -> f64 {
    let both = one.intersection(other).count();
    let all = one.len() + other.len() - both;
    if all == 0 { 1.0 } else { both as f64 / all as f64 }
}
