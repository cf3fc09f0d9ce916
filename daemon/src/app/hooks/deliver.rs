//! What the driver of deliveries does: it takes those that are due, whose bodies are stored before they are sent, and
//! tells what came of each attempt. Two drivers, or one that was killed, may send the same delivery twice, never another.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use jiff::Timestamp;
use protocol::error::ApiError;
use protocol::event::Event;
use protocol::hook::{Attempt, DeliveryState};
use protocol::safe;
use protocol::service::Reply;
use uuid::Uuid;

use crate::app::studies::findings::with_findings;
use crate::app::studies::finished_rounds::finished_rounds;
use crate::app::studies::lookup::by_number;
use crate::app::{Caller, Core, Owner, Scope};
use crate::domain::deliver::{
    ATTEMPTS_MAX, AttemptResult, EndpointNews, HookEvent, HookResult, HookToSign, NextStep,
    RETRY_AFTER_MAX, RenderHook, RenderedHook, Secrets, SigningSecret, after_attempt, headers,
    heeded,
};
use crate::store::rows::{
    DeletedRow, DeliveryRow, DueRow, EndpointRow, EndpointStanding, HookSecretRow, KeyRow, SentBody,
};
use crate::store::{Fault, Reader, UseCaseError, Writes};

/// Attempts that are kept of one delivery.
const ATTEMPTS_KEPT: usize = 20;
/// Characters of a reply that are kept.
const REPLY_KEPT: usize = 500;
/// Deliveries that are begun in one transaction.
const BEGUN_MAX: usize = 64;
/// Why nothing is sent of a study that is there no more.
const DELETED: &str = "its study was deleted";

/// A delivery on its way: by the number of its event and its endpoint.
pub(crate) type DeliveryKey = (u64, Uuid);

/// A request that is to be sent.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct OutgoingHook {
    /// The delivery.
    pub key: DeliveryKey,
    /// The address.
    pub url: String,
    /// Whether it may be private.
    pub allow_private: bool,
    /// The headers, with the signature.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

// What is sent has words of a study, which no log shows.
impl std::fmt::Debug for OutgoingHook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OutgoingHook").field("key", &self.key).finish_non_exhaustive()
    }
}

/// The most requests that are under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MostUnderWay {
    /// To one endpoint.
    pub of_endpoint: usize,
    /// To all of them.
    pub in_all: usize,
}

/// What is to be sent now, and how long until something else is due.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DueHooks {
    /// To be sent now.
    pub calls: Vec<OutgoingHook>,
    /// When to look again; none where nothing waits.
    pub next: Option<Duration>,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attempted {
    /// When it began.
    pub at: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// The outcome.
    pub result: AttemptResult,
    /// The beginning of the reply.
    pub reply: String,
}

impl Core {
    /// Takes what is due, what is due the longest first: at most so much for each endpoint, and in all, with what is under
    /// way. What was never sent is rendered now, beside the writer, and kept.
    pub(crate) async fn begin_deliveries(
        &self,
        caller: &Caller,
        under_way: BTreeMap<Uuid, BTreeSet<u64>>,
        most: MostUnderWay,
        render: RenderHook,
    ) -> Reply<DueHooks> {
        caller.may(Scope::Work)?;
        let now = self.world().clock.now();
        let (hooks, mut next) = self
            .view(caller, move |core, reader, owner| {
                let (keys, next) = due(reader, &under_way, most, now)?;
                let mut hooks = Vec::new();
                for key in keys {
                    hooks.push(core.due_hook(reader, owner, key, render)?);
                }
                Ok((hooks, next))
            })
            .await?;
        let mut calls = Vec::new();
        let taken = hooks.len();
        let mut hooks = hooks.into_iter().peekable();
        while hooks.peek().is_some() {
            let some: Vec<DueHook> = hooks.by_ref().take(BEGUN_MAX).collect();
            let begun = self
                .store()
                .write(move |reader| {
                    let mut writes = Writes::at(now);
                    let mut calls = Vec::new();
                    for hook in some {
                        calls.extend(begin_delivery(reader, &mut writes, hook)?);
                    }
                    Ok((calls, writes))
                })
                .await?;
            calls.extend(begun);
        }
        if calls.len() < taken {
            // Some were given up unsent: others may be due in their place.
            self.tallies().changed();
            next = Some(Duration::ZERO);
        }
        Ok(DueHooks { calls, next })
    }

