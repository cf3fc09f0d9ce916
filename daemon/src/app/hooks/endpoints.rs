//! The owner's endpoints: added, listed, paused, resumed, removed and tested. Private addresses are the local user's to
//! allow; a study that names an address gets an endpoint of its own making, which cannot, unless the key of the study may.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use protocol::error::{ApiError, ErrorCode};
use protocol::event::{EventData, EventKind};
use protocol::hook::{
    Endpoint, EndpointAdded, EndpointControl, EndpointRequest, EndpointState, HookFormat,
};
use protocol::key::{Dialect, KeyId};
use protocol::service::Reply;
use protocol::study::Problem;
use uuid::Uuid;

use crate::app::caller::same_owner;
use crate::app::hooks::secrets::default_secret;
use crate::app::hooks::tallies::EndpointCounts;
use crate::app::{Caller, Core, Scope};
use crate::domain::deliver::{Secrets, SigningSecret, bad_pattern, is_usable, make, target};
use crate::domain::digest::Digest;
use crate::store::rows::{DueRow, EndpointRow, EndpointStanding, KeyRow, StudyHook, StudyRow};
use crate::store::{Fault, Order, Reader, UseCaseError, Writes};

/// Most endpoints that the owner added.
const ENDPOINTS_MAX: usize = 1_000;
/// Most addresses that studies name which are unfinished, or of whose end somebody is still to be told.
const OF_STUDIES_MAX: usize = 10_000;
/// Most patterns of one endpoint.
const PATTERNS_MAX: usize = 50;
/// What an endpoint is told of where its owner says nothing.
const USUAL: &str = "study.*";
/// What an endpoint is told of that gets the results of evaluations.
const ENDS: [EventKind; 3] = [EventKind::Completed, EventKind::Failed, EventKind::Cancelled];
/// Why an endpoint is paused that its owner paused.
const BY_OWNER: &str = "paused by its owner";

impl Core {
    /// Adds an endpoint, and makes its secret where the owner gives none.
    pub(crate) async fn add_endpoint(
        &self,
        caller: &Caller,
        request: EndpointRequest,
    ) -> Reply<EndpointAdded> {
        let owner = caller.in_person(Scope::Write)?.to_string();
        let url = checked(&request)?;
        let EndpointRequest { format, mut events, allow_private, secret, key, .. } = request;
        if events.is_empty() {
            if format.tells_results() {
                events.extend(ENDS.iter().map(|kind| kind.as_str().to_owned()));
            } else {
                events.push(USUAL.to_owned());
            }
        }
        let now = self.world().clock.now();
        let (id, random) = (self.world().ids.fresh(), self.world().fresh_bytes());
        let made = (secret.is_none() && key.is_none()).then(|| make(format, &random));
        let own = secret.map(SigningSecret).or_else(|| made.clone());
        let added = self
            .store()
            .write(move |reader| {
                let all = rows(reader)?;
                if all.iter().filter(|(_, row)| !row.of_studies).count() >= ENDPOINTS_MAX {
                    return Err(too_many().into());
                }
                if let Some((known, _)) = all.iter().find(|(_, row)| {
                    row.url == url
                        && row.format == format
                        && !row.of_studies
                        && row.events == events
                        && row.key == key
                }) {
                    return Err(twice(*known).into());
                }
                if let Some(key) = key {
                    signs(reader, key)?;
                }
                let secrets = own.map(|own| Secrets { is_shown: true, ..Secrets::new(own, now) });
                let row = EndpointRow {
                    owner,
                    url,
                    format,
                    events,
                    of_studies: false,
                    allow_private,
                    key,
                    secrets,
                    standing: EndpointStanding::Healthy,
                    added_at: now,
                };
                let mut writes = Writes::at(now);
                writes.put(&id, &row);
                Ok((view(id, row, &EndpointCounts::default()), writes))
            })
            .await?;
        Ok(EndpointAdded { endpoint: added, secret: made.map(|made| made.0) })
    }

