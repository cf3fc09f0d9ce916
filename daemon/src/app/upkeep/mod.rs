//! Use cases that keep the store sound: the audit of every invariant, the doctor that runs it, backups, and the folding
//! of old events.

pub(crate) mod audit;
pub(super) mod backup;
pub(super) mod doctor;
pub(super) mod drivers;
pub(super) mod fold_events;
pub(super) mod logs;
pub(super) mod reload_settings;
