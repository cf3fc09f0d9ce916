//! Prices and costs of calls, in whole millionths of a dollar: estimates before a run, the most that one call can
//! cost, and the actual cost by the tokens that the service counted.

use protocol::credits::UsdMicros;

use super::chat::Tokens;
use crate::domain::outcome::Usage;

/// Prices in millionths of a dollar per million tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// Input.
    pub input: u64,
    /// Input that is in the service's own cache.
    pub cached_input: u64,
    /// Output, reasoning included.
    pub output: u64,
}

impl Price {
    /// Free: a model on the owner's own machine.
    pub const FREE: Self = Self { input: 0, cached_input: 0, output: 0 };

    /// From dollars per million tokens; `None` for an invalid price.
    pub fn dollars(input: f64, output: f64, cached_input: Option<f64>) -> Option<Self> {
        Some(Self {
            input: micros(input)?,
            cached_input: micros(cached_input.unwrap_or(input))?,
            output: micros(output)?,
        })
    }

    /// The cost of those tokens, rounded up: a cost is never booked too low.
    pub fn of(&self, tokens: Tokens) -> UsdMicros {
        let cached = tokens.cached_input.min(tokens.input);
        let fresh = tokens.input.saturating_sub(cached);
        let total = u128::from(fresh) * u128::from(self.input)
            + u128::from(cached) * u128::from(self.cached_input)
            + u128::from(tokens.output) * u128::from(self.output);
        UsdMicros(i64::try_from(total.div_ceil(1_000_000)).unwrap_or(i64::MAX))
    }

    /// The most that a call can cost: nothing cached, and a reply of the maximum length.
    pub fn worst(&self, input_tokens_max: u64, output_tokens_max: u64) -> UsdMicros {
        let worst = Self { cached_input: self.input, ..*self };
        worst.of(Tokens { input: input_tokens_max, output: output_tokens_max, ..Tokens::default() })
    }
}

/// What a service says that it charged, in dollars.
pub(super) fn charged(dollars: f64) -> Option<UsdMicros> {
    Some(UsdMicros(i64::try_from(micros(dollars)?).ok()?))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to lie between 0 and 1e12 just before"
)]
fn micros(dollars: f64) -> Option<u64> {
    let micros = dollars * 1e6;
    (micros.is_finite() && (0.0..=1e12).contains(&micros)).then(|| micros.round() as u64)
}

/// Most tokens of a text: byte-level tokenisers never produce more tokens than bytes, and the frame of a chat adds a
/// few.
pub(crate) fn tokens_max(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(64)
}

/// Expected tokens of a text: four characters each, the usual figure for English.
pub(crate) fn tokens_likely(text: &str) -> u64 {
    u64::try_from(text.chars().count()).unwrap_or(u64::MAX).div_ceil(4)
}

/// Tokens of a text that was sent or came and that nobody counted: four characters of English each, and one for each letter
/// of another script, which tokenisers cut into smaller pieces.
pub(crate) fn tokens_estimated(text: &str) -> u64 {
    let (mut usual, mut others) = (0_u64, 0_u64);
    for letter in text.chars() {
        if letter.is_ascii() { usual += 1 } else { others += 1 }
    }
    usual.div_ceil(4).saturating_add(others)
}

/// What is known of the tokens of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageCount {
    /// What the service counted, plausible or not.
    Counted(Tokens),
    /// What the service counted in part, with the rest by the lengths of the prompt and of the reply that came.
    Partly(Tokens),
    /// The service counts nothing: what follows from the lengths of the prompt and of the reply that came.
    Estimated(Tokens),
    /// Nothing.
    Unknown,
}

impl UsageCount {
    /// What a call took as far as that can be believed: counted, or estimated by its length.
    pub fn believed(&self) -> Option<Tokens> {
        match self {
            Self::Estimated(tokens) => Some(*tokens),
            Self::Partly(tokens) => Some(*tokens).filter(Tokens::is_plausible),
            Self::Counted(_) | Self::Unknown => self.plausible(),
        }
    }

