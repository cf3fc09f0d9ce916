//! Sanitising of strings from models, respondents and files as they enter the model. Each string is filtered here once,
//! so drawing code never has to do it.

use std::collections::BTreeMap;

use protocol::analysis::CrossTab;
use protocol::channels::Heard;
use protocol::control::ControlResult;
use protocol::cost_request::CostRequest;
use protocol::error::ApiError;
use protocol::finding::Finding;
use protocol::hint::{Feature, Hint, HintWording, InFlags};
use protocol::hook::{Attempt, Delivery, Endpoint};
use protocol::hook_in::{HookAction, HookSource, ReceivedHook};
use protocol::log::LogEntry;
use protocol::persona::Persona;
use protocol::quality::Figure;
use protocol::ranking::Ranking;
use protocol::respondent::Respondent;
use protocol::results::{Diagnostics, Report, Response, Results};
use protocol::run::{Preview, Study};
use protocol::safe;
use protocol::setting::Settings;
use protocol::watch::WatchedFile;

use crate::kinds;

fn line(text: &mut String) {
    if let std::borrow::Cow::Owned(safe) = safe::line(text) {
        *text = safe;
    }
}

pub(crate) fn block(text: &mut String) {
    if let std::borrow::Cow::Owned(safe) = safe::block(text) {
        *text = safe;
    }
}

/// Sanitises what an agent wants to run.
pub(crate) fn cost_request(request: &mut CostRequest) {
    for text in [&mut request.engine, &mut request.model, &mut request.asker] {
        line(text);
    }
    request.name.iter_mut().chain(&mut request.material).for_each(line);
}

/// Sanitises an endpoint of webhooks.
pub(crate) fn endpoint(endpoint: &mut Endpoint) {
    line(&mut endpoint.url);
    endpoint.events.iter_mut().chain(&mut endpoint.reason).for_each(line);
    endpoint.last.iter_mut().for_each(attempt);
}

/// Sanitises a delivery with what receivers replied.
pub(crate) fn delivery(delivery: &mut Delivery) {
    for text in [&mut delivery.id, &mut delivery.url, &mut delivery.kind] {
        line(text);
    }
    delivery.attempts.iter_mut().for_each(attempt);
}

fn attempt(attempt: &mut Attempt) {
    line(&mut attempt.reply);
    attempt.error.iter_mut().for_each(line);
}

/// Sanitises a source of hooks with what came in last.
pub(crate) fn source(source: &mut HookSource) {
    match &mut source.action {
        HookAction::Note | HookAction::Import { from: None } => {}
        HookAction::Evaluate { path } => line(path),
        HookAction::Submit { content, .. } => line(content),
        HookAction::Import { from: Some(from) } => {
            line(&mut from.base_url);
            line(&mut from.key_env);
        }
    }
    source.events.iter_mut().for_each(line);
    source.last.iter_mut().for_each(received);
    if let Some((_, why)) = &mut source.refused {
        line(why);
    }
}

/// Sanitises a hook that came in.
pub(crate) fn received(received: &mut ReceivedHook) {
    line(&mut received.id);
    received.event.iter_mut().chain(&mut received.what).for_each(line);
}

/// Sanitises the strings of a watched file.
pub(crate) fn watched_file(file: &mut WatchedFile) {
    line(&mut file.path);
    line(&mut file.watch);
    file.held.iter_mut().for_each(line);
    file.reason.iter_mut().for_each(line);
    for problem in &mut file.problems {
        line(&mut problem.place);
        line(&mut problem.what);
        hint(&mut problem.hint);
    }
}

/// Words a hint for the form, and sanitises it.
fn hint(hint: &mut Hint) {
    let mut told = hint.told(&InForm).unwrap_or_default();
    line(&mut told);
    *hint = told.into();
}

/// The words of the workstation: its form takes settings as the head of a file does, and its reader is the owner.
struct InForm;

