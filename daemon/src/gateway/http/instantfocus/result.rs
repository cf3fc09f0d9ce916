//! The result of a study in the contract's fields: those of its study type, then every response. The same study gives the same
//! bytes, whether the reply is synchronous or that of a job.

use std::sync::Arc;

use protocol::audience::Education;
use protocol::error::{ApiError, ErrorCode};
use protocol::id::StudyId;
use protocol::results::{Report, Response, Tagged};
use protocol::run::Study;
use protocol::sent_texts::SentTexts;
use protocol::service::Reply;
use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{DOOR, describe, request};
use crate::app::{Caller, Core};
use crate::gateway::http::door::Visit;

/// Answers that are read at once.
const PAGE: u32 = 500;

/// For each study type the fields of its result, and those of a response beside the persona.
const FIELDS: [(&str, &[&str], &[&str]); 5] = [
    (
        "concept_test",
        &[
            "mean_score",
            "median_score",
            "std_dev",
            "score_distribution",
            "purchase_intent",
            "top_concerns",
            "top_appeals",
        ],
        &["score", "sentiment", "reasoning", "purchase_intent"],
    ),
    (
        "sentiment",
        &["positive_pct", "negative_pct", "neutral_pct", "mixed_pct", "confidence", "key_themes"],
        &["sentiment", "reasoning", "key_theme"],
    ),
    (
        "nps",
        &["nps_score", "promoters_pct", "passives_pct", "detractors_pct", "mean_score"],
        &["score", "reasoning", "sentiment"],
    ),
    ("survey", &["question_results", "common_themes"], &["answers", "reasoning"]),
    (
        "ab_test",
        &[
            "winner",
            "variant_a_score",
            "variant_b_score",
            "variant_a_pct",
            "variant_b_pct",
            "no_preference_pct",
            "key_differentiators",
        ],
        &["preference", "score_a", "score_b", "reasoning", "sentiment"],
    ),
];

/// The fields of a persona.
const PERSONA: [&str; 8] =
    ["id", "age", "gender", "region", "income_bracket", "education", "tech_adoption", "occupation"];

/// An education that the contract has no word for, and its lowest word, which stands for it.
const BELOW_THE_LIST: &str = Education::LessThanHs.as_str();
const LOWEST_EDUCATION: &str = Education::HighSchool.as_str();

/// The schema of a result: that of each study type, by the lists above.
pub(super) fn schema() -> Value {
    let any = |names: &'static [&'static str]| names.iter().map(|name| (*name, Value::Bool(true)));
    let of = |(study_type, fields, of_answer): &(
        &'static str,
        &'static [&'static str],
        &'static [&'static str],
    )| {
        let mut persona = describe::object(&PERSONA, any(&PERSONA).collect());
        persona["properties"]["education"] = serde_json::json!({
            "enum": request::educations(),
            "description": "`high_school` stands for everybody with less than some college, as it does in an audience",
        });
        let answer = std::iter::once(("persona", persona)).chain(any(of_answer)).collect();
        let response = describe::object(of_answer, answer);
        let own = [
            ("study_type", serde_json::json!({ "const": study_type })),
            ("panel_size", serde_json::json!({ "type": "integer", "minimum": 0 })),
            ("responses", serde_json::json!({ "type": "array", "items": response })),
        ];
        let required: Vec<&str> =
            own.iter().map(|(name, _)| *name).chain(fields.iter().copied()).collect();
        describe::object(&required, own.into_iter().chain(any(fields)).collect())
    };
    serde_json::json!({ "oneOf": FIELDS.iter().map(of).collect::<Vec<_>>() })
}

