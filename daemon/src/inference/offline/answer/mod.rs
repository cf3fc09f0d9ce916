//! One function for each instrument: the fields of its questionnaire, filled in by the reader.

mod concept_test;
mod nps;

use protocol::results::ThemeKind;
use serde::Serialize;

use super::draw::{Key, hash};
use super::response::{Latent, latent, noise};
use super::voice::{Named, Speech, Topic, speak};
use super::{Ask, Prepared, Refusal};

pub(crate) use concept_test::concept_test;
pub(crate) use nps::nps;

/// A reason as the questionnaire asks for it.
#[derive(Serialize)]
struct Reason {
    theme: String,
    quote: String,
}

/// The reasons of one kind.
fn reasons(named: &[Named], kind: ThemeKind) -> Vec<Reason> {
    named
        .iter()
        .filter(|reason| reason.kind == kind)
        .map(|reason| Reason { theme: reason.theme.clone(), quote: reason.quote.clone() })
        .collect()
}

/// What one person makes of the first text: the terms of their liking, and U, their liking with its noise.
fn like(prepared: &Prepared, ask: &Ask<'_>) -> Result<(Latent, f64), Refusal> {
    let reading = prepared
        .readings
        .first()
        .ok_or_else(|| Refusal::Final { why: "there is nothing to read".to_owned() })?;
    let weights = &prepared.reader.weights;
    let latent = latent(weights, &reading.features, &prepared.traits(ask), reading.shared);
    let noise = noise(&reading.features.stems, ask.spec.seed, ask.ordinal, ask.replicate);
    let u = latent.v + weights.noise_sd * noise;
    Ok((latent, u))
}

/// Puts it into words.
fn words(prepared: &Prepared, ask: &Ask<'_>, latent: &Latent, level: f64) -> Speech {
    let text = prepared.readings.first().map_or("", |reading| reading.text.as_str());
    let key = Key::new(ask.spec.seed, "voice")
        .with(hash(text))
        .with(u64::from(ask.ordinal))
        .with(u64::from(ask.replicate));
    let reader = prepared.reader;
    speak(&reader.lexicon, &reader.voice, ask.respondent, key, &Topic { text, latent, level })
}

/// As JSON text.
fn write<T: Serialize>(answer: &T) -> Result<String, Refusal> {
    serde_json::to_string(answer).map_err(|error| Refusal::Final { why: error.to_string() })
}
