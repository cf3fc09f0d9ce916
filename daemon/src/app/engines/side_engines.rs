//! The engines of side measures: those that are known when a study is read, those that it uses when it runs, what they
//! add to its instrument hash, and what they will cost.

use std::sync::Arc;

use protocol::channels::Channel;
use protocol::error::{ApiError, ErrorCode};
use protocol::hint::Remedy;
use protocol::measurement::QuestionsPerCall;
use protocol::persona::Persona;
use protocol::service::Reply;
use protocol::study::StudySpec;

use crate::domain::digest::Digest;
use crate::domain::instrument::channels::{Library, TEXT_BYTES_MAX, heard, hears};
use crate::domain::stimulus::KnownEngine;
use crate::inference::Engine;
use crate::inference::embed::Embedder;
use crate::inference::model::{Estimate, ModelEngine};

use crate::app::money::cost_estimate::unknown_price;
use crate::app::{Caller, Core, Scope};

/// Who makes the further channels of a study.
#[derive(Clone, Debug, Default)]
pub(crate) struct Makers {
    /// What turns texts into vectors.
    pub embedder: Option<Arc<Embedder>>,
    /// What rates texts.
    pub rater: Option<Arc<ModelEngine>>,
}

impl Core {
    /// What is known of every engine that is a language model, or several.
    pub(in crate::app) fn known_engines(&self) -> Vec<KnownEngine> {
        let Some(registry) = &self.settings().models else { return Vec::new() };
        let known = |name: String| {
            let made = registry.pool(&name)?;
            Some(match made {
                Ok(pool) => KnownEngine {
                    embeds: pool
                        .members()
                        .iter()
                        .find(|member| {
                            member.embedder().is_some_and(|embedder| !embedder.is_absent())
                        })
                        .map(|member| member.service().name.clone()),
                    models: Ok(pool
                        .members()
                        .iter()
                        .map(|member| member.model().to_owned())
                        .collect()),
                    name,
                },
                Err(unready) => {
                    KnownEngine { name, models: Err(unready.to_string()), embeds: None }
                }
            })
        };
        registry.names().into_iter().filter_map(known).collect()
    }

    /// Who makes the further channels of that study.
    pub(crate) async fn makers(&self, caller: &Caller, spec: &StudySpec) -> Reply<Makers> {
        caller.may(Scope::Read)?;
        let spec = spec.clone();
        self.looking(move |core| core.makers_of(&spec)).await
    }

    fn makers_of(&self, spec: &StudySpec) -> Reply<Makers> {
        let mut makers = Makers::default();
        let Some(elicitation) = &spec.measurement.elicitation else { return Ok(makers) };
        if let Some(name) = &elicitation.embedding_engine {
            makers.embedder = Some(self.embedder(name)?);
        }
        if let Some(name) = &elicitation.rater {
            makers.rater = Some(self.one_model(name)?);
        }
        Ok(makers)
    }

    fn embedder(&self, name: &str) -> Reply<Arc<Embedder>> {
        if let Some(encoder) = self.encoder().filter(|encoder| encoder.engine() == name) {
            return Ok(encoder);
        }
        let invalid = |what: String| ApiError::new(ErrorCode::InvalidInput, what);
        let engine = self.one_model(name)?;
        let embedder = engine.embedder().ok_or_else(|| {
            invalid(format!("The engine '{name}' has no embedding model."))
                .hint(format!("Set embedding_model in [engine.{name}]"))
        })?;
        Ok(Arc::clone(embedder))
    }

    /// The encoder that is built in.
    pub(in crate::app) fn encoder(&self) -> Option<Arc<Embedder>> {
        self.settings().models.as_ref()?.encoder().cloned()
    }

    fn one_model(&self, name: &str) -> Reply<Arc<ModelEngine>> {
        match self.engine(name)? {
            Engine::Model(engine) => Ok(engine),
            _ => Err(ApiError::new(
                ErrorCode::InvalidInput,
                format!("The engine '{name}' is not one language model"),
            )
            .hint(Remedy::owner("List them", "demoscope engines"))),
        }
    }

