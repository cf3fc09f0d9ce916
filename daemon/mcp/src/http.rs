//! The tools over Streamable HTTP: each request is answered by itself, with one JSON document, and nothing is kept between two.
//! The listener has checked host, origin, key, size and type before; this is only the protocol.

use std::convert::Infallible;
use std::sync::Arc;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use hyper::{HeaderMap, Request, Response, StatusCode};
use protocol::strict_json;
use rmcp::ErrorData;
use rmcp::model::{ClientJsonRpcMessage, RequestId, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tokio_util::sync::CancellationToken;

use crate::server::Server;
use crate::use_cases::UseCases;

/// Answers one request; calls that wait are given up when `stopping` is cancelled.
pub async fn answer(
    use_cases: impl UseCases,
    stopping: &CancellationToken,
    request: Request<Bytes>,
) -> Response<BoxBody<Bytes, Infallible>> {
    if let Err(fault) = readable(request.body()) {
        return refused(fault, asked_by(request.body()));
    }
    let id = asked_by(request.body());
    let mut request = request.map(Full::new);
    if !takes_json(request.headers()) {
        let mut told = refused(ErrorData::invalid_request(NO_STREAMS, None), id);
        *told.status_mut() = StatusCode::NOT_ACCEPTABLE;
        return told;
    }
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static(EVERY_REPLY));
    let server = Server::new(Arc::new(use_cases));
    let settings = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_cancellation_token(stopping.child_token())
        // The listener knows the names in its settings, which a second check would refuse.
        .disable_allowed_hosts();
    let manager = Arc::new(NeverSessionManager::default());
    let service = StreamableHttpService::new(move || Ok(server.clone()), manager, settings);
    in_the_envelope(service.handle(request).await, id).await
}

/// The types of replies that the transport wants to see named, also where it sends the first alone.
const EVERY_REPLY: &str = "application/json, text/event-stream";

/// What is said to a client that takes nothing that is sent.
const NO_STREAMS: &str = "Each request is answered with application/json, which the header Accept leaves out; there are no streams";

/// Whether a client takes what each request is answered with, by its name or by a range such as `*/*`: the transport knows names alone,
/// and wants that of streams too, of which there is none here. Who says nothing of it takes everything, as HTTP has it.
fn takes_json(headers: &HeaderMap) -> bool {
    if !headers.contains_key(ACCEPT) {
        return true;
    }
    let listed = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<(String, bool)> =
        listed.flat_map(|value| value.split(',')).map(range).collect();
    // What is said of a type counts before what is said of its range.
    let ways = ["application/json", "application/*", "*/*"];
    let said = ways.iter().find_map(|way| ranges.iter().find(|(range, _)| range == way));
    said.is_some_and(|(_, is_taken)| *is_taken)
}

/// A range of an Accept header, and whether what is in it is taken.
fn range(item: &str) -> (String, bool) {
    let mut parts = item.split(';').map(|part| part.trim().to_ascii_lowercase());
    let range = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix("q=")?.trim().parse::<f32>().ok());
    (range, weight.is_none_or(|weight| weight > 0.0))
}

/// A reply in the envelope of the protocol: what the transport says of headers that it does not take is bare text.
async fn in_the_envelope(
    reply: Response<BoxBody<Bytes, Infallible>>,
    id: Option<RequestId>,
) -> Response<BoxBody<Bytes, Infallible>> {
    let is_json = reply
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if !reply.status().is_client_error() || is_json {
        return reply;
    }
    let status = reply.status();
    let body = reply.into_body().collect().await.unwrap_or_else(|never| match never {});
    let said = String::from_utf8_lossy(&body.to_bytes()).trim().to_owned();
    let mut told = refused(ErrorData::invalid_request(said, None), id);
    *told.status_mut() = status;
    told
}

/// Whether a body is a message of the protocol.
pub(crate) fn readable(body: &[u8]) -> Result<(), ErrorData> {
    match serde_json::from_slice::<ClientJsonRpcMessage>(body) {
        // A field that stands twice would be read as either.
        Ok(_) => strict_json::object(body.trim_ascii_end())
            .map(drop)
            .map_err(|why| ErrorData::invalid_request(why, None)),
        Err(error) if error.is_data() => {
            Err(ErrorData::invalid_request("The body is no message of JSON-RPC 2.0", None))
        }
        Err(error) => Err(unreadable(&error)),
    }
}

/// The id of a request that is none otherwise, so that whoever sent it does not wait in vain.
pub(crate) fn asked_by(body: &[u8]) -> Option<RequestId> {
    let mut body: serde_json::Value = serde_json::from_slice(body).ok()?;
    serde_json::from_value(body.get_mut("id")?.take()).ok()
}

/// What is said of a text that is no JSON.
fn unreadable(error: &serde_json::Error) -> ErrorData {
    ErrorData::parse_error(format!("The message is no JSON: {error}"), None)
}

/// The message that answers what is none. Where it is not known whom it answers, its id is null (JSON-RPC 2.0, 5).
pub(crate) fn refusal(fault: ErrorData, id: Option<RequestId>) -> String {
    // A message with an error always serialises.
    let mut told = serde_json::to_value(ServerJsonRpcMessage::error(fault, id)).unwrap_or_default();
    if let Some(told) = told.as_object_mut() {
        told.entry("id").or_insert(serde_json::Value::Null);
    }
    told.to_string()
}

/// The reply to a body that is no message.
fn refused(fault: ErrorData, id: Option<RequestId>) -> Response<BoxBody<Bytes, Infallible>> {
    let mut reply = Response::new(Full::new(Bytes::from(refusal(fault, id))).boxed());
    *reply.status_mut() = StatusCode::BAD_REQUEST;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_takes_json_by_name_or_by_range() {
        for (accept, takes) in [
            ("*/*", true),
            ("application/*;q=0.8, text/event-stream", true),
            ("text/*, Application/JSON", true),
            (EVERY_REPLY, true),
            ("application/json", true),
            ("text/html, application/json;q=0.9", true),
            ("text/event-stream; q=0, */*", true),
            ("application/json; q=0, */*", false),
            ("text/event-stream", false),
            ("*/*;q=0.0", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(takes_json(&headers), takes, "{accept}");
        }
        assert!(takes_json(&HeaderMap::new()), "nothing is said of it");
    }

    #[test]
    fn a_message_is_json_in_which_no_field_stands_twice() {
        let call = |arguments: &str| {
            let params = format!(r#"{{"name":"run_study","arguments":{arguments}}}"#);
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#)
        };
        assert_eq!(readable((call(r#"{"panel":5}"#) + "\r\n").as_bytes()), Ok(()));
        for (arguments, why) in [
            (r#"{"panel":5,"panel":50}"#, "\"panel\" stands twice"),
            (r#"{"audience":{"gender":"male","gender":"all"}}"#, "\"gender\" stands twice"),
            (r#"{"panel":}"#, "no JSON"),
        ] {
            let told = readable(call(arguments).as_bytes()).unwrap_err().message;
            assert!(told.contains(why), "{told}");
        }
        assert!(readable(b"{}").unwrap_err().message.contains("no message"));
    }
}
