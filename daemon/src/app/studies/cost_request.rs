//! Cost requests: an agent whose client cannot ask a person leaves its study here, and the owner agrees to the cost or declines
//! it, in person. What was announced is what is run: where the price or the model changed since, the owner is asked again. The
//! same call of the agent finds the same request, and the study once there is one.

use std::ops::ControlFlow;
use std::time::Duration;

use jiff::Timestamp;
use protocol::cost_request::{CostDecision, CostRequest, CostRequestId, CostRequestState};
use protocol::credits::UsdMicros;
use protocol::error::{ApiError, ErrorCode};
use protocol::event::EventData;
use protocol::hint::{Feature, Hint, Remedy};
use protocol::hook::HookFormat;
use protocol::id::StudyId;
use protocol::key::KeyId;
use protocol::safe;
use protocol::service::{Reply, Submit};
use protocol::study::StudySpec;
use serde::Deserialize;

use crate::domain::instrument;
use crate::domain::stimulus::SentAs;
use crate::store::rows::{CostRequestRow, CostStanding, DeletedRow, KeyRow, StudyNumber, StudyRow};
use crate::store::{Fault, Order, Reader, UseCaseError, Writes};

use crate::app::studies::draft::{of_the_panel, too_expensive};
use crate::app::studies::submit::{AfterFailure, Plan, Submission, fingerprint};
use crate::app::{Caller, Core, Owner, Scope};

/// How long a request waits.
const WAITS: Duration = Duration::from_hours(24);
/// How long a request is kept after that.
const KEPT: Duration = Duration::from_hours(7 * 24);
/// Most requests that wait at a time.
const WAITING_MAX: usize = 50;
/// Most requests of a list.
const LISTED_MAX: usize = 500;
/// Characters of a text that are shown of a request.
const SHOWN_MAX: usize = 2_000;
/// Most characters of the name of a client.
const ASKER_MAX: usize = 60;

