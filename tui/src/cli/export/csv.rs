//! The CSV export: one row for each answer, with who gave it and what the study was. Spreadsheets run cells that look
//! like formulas, so such cells get an apostrophe in front, and control characters do not get in at all.

use std::borrow::Cow;

use protocol::results::{Answer, Response, Sentiment};
use protocol::run::Study;
use protocol::safe;

use crate::failure::Failure;

/// The columns. New ones are only ever added at the end.
pub(super) const COLUMNS: &[&str] = &[
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
    "key_theme",
    "preference",
    "score_a",
    "score_b",
    "order",
    "question",
    "answer",
    "declined",
    "themes",
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

    /// One more answer: one row, or one for each question of a survey.
    pub(crate) fn add(&mut self, response: &Response) -> Result<(), Failure> {
        for row in rows_of(&response.answer) {
            self.add_row(response, &row)?;
        }
        Ok(())
    }

    fn add_row(&mut self, response: &Response, row: &Row<'_>) -> Result<(), Failure> {
        let who = &response.persona;
        let traits = who.big_five;
        let cells = [
            response.id.to_string(),
            row.score.map_or_else(String::new, |score| score.to_string()),
            row.sentiment.map_or_else(String::new, |sentiment| sentiment.to_string()),
            row.purchase_intent.to_owned(),
            inert(row.reasoning).into_owned(),
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
            inert(row.key_theme).into_owned(),
            row.preference.to_owned(),
            row.scores.map_or_else(String::new, |(a, _)| a.to_string()),
            row.scores.map_or_else(String::new, |(_, b)| b.to_string()),
            row.order.to_owned(),
            inert(row.question).into_owned(),
            inert(row.answer).into_owned(),
            inert(row.declined).into_owned(),
            inert(&row.themes).into_owned(),
        ];
        self.writer.write_record(self.study.iter().chain(&cells)).map_err(|error| no_row(&error))
    }

    /// The bytes made since the last time.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        let full = std::mem::replace(&mut self.writer, csv::Writer::from_writer(Vec::new()));
        full.into_inner().unwrap_or_default()
    }
}

/// What differs between the instruments in a row; empty where an instrument has no such field.
#[derive(Debug, Default)]
struct Row<'a> {
    score: Option<u8>,
    sentiment: Option<Sentiment>,
    purchase_intent: &'static str,
    reasoning: &'a str,
    key_theme: &'a str,
    preference: &'static str,
    scores: Option<(u8, u8)>,
    order: &'static str,
    question: &'a str,
    answer: &'a str,
    declined: &'a str,
    themes: String,
}

fn rows_of(answer: &Answer) -> Vec<Row<'_>> {
    let row = Row::default();
    match answer {
        Answer::ConceptTest { score, sentiment, reasoning, purchase_intent } => vec![Row {
            score: Some(*score),
            sentiment: Some(*sentiment),
            purchase_intent: purchase_intent.as_str(),
            reasoning,
            ..row
        }],
        Answer::Nps { score, reasoning, sentiment } => {
            vec![Row { score: Some(*score), sentiment: Some(*sentiment), reasoning, ..row }]
        }
        Answer::Sentiment { sentiment, reasoning, key_theme } => {
            vec![Row { sentiment: Some(*sentiment), reasoning, key_theme, ..row }]
        }
        Answer::AbTest { preference, score_a, score_b, reasoning, sentiment, order } => vec![Row {
            preference: preference.as_str(),
            scores: Some((*score_a, *score_b)),
            sentiment: Some(*sentiment),
            order: order.as_str(),
            reasoning,
            ..row
        }],
        Answer::Survey { answers, reasoning, themes, refused } => {
            let answered = answers.iter().map(|(question, answer)| Row {
                reasoning,
                question,
                answer,
                themes: themes.get(question).map_or_else(String::new, |themes| themes.join("; ")),
                ..Row::default()
            });
            let declined = refused.iter().map(|(question, declined)| Row {
                reasoning,
                question,
                declined,
                ..Row::default()
            });
            answered.chain(declined).collect()
        }
    }
}

fn no_row(error: &csv::Error) -> Failure {
    Failure::invalid(format!("The table cannot be written: {error}."))
}

/// A cell that no spreadsheet takes for a formula: each of its lines that would be one gets an apostrophe.
pub(super) fn inert(text: &str) -> Cow<'_, str> {
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
