//! A request that is not answered with what it asked for: the status, and the error as the whole product tells errors.
//! The door under whose paths it came words it in its own envelope.

use axum::http::header::{ALLOW, CONNECTION, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use protocol::error::{ApiError, ErrorCode};
use protocol::hint::{Hint, HintWording, Remedy};
use serde_json::Value;

/// The word for a connection that came when all were taken.
pub(super) const NO_PLACE: &str = "too_many_connections";

/// Seconds after which a connection is likely to be free.
const NO_PLACE_WAIT: u64 = 1;

/// What a request gets that is refused.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    /// The status.
    pub(crate) status: StatusCode,
    /// The word for it in our own envelope: that of the error, or of the rule of HTTP that was broken.
    pub(crate) code: &'static str,
    /// The sentence, the hints and the problems.
    pub(crate) error: Box<ApiError>,
    /// Further headers.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// What envelopes with a place for it tell beside the sentence, as an object.
    pub(crate) details: Option<Value>,
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        // Whoever holds a key is told of no files: which one it is, and why, is for its owner.
        let error = match error.code {
            ErrorCode::Degraded => ApiError { cause: error.cause, ..no_writes() },
            _ => error,
        };
        let status = StatusCode::from_u16(error.code.http_status());
        let mut headers = Vec::new();
        if let Some(wait) = error.retry_after_ms {
            headers.push((RETRY_AFTER, HeaderValue::from(wait.div_ceil(1000).max(1))));
        }
        if error.code == ErrorCode::Unauthorized {
            headers.push((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
        }
        Self {
            status: status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            code: error.code.as_str(),
            error: Box::new(error),
            headers,
            details: None,
        }
    }
}

impl Refusal {
    fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<Hint>,
    ) -> Self {
        let error = ApiError::new(kind(status), message).hint(hint);
        Self { status, code, error: Box::new(error), headers: Vec::new(), details: None }
    }

    /// Everything that there is to say, in one text, in the words of a door.
    pub(crate) fn in_one_text(&self, words: &dyn HintWording) -> String {
        let error = &self.error;
        let mut said = error.message.clone();
        let problems = error.problems.iter();
        let problems: Vec<String> = problems
            .map(|problem| match problem.hint.told(words) {
                Some(hint) => format!("{} ({hint})", problem.what),
                None => problem.what.clone(),
            })
            .collect();
        if !problems.is_empty() {
            said.push_str(&format!(": {}", problems.join("; ")));
        }
        for hint in error.hints.iter().filter_map(|hint| hint.told(words)) {
            said.push_str(&format!(". {hint}"));
        }
        said
    }

    /// The same, after which the connection ends: what is left of the request is not read.
    fn closing(mut self) -> Self {
        self.headers.push((CONNECTION, HeaderValue::from_static("close")));
        self
    }

    /// The host is missing, or named twice.
    pub(super) fn unclear_host() -> Self {
        let hint = "Send one Host header, the same as in the address";
        Self::new(
            StatusCode::BAD_REQUEST,
            "bad_request",
            "The request names no host, or several",
            hint,
        )
        .closing()
    }

    /// The host is none of ours.
    pub(super) fn foreign_host() -> Self {
        let hint = Hint::from(Remedy::owner("See the address to use", "demoscope daemon status"))
            .or("further names stand in `hosts` in [http] of the daemon's settings");
        let what = "The daemon is not called by that host name";
        Self::new(StatusCode::MISDIRECTED_REQUEST, "misdirected", what, hint).closing()
    }

    /// A page of another origin made the request.
    pub(super) fn foreign_origin() -> Self {
        let what = "Pages of other origins may not call the daemon";
        let hint = "Call it from a program, not from a page in a browser";
        Self::new(StatusCode::FORBIDDEN, "foreign_origin", what, hint).closing()
    }

    /// A key stands in the address.
    pub(super) fn key_in_address() -> Self {
        let what = "A key stands in the address, where logs and histories keep it";
        let hint = Hint::from("Send it as `Authorization: Bearer KEY`")
            .or(Remedy::owner("replace it", "demoscope keys rotate ID"));
        Self::new(StatusCode::BAD_REQUEST, "key_in_url", what, hint)
    }

    /// The address cannot be read.
    pub(super) fn unreadable_address() -> Self {
        let what = "There is nothing at this path, which is not UTF-8";
        Self::new(StatusCode::NOT_FOUND, "not_found", what, "Encode it as UTF-8")
    }

    /// Nothing is there.
    pub(super) fn no_such_path() -> Self {
        let what = "There is nothing at this path";
        Self::new(StatusCode::NOT_FOUND, "not_found", what, "GET / lists what there is")
    }

    /// The path does not take that method.
    pub(super) fn wrong_method(allowed: &str) -> Self {
        let what = "This path does not take that method";
        let mut refusal = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            what,
            format!("Use {allowed}"),
        );
        refusal.headers.extend(HeaderValue::from_str(allowed).ok().map(|value| (ALLOW, value)));
        refusal
    }

    /// The body is of a kind that is not taken.
    pub(super) fn wrong_type() -> Self {
        let what = "The body must be JSON, not compressed";
        let hint = "Send `Content-Type: application/json` and no Content-Encoding";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        Self::new(status, "unsupported_media_type", what, hint).closing()
    }

    /// The body is too large.
    pub(super) fn too_large(bytes: usize) -> Self {
        let what = format!("The body is larger than {} KiB", bytes / 1024);
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", what, "Send less at once")
            .closing()
    }

    /// The body did not come in time.
    pub(super) fn too_slow(seconds: u64) -> Self {
        let what = format!("The body did not arrive within {seconds} s");
        Self::new(StatusCode::REQUEST_TIMEOUT, "too_slow", what, "Send it without pauses").closing()
    }

    /// The body did not come whole.
    pub(super) fn cut_off() -> Self {
        let what = "The body did not arrive whole";
        Self::new(StatusCode::BAD_REQUEST, "bad_request", what, "Send it again").closing()
    }

    /// All connections are taken.
    pub(super) fn no_place() -> Self {
        let what = "All connections that there may be at the same time are taken";
        let hint =
            "Send it again in a second, over fewer connections; a valid key has more of them";
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let mut refusal = Self::new(status, NO_PLACE, what, hint).closing();
        refusal.headers.push((RETRY_AFTER, HeaderValue::from(NO_PLACE_WAIT)));
        refusal
    }

    /// The head of a request did not come in time.
    pub(super) fn slow_head() -> Self {
        let what = "The head of the request did not arrive in time";
        let hint = "Send it without pauses";
        Self::new(StatusCode::REQUEST_TIMEOUT, "too_slow", what, hint).closing()
    }

    /// What the parser refused, with the status that it gave.
    pub(super) fn malformed(status: StatusCode) -> Self {
        let client = || {
            Hint::from("Send it with a client of HTTP")
                .or(Remedy::owner("see the address to use", "demoscope daemon status"))
        };
        let (code, what, hint) = match status {
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => (
                "head_too_large",
                "The head of the request is too long, or has too many headers",
                Hint::from("Send at most 64 headers, and 16 KiB with the address"),
            ),
            StatusCode::URI_TOO_LONG => (
                "address_too_long",
                "The address of the request is too long",
                Hint::from("Send what is long in the body"),
            ),
            _ => ("bad_request", "The request cannot be read as HTTP/1.1", client()),
        };
        Self::new(status, code, what, hint).closing()
    }

    /// Three hooks led to this one.
    pub(super) fn hook_loop() -> Self {
        let what = "Three hooks in a row led to this one, so it starts nothing: a loop";
        let endpoints = "Check which endpoint leads to this source";
        let hint = Hint::from(Remedy::owner(endpoints, "demoscope hooks list"))
            .or(Remedy::owner("see the sources", "demoscope hooks sources list"));
        Self::new(StatusCode::LOOP_DETECTED, "loop", what, hint)
    }

    /// The code that answers failed.
    pub(super) fn defect() -> Self {
        ApiError::new(ErrorCode::Internal, "The daemon failed at this request")
            .hint("See the log for the details, under the request's id")
            .into()
    }
}

fn no_writes() -> ApiError {
    let what = "The daemon takes no writes at present; it takes them again by itself once there is room, or its owner has put it right";
    let error = ApiError::new(ErrorCode::Degraded, what).hint(
        Hint::from("Try again later").or(Remedy::owner("see what is wrong", "demoscope doctor")),
    );
    ApiError { retry_after_ms: Some(NO_WRITES_WAIT_MS), ..error }
}

/// When to try again after a write that was not taken: about as often as the store does.
const NO_WRITES_WAIT_MS: u64 = 10_000;

/// The error that is nearest to a status.
fn kind(status: StatusCode) -> ErrorCode {
    match status {
        StatusCode::NOT_FOUND => ErrorCode::NotFound,
        StatusCode::FORBIDDEN | StatusCode::MISDIRECTED_REQUEST => ErrorCode::Forbidden,
        StatusCode::SERVICE_UNAVAILABLE => ErrorCode::Busy,
        StatusCode::METHOD_NOT_ALLOWED | StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            ErrorCode::Unsupported
        }
        _ => ErrorCode::InvalidInput,
    }
}
