//! The catalog of engines: the list, the keys that commands pass to the daemon, and one small call that checks whether
//! an engine works.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use protocol::channels::Construct;
use protocol::credits::UsdMicros;
use protocol::error::{ApiError, ErrorCode};
use protocol::service::{Check, Control, EngineCheck, EngineInfo, EngineRole, Reply};
use protocol::study::{Draft, DraftText, StudySpec};

use crate::domain::instrument::{self, Unreadable};
use crate::domain::outcome::{Assignment, FIRST_ROUND, Usage};
use crate::domain::redact::redact;
use crate::domain::stimulus;
use crate::inference::Engine;
use crate::inference::chat::{ChatReply, Stop};
use crate::inference::door::Spent;
use crate::inference::embed::Embedder;
use crate::inference::key::ServiceOrigin;
use crate::inference::model::{ModelEngine, Pass, ReadyCall};
use crate::store::rows::CallsUnderWay;

use crate::app::engines::anchors::worst_of_anchors;
use crate::app::hooks_in::import;
use crate::app::{Caller, Core, NotMade, Scope, StudyPurse, call_once};

/// Something harmless to ask about, as long as texts of studies are: what a server cuts shows only then.
const TRIAL: &str = include_str!("../../../../assets/trial.md");
/// The number under which the built-in encoder, which costs nothing, is asked for a check: no study has it.
const NOBODY: u32 = 0;
/// A check waits no longer for a service that asks to wait.
const CHECK_WAIT: Duration = Duration::from_secs(10);

/// What came of a check: the call, how long it took, and what was seen of its embeddings with what they cost.
type Checked = (Result<Spent<ChatReply>, String>, Duration, Option<(Vec<Check>, UsdMicros)>);

impl Core {
    /// The variables that engines read, and those with the keys of services whose results are fetched.
    pub(crate) async fn engine_variables(&self, caller: &Caller) -> Reply<Vec<String>> {
        caller.may(Scope::Operate)?;
        self.looking(|core| {
            let models = core.settings().models.as_ref();
            let mut names = models.map(|models| models.variables()).unwrap_or_default();
            names.extend(core.look(|reader| Ok(import::variables(reader)?))?);
            names.sort_unstable();
            names.dedup();
            Ok(names)
        })
        .await
    }

    /// Takes what a caller's environment holds of them. Studies that waited for a key, or for their address, go on
    /// where they are asked at the address where they began.
    pub(crate) async fn offer(
        &self,
        caller: &Caller,
        environment: BTreeMap<String, String>,
    ) -> Reply<()> {
        caller.may(Scope::Operate)?;
        self.looking(move |core| {
            if let Some(models) = &core.settings().models {
                models.offer(&environment, core.world().clock.monotonic());
            }
            let named = core.look(|reader| Ok(import::variables(reader)?))?;
            core.import_keys().take(named, &environment);
            Ok(())
        })
        .await?;
        for (_, id) in self.ready_to_go_on(caller).await? {
            // Whoever paused or ended it meanwhile has decided.
            drop(self.control(caller, id, Control::Resume).await);
        }
        Ok(())
    }

    /// What can answer, in the order of names, and what of it listens on this machine.
    pub(crate) async fn engines(&self, caller: &Caller) -> Reply<Vec<EngineInfo>> {
        caller.may(Scope::Read)?;
        let mut all = self.looking(|core| Ok(core.all_engines())).await?;
        let engines = self.settings().models.iter().flat_map(|models| models.list());
        let local =
            engines.filter_map(|listed| listed.state.ok()).filter(|engine| engine.is_here());
        let tried = local.map(|engine| async move {
            let found = engine.listens().await;
            (engine.service().name.clone(), found)
        });
        for (name, found) in futures::future::join_all(tried).await {
            if let Some(info) = all.iter_mut().find(|info| info.name == name) {
                info.listens = found.as_ref().map(Option::is_some);
                info.serves = found.flatten().unwrap_or_default();
            }
        }
        Ok(all)
    }

