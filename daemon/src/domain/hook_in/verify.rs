//! The signatures of each kind of source, over the raw body and compared in constant time, and the id by which a hook is
//! known again. Every fault gives the same refusal, so that nobody learns which part was wrong.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use protocol::hook::HookFormat;
use protocol::hook_in::SourceKind;

use super::HookHeaders;
use crate::domain::deliver::{SigningSecret, is_usable};
use crate::domain::digest::{is_hmac_sha256, sha256_hex};

/// How far the time of a hook may be from now, in seconds.
const SKEW: i64 = 300;
/// Most signatures of one hook that are looked at.
const SIGNATURES_MAX: usize = 16;
/// Most characters of an id, and of the word of an event.
const ID_MAX: usize = 200;
const EVENT_MAX: usize = 100;

/// A hook whose signature is that of its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VerifiedHook {
    /// By which it is known again.
    pub id: String,
    /// The event, as the sender calls it.
    pub event: Option<String>,
}

/// The signature is not that of the source, or is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotSigned;

/// Checks a hook.
///
/// # Errors
/// When anything of the signature, the time or the id is not as it must be.
pub(crate) fn verify(
    kind: SourceKind,
    secret: &SigningSecret,
    headers: &HookHeaders,
    body: &[u8],
    now: Timestamp,
) -> Result<VerifiedHook, NotSigned> {
    match kind {
        SourceKind::Standard => standard(secret, headers, body, now),
        SourceKind::Github => {
            hex_signed(headers.one("x-hub-signature-256"), secret.0.as_bytes(), body)?;
            let id = id(headers.one("x-github-delivery"))?;
            Ok(VerifiedHook { id, event: event(headers.one("x-github-event")) })
        }
        SourceKind::Candor => {
            hex_signed(headers.one("x-candor-signature"), secret.0.as_bytes(), body)?;
            let id = id(headers.one("x-candor-delivery-id"))?;
            Ok(VerifiedHook { id, event: event(headers.one("x-candor-event")) })
        }
        SourceKind::Refynd => refynd(secret, headers, body, now),
        SourceKind::Generic => {
            hex_signed(headers.one("x-signature"), secret.0.as_bytes(), body)?;
            Ok(VerifiedHook { id: sha256_hex(body), event: event(headers.one("x-event")) })
        }
    }
}

/// The id that the sender gave: visible characters only, and not too many.
fn id(given: Option<&str>) -> Result<String, NotSigned> {
    let is_usable = |id: &&str| {
        (1..=ID_MAX).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
    };
    given.filter(is_usable).map(ToOwned::to_owned).ok_or(NotSigned)
}

fn event(given: Option<&str>) -> Option<String> {
    given.map(|text| text.chars().filter(|it| !it.is_control()).take(EVENT_MAX).collect())
}

/// Whether that is the signature of the body, as `sha256=` and hexadecimal digits.
fn hex_signed(header: Option<&str>, key: &[u8], body: &[u8]) -> Result<(), NotSigned> {
    let digits = header.and_then(|header| header.strip_prefix("sha256=")).ok_or(NotSigned)?;
    let tag = hex::decode(digits).map_err(|_| NotSigned)?;
    if is_hmac_sha256(key, body, &tag) { Ok(()) } else { Err(NotSigned) }
}

/// A whole number as senders write it: digits only.
fn digits(header: Option<&str>) -> Result<i64, NotSigned> {
    let is_number = |text: &&str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    header.filter(is_number).and_then(|text| text.parse().ok()).ok_or(NotSigned)
}

fn standard(
    secret: &SigningSecret,
    headers: &HookHeaders,
    body: &[u8],
    now: Timestamp,
) -> Result<VerifiedHook, NotSigned> {
    let key = secret.key(HookFormat::Standard).ok_or(NotSigned)?;
    let id = id(headers.one("webhook-id"))?;
    let seconds = digits(headers.one("webhook-timestamp"))?;
    let signatures = headers.one("webhook-signature").ok_or(NotSigned)?;
    if now.as_second().abs_diff(seconds) > SKEW.unsigned_abs() {
        return Err(NotSigned);
    }
    let signed = [format!("{id}.{seconds}.").as_bytes(), body].concat();
    let is_ours = |signature: &str| {
        let tag = signature.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok());
        tag.is_some_and(|tag| is_hmac_sha256(&key, &signed, &tag))
    };
    // All are looked at, so that the time taken does not tell which one it was.
    let ours = signatures.split(' ').take(SIGNATURES_MAX).filter(|one| is_ours(one)).count();
    if ours == 0 {
        return Err(NotSigned);
    }
    let body: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let kind = body.as_ref().and_then(|body| body.get("type")?.as_str());
    Ok(VerifiedHook { id, event: event(kind) })
}

fn refynd(
    secret: &SigningSecret,
    headers: &HookHeaders,
    body: &[u8],
    now: Timestamp,
) -> Result<VerifiedHook, NotSigned> {
    let key = signing_digest(&secret.0);
    hex_signed(headers.one("x-refynd-signature"), key.as_bytes(), body)?;
    let millis = digits(headers.one("x-refynd-timestamp"))?;
    if now.as_millisecond().abs_diff(millis) > SKEW.unsigned_abs() * 1_000 {
        return Err(NotSigned);
    }
    // The time is not signed: the same body is the same hook, whenever it comes.
    let event = event(headers.one("x-refynd-event"));
    let told: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let run = ["/data/testRunId", "/testRunId"]
        .into_iter()
        .find_map(|place| told.as_ref()?.pointer(place)?.as_str());
    // A body that names no run is signed all the same: what is wrong with it is said where it is read, and it is known again
    // by its bytes.
    let id = id(run).unwrap_or_else(|_| sha256_hex(body));
    Ok(VerifiedHook { id: format!("{id} {}", event.as_deref().unwrap_or_default()), event })
}

/// The key of a Refynd signature: the hexadecimal text of the digest of an API key. Whoever has only that may give it.
pub(crate) fn signing_digest(secret: &str) -> String {
    let is_digest = secret.len() == 64 && secret.bytes().all(|it| it.is_ascii_hexdigit());
    if is_digest { secret.to_ascii_lowercase() } else { sha256_hex(secret) }
}

/// What is wrong with the secret of a source, if anything.
pub(crate) fn is_source_secret(kind: SourceKind, text: &str) -> Result<(), &'static str> {
    match kind {
        SourceKind::Standard => is_usable(text, HookFormat::Standard),
        SourceKind::Github | SourceKind::Candor | SourceKind::Refynd | SourceKind::Generic => {
            is_usable(text, HookFormat::Candor)
        }
    }
}
