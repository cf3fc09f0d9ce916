//! Turns the outcomes of a study into its results, one at a time. It keeps counts per class and score and a bounded
//! choice of quotes, so a million answers need no more memory than a thousand; every float is computed at the end.

use std::collections::BTreeMap;

use protocol::results::{Answer, Margins, Results, Segment, ThemeKind};
use protocol::study::{StudySpec, StudyType};

use super::diagnose::diagnose;
use super::findings;
use super::tally::Tally;
use super::themes::Themes;
use crate::domain::outcome::Outcome;
use crate::domain::stats::distinct::DistinctTexts;

/// Different reasons that are counted one by one; the rest are counted together.
const REASONS_MAX: usize = 40;
/// Answers below which a class is too small to say much.
const SMALL: u64 = 30;
/// The dimensions whose classes choose among quotes: different ages and genders are heard.
const QUOTE_DIMENSIONS: [&str; 2] = ["age_band", "gender"];

/// Everything that is known of a study's answers so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Accumulator {
    study_type: StudyType,
    panel: u32,
    seed: u64,
    all: Tally,
    classes: BTreeMap<&'static str, BTreeMap<&'static str, Tally>>,
    themes: Themes,
    texts: DistinctTexts,
    not_answered: BTreeMap<String, u64>,
}

impl Accumulator {
    /// An empty one for that study.
    #[must_use]
    pub fn new(spec: &StudySpec) -> Self {
        let study_type = spec.instrument.study_type();
        Self {
            study_type,
            panel: spec.panel,
            seed: spec.seed,
            all: Tally::new(study_type),
            classes: BTreeMap::new(),
            themes: Themes::default(),
            texts: DistinctTexts::default(),
            not_answered: BTreeMap::new(),
        }
    }

    /// Adds what came of the respondent at `ordinal`, who belongs to those (dimension, class) pairs.
    pub fn add(
        &mut self,
        ordinal: u32,
        classes: &[(&'static str, &'static str)],
        outcome: &Outcome,
    ) {
        let answered = match outcome {
            Outcome::Answered(answered) => answered,
            Outcome::Refused { reason } => return self.count_reason("refused", reason),
            Outcome::Invalid { reason } => return self.count_reason("invalid", reason),
            Outcome::Failed { reason } => return self.count_reason("failed", reason),
            Outcome::Skipped { reason } => return self.count_reason("skipped", reason),
        };
        let answer = &answered.answer;
        if !self.all.add(answer) {
            return self.count_reason("invalid", "the answer belongs to another instrument");
        }
        for (dimension, class) in classes {
            let study_type = self.study_type;
            self.classes
                .entry(dimension)
                .or_default()
                .entry(class)
                .or_insert_with(|| Tally::new(study_type))
                .add(answer);
        }
        self.texts.add(reasoning(answer));
        if answered.mentions.is_empty() {
            return;
        }
        let group = quote_group(classes);
        let empty = Tally::new(self.study_type);
        let score = super::score(answer);
        for mention in &answered.mentions {
            self.themes.add(ordinal, &group, mention, score, empty.scores());
        }
    }

    fn count_reason(&mut self, outcome: &str, reason: &str) {
        let mut key = format!("{outcome}: {reason}");
        if self.not_answered.len() >= REASONS_MAX && !self.not_answered.contains_key(&key) {
            key = format!("{outcome}: other reasons");
        }
        *self.not_answered.entry(key).or_default() += 1;
    }

    /// The results; `None` without a single answer.
    #[must_use]
    pub fn finish(self, margins: Margins) -> Option<Results> {
        let n = self.all.n();
        let outcomes = self
            .all
            .outcomes(self.themes.top(ThemeKind::Concern), self.themes.top(ThemeKind::Appeal))?;
        let segments = self.classes.iter().map(|(dimension, classes)| {
            let classes = classes.iter().map(|(class, tally)| {
                let n = tally.n();
                let segment = Segment { n, small: n < SMALL, estimates: tally.estimates() };
                ((*class).to_owned(), segment)
            });
            ((*dimension).to_owned(), classes.collect())
        });
        Some(Results {
            panel_size: self.panel,
            outcomes,
            estimates: self.all.headline_estimates(self.seed),
            segments: segments.collect(),
            margins,
            themes: self.themes.report(n),
            findings: findings::find(&self.themes, self.all.scores(), n),
            diagnostics: diagnose(&self.all, &self.texts, self.not_answered, self.themes.uncounted),
            responses: None,
        })
    }
}

fn reasoning(answer: &Answer) -> &str {
    match answer {
        Answer::ConceptTest { reasoning, .. } | Answer::Nps { reasoning, .. } => reasoning,
    }
}

fn quote_group(classes: &[(&'static str, &'static str)]) -> String {
    let mut group = String::new();
    for wanted in QUOTE_DIMENSIONS {
        if let Some((_, class)) = classes.iter().find(|(dimension, _)| *dimension == wanted) {
            group.push_str(class);
            group.push(' ');
        }
    }
    group
}
