//! Our own API: what the commands do, with the same JSON as their `--json`. A study is submitted as its file; lists come in
//! pages, each with the offset of the next one.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use protocol::error::{ApiError, ErrorCode};
use protocol::external::ShownExternal;
use protocol::id::StudyId;
use protocol::key::KeyScope;
use protocol::ranking::{RankQuestion, STUDIES_MAX};
use protocol::results::{Report, Response as StudyResponse, Tagged};
use protocol::service::{Control, Reply, StudyQuery, Submit};
use protocol::study::{Draft, DraftText, Origin};
use serde::Serialize;

use super::body;
use crate::gateway::http::door::{BodyRule, Entrance, Handler, Route, Visit};
use crate::gateway::http::refusal::Refusal;
use crate::gateway::http::{idempotency, reply};

/// The routes of the API.
pub(super) fn routes() -> Vec<Route> {
    let read = |path, answer| route(Method::GET, path, KeyScope::Read, BodyRule::Nothing, answer);
    vec![
        read("/api/demoscope/v1/studies", |visit| Box::pin(studies(visit))),
        route(Method::POST, "/api/demoscope/v1/studies", KeyScope::Run, BodyRule::Json, |visit| {
            Box::pin(submit(visit))
        }),
        read("/api/demoscope/v1/studies/{id}", |visit| Box::pin(show(visit))),
        read("/api/demoscope/v1/studies/{id}/answers", |visit| Box::pin(answers(visit))),
        read("/api/demoscope/v1/studies/{id}/findings", |visit| Box::pin(findings(visit))),
        read("/api/demoscope/v1/studies/{id}/export", |visit| Box::pin(export(visit))),
        route(
            Method::POST,
            "/api/demoscope/v1/studies/{id}/{control}",
            KeyScope::Run,
            BodyRule::Nothing,
            |visit| Box::pin(control(visit)),
        ),
        read("/api/demoscope/v1/compare/{id}/{other}", |visit| Box::pin(compare(visit))),
        read("/api/demoscope/v1/rank", |visit| Box::pin(rank(visit))),
        read("/api/demoscope/v1/credits", |visit| Box::pin(credits(visit))),
        read("/api/demoscope/v1/external", |visit| Box::pin(externals(visit))),
        read("/api/demoscope/v1/external/{id}", |visit| Box::pin(external(visit))),
    ]
}

fn route(
    method: Method,
    path: &'static str,
    scope: KeyScope,
    body: BodyRule,
    answer: Handler,
) -> Route {
    Route { method, path, entrance: Entrance::Key(scope), body, answer }
}

/// A study, as `run --detach --json` tells it.
#[derive(Serialize, schemars::JsonSchema)]
pub(super) struct Submitted<T> {
    study: T,
}

async fn submit(visit: Visit) -> Result<Response, Refusal> {
    visit.query(&[])?;
    let given = body::study(&visit.body)?;
    let Some(key) = visit.key.clone() else { return Err(Refusal::defect()) };
    let mut overrides = given.settings;
    if let Some(engine) = &key.engine {
        overrides.insert("engine".to_owned(), engine.clone());
    }
    let file = given.file.unwrap_or_else(|| "stimulus".to_owned());
    // The field is the whole of a file, as the route says.
    let draft = Draft { file, text: DraftText::File(given.text), overrides, ..Draft::default() };
    let submit = Submit {
        key: idempotency::submission(&visit.context, &visit.headers, &key)?,
        draft,
        origin: Origin::Http,
        cost_confirmed: false,
        path: None,
    };
    let (core, caller) = (&visit.context.core, &visit.caller);
    let study = core
        .submit_draft(caller, submit)
        .await
        .map_err(|error| idempotency::reworded(error, &visit.headers))?;
    Ok(reply::json(StatusCode::ACCEPTED, &Submitted { study }))
}

async fn studies(visit: Visit) -> Result<Response, Refusal> {
    let asked = visit.query(&["archived", "offset", "limit"])?;
    let query = StudyQuery {
        archived: asked.truth("archived")?,
        offset: asked.number("offset")?.unwrap_or(0),
        limit: asked.page_length()?,
        ..StudyQuery::default()
    };
    let (core, caller) = (&visit.context.core, &visit.caller);
    Ok(reply::json(StatusCode::OK, &core.studies(caller, &query).await?))
}

async fn show(visit: Visit) -> Result<Response, Refusal> {
    visit.query(&[])?;
    let id = named(&visit, "id").await?;
    Ok(reply::json(StatusCode::OK, &shown(&visit, id).await?))
}

/// A study as `show --json` tells it.
pub(super) async fn shown(visit: &Visit, id: StudyId) -> Reply<Report> {
    let (core, caller) = (&visit.context.core, &visit.caller);
    let mut report = core.report(caller, id).await?;
    // A panel that this version cannot sample any more is left out.
    report.asked = core.asked(caller, id).await.ok().map(Box::new);
    Ok(report)
}