/// An object whose fields stand in the order of the contract.
#[derive(Clone, Debug, PartialEq)]
struct InOrder(Vec<(&'static str, Value)>);

impl Serialize for InOrder {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// What a finished study found.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct StudyResult {
    study_type: &'static str,
    panel_size: u32,
    #[serde(flatten)]
    outcomes: InOrder,
    responses: Vec<InOrderResponse>,
}

/// One response.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct InOrderResponse {
    persona: InOrder,
    #[serde(flatten)]
    answer: InOrder,
}

/// The result of a study that has ended, as bytes; none where it has no results, or is of a type that the contract does
/// not know.
pub(super) async fn told(visit: &Visit, study: &Study) -> Reply<Option<Arc<RawValue>>> {
    let key = (DOOR.about, study.id, study.completed_at.unwrap_or(study.created_at));
    if let Some(kept) = visit.context.told.get(&key) {
        return Ok(Some(kept));
    }
    let (core, caller) = (&visit.context.core, &visit.caller);
    let report = core.report(caller, study.id).await?;
    told_of(visit, &report).await
}

/// The same of a study whose report was read already.
pub(super) async fn told_of(visit: &Visit, report: &Report) -> Reply<Option<Arc<RawValue>>> {
    let study = &report.study;
    let key = (DOOR.about, study.id, study.completed_at.unwrap_or(study.created_at));
    let (core, caller) = (&visit.context.core, &visit.caller);
    let Some(result) = of(core, caller, study.id, report).await? else { return Ok(None) };
    let text = serde_json::value::to_raw_value(&result).map_err(|error| {
        ApiError::new(ErrorCode::Internal, "A result cannot be written").because(&error)
    })?;
    let text = Arc::from(text);
    visit.context.told.put(key, &text);
    Ok(Some(text))
}

async fn of(
    core: &Core,
    caller: &Caller,
    id: StudyId,
    report: &Report,
) -> Reply<Option<StudyResult>> {
    let Some(results) = &report.results else { return Ok(None) };
    let word = report.study.instrument.as_str();
    let Some((study_type, fields, of_answer)) = FIELDS.iter().find(|(known, ..)| *known == word)
    else {
        return Ok(None);
    };
    let outcomes = serde_json::to_value(&results.outcomes).unwrap_or_default();
    let sent = &report.sent;
    let outcomes =
        InOrder(fields.iter().map(|field| (*field, shaped(field, &outcomes, sent))).collect());
    let (mut responses, mut offset) = (Vec::new(), 0);
    loop {
        let page = core.answers(caller, id, offset, PAGE).await?;
        let items = page.items.into_iter();
        responses.extend(items.map(|response| response_of(response, of_answer, sent)));
        match page.next {
            Some(next) if next > offset => offset = next,
            _ => break,
        }
    }
    let panel_size = report.study.panel.delivered;
    Ok(Some(StudyResult { study_type, panel_size, outcomes, responses }))
}

/// A field of the results as the contract has it, with questions as they were sent.
fn shaped(field: &str, outcomes: &Value, sent: &SentTexts) -> Value {
    let value = outcomes.get(field).cloned().unwrap_or_default();
    if field != "question_results" {
        return value;
    }
    let question = |of: &Value| {
        let themes = of["themes"].as_array().into_iter().flatten();
        let themes: Vec<Value> = themes.map(|theme| theme["theme"].clone()).collect();
        serde_json::json!({
            "question": sent.of(of["question"].as_str().unwrap_or_default()),
            "summary": of["summary"],
            "top_themes": themes,
            "response_count": of["answered"],
        })
    };
    value.as_array().into_iter().flatten().map(question).collect()
}

fn response_of(
    response: Response<Tagged>,
    fields: &[&'static str],
    sent: &SentTexts,
) -> InOrderResponse {
    let response: Response = response.into();
    let mut whole = serde_json::to_value(response).unwrap_or_default();
    if let Some(answers) = whole.get_mut("answers").and_then(Value::as_object_mut) {
        let by_question = std::mem::take(answers).into_iter();
        *answers = by_question.map(|(read, answer)| (sent.of(&read).to_owned(), answer)).collect();
    }
    if let Some(education) = whole.pointer_mut("/persona/education")
        && education.as_str() == Some(BELOW_THE_LIST)
    {
        *education = LOWEST_EDUCATION.into();
    }
    let pick = |of: &Value, names: &[&'static str]| {
        InOrder(
            names.iter().map(|name| (*name, of.get(name).cloned().unwrap_or_default())).collect(),
        )
    };
    InOrderResponse { persona: pick(&whole["persona"], &PERSONA), answer: pick(&whole, fields) }
}
