//! The owner's sources of hooks: added with what their hooks do, listed with what came in, and removed.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use jiff::Timestamp;
use protocol::credits::{Credits, UsdMicros};
use protocol::error::{ApiError, ErrorCode};
use protocol::hook::HookFormat;
use protocol::hook_in::{
    HookAction, HookSource, ReceivedHook, SourceAdded, SourceKind, SourceRequest,
};
use protocol::service::{Page, Reply};
use protocol::study::{Draft, Problem};

use crate::app::hooks_in::caps::begin_day;
use crate::app::hooks_in::import::{is_origin, must_be_bound_alike};
use crate::app::watch::watches::{covers, rows as watch_rows};
use crate::app::{Caller, Core, Scope};
use crate::domain::deliver::{SigningSecret, make};
use crate::domain::hook_in::{draft_text, is_source_secret, is_template, signing_digest};
use crate::domain::stimulus;
use crate::domain::watch::{FileName, file_name};
use crate::store::rows::{FileRow, ReceivedRow, SourceRow};
use crate::store::{Fault, Order, Reader, UseCaseError, Writes};

/// Most sources.
const SOURCES_MAX: usize = 100;
/// Most characters of a name, of a pointer and of the word of an event.
const NAME_MAX: usize = 40;
const POINTER_MAX: usize = 200;
const EVENTS_MAX: usize = 20;
/// Most hooks on one page.
const PAGE_MAX: u32 = 500;

impl Core {
    /// Adds a source, and makes its secret where the owner gives none.
    pub(crate) async fn add_source(
        &self,
        caller: &Caller,
        request: SourceRequest,
    ) -> Reply<SourceAdded> {
        let owner = caller.in_person(Scope::Write)?.to_string();
        let SourceRequest { name, kind, action, events, secret, caps } = request;
        let mut problems = problems(&name, kind, &action, &events, secret.as_deref());
        if problems.is_empty()
            && let HookAction::Submit { template, .. } = &action
        {
            problems = self.problems_of_template(template);
        }
        if let HookAction::Import { from: Some(from) } = &action
            && self.is_of_an_engine(&from.key_env)
        {
            let what =
                format!("the key in {} is that of an engine, and goes nowhere else", from.key_env);
            let hint = "name a variable that holds the key of this service alone".to_owned();
            problems.push(Problem { place: "--api-key-env".to_owned(), what, hint: hint.into() });
        }
        if !problems.is_empty() {
            let mut error = ApiError::new(ErrorCode::InvalidInput, "The source was not added");
            error.problems = problems;
            return Err(error);
        }
        let is_there = match &action {
            HookAction::Evaluate { path } => {
                let path = path.clone();
                self.looking(move |_| Ok(is_stimulus_file(&path))).await?
            }
            HookAction::Note | HookAction::Submit { .. } | HookAction::Import { .. } => false,
        };
        let now = self.world().clock.now();
        let format = match kind {
            SourceKind::Standard => HookFormat::Standard,
            _ => HookFormat::Candor,
        };
        let made = secret.is_none().then(|| {
            let made = make(format, &self.world().fresh_bytes());
            SigningSecret(made.0.replacen("cndr_", "hook_", 1))
        });
        let given = secret.map(|secret| {
            SigningSecret(match kind {
                // What signs there is its digest: the API key itself is not kept.
                SourceKind::Refynd => signing_digest(&secret),
                _ => secret,
            })
        });
        let Some(own) = given.or_else(|| made.clone()) else {
            return Err(ApiError::new(ErrorCode::Internal, "No secret was made"));
        };
        let source = self
            .store()
            .write(move |reader| {
                let all = rows(reader)?;
                if all.contains_key(&name) {
                    let what = format!("There is a source called '{name}' already");
                    return Err(ApiError::new(ErrorCode::Conflict, what)
                        .hint("Choose another name, or remove that one first")
                        .into());
                }
                if all.len() >= SOURCES_MAX {
                    let what = format!("There are {SOURCES_MAX} sources already");
                    return Err(ApiError::new(ErrorCode::Conflict, what)
                        .hint("Remove some with `demoscope hooks sources remove NAME`")
                        .into());
                }
                match &action {
                    HookAction::Evaluate { path } => is_watched(reader, path, is_there)?,
                    HookAction::Import { from: Some(from) } => must_be_bound_alike(&all, from)?,
                    HookAction::Note | HookAction::Submit { .. } | HookAction::Import { .. } => {}
                }
                let row = SourceRow {
                    owner,
                    kind,
                    secret: own,
                    action,
                    events,
                    added_at: now,
                    hour: (0, 0),
                    refused: None,
                    caps,
                    day: None,
                    credits: Credits::ZERO,
                    cost: UsdMicros::ZERO,
                };
                let mut writes = Writes::at(now);
                writes.put(&name, &row);
                Ok((view(name, row, &SourceCount::default(), now), writes))
            })
            .await?;
        Ok(SourceAdded { source, secret: made.map(|made| made.0) })
    }

