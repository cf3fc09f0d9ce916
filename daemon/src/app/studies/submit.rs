//! Submission of a study (T1): specification, panel, hold and event in one transaction. The same key makes the same
//! study, however often it is sent.

use std::sync::Arc;

use protocol::credits::{Credits, UsdMicros};
use protocol::error::{ApiError, ErrorCode};
use protocol::id::{StudyId, SubmitKey};
use protocol::rejection::Rejection;
use protocol::results::Margins;
use protocol::run::Study;
use protocol::service::Reply;
use protocol::study::StudySpec;
use serde::Serialize;

use crate::domain::credits::RoundCharge;
use crate::domain::digest::sha256_hex;
use crate::domain::run::Input;
use crate::store::rows::{
    DeletedRow, PANEL_CHUNK_BYTES, Progress, StudyNumber, StudyRow, SubmitRow,
};
use crate::store::{Fault, Reader, Table, UseCaseError, Writes};

use crate::app::caller::is_of;
use crate::app::studies::lookup::{StudyRecord, by_number};
use crate::app::studies::transition::{After, step};
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

/// A study to take on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Submission {
    /// Fresh for each submission, repeated only with the very same one.
    pub key: SubmitKey,
    /// [`fingerprint`] of what the client sent. Not of the plan: a seed that was drawn differs from call to call.
    pub body: String,
    /// The watched file it is a version of.
    pub lineage: Option<String>,
    /// The path of the file that it was sent from.
    pub path: Option<String>,
    /// What to run.
    pub plan: Plan,
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
    ) -> Reply<Option<Study>> {
        let found = self.store().read(|reader| earlier(reader, owner, key, body))?;
        Ok(found.map(|found| found.study()))
    }

    /// Takes a study on, or finds the one that the same key made.
    pub(crate) async fn submit(&self, caller: &Caller, submission: Submission) -> Reply<Study> {
        let (owner, origin) = (caller.may(Scope::Write)?.clone(), caller.door()?);
        let now = self.world().clock.now();
        let id = StudyId(self.world().ids.fresh());
        let settings = Arc::clone(self.settings());
        let (number, study, after) = self
            .store()
            .write(move |reader| {
                if let Some(found) = earlier(reader, &owner, submission.key, &submission.body)? {
                    let known = (found.number, found.study(), After::default());
                    return Ok((known, Writes::at(now)));
                }
                // The number of a deleted study is not given again: what came late for it must not be another's.
                let last = reader.last_key::<StudyRow>()?.max(reader.last_key::<DeletedRow>()?);
                let number = last.map_or(Some(1), |last| last.checked_add(1));
                let number = number.ok_or_else(|| {
                    ApiError::new(ErrorCode::Internal, "There are no study numbers left")
                })?;
                let Submission { key, body, lineage, path, plan } = submission;
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
                    lineage,
                    path,
                    price,
                    charge,
                    scale,
                    population,
                    margins,
                    announced,
                    strategy,
                    rejected,
                    created_at: now,
                };
                let mut found = StudyRecord { number, row, progress };
                writes.put(&number, &found.row);
                writes.put(&id.0, &StudyNumber(number));
                writes.put(&key.0, &SubmitRow { number, body });
                for (index, chunk) in (0_u32..).zip(panel.chunks(PANEL_CHUNK_BYTES)) {
                    writes.put_bytes(Table::Panels, &(number, index), chunk.to_vec());
                }
                let after = step(reader, &mut writes, &settings, &mut found, &Input::Submit)?;
                Ok(((number, found.study(), after), writes))
            })
            .await?;
        self.after(number, after);
        Ok(study)
    }
}

fn earlier(
    reader: &Reader<'_>,
    owner: &Owner,
    key: SubmitKey,
    body: &str,
) -> Result<Option<StudyRecord>, UseCaseError> {
    match reader.get::<SubmitRow>(&key.0)? {
        None => Ok(None),
        Some(row) if !is_of(reader, owner, row.number)? => Err(used_before().into()),
        // Whoever repeats a call does not want back, and pay for again, what was deleted since.
        Some(row) if reader.get::<DeletedRow>(&row.number)?.is_some() => {
            by_number(reader, row.number).map(Some).map_err(afresh)
        }
        Some(row) if row.body == body => by_number(reader, row.number).map(Some),
        Some(_) => Err(used_before().into()),
    }
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
