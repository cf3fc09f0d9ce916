//! The order of the options that one respondent sees. It derives from the seed and the assignment and is recorded
//! with the answer, so that a report can detect choices that depend on position.

use protocol::results::{PurchaseIntent, Sentiment};
use serde::{Deserialize, Serialize};

use crate::domain::digest::Digest;
use crate::domain::outcome::Assignment;

/// The options in the order that one respondent sees. Stored as five letters: the sentiments in their order, and `+`
/// if the scale of intents begins favourably.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct OptionOrder {
    /// In any order.
    pub sentiments: [Sentiment; 4],
    /// From one end of the scale to the other: a scale may be reversed, but is never shuffled.
    pub intents: [PurchaseIntent; 5],
}

/// The scale of intents from its favourable end.
const FAVOURABLE_FIRST: [PurchaseIntent; 5] = [
    PurchaseIntent::Definitely,
    PurchaseIntent::Probably,
    PurchaseIntent::Maybe,
    PurchaseIntent::ProbablyNot,
    PurchaseIntent::DefinitelyNot,
];

impl From<OptionOrder> for String {
    fn from(options: OptionOrder) -> Self {
        let letter = |sentiment: &Sentiment| match sentiment {
            Sentiment::Positive => 'p',
            Sentiment::Negative => 'n',
            Sentiment::Neutral => 'u',
            Sentiment::Mixed => 'm',
        };
        let end = if options.begins_favourably() { '+' } else { '-' };
        options.sentiments.iter().map(letter).chain([end]).collect()
    }
}

impl TryFrom<String> for OptionOrder {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let sentiment = |letter: u8| match letter {
            b'p' => Some(Sentiment::Positive),
            b'n' => Some(Sentiment::Negative),
            b'u' => Some(Sentiment::Neutral),
            b'm' => Some(Sentiment::Mixed),
            _ => None,
        };
        let [a, b, c, d, end] = text.as_bytes() else { return Err("an order has five letters") };
        let mut intents = FAVOURABLE_FIRST;
        match end {
            b'+' => {}
            b'-' => intents.reverse(),
            _ => return Err("an order ends with + or -"),
        }
        let of = |letter: &u8| sentiment(*letter).ok_or("an order names no such sentiment");
        let sentiments = [of(a)?, of(b)?, of(c)?, of(d)?];
        if Sentiment::ALL.iter().any(|wanted| !sentiments.contains(wanted)) {
            return Err("an order names each sentiment once");
        }
        Ok(Self { sentiments, intents })
    }
}

impl OptionOrder {
    /// Whether the scale of intents begins with the most favourable option.
    #[must_use]
    pub fn begins_favourably(&self) -> bool {
        self.intents.first() == Some(&PurchaseIntent::Definitely)
    }
}

/// The orders drawn for an assignment.
#[must_use]
pub(crate) fn options(seed: u64, at: Assignment) -> OptionOrder {
    let drawn = Digest::new()
        .raw("order of options")
        .raw(seed.to_le_bytes())
        .raw(at.respondent.to_le_bytes())
        .raw(at.task.to_le_bytes())
        .raw(at.replicate.to_le_bytes())
        .finish();
    let mut sentiments =
        [Sentiment::Positive, Sentiment::Negative, Sentiment::Neutral, Sentiment::Mixed];
    for last in (1..sentiments.len()).rev() {
        // Eight bytes for a choice among at most four: the bias is far too small to be observed.
        let bytes: [u8; 8] = std::array::from_fn(|at| drawn[1 + (last - 1) * 8 + at]);
        let choice = u64::from_le_bytes(bytes) % (last as u64 + 1);
        sentiments.swap(last, usize::try_from(choice).unwrap_or(0));
    }
    let mut intents = FAVOURABLE_FIRST;
    if drawn[0] & 1 == 1 {
        intents.reverse();
    }
    OptionOrder { sentiments, intents }
}
