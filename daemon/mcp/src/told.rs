//! What tools tell: the parts of the daemon's replies that an agent needs, every number with its interval, every text of others
//! marked, beside the notice that nobody was asked. What is left out (answers, margins, quotes beyond a few) is in the exports
//! of the command line.

use protocol::cost_request::{CostRequest, CostRequestState};
use protocol::error::ApiError;
use protocol::external::{ExternalHead, ExternalResult, NOTICE};
use protocol::finding::FindingStatus;
use protocol::ledger::Balance;
use protocol::ranking::Ranking;
use protocol::results::{Comparison, Difference, Report, Results, SYNTHETIC_NOTICE, Theme};
use protocol::run::{Preview, State, Study};
use protocol::sent_texts::SentTexts;
use protocol::service::Page;
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Map, Value, json};

use crate::marks::{ABOUT_MARKS, is_of_theme, marked, marked_external, metric, untrusted, without};
use crate::wording::InArguments;

/// Themes that are told.
const THEMES: usize = 10;
/// Quotes of a theme that are told.
const QUOTES: usize = 2;
/// Rewrites that are told.
const VARIANTS: usize = 2;
/// Studies of a ranking up to which the pairs are told too.
const PAIRS_OF: usize = 6;

/// Details of rewrites that only a reader of both texts can use.
const DETAILS: [&str; 5] = ["differences", "changes", "words", "estimates", "findingsAcross"];

/// A result with the notice, and with what the mark means.
fn noticed(fields: Value) -> Value {
    let mut told = Map::new();
    told.insert("notice".to_owned(), SYNTHETIC_NOTICE.into());
    told.insert("about_untrusted".to_owned(), ABOUT_MARKS.into());
    if let Value::Object(fields) = fields {
        told.extend(fields);
    }
    Value::Object(told)
}

/// A study: what it is, and how far it is.
fn brief(study: &Study) -> Value {
    let mut told = json!({
        "id": study.id,
        "name": untrusted(&study.name),
        "study_type": study.instrument,
        "state": study.state,
        "panel": study.panel,
        "engine": study.engine,
        "model": study.model,
        "seed": study.seed,
        "created_at": study.created_at,
    });
    if let Some(reason) = &study.reason {
        told["reason"] = untrusted(reason);
    }
    if let Some(headline) = &study.headline {
        told["headline"] = marked(headline);
    }
    if !study.tags.is_empty() {
        told["tags"] = marked(&study.tags);
    }
    let rejected = study.rejected.iter().map(|one| untrusted(&one.sentence())).collect::<Vec<_>>();
    if !rejected.is_empty() {
        told["rejected"] = rejected.into();
    }
    told
}

/// Notes on what was sent.
fn in_arguments_of(notes: &[String]) -> Value {
    notes.iter().map(|note| untrusted(note)).collect()
}

/// What to do next with a study.
fn next(study: &Study) -> &'static str {
    match study.state {
        State::Completed => {
            "get_findings says what to act on; compare_studies and rank hold studies against each other"
        }
        State::Failed | State::Cancelled => {
            "It has no results of its own; its reason says why. run_study runs another one"
        }
        State::Paused => {
            "It waits until it is resumed: the owner of this daemon can do that with `demoscope resume ID`"
        }
        State::Draft | State::Queued | State::Running | State::Finalizing => {
            "wait_study waits for its results; it goes on by itself"
        }
    }
}

/// A study without results.
pub(crate) fn study(study: &Study, notes: &[String]) -> Value {
    let mut told = json!({ "study": brief(study), "next": next(study) });
    if !notes.is_empty() {
        told["notes"] = in_arguments_of(notes);
    }
    noticed(told)
}

/// A study that waits for its owner, or waited in vain; with the reason why it was not run at once, where this is the reply to that.
pub(crate) fn request(request: &CostRequest, why: Option<&str>) -> Value {
    let mut told = json!({
        "request": {
            "id": request.id,
            "state": request.state,
            "name": request.name.as_deref().map(untrusted),
            "study_type": request.instrument,
            "panel": request.panel,
            "engine": request.engine,
            "model": request.model,
            "credits": request.credits,
            "cost_usd_least_and_most": [request.cost_least.dollars(), request.cost_most.dollars()],
            "expires_at": request.expires_at,
        },
        "next": of_request(request),
    });
    if let Some(why) = why {
        told["why"] = json!(why);
    }
    noticed(told)
}

