//! The `demoscope tag` command: the owner's labels of a study.

use protocol::safe;

use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::ui::Ui;

/// Set the tags of a study
///
/// The tags given replace those it had.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope tag @ spring food      exactly these two
  demoscope tag @ --clear          none")]
pub(crate) struct Args {
    /// An id, the beginning of one, or @ for the latest
    id: String,
    /// The tags it is to have
    #[arg(required_unless_present = "clear", conflicts_with = "clear")]
    tags: Vec<String>,
    /// Take all its tags away
    #[arg(long)]
    clear: bool,
    /// Print the study as one JSON object
    #[arg(long)]
    json: bool,
}

/// Replaces the tags of the study.
pub(crate) async fn run(args: Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    let study = call!(link, find(args.id))?;
    let study = call!(link, tag(study.id, args.tags))?;
    if args.json {
        ui.json(&study)?;
    } else {
        let tags = study.tags.join(", ");
        let tags = if tags.is_empty() { "no tags".into() } else { safe::line(&tags) };
        ui.say(&format!("{}: {tags}.", safe::line(&study.name)));
    }
    Ok(Exit::Done)
}
