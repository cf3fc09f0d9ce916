//! Table rows of an answer: the cells of each column in the table of answers.

use std::borrow::Cow;

/// A column of the table of answers that only one study type has.
#[derive(Debug)]
pub(crate) struct AnswerColumn {
    /// Its heading.
    pub(crate) name: &'static str,
    /// Its meaning.
    pub(crate) meaning: &'static str,
    /// Its values.
    pub(crate) values: &'static str,
}

/// One row of an answer.
#[derive(Debug)]
pub(crate) struct AnswerRow<'a> {
    /// The open question that it answers; empty where the row is the whole answer.
    pub(crate) question: &'a str,
    /// Column → text.
    cells: Vec<(&'static str, Cow<'a, str>)>,
}

impl<'a> AnswerRow<'a> {
    pub(super) fn new(cells: Vec<(&'static str, Cow<'a, str>)>) -> Self {
        Self { question: "", cells }
    }

    /// The row of one open question.
    pub(super) fn of(
        mut self,
        question: &'a str,
        cells: impl IntoIterator<Item = (&'static str, Cow<'a, str>)>,
    ) -> Self {
        self.question = question;
        self.cells.extend(cells);
        self
    }

    /// The cell of a column, where the row has it.
    pub(crate) fn cell(&self, column: &str) -> Option<&str> {
        self.cells.iter().find(|(name, _)| *name == column).map(|(_, text)| text.as_ref())
    }
}
