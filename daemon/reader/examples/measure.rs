//! A quick look at how the reader ranks the test texts, for an average reader: `cargo run --release -p demoscope-reader
//! --example measure -- tests/fixtures/reader/seen [-v]`. The figures that count are those of `bench reader`.

use std::error::Error;
use std::io::Write as _;

use reader::Reader;
use reader::response::{Latent, latent};
use reader::traits::AnswerTraits;
use serde_json::Value;

struct Look {
    v: f64,
    latent: Latent,
    text: String,
}

fn look(text: &str) -> Result<Look, Box<dyn Error>> {
    let reader = Reader::embedded();
    let mut reading = reader.read(text, None)?;
    reading.features.topics.clear();
    let traits = AnswerTraits::average(&reader.weights, &reader.topics);
    let latent = latent(reader, &reading, &traits);
    Ok(Look { v: latent.v, latent, text: reading.text })
}

impl Look {
    fn told(&self) -> String {
        let mut told = format!("{:+.2}", self.v);
        for part in self.latent.contributions.iter().skip(2) {
            let quote = part.span.map_or("", |span| span.of(&self.text));
            told += &format!("\n         {:?} {:+.2} {quote}", part.source, part.amount);
        }
        told
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let is_loud = args.iter().any(|arg| arg == "-v");
    let only = args.iter().filter(|arg| !arg.starts_with('-')).nth(1);
    let folder = args.first().ok_or("name a folder")?;
    let mut out = std::io::stdout().lock();
    let box_v = look("It is a box. It is grey.")?.v;
    writeln!(out, "box {box_v:+.2}")?;
    for kind in ["pairs", "one_fact", "same_meaning"] {
        if only.is_some_and(|only| only != kind) {
            continue;
        }
        let list: Vec<Value> =
            serde_json::from_str(&std::fs::read_to_string(format!("{folder}/{kind}.json"))?)?;
        let (mut right, mut wrong, mut close, mut sum) = (0, 0, 0, 0.0);
        for one in &list {
            let id = one["id"].as_str().unwrap_or_default();
            if ["10-de", "12-ja"].contains(&id) {
                continue;
            }
            let text = |a: &str, b: &str| {
                one[a].as_str().or(one[b].as_str()).unwrap_or_default().to_owned()
            };
            let (a, b) = (look(&text("better", "one"))?, look(&text("worse", "other"))?);
            let gap = a.v - b.v;
            sum += gap * gap;
            let ok = if kind == "same_meaning" { gap.abs() < 0.25 } else { gap > 0.05 };
            if gap > 0.05 {
                right += 1;
            } else if gap < -0.05 {
                wrong += 1;
            } else {
                close += 1;
            }
            if !ok && is_loud {
                writeln!(
                    out,
                    "  {kind} {id} {gap:+.2}\n    {}\n    {}\n     A {}\n     B {}",
                    a.text.replace('\n', " / "),
                    b.text.replace('\n', " / "),
                    a.told(),
                    b.told()
                )?;
            }
        }
        let n = f64::from(right + wrong + close);
        writeln!(
            out,
            "{kind}: right {right} ({:.0} %), wrong {wrong} ({:.0} %), close {close}; rms gap {:.2}",
            100.0 * f64::from(right) / n,
            100.0 * f64::from(wrong) / n,
            (sum / n).sqrt()
        )?;
    }
    for kind in ["harm", "plain"] {
        if only.is_some_and(|only| only != kind) {
            continue;
        }
        let list: Value =
            serde_json::from_str(&std::fs::read_to_string(format!("{folder}/{kind}.json"))?)?;
        let texts: Vec<(String, String)> = match list {
            Value::Object(map) => map
                .into_iter()
                .map(|(id, text)| (id, text.as_str().unwrap_or_default().to_owned()))
                .collect(),
            Value::Array(list) => list
                .iter()
                .map(|one| {
                    (
                        format!(
                            "{} {}",
                            one["id"].as_str().unwrap_or_default(),
                            one["kind"].as_str().unwrap_or_default()
                        ),
                        one["text"].as_str().unwrap_or_default().to_owned(),
                    )
                })
                .collect(),
            _ => Vec::new(),
        };
        let mut below = 0;
        for (id, text) in &texts {
            let found = look(text)?;
            let is_below = found.v < box_v - 0.3;
            below += i32::from(is_below);
            if is_below != (kind == "harm") && is_loud {
                writeln!(
                    out,
                    "  {kind} {id}\n    {}\n     {}",
                    found.text.replace('\n', " / "),
                    found.told()
                )?;
            }
        }
        writeln!(out, "{kind}: {below} of {} below the box", texts.len())?;
    }
    Ok(())
}
