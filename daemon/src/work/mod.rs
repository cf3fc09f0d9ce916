//! What moves by itself: the scheduler gives free places at work to waiting studies, and a runner asks the respondents of
//! one. Both look at the store for what is to be done, so that losing a signal, or the whole process, loses no work.

mod calls;
mod pace;
mod runner;
mod scheduler;
mod upkeep;

pub use scheduler::Scheduler;

#[cfg(test)]
mod tests;
