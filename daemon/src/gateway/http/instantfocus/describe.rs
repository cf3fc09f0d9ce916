//! What is told of the routes of the contract. The request is read by hand, so its schema stands here, made of the same limits
//! and lists; replies are described by the types that are written, and results by the lists of their fields.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::evaluate::{JobMade, StudyMeta};
use super::jobs::JobReply;
use super::usage::{Health, KeyUsage};
use super::{BadReply, GoodReply, PlainMeta, request, result};
use crate::gateway::http::description::{Content, Operation, ReplyDescription};

/// A request that a program can send.
fn sent() -> Value {
    json!({
        "study_type": "concept_test",
        "stimulus": "A meal kit delivery service that uses AI to learn your taste preferences.",
        "panel_size": 10,
        "audience": { "gender": "all", "region": "us_national", "age_range": [25, 45] },
    })
}

/// What is told of the routes.
pub(crate) fn operations() -> Vec<Operation> {
    let get = |path, summary, about, content: Content| {
        let found = ReplyDescription::new(StatusCode::OK, summary, content);
        Operation::reading(path, summary, about, [found, refusal()])
    };
    let finished = json!({
        "type": "object",
        "required": ["ok", "data", "meta"],
        "properties": { "ok": { "const": true }, "data": result::schema(), "meta": { "type": "object" } },
    });
    vec![
        Operation {
            method: Method::POST,
            path: "/v1/evaluate",
            summary: "Run a study",
            about: "A panel of up to 100 personas is waited for; a larger one becomes a job at once. With an `Idempotency-Key` \
                    it is taken once, however often it is sent.",
            query: &[],
            body: Some(Content::json_here(request::schema(), Some(sent()))),
            replies: vec![
                ReplyDescription::new(
                    StatusCode::OK,
                    "The results",
                    Content::json_here(finished, None),
                ),
                ReplyDescription::new(
                    StatusCode::ACCEPTED,
                    "A job, to be polled at `poll_url`",
                    Content::json::<GoodReply<'static, JobMade, StudyMeta<'static>>>(None),
                ),
                refusal(),
            ],
        },
        get(
            "/v1/jobs/{id}",
            "A job, with its results when it has ended",
            "200 in every state; `status` is pending, processing, finalizing, completed or failed.",
            Content::json::<GoodReply<'static, JobReply<'static>, PlainMeta<'static>>>(None),
        ),
        get(
            "/v1/usage",
            "What the key used, and can still spend",
            "",
            Content::json::<GoodReply<'static, KeyUsage, PlainMeta<'static>>>(None),
        ),
        get("/v1/health", "Whether the service stands", "", Content::json::<Health>(None)),
    ]
}

fn refusal() -> ReplyDescription {
    ReplyDescription::otherwise(Content::json::<BadReply<'static>>(Some(json!({
        "ok": false,
        "error": { "code": "VALIDATION_ERROR", "message": "The request has faults: study_type is missing (send one of …)" },
        "meta": { "request_id": "7f3e2a10-0000-4000-8000-000000000000" },
    }))))
}

/// The schema of an object with these fields.
pub(super) fn object(required: &[&str], fields: Vec<(&str, Value)>) -> Value {
    let properties: Map<String, Value> =
        fields.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    json!({ "type": "object", "required": required, "properties": properties })
}
