//! The `demoscope --plain` command: the study list of the workstation as sentences, one study per line. Nothing is
//! drawn or animated, and each line makes sense when a screen reader reads it.

use protocol::run::{State, Study};
use protocol::safe;
use protocol::service::StudyQuery;

use crate::cli::pages;
use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link};
use crate::look::thousands;
use crate::ui::Ui;

/// Studies that are listed.
const STUDIES: u32 = 50;

/// Prints the newest studies and the available commands.
pub(crate) async fn run(ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    let studies = pages::studies(&link, StudyQuery::default(), Some(STUDIES)).await?;
    if studies.is_empty() {
        return super::overview::run(ui);
    }
    let mut text = format!("Your studies, newest first: {}.\n", studies.len());
    for study in &studies {
        text.push_str(&sentence(study));
        text.push('\n');
    }
    text.push_str("Read one: demoscope show ID. Its answers: demoscope answers ID. A new one: demoscope run FILE.\n");
    ui.data(&text)?;
    Ok(Exit::Done)
}

/// `19e2a924. Meal kit. Concept test, done: 200 of 200 answered.`
fn sentence(study: &Study) -> String {
    let panel = study.panel;
    let state = match study.state {
        State::Completed => "done",
        State::Running => "running",
        other => other.as_str(),
    };
    let reason = study.reason.as_ref().map(|reason| format!(" ({})", safe::line(reason)));
    format!(
        "{}. {}. {}, {state}{}: {} of {} answered.",
        study.id.short(),
        safe::line(&study.name),
        study.instrument.as_str().replace('_', " "),
        reason.unwrap_or_default(),
        thousands(panel.delivered),
        thousands(panel.requested)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixtures;

    #[test]
    fn a_study_is_a_sentence_that_can_be_read_aloud() {
        let mut study = fixtures::concept_test().study;
        study.name = "Kit \u{1b}[31m\u{202e}red".to_owned();
        let line = sentence(&study);
        assert!(line.contains("concept test, done: ") && line.ends_with(" answered."), "{line}");
        assert!(line.chars().all(|letter| !letter.is_control() && letter != '\u{202e}'), "{line}");
    }
}
