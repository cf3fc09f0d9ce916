//! Questions of a survey: what a question is after, and how a person answers it. A question that has no class, or whose
//! answer the text and the person do not give, is declined.

mod answer;
mod class;
mod classify;
mod file;
mod head;
mod options;
mod scale;
mod subject;
mod text_words;
mod vocabulary;
mod words;

pub use answer::{Mind, Said, answer};
pub use class::{
    Act, Asked, Choice, Claim, Class, Listed, Manner, Money, Occasion, Rate, Side, View, Want, Whom,
};
pub use classify::classify;
pub use file::{ANSWERS, AnswerFile, AnswerLabels, Preference, RouteVerdict};
pub use scale::{Scale, Unit};
pub use text_words::{ClauseWords, TextWords};
pub use vocabulary::Vocabulary;

#[cfg(test)]
mod tests;
