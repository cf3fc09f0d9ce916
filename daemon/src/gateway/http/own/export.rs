//! The export of a study, in the bytes that `demoscope export` writes: every answer as JSON or as a table, the report as a page, or
//! the evidence, line by line. What can grow is sent as it is read, page by page, so that no study is in memory as a whole.

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use protocol::error::{ApiError, ErrorCode};
use protocol::hint::{Hint, Remedy};
use protocol::id::StudyId;
use protocol::results::Response as StudyResponse;
use protocol::service::{EvidenceCursor, Reply};

use crate::gateway::http::door::Visit;
use crate::gateway::http::refusal::Refusal;
use crate::layouts::{AnswerWriter, Layouts, PageFormat};

/// Answers that are read at once.
const PAGE: u32 = 500;

/// Sends the export of a study in a format.
pub(super) async fn export(
    visit: Visit,
    id: StudyId,
    format: Option<&str>,
) -> Result<Response, Refusal> {
    let (kind, ending, body) = match format {
        None | Some("json") => ("application/json", "json", whole(visit, id).await?),
        Some("csv") => ("text/csv; charset=utf-8", "csv", table(visit, id).await?),
        Some("md") => {
            let body = laid_out(&visit, id, PageFormat::Markdown).await?;
            ("text/markdown; charset=utf-8", "md", body)
        }
        Some("html") => {
            let body = laid_out(&visit, id, PageFormat::Html).await?;
            ("text/html; charset=utf-8", "html", body)
        }
        Some("bundle") => ("application/x-ndjson", "evidence", bundle(visit, id).await?),
        Some(_) => {
            let what = "There is no such format of an export";
            return Err(ApiError::new(ErrorCode::InvalidInput, what)
                .hint("Ask for json, csv, md, html or bundle")
                .into());
        }
    };
    let mut reply = Response::new(body);
    *reply.status_mut() = StatusCode::OK;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    let name = format!("attachment; filename=\"{}.{ending}\"", id.short());
    if let Ok(name) = HeaderValue::from_str(&name) {
        reply.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    Ok(reply)
}

/// The layouts, where the daemon was started with them.
fn layouts(visit: &Visit) -> Reply<Layouts> {
    visit.context.layouts.ok_or_else(|| {
        ApiError::new(ErrorCode::Unsupported, "This daemon was started without layouts").hint(
            Hint::from("Ask for a bundle").or(Remedy::owner("start it", "demoscope daemon start")),
        )
    })
}

/// The report with every answer. A study without results has its answers beside it.
async fn whole(visit: Visit, id: StudyId) -> Result<Body, Refusal> {
    let report = super::api::shown(&visit, id).await?;
    let writer = (layouts(&visit)?.json)(&report)?;
    Ok(answers(visit, id, writer))
}

/// One row for each answer.
async fn table(visit: Visit, id: StudyId) -> Result<Body, Refusal> {
    let (core, caller) = (&visit.context.core, &visit.caller);
    let study = core.report(caller, id).await?.study;
    let asked = core.asked(caller, id).await?;
    let writer = (layouts(&visit)?.csv)(&study, &asked.spec)?;
    Ok(answers(visit, id, writer))
}

/// The report as a page.
async fn laid_out(visit: &Visit, id: StudyId, format: PageFormat) -> Result<Body, Refusal> {
    let (core, caller) = (&visit.context.core, &visit.caller);
    let report = core.report(caller, id).await?;
    let asked = core.asked(caller, id).await?;
    Ok(Body::from((layouts(visit)?.page)(format, &report, &asked)))
}

/// The answers of a study as a writer puts them, with what it puts around them.
fn answers(visit: Visit, id: StudyId, mut writer: Box<dyn AnswerWriter>) -> Body {
    let head = writer.take();
    let begin = (visit, Some((0, writer)), Some(head));
    let pieces = futures::stream::try_unfold(begin, move |(visit, left, head)| async move {
        if let Some(head) = head {
            return Ok(Some((Bytes::from(head), (visit, left, None))));
        }
        let Some((from, mut writer)) = left else { return Ok(None) };
        must_go_on(&visit)?;
        let (core, caller) = (&visit.context.core, &visit.caller);
        let page = core.answers(caller, id, from, PAGE).await.map_err(std::io::Error::other)?;
        for response in page.items {
            let response: StudyResponse = response.into();
            writer.add(&response).map_err(std::io::Error::other)?;
        }
        let (bytes, left) = match page.next.filter(|next| *next > from) {
            Some(next) => (writer.take(), Some((next, writer))),
            None => (writer.end(), None),
        };
        Ok::<_, std::io::Error>(Some((Bytes::from(bytes), (visit, left, None))))
    });
    Body::from_stream(pieces)
}

/// The lines of the evidence. The first page is read before the reply begins, so that a study without evidence is refused.
async fn bundle(visit: Visit, id: StudyId) -> Result<Body, Refusal> {
    let (core, caller) = (&visit.context.core, &visit.caller);
    let first = core.evidence(caller, id, None).await?;
    let begin = (visit, Some(first), None::<EvidenceCursor>);
    let pieces = futures::stream::try_unfold(begin, move |(visit, page, after)| async move {
        let page = match (page, after) {
            (Some(page), _) => page,
            (None, None) => return Ok(None),
            (None, after) => {
                must_go_on(&visit)?;
                let (core, caller) = (&visit.context.core, &visit.caller);
                core.evidence(caller, id, after).await.map_err(std::io::Error::other)?
            }
        };
        let mut text = page.lines.join("\n");
        text.push('\n');
        Ok::<_, std::io::Error>(Some((Bytes::from(text), (visit, None, page.next))))
    });
    Ok(Body::from_stream(pieces))
}

/// Ends a reply under way with its key, and with the daemon: the client sees that it is not whole.
fn must_go_on(visit: &Visit) -> Result<(), std::io::Error> {
    let is_shut_out = visit.key.as_ref().is_some_and(|key| key.ended.is_cancelled());
    if is_shut_out || visit.context.stopping.is_cancelled() {
        return Err(std::io::ErrorKind::ConnectionAborted.into());
    }
    Ok(())
}
