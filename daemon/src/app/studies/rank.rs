//! The ranking of ended studies: a query that reads one number of each respondent of each study in one snapshot, and stores
//! nothing. What cannot be ranked is refused before any answer is read.

use std::collections::BTreeSet;

use protocol::error::{ApiError, ErrorCode};
use protocol::hint::{Feature, Hint, Remedy};
use protocol::ranking::{RankQuestion, Ranking, STUDIES_MAX, STUDIES_MIN};
use protocol::safe;
use protocol::service::Reply;

use crate::domain::instrument::{
    self, Candidate, NotRankable, StudyMetric, WordingNoise, rank, rankable,
};
use crate::store::{Fault, Reader, UseCaseError};

use crate::app::studies::analyse::{STRETCH, choose, nobody_names, stretch};
use crate::app::studies::lookup::{StudyRecord, by_id};
use crate::app::{Caller, Core};

impl Core {
    /// Ranks ended studies of one type and model by one of their results.
    pub(crate) async fn rank(&self, caller: &Caller, question: RankQuestion) -> Reply<Ranking> {
        let RankQuestion { studies, of, lowest_first } = question;
        if !(STUDIES_MIN..=STUDIES_MAX).contains(&studies.len()) {
            let sentence = match studies.len() {
                0 | 1 => "A ranking takes at least two studies".to_owned(),
                many => {
                    format!("A ranking takes at most {STUDIES_MAX} studies, and these are {many}")
                }
            };
            return Err(ApiError::new(ErrorCode::InvalidInput, sentence)
                .hint("Name 2 to 200 studies that have ended, or texts"));
        }
        self.view(caller, move |_, reader, owner| {
            let mut found: Vec<StudyRecord> = Vec::with_capacity(studies.len());
            let mut seen = BTreeSet::new();
            for id in &studies {
                let record = by_id(reader, owner, *id)?;
                if !seen.insert(record.number) {
                    return Err(ApiError::new(
                        ErrorCode::InvalidInput,
                        format!("'{}' ({}) is named twice", record.row.spec.name, id.short()),
                    )
                    .hint("Name each study once")
                    .into());
                }
                if !record.progress.state.is_final() {
                    return Err(ApiError::new(
                        ErrorCode::Conflict,
                        format!("'{}' ({}) has not ended yet", record.row.spec.name, id.short()),
                    )
                    .hint(
                        Hint::from(Remedy::with("See how far it is", Feature::Study(id.short())))
                            .or(Remedy::with(
                                "end it",
                                Feature::Control("cancel".to_owned(), id.short()),
                            )),
                    )
                    .into());
                }
                found.push(record);
            }
            let asked = found.iter().map(|one| (&one.row.spec, one.row.model.as_str()));
            rankable(asked).map_err(|error| refuse(&error))?;
            let records: Vec<&StudyRecord> = found.iter().collect();
            let (metric, also) = main_number(reader, &records, of.as_deref())?;
            let noise = found.first().and_then(|first| WordingNoise::of_model(&first.row.model));
            let mut candidates = Vec::with_capacity(found.len());
            for record in &found {
                candidates.push(Candidate {
                    id: record.row.id,
                    model: record.row.model.clone(),
                    spec: record.row.spec.clone(),
                    values: values(reader, record, &metric)?,
                });
            }
            // Whom a concern keeps away most is not the best.
            let lowest_first = lowest_first.unwrap_or_else(|| metric.is_concern());
            let mut ranking =
                rank(candidates, &metric, lowest_first, noise).map_err(|error| refuse(&error))?;
            if metric.is_theme() && ranking.studies.iter().all(|one| one.estimate.value <= 0.0) {
                return Err(nobody_names(metric.field(), &also).into());
            }
            let rejected =
                found.iter().flat_map(|one| one.row.rejected.iter().map(move |its| (one, its)));
            for (place, (one, rejected)) in rejected.enumerate() {
                let sentence =
                    format!("In {}: {}", safe::quoted(&one.row.spec.name), rejected.sentence());
                ranking.notes.insert(place, sentence);
            }
            ranking.also = also;
            Ok(ranking)
        })
        .await
    }
}

fn refuse(error: &NotRankable) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput, error.to_string()).hint(error.hint())
}

/// The metric to rank by. A type without a headline metric has none that says which is best, so one has to be named.
fn main_number(
    reader: &Reader<'_>,
    studies: &[&StudyRecord],
    of: Option<&str>,
) -> Result<(StudyMetric, Vec<String>), UseCaseError> {
    let (metric, mut also) = choose(reader, studies, of)?;
    let study_type = studies.first().map(|first| first.row.spec.instrument.study_type());
    if of.is_none() && study_type.is_some_and(|its| !instrument::has_headline(its)) {
        also.insert(0, metric.field().to_owned());
        return Err(ApiError::new(
            ErrorCode::InvalidInput,
            "A survey has no one number that says which text is best",
        )
        .hint(
            Hint::from(Remedy::set("Name a theme", "of", "appeal.NAME"))
                .or(format!("they name {}", also.join(", "))),
        )
        .into());
    }
    Ok((metric, also))
}

/// The value of each respondent, by place.
fn values(
    reader: &Reader<'_>,
    found: &StudyRecord,
    metric: &StudyMetric,
) -> Result<Vec<Option<i32>>, Fault> {
    let spec = &found.row.spec;
    let tasks = instrument::tasks(spec);
    let mut values = vec![None; usize::try_from(spec.panel).unwrap_or_default()];
    let mut start = 0_u32;
    while start < spec.panel {
        let end = start.saturating_add(STRETCH).min(spec.panel);
        for (respondent, outcomes) in stretch(reader, found.number, start, end)? {
            let place = usize::try_from(respondent).ok().and_then(|place| values.get_mut(place));
            if let Some(value) = place {
                *value = metric.of_outcomes(&outcomes, tasks);
            }
        }
        start = end;
    }
    Ok(values)
}
