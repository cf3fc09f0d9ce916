//! Tests of the use cases on a real store: the budget, the calls of every door, the money as a state machine, and the
//! damage that these tests must detect.

mod budget;
mod callers;
mod calls;
mod chain;
mod delete;
mod findings;
mod history;
mod lost;
mod money;
mod rejected;
mod replay;
mod reviews;
mod rounds;
mod sabotage;
