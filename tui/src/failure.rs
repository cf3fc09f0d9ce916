//! How a command ends: its exit code, and the sentences on stderr when it did not end well. This is the one place that
//! decides what an error of the daemon means to a shell.

use std::error::Error;
use std::fmt;

use protocol::error::{ApiError, ErrorCode};
use protocol::safe;
use protocol::study::Problem;

use crate::look::{Look, Role};

/// The exit codes of the public contract, from the best end to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// The doctor found something.
    Unsound,
    /// Fewer answers were delivered than requested.
    Partial,
    /// The run failed.
    RunFailed,
    /// Not enough credits, a cost cap, or a cost nobody agreed to.
    NoBudget,
    /// Invalid input or usage, an unknown or ambiguous id.
    Invalid,
    /// The daemon is unreachable, incompatible, or cannot serve.
    Unreachable,
    /// Interrupted; what runs goes on.
    Interrupted,
}

impl Exit {
    /// The number that a shell sees.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Unsound => 1,
            Self::Invalid => 2,
            Self::NoBudget => 3,
            Self::RunFailed => 4,
            Self::Partial => 5,
            Self::Unreachable => 6,
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
            // The daemon is there but cannot do its work now: to a script that is the same as its absence.
            ErrorCode::RateLimited
            | ErrorCode::Busy
            | ErrorCode::Degraded
            | ErrorCode::Incompatible
            | ErrorCode::Unreachable
            | ErrorCode::Internal => Self::Unreachable,
        }
    }
}

/// How much is said of a failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Detail {
    /// What happened, and what to do.
    #[default]
    Sentence,
    /// Also the errors that it came of.
    Causes,
}

/// Why a command could not do what it was asked.
#[derive(Debug, PartialEq)]
pub(crate) struct Failure {
    /// The exit code it calls for.
    pub(crate) exit: Exit,
    /// What to say.
    error: ApiError,
}

impl Failure {
    /// What to say, in one sentence.
    pub(crate) fn message(&self) -> &str {
        &self.error.message
    }

    /// A fault of the input or the usage.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        ApiError::new(ErrorCode::InvalidInput, message).into()
    }

    /// Something that was checked is not as it should be.
    pub(crate) fn unsound(message: impl Into<String>) -> Self {
        Self { exit: Exit::Unsound, ..Self::invalid(message) }
    }

    /// Everything that is wrong with an input.
    pub(crate) fn problems(message: impl Into<String>, problems: Vec<Problem>) -> Self {
        let mut error = ApiError::new(ErrorCode::InvalidInput, message);
        error.problems = problems;
        error.into()
    }

    /// The same with one more hint.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.error = self.error.hint(hint);
        self
    }

    /// What kind of error it is.
    pub(crate) fn code(&self) -> ErrorCode {
        self.error.code
    }

    /// The same with the error that it came of.
    #[must_use]
    pub(crate) fn because(mut self, error: &(dyn Error + 'static)) -> Self {
        self.error = self.error.because(error);
        self
    }

    /// The lines for stderr: each problem at its place, then the sentence, then what it came of where that is wanted, then
    /// what to do.
    pub(crate) fn render(&self, look: Look, detail: Detail) -> String {
        let mut lines = Vec::new();
        for problem in &self.error.problems {
            let place = safe::line(&problem.place);
            let dot = look.glyph("·", "-");
            let what = safe::line(&problem.what);
            let hint = safe::line(&problem.hint);
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
            lines.push(format!("{} {}", look.paint(Role::Accent, "hint:"), safe::line(hint)));
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

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self { exit: error.code.into(), error }
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
                    hint: String::new(),
                },
            ],
        )
        .hint("Read demoscope run --help");
        insta::assert_snapshot!(failure.render(Look::PLAIN, Detail::Sentence), @r"
        ]0;ownedidea.md:3: 'panle' is no setting · did you mean 'panel'?
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
