//! The audit: every invariant as a function that reads one snapshot, run by `doctor`, before a backup is restored, and
//! by the tests after each rig. A function never repairs anything.

mod deleted;
mod events;
mod hooks;
mod keys;
mod ledger;
mod studies;
mod watches;

use protocol::service::Check;

use crate::store::{Fault, Reader};

/// Looks at all of them.
pub(crate) fn all(reader: &Reader<'_>) -> Vec<Check> {
    let ledger = ledger::checks(reader);
    let studies = [studies::checks(reader), watches::checks(reader), keys::checks(reader)].concat();
    let told = [events::checks(reader), hooks::checks(reader)].concat();
    [ledger, studies, deleted::checks(reader), told].concat()
}

/// Something that holds.
pub(in crate::app) fn fine(name: &str, detail: impl Into<String>) -> Check {
    Check { name: name.to_owned(), ok: true, detail: detail.into(), hint: None }
}

/// Something that does not hold.
pub(in crate::app) fn broken(name: &str, detail: impl Into<String>, hint: &str) -> Check {
    Check { name: name.to_owned(), ok: false, detail: detail.into(), hint: Some(hint.to_owned()) }
}

const RESTORE: &str = "Stop the daemon and put the newest backup back: `demoscope restore PATH`; the present file is kept";

/// A finding as a check: `Ok` says what was seen, `Err` what is wrong.
fn check(name: &str, looked: Result<Result<String, String>, Fault>) -> Check {
    match looked {
        Ok(Ok(detail)) => fine(name, detail),
        Ok(Err(detail)) => broken(name, detail, RESTORE),
        Err(fault) => broken(name, fault.to_string(), RESTORE),
    }
}
