//! The `demoscope findings` command: every finding with its quotes.

use protocol::results::Report;
use protocol::run::{State, Study};
use protocol::safe;

use crate::failure::{Exit, Failure};
use crate::kinds;
use crate::link::{Absent, Link, call};
use crate::report;
use crate::ui::Ui;

/// List what to act on, with the answers behind it
///
/// A result that is low at all is one, whatever the reasons. Urgent (P0): a mean score below 4 of 10, fewer than 10 % who would
/// buy, a Net Promoter Score below −70, positive minus negative feelings below −50; from 30 answers on, with fewer when the
/// whole interval lies below, else P1. What lies below the middle (5.5 of 10, or 0) is said in a sentence. A survey has no level.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope findings @
  demoscope findings 3f2a --json | jq '.[] | select(.priority == \"P1\")'")]
pub(crate) struct Args {
    /// An id, the beginning of one, or @ for the latest
    id: String,
    /// Print an array of findings
    #[arg(long)]
    json: bool,
}

/// Prints the findings of the study.
pub(crate) async fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    let study = call!(link, find(args.id.clone()))?;
    let mut found = call!(link, report(study.id))?;
    let judged = found.results.is_some();
    let findings = found.results.take().map(|results| results.findings).unwrap_or_default();
    if args.json {
        ui.json(&findings)?;
    } else if !judged {
        ui.say(&nothing_to_judge(&found.study));
    } else {
        if !findings.is_empty() {
            let look = ui.look;
            ui.data(&report::findings(&findings, look))?;
        }
        if let Some(level) = level(&found, findings.is_empty()) {
            ui.say(&level);
        }
    }
    Ok(Exit::Done)
}

/// A note on the level of a study whose findings do not mention it.
fn level(found: &Report, nothing_found: bool) -> Option<String> {
    let view = kinds::view(found.study.instrument);
    match &found.below_middle {
        Some(low) => Some(format!("Below the middle, but not urgent: {}", safe::line(low))),
        None if !nothing_found => None,
        None if !view.has_level => Some(format!(
            "Nothing that calls for action was found; the level of a {}'s answers is not judged.",
            view.title
        )),
        None => Some("Nothing that calls for action was found.".to_owned()),
    }
}

/// Why a study without results has no findings, so that this is not read as a good result.
fn nothing_to_judge(study: &Study) -> String {
    let state = match study.state {
        State::Draft | State::Queued => "it waits for its turn",
        State::Running => "it is running",
        State::Paused => "it is paused",
        State::Finalizing => "its results are being computed",
        State::Completed => "nobody answered",
        State::Failed => "it failed",
        State::Cancelled => "it was cancelled",
    };
    let id = study.id.short();
    match study.panel.delivered {
        0 => {
            format!("There are no answers to judge: {state}. Look at it with: demoscope show {id}")
        }
        delivered => format!(
            "There are no results to judge: {state}, after {delivered} of {} answers. Read them with: demoscope answers {id}",
            study.panel.requested
        ),
    }
}

#[cfg(test)]
mod tests {
    use protocol::study::StudyType;

    use super::*;
    use crate::report::fixtures;

    #[test]
    fn what_is_below_the_middle_is_not_called_nothing() {
        let mut found = fixtures::concept_test();
        let nothing = level(&found, true);
        assert_eq!(level(&found, false), None);
        found.below_middle =
            Some("The mean score is 5.0 of 10: that is below 5.5 of 10.".to_owned());
        let low = level(&found, true);
        assert_eq!(level(&found, false), low);
        found.below_middle = None;
        found.study.instrument = StudyType::Survey;
        insta::assert_snapshot!([nothing, low, level(&found, true)].map(Option::unwrap).join("\n"), @r"
        Nothing that calls for action was found.
        Below the middle, but not urgent: The mean score is 5.0 of 10: that is below 5.5 of 10.
        Nothing that calls for action was found; the level of a survey's answers is not judged.
        ");
    }

    #[test]
    fn a_study_without_results_is_not_said_to_be_well() {
        let mut study = fixtures::concept_test().study;
        study.state = State::Cancelled;
        let some = nothing_to_judge(&study);
        study.panel.delivered = 0;
        let none = nothing_to_judge(&study);
        study.state = State::Running;
        insta::assert_snapshot!([some, none, nothing_to_judge(&study)].join("\n"), @r"
        There are no results to judge: it was cancelled, after 115 of 120 answers. Read them with: demoscope answers 3f2a9c1e
        There are no answers to judge: it was cancelled. Look at it with: demoscope show 3f2a9c1e
        There are no answers to judge: it is running. Look at it with: demoscope show 3f2a9c1e
        ");
    }
}
