//! Audit of keys: each has a hash of its own, and every study that came with a key names one that there is.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use protocol::service::Check;

use crate::domain::key::KeyHash;
use crate::store::rows::{KeyRow, StudyRow};
use crate::store::{Fault, Order, Reader};

use super::check;

const GO_ON: ControlFlow<()> = ControlFlow::Continue(());

pub(super) fn checks(reader: &Reader<'_>) -> Vec<Check> {
    vec![check("keys.rows", of_keys(reader))]
}

fn of_keys(reader: &Reader<'_>) -> Result<Result<String, String>, Fault> {
    let (mut hashes, mut numbers, mut wrong) = (BTreeMap::new(), BTreeSet::new(), None);
    reader.all::<KeyRow>(Order::Rising, |number, row| {
        if KeyHash::from_hex(&row.hash).is_none() {
            wrong = Some(format!("the key k{number} has no hash"));
        }
        if let Some(other) = hashes.insert(row.hash, number) {
            wrong = Some(format!("the keys k{other} and k{number} are the same"));
        }
        numbers.insert(number);
        Ok(GO_ON)
    })?;
    reader.all::<StudyRow>(Order::Rising, |_, row| {
        if let Some(key) = row.api_key.filter(|key| !numbers.contains(&key.0)) {
            wrong = Some(format!("study {} came with the key {key}, which there is not", row.id));
            return Ok(ControlFlow::Break(()));
        }
        Ok(GO_ON)
    })?;
    Ok(match wrong {
        Some(wrong) => Err(wrong),
        None => Ok(format!("{} keys, each with its hash", numbers.len())),
    })
}
