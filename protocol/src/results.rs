//! Results of a study. Every document here is free of clocks, paths, durations and costs, so that the same study gives
//! the same bytes on every machine; what varies between runs is in [`Meta`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::analysis::Asked;
pub use crate::answer::{Answer, Besides, Response, Tagged};
use crate::audience::words;
use crate::channels::{Construct, ConstructResult};
use crate::control::{ControlResult, Verdict, Wordings};
use crate::credits::Credits;
pub use crate::finding::{Finding, Priority};
use crate::finding::{FindingLife, FindingStatus, FindingsAcross};
use crate::id::AnswerId;
use crate::measurement::Control;
use crate::quality::{Figure, Flag, Missing, Reference};
use crate::rejection::Rejection;
use crate::review::{
    ImprovedVariant, Iterations, PanelSuggestion, ReviewMode, ReviewScores, SentContent,
};
use crate::run::Study;
use crate::sent_texts::SentTexts;
use crate::spending::Inference;
use crate::watch::VersionReport;

/// What every result says of itself, wherever it is shown.
pub const SYNTHETIC_NOTICE: &str = "Synthetic answers: no person was asked. They rank ideas and find problems; \
     the levels are not those of people, and the intervals say only how much another such panel would differ.";

words! {
    /// A respondent's sentiment about what was shown.
    Sentiment {
        /// Positive.
        Positive = "positive",
        /// Negative.
        Negative = "negative",
        /// Neither positive nor negative.
        Neutral = "neutral",
        /// Both positive and negative.
        Mixed = "mixed",
    }
}

words! {
    /// Purchase intent of a respondent.
    PurchaseIntent {
        /// Certainly.
        Definitely = "definitely",
        /// Rather yes.
        Probably = "probably",
        /// Undecided.
        Maybe = "maybe",
        /// Rather no.
        ProbablyNot = "probably_not",
        /// Certainly not.
        DefinitelyNot = "definitely_not",
    }
}

words! {
    /// The type of a theme.
    ThemeKind {
        /// A reason for.
        Appeal = "appeal",
        /// A reason against.
        Concern = "concern",
        /// A topic of an answer, neither for nor against.
        Topic = "topic",
    }
}

words! {
    /// The variant that a respondent prefers.
    Preference {
        /// Variant A.
        A = "a",
        /// Variant B.
        B = "b",
        /// Neither.
        None = "none",
    }
}

words! {
    /// The result of an A/B test.
    Winner {
        /// Variant A.
        A = "a",
        /// Variant B.
        B = "b",
        /// The interval of the difference includes zero.
        Tie = "tie",
    }
}

/// A number with its interval and n. A mean is never shown without them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Estimate {
    /// The point estimate, in the unit of its field.
    pub value: f64,
    /// Lower end of the interval; null where it is undefined (n = 1).
    pub low: Option<f64>,
    /// Upper end of the interval; null where it is undefined.
    pub high: Option<f64>,
    /// Confidence level of the interval, 0.95 by default.
    pub level: f64,
    /// Number of answers.
    pub n: u64,
    /// Kish's effective n: equals n when all weights are equal.
    pub effective_n: f64,
    /// How the interval was computed: `wilson`, `t`, `bootstrap_bca`, `nps_variance`, …
    pub method: String,
    /// Wording noise, in the unit of the field: the standard deviation of this number between texts that say the same. The
    /// interval includes it. Only for comparisons of two texts that the built-in respondent model read; absent elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wording_sd: Option<f64>,
    /// Set when a difference is beyond chance, and yet less than another wording would make: the interval excludes zero
    /// without the wording noise, and includes it with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub within_wording: bool,
}

/// Counts over an ordered scale. On the wire an object with every key, in scale order.
#[derive(Clone, Debug, Default, PartialEq, Eq, schemars::JsonSchema)]
#[schemars(with = "BTreeMap<String, u64>")]
pub struct Distribution(pub Vec<(i32, u64)>);

impl Serialize for Distribution {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, count)| (key.to_string(), count)))
    }
}

impl<'de> Deserialize<'de> for Distribution {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let counts = BTreeMap::<String, u64>::deserialize(deserializer)?;
        let mut pairs = Vec::with_capacity(counts.len());
        for (key, count) in counts {
            pairs.push((key.parse().map_err(serde::de::Error::custom)?, count));
        }
        pairs.sort_unstable();
        Ok(Self(pairs))
    }
}

