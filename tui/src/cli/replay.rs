//! The `demoscope replay` command: the results of a study rebuilt from its evidence bundle, on any machine, without
//! daemon or network. It reports whether they are identical to the last byte.

use std::path::PathBuf;

use protocol::run::FinishedRound;
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

/// What a bundle without prompts means: nothing is wrong with it.
const NO_PROMPTS: &str = "The file holds no prompts to compare, because this daemon would not write them as they were sent: the replies are \
     those that were sealed, and the questions follow from the settings.\n";

/// Replays the bundle.
pub(crate) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let replay = daemon::replay(&args.file)?;
    if args.json {
        ui.json(&replay)?;
        return Ok(Exit::Done);
    }
    let count = |count: u64| thousands(i128::from(count));
    let what = if replay.results_sha256.is_empty() { "the answers" } else { "the results" };
    let mut said = format!(
        "{} ({}): {what} are the same to the last byte.\n\
         {} respondents, {} replies read again{}.\n",
        safe::line(&replay.name),
        replay.study.short(),
        count(replay.respondents.into()),
        count(replay.exchanges),
        match replay.prompts {
            0 => String::new(),
            prompts => format!(", {} prompts found to be those that were sent", count(prompts)),
        },
    );
    if replay.prompts == 0 && replay.exchanges > 0 {
        said.push_str(NO_PROMPTS);
    }
    if replay.without_reply > 0 {
        said.push_str(&format!(
            "Of {} outcomes the reply was not kept, or not all of it: they were taken as the file has them.\n",
            count(replay.without_reply)
        ));
    }
    if replay.results_sha256.is_empty() {
        said.push_str(&match replay.finished_rounds.as_slice() {
            [] => "The study has no results.\n".to_owned(),
            rounds => without_results(rounds),
        });
    } else {
        said.push_str(&format!("SHA-256 of the results: {}\n", replay.results_sha256));
    }
    ui.text(&said)?;
    Ok(Exit::Done)
}

/// The rounds that had ended of a study without results, with their scores.
fn without_results(rounds: &[FinishedRound]) -> String {
    let count = match rounds.len() {
        1 => "1 round has ended".to_owned(),
        many => format!("{many} rounds have ended"),
    };
    let rounds: Vec<String> = rounds
        .iter()
        .map(|of| {
            let interval = of.interval.map_or_else(String::new, |(low, high)| {
                format!(" (95 % interval {low:.2} to {high:.2})")
            });
            format!("round {} scores {:.2}{interval}", of.round, of.overall)
        })
        .collect();
    format!("The study has no results; {count}, rebuilt too: {}.\n", rounds.join(", "))
}
