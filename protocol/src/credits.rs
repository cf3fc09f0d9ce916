//! Money: whole credits and millionths of a US dollar. Both are checked integers; money is never a float.

#![deny(clippy::arithmetic_side_effects, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! money {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl $name {
            /// Zero.
            pub const ZERO: $name = $name(0);

            /// The sum, or `None` on overflow.
            #[must_use]
            pub fn checked_add(self, other: $name) -> Option<$name> {
                self.0.checked_add(other.0).map($name)
            }

            /// The difference, or `None` on overflow.
            #[must_use]
            pub fn checked_sub(self, other: $name) -> Option<$name> {
                self.0.checked_sub(other.0).map($name)
            }

            /// The negated amount, or `None` on overflow.
            #[must_use]
            pub fn checked_neg(self) -> Option<$name> {
                self.0.checked_neg().map($name)
            }

            /// The amount times `count`, or `None` on overflow.
            #[must_use]
            pub fn checked_mul(self, count: u64) -> Option<$name> {
                i64::try_from(count).ok().and_then(|count| self.0.checked_mul(count)).map($name)
            }

            /// Whether it is below zero.
            #[must_use]
            pub fn is_negative(self) -> bool {
                self.0 < 0
            }
        }
    };
}

money! {
    /// Whole credits: the unit that answers are paid in.
    Credits
}

money! {
    /// Millionths of a US dollar.
    UsdMicros
}

impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl UsdMicros {
    /// The amount in dollars, for documents that need a plain number. Exact to the last micro-dollar up to 2^53.
    #[must_use]
    #[allow(
        clippy::cast_precision_loss,
        reason = "amounts above nine billion dollars do not occur"
    )]
    pub fn dollars(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// With as many digits as the amount needs to be told from nothing.
    #[must_use]
    pub fn exact(self) -> String {
        match self.0 {
            0 | 100_000.. => self.to_string(),
            1_000..100_000 => format!("${:.4}", self.dollars()),
            _ => format!("${:.6}", self.dollars()),
        }
    }
}

impl fmt::Display for UsdMicros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${:.2}", self.dollars())
    }
}
