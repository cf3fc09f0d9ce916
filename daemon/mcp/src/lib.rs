//! Demoscope's tools for agents, over the Model Context Protocol: one table of tools, which calls the use cases of the daemon
//! through one trait. A command serves it over its standard streams, the HTTP listener at a path; what a tool takes, does and
//! tells is the same there. Whatever a respondent, a model or a stimulus wrote is marked as such wherever it is told.

mod arguments;
mod consent;
mod fit;
mod http;
mod marks;
mod server;
mod stdio;
mod told;
mod tools;
mod use_cases;
mod wait;
mod wording;

pub use http::answer;
pub use stdio::{Broken, serve};
pub use use_cases::{CostRule, UseCases};