/// Purchase intent in percent of the answers, one decimal, apportioned so that the five sum to 100.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[allow(missing_docs, reason = "the five answers of the scale")]
pub struct IntentShares {
    pub definitely: f64,
    pub probably: f64,
    pub maybe: f64,
    pub probably_not: f64,
    pub definitely_not: f64,
}

/// The study type's own fields, named and scaled as its documentation defines them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "study_type", rename_all = "snake_case")]
pub enum Outcomes {
    /// Results of a concept test.
    ConceptTest {
        /// Mean of the scores, 1 to 10.
        mean_score: f64,
        /// Median of the scores.
        median_score: f64,
        /// Standard deviation with n − 1; null at n = 1.
        std_dev: Option<f64>,
        /// Answers for each score, 1 to 10.
        score_distribution: Distribution,
        /// Purchase intent, in percent.
        purchase_intent: IntentShares,
        /// The most frequent concerns of respondents who name any, most frequent first.
        top_concerns: Vec<String>,
        /// The most frequent appeals of respondents who name any, most frequent first.
        top_appeals: Vec<String>,
    },
    /// Results of an NPS study.
    Nps {
        /// Promoters minus detractors in percentage points, −100 to 100: the difference of the two shares below, which
        /// are rounded to tenths. The estimate of the same name is unrounded and has the interval.
        nps_score: f64,
        /// Scores 9 and 10, in percent.
        promoters_pct: f64,
        /// Scores 7 and 8, in percent.
        passives_pct: f64,
        /// Scores 0 to 6, in percent.
        detractors_pct: f64,
        /// Mean of the scores, 0 to 10.
        mean_score: f64,
        /// Standard deviation with n − 1; null at n = 1.
        std_dev: Option<f64>,
        /// Answers for each score, 0 to 10.
        score_distribution: Distribution,
        /// Reasons against, most frequent first.
        top_concerns: Vec<String>,
        /// Reasons for, most frequent first.
        top_appeals: Vec<String>,
    },
    /// Results of a sentiment study. The four shares are in percent and sum to 100.
    Sentiment {
        /// Positive.
        positive_pct: f64,
        /// Negative.
        negative_pct: f64,
        /// Neither.
        neutral_pct: f64,
        /// Both.
        mixed_pct: f64,
        /// Share of bootstrap resamples, 0 to 1, in which the leading class still leads.
        confidence: f64,
        /// The topics of the answers, most frequent first.
        key_themes: Vec<String>,
    },
    /// Results of a survey.
    Survey {
        /// One for each question, in the order asked.
        question_results: Vec<QuestionResult>,
        /// Themes over all questions, most frequent first.
        common_themes: Vec<String>,
    },
    /// Results of an A/B test. The three shares are in percent and sum to 100.
    AbTest {
        /// The sign of A's share minus B's if the interval of that difference, with the wording noise, excludes zero,
        /// else a tie.
        winner: Winner,
        /// Mean score of A, 1 to 10.
        variant_a_score: f64,
        /// Mean score of B, 1 to 10.
        variant_b_score: f64,
        /// Prefer A, in percent.
        variant_a_pct: f64,
        /// Prefer B, in percent.
        variant_b_pct: f64,
        /// Prefer neither, or change their preference with the order, in percent.
        no_preference_pct: f64,
        /// The themes that separate the variants, most frequent first.
        key_differentiators: Vec<String>,
        /// Respondents whose preference changed with the order; null where each saw one order only.
        contested: Option<u64>,
        /// Answers given after seeing A first, and after seeing B first.
        orders_shown: (u64, u64),
    },
    /// Results of a content review: those of the content as it was sent, with what came of rewriting it.
    ContentReview {
        /// The content as it was sent.
        content: SentContent,
        /// What the experts were asked to do.
        mode: ReviewMode,
        /// The scores of round 1.
        scores: ReviewScores,
        /// What to change, most important first.
        suggestions: Vec<PanelSuggestion>,
        /// The rewrites, best first; empty where none was made.
        #[serde(rename = "improvedVariants")]
        improved_variants: Vec<ImprovedVariant>,
        /// The chain of rounds; absent where one round was ordered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        iterations: Option<Box<Iterations>>,
    },
}

