//! The rules of the file applied to a text: for each place of a rule's first part, the nearest places of its other
//! parts, unless they are negated or an exception stands beside them.

use super::hits::Hit;
use super::rules::{Group, Rule, VetoRules, Within};
use super::{Found, Page};

/// A context reaches so many sentences.
const CONTEXT: usize = 8;

/// What the rules of the file find.
pub(super) fn look(rules: &VetoRules, page: &Page<'_>) -> Vec<Found> {
    rules.rules.iter().flat_map(|rule| apply(rule, page)).collect()
}

fn apply(rule: &Rule, page: &Page<'_>) -> Vec<Found> {
    let parts: Vec<Vec<Hit>> = rule.all.iter().map(|groups| gather(groups, page)).collect();
    if parts.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    let contexts = gather(&rule.text_unless, page);
    let exceptions = gather(&rule.unless, page);
    let Some((begin, others)) = parts.split_first() else { return Vec::new() };
    begin
        .iter()
        .filter(|hit| !in_context(page, &contexts, hit))
        .filter(|hit| rule.denied || !denied(page, &parts, hit))
        .filter_map(|hit| chosen(rule, page, &parts, hit, others))
        .filter(|chosen| !exempt(page, &exceptions, chosen))
        .filter_map(|chosen| {
            let first = chosen.iter().map(|hit| hit.first).min()?;
            let last = chosen.iter().map(|hit| hit.last).max()?;
            let at = chosen.first().map(|hit| hit.first);
            Some(Found { kind: rule.kind, at, first, last, weight: rule.weight })
        })
        .collect()
}

fn gather(groups: &[Group], page: &Page<'_>) -> Vec<Hit> {
    groups.iter().flat_map(|group| page.of(*group)).copied().collect()
}

/// One place for every part of a rule, the nearest to the first part.
fn chosen(
    rule: &Rule,
    page: &Page<'_>,
    parts: &[Vec<Hit>],
    begin: &Hit,
    others: &[Vec<Hit>],
) -> Option<Vec<Hit>> {
    let mut chosen = vec![*begin];
    for part in others {
        let previous = chosen.last().map_or(0, |hit| hit.last);
        let nearest = part
            .iter()
            .filter(|hit| near(rule.within, page, begin, hit))
            .filter(|hit| !rule.ordered || hit.first > previous)
            .filter(|hit| !chosen.iter().any(|other| other.meets(hit)))
            .filter(|hit| rule.denied || !denied(page, parts, hit))
            .min_by_key(|hit| hit.first.abs_diff(begin.first))?;
        chosen.push(*nearest);
    }
    let first = chosen.iter().map(|hit| hit.first).min()?;
    let last = chosen.iter().map(|hit| hit.last).max()?;
    (last - first < rule.words).then_some(chosen)
}

fn near(within: Within, page: &Page<'_>, one: &Hit, other: &Hit) -> bool {
    let apart = page.sentence(one.first).abs_diff(page.sentence(other.first));
    match within {
        Within::Sentence => apart == 0,
        Within::Next => apart <= 1,
        Within::Text => true,
    }
}

/// Whether a negator before a part turns it; one that belongs to a part itself does not.
fn denied(page: &Page<'_>, parts: &[Vec<Hit>], hit: &Hit) -> bool {
    page.negated(hit.first, |at| parts.iter().flatten().any(|part| part.holds(at)))
}

/// Whether a text's context (a novel, a course against fraud) is named within some sentences.
fn in_context(page: &Page<'_>, contexts: &[Hit], hit: &Hit) -> bool {
    let sentence = page.sentence(hit.first);
    contexts.iter().any(|context| page.sentence(context.first).abs_diff(sentence) <= CONTEXT)
}

/// Whether an exception stands in a sentence of the chosen places.
fn exempt(page: &Page<'_>, exceptions: &[Hit], chosen: &[Hit]) -> bool {
    exceptions.iter().any(|exception| {
        let sentence = page.sentence(exception.first);
        chosen.iter().any(|hit| page.sentence(hit.first) == sentence)
            && !chosen.iter().any(|hit| hit.holds(exception.first) && hit.holds(exception.last))
    })
}
