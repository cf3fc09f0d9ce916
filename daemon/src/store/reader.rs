//! Read access to rows: from a snapshot, or, inside a use case, from the current transaction, which includes the
//! writes of earlier members of its batch.

use std::ops::{Bound, ControlFlow};

use redb::{ReadTransaction, ReadableTable, ReadableTableMetadata, WriteTransaction};
use serde::de::DeserializeOwned;

use super::{Fault, Key, Row, Table};

/// Reads rows.
#[derive(Debug)]
pub struct Reader<'tx> {
    source: TransactionSource<'tx>,
}

enum TransactionSource<'tx> {
    Snapshot(&'tx ReadTransaction),
    Batch(&'tx WriteTransaction),
}

impl std::fmt::Debug for TransactionSource<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Snapshot(_) => "Snapshot",
            Self::Batch(_) => "Batch",
        })
    }
}

/// The direction of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Smallest key first.
    Rising,
    /// Greatest key first.
    Falling,
}

/// The rows of a small table that is read often, as they were found last. What was read in a transaction that came to
/// nothing is no harm: the next look compares the bytes.
pub struct DecodedRows<R: Row> {
    rows: Vec<DecodedRow<R>>,
}

struct DecodedRow<R: Row> {
    stored: StoredRow,
    key: R::Key,
    row: R,
}

struct StoredRow {
    key: Vec<u8>,
    value: Vec<u8>,
}

impl PartialEq<(&[u8], &[u8])> for StoredRow {
    fn eq(&self, (key, value): &(&[u8], &[u8])) -> bool {
        self.key == *key && self.value == *value
    }
}

impl<R: Row> std::fmt::Debug for DecodedRows<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DecodedRows").field("rows", &self.rows.len()).finish()
    }
}

impl<R: Row> Default for DecodedRows<R> {
    fn default() -> Self {
        Self { rows: Vec::new() }
    }
}

impl<R: Row> DecodedRows<R> {
    /// The rows, by rising key.
    pub fn iter(&self) -> impl Iterator<Item = (&R::Key, &R)> {
        self.rows.iter().map(|found| (&found.key, &found.row))
    }
}

type KeyBounds = (Bound<Vec<u8>>, Bound<Vec<u8>>);

impl<'tx> Reader<'tx> {
    /// Whether it reads a snapshot, beside which the store is written.
    pub(crate) const fn is_snapshot(&self) -> bool {
        matches!(self.source, TransactionSource::Snapshot(_))
    }

    pub(super) fn snapshot(transaction: &'tx ReadTransaction) -> Self {
        Self { source: TransactionSource::Snapshot(transaction) }
    }

    pub(super) fn batch(transaction: &'tx WriteTransaction) -> Self {
        Self { source: TransactionSource::Batch(transaction) }
    }

    /// The row of a key.
    pub fn get<R: Row>(&self, key: &R::Key) -> Result<Option<R>, Fault> {
        self.bytes(R::TABLE, &key.encode())?.map(|bytes| parse(&bytes)).transpose()
    }

    /// The fields of `P` in the row of a key; the other fields are skipped, which is much faster than reading the
    /// whole row.
    pub fn part<R: Row, P: DeserializeOwned>(&self, key: &R::Key) -> Result<Option<P>, Fault> {
        let bytes = self.bytes(R::TABLE, &key.encode())?;
        bytes.map(|bytes| parse_as::<R, P>(&bytes)).transpose()
    }

    /// The bytes of a key's value.
    pub fn bytes(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let copy = |value: redb::AccessGuard<'_, &'static [u8]>| value.value().to_vec();
        match self.source {
            TransactionSource::Snapshot(tx) => {
                Ok(tx.open_table(table.definition())?.get(key)?.map(copy))
            }
            TransactionSource::Batch(tx) => {
                Ok(tx.open_table(table.definition())?.get(key)?.map(copy))
            }
        }
    }

