//! The `demoscope restore` command: replacement of the store by a backup. The daemon is stopped for it and started
//! again; the old store is kept in the same folder.

use std::path::PathBuf;

use protocol::paths::Paths;
use protocol::safe;

use crate::cli::daemon;
use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link};
use crate::ui::Ui;

/// Go back to a backup; what is there now is kept beside it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope restore ~/demoscope.redb
  demoscope restore ~/demoscope.redb --yes     without asking")]
pub(crate) struct Args {
    /// A file that `demoscope backup` wrote
    path: PathBuf,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

/// Stops the daemon, restores, and starts it again.
pub(crate) async fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let shown = args.path.to_string_lossy();
    let shown = safe::line(&shown);
    match std::fs::metadata(&args.path) {
        Ok(found) if found.is_file() => {}
        Ok(_) => return Err(Failure::invalid(format!("{shown} is no regular file"))),
        Err(error) => {
            return Err(Failure::invalid(format!("{shown} cannot be read: {error}"))
                .because(&error)
                .hint("Look for the daily backups in the folder that `demoscope backup` prints"));
        }
    }
    if !args.yes {
        let question = format!("Replace all studies and credits by those of {shown}?");
        if !Ui::can_ask() {
            return Err(Failure::invalid("This replaces all studies and credits")
                .hint("Say that you mean it with --yes"));
        }
        if !ui.ask(&question) {
            return Err(Failure::invalid("Nothing was restored"));
        }
    }
    let ended = daemon::stop(ui).await?;
    let (paths, backup) = (Paths::resolve()?, args.path.clone());
    // Opening and auditing the store takes time and creates a runtime of its own.
    let outcome =
        tokio::task::spawn_blocking(move || daemon::restore_store(&paths, &backup)).await.map_err(
            |error| Failure::invalid(format!("The backup cannot be read: {error}")).because(&error),
        )?;
    // A daemon that ran before is started again, whether the restore worked or not.
    if ended == daemon::Ended::Now {
        Link::open(ui, Absent::Start).await?;
    }
    for line in outcome? {
        ui.say(&safe::line(&line));
    }
    ui.say("Restored. Audit it with: demoscope doctor");
    Ok(Exit::Done)
}
