//! Submission of a study (T1): specification, panel, hold and event in one transaction. The same key makes the same
//! study, however often it is sent.

use std::sync::Arc;

use protocol::cost_request::CostRequestId;
use protocol::credits::{Credits, UsdMicros};
use protocol::error::{ApiError, ErrorCode};
use protocol::hook::HookFormat;
use protocol::id::{StudyId, SubmitKey};
use protocol::rejection::Rejection;
use protocol::results::Margins;
use protocol::run::{State, Study};
use protocol::service::Reply;
use protocol::study::StudySpec;
use serde::Serialize;

use crate::domain::credits::RoundCharge;
use crate::domain::digest::{Digest, sha256_hex};
use crate::domain::panel::{Panel, Population};
use crate::domain::run::Input;
use crate::domain::stimulus::SentAs;
use crate::store::rows::{
    DeletedRow, PANEL_CHUNK_BYTES, Progress, StudyHook, StudyNumber, StudyRow, SubmitRow,
};
use crate::store::{Fault, Reader, Table, UseCaseError, Writes};

use crate::app::caller::is_of;
use crate::app::hooks::endpoints::of_study;
use crate::app::hooks_in::caps as hook_caps;
use crate::app::keys::caps;
use crate::app::money::agent_costs;
use crate::app::studies::cost_request::approved;
use crate::app::studies::lookup::{StudyRecord, by_number};
use crate::app::studies::plan::recipe;
use crate::app::studies::transition::{After, step};
use crate::app::watch::version::{NewVersion, supersede};
use crate::app::{Caller, Core, Owner, Scope};

/// A checked study with everything that was computed for it before the transaction.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plan {
    /// What is asked.
    pub spec: StudySpec,
    /// The model that will answer.
    pub model: String,
    /// Hash over everything that decides questions and readings.
    pub instrument_hash: String,
    /// Credits for one answer.
    pub price: Credits,
    /// What each round costs; none where answers are paid for one by one.
    pub charge: Option<RoundCharge>,
    /// First and last value of the scores.
    pub scale: Option<(i32, i32)>,
    /// Hash of the population tables.
    pub population: String,
    /// Targets and what the panel realises.
    pub margins: Margins,
    /// The real cost that was announced, at least and at most; none where nothing was.
    pub announced: Option<(UsdMicros, UsdMicros)>,
    /// How respondents are shared out between engines; none for one engine alone.
    pub strategy: Option<String>,
    /// Texts that the model rejects for everybody, whoever reads them.
    pub rejected: Vec<Rejection>,
    /// The sampled panel, packed.
    pub panel: Vec<u8>,
}

impl Plan {
    /// The sampled panel.
    pub(in crate::app) fn panel(&self) -> Reply<Panel> {
        Panel::unpack(Population::embedded(), recipe(&self.spec), &self.panel)
            .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()).because(&error))
    }
}

/// What a repeated call gets where the study of its key ended without results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterFailure {
    /// That study: taking it on was all that the call asked for, and it went well.
    Same,
    /// A new study: the call was answered with the failure, and is repeated to have it tried again.
    Anew,
}

/// A study to take on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Submission {
    /// Fresh for each submission, repeated only with the very same one.
    pub key: SubmitKey,
    /// [`fingerprint`] of what the client sent. Not of the plan: a seed that was drawn differs from call to call.
    pub body: String,
    /// What the same call gets once the study of its key has failed.
    pub after_failure: AfterFailure,
    /// The version of a watched file that it is.
    pub version: Option<NewVersion>,
    /// The path of the file that it was sent from.
    pub path: Option<String>,
    /// What of it is read otherwise than it was sent.
    pub sent: Option<SentAs>,
    /// How many hooks led to it.
    pub hops: u8,
    /// How the address is told that it names itself.
    pub hook_format: HookFormat,
    /// What it may cost, where an agent runs it by itself and nobody agreed to that.
    pub unagreed: UsdMicros,
    /// The cost request that its owner agreed to, where it was one.
    pub cost_request: Option<CostRequestId>,
    /// What to run.
    pub plan: Plan,
}

