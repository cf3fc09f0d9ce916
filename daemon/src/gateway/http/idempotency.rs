//! The Idempotency-Key of a request: repeated with the same key, a request is the same submission, however often it is sent.
//! The same text with another API key is another one.

use axum::http::{HeaderMap, HeaderName};
use protocol::error::{ApiError, ErrorCode};
use protocol::id::SubmitKey;

use super::HttpContext;
use crate::app::ActiveKey;
use crate::domain::digest::Digest;

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");

/// The longest that is taken.
const LENGTH_MAX: usize = 255;

/// Whether a request has an Idempotency-Key.
pub(crate) fn is_given(headers: &HeaderMap) -> bool {
    headers.contains_key(HEADER)
}

/// The submission that a request makes as that one of several, counted from 0, where the first has that key.
pub(crate) fn following(first: SubmitKey, number: u32) -> SubmitKey {
    if number == 0 {
        return first;
    }
    let digest = Digest::new().text("demoscope.idempotency.following/1").raw(first.0.as_bytes());
    SubmitKey(digest.raw(number.to_be_bytes()).finish_id())
}

/// The submission that a request is: that of its Idempotency-Key, or a fresh one.
pub(crate) fn submission(
    context: &HttpContext,
    headers: &HeaderMap,
    key: &ActiveKey,
) -> Result<SubmitKey, ApiError> {
    let mut given = headers.get_all(HEADER).iter();
    let Some(first) = given.next() else { return Ok(SubmitKey(context.world.ids.fresh())) };
    let text = first.to_str().ok().filter(|text| (1..=LENGTH_MAX).contains(&text.len()));
    let (Some(text), None) = (text, given.next()) else {
        let what = "The Idempotency-Key is empty, too long, or not the only one";
        return Err(ApiError::new(ErrorCode::InvalidInput, what).hint(format!(
            "Send one of 1 to {LENGTH_MAX} plain characters, fresh for each request"
        )));
    };
    let digest = Digest::new().text("demoscope.idempotency/1").raw(key.id.0.to_be_bytes());
    Ok(SubmitKey(digest.text(text).finish_id()))
}

/// A conflict of submissions in the words of the header.
pub(crate) fn reworded(error: ApiError, headers: &HeaderMap) -> ApiError {
    if is_given(headers) { of_a_repetition(error) } else { error }
}

/// The same for a request that has one.
pub(crate) fn of_a_repetition(error: ApiError) -> ApiError {
    if error.code != ErrorCode::Conflict {
        return error;
    }
    used_before()
}

/// The refusal of a request whose key stands for another one.
pub(crate) fn used_before() -> ApiError {
    let what = "The Idempotency-Key was used for another request";
    ApiError::new(ErrorCode::Conflict, what)
        .hint("Send a fresh one for each request, and the same only with the very same body")
}
