//! The result of an evaluation in the words of the Refynd contract, which its hook carries: scores from 1 to 10 and a share,
//! none with an interval; suggestions, proposed variants, and the rounds where there were several.

use jiff::Timestamp;
use protocol::external::{ExternalContent, ExternalFinding, ExternalNumber, ExternalRewrite};
use protocol::review::{ContentType, ReviewMode};
use serde::Deserialize;

use super::ExternalTold;
use super::checked::{
    NAME_MAX, TEXT_MAX, WORDS_MAX, id, list, number, perhaps_under_data, text, whole, words,
};

/// Scores of this contract, and shares.
const SCORES: std::ops::RangeInclusive<f64> = 1.0..=10.0;
const SHARES: std::ops::RangeInclusive<f64> = 0.0..=1.0;
/// Milliseconds since 1970 of a time that can be: from 2000 to 2100.
const TIMES: std::ops::RangeInclusive<i64> = 946_684_800_000..=4_102_444_800_000;
/// Experts of one evaluation; the contract has 30 at most.
const PANEL_MAX: u64 = 100_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToldEvaluation {
    test_run_id: String,
    status: String,
    content: Option<ToldContent>,
    mode: Option<String>,
    scores: Option<ToldScores>,
    #[serde(default)]
    suggestions: Vec<ToldSuggestion>,
    #[serde(default)]
    improved_variants: Vec<ProposedVariant>,
    panel_size: Option<u64>,
    completed_at: Option<i64>,
    iterations: Option<ToldChain>,
}

#[derive(Deserialize)]
struct ToldContent {
    text: String,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToldScores {
    overall: f64,
    click_rate: Option<f64>,
    #[serde(default)]
    dimensions: Vec<ScoredDimension>,
    feed_distinctiveness: Option<f64>,
    regulatory_fit: Option<f64>,
}

#[derive(Deserialize)]
struct ScoredDimension {
    name: String,
    score: f64,
}

#[derive(Deserialize)]
struct ToldSuggestion {
    priority: Option<u32>,
    dimension: Option<String>,
    suggestion: String,
    rationale: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProposedVariant {
    text: String,
    predicted_score: Option<f64>,
}

#[derive(Deserialize)]
struct ToldChain {
    chain: Vec<RoundOfChain>,
}

#[derive(Deserialize)]
struct RoundOfChain {
    round: u16,
    overall: f64,
}

/// Reads the body of a hook.
pub(super) fn read(body: &str) -> Result<ExternalTold, String> {
    let evaluation: ToldEvaluation = perhaps_under_data(body)?;
    let id = id("testRunId", &evaluation.test_run_id)?;
    match evaluation.status.as_str() {
        "complete" => Ok(ExternalTold::Result { id, content: Box::new(content(evaluation)?) }),
        "failed" => Ok(ExternalTold::Nothing(format!("the evaluation {id} failed there"))),
        _ => Ok(ExternalTold::Nothing(format!("the evaluation {id} has not ended there"))),
    }
}

fn content(evaluation: ToldEvaluation) -> Result<ExternalContent, String> {
    let ToldEvaluation {
        content, mode, scores, suggestions, improved_variants, panel_size, ..
    } = evaluation;
    let scores = scores.ok_or_else(|| "scores are missing".to_owned())?;
    let kind = content.as_ref().and_then(|sent| sent.kind.as_deref());
    one_of("content.type", kind, ContentType::ALL.iter().map(|known| known.as_str()))?;
    one_of("mode", mode.as_deref(), ReviewMode::ALL.iter().map(|known| known.as_str()))?;
    let sent = content.map(|sent| text("content.text", &sent.text, TEXT_MAX)).transpose()?;
    let mut numbers =
        vec![bare("overall score", number("scores.overall", scores.overall, SCORES)?)];
    if let Some(share) = scores.click_rate {
        numbers.push(bare("click rate", number("scores.clickRate", share, SHARES)?));
    }
    for ScoredDimension { name, score } in list("scores.dimensions", scores.dimensions)? {
        let name = words("scores.dimensions.name", &name, NAME_MAX)?;
        numbers.push(bare(&name, number("scores.dimensions.score", score, SCORES)?));
    }
    for (of, place, score) in [
        ("feed distinctiveness", "scores.feedDistinctiveness", scores.feed_distinctiveness),
        ("regulatory fit", "scores.regulatoryFit", scores.regulatory_fit),
    ] {
        if let Some(score) = score {
            numbers.push(bare(of, number(place, score, SCORES)?));
        }
    }
    let chain = evaluation.iterations.map(|all| all.chain).unwrap_or_default();
    for RoundOfChain { round, overall } in list("iterations.chain", chain)? {
        let overall = number("iterations.chain.overall", overall, SCORES)?;
        numbers.push(bare(&format!("overall score, round {round}"), overall));
    }
    let mut findings = Vec::new();
    for one in list("suggestions", suggestions)? {
        let title = one.dimension.as_deref().unwrap_or("suggestion");
        let detail = one.rationale.as_deref().unwrap_or_default();
        let detail = text("suggestions.rationale", detail, WORDS_MAX)?;
        findings.push(ExternalFinding {
            priority: one.priority.map(|priority| priority.to_string()),
            title: words("suggestions.dimension", title, NAME_MAX)?,
            detail: Some(detail).filter(|detail| !detail.is_empty()),
            action: Some(words("suggestions.suggestion", &one.suggestion, WORDS_MAX)?),
            quotes: Vec::new(),
        });
    }
    let mut rewrites = Vec::new();
    for ProposedVariant { text, predicted_score } in list("improvedVariants", improved_variants)? {
        let predicted = predicted_score
            .map(|score| number("improvedVariants.predictedScore", score, SCORES))
            .transpose()?;
        let text = words("improvedVariants.text", &text, TEXT_MAX)?;
        rewrites.push(ExternalRewrite { text, predicted });
    }
    let completed_at = evaluation
        .completed_at
        .map(|at| {
            let time = Timestamp::from_millisecond(at).ok().filter(|_| TIMES.contains(&at));
            time.ok_or_else(|| "completedAt is no time from 2000 to 2100".to_owned())
        })
        .transpose()?;
    if panel_size.is_some_and(|size| !(1..=PANEL_MAX).contains(&size)) {
        return Err(format!("panelSize is not from 1 to {PANEL_MAX}"));
    }
    let name = sent.as_deref().and_then(|text| text.lines().next()).unwrap_or("evaluation");
    whole(ExternalContent {
        name: name.chars().take(NAME_MAX).collect(),
        completed_at,
        respondents: panel_size,
        text: sent,
        numbers,
        findings,
        rewrites,
    })
}

/// Refuses a word that is none of the contract's, with those that there are.
fn one_of(
    place: &str,
    told: Option<&str>,
    known: impl Iterator<Item = &'static str>,
) -> Result<(), String> {
    let Some(told) = told else { return Ok(()) };
    let known: Vec<&str> = known.collect();
    if known.contains(&told) {
        return Ok(());
    }
    Err(format!("{place} is none of {}", known.join(", ")))
}

/// A number without an interval: this contract has none.
fn bare(of: &str, value: f64) -> ExternalNumber {
    ExternalNumber { of: of.to_owned(), value, low: None, high: None, level: None, n: None }
}
