//! Markdown form of the document, for wikis and issues. Text from outside is escaped, so that it cannot become a link,
//! an image or markup; stimuli are in fenced blocks.

use std::fmt::Write as _;

use protocol::rounds::{RunKind, TextPart};
use protocol::safe;

use super::document::{Block, Chart, Document, Shape};

/// The document as Markdown.
pub(super) fn page(document: &Document) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "# {}\n\n**{}.** {}\n",
        escape(&document.title),
        document.kind.label(),
        escape(&document.subtitle)
    );
    for section in &document.sections {
        let _ = write!(out, "\n## {}\n", escape(&section.heading));
        for block in &section.blocks {
            out.push('\n');
            write_block(&mut out, block);
        }
    }
    out
}

fn write_block(out: &mut String, block: &Block) {
    let _ = match block {
        Block::Paragraph(text) => writeln!(out, "{}", escape(text)),
        Block::Warning(text) => writeln!(out, "> **{}**", escape(text)),
        Block::Subheading(text) => writeln!(out, "### {}", escape(text)),
        Block::Bullets(points) => {
            for point in points {
                let _ = writeln!(out, "- {}", escape(point));
            }
            Ok(())
        }
        Block::Verbatim(text) | Block::Exact(text) => {
            let text = safe::block(text.trim());
            let fence = fence(&text);
            writeln!(out, "{fence}text\n{text}\n{fence}")
        }
        Block::Changes(parts) => writeln!(out, "{}", changes(parts)),
        Block::Facts(facts) => {
            for (name, value) in facts {
                let _ = writeln!(out, "- {}: {}", escape(name), escape(value));
            }
            Ok(())
        }
        Block::Figures(figures) => {
            for figure in figures {
                let (label, value) = (escape(&figure.label), escape(&figure.value));
                let _ = writeln!(out, "- {label}: **{value}** ({})", escape(&figure.remark));
            }
            Ok(())
        }
        Block::Quotes { about, quotes } => {
            let _ = writeln!(out, "{}:", escape(about));
            for (text, answer) in quotes {
                let _ = write!(out, "\n> {}  \n> {}\n", escape(text.trim()), escape(answer));
            }
            Ok(())
        }
        Block::Chart(chart) => {
            let (head, rows) = of_chart(chart);
            table(out, &head, &rows);
            Ok(())
        }
        Block::Table { head, rows } => {
            table(out, head, rows);
            Ok(())
        }
    };
}

/// What was taken out struck through, what was put in bold; line breaks end paragraphs.
fn changes(parts: &[TextPart]) -> String {
    let mut out = String::new();
    for part in parts {
        let (open, close) = match part.kind {
            RunKind::Same => ("", ""),
            RunKind::Out => ("~~", "~~"),
            RunKind::In => ("**", "**"),
        };
        for (row, line) in part.text.split('\n').enumerate() {
            if row > 0 {
                out.push_str("\n\n");
            } else if !out.is_empty() && !out.ends_with('\n') {
                out.push(' ');
            }
            let line = escape(line);
            if !line.is_empty() {
                let _ = write!(out, "{open}{line}{close}");
            }
        }
    }
    out
}

fn of_chart(chart: &Chart) -> (Vec<String>, Vec<Vec<String>>) {
    let head = vec![chart.caption.clone(), String::new(), String::new()];
    let label = |label: &str| match chart.shape {
        Shape::Column => format!("Score {label}"),
        Shape::Bar | Shape::Dot => label.to_owned(),
    };
    let rows =
        chart.rows.iter().map(|row| vec![label(&row.label), row.text.clone(), row.remark.clone()]);
    (head, rows.collect())
}

fn table(out: &mut String, head: &[String], rows: &[Vec<String>]) {
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| escape(cell)).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    out.push_str(&line(head));
    let rule: Vec<&str> =
        head.iter().enumerate().map(|(place, _)| if place == 0 { ":--" } else { "--:" }).collect();
    let _ = writeln!(out, "| {} |", rule.join(" | "));
    for row in rows {
        out.push_str(&line(row));
    }
}

/// A fence of more backticks than any run of backticks in the text.
fn fence(text: &str) -> String {
    let (mut longest, mut run) = (0_usize, 0_usize);
    for letter in text.chars() {
        run = if letter == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    "`".repeat((longest + 1).max(3))
}

/// A text on one line, with markup escaped.
fn escape(text: &str) -> String {
    let clean = safe::line(text);
    let mut out = String::with_capacity(clean.len());
    let mut letters = clean.trim().chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '~'
            | '&' => {
                out.push('\\');
                out.push(letter);
            }
            // Some sites turn addresses into links; other colons are harmless.
            ':' if letters.peek() == Some(&'/') || out.to_lowercase().ends_with("mailto") => {
                out.push_str("&#58;");
            }
            other => out.push(other),
        }
    }
    // Escapes a line that begins like a list item or a rule.
    let digits = out.chars().take_while(char::is_ascii_digit).count();
    if out.starts_with(['-', '+', '=']) {
        out.insert(0, '\\');
    } else if digits > 0 && (out[digits..].starts_with(". ") || out[digits..].starts_with(") ")) {
        out.insert(digits, '\\');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_others_are_no_markup() {
        let hostile = "![x](https://evil.example/p.png) <img src=x> **b** | `c`\n# h";
        assert_eq!(
            escape(hostile),
            "\\!\\[x\\](https&#58;//evil.example/p.png) \\<img src=x\\> \\*\\*b\\*\\* \\| \\`c\\` \\# h"
        );
        assert_eq!(escape("Why: it costs"), "Why: it costs");
        assert_eq!(escape("Mailto:a"), "Mailto&#58;a");
        assert_eq!(escape("1. one"), "1\\. one");
        assert_eq!(escape("- two"), "\\- two");
    }

    #[test]
    fn what_was_taken_out_is_struck_through_and_what_was_put_in_is_bold() {
        let part = |kind, text: &str| TextPart { kind, text: text.to_owned() };
        let parts = [
            part(RunKind::Same, "We"),
            part(RunKind::Out, "*leverage*"),
            part(RunKind::In, "use"),
            part(RunKind::Same, "it\nnow"),
        ];
        assert_eq!(changes(&parts), "We ~~\\*leverage\\*~~ **use** it\n\nnow");
    }

    #[test]
    fn a_fence_is_longer_than_any_in_the_text() {
        assert_eq!(fence("plain"), "```");
        assert_eq!(fence("a ```` b"), "`````");
    }
}
