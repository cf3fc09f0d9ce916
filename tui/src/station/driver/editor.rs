//! External editor of the user, on a file that only the user can read. The file is removed only after its text was taken over,
//! or at the end where nobody changed it; what cannot be taken over is kept, and its path is told.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use protocol::paths::Paths;

use super::clipboard::from_home;

/// The editor if the user has configured none.
const FALLBACK: &str = "vi";
/// Characters that a shell reads otherwise than as a part of a word: with them, a shell reads the command.
const SPECIAL: &[char] = &[
    '|', '&', ';', '<', '>', '(', ')', '$', '`', '\\', '"', '\'', '*', '?', '[', '#', '~', '=',
    '%', '\n',
];
/// An editor that returns so soon and changed nothing has likely handed the file over to a window that is open.
const AT_ONCE: Duration = Duration::from_secs(1);
/// Files of one process that are kept.
const KEPT_MAX: u32 = 1_000;
/// Files that came back unchanged and are looked at again.
const UNCHANGED_MAX: usize = 8;

/// The editor, and the files that it left unchanged: it may have handed one over to a window that is open still.
#[derive(Debug, Default)]
pub(super) struct Editor {
    unchanged: Vec<UnchangedFile>,
}

/// A file that came back as it was handed out. Once nobody wants it any more it is removed, unless it was changed since.
#[derive(Debug)]
struct UnchangedFile {
    path: PathBuf,
    text: Vec<u8>,
}

impl UnchangedFile {
    fn is_changed(&self) -> bool {
        fs::read(&self.path).is_ok_and(|text| text != self.text)
    }
}

impl Drop for UnchangedFile {
    fn drop(&mut self) {
        if !self.is_changed() {
            drop(fs::remove_file(&self.path));
        }
    }
}

impl Editor {
    /// Opens a text in the editor; returns the edited text or an error.
    pub(super) fn edit(&mut self, paths: &Paths, text: &str) -> Result<String, String> {
        let named = |name: &str| env::var(name).ok().filter(|value| !value.trim().is_empty());
        let editor =
            named("VISUAL").or_else(|| named("EDITOR")).unwrap_or_else(|| FALLBACK.to_owned());
        self.edit_with(editor.trim(), &paths.cache, text, AT_ONCE)
    }

    fn edit_with(
        &mut self,
        editor: &str,
        folder: &Path,
        text: &str,
        at_once: Duration,
    ) -> Result<String, String> {
        let EditedText { text, unchanged } = edit_with(editor, folder, text, at_once)?;
        if self.unchanged.len() >= UNCHANGED_MAX {
            drop(self.unchanged.remove(0));
        }
        self.unchanged.extend(unchanged);
        Ok(text)
    }

    /// Where a window that was open still has saved something since the editor returned, in words.
    pub(super) fn saved_late(&mut self) -> Option<String> {
        let at = self.unchanged.iter().position(UnchangedFile::is_changed)?;
        let late = self.unchanged.remove(at);
        let shown = from_home(&late.path);
        Some(format!(
            "Something was saved after the editor had returned; does it need --wait? It is kept: {shown}."
        ))
    }
}

/// What came back from an editor.
struct EditedText {
    text: String,
    unchanged: Option<UnchangedFile>,
}

fn edit_with(
    editor: &str,
    folder: &Path,
    text: &str,
    at_once: Duration,
) -> Result<EditedText, String> {
    let not_kept = |error: io::Error| format!("The text cannot be kept: {error}.");
    fs::create_dir_all(folder).map_err(not_kept)?;
    let (mut file, path) = new_file(folder).map_err(not_kept)?;
    file.write_all(text.as_bytes()).map_err(not_kept)?;
    drop(file);
    let begun = Instant::now();
    let ended = command(editor, &path).status();
    let is_at_once = begun.elapsed() < at_once;

    let shown = from_home(&path);
    let came = fs::read(&path)
        .map_err(|error| format!("The text cannot be read back from {shown}: {error}."))?;
    let is_same = came == text.as_bytes();
    let fault = match ended {
        Ok(status) if status.success() => None,
        Ok(status) if matches!(status.code(), Some(126 | 127)) => {
            Some(format!("{editor} cannot be started; set VISUAL or EDITOR"))
        }
        Ok(_) => Some(format!("{editor} ended with an error; the text is as it was")),
        Err(error) => Some(format!("{editor} cannot be started ({error}); set VISUAL or EDITOR")),
    };
    match fault {
        Some(fault) if is_same => {
            drop(fs::remove_file(&path));
            Err(format!("{fault}."))
        }
        Some(fault) => Err(format!("{fault}, and what was saved is kept in {shown}.")),
        None if is_same && is_at_once => Err(format!(
            "{editor} returned at once; does it need --wait? Its file is kept: {shown}."
        )),
        None => match String::from_utf8(came) {
            Ok(text) => {
                let unchanged = is_same
                    .then(|| UnchangedFile { text: text.clone().into_bytes(), path: path.clone() });
                if !is_same {
                    drop(fs::remove_file(&path));
                }
                Ok(EditedText { text, unchanged })
            }
            Err(_) => Err(format!(
                "The edited text is not UTF-8, so the text is as it was; the file is kept: {shown}."
            )),
        },
    }
}

