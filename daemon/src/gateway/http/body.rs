//! The body of a request: its content type, its size and its time. It is read only for a request that may enter, and
//! whole, before a route sees any of it.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use super::door::BodyRule;
use super::refusal::Refusal;

/// Bounds of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BodyLimits {
    /// The largest one, in bytes.
    pub(super) bytes: usize,
    /// How long it may take.
    pub(super) within: Duration,
}

/// Reads a body as the route takes it.
pub(super) async fn read(
    rule: BodyRule,
    limits: BodyLimits,
    headers: &HeaderMap,
    body: Body,
) -> Result<Bytes, Refusal> {
    match rule {
        BodyRule::Nothing => return Ok(Bytes::new()),
        BodyRule::Json if !is_json(headers) => return Err(Refusal::wrong_type()),
        BodyRule::Json | BodyRule::Bytes => {}
    }
    if headers.get_all(CONTENT_ENCODING).iter().any(|coding| coding != "identity") {
        return Err(Refusal::wrong_type());
    }
    let announced =
        headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: u64| length > limits.bytes as u64) {
        return Err(Refusal::too_large(limits.bytes));
    }
    let whole = Limited::new(body, limits.bytes).collect();
    match tokio::time::timeout(limits.within, whole).await {
        Err(_) => Err(Refusal::too_slow(limits.within.as_secs())),
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::too_large(limits.bytes)),
        Ok(Err(error)) => {
            tracing::debug!(%error, "a body broke off");
            Err(Refusal::cut_off())
        }
    }
}

/// Whether the headers say JSON, in UTF-8.
fn is_json(headers: &HeaderMap) -> bool {
    let mut kinds = headers.get_all(CONTENT_TYPE).iter();
    let (Some(kind), None) = (kinds.next(), kinds.next()) else { return false };
    let Ok(kind) = kind.to_str() else { return false };
    let mut parts = kind.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    is_json
        && parts.all(|parameter| {
            let parameter = parameter.to_ascii_lowercase();
            match parameter.split_once('=') {
                Some(("charset", charset)) => charset.trim_matches('"') == "utf-8",
                _ => true,
            }
        })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const LIMITS: BodyLimits = BodyLimits { bytes: 8, within: Duration::from_millis(60) };

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    async fn outcome(rule: BodyRule, pairs: &[(&'static str, &'static str)], body: Body) -> u16 {
        read(rule, LIMITS, &headers(pairs), body)
            .await
            .map_or_else(|refusal| refusal.status.as_u16(), |_| 200)
    }

    #[tokio::test]
    async fn a_body_must_be_json_small_and_quick() {
        let json = ("content-type", "application/json");
        let take = async |pairs: &[(&'static str, &'static str)], body| {
            outcome(BodyRule::Json, pairs, body).await
        };
        assert_eq!(take(&[json], Body::from("{}")).await, 200);
        assert_eq!(
            take(&[("content-type", "Application/JSON; charset=UTF-8")], "{}".into()).await,
            200
        );
        for kind in ["text/plain", "application/json; charset=latin1", "application/jsonp", ""] {
            assert_eq!(take(&[("content-type", kind)], "{}".into()).await, 415, "{kind}");
        }
        assert_eq!(take(&[], "{}".into()).await, 415);
        assert_eq!(take(&[json, json], "{}".into()).await, 415);
        assert_eq!(take(&[json, ("content-encoding", "gzip")], "{}".into()).await, 415);
        assert_eq!(take(&[json, ("content-length", "9")], Body::empty()).await, 413);
        assert_eq!(take(&[json], "123456789".into()).await, 413);
        let never = Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>());
        assert_eq!(take(&[json], never).await, 408);
        let broken = futures::stream::iter([Err::<Bytes, _>(std::io::Error::other("reset"))]);
        assert_eq!(take(&[json], Body::from_stream(broken)).await, 400);
        assert_eq!(outcome(BodyRule::Bytes, &[], "raw".into()).await, 200);
        assert_eq!(outcome(BodyRule::Nothing, &[], "123456789".into()).await, 200);
    }
}
