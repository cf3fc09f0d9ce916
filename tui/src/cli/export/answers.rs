//! Serialisation of answers, one by one, as JSON or as a table. The command and the workstation write their files with
//! it, so that both have the same bytes.

use protocol::results::{Report, Response};
use protocol::run::Study;
use protocol::study::StudySpec;

use super::shape::TableShape;
use super::{csv, json};
use crate::failure::Failure;

/// Converts answers to bytes.
pub(crate) struct Writer(ExportKind);

enum ExportKind {
    Json(json::Document),
    Csv(Box<csv::Table>),
}

impl Writer {
    /// The study with everything about it, then its answers.
    pub(crate) fn json(report: &Report) -> Result<Self, Failure> {
        json::Document::begin(report).map(|document| Self(ExportKind::Json(document)))
    }

    /// One row for each answer, in the usual shape.
    pub(crate) fn csv(study: &Study, spec: &StudySpec) -> Result<Self, Failure> {
        Self::csv_in(TableShape::default(), study, spec)
    }

    /// One row for each answer, in that shape.
    pub(crate) fn csv_in(
        shape: TableShape,
        study: &Study,
        spec: &StudySpec,
    ) -> Result<Self, Failure> {
        csv::Table::begin(shape, study, spec).map(|table| Self(ExportKind::Csv(Box::new(table))))
    }

    /// How many cells so far have an apostrophe that was not said, or would have one if they were guarded.
    pub(crate) fn touched(&self) -> usize {
        match &self.0 {
            ExportKind::Json(_) => 0,
            ExportKind::Csv(table) => table.touched(),
        }
    }

    /// Adds an answer.
    pub(crate) fn add(&mut self, response: &Response) -> Result<(), Failure> {
        match &mut self.0 {
            ExportKind::Json(document) => document.add(response),
            ExportKind::Csv(table) => table.add(response),
        }
    }

    /// The bytes since the last call.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        match &mut self.0 {
            ExportKind::Json(document) => document.take(),
            ExportKind::Csv(table) => table.take(),
        }
    }

    /// The final bytes, after all answers.
    pub(crate) fn end(mut self) -> Vec<u8> {
        if let ExportKind::Json(document) = &mut self.0 {
            document.end();
        }
        self.take()
    }
}