    /// What the service counted, where a call can have taken that.
    pub fn plausible(&self) -> Option<Tokens> {
        match self {
            Self::Counted(tokens) => Some(*tokens).filter(Tokens::is_plausible),
            Self::Partly(_) | Self::Estimated(_) | Self::Unknown => None,
        }
    }
}

/// The booked cost of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Booked {
    /// What the service counted, also above the announced worst case; an estimate; or the worst case.
    pub cost: UsdMicros,
    /// Whether it is an upper bound, and not what the service counted.
    pub at_most: bool,
    /// Whether it is an estimate, because the service counted nothing: by the lengths of prompt and reply, or by the dearest
    /// call of its kind that was counted.
    pub estimated: bool,
}

/// The money that goes with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallStake {
    /// The most that it can cost, which is set aside for it.
    pub worst: UsdMicros,
    /// What it is booked at if nothing is counted of it.
    pub uncounted: Booked,
}

impl CallStake {
    /// A call of whose kind nothing is known.
    pub fn unknown(worst: UsdMicros) -> Self {
        Self { worst, uncounted: Booked::at_most(worst) }
    }

    /// A call that comes to that much like the dearest one of its kind that was counted.
    pub fn seen(worst: UsdMicros, dearest: UsdMicros) -> Self {
        let is_seen = dearest < worst;
        let cost = dearest.min(worst);
        let (at_most, estimated) =
            (!is_seen && cost > UsdMicros::ZERO, is_seen && cost > UsdMicros::ZERO);
        Self { worst, uncounted: Booked { cost, at_most, estimated } }
    }
}

impl Booked {
    /// A call of which only the upper bound is known.
    pub fn at_most(worst: UsdMicros) -> Self {
        Self { cost: worst, at_most: worst > UsdMicros::ZERO, estimated: false }
    }

    /// The cost as usage, without tokens.
    pub fn usage(&self) -> Usage {
        let Self { cost, at_most, estimated } = *self;
        let (at_most, estimated) = (u32::from(at_most), u32::from(estimated));
        Usage { cost, at_most, estimated, ..Usage::default() }
    }

    /// What the service says that it charged, where that is more than follows from the price; else as it is.
    #[must_use]
    pub fn or_charged(self, charged: Option<UsdMicros>) -> Self {
        let higher = charged.filter(|charged| *charged > self.cost);
        higher.map_or(self, |cost| Self { cost, at_most: false, estimated: false })
    }

    /// A call that cost nothing.
    pub const NOTHING: Self = Self { cost: UsdMicros::ZERO, at_most: false, estimated: false };

