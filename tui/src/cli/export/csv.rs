//! CSV export: one row for each answer, with its respondent and study. Spreadsheets execute cells that look like
//! formulas, so such lines are prefixed with an apostrophe, as are those that begin with one, so that it can be undone;
//! control characters are removed. Columns that only some studies have come last.

use std::borrow::Cow;

use protocol::persona::Persona;
use protocol::results::{Response, ThemeKind};
use protocol::run::Study;
use protocol::safe;
use protocol::study::StudySpec;

use super::extra::{self, ExtraColumn};
use super::shape::{CellForm, TableShape, is_touched};
use crate::failure::Failure;
use crate::kinds::{self, AnswerRow};

/// The columns of every study. New ones are only ever appended.
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
    "row",
    "question_number",
    "appeals",
    "concerns",
];

/// A table being written.
pub(crate) struct Table {
    writer: csv::Writer<Vec<u8>>,
    shape: TableShape,
    /// Cells that differ from what was said by an apostrophe, or would if they were guarded.
    touched: usize,
    /// Cells that are equal in every row, except for whether it is synthetic, which comes after the first two.
    study: Vec<String>,
    /// Open questions, in the order asked.
    questions: Vec<String>,
    /// The column that distinguishes the rows of a respondent, where each has several.
    rows_by: Option<&'static str>,
    /// The columns that only this study has.
    extra: Vec<ExtraColumn>,
}

impl Table {
    /// Writes the header row.
    pub(crate) fn begin(
        shape: TableShape,
        study: &Study,
        spec: &StudySpec,
    ) -> Result<Self, Failure> {
        let mut writer = shape.writer(shape.mark());
        let extra = extra::columns(spec);
        let names = COLUMNS.iter().copied().chain(extra.iter().map(|column| column.name.as_str()));
        writer.write_record(names).map_err(|error| no_row(&error))?;
        let study = vec![
            study.id.to_string(),
            study.instrument.to_string(),
            inert(&study.engine).into_owned(),
            inert(&study.model).into_owned(),
            study.seed.to_string(),
            inert(&study.instrument_hash).into_owned(),
        ];
        let material = kinds::material(&spec.instrument);
        let questions =
            material.questions.iter().map(|question| question.trim().to_owned()).collect();
        Ok(Self { writer, shape, touched: 0, study, questions, rows_by: material.rows_by, extra })
    }

    /// Adds an answer: one row, or one for each question of a survey.
    pub(crate) fn add(&mut self, response: &Response) -> Result<(), Failure> {
        let mut rows: Vec<(Option<usize>, AnswerRow<'_>)> =
            kinds::rows(&response.answer).into_iter().map(|row| (self.number(&row), row)).collect();
        // In the order asked; the answers themselves are keyed by question.
        rows.sort_by_key(|(number, _)| *number);
        for (number, row) in rows {
            self.add_row(response, &row, number)?;
        }
        Ok(())
    }

    /// The number of the question that a row answers, from 1.
    fn number(&self, row: &AnswerRow<'_>) -> Option<usize> {
        let place = self.questions.iter().position(|known| known == row.question);
        place.map(|place| place + 1)
    }

    fn add_row(
        &mut self,
        response: &Response,
        row: &AnswerRow<'_>,
        number: Option<usize>,
    ) -> Result<(), Failure> {
        let text = |column| inert(row.cell(column).unwrap_or_default()).into_owned();
        let all = [ThemeKind::Topic, ThemeKind::Appeal, ThemeKind::Concern];
        let themes = row.cell("themes").map_or_else(|| named(response, &all), str::to_owned);
        let persona = response.respondent.persona();
        // What is known of a persona only is left empty for other respondents.
        let of =
            |show: fn(&Persona) -> Cow<'_, str>| persona.map(show).unwrap_or_default().into_owned();
        let cells = [
            response.id.to_string(),
            text("score"),
            text("sentiment"),
            text("purchase_intent"),
            text("reasoning"),
            inert(&response.respondent.id()).into_owned(),
            of(|who| inert(&who.name)),
            of(|who| who.age.to_string().into()),
            of(|who| who.gender.to_string().into()),
            of(|who| who.region.to_string().into()),
            of(|who| inert(who.state.as_deref().unwrap_or_default())),
            of(|who| inert(who.country.as_deref().unwrap_or_default())),
            of(|who| who.education.to_string().into()),
            of(|who| who.income_bracket.to_string().into()),
            of(|who| who.employment.to_string().into()),
            of(|who| inert(who.occupation.as_deref().unwrap_or_default())),
            of(|who| who.household.to_string().into()),
            of(|who| who.urbanicity.to_string().into()),
            of(|who| who.tech_adoption.to_string().into()),
            of(|who| who.big_five.openness.to_string().into()),
            of(|who| who.big_five.conscientiousness.to_string().into()),
            of(|who| who.big_five.extraversion.to_string().into()),
            of(|who| who.big_five.agreeableness.to_string().into()),
            of(|who| who.big_five.neuroticism.to_string().into()),
            of(|who| who.price_sensitivity.to_string().into()),
            text("key_theme"),
            text("preference"),
            text("score_a"),
            text("score_b"),
            text("order"),
            inert(row.question).into_owned(),
            text("answer"),
            text("declined"),
            inert(&themes).into_owned(),
            self.name(response, row, number),
            number.map_or_else(String::new, |number| number.to_string()),
            inert(&named(response, &[ThemeKind::Appeal])).into_owned(),
            inert(&named(response, &[ThemeKind::Concern])).into_owned(),
        ];
        let extra: Vec<String> =
            self.extra.iter().map(|column| column.cell(response, row.question)).collect();
        let (study, made) = self.study.split_at(2);
        let synthetic = if persona.is_some() { "yes" } else { "no" }.to_owned();
        let head = study.iter().chain([&synthetic]).chain(made);
        let names = COLUMNS.iter().copied();
        let names = names.chain(self.extra.iter().map(|column| column.name.as_str()));
        let guarded = head.chain(&cells).chain(&extra);
        let mut touched = 0;
        let cells: Vec<String> = guarded
            .zip(names)
            .map(|(guarded, column)| {
                let cell = self.shape.cell(column, guarded);
                let counted = if self.shape.cells == CellForm::Raw { guarded } else { &cell };
                touched += usize::from(is_touched(counted));
                cell
            })
            .collect();
        self.touched += touched;
        self.writer.write_record(&cells).map_err(|error| no_row(&error))
    }

    /// A unique name of the row: the answer's id, and where an answer has several rows, the number of the question or
    /// the order of the variants.
    fn name(&self, response: &Response, row: &AnswerRow<'_>, number: Option<usize>) -> String {
        match (number, self.rows_by) {
            (Some(number), _) => format!("{}.{number}", response.id),
            (None, Some(column)) => {
                format!("{}.{}", response.id, row.cell(column).unwrap_or_default())
            }
            (None, None) => response.id.to_string(),
        }
    }

    /// The bytes since the last call.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        let full = std::mem::replace(&mut self.writer, self.shape.writer(b""));
        full.into_inner().unwrap_or_default()
    }

