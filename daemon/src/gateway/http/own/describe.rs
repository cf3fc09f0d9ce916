//! What is told of our own routes: the types are those that the commands print with `--json`.

use axum::http::{Method, StatusCode};
use protocol::external::{ExternalHead, ShownExternal};
use protocol::finding::Finding;
use protocol::ledger::Balance;
use protocol::results::{Comparison, Report, Response as StudyResponse};
use protocol::run::Study;
use protocol::service::Page;
use schemars::JsonSchema;
use serde_json::{Value, json};

use super::OwnError;
use super::api::Submitted;
use super::body::SentStudy;
use crate::gateway::http::description::{
    Content, Operation, Parameter, ParameterKind, ReplyDescription,
};

/// Offset and length of a page.
const PAGED: [Parameter; 2] = [
    Parameter {
        name: "offset",
        about: "Items to skip: the `next` of the page before",
        kind: ParameterKind::Whole,
    },
    Parameter {
        name: "limit",
        about: "Items on the page, at most 500; 100 where it is left out",
        kind: ParameterKind::PageLength,
    },
];

const LISTED: [Parameter; 3] = [
    Parameter {
        name: "archived",
        about: "Archived studies instead of the others",
        kind: ParameterKind::Truth,
    },
    Parameter {
        name: "offset",
        about: "Items to skip: the `next` of the page before",
        kind: ParameterKind::Whole,
    },
    Parameter {
        name: "limit",
        about: "Items on the page, at most 500; 100 where it is left out",
        kind: ParameterKind::PageLength,
    },
];

const COMPARED: [Parameter; 1] = [Parameter {
    name: "of",
    about: "The result that is compared, as `estimates` names it; the main one where it is left out",
    kind: ParameterKind::Text,
}];

const RANKED: [Parameter; 3] = [
    Parameter {
        name: "studies",
        about: "The ids of 2 to 200 studies that have ended, with commas",
        kind: ParameterKind::Text,
    },
    Parameter {
        name: "of",
        about: "The result that is ranked by, as `estimates` names it; the main one where it is left out",
        kind: ParameterKind::Text,
    },
    Parameter {
        name: "lowest_first",
        about: "Whether the lowest value is the best; left out, so it is of a concern",
        kind: ParameterKind::Truth,
    },
];

const EXPORTED: [Parameter; 1] = [Parameter {
    name: "format",
    about: "json (everything), csv (a row for each answer), md or html (the report as a page), or bundle (the evidence, line by \
            line); json where it is left out",
    kind: ParameterKind::Text,
}];

const FEED: [Parameter; 1] = [Parameter {
    name: "after",
    about: "The number of the last event that is known; a header `Last-Event-ID` says the same and wins",
    kind: ParameterKind::Whole,
}];

/// A study that a program can send.
fn sent() -> Value {
    json!({
        "text": "---\npanel: 10\nseed: 7\n---\nA meal kit delivery service that learns your taste. Nine dollars a dinner.",
        "file": "meal-kit.md",
        "settings": { "study": "concept_test", "name": "Meal kit" },
    })
}

/// What is told of the routes.
pub(crate) fn operations() -> Vec<Operation> {
    let mut all = of_the_daemon();
    all.extend(of_studies());
    all
}

/// The routes about the daemon itself.
fn of_the_daemon() -> Vec<Operation> {
    vec![
        text(
            "/",
            "What runs here",
            "As text, as JSON or as a page, by the Accept header.",
            "text/plain",
        ),
        text("/healthz", "Whether the daemon stands", "Replies `ok`.", "text/plain"),
        text("/docs", "This description as a page", "", "text/html"),
        Operation {
            replies: vec![ReplyDescription::new(
                StatusCode::OK,
                "The document",
                Content::json_here(json!({ "type": "object" }), None),
            )],
            ..text("/openapi.json", "This description", "OpenAPI 3.1.", "application/json")
        },
        Operation {
            query: &FEED,
            ..text(
                "/events",
                "The event feed",
                "Server-sent events, from the cursor on or from now on; each has its number as the id, so that a client that \
                 comes again misses nothing.",
                "text/event-stream",
            )
        },
        text(
            "/metrics",
            "Figures for Prometheus",
            "Where `http.metrics` switches them on.",
            "text/plain",
        ),
    ]
}

