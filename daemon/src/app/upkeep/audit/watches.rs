//! Audit of watched files: every version leads to a study of its lineage and every such study to its version, and files
//! name versions of lineages that are there.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use protocol::service::Check;
use uuid::Uuid;

use crate::store::rows::{FileRow, LineageRow, StudyRow, VersionRow};
use crate::store::{Fault, Order, Reader};

use super::check;

const GO_ON: ControlFlow<()> = ControlFlow::Continue(());

pub(super) fn checks(reader: &Reader<'_>) -> Vec<Check> {
    vec![check("watches.versions", of_versions(reader)), check("watches.files", of_files(reader))]
}

fn of_versions(reader: &Reader<'_>) -> Result<Result<String, String>, Fault> {
    let (mut count, mut wrong, mut known) = (0_u64, None, BTreeSet::new());
    reader.all::<VersionRow>(Order::Rising, |(lineage, version), row| {
        count = count.saturating_add(1);
        known.insert((lineage, row.study));
        let study: Option<StudyRow> = reader.get(&row.number)?;
        let names_it = study.is_some_and(|study| {
            study.id == row.study && study.lineage == Some(lineage.to_string())
        });
        let of: Option<LineageRow> = reader.get(&lineage)?;
        if !names_it || of.is_none_or(|of| of.versions < version) {
            wrong = Some(format!("version {version} of {lineage} is not study {}", row.study));
            return Ok(ControlFlow::Break(()));
        }
        Ok(GO_ON)
    })?;
    reader.all::<StudyRow>(Order::Rising, |_, row| {
        let Some(lineage) = row.lineage.as_ref().and_then(|id| id.parse::<Uuid>().ok()) else {
            return Ok(GO_ON);
        };
        if !known.contains(&(lineage, row.id)) {
            wrong = Some(format!("study {} is no version of {lineage}", row.id));
            return Ok(ControlFlow::Break(()));
        }
        Ok(GO_ON)
    })?;
    Ok(match wrong {
        Some(wrong) => Err(wrong),
        None => Ok(format!("{count} versions, each with its study")),
    })
}

fn of_files(reader: &Reader<'_>) -> Result<Result<String, String>, Fault> {
    let (mut count, mut wrong) = (0_u64, None);
    reader.all::<FileRow>(Order::Rising, |_, row| {
        count = count.saturating_add(1);
        if let Some((lineage, version)) = row.version {
            let known: Option<LineageRow> = reader.get(&lineage)?;
            if known.is_none_or(|known| known.versions < version) {
                wrong = Some(format!("a file is version {version} of {lineage}, which has none"));
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(GO_ON)
    })?;
    Ok(match wrong {
        Some(wrong) => Err(wrong),
        None => Ok(format!("{count} watched files")),
    })
}
