//! Fault injection for a daemon under test, so that a test can prove that it detects the fault: a dependency of the
//! daemon is replaced by a faulty one. The shipped program does not contain this.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use daemon::internals::{
    Ask, BuiltIn, Engine, EngineError, InProcess, OpenStorage, Reply, Responder, Storage,
};
use daemon::{Dependencies, Display, Missing};
use protocol::error::ApiError;
use protocol::study::StudySpec;
use redb::StorageBackend;
use redb::backends::InMemoryBackend;
use tokio::signal::unix::{SignalKind, signal};

/// The environment variable that requests a fault.
pub const VARIABLE: &str = "DEMOSCOPE_TEST_SABOTAGE";

/// The environment variable that requests a panic at SIGUSR1.
pub const PANIC_VARIABLE: &str = "DEMOSCOPE_TEST_PANIC";

/// The exit code of a process whose main thread panicked.
const PANICKED: i32 = 101;

/// The ordinal of the respondent that must not be asked.
const POISON: u32 = 17;

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// Acknowledges commits before they are durable.
    LyingDurability,
    /// Exits when the built-in engine asks the eighteenth respondent.
    Poison,
}

impl Sabotage {
    /// Its value in the environment variable.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::LyingDurability => "lying_durability",
            Self::Poison => "poison",
        }
    }

    /// The fault that the environment of this process requests.
    #[must_use]
    pub fn asked_for() -> Option<Self> {
        let word = std::env::var(VARIABLE).ok()?;
        [Self::LyingDurability, Self::Poison].into_iter().find(|fault| fault.word() == word)
    }

    /// Runs a daemon with this fault, until it is stopped.
    ///
    /// # Errors
    /// When the daemon does not start.
    pub fn run(self) -> Result<(), ApiError> {
        daemon::run(Display::Foreground, Missing::Ask, self.dependencies())
    }

    fn dependencies(self) -> Dependencies {
        let honest = Dependencies::default();
        match self {
            Self::LyingDurability => {
                Dependencies { storage: Some(Storage::Custom(Arc::new(LyingDisk))), ..honest }
            }
            Self::Poison => {
                let poisoned = Engine::InProcess(Arc::new(PoisonedReader(BuiltIn)));
                let engines = BTreeMap::from([("offline".to_owned(), poisoned)]);
                Dependencies { engines, ..honest }
            }
        }
    }
}

/// A disk that reports every sync as done but keeps all data in memory.
#[derive(Debug)]
struct LyingDisk;

impl OpenStorage for LyingDisk {
    fn open(&self) -> io::Result<Box<dyn StorageBackend>> {
        Ok(Box::new(InMemoryBackend::new()))
    }
}

/// The built-in engine, whose process exits when one respondent is asked.
#[derive(Debug)]
struct PoisonedReader(BuiltIn);

impl InProcess for PoisonedReader {
    fn model(&self) -> &str {
        self.0.model()
    }

    fn asset_hash(&self) -> &str {
        self.0.asset_hash()
    }

    fn prepare(&self, spec: &StudySpec) -> Box<dyn Responder> {
        Box::new(Poisoned(self.0.prepare(spec)))
    }
}

#[derive(Debug)]
struct Poisoned(Box<dyn Responder>);

impl Responder for Poisoned {
    fn ask(&self, ask: &Ask<'_>) -> Result<Reply, EngineError> {
        if ask.ordinal == POISON {
            std::process::abort();
        }
        self.0.ask(ask)
    }
}

/// Panics at SIGUSR1, if the environment requests it, and exits as after a panic of the main thread. The terminal is
/// restored by a panic hook of the process, whichever thread panics.
///
/// # Errors
/// When signals cannot be caught.
#[expect(
    clippy::exit,
    clippy::disallowed_methods,
    reason = "a panic beside the main thread does not end the process by itself"
)]
pub fn panic_when_told() -> io::Result<()> {
    if std::env::var_os(PANIC_VARIABLE).is_none() {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listening = async { signal(SignalKind::user_defined1()) };
    let mut told = runtime.block_on(listening)?;
    let panicking = std::thread::spawn(move || {
        let is_told = runtime.block_on(told.recv()).is_some();
        assert!(!is_told, "asked for by a test");
    });
    std::thread::spawn(move || {
        if panicking.join().is_err() {
            std::process::exit(PANICKED);
        }
    });
    Ok(())
}