    /// Notes what came of an attempt: the delivery is over, or due again.
    pub(crate) async fn attempted(
        &self,
        caller: &Caller,
        key: DeliveryKey,
        attempted: Attempted,
    ) -> Reply<()> {
        caller.may(Scope::Work)?;
        let now = self.world().clock.now();
        let first = self.settings().hooks_retry;
        let [byte, ..] = self.world().fresh_bytes();
        let chance = f64::from(byte) / f64::from(u8::MAX);
        let is_gone = self
            .store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                let Some(row) = reader.get::<DeliveryRow>(&key)? else {
                    return Ok((false, writes));
                };
                // One that was given up while it was under way was taken all the same, if its receiver says so.
                let is_taken = matches!(attempted.result, AttemptResult::Status(200..=299, _));
                if row.state != DeliveryState::Pending && !is_taken {
                    return Ok((false, writes));
                }
                let news = note(&mut writes, key, row, &attempted, (first, chance));
                let is_gone = matches!(news, EndpointNews::Gone(_));
                if let Some(endpoint) = reader.get::<EndpointRow>(&key.1)? {
                    stand(&mut writes, key.1, endpoint, news);
                }
                Ok((is_gone, writes))
            })
            .await?;
        self.tallies().changed();
        if is_gone {
            self.give_up_undeliverable().await?;
        }
        Ok(())
    }
}

/// What is due: when, and which.
type DueKey = (u64, DeliveryKey);

/// A delivery that is due.
struct DueHook {
    due: u64,
    key: DeliveryKey,
    /// What it sends, or why it cannot be sent; none where its body is stored.
    rendered: Option<Result<RenderedHook, String>>,
}

impl Core {
    /// A delivery that is due, with what it sends where it was never sent. What cannot be rendered stops no other delivery;
    /// trouble of the disk stops all of them.
    fn due_hook(
        &self,
        reader: &Reader<'_>,
        owner: &Owner,
        (due, key): DueKey,
        render: RenderHook,
    ) -> Result<DueHook, Fault> {
        let rendered = catch_unwind(AssertUnwindSafe(|| {
            let row = reader.get::<DeliveryRow>(&key)?;
            let row = row.filter(|row| row.due == Some(due) && row.body.is_none());
            row.map(|row| self.delivery_body(reader, owner, key, &row, render)).transpose()
        }));
        let rendered = match rendered {
            Ok(Ok(rendered)) => rendered,
            Ok(Err(UseCaseError::Fault(fault))) if !matches!(fault, Fault::Row { .. }) => {
                return Err(fault);
            }
            Ok(Err(error)) => Some(Err(ApiError::from(error).message)),
            Err(_) => {
                tracing::error!(event = key.0, "rendering a delivery panicked; it is given up");
                Some(Err("the daemon failed at rendering it".to_owned()))
            }
        };
        Ok(DueHook { due, key, rendered })
    }

    /// What a delivery sends; or why it cannot be sent.
    fn delivery_body(
        &self,
        reader: &Reader<'_>,
        owner: &Owner,
        (seq, _): DeliveryKey,
        row: &DeliveryRow,
        render: RenderHook,
    ) -> Result<Result<RenderedHook, String>, UseCaseError> {
        let Some(event) = reader.get::<Event>(&seq)? else {
            return Ok(Err("its event is kept no more".to_owned()));
        };
        let mut of = HookEvent { id: &row.id, event: &event, result: None };
        let Some(number) = study_of(row) else {
            return Ok(render(row.format, of));
        };
        if is_of_deleted(reader, row)? {
            return Ok(Err(DELETED.to_owned()));
        }
        let found = by_number(reader, number)?;
        let results = with_findings(reader, &found)?;
        let finished = if results.is_none() { finished_rounds(reader, &found)? } else { None };
        let report = self.report_of(reader, owner, &found, results, finished)?;
        of.result = Some(HookResult { report: &report, held: found.held() });
        Ok(render(row.format, of))
    }
}