/// The routes about studies.
fn of_studies() -> Vec<Operation> {
    vec![
        Operation {
            query: &LISTED,
            ..read::<Page<Study>>("/api/demoscope/v1/studies", "Studies, newest first")
        },
        Operation {
            method: Method::POST,
            path: "/api/demoscope/v1/studies",
            summary: "Submit a study",
            about: "The text of a stimulus file, with its front matter; `settings` are the flags of `demoscope run` by their \
                    front-matter keys, and win. With an `Idempotency-Key` it is taken once, however often it is sent.",
            query: &[],
            body: Some(Content::json::<SentStudy>(Some(sent()))),
            replies: vec![
                ReplyDescription::new(
                    StatusCode::ACCEPTED,
                    "It is queued, and goes on by itself",
                    Content::json::<Submitted<Study>>(None),
                ),
                refusal(),
            ],
        },
        read::<Report>("/api/demoscope/v1/studies/{id}", "A study with its results so far"),
        Operation {
            query: &PAGED,
            ..read::<Page<StudyResponse>>(
                "/api/demoscope/v1/studies/{id}/answers",
                "Its answers, in respondent order",
            )
        },
        read::<Vec<Finding>>("/api/demoscope/v1/studies/{id}/findings", "Its findings"),
        Operation {
            query: &EXPORTED,
            replies: vec![
                ReplyDescription::new(
                    StatusCode::OK,
                    "The export in the format that was asked for",
                    Content::json_here(json!({ "type": "object" }), None),
                ),
                exported("text/csv"),
                exported("text/markdown"),
                exported("text/html"),
                exported("application/x-ndjson"),
                refusal(),
            ],
            ..text(
                "/api/demoscope/v1/studies/{id}/export",
                "A study as a file",
                "The bytes that `demoscope export` writes: everything as JSON, the answers as a table (csv), the report as a page (md, \
                 html), or the evidence (bundle). It is sent as it is read.",
                "application/json",
            )
        },
        Operation {
            method: Method::POST,
            about: "With an `Idempotency-Key` it is done once, however often it is sent; a repetition is told how the study stands.",
            ..read::<Submitted<Study>>(
                "/api/demoscope/v1/studies/{id}/{control}",
                "Pause, resume, cancel, retry or put away a study",
            )
        },
        Operation {
            query: &COMPARED,
            ..read::<Comparison>(
                "/api/demoscope/v1/compare/{id}/{other}",
                "Two studies against each other, second minus first",
            )
        },
        Operation {
            query: &RANKED,
            replies: vec![
                ReplyDescription::new(
                    StatusCode::OK,
                    "The studies, best first, and which of them cannot be told apart",
                    Content::json_here(json!({ "type": "object" }), None),
                ),
                refusal(),
            ],
            ..text(
                "/api/demoscope/v1/rank",
                "Several studies in order",
                "As `demoscope rank --json` prints it.",
                "application/json",
            )
        },
        read::<Balance>("/api/demoscope/v1/credits", "The owner's budget"),
        Operation {
            query: &PAGED,
            ..read::<Page<ExternalHead>>(
                "/api/demoscope/v1/external",
                "Results of other services, newest first",
            )
        },
        read::<ShownExternal>(
            "/api/demoscope/v1/external/{id}",
            "A result that another service told by a hook",
        ),
    ]
}

/// A route that replies with a text.
fn text(
    path: &'static str,
    summary: &'static str,
    about: &'static str,
    kind: &'static str,
) -> Operation {
    let asked = ReplyDescription::new(StatusCode::OK, "What was asked for", Content::text(kind));
    Operation::reading(path, summary, about, [asked, refusal()])
}

/// A route that replies with a type.
fn read<T: JsonSchema>(path: &'static str, summary: &'static str) -> Operation {
    let found = ReplyDescription::new(StatusCode::OK, summary, Content::json::<T>(None));
    Operation::reading(path, summary, "", [found, refusal()])
}

/// An export in another format than JSON.
fn exported(kind: &'static str) -> ReplyDescription {
    let about = "The export in the format that was asked for";
    ReplyDescription::new(StatusCode::OK, about, Content::text(kind))
}

/// A refusal in our envelope.
pub(crate) fn refusal() -> ReplyDescription {
    ReplyDescription::otherwise(Content::json::<OwnError<'static>>(Some(json!({
        "error": {
            "code": "not_found",
            "message": "There is no study '3f2a'",
            "hints": ["List them with GET /api/demoscope/v1/studies"],
            "request_id": "7f3e2a10-0000-4000-8000-000000000000",
        },
    }))))
}
