//! The answer of one respondent, in two serialisations: with its study type where it is stored or sent, and its fields alone
//! where it is printed. [`Answer`] can only be printed; whatever is read back must hold it as [`Tagged`], or does not compile.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::channels::Channels;
use crate::id::AnswerId;
use crate::persona::Persona;
use crate::results::{Mention, Preference, PurchaseIntent, Sentiment};
use crate::study::Order;

/// Declares the answers of all study types once, for both serialisations.
macro_rules! answers {
    ($(
        $(#[$about:meta])*
        $study_type:ident { $( $(#[$field_about:meta])* $field:ident: $kind:ty, )* }
    )*) => {
        /// What one respondent said, with the fields of the instrument. It serialises as it is printed: its fields without
        /// the study type, which the document names once. It does not deserialise, since fields alone do not tell whose they
        /// are: see [`Tagged`].
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum Answer {
            $( $(#[$about])* $study_type { $( $(#[$field_about])* $field: $kind, )* }, )*
        }

        /// How [`Tagged`] is written and read.
        #[derive(Serialize, Deserialize)]
        #[serde(remote = "Answer", tag = "study_type", rename_all = "snake_case")]
        enum ByStudyType {
            $( $study_type { $( $(#[$field_about])* $field: $kind, )* }, )*
        }

    };
}

answers! {
    /// To a concept test.
    ConceptTest {
        /// 1 to 10.
        score: u8,
        /// How they feel about it.
        sentiment: Sentiment,
        /// Why, in their words.
        reasoning: String,
        /// Would they buy.
        purchase_intent: PurchaseIntent,
    }
    /// To a recommendation study.
    Nps {
        /// 0 to 10.
        score: u8,
        /// Why, in their words.
        reasoning: String,
        /// How they feel about it.
        sentiment: Sentiment,
    }
    /// To an A/B test.
    AbTest {
        /// Which is better.
        preference: Preference,
        /// Score of A, 1 to 10.
        score_a: u8,
        /// Score of B, 1 to 10.
        score_b: u8,
        /// Why, in their words.
        reasoning: String,
        /// How they feel about the one they prefer.
        sentiment: Sentiment,
        /// The order in which they saw the variants.
        order: Order,
    }
    /// To a sentiment study.
    Sentiment {
        /// How they feel about it.
        sentiment: Sentiment,
        /// Why, in their words.
        reasoning: String,
        /// What it is about.
        key_theme: String,
    }
    /// To a survey.
    Survey {
        /// Question → answer, for the questions that were answered.
        answers: BTreeMap<String, String>,
        /// Why, in their words.
        reasoning: String,
        /// Question → what the answer names.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        themes: BTreeMap<String, Vec<String>>,
        /// Question → why it was not answered.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        refused: BTreeMap<String, String>,
    }
}

/// An answer with its study type, as it is stored and sent. It reads back as its own type, or not at all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tagged(#[serde(with = "ByStudyType")] pub Answer);

impl From<Answer> for Tagged {
    fn from(answer: Answer) -> Self {
        Self(answer)
    }
}

impl From<Tagged> for Answer {
    fn from(Tagged(answer): Tagged) -> Self {
        answer
    }
}

/// An answer and who gave it: `Response` as it is printed, `Response<Tagged>` as it is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "A: Deserialize<'de>"))]
pub struct Response<A = Answer> {
    /// `a1`, `a2`, … in respondent order.
    pub id: AnswerId,
    /// Who gave it.
    pub persona: Persona,
    /// The instrument's fields.
    #[serde(flatten)]
    pub answer: A,
    /// What other channels heard from them; absent where there is only the direct answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<Channels>,
    /// The reasons that the answer names, for and against, as they are counted; empty where it names none.
    #[serde(default)]
    pub mentions: Vec<Mention>,
    /// What they said to what they were asked besides it: `decoy`, `duplicate`, `reversed` (as said, not turned back),
    /// `wording_1`, `replicate_1`, …; nobody's answer, and empty for whoever was asked for the answer only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub besides: BTreeMap<String, Besides<A>>,
}

/// What came of asking a respondent something besides the answer. The two cannot be taken for each other: no answer has a
/// field `not_answered`, and every one that is read has a `study_type`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Besides<A = Answer> {
    /// Nothing that can be used.
    NotAnswered {
        /// Why.
        not_answered: String,
    },
    /// A reply with the instrument's fields.
    Answered(A),
}

impl<A> Response<A> {
    fn map<B>(self, convert: impl Fn(A) -> B) -> Response<B> {
        let Self { id, persona, answer, channels, mentions, besides } = self;
        let besides = besides.into_iter().map(|(key, said)| {
            let said = match said {
                Besides::NotAnswered { not_answered } => Besides::NotAnswered { not_answered },
                Besides::Answered(answer) => Besides::Answered(convert(answer)),
            };
            (key, said)
        });
        let besides = besides.collect();
        Response { id, persona, answer: convert(answer), channels, mentions, besides }
    }
}

impl From<Response> for Response<Tagged> {
    fn from(response: Response) -> Self {
        response.map(Tagged)
    }
}

impl From<Response<Tagged>> for Response {
    fn from(response: Response<Tagged>) -> Self {
        response.map(Answer::from)
    }
}

#[cfg(test)]
mod tests;
