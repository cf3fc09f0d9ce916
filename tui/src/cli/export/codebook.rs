//! Codebook of the CSV export: every column with its meaning and values, and the exact wording of the questionnaire.
//! Without it the table could not be interpreted. What stands beside the headline of the report is above them.

use std::borrow::Cow;

use protocol::analysis::Asked;
use protocol::results::Report;
use protocol::study::StudyType;

use super::csv::{COLUMNS, inert};
use super::extra;
use super::shape::CellForm;
use crate::failure::Failure;
use crate::kinds;

/// The rule by which cells differ from what was said.
const APOSTROPHES: &str = "a line of a cell that begins with an apostrophe has it from this export, so that no spreadsheet takes \
                           it for something else; take one from each such line to have the text. Letters that nobody sees are left out, and a tab \
                           is four blanks. For programs there is `--cells raw`, for a double click `--cells spreadsheet` and `--separator semicolon`";
/// That cells do not differ from what was said, and what that may cost.
const AS_THEY_WERE: &str = "cells are as they were said, and an apostrophe belongs to its text; letters that nobody sees are left out, and a \
                            tab is four blanks. Warning: do not open this table in a spreadsheet, which would run a cell that begins with =, +, - or @ as a formula; it is for programs. \
                            For a spreadsheet there is `--cells spreadsheet`";

/// The codebook as a table of its own, of answers in that form, of which so many cells have an apostrophe that was not said,
/// or would have one if they were guarded. What warns of the whole table comes first.
pub(super) fn table(
    report: &Report,
    asked: &Asked,
    form: CellForm,
    touched: usize,
) -> Result<Vec<u8>, Failure> {
    let study = report.study.instrument;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let no_row = |error: &csv::Error| {
        Failure::invalid(format!("The codebook cannot be written: {error}")).because(error)
    };
    writer.write_record(["column", "meaning", "values"]).map_err(|error| no_row(&error))?;
    for warning in report.headline_warnings() {
        let warning = inert(&warning);
        writer
            .write_record(["(warning)", &warning, "of the whole table"])
            .map_err(|error| no_row(&error))?;
    }
    for column in COLUMNS {
        let (meaning, values) = describe(column, study);
        writer.write_record([*column, meaning, &values]).map_err(|error| no_row(&error))?;
    }
    for column in extra::columns(&asked.spec) {
        let (meaning, values) = column.describe();
        writer.write_record([&column.name, &meaning, &values]).map_err(|error| no_row(&error))?;
    }
    let (name, rule, cells) = rule_of(form, touched);
    writer.write_record([name, rule, &cells]).map_err(|error| no_row(&error))?;
    let questionnaire = inert(&asked.questionnaire);
    writer
        .write_record(["(questionnaire)", &questionnaire, "as the first respondent got it"])
        .map_err(|error| no_row(&error))?;
    writer.into_inner().map_err(|error| {
        Failure::invalid(format!("The codebook cannot be written: {error}")).because(&error)
    })
}

/// How cells of that form differ from what was said: the name of the rule, the rule, and how many cells it is about.
fn rule_of(form: CellForm, touched: usize) -> (&'static str, &'static str, String) {
    match (form, touched) {
        (CellForm::Raw, 1) => {
            ("(cells)", AS_THEY_WERE, "1 cell would have an apostrophe if guarded".to_owned())
        }
        (CellForm::Raw, _) => {
            let cells = format!("{touched} cells would have an apostrophe if guarded");
            ("(cells)", AS_THEY_WERE, cells)
        }
        (CellForm::Guarded | CellForm::Spreadsheet, 1) => {
            ("(apostrophes)", APOSTROPHES, "1 cell of the table begins so".to_owned())
        }
        (CellForm::Guarded | CellForm::Spreadsheet, _) => {
            let cells = format!("{touched} cells of the table begin so");
            ("(apostrophes)", APOSTROPHES, cells)
        }
    }
}

