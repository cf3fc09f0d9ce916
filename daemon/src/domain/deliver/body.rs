//! The body of a delivery in the formats that tell an event. It follows from the event alone, so that it is the same whenever
//! it is rendered; the driver, which knows the form of every format, has it stored before the first attempt, and sends those
//! bytes ever after.

use jiff::Timestamp;
use protocol::credits::Credits;
use protocol::event::{Event, EventKind};
use protocol::hook::HookFormat;
use protocol::id::StudyId;
use protocol::results::Report;
use serde::Serialize;
use serde_json::Value;

/// An event as it is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HookEvent<'a> {
    /// The id of the delivery.
    pub id: &'a str,
    /// The event.
    pub event: &'a Event,
    /// What its study came to, for formats that tell it.
    pub result: Option<HookResult<'a>>,
}

/// What a study came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HookResult<'a> {
    /// Its report.
    pub report: &'a Report,
    /// The credits that were held for it.
    pub held: Credits,
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RenderedHook {
    /// The kind, in the words of the format.
    pub kind: String,
    /// The body.
    pub body: String,
}

/// Renders an event in a format, or says why that cannot be.
pub(crate) type RenderHook = fn(HookFormat, HookEvent<'_>) -> Result<RenderedHook, String>;

/// The recommended payload of Standard Webhooks.
#[derive(Serialize)]
struct StandardBody<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    timestamp: Timestamp,
    data: StandardData,
}

#[derive(Serialize)]
struct StandardData {
    /// Its number: the order of events, which deliveries do not keep.
    seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    study: Option<StudyId>,
    #[serde(flatten)]
    content: Value,
}

/// In the format of Standard Webhooks.
pub(crate) fn standard(HookEvent { event, .. }: HookEvent<'_>) -> Result<RenderedHook, String> {
    let kind = event.data.word();
    let content = match event.content() {
        fields @ Value::Object(_) => fields,
        other => serde_json::json!({ "content": other }),
    };
    let data = StandardData { seq: event.seq, study: event.study, content };
    rendered(kind, &StandardBody { kind, timestamp: event.at, data })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CandorBody<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    created_at: String,
    data: CandorData<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CandorData<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    study_id: Option<StudyId>,
    message: &'a str,
}

/// In the format of Candor.
pub(crate) fn candor(HookEvent { id, event, .. }: HookEvent<'_>) -> Result<RenderedHook, String> {
    let (kind, message) = in_candor(event);
    let data = CandorData { study_id: event.study, message };
    // Milliseconds, as the service writes them.
    let created_at = format!("{:.3}", event.at);
    let id = id.replacen("msg_", "evt_", 1);
    rendered(kind, &CandorBody { id: &id, kind, created_at, data })
}

/// A body of that kind.
pub(crate) fn rendered(kind: &str, body: &impl Serialize) -> Result<RenderedHook, String> {
    let body = serde_json::to_string(body)
        .map_err(|error| format!("the event cannot be written as JSON: {error}"))?;
    Ok(RenderedHook { kind: kind.to_owned(), body })
}

/// The kinds that Candor has other words for than we.
const CANDOR_WORDS: [(EventKind, &str); 3] = [
    (EventKind::Queued, "study.published"),
    (EventKind::Running, "study.launched"),
    (EventKind::Recorded, "participant.submitted"),
];

/// The kinds that a format has words of its own for, with those.
pub(super) const fn words_of(format: HookFormat) -> &'static [(EventKind, &'static str)] {
    match format {
        HookFormat::Candor => &CANDOR_WORDS,
        HookFormat::Standard | HookFormat::Refynd => &[],
    }
}

/// The word of an event in a format that tells events.
pub(crate) fn word_in(format: HookFormat, event: &Event) -> &str {
    let own = words_of(format).iter().find(|(kind, _)| Some(*kind) == event.kind());
    own.map_or_else(|| event.data.word(), |(_, word)| *word)
}

/// The kind of an event in Candor's words, and a sentence about it.
fn in_candor(event: &Event) -> (&str, &'static str) {
    let message = match event.kind() {
        Some(EventKind::Running) => "The study asks its participants",
        Some(EventKind::Queued) => "The study waits for its turn",
        Some(EventKind::Paused) => "The study is paused",
        Some(EventKind::Finalizing) => "All participants have submitted",
        Some(EventKind::Completed) => "All participants have submitted — study complete",
        Some(EventKind::Failed) => "The study ended without results",
        Some(EventKind::Cancelled) => "The study was cancelled",
        Some(EventKind::Recorded) => "Participants have submitted",
        Some(EventKind::Deleted) => "The study was deleted",
        Some(EventKind::HookTested) => "This is a test",
        _ => "Something changed",
    };
    (word_in(HookFormat::Candor, event), message)
}
