//! What was found. Every document here is free of clocks, paths, durations and costs, so that the same study gives the
//! same bytes anywhere; what varies from run to run stands in [`Meta`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::analysis::Asked;
use crate::audience::words;
use crate::channels::{Channels, Construct, ConstructResult};
use crate::control::{ControlResult, Verdict, Wordings};
use crate::credits::Credits;
use crate::id::AnswerId;
use crate::measurement::Control;
use crate::quality::{Figure, Flag, Missing, Reference};
use crate::respondent::Respondent;
use crate::run::Study;
use crate::spending::Inference;
use crate::study::Order;

words! {
    /// How a respondent feels about what they saw.
    Sentiment {
        /// For it.
        Positive = "positive",
        /// Against it.
        Negative = "negative",
        /// Neither.
        Neutral = "neutral",
        /// Both.
        Mixed = "mixed",
    }
}

words! {
    /// Whether a respondent would buy.
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
    /// What a theme speaks for.
    ThemeKind {
        /// A reason for.
        Appeal = "appeal",
        /// A reason against.
        Concern = "concern",
        /// What an answer is about, neither for nor against.
        Topic = "topic",
    }
}

words! {
    /// Which variant a respondent prefers.
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
    /// What an A/B test ends with.
    Winner {
        /// Variant A.
        A = "a",
        /// Variant B.
        B = "b",
        /// The interval of the difference includes zero.
        Tie = "tie",
    }
}

/// A number with what it is worth. No bare mean is ever shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The point estimate, in the unit of its field.
    pub value: f64,
    /// Lower end of the interval; null where it is undefined (n = 1).
    pub low: Option<f64>,
    /// Upper end of the interval; null where it is undefined.
    pub high: Option<f64>,
    /// Confidence level of the interval, 0.95 unless said otherwise.
    pub level: f64,
    /// Answers behind it.
    pub n: u64,
    /// Kish's effective n: equals n when all weights are equal.
    pub effective_n: f64,
    /// How the interval was computed: `wilson`, `t`, `bootstrap_bca`, `nps_variance`, …
    pub method: String,
}

/// Counts over an ordered scale. On the wire an object whose keys stand in scale order, every key present.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the five answers of the scale")]
pub struct IntentShares {
    pub definitely: f64,
    pub probably: f64,
    pub maybe: f64,
    pub probably_not: f64,
    pub definitely_not: f64,
}

/// The instrument's own fields, named and scaled as its contract says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "study_type", rename_all = "snake_case")]
pub enum Outcomes {
    /// Of a concept test.
    ConceptTest {
        /// Mean of the scores, 1 to 10.
        mean_score: f64,
        /// Median of the scores.
        median_score: f64,
        /// Standard deviation with n − 1; null at n = 1.
        std_dev: Option<f64>,
        /// Answers for each score, 1 to 10.
        score_distribution: Distribution,
        /// Would they buy, in percent.
        purchase_intent: IntentShares,
        /// What most of those with concerns are concerned about, most frequent first.
        top_concerns: Vec<String>,
        /// What most of those who like something like, most frequent first.
        top_appeals: Vec<String>,
    },
    /// Of a recommendation study.
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
    /// Of a sentiment study. The four shares are in percent and sum to 100.
    Sentiment {
        /// For it.
        positive_pct: f64,
        /// Against it.
        negative_pct: f64,
        /// Neither.
        neutral_pct: f64,
        /// Both.
        mixed_pct: f64,
        /// Share of bootstrap resamples, 0 to 1, in which the class that leads still leads.
        confidence: f64,
        /// What the answers are about, most frequent first.
        key_themes: Vec<String>,
    },
    /// Of a survey.
    Survey {
        /// One for each question, in the order asked.
        question_results: Vec<QuestionResult>,
        /// Themes over all questions, most frequent first.
        common_themes: Vec<String>,
    },
    /// Of an A/B test. The three shares are in percent and sum to 100.
    AbTest {
        /// The sign of A's share minus B's where the interval of that difference excludes zero, else a tie.
        winner: Winner,
        /// Mean score of A, 1 to 10.
        variant_a_score: f64,
        /// Mean score of B, 1 to 10.
        variant_b_score: f64,
        /// Prefer A.
        variant_a_pct: f64,
        /// Prefer B.
        variant_b_pct: f64,
        /// Prefer neither, or change their mind with the order.
        no_preference_pct: f64,
        /// What makes the difference, most frequent first.
        key_differentiators: Vec<String>,
        /// Respondents whose preference changed with the order; null where each saw one order only.
        contested: Option<u64>,
        /// Answers given after seeing A first, and after seeing B first.
        orders_shown: (u64, u64),
    },
}

/// What a panel said to one open question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuestionResult {
    /// The question.
    pub question: String,
    /// False when nobody could answer it: the engine cannot, or the question does not fit.
    pub supported: bool,
    /// Respondents who answered it.
    pub answered: u64,
    /// Respondents who declined it.
    pub refused: u64,
    /// In a sentence or two, computed from the counts.
    pub summary: String,
    /// What the answers name, most frequent first; shares are of those who answered the question.
    pub themes: Vec<Theme>,
    /// Respondents asked until the last new theme appeared; null without a theme.
    pub saturation: Option<u32>,
}

