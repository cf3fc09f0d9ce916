//! Path of the program under test: it is built with the running test or benchmark into the same target folder. Cargo
//! provides its path to integration tests only, so the harness searches for it.

use std::path::PathBuf;

/// The path of the program under test.
///
/// # Panics
/// When it was not built.
#[must_use]
pub fn path() -> PathBuf {
    let running = std::env::current_exe().unwrap();
    running
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join("demoscope-under-test"))
        .find(|path| path.is_file())
        .unwrap_or_else(|| {
            panic!("build it first: cargo build -p demoscope-tests --bin demoscope-under-test")
        })
}

/// The folder of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Whether the long forms of the tests are requested.
#[must_use]
pub fn is_long() -> bool {
    std::env::var_os("DEMOSCOPE_LONG").is_some_and(|value| value == "1")
}