/// The number of the next study. That of a deleted study is not given again: what came late for it must not be another's.
fn next_number(reader: &Reader<'_>) -> Result<u32, UseCaseError> {
    let last = reader.last_key::<StudyRow>()?.max(reader.last_key::<DeletedRow>()?);
    let number = last.map_or(Some(1), |last| last.checked_add(1));
    Ok(number
        .ok_or_else(|| ApiError::new(ErrorCode::Internal, "There are no study numbers left"))?)
}

/// Counts what is set aside for a study at the caps of its key and its source, and against what agents may run by themselves.
fn take_of_caps(
    reader: &Reader<'_>,
    writes: &mut Writes,
    row: &StudyRow,
    agents_max: Option<UsdMicros>,
) -> Result<(), UseCaseError> {
    if let Some(limit) = agents_max {
        agent_costs::must_stay_within(reader, row, limit)?;
    }
    if let Some(key) = row.api_key {
        let (credits, cost) = caps::reserved(row);
        caps::take(reader, writes, key, credits, cost)?;
    }
    if let Some(source) = row.source {
        hook_caps::take(reader, writes, source, row)?;
    }
    Ok(())
}

/// SHA-256 (hex) of a request, to tell whether a key is used again for the same one.
pub(crate) fn fingerprint(request: &impl Serialize) -> String {
    sha256_hex(serde_json::to_vec(request).unwrap_or_default())
}

impl Core {
    /// The study that a key made before, so that a repeated call needs no second panel. A key that was used for another
    /// body is a conflict.
    pub(in crate::app) fn submitted(
        &self,
        owner: &Owner,
        key: SubmitKey,
        body: &str,
        after_failure: AfterFailure,
    ) -> Reply<Option<Study>> {
        match self.store().read(|reader| of_key(reader, owner, key, body, after_failure))? {
            OfKey::Study(found) => Ok(Some(found.study())),
            OfKey::Free(_) => Ok(None),
        }
    }

    /// Takes a study on, or finds the one that the same key made.
    pub(crate) async fn submit(&self, caller: &Caller, submission: Submission) -> Reply<Study> {
        let (owner, origin) = (caller.may(Scope::Write)?.clone(), caller.door()?);
        let submission = Submission { hops: submission.hops.max(caller.hops()), ..submission };
        let (api_key, source) = (caller.key(), caller.source());
        let now = self.world().clock.now();
        let id = StudyId(self.world().ids.fresh());
        let settings = Arc::clone(self.settings());
        let random = self.world().fresh_bytes();
        let (number, study, after, ended) = self
            .store()
            .write(move |reader| {
                let Submission { key, body, after_failure, .. } = &submission;
                let key = match of_key(reader, &owner, *key, body, *after_failure)? {
                    OfKey::Free(key) => key,
                    OfKey::Study(found) => {
                        let known = (found.number, found.study(), After::default(), Vec::new());
                        return Ok((known, Writes::at(now)));
                    }
                };
                let number = next_number(reader)?;
                let Submission {
                    body,
                    version,
                    path,
                    sent,
                    hops,
                    hook_format,
                    unagreed,
                    cost_request,
                    plan,
                    ..
                } = submission;
                let Plan {
                    spec,
                    model,
                    instrument_hash,
                    price,
                    charge,
                    scale,
                    population,
                    margins,
                    announced,
                    strategy,
                    rejected,
                    panel,
                } = plan;
                let mut writes = Writes::at(now);
                let progress = Progress::new(spec.panel, spec.tags.clone(), scale);
                let row = StudyRow {
                    id,
                    key,
                    spec,
                    model,
                    instrument_hash,
                    owner: owner.to_string(),
                    origin,
                    api_key,
                    source,
                    lineage: version.as_ref().map(NewVersion::lineage),
                    path,
                    sent,
                    hops,
                    hook: StudyHook { format: hook_format, key: api_key },
                    price,
                    charge,
                    scale,
                    population,
                    margins,
                    announced,
                    unagreed,
                    strategy,
                    rejected,
                    created_at: now,
                };
                let mut found = StudyRecord { number, row, progress };
                writes.put(&number, &found.row);
                of_study(reader, &mut writes, &found.row, &random)?;
                writes.put(&id.0, &StudyNumber(number));
                writes.put(&key.0, &SubmitRow { number, body, control: false });
                put_panel(&mut writes, number, &panel);
                take_of_caps(reader, &mut writes, &found.row, settings.confirm_above)?;
                let mut ended = Vec::new();
                if let Some(version) = version {
                    ended = supersede(reader, &mut writes, &settings, &version.instead_of)?;
                    version.write(reader, &mut writes, &found)?;
                }
                let after = step(reader, &mut writes, &settings, &mut found, &Input::Submit)?;
                if let Some(request) = cost_request {
                    approved(reader, &mut writes, request, id)?;
                }
                Ok(((number, found.study(), after, ended), writes))
            })
            .await?;
        for (number, after) in ended {
            self.after(number, after);
        }
        self.after(number, after);
        Ok(study)
    }
}