    /// Names of the engines that are ready, also for whoever has shown no key: a sign of life tells them.
    pub(crate) async fn ready_services(&self, caller: &Caller) -> Reply<Vec<String>> {
        caller.door()?;
        self.looking(|core| {
            let is_broken = |name: &str| {
                let models = core.engine(name).map(|engine| engine.models()).unwrap_or_default();
                !models.is_empty() && models.iter().all(|model| model.is_broken())
            };
            let ready = core.all_engines().into_iter().filter(|engine| engine.ready);
            Ok(ready.map(|engine| engine.name).filter(|name| !is_broken(name)).collect())
        })
        .await
    }

    fn all_engines(&self) -> Vec<EngineInfo> {
        let settings = self.settings();
        let inside = settings.engines.iter().map(|(name, engine)| EngineInfo {
            model: Some(engine.model().to_owned()),
            ready: true,
            price_usd: Some((0.0, 0.0)),
            ..EngineInfo::named(name.clone())
        });
        let models = settings.models.iter().flat_map(|models| models.list());
        let models = models.map(|listed| match listed.state {
            Ok(engine) => about(&engine),
            Err(unready) => {
                EngineInfo { lacks: Some(unready.to_string()), ..EngineInfo::named(listed.name) }
            }
        });
        let pools = settings.models.iter().flat_map(|models| {
            models.pools().into_iter().filter_map(|name| {
                let made = models.pool(&name)?;
                let lacks = made.as_ref().err().map(ToString::to_string);
                Some(EngineInfo {
                    model: made.ok().map(|pool| pool.model().to_owned()),
                    ready: lacks.is_none(),
                    lacks,
                    ..EngineInfo::named(name)
                })
            })
        });
        let encoder = self.encoder().map(|encoder| about_encoder(&encoder));
        let mut all: Vec<EngineInfo> = inside.chain(models).chain(pools).chain(encoder).collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all
    }

    /// Makes one small call to an engine and says what works. What it costs is told and booked like any other call.
    pub(crate) async fn check_engine(&self, caller: &Caller, name: &str) -> Reply<EngineCheck> {
        caller.may(Scope::Operate)?;
        if let Some(encoder) = self.encoder().filter(|encoder| encoder.engine() == name) {
            let begun = self.world().clock.monotonic();
            let (checks, cost) = self.check_embedder(caller, NOBODY, &encoder).await;
            let took = self.world().clock.monotonic().saturating_sub(begun);
            return Ok(EngineCheck {
                engine: about_encoder(&encoder),
                checks,
                latency_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                cost_usd: cost.dollars(),
            });
        }
        let engine = self.engine(name)?;
        if let Engine::Pool(pool) = &engine {
            let members: Vec<&str> =
                pool.members().iter().map(|member| member.service().name.as_str()).collect();
            let what = format!("'{name}' only shares respondents out and asks nobody itself");
            return Err(ApiError::new(ErrorCode::InvalidInput, what)
                .hint(format!("Check the engines behind it: {}", members.join(", "))));
        }
        let Engine::Model(engine) = engine else {
            let engines = self.all_engines().into_iter().find(|known| known.name == name);
            let engine = engines.ok_or_else(|| {
                ApiError::new(ErrorCode::NotFound, format!("There is no engine '{name}'"))
            })?;
            let check = hold("answers", true, "it is built in and always answers".to_owned(), None);
            return Ok(EngineCheck { engine, checks: vec![check], latency_ms: 0, cost_usd: 0.0 });
        };
        // In a task of its own: a caller who goes away in between leaves no call unbooked.
        let (core, caller, name) = (self.clone(), caller.clone(), name.to_owned());
        let checking = tokio::spawn(async move { core.check_model(&caller, &engine, &name).await });
        checking.await.map_err(|error| {
            ApiError::new(ErrorCode::Internal, format!("The check stopped unexpectedly: {error}"))
                .because(&error)
        })?
    }

