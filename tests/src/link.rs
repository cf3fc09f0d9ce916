//! Blocking connection to the daemon, for tests that wait for one thing at a time. It uses the same protocol and code
//! as the shipped clients.

use std::time::Duration;

use protocol::analysis::Asked;
use protocol::credits::Credits;
use protocol::error::ApiError;
use protocol::event::{Cursor, EventPage};
use protocol::id::{StudyId, SubmitKey};
use protocol::key::{FreshKey, Key, KeyId, NewKey};
use protocol::ledger::{Balance, Transfer};
use protocol::log::{LogPage, LogQuery};
use protocol::paths::Paths;
use protocol::results::{Comparison, Report, Response, Tagged};
use protocol::run::{Live, Preview, Study};
use protocol::service::{
    Check, Control, Deleted, Page, Reply, Status, StudyQuery, Submit, Tuning, Welcome,
};
use protocol::study::{Draft, DraftText, Origin};
use protocol::watch::{Watch, WatchControl};
use protocol::wire::{self, Connection};
use tokio::runtime::{Builder, Runtime};

use crate::wait;

/// Above the longest wait that a call can request.
const LIMIT: Duration = Duration::from_mins(1);

/// A connection with its own runtime.
#[derive(Debug)]
pub struct Link {
    runtime: Runtime,
    connection: Connection,
}

macro_rules! calls {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $kind:ty),*) -> $reply:ty;)+) => {
        impl Link {
            $($(#[$doc])*
            ///
            /// # Errors
            /// The daemon's error, or the loss of the connection.
            pub fn $name(&self, $($arg: $kind),*) -> Reply<$reply> {
                let asked = self.connection.client.$name(wire::within(LIMIT), $($arg),*);
                self.runtime.block_on(asked).unwrap_or_else(|error| Err(wire::call_failed(&error)))
            })+
        }
    };
}

calls! {
    /// Checks a draft.
    check(draft: Draft) -> Preview;
    /// Submits a study.
    submit(submit: Submit) -> Study;
    /// Lists studies.
    studies(query: StudyQuery) -> Page<Study>;
    /// Finds a study.
    find(name: String) -> Study;
    /// A study with its results.
    report(study: StudyId) -> Report;
    /// The same with the results of one round of a chain, from 1.
    round_report(study: StudyId, round: u16) -> Report;
    /// Compares two studies by a metric, by default the main one.
    compare(first: StudyId, second: StudyId, of: Option<String>) -> Comparison;
    /// The material and audience of a study.
    asked(study: StudyId) -> Asked;
    /// The live state of a study.
    live(study: StudyId) -> Live;
    /// A page of answers.
    answers(study: StudyId, offset: u32, limit: u32) -> Page<Response<Tagged>>;
    /// A page of scores.
    scores(study: StudyId, offset: u32, limit: u32) -> Vec<u8>;
    /// A control operation on a study.
    control(study: StudyId, control: Control) -> Study;
    /// Deletes a study.
    delete(study: StudyId) -> Deleted;
    /// The balance.
    credits() -> Balance;
    /// Adds credits.
    grant(credits: Credits) -> Balance;
    /// A page of movements, newest first.
    statement(offset: u32, limit: u32) -> Page<Transfer>;
    /// A page of the event feed.
    events(after: Cursor, limit: u32, wait_ms: u64) -> EventPage;
    /// Pauses, resumes or removes a watch.
    control_watch(path: String, control: WatchControl) -> Watch;
    /// Entries of the daemon's log.
    logs(query: LogQuery) -> LogPage;
    /// The status of the daemon.
    status() -> Status;
    /// Changes the rate limits of an engine.
    tune_engine(name: String, tuning: Option<Tuning>) -> Tuning;
    /// Running and queued studies.
    queue() -> Vec<Study>;
    /// Moves a queued study.
    move_in_queue(study: StudyId, place: u32) -> Vec<Study>;
    /// Audits every invariant.
    doctor() -> Vec<Check>;
    /// Writes a copy of the store.
    backup(path: Option<String>) -> String;
    /// Makes a key of the HTTP listener.
    create_key(new: NewKey) -> FreshKey;
    /// Every key.
    keys() -> Vec<Key>;
    /// Revokes a key.
    revoke_key(key: KeyId) -> Key;
    /// Replaces a key.
    rotate_key(key: KeyId) -> FreshKey;
    /// Ends the daemon.
    stop() -> ();
}

impl Link {
    /// Connects and greets.
    ///
    /// # Errors
    /// When no daemon responds, or an incompatible one.
    pub fn open(paths: &Paths) -> Result<Self, ApiError> {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let connection = runtime.block_on(wire::connect(paths))?;
        Ok(Self { runtime, connection })
    }

    /// The daemon's response to the greeting.
    #[must_use]
    pub fn welcome(&self) -> &Welcome {
        &self.connection.welcome
    }

    /// Submits a text under a new key.
    ///
    /// # Errors
    /// As [`Link::submit`].
    pub fn take_on(&self, text: &str) -> Reply<Study> {
        let draft = Draft {
            file: "idea.md".to_owned(),
            text: DraftText::File(text.to_owned()),
            ..Draft::default()
        };
        let key = SubmitKey(uuid::Uuid::new_v4());
        self.submit(Submit { key, draft, origin: Origin::Cli, cost_confirmed: false, path: None })
    }

    /// The current end of the event feed.
    #[must_use]
    pub fn newest(&self) -> Cursor {
        wait::end_of_history(self, Cursor(0))
    }

    /// Every answer of a study.
    ///
    /// # Errors
    /// As [`Link::answers`].
    pub fn all_answers(&self, study: StudyId) -> Reply<Vec<Response>> {
        let mut all = Vec::new();
        let mut offset = 0;
        loop {
            let page = self.answers(study, offset, 500)?;
            all.extend(page.items.into_iter().map(Response::from));
            match page.next {
                Some(next) => offset = next,
                None => return Ok(all),
            }
        }
    }

    /// Every movement of the ledger, oldest first.
    ///
    /// # Errors
    /// As [`Link::statement`].
    pub fn ledger(&self) -> Reply<Vec<Transfer>> {
        let mut all = Vec::new();
        let mut offset = 0;
        loop {
            let page = self.statement(offset, 200)?;
            all.extend(page.items);
            match page.next {
                Some(next) => offset = next,
                None => break,
            }
        }
        all.reverse();
        Ok(all)
    }

    /// Measures the round trip of a call.
    ///
    /// # Errors
    /// As [`Link::credits`].
    pub fn round_trip(&self) -> Reply<Duration> {
        let begun = std::time::Instant::now();
        self.credits()?;
        Ok(begun.elapsed())
    }
}
