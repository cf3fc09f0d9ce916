//! Command line: one file per command, each with its arguments (whose doc comments are the help text) and its
//! implementation. This file lists the commands, parses the arguments and dispatches.

#![allow(
    clippy::doc_markdown,
    reason = "comments of arguments are the text of --help, where backticks are noise"
)]

mod answers;
pub(crate) mod apply;
mod approve;
mod backup;
mod compare;
mod completions;
mod config;
mod control;
mod credits;
pub(crate) mod daemon;
mod delete;
mod doctor;
mod engines;
mod events;
mod example;
mod expect;
pub(crate) mod export;
mod findings;
mod hooks;
mod input;
mod keys;
mod list;
mod man;
mod mcp;
mod overview;
pub(crate) mod pages;
mod plain;
mod power;
mod queue;
mod rank;
mod replay;
mod reset_terminal;
mod restore;
mod run;
pub(crate) use run::duration;
mod show;
mod tag;
mod watch;

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand};
use protocol::paths::Paths;
use unicode_width::UnicodeWidthChar;

use crate::failure::{Detail, Exit, Failure};
use crate::look::Look;
use crate::station::theme::Theme;
use crate::ui::Ui;

/// Test ideas on synthetic panels, from the terminal.
///
/// Write what you want to test into a text file, run it, and read the report. Studies live in a small daemon of your
/// own, which starts by itself and keeps them through crashes and reboots.
#[derive(Debug, Parser)]
#[command(
    name = "demoscope",
    version,
    args_conflicts_with_subcommands = true,
    max_term_width = 100,
    after_help = "\
Examples:
  demoscope run idea.md                    a concept test on 100 synthetic people
  demoscope run idea.md --panel 500 --region uk --age-range 25-45
  demoscope examples                       studies to start from
  demoscope show @                         the latest study again
  demoscope compare 3f2a @                 two studies against each other
  demoscope rank a.md b.md c.md            which of several texts is the best
  demoscope export @ --format csv -o answers.csv

Everything is in one folder where the variable DEMOSCOPE_HOME names one: settings, studies, logs and \
the daemon's socket. Another folder is another daemon.

Each command has its own page: demoscope run --help"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    verb: Option<Verb>,
    // Before the options of the workstation, whose heading would cover it.
    /// Say also what an error came of
    #[arg(long, global = true)]
    verbose: bool,
    /// Draw with letters that every terminal has
    #[arg(long, global = true)]
    ascii: bool,
    #[command(flatten)]
    station: StationArgs,
}

/// How the workstation starts; it is what runs without a command.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Without a command: the workstation")]
struct StationArgs {
    /// Lines to read instead of screens, for screen readers and simple terminals
    #[arg(long)]
    plain: bool,
    /// Colours of the screens
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(Theme::names()))]
    theme: Option<String>,
    /// Leave the mouse to the terminal, so that it can select text
    #[arg(long)]
    no_mouse: bool,
}

impl StationArgs {
    /// The workstation options of these arguments.
    fn options(
        self,
        glyphs: Option<crate::station::look::Glyphs>,
        calls: NotifyWays,
    ) -> crate::station::StationOptions {
        use crate::station::{Mouse, StationOptions};
        StationOptions {
            theme: self.theme,
            glyphs,
            mouse: if self.no_mouse { Mouse::Terminals } else { Mouse::Ours },
            notify: calls.terminal,
            desktop: calls.desktop,
        }
    }
}

