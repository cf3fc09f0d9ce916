//! The deliveries of an event, written in the transaction of the event: one for each endpoint that wants it. Where a
//! study names an address itself, that is told of the study's end.

use std::sync::{Mutex, PoisonError};

use protocol::event::{Event, EventData, EventKind};
use protocol::hook::DeliveryState;
use serde::Deserialize;
use serde::de::IgnoredAny;
use uuid::Uuid;

use crate::app::caller::{in_mark, is_local, same_owner};
use crate::domain::deliver::{wants, word_in};
use crate::domain::digest::Digest;
use crate::store::rows::{
    DeletedRow, DeliveryRow, DueRow, EndpointRow, StudyHook, StudyNumber, StudyRow,
};
use crate::store::{BesideEvent, DecodedRows, InTransaction, UseCaseError, Writes};

/// What of a study decides who is told of it.
#[derive(Deserialize)]
struct ToldStudy {
    owner: String,
    spec: ToldSpec,
    #[serde(default)]
    hops: u8,
    #[serde(default)]
    hook: StudyHook,
    /// Evaluations alone are charged by the round.
    #[serde(default)]
    charge: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct ToldSpec {
    #[serde(default)]
    webhook: Option<String>,
}

/// Whom an event is of.
#[derive(Default)]
struct EventSubject {
    number: Option<u32>,
    /// None for the installation's own.
    owner: Option<String>,
    webhook: Option<String>,
    hook: StudyHook,
    hops: u8,
    is_evaluation: bool,
}

/// Writes the deliveries of each event beside it. The endpoints are kept decoded, since every event asks for them.
pub(in crate::app) fn beside_events() -> BesideEvent {
    let known: Mutex<DecodedRows<EndpointRow>> = Mutex::default();
    BesideEvent::new(move |within, event, writes| {
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        within.reader().refresh(&mut known)?;
        fill(within, &known, event, writes)
    })
}

/// Writes the deliveries of an event.
fn fill(
    within: &InTransaction<'_>,
    endpoints: &DecodedRows<EndpointRow>,
    event: &Event,
    writes: &mut Writes,
) -> Result<(), UseCaseError> {
    // Most stores have no endpoint, and most events are of single answers.
    if endpoints.iter().all(|(_, endpoint)| endpoint.is_paused()) {
        return Ok(());
    }
    let subject = subject(within, event)?;
    let is_end = event.data.news().is_some_and(|news| news.state.is_final());
    for (id, endpoint) in endpoints.iter().filter(|(_, endpoint)| !endpoint.is_paused()) {
        let is_theirs = match &subject.owner {
            Some(owner) => same_owner(owner, &endpoint.owner),
            None => is_local(&endpoint.owner),
        };
        let is_told_of_files =
            event.kind() != Some(EventKind::DraftSaved) || is_local(&endpoint.owner);
        let is_wanted = match &event.data {
            EventData::HookTested { endpoint: tested } => *tested == id.simple().to_string(),
            _ if endpoint.of_studies => {
                let named = subject.webhook.as_deref();
                is_end && named.is_some_and(|url| endpoint.is_named_by(url, subject.hook))
            }
            // A result is that of an evaluation that has ended; nothing else has one in the words of that format.
            _ if endpoint.format.tells_results() && !(is_end && subject.is_evaluation) => false,
            data => wants(&endpoint.events, data.word(), word_in(endpoint.format, event)),
        };
        if is_theirs && is_told_of_files && is_wanted {
            write(*id, endpoint, event, &subject, writes);
        }
    }
    Ok(())
}

fn write(
    id: Uuid,
    endpoint: &EndpointRow,
    event: &Event,
    subject: &EventSubject,
    writes: &mut Writes,
) {
    let due = u64::try_from(event.at.as_millisecond()).unwrap_or(0);
    let row = DeliveryRow {
        id: delivery_id(id, event),
        study: subject.number,
        kind: event.data.word().to_owned(),
        at: event.at,
        url: endpoint.url.clone(),
        format: endpoint.format,
        hops: subject.hops,
        state: DeliveryState::Pending,
        tries: 0,
        tries_in_all: 0,
        due: Some(due),
        body: None,
        attempts: Vec::new(),
        ended_at: None,
    };
    writes.put(&(event.seq, id), &row);
    writes.put(&(id, due, event.seq), &DueRow {});
}

/// The id of a delivery. It follows from the endpoint and the whole event: an event that gets the same number after an
/// older backup was put back is another one for its receiver.
fn delivery_id(endpoint: Uuid, event: &Event) -> String {
    let digest = Digest::new()
        .raw(endpoint.as_bytes())
        .raw(event.seq.to_le_bytes())
        .raw(event.at.as_nanosecond().to_le_bytes())
        .text(event.data.word())
        .text(&event.study.map(|study| study.to_string()).unwrap_or_default())
        .text(&event.content().to_string())
        .finish_hex();
    format!("msg_{}", digest.get(..32).unwrap_or_default())
}

fn subject(within: &InTransaction<'_>, event: &Event) -> Result<EventSubject, UseCaseError> {
    let mut subject = EventSubject::default();
    let Some(study) = event.study else { return Ok(subject) };
    let Some(StudyNumber(number)) = within.part::<StudyNumber, StudyNumber>(&study.0)? else {
        return Ok(subject);
    };
    subject.number = Some(number);
    let told = within.part::<StudyRow, ToldStudy>(&number)?;
    if let Some(ToldStudy { owner, spec, hops, hook, charge }) = told {
        let (owner, webhook, is_evaluation) = (Some(owner), spec.webhook, charge.is_some());
        return Ok(EventSubject { owner, webhook, hook, hops, is_evaluation, ..subject });
    }
    let mark = within.part::<DeletedRow, DeletedRow>(&number)?;
    // A mark without an owner is one of the local user's.
    subject.owner = mark.and_then(|mark| mark.owner).and_then(in_mark);
    Ok(subject)
}