impl Core {
    /// Has a study wait until its owner agrees to its cost; or finds the request that the same call made.
    pub(crate) async fn request_cost(
        &self,
        caller: &Caller,
        submit: Submit,
        asker: String,
    ) -> Reply<CostRequest> {
        let owner = caller.may(Scope::Write)?.clone();
        let (door, api_key) = (caller.door()?, caller.key());
        let body = fingerprint(&(&submit.draft, door, owner.to_string(), api_key));
        let Submit { key, draft, .. } = submit;
        let now = self.world().clock.now();
        let (sent, theirs) = (body.clone(), owner.clone());
        let look = move |core: &Self| {
            if let Some(known) = core.look(|reader| Ok(same(reader, &theirs, &sent, now)?))? {
                return Ok(KnownRequest::Before(Box::new(known)));
            }
            let spec = core.read_to_submit(&theirs, &draft, api_key)?.spec;
            let sent_as = SentAs::of(&draft, &spec);
            let cost = core.allow_cost(&spec, true)?;
            let announced = cost.map(|cost| (cost.low, at_most(&spec, cost.upper_end())));
            let announced =
                announced.filter(|(_, most)| *most > UsdMicros::ZERO).ok_or_else(free)?;
            let plan = core.plan(spec.clone()).map_err(|error| of_the_panel(&draft, error))?;
            core.must_pay_for_a_call(&plan)?;
            let row = CostRequestRow {
                owner: theirs.to_string(),
                key,
                body: sent,
                api_key,
                asker: core.look(|reader| Ok(named(reader, api_key, &asker)?))?,
                instrument: spec.instrument.study_type(),
                panel: spec.panel,
                engine: spec.engine.clone(),
                model: plan.model,
                credits: instrument::price(&plan.spec).ok_or_else(too_expensive)?,
                announced,
                sent: sent_as,
                created_at: now,
                expires_at: now + WAITS,
                standing: CostStanding::Waiting { spec: Box::new(spec) },
            };
            Ok(KnownRequest::New(Box::new(row)))
        };
        let row = match self.looking(look).await? {
            KnownRequest::Before(known) => return Ok(*known),
            KnownRequest::New(row) => *row,
        };
        self.store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                if let Some(known) = same(reader, &owner, &body, now)? {
                    return Ok((known, writes));
                }
                let last = reader.last_key::<CostRequestRow>()?.unwrap_or(0);
                let number = last.checked_add(1).ok_or_else(|| {
                    ApiError::new(ErrorCode::Internal, "There are no numbers of requests left")
                })?;
                let mut waiting = 0_usize;
                reader.all::<CostRequestRow>(Order::Rising, |old, row| {
                    waiting = waiting.saturating_add(usize::from(is_waiting(&row, now)));
                    if row.expires_at + KEPT < now {
                        writes.remove::<CostRequestRow>(&old);
                    }
                    Ok(ControlFlow::Continue(()))
                })?;
                if waiting >= WAITING_MAX {
                    return Err(too_many().into());
                }
                writes.put(&number, &row);
                writes.announce(None, EventData::CostRequested { request: number });
                Ok((shown(reader, number, row, now)?, writes))
            })
            .await
    }

    /// The cost requests of the last week: those that wait first, then the newest.
    pub(crate) async fn cost_requests(&self, caller: &Caller) -> Reply<Vec<CostRequest>> {
        caller.in_person(Scope::Read)?;
        let now = self.world().clock.now();
        self.view(caller, move |_, reader, owner| {
            let mut all = Vec::new();
            reader.all::<CostRequestRow>(Order::Falling, |number, row| {
                if owner.owns(&row.owner) {
                    all.push(shown(reader, number, row, now)?);
                }
                Ok(ControlFlow::Continue(()))
            })?;
            all.sort_by_key(|one| one.state != CostRequestState::Waiting);
            all.truncate(LISTED_MAX);
            Ok(all)
        })
        .await
    }

    /// One of them. The holder of a key is told of those that were made with it.
    pub(crate) async fn cost_request(
        &self,
        caller: &Caller,
        id: CostRequestId,
    ) -> Reply<CostRequest> {
        let (key, now) = (caller.key(), self.world().clock.now());
        self.view(caller, move |_, reader, owner| {
            let row = found(reader, id)?;
            let is_theirs = owner.owns(&row.owner) && (key.is_none() || key == row.api_key);
            if !is_theirs {
                return Err(no_request(id).into());
            }
            Ok(shown(reader, id.0, row, now)?)
        })
        .await
    }

    /// Agrees to the cost of a request, which runs its study, or declines it. The same decision twice is one.
    pub(crate) async fn decide_cost(
        &self,
        caller: &Caller,
        id: CostRequestId,
        decision: CostDecision,
    ) -> Reply<CostRequest> {
        caller.in_person(Scope::Write)?;
        let now = self.world().clock.now();
        match decision {
            CostDecision::Approve => self.approve_cost(id, now).await,
            CostDecision::Decline => self.decline_cost(id, now, DeclineHolds::UntilItExpires).await,
            CostDecision::DeclineOnce => self.decline_cost(id, now, DeclineHolds::Once).await,
        }
    }

    async fn approve_cost(&self, id: CostRequestId, now: Timestamp) -> Reply<CostRequest> {
        let look = move |core: &Self| {
            let row = core.look(|reader| found(reader, id))?;
            let CostStanding::Waiting { spec } = &row.standing else {
                return core.look(|reader| decided(reader, id, row, now, CostDecision::Approve));
            };
            if !is_waiting(&row, now) {
                return Err(expired(id));
            }
            let spec = StudySpec::clone(spec);
            let cost = core.allow_cost(&spec, true)?;
            let cost = cost
                .map_or((UsdMicros::ZERO, UsdMicros::ZERO), |cost| (cost.low, cost.upper_end()));
            let most = at_most(&spec, cost.1);
            let (announced, model) = (row.announced, core.engine(&spec.engine)?.model().to_owned());
            if most > announced.1 || model != row.model {
                return Ok(CostApproval::Changed(Box::new(CostRequestRow {
                    announced: (cost.0, most),
                    model,
                    ..row
                })));
            }
            // The study takes no more than was announced, whatever happens to prices while it waits its turn.
            let spec = StudySpec { max_cost_usd: Some(announced.1), ..spec };
            let plan = Plan { announced: Some((cost.0, most)), ..core.plan(spec)? };
            core.must_pay_for_a_call(&plan)?;
            Ok(CostApproval::Run(Box::new(row), Box::new(plan)))
        };
        let (row, plan) = match self.looking(look).await? {
            CostApproval::Before(known) => return Ok(*known),
            CostApproval::Changed(row) => return self.announce_anew(id, *row, now).await,
            CostApproval::Run(row, plan) => (*row, *plan),
        };
        let whose = Caller::of_cost_request(&row.owner, row.api_key);
        let whose = whose.ok_or_else(|| no_request(id))?;
        let submission = Submission {
            key: row.key,
            body: row.body,
            after_failure: AfterFailure::Same,
            version: None,
            path: None,
            sent: row.sent,
            hops: 0,
            hook_format: HookFormat::Standard,
            unagreed: UsdMicros::ZERO,
            cost_request: Some(id),
            plan,
        };
        self.submit(&whose, submission).await?;
        let look = move |core: &Self| {
            core.look(|reader| Ok(shown(reader, id.0, found(reader, id)?, now)?))
        };
        self.looking(look).await
    }

    /// Notes what a request costs now, which its owner has not seen yet, and says so.
    async fn announce_anew(
        &self,
        id: CostRequestId,
        fresh: CostRequestRow,
        now: Timestamp,
    ) -> Reply<CostRequest> {
        let changed = self
            .store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                // Whoever decided meanwhile decided.
                if is_waiting(&found(reader, id)?, now) {
                    writes.put(&id.0, &fresh);
                }
                Ok((shown(reader, id.0, fresh, now)?, writes))
            })
            .await?;
        let what = format!(
            "What was announced has changed since. {}, answered by {}",
            changed.sentence(),
            changed.model
        );
        Err(ApiError::new(ErrorCode::UnconfirmedCost, what)
            .hint(format!("Approve {id} once more to agree to that")))
    }

    async fn decline_cost(
        &self,
        id: CostRequestId,
        now: Timestamp,
        counts: DeclineHolds,
    ) -> Reply<CostRequest> {
        self.store()
            .write(move |reader| {
                let row = found(reader, id)?;
                let mut writes = Writes::at(now);
                let CostStanding::Waiting { spec } = &row.standing else {
                    return match decided(reader, id, row, now, CostDecision::Decline)? {
                        CostApproval::Before(known) => Ok((*known, writes)),
                        CostApproval::Changed(_) | CostApproval::Run(..) => {
                            Err(no_request(id).into())
                        }
                    };
                };
                if !is_waiting(&row, now) {
                    return Err(expired(id).into());
                }
                let standing = CostStanding::Declined { at: now, name: spec.name.clone() };
                let expires_at = match counts {
                    DeclineHolds::UntilItExpires => row.expires_at,
                    DeclineHolds::Once => now,
                };
                let row = CostRequestRow { expires_at, standing, ..row };
                writes.put(&id.0, &row);
                writes.announce(None, EventData::CostDeclined { request: id.0 });
                Ok((shown(reader, id.0, row, now)?, writes))
            })
            .await
    }
}

