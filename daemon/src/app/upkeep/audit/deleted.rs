//! Audit of deleted studies: each left its mark and its ledger amounts, and nothing else; and no row has the number of
//! a study that neither exists nor is marked as deleted.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use protocol::credits::Credits;
use protocol::event::{Event, EventKind};
use protocol::id::StudyId;
use protocol::service::Check;

use crate::app::studies::delete::ROWS;
use crate::store::rows::{
    DeletedRow, DeliveryRow, HoldRow, RememberedRow, StudyNumber, TransferRow,
};
use crate::store::{Fault, Key as _, Order, Reader, Table};

use super::check;

const GO_ON: ControlFlow<()> = ControlFlow::Continue(());

pub(super) fn checks(reader: &Reader<'_>) -> Vec<Check> {
    vec![
        check("deleted.gone", gone(reader)),
        check("deleted.ledger", kept(reader)),
        check("studies.rows", owned(reader)),
    ]
}

fn marks(reader: &Reader<'_>) -> Result<BTreeMap<u32, DeletedRow>, Fault> {
    let mut marks = BTreeMap::new();
    reader.all::<DeletedRow>(Order::Rising, |number, mark| {
        marks.insert(number, mark);
        Ok(GO_ON)
    })?;
    Ok(marks)
}

/// Of a deleted study no row is left once its deletion is over, no reply is remembered, and no event says a word of it.
fn gone(reader: &Reader<'_>) -> Result<Result<String, String>, Fault> {
    let marks = marks(reader)?;
    let mut over: BTreeMap<StudyId, u32> = BTreeMap::new();
    for (number, mark) in &marks {
        let id = mark.id;
        if reader.get::<StudyNumber>(&id.0)? != Some(StudyNumber(*number)) {
            return Ok(Err(format!("the deleted study {id} is not found under its id")));
        }
        for table in [Table::Studies, Table::Progress, Table::Results, Table::Unfinished] {
            if reader.bytes(table, &number.encode())?.is_some() {
                return Ok(Err(format!("{} has a row of {id}, which was deleted", table.name())));
            }
        }
        if mark.under_way {
            continue;
        }
        for table in ROWS {
            if !reader.keys_under(table, number, 1)?.is_empty() {
                return Ok(Err(format!("{} has rows of {id}, which was deleted", table.name())));
            }
        }
        over.insert(id, *number);
    }
    if !over.is_empty() {
        let mut wrong = None;
        reader.all::<RememberedRow>(Order::Rising, |_, row| {
            let study = row.key().study;
            if marks.get(&study).is_some_and(|mark| !mark.under_way) {
                wrong = Some(format!("a reply of study {study} is remembered, which was deleted"));
                return Ok(ControlFlow::Break(()));
            }
            Ok(GO_ON)
        })?;
        reader.all::<DeliveryRow>(Order::Rising, |_, row| {
            let is_over = |number| marks.get(&number).is_some_and(|mark| !mark.under_way);
            if row.study.is_some_and(is_over) && row.kind != EventKind::Deleted.as_str() {
                wrong = Some(format!("delivery {} is of a study that was deleted", row.id));
                return Ok(ControlFlow::Break(()));
            }
            Ok(GO_ON)
        })?;
        reader.all::<Event>(Order::Rising, |seq, event| {
            if event.study.is_some_and(|id| over.contains_key(&id)) && event.has_words() {
                wrong = Some(format!("event {seq} speaks of a study that was deleted"));
                return Ok(ControlFlow::Break(()));
            }
            Ok(GO_ON)
        })?;
        if let Some(wrong) = wrong {
            return Ok(Err(wrong));
        }
    }
    let under_way = marks.len().saturating_sub(over.len());
    Ok(Ok(match under_way {
        _ if marks.is_empty() => "no study was deleted".to_owned(),
        0 => format!("{} deleted, and nothing is left of them", over.len()),
        some => format!("{} deleted, rows of {some} of them are being removed", marks.len()),
    }))
}

/// What a deleted study used is what its holds settled.
fn kept(reader: &Reader<'_>) -> Result<Result<String, String>, Fault> {
    let marks = marks(reader)?;
    for (number, mark) in &marks {
        let (mut settled, mut open) = (Credits::ZERO, false);
        reader.scan::<HoldRow>(
            &(*number, 0),
            &(*number, u32::MAX),
            Order::Rising,
            |_, HoldRow(hold)| {
                settled = settled.checked_add(hold.settled).unwrap_or_default();
                open = open || hold.open || hold.study != mark.id;
                Ok(GO_ON)
            },
        )?;
        if open || settled != mark.credits_used {
            return Ok(Err(format!(
                "the deleted study {} used {} credits, its holds settled {settled}",
                mark.id, mark.credits_used
            )));
        }
    }
    Ok(Ok(format!("{} deleted, the ledger keeps what they used", marks.len())))
}

/// Whatever stands under the number or the id of a study is of one that is there, or whose deletion explains it.
fn owned(reader: &Reader<'_>) -> Result<Result<String, String>, Fault> {
    let tables = [Table::Progress, Table::Results, Table::Unfinished, Table::Holds];
    for table in tables.into_iter().chain(ROWS) {
        let mut wrong = None;
        each_number(reader, table, |number| {
            if reader.bytes(Table::Studies, &number.encode())?.is_none()
                && reader.get::<DeletedRow>(&number)?.is_none()
            {
                wrong = Some(number);
            }
            Ok(if wrong.is_some() { ControlFlow::Break(()) } else { GO_ON })
        })?;
        if let Some(number) = wrong {
            return Ok(Err(format!(
                "{} has rows of study {number}, which is neither there nor deleted",
                table.name()
            )));
        }
    }
    let mut stray = None;
    reader.all::<TransferRow>(Order::Rising, |seq, TransferRow(transfer)| {
        if let Some(study) = transfer.study
            && reader.get::<StudyNumber>(&study.0)?.is_none()
        {
            stray = Some((seq, study));
            return Ok(ControlFlow::Break(()));
        }
        Ok(GO_ON)
    })?;
    Ok(match stray {
        Some((seq, study)) => {
            Err(format!("transfer {seq} is of {study}, which is neither there nor deleted"))
        }
        None => Ok("every row is of a study that is there, or that was deleted".to_owned()),
    })
}

/// Visits the numbers that begin the keys of a table, each once: from one to the next, not row by row.
fn each_number(
    reader: &Reader<'_>,
    table: Table,
    mut visit: impl FnMut(u32) -> Result<ControlFlow<()>, Fault>,
) -> Result<(), Fault> {
    let mut from = 0_u32;
    while let Some(key) = reader.first_key(table, &from)? {
        let number = key.first_chunk().map(|number| u32::from_be_bytes(*number));
        let Some(number) = number else {
            return Err(Fault::Row { table, why: "its key has the wrong length".to_owned() });
        };
        if visit(number)?.is_break() {
            return Ok(());
        }
        let Some(next) = number.checked_add(1) else { return Ok(()) };
        from = next;
    }
    Ok(())
}
