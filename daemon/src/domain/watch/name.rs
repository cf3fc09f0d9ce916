//! Names of watched files and folders: stimulus files by their endings, names that are not looked at, and names that are
//! refused because they cannot be shown safely.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use protocol::safe;

/// Endings of stimulus files.
const ENDINGS: [&str; 3] = [".md", ".markdown", ".txt"];
/// Folders of tools, which hold no drafts.
const TOOLS: [&str; 3] = ["node_modules", "target", "__pycache__"];

/// What the name of a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FileName {
    /// A stimulus file.
    Stimulus,
    /// A stimulus file by its ending, whose name is refused: the name as it can be shown, and why.
    Refused { shown: String, why: &'static str },
    /// Something else.
    Other,
}

/// Judges the name of a file, without its folder.
#[must_use]
pub(crate) fn file_name(name: &OsStr) -> FileName {
    let shown = safe::line(&name.to_string_lossy()).into_owned();
    let lower = name.to_string_lossy().to_lowercase();
    // Hidden files, and what editors write beside a file: .#idea.md, .idea.md.swp, #idea.md#.
    if lower.starts_with('.') || !ENDINGS.iter().any(|ending| lower.ends_with(ending)) {
        return FileName::Other;
    }
    match std::str::from_utf8(name.as_bytes()) {
        Err(_) => FileName::Refused { shown, why: "its name is not UTF-8" },
        Ok(name) if name != shown => {
            FileName::Refused { shown, why: "its name holds characters that cannot be shown" }
        }
        Ok(_) => FileName::Stimulus,
    }
}

/// Whether a folder below a watched one is looked into, by its name: hidden ones and those of tools are not.
#[must_use]
pub(crate) fn is_folder_name(name: &OsStr) -> bool {
    let text = name.to_string_lossy();
    !text.starts_with('.') && !TOOLS.contains(&&*text)
}