impl HintWording for InForm {
    fn set(&self, aim: &str, setting: &str, value: &str) -> Option<String> {
        Some(format!("{aim} ({setting}: {value})"))
    }

    fn with(&self, aim: &str, feature: &Feature) -> Option<String> {
        InFlags.with(aim, feature)
    }

    fn owner(&self, aim: &str, command: &str) -> String {
        InFlags.owner(aim, command)
    }
}

/// Sanitises the strings of an entry of the log.
pub(crate) fn log_entry(entry: &mut LogEntry) {
    line(&mut entry.source);
    line(&mut entry.text);
}

/// Sanitises the strings of a study.
pub(crate) fn study(study: &mut Study) {
    for text in [&mut study.name, &mut study.engine, &mut study.model, &mut study.owner] {
        line(text);
    }
    let optional = [&mut study.reason, &mut study.project, &mut study.lineage];
    optional.into_iter().flatten().for_each(line);
    study.rejected.iter_mut().filter_map(|rejection| rejection.clause.as_mut()).for_each(line);
    study.tags.iter_mut().chain(&mut study.notes).for_each(line);
}

/// Sanitises the strings of an answer.
pub(crate) fn response(response: &mut Response) {
    match &mut response.respondent {
        Respondent::Persona(known) => persona(known),
        Respondent::Expert { id } | Respondent::Imported { id } => line(id),
        Respondent::Participant { .. } => {}
    }
    kinds::texts_mut(&mut response.answer).into_iter().for_each(block);
    // No screen shows mentions, and there may be ten thousand answers; exports request their own.
    response.mentions = Vec::new();
    for channel_readings in response.channels.iter_mut().flat_map(BTreeMap::values_mut) {
        channel_readings.text.iter_mut().for_each(block);
        if let Some(Heard::Undetermined { undetermined }) = &mut channel_readings.ssr {
            line(undetermined);
        }
        if let Some(Heard::Undetermined { undetermined }) = &mut channel_readings.rater {
            line(undetermined);
        }
    }
}

fn persona(persona: &mut Persona) {
    line(&mut persona.name);
    let optional = [&mut persona.state, &mut persona.country, &mut persona.occupation];
    optional.into_iter().flatten().for_each(line);
}

/// Sanitises the strings of a report.
pub(crate) fn report(report: &mut Report) {
    study(&mut report.study);
    line(&mut report.meta.notice);
    report.meta.model_notice.iter_mut().for_each(line);
    report.below_middle.iter_mut().for_each(line);
    report.warnings.iter_mut().for_each(line);
    report.meta.providers_used.iter_mut().for_each(line);
    if let Some(found) = &mut report.version {
        line(&mut found.lineage.file);
        found.lineage.changed.iter_mut().for_each(line);
        found
            .lineage
            .versions
            .iter_mut()
            .chain(&mut found.previous)
            .for_each(|one| line(&mut one.name));
    }
    if let Some(results) = &mut report.results {
        self::results(results);
    }
    if let Some(results) = &mut report.finished_rounds {
        self::results(results);
    }
}

fn results(results: &mut Results) {
    for theme in &mut results.themes {
        line(&mut theme.theme);
        theme.quotes.iter_mut().for_each(|quote| line(&mut quote.text));
    }
    let found = kinds::found_texts(&mut results.outcomes);
    found.blocks.into_iter().for_each(block);
    found.lines.into_iter().for_each(line);
    line(&mut results.contrast_rule);
    results.conclusions.iter_mut().for_each(line);
    for finding in &mut results.findings {
        self::finding(finding);
    }
    diagnostics(&mut results.diagnostics);
    for heard in results.channels.values_mut() {
        heard.notes.iter_mut().for_each(line);
        heard.agreement.iter_mut().for_each(figure);
        heard.attainable.iter_mut().for_each(|range| line(&mut range.model));
        for channel in heard.channels.values_mut() {
            channel.engine.iter_mut().for_each(line);
            figure(&mut channel.mean);
        }
    }
    results.responses.iter_mut().flatten().for_each(response);
}