/// The result of one open question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct QuestionResult {
    /// The question.
    pub question: String,
    /// False when no respondent could answer it: the engine cannot, or the question does not fit.
    pub supported: bool,
    /// Respondents who answered it.
    pub answered: u64,
    /// Respondents who refused it.
    pub refused: u64,
    /// A sentence or two, computed from the counts.
    pub summary: String,
    /// Themes of the answers, most frequent first; shares are of those who answered the question.
    pub themes: Vec<Theme>,
    /// Respondents asked until the last new theme appeared; null without a theme.
    pub saturation: Option<u32>,
}

/// The difference between one class and the rest of the panel, with its interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Contrast {
    /// The dimension: `gender`, `age_band`, …
    pub dimension: String,
    /// The class.
    pub class: String,
    /// The metric: a field of the estimates.
    pub field: String,
    /// The class minus the rest, in the unit of the field; `n` is the class's.
    pub difference: Estimate,
    /// Two-sided p of that difference alone.
    pub p: f64,
    /// p after the adjustment for all contrasts of the report.
    pub p_adjusted: f64,
    /// The adjustment: `holm`.
    pub adjustment: String,
    /// Set when the class or the rest of the panel has fewer than 30 answers.
    pub small: bool,
    /// Set when the adjusted p is below 1 − level and neither side is small.
    pub differs: bool,
}

/// One class of a dimension, with its own estimates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Segment {
    /// Answers of this class.
    pub n: u64,
    /// Set when n < 30: too few for a conclusion.
    pub small: bool,
    /// The instrument's estimates within the class.
    pub estimates: BTreeMap<String, Estimate>,
}

/// Share of one class in the population and in the panel, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Margin {
    /// In the population, given every filter of the audience.
    pub target: f64,
    /// In this panel.
    pub realised: f64,
}

/// Dimension → class → shares.
pub type Margins = BTreeMap<String, BTreeMap<String, Margin>>;

/// Words of a respondent, with the id of their answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Quote {
    /// The answer.
    pub answer: AnswerId,
    /// A verbatim part of the answer.
    pub text: String,
}

/// A reason that respondents gave, with its frequency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Theme {
    /// Its name.
    pub theme: String,
    /// For or against.
    pub kind: ThemeKind,
    /// Answers that name it.
    pub count: u64,
    /// Their share of all answers, 0 to 1.
    pub share: Estimate,
    /// Verbatim evidence.
    pub quotes: Vec<Quote>,
}

/// Diagnostics of the answers: how much they are worth.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Diagnostics {
    /// Shannon entropy of the score distribution in bits.
    pub entropy_bits: Option<f64>,
    /// Share of answers at the most frequent score, 0 to 1.
    pub share_at_mode: Option<f64>,
    /// Distinct reasonings after masking digits, as a share of all, 0 to 1.
    pub distinct_texts: Option<f64>,
    /// Outcomes that are not answers, by reason.
    pub not_answered: BTreeMap<String, u64>,
    /// Caveats for the reader, in plain sentences.
    pub notes: Vec<String>,
    /// The same warnings for programs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
    /// Figures on the answers: `std_dev`, `sd_ratio`, `entropy_bits`, … Each is a number or the reason why it is
    /// undefined.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub figures: BTreeMap<String, Figure>,
    /// The reference value for the spread of the scores, where the instrument has scores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    /// Dimension → class → respondents without an answer; empty when there are none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub missing: BTreeMap<String, BTreeMap<String, Missing>>,
    /// Results of the controls; empty where none were asked for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub controls: BTreeMap<Control, ControlResult>,
    /// Results of the other wordings; absent where none were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wordings: Option<Wordings>,
}

impl Diagnostics {
    /// Warnings that must appear next to the headline: a sentence for each check that the panel failed.
    pub fn failures(&self) -> impl Iterator<Item = &str> {
        let controls = self.controls.values().filter_map(ControlResult::judged);
        let controls = controls.map(|judged| (judged.verdict, judged.sentence.as_str()));
        let wordings = self.wordings.iter().map(|found| (found.verdict, found.sentence.as_str()));
        let failed = |(verdict, sentence)| (verdict == Verdict::Failed).then_some(sentence);
        controls.chain(wordings).filter_map(failed)
    }
}

/// A reason that a respondent named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Mention {
    /// For or against.
    pub kind: ThemeKind,
    /// The theme under which it is counted: `Convenience`, `Price`, …
    pub theme: String,
    /// A verbatim part of the answer's reasoning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
}

