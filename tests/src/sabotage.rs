//! Fault injection for a daemon under test, so that a test can prove that it detects the fault: a dependency of the
//! daemon is replaced by a faulty one. The shipped program does not contain this.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use daemon::internals::{
    Ask, BuiltIn, Engine, EngineError, InProcess, OpenStorage, Reply, Responder, Storage,
};
use daemon::{Dependencies, Display, Missing};
use protocol::error::ApiError;
use protocol::study::StudySpec;
use redb::StorageBackend;
use redb::backends::InMemoryBackend;
use tokio::signal::unix::{SignalKind, signal};

use crate::wait;

/// The environment variable that requests a fault.
pub const VARIABLE: &str = "DEMOSCOPE_TEST_SABOTAGE";

/// The environment variable that requests a panic at SIGUSR1.
pub const PANIC_VARIABLE: &str = "DEMOSCOPE_TEST_PANIC";

/// The exit code of a process whose main thread panicked.
const PANICKED: i32 = 101;

/// The ordinal of the respondent that must not be asked.
const POISON: u32 = 17;

/// The longest that an engine is held.
const HELD: Duration = Duration::from_secs(600);

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// Acknowledges commits before they are durable.
    LyingDurability,
    /// Exits when the built-in engine asks the eighteenth respondent.
    Poison,
    /// Has further engines beside the built-in one: `held` answers nobody while the file `held` is in its home, `failing`
    /// answers nobody at all, `partial-N` the first N respondents, and `broken` panics when it is looked at.
    Engines,
}

impl Sabotage {
    /// Its value in the environment variable.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::LyingDurability => "lying_durability",
            Self::Poison => "poison",
            Self::Engines => "engines",
        }
    }

    /// The fault that the environment of this process requests.
    #[must_use]
    pub fn asked_for() -> Option<Self> {
        let word = std::env::var(VARIABLE).ok()?;
        [Self::LyingDurability, Self::Poison, Self::Engines]
            .into_iter()
            .find(|fault| fault.word() == word)
    }

    /// Runs a daemon with this fault, until it is stopped.
    ///
    /// # Errors
    /// When the daemon does not start.
    pub fn run(self) -> Result<(), ApiError> {
        daemon::run(Display::Foreground, Missing::Ask, self.dependencies())
    }

    fn dependencies(self) -> Dependencies {
        let honest = tui::dependencies();
        match self {
            Self::LyingDurability => {
                Dependencies { storage: Some(Storage::Custom(Arc::new(LyingDisk))), ..honest }
            }
            Self::Poison => {
                let poisoned = Engine::InProcess(Arc::new(PoisonedReader(BuiltIn)));
                let engines = BTreeMap::from([("offline".to_owned(), poisoned)]);
                Dependencies { engines, ..honest }
            }
            Self::Engines => {
                let partial =
                    PARTS.map(|count| (format!("partial-{count}"), Unwilling::After(count)));
                let named = [
                    ("held".to_owned(), Unwilling::Held),
                    ("failing".to_owned(), Unwilling::After(0)),
                    ("broken".to_owned(), Unwilling::Broken),
                ];
                let unwilling = named.into_iter().chain(partial).map(|(name, how)| {
                    let engine = UnwillingReader { own: BuiltIn, how };
                    (name, Engine::InProcess(Arc::new(engine) as Arc<dyn InProcess>))
                });
                let engines = honest.engines.clone().into_iter().chain(unwilling).collect();
                Dependencies { engines, ..honest }
            }
        }
    }
}

/// How many respondents an engine answers that answers a part of a panel.
const PARTS: [u32; 3] = [12, 15, 60];

/// How an engine does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unwilling {
    /// Nobody, while a file is there.
    Held,
    /// Nobody after that many respondents.
    After(u32),
    /// Nobody, because it panics.
    Broken,
}

/// The built-in engine, which does not answer everybody.
#[derive(Debug)]
struct UnwillingReader {
    own: BuiltIn,
    how: Unwilling,
}

impl InProcess for UnwillingReader {
    fn model(&self) -> &str {
        self.own.model()
    }

    fn asset_hash(&self) -> &str {
        assert_ne!(self.how, Unwilling::Broken, "asked for by a test");
        self.own.asset_hash()
    }

    fn prepare(&self, spec: &StudySpec) -> Box<dyn Responder> {
        Box::new(UnwillingResponder { own: self.own.prepare(spec), how: self.how })
    }
}

#[derive(Debug)]
struct UnwillingResponder {
    own: Box<dyn Responder>,
    how: Unwilling,
}

impl Responder for UnwillingResponder {
    fn ask(&self, ask: &Ask<'_>) -> Result<Reply, EngineError> {
        match self.how {
            Unwilling::After(count) if ask.ordinal >= count => {
                Err(EngineError::Final { why: "the test wants no answer".to_owned() })
            }
            Unwilling::Held => {
                let home =
                    std::env::var_os("DEMOSCOPE_HOME").map(PathBuf::from).unwrap_or_default();
                wait::until("the engine to be let go", HELD, || {
                    (!home.join("held").exists()).then_some(())
                });
                self.own.ask(ask)
            }
            Unwilling::After(_) | Unwilling::Broken => self.own.ask(ask),
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
