//! The cost estimate of a study before any respondent is asked: the range for a preview, and the decision whether it
//! may run. An unknown price, a cap that cannot be kept, and a cost that the owner has not agreed to stop it here.

use std::sync::Arc;

use protocol::credits::UsdMicros;
use protocol::error::{ApiError, ErrorCode, Shortage};
use protocol::hint::{Hint, Remedy};
use protocol::run::Calls;
use protocol::service::Reply;
use protocol::study::StudySpec;

use crate::domain::asking::Purpose;
use crate::domain::instrument::chain::{ChainCalls, RewriteBrief, chain_calls, choice_spec};
use crate::domain::instrument::channels::heard;
use crate::domain::instrument::{self, Subsamples, put};
use crate::domain::outcome::{Assignment, FIRST_ROUND};
use crate::domain::panel::Panel;
use crate::inference::Engine;
use crate::inference::limits::RETRIES_FREE;
use crate::inference::model::{Estimate, ModelEngine};
use crate::inference::pool::Strategy;
use crate::inference::price::Price;
use crate::inference::prompt::PromptError;
use crate::inference::service::{AddressFrom, Service, catalogue};

use crate::app::Core;
use crate::app::studies::submit::Plan;

/// Re-asks of one question, at most.
const REASKS_MAX: u64 = 2;

/// The first question to the first respondent.
const FIRST: Assignment = Assignment::first(FIRST_ROUND, 0);

/// What a preview says about money.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::app) struct Priced {
    /// At least and at most, in dollars.
    pub(in crate::app) cost_usd: (f64, f64),
    /// Every kind of call with how many there are, where models are called.
    pub(in crate::app) calls: Vec<Calls>,
    /// What else its owner should know.
    pub(in crate::app) notes: Vec<String>,
}

/// The error for an owner's template that does not render.
#[expect(clippy::needless_pass_by_value, reason = "it is handed over by map_err")]
fn unwritten(error: PromptError) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput, error.to_string()).because(&error)
}

impl Core {
    /// What asking that study's panel will cost; `None` for engines that cost nothing, and for a model whose price nobody
    /// knows, where its owner allows that; otherwise that is an error.
    fn estimate(&self, spec: &StudySpec) -> Reply<Option<Estimate>> {
        let engine = self.engine(&spec.engine)?;
        let Some(each) = self.estimates(spec, &engine)? else { return Ok(None) };
        Ok(together(&engine, &each.into_iter().map(Estimate::sum).collect::<Vec<_>>()))
    }

    /// For each model behind an engine, what each kind of call costs if it answers alone, in the order of [`Self::calls`].
    fn estimates(&self, spec: &StudySpec, engine: &Engine) -> Reply<Option<Vec<Vec<Estimate>>>> {
        let models = engine.models();
        if spec.measurement.checks_panel() {
            self.can_be_put(spec, &models)?;
        }
        if let Some(dark) = models.iter().find(|model| model.service().price.is_none()) {
            if self.settings().allow_unknown_price {
                return Ok(None);
            }
            return Err(unknown_price(&dark.service().name, dark.model()));
        }
        if models.is_empty() {
            return Ok(None);
        }
        let first = self.sample(&StudySpec { panel: 1, ..spec.clone() })?;
        let persona = first
            .persona(0)
            .ok_or_else(|| ApiError::new(ErrorCode::Internal, "A panel of one has nobody in it"))?;
        let tasks = u64::from(instrument::tasks(spec));
        let alone = put(spec);
        let extras = Subsamples::of(spec);
        let answers = std::iter::once((Purpose::Answer, u64::from(spec.panel)));
        let kinds: Vec<(Purpose, u64)> = answers.chain(extras.kinds()).collect();
        let estimates = models.iter().map(|model| {
            let form = model.form(spec).map_err(unwritten)?;
            let mut all = Vec::new();
            for (asking, people) in &kinds {
                let at = Assignment { replicate: asking.code(), ..FIRST };
                let each = alone.iter().map(|item| {
                    let call = model.ready(&form, spec, at, *item, &persona, None)?;
                    Ok(model.estimate(&call, *item, people.saturating_mul(tasks)))
                });
                let each = each.collect::<Result<Vec<_>, PromptError>>().map_err(unwritten)?;
                let mut of_kind = Estimate::sum(each);
                if *asking == Purpose::Answer {
                    let calls = people.saturating_mul(tasks).saturating_mul(alone.len() as u64);
                    of_kind.high = with_free_retries(of_kind.high, calls);
                }
                all.push(of_kind);
            }
            // What is asked beside the answers may be asked again as well.
            let texts = u64::from(spec.panel).saturating_mul(heard(spec).len() as u64);
            let beside = self.estimates_beside(spec, model, &persona)?.into_iter();
            all.extend(
                beside.map(|each| Estimate { high: with_free_retries(each.high, texts), ..each }),
            );
            if instrument::makes_competitors(&spec.instrument) {
                all.push(model.estimate_competitors(spec).map_err(unwritten)?);
            }
            let Some(calls) = chain_calls(spec) else { return Ok(all) };
            all.push(
                model
                    .estimate_rewrites(spec, &RewriteBrief::default(), calls.rewrites)
                    .map_err(unwritten)?,
            );
            let choosing = choice_spec(spec);
            let asked = [(spec, calls.scores), (choosing.as_ref().unwrap_or(spec), calls.choices)];
            for (of, people) in asked {
                let form = model.form(of).map_err(unwritten)?;
                let call =
                    model.ready(&form, of, FIRST, None, &persona, None).map_err(unwritten)?;
                let most = model.estimate(&call, None, people);
                // Nobody knows beforehand how many rewrites there will be to score.
                all.push(Estimate { low: UsdMicros::ZERO, ..most });
            }
            Ok(all)
        });
        Ok(Some(estimates.collect::<Reply<Vec<_>>>()?))
    }

