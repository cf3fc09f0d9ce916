//! The writes of a use case: rows, movements of money and events. Numbers, hash chain and balances are computed here,
//! by reading only, before the first byte is written.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use protocol::credits::Credits;
use protocol::error::{ApiError, ErrorCode};
use protocol::event::{Event, EventData};
use protocol::id::StudyId;
use protocol::ledger::Amount;
use serde::de::DeserializeOwned;

use crate::domain::ledger::{Account, ChainHead, Month, Movement, seal};

use super::rows::{Balance, LedgerHead, TransferPlace, TransferRow};
use super::{Fault, Key, Reader, Row, Table, UseCaseError};

/// One row to put or to remove.
#[derive(Debug)]
pub(super) struct Put {
    pub(super) table: Table,
    pub(super) key: Vec<u8>,
    /// `None` removes it.
    pub(super) value: Option<Vec<u8>>,
}

impl Put {
    /// Whether it says that a delivery is due.
    pub(super) fn is_due_delivery(&self) -> bool {
        self.table == Table::DueDeliveries && self.value.is_some()
    }
}

/// An event to be appended.
#[derive(Clone, Debug)]
pub(super) struct NewEvent {
    /// The study it is about.
    pub study: Option<StudyId>,
    /// The event's data.
    pub data: EventData,
}

type WriteBeside =
    dyn Fn(&InTransaction<'_>, &Event, &mut Writes) -> Result<(), UseCaseError> + Send + Sync;

/// What is written beside each event, in its transaction: decided above the store from the event and what is stored.
#[derive(Clone)]
pub struct BesideEvent(Arc<WriteBeside>);

impl BesideEvent {
    /// Of a function that decides.
    pub fn new(
        decide: impl Fn(&InTransaction<'_>, &Event, &mut Writes) -> Result<(), UseCaseError>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self(Arc::new(decide))
    }
}

impl std::fmt::Debug for BesideEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BesideEvent").finish_non_exhaustive()
    }
}

/// What is stored, with the rows of a use case that are about to be written.
#[derive(Debug)]
pub struct InTransaction<'a> {
    reader: &'a Reader<'a>,
    rows: &'a [Put],
}

impl InTransaction<'_> {
    /// What was stored before.
    pub fn reader(&self) -> &Reader<'_> {
        self.reader
    }

    /// The fields of `P` in the row of a key, as it will be.
    pub fn part<R: Row, P: DeserializeOwned>(&self, key: &R::Key) -> Result<Option<P>, Fault> {
        match about_to_be_written::<R>(self.rows, key) {
            Some(row) => read_part::<R, P>(row),
            None => self.reader.part::<R, P>(key),
        }
    }
}

/// The last of some rows that is under a key.
fn about_to_be_written<'a, R: Row>(rows: &'a [Put], key: &R::Key) -> Option<&'a Put> {
    let bytes = key.encode();
    rows.iter().rfind(|row| row.table == R::TABLE && row.key == bytes)
}

fn read_part<R: Row, P: DeserializeOwned>(row: &Put) -> Result<Option<P>, Fault> {
    let read = |value: &Vec<u8>| {
        serde_json::from_slice(value)
            .map_err(|error| Fault::Row { table: R::TABLE, why: error.to_string() })
    };
    row.value.as_ref().map(read).transpose()
}

/// Everything one use case changes. It becomes durable together or not at all.
#[derive(Debug)]
pub struct Writes {
    at: Timestamp,
    rows: Vec<Put>,
    movements: Vec<Movement>,
    month: Option<Month>,
    events: Vec<NewEvent>,
    broken: Option<Fault>,
}

impl Writes {
    /// No writes yet; events and transfers will carry that time.
    pub fn at(at: Timestamp) -> Self {
        Self {
            at,
            rows: Vec::new(),
            movements: Vec::new(),
            month: None,
            events: Vec::new(),
            broken: None,
        }
    }

    /// Puts a row.
    pub fn put<R: Row>(&mut self, key: &R::Key, row: &R) {
        match serde_json::to_vec(row) {
            Ok(value) => self.put_bytes(R::TABLE, key, value),
            Err(error) => {
                self.broken = Some(Fault::Row { table: R::TABLE, why: error.to_string() });
            }
        }
    }

    /// Puts bytes that were encoded before.
    pub fn put_bytes(&mut self, table: Table, key: &impl Key, value: Vec<u8>) {
        self.rows.push(Put { table, key: key.encode(), value: Some(value) });
    }

    /// Removes a row.
    pub fn remove<R: Row>(&mut self, key: &R::Key) {
        self.rows.push(Put { table: R::TABLE, key: key.encode(), value: None });
    }

    /// Removes the value of a key in its stored form.
    pub fn remove_bytes(&mut self, table: Table, key: Vec<u8>) {
        self.rows.push(Put { table, key, value: None });
    }

    /// The row of a key as it will be: as it is written here, or else as it is stored.
    pub fn latest<R: Row>(&self, reader: &Reader<'_>, key: &R::Key) -> Result<Option<R>, Fault> {
        match about_to_be_written::<R>(&self.rows, key) {
            Some(row) => read_part::<R, R>(row),
            None => reader.get(key),
        }
    }

