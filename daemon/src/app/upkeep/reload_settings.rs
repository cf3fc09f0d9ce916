//! The reload of settings while the daemon runs: which of them have changed since they were read, and which of those
//! can take effect at once. The file is read on request, never watched.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::PoisonError;

use protocol::error::{ApiError, ErrorCode};
use protocol::hint::{Hint, Remedy};
use protocol::safe;
use protocol::service::{Comes, Reply, SettingChange};
use protocol::study::Problem;

use crate::config::{self, Config, Loaded, Setting};

use crate::app::{Caller, Core, Scope};
use crate::inference::service;

/// What is taken over of the section of a language model.
const OF_ENGINES: [&str; 3] = ["concurrency", "requests_per_minute", "tokens_per_minute"];

/// Where settings came from.
#[derive(Clone, Debug)]
pub(crate) struct ReloadSource {
    /// The file.
    pub file: PathBuf,
    /// What was read at the start, of the file and beside it.
    pub read: Vec<Setting>,
}

impl Core {
    /// The settings that have changed; when asked to, those that can be are put into force.
    ///
    /// # Errors
    /// What is wrong with the settings: then nothing is changed.
    pub(crate) async fn reload(&self, caller: &Caller, apply: bool) -> Reply<Vec<SettingChange>> {
        caller.may(Scope::Operate)?;
        self.looking(move |core| {
            let loaded = core.read_settings()?;
            if apply {
                engines_must_be_described(&loaded.config)?;
            }
            core.take_over(&loaded, apply)
        })
        .await
    }

    /// The settings as they are now.
    pub(in crate::app) fn read_settings(&self) -> Reply<Loaded> {
        let source = self.settings().source.as_ref().ok_or_else(|| {
            ApiError::new(ErrorCode::Unsupported, "This daemon reads its settings from no file")
                .hint("Start it anew with other settings")
        })?;
        config::load(&source.file, config::environment())
    }

    /// What to do about an engine that the daemon does not have, where the file of settings has it: it was added since the
    /// file was read. `None` where the file has none of that name, or cannot be read.
    pub(in crate::app) fn added_since(&self, engine: &str) -> Option<Hint> {
        let loaded = self.read_settings().ok()?;
        loaded.config.engine.models.contains_key(engine).then(|| {
            let what = format!(
                "Start the daemon anew, which read its settings before [engine.{engine}] was added to them, and goes on with unfinished studies,"
            );
            Remedy::owner(what, "demoscope daemon stop && demoscope daemon start").into()
        })
    }

    fn take_over(&self, loaded: &Loaded, apply: bool) -> Reply<Vec<SettingChange>> {
        let mut in_force = self.shared.in_force.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = by_key(&loaded.settings);
        let known = by_key(&in_force);
        let keys: BTreeSet<&str> = wanted.keys().chain(known.keys()).copied().collect();
        let mut changes = Vec::new();
        for key in keys {
            let value = |of: &BTreeMap<&str, &Setting>| {
                of.get(key).and_then(|setting| serde_json::to_value(setting.shown()).ok())
            };
            let raw = |of: &BTreeMap<&str, &Setting>| of.get(key).map(|it| it.value.clone());
            if raw(&known) == raw(&wanted) {
                continue;
            }
            let (before, after) = (value(&known), value(&wanted));
            let comes = match taken_over(key) {
                None if is_of_month(key) => Comes::WithMonth,
                None => Comes::AtStart,
                Some(_) if !apply => Comes::WhenApplied,
                Some(what) => {
                    what.take_over(self, &loaded.config)?;
                    Comes::Now
                }
            };
            let key = key.to_owned();
            changes.push(SettingChange { key, in_force: before, wanted: after, comes });
        }
        let now: BTreeSet<&str> = changes
            .iter()
            .filter(|change| change.comes == Comes::Now)
            .map(|change| change.key.as_str())
            .collect();
        let kept = in_force.iter().filter(|setting| !now.contains(setting.key.as_str())).cloned();
        let taken = loaded.settings.iter().filter(|setting| now.contains(setting.key.as_str()));
        *in_force = kept.chain(taken.cloned()).collect();
        Ok(changes)
    }
}

/// Refuses an engine of which nobody can tell what service it is like.
fn engines_must_be_described(config: &Config) -> Reply<()> {
    let alone = config.engine.models.iter().filter(|(_, own)| own.engines.is_none());
    let problems = alone.filter_map(|(name, own)| {
        service::is_like_a_service(name, own).err()?;
        let what = match &own.kind {
            Some(kind) => format!("there is no kind '{}'", safe::line(kind)),
            None => format!("'{name}' is no service that is known, and the engine names no kind"),
        };
        let place = format!("[engine.{name}]");
        let hint =
            format!("say whose API it speaks: kind = one of {}", service::kinds().join(", "));
        Some(Problem { place, what, hint: hint.into() })
    });
    let problems: Vec<Problem> = problems.collect();
    if problems.is_empty() {
        return Ok(());
    }
    let mut error = ApiError::new(ErrorCode::InvalidInput, "The settings have problems");
    error.problems = problems;
    Err(error)
}

fn by_key(settings: &[Setting]) -> BTreeMap<&str, &Setting> {
    settings.iter().map(|setting| (setting.key.as_str(), setting)).collect()
}

/// What a daemon at work can take over.
enum Live<'a> {
    /// How many studies are answered at the same time.
    Places,
    /// How fast that engine is asked.
    Engine(&'a str),
}

/// Whether a setting decides the allowance of a month, which is granted when the month begins.
fn is_of_month(key: &str) -> bool {
    key == "credits.tier" || key.starts_with("credits.tiers.")
}

/// `None` for a setting that is read at the start only.
fn taken_over(key: &str) -> Option<Live<'_>> {
    if key == "limits.studies_running" {
        return Some(Live::Places);
    }
    let (name, of) = key.strip_prefix("engine.")?.rsplit_once('.')?;
    OF_ENGINES.contains(&of).then_some(Live::Engine(name))
}

impl Live<'_> {
    fn take_over(self, core: &Core, config: &Config) -> Reply<()> {
        match self {
            Self::Places => {
                let places = config.limits.studies_running;
                core.set_places(usize::try_from(places).unwrap_or(usize::MAX));
                Ok(())
            }
            Self::Engine(name) => {
                let own = config.engine.models.get(name).cloned().unwrap_or_default();
                core.retune_engine(name, &own).map(drop)
            }
        }
    }
}
