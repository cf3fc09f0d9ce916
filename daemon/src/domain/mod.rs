//! Everything that is decided, free of files, clocks and threads: randomness comes only from a given seed.

pub mod nearest;
pub mod outcome;
