//! What a person would pay: log-normal around the price that is asked, shifted by the liking, by income and by price
//! sensitivity. The numbers and what is known of them are in the file; sums are rounded as people say them.

use protocol::audience::IncomeBracket;
use protocol::results::PurchaseIntent;

use super::mind::Turn;
use crate::features::tokenise;
use crate::lexicon::Theme;
use crate::response::Source;
use crate::theme::{Benefit, Concern};

/// The price that the text asks, in its own words.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AskedPrice {
    /// For its own period.
    pub(super) sum: f64,
    /// What stands before the number: a sign of currency.
    before: String,
    /// What stands after it: a currency, a period.
    after: String,
}

impl AskedPrice {
    /// The price that weighs most; `None` where the text asks none.
    pub(super) fn of(turn: &Turn<'_>) -> Option<Self> {
        Self::parse(turn.mind.features.price?.span.of(turn.mind.text))
    }

    fn parse(words: &str) -> Option<Self> {
        let tokens = tokenise(words);
        let token = tokens.iter().find(|token| token.number.is_some())?;
        let mut sum = token.number?;
        let mut after = words.get(token.end..)?;
        for (scale, factor) in [("k", 1e3), ("m", 1e6), (" thousand", 1e3), (" million", 1e6)] {
            let whole =
                after.strip_prefix(scale).filter(|rest| !rest.starts_with(char::is_alphanumeric));
            if let Some(rest) = whole {
                sum *= factor;
                after = rest;
                break;
            }
        }
        let before = words.get(..token.start)?.to_owned();
        (sum > 0.0).then_some(Self { sum, before, after: after.to_owned() })
    }

    /// Whether it is asked each of those periods.
    pub(super) fn is_each(&self, period: &str) -> bool {
        self.after.contains(period)
            || period.get(..2).is_some_and(|short| self.after.contains(&format!("/{short}")))
    }

    /// A sum as the text writes sums.
    pub(super) fn write(&self, sum: f64) -> String {
        format!("{}{}{}", self.before, number(sum), self.after)
    }
}

/// What somebody would pay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Willing {
    /// Not rounded.
    pub(super) sum: f64,
    /// Whether they want it at no price.
    pub(super) nothing: bool,
}

/// Income of the classes, relative to the median: the middles of their bounds.
fn income(bracket: IncomeBracket) -> f64 {
    match bracket {
        IncomeBracket::Low => 0.5,
        IncomeBracket::Middle => 1.0,
        IncomeBracket::UpperMiddle => 1.65,
        IncomeBracket::High => 2.8,
    }
}

/// The largest shift of the logarithm: a factor of 1.8.
const SHIFT_MAX: f64 = 0.6;
/// The balance of a price that is neither good nor dear.
const EVEN: f64 = -0.29;

/// What the price took from the liking, with what was saved.
pub(super) fn balance(turn: &Turn<'_>) -> f64 {
    let mind = turn.mind;
    mind.sum(Source::Price)
        + mind.sum(Source::Theme(Theme::Benefit(Benefit::Saving)))
        + mind.sum(Source::Theme(Theme::Concern(Concern::Price)))
}

/// Whether the price is good, fair or dear to them. Half of the room between giving nothing and what makes a price worth
/// blaming, twice.
pub(super) fn verdict(turn: &Turn<'_>) -> &'static str {
    let balance = balance(turn);
    // Who names the price as a reason against it does not call it good.
    let blames = turn.mind.concern(Concern::Price) < -0.08 || turn.mind.sum(Source::Price) < -0.18;
    if balance > -0.18 && !blames {
        "good"
    } else if balance > -0.40 {
        "fair"
    } else {
        "dear"
    }
}

pub(super) fn willing(turn: &Turn<'_>, asked: f64) -> Willing {
    let mind = turn.mind;
    let numbers = &mind.reader.answers.pay;
    let threshold = mind.reader.weights.thresholds.intent.get(2).copied().unwrap_or_default();
    let shift = numbers.liking * (mind.u - threshold)
        + numbers.income * libm::log(income(mind.persona.income_bracket))
        + numbers.sensitivity * (mind.persona.price_sensitivity - 50.0) / 20.0
        + numbers.balance * (balance(turn) - EVEN);
    let z = mind.key("pay").normal();
    let mut sum =
        asked * libm::exp(shift.clamp(-SHIFT_MAX, SHIFT_MAX) + numbers.spread * z.clamp(-2.0, 2.0));
    // Who finds it too dear would pay less than is asked; who would buy it pays what is asked, whatever else they say.
    if verdict(turn) == "dear" || turn.intent() == PurchaseIntent::ProbablyNot {
        sum = sum.min(0.85 * asked);
    }
    if turn.buys() {
        sum = sum.max(asked);
    }
    Willing { sum, nothing: turn.intent() == PurchaseIntent::DefinitelyNot || turn.lost() }
}

/// A sum as people say it: 5, 10, 12, 15, 20, 25 …; the asked one where it is within four per cent.
pub(super) fn spoken(sum: f64, asked: f64) -> f64 {
    const SMALL: &[f64] = &[1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0];
    const GRID: &[f64] =
        &[1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0];
    if (sum / asked - 1.0).abs() < 0.04 {
        return asked;
    }
    if sum < 1.0 {
        return (libm::round(sum * 10.0) / 10.0).max(0.1);
    }
    let (scale, grid) = if sum < 10.0 {
        (1.0, SMALL)
    } else {
        (libm::pow(10.0, libm::floor(libm::log10(sum))), GRID)
    };
    let place = sum / scale;
    let nearest = grid
        .iter()
        .copied()
        .min_by(|a, b| {
            libm::fabs(libm::log(a / place)).total_cmp(&libm::fabs(libm::log(b / place)))
        })
        .unwrap_or(place);
    libm::round(nearest * scale * 100.0) / 100.0
}

/// With two decimals where it is not whole, and commas at thousands.
fn number(sum: f64) -> String {
    let digits = format!("{sum:.2}");
    let (whole, cents) = digits.split_once('.').unwrap_or((&digits, "00"));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if cents == "00" { grouped } else { format!("{grouped}.{cents}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_said_as_people_say_them() {
        let asked = 19.0;
        for (sum, said) in [
            (18.6, 19.0),
            (13.0, 12.0),
            (14.2, 15.0),
            (5.2, 5.0),
            (1_180.0, 1_200.0),
            (0.44, 0.4),
            (33.0, 35.0),
            (96.0, 100.0),
            (9.7, 10.0),
        ] {
            assert_eq!(spoken(sum, asked), said, "{sum}");
        }
    }

    #[test]
    fn a_price_keeps_its_currency_and_period() {
        for (words, sum, said) in [
            ("$109 a month", 109.0, "$120 a month"),
            ("€4.50/month", 4.5, "€120/month"),
            ("£12,400", 12_400.0, "£120"),
            ("11 euros a month", 11.0, "120 euros a month"),
            ("$5k", 5_000.0, "$120"),
        ] {
            let price = AskedPrice::parse(words).expect(words);
            assert_eq!((price.sum, price.write(120.0).as_str()), (sum, said));
        }
        assert_eq!(AskedPrice::parse("a fair price"), None);
        assert_eq!(number(1_234.5), "1,234.50");
    }
}