/// A file of a new name, so that one that was kept is not lost.
fn new_file(folder: &Path) -> io::Result<(File, PathBuf)> {
    let process = std::process::id();
    let mut number = 0_u32;
    loop {
        let name = match number {
            0 => format!("text-{process}.md"),
            _ => format!("text-{process}-{number}.md"),
        };
        let path = folder.join(name);
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && number < KEPT_MAX => {
                number += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

/// The command of the editor, which is read as a shell reads it: quotes, backslashes, `~` and variables before it.
fn command(editor: &str, path: &Path) -> Command {
    if editor.contains(SPECIAL) {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("{editor} \"$@\"")).arg("sh").arg(path);
        return command;
    }
    let mut words = editor.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or(FALLBACK));
    command.args(words).arg(path);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A script that is run by `sh`, in a folder with a blank in its name.
    fn script(folder: &Path, lines: &str) -> String {
        let place = folder.join("my editor");
        fs::create_dir_all(&place).unwrap();
        let path = place.join("ed");
        fs::write(&path, lines).unwrap();
        format!("sh \"{}\" -w", path.display())
    }

    /// The files that were kept.
    fn kept(folder: &Path) -> Vec<Vec<u8>> {
        let files = fs::read_dir(folder.join("cache")).unwrap();
        files.map(|file| fs::read(file.unwrap().path()).unwrap()).collect()
    }

    fn edited(folder: &Path, lines: &str, at_once: Duration) -> Result<String, String> {
        with(&script(folder, lines), &folder.join("cache"), "Five dinners.\n", at_once)
    }

    /// What one editor gives back in a workstation that ends afterwards.
    fn with(editor: &str, folder: &Path, text: &str, at_once: Duration) -> Result<String, String> {
        Editor::default().edit_with(editor, folder, text, at_once)
    }

    const LONG: Duration = Duration::from_secs(3_600);

    #[test]
    fn an_edited_text_is_taken_over_and_its_file_removed() {
        let folder = tempfile::tempdir().unwrap();
        let told = edited(folder.path(), "printf 'Six dinners.' > \"$2\"", LONG);
        assert_eq!(told.as_deref(), Ok("Six dinners."));
        assert_eq!(edited(folder.path(), ":", Duration::ZERO).as_deref(), Ok("Five dinners.\n"));
        assert!(kept(folder.path()).is_empty());
    }

    #[test]
    fn what_cannot_be_taken_over_is_kept_and_named() {
        for (lines, words, bytes) in [
            ("printf 'Gr\\366\\337e' > \"$2\"", "not UTF-8", &b"Gr\xf6\xdfe"[..]),
            ("printf Six > \"$2\"; exit 1", "ended with an error", b"Six"),
            ("printf Six > \"$2\"; kill -9 $$", "ended with an error", b"Six"),
            (":", "--wait", b"Five dinners.\n"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let told = edited(folder.path(), lines, LONG).unwrap_err();
            assert!(told.contains(words) && told.contains("text-"), "{told}");
            assert_eq!(kept(folder.path()), [bytes], "{lines}");
            drop(edited(folder.path(), lines, LONG).unwrap_err());
            assert_eq!(kept(folder.path()).len(), 2, "the first one is not overwritten");
        }
    }

    /// An editor that takes its time to hand the file over to a window, which saves later.
    #[test]
    fn what_a_window_saves_late_is_kept_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let (program, cache) = (script(folder.path(), ":"), folder.path().join("cache"));
        let mut editor = Editor::default();
        let edit = |editor: &mut Editor| {
            editor.edit_with(&program, &cache, "Five dinners.\n", Duration::ZERO)
        };
        assert_eq!(edit(&mut editor).as_deref(), Ok("Five dinners.\n"));
        assert_eq!(edit(&mut editor).as_deref(), Ok("Five dinners.\n"));
        assert_eq!((kept(folder.path()).len(), editor.saved_late()), (2, None));
        let file = fs::read_dir(&cache).unwrap().next().unwrap().unwrap().path();
        fs::write(&file, "Six dinners.").unwrap();
        let told = editor.saved_late().unwrap();
        assert!(told.contains("--wait") && told.contains("text-"), "{told}");
        assert_eq!(editor.saved_late(), None, "it is told once");
        drop(editor);
        assert_eq!(kept(folder.path()), [b"Six dinners."]);
    }

    #[test]
    fn an_editor_that_fails_and_changed_nothing_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join("cache");
        assert!(edited(folder.path(), "exit 1", LONG).unwrap_err().contains("as it was"));
        for editor in ["/nowhere/ed", "'/nowhere/my ed'"] {
            let told = with(editor, &cache, "Five dinners.", LONG).unwrap_err();
            assert!(told.contains("cannot be started"), "{told}");
        }
        assert!(kept(folder.path()).is_empty());
    }

    #[test]
    fn a_command_is_read_as_a_shell_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let escaped = script(folder.path(), "printf \"$WORD\" > \"$2\"")
            .replace('"', "")
            .replace("my editor", "my\\ editor");
        let cache = folder.path().join("cache");
        let told = with(&format!("WORD=seven {escaped}"), &cache, "Five.", LONG);
        assert_eq!(told.as_deref(), Ok("seven"));
    }
}
