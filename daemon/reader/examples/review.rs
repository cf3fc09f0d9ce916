//! Reviews of pieces of content, printed for those who work on the recipes: one file a text, whose first line is its type.

use std::io::Write;

use protocol::review::ContentType;
use reader::Reader;
use reader::review::Brief;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    for path in std::env::args().skip(1) {
        let file = std::fs::read_to_string(&path)?;
        let (kind, text) = file.split_once('\n').ok_or("a first line with the type")?;
        let kind =
            ContentType::ALL.iter().find(|one| one.as_str() == kind.trim()).ok_or("a type")?;
        let brief = Brief::of_type(*kind);
        let found = Reader::embedded().review(text, &brief)?;
        writeln!(out, "\n{path}: {} {:?}", kind.as_str(), text.get(..60).unwrap_or(text))?;
        for (dimension, level) in found.levels() {
            writeln!(out, "  {:<22} {level:.1}", dimension.title())?;
        }
        writeln!(
            out,
            "  distinct {:.1}  fit {:.1}  appeal {:.1}",
            found.distinctiveness(),
            found.regulatory_fit(),
            found.appeal()
        )?;
        for fault in found.faults() {
            let quote = fault.span.map(|span| found.quote(span)).unwrap_or_default();
            writeln!(
                out,
                "  - {} {:.1} {} {quote:?}",
                fault.dimension.as_str(),
                fault.weight,
                fault.rule.as_str()
            )?;
        }
    }
    Ok(())
}