    /// All endpoints, the newest last.
    pub(crate) async fn endpoints(&self, caller: &Caller) -> Reply<Vec<Endpoint>> {
        caller.in_person(Scope::Read)?;
        let now = self.world().clock.now();
        self.view(caller, move |core, reader, _| {
            let mut counts = core.tallies().counts(core, reader, now)?;
            count_pending(reader, &mut counts)?;
            let mut all = rows(reader)?;
            all.sort_by_key(|(_, row)| row.added_at);
            let none = EndpointCounts::default();
            Ok(all
                .into_iter()
                .map(|(id, row)| view(id, row, counts.get(&id).unwrap_or(&none)))
                .collect())
        })
        .await
    }

    /// Pauses, resumes or removes an endpoint.
    pub(crate) async fn control_endpoint(
        &self,
        caller: &Caller,
        name: &str,
        control: EndpointControl,
    ) -> Reply<Endpoint> {
        caller.in_person(Scope::Write)?;
        let name = name.to_owned();
        let now = self.world().clock.now();
        let changed = self
            .store()
            .write(move |reader| {
                let (id, mut row) = named(reader, &name)?;
                let mut writes = Writes::at(now);
                row.standing = match control {
                    EndpointControl::Pause => EndpointStanding::Paused { why: BY_OWNER.to_owned() },
                    EndpointControl::Resume => EndpointStanding::Healthy,
                    EndpointControl::Remove => row.standing,
                };
                if control == EndpointControl::Remove {
                    writes.remove::<EndpointRow>(&id);
                } else {
                    writes.put(&id, &row);
                }
                Ok((view(id, row, &EndpointCounts::default()), writes))
            })
            .await?;
        if control == EndpointControl::Remove {
            self.give_up_undeliverable().await?;
        }
        self.delivering().signal();
        Ok(changed)
    }

    /// Sends a test to one endpoint; returns the number of its event.
    pub(crate) async fn test_endpoint(&self, caller: &Caller, name: &str) -> Reply<u64> {
        caller.in_person(Scope::Write)?;
        let name = name.to_owned();
        let now = self.world().clock.now();
        self.store()
            .write(move |reader| {
                let (id, row) = named(reader, &name)?;
                if row.format.tells_results() {
                    return Err(tells_no_tests(row.format).into());
                }
                if let EndpointStanding::Paused { why } = &row.standing {
                    return Err(is_paused(id, why).into());
                }
                let mut writes = Writes::at(now);
                writes.announce(None, EventData::HookTested { endpoint: id.simple().to_string() });
                let last = reader.last_key::<protocol::event::Event>()?.unwrap_or(0);
                Ok((last.saturating_add(1), writes))
            })
            .await
    }
}

/// Puts the endpoint of an address that a study names, if it is not there: in the transaction that takes the study on, or has
/// it asked again. It is removed when nobody is to be told of anything there any more.
pub(in crate::app) fn of_study(
    reader: &Reader<'_>,
    writes: &mut Writes,
    study: &StudyRow,
    random: &[u8; 32],
) -> Result<(), UseCaseError> {
    let StudyRow { owner, spec, hook, .. } = study;
    let Some(url) = &spec.webhook else { return Ok(()) };
    let all = rows(reader)?;
    let is_it = |row: &EndpointRow| row.is_named_by(url, *hook) && same_owner(&row.owner, owner);
    if all.iter().any(|(_, row)| is_it(row)) {
        return Ok(());
    }
    if all.iter().filter(|(_, row)| row.of_studies).count() >= OF_STUDIES_MAX {
        let what = format!("Studies name {OF_STUDIES_MAX} addresses already");
        return Err(ApiError::new(ErrorCode::Conflict, what)
            .hint("Name one address in several studies, or add an endpoint for all of them")
            .into());
    }
    let StudyHook { format, key } = *hook;
    if !format.tells_results() {
        default_secret(reader, writes, owner, random)?;
    }
    let its_key = key.map(|key| reader.get::<KeyRow>(&key.0)).transpose()?.flatten();
    let named_with = key.map_or_else(String::new, |key| key.to_string());
    let id = Digest::new().text("endpoint of studies").text(owner).text(url);
    let id = id.text(format.as_str()).text(&named_with);
    let id = id.raw(writes.time().as_nanosecond().to_le_bytes()).finish_id();
    let row = EndpointRow {
        owner: owner.clone(),
        url: url.clone(),
        format,
        events: Vec::new(),
        of_studies: true,
        allow_private: its_key.is_some_and(|key| key.made.allow_private),
        key,
        secrets: None,
        standing: EndpointStanding::Healthy,
        added_at: writes.time(),
    };
    writes.put(&id, &row);
    Ok(())
}

