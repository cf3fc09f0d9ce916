//! Position effects in closed questions, by two checks on the recorded orders: how often the option that was listed
//! first is chosen, and whether a reversed scale gives another mean.

use protocol::quality::Figure;
use protocol::results::{Answer, Estimate, PurchaseIntent, Sentiment};

use crate::domain::instrument::OptionOrder;
use crate::domain::instrument::types::{Chosen, kind};
use crate::domain::instrument::words::signed;
use crate::domain::stats::compare::{Moments, welch};
use crate::domain::stats::estimate::{equal_weights, share};
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, compare};

/// Options that a sentiment is chosen from.
const WORDS: u64 = Sentiment::ALL.len() as u64;

/// Why there is no figure if all respondents saw the same order.
const ONE_ORDER: &str = "the words to choose from stood in the same order for everyone";

/// Choices, by the order that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ChoiceOrder {
    shown: u64,
    first_chosen: u64,
    /// Intents as 1 (definitely not) to 5 (definitely), by the end that came first.
    favourable_first: Histogram,
    unfavourable_first: Histogram,
}

impl Default for ChoiceOrder {
    fn default() -> Self {
        Self {
            shown: 0,
            first_chosen: 0,
            favourable_first: Histogram::new(1, 5),
            unfavourable_first: Histogram::new(1, 5),
        }
    }
}

impl ChoiceOrder {
    /// Counts one answer and the order it was chosen in.
    pub(super) fn add(&mut self, answer: &Answer, options: OptionOrder) {
        let Some(Chosen { sentiment, intent }) = kind(answer.study_type()).chosen(answer) else {
            return;
        };
        self.shown += 1;
        self.first_chosen += u64::from(options.sentiments.first() == Some(&sentiment));
        if let Some(intent) = intent {
            let scale = if options.begins_favourably() {
                &mut self.favourable_first
            } else {
                &mut self.unfavourable_first
            };
            scale.add(points(intent));
        }
    }

    /// How often the option listed first was chosen; by chance it is one in four.
    pub(super) fn first_choice(&self) -> Figure {
        Figure::of(share(self.first_chosen, self.shown, LEVEL), ONE_ORDER)
    }

    /// Mean intent with the favourable end first minus with the other end first, in points of five.
    pub(super) fn scale_turned(&self) -> Figure {
        if self.favourable_first.n() + self.unfavourable_first.n() == 0 {
            return Figure::of(None, "no scale of words was turned round");
        }
        Figure::of(self.difference(), "too few answers in one of the two directions, or all alike")
    }

    fn difference(&self) -> Option<Estimate> {
        let one = Moments::of_histogram(&self.favourable_first)?;
        let other = Moments::of_histogram(&self.unfavourable_first)?;
        let compare::Welch { difference, interval, .. } = welch(one, other, LEVEL)?;
        let n = self.favourable_first.n() + self.unfavourable_first.n();
        Some(equal_weights(difference, Some(interval), LEVEL, n, "welch_t"))
    }

    /// A warning if the position decided beyond chance.
    pub(super) fn warning(&self) -> Option<String> {
        let chance = 1.0 / WORDS as f64;
        if let Figure::Known(turned) = self.scale_turned()
            && turned.low.zip(turned.high).is_some_and(|(low, high)| low > 0.0 || high < 0.0)
        {
            return Some(format!(
                "The order of the words matters: intent is {} points (of five) when the favourable end of the scale comes \
                 first.",
                signed(turned.value, 1)
            ));
        }
        // Which sentiment is chosen is not random, but which one is listed first is.
        match self.first_choice() {
            Figure::Known(first) if first.low.is_some_and(|low| low > chance) => Some(format!(
                "The order of the words matters: the sentiment listed first is chosen by {:.0} %, and by chance it would be {:.0} %.",
                100.0 * first.value,
                100.0 * chance
            )),
            _ => None,
        }
    }
}

/// An intent as 1 (definitely not) to 5 (definitely).
pub(in crate::domain::instrument) fn points(intent: PurchaseIntent) -> i32 {
    match intent {
        PurchaseIntent::Definitely => 5,
        PurchaseIntent::Probably => 4,
        PurchaseIntent::Maybe => 3,
        PurchaseIntent::ProbablyNot => 2,
        PurchaseIntent::DefinitelyNot => 1,
    }
}
