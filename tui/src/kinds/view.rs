//! The descriptor of a study type: plain data, and a few functions from what the wire carries to parts that every type has.
//! Each file of a type fills in what is particular to it over [`StudyView::PLAIN`].

use protocol::channels::Construct;
use protocol::results::{Answer, Outcomes};
use protocol::study::Instrument;

use super::{
    Against, AnswerColumn, AnswerParts, FormField, Material, Measure, Metric, OutcomeParts,
};
use crate::look::Role;

/// What a score or a mark counts in a mean.
pub(crate) type Counts = fn(i32) -> f64;

/// A study type as the client knows it.
#[derive(Debug)]
pub(crate) struct StudyView {
    /// What people call it.
    pub(crate) title: &'static str,
    /// What it finds out, in a few words, for the form.
    pub(crate) about: &'static str,
    /// What the form's text is.
    pub(crate) stimulus: &'static str,
    /// What everybody did, in a sentence.
    pub(crate) asked: &'static str,
    /// The heading above the topics that answers name.
    pub(crate) topics: &'static str,
    /// The fields of the form that only this type has.
    pub(crate) fields: &'static [FormField],
    /// What was shown and asked.
    pub(crate) material: fn(&Instrument) -> Material<'_>,

    /// An answer in parts.
    pub(crate) parts: fn(&Answer) -> AnswerParts<'_>,
    /// Every text of an answer.
    pub(crate) texts_mut: fn(&mut Answer) -> Vec<&mut String>,
    /// The answer in a line.
    pub(crate) brief: fn(&AnswerParts<'_>) -> String,
    /// What an answer holds besides its mark and its reasoning, as label and text.
    pub(crate) facts: fn(&AnswerParts<'_>) -> Vec<(String, String)>,
    /// Columns of the table of answers that only this type has.
    pub(crate) columns: &'static [AnswerColumn],
    /// What the column of the score means, and which values it takes.
    pub(crate) score: (&'static str, &'static str),
    /// The columns that are kept of what is asked besides the answer, each with its values.
    pub(crate) besides: &'static [(&'static str, &'static str)],
    /// What further channels can hear.
    pub(crate) constructs: &'static [Construct],

    /// The first and the last mark that an answer can have in the picture.
    pub(crate) scale: (i32, i32),
    /// How a mark reads.
    pub(crate) mark: fn(i32) -> String,
    /// The mark of an answer.
    pub(crate) mark_of: fn(&AnswerParts<'_>) -> i32,
    /// The mark of somebody who answered twice and not the same.
    pub(crate) undecided: i32,
    /// Where marks come from.
    pub(crate) marks: Marks,
    /// Which answers stand first in a list of them, where marks have an order.
    pub(crate) first: Option<&'static str>,
    /// Whether a score speaks for or against.
    pub(crate) score_role: fn(i32) -> Role,

    /// The estimate it is about, where it is about one.
    pub(crate) main: Option<Measure>,
    /// The mark as it enters the running main estimate.
    pub(crate) value: Counts,
    /// The mean of a study at work, by its name and with what a score counts in it, where the daemon tells of scores.
    pub(crate) running: Option<(&'static str, Counts)>,
    /// The estimates that open a report, in this order.
    pub(crate) headline: &'static [Metric],
    /// The estimates in large print: field and name.
    pub(crate) summary: &'static [(&'static str, &'static str)],
    /// Label, field and decimals of the estimates worth a line of their own beside the shares, the main one first.
    pub(crate) lines: &'static [(&'static str, &'static str, usize)],
    /// Whether it is said how high the level of the answers is.
    pub(crate) has_level: bool,

    /// What a study found, in parts.
    pub(crate) found: fn(&Outcomes) -> OutcomeParts<'_>,
    /// What the shares answer, as a heading and as a question.
    pub(crate) shares: (&'static str, &'static str),
    /// What the results open with.
    pub(crate) opening: Opening,
    /// The rows of two variants against each other; empty where there are none.
    pub(crate) against: &'static [Against],
}

/// Where the marks of the picture come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marks {
    /// They are the scores, which the daemon tells of everybody at once.
    Scores,
    /// They are read from the answers as these are loaded.
    Answers,
}

/// What the results open with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// The groups of the panel.
    Groups,
    /// Two variants against each other.
    Variants,
    /// The reasons.
    Reasons,
}

impl StudyView {
    /// A study type with nothing particular to it: one text, a score that answers carry, no estimate that it is about.
    pub(crate) const PLAIN: Self = Self {
        title: "",
        about: "",
        stimulus: "the text, as respondents read it",
        asked: "Everyone read the text below.",
        topics: "What it is about",
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
        shares: ("", ""),
        opening: Opening::Groups,
        against: &[],
    };

    /// The number of that name among those that open a report.
    pub(crate) fn metric(&self, field: &str) -> Option<&Metric> {
        self.headline.iter().find(|metric| metric.field == field)
    }
}
