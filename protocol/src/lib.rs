//! The language that the daemon and its clients share: ids, money, studies, results, events, errors, and the
//! service that carries them. Nothing here does I/O but [`wire`] and [`paths`]; nothing here decides anything.

#![warn(missing_docs)]

pub mod analysis;
pub mod audience;
pub mod channels;
pub mod control;
pub mod credits;
pub mod error;
pub mod event;
pub mod id;
pub mod ledger;
pub mod measurement;
pub mod paths;
pub mod persona;
pub mod quality;
pub mod respondent;
pub mod results;
pub mod run;
pub mod safe;
pub mod service;
pub mod setting;
pub mod spending;
pub mod study;
pub mod wire;
