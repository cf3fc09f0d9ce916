//! One answer: what was said, and who said it.

use protocol::persona::Persona;
use protocol::results::{Answer, Response};
use protocol::safe;

use crate::look::{Look, Role};
use crate::report::page::Page;

/// The answer as a few lines and an empty one.
pub(crate) fn answer(response: &Response, look: Look) -> String {
    let mut page = Page::new(look);
    let (score, of, sentiment, intent, reasoning) = match &response.answer {
        Answer::ConceptTest { score, sentiment, reasoning, purchase_intent } => {
            let intent = format!(
                " · would {} buy",
                match purchase_intent.as_str() {
                    "maybe" => "perhaps".to_owned(),
                    other => other.replace('_', " "),
                }
            );
            (score, 10, sentiment, intent, reasoning)
        }
        Answer::Nps { score, reasoning, sentiment } => {
            (score, 10, sentiment, String::new(), reasoning)
        }
    };
    let head = format!("{}  {score}/{of} · {sentiment}{intent}", response.id);
    page.paragraph(&head, "", "  ", Some(Role::Strong));
    page.paragraph(&who(&response.persona), "  ", "  ", Some(Role::Dim));
    page.paragraph(reasoning, "  ", "  ", None);
    page.line("");
    page.finish()
}

fn who(persona: &Persona) -> String {
    let place = persona.state.as_deref().or(persona.country.as_deref()).unwrap_or("");
    let mut parts = vec![
        safe::line(&persona.name).into_owned(),
        persona.age.to_string(),
        persona.gender.to_string(),
    ];
    if !place.is_empty() {
        parts.push(safe::line(place).into_owned());
    }
    parts.push(persona.occupation.as_deref().map_or_else(
        || persona.employment.as_str().replace('_', " "),
        |work| safe::line(work).into_owned(),
    ));
    parts.push(persona.education.as_str().replace('_', " "));
    parts.push(format!("{} income", persona.income_bracket.as_str().replace('_', " ")));
    parts.push(persona.tech_adoption.as_str().replace('_', " "));
    parts.join(", ")
}
