//! Audit of studies: counts equal the stored outcomes, payments equal the delivered answers, and the list of unfinished
//! studies holds exactly those.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use protocol::finding::Finding;
use protocol::review::ChainRound;
use protocol::run::{PanelCounts, State};
use protocol::safe;
use protocol::service::Check;

use crate::app::studies::findings::{rows, with_findings};
use crate::app::studies::lookup::StudyRecord;
use crate::domain::instrument::chain::told_rounds;
use crate::domain::instrument::{self, Subject, Subsamples, tasks};
use crate::domain::outcome::{Class, FIRST_ROUND};
use crate::store::rows::{
    OutcomeKey, OutcomeRow, Progress, ResultsRow, RoundResultsRow, StudyNumber, StudyRow,
    SubmitRow, Unfinished,
};
use crate::store::{Fault, Order, Reader, Table};

use super::check;

const GO_ON: ControlFlow<()> = ControlFlow::Continue(());

pub(super) fn checks(reader: &Reader<'_>) -> Vec<Check> {
    vec![
        check("studies.numbers", numbers(reader)),
        check("studies.unfinished", unfinished(reader)),
        check("studies.counts", each(reader, counts)),
        check("studies.paid", each(reader, paid)),
        check("studies.ended", each(reader, ended)),
        check("studies.findings", each(reader, findings)),
        check("studies.rounds", each(reader, rounds)),
    ]
}

