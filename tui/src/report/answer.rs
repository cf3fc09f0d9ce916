//! One answer: what was said, and who said it.

use protocol::channels::{BILLION, Construct, Heard, Voices};
use protocol::persona::Persona;
use protocol::respondent::Respondent;
use protocol::results::{Answer, Preference, Response};
use protocol::safe;
use protocol::study::Order;

use crate::look::{Look, Role};
use crate::report::channels;
use crate::report::page::Page;

/// The answer as a few lines and an empty one.
pub(crate) fn answer(response: &Response, look: Look) -> String {
    let mut page = Page::new(look);
    let head = match &response.answer {
        Answer::ConceptTest { score, sentiment, purchase_intent, .. } => {
            let intent = format!(
                " · would {} buy",
                match purchase_intent.as_str() {
                    "maybe" => "perhaps".to_owned(),
                    other => other.replace('_', " "),
                }
            );
            format!("{score}/10 · {sentiment}{intent}")
        }
        Answer::Nps { score, sentiment, .. } => format!("{score}/10 · {sentiment}"),
        Answer::Sentiment { sentiment, key_theme, .. } => format!("{sentiment} · {key_theme}"),
        Answer::AbTest { preference, score_a, score_b, order, .. } => {
            let preference = match preference {
                Preference::A => "prefers A",
                Preference::B => "prefers B",
                Preference::None => "prefers neither",
            };
            let first = match order {
                Order::AFirst => "A",
                Order::BFirst => "B",
            };
            format!("{preference} · A {score_a}/10, B {score_b}/10 · saw {first} first")
        }
        Answer::Survey { answers, refused, .. } => {
            format!("{} of {} questions answered", answers.len(), answers.len() + refused.len())
        }
    };
    let head = format!("{}  {head}", response.id);
    page.paragraph(&head, "", "  ", Some(Role::Strong));
    page.paragraph(&who(&response.respondent), "  ", "  ", Some(Role::Dim));
    match &response.answer {
        Answer::Survey { answers, refused, .. } => {
            for (question, answer) in answers {
                page.paragraph(question, "  ", "  ", Some(Role::Accent));
                page.paragraph(answer, "    ", "    ", None);
            }
            for (question, reason) in refused {
                page.paragraph(question, "  ", "  ", Some(Role::Accent));
                page.paragraph(&format!("declined: {reason}"), "    ", "    ", Some(Role::Dim));
            }
        }
        Answer::ConceptTest { reasoning, .. }
        | Answer::Nps { reasoning, .. }
        | Answer::Sentiment { reasoning, .. }
        | Answer::AbTest { reasoning, .. } => page.paragraph(reasoning, "  ", "  ", None),
    }
    for (of, voices) in response.channels.iter().flatten() {
        page.paragraph(&beside(*of, voices), "  ", "    ", Some(Role::Dim));
    }
    page.line("");
    page.finish()
}

/// What other channels heard on one construct, in a line.
fn beside(of: Construct, voices: &Voices) -> String {
    let mut line = channels::construct(of).to_owned();
    if let Some(text) = &voices.text {
        line.push_str(&format!(": “{text}”"));
    }
    match &voices.ssr {
        Some(Heard::Known(pmf)) => {
            let mean = pmf.mean_billionths() as f64 / f64::from(BILLION);
            line.push_str(&format!(" · ssr {mean:.2} of 5"));
        }
        Some(Heard::Undetermined { undetermined }) => {
            line.push_str(&format!(" · ssr undetermined ({undetermined})"));
        }
        None => {}
    }
    match &voices.rater {
        Some(Heard::Known(rated)) => line.push_str(&format!(" · rater {} of 5", rated.rating)),
        Some(Heard::Undetermined { undetermined }) => {
            line.push_str(&format!(" · rater undetermined ({undetermined})"));
        }
        None => {}
    }
    line
}

fn who(respondent: &Respondent) -> String {
    match respondent {
        Respondent::Persona(persona) => described(persona),
        Respondent::Expert { id } => format!("expert {}", safe::line(id)),
        Respondent::Participant { id } => format!("participant {id}"),
        Respondent::Imported { id } => format!("imported, {}", safe::line(id)),
    }
}

fn described(persona: &Persona) -> String {
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
