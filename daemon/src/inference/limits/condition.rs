//! How a service does, apart from any single call: whether most of its latest calls got a reply. Where they did, a call that
//! failed is its own misfortune and may soon be made again; where they did not, the service is left in peace.

/// How a service does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Most of its latest calls got a reply.
    Answering,
    /// Most of them did not.
    Failing,
}

/// The share of failed calls, the latest ones weighing most: each newer call takes one part in so many of the weight.
const MEMORY: f64 = 16.0;
/// From this share of failures on, the service is failing.
const SHARE_HIGH: f64 = 0.5;

/// What is remembered of the latest calls.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Record {
    failed: f64,
}

impl Record {
    /// Notes how a call ended.
    pub(super) fn note(&mut self, replied: bool) {
        let this = if replied { 0.0 } else { 1.0 };
        self.failed += (this - self.failed) / MEMORY;
    }

    /// What that says of the service.
    pub(super) fn condition(self) -> Condition {
        if self.failed < SHARE_HIGH { Condition::Answering } else { Condition::Failing }
    }
}
