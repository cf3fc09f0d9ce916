//! One answer as text, with its respondent.

use protocol::audience::in_words;
use protocol::channels::{BILLION, ChannelReadings, Construct, Heard};
use protocol::persona::Persona;
use protocol::respondent::Respondent;
use protocol::results::Response;
use protocol::safe;

use crate::kinds;
use crate::look::{Look, Role};
use crate::report::channels;
use crate::report::page::ReportPage;

/// The answer as a few lines, followed by an empty line.
pub(crate) fn answer(response: &Response, look: Look) -> String {
    let mut page = ReportPage::new(look);
    let head = format!("{}  {}", response.id, kinds::brief(&response.answer));
    page.paragraph(&head, "", "  ", Some(Role::Strong));
    page.paragraph(&who(&response.respondent), "  ", "  ", Some(Role::Dim));
    let parts = kinds::parts(&response.answer);
    match parts.open {
        Some(open) => {
            for (question, answer) in open.answers {
                page.paragraph(question, "  ", "  ", Some(Role::Accent));
                page.paragraph(answer, "    ", "    ", None);
            }
            for (question, reason) in open.refused {
                page.paragraph(question, "  ", "  ", Some(Role::Accent));
                page.paragraph(&format!("declined: {reason}"), "    ", "    ", Some(Role::Dim));
            }
        }
        None => page.paragraph(parts.reasoning, "  ", "  ", None),
    }
    for (of, channel_readings) in response.channels.iter().flatten() {
        page.paragraph(&beside(*of, channel_readings), "  ", "    ", Some(Role::Dim));
    }
    page.line("");
    page.finish()
}

/// The readings of further channels for one construct, in one line.
fn beside(of: Construct, channel_readings: &ChannelReadings) -> String {
    let mut line = channels::construct(of).to_owned();
    if let Some(text) = &channel_readings.text {
        line.push_str(&format!(": “{text}”"));
    }
    match &channel_readings.ssr {
        Some(Heard::Known(pmf)) => {
            let mean = pmf.mean_billionths() as f64 / f64::from(BILLION);
            line.push_str(&format!(" · ssr {mean:.2} of 5"));
        }
        Some(Heard::Undetermined { undetermined }) => {
            line.push_str(&format!(" · ssr undetermined ({undetermined})"));
        }
        None => {}
    }
    match &channel_readings.rater {
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
    parts.push(in_words(persona.education.as_str()));
    parts.push(format!("{} income", persona.income_bracket.as_str().replace('_', " ")));
    parts.push(persona.tech_adoption.as_str().replace('_', " "));
    parts.join(", ")
}
