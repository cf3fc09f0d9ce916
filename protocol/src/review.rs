//! Content reviews: the types of content with the dimensions on which experts score them, the modes of asking, and the parts
//! of a review's material, answers and results. Field names and units of results are those of the review contract.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::finding::FindingsAcross;
use crate::results::{Estimate, Preference};
use crate::rounds::{RoundChange, TextDifference};
use crate::study::Order;

words! {
    /// What a piece of content is; it decides the dimensions.
    ContentType {
        /// The title of a video.
        Youtube = "youtube",
        /// The words on a thumbnail, and what it shows.
        Thumbnail = "thumbnail",
        /// An article.
        BlogPost = "blog_post",
        /// An email.
        Email = "email",
        /// The subject line of an email.
        EmailSubject = "email_subject",
        /// A page that visitors land on.
        LandingPage = "landing_page",
        /// An advertisement.
        Ad = "ad",
        /// A post in a social network.
        SocialPost = "social_post",
        /// A short public message.
        Tweet = "tweet",
        /// A post in a professional network.
        Linkedin = "linkedin",
        /// The page of a product.
        ProductPage = "product_page",
        /// A press release.
        PressRelease = "press_release",
        /// A headline.
        Headline = "headline",
        /// Anything else.
        Other = "other",
    }
}

words! {
    /// What an expert is asked to do.
    ReviewMode {
        /// One glance: the scores, with one reason.
        QuickPulse = "quick_pulse",
        /// The scores by a rubric, with reasons and suggestions.
        ExpertReview = "expert_review",
        /// The same, with a simulated feed, objections and a second look.
        DeepSimulation = "deep_simulation",
    }
}

words! {
    /// One dimension of a review, scored from 1 to 10; [`Dimension::definition`] says what each means.
    #[allow(missing_docs, reason = "each has its definition below")]
    Dimension {
        Appeal = "appeal",
        Attention = "attention",
        AudienceFit = "audience_fit",
        BenefitClarity = "benefit_clarity",
        CallToAction = "call_to_action",
        CallToDiscussion = "call_to_discussion",
        Clarity = "clarity",
        Completeness = "completeness",
        Credibility = "credibility",
        Curiosity = "curiosity",
        Depth = "depth",
        Differentiation = "differentiation",
        Distinctiveness = "distinctiveness",
        EmotionalPull = "emotional_pull",
        Friction = "friction",
        Hook = "hook",
        Legibility = "legibility",
        NewsValue = "news_value",
        OpenAppeal = "open_appeal",
        Opening = "opening",
        ProfessionalValue = "professional_value",
        Promise = "promise",
        Proof = "proof",
        Readability = "readability",
        Relevance = "relevance",
        Shareability = "shareability",
        Specificity = "specificity",
        StoppingPower = "stopping_power",
        Structure = "structure",
        TitleFit = "title_fit",
        Trust = "trust",
        Urgency = "urgency",
        ValueClarity = "value_clarity",
        Voice = "voice",
    }
}

