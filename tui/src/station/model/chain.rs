//! State of the screen Chain: the versions of a text that a review has (rounds, or rewrites of a single round), which of them
//! is shown against which, and the difference of both, laid out for the screen once and not for every frame.

use protocol::finding::FindingsAcross;
use protocol::id::StudyId;
use protocol::results::Results;
use protocol::review::{DimensionMean, Moved, ScoreChange};
use protocol::rounds::{RoundChange, SegmentChange, TextDifference, TextRun, reversed};

use super::difference::Difference;
use crate::kinds;
use crate::station::widgets::window::Move;

/// The metric that is compared.
const OVERALL: &str = "overall";

/// The panes of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ChainPane {
    /// The versions with their scores.
    #[default]
    Versions,
    /// The text, as a difference.
    Text,
    /// Why the score moved.
    Why,
}

impl ChainPane {
    /// Every pane, in the order of the Tab key.
    pub(crate) const ALL: [Self; 3] = [Self::Versions, Self::Text, Self::Why];
}

/// A version as `apply` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The content of that round, from 1.
    Round(u16),
    /// The improved variant of that rank, from 1.
    Variant(u32),
}

/// The file that a study was submitted from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum SourceFile {
    /// It has not been asked for yet.
    #[default]
    Unknown,
    /// The study came from no file.
    Missing,
    /// Its path.
    Path(String),
}

/// What became of the file of a study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// A version was written into it.
    Written(String),
    /// It is as it was before.
    Restored(String),
}

/// One version of the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Version<'a> {
    /// How it is chosen.
    pub(crate) choice: Choice,
    /// Its name in the table.
    pub(crate) label: String,
    /// Its name in a sentence.
    pub(crate) name: String,
    /// The text.
    pub(crate) text: &'a str,
    /// Its overall score, 1 to 10.
    pub(crate) score: f64,
    /// The interval of the score, where the version was asked in a round of its own.
    pub(crate) interval: Option<(f64, f64)>,
    /// The difference from the original.
    pub(crate) change: Option<ScoreChange>,
    /// The place of the version that it was rewritten from.
    pub(crate) from: Option<usize>,
    /// The rules that it applies.
    pub(crate) principles: &'a [String],
    /// Numbers of the findings that it answers.
    pub(crate) findings: &'a [u32],
    /// How many experts moved.
    pub(crate) moved: Option<Moved>,
    /// Means of the dimensions, where it was asked.
    pub(crate) dimensions: &'a [DimensionMean],
    /// Its click rate, 0 to 1, where it was asked.
    pub(crate) click_rate: Option<f64>,
    /// What changed from each earlier round.
    pub(crate) changes: &'a [RoundChange],
    /// The words of a variant against those of the original and of better variants.
    pub(crate) differences: &'a [TextDifference],
    /// Its findings against those of the round that it was rewritten from.
    pub(crate) across: Option<&'a FindingsAcross>,
}

/// What changed between two versions.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Between {
    /// The difference of the scores, by the same experts.
    pub(crate) overall: Option<ScoreChange>,
    /// How many of them moved.
    pub(crate) moved: Option<Moved>,
    /// What changed for each segment.
    pub(crate) segments: Vec<SegmentChange>,
    /// The words of both texts.
    pub(crate) words: Vec<TextRun>,
}

/// What changed from the version at one place to the one at another.
pub(crate) fn between(versions: &[Version<'_>], (base, place): (usize, usize)) -> Between {
    let (Some(before), Some(after)) = (versions.get(base), versions.get(place)) else {
        return Between::default();
    };
    let of_round = |change: RoundChange| Between {
        overall: change.overall,
        moved: Some(change.moved).filter(|moved| *moved != Moved::default()),
        segments: change.segments,
        words: change.words,
    };
    let found = |later: &Version<'_>, earlier: usize| {
        let from = u16::try_from(earlier + 1).unwrap_or(u16::MAX);
        later.changes.iter().find(|change| change.from == from).cloned()
    };
    match (after.choice, before.choice) {
        (Choice::Round(_), Choice::Round(_)) if place > base => {
            found(after, base).map(of_round).unwrap_or_default()
        }
        (Choice::Round(now), Choice::Round(_)) if place < base => {
            found(before, place).map(|change| of_round(change.reversed(now))).unwrap_or_default()
        }
        _ if place == base => Between::default(),
        _ => {
            let runs = |later: &Version<'_>, earlier: usize| {
                let mut all = later.differences.iter();
                let of = all.find(|one| usize::try_from(one.from) == Ok(earlier));
                of.map(|one| one.runs.clone()).unwrap_or_default()
            };
            let words =
                if place > base { runs(after, base) } else { reversed(&runs(before, place)) };
            let value = after.score - before.score;
            let overall = Some(ScoreChange { value, low: None, high: None });
            Between { overall, words, ..Between::default() }
        }
    }
}

