//! Calls of a rewrite step: one model writes, and the panel scores what it wrote. Both go through the admission control,
//! the caps and the response cache that the questions of the study go through, and lead to no outcome.

mod scoring;
mod writer;

pub(in crate::work) use scoring::FoundScores;
