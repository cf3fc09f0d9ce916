//! The `demoscope queue` and `queue move ID` commands: running studies, and queued studies in their order.

use std::collections::BTreeMap;

use protocol::id::StudyId;
use protocol::run::{State, Study};
use protocol::safe;

use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::look::{Look, Role, pad, pad_left, thousands};
use crate::ui::Ui;

/// Show the studies at work and those that wait; `queue move ID` changes whose turn is next
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope queue
  demoscope queue move 3f2a              it is next
  demoscope queue move 3f2a --to 3

How many are at work at once is the setting limits.studies_running.")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// Print an array of studies, those at work first
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Put a waiting study at another place of the queue
    Move {
        /// An id, the beginning of one, or @ for the latest
        id: String,
        /// The place among those that wait, from 1
        #[arg(long, value_name = "PLACE", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        to: u32,
        /// Print an array of studies, those at work first
        #[arg(long)]
        json: bool,
    },
}

/// Prints the queue, after moving a study if requested.
pub(crate) async fn run(args: Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    let (studies, json) = match args.verb {
        None => (call!(link, queue())?, args.json),
        Some(Verb::Move { id, to, json }) => {
            let study = call!(link, find(id))?;
            (call!(link, move_in_queue(study.id, to))?, json)
        }
    };
    if json {
        ui.json(&studies)?;
    } else if studies.is_empty() {
        ui.say("No study is at work and none waits.");
    } else {
        let mut waits = BTreeMap::new();
        for study in studies.iter().filter(|study| study.state == State::Running) {
            // A study that ended meanwhile does not wait for a service.
            let live = call!(link, live(study.id)).ok();
            waits.extend(live.and_then(|live| Some((study.id, live.silence?.sentence()))));
        }
        let text = table(&studies, &waits, ui.look);
        ui.data(&super::fitted(&text, ui.look))?;
    }
    Ok(Exit::Done)
}

/// The studies in order; below one that waits for its service, the reason.
fn table(studies: &[Study], waits: &BTreeMap<StudyId, String>, look: Look) -> String {
    let mut place = 0_u32;
    let mut out = String::new();
    for study in studies {
        let mark = if study.state == State::Queued {
            place += 1;
            pad_left(&place.to_string(), 3)
        } else {
            look.paint(Role::Good, &pad_left(look.glyph("●", "*"), 3))
        };
        let panel = study.panel;
        let done = format!("{}/{} done", thousands(panel.settled()), thousands(panel.requested));
        let columns = [
            mark,
            study.id.short(),
            pad(study.state.as_str(), 10),
            pad_left(&done, 20),
            look.paint(Role::Dim, &pad(&safe::line(&study.engine), 12)),
            safe::line(&study.name).into_owned(),
        ];
        out.push_str(columns.join(" ").trim_end());
        out.push('\n');
        if let Some(why) = waits.get(&study.id) {
            let why = format!("    {}", safe::line(why));
            out.extend([look.paint(Role::Warning, &why).as_str(), "\n"]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixtures;

    #[test]
    fn those_at_work_come_first_and_those_that_wait_are_numbered() {
        let mut running = fixtures::concept_test().study;
        running.state = State::Running;
        let mut next = running.clone();
        next.state = State::Queued;
        next.name = "Second\u{1b}]0;x\u{7} idea".to_owned();
        next.panel = protocol::run::PanelCounts { requested: 2_000, ..next.panel };
        let waits = BTreeMap::from([(running.id, "mock asks to wait.\u{1b}".to_owned())]);
        let alone = table(&[running.clone()], &BTreeMap::new(), Look::PLAIN);
        let told = table(&[running.clone()], &waits, Look::PLAIN);
        assert!(told.starts_with(&alone) && told.contains("    mock asks to wait."), "{told}");
        assert!(!told.contains('\u{1b}'), "{told}");
        let text = table(&[running.clone(), next.clone(), next], &BTreeMap::new(), Look::PLAIN);
        let marks: Vec<&str> = text.lines().map(|line| line[..6].trim()).collect();
        assert_eq!(marks.len(), 3);
        assert!(text.lines().next().is_some_and(|line| line.contains("●")), "{text}");
        assert!(text.contains("  1 ") && text.contains("  2 "), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}
