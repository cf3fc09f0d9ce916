//! What agents want to run that costs money, as the daemon last told it: only what still waits for the user.

use protocol::cost_request::{CostRequest, CostRequestId};

/// The requests that wait.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CostRequests {
    /// In the order in which they were made.
    pub(crate) waiting: Vec<CostRequest>,
    /// The newest that the user was told of.
    pub(crate) told: Option<CostRequestId>,
}

impl CostRequests {
    /// One of them.
    pub(crate) fn get(&self, id: CostRequestId) -> Option<&CostRequest> {
        self.waiting.iter().find(|request| request.id == id)
    }
}
