use super::*;
use crate::features::{clauses::clauses, tokenise};
#[test]
fn dump() {
    let lexicon = crate::lexicon::Lexicon::parse().unwrap();
    let toml = std::fs::read_to_string("/tmp/wt-vetoes/assets/reader/vetoes.toml").unwrap(); let rules = VetoRules::read(&lexicon, &toml).unwrap_or_else(|e| panic!("{e}"));
    let input = std::fs::read_to_string("/tmp/veto-in.tsv").unwrap();
    let mut out = String::new();
    for line in input.lines() {
        let (head, text) = line.rsplit_once('\t').unwrap();
        let text = text.replace("\\n", "\n");
        let tokens = tokenise(&text);
        let parts = clauses(&text, &tokens);
        let found = look(&rules, &text, &tokens, &parts);
        let all: Vec<String> = found.iter().map(|s| format!("{}:{:.2}:[{}]", s.kind.as_str(), s.weight, s.span.of(&text).replace('\n', " "))).collect();
        out.push_str(&format!("{head}\t{}\t{}\n", all.join(" ; "), text.replace('\n', " / ")));
    }
    std::fs::write("/tmp/veto-out.tsv", out).unwrap();
}
