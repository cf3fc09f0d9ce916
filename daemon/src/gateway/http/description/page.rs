//! The description as a page for people: one document that loads nothing from anywhere, and in which every text is escaped.

use serde_json::Value;

/// Its style; the page has no script.
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}\
     code,pre{font-family:ui-monospace,monospace;font-size:.9em}pre{background:#8881;padding:.7rem;overflow-x:auto}\
     h3{margin-bottom:.2rem}table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.1rem 1rem .1rem 0}\
     details{margin:.5rem 0}@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}a{color:#8cf}}";

/// The page of a document.
pub(super) fn of(document: &Value) -> String {
    let mut out = String::from("<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">");
    let version = escaped(document["info"]["version"].as_str().unwrap_or_default());
    let about = escaped(document["info"]["description"].as_str().unwrap_or_default());
    put(
        &mut out,
        format_args!("<title>Demoscope's HTTP interface</title><style>{STYLE}</style>\n"),
    );
    put(&mut out, format_args!("<h1>Demoscope {version}</h1>\n<p>{about}</p>\n"));
    out.push_str(
        "<p>For programs: <a href=\"/openapi.json\">/openapi.json</a> (OpenAPI 3.1).</p>\n",
    );
    for tag in document["tags"].as_array().into_iter().flatten() {
        let name = tag["name"].as_str().unwrap_or_default();
        put(&mut out, format_args!("<h2>{}</h2>\n", escaped(name)));
        for (path, methods) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                if operation["tags"][0].as_str() == Some(name) {
                    put_operation(&mut out, path, method, operation);
                }
            }
        }
    }
    out.push_str("<h2>Schemas</h2>\n");
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        let name = escaped(name);
        put(
            &mut out,
            format_args!("<details id=\"{name}\"><summary><code>{name}</code></summary>"),
        );
        put(&mut out, format_args!("<pre>{}</pre></details>\n", pretty(schema)));
    }
    out.push_str("</html>\n");
    out
}

fn put_operation(out: &mut String, path: &str, method: &str, operation: &Value) {
    let text = |name: &str| escaped(operation[name].as_str().unwrap_or_default());
    let method = escaped(&method.to_ascii_uppercase());
    put(out, format_args!("<h3><code>{method} {}</code></h3>\n", escaped(path)));
    put(out, format_args!("<p><b>{}.</b> {}</p>\n", text("summary"), text("description")));
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let rows: String = parameters
        .map(|parameter| {
            let cell = |name: &str| escaped(parameter[name].as_str().unwrap_or_default());
            format!(
                "<tr><td><code>{}</code><td>{}<td>{}",
                cell("name"),
                cell("in"),
                cell("description")
            )
        })
        .collect();
    if !rows.is_empty() {
        put(out, format_args!("<table>{rows}</table>\n"));
    }
    put_content(out, "Body", &operation["requestBody"]["content"]);
    for (status, reply) in operation["responses"].as_object().into_iter().flatten() {
        let about = reply["description"].as_str().unwrap_or_default();
        let heading = format!("{status}: {about}");
        match &reply["content"] {
            Value::Null => put(out, format_args!("<p>{}</p>\n", escaped(&heading))),
            content => put_content(out, &heading, content),
        }
    }
}

fn put_content(out: &mut String, heading: &str, content: &Value) {
    for (kind, media) in content.as_object().into_iter().flatten() {
        let (heading, kind) = (escaped(heading), escaped(kind));
        put(out, format_args!("<details><summary>{heading} <code>{kind}</code></summary>"));
        if let Some(example) = media.get("example") {
            put(out, format_args!("<p>For example:</p><pre>{}</pre>", pretty(example)));
        }
        put(out, format_args!("<p>Schema:</p><pre>{}</pre></details>\n", pretty(&media["schema"])));
    }
}

fn put(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.push_str(&text.to_string());
}

fn pretty(value: &Value) -> String {
    escaped(&serde_json::to_string_pretty(value).unwrap_or_default())
}

/// A text within a page, where it can be nothing else.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in protocol::safe::block(text).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(letter),
        }
    }
    out
}
