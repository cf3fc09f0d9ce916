//! Rewrites of weak texts, printed before and after, with how often the best candidate has a higher level by the
//! built-in review. A file of texts may be given; its default is the one that the tests use.

use std::io::Write;

use protocol::review::ContentType;
use reader::Reader;
use reader::editor::candidates;
use reader::review::{Brief, ContentReading};
use serde::Deserialize;

#[derive(Deserialize)]
struct WeakFile {
    weak: Vec<WeakText>,
}

#[derive(Deserialize)]
struct WeakText {
    r#type: ContentType,
    text: String,
}

fn mean(reading: &ContentReading) -> f64 {
    let levels = reading.levels();
    levels.iter().map(|(_, level)| level).sum::<f64>() / levels.len().max(1) as f64
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/src/editor/tests/weak.toml");
    let path = std::env::args().nth(1).unwrap_or_else(|| default.to_owned());
    let file: WeakFile = toml::from_str(&std::fs::read_to_string(path)?)?;
    let mut out = std::io::stdout().lock();
    let (mut better, mut gains) = (0, 0.0);
    for one in &file.weak {
        let brief = Brief::of_type(one.r#type);
        let text = one.text.trim();
        let reading = Reader::embedded().review(text, &brief)?;
        let before = mean(&reading);
        let mut best: Option<(f64, reader::editor::Candidate)> = None;
        let found = candidates(text, &brief, &reading);
        let count = found.len();
        for candidate in found {
            let after = mean(&Reader::embedded().review(&candidate.text, &brief)?);
            if best.as_ref().is_none_or(|(known, _)| after > *known) {
                best = Some((after, candidate));
            }
        }
        writeln!(out, "\n=== {} {before:.2}, {count} candidates\n{text}", one.r#type.as_str())?;
        if let Some((after, candidate)) = best {
            let rules: Vec<&str> = candidate.rules.iter().map(|rule| rule.as_str()).collect();
            writeln!(out, "--- {after:.2} {}\n{}", rules.join(", "), candidate.text)?;
            better += i32::from(after > before + 0.05);
            gains += (after - before).max(0.0);
        }
    }
    let n = file.weak.len();
    writeln!(
        out,
        "\nbetter by more than 0.05: {better} of {n}; mean gain {:.2}",
        gains / n as f64
    )?;
    Ok(())
}
