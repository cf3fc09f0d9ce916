//! Transitions of a study inside a use case: the state machine in `domain::run` decides what must happen, and this
//! module turns it into rows, movements and events.

use std::ops::ControlFlow;

use jiff::Timestamp;
use protocol::credits::Credits;
use protocol::error::{ApiError, ErrorCode, Shortage};
use protocol::event::{EventData, EventKind, StudyNews, StudyWords};
use protocol::hint::{Feature, Remedy};
use protocol::id::StudyId;
use protocol::run::{PanelCounts, State};
use protocol::service::Control;

use crate::domain::instrument::chain::chain_plan;
use crate::domain::ledger::{Hold, Settlement, Shortfall, Unbalanced, open_hold, open_hold_of};
use crate::domain::outcome::{Class, FIRST_ROUND};
use crate::domain::projection::Taken;
use crate::domain::run::{Effect, Illegal, Input, apply};
use crate::store::rows::{
    CallsUnderWay, ExchangesRow, HoldRow, OutcomeKey, OutcomeRow, Progress, ResultsRow, RewriteRow,
    RoundResultsRow, Unfinished,
};
use crate::store::{Fault, Order, Reader, UseCaseError, Writes};

use crate::app::Settings;
use crate::app::hooks_in::caps as hook_caps;
use crate::app::keys::caps;
use crate::app::money::allowance::{open_purse, this_month};
use crate::app::studies::finished_rounds::ended_rounds;
use crate::app::studies::lookup::StudyRecord;
use crate::app::watch::version::settle;

/// What the caller must do once the transition is durable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::app) struct After {
    /// Close the study's gate.
    pub(in crate::app) halt: bool,
    /// Wake the scheduler.
    pub(in crate::app) wake: bool,
    /// Compute the results and finish, before the transaction ends.
    pub(in crate::app) finish: bool,
    /// Tell whoever waits for the end of that study.
    pub(in crate::app) ended: Option<StudyId>,
}

/// Puts a study through one transition.
pub(in crate::app) fn step(
    reader: &Reader<'_>,
    writes: &mut Writes,
    settings: &Settings,
    found: &mut StudyRecord,
    input: &Input,
) -> Result<After, UseCaseError> {
    let before = found.progress.state;
    let (standing, effects) = apply(before, input).map_err(|illegal| refusal(&illegal, found))?;
    let now = writes.time();
    let mut after = After::default();
    // Retrying forgets first: the new hold is for those who are to be asked again.
    let mut to_ask = found.progress.panel.requested;
    if effects.contains(&Effect::Forget) {
        to_ask = forget(reader, writes, found)?;
    }
    let was_at_work = was_at_work(reader, found.number, &found.progress)?;
    clock_work(found, before, standing.state, now);
    found.progress.state = standing.state;
    found.progress.reason = match standing.reason {
        Some(reason) if standing.state == State::Cancelled => {
            Some(with_what_is_charged(reader, found, reason)?)
        }
        reason => reason,
    };
    found.progress.completed_at = standing.state.is_final().then_some(now);
    for effect in effects {
        match effect {
            Effect::Hold => hold(reader, writes, settings, found, to_ask)?,
            Effect::Release => {
                release(reader, writes, found, now)?;
                settle(reader, writes, found, was_at_work)?;
            }
            Effect::Announce(kind) => {
                writes.announce(Some(found.row.id), news(found, kind)?);
            }
            Effect::Next { round } => {
                found.progress.round = round;
                let requested = found.progress.panel.requested;
                found.progress.later = Some(PanelCounts { requested, ..PanelCounts::default() });
                found.progress.probation = None;
            }
            Effect::Finish => after.finish = true,
            Effect::Wake => after.wake = true,
            Effect::Halt => after.halt = true,
            Effect::Forget => {}
        }
    }
    if standing.state.is_final() {
        after.ended = Some(found.row.id);
        writes.remove::<Unfinished>(&found.number);
        caps::settle(reader, writes, found)?;
        hook_caps::settle(reader, writes, found)?;
    } else {
        writes.put(&found.number, &Unfinished::of(found.row.api_key));
    }
    writes.put(&found.number, &found.progress);
    Ok(after)
}

/// Whether anybody may have been asked: then calls may be under way when the study ends, and what they cost is booked later.
pub(in crate::app) fn was_at_work(
    reader: &Reader<'_>,
    number: u32,
    progress: &Progress,
) -> Result<bool, Fault> {
    Ok(progress.working_since.is_some()
        || progress.worked_ms > 0
        || progress.panel.settled() > 0
        || reader.get::<CallsUnderWay>(&number)?.is_some())
}