    /// Every kind of call that a study makes to models, with how many: the answers, what is asked besides them, and what
    /// further channels take.
    fn calls(spec: &StudySpec) -> Vec<Calls> {
        let tasks = u64::from(instrument::tasks(spec)).saturating_mul(put(spec).len() as u64);
        let people = u64::from(spec.panel);
        let of = |what: String, count: u64| Calls { what, count, cost_usd: None };
        let apart = if put(spec).len() > 1 { ", one question a call" } else { "" };
        let of_kind =
            |asking: Purpose, people: u64| of(asking.name() + apart, people.saturating_mul(tasks));
        let mut calls = vec![of_kind(Purpose::Answer, people)];
        let extras = Subsamples::of(spec);
        calls.extend(extras.kinds().map(|(asking, people)| of_kind(asking, people)));
        let texts = people.saturating_mul(heard(spec).len() as u64);
        if texts > 0 {
            calls.push(of("a text in free words".to_owned(), texts));
            let makers = spec.measurement.elicitation.as_ref();
            let embeds = makers.and_then(|makers| makers.embedding_engine.as_deref());
            // The texts of one respondent go in one call.
            calls.extend(
                embeds.map(|name| of(format!("vectors of the texts, by '{name}' (ssr)"), people)),
            );
            let rates = makers.and_then(|makers| makers.rater.as_deref());
            calls.extend(
                rates.map(|name| of(format!("a rating of a text, by '{name}' (rater)"), texts)),
            );
        }
        if instrument::makes_competitors(&spec.instrument) {
            calls.push(of("the competitors of the content".to_owned(), 1));
        }
        if let Some(ChainCalls { rewrites, scores, choices }) = chain_calls(spec) {
            calls.push(of("a rewrite of the content".to_owned(), rewrites));
            calls.push(of("a score of a rewrite, at most".to_owned(), scores));
            calls.push(of(
                "a choice between the original and the rewrite, at most".to_owned(),
                choices,
            ));
        }
        calls
    }

    /// Whether every kind of question of a study can be put: an owner's own template may leave nothing to put otherwise. It is
    /// told before anybody is asked, whatever is known of prices.
    fn can_be_put(&self, spec: &StudySpec, models: &[Arc<ModelEngine>]) -> Reply<()> {
        let persona = self.sample(&StudySpec { panel: 1, ..spec.clone() })?.persona(0);
        for (model, persona) in models.iter().zip(persona.iter().cycle()) {
            let broken = |error: PromptError| {
                ApiError::new(ErrorCode::InvalidInput, format!("Not every question can be put: {error}")).because(&error)
                    .hint("Mend the file in the folder 'prompts' beside your settings, or ask without controls and other wordings")
            };
            let form = model.form(spec).map_err(broken)?;
            for (asking, _) in Subsamples::of(spec).kinds() {
                let at = Assignment { replicate: asking.code(), ..FIRST };
                for item in put(spec) {
                    model.ready(&form, spec, at, item, persona, None).map_err(broken)?;
                }
            }
        }
        Ok(())
    }