/// Sanitises the strings of a finding.
pub(crate) fn finding(finding: &mut Finding) {
    let own = [
        &mut finding.title,
        &mut finding.description,
        &mut finding.suggested_action,
        &mut finding.affected_feature,
    ];
    own.into_iter().for_each(line);
    finding.clause.iter_mut().for_each(line);
    finding.key_quotes.iter_mut().for_each(|quote| line(&mut quote.text));
    if let Some(dissent) = &mut finding.dissent {
        line(&mut dissent.theme);
        dissent.quote.iter_mut().for_each(|quote| line(&mut quote.text));
    }
    if let Some(changed) = finding.life.as_mut().and_then(|life| life.changed.as_mut()) {
        line(&mut changed.by);
        changed.note.iter_mut().for_each(line);
    }
}

/// Sanitises the reason for a missing number.
fn figure(figure: &mut Figure) {
    if let Figure::Undefined { undefined } = figure {
        line(undefined);
    }
}

fn diagnostics(found: &mut Diagnostics) {
    found.notes.iter_mut().for_each(line);
    found.figures.values_mut().for_each(figure);
    found.reference.iter_mut().for_each(|reference| line(&mut reference.source));
    let reasons = std::mem::take(&mut found.not_answered).into_iter();
    let safe = reasons.map(|(reason, count)| (safe::line(&reason).into_owned(), count));
    for (reason, count) in safe {
        *found.not_answered.entry(reason).or_default() += count;
    }
    for control in found.controls.values_mut() {
        match control {
            ControlResult::Judged(judged) => {
                line(&mut judged.sentence);
                line(&mut judged.unit);
                figure(&mut judged.difference);
                judged.level.iter_mut().chain(&mut judged.rank).for_each(figure);
            }
            ControlResult::NotAsked { not_asked } => line(not_asked),
        }
    }
    if let Some(wordings) = &mut found.wordings {
        line(&mut wordings.sentence);
        line(&mut wordings.unit);
        figure(&mut wordings.largest);
        figure(&mut wordings.rank_same_words);
        for wording in &mut wordings.wordings {
            figure(&mut wording.difference);
            figure(&mut wording.rank);
        }
    }
}

/// Sanitises the strings of a cross-table.
pub(crate) fn cross(table: &mut CrossTab) {
    table.notes.iter_mut().for_each(line);
    table.also.iter_mut().for_each(line);
    line(&mut table.field);
    for cell in &mut table.cells {
        cell.classes.iter_mut().for_each(line);
    }
}

/// Sanitises the strings of a ranking.
pub(crate) fn ranking(found: &mut Ranking) {
    found.notes.iter_mut().for_each(line);
    found.also.iter_mut().for_each(line);
    line(&mut found.field);
    line(&mut found.model);
    line(&mut found.conclusion);
    for study in &mut found.studies {
        line(&mut study.name);
        line(&mut study.groups);
    }
}

/// Sanitises the strings of a preview.
pub(crate) fn preview(preview: &mut Preview) {
    line(&mut preview.name);
    line(&mut preview.engine);
    block(&mut preview.questionnaire);
    preview.notes.iter_mut().for_each(line);
    preview.calls.iter_mut().for_each(|calls| line(&mut calls.what));
    settings(&mut preview.settings);
}

/// Sanitises the strings of the form's settings.
fn settings(settings: &mut Settings) {
    for setting in settings.values_mut() {
        setting.words.iter_mut().for_each(line);
        let optional = [&mut setting.refused, &mut setting.needs, &mut setting.usual];
        optional.into_iter().flatten().for_each(line);
    }
}

/// Sanitises the strings of an error.
pub(crate) fn error(error: &mut ApiError) {
    line(&mut error.message);
    error.hints.iter_mut().for_each(hint);
    error.settings.iter_mut().for_each(|told| settings(told));
    for problem in &mut error.problems {
        line(&mut problem.place);
        line(&mut problem.what);
        hint(&mut problem.hint);
    }
}