    /// The cost by the service's own count, also where that is more than the call was allowed to use: it is what the
    /// service charges. If it reports no input, or more than any model can take, what such calls come to is booked, and where
    /// it reports nothing of a reply what that reply is estimated to have taken; the cost report mentions both.
    pub fn of(price: &Price, counts: UsageCount, stake: CallStake) -> Self {
        if let Some(tokens) = counts.plausible() {
            return Self { cost: price.of(tokens), at_most: false, estimated: false };
        }
        let estimated = |cost| Self { cost, at_most: false, estimated: cost > UsdMicros::ZERO };
        match counts {
            // A count may be above what a call was allowed to use, and is paid for.
            UsageCount::Partly(tokens) if tokens.is_plausible() => estimated(price.of(tokens)),
            UsageCount::Estimated(tokens) => estimated(price.of(tokens).min(stake.worst)),
            UsageCount::Partly(_) | UsageCount::Counted(_) | UsageCount::Unknown => stake.uncounted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_known_call_costs_what_the_price_list_says() {
        let price = Price::dollars(0.4, 1.6, Some(0.1)).unwrap();
        let tokens = Tokens { input: 1_000, cached_input: 600, output: 250, reasoning: 100 };
        // 400 × 0.4 + 600 × 0.1 + 250 × 1.6 millionths of a dollar.
        assert_eq!(price.of(tokens), UsdMicros(160 + 60 + 400));
        assert_eq!(
            Price::dollars(0.05, 0.4, None).unwrap().of(Tokens { input: 1, ..Tokens::default() }),
            UsdMicros(1)
        );
        for bad in [f64::NAN, -1.0, f64::INFINITY, 1e9] {
            assert_eq!(Price::dollars(bad, 1.0, None), None);
        }
    }

    #[test]
    fn what_nobody_counted_is_estimated_by_its_length() {
        for (text, tokens) in [("", 0), ("four", 1), ("hello", 2), ("早上好", 3), ("né en été", 5)]
        {
            assert_eq!(tokens_estimated(text), tokens, "{text}");
        }
    }

    #[test]
    fn what_is_counted_in_part_is_booked_also_above_what_was_set_aside() {
        let price = Price::dollars(1.0, 2.0, None).unwrap();
        let stake = CallStake::unknown(UsdMicros(700));
        let partly = |input, output| {
            let tokens = Tokens { input, output, ..Tokens::default() };
            Booked::of(&price, UsageCount::Partly(tokens), stake)
        };
        let booked = |cost| Booked { cost: UsdMicros(cost), at_most: false, estimated: true };
        assert_eq!((partly(300, 100), partly(300, 900)), (booked(500), booked(2_100)));
        assert_eq!(partly(300, 2_000_000), stake.uncounted, "no call takes that");
    }

    #[test]
    fn what_nobody_counted_is_the_dearest_that_was_and_never_more_than_the_call_can_cost() {
        let booked =
            |cost, at_most, estimated| Booked { cost: UsdMicros(cost), at_most, estimated };
        let seen = |dearest| CallStake::seen(UsdMicros(90), UsdMicros(dearest)).uncounted;
        assert_eq!(CallStake::unknown(UsdMicros(90)).uncounted, booked(90, true, false));
        assert_eq!(seen(30), booked(30, false, true));
        assert_eq!(seen(900), booked(90, true, false));
        assert_eq!(CallStake::seen(UsdMicros::ZERO, UsdMicros::ZERO).uncounted, Booked::NOTHING);
    }

    #[test]
    fn what_the_service_charges_is_booked_where_it_is_more() {
        let booked = Booked { cost: UsdMicros(200), at_most: true, estimated: false };
        assert_eq!(booked.or_charged(None), booked);
        assert_eq!(booked.or_charged(charged(0.0001)), booked, "less than the price gives");
        let more = Booked { cost: UsdMicros(50_000), at_most: false, estimated: false };
        assert_eq!(booked.or_charged(charged(0.05)), more);
        assert_eq!(Booked::NOTHING.or_charged(charged(0.05)), more, "no price is known");
        assert_eq!(charged(f64::NAN), None);
    }

    proptest! {
        #[test]
        fn what_is_booked_is_what_the_service_counts_or_what_such_calls_come_to(
            input in 0_u64..1_000_000, output in 0_u64..100_000,
            claimed in proptest::option::of((0_u64..20_000_000, 0_u64..20_000_000, 0_u64..20_000_000)),
            prices in (0_u64..100_000_000, 0_u64..100_000_000, 0_u64..100_000_000),
        ) {
            let price = Price { input: prices.0, cached_input: prices.1.min(prices.0), output: prices.2 };
            let worst = price.worst(input, output);
            let stake = CallStake::seen(worst, UsdMicros(worst.0 / 3));
            let claimed = claimed.map(|(input, cached_input, output)| Tokens { input, cached_input, output, reasoning: 0 });
            let booked = Booked::of(&price, claimed.map_or(UsageCount::Unknown, UsageCount::Counted), stake);
            if let Some(tokens) = claimed {
                let estimated = Booked::of(&price, UsageCount::Estimated(tokens), stake);
                let cost = price.of(tokens).min(worst);
                prop_assert_eq!(estimated, Booked { cost, at_most: false, estimated: cost > UsdMicros::ZERO });
            }
            match claimed.filter(|tokens| tokens.input > 0 && tokens.input.max(tokens.output) <= 1_000_000) {
                Some(tokens) => prop_assert_eq!(booked, Booked { cost: price.of(tokens), at_most: false, estimated: false }),
                None => {
                    let estimated = worst.0 / 3 > 0;
                    prop_assert_eq!(booked, Booked { cost: UsdMicros(worst.0 / 3), at_most: false, estimated });
                }
            }
        }
    }
}
