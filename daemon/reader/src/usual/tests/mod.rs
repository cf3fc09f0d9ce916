//! Tests of the judgement of numbers.

mod clauses;
mod pairs;
