//! Respondents in short form, for lists and page titles. A persona is described; other respondents are named by kind
//! and id.

use protocol::audience::Gender;
use protocol::persona::Persona;
use protocol::respondent::Respondent;

/// `F 34 NY nurse`, or `expert ada`.
pub(crate) fn brief(respondent: &Respondent) -> String {
    match respondent {
        Respondent::Persona(persona) => {
            let (age, place) = (persona.age, place(persona));
            format!("{} {age:>2} {place} {}", gender(persona.gender), work(persona))
        }
        Respondent::Expert { .. }
        | Respondent::Participant { .. }
        | Respondent::Imported { .. } => {
            format!("{} {}", kind(respondent), respondent.id())
        }
    }
}

/// The name of a persona; the id of everybody else.
pub(crate) fn name(respondent: &Respondent) -> String {
    respondent.persona().map_or_else(|| respondent.id(), |persona| persona.name.clone())
}

/// What kind of respondent it is.
pub(crate) const fn kind(respondent: &Respondent) -> &'static str {
    match respondent {
        Respondent::Persona(_) => "synthetic respondent",
        Respondent::Expert { .. } => "expert",
        Respondent::Participant { .. } => "participant",
        Respondent::Imported { .. } => "imported",
    }
}

/// The gender as one letter.
pub(crate) fn gender(gender: Gender) -> &'static str {
    match gender {
        Gender::Female => "F",
        Gender::Male => "M",
        Gender::Nonbinary => "X",
    }
}

/// State or country as two letters.
pub(crate) fn place(persona: &Persona) -> &str {
    persona.state.as_deref().or(persona.country.as_deref()).unwrap_or("--")
}

/// Occupation, or employment status.
pub(crate) fn work(persona: &Persona) -> String {
    persona.occupation.clone().unwrap_or_else(|| persona.employment.as_str().replace('_', " "))
}

/// All attributes, as label and text.
pub(crate) fn facts(persona: &Persona) -> Vec<(&'static str, String)> {
    let words = protocol::audience::in_words;
    let traits = &persona.big_five;
    vec![
        (
            "lives in",
            format!(
                "{} ({}, {})",
                place(persona),
                words(persona.region.as_str()),
                persona.urbanicity
            ),
        ),
        ("work", work(persona)),
        ("education", words(persona.education.as_str())),
        ("household", words(persona.household.as_str())),
        ("income", words(persona.income_bracket.as_str())),
        ("technology", words(persona.tech_adoption.as_str())),
        ("price counts", format!("{:.0} of 100", persona.price_sensitivity)),
        (
            "personality",
            format!(
                "open {:.0}, careful {:.0}, outgoing {:.0}, agreeable {:.0}, anxious {:.0} (average 50)",
                traits.openness,
                traits.conscientiousness,
                traits.extraversion,
                traits.agreeableness,
                traits.neuroticism
            ),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_no_persona_is_named_and_not_described() {
        let who = Respondent::Expert { id: "ada".to_owned() };
        assert_eq!([brief(&who), name(&who)], ["expert ada", "ada"]);
        let who = Respondent::Imported { id: "row 7".to_owned() };
        assert_eq!([brief(&who), name(&who)], ["imported row 7", "row 7"]);
        assert_eq!(kind(&who), "imported");
    }
}