    async fn check_model(
        &self,
        caller: &Caller,
        engine: &Arc<ModelEngine>,
        name: &str,
    ) -> Reply<EngineCheck> {
        let spec = self.trial(name)?;
        let panel = self.sample(&spec)?;
        let persona = panel
            .persona(0)
            .ok_or_else(|| ApiError::new(ErrorCode::Internal, "A panel of one has nobody in it"))?;
        let at = Assignment::first(FIRST_ROUND, 0);
        let call = engine
            .form(&spec)
            .and_then(|form| engine.ready(&form, &spec, at, None, &persona, None))
            .map_err(|error| {
                ApiError::new(ErrorCode::InvalidInput, error.to_string()).because(&error)
            })?;
        let price = engine.service().price;
        let known = hold(
            "price",
            price.is_some() || self.settings().allow_unknown_price,
            match price {
                Some(_) if engine.service().is_free_here => "free: a local address".to_owned(),
                Some(_) => "known".to_owned(),
                None => "nobody knows what this model costs".to_owned(),
            },
            Some("Give it in [engine.NAME] as price = { input = …, output = … }"),
        );
        let number = self.open_check(caller, engine, name, call.worst).await?;
        // What was learnt is tried anew, unless nothing answers; only where the service was found is used.
        let before = engine.lasting();
        engine.relearn(before.place());
        let checked = self.make_check(caller, number, engine, &call).await;
        if !matches!(&checked, Ok((Ok(Spent { reply: Ok(_), .. }), ..))) {
            engine.relearn(before);
        }
        self.keep_learnt(caller).await?;
        // Also where a cap left no room: the note of what may be under way goes.
        self.end_calls(caller, number, Usage::default()).await?;
        let (spent, took, embeds) = checked?;
        let mut cost = spent.as_ref().map_or(UsdMicros::ZERO, |spent| spent.booked.cost);
        let mut checks = vec![known];
        let mended = engine.service().key_mended.clone();
        checks.extend(mended.map(|told| hold("as it is set", true, told, None)));
        checks.extend(judge(&spec, at, spent, engine, &call));
        // An error tells it by itself.
        let since = engine.set_since();
        let since = since.filter(|told| !checks.iter().any(|check| check.detail.contains(told)));
        checks.extend(since.map(|told| hold("as it is set", true, told, None)));
        // Whether it works is known by now.
        self.keep_learnt(caller).await?;
        if let Some((more, took)) = embeds {
            checks.extend(more);
            cost = cost.checked_add(took).unwrap_or(cost);
        }
        Ok(EngineCheck {
            engine: about(engine),
            checks,
            latency_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            cost_usd: cost.dollars(),
        })
    }

    /// Makes room in the books for a check, and notes durably what may be under way; gives the number it is paid under.
    async fn open_check(
        &self,
        caller: &Caller,
        engine: &ModelEngine,
        name: &str,
        call: UsdMicros,
    ) -> Reply<u32> {
        self.settle_past(caller).await?;
        let number = self.check_number();
        self.open_spending(caller, number).await?;
        let embedding = engine.embedder().map_or(Ok(UsdMicros::ZERO), |it| worst_of_anchors(it))?;
        let worst = call.checked_add(embedding).unwrap_or(call);
        let (engine, waiting) = (name.to_owned(), UsdMicros::ZERO);
        let note = CallsUnderWay { engine, calls: 1, worst, waiting };
        self.note_calls(caller, number, note).await?;
        Ok(number)
    }

    async fn make_check(
        &self,
        caller: &Caller,
        number: u32,
        engine: &Arc<ModelEngine>,
        call: &ReadyCall,
    ) -> Reply<Checked> {
        let clock = &self.world().clock;
        let begun = clock.monotonic();
        // Whoever looks whether it works is told that it asks to wait, and does not wait.
        let asks = engine.door().quiet(begun).and_then(|quiet| quiet.asks);
        let turn = async {
            Some(match asks.filter(|wait| *wait > CHECK_WAIT) {
                Some(wait) => {
                    Err(format!("the service asks to wait for {} s more", wait.as_secs()))
                }
                None => engine.admit(clock, number, 1, call).await,
            })
        };
        let purse = StudyPurse { core: self, number, cap: None };
        let make = |pass: Pass| pass.call(call);
        let stake = engine.stake(call);
        let spent = match call_once(&purse, stake, turn, make, std::future::pending()).await {
            Err(NotMade::Capped(capped)) => return Err(capped.into()),
            made => made.map_err(|why| why.to_string()),
        };
        engine.leave(number);
        let took = clock.monotonic().saturating_sub(begun);
        let embeds = match engine.embedder() {
            Some(embedder) => Some(self.check_embedder(caller, number, embedder).await),
            None => None,
        };
        Ok((spent, took, embeds))
    }