impl ContentType {
    /// The dimensions on which content of this type is scored, in the order of reports.
    #[must_use]
    pub const fn dimensions(self) -> &'static [Dimension] {
        use Dimension as D;
        match self {
            Self::Youtube => {
                &[D::Curiosity, D::Clarity, D::EmotionalPull, D::Specificity, D::Credibility]
            }
            Self::Thumbnail => &[
                D::StoppingPower,
                D::Legibility,
                D::TitleFit,
                D::EmotionalPull,
                D::Distinctiveness,
            ],
            Self::BlogPost => &[D::Promise, D::Structure, D::Depth, D::Credibility, D::Readability],
            Self::Email => &[D::Opening, D::Clarity, D::Relevance, D::CallToAction, D::Trust],
            Self::EmailSubject => &[D::OpenAppeal, D::Clarity, D::Relevance, D::Urgency, D::Trust],
            Self::LandingPage => {
                &[D::ValueClarity, D::Proof, D::Friction, D::CallToAction, D::AudienceFit]
            }
            Self::Ad => &[D::Attention, D::ValueClarity, D::Proof, D::CallToAction, D::AudienceFit],
            Self::SocialPost | Self::Tweet => {
                &[D::Hook, D::Clarity, D::Shareability, D::Voice, D::Credibility]
            }
            Self::Linkedin => &[
                D::Hook,
                D::ProfessionalValue,
                D::Credibility,
                D::Readability,
                D::CallToDiscussion,
            ],
            Self::ProductPage => {
                &[D::BenefitClarity, D::Specificity, D::Trust, D::Differentiation, D::CallToAction]
            }
            Self::PressRelease => {
                &[D::NewsValue, D::Structure, D::Credibility, D::Completeness, D::Readability]
            }
            Self::Headline => {
                &[D::Curiosity, D::Clarity, D::Specificity, D::Credibility, D::Relevance]
            }
            Self::Other => &[D::Appeal, D::Clarity, D::Relevance, D::Credibility, D::Readability],
        }
    }

    /// What such content is called in a sentence, with its article.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Youtube => "a video title",
            Self::Thumbnail => "a thumbnail",
            Self::BlogPost => "a blog post",
            Self::Email => "an email",
            Self::EmailSubject => "an email subject line",
            Self::LandingPage => "a landing page",
            Self::Ad => "an advertisement",
            Self::SocialPost => "a social post",
            Self::Tweet => "a tweet",
            Self::Linkedin => "a LinkedIn post",
            Self::ProductPage => "a product page",
            Self::PressRelease => "a press release",
            Self::Headline => "a headline",
            Self::Other => "a text",
        }
    }
}

impl Dimension {
    /// Its name in reports.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Appeal => "Appeal",
            Self::Attention => "Attention",
            Self::AudienceFit => "Audience Fit",
            Self::BenefitClarity => "Benefit Clarity",
            Self::CallToAction => "Call to Action",
            Self::CallToDiscussion => "Call to Discussion",
            Self::Clarity => "Clarity",
            Self::Completeness => "Completeness",
            Self::Credibility => "Credibility",
            Self::Curiosity => "Curiosity",
            Self::Depth => "Depth",
            Self::Differentiation => "Differentiation",
            Self::Distinctiveness => "Distinctiveness",
            Self::EmotionalPull => "Emotional Pull",
            Self::Friction => "Friction",
            Self::Hook => "Hook",
            Self::Legibility => "Legibility",
            Self::NewsValue => "News Value",
            Self::OpenAppeal => "Open Appeal",
            Self::Opening => "Opening",
            Self::ProfessionalValue => "Professional Value",
            Self::Promise => "Promise",
            Self::Proof => "Proof",
            Self::Readability => "Readability",
            Self::Relevance => "Relevance",
            Self::Shareability => "Shareability",
            Self::Specificity => "Specificity",
            Self::StoppingPower => "Stopping Power",
            Self::Structure => "Structure",
            Self::TitleFit => "Title Fit",
            Self::Trust => "Trust",
            Self::Urgency => "Urgency",
            Self::ValueClarity => "Value Clarity",
            Self::Voice => "Voice",
        }
    }

    /// What a high score means, as a question that an expert answers.
    #[must_use]
    pub const fn definition(self) -> &'static str {
        match self {
            Self::Appeal => "Does it offer something that the reader would want?",
            Self::Attention => "Do the first words hold somebody who was about to go on?",
            Self::AudienceFit => {
                "Does it speak to this audience, of their matters and in their words?"
            }
            Self::BenefitClarity => "Is it clear what the product does for the buyer?",
            Self::CallToAction => "Does it say what to do next, once and plainly?",
            Self::CallToDiscussion => "Does it invite an answer that people would want to give?",
            Self::Clarity => "Is it understood at the first reading?",
            Self::Completeness => "Does it tell who, what, when, where and whom to ask?",
            Self::Credibility => "Would a sceptical reader believe it?",
            Self::Curiosity => "Does it open a question that one wants answered?",
            Self::Depth => "Does it give reasons, examples and figures beyond the obvious?",
            Self::Differentiation => "Does it say what others do not offer?",
            Self::Distinctiveness => "Does it look unlike what stands around it?",
            Self::EmotionalPull => "Does it touch something that the reader cares about?",
            Self::Friction => "Does little stand in the way: no long forms, conditions or detours?",
            Self::Hook => "Does the first line make one read the second?",
            Self::Legibility => "Can it be read at a glance: few, short, ordinary words?",
            Self::NewsValue => "Is something new in it that matters to more than its sender?",
            Self::OpenAppeal => "Would one open it among twenty others?",
            Self::Opening => {
                "Does the first sentence come to the point that matters to the reader?"
            }
            Self::ProfessionalValue => "Does a professional learn something of use at work?",
            Self::Promise => "Does the beginning promise something worth the reader's time?",
            Self::Proof => "Are claims borne out by figures, names, tests or customers?",
            Self::Readability => {
                "Are sentences short, words ordinary, and paragraphs few lines long?"
            }
            Self::Relevance => "Is it about the reader, or about the sender?",
            Self::Shareability => "Would one pass it on?",
            Self::Specificity => "Does it name figures, things and people instead of generalities?",
            Self::StoppingPower => "Does it stop the eye?",
            Self::Structure => "Do headings, paragraphs and their order lead through it?",
            Self::TitleFit => {
                "Do its words and the title's belong together without repeating each other?"
            }
            Self::Trust => "Is it free of pressure, exaggeration and hidden conditions?",
            Self::Urgency => "Is there an honest reason to act now?",
            Self::ValueClarity => "Is it clear what one gets, and at what price?",
            Self::Voice => "Does it sound like a person?",
        }
    }
}

