//! Input files and standard input, read defensively: only regular files are opened, at most [`BYTES_MAX`] are read, and
//! a file that changes while being read is read again. Only the encoding is checked here; the daemon checks the
//! content.

use std::ffi::OsStr;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use protocol::safe;
use protocol::study::Problem;
use rustix::fs::OFlags;

/// The largest stimulus file, in bytes. The longest stimulus has 50,000 characters of at most four bytes.
pub(crate) const BYTES_MAX: u64 = 256 * 1024;

/// A text that was read, with its name in messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// The path as typed, sanitised for display; `-` for standard input.
    pub(crate) name: String,
    /// The text, without a byte order mark and with LF line ends.
    pub(crate) text: String,
}

/// Reads a file, or standard input for `-`.
pub(crate) fn read(path: &OsStr) -> Result<Source, Problem> {
    if path == "-" {
        return read_stream(io::stdin().lock());
    }
    let name = safe::line(&path.to_string_lossy()).into_owned();
    let bytes = read_file(Path::new(path)).map_err(|(what, hint)| problem(&name, what, hint))?;
    text_of(name, &bytes)
}

/// Reads a stream to its end.
fn read_stream(stream: impl Read) -> Result<Source, Problem> {
    let mut bytes = Vec::new();
    match stream.take(BYTES_MAX + 1).read_to_end(&mut bytes) {
        Ok(_) => text_of("-".to_owned(), &bytes),
        Err(error) => Err(problem(
            "-",
            format!("standard input cannot be read: {error}"),
            "name a file instead",
        )),
    }
}

type Fault = (String, &'static str);

/// The bytes of a regular file that did not change while it was read.
fn read_file(path: &Path) -> Result<Vec<u8>, Fault> {
    // Opening some devices has side effects, so the type is checked before opening.
    refuse_unless_regular(&std::fs::metadata(path).map_err(|error| unreadable(&error))?)?;
    for _ in 0..2 {
        if let Some(bytes) = read_once(path)? {
            return Ok(bytes);
        }
    }
    Err(("changed while it was read".into(), "run it again when it is saved"))
}

/// Reads the file once; `None` when it changed meanwhile.
fn read_once(path: &Path) -> Result<Option<Vec<u8>>, Fault> {
    // A FIFO may have taken the name after the check: NONBLOCK keeps the open from hanging.
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits();
    let mut file = OpenOptions::new()
        .read(true)
        .custom_flags(i32::try_from(flags).unwrap_or(0))
        .open(path)
        .map_err(|error| unreadable(&error))?;
    let before = metadata(&file)?;
    refuse_unless_regular(&before)?;
    if before.len() > BYTES_MAX {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    Read::take(&mut file, BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error))?;
    let after = metadata(&file)?;
    let stood_still = identity(&before) == identity(&after)
        && u64::try_from(bytes.len()).is_ok_and(|length| length == before.len());
    Ok(stood_still.then_some(bytes))
}

fn metadata(file: &File) -> Result<Metadata, Fault> {
    file.metadata().map_err(|error| unreadable(&error))
}

fn identity(found: &Metadata) -> (u64, u64, u64, i64, i64) {
    (found.dev(), found.ino(), found.len(), found.mtime(), found.mtime_nsec())
}

fn refuse_unless_regular(found: &Metadata) -> Result<(), Fault> {
    let kind = found.file_type();
    if kind.is_file() {
        return Ok(());
    }
    if kind.is_dir() {
        return Err(("is a folder".into(), "name the files in it, for example folder/*.md"));
    }
    if kind.is_fifo() {
        return Err(("is a pipe".into(), "send it to standard input: … | demoscope run -"));
    }
    let what = if kind.is_socket() { "is a socket" } else { "is a device" };
    Err((what.into(), "name a text file"))
}

fn unreadable(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::NotFound => ("does not exist".into(), "check the name"),
        io::ErrorKind::PermissionDenied => {
            ("cannot be read: permission denied".into(), "check who may read it")
        }
        _ => (format!("cannot be read: {error}"), "check the name and the disk"),
    }
}

fn too_large() -> Fault {
    (
        format!("is larger than {} KiB", BYTES_MAX / 1024),
        "a stimulus has at most 5,000 characters: keep the part that people are to see",
    )
}

fn problem(place: &str, what: impl Into<String>, hint: &str) -> Problem {
    Problem { place: place.to_owned(), what: what.into(), hint: hint.into() }
}