    /// Whether texts can be turned into vectors there, and what the anchors come to with them. Anchors that are kept cost
    /// nothing.
    async fn check_embedder(
        &self,
        caller: &Caller,
        number: u32,
        embedder: &Arc<Embedder>,
    ) -> (Vec<Check>, UsdMicros) {
        let mut checks = Vec::new();
        let mut cost = UsdMicros::ZERO;
        let known = embedder.known_price().is_some() || self.settings().allow_unknown_price;
        if !known {
            let what = format!("nobody knows what {} costs", embedder.model());
            if !embedder.is_named() {
                return (vec![hold("embeddings", true, format!("not tried: {what}"), None)], cost);
            }
            let hint = "Give it in [engine.NAME] as embedding_price = …";
            return (vec![hold("embeds", false, what, Some(hint))], cost);
        }
        for construct in Construct::ALL {
            let (made, took) = self.anchors(caller, number, None, embedder, *construct).await;
            cost = cost.checked_add(took.cost).unwrap_or(cost);
            let bench = match made {
                Ok(anchors) => anchors.bench,
                Err(none) if !embedder.is_named() => {
                    checks.push(self.without_embeddings(embedder, &none.why));
                    break;
                }
                Err(none) => {
                    let hint = "Look at embedding_model in [engine.NAME], or name another engine with --embedding-engine";
                    checks.push(hold("embeds", false, none.why, Some(hint)));
                    break;
                }
            };
            if checks.is_empty() {
                let says = protocol::safe::line(&bench.model).into_owned();
                checks.push(hold("embeds", true, format!("model {says}"), None));
            }
            let in_order = bench.attainable().is_some_and(|found| found.in_order);
            let nothing = || "the anchors read as nothing".to_owned();
            checks.push(hold(
                &format!("reads {}", construct.as_str().replace('_', " ")),
                in_order,
                bench.describe().unwrap_or_else(nothing),
                Some("do not rely on ssr with this embedding model; try another one"),
            ));
        }
        embedder.leave(number);
        (checks, cost)
    }

    /// What is told where a service turns out to have no embeddings that its owner never asked for: no fault.
    fn without_embeddings(&self, embedder: &Embedder, why: &str) -> Check {
        let encoder = self.encoder().map(|encoder| encoder.engine().to_owned());
        let instead = match encoder {
            Some(_) if embedder.is_absent() => {
                "the built-in encoder is used where a study reads texts (ssr)".to_owned()
            }
            Some(encoder) => format!(
                "where a study reads texts (ssr), --embedding-engine {encoder} uses the built-in encoder"
            ),
            None => "a study that reads texts (ssr) needs --embedding-engine".to_owned(),
        };
        hold("embeddings", true, format!("none here; {instead}. It says: {why}"), None)
    }

    fn trial(&self, name: &str) -> Reply<StudySpec> {
        let text = DraftText::File(TRIAL.to_owned());
        let draft = Draft { file: "trial".to_owned(), text, ..Draft::default() };
        let names = self.engine_names();
        let engines: Vec<&str> = names.iter().map(String::as_str).collect();
        let rules = stimulus::Rules {
            panel_max: 1,
            engines: &engines,
            fresh_seed: 1,
            steady: &engines,
            models: &[],
            encoder: None,
            private_hooks: false,
        };
        let spec = stimulus::read(&draft, &rules).map_err(|problems| {
            ApiError::new(ErrorCode::Internal, format!("The trial does not read: {problems:?}"))
        })?;
        Ok(StudySpec { engine: name.to_owned(), ..spec })
    }
}

