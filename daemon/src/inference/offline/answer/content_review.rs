//! The answer of one expert to a content review: the levels that the reader finds, seen through a strictness, a taste and
//! the occasion; the remarks that fall within the expert's lens; and the click of a reader, in a deep simulation against
//! the neighbours of the feed.

use std::collections::BTreeMap;

use protocol::results::Preference;
use protocol::review::{Dimension, DimensionScore, Neighbours, ReviewMaterial, ReviewMode};
use protocol::study::{Language, Order};
use reader::Reader;
use reader::draw::{DrawKey, hash};
use reader::review::{ContentReading, FEEDS, Fault};
use serde::{Deserialize, Serialize};

use super::super::english::brief_of;
use super::{Ask, EngineError, PreparedText, write};
use crate::domain::instrument::{Expert, neighbours};

/// Standard deviation of an expert's lasting taste in one dimension, in points.
const TASTE: f64 = 0.7;
/// Standard deviation of what differs from one occasion to the next, in points; a glance has more, a second look less.
const OCCASION: f64 = 0.45;
const GLANCE: f64 = 1.8;
const SECOND_LOOK: f64 = 0.7;
/// From this appeal on a reader of even temper clicks.
const CLICK_FROM: f64 = 5.5;
/// Standard deviation between readers in what makes them click, in points of appeal.
const CLICK_SPREAD: f64 = 1.6;
/// How much of the strictness of an expert is left when they read for themselves.
const CLICK_STRICTNESS: f64 = 0.5;
/// How far chance decides which remarks an expert makes, as a share of their weight.
const ATTENTION: f64 = 0.45;
/// A dimension with this score needs no remark.
const GOOD_ENOUGH: u8 = 9;
/// Content that the reader rejects for everybody gets no more than this on any dimension.
const REJECTED: f64 = 2.0;
/// Remarks of one expert.
const REMARKS: usize = 3;
/// Hundredths of a point between two texts that an expert takes for no difference.
const INDIFFERENCE: i32 = 25;
/// Neighbours that a reader sees in one feed.
const FEED: usize = 5;

/// A piece of content, read for its review, with its feed.
#[derive(Clone, Debug)]
pub(crate) struct PreparedReview {
    reading: ContentReading,
    /// The hash of the content, from which every draw that is made for this text alone begins.
    hash: u64,
    /// What the neighbours promise: their appeal to an ordinary reader.
    feed: Vec<f64>,
    /// The rewrite that the content is held against, with its reading.
    against: Option<Box<(ReviewMaterial, PreparedReview)>>,
}

impl PreparedReview {
    /// Reads the content, and its neighbours where readers choose among them.
    pub(crate) fn of(
        reader: &Reader,
        review: &ReviewMaterial,
        language: Option<Language>,
    ) -> Option<Self> {
        let brief = brief_of(review, language);
        let reading = reader.review(&review.content, &brief).ok()?;
        let feed = match review.mode {
            ReviewMode::DeepSimulation => feed_of(review)
                .iter()
                .filter_map(|text| Some(reader.review(text, &brief).ok()?.appeal()))
                .collect(),
            ReviewMode::QuickPulse | ReviewMode::ExpertReview => Vec::new(),
        };
        let against = review.against.clone().and_then(|content| {
            let rewrite = ReviewMaterial { content, against: None, ..review.clone() };
            let read = Self::of(reader, &rewrite, language)?;
            Some(Box::new((rewrite, read)))
        });
        Some(Self { reading, hash: hash(&review.content), feed, against })
    }

    /// Whether the reader rejects the content for everybody.
    fn is_rejected(&self) -> bool {
        self.reading.reading.features.is_rejected()
    }
}

/// The texts of the feed: the competitors, or the stock feed of the type.
fn feed_of(review: &ReviewMaterial) -> Vec<String> {
    #[derive(Deserialize)]
    struct StockFeed {
        texts: Vec<String>,
    }
    let texts = match &review.neighbours {
        Neighbours::Given { .. } | Neighbours::Generated { .. } => neighbours(review).to_vec(),
        Neighbours::Stock => {
            let feeds: BTreeMap<String, StockFeed> = toml::from_str(FEEDS).unwrap_or_default();
            let own = feeds.into_iter().find(|(kind, _)| kind == review.content_type.as_str());
            own.map(|(_, feed)| feed.texts).unwrap_or_default()
        }
    };
    texts.into_iter().take(FEED).collect()
}

