//! The classes of questions: what a question of a survey is after, with what its answer needs to know of it.

use super::scale::Scale;
use crate::features::Span;

/// For or against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Why one would.
    For,
    /// Why one would not.
    Against,
    /// Both.
    Both,
    /// Why one thinks as one does.
    Own,
}

/// What may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// What should be different.
    Change,
    /// What is not said.
    Information,
}

/// What one may do with an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    Buy,
    Use,
    Try,
    Switch,
    Support,
    Join,
    Recommend,
    /// To be interested in it.
    Want,
    /// Anything else.
    Other,
}

/// What about money.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Money {
    /// What one would pay.
    Pay,
    /// What one would pay in each of a period: "month".
    PayEach(&'static str),
    /// Whether one would pay that much, in the text's currency.
    PayThis(f64),
    /// The price at which one doubts the quality (Van Westendorp: too cheap).
    TooCheap,
    /// The price that is a bargain.
    Bargain,
    /// The price that is getting expensive.
    Dear,
    /// The price that is too expensive to consider.
    TooDear,
    /// Whether the price asked is right.
    Fair,
    /// What the text says that it costs.
    Stated,
}

/// One of the options that a question lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// As the question has it, without an article.
    pub name: String,
    /// Stems of the words that no other option has.
    pub stems: Vec<String>,
}

/// Which of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The part that speaks most for it.
    Best,
    /// The part that speaks least for it.
    Worst,
    /// One of the options in the question.
    Options(Vec<Listed>),
    /// One of several that the text is said to have.
    Unnamed,
}

/// When and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    Situation,
    TimeOfDay,
    Season,
    Room,
    Shop,
    Place,
}

/// Who.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    Audience,
    NotFor,
    Household,
    Age,
    Gift,
    /// Whether it is for the person asked.
    Myself,
}

/// The unit in which a frequency is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// In words.
    Words,
    DaysAWeek,
    TimesAWeek,
    TimesAMonth,
    TimesAYear,
}

/// What may be so or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    Believable,
    Clear,
    Different,
    Good,
    Bad,
    Like,
    /// Something that the text says or does not say: the stems of it.
    Fact(Vec<String>),
}

/// How a claim is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// "Is it clear?"
    Direct,
    /// "Is it confusing?": yes says that the claim is wrong.
    Inverse,
    /// "How clear is it?": neither yes nor no is an answer.
    Degree,
}

/// An opinion in general.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    Whole,
    /// Of a part of the text.
    Part(Span),
    /// Against what is there today.
    Compared,
}

/// What a question is after.
#[derive(Clone, Debug, PartialEq)]
pub enum Class {
    Why(Side),
    Missing(Want),
    Would(Act),
    HowMuch(Money),
    Which(Choice),
    When(Occasion),
    Who(Whom),
    HowOften(Rate),
    YesNo(Claim, Manner),
    Overall(View),
}

impl Class {
    /// Its name, as in the documentation.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Why(_) => "why",
            Self::Missing(_) => "missing",
            Self::Would(_) => "would",
            Self::HowMuch(_) => "how_much",
            Self::Which(_) => "which",
            Self::When(_) => "when",
            Self::Who(_) => "who",
            Self::HowOften(_) => "how_often",
            Self::YesNo(..) => "yes_no",
            Self::Overall(_) => "overall",
        }
    }
}

/// A question, understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub class: Class,
    /// What is asked in the same breath: "Would you buy it, and why?".
    pub also: Option<Class>,
    /// The scale on which the answer is wanted.
    pub scale: Option<Scale>,
    /// Whether it is about another offer than the one shown: "if it cost twice as much".
    pub supposes: bool,
}
