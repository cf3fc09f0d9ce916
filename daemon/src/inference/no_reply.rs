//! What came with a success and is no JSON, in words that tell where it may have come from: a page of a web server or of a
//! proxy, nothing at all, or a reply that breaks off. A pure function of the type that is told and of the body.

use reqwest::header::{CONTENT_TYPE, HeaderMap};

/// Most characters of a type that are repeated.
const TYPE_MAX: usize = 40;

/// What that body is.
pub(super) fn described(headers: &HeaderMap, body: &[u8]) -> String {
    let told = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let told = told.and_then(|told| told.split(';').next()).map(str::trim).unwrap_or_default();
    let told: String = protocol::safe::line(told).chars().take(TYPE_MAX).collect();
    let of_type = if told.is_empty() { String::new() } else { format!(" ({told})") };
    let text = String::from_utf8_lossy(body.get(..1_024).unwrap_or(body)).to_ascii_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return "it answers with an empty body, not JSON".to_owned();
    }
    if text.starts_with("<!doctype html") || text.starts_with("<html") || told == "text/html" {
        return format!("it answers with an HTML page{of_type}, not JSON");
    }
    if text.starts_with('<') {
        return format!("it answers with XML{of_type}, not JSON");
    }
    if text.starts_with("data:") || text.starts_with("event:") {
        return format!("it answers with a stream of events{of_type}, not JSON");
    }
    let breaks_off =
        serde_json::from_slice::<serde::de::IgnoredAny>(body).is_err_and(|error| error.is_eof());
    if breaks_off {
        return format!("its JSON breaks off after {} bytes", body.len());
    }
    format!("it answers with something that is not JSON{of_type}")
}

/// The sentence that a body is, as plain text or as a JSON text; `None` where it is anything else, or longer than a sentence.
pub(super) fn sentence(body: &[u8]) -> Option<String> {
    /// Most bytes of a body that is a sentence.
    const LENGTH_MAX: usize = 500;
    let text = std::str::from_utf8(body.get(..body.len().min(LENGTH_MAX + 1))?).ok()?;
    let text = text.trim_start_matches('\u{feff}').trim();
    let said = serde_json::from_str::<String>(text).unwrap_or_else(|_| text.to_owned());
    let is_sentence = text.len() <= LENGTH_MAX && !said.starts_with(['<', '{', '[']);
    (is_sentence && said.contains(char::is_whitespace)).then_some(said)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn a_sentence_is_told_from_all_else() {
        for body in ["Your account is suspended.", "\"Your account is suspended.\"\n"] {
            assert_eq!(sentence(body.as_bytes()).unwrap(), "Your account is suspended.");
        }
        for body in ["", "<p>Your account</p>", "{\"a\": 1", "[1, 2]", "Unauthorized"] {
            assert_eq!(sentence(body.as_bytes()), None, "{body}");
        }
        assert_eq!(sentence("a ".repeat(400).as_bytes()), None);
    }

    #[test]
    fn what_came_is_named() {
        for (told, body, words) in [
            (
                "text/html; charset=utf-8",
                "\n<!DOCTYPE html><title>x</title>",
                "an HTML page (text/html), not JSON",
            ),
            ("text/html", "Welcome", "an HTML page (text/html), not JSON"),
            ("", "<html>", "an HTML page, not JSON"),
            ("application/xml", "<?xml version=\"1.0\"?>", "XML (application/xml), not JSON"),
            ("application/json", "  \n", "an empty body"),
            ("application/json", "{\"choices\": [{\"mess", "its JSON breaks off after 19 bytes"),
            ("text/event-stream", "data: {}", "a stream of events (text/event-stream)"),
            ("text/plain", "hello", "something that is not JSON (text/plain)"),
            ("application/json", "{\"a\": 1} x", "something that is not JSON"),
        ] {
            let mut headers = HeaderMap::new();
            if !told.is_empty() {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(told));
            }
            let said = described(&headers, body.as_bytes());
            assert!(said.contains(words), "{said}");
        }
    }
}
