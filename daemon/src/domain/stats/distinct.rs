//! The number of distinct texts in a stream, in bounded memory: exact up to a limit, then the k-minimum-values
//! estimate (Bar-Yossef and others 2002). The order does not matter.

use std::collections::BTreeSet;

/// Hashes kept. Up to this number the count is exact; beyond, its relative standard error is 1 / √(k − 2), 1.6 %.
const KEPT: usize = 4_096;

/// Counts distinct texts after masking digits, so that “I am 34” and “I am 52” are one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DistinctTexts {
    smallest: BTreeSet<u64>,
    texts: u64,
    overflowed: bool,
}

impl DistinctTexts {
    /// Adds one text.
    pub(crate) fn add(&mut self, text: &str) {
        self.texts += 1;
        self.smallest.insert(hash_masked(text));
        if self.smallest.len() > KEPT {
            self.smallest.pop_last();
            self.overflowed = true;
        }
    }

    /// Whether the count is an estimate.
    #[must_use]
    pub(crate) fn is_estimate(&self) -> bool {
        self.overflowed
    }

    /// Distinct texts as a share of all, 0 to 1; `None` without a text.
    #[must_use]
    pub(crate) fn share(&self) -> Option<f64> {
        if self.texts == 0 {
            return None;
        }
        let distinct = match (self.overflowed, self.smallest.last()) {
            (true, Some(largest)) => {
                let reach = *largest as f64 / u64::MAX as f64;
                (KEPT - 1) as f64 / reach
            }
            _ => self.smallest.len() as f64,
        };
        Some((distinct / self.texts as f64).min(1.0))
    }
}

/// FNV-1a over the text with runs of digits masked, then the finaliser of `SplitMix64` to spread it evenly.
fn hash_masked(text: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut in_number = false;
    for byte in text.bytes() {
        let digit = byte.is_ascii_digit();
        if digit && in_number {
            continue;
        }
        in_number = digit;
        hash ^= u64::from(if digit { b'0' } else { byte });
        hash = hash.wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}
