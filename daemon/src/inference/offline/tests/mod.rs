//! Tests of the built-in respondent model through its public interface: its laws, the pairs it must rank, the text of
//! its answers.

mod applied;
mod experts;
mod forecast;
mod kinds;
mod laws;
mod pairs;
mod people;
mod speech;
mod vetoes;

use protocol::audience::Audience;
use protocol::persona::Persona;
use protocol::study::{EngineMode, Instrument, StudySpec};
use reader::Features;
use reader::response::Latent;
use serde::Deserialize;
use serde::de::DeserializeOwned;
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
        webhook: None,
        measurement: protocol::measurement::Measurement::default(),
    }
}

/// The same as a recommendation study.
pub(super) fn nps(text: &str, seed: u64) -> StudySpec {
    StudySpec { instrument: Instrument::Nps { stimulus: text.to_owned() }, ..concept(text, seed) }
}

/// Everybody's reply, in panel order.
pub(super) fn ask_all(spec: &StudySpec, panel: &[Persona]) -> Vec<Reply> {
    let prepared = prepare(spec);
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
    pub(crate) fn explain(&self, ask: &Ask<'_>, reading: usize) -> Option<Latent> {
        let reading = self.readings.get(reading)?;
        Some(reader::response::latent(self.reader, reading, &self.traits(ask)))
    }
}

/// A study's material, read.
pub(super) fn prepare(spec: &StudySpec) -> PreparedText {
    PreparedText::of(Reader::embedded(), spec)
}

/// What the reader sees in a text.
pub(super) fn features(text: &str) -> Features {
    Reader::embedded().features(text).unwrap()
}

/// The text that quotation marks enclose, without the ellipsis that marks a cut.
pub(super) fn quotes(spoken: &str) -> Vec<&str> {
    let marked = spoken.split('“').skip(1).filter_map(|rest| rest.split('”').next());
    marked.map(|quote| quote.strip_suffix(" …").unwrap_or(quote)).collect()
}

/// A file of test texts.
pub(super) fn fixture<T: DeserializeOwned>(file: &str) -> Vec<T> {
    let path = format!("{}/../tests/fixtures/{file}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Ordinary texts of many fields: the better ones of pairs.
pub(super) fn ordinary() -> Vec<String> {
    #[derive(Deserialize)]
    struct Better {
        better: String,
    }
    let files = ["reader/seen/pairs.json", "pairs/first.json", "pairs/third.json"];
    files.iter().flat_map(|file| fixture::<Better>(file)).map(|pair| pair.better).collect()
}