/// What to do with a request.
pub(crate) fn of_request(request: &CostRequest) -> String {
    let id = request.id;
    match request.state {
        CostRequestState::Waiting => format!(
            "Nothing was run yet. {}. Tell the user: the owner of this daemon can agree to that, and have it run, with \
             `demoscope approve {id}` or in the workstation, and can decline it with `demoscope approve {id} --decline`. Then \
             wait_study with the study {id} waits for the results",
            request.sentence()
        ),
        CostRequestState::Approved => "The user agreed, and deleted the study since".to_owned(),
        CostRequestState::Declined => {
            "The user declined: leave it, or ask them how to go on. The engine `offline` costs nothing".to_owned()
        }
        CostRequestState::Expired => {
            "Nobody agreed in time, and nothing was run. Make the same call again to ask once more".to_owned()
        }
    }
}

/// A study with its results.
pub(crate) fn report(report: &Report, notes: &[String]) -> Value {
    let mut told = json!({
        "study": brief(&report.study),
        "results": report.results.as_ref().map(|found| results(found, &report.sent)),
        "credits_used": report.meta.credits_used,
        "cost_usd": report.meta.cost_usd,
        "next": next(&report.study),
    });
    if let Some(finished) = &report.finished_rounds {
        told["finished_rounds"] = results(finished, &report.sent);
    }
    if let Some(what) = &report.meta.model_notice {
        told["model_notice"] = what.as_str().into();
    }
    if let Some(what) = &report.below_middle {
        told["below_middle"] = untrusted(what);
    }
    if !report.warnings.is_empty() {
        told["warnings"] = in_arguments_of(&report.warnings);
    }
    if !notes.is_empty() {
        told["notes"] = in_arguments_of(notes);
    }
    noticed(told)
}

/// Results, with texts as they were sent.
fn results(results: &Results, sent: &SentTexts) -> Value {
    let Results { outcomes, estimates, contrasts, conclusions, themes, diagnostics, .. } = results;
    let mut own = serde_json::to_value(outcomes).unwrap_or_default();
    if let Some(variants) = own.get_mut("improvedVariants").and_then(Value::as_array_mut) {
        variants.truncate(VARIANTS);
    }
    if let Some(questions) = own.get_mut("question_results").and_then(Value::as_array_mut) {
        for question in questions {
            shorten_themes(question.get_mut("themes"));
        }
    }
    as_sent(&mut own, sent);
    let differing: Vec<_> = contrasts.iter().filter(|contrast| contrast.differs).collect();
    let failures: Vec<&str> = diagnostics.failures().collect();
    let themes: Vec<Theme> = themes.iter().take(THEMES).map(with_few_quotes).collect();
    json!({
        "outcomes": marked(&without(own, &DETAILS)),
        "estimates": marked(estimates),
        "conclusions": marked(conclusions),
        "themes": marked(&themes),
        "groups_that_differ": marked(&differing),
        "failed_checks": marked(&failures),
        "caveats": caveats(&diagnostics.notes),
        "not_answered": diagnostics.not_answered,
        "findings": results.findings.len(),
    })
}

