//! The format version of the file and the migration from older ones. A file of a newer program is rejected before
//! anything is written to it.

mod answers;

use redb::{Database, ReadableDatabase, TableHandle};

use super::rows::FormatRow;
use super::{Fault, Key, OpenError, Reader, Table};

/// The format this program writes. 2 added the records of calls under way, and of deleted studies: a program of
/// format 1 would ignore the former and report the latter as damage. 3 stores each answer with its study type, and
/// reads none without. 4 adds to a study the texts that the built-in reader rejects and the language of its texts; its
/// older rows are read as they are. A program of format 3 would ask what is left of a study of this edition of the reader
/// by its own edition. 5 adds the statuses of findings, which a program of format 4 would not remove with their study, and
/// what a content was rewritten to: a program of format 4 knows no rounds. 6 adds watches and lineages: a program of
/// format 5 would delete a version's study and leave the version. 7 adds to a review that a model writes its competitors
/// (`by_model`), the results of rounds, keys of the HTTP listener with the key of a study, and webhooks: a program of
/// format 6 would ask such a review without competitors, go on without the caps of a key, and remove none of them with
/// their study. 8 adds to a study what its owner agreed to beside the announced cost (other addresses of its engine, and
/// that nobody can agree to more), and the headline values of answers that came only when asked again: a program of format
/// 7 would forget them with the next answer, and ask its owner again.
pub(crate) const FORMAT: u32 = 8;

/// The first format whose answers name their study type.
pub(crate) const ANSWERS_ARE_TAGGED: u32 = 3;

/// The format of a file that was opened for reading; `None` before the first use case.
pub(super) fn found(database: &impl ReadableDatabase) -> Result<Option<u32>, Fault> {
    let transaction = database.begin_read()?;
    match transaction.open_table(Table::Meta.definition()) {
        Ok(_) => {}
        Err(redb::TableError::TableDoesNotExist(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let row: Option<FormatRow> = Reader::snapshot(&transaction).get(&FormatRow::KEY.to_owned())?;
    Ok(row.map(|row| row.version))
}

/// Rejects a format that this program does not know.
pub(super) fn admit(version: u32) -> Result<(), OpenError> {
    if version > FORMAT {
        return Err(OpenError::Newer { found: version, known: FORMAT });
    }
    Ok(())
}

/// Migrates a file to this format, in one transaction: afterwards it has this format with all of its tables, or it is
/// unchanged. `version` is the program's, to be recorded in the file.
pub(super) fn migrate(database: &Database, version: &str) -> Result<(), OpenError> {
    let found = found(database)?;
    admit(found.unwrap_or(0))?;
    let missing = missing_tables(database)?;
    let is_current = found == Some(FORMAT);
    if is_current && missing.is_empty() {
        return Ok(());
    }
    rewrite(database, found, missing, version)?;
    if let Some(older) = found.filter(|found| *found < FORMAT) {
        tracing::info!(from = older, to = FORMAT, "the database was brought to this format");
    }
    Ok(())
}

/// The one transaction of a migration.
fn rewrite(
    database: &Database,
    found: Option<u32>,
    missing: Vec<Table>,
    version: &str,
) -> Result<(), Fault> {
    let mut transaction = database.begin_write()?;
    transaction.set_two_phase_commit(true);
    for table in missing {
        drop(transaction.open_table(table.definition())?);
    }
    if found.is_some_and(|found| found < ANSWERS_ARE_TAGGED) {
        let answers::Tagged { answers, unreadable } = answers::tag(&transaction)?;
        tracing::info!(answers, "answers were stored anew with their study type");
        if unreadable > 0 {
            tracing::warn!(unreadable, "outcomes that cannot be read were left as they are");
        }
    }
    if found != Some(FORMAT) {
        let row = FormatRow { version: FORMAT, written_by: version.to_owned() };
        let json = serde_json::to_vec(&row)
            .map_err(|error| Fault::Row { table: Table::Meta, why: error.to_string() })?;
        let mut meta = transaction.open_table(Table::Meta.definition())?;
        let key = FormatRow::KEY.to_owned().encode();
        drop(meta.insert(key.as_slice(), json.as_slice())?);
    }
    transaction.commit()?;
    Ok(())
}

/// The tables of this format that the file does not have.
fn missing_tables(database: &Database) -> Result<Vec<Table>, OpenError> {
    let reading = database.begin_read().map_err(Fault::from)?;
    let known: Vec<String> =
        reading.list_tables().map_err(Fault::from)?.map(|table| table.name().to_owned()).collect();
    let is_missing = |table: &Table| !known.iter().any(|name| name == table.name());
    Ok(Table::ALL.into_iter().filter(is_missing).collect())
}