    /// What the movements that are booked here bring to an account, in credits.
    pub fn brought_to(&self, account: &Account) -> Credits {
        let postings = self.movements.iter().flat_map(Movement::postings);
        postings.fold(Credits::ZERO, |sum, (of, amount)| match amount {
            Amount::Credits(credits) if of == account => sum.checked_add(*credits).unwrap_or(sum),
            Amount::Credits(_) | Amount::UsdMicros(_) => sum,
        })
    }

    /// Books a movement.
    pub fn book(&mut self, movement: Movement) {
        self.movements.push(movement);
    }

    /// Records that the allowance of that month has been handled.
    pub fn begin_month(&mut self, month: Month) {
        self.month = Some(month);
    }

    /// The time of all these writes.
    pub fn time(&self) -> Timestamp {
        self.at
    }

    /// Appends an event.
    pub fn announce(&mut self, study: Option<StudyId>, data: EventData) {
        self.events.push(NewEvent { study, data });
    }

    /// Whether there is anything to write.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
            && self.movements.is_empty()
            && self.month.is_none()
            && self.events.is_empty()
    }

    /// The rows as they will be written. Reads only, and is the last place where a use case can fail by itself.
    pub(super) fn compile(
        mut self,
        reader: &Reader<'_>,
        beside: Option<&BesideEvent>,
    ) -> Result<Compiled, UseCaseError> {
        if let Some(fault) = self.broken {
            return Err(fault.into());
        }
        let mut last_event = None;
        let booked = !self.movements.is_empty() || self.month.is_some();
        let mut rows = std::mem::take(&mut self.rows);
        let mut typed = Writes::at(self.at);
        if booked {
            book(reader, std::mem::take(&mut self.movements), self.month, self.at, &mut typed)?;
        }
        if !self.events.is_empty() {
            let mut seq = reader.last_key::<Event>()?.unwrap_or(0);
            for event in std::mem::take(&mut self.events) {
                seq = seq.saturating_add(1);
                let event = Event::new(seq, self.at, event.study, event.data);
                typed.put(&seq, &event);
                if let Some(beside) = beside {
                    let within = InTransaction { reader, rows: &rows };
                    (beside.0)(&within, &event, &mut typed)?;
                }
            }
            last_event = Some(seq);
        }
        if let Some(fault) = typed.broken {
            return Err(fault.into());
        }
        rows.append(&mut typed.rows);
        rows.sort_by(|a, b| (a.table, &a.key).cmp(&(b.table, &b.key)));
        Ok(Compiled { rows, last_event, booked })
    }
}

/// Rows in table and key order, with the results that the writer must publish.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) rows: Vec<Put>,
    pub(super) last_event: Option<u64>,
    pub(super) booked: bool,
}

fn book(
    reader: &Reader<'_>,
    movements: Vec<Movement>,
    month: Option<Month>,
    at: Timestamp,
    out: &mut Writes,
) -> Result<(), UseCaseError> {
    let key = LedgerHead::KEY.to_owned();
    let mut ledger: LedgerHead = reader.get(&key)?.unwrap_or_default();
    let mut balances: BTreeMap<Account, Balance> = BTreeMap::new();
    for movement in movements {
        let id = movement.id().to_owned();
        if reader.get::<TransferPlace>(&id)?.is_some() {
            return Err(defect(format!("'{id}' was booked before")));
        }
        for (account, amount) in movement.postings() {
            let mut balance = match balances.remove(account) {
                Some(balance) => balance,
                None => reader.get(&account.to_string())?.unwrap_or(Balance(match amount {
                    Amount::Credits(_) => Amount::Credits(protocol::credits::Credits::ZERO),
                    Amount::UsdMicros(_) => Amount::UsdMicros(protocol::credits::UsdMicros::ZERO),
                })),
            };
            balance = balance
                .plus(*amount)
                .ok_or_else(|| defect(format!("the balance of {account} does not fit")))?;
            balances.insert(account.clone(), balance);
        }
        let transfer = seal(&ledger.head, movement, at)
            .ok_or_else(|| defect("the ledger is full".to_owned()))?;
        ledger.head = ChainHead { seq: transfer.seq, hash: transfer.hash.clone() };
        out.put(&transfer.id.clone(), &TransferPlace(transfer.seq));
        out.put(&transfer.seq.clone(), &TransferRow(transfer));
    }
    for (account, balance) in &balances {
        if balance.overdrawn(account) {
            return Err(defect(format!("{account} would be overdrawn")));
        }
        out.put(&account.to_string(), balance);
    }
    ledger.month = month.or(ledger.month);
    out.put(&key, &ledger);
    Ok(())
}

fn defect(message: impl std::fmt::Display) -> UseCaseError {
    UseCaseError::Refused(ApiError::new(
        ErrorCode::Internal,
        format!("The ledger refused: {message}"),
    ))
}
