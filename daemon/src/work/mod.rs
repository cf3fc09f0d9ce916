//! What moves by itself: the scheduler gives free places at work to waiting studies, and a runner asks the respondents of
//! one; upkeep runs by the clock. All look at the store for what is to be done, so that losing a signal, or the whole process,
//! loses no work.

mod calls;
mod drivers;
mod pace;
mod runner;
mod scheduler;
mod upkeep;

pub(crate) use drivers::Drivers;

#[cfg(test)]
mod tests;
