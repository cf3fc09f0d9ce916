//! The body of an evaluation, read by the contract's limits into a draft; or every fault of it, in one message.

use std::collections::{BTreeMap, BTreeSet};

use protocol::error::{ApiError, ErrorCode};
use protocol::strict_json;
use protocol::study::{Draft, DraftText, SecondFile};
use serde_json::{Map, Value, json};

use super::{describe, ignored};
use crate::gateway::http::fields::{GivenFields, whole_number};

/// The study types of the contract.
pub(super) const STUDY_TYPES: [&str; 5] = ["concept_test", "sentiment", "nps", "survey", "ab_test"];

/// The panels of the contract.
const ENGINE_MODES: [&str; 2] = ["standard", "anchor"];

const TEXT_CHARACTERS: (usize, usize) = (10, 5_000);
const CONTEXT_CHARACTERS_MAX: usize = 2_000;
const QUESTIONS_MAX: usize = 10;
const QUESTION_CHARACTERS_MAX: usize = 500;
const PANEL: (u64, u64) = (1, 10_000);
const SIZE: (u64, u64) = (10, 10_000);
const AGES: (u64, u64) = (18, 100);
/// The panel where the request says nothing.
const PANEL_USUAL: u64 = 100;
/// The ages where the request says nothing.
const AGES_USUAL: (u64, u64) = (18, 80);

/// The filters of an audience with their options; the first one is the default.
const FILTERS: [(&str, &[&str]); 5] = [
    ("gender", &["all", "male", "female", "nonbinary"]),
    (
        "region",
        &[
            "us_national",
            "us_northeast",
            "us_southeast",
            "us_midwest",
            "us_west",
            "us_southwest",
            "uk",
            "eu",
            "global",
        ],
    ),
    ("income_bracket", &["all", "low", "middle", "upper_middle", "high"]),
    ("education", &["all", "high_school", "some_college", "bachelors", "graduate"]),
    (
        "tech_adoption",
        &["all", "innovator", "early_adopter", "early_majority", "late_majority", "laggard"],
    ),
];

/// The educations that somebody can have.
pub(super) fn educations() -> Vec<&'static str> {
    let options = FILTERS.iter().find(|(name, _)| *name == "education");
    options.map(|(_, options)| options.iter().skip(1).copied().collect()).unwrap_or_default()
}

/// An evaluation as the daemon takes it on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Evaluation {
    /// The draft.
    pub(super) draft: Draft,
    /// Personas asked for.
    pub(super) panel: u64,
    /// What is to be said of the request.
    pub(super) warnings: Vec<String>,
}

/// The schema of a body, by the same limits.
pub(super) fn schema() -> Value {
    let text = |(least, most): (usize, usize)| json!({ "type": "string", "minLength": least, "maxLength": most });
    let whole =
        |(least, most): (u64, u64)| json!({ "type": "integer", "minimum": least, "maximum": most });
    let word = |options: &[&str]| json!({ "enum": options });
    let mut filters: Vec<(&str, Value)> =
        FILTERS.iter().map(|(name, options)| (*name, word(options))).collect();
    filters.push(("size", whole(SIZE)));
    let ages = json!({ "type": "array", "items": whole(AGES), "minItems": 2, "maxItems": 2 });
    filters.push(("age_range", ages));
    let question = text((1, QUESTION_CHARACTERS_MAX));
    let questions = json!({
        "type": "array", "items": question, "minItems": 1, "maxItems": QUESTIONS_MAX, "description": "Of a survey",
    });
    let stimulus = text(TEXT_CHARACTERS);
    // What each study type needs; the older names of the variants are read too, and not described.
    let is = |study_type: &str| json!({ "properties": { "study_type": { "const": study_type } } });
    let needs = json!([
        {
            "if": is("ab_test"),
            "then": { "required": ["variant_a", "variant_b"] },
            "else": { "required": ["stimulus"] },
        },
        { "if": is("survey"), "then": { "required": ["questions"] } },
    ]);
    let mut body = describe::object(
        &["study_type"],
        vec![
            ("study_type", word(&STUDY_TYPES)),
            ("stimulus", stimulus.clone()),
            ("variant_a", stimulus.clone()),
            ("variant_b", stimulus),
            ("questions", questions),
            ("panel_size", whole(PANEL)),
            ("audience", describe::object(&[], filters)),
            ("context", text((0, CONTEXT_CHARACTERS_MAX))),
            ("engine_mode", word(&ENGINE_MODES)),
        ],
    );
    body["allOf"] = needs;
    body
}

