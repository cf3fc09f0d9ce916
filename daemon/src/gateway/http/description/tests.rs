//! Tests of the description: it has every route, every reference leads somewhere, its examples can be sent, what comes back
//! has the schema that is told, and the page is one document without anything from elsewhere.

use std::collections::BTreeSet;

use axum::http::Method;
use protocol::key::{Dialect, KeyScope};
use serde_json::{Value, json};

use super::{DESCRIBED, DOCUMENT, DOORS, page};
use crate::gateway::http::door::Entrance;
use crate::gateway::http::tests::{Bench, bearer, request};

/// Every place in a document that refers to another one.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(to)) = fields.get("$ref") {
                found.push(to.clone());
            }
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// Why a value has not that schema; of JSON Schema the words that are used here.
fn misfit(schema: &Value, value: &Value, at: &str) -> Option<String> {
    if let Some(to) = schema["$ref"].as_str() {
        let target = DOCUMENT.pointer(to.strip_prefix('#').unwrap()).unwrap();
        if let Some(why) = misfit(target, value, at) {
            return Some(why);
        }
    }
    let is_type = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        _ => panic!("{at}: {name}"),
    };
    let types: Vec<&str> = match &schema["type"] {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().map(|name| name.as_str().unwrap()).collect(),
        _ => Vec::new(),
    };
    if !types.is_empty() && !types.iter().any(|name| is_type(name)) {
        return Some(format!("{at} is {value}, and no {types:?}"));
    }
    if schema.get("const").is_some_and(|only| only != value) {
        return Some(format!("{at} is {value}, and not {}", schema["const"]));
    }
    if schema["enum"].as_array().is_some_and(|all| !all.contains(value)) {
        return Some(format!("{at} is {value}, and none of {}", schema["enum"]));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.is_object() && value.get(name.as_str().unwrap()).is_none() {
            return Some(format!("{at} has no {name}: {value}"));
        }
    }
    for word in ["oneOf", "anyOf"] {
        let Some(all) = schema[word].as_array() else { continue };
        let whys: Vec<Option<String>> = all.iter().map(|one| misfit(one, value, at)).collect();
        if whys.iter().all(Option::is_some) {
            return Some(format!("{at} is none of {word}: {whys:?}"));
        }
    }
    for one in schema["allOf"].as_array().into_iter().flatten() {
        if let Some(why) = misfit(one, value, at) {
            return Some(why);
        }
    }
    for (name, value) in value.as_object().into_iter().flatten() {
        let (own, other) = (&schema["properties"][name], &schema["additionalProperties"]);
        if other == &json!(false) && own.is_null() {
            return Some(format!("{at} has a {name}"));
        }
        for schema in [own, if own.is_null() { other } else { &Value::Null }] {
            if let Some(why) = misfit(schema, value, &format!("{at}.{name}")) {
                return Some(why);
            }
        }
    }
    for value in value.as_array().into_iter().flatten() {
        if let Some(why) = misfit(&schema["items"], value, &format!("{at}[]")) {
            return Some(why);
        }
    }
    None
}

#[test]
fn every_route_is_described_and_nothing_else() {
    let routes: BTreeSet<(String, &str)> = DOORS
        .iter()
        .flat_map(|door| (door.routes)())
        .map(|route| (route.method.to_string(), route.path))
        .collect();
    for (method, path) in &routes {
        let operation = &DOCUMENT["paths"][path][method.to_lowercase()];
        assert!(operation["responses"].is_object(), "{method} {path}");
    }
    let count: usize = DOCUMENT["paths"]
        .as_object()
        .unwrap()
        .values()
        .map(|it| it.as_object().unwrap().len())
        .sum();
    assert_eq!(count, routes.len());
    for operation in DESCRIBED.iter().flat_map(|operations| operations()) {
        let known = (operation.method.to_string(), operation.path);
        assert!(routes.contains(&known), "{known:?} is described, and no route");
    }
}

