//! Signs that are weak alone and certain together. Signs of one kind add up as independent evidence where they rest on
//! different words of nearby sentences.

use super::{Found, Page, VetoKind};

/// Signs are added up within so many sentences of the strongest.
const NEAR: usize = 3;
/// So many signs at most: a long text gathers weak ones by chance.
const MOST: usize = 3;
/// Weaker than a rule that is certain alone.
const CAP: f64 = 0.92;

/// For each kind, the weight of its signs together, where it is more than the strongest has alone.
pub(super) fn together(page: &Page<'_>, found: &[Found]) -> Vec<Found> {
    VetoKind::ALL.iter().filter_map(|&kind| of_kind(page, found, kind)).collect()
}

fn of_kind(page: &Page<'_>, found: &[Found], kind: VetoKind) -> Option<Found> {
    let mut signs: Vec<&Found> = found.iter().filter(|one| one.kind == kind).collect();
    signs.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.first.cmp(&b.first)));
    let strongest = **signs.first()?;
    let mut taken: Vec<&Found> = Vec::new();
    for sign in signs {
        let near = page.sentence(sign.first).abs_diff(page.sentence(strongest.first)) <= NEAR;
        let apart = taken.iter().all(|other| sign.last < other.first || other.last < sign.first);
        if near && apart && taken.len() < MOST {
            taken.push(sign);
        }
    }
    if taken.len() < 2 || strongest.weight >= CAP {
        return None;
    }
    let doubt: f64 = taken.iter().map(|sign| 1.0 - sign.weight).product();
    let first = taken.iter().map(|sign| sign.first).min()?;
    let last = taken.iter().map(|sign| sign.last).max()?;
    Some(Found { first, last, weight: (1.0 - doubt).min(CAP), ..strongest })
}
