//! Reproducible random numbers: every random test prints its seed, and `SEED=… cargo test` repeats it.

/// A small generator (`SplitMix64`, Steele, Lea and Flood 2014): good enough to choose moments and bytes.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// A generator seeded from `SEED`, or else at random; the seed is printed on stderr.
    ///
    /// # Panics
    /// When `SEED` is not an integer.
    #[must_use]
    pub fn announced(test: &str) -> Self {
        let seed = match std::env::var("SEED") {
            Ok(seed) => seed.parse().unwrap_or_else(|_| panic!("SEED={seed} is no whole number")),
            Err(_) => uuid::Uuid::new_v4().as_u64_pair().0 >> 32,
        };
        crate::say(&format!("{test}: SEED={seed}"));
        Self(seed)
    }

    /// A generator with that seed.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below the limit, which is at least 1.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.number() % limit.max(1)
    }

    /// An index into something of that length.
    ///
    /// # Panics
    /// When the length does not fit a machine word.
    pub fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.below(u64::try_from(length).unwrap())).unwrap()
    }

    /// A random element.
    ///
    /// # Panics
    /// When there are none.
    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.place(choices.len())]
    }

    /// Random bytes.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.number().to_le_bytes()[0]).collect()
    }

    /// A duration below the limit.
    pub fn time_below_ms(&mut self, limit_ms: u64) -> std::time::Duration {
        std::time::Duration::from_micros(self.below(limit_ms * 1_000))
    }
}