    /// What decides the answers of a study besides its own text: the engine, and whoever makes further channels. Studies
    /// that hear the direct answer only have the engine's hash alone.
    pub(in crate::app) fn assets(&self, spec: &StudySpec, engine: &Engine) -> Reply<String> {
        let study_type = spec.instrument.study_type();
        let alone = engine.models().first().map(|model| model.alone_hash().to_owned());
        let alone = alone.filter(|_| spec.measurement.questions_per_call == QuestionsPerCall::One);
        let own = match alone {
            Some(alone) => hash_of(&[engine.asset_hash(study_type), alone]),
            None => engine.asset_hash(study_type),
        };
        let Some(elicitation) = &spec.measurement.elicitation else { return Ok(own) };
        let makers = self.makers_of(spec)?;
        let library = Library::shipped().map_err(|error| {
            ApiError::new(ErrorCode::Internal, error.to_string()).because(&error)
        })?;
        let mut parts = vec![own];
        parts.extend(elicitation.channels.iter().map(|channel| channel.as_str().to_owned()));
        parts.extend(engine.models().first().map(|model| model.beside_hash().to_owned()));
        if let Some(embedder) = &makers.embedder {
            parts.extend([embedder.parameters(), library.hash().to_owned()]);
        }
        if let Some(rater) = &makers.rater {
            parts.extend([rater.asset_hash(study_type), rater.beside_hash().to_owned()]);
        }
        Ok(hash_of(&parts))
    }

    /// What further channels add to the cost of a study that this model answers alone: the texts, their vectors, their
    /// ratings, as far as they are asked for. An error where nobody knows a price and that is not allowed.
    pub(in crate::app) fn estimates_beside(
        &self,
        spec: &StudySpec,
        model: &ModelEngine,
        persona: &Persona,
    ) -> Reply<Vec<Estimate>> {
        let constructs = heard(spec);
        if constructs.is_empty() {
            return Ok(Vec::new());
        }
        let broken = |error: crate::inference::prompt::PromptError| {
            ApiError::new(ErrorCode::InvalidInput, error.to_string()).because(&error)
        };
        let makers = self.makers_of(spec)?;
        let mut parts = vec![model.estimate_texts(spec, constructs, persona).map_err(broken)?];
        let dark = |known: bool| !known && !self.settings().allow_unknown_price;
        if let Some(embedder) = makers.embedder.filter(|_| hears(spec, Channel::Ssr)) {
            if dark(embedder.known_price().is_some()) {
                return Err(ApiError::new(
                    ErrorCode::CostCap,
                    format!("Nobody knows what the embedding model '{}' costs", embedder.model()),
                )
                .hint(format!(
                    "Say so in [engine.{}]: embedding_price = 0.0, in dollars per million tokens",
                    embedder.engine()
                ))
                .hint(
                    "Set cost.allow_unknown_price = true instead; its cost is then booked as nothing",
                ));
            }
            let texts = u64::from(spec.panel) * constructs.len() as u64;
            let bytes_max = TEXT_BYTES_MAX.saturating_mul(constructs.len());
            parts.push(embedder.estimate(texts, bytes_max));
        }
        if let Some(rater) = makers.rater {
            if dark(rater.service().price.is_some()) {
                return Err(unknown_price(&rater.service().name, rater.model()));
            }
            parts.push(rater.estimate_ratings(spec, constructs).map_err(broken)?);
        }
        Ok(parts)
    }

    /// What a preview says of further channels; `None` where there are none.
    pub(in crate::app) fn beside_note(&self, spec: &StudySpec) -> Option<String> {
        let constructs = heard(spec);
        let elicitation = spec.measurement.elicitation.as_ref()?;
        if constructs.is_empty() {
            return None;
        }
        let names: Vec<String> =
            constructs.iter().map(|construct| construct.as_str().replace('_', " ")).collect();
        let mut note =
            format!("each respondent also says something in words on {}", names.join(" and "));
        if let Some(name) = &elicitation.embedding_engine {
            note.push_str(&format!(", held against anchors by '{name}' (ssr)"));
        }
        if let Some(name) = &elicitation.rater {
            note.push_str(&format!(", rated by '{name}' (rater)"));
        }
        Some(note)
    }
}

fn hash_of(parts: &[String]) -> String {
    Digest::new().texts(parts).finish_hex()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_hash_over_further_channels_stays_the_same() {
        let found = super::hash_of(&["a".to_owned(), "bc".to_owned()]);
        assert_eq!(found, "9a8acca1b6c6c0befd3fbc756aed625da998c998f7252e738c4ef061906b9b21");
    }
}
