//! The rows of the file: self-describing JSON, one module for each family of tables. Fields are only ever added, each
//! with a default that says what its absence means.

mod anchors;
mod calls;
mod deleted;
mod event;
mod exchange;
mod finding;
mod ledger;
mod meta;
mod outcome;
mod rewrite;
mod study;

pub(crate) use anchors::AnchorsRow;
pub(crate) use calls::CallsUnderWay;
pub(crate) use deleted::DeletedRow;
pub(crate) use exchange::{AddressKey, BlueprintRow, ExchangesRow, RememberedRow};
pub(crate) use finding::FindingRow;
pub(crate) use ledger::{Balance, HoldRow, LedgerHead, TransferPlace, TransferRow};
pub(crate) use meta::FormatRow;
pub use outcome::{OutcomeKey, OutcomeRow};
pub(crate) use rewrite::RewriteRow;
pub use study::Progress;
pub(crate) use study::{
    Counted, PANEL_CHUNK_BYTES, ResultsRow, StudyNumber, StudyRow, SubmitRow, Unfinished,
};