/// Stores what a delivery sends, where it was never sent, and signs it. One that cannot be sent is given up.
fn begin_delivery(
    reader: &Reader<'_>,
    writes: &mut Writes,
    DueHook { due, key, rendered }: DueHook,
) -> Result<Option<OutgoingHook>, Fault> {
    let (seq, id) = key;
    let now = writes.time();
    let row = match reader.get::<DeliveryRow>(&key) {
        Err(Fault::Row { why, .. }) => {
            // Nothing can be noted in it. It stays for whoever looks the store over, and is due no more.
            tracing::error!(event = seq, why, "a delivery does not read, and is not sent");
            writes.remove::<DueRow>(&(id, due, seq));
            return Ok(None);
        }
        found => found?.filter(|row| row.due == Some(due)),
    };
    let Some(mut row) = row else {
        // Deleted meanwhile, or due at another time: looked at once more, it is not here.
        writes.remove::<DueRow>(&(id, due, seq));
        return Ok(None);
    };
    // What was to go to an endpoint that is removed is given up by whoever removes it.
    let Some(endpoint) = reader.get::<EndpointRow>(&id)? else { return Ok(None) };
    let body = match (row.body.clone(), rendered) {
        (Some(body), _) => body,
        // It became due between the look and now: the next look renders it.
        (None, None) => return Ok(None),
        (None, Some(Err(why))) => {
            give_up(writes, key, row, why);
            return Ok(None);
        }
        (None, Some(Ok(_))) if is_of_deleted(reader, &row)? => {
            give_up(writes, key, row, DELETED.to_owned());
            return Ok(None);
        }
        (None, Some(Ok(RenderedHook { kind, body: text }))) => {
            let body = SentBody { kind, text };
            row.body = Some(body.clone());
            writes.put(&key, &row);
            body
        }
    };
    let secrets = match secrets_of(reader, &endpoint, now) {
        Err(unread @ Fault::Row { .. }) => {
            give_up(writes, key, row, unread.to_string());
            return Ok(None);
        }
        found => found?,
    };
    let signing = secrets.as_ref().map(|secrets| Secrets::signing(secrets, now));
    let hook = HookToSign {
        id: &row.id,
        kind: &body.kind,
        body: body.text.as_bytes(),
        emitted: row.at,
        hops: row.hops,
    };
    let headers = signing.and_then(|signing| headers(row.format, hook, &signing, now));
    let Some(headers) = headers else {
        give_up(writes, key, row, "there is no secret to sign it with".to_owned());
        return Ok(None);
    };
    let EndpointRow { url, allow_private, .. } = endpoint;
    Ok(Some(OutgoingHook { key, url, allow_private, headers, body: body.text }))
}

/// The study whose result a delivery tells; none where it tells its event alone.
fn study_of(row: &DeliveryRow) -> Option<u32> {
    row.study.filter(|_| row.format.tells_results())
}

/// Whether the study was deleted whose result a delivery tells.
fn is_of_deleted(reader: &Reader<'_>, row: &DeliveryRow) -> Result<bool, Fault> {
    let Some(number) = study_of(row) else { return Ok(false) };
    Ok(reader.get::<DeletedRow>(&number)?.is_some())
}

/// The keys that are due, and how long until the next one is.
fn due(
    reader: &Reader<'_>,
    under_way: &BTreeMap<Uuid, BTreeSet<u64>>,
    most: MostUnderWay,
    now: Timestamp,
) -> Result<(Vec<DueKey>, Option<Duration>), Fault> {
    let now = u64::try_from(now.as_millisecond()).unwrap_or(0);
    // Nothing waits that long by itself: the time of day was put back.
    let far = now.saturating_add(2 * u64::try_from(RETRY_AFTER_MAX.as_millis()).unwrap_or(0));
    let (mut keys, mut next) = (Vec::new(), None::<u64>);
    // Only endpoints for which something waits are read.
    let mut from = Some(Uuid::nil());
    while let Some(id) = from.map(|from| first_due(reader, from)).transpose()?.flatten() {
        from = id.as_u128().checked_add(1).map(Uuid::from_u128);
        let endpoint = reader.get::<EndpointRow>(&id)?;
        if endpoint.is_none_or(|endpoint| endpoint.is_paused()) {
            continue;
        }
        let none = BTreeSet::new();
        let busy = under_way.get(&id).unwrap_or(&none);
        let mut room = most.of_endpoint.saturating_sub(busy.len());
        let (first, last) = ((id, 0, 0), (id, u64::MAX, u64::MAX));
        reader.keys::<DueRow>(&first, &last, |(_, due, seq)| {
            if due > now && due <= far {
                next = Some(next.map_or(due, |next| next.min(due)));
                return Ok(ControlFlow::Break(()));
            }
            if room == 0 {
                return Ok(ControlFlow::Break(()));
            }
            if !busy.contains(&seq) {
                keys.push((due, (seq, id)));
                room -= 1;
            }
            Ok(ControlFlow::Continue(()))
        })?;
    }
    // Endpoints with little room in all take turns by how long their deliveries wait.
    keys.sort_unstable();
    let busy = under_way.values().map(BTreeSet::len).sum();
    keys.truncate(most.in_all.saturating_sub(busy));
    Ok((keys, next.map(|due| Duration::from_millis(due.saturating_sub(now).max(1)))))
}

/// The first endpoint, from that one on, for which something waits.
fn first_due(reader: &Reader<'_>, from: Uuid) -> Result<Option<Uuid>, Fault> {
    let mut found = None;
    reader.keys::<DueRow>(&(from, 0, 0), &(Uuid::max(), u64::MAX, u64::MAX), |(id, ..)| {
        found = Some(id);
        Ok(ControlFlow::Break(()))
    })?;
    Ok(found)
}