    /// How many cells of the rows so far have an apostrophe that was not said, or would have one if they were guarded.
    pub(crate) fn touched(&self) -> usize {
        self.touched
    }
}

/// Themes of those kinds that an answer mentions, kind by kind.
fn named(response: &Response, kinds: &[ThemeKind]) -> String {
    let of = |kind: &ThemeKind| {
        let kind = *kind;
        response.mentions.iter().filter(move |mention| mention.kind == kind)
    };
    let themes: Vec<&str> =
        kinds.iter().flat_map(of).map(|mention| mention.theme.as_str()).collect();
    themes.join("; ")
}

fn no_row(error: &csv::Error) -> Failure {
    Failure::invalid(format!("The table cannot be written: {error}")).because(error)
}

/// A cell that no spreadsheet treats as a formula: a line that could be one is prefixed with an apostrophe. So is a line that
/// begins with an apostrophe, so that whoever takes one from each such line has the text again.
pub(super) fn inert(text: &str) -> Cow<'_, str> {
    let clean = safe::block(text);
    // Some readers accept a formula after a leading tab or carriage return. The filter has removed those, so the text
    // behind them is checked too.
    let lines = || clean.split('\n').enumerate();
    let is_held = |(place, line): (usize, &str)| match place {
        _ if line.starts_with('\'') => true,
        0 => is_formula(line),
        // A cell is read from its beginning: an entry of a list within it is no formula.
        _ => is_formula(line) && !is_entry(line),
    };
    if !lines().any(is_held) {
        return clean;
    }
    let held =
        lines().map(
            |(place, line)| {
                if is_held((place, line)) { format!("'{line}") } else { line.to_owned() }
            },
        );
    Cow::Owned(held.collect::<Vec<_>>().join("\n"))
}

/// Whether a line is an entry of a list.
fn is_entry(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("- ") || line.starts_with("+ ")
}