#[derive(Serialize)]
struct ReviewReply {
    reasoning: String,
    #[serde(flatten)]
    scores: BTreeMap<&'static str, u8>,
    would_click: bool,
    feed_distinctiveness: u8,
    regulatory_fit: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestions: Option<Vec<Suggested>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    objection: Option<String>,
}

#[derive(Serialize)]
struct Suggested {
    dimension: Dimension,
    suggestion: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    quote: Option<String>,
}

/// The questionnaire of a review, filled in.
pub(crate) fn content_review(
    prepared: &PreparedText,
    review: &ReviewMaterial,
    ask: &Ask<'_>,
) -> Result<String, EngineError> {
    let seen = prepared
        .review
        .as_ref()
        .ok_or_else(|| EngineError::Final { why: "there is nothing to read".to_owned() })?;
    let judge = Judge { expert: Expert::of(ask.spec.seed, ask.ordinal), review, ask, seen };
    if let Some((rewrite, read)) = seen.against.as_deref() {
        return choice(&judge, &Judge { review: rewrite, seen: read, ..judge });
    }
    let scores = judge.scores();
    let remarks = judge.remarks(&scores);
    let objection = remarks.first().map(|fault| fault.sentence.clone());
    let (asks_more, is_deep) = match review.mode {
        ReviewMode::QuickPulse => (false, false),
        ReviewMode::ExpertReview => (true, false),
        ReviewMode::DeepSimulation => (true, true),
    };
    write(&ReviewReply {
        reasoning: judge.reasoning(&scores, &remarks),
        scores: scores.iter().map(|one| (one.dimension.as_str(), one.score)).collect(),
        would_click: judge.clicks(),
        feed_distinctiveness: judge.score("feed", seen.reading.distinctiveness()),
        regulatory_fit: judge.score("framing", seen.reading.regulatory_fit()),
        suggestions: asks_more.then(|| remarks.iter().map(|fault| judge.suggest(fault)).collect()),
        objection: objection.filter(|_| is_deep),
    })
}

/// The choice between the original and a rewrite, which are named by their place.
fn choice(original: &Judge<'_>, rewrite: &Judge<'_>) -> Result<String, EngineError> {
    let overall = |judge: &Judge<'_>| judge.expert.overall(&judge.scores());
    let mut shown = [overall(original), overall(rewrite)];
    if original.ask.order == Some(Order::BFirst) {
        shown.reverse();
    }
    let [first, second] = shown;
    let gap = i32::from(first.0) - i32::from(second.0);
    let (preference, reasoning) = match gap {
        INDIFFERENCE.. => (Preference::A, "The first version does more for its reader."),
        _ if gap <= -INDIFFERENCE => {
            (Preference::B, "The second version does more for its reader.")
        }
        _ => (Preference::None, "Neither does clearly more for its reader."),
    };
    write(&ChoiceReply {
        reasoning,
        preference,
        score_a: first.rounded(),
        score_b: second.rounded(),
    })
}

#[derive(Serialize)]
struct ChoiceReply {
    reasoning: &'static str,
    preference: Preference,
    score_a: u8,
    score_b: u8,
}

/// One expert with what they look at.
#[derive(Clone, Copy)]
struct Judge<'a> {
    expert: Expert,
    review: &'a ReviewMaterial,
    ask: &'a Ask<'a>,
    seen: &'a PreparedReview,
}

