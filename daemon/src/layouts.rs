//! How a study is laid out for people. The command line has the layouts, and hands them in when it starts the daemon, so that what
//! the HTTP listener sends has the very bytes that a command writes.

use protocol::analysis::Asked;
use protocol::results::{Report, Response};
use protocol::run::Study;
use protocol::service::Reply;
use protocol::study::StudySpec;

/// Writes the answers of a study one by one, with what stands around them.
pub trait AnswerWriter: Send {
    /// Adds an answer.
    ///
    /// # Errors
    /// When it cannot be written.
    fn add(&mut self, answer: &Response) -> Reply<()>;
    /// The bytes since the last call.
    fn take(&mut self) -> Vec<u8>;
    /// The final bytes, after all answers.
    fn end(self: Box<Self>) -> Vec<u8>;
}

/// The format of a report page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageFormat {
    /// Markdown.
    Markdown,
    /// HTML, self-contained.
    Html,
}

/// The layouts.
#[derive(Clone, Copy, Debug)]
pub struct Layouts {
    /// Everything of a study as JSON, without its answers, which are added.
    pub json: fn(&Report) -> Reply<Box<dyn AnswerWriter>>,
    /// A table with a row for each answer.
    pub csv: fn(&Study, &StudySpec) -> Reply<Box<dyn AnswerWriter>>,
    /// The report as a page.
    pub page: fn(PageFormat, &Report, &Asked) -> String,
}