/// The results of a study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Results {
    /// The requested number of respondents.
    pub panel_size: u32,
    /// The study type's own fields.
    #[serde(flatten)]
    pub outcomes: Outcomes,
    /// Field → estimate.
    pub estimates: BTreeMap<String, Estimate>,
    /// Dimension → class → estimates.
    pub segments: BTreeMap<String, BTreeMap<String, Segment>>,
    /// Dimension → class → target and realised share of the panel.
    pub margins: Margins,
    /// Each class against the rest of the panel, lowest difference first.
    #[serde(default)]
    pub contrasts: Vec<Contrast>,
    /// How to read the contrasts: what was compared, and when a class counts as different.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub contrast_rule: String,
    /// Conclusions in sentences, computed from the numbers.
    #[serde(default)]
    pub conclusions: Vec<String>,
    /// Reasons for and against, most frequent first.
    pub themes: Vec<Theme>,
    /// What the answers are worth.
    pub diagnostics: Diagnostics,
    /// Findings to act on.
    pub findings: Vec<Finding>,
    /// The edition of the rule by which they were found; absent in results of the first.
    #[serde(default = "first_rule", skip_serializing_if = "is_first_rule")]
    pub findings_rule: u32,
    /// Results of each channel, by construct; empty where there is only the direct channel.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub channels: BTreeMap<Construct, ConstructResult>,
    /// The answers themselves, where they were requested: a client adds them before it prints. They are not read back,
    /// because printed answers do not name their study type; on the socket they are sent in pages of their own.
    #[serde(default, skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub responses: Option<Vec<Response>>,
}

const fn first_rule() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_first_rule(rule: &u32) -> bool {
    *rule == first_rule()
}

/// Metadata of the run: it differs between runs and is not part of the results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Meta {
    /// Credits settled for this study.
    pub credits_used: Credits,
    /// Credits that can be spent now.
    pub credits_remaining: Credits,
    /// Real cost in dollars.
    pub cost_usd: f64,
    /// The least and most cost that was announced before the study started; absent where none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced_cost_usd: Option<(f64, f64)>,
    /// The upper end of the cost that the owner of a paused study is asked to agree to before it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_cost_usd: Option<f64>,
    /// The part of the real cost for replies that became no outcome, such as calls under way when the study was halted
    /// or cancelled. Zero where there were none.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub lost_cost_usd: f64,
    /// Calls whose cost is an upper bound, because nothing was counted of such a call before: no reply came, the service
    /// reported more than such a call can take, or the daemon ended while they may have been under way.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub booked_at_most: u64,
    /// Calls whose cost is an estimate, because the service reported no usage: by the lengths of prompt and reply, or, where
    /// none came, by the dearest call of its kind that was counted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub booked_estimated: u64,
    /// Time from submission to the end, or to now.
    pub latency_ms: u64,
    /// Tokens sent to models.
    pub input_tokens: u64,
    /// Tokens received from models.
    pub output_tokens: u64,
    /// Names of the models that answered.
    pub providers_used: Vec<String>,
    /// Models that answered according to their service but were not the ones requested; a dated version of a model
    /// counts as that model.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_models: Vec<String>,
    /// Replies taken from the response cache.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub from_cache: u64,
    /// How the replies of models were read; absent where none were asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replies: Option<RepliesRead>,
    /// Usage of models, where any were asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inference: Option<Inference>,
    /// What these numbers are and are not: a notice for the reader.
    pub notice: String,
    /// What the model that answered can and cannot do, in a sentence; absent where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_notice: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_nothing(dollars: &f64) -> bool {
    *dollars == 0.0
}

/// How the replies of models were read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RepliesRead {
    /// Replies that were read as they stood.
    pub as_they_stood: u32,
    /// Replies that were read after mending: one meaning in another spelling, or a text beside the answer shortened.
    pub mended: u32,
    /// The mended values, by their key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub mended_by: BTreeMap<String, u32>,
    /// Questions that were put again because the reply could not be read.
    pub asked_again: u32,
    /// The same by the key of the value that could not be read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub asked_again_by: BTreeMap<String, u32>,
    /// Respondents whose answer came only when they were asked again.
    pub answered_when_asked_again: u32,
    /// Respondents who answered.
    pub answered: u32,
    /// Respondents whose replies could not be read, also when they were asked again.
    #[serde(default)]
    pub not_read: u32,
    /// The mean score if each of those asked again, and of those whose replies could not be read, had given the lowest score,
    /// and the highest; absent where there is nobody of either, and where the study has no scores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_score_between: Option<(f64, f64)>,
    /// The same for each headline number of the study, and for the share that would buy; empty where nobody was asked again,
    /// and where the study has no such number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headline_between: Vec<HeadlineBound>,
    /// What is to be told of the services, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// The ends of a headline number if each respondent who answered only when asked again had given the lowest answer, and the
