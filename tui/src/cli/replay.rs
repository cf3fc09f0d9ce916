//! The `demoscope replay` command: the results of a study rebuilt from its evidence bundle, on any machine, without
//! daemon or network. It reports whether they are identical to the last byte.

use std::path::PathBuf;

use protocol::safe;

use crate::cli::daemon;
use crate::failure::{Exit, Failure};
use crate::look::thousands;
use crate::ui::Ui;

/// Rebuild a study's results from its evidence, and say whether they are the same
///
/// Reads a file that `demoscope export --format bundle` wrote: samples the panel from its seed, reads every reply again,
/// computes the results and holds them against those in the file. Exits 0 when every byte is the same, 1 when something
/// does not follow from the evidence, and 2 when the file is damaged; both name the place.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope export @ --format bundle -o study.evidence
  demoscope replay study.evidence")]
pub(crate) struct Args {
    /// A file that `export --format bundle` wrote
    file: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Replays the bundle.
pub(crate) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let replay = daemon::replay(&args.file)?;
    if args.json {
        ui.json(&replay)?;
        return Ok(Exit::Done);
    }
    let count = |count: u64| thousands(i128::from(count));
    let mut said = format!(
        "{} ({}): the results are the same to the last byte.\n\
         {} respondents, {} replies read again, {} prompts found to be those that were sent.\n",
        safe::line(&replay.name),
        replay.study.short(),
        count(replay.respondents.into()),
        count(replay.exchanges),
        count(replay.prompts),
    );
    if replay.without_reply > 0 {
        said.push_str(&format!(
            "Of {} outcomes the reply was not kept, or not all of it: they were taken as the file has them.\n",
            count(replay.without_reply)
        ));
    }
    if replay.results_sha256.is_empty() {
        said.push_str("The study has no results.\n");
    } else {
        said.push_str(&format!("SHA-256 of the results: {}\n", replay.results_sha256));
    }
    ui.data(&said)?;
    Ok(Exit::Done)
}
