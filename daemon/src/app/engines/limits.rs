//! The call limits of engines: how fast an engine may be asked, changed while studies are at work on it. A change holds
//! until the daemon ends; permanent limits belong in the settings.

use protocol::error::{ApiError, ErrorCode};
use protocol::service::{Reply, Tuning};

use crate::config::EngineSettings;
use crate::inference::limits::Bounds;
use crate::inference::model::ModelEngine;
use crate::inference::service;

use crate::app::{Caller, Core, Scope};

impl Core {
    /// Changes what is given and says what holds now; given nothing, goes back to what settings say. Studies at work follow
    /// at once: a lower limit counts from the next call on, a higher one is climbed to.
    pub(crate) async fn tune_engine(
        &self,
        caller: &Caller,
        name: &str,
        tuning: Option<Tuning>,
    ) -> Reply<Tuning> {
        caller.may(Scope::Operate)?;
        let Some(tuning) = tuning else {
            let name = name.to_owned();
            return self
                .looking(move |core| {
                    let config = core.read_settings()?.config;
                    let own = config.engine.models.get(&name).cloned().unwrap_or_default();
                    core.retune_engine(&name, &own)
                })
                .await;
        };
        self.tune(name, &tuning)
    }

    fn tune(&self, name: &str, tuning: &Tuning) -> Reply<Tuning> {
        let engine = self.model(name)?;
        let before = engine.door().bounds();
        // Nought takes a limit away, but no engine works with no call at all.
        let limit = |given: Option<u32>, before: Option<u32>| match given {
            Some(0) => None,
            given => given.or(before),
        };
        if tuning.concurrency == Some(0) {
            return Err(ApiError::new(
                ErrorCode::InvalidInput,
                "An engine takes one call at least",
            )
            .hint("Pause a study with `demoscope pause ID` to ask nobody for a while"));
        }
        let bounds = Bounds {
            concurrency: tuning.concurrency.unwrap_or(before.concurrency),
            requests_per_minute: limit(tuning.requests_per_minute, before.requests_per_minute),
            tokens_per_minute: limit(tuning.tokens_per_minute, before.tokens_per_minute),
        };
        Ok(self.apply(&engine, bounds))
    }

    /// The same with what settings say now.
    pub(in crate::app) fn retune_engine(&self, name: &str, own: &EngineSettings) -> Reply<Tuning> {
        let engine = self.model(name)?;
        let bounds = service::bounds(name, own).map_err(|unready| {
            ApiError::new(ErrorCode::InvalidInput, format!("[engine.{name}]: {unready}"))
                .because(&unready)
        })?;
        Ok(self.apply(&engine, bounds))
    }

    fn model(&self, name: &str) -> Reply<std::sync::Arc<ModelEngine>> {
        if self.encoder().is_some_and(|encoder| encoder.engine() == name) {
            let what = format!("'{name}' is built in and asks no service");
            return Err(ApiError::new(ErrorCode::InvalidInput, what)
                .hint("Leave it as it is: half of the machine's cores stay free for others"));
        }
        match self.engine(name)?.models().as_slice() {
            [alone] if alone.service().name == name => Ok(std::sync::Arc::clone(alone)),
            [] => Err(ApiError::new(
                ErrorCode::InvalidInput,
                format!("'{name}' is built in and asks no service"),
            )
            .hint("Set its pace with engine.offline.answers_per_second")),
            several => {
                let names: Vec<&str> =
                    several.iter().map(|model| model.service().name.as_str()).collect();
                let what = format!("'{name}' only shares respondents out and asks nobody itself");
                Err(ApiError::new(ErrorCode::InvalidInput, what)
                    .hint(format!("Tune the engines behind it: {}", names.join(", "))))
            }
        }
    }

    fn apply(&self, engine: &ModelEngine, bounds: Bounds) -> Tuning {
        engine.retune(bounds, self.world().clock.monotonic());
        tracing::info!(engine = engine.service().name, ?bounds, "an engine was tuned");
        Tuning {
            concurrency: Some(bounds.concurrency),
            requests_per_minute: bounds.requests_per_minute,
            tokens_per_minute: bounds.tokens_per_minute,
        }
    }
}
