//! The history is stored as it is sent.

use protocol::event::Event;

use crate::store::{Row, Table};

impl Row for Event {
    const TABLE: Table = Table::Events;
    type Key = u64;
}