impl Judge<'_> {
    /// What this expert keeps from one text to the next.
    fn lasting(&self, what: &str) -> DrawKey {
        DrawKey::new(self.ask.spec.seed, "review")
            .with(u64::from(self.ask.ordinal))
            .with(hash(what))
    }

    /// What differs between two texts, and between two askings.
    fn passing(&self, what: &str) -> DrawKey {
        self.lasting(what)
            .with(self.seen.hash)
            .with(u64::from(self.ask.task))
            .with(u64::from(self.ask.replicate))
    }

    /// A level as this expert scores it.
    fn score(&self, what: &str, level: f64) -> u8 {
        let occasion = match self.review.mode {
            ReviewMode::QuickPulse => OCCASION * GLANCE,
            ReviewMode::ExpertReview => OCCASION,
            ReviewMode::DeepSimulation => OCCASION * SECOND_LOOK,
        };
        let own = TASTE * self.lasting(what).normal() + occasion * self.passing(what).normal();
        let score = (level - self.expert.strictness + own).round().clamp(1.0, 10.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 10")]
        let score = score as u8;
        score
    }

    fn scores(&self) -> Vec<DimensionScore> {
        let levels = self.seen.reading.levels().iter();
        levels
            .map(|(dimension, level)| {
                let level = if self.seen.is_rejected() { level.min(REJECTED) } else { *level };
                let score = self.score(dimension.as_str(), level);
                DimensionScore { dimension: *dimension, score }
            })
            .collect()
    }

    /// Whether this expert, as a reader, would click; in a feed, whether they choose it among its neighbours.
    fn clicks(&self) -> bool {
        if self.seen.is_rejected() {
            return false;
        }
        let temper = CLICK_STRICTNESS * self.expert.strictness;
        let appeal = self.seen.reading.appeal() - temper
            + CLICK_SPREAD * self.lasting("click").normal()
            + OCCASION * self.passing("click").normal();
        if self.seen.feed.is_empty() {
            return appeal >= CLICK_FROM;
        }
        let mut others = (0_u64..).zip(&self.seen.feed).map(|(place, other)| {
            other - temper + CLICK_SPREAD * self.lasting("neighbour").with(place).normal()
        });
        others.all(|other| other < appeal)
    }

    /// The faults that this expert remarks on: heavy ones, within their lens, and somewhat by chance.
    fn remarks(&self, scores: &[DimensionScore]) -> Vec<&Fault> {
        let needs = |fault: &&Fault| {
            let score = scores.iter().find(|one| one.dimension == fault.dimension);
            score.is_some_and(|one| one.score < GOOD_ENOUGH)
        };
        // A sentence that points at a place needs its words.
        let stands = |fault: &&Fault| fault.span.is_none() || self.quote(fault).is_some();
        let faults = self.seen.reading.faults().iter().filter(needs).filter(stands);
        let mut weighed: Vec<(f64, &Fault)> = faults
            .map(|fault| {
                let lens = f64::from(self.expert.role.weight(fault.dimension));
                let what = format!("{} {:?}", fault.dimension, fault.rule);
                let chance = 1.0 + ATTENTION * self.passing(&what).bell();
                (fault.weight * lens * chance, fault)
            })
            .collect();
        weighed.sort_by(|one, other| other.0.total_cmp(&one.0));
        let mut told: Vec<&Fault> = Vec::new();
        for (_, fault) in weighed {
            // One thing to do is said once, whatever dimensions it would raise.
            if told.len() < REMARKS && !told.iter().any(|known| known.advice == fault.advice) {
                told.push(fault);
            }
        }
        told
    }

    fn suggest(&self, fault: &Fault) -> Suggested {
        Suggested {
            dimension: fault.dimension,
            suggestion: fault.advice.clone(),
            quote: self.quote(fault).map(str::to_owned),
        }
    }

    /// The words of the content that a fault is about.
    fn quote(&self, fault: &Fault) -> Option<&str> {
        let quote = self.seen.reading.quote(fault.span?);
        (!quote.is_empty() && self.review.content.contains(quote)).then_some(quote)
    }

    /// The reasons: what is good, then what is not, each with the dimension that it is about.
    fn reasoning(&self, scores: &[DimensionScore], remarks: &[&Fault]) -> String {
        let mut said = Vec::new();
        let best = self.seen.reading.strengths().iter().find(|strength| {
            let score = scores.iter().find(|one| one.dimension == strength.dimension);
            score.is_some_and(|one| one.score > 6)
                && !remarks.iter().any(|fault| strength.contradicts(fault))
        });
        if let Some(best) = best {
            said.push(format!("{}: {}", best.dimension.title(), best.sentence));
        }
        let most = if self.review.mode == ReviewMode::QuickPulse { 1 } else { REMARKS };
        for fault in remarks.iter().take(most) {
            let title = fault.dimension.title();
            said.push(match self.quote(fault) {
                Some(quote) => format!("{title}, at “{}”: {}", one_line(quote), fault.sentence),
                None => format!("{title}: {}", fault.sentence),
            });
        }
        if said.is_empty() {
            let who = &self.expert.role.title;
            said.push(format!("As a {who} I see nothing in it that has to be changed."));
        }
        said.join(" ")
    }
}

/// A quote of at most a few words, on one line.
fn one_line(quote: &str) -> String {
    const WORDS: usize = 12;
    let words: Vec<&str> = quote.split_whitespace().collect();
    if words.len() <= WORDS {
        return words.join(" ");
    }
    format!("{} …", words.get(..WORDS).unwrap_or_default().join(" "))
}
