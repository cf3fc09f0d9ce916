//! Channels: several ways to elicit one opinion from one respondent. What is measured is a construct (purchase intent,
//! liking); each channel reports its own number for it, on its own scale, and none replaces another.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::quality::Figure;
use crate::results::Estimate;

words! {
    /// A way to elicit an opinion.
    Channel {
        /// The respondent gives the number or the word.
        Direct = "direct",
        /// Semantic similarity rating: a free text is compared with anchor sentences.
        Ssr = "ssr",
        /// A second model reads the free text and rates it.
        Rater = "rater",
    }
}

words! {
    /// What a channel measures.
    Construct {
        /// Would the respondent buy or use it.
        PurchaseIntent = "purchase_intent",
        /// How much the respondent likes it.
        Liking = "liking",
        /// Would the respondent recommend it.
        Recommendation = "recommendation",
        /// How the respondent feels about it.
        Sentiment = "sentiment",
    }
}

impl Construct {
    /// First and last value of the scale of the direct answer. Purchase intent counts from 1 (`definitely_not`) to 5
    /// (`definitely`), sentiment −1, 0 (neutral and mixed) or 1.
    #[must_use]
    pub const fn direct_scale(self) -> (i32, i32) {
        match self {
            Self::PurchaseIntent => (1, 5),
            Self::Liking => (1, 10),
            Self::Recommendation => (0, 10),
            Self::Sentiment => (-1, 1),
        }
    }
}

/// Points of the scale on which free texts are rated: 1 to 5.
pub const POINTS: usize = 5;

/// The channels of a study besides the direct one, and their engines. Absent where there is only the direct channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Elicitation {
    /// The channels, each once, `direct` first.
    pub channels: Vec<Channel>,
    /// The engine whose service embeds texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedding_engine: Option<String>,
    /// The engine that rates texts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rater: Option<String>,
}

impl Elicitation {
    /// Whether the study uses that channel.
    #[must_use]
    pub fn hears(&self, channel: Channel) -> bool {
        self.channels.contains(&channel)
    }
}

/// The reading of one channel from one respondent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Heard<T> {
    /// A value.
    Known(T),
    /// No value is available; none is substituted.
    Undetermined {
        /// The reason, in a short phrase of this program.
        undetermined: String,
    },
}

impl<T> Heard<T> {
    /// No value, with the reason.
    pub fn none(why: impl Into<String>) -> Self {
        Self::Undetermined { undetermined: why.into() }
    }

    /// The value, if there is one.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Undetermined { .. } => None,
        }
    }
}

/// A rating of 1 to 5 by a second model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Rated {
    /// 1 to 5.
    pub rating: u8,
}

/// Probability of each point of 1 to 5, in whole billionths, so that it is never rounded twice. On the wire: the shares
/// as numbers from 0 to 1, with their mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(into = "Shares", try_from = "Shares")]
pub struct Pmf(pub [u32; POINTS]);

/// Billionths of one.
pub const BILLION: u32 = 1_000_000_000;

impl Pmf {
    /// The mean in billionths of a point, 1 to 5 points.
    #[must_use]
    pub fn mean_billionths(self) -> u64 {
        (1_u64..).zip(self.0).map(|(point, share)| point * u64::from(share)).sum()
    }
}

/// The form of a distribution in documents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
struct Shares {
    pmf: [f64; POINTS],
    #[serde(default)]
    mean: f64,
}

impl From<Pmf> for Shares {
    fn from(pmf: Pmf) -> Self {
        Self {
            pmf: pmf.0.map(|share| f64::from(share) / f64::from(BILLION)),
            mean: pmf.mean_billionths() as f64 / f64::from(BILLION),
        }
    }
}

impl TryFrom<Shares> for Pmf {
    type Error = &'static str;

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "shares are checked to lie between 0 and 1"
    )]
    fn try_from(shares: Shares) -> Result<Self, Self::Error> {
        if shares.pmf.iter().all(|share| (0.0..=1.0).contains(share)) {
            Ok(Self(shares.pmf.map(|share| (share * f64::from(BILLION)).round() as u32)))
        } else {
            Err("a share lies between 0 and 1")
        }
    }
}

/// The readings of all channels from one respondent for one construct.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ChannelReadings {
    /// The direct answer on its own scale: [`Construct::direct_scale`].
    pub direct: i32,
    /// The respondent's free text, without numbers; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The SSR reading of the text; absent where that channel is not used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssr: Option<Heard<Pmf>>,
    /// The second model's rating of the text; absent where that channel is not used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rater: Option<Heard<Rated>>,
}

/// Construct → readings of one respondent.
pub type Channels = BTreeMap<Construct, ChannelReadings>;

/// The result of one channel over a panel for one construct.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ChannelResult {
    /// First and last value of the channel's scale.
    pub scale: (i32, i32),
    /// The engine of the channel, where it is not the respondents' engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// The mean on the channel's own scale, or why there is none.
    pub mean: Figure,
    /// The same mean mapped linearly to 1 to 5; only where the channel's own scale is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapped: Option<Estimate>,
    /// The share of the panel at each value of its scale, lowest first; they sum to 1. Empty without an answer.
    pub pmf: Vec<f64>,
    /// Respondents with a reading.
    pub n: u64,
    /// Reason for a missing reading → number of respondents.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub missing: BTreeMap<String, u64>,
}

/// The range that SSR readings can reach with these anchors and this embedding model (anchor calibration): each anchor
/// sentence is rated against the other sets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Attainable {
    /// The mean reading of the anchors of the lowest point.
    pub low: f64,
    /// The mean reading of the anchors of the highest point.
    pub high: f64,
    /// The mean reading of the anchors of each point, lowest first.
    pub readings: Vec<f64>,
    /// Whether the readings rise from each point to the next.
    pub in_order: bool,
    /// Sets of anchors.
    pub sets: u32,
    /// The embedding model.
    pub model: String,
}

/// The results of all channels over a panel for one construct.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ConstructResult {
    /// Channel → result on its own scale.
    pub channels: BTreeMap<Channel, ChannelResult>,
    /// Krippendorff's ordinal alpha of the SSR reading, rounded to whole points, and the rater's; absent unless both
    /// channels are used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<Figure>,
    /// The range that SSR readings can reach; absent where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attainable: Option<Attainable>,
    /// In plain sentences: where channels differ by more than their intervals, and what limits them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distribution_comes_back_to_the_last_billionth() -> Result<(), serde_json::Error> {
        let pmf = Pmf([0, 123_456_789, 1, 876_543_209, 1]);
        let text = serde_json::to_string(&Heard::Known(pmf))?;
        assert_eq!(text, r#"{"pmf":[0.0,0.123456789,1e-9,0.876543209,1e-9],"mean":3.753086422}"#);
        assert_eq!(serde_json::from_str::<Heard<Pmf>>(&text)?, Heard::Known(pmf));
        let none = r#"{"undetermined":"all anchors are equally near"}"#;
        assert_eq!(
            serde_json::from_str::<Heard<Pmf>>(none)?,
            Heard::none("all anchors are equally near")
        );
        assert!(serde_json::from_str::<Pmf>(r#"{"pmf":[0,0,0,0,1.5]}"#).is_err());
        Ok(())
    }
}