/// How one class differs from everyone else in the panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contrast {
    /// The dimension: `gender`, `age_band`, …
    pub dimension: String,
    /// The class.
    pub class: String,
    /// What is compared: a field of the estimates.
    pub field: String,
    /// The class minus the rest, in the unit of the field; `n` is the class's.
    pub difference: Estimate,
    /// Two-sided p of that difference alone.
    pub p: f64,
    /// p after the adjustment for all contrasts of the report.
    pub p_adjusted: f64,
    /// The adjustment: `holm`.
    pub adjustment: String,
    /// Set when the class or everyone else has fewer than 30 answers.
    pub small: bool,
    /// Set when the adjusted p is below 1 − level and neither side is small.
    pub differs: bool,
}

/// One class of a dimension, with its own estimates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Answers of this class.
    pub n: u64,
    /// Set when n < 30: too few to say much.
    pub small: bool,
    /// The instrument's estimates within the class.
    pub estimates: BTreeMap<String, Estimate>,
}

/// Share of one class in the population and in the panel, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Margin {
    /// In the population, given every filter of the audience.
    pub target: f64,
    /// In this panel.
    pub realised: f64,
}

/// Dimension → class → shares.
pub type Margins = BTreeMap<String, BTreeMap<String, Margin>>;

/// Words of a respondent, with the answer they stand in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// The answer.
    pub answer: AnswerId,
    /// A verbatim part of it.
    pub text: String,
}

/// A reason that respondents gave, and how many did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

/// What speaks for and against the numbers themselves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Diagnostics {
    /// Shannon entropy of the score distribution in bits.
    pub entropy_bits: Option<f64>,
    /// Share of answers at the most frequent score, 0 to 1.
    pub share_at_mode: Option<f64>,
    /// Distinct reasonings after masking digits, as a share of all, 0 to 1.
    pub distinct_texts: Option<f64>,
    /// Outcomes that are no answers, by reason.
    pub not_answered: BTreeMap<String, u64>,
    /// In plain sentences: what a reader should keep in mind.
    pub notes: Vec<String>,
    /// The same warnings for programs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
    /// Figures on the answers: `std_dev`, `sd_ratio`, `entropy_bits`, … Each is a number or says why it is none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub figures: BTreeMap<String, Figure>,
    /// What the spread of the scores is held against, where the instrument has scores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    /// Dimension → class → who gave no answer; empty when everyone did.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub missing: BTreeMap<String, BTreeMap<String, Missing>>,
    /// What came of the controls; empty where none were wanted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub controls: BTreeMap<Control, ControlResult>,
    /// What came of asking in other wordings; absent where that was not wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wordings: Option<Wordings>,
}

impl Diagnostics {
    /// What must stand beside the headline: a sentence for each check that the panel failed.
    pub fn failures(&self) -> impl Iterator<Item = &str> {
        let controls = self.controls.values().filter_map(ControlResult::judged);
        let controls = controls.map(|judged| (judged.verdict, judged.sentence.as_str()));
        let wordings = self.wordings.iter().map(|found| (found.verdict, found.sentence.as_str()));
        let failed = |(verdict, sentence)| (verdict == Verdict::Failed).then_some(sentence);
        controls.chain(wordings).filter_map(failed)
    }
}

words! {
    /// How urgent a finding is.
    Priority {
        /// Blocks.
        P0 = "P0",
        /// Hurts many.
        P1 = "P1",
        /// Hurts some.
        P2 = "P2",
        /// Worth knowing.
        P3 = "P3",
    }
}

/// Something to act on, with the answers that support it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Within its study, from 1.
    pub id: u32,
    /// How urgent.
    pub priority: Priority,
    /// One line.
    pub title: String,
    /// A few sentences, computed from the data.
    pub description: String,
    /// Answers that mention it.
    pub times_mentioned: u64,
    /// Verbatim evidence.
    pub key_quotes: Vec<Quote>,
    /// What to do next.
    pub suggested_action: String,
}

/// What one respondent said, with the fields of the instrument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answer {
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
    },
    /// To a recommendation study.
    Nps {
        /// 0 to 10.
        score: u8,
        /// Why, in their words.
        reasoning: String,
        /// How they feel about it.
        sentiment: Sentiment,
    },
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
    },
    /// To a sentiment study.
    Sentiment {
        /// How they feel about it.
        sentiment: Sentiment,
        /// Why, in their words.
        reasoning: String,
        /// What it is about.
        key_theme: String,
    },
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
    },
}