/// For how long a declined request answers the same call.
#[derive(Clone, Copy)]
enum DeclineHolds {
    /// As long as it would have waited.
    UntilItExpires,
    /// For this call alone.
    Once,
}

/// Whether a call came before.
enum KnownRequest {
    /// This is its request.
    Before(Box<CostRequest>),
    /// It makes this one.
    New(Box<CostRequestRow>),
}

/// What agreeing to a request does.
enum CostApproval {
    /// Nothing: it was agreed to before.
    Before(Box<CostRequest>),
    /// It costs something else now.
    Changed(Box<CostRequestRow>),
    /// It runs the study.
    Run(Box<CostRequestRow>, Box<Plan>),
}

/// Marks a request as agreed to, within the transaction that takes its study on.
pub(in crate::app) fn approved(
    reader: &Reader<'_>,
    writes: &mut Writes,
    id: CostRequestId,
    study: StudyId,
) -> Result<(), UseCaseError> {
    let (row, at) = (found(reader, id)?, writes.time());
    if !is_waiting(&row, at) {
        let what = format!("The request {id} was decided or expired meanwhile");
        return Err(ApiError::new(ErrorCode::Conflict, what)
            .hint(Remedy::owner("See what became of it", "demoscope approve"))
            .into());
    }
    let row = CostRequestRow { standing: CostStanding::Approved { at, study }, ..row };
    writes.put(&id.0, &row);
    writes.announce(Some(study), EventData::CostApproved { request: id.0 });
    Ok(())
}

