//! Random streams: one `ChaCha8` stream for each (seed, person, attribute). Streams are independent, so an attribute
//! that is added later, or a person who is never derived, changes nothing for the rest.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The purpose of a stream. The numbers are part of the format of a panel: add to them, never change one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Attribute {
    Core = 0,
    Place = 1,
    Urbanicity = 2,
    Employment = 3,
    Occupation = 4,
    Household = 5,
    FirstName = 6,
    LastName = 7,
    Personality = 8,
    PriceSensitivity = 9,
}

/// The person whose attributes are drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Person {
    pub(super) seed: u64,
    pub(super) ordinal: u32,
}

impl Person {
    pub(super) fn stream(self, attribute: Attribute) -> Stream {
        let mut key = *b"\0\0\0\0\0\0\0\0demoscope panel core 1  ";
        key[..8].copy_from_slice(&self.seed.to_le_bytes());
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream((attribute as u64) << 32 | u64::from(self.ordinal));
        Stream(generator)
    }
}

/// The stream from which a panel's cells are drawn.
pub(super) fn core_stream(seed: u64) -> Stream {
    Person { seed, ordinal: 0 }.stream(Attribute::Core)
}

/// A sequence of random numbers.
pub(super) struct Stream(ChaCha8Rng);

impl Stream {
    /// Uniform in [0, 1), a multiple of 2⁻⁵³.
    pub(super) fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// Uniform in 0..bound by the high half of a product; its bias is below bound / 2⁶⁴. 0 for a bound of 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.0.next_u64()) * (bound as u128);
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// True half of the time.
    pub(super) fn coin(&mut self) -> bool {
        self.0.next_u32() & 1 == 1
    }

    /// Two independent standard normal numbers (Box and Muller, 1958).
    pub(super) fn normal_pair(&mut self) -> (f64, f64) {
        // 1 - u lies in (0, 1], where the logarithm is finite.
        let radius = (-2.0 * libm::log(1.0 - self.uniform())).sqrt();
        let angle = std::f64::consts::TAU * self.uniform();
        (radius * libm::cos(angle), radius * libm::sin(angle))
    }

    /// A random order, in place (Fisher and Yates).
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