/// The material of a content review.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReviewMaterial {
    /// The content, 1 to 50,000 characters.
    pub content: String,
    /// The blocks of code in it, as they are shown. No rewrite of the built-in editor touches them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub code: Vec<String>,
    /// The Markdown that it was rendered from, where its author marked something in it: links, pictures, emphasis, tables. A
    /// rewrite that would not fit into it is none. It changes no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Its type.
    pub content_type: ContentType,
    /// The type in the sender's word, where it is another name of that type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_as: Option<String>,
    /// What is asked.
    pub mode: ReviewMode,
    /// Most rounds, 1 to 5. With more than one the content is rewritten and asked again.
    pub rounds: u16,
    /// The overall score, 1 to 10, at which no further round follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_score: Option<f64>,
    /// Whether a round without a gain ends the chain.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stop_on_no_gain: bool,
    /// Whether a rewrite may say what the original does not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_new_claims: bool,
    /// The neighbours in the feed.
    #[serde(default)]
    pub neighbours: Neighbours,
    /// The audience in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_audience: Option<String>,
    /// The field that the content belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub niche: Option<String>,
    /// The wanted tone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tone: Option<String>,
    /// What the content is to achieve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<String>,
    /// The rewrite that the content is held against, in the round that confirms a gain; absent in every other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
}

/// What the content is seen among.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Neighbours {
    /// A stock feed for the type of content.
    #[default]
    Stock,
    /// Competitors that the sender named.
    Given {
        /// Their texts, 1 to 20.
        texts: Vec<String>,
    },
    /// Competitors that were made up for this review, and are labelled so.
    Generated {
        /// Their texts; empty until the model has written them.
        texts: Vec<String>,
        /// Whether a language model writes them; else they come from patterns.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_model: bool,
    },
}

/// What an expert says: scores of one text, or a choice between two in the round that confirms a gain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum ReviewAnswer {
    /// Scores of the content.
    Scores {
        /// The name of the expert's role.
        role: String,
        /// Mean of the scores, weighted by the expert's lens.
        overall: Hundredths,
        /// One score from 1 to 10 for each dimension, in the order of the content's type.
        scores: Vec<DimensionScore>,
        /// Whether this reader would click, open or read on.
        would_click: bool,
        /// How far it stands out among its neighbours, 1 to 10.
        distinctiveness: u8,
        /// How well its framing fits what moves the audience, 1 to 10.
        regulatory_fit: u8,
        /// What to change, most important first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        suggestions: Vec<ExpertSuggestion>,
        /// The strongest objection of the audience; only in a deep simulation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        objection: Option<String>,
    },
    /// A choice between the original and the best rewrite, without knowing which is which.
    Choice {
        /// What is preferred: `a` is the original, `b` the rewrite, whatever the order.
        preference: Preference,
        /// Overall score of the original, 1 to 10.
        score_a: u8,
        /// Overall score of the rewrite, 1 to 10.
        score_b: u8,
        /// The order in which they were shown.
        order: Order,
    },
}