/// What is said to a decision on a request that was decided before.
fn decided(
    reader: &Reader<'_>,
    id: CostRequestId,
    row: CostRequestRow,
    now: Timestamp,
    wanted: CostDecision,
) -> Result<CostApproval, UseCaseError> {
    let is_approved = matches!(row.standing, CostStanding::Approved { .. });
    if is_approved == (wanted == CostDecision::Approve) {
        return Ok(CostApproval::Before(Box::new(shown(reader, id.0, row, now)?)));
    }
    let conflict = |what: String| ApiError::new(ErrorCode::Conflict, what);
    Err(match &row.standing {
        CostStanding::Approved { study, .. } => {
            conflict(format!("The request {id} was approved, and its study was taken on"))
                .hint(Remedy::with("Stop it", Feature::Control("cancel".to_owned(), study.short())))
        }
        CostStanding::Declined { .. } | CostStanding::Waiting { .. } => {
            conflict(format!("The request {id} was declined")).hint(
                Hint::from(Remedy::owner("Run the text", "demoscope run FILE"))
                    .or("have the agent ask for another study"),
            )
        }
    }
    .into())
}

/// The request that the same call made, as long as that counts: until the time is up for which it waits, or waited.
fn same(
    reader: &Reader<'_>,
    owner: &Owner,
    body: &str,
    now: Timestamp,
) -> Result<Option<CostRequest>, Fault> {
    let mut known = None;
    reader.all::<CostRequestRow>(Order::Falling, |number, row| {
        if row.body != body || row.expires_at <= now || !owner.owns(&row.owner) {
            return Ok(ControlFlow::Continue(()));
        }
        // Whoever asks for a study that was deleted wants another one.
        if let CostStanding::Approved { study, .. } = &row.standing
            && of_study(reader, *study)?.is_none()
        {
            return Ok(ControlFlow::Break(()));
        }
        known = Some(shown(reader, number, row, now)?);
        Ok(ControlFlow::Break(()))
    })?;
    Ok(known)
}

fn is_waiting(row: &CostRequestRow, now: Timestamp) -> bool {
    matches!(row.standing, CostStanding::Waiting { .. }) && now < row.expires_at
}

fn found(reader: &Reader<'_>, id: CostRequestId) -> Result<CostRequestRow, UseCaseError> {
    reader.get::<CostRequestRow>(&id.0)?.ok_or_else(|| no_request(id).into())
}

/// What a study is called.
#[derive(Deserialize)]
struct CalledStudy {
    spec: CalledSpec,
}

#[derive(Deserialize)]
struct CalledSpec {
    name: String,
}

/// The name of a study, unless that was deleted.
fn of_study(reader: &Reader<'_>, study: StudyId) -> Result<Option<String>, Fault> {
    let Some(StudyNumber(number)) = reader.get(&study.0)? else { return Ok(None) };
    if reader.get::<DeletedRow>(&number)?.is_some() {
        return Ok(None);
    }
    Ok(reader.part::<StudyRow, CalledStudy>(&number)?.map(|found| found.spec.name))
}