/// highest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct HeadlineBound {
    /// The number: a field of the estimates.
    pub field: String,
    /// Its name in a sentence.
    pub name: String,
    /// With the lowest answers.
    pub low: f64,
    /// With the highest answers.
    pub high: f64,
}

impl HeadlineBound {
    /// The bound in words: `mean score 4.1 to 7.9`.
    fn sentence(&self) -> String {
        let Self { field, name, low, high } = self;
        let (decimals, unit) = match field.as_str() {
            share if share.ends_with("_pct") => (0, " %"),
            "nps_score" | "net_sentiment" => (0, ""),
            _ => (1, ""),
        };
        let number = |value: f64| {
            let text = format!("{value:.decimals$}");
            match text.strip_prefix('-') {
                // What rounds to zero has no sign.
                Some(rest) if rest.bytes().all(|byte| matches!(byte, b'0' | b'.')) => {
                    rest.to_owned()
                }
                Some(rest) => format!("−{rest}"),
                None => text,
            }
        };
        format!("{name} {} to {}{unit}", number(*low), number(*high))
    }
}

impl RepliesRead {
    /// Percentage of answers, or of replies, above which reading is told beside the headline.
    pub const NOTABLE_PERCENT: u32 = 5;

    /// Counts by value in words: `sentiment 30, score 2`, the most frequent first.
    fn by(counts: &BTreeMap<String, u32>) -> String {
        let mut counts: Vec<_> = counts.iter().collect();
        counts.sort_by(|one, other| other.1.cmp(one.1).then(one.0.cmp(other.0)));
        let told: Vec<String> =
            counts.iter().map(|(key, times)| format!("{key} {times}")).collect();
        told.join(", ")
    }

    /// What must stand beside the headline: a notable share of answers that came only when asked again, with what it can
    /// have changed, or of replies that were mended.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let is_notable = |part: u32, of: u32| {
            u64::from(part) * 100 > u64::from(of) * u64::from(Self::NOTABLE_PERCENT)
        };
        let mut told = Vec::new();
        let unsure = self.answered_when_asked_again.saturating_add(self.not_read);
        if is_notable(unsure, self.answered.saturating_add(self.not_read)) {
            let mean = self.mean_score_between.filter(|_| self.headline_between.is_empty());
            let mean = mean.map(|(low, high)| format!("mean score {low:.1} to {high:.1}"));
            let bounds = self.headline_between.iter().map(HeadlineBound::sentence);
            let bounds: Vec<String> = mean.into_iter().chain(bounds).collect();
            // Where nobody answered there is no headline that could move.
            let bound = if bounds.is_empty() || self.answered == 0 {
                String::new()
            } else {
                let all = bounds.join(", ");
                format!("; had each of them given the lowest or the highest answer: {all}")
            };
            let by = if self.asked_again_by.is_empty() {
                String::new()
            } else {
                format!(" ({})", Self::by(&self.asked_again_by))
            };
            told.push(format!("{}{bound}.", self.unsure(&by)));
        }
        let read = self.as_they_stood.saturating_add(self.mended);
        if is_notable(self.mended, read) {
            told.push(format!(
                "{} of {read} replies were mended before they were read ({}); no choice was changed by it.",
                self.mended,
                Self::by(&self.mended_by)
            ));
        }
        (!told.is_empty()).then(|| told.join(" "))
    }

    /// Who answered only when asked again, and of whom no reply could be read, without a share of nobody. `by` is by which value.
    fn unsure(&self, by: &str) -> String {
        let (again, answered) = (self.answered_when_asked_again, self.answered);
        let respondents = |count: u32| match count {
            1 => "1 respondent".to_owned(),
            _ => format!("{count} respondents"),
        };
        match (again, self.not_read) {
            (0, lost) if answered == 0 => {
                format!("Of {} no reply could be read{by}", respondents(lost))
            }
            (0, lost) => format!(
                "Of {}, beside the {answered} who answered, no reply could be read{by}",
                respondents(lost)
            ),
            (_, 0) => format!("{again} of {answered} answered only when asked again{by}"),
            (_, lost) => format!(
                "{again} of {answered} answered only when asked again{by}, and of {lost} more no reply could be read"
            ),
        }
    }

    /// How many replies were read as they stood, mended, and asked for again, in a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let with = |count: u32, by: &BTreeMap<String, u32>| {
            if by.is_empty() { count.to_string() } else { format!("{count} ({})", Self::by(by)) }
        };
        format!(
            "Replies read as they stood: {}; mended: {}; asked for again: {}.",
            self.as_they_stood,
            with(self.mended, &self.mended_by),
            with(self.asked_again, &self.asked_again_by)
        )
    }
}

