//! Persona in short form, for lists and page titles.

use protocol::persona::Persona;

use protocol::audience::Gender;

/// `F 34 NY nurse`.
pub(crate) fn brief(persona: &Persona) -> String {
    format!("{} {:>2} {} {}", gender(persona.gender), persona.age, place(persona), work(persona))
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
    let words = |word: &str| word.replace('_', " ");
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