    /// The first of those keys that exists.
    pub fn any_of<K: Key>(&self, table: Table, keys: &[K]) -> Result<Option<usize>, Fault> {
        fn look<K: Key>(
            table: &impl ReadableTable<&'static [u8], &'static [u8]>,
            keys: &[K],
        ) -> Result<Option<usize>, Fault> {
            for (index, key) in keys.iter().enumerate() {
                if table.get(key.encode().as_slice())?.is_some() {
                    return Ok(Some(index));
                }
            }
            Ok(None)
        }
        match self.source {
            TransactionSource::Snapshot(tx) => look(&tx.open_table(table.definition())?, keys),
            TransactionSource::Batch(tx) => look(&tx.open_table(table.definition())?, keys),
        }
    }

    /// Number of rows of a table.
    pub fn count(&self, table: Table) -> Result<u64, Fault> {
        match self.source {
            TransactionSource::Snapshot(tx) => Ok(tx.open_table(table.definition())?.len()?),
            TransactionSource::Batch(tx) => Ok(tx.open_table(table.definition())?.len()?),
        }
    }

    /// The greatest key of a table.
    pub fn last_key<R: Row>(&self) -> Result<Option<R::Key>, Fault> {
        let mut last = None;
        self.walk(R::TABLE, (Bound::Unbounded, Bound::Unbounded), Order::Falling, |key, _| {
            last = R::Key::decode(key);
            Ok(ControlFlow::Break(()))
        })?;
        Ok(last)
    }

