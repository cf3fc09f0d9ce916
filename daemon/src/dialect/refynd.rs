//! Results of evaluations in the words of the Refynd contract. The result endpoint and the webhook of an evaluation have the
//! same bytes, so both make them here.

use protocol::credits::Credits;
use protocol::finding::{Finding, IF_MISJUDGED};
use protocol::results::{Report, Results};
use protocol::review::{PanelSuggestion, ReviewMode, ReviewScores, SentContent, StopReason};
use protocol::run::{State, Study};
use protocol::sent_texts::SentTexts;
use serde::{Deserialize, Serialize};

/// A good reply.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct DataReply<D> {
    /// What was asked for.
    pub(crate) data: D,
}

/// An evaluation that goes on.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EvaluationUnderWay {
    test_run_id: String,
    status: &'static str,
    progress: EvaluationProgress,
}

#[derive(Debug, Serialize, schemars::JsonSchema)]
struct EvaluationProgress {
    completed: u32,
    total: u32,
}

/// An evaluation that has ended.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[serde(untagged)]
pub(crate) enum EndedEvaluation {
    /// With results.
    Complete(Box<CompleteEvaluation>),
    /// Without.
    Failed(FailedEvaluation),
}

impl EndedEvaluation {
    /// The event of a webhook that tells it.
    pub(crate) const fn event(&self) -> &'static str {
        match self {
            Self::Complete(_) => "evaluation.complete",
            Self::Failed(_) => "evaluation.failed",
        }
    }
}

/// An evaluation with its results.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CompleteEvaluation {
    test_run_id: String,
    status: &'static str,
    content: SentContent,
    scores: ReviewScores,
    suggestions: Vec<PanelSuggestion>,
    improved_variants: Vec<ToldVariant>,
    panel_size: u32,
    mode: ReviewMode,
    credits_charged: i64,
    /// What came back, where it ended before its last round, or was ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    credits_refunded: Option<i64>,
    /// Milliseconds since 1970.
    completed_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    iterations: Option<ToldIterations>,
}

/// What a review found, as far as the contract tells it; the fields have the same names in results.
#[derive(Debug, Deserialize)]
struct FoundByReview {
    content: SentContent,
    mode: ReviewMode,
    scores: ReviewScores,
    suggestions: Vec<PanelSuggestion>,
    #[serde(rename = "improvedVariants")]
    improved_variants: Vec<ToldVariant>,
    iterations: Option<ToldIterations>,
}

#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ToldVariant {
    text: String,
    rank: u32,
    predicted_score: f64,
    principles: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ToldIterations {
    total_rounds: u16,
    completed_rounds: u16,
    best_round: u16,
    early_stopped: bool,
    /// Why it ended before its last round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stop_reason: Option<StopReason>,
    /// What stood in the way, where the reason does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stop_detail: Option<String>,
    chain: Vec<ToldRound>,
    best_content: String,
    best_score: f64,
    best_click_rate: f64,
    improvement: ToldImprovement,
}

#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ToldRound {
    round: u16,
    content: String,
    overall: f64,
    click_rate: f64,
}

#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ToldImprovement {
    score_change: f64,
    click_rate_change: f64,
}

/// An evaluation that has no results.
#[derive(Debug, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailedEvaluation {
    test_run_id: String,
    status: &'static str,
    error: WhyFailed,
    credits_refunded: i64,
}

#[derive(Debug, Serialize, schemars::JsonSchema)]
struct WhyFailed {
    code: &'static str,
    message: String,
}

/// An evaluation that goes on, with so many answers of all.
pub(crate) fn under_way(study: &Study, (completed, total): (u32, u32)) -> EvaluationUnderWay {
    let status = match study.state {
        State::Draft | State::Queued => "queued",
        State::Running
        | State::Paused
        | State::Finalizing
        | State::Completed
        | State::Failed
        | State::Cancelled => "evaluating",
    };
    let progress = EvaluationProgress { completed, total };
    EvaluationUnderWay { test_run_id: study.id.to_string(), status, progress }
}

/// What an evaluation came to for which so many credits were held; none while it goes on. Rounds that had ended before its end
/// are charged, so that their results are told.
pub(crate) fn ended(report: &Report, held: Credits) -> Option<EndedEvaluation> {
    let study = &report.study;
    if !study.state.is_final() {
        return None;
    }
    let refunded = held.checked_sub(report.meta.credits_used).unwrap_or_default();
    let refunded = refunded.max(Credits::ZERO).0;
    let all = report.results.as_ref().filter(|_| study.state == State::Completed);
    let some = report.finished_rounds.as_deref().filter(|_| all.is_none());
    if let Some(results) = all.or(some)
        && let Some(found) = found(results, &report.sent)
    {
        let complete = complete(report, found);
        let told = if some.is_some() { complete.unfinished() } else { complete };
        let is_early = told.iterations.as_ref().is_some_and(|chain| chain.early_stopped);
        let credits_refunded = (some.is_some() || is_early).then_some(refunded);
        let told = CompleteEvaluation { credits_refunded, ..told };
        return Some(EndedEvaluation::Complete(Box::new(told)));
    }
    Some(EndedEvaluation::Failed(FailedEvaluation {
        test_run_id: study.id.to_string(),
        status: "failed",
        error: why(study),
        credits_refunded: refunded,
    }))
}

