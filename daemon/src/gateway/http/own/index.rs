//! The index: what runs here, what is behind which path, and how to get a key; a page for browsers, JSON for whoever asks for
//! it, and text for everybody else.

use axum::http::StatusCode;
use axum::http::header::ACCEPT;
use axum::response::Response;
use serde::Serialize;

use super::METRICS;
use crate::gateway::http::door::Visit;
use crate::gateway::http::{DOORS, reply};

/// How somebody gets a key.
const HOW_TO_GET_A_KEY: &str = "demoscope keys create";

#[derive(Serialize)]
struct Index {
    service: &'static str,
    version: &'static str,
    doors: Vec<DoorEntry>,
    keys: &'static str,
}

#[derive(Serialize)]
struct DoorEntry {
    about: &'static str,
    paths: Vec<String>,
}

/// Tells what runs here.
pub(super) fn index(visit: &Visit) -> Response {
    let doors = DOORS.iter().map(|door| DoorEntry {
        about: door.about,
        paths: (door.routes)()
            .iter()
            // Where figures are off, nothing is there.
            .filter(|route| route.path != METRICS || visit.context.tells_figures())
            .map(|route| format!("{} {}", route.method, route.path))
            .collect(),
    });
    let index = Index {
        service: "demoscope",
        version: env!("CARGO_PKG_VERSION"),
        doors: doors.collect(),
        keys: HOW_TO_GET_A_KEY,
    };
    let wanted = visit.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or("");
    if wanted.contains("text/html") {
        reply::page(page(&index))
    } else if wanted.contains("json") {
        reply::json(StatusCode::OK, &index)
    } else {
        reply::text(StatusCode::OK, text(&index))
    }
}

fn text(index: &Index) -> String {
    let mut out = format!("Demoscope {}\n", index.version);
    for door in &index.doors {
        out.push_str(&format!("\n{}\n", door.about));
        for path in &door.paths {
            out.push_str(&format!("  {path}\n"));
        }
    }
    out.push_str(&format!(
        "\nGet a key with `{}` on the machine where the daemon runs.\n",
        index.keys
    ));
    out
}

fn page(index: &Index) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Demoscope</title>\n\
         <style>body{{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem}}\
         code{{font-family:ui-monospace,monospace}}</style>\n<h1>Demoscope {}</h1>\n",
        index.version
    );
    for door in &index.doors {
        out.push_str(&format!("<h2>{}</h2>\n<ul>\n", door.about));
        for path in &door.paths {
            out.push_str(&format!("<li><code>{path}</code></li>\n"));
        }
        out.push_str("</ul>\n");
    }
    out.push_str(&format!(
        "<p>Get a key with <code>{}</code> on the machine where the daemon runs.</p>\n</html>\n",
        index.keys
    ));
    out
}