fn judge(
    spec: &StudySpec,
    at: Assignment,
    spent: Result<Spent<ChatReply>, String>,
    engine: &ModelEngine,
    call: &ReadyCall,
) -> Vec<Check> {
    let mask = engine.mask();
    let spent = match spent {
        Ok(spent) => spent,
        Err(why) => return vec![hold("answers", false, why, None)],
    };
    let reply = match spent.reply {
        Ok(reply) => reply,
        Err(error) => {
            // Some name the setting themselves.
            let hint = Some("Look at its base_url, its key and the name of the model")
                .filter(|_| !error.names_setting());
            return vec![hold("answers", false, error.to_string(), hint)];
        }
    };
    let unfinished = engine.why_without_answer(&reply);
    let is_unfinished = unfinished.is_some();
    let read = match (&reply.stop, unfinished) {
        (Stop::Declined(why), _) => Err(why.clone().into_owned()),
        (Stop::Truncated | Stop::Finished, Some(why)) => Err(why),
        (Stop::Truncated | Stop::Finished, None) => {
            match redact(reply.text, mask, |text| instrument::read_model(spec, at, text)).read {
                Ok(_) => {
                    engine.prove();
                    Ok("one question was asked and its answer read".to_owned())
                }
                Err(Unreadable::Refused { reason }) => Err(format!("it declined: {reason}")),
                Err(Unreadable::Invalid { reason }) => Err(reason),
            }
        }
    };
    let says =
        if reply.model.is_empty() { "it does not name its model".to_owned() } else { reply.model };
    let remarks = spent
        .remarks
        .iter()
        .map(|remark| hold("as it is set", engine.is_put_otherwise(remark), remark.clone(), None));
    let mut checks = vec![
        hold("answers", true, format!("model {}", protocol::safe::line(&says)), None),
        match read {
            Ok(detail) => hold("readable", true, detail, None),
            Err(why) => hold(
                "readable",
                false,
                why,
                Some("try structured = \"json\" or \"text\", or another model")
                    .filter(|_| !is_unfinished),
            ),
        },
        hold(
            "counts tokens",
            reply.tokens.is_some(),
            reply.tokens.map_or(
                "it reports none: each call is booked at an estimate by its length".to_owned(),
                |tokens| format!("{} sent, {} received", tokens.input, tokens.output),
            ),
            None,
        ),
    ];
    checks.extend(remarks);
    let context = reply.tokens.and_then(|it| engine.checked_context(call, it, &spent.remarks));
    checks.extend(context.map(|told| hold("the whole prompt", false, told, None)));
    checks
}

fn hold(name: &str, ok: bool, detail: String, hint: Option<&str>) -> Check {
    Check { name: name.to_owned(), ok, detail, hint: hint.filter(|_| !ok).map(ToOwned::to_owned) }
}

fn about_encoder(encoder: &Embedder) -> EngineInfo {
    EngineInfo {
        name: encoder.engine().to_owned(),
        model: Some(encoder.model().to_owned()),
        origin: None,
        address: None,
        address_from: None,
        key_from: None,
        ready: true,
        lacks: None,
        price_usd: Some((0.0, 0.0)),
        is_free_here: false,
        concurrency: Some(encoder.bounds().concurrency),
        role: EngineRole::Embeds,
        listens: None,
        serves: Vec::new(),
        learnt: Vec::new(),
    }
}

fn about(engine: &Arc<ModelEngine>) -> EngineInfo {
    let service = engine.service();
    let dollars = |micros: u64| micros as f64 / 1e6;
    EngineInfo {
        name: service.name.clone(),
        model: Some(service.model.clone()),
        origin: Some(ServiceOrigin::of(&service.target.base_url).to_string()),
        address: Some(service.target.base_url.to_string()),
        address_from: Some(service.address_from.to_string()),
        key_from: service.key_from.clone(),
        ready: true,
        lacks: None,
        price_usd: service.price.map(|price| (dollars(price.input), dollars(price.output))),
        is_free_here: service.is_free_here,
        concurrency: Some(engine.door().bounds().concurrency),
        role: EngineRole::Answers,
        listens: None,
        serves: Vec::new(),
        learnt: engine.put_otherwise(),
    }
}