/// The bytes as text, or an error that names their format and the line where it shows.
fn text_of(name: String, bytes: &[u8]) -> Result<Source, Problem> {
    if u64::try_from(bytes.len()).is_ok_and(|length| length > BYTES_MAX) {
        let (what, hint) = too_large();
        return Err(problem(&name, what, hint));
    }
    let line_at = |at: usize| {
        let breaks = bytes.iter().take(at).filter(|&&byte| byte == b'\n').count();
        format!("{name}:{}", breaks + 1)
    };
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(problem(&line_at(0), "is UTF-16 text", "save it as UTF-8"));
    }
    if let Some(at) = bytes.iter().position(|&byte| byte == 0) {
        return Err(problem(
            &line_at(at),
            "is not text: it holds a zero byte",
            "save it as plain text in UTF-8",
        ));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let place = line_at(error.valid_up_to());
            return Err(problem(&place, "is not UTF-8", "save it as UTF-8"));
        }
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(problem(&line_at(0), "is empty", "write down what you want to test"));
    }
    // The same text must give the same study, whichever system it was saved on.
    Ok(Source { name, text: text.replace("\r\n", "\n") })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    fn shown(result: Result<Source, Problem>) -> String {
        match result {
            Ok(source) => format!("{:?}", source.text),
            Err(problem) => format!("{}: {} · {}", problem.place, problem.what, problem.hint),
        }
    }

    fn from_bytes(bytes: &[u8]) -> String {
        shown(read_stream(bytes))
    }

    #[test]
    fn text_is_text_whatever_saved_it() {
        assert_eq!(from_bytes("\u{feff}a\r\nb\r\n".as_bytes()), r#""a\nb\n""#);
        assert_eq!(from_bytes(b"a\rb"), r#""a\rb""#);
    }

    #[test]
    fn what_is_no_text_is_named_with_its_line() {
        let cases: [&[u8]; 7] = [
            b"",
            b"\n \n\t",
            b"\xef\xbb\xbf  ",
            b"one\ntwo \xff",
            b"one\n\ntw\0o",
            b"\xff\xfea\0",
            b"caf\xe9",
        ];
        let found: Vec<String> = cases.iter().map(|bytes| from_bytes(bytes)).collect();
        insta::assert_snapshot!(found.join("\n"), @r"
        -:1: is empty · write down what you want to test
        -:1: is empty · write down what you want to test
        -:1: is empty · write down what you want to test
        -:2: is not UTF-8 · save it as UTF-8
        -:3: is not text: it holds a zero byte · save it as plain text in UTF-8
        -:1: is UTF-16 text · save it as UTF-8
        -:1: is not UTF-8 · save it as UTF-8
        ");
    }

    #[test]
    fn the_limit_is_exact() {
        let limit = usize::try_from(BYTES_MAX).unwrap();
        assert!(read_stream(&vec![b'a'; limit][..]).is_ok());
        let found = from_bytes(&vec![b'a'; limit + 1]);
        assert!(found.contains("is larger than 256 KiB"), "{found}");
        assert!(shown(read_stream(io::repeat(b'a'))).contains("is larger than 256 KiB"));
    }

    #[test]
    fn only_regular_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let kind = |name: &str| {
            read(at(name).as_os_str()).map_or_else(|found| found.what, |_| String::new())
        };

        fs::create_dir(at("folder")).unwrap();
        assert_eq!(kind("folder"), "is a folder");

        rustix::fs::mknodat(
            rustix::fs::CWD,
            at("pipe"),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .unwrap();
        assert_eq!(kind("pipe"), "is a pipe");
        // Even when it takes the name after the check.
        assert!(read_once(&at("pipe")).is_err());

        let _listener = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        assert_eq!(kind("socket"), "is a socket");
        assert_eq!(read(OsStr::new("/dev/zero")).unwrap_err().what, "is a device");
        assert_eq!(kind("nothing"), "does not exist");

        std::os::unix::fs::symlink(at("loop"), at("loop")).unwrap();
        assert!(kind("loop").starts_with("cannot be read"));

        let sparse = File::create(at("sparse")).unwrap();
        sparse.set_len(5 << 30).unwrap();
        assert_eq!(kind("sparse"), "is larger than 256 KiB");
    }

    #[test]
    fn a_file_whose_length_lies_counts_as_changed() {
        // Kernel files report size zero although they have contents, like a file that grows while it is read.
        let found = read(OsStr::new("/proc/self/status"));
        if Path::new("/proc/self/status").exists() {
            assert_eq!(found.unwrap_err().what, "changed while it was read");
        }
    }

    #[test]
    fn a_hostile_name_is_shown_safely() {
        let name = OsStr::from_bytes(b"\x1b]52;c;aGk=\x07\xff.md");
        let place = read(name).unwrap_err().place;
        assert!(!place.contains('\u{1b}') && !place.contains('\u{7}'), "{place:?}");
    }
}
