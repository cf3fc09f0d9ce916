//! The format of the file and the way from older ones to this one. A file of a newer program is refused before
//! anything is written to it.

use redb::{Database, ReadableDatabase, TableHandle};

use super::rows::FormatRow;
use super::{Fault, Key, OpenError, Reader, Table};

/// The format this program writes.
pub const FORMAT: u32 = 1;

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

/// Refuses a format that this program does not know.
pub(super) fn admit(version: u32) -> Result<(), OpenError> {
    if version > FORMAT {
        return Err(OpenError::Newer { found: version, known: FORMAT });
    }
    Ok(())
}

/// Adds the tables that an older program of the same format did not have.
fn add_tables(database: &Database) -> Result<(), OpenError> {
    let reading = database.begin_read().map_err(Fault::from)?;
    let known: Vec<String> =
        reading.list_tables().map_err(Fault::from)?.map(|table| table.name().to_owned()).collect();
    drop(reading);
    let missing: Vec<Table> = Table::ALL
        .into_iter()
        .filter(|table| !known.iter().any(|name| name == table.name()))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut transaction = database.begin_write().map_err(Fault::from)?;
    transaction.set_two_phase_commit(true);
    for table in missing {
        drop(transaction.open_table(table.definition()).map_err(Fault::from)?);
    }
    transaction.commit().map_err(Fault::from)?;
    Ok(())
}

/// Brings a file to this format, in one transaction.
pub(super) fn migrate(database: &Database, version: &str) -> Result<(), OpenError> {
    if let Some(found) = found(database)? {
        admit(found)?;
        return add_tables(database);
    }
    let mut transaction = database.begin_write().map_err(Fault::from)?;
    transaction.set_two_phase_commit(true);
    for table in Table::ALL {
        drop(transaction.open_table(table.definition()).map_err(Fault::from)?);
    }
    let row = FormatRow { version: FORMAT, written_by: version.to_owned() };
    let json = serde_json::to_vec(&row)
        .map_err(|error| Fault::Row { table: Table::Meta, why: error.to_string() })?;
    {
        let mut meta = transaction.open_table(Table::Meta.definition()).map_err(Fault::from)?;
        let key = FormatRow::KEY.to_owned().encode();
        drop(meta.insert(key.as_slice(), json.as_slice()).map_err(Fault::from)?);
    }
    transaction.commit().map_err(Fault::from)?;
    Ok(())
}