type Look = fn(&Reader<'_>, u32, &StudyRow, &Progress) -> Result<Option<String>, Fault>;

fn each(reader: &Reader<'_>, look: Look) -> Result<Result<String, String>, Fault> {
    let mut wrong = None;
    let mut count = 0_u64;
    reader.all::<StudyRow>(Order::Rising, |number, row| {
        count = count.saturating_add(1);
        wrong = match reader.get::<Progress>(&number)? {
            None => Some(format!("study {} has no progress", row.id)),
            Some(progress) => look(reader, number, &row, &progress)?,
        };
        Ok(if wrong.is_some() { ControlFlow::Break(()) } else { GO_ON })
    })?;
    Ok(match wrong {
        Some(wrong) => Err(wrong),
        None => Ok(format!("{count} studies looked at")),
    })
}

/// Every study is found under its id and its submission key, and nothing else is but what was deleted.
fn numbers(reader: &Reader<'_>) -> Result<Result<String, String>, Fault> {
    let mut wrong = None;
    reader.all::<StudyRow>(Order::Rising, |number, row| {
        let by_id: Option<StudyNumber> = reader.get(&row.id.0)?;
        let by_key: Option<SubmitRow> = reader.get(&row.key.0)?;
        if by_id != Some(StudyNumber(number)) || by_key.is_none_or(|key| key.number != number) {
            wrong = Some(row.id);
            return Ok(ControlFlow::Break(()));
        }
        Ok(GO_ON)
    })?;
    let (studies, progress) = (reader.count(Table::Studies)?, reader.count(Table::Progress)?);
    let (ids, mut keys) = (reader.count(Table::StudyNumbers)?, 0_u64);
    // A study may have been controlled under any number of keys.
    reader.all::<SubmitRow>(Order::Rising, |_, row| {
        keys = keys.saturating_add(u64::from(!row.control));
        Ok(GO_ON)
    })?;
    // Id and key of a deleted study stay: neither is given again.
    let deleted = reader.count(Table::Deleted)?;
    let known = studies.saturating_add(deleted);
    Ok(match wrong {
        Some(id) => Err(format!("study {id} is not found under its id and key")),
        None if (progress, ids, keys) != (studies, known, known) => Err(format!(
            "{studies} studies and {deleted} deleted ones have {progress} states, {ids} ids and {keys} keys"
        )),
        None => Ok(format!("{studies} studies, each under its id and key")),
    })
}

/// The list of unfinished studies is exactly those that have not ended (Q2).
fn unfinished(reader: &Reader<'_>) -> Result<Result<String, String>, Fault> {
    let mut wrong = None;
    let mut count = 0_u64;
    reader.all::<Progress>(Order::Rising, |number, progress| {
        let listed = reader.get::<Unfinished>(&number)?.is_some();
        if listed == progress.state.is_final() {
            wrong = Some(format!(
                "study {number} is {} and {} listed",
                progress.state,
                if listed { "is" } else { "is not" }
            ));
        }
        count = count.saturating_add(u64::from(listed));
        Ok(GO_ON)
    })?;
    Ok(match wrong {
        Some(wrong) => Err(wrong),
        None => Ok(format!("{count} unfinished")),
    })
}

/// Counts and tally are those of the stored outcomes; every outcome is of a respondent of the panel (Q2, E3).
fn counts(
    reader: &Reader<'_>,
    number: u32,
    row: &StudyRow,
    progress: &Progress,
) -> Result<Option<String>, Fault> {
    let mut seen = PanelCounts { requested: row.spec.panel, ..PanelCounts::default() };
    let tasks = usize::from(tasks(&row.spec));
    let extras = Subsamples::of(&row.spec);
    let mut outside = None;
    let mut rows = 0_usize;
    let mut respondent = None;
    let mut of_one: Vec<Class> = Vec::new();
    let (first, last) = OutcomeKey::of_round(number, FIRST_ROUND);
    reader.scan::<OutcomeRow>(&first, &last, Order::Rising, |key, outcome| {
        if respondent.replace(key.assignment.respondent) != Some(key.assignment.respondent) {
            of_one.clear();
        }
        if key.assignment.is_answer() {
            of_one.push(outcome.outcome().class());
            rows = rows.saturating_add(1);
            if of_one.len() == tasks
                && let Some(worst) = of_one.iter().max()
            {
                worst.count(&mut seen);
            }
        } else if !key.assignment.asking().is_some_and(|asking| {
            extras.of_one(key.assignment.respondent).any(|theirs| theirs == asking)
        }) {
            outside = Some(key.assignment.respondent);
        }
        if key.assignment.respondent >= row.spec.panel {
            outside = Some(key.assignment.respondent);
        }
        Ok(GO_ON)
    })?;
    if let Some(respondent) = outside {
        return Ok(Some(format!(
            "study {} has an outcome of respondent {respondent}, who was not asked for it",
            row.id
        )));
    }
    let whole = usize::try_from(seen.settled()).ok().and_then(|n| n.checked_mul(tasks));
    if whole != Some(rows) {
        return Ok(Some(format!("study {} has respondents that are half done", row.id)));
    }
    if seen != progress.panel {
        return Ok(Some(format!(
            "study {} counts {:?} but stores {seen:?}",
            row.id, progress.panel
        )));
    }
    if let Some(wrong) = later_rounds(reader, number, row, progress)? {
        return Ok(Some(wrong));
    }
    let tallied: u64 = progress.scores.iter().sum();
    let scores = u64::from(seen.delivered);
    if row.scale.is_some() && tallied != scores {
        return Ok(Some(format!("study {} tallies {tallied} of {scores} scores", row.id)));
    }
    Ok(None)
}

/// Outcomes of later rounds are of rounds that were reached, by respondents of the panel; those of the current one are as
/// many as it counts, each with all of its tasks.
fn later_rounds(
    reader: &Reader<'_>,
    number: u32,
    row: &StudyRow,
    progress: &Progress,
) -> Result<Option<String>, Fault> {
    let mut outside = None;
    let mut asked = BTreeSet::new();
    let (mut first, last) = OutcomeKey::of_study(number);
    first.assignment.round = FIRST_ROUND.saturating_add(1);
    reader.keys::<OutcomeRow>(&first, &last, |key| {
        let at = key.assignment;
        if at.round > progress.round || at.respondent >= row.spec.panel || !at.is_answer() {
            outside = Some(at);
            return Ok(ControlFlow::Break(()));
        }
        if at.round == progress.round {
            asked.insert(at.respondent);
        }
        Ok(GO_ON)
    })?;
    if let Some(at) = outside {
        return Ok(Some(format!(
            "study {} has an outcome of respondent {} in round {}, who was not asked for it",
            row.id,
            at.respondent,
            u32::from(at.round).saturating_add(1)
        )));
    }
    let counted = progress.later.unwrap_or_default().settled();
    let stored = u32::try_from(asked.len()).unwrap_or(u32::MAX);
    Ok((counted != stored).then(|| {
        format!(
            "study {} counts {counted} outcomes of its current round but stores {stored}",
            row.id
        )
    }))
}

/// What was settled, or awaits it, is the price of what was delivered, in the study's own count and in its holds (L6).
fn paid(
    reader: &Reader<'_>,
    number: u32,
    row: &StudyRow,
    progress: &Progress,
) -> Result<Option<String>, Fault> {
    // A charge by the round falls due when a round ends, and is what the study counts.
    let due = match row.charge {
        Some(_) => progress.credits_used,
        None => row.price.checked_mul(u64::from(progress.panel.delivered)).unwrap_or_default(),
    };
    let mut settled = protocol::credits::Credits::ZERO;
    reader.scan::<crate::store::rows::HoldRow>(
        &(number, 0),
        &(number, u32::MAX),
        Order::Rising,
        |_, hold| {
            for part in [hold.0.settled, hold.0.pending] {
                settled = settled.checked_add(part).unwrap_or_default();
            }
            Ok(GO_ON)
        },
    )?;
    Ok((due != settled || due != progress.credits_used).then(|| {
        format!(
            "study {}: {} answers cost {due}, {settled} were settled and {} counted",
            row.id, progress.panel.delivered, progress.credits_used
        )
    }))
}

/// Every status is of a finding that the study has, and of what it is about. While a study is asked again it has no
/// results, and the statuses wait for the next ones.
fn findings(
    reader: &Reader<'_>,
    number: u32,
    row: &StudyRow,
    progress: &Progress,
) -> Result<Option<String>, Fault> {
    let statuses = rows(reader, number)?;
    if statuses.is_empty() {
        return Ok(None);
    }
    let found = StudyRecord { number, row: row.clone(), progress: progress.clone() };
    let Some(results) = with_findings(reader, &found)? else { return Ok(None) };
    let stray = statuses.into_iter().find(|(id, status)| {
        let is_of =
            |finding: &Finding| finding.id == *id && Subject::of(finding).0 == status.subject;
        !results.findings.iter().any(is_of)
    });
    Ok(stray.map(|(id, status)| {
        let subject = safe::line(&status.subject);
        format!("study {} has a status of finding {id} ({subject}), which it does not have", row.id)
    }))
}

/// Results of rounds are of rounds that ended, one after the other, and what the results of a chain say of them.
fn rounds(
    reader: &Reader<'_>,
    number: u32,
    row: &StudyRow,
    progress: &Progress,
) -> Result<Option<String>, Fault> {
    let mut kept: Vec<(u32, ChainRound)> = Vec::new();
    let (first, last) = RoundResultsRow::of_study(number);
    reader.scan::<RoundResultsRow>(&first, &last, Order::Rising, |key, row| {
        kept.push((key.1, row.0.round));
        Ok(GO_ON)
    })?;
    let ended = u32::from(progress.round).saturating_add(u32::from(progress.state.is_final()));
    let is_one_of_them = |(place, (round, of)): (u32, &(u32, ChainRound))| {
        place == *round && *round < ended && u32::from(of.round) == round.saturating_add(1)
    };
    if !(0..).zip(&kept).all(is_one_of_them) {
        return Ok(Some(format!("study {} has results of rounds that have not ended", row.id)));
    }
    let Some(ResultsRow(results)) = reader.get(&number)? else { return Ok(None) };
    let told = told_rounds(&row.spec.instrument, &results);
    let is_same = kept.is_empty() || kept.iter().map(|(_, of)| of).eq(told);
    Ok((!is_same)
        .then(|| format!("study {} has results of rounds that are not those of its chain", row.id)))
}

/// A completed study has answers, results and an outcome for everyone; a failed one has no answer (Q2). One whose competitors
/// could not be written has asked nobody.
fn ended(
    reader: &Reader<'_>,
    number: u32,
    row: &StudyRow,
    progress: &Progress,
) -> Result<Option<String>, Fault> {
    let has_results = reader.bytes(Table::Results, &crate::store::Key::encode(&number))?.is_some();
    let all = progress.panel.settled() == progress.panel.requested;
    let unasked =
        progress.panel.settled() == 0 && instrument::awaits_competitors(&row.spec.instrument);
    let wrong = match progress.state {
        State::Completed => !has_results || !all || progress.panel.delivered == 0,
        State::Failed => has_results || !(all || unasked) || progress.panel.delivered > 0,
        _ => has_results,
    };
    Ok(wrong.then(|| {
        format!(
            "study {} is {} with {} of {} outcomes, {} results",
            row.id,
            progress.state,
            progress.panel.settled(),
            progress.panel.requested,
            if has_results { "with" } else { "without" }
        )
    }))
}