/// The meaning of a column, and its values.
fn describe(column: &str, study: StudyType) -> (&'static str, Cow<'static, str>) {
    let (meaning, values) = match column {
        "study" => ("the study", "its id"),
        "study_type" => return ("what was asked", study_types().into()),
        "synthetic" => ("whether the respondents are synthetic", "yes"),
        "engine" => ("what answered", "its configured name"),
        "model" => ("the model behind the engine", "its name and version"),
        "seed" => ("decides the panel and, with the offline engine, every answer", "whole number"),
        "instrument_hash" => ("what was asked and how replies are read", "SHA-256 in hex"),
        "id" => (
            "the respondent's answer; a survey has one row for each question of it, an A/B test in both orders one for each order",
            "a1, a2, … in the order of the panel",
        ),
        "score" => kinds::view(study).score,
        "sentiment" => ("how they feel about it", "positive, negative, neutral or mixed"),
        "purchase_intent" => {
            ("would they buy it", "definitely, probably, maybe, probably_not or definitely_not")
        }
        "reasoning" => ("why, in their words", "text"),
        "persona" => ("who answered", "id within the panel"),
        "name" => ("a made-up name", "text; decides nothing"),
        "age" => ("age in years", "18 to 100"),
        "gender" => ("gender", "male, female or nonbinary"),
        "region" => ("the region of the audience they were drawn for", "us_national, uk, eu, …"),
        "state" => ("state, in the United States", "two letters; empty elsewhere"),
        "country" => ("country, outside the United States", "empty in the United States"),
        "education" => {
            ("highest education", "less_than_hs, high_school, some_college, bachelors or graduate")
        }
        "income_bracket" => (
            "household income relative to the country's median",
            "low, middle, upper_middle or high",
        ),
        "employment" => ("whether and how they work", "employed, unemployed, retired, student, …"),
        "occupation" => ("what they work as", "text; empty without work"),
        "household" => ("who they live with", "alone, couple_with_children, …"),
        "urbanicity" => ("where they live", "urban, suburban or rural"),
        "tech_adoption" => (
            "how soon they take up new technology",
            "innovator, early_adopter, early_majority, late_majority or laggard",
        ),
        "openness" | "conscientiousness" | "extraversion" | "agreeableness" | "neuroticism" => {
            ("trait of the big five", "T score: mean 50, standard deviation 10")
        }
        "price_sensitivity" => ("how much prices matter to them", "0 to 100"),
        "key_theme" => ("the theme that decides the feeling", "text; sentiment studies"),
        "preference" => ("which variant they prefer", "a, b or none; A/B tests"),
        "score_a" => ("how much they like variant A", "1 to 10; A/B tests"),
        "score_b" => ("how much they like variant B", "1 to 10; A/B tests"),
        "order" => ("which variant they saw first", "a_first or b_first; A/B tests"),
        "question" => ("the question", "text; surveys have one row for each question"),
        "answer" => ("the answer to the question", "text; empty when it was declined"),
        "declined" => ("why the question was declined", "text; empty when it was answered"),
        "themes" => (
            "what the answer names: in surveys to the question, elsewhere topics, then reasons for, then reasons against",
            "themes, separated by semicolons; empty where it names none",
        ),
        "appeals" => (
            "the reasons for it that the answer names, as the report counts them",
            "themes, separated by semicolons; none in surveys and A/B tests",
        ),
        "concerns" => (
            "the reasons against it that the answer names, as the report counts them",
            "themes, separated by semicolons; none in surveys and A/B tests",
        ),
        "row" => (
            "tells this row from every other one",
            "the id; with the number of the question in surveys, with the order where everyone saw both",
        ),
        "question_number" => ("the place of the question", "1, 2, … in the order asked; surveys"),
        _ => ("", ""),
    };
    (meaning, values.into())
}

/// The study types as a list of words.
fn study_types() -> String {
    let words: Vec<&str> = StudyType::ALL.iter().map(|study_type| study_type.as_str()).collect();
    match words.split_last() {
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_explained() {
        for column in COLUMNS {
            let (meaning, values) = describe(column, StudyType::Survey);
            assert!(!meaning.is_empty() && !values.is_empty(), "{column} is not explained");
        }
    }

    #[test]
    fn each_form_of_cells_has_its_own_rule() {
        for form in [CellForm::Guarded, CellForm::Spreadsheet] {
            let (name, rule, cells) = rule_of(form, 3);
            assert_eq!((name, &*cells), ("(apostrophes)", "3 cells of the table begin so"));
            assert!(rule.contains("take one from each such line"), "{rule}");
        }
        let (name, rule, cells) = rule_of(CellForm::Raw, 1);
        assert_eq!((name, &*cells), ("(cells)", "1 cell would have an apostrophe if guarded"));
        assert!(rule.contains("as they were said") && rule.contains("Warning"), "{rule}");
        assert!(!rule.contains("take one"), "there is none to take: {rule}");
    }
}
