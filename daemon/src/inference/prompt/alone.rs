//! Prompts of items that are put in calls of their own. One template contains all of them, because each is a
//! sentence: the material and the reply instructions are the same for every item.

use minijinja::{Value, context};
use protocol::measurement::Control;
use protocol::study::StudyType;

use super::{Prompt, PromptError, Prompts};
use crate::domain::asking::Purpose;
use crate::domain::instrument::Item;

/// The template of the items.
const QUESTION: &str = "alone.jinja";

impl Prompts {
    /// The prompt of one item.
    pub(super) fn alone(
        &self,
        study_type: StudyType,
        item: Item,
        asking: Purpose,
        about: &Value,
    ) -> Result<Prompt, PromptError> {
        let (reversed, wording) = match asking {
            Purpose::Control(Control::Reversed) => (true, 0),
            Purpose::Wording(number) => (false, number),
            Purpose::Answer
            | Purpose::Replicate(_)
            | Purpose::Control(Control::Decoy | Control::Duplicate) => (false, 0),
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
        // Only the score has a scale that can be reversed; another wording applies to every item.
        let is_other = wording > 0 || (reversed && item == Item::Score);
        if is_other && question == put(false, 0)? {
            return Err(PromptError::SameAlone(item.as_str()));
        }
        Ok(Prompt { system, question, again: None })
    }
}
