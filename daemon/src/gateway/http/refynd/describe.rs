//! What is told of the routes of the contract. The request is read by hand, so its schema stands here, made of the same limits
//! and lists; replies are described by the types that are written.

use axum::http::{Method, StatusCode};
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::errors::ErrorReply;
use super::evaluate::AcceptedReply;
use super::{SpendableCredits, request};
use crate::dialect::refynd::{DataReply, EndedEvaluation, EvaluationUnderWay};
use crate::gateway::http::description::{Content, ContentSchema, Operation, ReplyDescription};

/// A request that a program can send.
fn sent() -> Value {
    json!({
        "content": "10 Morning Habits That Changed My Life",
        "contentType": "youtube",
        "mode": "expert_review",
        "panelSize": 10,
        "context": { "targetAudience": "25-35 year old professionals", "goal": "maximize CTR" },
    })
}

/// An evaluation in any state.
fn evaluation(generator: &mut SchemaGenerator) -> Schema {
    let under_way = generator.subschema_for::<DataReply<EvaluationUnderWay>>();
    let ended = generator.subschema_for::<DataReply<EndedEvaluation>>();
    json_schema!({ "anyOf": [under_way, ended] })
}

/// What is told of the routes.
pub(crate) fn operations() -> Vec<Operation> {
    let get = |path, summary, about, content: Content| {
        let found = ReplyDescription::new(StatusCode::OK, summary, content);
        Operation::reading(path, summary, about, [found, refusal()])
    };
    let any =
        Content { kind: "application/json", schema: ContentSchema::Of(evaluation), example: None };
    vec![
        Operation {
            method: Method::POST,
            path: "/api/v1/evaluate",
            summary: "Have a content reviewed",
            about: "The credits of all rounds are held at once; those of rounds that are not asked come back. Results are polled, \
                    or sent to `webhookUrl`. With an `Idempotency-Key` it is taken once, however often it is sent.",
            query: &[],
            body: Some(Content::json_here(request::schema(), Some(sent()))),
            replies: vec![
                ReplyDescription::new(
                    StatusCode::OK,
                    "The evaluation is queued",
                    Content::json::<AcceptedReply>(None),
                ),
                refusal(),
            ],
        },
        get(
            "/api/v1/results/{id}",
            "An evaluation, with its results when it has ended",
            "200 in every state; `status` is queued, evaluating, complete or failed.",
            any,
        ),
        get(
            "/api/v1/balance",
            "Credits that the key can spend",
            "",
            Content::json::<DataReply<SpendableCredits>>(None),
        ),
    ]
}

fn refusal() -> ReplyDescription {
    ReplyDescription::otherwise(Content::json::<ErrorReply>(Some(json!({
        "error": {
            "code": "validation_error",
            "message": "panelSize is none of its options (send 10, 20 or 30)",
            "details": { "field": "panelSize", "allowed": [10, 20, 30] },
        },
    }))))
}
