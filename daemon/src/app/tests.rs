//! Tests of the use cases on a real store: the budget, the calls of every door, the money as a state machine, and the
//! damage that these tests must detect.

mod agreed_cost;
mod budget;
mod callers;
mod calls;
mod chain;
mod cost_requests;
mod delete;
mod findings;
mod history;
mod hooks;
mod hooks_in;
mod keys;
mod lost;
mod money;
mod rejected;
mod replay;
mod reviews;
mod rounds;
mod sabotage;
