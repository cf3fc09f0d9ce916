//! Files of the workstation: the user's keymap and theme, settings, exports. A file is replaced by writing a temporary
//! file and renaming it, so that a crash leaves the old or the new one.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use protocol::paths::Paths;
use serde::de::DeserializeOwned;

use super::StationError;
use crate::station::keymap::Keymap;
use crate::station::look::Look;
use crate::station::model::saved::Settings;
use crate::station::theme::Theme;

/// The largest file that the form reads.
const TEXT_BYTES_MAX: u64 = 256 * 1024;

pub(super) fn folder(paths: &Paths) -> PathBuf {
    paths.data.join("workstation")
}

pub(super) fn load<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Removes all permissions of other users on a folder.
pub(super) fn make_private(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

/// Writes a temporary file and renames it, with permissions for the owner only. Each workstation uses its own temporary
/// name.
pub(super) fn store(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        protocol::wire::make_folder(parent)?;
        make_private(parent)?;
    }
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    fs::rename(&beside, path)
}

/// The built-in keymap with the user's `keymap.toml` applied.
pub(super) fn keymap(paths: &Paths) -> Result<Keymap, StationError> {
    let mut keymap = Keymap::built_in()?;
    if let Ok(text) = fs::read_to_string(paths.config.with_file_name("keymap.toml")) {
        keymap.lay_over(&text)?;
    }
    Ok(keymap)
}

/// The saved settings.
pub(super) fn settings(paths: &Paths) -> Settings {
    load(&folder(paths).join("settings.json")).unwrap_or_default()
}

/// The theme that the user chose: `theme.toml`, else the last one that was chosen in the workstation.
pub(super) fn theme(
    paths: &Paths,
    settings: &Settings,
    look: Look,
) -> Result<Option<Theme>, StationError> {
    if let Ok(text) = fs::read_to_string(paths.config.with_file_name("theme.toml")) {
        return Ok(Some(Theme::read("theme.toml", &text, look)?));
    }
    Ok(settings.theme(look))
}

/// Saves the settings. A failure must not stop the user's work: the next change is tried again.
pub(super) fn save_settings(paths: &Paths, settings: &Settings) {
    if let Ok(bytes) = serde_json::to_vec(settings) {
        drop(store(&folder(paths).join("settings.json"), &bytes));
    }
}

/// The text of a file that the form names.
pub(super) fn read(name: &str) -> Result<String, String> {
    let path = expand(name);
    let about = fs::metadata(&path).map_err(|error| reason(&error))?;
    if !about.is_file() {
        return Err("is no file".to_owned());
    }
    if about.len() > TEXT_BYTES_MAX {
        return Err("is larger than 256 KiB".to_owned());
    }
    fs::read_to_string(&path).map_err(|error| reason(&error))
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::InvalidData => "is not text in UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

/// The whole path of the file that a draft was taken from, where there is one: `apply` finds it there.
pub(super) fn place_of(name: &str, text: &str) -> Option<String> {
    let path = std::path::absolute(expand(name)).ok().filter(|path| path.is_file())?;
    // A text that was typed has a name too, and some file may bear it.
    let is_its = fs::read_to_string(&path).is_ok_and(|held| held.trim() == text.trim());
    path.to_str().filter(|_| is_its).map(ToOwned::to_owned)
}

/// The path with a leading `~` expanded to the home folder.
fn expand(name: &str) -> PathBuf {
    match (name.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(name),
    }
}

/// File names that start with the typed text, folders with a slash, in order.
pub(super) fn beginning_with(typed: &str) -> Vec<String> {
    const NAMES_MAX: usize = 200;
    let (head, tail) = match typed.rfind('/') {
        Some(at) => typed.split_at(at + 1),
        None => ("", typed),
    };
    let place = if head.is_empty() { PathBuf::from(".") } else { expand(head) };
    let Ok(entries) = fs::read_dir(place) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let fits = name.starts_with(tail) && (tail.starts_with('.') || !name.starts_with('.'));
            let slash = if entry.path().is_dir() { "/" } else { "" };
            fits.then(|| format!("{head}{name}{slash}"))
        })
        .take(NAMES_MAX)
        .collect();
    names.sort();
    names
}

/// Writes an export into the folder where the workstation was started, under a free name.
pub(super) fn export(name: &str, content: &[u8]) -> Result<String, String> {
    const TRIES: u32 = 100;
    // A codebook keeps both of its extensions.
    let (stem, extension) = name.split_once('.').unwrap_or((name, "txt"));
    for number in 1..=TRIES {
        let name = match number {
            1 => name.to_owned(),
            number => format!("{stem}-{number}.{extension}"),
        };
        match fs::File::create_new(&name) {
            Ok(mut file) => {
                let written = file.write_all(content);
                // The name comes first, because it must not be cut off.
                let folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
                return written
                    .map(|()| format!("{name} in {}", folder.display()))
                    .map_err(|error| format!("{name} cannot be written: {error}."));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(format!("{name} cannot be written here: {error}.")),
        }
    }
    Err(format!("There are {TRIES} files called {name} here; move some away."))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking: the message is its verdict")]

    use super::*;

    #[test]
    fn a_draft_has_the_place_of_the_file_it_was_taken_from_and_typed_text_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.md");
        fs::write(&path, "A kit.\n").unwrap();
        let name = path.to_str().unwrap();
        assert_eq!(place_of(name, "A kit."), Some(name.to_owned()));
        assert_eq!(place_of(name, "Another text, typed."), None);
        assert_eq!(place_of("/no/such/file.md", "A kit."), None);
    }
}
