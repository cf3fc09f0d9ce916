//! `demoscope findings`: what to act on, every finding with the words that support it.

use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::report;
use crate::ui::Ui;

/// List what to act on, with the answers behind it
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
    let found = call!(link, report(study.id))?;
    let findings = found.results.map(|results| results.findings).unwrap_or_default();
    if args.json {
        ui.json(&findings)?;
    } else if findings.is_empty() {
        ui.say("Nothing that calls for action was found.");
    } else {
        let look = ui.look;
        ui.data(&report::findings(&findings, look))?;
    }
    Ok(Exit::Done)
}