    /// The most that the first call of a study can cost, at the engine where that is least; none where no service is asked.
    pub(in crate::app) fn worst_first_call(&self, plan: &Plan) -> Reply<Option<UsdMicros>> {
        let spec = &plan.spec;
        let models = self.engine(&spec.engine)?.models();
        if models.is_empty() {
            return Ok(None);
        }
        let Some(persona) = plan.panel()?.persona(0) else { return Ok(None) };
        let item = put(spec).into_iter().next().flatten();
        let mut least: Option<UsdMicros> = None;
        for model in models {
            let form = model.form(spec).map_err(unwritten)?;
            let call = model.ready(&form, spec, FIRST, item, &persona, None).map_err(unwritten)?;
            let worst = call.worst;
            least = Some(least.map_or(worst, |least| least.min(worst)));
        }
        Ok(least)
    }

    /// Whether a study's own cap leaves room for one call, which sets its worst case aside: otherwise nobody could be asked.
    ///
    /// # Errors
    /// When it does not.
    pub(in crate::app) fn must_pay_for_a_call(&self, plan: &Plan) -> Reply<()> {
        let Some(cap) = plan.spec.max_cost_usd else { return Ok(()) };
        let Some(worst) = self.worst_first_call(plan)?.filter(|worst| *worst > cap) else {
            return Ok(());
        };
        let what = format!(
            "One call may cost {}, and the study may cost {} at most",
            worst.exact(),
            cap.exact()
        );
        Err(ApiError::new(ErrorCode::CostCap, what)
            .short_of(Shortage::Dollars { required: worst, left: cap })
            .hint(Remedy::set("Allow it to cost more", "max_cost_usd", "DOLLARS")))
    }

    /// What the first respondent of a panel is told: by a questionnaire, or by a prompt where a model answers.
    pub(in crate::app) fn questionnaire(&self, spec: &StudySpec, panel: &Panel) -> Reply<String> {
        let Some(persona) = panel.persona(0) else { return Ok(String::new()) };
        let models = self.engine(&spec.engine)?.models();
        // All engines of a pool are told the same.
        let Some(model) = models.first() else {
            return Ok(instrument::questionnaire(spec, &persona));
        };
        model.show(spec, FIRST, &persona).map_err(|error| {
            ApiError::new(ErrorCode::InvalidInput, error.to_string()).because(&error)
        })
    }

    /// The range for a preview. A price that nobody knows is a note there, not an end.
    pub(in crate::app) fn preview_cost(&self, spec: &StudySpec) -> Reply<Priced> {
        let engine = self.engine(&spec.engine)?;
        let mut calls = if engine.models().is_empty() { Vec::new() } else { Self::calls(spec) };
        let each = match self.estimates(spec, &engine) {
            Ok(None) => return Ok(Priced { calls, ..Priced::default() }),
            Ok(Some(each)) => each,
            Err(error) if error.code == ErrorCode::CostCap => {
                return Ok(Priced { notes: vec![error.message], calls, ..Priced::default() });
            }
            Err(error) => return Err(error),
        };
        // Calls that several models share have one cost for all of them only, but nothing is nothing.
        let is_free = each.iter().flatten().all(|cost| cost.high == UsdMicros::ZERO);
        if let Some(one) = each.first().filter(|_| each.len() == 1 || is_free) {
            for (calls, cost) in calls.iter_mut().zip(one) {
                calls.cost_usd = Some((cost.low.dollars(), cost.high.dollars()));
            }
        }
        let each: Vec<Estimate> = each.into_iter().map(Estimate::sum).collect();
        let Some(estimate) = together(&engine, &each) else {
            return Ok(Priced { calls, ..Priced::default() });
        };
        let mut notes = self.elsewhere(spec);
        if let Ok(shipped) = catalogue()
            && estimate.high > UsdMicros::ZERO
        {
            notes.push(format!(
                "prices are as of {} ({}); what is really spent is computed from the tokens that the service counts",
                shipped.prices_as_of, shipped.prices_source
            ));
        }
        if let Some(cap) = spec.max_cost_usd.filter(|cap| *cap < estimate.high) {
            notes.push(format!("at {} it stops, whoever is left is not asked", cap.exact()));
        }
        Ok(Priced { cost_usd: (estimate.low.dollars(), estimate.high.dollars()), calls, notes })
    }

