//! Keyed randomness: a number that depends on its key and on nothing else, so that a respondent keeps the same tastes
//! whatever else is asked, and in whatever order. It is cheap enough to draw one number for each content stem.

use std::f64::consts::PI;

/// A key that grows word by word. The mixing step is the finaliser of `SplitMix64` (Steele, Lea and Flood, 2014).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrawKey(u64);

impl DrawKey {
    /// A key of its own for every seed and purpose.
    #[must_use]
    pub fn new(seed: u64, purpose: &str) -> Self {
        Self(mix(seed ^ 0x6465_6d6f_7363_6f70)).with(hash(purpose))
    }

    /// The key of a part of what this key stands for.
    #[must_use]
    pub fn with(self, part: u64) -> Self {
        Self(mix(self.0.rotate_left(23) ^ mix(part.wrapping_add(0x9e37_79b9_7f4a_7c15))))
    }

    /// Uniform on (0, 1).
    pub fn uniform(self) -> f64 {
        ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// A place in a list of `n`, or 0 when the list is empty.
    pub fn pick(self, n: usize) -> usize {
        usize::try_from((u128::from(self.0) * n as u128) >> 64).unwrap_or(0)
    }

    /// Standard normal (Box and Muller, 1958).
    pub fn normal(self) -> f64 {
        let radius = (-2.0 * libm::log(self.uniform())).sqrt();
        radius * libm::cos(2.0 * PI * self.with(1).uniform())
    }

    /// Nearly normal with mean 0 and variance 1: the sum of four uniform numbers, scaled. For sums over many keys, where the
    /// shape of one term does not matter and its speed does.
    pub fn bell(self) -> f64 {
        let bits = self.0;
        let sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
        // Four uniform numbers on [0, 1) have mean 2 and variance 1/3.
        (sum as f64 / 65_536.0 - 2.0) * 1.732_050_807_568_877_2
    }
}

/// A stable hash of a word (FNV-1a, 64 bits).
pub fn hash(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |state, byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_and_bell_are_standard() {
        for draw in [DrawKey::normal as fn(DrawKey) -> f64, DrawKey::bell] {
            let n = 20_000_u64;
            let values: Vec<f64> = (0..n).map(|i| draw(DrawKey::new(7, "test").with(i))).collect();
            let mean = values.iter().sum::<f64>() / n as f64;
            let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n as f64;
            assert!(mean.abs() < 0.03, "mean {mean}");
            assert!((variance - 1.0).abs() < 0.03, "variance {variance}");
        }
    }

    #[test]
    fn every_part_of_a_key_matters() {
        let key = DrawKey::new(1, "a");
        assert_ne!(key, DrawKey::new(2, "a"));
        assert_ne!(key, DrawKey::new(1, "b"));
        assert_ne!(key.with(1).with(2), key.with(2).with(1));
    }

    #[test]
    fn a_pick_stays_in_its_list() {
        for i in 0..1_000 {
            assert!(DrawKey::new(i, "pick").pick(7) < 7);
        }
        assert_eq!(DrawKey::new(1, "pick").pick(0), 0);
    }
}