/// The secrets that sign what goes to an endpoint.
fn secrets_of(
    reader: &Reader<'_>,
    endpoint: &EndpointRow,
    now: Timestamp,
) -> Result<Option<Secrets>, Fault> {
    if endpoint.format.tells_results() {
        let Some(key) = endpoint.key else { return Ok(None) };
        let key = reader.get::<KeyRow>(&key.0)?;
        return Ok(key.map(|key| Secrets::new(SigningSecret(key.hash), now)));
    }
    match &endpoint.secrets {
        Some(secrets) => Ok(Some(secrets.clone())),
        None => Ok(reader.get::<HookSecretRow>(&endpoint.owner)?.map(|HookSecretRow(own)| own)),
    }
}

/// Gives a delivery up without an attempt.
pub(super) fn give_up(writes: &mut Writes, key: DeliveryKey, row: DeliveryRow, why: String) {
    let at = writes.time();
    if let Some(due) = row.due {
        writes.remove::<DueRow>(&(key.1, due, key.0));
    }
    let mut attempts = row.attempts;
    let attempt = Attempt { at, took_ms: 0, status: None, error: Some(why), reply: String::new() };
    attempts.push(attempt);
    let state = DeliveryState::Dead;
    writes.put(&key, &DeliveryRow { state, due: None, ended_at: Some(at), attempts, ..row });
}

/// Writes what came of an attempt; says what that tells of the endpoint.
fn note(
    writes: &mut Writes,
    key: DeliveryKey,
    mut row: DeliveryRow,
    attempted: &Attempted,
    (first, chance): (Duration, f64),
) -> EndpointNews {
    let now = writes.time();
    let Attempted { at, took, result, reply } = attempted;
    row.tries = row.tries.saturating_add(1);
    row.tries_in_all = row.tries_in_all.saturating_add(1);
    let (status, error) = match result {
        AttemptResult::Status(status @ 200..=299, _) => (Some(*status), None),
        AttemptResult::Status(status @ 300..=399, _) => {
            (Some(*status), Some("redirects are not followed".to_owned()))
        }
        AttemptResult::Status(status, wanted) => {
            (Some(*status), Some(not_taken(*status, *wanted, row.tries)))
        }
        AttemptResult::NoReply(why) | AttemptResult::Refused(why) => (None, Some(why.clone())),
    };
    let reply: String = safe::line(reply).chars().take(REPLY_KEPT).collect();
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    row.attempts.push(Attempt { at: *at, took_ms, status, error, reply });
    let more = row.attempts.len().saturating_sub(ATTEMPTS_KEPT);
    row.attempts.drain(..more);
    let (next, news) = after_attempt(result, row.format, row.tries, first, chance);
    if let Some(due) = row.due.take() {
        writes.remove::<DueRow>(&(key.1, due, key.0));
    }
    match next {
        NextStep::Delivered => (row.state, row.ended_at) = (DeliveryState::Delivered, Some(now)),
        NextStep::Dead => (row.state, row.ended_at) = (DeliveryState::Dead, Some(now)),
        NextStep::Again(wait) => {
            let wait = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            let now = u64::try_from(now.as_millisecond()).unwrap_or(0);
            let due = now.saturating_add(wait);
            row.due = Some(due);
            writes.put(&(key.1, due, key.0), &DueRow {});
        }
    }
    writes.put(&key, &row);
    news
}

/// That a receiver did not take a delivery, with what it asks for and how far that is heeded.
fn not_taken(status: u16, wanted: Option<Duration>, tries: u32) -> String {
    let Some(wanted) = heeded(status, wanted).filter(|_| tries < ATTEMPTS_MAX) else {
        return "not taken".to_owned();
    };
    let (seconds, most) = (wanted.as_secs(), RETRY_AFTER_MAX.as_secs());
    if seconds > most {
        return format!("not taken; it asks to wait {seconds} s, of which {most} s are heeded");
    }
    format!("not taken; it asks to wait {seconds} s")
}

/// Writes what an attempt tells of its endpoint, if that is new. What its owner paused stays paused.
fn stand(writes: &mut Writes, id: Uuid, row: EndpointRow, news: EndpointNews) {
    if row.is_paused() {
        return;
    }
    let standing = match news {
        EndpointNews::Same => return,
        EndpointNews::Healthy => EndpointStanding::Healthy,
        EndpointNews::Failing(why) => EndpointStanding::Failing { why },
        EndpointNews::Gone(why) => EndpointStanding::Paused { why },
    };
    if standing != row.standing {
        writes.put(&id, &EndpointRow { standing, ..row });
    }
}
