//! The drivers' work, which runs by itself: the scheduler gives free places at work to waiting studies, a runner asks
//! the respondents of one study, webhooks are sent, and upkeep runs by the clock. All read the store for what is due, so that the loss of
//! a signal, or of the whole process, loses no work.

mod calls;
mod deliver;
mod drivers;
mod hooks_in;
mod import;
mod pace;
mod rewrite;
mod runner;
mod scheduler;
mod steady;
mod upkeep;
mod watch;

pub(crate) use drivers::Drivers;

#[cfg(test)]
mod tests;
