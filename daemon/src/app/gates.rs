//! Gates between a study and its runner. A use case that halts a study closes its gate before it answers, so that nobody
//! is asked after the answer but those whose question is already out.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

/// One runner's view: it asks while the gate is open.
pub type Gate = CancellationToken;

#[derive(Debug, Default)]
pub(super) struct Gates {
    gates: Mutex<BTreeMap<u32, Gate>>,
    /// Cancelled when the daemon waits for no call any longer.
    pub(super) over: CancellationToken,
}

impl Gates {
    /// A fresh gate for a study, in place of the one before.
    pub(super) fn open(&self, number: u32) -> Gate {
        let gate = Gate::new();
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        gates.retain(|_, gate| !gate.is_cancelled());
        gates.insert(number, gate.clone());
        gate
    }

    /// Closes the gate of a study.
    pub(super) fn close(&self, number: u32) {
        let gate = self.gates.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
        if let Some(gate) = gate {
            gate.cancel();
        }
    }
}