/// The address, normalised, if everything of the request can be used; or every problem.
fn checked(request: &EndpointRequest) -> Reply<String> {
    let EndpointRequest { url, format, events, allow_private, secret, key } = request;
    let (format, allow_private) = (*format, *allow_private);
    let mut problems = Vec::new();
    let mut add = |place: &str, what: String, hint: String| {
        problems.push(Problem { place: place.to_owned(), what, hint: hint.into() });
    };
    let mut normal = String::new();
    match target(url, allow_private) {
        Ok(found) => found.url.as_str().clone_into(&mut normal),
        Err(bad) => {
            add("URL", format!("the address cannot be used: {}", bad.what), bad.of_an_endpoint());
        }
    }
    for pattern in events {
        if let Some(hint) = bad_pattern(pattern, format) {
            let shown = protocol::safe::line(pattern).into_owned();
            add("--events", format!("no event matches '{shown}'"), hint);
        }
    }
    if events.len() > PATTERNS_MAX {
        add("--events", format!("more than {PATTERNS_MAX} patterns"), "use a star".to_owned());
    }
    if let Some(Err(hint)) = secret.as_ref().map(|secret| is_usable(secret, format)) {
        add("secret", "the secret cannot be used".to_owned(), hint.to_owned());
    }
    if format.tells_results() {
        if key.is_none() {
            let what = format!("the format {format} is signed with the SHA-256 of an API key");
            let hint = "name the key with --key ID; `demoscope keys list` shows them";
            add("--key", what, hint.to_owned());
        }
        if secret.is_some() {
            let what = format!("the format {format} has no secret of its own");
            add("secret", what, "leave it out: the key signs".to_owned());
        }
        if !events.is_empty() {
            let what = format!("the format {format} tells how evaluations end, and nothing else");
            add("--events", what, "leave it out".to_owned());
        }
    } else if key.is_some() {
        let what = format!("no key signs in the format {format}");
        add("--key", what, "leave it out: a secret is made".to_owned());
    }
    if problems.is_empty() {
        return Ok(normal);
    }
    let mut error = ApiError::new(ErrorCode::InvalidInput, "The endpoint was not added");
    error.problems = problems;
    Err(error)
}

