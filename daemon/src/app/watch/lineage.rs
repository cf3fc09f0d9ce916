//! The lineage of a study: the versions of its file that were put to the same panel, and the change against the version
//! before, person by person. Deleting a study takes its version out of the lineage.

use protocol::id::StudyId;
use protocol::run::State;
use protocol::service::Reply;
use protocol::watch::{Lineage, Version, VersionReport};
use uuid::Uuid;

use crate::app::studies::analyse::compared;
use crate::app::studies::lookup::{StudyRecord, by_id, by_number};
use crate::app::watch::version::versions;
use crate::app::{Caller, Core, Owner};
use crate::store::rows::{LineageRow, VersionRow};
use crate::store::{Fault, Reader, UseCaseError, Writes};

/// Most versions that are listed.
const LISTED_MAX: usize = 200;

impl Core {
    /// The place of a study in its lineage, with the change against the version before; none for a study without one.
    pub(crate) async fn lineage(
        &self,
        caller: &Caller,
        id: StudyId,
    ) -> Reply<Option<VersionReport>> {
        self.view(caller, move |core, reader, owner| {
            let found = by_id(reader, owner, id)?;
            version_report(core, reader, owner, &found)
        })
        .await
    }
}

/// The place of a study in its lineage. Its file is told only to those who are told of files.
pub(in crate::app) fn version_report(
    core: &Core,
    reader: &Reader<'_>,
    owner: &Owner,
    found: &StudyRecord,
) -> Result<Option<VersionReport>, UseCaseError> {
    let Some(id) = id_of(found) else { return Ok(None) };
    let Some(row) = reader.get::<LineageRow>(&id)? else { return Ok(None) };
    let all = versions(reader, id)?;
    let Some((version, _)) = all.iter().find(|(_, row)| row.study == found.row.id) else {
        return Ok(None);
    };
    let version = *version;
    let mut listed = Vec::new();
    for (number, row) in all.iter().rev().take(LISTED_MAX) {
        let other = by_number(reader, row.number)?;
        listed.push(view(core, reader, *number, row, &other)?);
    }
    listed.reverse();
    let (mut previous, mut change) = (None, None);
    if let Some((number, row, before)) = before(reader, &all, version)? {
        if found.progress.panel.delivered > 0 {
            change = Some(Box::new(compared(reader, &before, found, None)?));
        }
        previous = Some(view(core, reader, number, row, &before)?);
    }
    let lineage = Lineage {
        id: id.to_string(),
        file: if owner.is_told_of_files() { row.file } else { String::new() },
        branched_from: row.branched_from.map(|id| id.to_string()),
        changed: row.changed,
        versions: listed,
    };
    Ok(Some(VersionReport { version, lineage, previous, change }))
}

/// The version that the file showed before that one, if it came to an end with answers; one that was superseded has some
/// only, and what the file showed before it counts instead.
fn before<'a>(
    reader: &Reader<'_>,
    all: &'a [(u32, VersionRow)],
    version: u32,
) -> Result<Option<(u32, &'a VersionRow, StudyRecord)>, UseCaseError> {
    let after = |version: u32| {
        let row = all.iter().find(|(number, _)| *number == version);
        row.and_then(|(_, row)| row.after).filter(|after| *after < version)
    };
    let mut at = version;
    loop {
        let newest = after(at).unwrap_or(at.saturating_sub(1));
        // One that was deleted is not there: the newest one before it stands for it.
        let Some((number, row)) = all.iter().rev().find(|(number, _)| *number <= newest) else {
            return Ok(None);
        };
        let found = by_number(reader, row.number)?;
        if found.progress.state == State::Completed {
            return Ok(Some((*number, row, found)));
        }
        at = *number;
    }
}

fn id_of(found: &StudyRecord) -> Option<Uuid> {
    found.row.lineage.as_ref()?.parse().ok()
}

fn view(
    core: &Core,
    reader: &Reader<'_>,
    version: u32,
    row: &VersionRow,
    found: &StudyRecord,
) -> Result<Version, UseCaseError> {
    Ok(Version {
        version,
        study: row.study,
        name: found.row.spec.name.clone(),
        state: found.progress.state,
        headline: core.headlines().of(reader, found)?,
        at: row.at,
    })
}

/// Takes the version of a study that is deleted out of its lineage.
pub(in crate::app) fn forget(
    reader: &Reader<'_>,
    writes: &mut Writes,
    lineage: Option<&str>,
    study: StudyId,
) -> Result<(), Fault> {
    let Some(id) = lineage.and_then(|id| id.parse::<Uuid>().ok()) else { return Ok(()) };
    for (version, row) in versions(reader, id)? {
        if row.study == study {
            writes.remove::<VersionRow>(&(id, version));
        }
    }
    Ok(())
}