async fn answers(visit: Visit) -> Result<Response, Refusal> {
    let asked = visit.query(&["offset", "limit"])?;
    let (core, caller) = (&visit.context.core, &visit.caller);
    let id = named(&visit, "id").await?;
    let offset = asked.number("offset")?.unwrap_or(0);
    let limit = asked.page_length()?;
    let page = core.answers(caller, id, offset, limit).await?;
    Ok(reply::json(StatusCode::OK, &page.map(printed)))
}

async fn findings(visit: Visit) -> Result<Response, Refusal> {
    visit.query(&[])?;
    let (core, caller) = (&visit.context.core, &visit.caller);
    let report = core.report(caller, named(&visit, "id").await?).await?;
    Ok(reply::json(StatusCode::OK, &report.findings()))
}

async fn export(visit: Visit) -> Result<Response, Refusal> {
    let asked = visit.query(&["format"])?;
    let id = named(&visit, "id").await?;
    super::export::export(visit, id, asked.get("format")).await
}

async fn control(visit: Visit) -> Result<Response, Refusal> {
    let control = control_of(visit.part("control")).ok_or_else(Refusal::no_such_path)?;
    visit.query(&[])?;
    let (core, caller) = (&visit.context.core, &visit.caller);
    let id = named(&visit, "id").await?;
    let study = if idempotency::is_given(&visit.headers) {
        let Some(key) = visit.key.clone() else { return Err(Refusal::defect()) };
        let once = idempotency::submission(&visit.context, &visit.headers, &key)?;
        let done = core.control_once(caller, id, control, once).await?;
        done.ok_or_else(idempotency::used_before)?
    } else {
        core.control(caller, id, control).await?
    };
    Ok(reply::json(StatusCode::OK, &Submitted { study }))
}

/// What a word at the end of an address does to a study.
pub(super) fn control_of(word: &str) -> Option<Control> {
    Some(match word {
        "pause" => Control::Pause,
        "resume" => Control::Resume,
        "cancel" => Control::Cancel,
        "retry" => Control::Retry,
        "archive" => Control::Archive,
        "unarchive" => Control::Unarchive,
        _ => return None,
    })
}

async fn compare(visit: Visit) -> Result<Response, Refusal> {
    let asked = visit.query(&["of"])?;
    let (core, caller) = (&visit.context.core, &visit.caller);
    let (first, second) = (named(&visit, "id").await?, named(&visit, "other").await?);
    let found = core.compare(caller, first, second, asked.get("of")).await?;
    Ok(reply::json(StatusCode::OK, &found))
}

async fn rank(visit: Visit) -> Result<Response, Refusal> {
    let asked = visit.query(&["studies", "of", "lowest_first"])?;
    let (core, caller) = (&visit.context.core, &visit.caller);
    let names = asked.get("studies").unwrap_or_default().split(',').map(str::trim);
    let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
    // Each name is looked up by itself.
    if names.len() > STUDIES_MAX {
        return Err(too_many_studies(names.len()).into());
    }
    let mut studies = Vec::new();
    for name in names {
        studies.push(core.find(caller, name).await?.id);
    }
    let of = asked.get("of").map(ToOwned::to_owned);
    let is_given = asked.get("lowest_first").is_some();
    let lowest_first = asked.truth("lowest_first")?;
    let lowest_first = is_given.then_some(lowest_first);
    let question = RankQuestion { studies, of, lowest_first };
    Ok(reply::json(StatusCode::OK, &core.rank(caller, question).await?))
}

async fn credits(visit: Visit) -> Result<Response, Refusal> {
    visit.query(&[])?;
    let (core, caller) = (&visit.context.core, &visit.caller);
    Ok(reply::json(StatusCode::OK, &core.credits(caller).await?))
}

async fn externals(visit: Visit) -> Result<Response, Refusal> {
    let asked = visit.query(&["offset", "limit"])?;
    let (core, caller) = (&visit.context.core, &visit.caller);
    let offset = asked.number("offset")?.unwrap_or(0);
    let limit = asked.page_length()?;
    Ok(reply::json(StatusCode::OK, &core.externals(caller, offset, limit).await?))
}

async fn external(visit: Visit) -> Result<Response, Refusal> {
    visit.query(&[])?;
    let (core, caller) = (&visit.context.core, &visit.caller);
    let found = core.external(caller, visit.part("id")).await?.ok_or_else(no_external)?;
    Ok(reply::json(StatusCode::OK, &ShownExternal::of(found)))
}

/// The study that a part of the path names: by its id, the beginning of one, or `@`.
async fn named(visit: &Visit, part: &str) -> Result<StudyId, Refusal> {
    let caller = &visit.caller;
    Ok(visit.context.core.find(caller, visit.part(part)).await?.id)
}

/// A response as it is printed.
fn printed(response: StudyResponse<Tagged>) -> StudyResponse {
    response.into()
}

fn no_external() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "There is no such external result")
        .hint("List them with GET /api/demoscope/v1/external")
}

fn too_many_studies(count: usize) -> ApiError {
    let what = format!("A ranking takes at most {STUDIES_MAX} studies, and these are {count}");
    ApiError::new(ErrorCode::InvalidInput, what).hint("Send as studies 2 to 200 ids, with commas")
}
