//! The document: OpenAPI 3.1, whose schemas are JSON Schema 2020-12. What the table of routes knows is told of every route; an
//! operation of a door adds words, schemas and examples.

use axum::http::Method;
use schemars::SchemaGenerator;
use schemars::generate::{Contract, SchemaSettings};
use serde_json::{Map, Value, json};

use super::{Content, ContentSchema, Operation, Parameter, ParameterKind};
use crate::gateway::http::door::{BodyRule, Door, Entrance, Route};
use crate::gateway::http::query::PAGE_LENGTHS;

/// What stands at its top.
const ABOUT: &str = "The HTTP interface of Demoscope: its own API, and contracts of other services for their clients. A key is made \
     with `demoscope keys create --dialect NAME` and sent as `Authorization: Bearer KEY`; it is shown once.";

/// The document of these doors.
pub(super) fn of(doors: &[Door], described: &[fn() -> Vec<Operation>]) -> Value {
    let mut generator = generator();
    let told: Vec<Operation> = described.iter().flat_map(|operations| operations()).collect();
    let mut paths: Map<String, Value> = Map::new();
    let mut keys: Map<String, Value> = Map::new();
    for door in doors {
        for route in (door.routes)() {
            let is_it = |one: &&Operation| one.method == route.method && one.path == route.path;
            let operation = operation(door, &route, told.iter().find(is_it), &mut generator);
            let method = route.method.as_str().to_ascii_lowercase();
            let path = paths.entry(route.path).or_insert_with(|| json!({}));
            path[method] = operation;
            keys.insert(
                key_name(door),
                json!({
                    "type": "http",
                    "scheme": "bearer",
                    "description": format!("A key of `demoscope keys create --dialect {}`", door.dialect),
                }),
            );
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Demoscope", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT },
        "servers": [{ "url": "/" }],
        "tags": doors.iter().map(|door| json!({ "name": door.about })).collect::<Vec<_>>(),
        "paths": paths,
        "components": { "schemas": generator.take_definitions(true), "securitySchemes": keys },
    })
}

/// What makes schemas that are shared.
fn generator() -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.contract = Contract::Serialize;
        settings.meta_schema = None;
    });
    settings.into_generator()
}

/// What makes the schema of a body that is read: a field that may be left out is not required there.
fn reading() -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    settings.into_generator()
}

fn key_name(door: &Door) -> String {
    format!("{}_key", door.dialect)
}

fn operation(
    door: &Door,
    route: &Route,
    told: Option<&Operation>,
    generator: &mut SchemaGenerator,
) -> Value {
    let mut own = json!({
        "operationId": operation_id(&route.method, route.path),
        "tags": [door.about],
        "summary": told.map_or("See the contract of this door", |told| told.summary),
        "security": match route.entrance {
            Entrance::Key(_) => json!([{ (key_name(door)): [] }]),
            Entrance::Anybody | Entrance::Signed => json!([]),
        },
        "responses": replies(told, generator),
    });
    let entrance = match route.entrance {
        Entrance::Anybody => "For everybody: it needs no key.".to_owned(),
        Entrance::Signed => "Signed by its sender; it needs no key.".to_owned(),
        Entrance::Key(scope) => format!("Needs a key with the scope `{scope}`."),
    };
    let about = told.map(|told| told.about).filter(|about| !about.is_empty());
    own["description"] =
        about.map_or(entrance.clone(), |about| format!("{about} {entrance}")).into();
    let parameters: Vec<Value> = parts(route.path)
        .map(|name| {
            json!({
                "name": name, "in": "path", "required": true, "description": part(name), "schema": { "type": "string" },
            })
        })
        .chain(told.into_iter().flat_map(|told| told.query.iter().map(query)))
        .collect();
    if !parameters.is_empty() {
        own["parameters"] = parameters.into();
    }
    let body = match (told.and_then(|told| told.body.as_ref()), route.body) {
        (_, BodyRule::Nothing) => None,
        (Some(body), _) => Some(content(body, &mut reading())),
        (None, BodyRule::Json) => {
            Some(json!({ "application/json": { "schema": { "type": "object" } } }))
        }
        (None, BodyRule::Bytes) => Some(json!({ "application/octet-stream": {} })),
    };
    if let Some(body) = body {
        own["requestBody"] = json!({ "required": true, "content": body });
    }
    own
}

/// A name for code that is made from the document: `get_api_demoscope_v1_studies_id`.
fn operation_id(method: &Method, path: &str) -> String {
    let words: Vec<&str> = path
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let words = if words.is_empty() { "index".to_owned() } else { words.join("_") };
    format!("{}_{words}", method.as_str().to_ascii_lowercase())
}

/// The names that stand in braces in a path.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// What a part of a path names.
fn part(name: &str) -> &'static str {
    match name {
        "id" | "other" => {
            "A study, job or result, by its id; our own API also takes the beginning of one, or @ for the newest study"
        }
        "control" => "What is done: pause, resume, cancel, retry, archive or unarchive",
        "source" => "The name of a source that the owner added",
        _ => "See the contract of this door",
    }
}

fn query(parameter: &Parameter) -> Value {
    let schema = match parameter.kind {
        ParameterKind::Whole => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
        ParameterKind::PageLength => {
            json!({ "type": "integer", "minimum": PAGE_LENGTHS.0, "maximum": PAGE_LENGTHS.1 })
        }
        ParameterKind::Truth => json!({ "type": "boolean" }),
        ParameterKind::Text => json!({ "type": "string" }),
    };
    json!({ "name": parameter.name, "in": "query", "required": false, "description": parameter.about, "schema": schema })
}

fn replies(told: Option<&Operation>, generator: &mut SchemaGenerator) -> Value {
    let Some(told) = told.filter(|told| !told.replies.is_empty()) else {
        return json!({ "default": { "description": "As the contract of this door says" } });
    };
    let mut replies = Map::new();
    for reply in &told.replies {
        let status =
            reply.status.map_or("default".to_owned(), |status| status.as_u16().to_string());
        let kinds = reply.content.as_ref().map(|body| content(body, generator));
        // A reply that may be of several types is told once for each.
        let known = replies.entry(status).or_insert_with(|| json!({ "description": reply.about }));
        match (known.get_mut("content").and_then(Value::as_object_mut), kinds) {
            (Some(known), Some(Value::Object(more))) => known.extend(more),
            (None, Some(kinds)) => known["content"] = kinds,
            (_, _) => {}
        }
    }
    Value::Object(replies)
}

fn content(body: &Content, generator: &mut SchemaGenerator) -> Value {
    let schema = match &body.schema {
        ContentSchema::Of(schema) => schema(generator).to_value(),
        ContentSchema::Here(schema) => schema.clone(),
    };
    let mut media = json!({ "schema": schema });
    if let Some(example) = &body.example {
        media["example"] = example.clone();
    }
    json!({ (body.kind): media })
}
