//! The remarks of a review: what lowers a dimension and what raises it, each with the words of the content that it is
//! about and a sentence that says so.

use protocol::review::Dimension;

use super::Signal;
use crate::features::Span;

/// Something that lowers a dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The dimension.
    pub dimension: Dimension,
    /// What was seen, or is missing.
    pub rule: Signal,
    /// How much it takes, in points of the dimension.
    pub weight: f64,
    /// What is wrong, as a sentence.
    pub sentence: String,
    /// What to do, as a sentence.
    pub advice: String,
    /// Where it stands; nothing where something is missing.
    pub span: Option<Span>,
}

/// Something that raises a dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct Strength {
    /// The dimension.
    pub dimension: Dimension,
    /// What was seen.
    pub rule: Signal,
    /// How much it gives, in points of the dimension.
    pub weight: f64,
    /// What is good, as a sentence.
    pub sentence: String,
    /// Signals whose fault says the opposite.
    pub against: Vec<Signal>,
    /// Where it stands.
    pub span: Option<Span>,
}

impl Strength {
    /// Whether a fault says the opposite: of what is there in part, one may say that it is there or that it is missing, and nobody
    /// says both.
    #[must_use]
    pub fn contradicts(&self, fault: &Fault) -> bool {
        self.rule == fault.rule || self.against.contains(&fault.rule)
    }
}
