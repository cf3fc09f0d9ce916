//! Tests of the judgement of numbers.

mod clauses;
mod laws;
mod pairs;
mod rows;
