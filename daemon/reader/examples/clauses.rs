//! The clauses of texts: reads one JSON string a line from standard input, writes a JSON list of clauses a line.
use std::io::BufRead;

use reader::features::{clauses, tokenise, unwrapped};

fn main() {
    for line in std::io::stdin().lock().lines() {
        let Ok(text) = line.map_err(|_| ()).and_then(|line| serde_json::from_str::<String>(&line).map_err(|_| ())) else { continue };
        let text = unwrapped(&text);
        let tokens = tokenise(&text);
        let list: Vec<&str> = clauses::clauses(&text, &tokens).iter().map(|one| one.span.of(&text)).collect();
        println!("{}", serde_json::to_string(&list).unwrap_or_default());
    }
}