/// A score in hundredths of a point, so that means of it are counted and never summed in floating point; on the wire a
/// number with two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, schemars::JsonSchema)]
#[schemars(with = "f64")]
pub struct Hundredths(pub u16);

impl Hundredths {
    /// In points.
    #[must_use]
    pub fn points(self) -> f64 {
        f64::from(self.0) / 100.0
    }

    /// The nearest whole number of points; a half is rounded up.
    #[must_use]
    pub fn rounded(self) -> u8 {
        u8::try_from((u32::from(self.0) + 50) / 100).unwrap_or(u8::MAX)
    }
}

impl Serialize for Hundredths {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.points())
    }
}

impl<'de> Deserialize<'de> for Hundredths {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let points = f64::deserialize(deserializer)?;
        let hundredths = (points * 100.0).round();
        if !(0.0..=f64::from(u16::MAX)).contains(&hundredths) {
            return Err(serde::de::Error::custom("a score lies outside of its scale"));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked right above"
        )]
        Ok(Self(hundredths as u16))
    }
}

/// One expert's score on one dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DimensionScore {
    /// The dimension.
    pub dimension: Dimension,
    /// 1 to 10.
    pub score: u8,
}

/// What one expert would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ExpertSuggestion {
    /// The dimension that it would raise.
    pub dimension: Dimension,
    /// What to do, as a sentence.
    pub suggestion: String,
    /// The words of the content that it is about, verbatim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
}

/// The content as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SentContent {
    /// The text.
    pub text: String,
    /// The type, in the sender's word.
    #[serde(rename = "type")]
    pub content_type: String,
}

/// The scores of one round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewScores {
    /// Mean of the experts' overall scores, 1 to 10; an expert's is the mean of their dimensions, weighted by their lens.
    pub overall: f64,
    /// Share of readers that would click, 0 to 1.
    pub click_rate: f64,
    /// Mean of each dimension, 1 to 10.
    pub dimensions: Vec<DimensionMean>,
    /// How far it stands out among its neighbours, 1 to 10.
    pub feed_distinctiveness: f64,
    /// Fit between framing and the audience's orientation (Higgins 2000), 1 to 10; not legal compliance.
    pub regulatory_fit: f64,
}

/// The panel's mean on one dimension.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DimensionMean {
    /// The title of the dimension.
    pub name: String,
    /// Its mean, 1 to 10.
    pub score: f64,
}

/// A suggestion of the panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PanelSuggestion {
    /// 1 is the most important.
    pub priority: u32,
    /// The title of the dimension that it would raise.
    pub dimension: String,
    /// What to do.
    pub suggestion: String,
    /// Why, with the numbers and the words of the content.
    pub rationale: String,
}

/// A rewrite with the panel's score for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImprovedVariant {
    /// The rewritten content.
    pub text: String,
    /// 1 is the best.
    pub rank: u32,
    /// The overall score that the same experts give it, 1 to 10.
    pub predicted_score: f64,
    /// The rules or findings that it applies.
    pub principles: Vec<String>,
    /// Numbers of the findings that it answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<u32>,
    /// Its words against those of the content as it was sent, and of every variant with a better rank.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<TextDifference>,
}

/// The chain of rounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Iterations {
    /// Rounds that were ordered.
    pub total_rounds: u16,
    /// The overall score, 1 to 10, at which no further round was to follow; absent where none was wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_score: Option<f64>,
    /// Rounds that were asked.
    pub completed_rounds: u16,
    /// The round with the highest overall score, from 1; the earlier of equals.
    pub best_round: u16,
    /// Whether the chain ended before its last round.
    pub early_stopped: bool,
    /// Why it did; absent where it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_reason: Option<StopReason>,
    /// What stood in the way, in words, where that is not said by the reason: why the content could not be rewritten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_detail: Option<String>,
    /// Every round.
    pub chain: Vec<ChainRound>,
    /// The content of the best round.
    pub best_content: String,
    /// Its overall score.
    pub best_score: f64,
    /// Its click rate.
    pub best_click_rate: f64,
    /// What was gained.
    pub improvement: Improvement,
}