/// A study with its results: what `show --json` prints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Report {
    /// The study.
    pub study: Study,
    /// Its results, if there are any yet.
    pub results: Option<Results>,
    /// What the rounds of a chain that have ended give, while it has no results, or where it was ended before it had any.
    /// They are paid for and stay; no fresh panel has confirmed them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_rounds: Option<Box<Results>>,
    /// The round, from 1, whose results stand in `results`; absent where they are the study's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<u16>,
    /// Metadata of the run.
    pub meta: Meta,
    /// A note that the result is below the middle of its scale, where no finding says so already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below_middle: Option<String>,
    /// What the results lack, in sentences: a context that the built-in reader does not understand, pictures that nobody sees, and
    /// questions of a survey that nobody could answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The place of the study in its lineage, with the change against the version before; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Box<VersionReport>>,
    /// Texts of the study as a program sent them, by what is read of them; empty where that is the same, and for files.
    #[serde(default, skip_serializing_if = "SentTexts::is_empty")]
    pub sent: SentTexts,
    /// The material and audience of the study; added by a client that wants everything in one document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Box<Asked>>,
}

impl Report {
    /// What must stand beside the headline of the texts of the study: which of them are rejected for everybody, and what the
    /// results lack.
    pub fn text_warnings(&self) -> impl Iterator<Item = String> {
        let rejected = self.study.rejected.iter().map(Rejection::sentence);
        rejected.chain(self.warnings.iter().cloned())
    }

    /// Everything that must stand beside the headline, each warning as a sentence.
    pub fn headline_warnings(&self) -> impl Iterator<Item = String> {
        let checks = self.found().into_iter().flat_map(|found| found.diagnostics.failures());
        self.text_warnings().chain(checks.map(ToOwned::to_owned)).chain(self.reading_warnings())
    }

    /// What must stand beside the headline of how the answers were come by: from memory, asked for again, mended, or from
    /// a service that is not what it seems.
    pub fn reading_warnings(&self) -> impl Iterator<Item = String> {
        let meta = &self.meta;
        let memory = self.memory_warning();
        let replies = meta.replies.as_ref();
        let remarks = replies.map(|replies| replies.remarks.clone()).unwrap_or_default();
        let remarks = remarks.into_iter().map(|remark| {
            let mut letters = remark.chars();
            let first = letters.next().map(char::to_uppercase).into_iter().flatten();
            first.chain(letters).chain(['.']).collect()
        });
        memory.into_iter().chain(replies.and_then(RepliesRead::warning)).chain(remarks)
    }

    /// Half of the answers or more come from memory.
    #[must_use]
    pub fn memory_warning(&self) -> Option<String> {
        let meta = &self.meta;
        let answered = u64::from(self.study.panel.delivered);
        (meta.from_cache > 0 && meta.from_cache.saturating_mul(2) >= answered).then(|| {
            format!(
                "{} of {answered} answers come from memory: the very same question was put to this model before; `--fresh` asks anew.",
                meta.from_cache.min(answered)
            )
        })
    }

    /// The results, or where there are none those of the rounds that have ended.
    #[must_use]
    pub fn found(&self) -> Option<&Results> {
        self.results.as_ref().or(self.finished_rounds.as_deref())
    }

    /// The findings of these results, each with what became of it. Those of a first round stand, whatever becomes of the others.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = self.found().map(|found| found.findings.clone()).unwrap_or_default();
        for finding in &mut findings {
            // Results have no clock: what nobody changed is open since the end of its study.
            finding.life.get_or_insert(FindingLife {
                status: FindingStatus::Open,
                created_at: self.study.completed_at,
                changed: None,
            });
        }
        findings
    }
}