/// How the user of the workstation is called.
struct NotifyWays {
    terminal: crate::station::NotifyWay,
    desktop: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Run(Box<run::Args>),
    List(list::Args),
    Show(show::Args),
    Answers(answers::Args),
    Findings(findings::Args),
    Apply(apply::Args),
    Compare(compare::Args),
    Rank(Box<rank::Args>),
    Export(export::Args),
    Replay(replay::Args),
    /// Ask nobody else for now; answers so far are kept
    #[command(after_help = "Examples:\n  demoscope pause @\n  demoscope pause 3f2a")]
    Pause(control::Args),
    /// Go on with a paused study
    #[command(after_help = "Examples:\n  demoscope resume @")]
    Resume(control::ResumeArgs),
    /// Stop a study for good; unused credits come back, answers stay readable
    #[command(after_help = "Examples:\n  demoscope cancel 3f2a")]
    Cancel(control::Args),
    /// Ask again those that failed or whose reply could not be read
    #[command(after_help = "Examples:\n  demoscope retry @")]
    Retry(control::Args),
    /// Put a study away; `list --archived` shows it, `--undo` takes it out again
    #[command(after_help = "Examples:\n  demoscope archive 3f2a\n  demoscope archive 3f2a --undo")]
    Archive(control::ArchiveArgs),
    Delete(delete::Args),
    Tag(tag::Args),
    Queue(queue::Args),
    Watch(Box<watch::Args>),
    Hooks(hooks::Args),
    Credits(credits::Args),
    Keys(keys::Args),
    Approve(approve::Args),
    Mcp(mcp::Args),
    Engines(engines::Args),
    Events(events::Args),
    Examples(example::Args),
    Power(power::Args),
    Daemon(daemon::Args),
    Doctor(doctor::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Config(config::Args),
    Completions(completions::Args),
    Man(man::Args),
    /// Give the terminal back its normal state after a program left it in disorder
    #[command(name = "reset-terminal")]
    ResetTerminal,
}

/// Runs the command line of this process.
pub(crate) fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help goes to stdout and errors to stderr; if that stream is closed, the failure cannot be reported.
            if error.use_stderr() {
                // A usage error repeats what was typed, which may contain a pasted secret, so it is masked.
                let complaint = error.render().to_string();
                Ui::of_process().say_raw(&protocol::safe::block(&complaint));
            } else if let Err(broken) = error.print().and_then(|()| io::stdout().flush())
                && broken.kind() != ErrorKind::BrokenPipe
            {
                let failure =
                    Failure::invalid(format!("Standard output cannot be written: {broken}"))
                        .because(&broken);
                Ui::of_process().fail(&failure);
                return ExitCode::from(failure.exit.code());
            }
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let mut ui = Ui::of_process();
    if cli.verbose {
        ui.detail = Detail::Causes;
    }
    if cli.ascii {
        ui.draw_plainly();
    }
    let exit = dispatch(cli, &mut ui).unwrap_or_else(|failure| {
        ui.fail(&failure);
        failure.exit
    });
    ExitCode::from(exit.code())
}

/// Runs commands that need no daemon; the others share one single-threaded runtime.
fn dispatch(cli: Cli, ui: &mut Ui) -> Result<Exit, Failure> {
    let waiting = || {
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
            Failure::invalid(format!("This process cannot wait: {error}")).because(&error)
        })
    };
    match cli.verb {
        None if cli.station.plain => waiting()?.block_on(plain::run(ui)),
        None => {
            let glyphs = cli.ascii.then_some(crate::station::look::Glyphs::Ascii);
            workstation(cli.station, glyphs, ui)
        }
        Some(Verb::Completions(args)) => completions::run(&args, ui),
        Some(Verb::Man(args)) => man::run(&args, ui),
        Some(Verb::Replay(args)) => replay::run(&args, ui),
        Some(Verb::Examples(args)) => example::run(&args, ui),
        Some(Verb::ResetTerminal) => reset_terminal::run(ui),
        // The daemon creates its own runtime.
        Some(Verb::Daemon(daemon::Args { verb: daemon::Verb::Run(args) })) => daemon::serve(&args),
        Some(verb) => waiting()?.block_on(converse(verb, ui)),
    }
}

