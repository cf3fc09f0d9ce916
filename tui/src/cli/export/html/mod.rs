//! Self-contained HTML page: no script, nothing loaded, charts as inline SVG, suitable for print and for dark mode.
//! Every text passes [`escape`], so nothing that a respondent wrote can become markup.

mod chart;
mod prose;

use std::fmt::Write as _;

use protocol::rounds::{RunKind, TextPart};
use protocol::safe;

use super::document::{Block, Document};

/// The style sheet of the page.
const STYLE: &str = include_str!("style.css");
/// The content security policy: nothing is allowed but the page's own style.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The page of a document.
pub(super) fn page(document: &Document) -> String {
    let mut out = String::with_capacity(32 * 1024);
    let title = escape(&document.title);
    let (word, label) = (document.kind.word(), document.kind.label());
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title} · {word}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<p class=\"label\">{label}</p>\n\
         <h1>{title}</h1>\n<p class=\"subtitle\">{}</p>\n</header>\n<main>\n",
        escape(&document.subtitle)
    );
    out.push_str("<nav aria-label=\"Parts of this report\">\n");
    for (place, section) in document.sections.iter().enumerate() {
        let _ = writeln!(out, "<a href=\"#part-{place}\">{}</a>", escape(&section.heading));
    }
    out.push_str("</nav>\n");
    for (place, section) in document.sections.iter().enumerate() {
        let heading = escape(&section.heading);
        let _ = writeln!(
            out,
            "<section aria-labelledby=\"part-{place}\">\n<h2 id=\"part-{place}\">{heading}</h2>"
        );
        for block in &section.blocks {
            write_block(&mut out, block);
        }
        out.push_str("</section>\n");
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// What was taken out and what was put in, marked as such.
fn changes(parts: &[TextPart]) -> String {
    let marked = parts.iter().map(|part| {
        let text = escape(&safe::block(&part.text)).replace('\n', "<br>");
        match part.kind {
            RunKind::Same => text,
            RunKind::Out => format!("<del>{text}</del>"),
            RunKind::In => format!("<ins>{text}</ins>"),
        }
    });
    marked.collect::<Vec<_>>().join(" ")
}

fn write_block(out: &mut String, block: &Block) {
    // Writing to a string cannot fail.
    let _ = match block {
        Block::Paragraph(text) => writeln!(out, "<p>{}</p>", sentence(text)),
        Block::Warning(text) => writeln!(out, "<p class=\"warning\">{}</p>", escape(text)),
        Block::Subheading(text) => writeln!(out, "<h3>{}</h3>", escape(text)),
        Block::Bullets(points) => {
            out.push_str("<ul>\n");
            for point in points {
                let _ = writeln!(out, "<li>{}</li>", sentence(point));
            }
            writeln!(out, "</ul>")
        }
        Block::Verbatim(text) => {
            writeln!(
                out,
                "<blockquote class=\"stimulus\">\n{}</blockquote>",
                prose::paragraphs(text)
            )
        }
        Block::Changes(parts) => writeln!(out, "<p class=\"changes\">{}</p>", changes(parts)),
        Block::Exact(text) => writeln!(out, "<pre>{}</pre>", escape(text.trim())),
        Block::Figures(figures) => {
            out.push_str("<div class=\"figures\">\n");
            for figure in figures {
                let _ = writeln!(
                    out,
                    "<div><span class=\"name\">{}</span><strong>{}</strong><span class=\"remark\">{}</span></div>",
                    escape(&figure.label),
                    escape(&figure.value),
                    escape(&figure.remark)
                );
            }
            writeln!(out, "</div>")
        }
        Block::Facts(facts) => {
            out.push_str("<dl>\n");
            for (name, value) in facts {
                let _ = writeln!(out, "<dt>{}</dt><dd>{}</dd>", escape(name), escape(value));
            }
            writeln!(out, "</dl>")
        }
        Block::Quotes { about, quotes } => {
            let _ =
                writeln!(out, "<div class=\"quotes\">\n<p class=\"about\">{}</p>", escape(about));
            for (text, answer) in quotes {
                let _ = writeln!(
                    out,
                    "<figure><blockquote>{}</blockquote><figcaption>{}</figcaption></figure>",
                    escape(text.trim()),
                    escape(answer)
                );
            }
            writeln!(out, "</div>")
        }
        Block::Chart(found) => writeln!(out, "{}", chart::draw(found)),
        Block::Table { head, rows } => {
            out.push_str("<div class=\"table\"><table>\n<thead><tr>");
            for cell in head {
                let _ = write!(out, "<th scope=\"col\">{}</th>", escape(cell));
            }
            out.push_str("</tr></thead>\n<tbody>\n");
            for row in rows {
                out.push_str("<tr>");
                for cell in row {
                    let _ = write!(out, "<td>{}</td>", escape(cell));
                }
                out.push_str("</tr>\n");
            }
            writeln!(out, "</tbody>\n</table></div>")
        }
    };
}

/// A sentence of the report, with a no-break space before each percent sign.
fn sentence(text: &str) -> String {
    escape(text).replace(" %", "\u{a0}%")
}

/// Escapes a text, so that it is shown literally.
pub(super) fn escape(text: &str) -> String {
    let clean = safe::block(text);
    let mut out = String::with_capacity(clean.len());
    for letter in clean.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