/// The comparison of two studies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Comparison {
    /// Whether the same respondents answered both studies, so that each is compared with themself.
    pub paired: bool,
    /// The metric: a field of the estimates.
    pub field: String,
    /// The first study's estimate.
    pub a: Estimate,
    /// The second study's estimate.
    pub b: Estimate,
    /// Second minus first over the whole panel.
    pub overall: Difference,
    /// Dimension → class → second minus first within the class.
    pub segments: BTreeMap<String, BTreeMap<String, Difference>>,
    /// Caveats for the reader.
    pub notes: Vec<String>,
    /// Other metrics of both studies that can be compared, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// How many respondents moved, where the same ones answered both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<PeopleMoved>,
    /// Which findings are new, which are still there, and which are gone; absent where a study has no results.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings: Option<FindingsAcross>,
}

/// How many respondents changed their value of a metric between two studies that the same ones answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PeopleMoved {
    /// Respondents whose value rose.
    pub up: u64,
    /// Respondents whose value fell.
    pub down: u64,
    /// Respondents whose value stayed.
    pub same: u64,
}

/// A difference between two studies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Difference {
    /// Second minus first, in the unit of the field; `n` counts pairs, or the answers of both.
    pub difference: Estimate,
    /// Two-sided p, wording noise included; null where it is undefined (too few answers, or no variation at all).
    pub p: Option<f64>,
    /// p after Holm's adjustment over the classes of all dimensions; the overall difference is not adjusted.
    pub p_adjusted: Option<f64>,
    /// The difference in standard deviations: of the differences when paired, pooled otherwise.
    pub effect_size: Option<f64>,
    /// Set when it rests on fewer than 30 pairs, or answers on one side.
    pub small: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_again_is_told_with_the_bound_of_each_number() {
        let bound = |field: &str, name: &str, low, high| HeadlineBound {
            field: field.to_owned(),
            name: name.to_owned(),
            low,
            high,
        };
        let mut read = RepliesRead {
            answered_when_asked_again: 6,
            answered: 40,
            asked_again_by: BTreeMap::from([("score".to_owned(), 6)]),
            mean_score_between: Some((4.14, 7.86)),
            ..RepliesRead::default()
        };
        let warning = |read: &RepliesRead| read.warning().unwrap();
        assert_eq!(
            warning(&read),
            "6 of 40 answered only when asked again (score 6); had each of them given the lowest or the highest answer: \
             mean score 4.1 to 7.9."
        );
        read.headline_between = vec![
            bound("mean_score", "mean score", 4.14, 7.86),
            bound("would_buy_pct", "share that would buy", -1e-12, 15.0),
            bound("nps_score", "Net Promoter Score", -30.4, 0.0),
        ];
        let told = warning(&read);
        assert!(
            told.ends_with(
                "answer: mean score 4.1 to 7.9, share that would buy 0 to 15 %, Net Promoter Score −30 to 0."
            ),
            "{told}"
        );
        read.headline_between.clear();
        read.mean_score_between = None;
        assert_eq!(warning(&read), "6 of 40 answered only when asked again (score 6).");
    }

    #[test]
    fn no_share_of_nothing_is_told() {
        let by = BTreeMap::from([("score".to_owned(), 12)]);
        for (again, answered, not_read, by, wanted) in [
            (0, 0, 5, by.clone(), Some("Of 5 respondents no reply could be read (score 12).")),
            (0, 0, 1, BTreeMap::new(), Some("Of 1 respondent no reply could be read.")),
            (
                0,
                40,
                6,
                by.clone(),
                Some(
                    "Of 6 respondents, beside the 40 who answered, no reply could be read (score 12).",
                ),
            ),
            (
                6,
                40,
                2,
                by.clone(),
                Some(
                    "6 of 40 answered only when asked again (score 12), and of 2 more no reply could be read.",
                ),
            ),
            (0, 0, 0, by.clone(), None),
            (0, 40, 0, by, None),
        ] {
            let read = RepliesRead {
                answered_when_asked_again: again,
                answered,
                not_read,
                asked_again_by: by,
                ..RepliesRead::default()
            };
            assert_eq!(read.warning().as_deref(), wanted, "{again} {answered} {not_read}");
        }
    }
}
