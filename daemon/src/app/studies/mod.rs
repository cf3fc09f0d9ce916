//! Use cases on studies: submission, queries, control, the queue, comparison and deletion. `submit` is T1, the
//! transaction that creates a study; `transition` carries out what the state machine in `domain::run` decides.

pub(super) mod analyse;
pub(super) mod answerable;
pub(super) mod control;
pub(super) mod cost_request;
pub(super) mod delete;
pub(super) mod draft;
pub(super) mod ends;
pub(super) mod event_feed;
pub(super) mod findings;
pub(super) mod finished_rounds;
pub(super) mod headline;
pub(super) mod lookup;
pub(super) mod other_address;
pub(super) mod plan;
pub(super) mod query;
pub(super) mod queue;
pub(super) mod rank;
pub(super) mod submit;
pub(super) mod time_left;
pub(super) mod transition;