impl CompleteEvaluation {
    /// The same of an evaluation that was ended after some of its rounds. Where all of them had ended, the fresh panel had
    /// not.
    fn unfinished(mut self) -> Self {
        if let Some(chain) = &mut self.iterations {
            chain.stop_reason = Some(StopReason::Unfinished);
        }
        self
    }
}

/// What a review found, with texts as they were sent; none in results of another type of study.
fn found(results: &Results, sent: &SentTexts) -> Option<FoundByReview> {
    let mut found: FoundByReview =
        serde_json::to_value(&results.outcomes).and_then(serde_json::from_value).ok()?;
    let FoundByReview { content, scores, improved_variants, iterations, .. } = &mut found;
    let variants = improved_variants.iter_mut().map(|one| &mut one.text);
    let rounds = iterations.iter_mut().flat_map(|of| {
        of.chain.iter_mut().map(|round| &mut round.content).chain([&mut of.best_content])
    });
    for text in variants.chain(rounds).chain([&mut content.text]) {
        *text = sent.of(text).to_owned();
    }
    let dimensions = scores.dimensions.iter_mut().map(|one| &mut one.score);
    let variants = improved_variants.iter_mut().map(|one| &mut one.predicted_score);
    let others =
        [&mut scores.overall, &mut scores.feed_distinctiveness, &mut scores.regulatory_fit];
    for points in dimensions.chain(variants).chain(others) {
        *points = written(*points, POINTS);
    }
    scores.click_rate = written(scores.click_rate, SHARES);
    if let Some(chain) = iterations {
        chain.shorten();
    }
    // Of a content that everybody rejects nobody says how to make a dimension better: what was found says why.
    if found.suggestions.is_empty() {
        found.suggestions = (1..).zip(&results.findings).map(of_finding).collect();
    }
    Some(found)
}

/// What whoever calls by the contract can do about a misjudgement: the key decides who answers.
const ANOTHER_ENGINE: &str = "If the reader misjudges it, evaluate it with a key of a language model, which the owner of this daemon can make \
    with `demoscope keys create --dialect refynd --engine NAME`.";

/// A finding as a suggestion of that priority.
fn of_finding((priority, finding): (u32, &Finding)) -> PanelSuggestion {
    PanelSuggestion {
        priority,
        dimension: finding.affected_feature.clone(),
        suggestion: finding.suggested_action.replace(IF_MISJUDGED, ANOTHER_ENGINE),
        rationale: finding.description.clone(),
    }
}

impl ToldIterations {
    /// Numbers as the contract writes them. What was gained is the difference of the numbers that are told.
    fn shorten(&mut self) {
        for round in &mut self.chain {
            round.overall = written(round.overall, POINTS);
            round.click_rate = written(round.click_rate, SHARES);
        }
        self.best_score = written(self.best_score, POINTS);
        self.best_click_rate = written(self.best_click_rate, SHARES);
        if let Some(first) = self.chain.first() {
            self.improvement = ToldImprovement {
                score_change: written(self.best_score - first.overall, POINTS),
                click_rate_change: written(self.best_click_rate - first.click_rate, SHARES),
            };
        }
    }
}

/// Decimals of scores.
const POINTS: usize = 1;
/// Decimals of shares.
const SHARES: usize = 2;

/// A number with so many decimals, as reports show it.
fn written(number: f64, decimals: usize) -> f64 {
    // Without the sign of a zero.
    format!("{number:.decimals$}").parse().unwrap_or(number) + 0.0
}

fn complete(report: &Report, found: FoundByReview) -> CompleteEvaluation {
    let Report { study, meta, .. } = report;
    let FoundByReview { content, mode, scores, suggestions, improved_variants, iterations } = found;
    CompleteEvaluation {
        test_run_id: study.id.to_string(),
        status: "complete",
        content,
        scores,
        suggestions,
        improved_variants,
        panel_size: study.panel.requested,
        mode,
        credits_charged: meta.credits_used.0,
        credits_refunded: None,
        completed_at: study.completed_at.unwrap_or(study.created_at).as_millisecond(),
        iterations,
    }
}

/// Why an evaluation has no results.
fn why(study: &Study) -> WhyFailed {
    let (code, what) = match study.state {
        State::Cancelled => ("cancelled", "The evaluation was cancelled"),
        _ => ("evaluation_failed", "The evaluation failed: no expert answered"),
    };
    let message = match &study.reason {
        Some(reason) => format!("{what}: {reason}"),
        None => what.to_owned(),
    };
    WhyFailed { code, message }
}
