//! The audience of a review in words, read as filters of the panel: ages, gender, region, income and education. Only what
//! is said plainly is read, and what was read is told; filters that are given by themselves count instead.

use protocol::audience::{
    Audience, Choice, EducationFilter, Gender, IncomeBracket, Region, TechAdoption,
};
use protocol::study::{Instrument, StudySpec};

use crate::domain::instrument;

/// Youngest and oldest age of a panel.
const AGES: (u8, u8) = (18, 80);

/// Words that say one filter.
const GENDERS: [(&[&str], Gender); 2] = [
    (&["women", "woman", "female", "females", "mothers", "moms", "mums", "girls"], Gender::Female),
    (&["men", "man", "male", "males", "fathers", "dads", "boys"], Gender::Male),
];
const REGIONS: [(&[&str], Region); 4] = [
    (&["uk", "british", "britons", "britain", "united kingdom"], Region::Uk),
    (&["eu", "europe", "european", "europeans", "european union"], Region::Eu),
    (
        &[
            "the us",
            "in us",
            "us-based",
            "u.s.",
            "usa",
            "american",
            "americans",
            "america",
            "united states",
        ],
        Region::UsNational,
    ),
    (&["worldwide", "global", "international"], Region::Global),
];
const INCOMES: [(&[&str], IncomeBracket); 3] = [
    (&["low income", "low-income", "poor", "on a budget"], IncomeBracket::Low),
    (&["middle income", "middle-income", "middle class", "middle-class"], IncomeBracket::Middle),
    (
        &["high income", "high-income", "high earners", "wealthy", "affluent", "rich"],
        IncomeBracket::High,
    ),
];
const EDUCATIONS: [(&[&str], EducationFilter); 3] = [
    (
        &["postgraduates", "phds", "phd", "graduate degree", "masters degree", "master's degree"],
        EducationFilter::Graduate,
    ),
    (
        &[
            "graduates",
            "college graduates",
            "university graduates",
            "bachelor's degree",
            "professionals",
        ],
        EducationFilter::Bachelors,
    ),
    (&["high school", "school leavers"], EducationFilter::HighSchool),
];
const ADOPTIONS: [(&[&str], TechAdoption); 2] = [
    (&["early adopters", "tech enthusiasts", "techies"], TechAdoption::EarlyAdopter),
    (&["innovators"], TechAdoption::Innovator),
];
/// Generations and ages of life, in years.
const AGES_OF_LIFE: [(&[&str], (u8, u8)); 8] = [
    (&["gen z", "generation z"], (18, 29)),
    (&["millennials", "millennial"], (30, 45)),
    (&["gen x", "generation x"], (46, 61)),
    (&["boomers", "baby boomers"], (62, 80)),
    (&["students", "college students"], (18, 25)),
    (&["young adults", "young people"], (18, 30)),
    (&["seniors", "retirees", "pensioners", "retired"], (65, 80)),
    (&["middle-aged", "middle aged"], (40, 60)),
];

/// What was read of an audience in words.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ReadAudience {
    /// The filters; those that nothing was read for are the usual ones.
    pub(super) audience: Audience,
    /// What was read, filter by filter, in words.
    pub(super) told: Vec<String>,
}

/// The audience that the material of a study describes.
pub(super) fn of_material(instrument: &Instrument) -> ReadAudience {
    let review = instrument::review_of(instrument);
    read(review.and_then(|review| review.target_audience.as_deref()).unwrap_or_default())
}

/// What was read of the audience that a review describes, as a note; filters that were given by themselves are left out,
/// because they count instead.
#[must_use]
pub(crate) fn audience_note(spec: &StudySpec) -> Option<String> {
    let text = instrument::review_of(&spec.instrument)?.target_audience.as_deref()?;
    let read = read(text);
    let (given, usual) = (spec.audience, Audience::default());
    let counts = |filter: &str| match filter.split(' ').next() {
        Some("age") => given.age_range == read.audience.age_range,
        Some("gender") => given.gender == read.audience.gender,
        Some("region") => given.region == read.audience.region,
        Some("income") => given.income_bracket == read.audience.income_bracket,
        Some("education") => given.education == read.audience.education,
        _ => given.tech_adoption == read.audience.tech_adoption,
    };
    let told: Vec<&str> = read.told.iter().map(String::as_str).filter(|it| counts(it)).collect();
    if !told.is_empty() {
        let told = told.join(", ");
        return Some(format!(
            "the target audience is read as {told}; a filter of `audience` corrects it"
        ));
    }
    (given == usual).then(|| {
        "no filter could be read from the target audience: the panel is the usual one; `audience` narrows it".to_owned()
    })
}

