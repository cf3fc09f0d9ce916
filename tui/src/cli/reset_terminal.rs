//! The `demoscope reset-terminal` command: a reset of terminal modes that a killed full-screen program left behind.

use std::fs::File;
use std::io::Write;

use rustix::termios::{
    ControlModes, InputModes, LocalModes, OptionalActions, OutputModes, tcgetattr, tcsetattr,
};

use crate::failure::{Exit, Failure};
use crate::ui::Ui;

/// Leaves the alternate screen, shows the cursor, ends mouse reports, bracketed paste, focus reports and keyboard
/// enhancements, enables line wrapping, and restores the default colours and character set.
const SEQUENCES: &str = "\x1b[?1049l\x1b[?25h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\
\x1b[?2004l\x1b[?1004l\x1b[?2026l\x1b[<u\x1b[>4;0m\x1b[?7h\x1b[?1l\x1b>\x1b(B\x0f\x1b[0m\x1b[0 q\r\x1b[K";

/// Resets the controlling terminal of this process, even when the streams are redirected.
pub(crate) fn run(ui: &mut Ui) -> Result<Exit, Failure> {
    let no_terminal = |error: std::io::Error| {
        Failure::invalid(format!("There is no terminal to reset: {error}")).because(&error)
    };
    let mut terminal =
        File::options().read(true).write(true).open("/dev/tty").map_err(no_terminal)?;
    let mut modes = tcgetattr(&terminal).map_err(|error| no_terminal(error.into()))?;
    modes.input_modes |= InputModes::ICRNL | InputModes::BRKINT | InputModes::IXON;
    modes.input_modes -= InputModes::INLCR | InputModes::IGNCR | InputModes::ISTRIP;
    modes.output_modes |= OutputModes::OPOST | OutputModes::ONLCR;
    modes.control_modes |= ControlModes::CREAD;
    modes.local_modes |= LocalModes::ICANON
        | LocalModes::ECHO
        | LocalModes::ECHOE
        | LocalModes::ECHOK
        | LocalModes::ISIG
        | LocalModes::IEXTEN;
    tcsetattr(&terminal, OptionalActions::Drain, &modes)
        .map_err(|error| no_terminal(error.into()))?;
    terminal.write_all(SEQUENCES.as_bytes()).map_err(no_terminal)?;
    ui.say("The terminal is in its normal state.");
    Ok(Exit::Done)
}
