//! The `demoscope completions` command: shell completions of commands and flags.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::failure::{Exit, Failure};
use crate::ui::Ui;

/// Print completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope completions bash > ~/.local/share/bash-completion/completions/demoscope
  demoscope completions zsh > ~/.zfunc/_demoscope
  demoscope completions fish > ~/.config/fish/completions/demoscope.fish")]
pub(crate) struct Args {
    /// Which shell
    shell: Shell,
}

/// Prints the completions.
pub(crate) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "demoscope", &mut script);
    ui.data(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
