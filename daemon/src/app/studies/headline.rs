//! Headlines of ended studies: the one number of each that lists show, the estimate of its study type. Lists are
//! requested often and results never change once an attempt is over, so each is read once, and only when it is needed.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use protocol::id::StudyId;
use protocol::results::Estimate;
use protocol::run::{Headline, State};
use serde::Deserialize;

use crate::domain::instrument::StudyMetric;
use crate::store::rows::ResultsRow;
use crate::store::{Fault, Reader};

use crate::app::studies::lookup::StudyRecord;

/// So many are remembered; each is a few hundred bytes.
const REMEMBERED_MAX: usize = 20_000;

/// The part of stored results that holds the number.
#[derive(Deserialize)]
struct Estimates {
    estimates: BTreeMap<String, Estimate>,
}

/// The headlines that have been read.
#[derive(Debug, Default)]
pub(in crate::app) struct Headlines {
    /// By study and attempt: who is asked again gives other results.
    read: Mutex<BTreeMap<(StudyId, u32), Option<Headline>>>,
}

impl Headlines {
    /// The headline of a study; none while it has no results, and none of a survey, which is about no single number.
    pub(in crate::app) fn of(
        &self,
        reader: &Reader<'_>,
        found: &StudyRecord,
    ) -> Result<Option<Headline>, Fault> {
        if found.progress.state != State::Completed {
            return Ok(None);
        }
        let key = (found.row.id, found.progress.attempt);
        if let Some(known) = self.read.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(known.clone());
        }
        let headline = match read(reader, found) {
            Ok(headline) => headline,
            // One damaged row hides one number, not the list: `doctor` tells of it, and so does its report.
            Err(Fault::Row { table, why }) => {
                tracing::warn!(study = %found.row.id, ?table, why, "a headline does not read");
                None
            }
            Err(fault) => return Err(fault),
        };
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.len() >= REMEMBERED_MAX {
            read.clear();
        }
        read.insert(key, headline.clone());
        Ok(headline)
    }
}

fn read(reader: &Reader<'_>, found: &StudyRecord) -> Result<Option<Headline>, Fault> {
    let own = StudyMetric::of(found.row.spec.instrument.study_type(), None);
    let Ok(own) = own else { return Ok(None) };
    let part: Option<Estimates> = reader.part::<ResultsRow, _>(&found.number)?;
    let estimate = part.and_then(|mut part| part.estimates.remove(own.field()));
    Ok(estimate.map(|estimate| Headline { of: own.field().to_owned(), estimate }))
}
