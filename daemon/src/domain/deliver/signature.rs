//! The headers of an attempt: what identifies the delivery, its signature over the exact bytes that are sent, and how
//! many hooks led to it. The time is that of the attempt; the id stays.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use protocol::hook::HookFormat;

use super::SigningSecret;
use crate::domain::digest::hmac_sha256;
use crate::domain::hop;

/// What is signed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HookToSign<'a> {
    /// The id of the delivery.
    pub id: &'a str,
    /// The kind of the event, in the words of the format.
    pub kind: &'a str,
    /// The bytes that are sent.
    pub body: &'a [u8],
    /// When the event happened.
    pub emitted: Timestamp,
    /// How many hooks led to the event.
    pub hops: u8,
}

/// The headers of an attempt; `None` where a secret is not one of that format.
pub(crate) fn headers(
    format: HookFormat,
    HookToSign { id, kind, body, emitted, hops }: HookToSign<'_>,
    secrets: &[&SigningSecret],
    now: Timestamp,
) -> Option<Vec<(&'static str, String)>> {
    let mut headers = match format {
        HookFormat::Standard => {
            let seconds = now.as_second();
            let signed = [format!("{id}.{seconds}.").as_bytes(), body].concat();
            let mut signatures = Vec::new();
            for secret in secrets {
                let key = secret.key(format)?;
                signatures.push(format!("v1,{}", STANDARD.encode(hmac_sha256(&key, &signed))));
            }
            vec![
                ("webhook-id", id.to_owned()),
                ("webhook-timestamp", seconds.to_string()),
                ("webhook-signature", signatures.join(" ")),
            ]
        }
        HookFormat::Candor => {
            let key = secrets.first()?.key(format)?;
            vec![
                ("x-candor-signature", format!("sha256={}", hex::encode(hmac_sha256(&key, body)))),
                ("x-candor-event", kind.to_owned()),
                ("x-candor-delivery-id", id.to_owned()),
                ("x-candor-timestamp", format!("{emitted:.3}")),
            ]
        }
        HookFormat::Refynd => {
            let key = secrets.first()?.key(format)?;
            vec![
                ("x-refynd-signature", format!("sha256={}", hex::encode(hmac_sha256(&key, body)))),
                ("x-refynd-timestamp", now.as_millisecond().to_string()),
                ("x-refynd-event", kind.to_owned()),
            ]
        }
    };
    headers.push((hop::HEADER, hops.saturating_add(1).to_string()));
    Some(headers)
}