fn shown(
    reader: &Reader<'_>,
    number: u32,
    row: CostRequestRow,
    now: Timestamp,
) -> Result<CostRequest, Fault> {
    let is_waiting = is_waiting(&row, now);
    let material = match &row.standing {
        CostStanding::Waiting { spec } if is_waiting => material(spec),
        _ => Vec::new(),
    };
    let (state, name, decided_at, study) = match row.standing {
        CostStanding::Waiting { spec } if is_waiting => {
            (CostRequestState::Waiting, Some(spec.name), None, None)
        }
        CostStanding::Waiting { spec } => (CostRequestState::Expired, Some(spec.name), None, None),
        CostStanding::Approved { at, study } => {
            (CostRequestState::Approved, of_study(reader, study)?, Some(at), Some(study))
        }
        CostStanding::Declined { at, name } => {
            (CostRequestState::Declined, Some(name), Some(at), None)
        }
    };
    Ok(CostRequest {
        id: CostRequestId(number),
        state,
        name,
        material,
        instrument: row.instrument,
        panel: row.panel,
        engine: row.engine,
        model: row.model,
        credits: row.credits,
        cost_least: row.announced.0,
        cost_most: row.announced.1,
        asker: row.asker,
        created_at: row.created_at,
        expires_at: row.expires_at,
        decided_at,
        study,
    })
}

/// What a study asks, as far as its owner must see it before they pay for it: the name is the agent's to choose, and says
/// nothing of the text.
fn material(spec: &StudySpec) -> Vec<String> {
    let texts = instrument::stimuli(&spec.instrument).into_iter().map(|text| ("Text", text));
    let questions = instrument::open_questions(&spec.instrument).iter();
    let questions = questions.map(|question| ("Question", question.as_str()));
    let context = spec.context.iter().map(|context| ("Context", context.as_str()));
    let told = spec.webhook.iter().map(|address| ("Told at", address.as_str()));
    let all = texts.chain(questions).chain(context).chain(told);
    all.map(|(what, text)| format!("{what}: {}", beginning(text))).collect()
}

/// The beginning of a text; of a longer one with its length.
fn beginning(text: &str) -> String {
    let length = text.chars().count();
    if length <= SHOWN_MAX {
        return text.to_owned();
    }
    let begin: String = text.chars().take(SHOWN_MAX).collect();
    format!("{begin}… (the first {SHOWN_MAX} of {length} characters)")
}

/// Who asks, in words: the key, which nobody makes up, or what a client calls itself.
fn named(reader: &Reader<'_>, key: Option<KeyId>, client: &str) -> Result<String, Fault> {
    let Some(key) = key else {
        let client: String = safe::line(client.trim()).chars().take(ASKER_MAX).collect();
        return Ok(if client.is_empty() { "an agent".to_owned() } else { client });
    };
    let name = reader.get::<KeyRow>(&key.0)?.and_then(|row| row.made.name);
    Ok(name.map_or_else(|| format!("key {key}"), |name| format!("key {key} ({name})")))
}

/// The most that a study may cost, by its own cap and by what its calls can cost.
fn at_most(spec: &StudySpec, high: UsdMicros) -> UsdMicros {
    spec.max_cost_usd.map_or(high, |cap| cap.min(high))
}

fn free() -> ApiError {
    ApiError::new(ErrorCode::Conflict, "This study costs no money that anybody could agree to")
        .hint("Run it")
}

fn too_many() -> ApiError {
    let what = format!("{WAITING_MAX} requests wait for their owner, and no more are taken");
    ApiError::new(ErrorCode::Busy, what).hint(Remedy::owner("Decide on them", "demoscope approve"))
}

fn expired(id: CostRequestId) -> ApiError {
    ApiError::new(ErrorCode::Conflict, format!("The request {id} has expired, and nothing was run"))
        .hint(
            Hint::from("Let the agent ask again")
                .or(Remedy::owner("run the text", "demoscope run FILE")),
        )
}

fn no_request(id: CostRequestId) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("There is no request {id}"))
        .hint(Remedy::owner("List them", "demoscope approve"))
}