words! {
    /// Why a chain ended before its last round.
    StopReason {
        /// The target score was reached.
        TargetReached = "target_reached",
        /// A round brought no gain, and its owner wanted no further one then.
        NoGain = "no_gain",
        /// No rewrite could be made that had not been asked before, so that there was nothing to ask.
        NoRewrite = "no_rewrite",
        /// The calls that write a rewrite, or score it, failed: there may have been one.
        RewritingFailed = "rewriting_failed",
        /// No rewrite was better with the same experts, and its owner wanted no further round then.
        NoBetterRewrite = "no_better_rewrite",
        /// Its owner ended it, or it has not come further yet.
        Unfinished = "unfinished",
    }
}

/// One round of a chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChainRound {
    /// From 1.
    pub round: u16,
    /// The content that was asked.
    pub content: String,
    /// Its overall score.
    pub overall: f64,
    /// Its click rate.
    pub click_rate: f64,
    /// Lower and upper end of the interval of the overall score; null where it is undefined.
    pub overall_interval: Option<(f64, f64)>,
    /// Mean of each dimension.
    pub dimensions: Vec<DimensionMean>,
    /// Difference of the overall score from round 1, by the same experts, with its interval; absent in round 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<ScoreChange>,
    /// The rules or findings that the rewrite applied; empty in round 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub principles: Vec<String>,
    /// Numbers of the findings that the rewrite answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<u32>,
    /// The round that it was rewritten from, from 1; absent in round 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<u16>,
    /// Experts who scored it higher, equal and lower than the round that it was rewritten from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Moved>,
    /// Its numbers with their intervals, named as the estimates of results: `overall`, `clickRate`, `feedDistinctiveness`,
    /// `regulatoryFit`, `dimension.…`. Empty in results of earlier versions, as are the next two.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub estimates: BTreeMap<String, Estimate>,
    /// What changed from each earlier round: for all experts, by segment, and in the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<RoundChange>,
    /// Its findings against those of the round that it was rewritten from; absent in round 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings_across: Option<FindingsAcross>,
}

impl ChainRound {
    /// What changed from that earlier round, from 1.
    #[must_use]
    pub fn change_from(&self, from: u16) -> Option<&RoundChange> {
        self.changes.iter().find(|change| change.from == from)
    }
}

/// A difference of scores with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ScoreChange {
    /// The mean difference.
    pub value: f64,
    /// Lower end of the interval, with sampling and wording noise.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// How many experts moved between two rounds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct Moved {
    /// Higher than before.
    pub up: u32,
    /// As before.
    pub same: u32,
    /// Lower than before.
    pub down: u32,
}

/// The gain of a chain: its best round against round 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Improvement {
    /// Best overall score minus that of round 1.
    pub score_change: f64,
    /// Best click rate minus that of round 1.
    pub click_rate_change: f64,
    /// The interval of the score change, with sampling and wording noise; null where it is undefined.
    pub interval: Option<(f64, f64)>,
    /// Whether a fresh panel, which did not know which is which, preferred the best round's content in both orders beyond
    /// chance; null where none was asked.
    pub confirmed: Option<bool>,
    /// What that panel chose; absent where none was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<Confirmation>,
}

impl Improvement {
    /// Whether the gain is proved: its interval is above zero, and the fresh panel agreed.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        self.interval.is_some_and(|(low, _)| low > 0.0) && self.confirmed == Some(true)
    }
}

/// What a fresh panel chose between the original and the best rewrite, each expert once in either order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Confirmation {
    /// Experts who chose in both orders.
    pub experts: u64,
    /// Those who preferred the rewrite in both orders.
    pub rewrite: u64,
    /// Those who preferred the original in both orders.
    pub original: u64,
    /// Those who chose what was shown first, both times: a preference for the place and not for the text.
    pub first_shown: u64,
    /// Those who chose what was shown last, both times.
    pub last_shown: u64,
    /// Share for the rewrite minus share for the original, in percentage points, −100 to 100.
    pub net: f64,
    /// Lower end of its interval, with sampling and wording noise; null where it is undefined.
    pub net_low: Option<f64>,
    /// Upper end.
    pub net_high: Option<f64>,
}
