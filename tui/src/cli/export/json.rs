//! JSON export: the same object as `show --json --answers`, written piece by piece, so that a million answers are never
//! in memory at the same time.

use protocol::results::{Report, Response};

use crate::failure::Failure;
use crate::json::{self, Layout};

/// The position of the answers in the document's text. Quotes inside strings are escaped, so no string can contain it.
const SLOT: &str = "\"responses\":[]";

/// A document being written.
pub(crate) struct Document {
    bytes: Vec<u8>,
    tail: String,
    first: bool,
}

impl Document {
    /// Everything up to the first answer.
    pub(crate) fn begin(report: &Report) -> Result<Self, Failure> {
        let mut report = report.clone();
        let text = if let Some(results) = &mut report.results {
            results.responses = Some(Vec::new());
            text(&report)?
        } else {
            // A stopped study has answers but no results; the answers are then written next to the study.
            let text = text(&report)?;
            let open = text.strip_suffix('}').unwrap_or(&text);
            format!("{open},{SLOT}}}")
        };
        let at = text.rfind(SLOT).map_or(text.len(), |at| at + SLOT.len() - 1);
        let (head, tail) = text.split_at(at);
        Ok(Self { bytes: head.as_bytes().to_vec(), tail: tail.to_owned(), first: true })
    }

    /// Adds an answer on a line of its own.
    pub(crate) fn add(&mut self, response: &Response) -> Result<(), Failure> {
        self.bytes.extend_from_slice(if self.first { b"\n" } else { b",\n" });
        self.first = false;
        let text = json::text(response, Layout::Line).map_err(|error| no_json(&error))?;
        self.bytes.extend_from_slice(text.as_bytes());
        Ok(())
    }

    /// Adds everything after the last answer.
    pub(crate) fn end(&mut self) {
        if !self.first {
            self.bytes.push(b'\n');
        }
        self.bytes.extend_from_slice(self.tail.as_bytes());
        self.bytes.push(b'\n');
    }

    /// The bytes since the last call.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

fn text(report: &Report) -> Result<String, Failure> {
    json::text(report, Layout::Line).map_err(|error| no_json(&error))
}

fn no_json(error: &serde_json::Error) -> Failure {
    Failure::invalid(format!("The study is no JSON: {error}")).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixtures;

    fn export(report: &Report, responses: &[Response]) -> String {
        let mut document = Document::begin(report).unwrap();
        for response in responses {
            document.add(response).unwrap();
        }
        document.end();
        String::from_utf8(document.take()).unwrap()
    }

    #[test]
    fn nothing_is_lost() {
        let mut report = fixtures::concept_test();
        report.study.name = "tricky \"responses\":[] \u{202e}".into();
        let responses = fixtures::responses();
        let back: serde_json::Value = serde_json::from_str(&export(&report, &responses)).unwrap();
        if let Some(results) = &mut report.results {
            results.responses = Some(responses);
        }
        assert_eq!(back, serde_json::to_value(&report).unwrap());
    }

    #[test]
    fn a_study_without_results_keeps_its_answers() {
        let mut report = fixtures::concept_test();
        report.results = None;
        let text = export(&report, &fixtures::responses());
        let back: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(back["responses"].as_array().map(Vec::len), Some(fixtures::responses().len()));
        assert_eq!(back["results"], serde_json::Value::Null);
        let empty: serde_json::Value = serde_json::from_str(&export(&report, &[])).unwrap();
        assert_eq!(empty["responses"], serde_json::json!([]));
    }
}
