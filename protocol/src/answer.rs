//! The answer of one respondent in two serialisations: with its study type where it is stored or sent, without it where
//! it is printed. [`Answer`] can only be printed; values that are read back must be held as [`Tagged`], or the code
//! does not compile.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::channels::Channels;
use crate::id::AnswerId;
use crate::respondent::Respondent;
use crate::results::{Mention, Preference, PurchaseIntent, Sentiment};
use crate::review::ReviewAnswer;
use crate::study::Order;

/// Declares the answers of all study types once, for both serialisations.
macro_rules! answers {
    ($(
        $(#[$about:meta])*
        $study_type:ident { $( $(#[$field_about:meta])* $field:ident: $kind:ty, )* }
    )*) => {
        /// A respondent's answer with the fields of the instrument. It serialises as it is printed: its fields without
        /// the study type, which the document names once. It does not deserialise, because the fields alone do not
        /// determine the study type: see [`Tagged`].
        #[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
        #[serde(untagged)]
        pub enum Answer {
            $( $(#[$about])* $study_type { $( $(#[$field_about])* $field: $kind, )* }, )*
        }

        /// The serialised form of [`Tagged`].
        #[derive(Serialize, Deserialize)]
        #[serde(remote = "Answer", tag = "study_type", rename_all = "snake_case")]
        enum ByStudyType {
            $( $study_type { $( $(#[$field_about])* $field: $kind, )* }, )*
        }

    };
}

answers! {
    /// Answer to a concept test.
    ConceptTest {
        /// 1 to 10.
        score: u8,
        /// The respondent's sentiment.
        sentiment: Sentiment,
        /// The reasoning in the respondent's words.
        reasoning: String,
        /// The purchase intent.
        purchase_intent: PurchaseIntent,
    }
    /// Answer to an NPS study.
    Nps {
        /// 0 to 10.
        score: u8,
        /// The reasoning in the respondent's words.
        reasoning: String,
        /// The respondent's sentiment.
        sentiment: Sentiment,
    }
    /// Answer to an A/B test.
    AbTest {
        /// The preferred variant.
        preference: Preference,
        /// Score of A, 1 to 10.
        score_a: u8,
        /// Score of B, 1 to 10.
        score_b: u8,
        /// The reasoning in the respondent's words.
        reasoning: String,
        /// The sentiment about the preferred variant.
        sentiment: Sentiment,
        /// The order in which the variants were shown.
        order: Order,
    }
    /// Answer to a sentiment study.
    Sentiment {
        /// The respondent's sentiment.
        sentiment: Sentiment,
        /// The reasoning in the respondent's words.
        reasoning: String,
        /// The main topic of the answer.
        key_theme: String,
    }
    /// Answer to a survey.
    Survey {
        /// Question → answer, for the questions that were answered.
        answers: BTreeMap<String, String>,
        /// The reasoning in the respondent's words.
        reasoning: String,
        /// Question → themes that the answer names.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        themes: BTreeMap<String, Vec<String>>,
        /// Question → why it was refused.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        refused: BTreeMap<String, String>,
    }
    /// Answer to a content review.
    ContentReview {
        /// The expert's reasons in their words.
        reasoning: String,
        /// The scores, or the choice between two texts.
        #[serde(flatten)]
        said: ReviewAnswer,
    }
}

/// An answer with its study type, as it is stored and sent. Reading it back gives the same type or an error.
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

/// An answer with its respondent: `Response` as it is printed, `Response<Tagged>` as it is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(bound(deserialize = "A: Deserialize<'de>"))]
pub struct Response<A = Answer> {
    /// `a1`, `a2`, … in respondent order.
    pub id: AnswerId,
    /// The respondent.
    #[serde(flatten)]
    pub respondent: Respondent,
    /// The instrument's fields.
    #[serde(flatten)]
    pub answer: A,
    /// Readings of other channels; absent where there is only the direct answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<Channels>,
    /// Mentions in the answer (reasons for and against), as they are counted; empty where there are none.
    #[serde(default)]
    pub mentions: Vec<Mention>,
    /// Replies to controls, other wordings and replicates: `decoy`, `duplicate`, `reversed` (as given, not reversed
    /// back), `wording_1`, `replicate_1`, …; they do not count as answers. Empty for respondents outside the
    /// subsamples.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub besides: BTreeMap<String, Besides<A>>,
}

/// The result of a control, another wording or a replicate. The two variants cannot be confused: no answer has a field
/// `not_answered`, and every stored answer has a `study_type`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Besides<A = Answer> {
    /// No usable reply.
    NotAnswered {
        /// The reason.
        not_answered: String,
    },
    /// A reply with the instrument's fields.
    Answered(A),
}

impl<A> Response<A> {
    fn map<B>(self, convert: impl Fn(A) -> B) -> Response<B> {
        let Self { id, respondent, answer, channels, mentions, besides } = self;
        let besides = besides.into_iter().map(|(key, said)| {
            let said = match said {
                Besides::NotAnswered { not_answered } => Besides::NotAnswered { not_answered },
                Besides::Answered(answer) => Besides::Answered(convert(answer)),
            };
            (key, said)
        });
        let besides = besides.collect();
        Response { id, respondent, answer: convert(answer), channels, mentions, besides }
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