    /// Visits rows between two keys, both included, until the visitor stops.
    pub fn scan<R: Row>(
        &self,
        from: &R::Key,
        to: &R::Key,
        order: Order,
        mut visit: impl FnMut(R::Key, R) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault> {
        let bounds = (Bound::Included(from.encode()), Bound::Included(to.encode()));
        self.walk(R::TABLE, bounds, order, |key, value| visit(key_of::<R>(key)?, parse(value)?))
    }

    /// Visits every row of a table, until the visitor stops.
    pub fn all<R: Row>(
        &self,
        order: Order,
        mut visit: impl FnMut(R::Key, R) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault> {
        let bounds = (Bound::Unbounded, Bound::Unbounded);
        self.walk(R::TABLE, bounds, order, |key, value| visit(key_of::<R>(key)?, parse(value)?))
    }

    /// Visits the fields of `P` in every row of a table, greatest key first, until the visitor stops.
    pub fn newest_parts<R: Row, P: DeserializeOwned>(
        &self,
        mut visit: impl FnMut(R::Key, P) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault> {
        let bounds = (Bound::Unbounded, Bound::Unbounded);
        self.walk(R::TABLE, bounds, Order::Falling, |key, value| {
            visit(key_of::<R>(key)?, parse_as::<R, P>(value)?)
        })
    }

    /// Visits the keys between two keys, both included, without reading the rows.
    pub fn keys<R: Row>(
        &self,
        from: &R::Key,
        to: &R::Key,
        mut visit: impl FnMut(R::Key) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault> {
        let bounds = (Bound::Included(from.encode()), Bound::Included(to.encode()));
        self.walk(R::TABLE, bounds, Order::Rising, |key, _| visit(key_of::<R>(key)?))
    }

    /// Visits the rows after a key, or from the first one on, until the visitor stops.
    pub fn after<R: Row>(
        &self,
        key: Option<&R::Key>,
        mut visit: impl FnMut(R::Key, R) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault> {
        let from = key.map_or(Bound::Unbounded, |key| Bound::Excluded(key.encode()));
        self.walk(R::TABLE, (from, Bound::Unbounded), Order::Rising, |key, value| {
            visit(key_of::<R>(key)?, parse(value)?)
        })
    }

    /// Reads every row of a table into `known`. A row whose bytes are those that were read before is not decoded again.
    pub fn refresh<R: Row>(&self, known: &mut DecodedRows<R>) -> Result<(), Fault> {
        let mut place = 0_usize;
        let bounds = (Bound::Unbounded, Bound::Unbounded);
        self.walk(R::TABLE, bounds, Order::Rising, |key, value| {
            let is_same = known.rows.get(place).is_some_and(|row| row.stored == (key, value));
            if !is_same {
                known.rows.truncate(place);
                let stored = StoredRow { key: key.to_vec(), value: value.to_vec() };
                let row = DecodedRow { key: key_of::<R>(key)?, row: parse(value)?, stored };
                known.rows.push(row);
            }
            place = place.saturating_add(1);
            Ok(ControlFlow::Continue(()))
        })?;
        known.rows.truncate(place);
        Ok(())
    }

    /// The first keys of a table with that prefix, at most as many as requested.
    pub fn keys_under(
        &self,
        table: Table,
        beginning: &impl Key,
        most: usize,
    ) -> Result<Vec<Vec<u8>>, Fault> {
        let beginning = beginning.encode();
        let mut keys = Vec::new();
        let bounds = (Bound::Included(beginning.clone()), Bound::Unbounded);
        self.walk(table, bounds, Order::Rising, |key, _| {
            if keys.len() >= most || !key.starts_with(&beginning) {
                return Ok(ControlFlow::Break(()));
            }
            keys.push(key.to_vec());
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(keys)
    }

    /// The first key of a table that is not less than that one.
    pub fn first_key(&self, table: Table, from: &impl Key) -> Result<Option<Vec<u8>>, Fault> {
        let mut first = None;
        let bounds = (Bound::Included(from.encode()), Bound::Unbounded);
        self.walk(table, bounds, Order::Rising, |key, _| {
            first = Some(key.to_vec());
            Ok(ControlFlow::Break(()))
        })?;
        Ok(first)
    }

    /// Every key and value of a table, as they are stored.
    #[cfg(test)]
    pub(crate) fn dump(&self, table: Table) -> Result<Vec<[Vec<u8>; 2]>, Fault> {
        let mut rows = Vec::new();
        let bounds = (Bound::Unbounded, Bound::Unbounded);
        self.walk(table, bounds, Order::Rising, |key, value| {
            rows.push([key.to_vec(), value.to_vec()]);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }

    /// Visits raw rows in order.
    pub(super) fn walk(
        &self,
        table: Table,
        bounds: KeyBounds,
        order: Order,
        visit: impl FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<(), Fault> {
        fn run(
            table: &impl ReadableTable<&'static [u8], &'static [u8]>,
            bounds: &KeyBounds,
            order: Order,
            mut visit: impl FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, Fault>,
        ) -> Result<(), Fault> {
            let borrowed =
                (bounds.0.as_ref().map(Vec::as_slice), bounds.1.as_ref().map(Vec::as_slice));
            let mut range = table.range::<&[u8]>(borrowed)?;
            loop {
                let next = match order {
                    Order::Rising => range.next(),
                    Order::Falling => range.next_back(),
                };
                let Some(entry) = next else { return Ok(()) };
                let (key, value) = entry?;
                if visit(key.value(), value.value())?.is_break() {
                    return Ok(());
                }
            }
        }
        match self.source {
            TransactionSource::Snapshot(tx) => {
                run(&tx.open_table(table.definition())?, &bounds, order, visit)
            }
            TransactionSource::Batch(tx) => {
                run(&tx.open_table(table.definition())?, &bounds, order, visit)
            }
        }
    }
}

fn parse<R: Row>(bytes: &[u8]) -> Result<R, Fault> {
    parse_as::<R, R>(bytes)
}

fn parse_as<R: Row, P: DeserializeOwned>(bytes: &[u8]) -> Result<P, Fault> {
    serde_json::from_slice(bytes)
        .map_err(|error| Fault::Row { table: R::TABLE, why: error.to_string() })
}

fn key_of<R: Row>(bytes: &[u8]) -> Result<R::Key, Fault> {
    R::Key::decode(bytes).ok_or_else(|| Fault::Row {
        table: R::TABLE,
        why: "its key has the wrong length".to_owned(),
    })
}
