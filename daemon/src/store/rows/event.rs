//! Event rows, stored in the same form as they are sent.

use protocol::event::Event;

use crate::store::{Row, Table};

impl Row for Event {
    const TABLE: Table = Table::Events;
    type Key = u64;
}
