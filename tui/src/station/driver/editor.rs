//! External editor of the user, on a file that only the user can read.

use std::env;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::process::Command;

use protocol::paths::Paths;

/// The editor if the user has configured none.
const FALLBACK: &str = "vi";

/// Opens a text in the editor; returns the edited text or an error.
pub(super) fn edit(paths: &Paths, text: &str) -> Result<String, String> {
    let named = |name: &str| env::var(name).ok().filter(|value| !value.trim().is_empty());
    let editor = named("VISUAL").or_else(|| named("EDITOR")).unwrap_or_else(|| FALLBACK.to_owned());
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or(FALLBACK);
    let path = paths.cache.join(format!("text-{}.md", std::process::id()));
    let failed = |what: &str, error: &dyn std::fmt::Display| format!("{what}: {error}.");
    fs::create_dir_all(&paths.cache).map_err(|error| failed("The text cannot be kept", &error))?;
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path)
        .map_err(|error| failed("The text cannot be kept", &error))?;
    file.write_all(text.as_bytes()).map_err(|error| failed("The text cannot be kept", &error))?;
    drop(file);
    let status = Command::new(program).args(words).arg(&path).status();
    let read = fs::read_to_string(&path);
    drop(fs::remove_file(&path));
    match status {
        Ok(status) if status.success() => {
            read.map_err(|error| failed("The text cannot be read back", &error))
        }
        Ok(_) => Err(format!("{program} ended with an error; the text is as it was.")),
        Err(error) => Err(format!("{program} cannot be started ({error}); set VISUAL or EDITOR.")),
    }
}
