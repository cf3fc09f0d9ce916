//! The lineage of a study: the versions of its file that were put to the same panel, and the change against the version
//! before, person by person. Deleting a study takes its version out of the lineage.

use protocol::id::StudyId;
use protocol::service::Reply;
use protocol::watch::{Lineage, Version, VersionReport};
use uuid::Uuid;

use crate::app::studies::analyse::compared;
use crate::app::studies::lookup::{StudyRecord, by_id, by_number};
use crate::app::watch::saved::versions;
use crate::app::{Caller, Core};
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
            version_report(core, reader, &found)
        })
        .await
    }
}

/// The place of a study in its lineage.
pub(in crate::app) fn version_report(
    core: &Core,
    reader: &Reader<'_>,
    found: &StudyRecord,
) -> Result<Option<VersionReport>, UseCaseError> {
    let Some(id) = id_of(found) else { return Ok(None) };
    let Some(row) = reader.get::<LineageRow>(&id)? else { return Ok(None) };
    let all = versions(reader, id)?;
    let Some((version, _)) = all.iter().find(|(_, row)| row.study == found.row.id) else {
        return Ok(None);
    };
    let version = *version;
    let mut previous = None;
    let mut listed = Vec::new();
    for (number, row) in all.iter().rev().take(LISTED_MAX) {
        let other = by_number(reader, row.number)?;
        // The newest earlier one that came to an end with answers; one that was superseded has some only.
        let is_before = *number < version && previous.is_none();
        if is_before && other.progress.state == protocol::run::State::Completed {
            previous = Some((*number, row.clone(), other.clone()));
        }
        listed.push(view(core, reader, *number, row, &other)?);
    }
    listed.reverse();
    let mut change = None;
    if found.progress.panel.delivered > 0
        && let Some((_, _, before)) = &previous
    {
        change = Some(Box::new(compared(reader, before, found, None)?));
    }
    let previous = previous
        .map(|(number, row, before)| view(core, reader, number, &row, &before))
        .transpose()?;
    let lineage = Lineage {
        id: id.to_string(),
        file: row.file,
        branched_from: row.branched_from.map(|id| id.to_string()),
        changed: row.changed,
        versions: listed,
    };
    Ok(Some(VersionReport { version, lineage, previous, change }))
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