/// What an event of that kind tells of its study.
fn news(found: &StudyRecord, kind: EventKind) -> Result<EventData, UseCaseError> {
    let news = StudyNews {
        state: found.progress.state,
        panel: found.progress.panel,
        words: Some(StudyWords {
            name: found.row.spec.name.clone(),
            reason: found.progress.reason.clone(),
        }),
    };
    EventData::of_study(kind, news).ok_or_else(|| {
        let what = format!("An event of the kind {kind} tells of no study's state");
        ApiError::new(ErrorCode::Internal, what).into()
    })
}

fn clock_work(found: &mut StudyRecord, before: State, after: State, now: Timestamp) {
    let progress = &mut found.progress;
    if before == State::Running
        && let Some(since) = progress.working_since.take()
    {
        let worked = u64::try_from(now.duration_since(since).as_millis()).unwrap_or(0);
        progress.worked_ms = progress.worked_ms.saturating_add(worked);
    }
    if after == State::Running {
        progress.working_since = Some(now);
    }
}

/// Takes back the outcomes that will be asked for again; says how many.
fn forget(
    reader: &Reader<'_>,
    writes: &mut Writes,
    found: &mut StudyRecord,
) -> Result<u32, UseCaseError> {
    let (first, last) = OutcomeKey::of_study(found.number);
    let mut removed = 0_u32;
    let again = |of_one: &[(OutcomeKey, Class)]| {
        of_one.iter().any(|(key, class)| {
            key.assignment.is_answer() && matches!(class, Class::Invalid | Class::Failed)
        })
    };
    // Everything of a respondent goes, also what they answered: whoever is asked again is asked all of it.
    let mut forget = |of_one: &mut Vec<(OutcomeKey, Class)>| {
        if again(of_one) {
            removed = removed.saturating_add(1);
            for (key, _) in of_one.iter() {
                writes.remove::<OutcomeRow>(key);
                writes.remove::<ExchangesRow>(key);
            }
        }
        of_one.clear();
    };
    let mut of_one: Vec<(OutcomeKey, Class)> = Vec::new();
    reader.scan::<OutcomeRow>(&first, &last, Order::Rising, |key, row| {
        let same = |(earlier, _): &(OutcomeKey, Class)| {
            earlier.assignment.respondent == key.assignment.respondent
        };
        if !of_one.last().is_none_or(same) {
            forget(&mut of_one);
        }
        of_one.push((key, row.outcome().class()));
        Ok(ControlFlow::Continue(()))
    })?;
    forget(&mut of_one);
    writes.remove::<ResultsRow>(&found.number);
    let (first, last) = RewriteRow::of_study(found.number);
    reader.keys::<RewriteRow>(&first, &last, |key| {
        writes.remove::<RewriteRow>(&key);
        Ok(ControlFlow::Continue(()))
    })?;
    let (first, last) = RoundResultsRow::of_study(found.number);
    reader.keys::<RoundResultsRow>(&first, &last, |key| {
        writes.remove::<RoundResultsRow>(&key);
        Ok(ControlFlow::Continue(()))
    })?;
    let progress = &mut found.progress;
    progress.later = None;
    progress.panel = PanelCounts { invalid: 0, failed: 0, ..progress.panel };
    progress.attempt = progress.attempt.saturating_add(1);
    progress.round = FIRST_ROUND;
    progress.recent.clear();
    // Those who are asked again are another kind than the whole panel was.
    progress.taken = Taken::default();
    Ok(removed)
}

/// Credits that are set aside when that many are to be asked. What is charged once is held until it fell due.
pub(in crate::app) fn to_hold(found: &StudyRecord, answers: u32) -> Credits {
    let wanted = match found.row.charge {
        None => found.row.price.checked_mul(u64::from(answers)),
        Some(charge) => charge.held(answers, found.progress.credits_used <= Credits::ZERO),
    };
    wanted.unwrap_or(Credits(i64::MAX))
}

fn hold(
    reader: &Reader<'_>,
    writes: &mut Writes,
    settings: &Settings,
    found: &StudyRecord,
    answers: u32,
) -> Result<(), UseCaseError> {
    let purse = open_purse(reader, writes, settings)?;
    let (study, attempt, price) = (found.row.id, found.progress.attempt, found.row.price);
    let held = match found.row.charge {
        // A persona is paid for when its answer is recorded.
        None => open_hold(study, attempt, answers, price, Settlement::PerAnswer, &purse),
        // Rounds are paid for at the end.
        Some(_) => {
            let wanted = to_hold(found, answers);
            open_hold_of(study, attempt, wanted, price, Settlement::OnCompletion, &purse)
        }
    };
    let (hold, movement) = held.map_err(too_few)?;
    if hold.amount() > Credits::ZERO {
        writes.book(movement);
    }
    writes.put(&(found.number, hold.attempt), &HoldRow(hold));
    Ok(())
}