/// Whether a line starts like a formula, after blanks of any kind. Full-width and small characters count as well, because some
/// programs convert them.
fn is_formula(line: &str) -> bool {
    line.trim_start().starts_with([
        '=', '+', '-', '@', '\u{2212}', '\t', '\r', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫',
    ])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use protocol::results::{Answer, Sentiment};
    use protocol::study::{Instrument, Orders};

    use protocol::respondent::Respondent;

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
            "﹦1",
            "plain - text",
            "Buy:\n- bread\n+ milk",
            "a=b",
            "'quoted",
            "so:\n'quoted'",
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
            "'﹦1",
            "plain - text",
            "Buy:\n- bread\n+ milk",
            "a=b",
            "''quoted",
            "so:\n''quoted'",
            "",
        ]
        "#);
    }

    #[test]
    fn every_row_has_every_column() {
        let report = fixtures::concept_test();
        let mut table =
            Table::begin(TableShape::default(), &report.study, &fixtures::asked(&report).spec)
                .unwrap();
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

    #[test]
    fn an_answer_names_its_reasons_for_and_against() {
        let report = fixtures::concept_test();
        let mut table =
            Table::begin(TableShape::default(), &report.study, &fixtures::asked(&report).spec)
                .unwrap();
        for response in fixtures::responses() {
            table.add(&response).unwrap();
        }
        let bytes = table.take();
        assert_eq!(column(&bytes, "appeals"), ["Time; =Ease", "Time", ""]);
        assert_eq!(column(&bytes, "concerns"), ["Price", "", ""]);
        assert_eq!(column(&bytes, "themes"), ["Time; =Ease; Price", "Time", ""]);
    }

    /// The cells of a column, in order.
    fn column(bytes: &[u8], wanted: &str) -> Vec<String> {
        let place = COLUMNS.iter().position(|column| *column == wanted).unwrap();
        let mut rows = csv::Reader::from_reader(bytes);
        rows.records().map(|row| row.unwrap()[place].to_owned()).collect()
    }

    #[test]
    fn rows_of_one_answer_have_names_of_their_own() {
        let mut response = fixtures::responses().remove(0);
        let question =
            |number: usize| format!("{} is number {number}?", ["Zero", "Why"][number % 2]);
        let spec = |instrument| StudySpec {
            instrument,
            ..fixtures::asked(&fixtures::concept_test()).spec
        };
        let stimulus = "A heat pump for your house.".to_owned();
        let survey = Instrument::Survey { stimulus, questions: (1..=3).map(question).collect() };
        response.answer = Answer::Survey {
            answers: [3, 1].map(|number| (question(number), "Yes.".to_owned())).into(),
            reasoning: "So.".to_owned(),
            themes: std::collections::BTreeMap::new(),
            refused: [(question(2), "no idea".to_owned())].into(),
        };
        let study = fixtures::concept_test().study;
        let mut table = Table::begin(TableShape::default(), &study, &spec(survey)).unwrap();
        table.add(&response).unwrap();
        let bytes = table.take();
        let id = response.id;
        assert_eq!(column(&bytes, "row"), [1, 2, 3].map(|number| format!("{id}.{number}")));
        assert_eq!(column(&bytes, "question"), [1, 2, 3].map(question));
        assert_eq!(column(&bytes, "declined"), ["", "no idea", ""]);

        let variant = || "A variant of it.".to_owned();
        for (orders, named) in [
            (Orders::Both, [format!("{id}.a_first"), format!("{id}.b_first")]),
            (Orders::Split, [id.to_string(), id.to_string()]),
        ] {
            let test = Instrument::AbTest { variant_a: variant(), variant_b: variant(), orders };
            let mut table = Table::begin(TableShape::default(), &study, &spec(test)).unwrap();
            for order in protocol::study::Order::ALL {
                response.answer = Answer::AbTest {
                    preference: protocol::results::Preference::A,
                    score_a: 7,
                    score_b: 6,
                    reasoning: "So.".to_owned(),
                    sentiment: Sentiment::Mixed,
                    order: *order,
                };
                table.add(&response).unwrap();
            }
            assert_eq!(column(&table.take(), "row"), named);
        }
    }

    #[test]
    fn whoever_is_no_persona_has_an_id_and_no_traits() {
        let report = fixtures::concept_test();
        let mut table =
            Table::begin(TableShape::default(), &report.study, &fixtures::asked(&report).spec)
                .unwrap();
        let mut response = fixtures::responses().remove(0);
        table.add(&response).unwrap();
        response.respondent = Respondent::Expert { id: "=ada".to_owned() };
        table.add(&response).unwrap();
        let bytes = table.take();
        assert_eq!(column(&bytes, "synthetic"), ["yes", "no"]);
        assert_eq!(column(&bytes, "persona"), ["p1", "'=ada"]);
        assert_eq!(table.touched(), 1);
        for known in &COLUMNS[13..32] {
            let cells = column(&bytes, known);
            assert!(cells[1].is_empty(), "{known}: {cells:?}");
        }
        assert_eq!(column(&bytes, "age"), ["34", ""]);
        assert_eq!(column(&bytes, "score"), ["7", "7"]);
    }

    proptest! {
        #[test]
        fn no_cell_of_any_text_starts_like_a_formula(text in "[ \u{a0}\t\r\n=+@-]{0,6}.{0,12}") {
            let report = fixtures::concept_test();
            let mut study = report.study.clone();
            study.engine.clone_from(&text);
            let mut table = Table::begin(TableShape::default(), &study, &fixtures::asked(&report).spec).unwrap();
            for mut response in fixtures::responses() {
                if let Respondent::Persona(persona) = &mut response.respondent {
                    persona.name.clone_from(&text);
                }
                table.add(&response).unwrap();
            }
            let bytes = table.take();
            for row in csv::Reader::from_reader(&bytes[..]).records() {
                for cell in &row.unwrap() {
                    for (place, line) in cell.lines().enumerate() {
                        prop_assert!(!is_formula(line) || place > 0 && is_entry(line), "{line:?}");
                    }
                }
            }
        }
    }
}
