//! Prompts of questions that are put one a call. One template holds them all, because each is a sentence: what is shown and
//! how to reply is the same for every one of them.

use minijinja::{Value, context};
use protocol::measurement::Control;
use protocol::study::StudyType;

use super::{Prompt, PromptError, Prompts};
use crate::domain::asking::Asking;
use crate::domain::instrument::Item;

/// The template of the questions.
const QUESTION: &str = "alone.jinja";

impl Prompts {
    /// Puts one question alone.
    pub(super) fn alone(
        &self,
        study_type: StudyType,
        item: Item,
        asking: Asking,
        about: &Value,
    ) -> Result<Prompt, PromptError> {
        let (reversed, wording) = match asking {
            Asking::Control(Control::Reversed) => (true, 0),
            Asking::Wording(number) => (false, number),
            Asking::Answer
            | Asking::Replicate(_)
            | Asking::Control(Control::Decoy | Control::Duplicate) => (false, 0),
        };
        let put = |reversed: bool, wording: u16| {
            let about = context! {
                study => study_type.as_str(),
                item => item.as_str(),
                number => item.number().unwrap_or(1),
                reversed => reversed,
                wording => wording,
                ..about.clone()
            };
            self.fill(QUESTION, &about)
        };
        let system = self.fill("respondent_alone.jinja", about)?;
        let question = put(reversed, wording)?;
        // Only the score has a scale that is turned round; another wording is one for every question.
        let is_other = wording > 0 || (reversed && item == Item::Score);
        if is_other && question == put(false, 0)? {
            return Err(PromptError::SameAlone(item.as_str()));
        }
        Ok(Prompt { system, question, again: None })
    }
}