/// The refusal of a study that needs more credits than there are.
pub(in crate::app) fn too_few(short: Shortfall) -> ApiError {
    let Shortfall { wanted: required, spendable: left } = short;
    ApiError::new(ErrorCode::InsufficientCredits, short.to_string())
        .short_of(Shortage::Credits { required, left })
        .hint(Remedy::owner("Add them", format!("demoscope credits grant {}", short.missing())))
        .hint("Ask a smaller panel, which needs fewer")
}

fn release(
    reader: &Reader<'_>,
    writes: &mut Writes,
    found: &StudyRecord,
    now: Timestamp,
) -> Result<(), UseCaseError> {
    let key = (found.number, found.progress.attempt);
    // A draft holds nothing.
    let Some(HoldRow(hold)) = reader.get(&key)? else { return Ok(()) };
    let hold = with_rounds(reader, found, hold)?;
    let month = this_month(reader, now)?.max(hold.month);
    let (closed, movements) = hold.release(month).map_err(|error| defect(&error))?;
    for movement in movements {
        writes.book(movement);
    }
    writes.put(&key, &HoldRow(closed));
    Ok(())
}

/// The reason for an end before the last round, with what is charged all the same: a round is, once it has ended.
fn with_what_is_charged(
    reader: &Reader<'_>,
    found: &StudyRecord,
    reason: String,
) -> Result<String, Fault> {
    if found.row.charge.is_none() {
        return Ok(reason);
    }
    let ended = ended_rounds(reader, found)?.len();
    let all = chain_plan(&found.row.spec).map_or(1, |plan| plan.rounds);
    Ok(match (ended, all) {
        (0, 0 | 1) => format!("{reason} before it had ended, so that nothing is charged"),
        (0, _) => format!("{reason} before its first round had ended, so that nothing is charged"),
        _ => format!("{reason} after {ended} of {all} rounds, which are charged"),
    })
}

/// The hold with what fell due for rounds in this very transaction, which the reader does not see.
fn with_rounds(reader: &Reader<'_>, found: &StudyRecord, hold: Hold) -> Result<Hold, UseCaseError> {
    if found.row.charge.is_none() {
        return Ok(hold);
    }
    let mut booked = Credits::ZERO;
    let (first, last) = ((found.number, 0), (found.number, u32::MAX));
    reader.scan::<HoldRow>(&first, &last, Order::Rising, |_, HoldRow(hold)| {
        for part in [hold.settled, hold.pending] {
            booked = booked.checked_add(part).unwrap_or(Credits(i64::MAX));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let due = found.progress.credits_used.checked_sub(booked).unwrap_or(Credits::ZERO);
    hold.fall_due(due.max(Credits::ZERO))
        .map_err(|over| ApiError::new(ErrorCode::Internal, over.to_string()).into())
}

pub(in crate::app) fn defect(error: &Unbalanced) -> UseCaseError {
    ApiError::new(ErrorCode::Internal, error.to_string()).into()
}

fn refusal(illegal: &Illegal, found: &StudyRecord) -> ApiError {
    // What the state allows, without what would be refused or change nothing.
    let is_of_use = |control: &Control| match control {
        Control::Retry => found.can_retry(),
        Control::Archive => !found.progress.archived,
        Control::Unarchive => found.progress.archived,
        Control::Pause | Control::Resume | Control::Agree | Control::Cancel => true,
    };
    let allowed = illegal.allowed.iter().copied().filter(is_of_use);
    let words = allowed.map(|control| word(control).to_owned()).collect();
    let aim = format!("Choose what goes with a study that is {}", illegal.state);
    ApiError::new(ErrorCode::Conflict, illegal.to_string())
        .hint(Remedy::with(aim, Feature::Controls(words)))
}

/// The word for a control.
pub(in crate::app) const fn word(control: Control) -> &'static str {
    match control {
        Control::Pause => "pause",
        Control::Resume => "resume",
        Control::Agree => "agree",
        Control::Cancel => "cancel",
        Control::Retry => "retry",
        Control::Archive => "archive",
        Control::Unarchive => "unarchive",
    }
}
