//! The plan of a study, made from its checked specification: the sampled panel, the engine, the instrument hash and the
//! price. All of it is made before the transaction, on a thread that may wait.

use protocol::error::{ApiError, ErrorCode};
use protocol::hint::{Hint, Remedy};
use protocol::rejection::{Rejection, RejectionKind};
use protocol::service::Reply;
use protocol::study::{Problem, StudySpec};

use crate::domain::instrument;
use crate::domain::panel::{Panel, Population, Recipe, SampleError, sample};
use crate::inference::Engine;
use crate::inference::service::Unready;

use crate::app::studies::submit::Plan;
use crate::app::{Caller, Core, Scope};

/// The beginning of why a study is paused whose key is missing.
const AWAITS_KEY: &str = "it needs $";

/// Why a study is paused whose key is missing.
fn awaits_key(variable: &str) -> String {
    format!("{AWAITS_KEY}{variable}; any command from a shell that has it goes on")
}

/// Whether a study is paused because its key is missing.
pub(in crate::app) fn is_awaiting_key(reason: Option<&str>) -> bool {
    reason.is_some_and(|reason| reason.starts_with(AWAITS_KEY))
}

impl Core {
    /// The panel of a study, sampled anew. The same specification gives the same people.
    pub(in crate::app) fn sample(&self, spec: &StudySpec) -> Reply<Panel> {
        sample(Population::embedded(), &recipe(spec)).map_err(|error: SampleError| {
            ApiError::new(ErrorCode::InvalidInput, error.to_string())
                .because(&error)
                .hint(error.hint())
        })
    }

    /// What a submission of that specification would run. Blocks its thread for the sampling.
    pub(in crate::app) fn plan(&self, spec: StudySpec) -> Reply<Plan> {
        let engine = self.engine(&spec.engine)?;
        let panel = self.sample(&spec)?;
        let spec = as_stored(spec, &engine);
        let rejected = engine.rejections(&spec);
        refuse_noise(&spec, &rejected)?;
        Ok(Plan {
            model: engine.model().to_owned(),
            instrument_hash: instrument::instrument_hash(&spec, &self.assets(&spec, &engine)?),
            price: instrument::price_each(&spec),
            charge: instrument::charge(&spec),
            scale: instrument::scale(spec.instrument.study_type()),
            population: Population::embedded().hash().to_owned(),
            margins: panel.margins(),
            announced: None,
            strategy: match &engine {
                Engine::Pool(pool) => Some(pool.strategy().as_str().to_owned()),
                _ => None,
            },
            rejected,
            panel: panel.pack(),
            spec,
        })
    }

    /// The engine of that name, to ask a panel with.
    pub(crate) async fn find_engine(&self, caller: &Caller, name: &str) -> Reply<Engine> {
        caller.may(Scope::Read)?;
        let name = name.to_owned();
        self.looking(move |core| {
            core.engine(&name).map_err(|error| match core.missing_key(&name) {
                Some(variable) => ApiError { message: awaits_key(&variable), ..error },
                None => error,
            })
        })
        .await
    }

    /// The variable whose key an engine lacks, or the first of its engines that lacks one.
    fn missing_key(&self, name: &str) -> Option<String> {
        let models = self.settings().models.as_ref()?;
        let Some(Err(unready)) = models.pool(name) else { return None };
        let mut lacking = [unready].into_iter().chain(models.members(name).filter_map(Result::err));
        lacking.find_map(|unready| match unready {
            Unready::NoKey { variable, .. } => Some(variable),
            _ => None,
        })
    }

    /// The engine of that name.
    pub(in crate::app) fn engine(&self, name: &str) -> Reply<Engine> {
        let settings = self.settings();
        if let Some(engine) = settings.engines.get(name) {
            return Ok(engine.clone());
        }
        match settings.models.as_ref().and_then(|models| models.pool(name)) {
            Some(Ok(pool)) => Ok(Engine::of(pool)),
            Some(Err(unready)) => Err(ApiError::new(
                ErrorCode::InvalidInput,
                format!("The engine '{name}' cannot be asked: {unready}"),
            )
            .because(&unready)
            .hint(match &unready {
                Unready::NoKey { variable, .. } => Hint::from(Remedy::owner(
                    "Give it for one command",
                    format!("{variable}=… demoscope run …"),
                )),
                Unready::NoAddress { variable: Some(variable) } => {
                    format!("Set {variable}, or base_url in [engine.{name}]").into()
                }
                Unready::NoCertificates { .. } => {
                    "Set network.ca_file to a file of certificates, or mend the variable, and start the daemon anew"
                        .into()
                }
                Unready::NoAddress { variable: None } | Unready::Setting { .. } => Remedy::owner(
                    format!("See [engine.{name}] in the file of settings"),
                    "demoscope config --path",
                )
                .into(),
            })),
            None => {
                let choose = || {
                    format!("Choose one that can answer: {}", self.engine_names().join(", ")).into()
                };
                let hint = self.added_since(name).unwrap_or_else(choose);
                let what = format!("There is no engine '{name}'");
                Err(ApiError::new(ErrorCode::InvalidInput, what).hint(hint))
            }
        }
    }

    /// The names of all engines, those that lack a key included.
    pub(in crate::app) fn engine_names(&self) -> Vec<String> {
        let settings = self.settings();
        let models = settings.models.iter().flat_map(|models| models.names());
        settings.engines.keys().cloned().chain(models).collect()
    }
}

/// Words from which on a content that makes no sense is none: a picture may have one or two that make little.
const SENSE_FROM: usize = 3;

/// Refuses a content of which the reader makes nothing, before anything is charged for it: there is nothing to review.
fn refuse_noise(spec: &StudySpec, rejected: &[Rejection]) -> Reply<()> {
    let is_review = instrument::review_of(&spec.instrument).is_some();
    let is_noise = rejected.iter().any(|one| one.kind == RejectionKind::Nonsense);
    let is_word = |word: &&str| word.contains(char::is_alphanumeric);
    let words = instrument::stimuli(&spec.instrument)
        .iter()
        .flat_map(|text| text.split_whitespace())
        .filter(is_word)
        .count();
    if is_review && is_noise && words >= SENSE_FROM {
        let what = "The built-in reader makes nothing of the words, so there is nothing to review"
            .to_owned();
        let hint = Hint::from("Send it in sentences, as its readers see it; nothing was charged")
            .or(Remedy::set("or ask a language model", "engine", "NAME"));
        let mut error = ApiError::new(ErrorCode::InvalidInput, "The content makes no sense");
        error.problems = vec![Problem { place: String::new(), what, hint }];
        return Err(error);
    }
    Ok(())
}

/// The study as it is stored: where a model answers, it writes the competitors that are to be made up, before anybody is asked.
pub(in crate::app) fn as_stored(spec: StudySpec, engine: &Engine) -> StudySpec {
    if engine.models().is_empty() {
        return spec;
    }
    instrument::with_written_competitors(spec, Vec::new())
}

/// What a study's panel is sampled to.
pub(in crate::app) fn recipe(spec: &StudySpec) -> Recipe {
    Recipe { seed: spec.seed, audience: spec.audience, size: spec.panel, mode: spec.engine_mode }
}
