//! Faults that a daemon under test commits on purpose, so that a test can prove that it would notice: what the daemon
//! depends on is replaced by something that cheats. The shipped program has no part of this.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use daemon::inference::offline::BuiltIn;
use daemon::inference::{Ask, Engine, InProcess, Refusal, Reply, Responder};
use daemon::store::{OpenStorage, Storage};
use daemon::{Dependencies, Face, Missing};
use protocol::error::ApiError;
use protocol::study::StudySpec;
use redb::StorageBackend;
use redb::backends::InMemoryBackend;
use tokio::signal::unix::{SignalKind, signal};

/// The variable that asks the program under test for a fault.
pub const VARIABLE: &str = "DEMOSCOPE_TEST_SABOTAGE";

/// The variable that asks for a panic at SIGUSR1.
pub const PANIC_VARIABLE: &str = "DEMOSCOPE_TEST_PANIC";

/// How a process ends whose main thread panicked.
const PANICKED: i32 = 101;

/// The place in the panel of the respondent that must not be asked.
const POISON: u32 = 17;

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// Acknowledges commits before they are durable.
    LyingDurability,
    /// Ends when the built-in engine asks the eighteenth respondent.
    Poison,
}

impl Sabotage {
    /// The word for it in the variable that asks for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::LyingDurability => "lying_durability",
            Self::Poison => "poison",
        }
    }

    /// The fault that the environment of this process asks for.
    #[must_use]
    pub fn asked_for() -> Option<Self> {
        let word = std::env::var(VARIABLE).ok()?;
        [Self::LyingDurability, Self::Poison].into_iter().find(|fault| fault.word() == word)
    }

    /// Runs a daemon that commits it, until it is told to stop.
    ///
    /// # Errors
    /// When the daemon does not start.
    pub fn run(self) -> Result<(), ApiError> {
        daemon::run(Face::Foreground, Missing::Ask, self.dependencies())
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

/// A disk that reports every sync as done and keeps all of it in the memory of the process.
#[derive(Debug)]
struct LyingDisk;

impl OpenStorage for LyingDisk {
    fn open(&self) -> io::Result<Box<dyn StorageBackend>> {
        Ok(Box::new(InMemoryBackend::new()))
    }
}

/// The built-in engine, whose process ends when one respondent is asked.
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
    fn ask(&self, ask: &Ask<'_>) -> Result<Reply, Refusal> {
        if ask.ordinal == POISON {
            std::process::abort();
        }
        self.0.ask(ask)
    }
}

/// Panics at SIGUSR1, where the environment asks for it, and ends the process as a panic of its main thread would. What a
/// panic does to the terminal is done by a hook of the process, whichever thread panics.
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
