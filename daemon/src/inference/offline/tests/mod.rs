//! Tests of the built-in respondent model through its public interface: its laws, the pairs it must rank, the text of
//! its answers.

mod kinds;
mod laws;
mod pairs;
mod people;
mod speech;

use protocol::audience::Audience;
use protocol::persona::Persona;
use protocol::study::{EngineMode, Instrument, StudySpec};
use serde_json::Value;

use super::*;
use crate::domain::instrument;
use crate::domain::outcome::{Assignment, FIRST_ROUND};

/// A concept test of this text.
pub(super) fn concept(text: &str, seed: u64) -> StudySpec {
    StudySpec {
        name: "Test".to_owned(),
        instrument: Instrument::ConceptTest { stimulus: text.to_owned() },
        panel: 100,
        audience: Audience::default(),
        engine: "offline".to_owned(),
        engine_mode: EngineMode::Standard,
        seed,
        context: None,
        language: None,
        max_cost_usd: None,
        tags: Vec::new(),
        project: None,
        measurement: protocol::measurement::Measurement::default(),
    }
}

/// The same as a recommendation study.
pub(super) fn nps(text: &str, seed: u64) -> StudySpec {
    StudySpec { instrument: Instrument::Nps { stimulus: text.to_owned() }, ..concept(text, seed) }
}

/// Everybody's reply, in panel order.
pub(super) fn ask_all(spec: &StudySpec, panel: &[Persona]) -> Vec<Reply> {
    let prepared = Offline::embedded().prepare(spec);
    panel
        .iter()
        .zip(0..)
        .map(|(respondent, ordinal)| {
            let at = Assignment::first(FIRST_ROUND, ordinal);
            let order = instrument::order_shown(spec, at);
            prepared.ask(&Ask { spec, respondent, ordinal, task: 0, replicate: 0, order }).unwrap()
        })
        .collect()
}

pub(super) fn json(reply: &Reply) -> Value {
    serde_json::from_str(&reply.text).unwrap()
}

pub(super) fn scores(spec: &StudySpec, panel: &[Persona]) -> Vec<f64> {
    ask_all(spec, panel).iter().map(|reply| json(reply)["score"].as_f64().unwrap()).collect()
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

pub(super) fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (squares / (values.len() as f64 - 1.0)).sqrt()
}

impl PreparedText {
    /// A respondent's liking of the text at `reading` (0 where there is one text), with its terms. None beyond the last text.
    pub(crate) fn explain(&self, ask: &Ask<'_>, reading: usize) -> Option<super::response::Latent> {
        let reading = self.readings.get(reading)?;
        Some(super::response::latent(
            &self.reader.weights,
            &reading.features,
            &self.traits(ask),
            reading.shared,
        ))
    }
}
