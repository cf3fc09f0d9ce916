//! Results of other services, kept beside the studies: written once, by their id at the service, read, and removed by their
//! owner. They are in no lineage and no panel, hold no credits, and nothing changes them. The keys with which they are
//! fetched come from the environments of commands and are kept in memory alone.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use protocol::error::{ApiError, ErrorCode};
use protocol::external::{ExternalContent, ExternalHead, ExternalOrigin, ExternalResult};
use protocol::hint::Remedy;
use protocol::hook_in::{HookAction, ImportOrigin, ReceivedState, SourceKind};
use protocol::id::StudyId;
use protocol::service::{Page, Reply};
use uuid::Uuid;

use crate::app::hooks_in::act::{HookOutcome, is_of};
use crate::app::hooks_in::sources::rows;
use crate::app::studies::lookup::{externals_of, ids_of, studies_of};
use crate::app::{Caller, Core, Scope};
use crate::domain::digest::{Digest, sha256_hex};
use crate::inference::key::{ApiKey, BoundKey, ServiceOrigin, base_url, carries_secrets};
use crate::store::rows::{ExternalRow, ReceivedRow, SourceRow};
use crate::store::{Fault, Order, Reader, Writes};

/// Most results that are kept.
const EXTERNALS_MAX: usize = 5_000;
/// Most results on one page.
const PAGE_MAX: u32 = 200;

/// A result as it was read, for the hook that told it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ImportedResult {
    /// Its id at the service.
    pub external_id: String,
    /// What it says.
    pub content: ExternalContent,
    /// SHA-256 (hex) of what was read.
    pub sha256: String,
}

/// What holds the keys of services, by the names of their variables.
#[derive(Debug, Default)]
pub(in crate::app) struct ImportKeys(Mutex<BTreeMap<String, ApiKey>>);

impl ImportKeys {
    /// Takes what an environment holds of the variables that sources name.
    pub(in crate::app) fn take(&self, named: Vec<String>, environment: &BTreeMap<String, String>) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for name in named {
            if let Some(key) = environment.get(&name).and_then(|text| ApiKey::new(text)) {
                keys.insert(name, key);
            }
        }
    }
}

impl Core {
    /// Takes the keys of services that the daemon's own environment holds when it starts.
    pub(crate) async fn begin_imports(
        &self,
        caller: &Caller,
        environment: BTreeMap<String, String>,
    ) -> Reply<()> {
        caller.may(Scope::Work)?;
        self.looking(move |core| {
            let named = core.look(|reader| Ok(variables(reader)?))?;
            core.import_keys().take(named, &environment);
            Ok(())
        })
        .await
    }

    /// The key for an origin of results, which is shown there and nowhere else; none where its variable was not seen.
    pub(crate) async fn import_key(
        &self,
        caller: &Caller,
        from: &ImportOrigin,
    ) -> Reply<Option<BoundKey>> {
        caller.may(Scope::Work)?;
        let from = from.clone();
        self.looking(move |core| {
            let Ok(url) = base_url(&from.base_url) else { return Ok(None) };
            let keys = core.import_keys().0.lock().unwrap_or_else(PoisonError::into_inner);
            let key = keys.get(&from.key_env).cloned();
            Ok(key.map(|key| BoundKey::new(key, ServiceOrigin::of(&url))))
        })
        .await
    }