/// The lines of a table for stdout: cut to the width of a terminal, whole for a file or a pipe.
fn fitted(text: &str, look: Look) -> String {
    let text = look.signs(text);
    let stdout = io::stdout();
    if !rustix::termios::isatty(&stdout) {
        return text.into_owned();
    }
    match rustix::termios::tcgetwinsize(&stdout) {
        Ok(size) if size.ws_col > 0 => {
            let cut = |line| clip(line, usize::from(size.ws_col), look) + "\n";
            text.lines().map(cut).collect()
        }
        _ => text.into_owned(),
    }
}

/// A coloured line cut to that many columns, with a mark at the cut. Colour sequences have no width and are all kept,
/// so that every colour is switched off again.
fn clip(line: &str, columns: usize, look: Look) -> String {
    let (mut out, mut kept) = (String::with_capacity(line.len()), String::new());
    let (mut used, mut escaped, mut full) = (0_usize, false, false);
    for letter in line.chars() {
        if escaped || letter == '\u{1b}' {
            escaped = letter != 'm';
            if full {
                kept.push(letter);
            } else {
                out.push(letter);
            }
            continue;
        }
        let width = letter.width().unwrap_or(0);
        if full || used + width > columns {
            full = true;
            continue;
        }
        used += width;
        out.push(letter);
    }
    if !full {
        return out;
    }
    // Makes room for the mark by removing the last visible letters, but no colour sequence.
    while used >= columns.max(1) {
        let Some((at, letter)) = last_letter(&out) else { break };
        out.remove(at);
        used -= letter.width().unwrap_or(0);
    }
    out + look.glyph("…", "~") + &kept
}

/// The last letter outside colour sequences, with its position.
fn last_letter(text: &str) -> Option<(usize, char)> {
    let mut escaped = false;
    let letters = text.char_indices().filter(|&(_, letter)| {
        let colour = escaped || letter == '\u{1b}';
        escaped = colour && letter != 'm';
        !colour
    });
    letters.last()
}

/// Starts the workstation, or prints a short introduction where there is no terminal.
fn workstation(
    args: StationArgs,
    glyphs: Option<crate::station::look::Glyphs>,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    use crate::station::StationError;
    let paths = Paths::resolve()?;
    match crate::station::run(&paths, &args.options(glyphs, calls(&paths))) {
        Ok(()) => Ok(Exit::Done),
        Err(StationError::NoTerminal) => overview::run(ui),
        Err(StationError::Daemon(error)) => Err(error.into()),
        Err(
            error @ (StationError::Terminal(_) | StationError::Keymap(_) | StationError::Theme(_)),
        ) => Err(Failure::invalid(error.to_string()).because(&error)),
    }
}

/// How the settings say that the user is called; as usual where they cannot be read, which the daemon tells.
fn calls(paths: &Paths) -> NotifyWays {
    use crate::station::NotifyWay;

    let settings = daemon::settings(paths).unwrap_or_default();
    let value = |key: &str| settings.iter().find(|one| one.key == key).map(|one| one.value.clone());
    let desktop = value("notify.desktop") == Some(true.into());
    let is_in_tmux = std::env::var_os("TMUX").is_some_and(|socket| !socket.is_empty());
    if is_in_tmux && value("notify.in_tmux") == Some(false.into()) {
        return NotifyWays { terminal: NotifyWay::Off, desktop };
    }
    let way = value("notify.terminal").and_then(|way| NotifyWay::named(way.as_str()?));
    NotifyWays { terminal: way.unwrap_or_default(), desktop }
}

