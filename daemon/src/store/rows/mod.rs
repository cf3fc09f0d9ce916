//! The rows of the file: self-describing JSON, one module for each family of tables. Fields are only ever added, each
//! with a default that says what its absence means.

mod anchors;
mod calls;
mod cost_request;
mod deleted;
mod event;
mod exchange;
mod finding;
mod hook;
mod hook_in;
mod key;
mod ledger;
mod meta;
mod outcome;
mod rewrite;
mod round;
mod study;
mod watch;

pub(crate) use anchors::AnchorsRow;
pub(crate) use calls::CallsUnderWay;
pub(crate) use cost_request::{CostRequestRow, CostStanding};
pub(crate) use deleted::DeletedRow;
pub(crate) use exchange::{AddressKey, BlueprintRow, ExchangesRow, RememberedRow};
pub(crate) use finding::FindingRow;
pub(crate) use hook::{
    DeliveryRow, DueRow, EndpointRow, EndpointStanding, HookSecretRow, SentBody,
};
pub(crate) use hook_in::{ExternalRow, PendingHookRow, ReceivedRow, SourceRow};
pub(crate) use key::KeyRow;
pub(crate) use ledger::{Balance, HoldRow, LedgerHead, TransferPlace, TransferRow};
pub(crate) use meta::{FormatRow, LearntOfEngine, LearntRow};
pub use outcome::{OutcomeKey, OutcomeRow};
pub(crate) use rewrite::RewriteRow;
pub(crate) use round::RoundResultsRow;
pub(crate) use study::ExactSums;
pub use study::Progress;
pub(crate) use study::{
    AgreedCost, CameBy, Counted, PANEL_CHUNK_BYTES, ResultsRow, StudyHook, StudyNumber, StudyRow,
    SubmitRow, Unfinished,
};
pub(crate) use watch::{FileRow, LineageRow, VersionRow, WatchRow};
