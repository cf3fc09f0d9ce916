//! The `demoscope backup` command: a consistent copy of the store, also while it is in use.

use std::path::{Path, PathBuf};

use protocol::safe;

use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::ui::Ui;

/// Write a consistent copy of all studies and credits
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope backup                     among the daily ones
  demoscope backup ~/demoscope.redb    where you say; an existing file is never replaced")]
pub(crate) struct Args {
    /// Where to; a file that does not exist yet
    path: Option<PathBuf>,
    /// Print { "path" }
    #[arg(long)]
    json: bool,
}

/// Has the daemon write a backup and prints where it is.
pub(crate) async fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let target = args.path.as_deref().map(absolute).transpose()?;
    let link = Link::open(ui, Absent::Start).await?;
    let path = call!(link, backup(target))?;
    if args.json {
        ui.json(&serde_json::json!({ "path": path }))?;
    } else {
        ui.data(&format!("{}\n", safe::line(&path)))?;
    }
    Ok(Exit::Done)
}

/// An absolute path for the daemon, whose working directory is another one.
fn absolute(path: &Path) -> Result<String, Failure> {
    let path = std::path::absolute(path).map_err(|error| {
        Failure::invalid(format!("That is no usable path: {error}")).because(&error)
    })?;
    if path.symlink_metadata().is_ok() {
        let shown = path.to_string_lossy();
        return Err(Failure::invalid(format!("{} exists already", safe::line(&shown)))
            .hint("Choose another name: a backup never replaces a file"));
    }
    path.into_os_string().into_string().map_err(|path| {
        let shown = path.to_string_lossy();
        Failure::invalid(format!("{} is not UTF-8", safe::line(&shown)))
            .hint("Choose a name that is")
    })
}