/// An answer and who gave it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// `a1`, `a2`, … in respondent order.
    pub id: AnswerId,
    /// Who gave it.
    #[serde(flatten)]
    pub respondent: Respondent,
    /// The instrument's fields.
    #[serde(flatten)]
    pub answer: Answer,
    /// What other channels heard from them; absent where there is only the direct answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<Channels>,
    /// The reasons that the answer names, for and against, as they are counted; empty where it names none.
    #[serde(default)]
    pub mentions: Vec<Mention>,
    /// What they said to what they were asked besides it: `decoy`, `duplicate`, `reversed` (as said, not turned back),
    /// `wording_1`, `replicate_1`, …; nobody's answer, and empty for whoever was asked for the answer only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub besides: BTreeMap<String, Besides>,
}

/// A reason that a respondent named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// For or against.
    pub kind: ThemeKind,
    /// Its name, as it is counted: `Convenience`, `Price`, …
    pub theme: String,
    /// A verbatim part of the answer's reasoning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
}

/// What came of asking a respondent something besides the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Besides {
    /// Nothing that can be used.
    NotAnswered {
        /// Why.
        not_answered: String,
    },
    /// A reply with the instrument's fields.
    Answered(Answer),
}

/// Everything that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// Respondents asked for.
    pub panel_size: u32,
    /// The contract's fields for the study type.
    #[serde(flatten)]
    pub outcomes: Outcomes,
    /// Field → estimate.
    pub estimates: BTreeMap<String, Estimate>,
    /// Dimension → class → estimates.
    pub segments: BTreeMap<String, BTreeMap<String, Segment>>,
    /// Dimension → class → target and realised share of the panel.
    pub margins: Margins,
    /// Each class against the rest of the panel, the lowest difference first.
    #[serde(default)]
    pub contrasts: Vec<Contrast>,
    /// How the contrasts are to be read: what was compared, and when a group counts as different.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub contrast_rule: String,
    /// What the numbers say, in sentences computed from them.
    #[serde(default)]
    pub conclusions: Vec<String>,
    /// Reasons for and against, most frequent first.
    pub themes: Vec<Theme>,
    /// What the numbers are worth.
    pub diagnostics: Diagnostics,
    /// What to act on.
    pub findings: Vec<Finding>,
    /// What each channel heard, by construct; empty where there is only the direct answer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub channels: BTreeMap<Construct, ConstructResult>,
    /// The answers themselves, where they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responses: Option<Vec<Response>>,
}

/// What the run took: differs from run to run, and is no part of the results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Credits settled for this study.
    pub credits_used: Credits,
    /// Credits that can be spent now.
    pub credits_remaining: Credits,
    /// Real cost in dollars.
    pub cost_usd: f64,
    /// The cost that was announced before the study started, at least and at most; none where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced_cost_usd: Option<(f64, f64)>,
    /// Of the real cost, what was paid for replies that became no outcome: those under way when the study was halted or
    /// cancelled. Zero where there were none.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub lost_cost_usd: f64,
    /// Calls whose cost is an upper bound, because the service did not say what they took, or said more than such a call can
    /// take, or because the daemon was cut off while they may have been under way.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub booked_at_most: u64,
    /// From submission to the end, or to now.
    pub latency_ms: u64,
    /// Tokens sent to models.
    pub input_tokens: u64,
    /// Tokens received from models.
    pub output_tokens: u64,
    /// Names of the models that answered.
    pub providers_used: Vec<String>,
    /// Models that the services say answered and that were not the ones asked; a dated version of a model is that model.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_models: Vec<String>,
    /// Replies that a model gave to the very same question before, and that were used again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub from_cache: u64,
    /// How models were asked, where any were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inference: Option<Inference>,
    /// What these numbers are, and are not.
    pub notice: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_nothing(dollars: &f64) -> bool {
    *dollars == 0.0
}

/// A study with what was found: what `show --json` prints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The study.
    pub study: Study,
    /// Its results, once there are any.
    pub results: Option<Results>,
    /// What it took.
    pub meta: Meta,
    /// That the result lies below the middle of its scale, where no finding says so already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below_middle: Option<String>,
    /// What was asked, and of whom; a client that wants everything in one document puts it there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Box<Asked>>,
}

/// Two studies against each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Whether the same people answered both, so that each is compared with themself.
    pub paired: bool,
    /// What is compared: a field of the estimates.
    pub field: String,
    /// The first study's.
    pub a: Estimate,
    /// The second study's.
    pub b: Estimate,
    /// Second minus first over the whole panel.
    pub overall: Difference,
    /// Dimension → class → second minus first within the class.
    pub segments: BTreeMap<String, BTreeMap<String, Difference>>,
    /// What a reader should keep in mind.
    pub notes: Vec<String>,
    /// Other results of both that can be compared, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
}

/// A difference of two studies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Second minus first, in the unit of the field; `n` counts pairs, or the answers of both.
    pub difference: Estimate,
    /// Two-sided p; null where it is undefined (too few answers, or no variation at all).
    pub p: Option<f64>,
    /// p after Holm's adjustment over the classes of all dimensions; the overall difference is not adjusted.
    pub p_adjusted: Option<f64>,
    /// The difference in standard deviations: of the differences when paired, pooled otherwise.
    pub effect_size: Option<f64>,
    /// Set when fewer than 30 pairs, or answers on one side, stand behind it.
    pub small: bool,
}
