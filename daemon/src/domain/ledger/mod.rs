//! The ledger: the owner's budget as double-entry bookkeeping. Every movement of credits or dollars is a list of
//! postings that sum to zero in one unit, has an id derived from the booked work, and is chained by hash to the one
//! before it. Movements are only ever added; balances follow from them.

#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss
)]

mod account;
mod chain;
mod hold;
mod movement;
pub(crate) mod settlement;

pub(crate) use account::{Account, AccountPurse, Month, NoAccount};
pub(crate) use chain::{ChainHead, seal, verify};
pub(crate) use hold::{Hold, OverHold, Shortfall, Spendable, open_hold, open_hold_of};
pub(crate) use movement::{
    Movement, MovementKind, Unbalanced, allowance, check_cost, cost, grant, lapse, reinstate,
};
pub(crate) use settlement::Settlement;

#[cfg(test)]
mod tests;
