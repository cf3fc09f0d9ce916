//! Tests of the judgement of numbers.

mod pairs;