    /// Where engines are asked that a variable of the environment leads away from their own service: the model that answers
    /// there, and its price, may be others than those that are known of the service. And which cost nothing where they are.
    fn elsewhere(&self, spec: &StudySpec) -> Vec<String> {
        let models = self.engine(&spec.engine).map(|engine| engine.models()).unwrap_or_default();
        let led = |service: &Service| {
            let address = &service.target.base_url;
            let price = match service.price {
                Some(_) if service.is_free_here => "; free: a local address",
                Some(price) if price != Price::FREE => {
                    "; what it costs is taken to be what the service itself costs"
                }
                _ => "",
            };
            let keyless = if service.key_from.is_some() { "" } else { ", without a key" };
            match &service.address_from {
                AddressFrom::Variable(variable) => Some(format!(
                    "{} is asked at {address} (${variable}){keyless}{price}",
                    service.name
                )),
                AddressFrom::Settings { .. } if service.is_free_here => {
                    Some(format!("{} is asked at {address}{price}", service.name))
                }
                AddressFrom::Shipped | AddressFrom::Settings { .. } => None,
            }
        };
        models.iter().filter_map(|model| led(model.service())).collect()
    }

    /// Whether a study may go: its price is known, its caps leave room for it, and its owner agreed where that is asked for. Says what it will cost.
    pub(in crate::app) fn allow_cost(
        &self,
        spec: &StudySpec,
        confirmed: bool,
    ) -> Reply<Option<Estimate>> {
        let Some(estimate) = self.estimate(spec)? else { return Ok(None) };
        if let Some(cap) = spec.max_cost_usd.filter(|cap| *cap < estimate.low) {
            return Err(ApiError::new(
                ErrorCode::CostCap,
                format!(
                    "Asking {} people costs {} at least, and the study may cost {} at most",
                    spec.panel,
                    estimate.low.exact(),
                    cap.exact()
                ),
            )
            .short_of(Shortage::Dollars { required: estimate.low, left: cap })
            .hint(
                Hint::from(Remedy::set("Allow it to cost more", "max_cost_usd", "DOLLARS"))
                    .or("ask a smaller panel"),
            ));
        }
        let most = spec.max_cost_usd.map_or(estimate.high, |cap| cap.min(estimate.high));
        match self.settings().confirm_above {
            Some(limit) if most > limit && !confirmed => Err(ApiError::new(
                ErrorCode::UnconfirmedCost,
                format!(
                    "Asking {} people with '{}' will cost {} to {}",
                    spec.panel,
                    spec.engine,
                    estimate.low.exact(),
                    most.exact()
                ),
            )
            .hint("Set cost.confirm_above_usd to the cost from which on this is asked")),
            _ => Ok(Some(estimate)),
        }
    }
}

/// The high end for that many calls, in which a tenth is for re-asks: in a small study a few more are a large part. Where a
/// model has to be asked again more often than that, the study pauses at this end and asks its owner.
fn with_free_retries(high: UsdMicros, calls: u64) -> UsdMicros {
    let beyond = calls.saturating_mul(REASKS_MAX).min(RETRIES_FREE).saturating_sub(calls / 10);
    let (beyond, calls) = (i128::from(beyond), i128::from(calls.max(1)));
    let more = i128::from(high.0).saturating_mul(beyond).saturating_mul(10) / (calls * 11);
    UsdMicros(high.0.saturating_add(i64::try_from(more).unwrap_or(i64::MAX)))
}

/// What several engines cost together: where shares are fixed, their mean; where one may get everyone, from the cheapest to
/// the dearest.
fn together(engine: &Engine, estimates: &[Estimate]) -> Option<Estimate> {
    let shared = match engine {
        Engine::Pool(pool) => pool.strategy() == Strategy::RoundRobin,
        _ => false,
    };
    // Whoever is asked first may be asked by the dearest.
    let aside = estimates.iter().map(|estimate| estimate.aside).max()?;
    let low = estimates.iter().map(|estimate| estimate.low.0);
    let high = estimates.iter().map(|estimate| estimate.high.0);
    if shared {
        let count = i64::try_from(estimates.len()).ok().filter(|count| *count > 0)?;
        let low = low.fold(0_i64, i64::saturating_add) / count;
        let high = high.fold(0_i64, i64::saturating_add) / count;
        return Some(Estimate { low: UsdMicros(low), high: UsdMicros(high), aside });
    }
    Some(Estimate { low: UsdMicros(low.min()?), high: UsdMicros(high.max()?), aside })
}

pub(in crate::app) fn unknown_price(engine: &str, model: &str) -> ApiError {
    ApiError::new(ErrorCode::CostCap, format!("Nobody knows what the model '{model}' costs"))
        .hint(format!("Say so in [engine.{engine}]: price = {{ input = 0.0, output = 0.0 }}, in dollars per million tokens"))
        .hint("Set cost.allow_unknown_price = true instead; its cost is then booked as nothing")
}
