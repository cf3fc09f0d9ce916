//! The protocol of the daemon and its clients: ids, money, studies, results, events, errors, and the service that
//! carries them. Only [`wire`] and [`paths`] do I/O; the crate contains no business rules.

#![warn(missing_docs)]

pub mod analysis;
pub mod answer;
pub mod audience;
pub mod channels;
pub mod control;
pub mod cost_request;
pub mod credits;
pub mod error;
pub mod event;
pub mod external;
pub mod finding;
pub mod hint;
pub mod hook;
pub mod hook_in;
pub mod id;
pub mod key;
pub mod ledger;
pub mod log;
pub mod measurement;
pub mod metric_name;
pub mod nearest;
pub mod paths;
pub mod persona;
pub mod quality;
pub mod ranking;
pub mod rejection;
pub mod respondent;
pub mod results;
pub mod review;
pub mod rewritten_file;
pub mod rounds;
pub mod run;
pub mod safe;
pub mod sent_texts;
pub mod service;
pub mod setting;
pub mod spending;
pub mod strict_json;
pub mod study;
pub mod watch;
pub mod wire;
