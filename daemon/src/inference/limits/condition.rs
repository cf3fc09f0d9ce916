//! The condition of a service, apart from any single call: whether most of its latest calls got a reply. If they did,
//! a failed call is an isolated event and may soon be repeated; if they did not, calls are held back.

/// The condition of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Most of its latest calls got a reply.
    Answering,
    /// Most of them did not.
    Failing,
}

/// Weight of the moving share of failed calls: each newer call takes one part in so many of the weight.
const MEMORY: f64 = 16.0;
/// From this share of failures on, the service is failing.
const SHARE_HIGH: f64 = 0.5;

/// A moving record of the latest calls.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Record {
    failed: f64,
}

impl Record {
    /// Records the result of a call.
    pub(super) fn note(&mut self, replied: bool) {
        let this = if replied { 0.0 } else { 1.0 };
        self.failed += (this - self.failed) / MEMORY;
    }

    /// The condition that follows from the record.
    pub(super) fn condition(self) -> Condition {
        if self.failed < SHARE_HIGH { Condition::Answering } else { Condition::Failing }
    }
}
