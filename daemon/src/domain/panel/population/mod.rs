//! The reference population: embedded tables, read once, and the attributes of one person that follow from them.
//! Content, source, year, terms and quality of each table are in `assets/population/README.md`.

use std::sync::{Arc, LazyLock, OnceLock};

use protocol::audience::Audience;

use super::joint::{Joint, LastJoint};
use crate::domain::digest::Digest;

pub(super) use self::core::CoreTable;
pub(super) use self::home::Home;
pub(super) use self::names::Names;
pub(super) use self::place::{Geography, HomePlace};
pub(super) use self::table::TableError;
pub(super) use self::temper::Temper;
pub(super) use self::work::Work;

mod core;
mod home;
mod names;
mod place;
mod table;
mod temper;
mod work;

/// The eight age bands of the education tables, which follow the years in which people study.
const EDUCATION_BANDS: [&str; 8] =
    ["18-20", "21-24", "25-29", "30-39", "40-49", "50-59", "60-69", "70-100"];

/// The index of an age in [`EDUCATION_BANDS`].
const fn education_band(age: u8) -> usize {
    match age {
        0..=20 => 0,
        21..=24 => 1,
        25..=29 => 2,
        30..=39 => 3,
        40..=49 => 4,
        50..=59 => 5,
        60..=69 => 6,
        _ => 7,
    }
}

/// All reference tables.
#[derive(Debug)]
pub(crate) struct Population {
    pub(super) core: CoreTable,
    pub(super) places: Geography,
    pub(super) work: Work,
    pub(super) home: Home,
    pub(super) names: Names,
    pub(super) temper: Temper,
    hash: OnceLock<String>,
    last_joint: LastJoint,
}

impl Population {
    /// The population that is compiled in; read at the first call.
    #[must_use]
    pub(crate) fn embedded() -> &'static Self {
        #[allow(
            clippy::expect_used,
            reason = "the tables are part of the program, and a test reads them all"
        )]
        static EMBEDDED: LazyLock<Population> = LazyLock::new(|| {
            Population::parse().expect("the embedded population tables are sound")
        });
        &EMBEDDED
    }

    /// SHA-256 over all tables as 64 hex digits: two panels can only contain the same people when it is equal.
    pub(crate) fn hash(&self) -> &str {
        self.hash.get_or_init(|| {
            let tables = table::ALL.iter().flat_map(|table| [table.name, table.text]);
            Digest::new().texts(tables).finish_hex()
        })
    }

    /// The joint distribution of the core attributes in an audience.
    pub(super) fn joint(&self, audience: Audience) -> Arc<Joint> {
        self.last_joint.of(&self.core, audience)
    }

    pub(super) fn parse() -> Result<Self, TableError> {
        let places = Geography::parse()?;
        Ok(Self {
            core: CoreTable::parse()?,
            work: Work::parse()?,
            home: Home::parse()?,
            names: Names::parse(&places)?,
            temper: Temper::parse()?,
            places,
            hash: OnceLock::new(),
            last_joint: LastJoint::default(),
        })
    }
}
