//! The clipboard by OSC 52, which works through SSH; what is too long for that goes into a file.

use std::fs;
use std::io;

use crossterm::Command;
use crossterm::clipboard::CopyToClipboard;
use protocol::paths::Paths;

use super::terminal::Screen;

/// Terminals take about this many bytes of base64.
const BYTES_MAX: usize = 74_000;

/// Copies a text; says where it is when it is not on the clipboard.
pub(super) fn copy(screen: &mut Screen, paths: &Paths, text: &str) -> Option<String> {
    let encoded_bytes = text.len().div_ceil(3).saturating_mul(4);
    if encoded_bytes <= BYTES_MAX {
        let mut sequence = String::new();
        return CopyToClipboard::to_clipboard_from(text)
            .write_ansi(&mut sequence)
            .map_err(io::Error::other)
            .and_then(|()| screen.write(&sequence))
            .err()
            .map(|error| format!("The terminal takes no copy: {error}."));
    }
    let path = paths.cache.join("copied.txt");
    let written = fs::create_dir_all(&paths.cache).and_then(|()| fs::write(&path, text));
    Some(match written {
        Ok(()) => format!("Too long for the clipboard; it stands in {}", path.display()),
        Err(error) => format!(
            "Too long for the clipboard, and {} cannot be written: {error}.",
            path.display()
        ),
    })
}
