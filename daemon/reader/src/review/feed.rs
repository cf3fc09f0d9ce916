//! The feed in which a content is seen: how far it stands out among its neighbours. A neighbour is near by its meaning
//! at a glance and by the words that it shares; a form that every feed is full of is near to everything.

use std::collections::BTreeMap;

use encoder::Damaged;
use protocol::review::{ContentType, Neighbours};
use serde::Deserialize;

use super::brief::Brief;
use super::nearness;
use crate::Reader;
use crate::features::tokenise;
use crate::lexicon::LexiconError;

pub const FEEDS: &str = include_str!("../../../../assets/review/feeds.toml");

/// A text of the feed.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbour {
    /// Its words.
    pub text: String,
    /// How much the content resembles it, 0 to 1.
    pub likeness: f64,
}

/// What a look at the feed tells.
#[derive(Clone, Debug)]
pub(super) struct FeedLook {
    /// 1 to 10.
    pub(super) level: f64,
    pub(super) nearest: Option<Neighbour>,
}

/// The feeds of a type that stand in for neighbours that nobody named.
#[derive(Debug)]
pub(super) struct StockFeeds(BTreeMap<ContentType, FeedEntry>);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FeedEntry {
    texts: Vec<String>,
}

impl StockFeeds {
    pub(super) fn parse() -> Result<Self, LexiconError> {
        let fault = |what: String| LexiconError { file: "review/feeds.toml", what };
        let feeds: BTreeMap<ContentType, FeedEntry> =
            toml::from_str(FEEDS).map_err(|error| fault(error.to_string()))?;
        match ContentType::ALL.iter().find(|kind| !feeds.contains_key(kind)) {
            Some(kind) => Err(fault(format!("no feed for {}", kind.as_str()))),
            None => Ok(Self(feeds)),
        }
    }

    pub(super) fn of(&self, kind: ContentType) -> &[String] {
        self.0.get(&kind).map_or(&[], |feed| feed.texts.as_slice())
    }
}

/// A likeness up to this is that of any two texts.
const UNLIKE: f64 = 0.12;
/// What the nearest neighbour weighs beside the mean of all.
const NEAREST: f64 = 0.75;
/// What meaning weighs beside shared words.
const MEANING: f64 = 0.6;

/// The texts of the feed in which a brief sees its content.
pub(super) fn texts<'a>(reader: &'a Reader, brief: &'a Brief) -> &'a [String] {
    match &brief.neighbours {
        Neighbours::Given { texts } | Neighbours::Generated { texts, .. } => texts,
        Neighbours::Stock => reader.review.feeds.of(brief.content_type),
    }
}

/// Compares a content with its feed.
pub(super) fn look(reader: &Reader, content: &str, brief: &Brief) -> Result<FeedLook, Damaged> {
    let own = Worded::of(content);
    let mut likenesses = Vec::new();
    for text in texts(reader, brief) {
        let other = Worded::of(text);
        let likeness = if own.words == other.words {
            1.0
        } else {
            let meant = nearness::cosine(content, text)?.max(0.0);
            // Two texts about one thing may mean the same and still be no copies.
            (MEANING * meant + (1.0 - MEANING) * own.shares(&other)).min(0.98)
        };
        likenesses.push((likeness, text));
    }
    let count = likenesses.len();
    let nearest = likenesses.iter().max_by(|one, other| one.0.total_cmp(&other.0));
    let Some(&(highest, text)) = nearest else {
        return Ok(FeedLook { level: super::levels::MIDDLE, nearest: None });
    };
    let mean = likenesses.iter().map(|(likeness, _)| likeness).sum::<f64>() / count as f64;
    let likeness = if highest >= 1.0 { 1.0 } else { NEAREST * highest + (1.0 - NEAREST) * mean };
    let alike = ((likeness - UNLIKE) / (0.85 - UNLIKE)).clamp(0.0, 1.0);
    let level = 10.0 - 9.0 * alike.sqrt();
    let nearest = Some(Neighbour { text: text.clone(), likeness: highest });
    Ok(FeedLook { level, nearest })
}

/// The words of a text, for comparison.
struct Worded {
    words: Vec<String>,
    /// Distinct stems and pairs of neighbouring words, sorted.
    parts: Vec<String>,
}

impl Worded {
    fn of(text: &str) -> Self {
        let tokens = tokenise(text);
        let words: Vec<String> = tokens.iter().map(|token| token.word.clone()).collect();
        let mut parts: Vec<String> = tokens.iter().map(|token| token.stem.clone()).collect();
        parts.extend(words.windows(2).map(|pair| pair.join(" ")));
        parts.sort_unstable();
        parts.dedup();
        Self { words, parts }
    }

    /// Share of the shorter one's parts that the other has too.
    fn shares(&self, other: &Self) -> f64 {
        let common =
            self.parts.iter().filter(|part| other.parts.binary_search(part).is_ok()).count();
        common as f64 / self.parts.len().min(other.parts.len()).max(1) as f64
    }
}
