//! The receipt of a hook. Its signature is checked first, beside the writer; then it is written, and only then its sender is
//! told so. A hook that was received before is taken and does nothing, for a week after it came, unless what it asked for
//! failed: then it is taken as if it came for the first time.

use jiff::Timestamp;
use protocol::error::{ApiError, ErrorCode};
use protocol::hook_in::{HookAction, ReceivedState, SourceKind};
use protocol::service::Reply;

use crate::app::{Caller, Core};
use crate::domain::deliver::SigningSecret;
use crate::domain::digest::Digest;
use crate::domain::hook_in::{HookHeaders, SourceId, VerifiedHook, json_of, verify};
use crate::domain::hop::{self, HOPS_MAX};
use crate::store::rows::{PendingHookRow, ReceivedRow, SourceRow};
use crate::store::{Reader, UseCaseError, Writes};

/// Hooks that one source may send in an hour.
const HOURLY_MAX: u32 = 600;
/// Most bytes of a body that a study is made of, or a result is read from.
const BODY_MAX: usize = 512 * 1024;
/// An event by which a sender only tries the address.
const PING: &str = "ping";

/// A hook as it came in.
#[derive(Clone, Debug)]
pub(crate) struct IncomingHook {
    /// The source that its address names.
    pub source: String,
    /// Its headers.
    pub headers: HookHeaders,
    /// Its body.
    pub body: Vec<u8>,
}

/// What its sender is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HookReceipt {
    /// It is written down.
    Accepted,
    /// It was received before.
    Repeated,
    /// Too many hooks led to it: nothing is done.
    Loop,
    /// Its source sent too many within an hour.
    TooMany,
}

impl Core {
    /// Takes a hook. Whoever calls needs no scope: the signature is what lets it in.
    ///
    /// # Errors
    /// `Unauthorized`, the same for every fault of the signature and for a source that does not exist.
    pub(crate) async fn receive_hook(
        &self,
        caller: &Caller,
        hook: IncomingHook,
    ) -> Reply<HookReceipt> {
        caller.door()?;
        let now = self.world().clock.now();
        // Whoever reaches the address has this computed: it must hold up no other write.
        let checked = self.looking(move |core| core.check_hook(hook, now)).await?;
        let receipt = self.store().write(move |reader| receive(reader, checked, now)).await?;
        if receipt == HookReceipt::Accepted {
            self.receiving().signal();
        }
        Ok(receipt)
    }

    /// Checks the signature of a hook; writes nothing.
    fn check_hook(&self, hook: IncomingHook, now: Timestamp) -> Reply<CheckedHook> {
        let IncomingHook { source, headers, body } = hook;
        let row = self.look(|reader| Ok(reader.get::<SourceRow>(&source)?))?;
        let row = row.ok_or_else(not_signed)?;
        let verified =
            verify(row.kind, &row.secret, &headers, &body, now).map_err(|_| not_signed())?;
        // A header that is there twice is not believed.
        let hops = match headers.optional(hop::HEADER) {
            None if headers.has(hop::HEADER) => u8::MAX,
            header => hop::hops(header),
        };
        let body = json_of(&headers, &body).into_owned();
        let (kind, secret) = (row.kind, row.secret);
        Ok(CheckedHook { source, kind, secret, verified, hops, body })
    }
}

/// A hook whose signature is good.
struct CheckedHook {
    source: String,
    /// How its source signed when that was checked, and with what.
    kind: SourceKind,
    secret: SigningSecret,
    verified: VerifiedHook,
    hops: u8,
    body: Vec<u8>,
}

fn receive(
    reader: &Reader<'_>,
    hook: CheckedHook,
    now: Timestamp,
) -> Result<(HookReceipt, Writes), UseCaseError> {
    let CheckedHook { source, kind, secret, verified, hops, body } = hook;
    let mut writes = Writes::at(now);
    let row = reader.get::<SourceRow>(&source)?;
    let Some(mut row) = row.filter(|row| row.kind == kind && row.secret == secret) else {
        return Err(not_signed().into());
    };
    let key = key_of(&source, &verified.id);
    // What failed is done when its sender asks again; everything else was done, or will be.
    let known = reader.get::<ReceivedRow>(&key)?;
    if known.is_some_and(|known| known.state != ReceivedState::Failed) {
        return Ok((HookReceipt::Repeated, writes));
    }
    if hops >= HOPS_MAX {
        let why = format!("{hops} hooks led to it, and {HOPS_MAX} are a loop");
        row.refused = Some((now, why));
        writes.put(&source, &row);
        return Ok((HookReceipt::Loop, writes));
    }
    let hour = now.as_second().div_euclid(3_600);
    row.hour = if row.hour.0 == hour { (hour, row.hour.1.saturating_add(1)) } else { (hour, 1) };
    if row.hour.1 > HOURLY_MAX {
        row.refused = Some((now, format!("it sent more than {HOURLY_MAX} within an hour")));
        writes.put(&source, &row);
        return Ok((HookReceipt::TooMany, writes));
    }
    let is_meant = match (&verified.event, row.events.as_slice()) {
        (event, []) => event.as_deref() != Some(PING),
        (Some(event), events) => events.contains(event),
        (None, _) => false,
    };
    let acts = is_meant && row.action != HookAction::Note;
    let needs_body =
        acts && matches!(row.action, HookAction::Submit { .. } | HookAction::Import { .. });
    let body = match String::from_utf8(body) {
        _ if !needs_body => Ok(None),
        Ok(text) if text.len() <= BODY_MAX => Ok(Some(text)),
        Ok(_) => Err("its body is larger than 512 KiB"),
        Err(_) => Err("its body is no text in UTF-8"),
    };
    let (body, unusable) = match body {
        Ok(body) => (body, None),
        Err(why) => (None, Some(why.to_owned())),
    };
    let state = match (&unusable, acts) {
        (Some(_), _) => ReceivedState::Failed,
        (None, true) => ReceivedState::Pending,
        (None, false) => ReceivedState::Noted,
    };
    if state == ReceivedState::Pending {
        writes.put(&key, &PendingHookRow::default());
    }
    let received = ReceivedRow {
        source: source.clone(),
        source_id: Some(SourceId::new(&source, row.added_at)),
        id: verified.id,
        event: verified.event,
        at: now,
        hops,
        body,
        state,
        what: unusable,
        study: None,
    };
    writes.put(&key, &received);
    writes.put(&source, &row);
    Ok((HookReceipt::Accepted, writes))
}

/// The key of a hook.
fn key_of(source: &str, id: &str) -> String {
    Digest::new().texts([source, id]).finish_hex()
}

fn not_signed() -> ApiError {
    ApiError::new(ErrorCode::Unauthorized, "The hook is not signed as this source signs")
        .hint("Check its address, its secret, and the clocks of both machines")
}
