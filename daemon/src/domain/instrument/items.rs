//! The items of a questionnaire, for studies that put each question in a call of its own: which items there are, how
//! the reply to one is read, and how an answer is assembled from all of them. Each reply passes the same strict rules
//! as in a whole form, so an answer means the same either way.

use protocol::measurement::QuestionsPerCall;
use protocol::results::ThemeKind;
use protocol::study::StudySpec;
use serde::{Deserialize, Serialize};

use super::normalize_reply::{FieldKind, form_at, normalize_reply, preferences};
use super::reply::{Fields, THEME_MAX};
use super::types::{check_entry, kind_of};
use super::{Unreadable, answer, extract_json, options};
use crate::domain::outcome::{Answered, Assignment};
use crate::domain::redact::Holds;

/// One question of a questionnaire. The order is that of asking: open questions first, so that respondents do not fit
/// their words to a number that they already gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// An open question of a survey, numbered from 1.
    Question(u8),
    /// The respondent's opinion and reasons, in words.
    Reasons,
    /// How much the stimulus is liked, or how likely it is recommended.
    Score,
    /// The respondent's sentiment.
    Sentiment,
    /// The theme that matters most for the sentiment.
    KeyTheme,
    /// Whether the respondent would buy or use it.
    PurchaseIntent,
    /// Which variant is preferred.
    Preference,
    /// How much variant A is liked.
    ScoreA,
    /// How much variant B is liked.
    ScoreB,
}

impl Item {
    /// The name in prompt templates.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Question(_) => "question",
            Self::Reasons => "reasons",
            Self::Score => "score",
            Self::Sentiment => "sentiment",
            Self::KeyTheme => "key_theme",
            Self::PurchaseIntent => "purchase_intent",
            Self::Preference => "preference",
            Self::ScoreA => "score_a",
            Self::ScoreB => "score_b",
        }
    }

    /// The number of an open question of a survey, from 1.
    #[must_use]
    pub fn number(self) -> Option<u8> {
        match self {
            Self::Question(number) => Some(number),
            _ => None,
        }
    }

    /// Whether it is answered in words and not by choosing.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Question(_) | Self::Reasons)
    }

    /// Whether the item provides that key of a whole reply.
    pub(super) fn fills(self, key: &str, kind: &FieldKind) -> bool {
        match self {
            Self::Question(_) => matches!(kind, FieldKind::Answers(_)),
            Self::Reasons => {
                key == "reasoning" || matches!(kind, FieldKind::Themes | FieldKind::Topics)
            }
            _ => key == self.as_str(),
        }
    }
}

/// The items that are put in calls of their own, in the order of asking; empty if one call asks all questions.
#[must_use]
pub(crate) fn items(spec: &StudySpec) -> Vec<Item> {
    if spec.measurement.questions_per_call == QuestionsPerCall::All {
        return Vec::new();
    }
    kind_of(&spec.instrument).items(&spec.instrument)
}

/// What each call asks, in order: all questions together (`None`), or one item each.
#[must_use]
pub(crate) fn put(spec: &StudySpec) -> Vec<Option<Item>> {
    let alone = items(spec);
    if alone.is_empty() { vec![None] } else { alone.into_iter().map(Some).collect() }
}

/// A reply to one item that was read and passed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ItemReply {
    item: Item,
    fields: Fields,
}

impl Holds for ItemReply {
    fn chooses_as(&self, other: &Self) -> bool {
        match self.item {
            Item::Reasons | Item::KeyTheme => true,
            Item::Question(_) => self.fields.declines() == other.fields.declines(),
            Item::Score
            | Item::Sentiment
            | Item::PurchaseIntent
            | Item::Preference
            | Item::ScoreA
            | Item::ScoreB => self.fields == other.fields,
        }
    }

    fn with_texts(self, change: &dyn Fn(&str) -> String) -> Self {
        let is_open = self.item.is_open() || self.item == Item::KeyTheme;
        let fields = if is_open { self.fields.with_texts(change) } else { self.fields };
        Self { fields, ..self }
    }
}

/// Reads a model's reply to one item of an assignment. A survey question can be declined alone; declining any other item declines the
/// whole questionnaire.
///
/// # Errors
/// Why the reply is not an answer to the item.
pub(crate) fn read_item(
    spec: &StudySpec,
    at: Assignment,
    item: Item,
    text: &str,
) -> Result<ItemReply, Unreadable> {
    let form = form_at(spec, at, Some(item));
    let read =
        extract_json::fields_of(text, &form).and_then(|fields| normalize_reply(fields, &form));
    let fields = match read {
        Err(Unreadable::Refused { reason }) => return decline_item(item, reason),
        read => read?,
    };
    check(&form, item, fields.clone())?;
    Ok(ItemReply { item, fields })
}

/// The reply for an item that was declined for that reason.
///
/// # Errors
/// If declining the item declines the whole questionnaire.
pub(crate) fn decline_item(item: Item, reason: String) -> Result<ItemReply, Unreadable> {
    match item {
        Item::Question(_) => Ok(ItemReply { item, fields: Fields::declined(reason) }),
        _ => Err(Unreadable::Refused { reason }),
    }
}

/// Checks that a reply contains what the item asks for, and nothing else.
fn check(
    form: &[(&'static str, FieldKind)],
    item: Item,
    mut fields: Fields,
) -> Result<(), Unreadable> {
    if matches!(item, Item::Question(_)) {
        return check_entry(fields);
    }
    let mut reasoning = String::new();
    for (key, kind) in form {
        match kind {
            FieldKind::Whole(low, high) => drop(fields.integer(key, *low, *high)?),
            FieldKind::Word(words) => fields.one_of(key, words)?,
            FieldKind::Placed => fields.one_of(key, &preferences())?,
            // The reasoning comes first in every form, and quotes must occur in it.
            FieldKind::Text(most) => reasoning = fields.text(key, *most)?,
            FieldKind::Theme => drop(fields.text(key, THEME_MAX)?),
            FieldKind::Themes => drop(fields.mentions(key, ThemeKind::Topic, &reasoning)?),
            FieldKind::Topics => drop(fields.topics(key)?),
            FieldKind::Truth => drop(fields.truth(key)?),
            // What no type puts in a call of its own.
            FieldKind::Answers(_) | FieldKind::Suggestions(_) => {}
        }
    }
    fields.finish()
}

/// Assembles the answer from the replies to all items.
///
/// # Errors
/// If one is missing, or they do not make an answer.
pub(crate) fn assemble(
    spec: &StudySpec,
    at: Assignment,
    replies: Vec<ItemReply>,
) -> Result<Answered, Unreadable> {
    let mut entries = Vec::new();
    let mut parts = Vec::with_capacity(replies.len());
    for ItemReply { item, fields } in replies {
        match item.number() {
            Some(number) => entries.push((number, fields)),
            None => parts.push(fields),
        }
    }
    if !entries.is_empty() {
        parts.push(Fields::list_of("answers", "question", entries));
    }
    let mut answered = answer(spec, at, Fields::join(parts))?;
    answered.options = Some(options(spec.seed, at));
    Ok(answered)
}