/// Reads a body.
///
/// # Errors
/// Every fault of it.
pub(super) fn read(body: &[u8], engine: &str) -> Result<Evaluation, ApiError> {
    let object = strict_json::object(body)
        .map_err(|why| ApiError::new(ErrorCode::InvalidInput, why).hint("Send one JSON object"))?;
    let mut fields = GivenFields::new(&object);
    let mut settings: BTreeMap<String, String> = BTreeMap::new();
    let study_type = fields.word("study_type", &STUDY_TYPES).unwrap_or_default();
    if study_type.is_empty() && fields.faults.is_empty() {
        let hint = format!("send one of {}", STUDY_TYPES.join(", "));
        fields.fault("study_type", "is missing", hint);
    }
    settings.insert("study".to_owned(), study_type.clone());
    settings.insert("engine".to_owned(), engine.to_owned());
    let (first, second) = if study_type == "ab_test" {
        // The contract's older names are read where both newer ones are absent.
        let is_given = |name: &str| fields.given(name).is_some();
        let is_older = !is_given("variant_a") && !is_given("variant_b") && is_given("stimulus_b");
        let names = if is_older { ["stimulus", "stimulus_b"] } else { ["variant_a", "variant_b"] };
        let [a, b] = names.map(|name| stimulus(&mut fields, name));
        (a, Some(b))
    } else {
        (stimulus(&mut fields, "stimulus"), None)
    };
    let questions = if study_type == "survey" { questions(&mut fields) } else { None };
    let asked = fields.whole("panel_size", PANEL);
    let size = audience(&mut fields, &mut settings);
    let panel = asked.or(size).unwrap_or(PANEL_USUAL);
    settings.insert("panel".to_owned(), panel.to_string());
    let context = fields.text("context", (0, CONTEXT_CHARACTERS_MAX));
    if let Some(context) = context.filter(|context| !context.is_empty()) {
        settings.insert("context".to_owned(), context);
    }
    if let Some(mode) = fields.word("engine_mode", &ENGINE_MODES) {
        settings.insert("engine_mode".to_owned(), mode);
    }
    let warnings = ignored::warnings(&mut fields, &object, &study_type);
    if !fields.faults.is_empty() {
        let mut error = ApiError::new(ErrorCode::InvalidInput, "The request has faults");
        error.problems = fields.faults;
        return Err(error);
    }
    let draft = Draft {
        file: "stimulus".to_owned(),
        text: DraftText::plain(first),
        overrides: settings,
        questions: questions.unwrap_or_default(),
        variant_b: second
            .map(|text| SecondFile { file: "variant_b".to_owned(), text: DraftText::plain(text) }),
        like: None,
    };
    Ok(Evaluation { draft, panel, warnings })
}

/// Reads the audience into settings; says the size that it names.
fn audience(fields: &mut GivenFields<'_>, settings: &mut BTreeMap<String, String>) -> Option<u64> {
    let empty = Map::new();
    let filters = fields.inner("audience").unwrap_or(&empty);
    let mut within = GivenFields::within(filters, "audience.");
    let size = within.whole("size", SIZE);
    let (youngest, oldest) = ages(&mut within).unwrap_or(AGES_USUAL);
    settings.insert("audience.age_range".to_owned(), format!("{youngest}-{oldest}"));
    for (name, options) in FILTERS {
        let usual = options.first().copied().unwrap_or_default();
        let word = within.word(name, options).unwrap_or_else(|| usual.to_owned());
        settings.insert(format!("audience.{name}"), word);
    }
    fields.faults.extend(within.faults);
    size
}

/// A text that respondents see.
fn stimulus(fields: &mut GivenFields<'_>, name: &str) -> String {
    if fields.given(name).is_none() {
        let (least, most) = TEXT_CHARACTERS;
        fields.fault(name, "is missing", format!("send a text of {least} to {most} characters"));
        return String::new();
    }
    fields.text(name, TEXT_CHARACTERS).unwrap_or_default()
}

/// The ages of an audience.
fn ages(fields: &mut GivenFields<'_>) -> Option<(u64, u64)> {
    let given = fields.given("age_range")?;
    let age = |value: &Value| whole_number(value).filter(|age| (AGES.0..=AGES.1).contains(age));
    let ages = match given.as_array().map(Vec::as_slice) {
        Some([youngest, oldest]) => age(youngest).zip(age(oldest)),
        _ => None,
    };
    let ages = ages.filter(|(youngest, oldest)| youngest <= oldest);
    if ages.is_none() {
        let hint = format!("send [youngest, oldest], both from {} to {}", AGES.0, AGES.1);
        fields.fault("age_range", "is no range of ages", hint);
    }
    ages
}

/// The questions of a survey, as they were sent.
fn questions(fields: &mut GivenFields<'_>) -> Option<Vec<String>> {
    let read = fields.given("questions").and_then(Value::as_array).and_then(|items| {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = |item: &Value| {
            let text = item.as_str()?;
            let is_fit = (1..=QUESTION_CHARACTERS_MAX).contains(&words(text).chars().count());
            (is_fit && !text.contains('\0')).then(|| text.to_owned())
        };
        let questions: Option<Vec<String>> = items.iter().map(text).collect();
        questions.filter(|questions| {
            let distinct: BTreeSet<String> = questions.iter().map(|text| words(text)).collect();
            (1..=QUESTIONS_MAX).contains(&questions.len()) && distinct.len() == questions.len()
        })
    });
    if read.is_none() {
        let hint = format!(
            "send 1 to {QUESTIONS_MAX} texts of at most {QUESTION_CHARACTERS_MAX} characters, none twice"
        );
        fields.fault("questions", "are missing or not as they must be", hint);
    }
    read
}
