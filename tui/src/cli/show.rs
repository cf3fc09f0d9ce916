//! The `demoscope show` command: a study with its results so far.

use protocol::external::{ExternalResult, ShownExternal};
use protocol::results::{Report, Response};
use protocol::run::State;
use protocol::safe;
use serde::Serialize;

use crate::cli::pages::Answers;
use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::report;
use crate::ui::Ui;

/// Show the report of a study
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope show @                 the latest study
  demoscope show 3f2a --answers    with every answer
  demoscope show @ --by gender,age_band
  demoscope show @ --by age_band --of theme.Price
  demoscope show @ --json | jq .results.estimates")]
pub(crate) struct Args {
    /// An id, the beginning of one, or @ for the latest; of an external result, too
    id: String,
    /// Every answer too
    #[arg(long)]
    answers: bool,
    /// Break the result down by one or two of gender, age_band, income_bracket, education, tech_adoption, region
    #[arg(long, value_name = "DIMENSIONS", value_delimiter = ',', conflicts_with = "answers")]
    by: Vec<String>,
    /// Which result is broken down: an estimate as --json names it, or theme.NAME, appeal.NAME, concern.NAME
    #[arg(long, value_name = "RESULT", requires = "by")]
    of: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Prints the report of the study in the arguments, whatever its state.
pub(crate) async fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    if let Some(found) = call!(link, external(args.id.clone()))? {
        return external(args, &found, ui);
    }
    let study = call!(link, find(args.id.clone()))?;
    if args.by.is_empty() {
        print(&link, study.id, ShowDetail::of(args.answers), Form::of(args.json), ui).await?;
        return Ok(Exit::Done);
    }
    let dimensions = args.by.iter().map(|name| name.trim().replace('-', "_")).collect();
    let table = call!(link, cross(study.id, dimensions, args.of.clone()))?;
    if args.json {
        ui.json(&table)?;
    } else {
        let look = ui.look;
        ui.data(&report::cross(&table, look))?;
    }
    Ok(Exit::Done)
}

/// Prints the result of another service.
fn external(args: &Args, found: &ExternalResult, ui: &mut Ui) -> Result<Exit, Failure> {
    if args.answers || !args.by.is_empty() {
        return Err(Failure::invalid("The answers behind an external result are not here")
            .hint("Look at them at the service that told it"));
    }
    if args.json {
        ui.json(&ShownExternal::of(found.clone()))?;
    } else {
        let look = ui.look;
        ui.data(&report::external::external(found, look))?;
    }
    Ok(Exit::Done)
}

/// How much of a study to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShowDetail {
    /// The report.
    Summary,
    /// The report and every answer.
    Answers,
}

impl ShowDetail {
    pub(crate) fn of(answers: bool) -> Self {
        if answers { Self::Answers } else { Self::Summary }
    }
}

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Text for people.
    Text,
    /// JSON for programs.
    Json,
}

impl Form {
    pub(crate) fn of(json: bool) -> Self {
        if json { Self::Json } else { Self::Text }
    }
}

/// A study with answers but no results, in the form of the export: the answers are written next to the study.
#[derive(Serialize)]
struct Unfinished<'a> {
    #[serde(flatten)]
    report: &'a Report,
    responses: &'a [Response],
}

/// Prints a study's report, as `run` and `show` do.
pub(crate) async fn print(
    link: &Link,
    study: protocol::id::StudyId,
    detail: ShowDetail,
    form: Form,
    ui: &mut Ui,
) -> Result<(), Failure> {
    let mut found = call!(link, report(study))?;
    if form == Form::Json {
        // If this version cannot sample that panel any more, the results are shown without it.
        found.asked = call!(link, asked(study)).ok().map(Box::new);
    }
    match (form, detail) {
        (Form::Json, ShowDetail::Summary) => ui.json(&found),
        (Form::Json, ShowDetail::Answers) => {
            let responses = Answers::of(study, None).all(link).await?;
            if let Some(results) = &mut found.results {
                results.responses = Some(responses);
                ui.json(&found)
            } else {
                ui.json(&Unfinished { report: &found, responses: &responses })
            }
        }
        (Form::Text, _) => {
            let look = ui.look;
            ui.data(&report::render(&found, look))?;
            if found.study.state == State::Running
                && let Some(silence) = call!(link, live(study))?.silence
            {
                let said = format!("\n{}\n", safe::line(&silence.sentence()));
                ui.data(&super::fitted(&said, look))?;
            }
            if detail == ShowDetail::Answers {
                ui.data("\n")?;
                super::answers::print(link, Answers::of(study, None), ui).await?;
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{self, Layout};
    use crate::report::fixtures;

    #[test]
    fn answers_without_results_stand_beside_them() {
        let mut report = fixtures::concept_test();
        report.results = None;
        let responses = fixtures::responses();
        let unfinished = Unfinished { report: &report, responses: &responses };
        let text = json::text(&unfinished, Layout::Line).unwrap();
        let plain = json::text(&report, Layout::Line).unwrap();
        assert!(text.starts_with(plain.trim_end_matches('}').trim_end_matches('{')), "{text}");
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["responses"].as_array().map(Vec::len), Some(responses.len()));
        assert_eq!(value["results"], serde_json::Value::Null);
    }
}