    /// Whether an engine reads that variable: its key is bound to the engine's address.
    fn is_of_an_engine(&self, variable: &str) -> bool {
        let models = self.settings().models.as_ref();
        models.is_some_and(|models| models.variables().iter().any(|name| name == variable))
    }

    /// The problems that every study of a template would have.
    fn problems_of_template(&self, template: &str) -> Vec<Problem> {
        let text = "A text that stands for what comes in, long enough for every type of study.";
        let draft = Draft {
            file: "template".to_owned(),
            text: draft_text(template, text.to_owned()),
            ..Draft::default()
        };
        self.with_rules(|rules| stimulus::read(&draft, rules)).err().unwrap_or_default()
    }

    /// All sources, by name.
    pub(crate) async fn sources(&self, caller: &Caller) -> Reply<Vec<HookSource>> {
        caller.in_person(Scope::Read)?;
        let now = self.world().clock.now();
        self.view(caller, move |_, reader, _| {
            let counts = counted(reader)?;
            let none = SourceCount::default();
            let shown = rows(reader)?.into_iter().map(|(name, row)| {
                let count = counts.get(&name).unwrap_or(&none);
                view(name, row, count, now)
            });
            Ok(shown.collect())
        })
        .await
    }

    /// Removes a source: whoever sends to it is refused from then on. Studies that came of it stay.
    pub(crate) async fn remove_source(&self, caller: &Caller, name: &str) -> Reply<HookSource> {
        caller.in_person(Scope::Write)?;
        let name = name.to_owned();
        let now = self.world().clock.now();
        let removed = self
            .store()
            .write(move |reader| {
                let Some(row) = reader.get::<SourceRow>(&name)? else {
                    let shown = protocol::safe::line(&name).into_owned();
                    let what = format!("No source is called '{shown}'");
                    return Err(ApiError::new(ErrorCode::NotFound, what)
                        .hint("List all of them with `demoscope hooks sources list`")
                        .into());
                };
                let mut writes = Writes::at(now);
                writes.remove::<SourceRow>(&name);
                Ok((view(name, row, &SourceCount::default(), now), writes))
            })
            .await?;
        // What still waits of it is told as failed.
        self.receiving().signal();
        Ok(removed)
    }

    /// The hooks of the last seven days, newest first.
    pub(crate) async fn received_hooks(
        &self,
        caller: &Caller,
        offset: u32,
        limit: u32,
    ) -> Reply<Page<ReceivedHook>> {
        caller.in_person(Scope::Read)?;
        let limit = limit.clamp(1, PAGE_MAX);
        self.view(caller, move |_, reader, _| {
            let mut all: Vec<ReceivedRow> = Vec::new();
            reader.all::<ReceivedRow>(Order::Rising, |_, row| {
                all.push(ReceivedRow { body: None, ..row });
                Ok(ControlFlow::Continue(()))
            })?;
            all.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.id.cmp(&b.id)));
            let (skip, take) = (usize::try_from(offset), usize::try_from(limit));
            let (skip, take) = (skip.unwrap_or(usize::MAX), take.unwrap_or(1));
            let is_more = all.len() > skip.saturating_add(take);
            let items = all.into_iter().skip(skip).take(take).map(received).collect();
            Ok(Page { items, next: is_more.then(|| offset.saturating_add(limit)) })
        })
        .await
    }
}

