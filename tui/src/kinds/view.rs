//! Descriptor of a study type: data, and a few functions that convert wire types to common parts. Each study type's
//! file overrides what is specific to it in [`StudyView::PLAIN`].

use protocol::channels::Construct;
use protocol::results::{Answer, Outcomes};
use protocol::study::Instrument;

use super::{
    Against, AnswerColumn, AnswerParts, FormField, FoundTexts, Material, Measure, Metric,
    OutcomeParts,
};
use crate::look::{Role, thousands};

/// The value of a score or a mark in a mean.
pub(crate) type Counts = fn(i32) -> f64;

/// A study type as the client sees it.
#[derive(Debug)]
pub(crate) struct StudyView {
    /// Its name for people.
    pub(crate) title: &'static str,
    /// Its purpose in a few words, for the form.
    pub(crate) about: &'static str,
    /// What the stimulus of the form is.
    pub(crate) stimulus: &'static str,
    /// What every respondent did, as a sentence.
    pub(crate) asked: &'static str,
    /// The heading above the themes of the answers.
    pub(crate) topics: &'static str,
    /// Who answers: one, and several.
    pub(crate) people: (&'static str, &'static str),
    /// How many are asked where nobody says.
    pub(crate) panel: &'static str,
    /// The fields of the form that only this type has.
    pub(crate) fields: &'static [FormField],
    /// The stimuli and questions of a study.
    pub(crate) material: fn(&Instrument) -> Material<'_>,

    /// An answer in parts.
    pub(crate) parts: fn(&Answer) -> AnswerParts<'_>,
    /// Every text of an answer.
    pub(crate) texts_mut: fn(&mut Answer) -> Vec<&mut String>,
    /// The answer in one line.
    pub(crate) brief: fn(&AnswerParts<'_>) -> String,
    /// Every field of an answer besides its mark and its reasoning, as label and text.
    pub(crate) facts: fn(&AnswerParts<'_>) -> Vec<(String, String)>,
    /// Columns of the table of answers that only this type has.
    pub(crate) columns: &'static [AnswerColumn],
    /// The meaning of the score column, and its values.
    pub(crate) score: (&'static str, &'static str),
    /// The columns for replies besides the answer (controls, wordings, replicates), each with its values.
    pub(crate) besides: &'static [(&'static str, &'static str)],
    /// The constructs that further channels can measure.
    pub(crate) constructs: &'static [Construct],

    /// The first and last mark that an answer can have in the mosaic.
    pub(crate) scale: (i32, i32),
    /// The text of a mark.
    pub(crate) mark: fn(i32) -> String,
    /// The mark of an answer.
    pub(crate) mark_of: fn(&AnswerParts<'_>) -> i32,
    /// The mark of a respondent whose two answers differ.
    pub(crate) undecided: i32,
    /// The source of the marks.
    pub(crate) marks: Marks,
    /// Which answers come first in a list, where marks have an order.
    pub(crate) first: Option<&'static str>,
    /// Whether a score is positive or negative.
    pub(crate) score_role: fn(i32) -> Role,

    /// The main metric, if it has one.
    pub(crate) main: Option<Measure>,
    /// The value of a mark in the running main estimate.
    pub(crate) value: Counts,
    /// The running mean: its name and the value of a score in it, where the daemon sends live scores.
    pub(crate) running: Option<(&'static str, Counts)>,
    /// The metrics at the top of a report, in order.
    pub(crate) headline: &'static [Metric],
    /// The metrics in large print: field and name.
    pub(crate) summary: &'static [(&'static str, &'static str)],
    /// Label, field and decimals of the estimates with a line of their own next to the shares, the main one first.
    pub(crate) lines: &'static [(&'static str, &'static str, usize)],
    /// Whether the report comments on the level of the answers.
    pub(crate) has_level: bool,

    /// What a study found, in parts.
    pub(crate) found: fn(&Outcomes) -> OutcomeParts<'_>,
    /// The texts of what it found that models or people wrote, for sanitising.
    pub(crate) found_texts: fn(&mut Outcomes) -> FoundTexts<'_>,
    /// A heading and a question for the shares.
    pub(crate) shares: (&'static str, &'static str),
    /// The two parts of an answer that the figure `self_contradictions` compares.
    pub(crate) compared: &'static str,
    /// The first page of the results.
    pub(crate) opening: Opening,
    /// The rows of the comparison of two variants; empty for other types.
    pub(crate) against: &'static [Against],
}

/// The source of the marks in the mosaic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marks {
    /// The scores, which the daemon sends for all respondents at once.
    Scores,
    /// The answers, as they are loaded.
    Answers,
}

/// The first page of the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// The groups of the panel.
    Groups,
    /// Two variants against each other.
    Variants,
    /// The dimensions on which the text was scored.
    Dimensions,
    /// The themes.
    Reasons,
}

impl StudyView {
    /// So many of those who answer.
    pub(crate) fn count(&self, count: u32) -> String {
        let (one, many) = self.people;
        if count == 1 { format!("1 {one}") } else { format!("{} {many}", thousands(count)) }
    }

    /// The defaults of a study type: one text, a score in each answer, no main metric.
    pub(crate) const PLAIN: Self = Self {
        title: "",
        about: "",
        stimulus: "the text, as respondents read it",
        asked: "Everyone read the text below.",
        topics: "What it is about",
        people: ("respondent", "respondents"),
        panel: "100",
        fields: &[],
        material: |_| Material::default(),
        parts: |_| AnswerParts::default(),
        texts_mut: |_| Vec::new(),
        brief: |parts| parts.brief(),
        facts: |parts| parts.facts(),
        columns: &[],
        score: ("how much they like it", "1 to 10; empty in studies without a score"),
        besides: &[],
        constructs: &[],
        scale: (1, 10),
        mark: |mark| mark.to_string(),
        mark_of: |parts| parts.score.map_or(0, i32::from),
        undecided: 0,
        marks: Marks::Scores,
        first: None,
        score_role: |_| Role::Accent,
        main: None,
        value: f64::from,
        running: None,
        headline: &[],
        summary: &[],
        lines: &[],
        has_level: true,
        found: |_| OutcomeParts::default(),
        found_texts: |_| FoundTexts::default(),
        shares: ("", ""),
        compared: "Score against sentiment",
        opening: Opening::Groups,
        against: &[],
    };

    /// The metric of that name among those at the top of a report.
    pub(crate) fn metric(&self, field: &str) -> Option<&Metric> {
        self.headline.iter().find(|metric| metric.field == field)
    }
}