    /// Keeps a result that a hook told. One whose id at the service is known stays as it was told first.
    pub(crate) async fn import_external(
        &self,
        caller: &Caller,
        hook: &str,
        imported: ImportedResult,
    ) -> Reply<HookOutcome> {
        caller.may(Scope::Work)?;
        let hook = hook.to_owned();
        let now = self.world().clock.now();
        self.store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                let gone = |writes| Ok((HookOutcome::failed("its source was removed"), writes));
                let Some(received) = reader.get::<ReceivedRow>(&hook)? else { return gone(writes) };
                let source = reader.get::<SourceRow>(&received.source)?;
                let Some(source) = source.filter(|source| is_of(&received, source)) else {
                    return gone(writes);
                };
                let ImportedResult { external_id, content, sha256 } = imported;
                let id = id_of(&received.source, source.kind, &external_id);
                let done = |what: String| HookOutcome {
                    state: ReceivedState::Done,
                    what,
                    study: Some(StudyId(id)),
                };
                if reader.get::<ExternalRow>(&id)?.is_some() {
                    let what = format!("{external_id} was imported before, and stays as it was");
                    return Ok((done(what), writes));
                }
                if externals_of(reader, &Uuid::nil(), &Uuid::max())?.len() >= EXTERNALS_MAX {
                    let what = format!("{EXTERNALS_MAX} external results are kept, and no more");
                    return Ok((HookOutcome::failed(what), writes));
                }
                let origin = ExternalOrigin {
                    id: StudyId(id),
                    source: received.source,
                    service: source.kind,
                    external_id,
                    received_at: received.at,
                    sha256,
                };
                let what = format!("imported as {}", origin.id.short());
                let result = ExternalResult { origin, content };
                writes.put(&id, &ExternalRow { owner: source.owner, result });
                Ok((done(what), writes))
            })
            .await
    }

    /// The results that were imported, newest first.
    pub(crate) async fn externals(
        &self,
        caller: &Caller,
        offset: u32,
        limit: u32,
    ) -> Reply<Page<ExternalHead>> {
        caller.may(Scope::Read)?;
        let limit = limit.clamp(1, PAGE_MAX);
        self.view(caller, move |_, reader, owner| {
            let mut all = Vec::new();
            reader.all::<ExternalRow>(Order::Rising, |_, row| {
                if !owner.owns(&row.owner) {
                    return Ok(ControlFlow::Continue(()));
                }
                let ExternalResult { origin, content } = row.result;
                let headline = content.numbers.into_iter().next();
                all.push(ExternalHead { origin, name: content.name, headline });
                Ok(ControlFlow::Continue(()))
            })?;
            all.sort_by(|a, b| {
                let (a, b) = (&a.origin, &b.origin);
                b.received_at.cmp(&a.received_at).then_with(|| a.id.0.cmp(&b.id.0))
            });
            let (skip, take) = (usize::try_from(offset), usize::try_from(limit));
            let (skip, take) = (skip.unwrap_or(usize::MAX), take.unwrap_or(1));
            let is_more = all.len() > skip.saturating_add(take);
            let items = all.into_iter().skip(skip).take(take).collect();
            Ok(Page { items, next: is_more.then(|| offset.saturating_add(limit)) })
        })
        .await
    }

    /// The imported result that an id, or an unambiguous beginning of one, names. None where that names none, or a study:
    /// then whoever looks for a study is told what there is.
    pub(crate) async fn external(
        &self,
        caller: &Caller,
        name: &str,
    ) -> Reply<Option<ExternalResult>> {
        caller.may(Scope::Read)?;
        let name = name.to_owned();
        self.view(caller, move |_, reader, owner| {
            let Some((first, last)) = ids_of(&name) else { return Ok(None) };
            let mut theirs = Vec::new();
            for id in externals_of(reader, &first, &last)? {
                let row = reader.get::<ExternalRow>(&id)?;
                theirs.extend(row.filter(|row| owner.owns(&row.owner)).map(|row| row.result));
            }
            if !studies_of(reader, owner, &first, &last)?.found.is_empty() || theirs.len() > 1 {
                return Ok(None);
            }
            Ok(theirs.pop())
        })
        .await
    }

    /// Removes an imported result. Told again by its service, it comes back.
    pub(crate) async fn remove_external(&self, caller: &Caller, id: StudyId) -> Reply<()> {
        caller.in_person(Scope::Write)?;
        let now = self.world().clock.now();
        self.store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                if reader.get::<ExternalRow>(&id.0)?.is_none() {
                    let what = format!("There is no external result {}", id.short());
                    return Err(ApiError::new(ErrorCode::NotFound, what)
                        .hint(Remedy::owner("List them", "demoscope list --external"))
                        .into());
                }
                writes.remove::<ExternalRow>(&id.0);
                Ok(((), writes))
            })
            .await
    }
}

/// The id of a result here: the same whenever the same source tells of the same one.
fn id_of(source: &str, kind: SourceKind, external_id: &str) -> Uuid {
    let digest = Digest::new().text("external result").text(source);
    digest.text(kind.as_str()).text(external_id).finish_id()
}

/// The variables that sources name.
pub(in crate::app) fn variables(reader: &Reader<'_>) -> Result<Vec<String>, Fault> {
    let named = rows(reader)?.into_values().filter_map(|row| match row.action {
        HookAction::Import { from } => from.map(|from| from.key_env),
        HookAction::Note | HookAction::Evaluate { .. } | HookAction::Submit { .. } => None,
    });
    Ok(named.collect())
}

/// What is wrong with an origin of results, if anything.
pub(super) fn is_origin(from: &ImportOrigin) -> Result<(), (&'static str, String, &'static str)> {
    let url = base_url(&from.base_url).map_err(|why| {
        let what = format!("the address of the service cannot be used: {why}");
        ("--api", what, "write it as in https://candor.sh/api")
    })?;
    if !carries_secrets(&url) {
        let what = "a key would travel there unencrypted".to_owned();
        return Err(("--api", what, "give an https address"));
    }
    let is_letter = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let name = &from.key_env;
    let begins_well = name.bytes().next().is_some_and(|first| first.is_ascii_uppercase());
    if !begins_well || name.len() > 100 || !name.bytes().all(is_letter) {
        let what = "this is not the name of a variable".to_owned();
        return Err((
            "--api-key-env",
            what,
            "name the variable, as in CANDOR_API_KEY; the key itself is not an argument",
        ));
    }
    Ok(())
}

/// Refuses a variable whose key is bound to another origin by a source that is there.
pub(super) fn must_be_bound_alike(
    known: &BTreeMap<String, SourceRow>,
    from: &ImportOrigin,
) -> Result<(), ApiError> {
    let origin =
        |from: &ImportOrigin| base_url(&from.base_url).ok().map(|url| ServiceOrigin::of(&url));
    let is_other = |row: &&SourceRow| match &row.action {
        HookAction::Import { from: Some(other) } => {
            other.key_env == from.key_env && origin(other) != origin(from)
        }
        _ => false,
    };
    if !known.values().any(|row| is_other(&row)) {
        return Ok(());
    }
    let what = format!("The key in {} is bound to the service of another source", from.key_env);
    Err(ApiError::new(ErrorCode::Conflict, what)
        .hint("Name another variable, or remove that source first"))
}

/// A hash of several replies, one after the other.
pub(crate) fn hash_of(replies: &[&str]) -> String {
    sha256_hex(replies.concat())
}