fn problems(
    name: &str,
    kind: SourceKind,
    action: &HookAction,
    events: &[String],
    secret: Option<&str>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |place: &str, what: &str, hint: &str| {
        problems.push(Problem {
            place: place.to_owned(),
            what: what.to_owned(),
            hint: hint.into(),
        });
    };
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || name.len() > NAME_MAX || !name.bytes().all(is_plain) {
        add(
            "NAME",
            "the name cannot stand in an address",
            "use a-z, 0-9 and -, at most 40 of them",
        );
    }
    match action {
        HookAction::Note | HookAction::Import { .. } => {}
        HookAction::Evaluate { path } if !path.starts_with('/') => {
            add("--do", "the path is not absolute", "begin it with /");
        }
        HookAction::Evaluate { .. } => {}
        HookAction::Submit { template, content } => {
            if let Err(why) = is_template(template) {
                add(
                    "template",
                    &format!("the template cannot be used: {why}"),
                    "begin it with front matter",
                );
            }
            if content.len() > POINTER_MAX || !(content.is_empty() || content.starts_with('/')) {
                add("--content", "it is no JSON pointer", "write it as in /data/text");
            }
        }
    }
    if let HookAction::Import { from } = action {
        if kind == SourceKind::Github {
            add("--do", "this service tells no results", "choose note, evaluate or submit");
        }
        match from {
            Some(_) if kind != SourceKind::Candor => {
                add("--api", "hooks of this kind carry the result themselves", "leave it out");
            }
            Some(from) => {
                if let Err((place, what, hint)) = is_origin(from) {
                    add(place, &what, hint);
                }
            }
            None => {}
        }
    }
    if events.len() > EVENTS_MAX || events.iter().any(|event| event.len() > 100) {
        add("--events", "these are too many, or too long", "give at most 20 words");
    }
    if let Some(Err(hint)) = secret.map(|secret| is_source_secret(kind, secret)) {
        add("secret", "the secret cannot be used", hint);
    }
    problems
}

/// Whether a stimulus file lies at a path, which leads there without links.
fn is_stimulus_file(path: &str) -> bool {
    let name = Path::new(path).file_name();
    let is_whole = fs::canonicalize(path).is_ok_and(|whole| whole.to_str() == Some(path));
    name.map(file_name) == Some(FileName::Stimulus) && is_whole && Path::new(path).is_file()
}

/// Refuses a path that no watch covers: a hook leads to no file that is not watched. One that was watched just now may not
/// have been looked at yet, so that it is there is enough.
fn is_watched(reader: &Reader<'_>, path: &str, is_there: bool) -> Result<(), UseCaseError> {
    let is_covered = watch_rows(reader)?.values().any(|watch| covers(watch, path));
    if is_covered && (is_there || reader.get::<FileRow>(&path.to_owned())?.is_some()) {
        return Ok(());
    }
    let what = format!("{} is no watched file", protocol::safe::line(path));
    Err(ApiError::new(ErrorCode::InvalidInput, what)
        .hint("Watch it first with `demoscope watch add PATH`")
        .into())
}

/// All sources, by name.
pub(super) fn rows(reader: &Reader<'_>) -> Result<BTreeMap<String, SourceRow>, Fault> {
    let mut all = BTreeMap::new();
    reader.all::<SourceRow>(Order::Rising, |name, row| {
        all.insert(name, row);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(all)
}

/// What came in from a source.
#[derive(Clone, Debug, Default)]
struct SourceCount {
    received: u32,
    last: Option<ReceivedHook>,
}

fn counted(reader: &Reader<'_>) -> Result<BTreeMap<String, SourceCount>, Fault> {
    let mut counts: BTreeMap<String, SourceCount> = BTreeMap::new();
    reader.all::<ReceivedRow>(Order::Rising, |_, row| {
        let count = counts.entry(row.source.clone()).or_default();
        count.received = count.received.saturating_add(1);
        if count.last.as_ref().is_none_or(|last| last.at <= row.at) {
            count.last = Some(received(row));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(counts)
}

fn view(name: String, mut row: SourceRow, count: &SourceCount, now: Timestamp) -> HookSource {
    begin_day(&mut row, now);
    HookSource {
        path: format!("/hooks/in/{name}"),
        name,
        kind: row.kind,
        action: row.action,
        events: row.events,
        added_at: row.added_at,
        caps: row.caps,
        credits_today: row.credits,
        cost_today: row.cost,
        received: count.received,
        last: count.last.clone(),
        refused: row.refused,
    }
}

fn received(row: ReceivedRow) -> ReceivedHook {
    let ReceivedRow { source, id, event, at, state, what, study, .. } = row;
    ReceivedHook { source, id, event, at, state, what, study }
}
