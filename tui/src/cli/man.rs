//! `demoscope man`: the manual pages, made from the same definitions as the help.

use clap::CommandFactory;

use crate::cli::Cli;
use crate::failure::{Exit, Failure};
use crate::ui::Ui;

/// Print a manual page
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope man | man -l -
  demoscope man run > demoscope-run.1")]
pub(crate) struct Args {
    /// Whose page; without it the overview
    command: Option<String>,
}

/// Prints the page in roff.
pub(crate) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let mut root = Cli::command();
    root.build();
    let page = match &args.command {
        None => root,
        Some(name) => {
            let found = root.find_subcommand(name).cloned().ok_or_else(|| {
                Failure::invalid(format!("There is no command '{name}'."))
                    .hint("demoscope help lists them all")
            })?;
            // The page of a verb is called as `man` looks for it.
            let title = format!("demoscope-{name}");
            found.display_name(title)
        }
    };
    let mut roff = Vec::new();
    clap_mangen::Man::new(page)
        .render(&mut roff)
        .map_err(|error| Failure::invalid(format!("The page cannot be made: {error}.")))?;
    ui.data(&String::from_utf8_lossy(&roff))?;
    Ok(Exit::Done)
}
