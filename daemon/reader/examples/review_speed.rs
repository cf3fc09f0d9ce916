//! The time that a review and the rewrites of a long text take, for those who change them: new, and with one clause changed.

use std::io::Write;
use std::time::Instant;

use protocol::review::ContentType;
use reader::Reader;
use reader::editor::candidates;
use reader::review::Brief;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    let reader = Reader::embedded();
    let brief = Brief::of_type(ContentType::BlogPost);
    reader.review("Warm up the files, please.", &brief)?;
    for characters in [5_000, 50_000] {
        let mut text = String::from("# What the lamp does\n\n");
        let mut number = 0;
        while text.len() < characters {
            number += 1;
            text.push_str(&format!(
                "We utilized lamp {number} for {} days, and it is really quiet. ",
                number * 3
            ));
            if number % 5 == 0 {
                text.push_str("\n\n");
            }
        }
        let start = Instant::now();
        let reading = reader.read(&text, None)?;
        let read = start.elapsed();
        let start = Instant::now();
        let found = reader.review_read(reading, &text, &brief)?;
        let reviewed = start.elapsed();
        let start = Instant::now();
        let rewrites = candidates(&text, &brief, &found);
        let written = start.elapsed();
        let start = Instant::now();
        let changed = text.replacen("lamp 7", "lamp seven", 1);
        reader.review(&changed, &brief)?;
        let again = start.elapsed();
        writeln!(
            out,
            "{} characters: read {read:.2?}, review on top {reviewed:.2?}, {} candidates {written:.2?}, one clause changed {again:.2?}",
            text.len(),
            rewrites.len()
        )?;
    }
    Ok(())
}
