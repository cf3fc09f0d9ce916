//! The memory of meanings by the text of their clause, for as long as the process runs. It holds a bounded number of
//! clauses and forgets all at once when it is full, so that its size never depends on how long a daemon has run.

use std::collections::{HashMap, HashSet};
use std::sync::{LazyLock, Mutex, PoisonError};

use encoder::Damaged;

use super::Meaning;

/// Most clauses that are remembered; each takes about 300 bytes.
const CLAUSES_MAX: usize = 20_000;

static MEMORY: LazyLock<Mutex<HashMap<Box<str>, Meaning>>> = LazyLock::new(Mutex::default);

/// The meaning of a clause that was read before, else what `read` gives, which is remembered.
pub(super) fn remember(
    clause: &str,
    read: impl FnOnce() -> Result<Meaning, Damaged>,
) -> Result<Meaning, Damaged> {
    let known = MEMORY.lock().unwrap_or_else(PoisonError::into_inner).get(clause).cloned();
    if let Some(known) = known {
        return Ok(known);
    }
    let meaning = read()?;
    let mut memory = MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
    if memory.len() >= CLAUSES_MAX {
        memory.clear();
    }
    memory.insert(clause.into(), meaning.clone());
    Ok(meaning)
}

/// Those of the clauses that are not remembered, each once.
pub(super) fn unknown<'a>(clauses: &[&'a str]) -> Vec<&'a str> {
    let memory = MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
    let mut seen = HashSet::new();
    let new = clauses.iter().copied().filter(|clause| !memory.contains_key(*clause));
    new.filter(|clause| seen.insert(*clause)).collect()
}
