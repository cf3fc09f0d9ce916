//! The clauses of texts: reads one JSON string a line from standard input, writes a JSON list of clauses a line.

use std::error::Error;
use std::io::{BufRead as _, Write as _};

use reader::features::{clauses, tokenise, unwrapped};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let text = unwrapped(&serde_json::from_str::<String>(&line?)?);
        let tokens = tokenise(&text);
        let found = clauses::clauses(&text, &tokens);
        let list: Vec<&str> = found.iter().map(|one| one.span.of(&text)).collect();
        writeln!(out, "{}", serde_json::to_string(&list)?)?;
    }
    Ok(())
}
