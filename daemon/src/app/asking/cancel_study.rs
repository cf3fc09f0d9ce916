//! The cancellation of calls under way: a gate between each study and its runner. A use case that halts a study closes
//! its gate before it returns, so that after the return no further respondent is asked; only questions already sent
//! remain open.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

/// One runner's view: it asks while the gate is open.
pub(crate) type StudyCancel = CancellationToken;

#[derive(Debug, Default)]
pub(in crate::app) struct StudyCancels {
    gates: Mutex<BTreeMap<u32, StudyCancel>>,
    /// Cancelled when the daemon waits for no call any longer.
    pub(in crate::app) over: CancellationToken,
}

impl StudyCancels {
    /// A fresh gate for a study, in place of the one before.
    pub(in crate::app) fn open(&self, number: u32) -> StudyCancel {
        let cancel = StudyCancel::new();
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        gates.retain(|_, cancel| !cancel.is_cancelled());
        gates.insert(number, cancel.clone());
        cancel
    }

    /// Closes the gate of a study.
    pub(in crate::app) fn close(&self, number: u32) {
        let cancel = self.gates.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
        if let Some(cancel) = cancel {
            cancel.cancel();
        }
    }
}
