//! The answer to a question, by its class: one small function a class. An answer is true to what the person makes of the
//! text, and it is missing where neither the text nor the person gives one.

mod how_much;
mod how_often;
mod mind;
mod missing;
mod overall;
mod pay;
mod reasons;
mod when;
mod which;
mod who;
mod why;
mod would;
mod yes_no;

use super::class::{Asked, Class, Side};
use crate::response::Source;
pub use mind::Mind;
use mind::Turn;

/// What a person answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// A few sentences.
    pub answer: String,
    /// What they name, for counting; each once.
    pub themes: Vec<String>,
}

impl Said {
    fn of(answer: String) -> Self {
        Self { answer, themes: Vec::new() }
    }

    /// The same with another theme, once.
    fn naming(mut self, theme: &str) -> Self {
        if !theme.is_empty() && !self.themes.iter().any(|known| known == theme) {
            self.themes.push(theme.to_owned());
        }
        self
    }

    /// One answer after the other; sentences are not said twice.
    fn then(mut self, other: Self) -> Self {
        if !other.answer.is_empty() && !self.answer.contains(&other.answer) {
            if !self.answer.is_empty() {
                self.answer.push(' ');
            }
            self.answer.push_str(&other.answer);
        }
        other.themes.iter().fold(self, |said, theme| said.naming(theme))
    }
}

/// The answer of a person to the question at a place of the questionnaire; `None` where it is declined.
#[must_use]
pub fn answer(mind: &Mind<'_>, question: usize, asked: &Asked) -> Option<Said> {
    // "Would you still buy it if it cost more?" is about another offer than the one that was read.
    if asked.supposes {
        return None;
    }
    // Of a text that is rejected, or means nothing, only the verdict and its reasons can be told.
    let rejected = mind.latent.veto().is_some() || mind.latent.has(Source::Nonsense);
    let is_detail = |class: &Class| {
        !matches!(class, Class::Why(_) | Class::Would(_) | Class::Overall(_) | Class::Missing(_))
    };
    if rejected && is_detail(&asked.class) {
        return None;
    }
    let turn = Turn::of(mind, question, asked.scale);
    let gives_reasons = matches!(asked.also, Some(Class::Why(_)));
    let said = one(&turn, &asked.class, !gives_reasons)?;
    let said = match &asked.also {
        // "Would you buy it, and why?" wants the reasons of that person, not those for it.
        Some(Class::Why(Side::For | Side::Own)) if !matches!(asked.class, Class::Why(_)) => {
            said.then(why::why(&turn, Side::Own)?)
        }
        Some(class) => said.then(one(&turn, class, true)?),
        None => said,
    };
    (!said.answer.is_empty()).then_some(said)
}

/// The answer to one of what may be two questions.
fn one(turn: &Turn<'_>, class: &Class, reasons: bool) -> Option<Said> {
    match class {
        Class::Why(side) => why::why(turn, *side),
        Class::Missing(want) => missing::missing(turn, *want),
        Class::Would(act) => would::would(turn, *act, reasons),
        Class::HowMuch(money) => how_much::how_much(turn, *money),
        Class::Which(choice) => which::which(turn, choice),
        Class::When(occasion) => when::when(turn, *occasion),
        Class::Who(whom) => who::who(turn, *whom),
        Class::HowOften(rate) => how_often::how_often(turn, *rate),
        Class::YesNo(claim, manner) => yes_no::yes_no(turn, claim, *manner, reasons),
        Class::Overall(view) => overall::overall(turn, view, reasons),
    }
}
