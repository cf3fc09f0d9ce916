//! The CSV export: one row for each answer, with who gave it and what the study was. Spreadsheets run cells that look
//! like formulas, so such cells get an apostrophe in front, and control characters do not get in at all.

use std::borrow::Cow;

use protocol::results::{Answer, Response};
use protocol::run::Study;
use protocol::safe;

use crate::failure::Failure;

/// The columns. New ones are only ever added at the end.
const COLUMNS: &[&str] = &[
    "study",
    "study_type",
    "synthetic",
    "engine",
    "model",
    "seed",
    "instrument_hash",
    "id",
    "score",
    "sentiment",
    "purchase_intent",
    "reasoning",
    "persona",
    "name",
    "age",
    "gender",
    "region",
    "state",
    "country",
    "education",
    "income_bracket",
    "employment",
    "occupation",
    "household",
    "urbanicity",
    "tech_adoption",
    "openness",
    "conscientiousness",
    "extraversion",
    "agreeableness",
    "neuroticism",
    "price_sensitivity",
];

/// A table under way.
pub(crate) struct Table {
    writer: csv::Writer<Vec<u8>>,
    /// What is the same in every row.
    study: Vec<String>,
}

impl Table {
    /// The line of headings.
    pub(crate) fn begin(study: &Study) -> Result<Self, Failure> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(COLUMNS).map_err(|error| no_row(&error))?;
        let study = vec![
            study.id.to_string(),
            study.instrument.to_string(),
            "yes".to_owned(),
            inert(&study.engine).into_owned(),
            inert(&study.model).into_owned(),
            study.seed.to_string(),
            inert(&study.instrument_hash).into_owned(),
        ];
        Ok(Self { writer, study })
    }

    /// One more row.
    pub(crate) fn add(&mut self, response: &Response) -> Result<(), Failure> {
        let (score, sentiment, intent, reasoning) = match &response.answer {
            Answer::ConceptTest { score, sentiment, reasoning, purchase_intent } => {
                (*score, *sentiment, purchase_intent.as_str(), reasoning)
            }
            Answer::Nps { score, reasoning, sentiment } => (*score, *sentiment, "", reasoning),
        };
        let who = &response.persona;
        let traits = who.big_five;
        let cells = [
            response.id.to_string(),
            score.to_string(),
            sentiment.to_string(),
            intent.to_owned(),
            inert(reasoning).into_owned(),
            inert(&who.id).into_owned(),
            inert(&who.name).into_owned(),
            who.age.to_string(),
            who.gender.to_string(),
            who.region.to_string(),
            inert(who.state.as_deref().unwrap_or_default()).into_owned(),
            inert(who.country.as_deref().unwrap_or_default()).into_owned(),
            who.education.to_string(),
            who.income_bracket.to_string(),
            who.employment.to_string(),
            inert(who.occupation.as_deref().unwrap_or_default()).into_owned(),
            who.household.to_string(),
            who.urbanicity.to_string(),
            who.tech_adoption.to_string(),
            traits.openness.to_string(),
            traits.conscientiousness.to_string(),
            traits.extraversion.to_string(),
            traits.agreeableness.to_string(),
            traits.neuroticism.to_string(),
            who.price_sensitivity.to_string(),
        ];
        self.writer.write_record(self.study.iter().chain(&cells)).map_err(|error| no_row(&error))
    }

    /// The bytes made since the last time.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        let full = std::mem::replace(&mut self.writer, csv::Writer::from_writer(Vec::new()));
        full.into_inner().unwrap_or_default()
    }
}

fn no_row(error: &csv::Error) -> Failure {
    Failure::invalid(format!("The table cannot be written: {error}."))
}

/// A cell that no spreadsheet takes for a formula: each of its lines that would be one gets an apostrophe.
fn inert(text: &str) -> Cow<'_, str> {
    let clean = safe::block(text);
    // Some readers take a tab or a carriage return in front for the start of a formula; the filter has dropped those,
    // so what they would have hidden is looked at as well.
    if !clean.split('\n').any(is_formula) {
        return clean;
    }
    let lines: Vec<Cow<'_, str>> =
        clean
            .split('\n')
            .map(|line| {
                if is_formula(line) { Cow::Owned(format!("'{line}")) } else { Cow::Borrowed(line) }
            })
            .collect();
    Cow::Owned(lines.join("\n"))
}

/// Whether a line starts like a formula, after blanks of any kind. The full-width twins count: some programs fold them.
fn is_formula(line: &str) -> bool {
    line.trim_start()
        .starts_with(['=', '+', '-', '@', '\u{2212}', '\t', '\r', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::fixtures;

    #[test]
    fn formulas_become_text() {
        let cases = [
            "=1+1",
            " =1",
            "\u{a0}@SUM(A1)",
            "-2+3",
            "\t=1",
            "\r=cmd",
            "fine\n=HYPERLINK(\"x\")",
            "＝1",
            "\u{2212}5",
            "\u{200b}=1",
            "plain - text",
            "a=b",
            "",
        ];
        let found: Vec<Cow<'_, str>> = cases.iter().map(|text| inert(text)).collect();
        insta::assert_debug_snapshot!(found, @r#"
        [
            "'=1+1",
            "' =1",
            "'\u{a0}@SUM(A1)",
            "'-2+3",
            "'    =1",
            "'=cmd",
            "fine\n'=HYPERLINK(\"x\")",
            "'＝1",
            "'−5",
            "'=1",
            "plain - text",
            "a=b",
            "",
        ]
        "#);
    }

    #[test]
    fn every_row_has_every_column() {
        let mut table = Table::begin(&fixtures::concept_test().study).unwrap();
        for response in fixtures::responses() {
            table.add(&response).unwrap();
        }
        let bytes = table.take();
        let mut rows = csv::Reader::from_reader(&bytes[..]);
        let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), fixtures::responses().len());
        assert!(rows.iter().all(|row| row.len() == COLUMNS.len()));
        insta::assert_snapshot!(String::from_utf8_lossy(&bytes));
    }

    proptest! {
        #[test]
        fn no_cell_of_any_text_starts_like_a_formula(text in "[ \u{a0}\t\r\n=+@-]{0,6}.{0,12}") {
            let mut study = fixtures::concept_test().study;
            study.engine.clone_from(&text);
            let mut table = Table::begin(&study).unwrap();
            for mut response in fixtures::responses() {
                response.persona.name.clone_from(&text);
                table.add(&response).unwrap();
            }
            let bytes = table.take();
            for row in csv::Reader::from_reader(&bytes[..]).records() {
                for cell in &row.unwrap() {
                    for line in cell.lines() {
                        prop_assert!(!is_formula(line) , "{line:?}");
                    }
                }
            }
        }
    }
}
