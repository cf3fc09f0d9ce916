//! How many different diseases a text says it cures. Honest remedies name one and say for how many patients; a list of
//! unrelated serious diseases is the mark of quackery (US FDA, "6 tip-offs to rip-offs: one product does it all").

use std::collections::BTreeSet;

use super::rules::VetoRules;
use super::{Found, Page, VetoKind};

/// Two serious diseases, or one with two lesser ones.
const SEVERAL: f64 = 0.95;
/// One serious disease.
const ONE: f64 = 0.5;
/// Two serious diseases beside an object of quackery, without a word for "cure".
const NAMED: f64 = 0.7;

/// Sentences that claim to cure.
pub(super) fn look(rules: &VetoRules, page: &Page<'_>) -> Vec<Found> {
    let named = &rules.named;
    if !page.of(named.told).is_empty() {
        return Vec::new();
    }
    let mut found = named_beside(rules, page);
    let mut seen = BTreeSet::new();
    for cure in page.of(named.cure) {
        let sentence = page.sentence(cure.first);
        let denied = page.negated(cure.first, |at| cure.holds(at));
        if denied || page.says(named.honest_cure, sentence) || !seen.insert(sentence) {
            continue;
        }
        let names = |group| {
            page.of(group)
                .iter()
                .filter(|hit| page.sentence(hit.first) == sentence)
                .map(|hit| hit.phrase)
                .collect::<BTreeSet<usize>>()
                .len()
        };
        let (serious, lesser) = (names(named.disease), names(named.ailment));
        let weight = match (serious, lesser) {
            (0, _) => continue,
            (1, 0 | 1) => ONE,
            _ => SEVERAL,
        };
        let last = page
            .of(named.disease)
            .iter()
            .filter(|hit| page.sentence(hit.first) == sentence)
            .map(|hit| hit.last)
            .fold(cure.last, usize::max);
        found.push(Found {
            kind: VetoKind::Quackery,
            at: Some(cure.first),
            first: cure.first,
            last,
            weight,
        });
    }
    found
}

/// Sentences that name several serious diseases where the text offers a stone, a chair or drops.
fn named_beside(rules: &VetoRules, page: &Page<'_>) -> Vec<Found> {
    let named = &rules.named;
    if page.of(named.woo).is_empty() || !page.of(named.honest_cure).is_empty() {
        return Vec::new();
    }
    let diseases = page.of(named.disease);
    diseases
        .iter()
        .filter_map(|one| {
            let other = diseases.iter().find(|other| {
                other.first > one.last
                    && other.phrase != one.phrase
                    && page.sentence(other.first) == page.sentence(one.first)
            })?;
            let denied = page.negated(one.first, |_| false) || page.negated(other.first, |_| false);
            (!denied).then_some(Found {
                kind: VetoKind::Quackery,
                at: Some(one.first),
                first: one.first,
                last: other.last,
                weight: NAMED,
            })
        })
        .collect()
}
