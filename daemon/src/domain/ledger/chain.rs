//! The hash chain over all transfers: each carries SHA-256 over its own canonical JSON and the hash before it, so
//! that a flipped bit, a missing entry or an older file is detected.

use jiff::Timestamp;
use protocol::ledger::{Amount, Posting, Transfer};
use serde::{Deserialize, Serialize};

use super::movement::balanced;
use super::{Account, Movement};
use crate::domain::digest::sha256_hex;

/// The head of the chain: the last transfer's number and hash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChainHead {
    /// Number of the last transfer; 0 before the first.
    pub seq: u64,
    /// Its hash; empty before the first.
    pub hash: String,
}

/// A transfer that breaks the chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Transfer {seq} {what}")]
pub(crate) struct Broken {
    /// The transfer.
    pub seq: u64,
    /// What is wrong with it.
    pub what: &'static str,
}

/// The fields that the hash covers, in this order. Field order is part of the format.
#[derive(Serialize)]
struct Sealed<'a> {
    previous: &'a str,
    seq: u64,
    id: &'a str,
    at: Timestamp,
    study: Option<protocol::id::StudyId>,
    kind: &'a str,
    postings: &'a [Posting],
}

fn hash(previous: &str, transfer: &Transfer) -> String {
    let sealed = Sealed {
        previous,
        seq: transfer.seq,
        id: &transfer.id,
        at: transfer.at,
        study: transfer.study,
        kind: &transfer.kind,
        postings: &transfer.postings,
    };
    // A struct of strings and integers always serialises; an empty text would only break the chain visibly.
    sha256_hex(serde_json::to_vec(&sealed).unwrap_or_default())
}

fn posting((account, amount): (Account, Amount)) -> Posting {
    Posting { account: account.to_string(), amount }
}

/// Books a movement as the next transfer. `None` when the ledger is full, which 2^64 transfers would take.
pub(crate) fn seal(head: &ChainHead, movement: Movement, at: Timestamp) -> Option<Transfer> {
    let mut transfer = Transfer {
        seq: head.seq.checked_add(1)?,
        id: movement.id,
        at,
        study: movement.study,
        kind: movement.kind.as_str().to_owned(),
        postings: movement.postings.into_iter().map(posting).collect(),
        hash: String::new(),
    };
    transfer.hash = hash(&head.hash, &transfer);
    Some(transfer)
}

/// Checks that a transfer follows the head, is balanced and unaltered; returns the head after it.
pub(crate) fn verify(head: &ChainHead, transfer: &Transfer) -> Result<ChainHead, Broken> {
    let broken = |what| Broken { seq: transfer.seq, what };
    if head.seq.checked_add(1) != Some(transfer.seq) {
        return Err(broken("does not follow the one before it"));
    }
    if !balanced(transfer.postings.iter().map(|posting| posting.amount)) {
        return Err(broken("does not sum to zero in one unit"));
    }
    if hash(&head.hash, transfer) != transfer.hash {
        return Err(broken("was altered, or one before it was"));
    }
    Ok(ChainHead { seq: transfer.seq, hash: transfer.hash.clone() })
}