/// Reads an audience in words.
fn read(text: &str) -> ReadAudience {
    let text = text.to_lowercase().replace(['–', '—'], "-");
    let mut audience = Audience::default();
    let mut told = Vec::new();
    if let Some((youngest, oldest)) = ages(&text) {
        audience.age_range = (youngest, oldest);
        told.push(format!("age {youngest} to {oldest}"));
    }
    if let Some(gender) = one_of(&text, &GENDERS) {
        audience.gender = Choice::Only(gender);
        told.push(format!("gender {gender}"));
    }
    if let Some(region) = one_of(&text, &REGIONS) {
        audience.region = region;
        told.push(format!("region {region}"));
    }
    if let Some(income) = one_of(&text, &INCOMES) {
        audience.income_bracket = Choice::Only(income);
        told.push(format!("income {}", income.as_str().replace('_', " ")));
    }
    if let Some(education) = one_of(&text, &EDUCATIONS) {
        audience.education = Choice::Only(education);
        told.push(format!("education {}", protocol::audience::in_words(education.as_str())));
    }
    if let Some(adoption) = one_of(&text, &ADOPTIONS) {
        audience.tech_adoption = Choice::Only(adoption);
        told.push(format!("technology {}", adoption.as_str().replace('_', " ")));
    }
    ReadAudience { audience, told }
}

/// The value whose words stand in the text; nothing where two values do, because then both are meant.
fn one_of<T: Copy>(text: &str, known: &[(&[&str], T)]) -> Option<T> {
    let mut found = known.iter().filter(|(words, _)| words.iter().any(|word| holds(text, word)));
    let (_, first) = found.next()?;
    found.next().is_none().then_some(*first)
}

/// Whether a text has those words, as words of their own.
fn holds(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + words.len()..).and_then(|after| after.chars().next());
        let is_part =
            |letter: Option<char>| letter.is_some_and(|it| it.is_alphanumeric() || it == '-');
        !is_part(before) && !is_part(after)
    })
}

/// The ages: `25-35`, `25 to 35`, `over 40`, `under 30`, `in their 30s`, or an age of life.
fn ages(text: &str) -> Option<(u8, u8)> {
    let within = |youngest: u8, oldest: u8| {
        let youngest = youngest.max(AGES.0);
        (youngest <= oldest && oldest <= 100).then_some((youngest, oldest))
    };
    let numbers = numbers(text);
    for pair in numbers.windows(2) {
        let [one, other] = pair else { continue };
        let between = text.get(one.end..other.start).unwrap_or_default().trim();
        if matches!(between, "-" | "to" | "and" | "bis") && one.value < other.value {
            return within(one.value, other.value);
        }
    }
    for number in &numbers {
        let before = text.get(..number.start).unwrap_or_default().trim_end();
        let after = text.get(number.end..).unwrap_or_default();
        let ends = |words: &[&str]| words.iter().any(|word| before.ends_with(word));
        if ends(&["over", "above", "older than", "at least"]) || after.starts_with('+') {
            return within(number.value, AGES.1);
        }
        if ends(&["under", "below", "younger than", "up to"]) {
            return within(AGES.0, number.value);
        }
        if after.starts_with('s') && number.value % 10 == 0 {
            return within(number.value, number.value.saturating_add(9));
        }
        let years = after.trim_start_matches(['-', ' ']);
        if years.starts_with("year") {
            return within(number.value.saturating_sub(2), number.value.saturating_add(2));
        }
    }
    one_of(text, &AGES_OF_LIFE)
}

/// A number of two digits that can be an age, with its place.
#[derive(Clone, Copy, Debug)]
struct AgeNumber {
    start: usize,
    end: usize,
    value: u8,
}

fn numbers(text: &str) -> Vec<AgeNumber> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) =
        text.get(at..).and_then(|rest| rest.find(|it: char| it.is_ascii_digit()))
    {
        let start = at + start;
        let digits =
            text.get(start..).map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
        let end = start + digits;
        // Money and large numbers are no ages.
        let is_money =
            text.get(..start).is_some_and(|before| before.ends_with(['$', '£', '€', '.', ',']));
        let value = text.get(start..end).and_then(|digits| digits.parse::<u8>().ok());
        if let Some(value) = value.filter(|age| (10..=100).contains(age) && !is_money) {
            found.push(AgeNumber { start, end, value });
        }
        at = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_plainly_is_read() {
        for (text, says) in [
            ("25-35 year old professionals", "age 25 to 35, education bachelors"),
            ("women over 40 in the UK", "age 40 to 80, gender female, region uk"),
            ("men and women aged 18 to 24 in the US", "age 18 to 24, region us_national"),
            ("affluent Gen Z students", "income high"),
            ("retirees in Europe on a budget", "age 65 to 80, region eu, income low"),
            ("parents in their 30s", "age 30 to 39"),
            ("20-year-olds", "age 18 to 22"),
            ("people who earn over $50 and trust us", ""),
            ("businessmen who use 4 tools", ""),
        ] {
            assert_eq!(read(text).told.join(", "), says, "{text}");
        }
    }
}
