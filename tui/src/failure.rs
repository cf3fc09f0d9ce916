//! Exit of a command: its exit code, and the sentences on stderr after a failure. This is the only place that maps an
//! error of the daemon to an exit code.

use std::error::Error;
use std::fmt;

use protocol::error::{ApiError, ErrorCode};
use protocol::hint::Hint;
use protocol::safe;
use protocol::study::Problem;

use crate::look::{Look, Role};

/// The documented exit codes, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Success.
    Done,
    /// The doctor found a problem.
    Unsound,
    /// Fewer answers were delivered than requested.
    Partial,
    /// An expectation does not hold.
    Unexpected,
    /// The run failed.
    RunFailed,
    /// Not enough credits, a cost cap, or a cost that was not confirmed.
    NoBudget,
    /// Invalid input or usage, an unknown or ambiguous id.
    Invalid,
    /// The daemon is unreachable, incompatible, or cannot serve.
    Unreachable,
    /// Interrupted; running studies continue.
    Interrupted,
}

impl Exit {
    /// The numeric exit code.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Unsound => 1,
            Self::Invalid => 2,
            Self::NoBudget => 3,
            Self::RunFailed => 4,
            Self::Partial => 5,
            Self::Unreachable => 6,
            Self::Unexpected => 7,
            Self::Interrupted => 130,
        }
    }
}

impl From<ErrorCode> for Exit {
    fn from(code: ErrorCode) -> Self {
        match code {
            ErrorCode::InvalidInput
            | ErrorCode::Unauthorized
            | ErrorCode::Forbidden
            | ErrorCode::Unsupported
            | ErrorCode::NotFound
            | ErrorCode::AmbiguousId
            | ErrorCode::Conflict => Self::Invalid,
            ErrorCode::InsufficientCredits | ErrorCode::CostCap | ErrorCode::UnconfirmedCost => {
                Self::NoBudget
            }
            // The daemon runs but cannot serve now: for a script this equals an unreachable daemon.
            ErrorCode::RateLimited
            | ErrorCode::Busy
            | ErrorCode::Degraded
            | ErrorCode::Incompatible
            | ErrorCode::Unreachable
            | ErrorCode::Internal => Self::Unreachable,
        }
    }
}

/// How much of a failure is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Detail {
    /// The sentence and the hints.
    #[default]
    Sentence,
    /// The underlying errors as well.
    Causes,
}

/// Why a command failed.
#[derive(Debug, PartialEq)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) exit: Exit,
    /// The error to print.
    error: Box<ApiError>,
}

impl Failure {
    /// The message, in one sentence.
    pub(crate) fn message(&self) -> &str {
        &self.error.message
    }

    /// An error of the input or the usage.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        ApiError::new(ErrorCode::InvalidInput, message).into()
    }

    /// A check that did not pass.
    pub(crate) fn unsound(message: impl Into<String>) -> Self {
        Self { exit: Exit::Unsound, ..Self::invalid(message) }
    }

    /// All faults of an input.
    pub(crate) fn problems(message: impl Into<String>, problems: Vec<Problem>) -> Self {
        let mut error = ApiError::new(ErrorCode::InvalidInput, message);
        error.problems = problems;
        error.into()
    }

    /// Adds a hint.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.error = Box::new(self.error.hint(hint));
        self
    }

    /// The error code.
    pub(crate) fn code(&self) -> ErrorCode {
        self.error.code
    }

    /// Adds the underlying error.
    #[must_use]
    pub(crate) fn because(mut self, error: &(dyn Error + 'static)) -> Self {
        self.error = Box::new(self.error.because(error));
        self
    }

    /// The lines for stderr: each problem at its place, then the sentence, then the causes if requested, then the
    /// hints.
    pub(crate) fn render(&self, look: Look, detail: Detail) -> String {
        let mut lines = Vec::new();
        for problem in &self.error.problems {
            let place = safe::line(&problem.place);
            let dot = look.glyph("·", "-");
            let what = safe::line(&problem.what);
            let hint = problem.hint.to_string();
            let hint = safe::line(&hint);
            let hint = if hint.is_empty() { String::new() } else { format!(" {dot} {hint}") };
            lines.push(format!("{}: {what}{hint}", look.paint(Role::Strong, &place)));
        }
        if !self.error.message.is_empty() {
            let message = safe::line(&self.error.message);
            lines.push(format!("{} {message}", look.paint(Role::Bad, "error:")));
        }
        if detail == Detail::Causes {
            for cause in self.error.cause.iter().flat_map(|cause| cause.messages()) {
                lines.push(format!(
                    "{} {}",
                    look.paint(Role::Dim, "Caused by:"),
                    safe::line(cause)
                ));
            }
        }
        for hint in &self.error.hints {
            let hint = hint.to_string();
            lines.push(format!("{} {}", look.paint(Role::Accent, "hint:"), safe::line(&hint)));
        }
        if let Some(wait_ms) = self.error.retry_after_ms {
            let seconds = wait_ms.div_ceil(1000);
            lines.push(format!("{} Try again in {seconds} s", look.paint(Role::Accent, "hint:")));
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(formatter)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.source()
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        *failure.error
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self { exit: error.code.into(), error: Box::new(error) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_error_has_the_exit_code_of_the_contract() {
        let codes: Vec<(&str, u8)> =
            ErrorCode::ALL.iter().map(|&code| (code.as_str(), Exit::from(code).code())).collect();
        insta::assert_compact_debug_snapshot!(codes, @r#"[("invalid_input", 2), ("unauthorized", 2), ("forbidden", 2), ("not_found", 2), ("ambiguous_id", 2), ("conflict", 2), ("insufficient_credits", 3), ("cost_cap", 3), ("unconfirmed_cost", 3), ("rate_limited", 6), ("busy", 6), ("degraded", 6), ("unsupported", 2), ("incompatible", 6), ("unreachable", 6), ("internal", 6)]"#);
    }

    #[test]
    fn the_worst_end_of_several_wins() {
        let ends = [Exit::Partial, Exit::Done, Exit::Invalid, Exit::RunFailed];
        assert_eq!(ends.into_iter().max(), Some(Exit::Invalid));
        assert!(Exit::RunFailed > Exit::Unexpected && Exit::Unexpected > Exit::Partial);
    }

    #[test]
    fn problems_come_each_at_its_place_and_hostile_names_are_tamed() {
        let failure = Failure::problems(
            "The study was not run: 2 problems",
            vec![
                Problem {
                    place: "\u{1b}]0;owned\u{7}idea.md:3".into(),
                    what: "'panle' is no setting".into(),
                    hint: "did you mean 'panel'?".into(),
                },
                Problem {
                    place: "--seed".into(),
                    what: "is no number".into(),
                    hint: Hint::default(),
                },
            ],
        )
        .hint("Read demoscope run --help");
        insta::assert_snapshot!(failure.render(Look::PLAIN, Detail::Sentence), @r"
        idea.md:3: 'panle' is no setting · did you mean 'panel'?
        --seed: is no number
        error: The study was not run: 2 problems
        hint: Read demoscope run --help
        ");
    }

    #[test]
    fn what_it_came_of_is_shown_where_that_is_wanted() {
        let gone = std::io::Error::other("the disk is gone");
        let failure = Failure::invalid("The table cannot be written").because(&gone);
        let all = failure.render(Look::PLAIN, Detail::Causes);
        insta::assert_snapshot!(all, @r"
        error: The table cannot be written
        Caused by: the disk is gone
        ");
        assert!(!failure.render(Look::PLAIN, Detail::Sentence).contains("Caused by"));
    }
}
