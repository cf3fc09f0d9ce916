//! The result of a study in the words of the Candor contract. A hook only names the study; the service's replies for it say
//! what it was about, and either what its items came to or which findings its sessions led to.

use jiff::Timestamp;
use protocol::event::EventKind;
use protocol::external::{ExternalContent, ExternalFinding, ExternalNumber};
use serde::Deserialize;

use super::ExternalTold;
use super::checked::{
    NAME_MAX, TEXT_MAX, WORDS_MAX, id, json, list, number, perhaps, whole, words,
};

/// The event after which a study has its result: the service has the same word for it as we.
const COMPLETED: EventKind = EventKind::Completed;
/// Ratings of this contract, and shares.
const RATINGS: std::ops::RangeInclusive<f64> = 1.0..=5.0;
const SHARES: std::ops::RangeInclusive<f64> = 0.0..=1.0;

#[derive(Deserialize)]
struct CandorHook {
    #[serde(rename = "type")]
    kind: String,
    data: CandorHookData,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CandorHookData {
    study_id: Option<String>,
}

/// Reads the body of a hook. What it says of its event is signed, and the header is not.
pub(super) fn read(body: &str) -> Result<ExternalTold, String> {
    let CandorHook { kind, data } = json("the body", body)?;
    if kind != COMPLETED.as_str() {
        let what = format!("only {COMPLETED} tells of a result");
        return Ok(ExternalTold::Nothing(what));
    }
    let named = data.study_id.ok_or_else(|| "data.studyId is missing".to_owned())?;
    Ok(ExternalTold::Ended { id: id("data.studyId", &named)? })
}

/// What a study is, as its service tells it.
#[derive(Debug, Deserialize)]
pub(crate) struct CandorStudy {
    study: AboutStudy,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AboutStudy {
    id: String,
    name: Option<String>,
    goal: Option<String>,
    stimulus: Option<CandorStimulus>,
    participants: Option<u64>,
    updated_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
struct CandorStimulus {
    #[serde(rename = "type")]
    kind: String,
}

impl CandorStudy {
    /// Reads the reply to `GET /studies/:id`, which must be that of the study.
    pub(crate) fn read(asked: &str, reply: &str) -> Result<Self, String> {
        let found: Self = json("the study", reply)?;
        if found.study.id != asked {
            return Err("the service told another study than the one that was asked for".to_owned());
        }
        Ok(found)
    }

    /// The last part of the address of its result.
    pub(crate) fn place(&self) -> &'static str {
        let is_of_items = self.study.stimulus.as_ref().is_some_and(|one| one.kind == "items");
        if is_of_items { "results" } else { "findings" }
    }

    /// What its result says: the reply of that place.
    pub(crate) fn content(&self, reply: &str) -> Result<ExternalContent, String> {
        let (numbers, findings) = if self.place() == "results" {
            items(&json::<WithResults>("the results", reply)?.results)?
        } else {
            (Vec::new(), findings(json::<WithFindings>("the findings", reply)?.findings)?)
        };
        let told = &self.study;
        let goal = perhaps("study.goal", told.goal.as_ref(), TEXT_MAX)?;
        let name = perhaps("study.name", told.name.as_ref(), TEXT_MAX)?;
        let name = name.or_else(|| goal.clone()).unwrap_or_else(|| told.id.clone());
        whole(ExternalContent {
            name: name.chars().take(NAME_MAX).collect(),
            completed_at: told.updated_at,
            respondents: told.participants,
            text: goal,
            numbers,
            findings,
            rewrites: Vec::new(),
        })
    }
}

#[derive(Deserialize)]
struct WithResults {
    results: ItemResults,
}

#[derive(Deserialize)]
struct ItemResults {
    #[serde(default)]
    rankings: Vec<RankedItem>,
    #[serde(default)]
    items: Vec<CandorItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RankedItem {
    label: String,
    win_rate: f64,
    total_comparisons: Option<u64>,
}

/// One item, by whatever its task gives of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CandorItem {
    label: String,
    mean_rating: Option<f64>,
    total_ratings: Option<u64>,
    assigned_label: Option<String>,
    confidence: Option<f64>,
    total_votes: Option<u64>,
    overall_weighted_score: Option<f64>,
    total_responses: Option<u64>,
    #[serde(default)]
    dimensions: Vec<ItemDimension>,
    #[serde(default)]
    responses: Vec<ItemResponse>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ItemDimension {
    name: String,
    mean_score: f64,
}

#[derive(Deserialize)]
struct ItemResponse {
    text: String,
}

type ReadItems = (Vec<ExternalNumber>, Vec<ExternalFinding>);

fn items(results: &ItemResults) -> Result<ReadItems, String> {
    let mut numbers = Vec::new();
    let mut findings = Vec::new();
    let bare = |of: String, value: f64, n: Option<u64>| ExternalNumber {
        of,
        value,
        low: None,
        high: None,
        level: None,
        n,
    };
    for one in list("results.rankings", results.rankings.iter().collect())? {
        let label = words("results.rankings.label", &one.label, NAME_MAX)?;
        let rate = number("results.rankings.winRate", one.win_rate, SHARES)?;
        numbers.push(bare(format!("win rate of {label}"), rate, one.total_comparisons));
    }
    for one in list("results.items", results.items.iter().collect())? {
        let label = words("results.items.label", &one.label, NAME_MAX)?;
        if let Some(mean) = one.mean_rating {
            let mean = number("results.items.meanRating", mean, RATINGS)?;
            numbers.push(bare(format!("mean rating of {label}"), mean, one.total_ratings));
        }
        if let Some(share) = one.confidence {
            let share = number("results.items.confidence", share, SHARES)?;
            let assigned = one.assigned_label.as_deref().unwrap_or("its label");
            let assigned = words("results.items.assignedLabel", assigned, NAME_MAX)?;
            let of = format!("share of votes for {assigned}, {label}");
            numbers.push(bare(of, share, one.total_votes));
        }
        if let Some(score) = one.overall_weighted_score {
            let score = number("results.items.overallWeightedScore", score, SHARES)?;
            numbers.push(bare(format!("weighted score of {label}"), score, one.total_responses));
        }
        for part in list("results.items.dimensions", one.dimensions.iter().collect())? {
            let name = words("results.items.dimensions.name", &part.name, NAME_MAX)?;
            let score = number("results.items.dimensions.meanScore", part.mean_score, SHARES)?;
            numbers.push(bare(format!("{name} of {label}"), score, one.total_responses));
        }
        let said = list("results.items.responses", one.responses.iter().collect())?;
        let said =
            said.iter().map(|one: &&ItemResponse| words("responses.text", &one.text, WORDS_MAX));
        let quotes = said.collect::<Result<Vec<_>, _>>()?;
        if !quotes.is_empty() {
            let (priority, detail, action) = (None, None, None);
            let title = format!("said of {label}");
            findings.push(ExternalFinding { priority, title, detail, action, quotes });
        }
    }
    Ok((numbers, findings))
}

#[derive(Deserialize)]
struct WithFindings {
    findings: Vec<ToldFinding>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToldFinding {
    priority: Option<String>,
    title: String,
    description: Option<String>,
    #[serde(default)]
    key_quotes: Vec<String>,
    suggested_action: Option<String>,
}

fn findings(told: Vec<ToldFinding>) -> Result<Vec<ExternalFinding>, String> {
    let mut findings = Vec::new();
    for one in list("findings", told)? {
        let quotes = list("findings.keyQuotes", one.key_quotes)?;
        let quotes = quotes.iter().map(|quote| words("findings.keyQuotes", quote, WORDS_MAX));
        findings.push(ExternalFinding {
            priority: perhaps("findings.priority", one.priority.as_ref(), NAME_MAX)?,
            title: words("findings.title", &one.title, NAME_MAX)?,
            detail: perhaps("findings.description", one.description.as_ref(), WORDS_MAX)?,
            action: perhaps("findings.suggestedAction", one.suggested_action.as_ref(), WORDS_MAX)?,
            quotes: quotes.collect::<Result<_, _>>()?,
        });
    }
    Ok(findings)
}
