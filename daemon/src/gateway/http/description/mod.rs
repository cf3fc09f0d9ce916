//! The description of the doors, as OpenAPI 3.1 and as a page: every route of every door, with who may enter and what body it
//! takes, from the table of routes itself; and what a door tells beyond that, as a list of operations of its own in
//! `DESCRIBED`. A door without a list is described by its routes.

mod document;
mod page;

use std::sync::LazyLock;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

use super::{DOORS, agents, hooks_in, instantfocus, own, refynd, reply};

/// What doors tell of their routes: a door that wants to tell more than its table is one line here.
const DESCRIBED: &[fn() -> Vec<Operation>] = &[
    own::operations,
    instantfocus::operations,
    refynd::operations,
    agents::operations,
    hooks_in::operations,
];

/// What is told of a route.
pub(crate) struct Operation {
    /// Its method.
    pub(crate) method: Method,
    /// Its path, as in the table of routes.
    pub(crate) path: &'static str,
    /// What it does, in a few words.
    pub(crate) summary: &'static str,
    /// What else there is to know.
    pub(crate) about: &'static str,
    /// What its address takes behind the path.
    pub(crate) query: &'static [Parameter],
    /// The body it takes.
    pub(crate) body: Option<Content>,
    /// What it replies.
    pub(crate) replies: Vec<ReplyDescription>,
}

impl Operation {
    /// A route that is read, without parameters and body.
    pub(crate) fn reading(
        path: &'static str,
        summary: &'static str,
        about: &'static str,
        replies: [ReplyDescription; 2],
    ) -> Self {
        let (method, query, body) = (Method::GET, &[], None);
        Self { method, path, summary, about, query, body, replies: replies.into() }
    }
}

/// A parameter of the address.
pub(crate) struct Parameter {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it says.
    pub(crate) about: &'static str,
    /// What it takes.
    pub(crate) kind: ParameterKind,
}

/// What a parameter takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ParameterKind {
    /// A whole number from 0 on.
    Whole,
    /// The number of items on a page.
    PageLength,
    /// `true`, or anything else for false.
    Truth,
    /// A word.
    Text,
}

/// A body, sent or received.
pub(crate) struct Content {
    /// Its type.
    pub(crate) kind: &'static str,
    /// Its schema.
    pub(crate) schema: ContentSchema,
    /// One that a program can send, or may receive.
    pub(crate) example: Option<Value>,
}

/// The schema of a body.
pub(crate) enum ContentSchema {
    /// That of a type.
    Of(fn(&mut SchemaGenerator) -> Schema),
    /// One that stands here, for what is read by hand.
    Here(Value),
}

/// A reply.
pub(crate) struct ReplyDescription {
    /// Its status; none for every other one.
    pub(crate) status: Option<StatusCode>,
    /// What it means.
    pub(crate) about: &'static str,
    /// Its body.
    pub(crate) content: Option<Content>,
}

impl Content {
    /// JSON with the schema of a type.
    pub(crate) fn json<T: JsonSchema>(example: Option<Value>) -> Self {
        let schema = ContentSchema::Of(SchemaGenerator::subschema_for::<T>);
        Self { kind: "application/json", schema, example }
    }

    /// JSON with a schema that stands here.
    pub(crate) fn json_here(schema: Value, example: Option<Value>) -> Self {
        Self { kind: "application/json", schema: ContentSchema::Here(schema), example }
    }

    /// A text of that type.
    pub(crate) fn text(kind: &'static str) -> Self {
        let schema = ContentSchema::Here(serde_json::json!({ "type": "string" }));
        Self { kind, schema, example: None }
    }
}

impl ReplyDescription {
    /// The reply with that status.
    pub(crate) fn new(status: StatusCode, about: &'static str, content: Content) -> Self {
        Self { status: Some(status), about, content: Some(content) }
    }

    /// Every reply with another status.
    pub(crate) fn otherwise(content: Content) -> Self {
        Self {
            status: None,
            about: "A refusal: what is wrong, and what to do",
            content: Some(content),
        }
    }
}

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| document::of(DOORS, DESCRIBED));

/// Answers with the document.
pub(super) fn openapi() -> Response {
    reply::json(StatusCode::OK, &*DOCUMENT)
}

/// Answers with the page.
pub(super) fn docs() -> Response {
    reply::page(page::of(&DOCUMENT))
}

#[cfg(test)]
mod tests;
