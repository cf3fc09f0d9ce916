//! Fixtures for the tests of the use cases and of the drivers: a storage whose crash loses what was not synced,
//! scripted engines, and small studies.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use protocol::audience::Audience;
use protocol::credits::{Credits, UsdMicros};
use protocol::hook::HookFormat;
use protocol::id::SubmitKey;
use protocol::results::Results;
use protocol::study::{EngineMode, Instrument, Origin, StudySpec};
use redb_seam::StorageBackend;
use uuid::Uuid;

use crate::inference::{Ask, Engine, EngineError, InProcess, Reply, Responder, RewriteProposal};
use crate::store::{OpenStorage, Options, Storage, backend as redb_seam};
use crate::world::World;
use crate::world::testing::{CountedIds, ManualClock};

use super::asking::compute::compute;
use super::asking::rounds::rewrites;
use super::studies::lookup::by_number;
use super::studies::submit::{AfterFailure, Plan, Submission, fingerprint};
use super::{CallOrigin, Caller, Core, ErasureSteps, Owner, Scopes, Settings};

/// The user for whom the daemon runs.
pub(crate) fn me() -> Caller {
    let origin = CallOrigin::Door(Origin::Cli);
    Caller { owner: Owner::Local(1_000), scopes: Scopes::ALL, origin }
}

/// A driver.
pub(crate) static DRIVER: Caller = Caller::driver("test");

/// A disk in memory. What was written but not synced is lost in a crash, and it can be told to fail.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk(Arc<DiskState>);

#[derive(Debug, Default)]
struct DiskState {
    bytes: Mutex<Bytes>,
    /// Writes and syncs that still succeed; negative is without limit.
    budget: AtomicI64,
    limited: AtomicBool,
    /// Syncs succeed and keep nothing.
    lies: AtomicBool,
    pub(crate) operations: AtomicU64,
}

#[derive(Debug, Default)]
struct Bytes {
    now: Vec<u8>,
    durable: Vec<u8>,
    /// What changed since the last sync.
    dirty: Vec<Change>,
}

#[derive(Debug)]
enum Change {
    Length(usize),
    Write(usize, Vec<u8>),
}

impl Disk {
    /// A disk that reports a sync as done and does nothing.
    pub(crate) fn lying() -> Self {
        let disk = Self::default();
        disk.0.lies.store(true, Ordering::SeqCst);
        disk
    }

    /// The same disk after the power went: only what was synced is there.
    pub(crate) fn after_crash(&self) -> Self {
        Self::of(self.0.bytes.lock().unwrap().durable.clone())
    }

    /// The same disk after the process was killed: everything that was written is there.
    pub(crate) fn after_kill(&self) -> Self {
        Self::of(self.bytes())
    }

    /// What was written.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.bytes.lock().unwrap().now.clone()
    }

    fn of(durable: Vec<u8>) -> Self {
        let disk = Self::default();
        *disk.0.bytes.lock().unwrap() = Bytes { now: durable.clone(), durable, dirty: Vec::new() };
        disk
    }

    /// After that many more writes and syncs, every one fails.
    pub(crate) fn fail_after(&self, operations: i64) {
        self.0.budget.store(operations, Ordering::SeqCst);
        self.0.limited.store(true, Ordering::SeqCst);
    }

    /// Takes writes again.
    pub(crate) fn heal(&self) {
        self.0.limited.store(false, Ordering::SeqCst);
    }

    pub(crate) fn storage(&self) -> Storage {
        Storage::Custom(Arc::new(self.clone()))
    }

    fn spend(&self) -> io::Result<()> {
        self.0.operations.fetch_add(1, Ordering::SeqCst);
        if self.0.limited.load(Ordering::SeqCst)
            && self.0.budget.fetch_sub(1, Ordering::SeqCst) <= 0
        {
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        Ok(())
    }
}

impl OpenStorage for Disk {
    fn open(&self) -> io::Result<Box<dyn StorageBackend>> {
        Ok(Box::new(self.clone()))
    }

