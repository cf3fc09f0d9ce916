//! Notifications of the desktop, by the command `notify-send`, which hands them to the session's bus. Where there is no such
//! command, or no desktop, nothing happens: the terminal is called as well.

use std::process::{Command, Stdio};

use protocol::safe;

/// Most characters of a text.
const CHARACTERS_MAX: usize = 200;

/// Shows a text, without waiting for the desktop.
pub(super) fn show(text: &str) {
    let arguments = arguments(text);
    // The thread ends with the command, so that none is left unwaited.
    std::thread::spawn(move || {
        let mut command = Command::new("notify-send");
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        drop(command.status());
    });
}

/// What the command is told. The text is the summary, since desktops read markup in the body; nothing of it is an option.
fn arguments(text: &str) -> [String; 3] {
    let shown: String = safe::line(text).chars().take(CHARACTERS_MAX).collect();
    ["--app-name=Demoscope".to_owned(), "--".to_owned(), format!("Demoscope: {shown}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_no_option_and_has_no_control_characters() {
        let [_, end, text] = arguments("--hint=string:x:\u{1b}]0;owned\u{7}\u{202e}");
        assert_eq!(end, "--");
        assert!(text.starts_with("Demoscope: --hint"), "{text}");
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text:?}");
        assert!(arguments(&"x".repeat(900))[2].len() < 250);
    }
}
