//! Questions of a survey: what a question is after, and the lines with which it is answered.

mod file;
mod route;

pub use file::{ANSWERS, AnswerFile, AnswerLabels, Case, Preference, Route};
pub use route::route;