    fn probe(&self) -> io::Result<()> {
        if self.0.limited.load(Ordering::SeqCst) && self.0.budget.load(Ordering::SeqCst) <= 0 {
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        Ok(())
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.bytes.lock().unwrap().now.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let bytes = self.0.bytes.lock().unwrap();
        let start = usize::try_from(offset).unwrap();
        let source = bytes.now.get(start..start + out.len());
        out.copy_from_slice(source.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.spend()?;
        let mut bytes = self.0.bytes.lock().unwrap();
        let length = usize::try_from(length).unwrap();
        bytes.now.resize(length, 0);
        bytes.dirty.push(Change::Length(length));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.spend()?;
        if self.0.lies.load(Ordering::SeqCst) {
            return Ok(());
        }
        let mut bytes = self.0.bytes.lock().unwrap();
        for change in std::mem::take(&mut bytes.dirty) {
            match change {
                Change::Length(length) => bytes.durable.resize(length, 0),
                Change::Write(start, data) => {
                    bytes.durable[start..start + data.len()].copy_from_slice(&data);
                }
            }
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.spend()?;
        let mut bytes = self.0.bytes.lock().unwrap();
        let start = usize::try_from(offset).unwrap();
        bytes.now[start..start + data.len()].copy_from_slice(data);
        bytes.dirty.push(Change::Write(start, data.to_vec()));
        Ok(())
    }
}

/// A world whose clock stands in November 2026 and whose ids count up from `ids`.
pub(crate) fn world() -> (World, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at("2026-11-22T10:00:00Z".parse().unwrap()));
    (World::new(clock.clone(), Arc::new(CountedIds::default())), clock)
}

/// Settings with a budget and a scripted engine under the name `offline`.
pub(crate) fn settings(allowance: i64, engine: Script) -> Settings {
    Settings {
        allowance: Credits(allowance),
        engines: BTreeMap::from([("offline".to_owned(), Engine::InProcess(Arc::new(engine)))]),
        // So small that small studies take several.
        erasure_steps: ErasureSteps { rows: 5, looked_at: 7 },
        ..Settings::default()
    }
}

/// Options for small stores that are opened again at once.
pub(crate) fn options() -> Options {
    Options {
        cache_bytes: 4 * 1024 * 1024,
        reopen_first: Duration::ZERO,
        reopen_most: Duration::ZERO,
        ..Options::default()
    }
}

/// An engine whose answers a test decides.
#[derive(Clone)]
pub(crate) struct Script {
    answer: Arc<Scripted>,
    model: &'static str,
    rewrites: fn(&StudySpec) -> Vec<RewriteProposal>,
}

type Scripted = dyn Fn(&Ask<'_>) -> Result<Reply, EngineError> + Send + Sync;

impl Script {
    /// Answers as that function says.
    pub(crate) fn new(
        answer: impl Fn(&Ask<'_>) -> Result<Reply, EngineError> + Send + Sync + 'static,
    ) -> Self {
        Self { answer: Arc::new(answer), model: "scripted", rewrites: |_| Vec::new() }
    }

    /// What it says to that question.
    pub(crate) fn ask_directly(&self, ask: &Ask<'_>) -> Result<Reply, EngineError> {
        (self.answer)(ask)
    }

    /// Its rewrites of a content.
    pub(crate) fn rewrites_of(&self) -> fn(&StudySpec) -> Vec<RewriteProposal> {
        self.rewrites
    }

    /// The same, with those rewrites of a content.
    pub(crate) fn rewriting(self, rewrites: fn(&StudySpec) -> Vec<RewriteProposal>) -> Self {
        Self { rewrites, ..self }
    }

    /// The same under the name of another model.
    pub(crate) fn under(self, model: &'static str) -> Self {
        Self { model, ..self }
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Script")
    }
}

impl InProcess for Script {
    fn model(&self) -> &'static str {
        self.model
    }

    fn asset_hash(&self) -> &'static str {
        "scripted"
    }

    fn rewrites(&self, spec: &StudySpec) -> Vec<RewriteProposal> {
        (self.rewrites)(spec)
    }

    fn prepare(&self, _spec: &StudySpec) -> Box<dyn Responder> {
        Box::new(self.clone())
    }
}

impl Responder for Script {
    fn ask(&self, ask: &Ask<'_>) -> Result<Reply, EngineError> {
        (self.answer)(ask)
    }
}

/// Everyone gives a score that follows from their place.
pub(crate) fn everyone_answers() -> Script {
    Script::new(|ask| Ok(reply(ask.ordinal)))
}

/// Everyone breaks.
pub(crate) fn nobody_answers() -> Script {
    Script::new(|_| Err(EngineError::Final { why: "no line".to_owned() }))
}

pub(crate) fn reply(ordinal: u32) -> Reply {
    let score = ordinal % 10 + 1;
    Reply {
        text: serde_json::json!({
            "score": score,
            "sentiment": if score > 6 { "positive" } else { "negative" },
            "reasoning": "It would save me time, but the price puts me off.",
            "purchase_intent": if score > 6 { "probably" } else { "probably_not" },
            "appeals": [{ "theme": "Saving time", "quote": "save me time" }],
            "concerns": [{ "theme": "Price", "quote": "the price puts me off" }],
        })
        .to_string(),
        model: "scripted".to_owned(),
        input_tokens: 0,
        output_tokens: 0,
        cost: UsdMicros::ZERO,
    }
}

pub(crate) fn spec(panel: u32) -> StudySpec {
    StudySpec {
        name: format!("A kit for {panel}"),
        instrument: Instrument::ConceptTest {
            stimulus: "A meal kit that learns your taste, delivered weekly.".to_owned(),
        },
        panel,
        audience: Audience::default(),
        engine: "offline".to_owned(),
        engine_mode: EngineMode::Standard,
        seed: 7,
        context: None,
        language: None,
        max_cost_usd: None,
        tags: vec!["spring".to_owned()],
        project: None,
        webhook: None,
        measurement: protocol::measurement::Measurement::default(),
    }
}

/// A submission under that key, with the panel sampled.
pub(crate) fn submission(core: &Core, key: u128, panel: u32) -> Submission {
    submission_of(core, key, spec(panel))
}

/// The same of another study.
pub(crate) fn submission_of(core: &Core, key: u128, spec: StudySpec) -> Submission {
    with_plan(key, core.plan(spec).unwrap())
}

/// A submission whose panel nobody will look at: for tests of the ledger and the states.
pub(crate) fn paper(key: u128, panel: u32) -> Submission {
    with_plan(
        key,
        Plan {
            spec: spec(panel),
            model: "scripted".to_owned(),
            instrument_hash: "none".to_owned(),
            price: Credits(1),
            charge: None,
            scale: Some((1, 10)),
            population: String::new(),
            margins: protocol::results::Margins::new(),
            announced: None,
            strategy: None,
            rejected: Vec::new(),
            panel: vec![0; 4],
        },
    )
}

fn with_plan(key: u128, plan: Plan) -> Submission {
    Submission {
        after_failure: AfterFailure::Same,
        sent: None,
        key: SubmitKey(Uuid::from_u128(key)),
        body: fingerprint(&plan.spec),
        version: None,
        path: None,
        hops: 0,
        hook_format: HookFormat::Standard,
        unagreed: UsdMicros::ZERO,
        cost_request: None,
        plan,
    }
}

/// Every invariant that is broken, in words.
pub(crate) fn broken(core: &Core) -> Vec<String> {
    core.store()
        .read(|reader| -> Result<_, crate::store::Fault> {
            Ok(super::upkeep::audit::all(reader)
                .into_iter()
                .filter(|check| !check.ok)
                .map(|check| format!("{}: {}", check.name, check.detail))
                .collect())
        })
        .unwrap()
}

impl Core {
    /// The results of a study from the outcomes that its round has now: while some are missing, a partial result, whose
    /// figures say of how many answers they are. `None` without a single answer.
    pub(crate) fn compute(&self, number: u32) -> protocol::service::Reply<Option<Results>> {
        self.look(|reader| {
            let rewrites = rewrites(reader, number)?;
            let computed = compute(reader, &by_number(reader, number)?, rewrites)?;
            Ok(computed.map(|(results, _)| results))
        })
    }
}