/// All endpoints.
pub(super) fn rows(reader: &Reader<'_>) -> Result<Vec<(Uuid, EndpointRow)>, Fault> {
    let mut all = Vec::new();
    reader.all::<EndpointRow>(Order::Rising, |id, row| {
        all.push((id, row));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(all)
}

/// The endpoint that the beginning of an id, or a whole address, names.
pub(super) fn named(reader: &Reader<'_>, name: &str) -> Result<(Uuid, EndpointRow), UseCaseError> {
    let wanted = name.trim().to_ascii_lowercase();
    let url = target(name.trim(), true).map(|found| found.url.to_string());
    let is_it = |id: &Uuid, row: &EndpointRow| {
        url.as_ref().is_ok_and(|url| row.url == *url)
            || (!wanted.is_empty() && id.simple().to_string().starts_with(&wanted))
    };
    let mut found = rows(reader)?.into_iter().filter(|(id, row)| is_it(id, row));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => {
            let shown = protocol::safe::line(name).into_owned();
            let what = format!("No endpoint is called '{shown}'");
            Err(ApiError::new(ErrorCode::NotFound, what)
                .hint("List all of them with `demoscope hooks list`")
                .into())
        }
        (Some(_), Some(_)) => {
            let what = "Several endpoints begin so, or have that address";
            Err(ApiError::new(ErrorCode::AmbiguousId, what)
                .hint("Give more letters of the id that `demoscope hooks list` shows")
                .into())
        }
    }
}

/// Counts what waits for each endpoint.
fn count_pending(
    reader: &Reader<'_>,
    counts: &mut BTreeMap<Uuid, EndpointCounts>,
) -> Result<(), Fault> {
    let (first, last) = ((Uuid::nil(), 0, 0), (Uuid::max(), u64::MAX, u64::MAX));
    reader.keys::<DueRow>(&first, &last, |(id, ..)| {
        let count = counts.entry(id).or_default();
        count.pending = count.pending.saturating_add(1);
        Ok(ControlFlow::Continue(()))
    })
}
fn view(id: Uuid, row: EndpointRow, counts: &EndpointCounts) -> Endpoint {
    let (state, reason) = match row.standing {
        EndpointStanding::Healthy => (EndpointState::Healthy, None),
        EndpointStanding::Failing { why } => (EndpointState::Failing, Some(why)),
        EndpointStanding::Paused { why } => (EndpointState::Paused, Some(why)),
    };
    Endpoint {
        id: id.simple().to_string(),
        url: row.url,
        format: row.format,
        events: row.events,
        allow_private: row.allow_private,
        state,
        reason,
        added_at: row.added_at,
        key: row.key,
        secret_made_at: row.secrets.map(|secrets| secrets.made_at),
        pending: counts.pending,
        last_day: counts.last_day,
        last: counts.last.clone(),
    }
}

/// Whether its owner paused it, and not its receiver.
pub(super) fn is_paused_by_owner(row: &EndpointRow) -> bool {
    matches!(&row.standing, EndpointStanding::Paused { why } if why == BY_OWNER)
}

/// The refusal for an endpoint to which nothing is sent.
pub(super) fn is_paused(id: Uuid, why: &str) -> ApiError {
    let id = id.simple().to_string();
    let short = id.get(..8).unwrap_or_default();
    ApiError::new(ErrorCode::Conflict, format!("The endpoint is paused: {why}"))
        .hint(format!("Resume it with `demoscope hooks resume {short}`"))
}

/// Refuses a key that signs nothing: its receiver must know the whole key, which begins as that format's contract says.
fn signs(reader: &Reader<'_>, key: KeyId) -> Result<(), UseCaseError> {
    let row = reader.get::<KeyRow>(&key.0)?.filter(|row| row.revoked_at.is_none());
    if row.is_some_and(|row| row.made.dialect == Dialect::Refynd) {
        return Ok(());
    }
    let what = format!("{key} is no key of the door {} that is in use", Dialect::Refynd);
    Err(ApiError::new(ErrorCode::InvalidInput, what)
        .hint(format!("Make one with `demoscope keys create --dialect {}`", Dialect::Refynd))
        .into())
}

fn tells_no_tests(format: HookFormat) -> ApiError {
    let what = format!("The format {format} has no test: it tells how evaluations end");
    ApiError::new(ErrorCode::Conflict, what)
        .hint("Run a content review; what comes of it is sent there")
}

fn too_many() -> ApiError {
    ApiError::new(ErrorCode::Conflict, format!("There are {ENDPOINTS_MAX} endpoints already"))
        .hint("Remove some with `demoscope hooks remove ID`")
}

fn twice(known: Uuid) -> ApiError {
    let id = known.simple().to_string();
    let short = id.get(..8).unwrap_or_default();
    let what = format!("Endpoint {short} has the same address, format and events");
    ApiError::new(ErrorCode::Conflict, what).hint("Give it other events, or remove the one before")
}
