//! The answers of the built-in respondent model: one function for each instrument, which fills in the fields of its
//! questionnaire.

mod ab_test;
mod concept_test;
mod content_review;
mod nps;
mod sentiment;
mod survey;

use protocol::results::ThemeKind;
use serde::Serialize;

use super::{Ask, EngineError, PreparedText};
use crate::domain::instrument::{Rehearsal, rehearsal, review_of};
pub(crate) use content_review::PreparedReview;
use reader::draw::DrawKey;
use reader::response::{Latent, latent, noise};
use reader::voice::{self, Named, Pointer, Remark, Speech, speak};

/// Answers a questionnaire in the way that its study type asks for.
///
/// # Errors
/// When the reader cannot answer that type, or there is nothing to read.
pub(crate) fn of(prepared: &PreparedText, ask: &Ask<'_>) -> Result<String, EngineError> {
    let study_type = ask.spec.instrument.study_type();
    let rehearsal = rehearsal(study_type).ok_or_else(|| EngineError::Final {
        why: format!("the built-in reader cannot answer a {study_type} study"),
    })?;
    match rehearsal {
        Rehearsal::Rating => concept_test::concept_test(prepared, ask),
        Rehearsal::Feeling => sentiment::sentiment_study(prepared, ask),
        Rehearsal::Recommendation => nps::nps(prepared, ask),
        Rehearsal::OpenQuestions => survey::survey(prepared, ask),
        Rehearsal::Preference => ab_test::ab_test(prepared, ask),
        Rehearsal::Review => match review_of(&ask.spec.instrument) {
            Some(review) => content_review::content_review(prepared, review, ask),
            None => Err(EngineError::Final { why: "there is nothing to read".to_owned() }),
        },
    }
}

/// A reason as the questionnaire asks for it.
#[derive(Serialize)]
struct AnswerReason {
    theme: String,
    quote: String,
}

/// The reasons of one kind.
fn reasons(named: &[Named], kind: ThemeKind) -> Vec<AnswerReason> {
    named
        .iter()
        .filter(|reason| reason.kind == kind)
        .map(|reason| AnswerReason { theme: reason.theme.clone(), quote: reason.quote.clone() })
        .collect()
}

/// What one person makes of the text at `reading`: the terms of their liking, and U, their liking with its noise.
fn like(
    prepared: &PreparedText,
    ask: &Ask<'_>,
    reading: usize,
) -> Result<(Latent, f64), EngineError> {
    let reading = prepared
        .readings
        .get(reading)
        .ok_or_else(|| EngineError::Final { why: "there is nothing to read".to_owned() })?;
    let weights = &prepared.reader.weights;
    let latent = latent(prepared.reader, reading, &prepared.traits(ask));
    let noise = noise(&reading.features.stems, ask.spec.seed, ask.ordinal, ask.replicate);
    let u = latent.v + weights.noise_sd * noise;
    Ok((latent, u))
}

/// Decides how this person puts things, this time.
fn voice_key(ask: &Ask<'_>) -> DrawKey {
    let key = DrawKey::new(ask.spec.seed, "voice")
        .with(u64::from(ask.ordinal))
        .with(u64::from(ask.replicate));
    // The first thing anybody is asked has the key it always had.
    if ask.task == 0 { key } else { key.with(1_000 + u64::from(ask.task)) }
}

/// Puts a liking of the text at `reading` into words.
fn words(
    prepared: &PreparedText,
    ask: &Ask<'_>,
    reading: usize,
    latent: &Latent,
    level: f64,
) -> Speech {
    words_with(prepared, ask, voice_key(ask), reading, latent, level)
}

/// The same with a key of its own.
fn words_with(
    prepared: &PreparedText,
    ask: &Ask<'_>,
    key: DrawKey,
    reading: usize,
    latent: &Latent,
    level: f64,
) -> Speech {
    let text = prepared.readings.get(reading).map_or("", |reading| reading.text.as_str());
    let reader = prepared.reader;
    speak(&reader.lexicon, &reader.voice, ask.respondent, key, &Remark { text, latent, level })
}

/// A pointed remark on the text at `reading`.
fn point(
    prepared: &PreparedText,
    ask: &Ask<'_>,
    key: DrawKey,
    reading: usize,
    latent: &Latent,
    pointer: &Pointer<'_>,
) -> Speech {
    let text = prepared.readings.get(reading).map_or("", |reading| reading.text.as_str());
    let reader = prepared.reader;
    let topic = Remark { text, latent, level: 0.5 };
    voice::point(&reader.lexicon, &reader.voice, ask.respondent, key, &topic, pointer)
}

/// As JSON text.
fn write<T: Serialize>(answer: &T) -> Result<String, EngineError> {
    serde_json::to_string(answer).map_err(|error| EngineError::Final { why: error.to_string() })
}
