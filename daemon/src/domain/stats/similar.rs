//! The share of texts with a near-duplicate: a text that shares half of its three-word shingles with another. Texts
//! are compared pair by pair, so a sample of fixed size represents all; it is drawn by position, independently of
//! content.

use std::collections::BTreeMap;

use protocol::results::Estimate;

use super::LEVEL;
use super::estimate::share;

/// Texts that are compared with one another.
const COMPARED_MAX: usize = 1_000;
/// Words of one shingle.
const RUN: usize = 3;
/// Most shingles of one text that are compared: those with the smallest hashes.
const RUNS_MAX: usize = 64;

/// A bounded sample of texts, each as the sorted hashes of its shingles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NearTexts {
    /// Keyed by a hash of the position, so that the smallest keys are a random sample whatever the order of arrival.
    sample: BTreeMap<u64, Vec<u64>>,
}

impl NearTexts {
    /// Adds the text at a position. Case, punctuation and the digits of numbers are ignored.
    pub(crate) fn add(&mut self, place: u64, text: &str) {
        let ticket = mix(place.wrapping_add(0x9e37_79b9_7f4a_7c15));
        let full = self.sample.len() >= COMPARED_MAX;
        if full && self.sample.last_key_value().is_some_and(|(last, _)| ticket > *last) {
            return;
        }
        self.sample.insert(ticket, runs(text));
        if self.sample.len() > COMPARED_MAX {
            self.sample.pop_last();
        }
    }

    /// The share of the compared texts with a near-duplicate among them, 0 to 1; `None` below two texts.
    #[must_use]
    pub(crate) fn share(&self) -> Option<Estimate> {
        let texts: Vec<&Vec<u64>> = self.sample.values().collect();
        if texts.len() < 2 {
            return None;
        }
        let mut twins = vec![false; texts.len()];
        for (place, one) in texts.iter().enumerate() {
            for (other, two) in texts.iter().enumerate().skip(place + 1) {
                if !(twins[place] && twins[other]) && alike(one, two) {
                    twins[place] = true;
                    twins[other] = true;
                }
            }
        }
        let count = twins.iter().filter(|twin| **twin).count();
        share(count as u64, texts.len() as u64, LEVEL)
    }
}

/// Whether the intersection of two sorted sets is at least half of their union (Jaccard's index).
fn alike(one: &[u64], two: &[u64]) -> bool {
    let (few, many) = if one.len() < two.len() { (one, two) } else { (two, one) };
    // Even if all of the smaller set were shared, it would not be half.
    if 2 * few.len() < many.len() {
        return false;
    }
    let (mut a, mut b, mut shared) = (0, 0, 0);
    while a < one.len() && b < two.len() {
        match one[a].cmp(&two[b]) {
            std::cmp::Ordering::Less => a += 1,
            std::cmp::Ordering::Greater => b += 1,
            std::cmp::Ordering::Equal => (a, b, shared) = (a + 1, b + 1, shared + 1),
        }
    }
    2 * shared >= one.len() + two.len() - shared
}

/// The hashes of a text's shingles, sorted; a text shorter than a shingle is one shingle.
fn runs(text: &str) -> Vec<u64> {
    let words: Vec<u64> = text
        .split(|letter: char| !letter.is_alphanumeric() && letter != '\'')
        .filter(|word| !word.is_empty())
        .map(hash_word)
        .collect();
    let of = |run: &[u64]| run.iter().fold(17, |hash: u64, word| mix(hash ^ word));
    let mut runs: Vec<u64> =
        if words.len() < RUN { vec![of(&words)] } else { words.windows(RUN).map(of).collect() };
    runs.sort_unstable();
    runs.dedup();
    runs.truncate(RUNS_MAX);
    runs
}

/// FNV-1a over the letters in lower case; all numbers have the same hash.
fn hash_word(word: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut in_number = false;
    for letter in word.chars().flat_map(char::to_lowercase) {
        let digit = letter.is_numeric();
        if digit && in_number {
            continue;
        }
        in_number = digit;
        let code = if digit { u32::from(b'0') } else { u32::from(letter) };
        hash = (hash ^ u64::from(code)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash
}

/// The finaliser of `SplitMix64`.
fn mix(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&str]) -> Option<f64> {
        let mut near = NearTexts::default();
        for (place, text) in (0..).zip(texts) {
            near.add(place, text);
        }
        near.share().map(|share| share.value)
    }

    #[test]
    fn near_twins_are_found_and_different_texts_are_not() {
        let first = "It saves me an hour on weekdays, but 12 dollars a meal is a lot of money.";
        let second =
            "It saves me an hour on weekdays, but 15 dollars a meal is quite a lot of money!";
        let other = "I cook for six people and would never trust a box with that.";
        assert!((of(&[first, second, other]).unwrap() - 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(of(&[first, other]), Some(0.0));
        assert_eq!(of(&["No.", "no"]), Some(1.0));
        assert_eq!(of(&[first]), None);
    }

    #[test]
    fn a_bounded_sample_stands_for_all_in_any_order() {
        let texts: Vec<String> = (0..3_000_u64)
            .map(|at| format!("alpha{} beta{} gamma{}", mix(at), at % 7, mix(at + 9)))
            .collect();
        let (mut forward, mut backward) = (NearTexts::default(), NearTexts::default());
        for at in 0..3_000_usize {
            forward.add(at as u64, &texts[at]);
            backward.add(2_999 - at as u64, &texts[2_999 - at]);
        }
        assert_eq!(forward, backward);
        assert_eq!(forward.sample.len(), COMPARED_MAX);
    }
}
