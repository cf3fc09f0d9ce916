//! Answer in parts: every field that any study type has, each present or absent. Lines, facts and table rows are made
//! from these parts for every study type.

use std::borrow::Cow;
use std::collections::BTreeMap;

use protocol::results::{Preference, PurchaseIntent, Sentiment};
use protocol::safe;
use protocol::study::Order;

use super::table::AnswerRow;

/// An answer in parts.
#[derive(Clone, Debug, Default)]
pub(crate) struct AnswerParts<'a> {
    /// The reasoning in the respondent's words.
    pub(crate) reasoning: &'a str,
    /// A score.
    pub(crate) score: Option<u8>,
    /// The respondent's sentiment.
    pub(crate) sentiment: Option<Sentiment>,
    /// The purchase intent.
    pub(crate) purchase_intent: Option<PurchaseIntent>,
    /// The main topic of the answer.
    pub(crate) key_theme: Option<&'a str>,
    /// The preferred variant.
    pub(crate) preference: Option<Preference>,
    /// The scores of both variants.
    pub(crate) scores: Option<(u8, u8)>,
    /// The order in which the variants were shown.
    pub(crate) order: Option<Order>,
    /// The answers to open questions.
    pub(crate) open: Option<Open<'a>>,
    /// Cells of the columns that only this type has.
    pub(crate) further: Vec<(&'static str, Cow<'a, str>)>,
}

/// The answers to open questions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open<'a> {
    /// Question → answer.
    pub(crate) answers: &'a BTreeMap<String, String>,
    /// Question → why it was refused.
    pub(crate) refused: &'a BTreeMap<String, String>,
    /// Question → themes that the answer names.
    pub(crate) themes: &'a BTreeMap<String, Vec<String>>,
}

impl Open<'_> {
    /// Whether an answer names that theme.
    pub(crate) fn names(&self, theme: &str) -> bool {
        self.themes.values().flatten().any(|named| named == theme)
    }
}

impl<'a> AnswerParts<'a> {
    /// The answer in one line: score, sentiment, purchase intent, topic.
    pub(super) fn brief(&self) -> String {
        let intent = self.purchase_intent.map(|intent| match intent {
            PurchaseIntent::Maybe => "would perhaps buy".to_owned(),
            other => format!("would {} buy", spaced(other.as_str())),
        });
        [
            self.score.map(|score| format!("{score}/10")),
            self.sentiment.map(|sentiment| sentiment.to_string()),
            intent,
            self.key_theme.map(str::to_owned),
        ]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ")
    }

    /// Every field besides the mark and the reasoning, as label and text.
    pub(super) fn facts(&self) -> Vec<(String, String)> {
        let spaced = |word: &str| spaced(word);
        let own = [
            ("score of A", self.scores.map(|(a, _)| a.to_string())),
            ("score of B", self.scores.map(|(_, b)| b.to_string())),
            ("feeling", self.sentiment.map(|sentiment| sentiment.to_string())),
            ("would buy", self.purchase_intent.map(|intent| spaced(intent.as_str()))),
            ("about", self.key_theme.map(str::to_owned)),
            ("saw", self.order.map(|order| spaced(order.as_str()))),
        ]
        .into_iter()
        .filter_map(|(label, text)| Some((label.to_owned(), text?)));
        let open = self.open.iter().flat_map(|open| {
            let declined = |why: &String| format!("declined: {why}");
            let answered = open.answers.iter().map(|(question, text)| (question, text.clone()));
            answered
                .chain(open.refused.iter().map(move |(question, why)| (question, declined(why))))
        });
        // A question is untrusted text like any other.
        let open = open.map(|(question, text)| (safe::line(question).into_owned(), text));
        let further =
            self.further.iter().map(|(label, text)| (spaced(label), text.clone().into_owned()));
        own.chain(open).chain(further).collect()
    }

    /// Its rows in a table: one, or one for each open question.
    pub(super) fn rows(&self) -> Vec<AnswerRow<'a>> {
        let Some(open) = self.open else { return vec![self.row()] };
        let named = |question| {
            open.themes.get(question).map_or_else(String::new, |themes| themes.join("; "))
        };
        let answered = open.answers.iter().map(|(question, answer)| {
            let cells = [("answer", answer.as_str().into()), ("themes", named(question).into())];
            self.row().of(question, cells)
        });
        let declined = open.refused.iter().map(|(question, why)| {
            self.row().of(question, [("declined", why.as_str().into()), ("themes", "".into())])
        });
        answered.chain(declined).collect()
    }

    fn row(&self) -> AnswerRow<'a> {
        let cell = |column, text: Option<Cow<'a, str>>| Some((column, text?));
        let score = |score: u8| Cow::Owned(score.to_string());
        let cells = [
            cell("score", self.score.map(score)),
            cell("sentiment", self.sentiment.map(|one| one.as_str().into())),
            cell("purchase_intent", self.purchase_intent.map(|one| one.as_str().into())),
            cell("reasoning", Some(self.reasoning.into())),
            cell("key_theme", self.key_theme.map(Cow::Borrowed)),
            cell("preference", self.preference.map(|one| one.as_str().into())),
            cell("score_a", self.scores.map(|(a, _)| score(a))),
            cell("score_b", self.scores.map(|(_, b)| score(b))),
            cell("order", self.order.map(|one| one.as_str().into())),
        ];
        let further = self.further.iter().cloned();
        AnswerRow::new(cells.into_iter().flatten().chain(further).collect())
    }
}

fn spaced(word: &str) -> String {
    protocol::audience::in_words(word)
}