/// The versions of a study, the original first; empty where nothing is reviewed.
pub(crate) fn versions(results: &Results) -> Vec<Version<'_>> {
    let found = kinds::found(&results.outcomes);
    let Some(original) = found.content else { return Vec::new() };
    if let Some(iterations) = found.iterations {
        let rounds = iterations.chain.iter();
        return rounds
            .map(|round| Version {
                choice: Choice::Round(round.round),
                label: round.round.to_string(),
                name: format!("round {}", round.round),
                text: &round.content,
                score: round.overall,
                interval: round.overall_interval,
                change: round.change,
                from: round.from.map(|from| usize::from(from.saturating_sub(1))),
                principles: &round.principles,
                findings: &round.findings,
                moved: round.moved,
                dimensions: &round.dimensions,
                click_rate: Some(round.click_rate),
                changes: &round.changes,
                differences: &[],
                across: round.findings_across.as_ref(),
            })
            .collect();
    }
    let estimate = results.estimates.get(OVERALL);
    let score = estimate.map_or(0.0, |estimate| estimate.value);
    let sent = Version {
        choice: Choice::Round(1),
        label: "sent".to_owned(),
        name: "the original".to_owned(),
        text: original,
        score,
        interval: estimate.and_then(|estimate| estimate.low.zip(estimate.high)),
        change: None,
        from: None,
        principles: &[],
        findings: &[],
        moved: None,
        dimensions: &[],
        click_rate: None,
        changes: &[],
        differences: &[],
        across: None,
    };
    let variants = found.variants.iter().map(|variant| Version {
        choice: Choice::Variant(variant.rank),
        label: format!("v{}", variant.rank),
        name: format!("variant {}", variant.rank),
        text: &variant.text,
        score: variant.predicted_score,
        interval: None,
        change: Some(ScoreChange { value: variant.predicted_score - score, low: None, high: None }),
        from: Some(0),
        principles: &variant.principles,
        findings: &variant.findings,
        moved: None,
        dimensions: &[],
        click_rate: None,
        changes: &[],
        differences: &variant.differences,
        across: None,
    });
    [sent].into_iter().chain(variants).collect()
}

/// The place of the best version: of the best round, or of the first variant.
pub(crate) fn best(results: &Results) -> usize {
    let found = kinds::found(&results.outcomes);
    match found.iterations {
        Some(iterations) => usize::from(iterations.best_round.saturating_sub(1)),
        None => usize::from(!found.variants.is_empty()),
    }
}

/// What a difference is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum DiffUnit {
    /// Words.
    #[default]
    Words,
    /// Lines.
    Lines,
}

/// How a difference stands on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DiffLayout {
    /// Both texts in one.
    Inline,
    /// Side by side.
    Split,
}

/// Everything that determines a laid-out difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DiffKey {
    /// The study.
    pub(crate) study: StudyId,
    /// Places of the versions before and after.
    pub(crate) places: (usize, usize),
    /// What it is made of.
    pub(crate) unit: DiffUnit,
    /// How it stands.
    pub(crate) layout: DiffLayout,
    /// The columns of one text.
    pub(crate) width: u16,
    /// Whether signs mark the changes.
    pub(crate) has_signs: bool,
}

/// The state of the screen.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChainView {
    /// The focused pane.
    pub(crate) pane: ChainPane,
    /// The chosen version; the best one until one is chosen.
    chosen: Option<usize>,
    /// The version to compare with; the one that the chosen one was rewritten from until one is set.
    pub(crate) base: Option<usize>,
    /// What a difference is made of.
    pub(crate) unit: DiffUnit,
    /// The layout that was asked for; by width where none was.
    pub(crate) layout: Option<DiffLayout>,
    /// The first visible line of the text; its first change until it was moved.
    pub(crate) scroll: Option<usize>,
    /// The first visible line of the reasons.
    pub(crate) why: usize,
    /// Words of each version.
    pub(crate) words: Vec<u64>,
    /// The difference as laid out last, with what determined it.
    pub(crate) laid: Option<(DiffKey, Difference)>,
    /// The file of the study.
    pub(crate) file: SourceFile,
    /// Whether a version was written into the file from here.
    pub(crate) is_applied: bool,
}

impl ChainView {
    /// A new state with another one's preferences.
    pub(crate) fn like(other: &Self) -> Self {
        Self { unit: other.unit, layout: other.layout, ..Self::default() }
    }

    /// The place of the chosen version.
    pub(crate) fn place(&self, results: &Results, count: usize) -> usize {
        self.chosen.unwrap_or_else(|| best(results)).min(count.saturating_sub(1))
    }

    /// Chooses another version.
    pub(crate) fn choose(&mut self, results: &Results, step: Move) {
        let count = versions(results).len();
        let last = count.saturating_sub(1);
        let place = match step {
            Move::By(by) => self.place(results, count).saturating_add_signed(by).min(last),
            Move::First => 0,
            Move::Last => last,
        };
        self.chosen = Some(place);
        (self.scroll, self.why) = (None, 0);
    }

    /// Sets the chosen version as the one to compare with, or removes it again.
    pub(crate) fn set_base(&mut self, place: usize) {
        self.base = if self.base == Some(place) { None } else { Some(place) };
        self.scroll = None;
    }

    /// The place of the version that the one at `place` is compared with.
    pub(crate) fn compared(&self, versions: &[Version<'_>], place: usize) -> usize {
        let own = versions.get(place).and_then(|version| version.from);
        self.base.or(own).unwrap_or(0).min(versions.len().saturating_sub(1))
    }

    /// The place of the version that every change in the table is from: the one that was set, else the first.
    pub(crate) fn anchor(&self, count: usize) -> usize {
        self.base.unwrap_or(0).min(count.saturating_sub(1))
    }

    /// Forgets what was made of the texts, which may have changed.
    pub(crate) fn forget(&mut self) {
        self.laid = None;
        self.words.clear();
    }

    /// Counts the words of all versions, where they are not counted.
    pub(crate) fn count_words(&mut self, results: &Results) {
        let versions = versions(results);
        if self.words.len() != versions.len() {
            let count = |version: &Version<'_>| version.text.split_whitespace().count() as u64;
            self.words = versions.iter().map(count).collect();
        }
    }

    /// The laid-out difference, where it is the one that the screen shows.
    pub(crate) fn difference(&self, key: DiffKey) -> Option<&Difference> {
        self.laid.as_ref().filter(|(known, _)| *known == key).map(|(_, difference)| difference)
    }
}