/// Runs commands that talk to the daemon.
async fn converse(verb: Verb, ui: &mut Ui) -> Result<Exit, Failure> {
    use protocol::service::Control;
    match verb {
        Verb::Run(args) => run::run(*args, ui).await,
        Verb::List(args) => list::run(args, ui).await,
        Verb::Show(args) => show::run(&args, ui).await,
        Verb::Answers(args) => answers::run(&args, ui).await,
        Verb::Findings(args) => findings::run(&args, ui).await,
        Verb::Apply(args) => apply::run(&args, ui).await,
        Verb::Compare(args) => compare::run(&args, ui).await,
        Verb::Rank(args) => rank::run(*args, ui).await,
        Verb::Power(args) => power::run(&args, ui).await,
        Verb::Export(args) => export::run(&args, ui).await,
        Verb::Pause(args) => control::run(args, Control::Pause, ui).await,
        Verb::Resume(args) => control::resume(args, ui).await,
        Verb::Cancel(args) => control::run(args, Control::Cancel, ui).await,
        Verb::Retry(args) => control::run(args, Control::Retry, ui).await,
        Verb::Archive(args) => control::archive(args, ui).await,
        Verb::Delete(args) => delete::run(args, ui).await,
        Verb::Tag(args) => tag::run(args, ui).await,
        Verb::Queue(args) => queue::run(args, ui).await,
        Verb::Watch(args) => watch::run(*args, ui).await,
        Verb::Hooks(args) => hooks::run(args, ui).await,
        Verb::Credits(args) => credits::run(&args, ui).await,
        Verb::Keys(args) => keys::run(args, ui).await,
        Verb::Approve(args) => approve::run(&args, ui).await,
        Verb::Mcp(args) => mcp::run(&args, ui).await,
        Verb::Engines(args) => engines::run(&args, ui).await,
        Verb::Events(args) => events::run(&args, ui).await,
        Verb::Daemon(args) => daemon::run(&args, ui).await,
        Verb::Doctor(args) => doctor::run(&args, ui).await,
        Verb::Config(args) => config::run(&args, ui).await,
        Verb::Backup(args) => backup::run(&args, ui).await,
        Verb::Restore(args) => restore::run(&args, ui).await,
        // Already handled by `dispatch`; they need no daemon.
        Verb::Completions(args) => completions::run(&args, ui),
        Verb::Man(args) => man::run(&args, ui),
        Verb::Replay(args) => replay::run(&args, ui),
        Verb::Examples(args) => example::run(&args, ui),
        Verb::ResetTerminal => reset_terminal::run(ui),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn a_line_is_cut_to_its_columns_and_its_colours_end() {
        let look = Look::PLAIN;
        assert_eq!(clip("abcdef", 6, look), "abcdef");
        assert_eq!(clip("abcdefg", 6, look), "abcde…");
        assert_eq!(clip("日本語テスト", 6, look), "日本…");
        assert_eq!(clip("\u{1b}[2mabcdefg\u{1b}[0m hi", 4, look), "\u{1b}[2mabc…\u{1b}[0m");
        assert_eq!(clip("\u{1b}[2mabc\u{1b}[0mdef", 3, look), "\u{1b}[2mab\u{1b}[0m…");
        assert_eq!(clip("\u{1b}[2mabc\u{1b}[0m", 3, look), "\u{1b}[2mabc\u{1b}[0m");
    }

    #[test]
    fn the_definitions_are_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_verb_draws_with_plain_letters_where_that_is_asked() {
        for args in [
            &["demoscope", "--ascii"][..],
            &["demoscope", "answers", "@", "--ascii"],
            &["demoscope", "findings", "@", "--ascii"],
            &["demoscope", "queue", "--ascii"],
            &["demoscope", "hooks", "list", "--ascii"],
            &["demoscope", "list", "--ascii"],
            &["demoscope", "show", "@", "--ascii"],
        ] {
            assert!(
                Cli::try_parse_from(args.iter().copied()).is_ok_and(|cli| cli.ascii),
                "{args:?}"
            );
        }
    }

    #[test]
    fn every_verb_says_what_it_does() {
        for verb in Cli::command().get_subcommands() {
            assert!(verb.get_about().is_some(), "{} has no description", verb.get_name());
            for argument in verb.get_arguments() {
                assert!(
                    argument.get_help().is_some(),
                    "{} {} has no description",
                    verb.get_name(),
                    argument.get_id()
                );
            }
        }
    }
}
