//! The `demoscope man` command: manual pages, generated from the same definitions as the help.

use clap::CommandFactory;

use crate::cli::Cli;
use crate::failure::{Exit, Failure};
use crate::station::action;
use crate::station::keymap::Keymap;
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

/// The keys of the workstation, generated from its keymap.
fn keys() -> Result<String, Failure> {
    let keymap =
        Keymap::built_in().map_err(|error| Failure::invalid(error.to_string()).because(&error))?;
    let mut text = String::from(".SH \"KEYS OF THE WORKSTATION\"\n");
    for line in action::reference(&keymap) {
        text.push_str(&format!(
            ".TP\n\\fB{}\\fR\n{} In keymaps: {} ({}).\n",
            plain(&line.keys),
            plain(line.help),
            plain(line.entry),
            plain(&line.places)
        ));
    }
    Ok(text)
}

/// Escapes a text for roff.
fn plain(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-")
}

/// Prints the page in roff.
pub(crate) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let is_overview = args.command.is_none();
    let mut root = Cli::command();
    root.build();
    let page = match &args.command {
        None => root,
        Some(name) => {
            let found = root.find_subcommand(name).cloned().ok_or_else(|| {
                Failure::invalid(format!("There is no command '{name}'"))
                    .hint("List them all with `demoscope help`")
            })?;
            // The page of a subcommand has the name that `man` looks for.
            let title = format!("demoscope-{name}");
            found.display_name(title)
        }
    };
    let mut roff = Vec::new();
    clap_mangen::Man::new(page).render(&mut roff).map_err(|error| {
        Failure::invalid(format!("The page cannot be made: {error}")).because(&error)
    })?;
    let mut page = String::from_utf8_lossy(&roff).into_owned();
    if is_overview {
        page.push_str(&keys()?);
    }
    ui.data(&page)?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::station::action::ACTIONS;

    #[test]
    fn the_manual_names_every_key_of_the_workstation() {
        let page = keys().unwrap();
        for entry in ACTIONS {
            assert!(page.contains(&plain(entry.help)), "{}", entry.name);
        }
        assert!(page.contains("\\fBCtrl\\-r\\fR") || page.contains("Ctrl"), "{page}");
    }
}