/// Puts texts as they were sent in the place of what was read of them, in values alone.
fn as_sent(told: &mut Value, sent: &SentTexts) {
    match told {
        Value::String(text) => *text = sent.of(text).to_owned(),
        Value::Array(items) => items.iter_mut().for_each(|item| as_sent(item, sent)),
        Value::Object(fields) => fields.values_mut().for_each(|field| as_sent(field, sent)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Caveats beside the notice, which stands above them.
fn caveats(notes: &[String]) -> Value {
    notes.iter().filter(|note| *note != SYNTHETIC_NOTICE).map(|note| untrusted(note)).collect()
}

/// Metrics by name. Those of single themes are left out, since a model may have named them.
fn metrics(names: &[String]) -> Value {
    names.iter().filter(|name| !is_of_theme(name)).map(String::as_str).collect()
}

fn with_few_quotes(theme: &Theme) -> Theme {
    let mut theme = theme.clone();
    theme.quotes.truncate(QUOTES);
    theme
}

fn shorten_themes(themes: Option<&mut Value>) {
    let Some(themes) = themes.and_then(Value::as_array_mut) else { return };
    themes.truncate(THEMES);
    for theme in themes {
        if let Some(quotes) = theme.get_mut("quotes").and_then(Value::as_array_mut) {
            quotes.truncate(QUOTES);
        }
    }
}

/// Findings of a study.
pub(crate) fn findings(report: &Report) -> Value {
    let all = report.found().map(|found| found.findings.as_slice()).unwrap_or_default();
    let open = all.iter().filter(|finding| finding.status() == FindingStatus::Open).count();
    noticed(json!({
        "study": brief(&report.study),
        "open": open,
        "findings": marked(&all),
        "next": match report.found() {
            Some(_) => "P0 blocks success, P3 is worth knowing; the owner of this daemon can resolve them with `demoscope findings resolve`",
            None => next(&report.study),
        },
    }))
}

/// Studies of a list.
pub(crate) fn studies(page: &Page<Study>) -> Value {
    let items: Vec<Value> = page.items.iter().map(brief).collect();
    noticed(json!({ "studies": items, "next_offset": page.next }))
}

/// A result by classes.
pub(crate) fn cross(of: &Study, table: &protocol::analysis::CrossTab) -> Value {
    let mut told = marked(table);
    told["also"] = metrics(&table.also);
    told["notes"] = caveats(&table.notes);
    noticed(json!({ "study": brief(of), "table": told }))
}

/// Two studies against each other. Of the classes, those that differ beyond chance.
pub(crate) fn comparison(first: &Study, second: &Study, found: &Comparison) -> Value {
    let differs = |difference: &Difference| {
        let alpha = 1.0 - difference.difference.level;
        difference.p_adjusted.is_some_and(|p| p < alpha) && !difference.small
    };
    let classes: Vec<Value> = found
        .segments
        .iter()
        .flat_map(|(dimension, classes)| classes.iter().map(move |(class, of)| (dimension, class, of)))
        .filter(|(_, _, difference)| differs(difference))
        .map(|(dimension, class, difference)| json!({ "dimension": dimension, "class": class, "difference": difference }))
        .collect();
    noticed(json!({
        "first": brief(first),
        "second": brief(second),
        "comparison": {
            "field": metric(&found.field),
            "paired": found.paired,
            "first": marked(&found.a),
            "second": marked(&found.b),
            "second_minus_first": marked(&found.overall),
            "moved": found.moved,
            "classes_that_differ": marked(&classes),
            "findings": marked(&found.findings),
            "notes": caveats(&found.notes),
            "also": metrics(&found.also),
        },
    }))
}

/// Results of other services, in a list.
pub(crate) fn externals(page: &Page<ExternalHead>) -> Value {
    of_others(json!({ "external": marked_external(&page.items), "next_offset": page.next }))
}

/// The result of another service.
pub(crate) fn external(found: &ExternalResult) -> Value {
    of_others(json!({ "external": marked_external(found) }))
}

/// What another service found, with that notice: nothing of it is synthetic, or checked, here.
fn of_others(fields: Value) -> Value {
    let mut told = noticed(fields);
    told["notice"] = NOTICE.into();
    told
}

/// Studies in their order.
pub(crate) fn ranking(ranking: &Ranking) -> Value {
    let mut told = marked(ranking);
    told["also"] = metrics(&ranking.also);
    told["notes"] = caveats(&ranking.notes);
    // Ids, which everywhere else stand in fields of their own.
    let pairs = told.get_mut("pairs").and_then(Value::as_array_mut).into_iter().flatten();
    for (told, pair) in pairs.zip(&ranking.pairs) {
        told["first"] = json!(pair.first);
        told["second"] = json!(pair.second);
    }
    if let Value::Object(fields) = &mut told
        && ranking.studies.len() > PAIRS_OF
    {
        fields.remove("pairs");
    }
    noticed(json!({ "ranking": told }))
}

/// What a study would do.
pub(crate) fn preview(preview: &Preview) -> Value {
    noticed(json!({
        "name": untrusted(&preview.name),
        "study_type": preview.instrument,
        "panel": preview.panel,
        "engine": preview.engine,
        "seed": preview.seed,
        "credits": preview.credits,
        "credits_available": preview.balance,
        "cost_usd_least_and_most": preview.cost_usd,
        "expected_half_width": preview.expected_half_width,
        "questionnaire": untrusted(&preview.questionnaire),
        "notes": in_arguments_of(&preview.notes),
        "next": "Nothing was asked or stored. Call again without dry_run to run it; keep the seed for the same panel",
    }))
}

/// The owner's budget.
pub(crate) fn credits(balance: &Balance) -> Value {
    json!({
        "about": "One answer costs one credit, an expert of a content review 1.5 to 4.5. Dollars are what model services \
                  charge; the built-in engine costs none.",
        "credits": balance,
    })
}

/// A refusal, in a form that says what to do, in the words of a tool with these arguments.
pub(crate) fn refusal(error: &ApiError, arguments: &[String]) -> CallToolResult {
    let words = InArguments(arguments);
    let mut text = format!("{} ({}).", error.message, error.code.as_str());
    for problem in &error.problems {
        let place = words.place(&problem.place);
        text.push_str(&format!("\n- {place}: {}", problem.what));
        if let Some(hint) = problem.hint.told(&words) {
            text.push_str(&format!("; {hint}"));
        }
    }
    for hint in error.hints.iter().filter_map(|hint| hint.told(&words)) {
        text.push_str(&format!("\nHint: {}.", hint.trim_end_matches('.')));
    }
    if let Some(wait) = error.retry_after_ms {
        text.push_str(&format!("\nTry again in {} s.", wait.div_ceil(1000).max(1)));
    }
    // It can quote what the agent was given to pass on.
    CallToolResult::error(vec![ContentBlock::text(protocol::safe::block(&text).into_owned())])
}