/// Stores a packed panel in pieces.
fn put_panel(writes: &mut Writes, number: u32, panel: &[u8]) {
    for (index, chunk) in (0_u32..).zip(panel.chunks(PANEL_CHUNK_BYTES)) {
        writes.put_bytes(Table::Panels, &(number, index), chunk.to_vec());
    }
}

/// What a submission key stands for.
enum OfKey {
    /// The study that the same call made.
    Study(Box<StudyRecord>),
    /// Nothing yet: the key under which a study is to be taken on.
    Free(SubmitKey),
}

/// What that key stands for, if it stands for that call. A study that is tried again has a key of its own, which follows from
/// that of the one before: each study stays under its key.
fn of_key(
    reader: &Reader<'_>,
    owner: &Owner,
    key: SubmitKey,
    body: &str,
    after_failure: AfterFailure,
) -> Result<OfKey, UseCaseError> {
    let mut key = key;
    loop {
        let found = match reader.get::<SubmitRow>(&key.0)? {
            None => return Ok(OfKey::Free(key)),
            Some(row) if !is_of(reader, owner, row.number)? => return Err(used_before().into()),
            // Whoever repeats a call does not want back, and pay for again, what was deleted since.
            Some(row) if reader.get::<DeletedRow>(&row.number)?.is_some() => {
                by_number(reader, row.number).map_err(afresh)?
            }
            Some(row) if row.body == body => by_number(reader, row.number)?,
            Some(_) => return Err(used_before().into()),
        };
        if after_failure == AfterFailure::Same || !has_failed(&found.progress) {
            return Ok(OfKey::Study(Box::new(found)));
        }
        let digest = Digest::new().text("demoscope.submit.again/1");
        key = SubmitKey(digest.raw(key.0.as_bytes()).finish_id());
    }
}

/// Whether a study ended without results.
fn has_failed(progress: &Progress) -> bool {
    let has_results = progress.state == State::Completed && progress.panel.delivered > 0;
    progress.state.is_final() && !has_results
}

fn used_before() -> ApiError {
    ApiError::new(ErrorCode::Conflict, "This submission key was used for another study")
        .hint("Make a fresh key for each submission; repeat one only with the very same call")
}

/// The same refusal, with the way to the same study once more.
fn afresh(halt: UseCaseError) -> UseCaseError {
    match halt {
        UseCaseError::Refused(error) => {
            error.hint("Make a fresh submission key for the same study once more").into()
        }
        UseCaseError::Fault(_) => halt,
    }
}

/// The packed panel of a study.
pub(in crate::app) fn packed_panel(reader: &Reader<'_>, number: u32) -> Result<Vec<u8>, Fault> {
    let mut packed = Vec::new();
    for index in 0_u32.. {
        match reader.bytes(Table::Panels, &crate::store::Key::encode(&(number, index)))? {
            Some(chunk) => packed.extend(chunk),
            None => break,
        }
    }
    Ok(packed)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fingerprint_of_a_request_stays_the_same() {
        let found = super::fingerprint(&"paper");
        assert_eq!(found, "9d53f79e7113d46cd3614840150510377a721bf4fb34ec78e196feb4f905cdd0");
    }
}