#[test]
fn the_document_is_sound() {
    let mut found = Vec::new();
    references(&DOCUMENT, &mut found);
    assert!(found.len() > 50, "{}", found.len());
    for to in found {
        let place = to.strip_prefix('#').unwrap();
        assert!(DOCUMENT.pointer(place).is_some(), "{to} leads nowhere");
    }
    let mut ids = BTreeSet::new();
    for (path, methods) in DOCUMENT["paths"].as_object().unwrap() {
        for operation in methods.as_object().unwrap().values() {
            assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{path}: {operation}");
            let parts = path.matches('{').count();
            let told = operation["parameters"].as_array().into_iter().flatten();
            assert_eq!(told.filter(|one| one["in"] == "path").count(), parts, "{path}");
            for reply in operation["responses"].as_object().unwrap().values() {
                assert!(reply["description"].as_str().is_some_and(|it| !it.is_empty()), "{path}");
            }
        }
    }
    for (path, methods) in DOCUMENT["paths"].as_object().unwrap() {
        for operation in methods.as_object().unwrap().values() {
            let body = operation["requestBody"]["content"].as_object();
            let replies = operation["responses"].as_object().unwrap().values();
            let replies = replies.filter_map(|reply| reply["content"].as_object());
            for media in body.into_iter().chain(replies).flat_map(|content| content.values()) {
                if let Some(example) = media.get("example") {
                    assert_eq!(misfit(&media["schema"], example, path), None);
                }
            }
        }
    }
}

#[tokio::test]
async fn examples_can_be_sent_and_replies_are_as_described() {
    let bench = Bench::new(DOORS);
    let accept = ("accept", "application/json, text/event-stream");
    let mut study = String::from("@");
    let mut replayed = 0;
    // A study that has just begun has no results to compare or rank; a job or an evaluation is its own key's; and nothing came
    // from another service.
    let own_data = ["/compare/", "/rank", "/jobs/", "/results/", "/external/"];
    // What submits comes first, so that there is something to read.
    let mut routes: Vec<_> = DOORS
        .iter()
        .flat_map(|door| (door.routes)().into_iter().map(move |route| (door, route)))
        .collect();
    routes.sort_by_key(|(_, route)| route.method != Method::POST || route.path.contains('{'));
    for (door, route) in routes {
        if route.entrance == Entrance::Signed || route.path == "/events" {
            continue;
        }
        let operation = &DOCUMENT["paths"][route.path][route.method.as_str().to_lowercase()];
        let body = operation["requestBody"]["content"]["application/json"]["example"].to_string();
        let key = bearer(&bench.key(door.dialect, KeyScope::Admin).await);
        let path = route
            .path
            .replace("{id}", &study)
            .replace("{other}", &study)
            .replace("{control}", "pause");
        let headers =
            [("authorization", key.as_str()), ("content-type", "application/json"), accept];
        let got = bench.send(request(&route.method, &path, &headers, body)).await;
        let replies = operation["responses"].as_object().unwrap();
        let told = replies.get(&got.status.to_string()).or_else(|| replies.get("default")).unwrap();
        let is_good = got.status < 300;
        assert!(
            is_good || own_data.iter().any(|part| path.contains(part)),
            "{} {path}: {got:?}",
            route.method
        );
        let content = &told["content"];
        if let Some(media) = content
            .get("application/json")
            .filter(|_| got.header("content-type") == "application/json")
        {
            let value: Value = serde_json::from_str(&got.text).unwrap();
            assert_eq!(misfit(&media["schema"], &value, &path), None, "{path}: {value}");
            if door.dialect == Dialect::Demoscope
                && let Some(id) = value["study"]["id"].as_str()
            {
                id.clone_into(&mut study);
            }
        }
        replayed += 1;
    }
    assert!(replayed > 12, "{replayed}");
}

#[tokio::test]
async fn the_page_needs_nothing_and_escapes_everything() {
    let bench = Bench::new(DOORS);
    let got = bench.get("/docs", &[]).await;
    assert_eq!((got.status, got.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(got.header("content-security-policy").starts_with("default-src 'none'"));
    assert!(got.text.contains("/v1/evaluate") && got.text.contains("POST"));
    for outside in ["<script", "<link", "<img", "http://", "https://", "@import", "url("] {
        assert!(!got.text.contains(outside), "{outside}");
    }
    let hostile = "<script>alert('&\"')</script>";
    let mut document = json!({ "info": { "version": hostile, "description": hostile }, "tags": [{ "name": hostile }] });
    document["paths"][hostile]["get"] = json!({
        "tags": [hostile], "summary": hostile, "description": hostile,
        "parameters": [{ "name": hostile, "in": hostile, "description": hostile }],
        "responses": { (hostile): { "description": hostile, "content": { (hostile): { "schema": hostile, "example": hostile } } } },
    });
    document["components"]["schemas"][hostile] = hostile.into();
    let text = page::of(&document);
    assert!(!text.contains("<script") && text.contains("&lt;script&gt;alert(&#39;&amp;"), "{text}");
}
