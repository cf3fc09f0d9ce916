//! The rows of the file: self-describing JSON, one module for each family of tables. Fields are only ever added, each
//! with a default that says what its absence means.

mod anchors;
mod calls;
mod deleted;
mod event;
mod exchange;
mod ledger;
mod meta;
mod outcome;
mod study;

pub use anchors::AnchorsRow;
pub use calls::CallsUnderWay;
pub use deleted::DeletedRow;
pub use exchange::{AddressKey, BlueprintRow, ExchangesRow, RememberedRow};
pub use ledger::{Balance, HoldRow, LedgerHead, TransferPlace, TransferRow};
pub use meta::FormatRow;
pub use outcome::{OutcomeKey, OutcomeRow};
pub use study::{
    Counted, PANEL_CHUNK_BYTES, Progress, ResultsRow, StudyNumber, StudyRow, SubmitRow, Unfinished,
};
