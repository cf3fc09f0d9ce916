//! The recording of outcomes (T2): a batch of outcomes, one payment for the answers among them, real cost, counts and
//! one event in one transaction. An outcome that exists is refused, so nothing is recorded or charged twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use protocol::credits::{Credits, UsdMicros};
use protocol::error::{ApiError, ErrorCode};
use protocol::event::EventData;
use protocol::run::{PanelCounts, State};
use protocol::service::Reply;

use crate::domain::exchange::{Exchange, ReplyRole, ReplySource};
use crate::domain::instrument::{exact_score, headline_values, score};
use crate::domain::ledger::cost;
use crate::domain::outcome::{Answered, Assignment, Class, EngineUse, FIRST_ROUND, Outcome, Usage};
use crate::domain::projection::Taken;
use crate::domain::reply_notes::ReplyNotes;
use crate::domain::run::Input;
use crate::store::rows::{
    AddressKey, Counted, ExchangesRow, HoldRow, OutcomeKey, OutcomeRow, Progress, RememberedRow,
};
use crate::store::{Fault, Reader, Table, UseCaseError, Writes};

use crate::app::money::allowance::this_month;
use crate::app::studies::lookup::of_number;
use crate::app::studies::transition::{defect, step};
use crate::app::{Caller, Core, Scope};

/// Seconds of history that the live view shows.
const RECENT_SECONDS: i64 = 60;

/// Models that services name which are kept for the report, and characters of one.
const MODELS_MAX: usize = 8;
const MODEL_CHARACTERS_MAX: usize = 100;

/// Outcomes as they will be stored. Made by whoever asked, so that the writer has only to put them.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    number: u32,
    attempt: u32,
    keys: Vec<OutcomeKey>,
    rows: Vec<Vec<u8>>,
    said: Vec<(OutcomeKey, Vec<Exchange>)>,
    remember: Vec<(AddressKey, RememberedRow)>,
    counts: PanelCounts,
    scores: Vec<u8>,
    exact: Vec<u16>,
    usage: Usage,
    taken: Taken,
    engines: BTreeMap<String, (String, EngineUse)>,
    said_by: BTreeSet<String>,
    notes: ReplyNotes,
    begun: Option<Timestamp>,
}

impl Batch {
    /// An empty batch for one attempt at a study.
    pub(crate) fn new(number: u32, attempt: u32) -> Self {
        Self {
            number,
            attempt,
            keys: Vec::new(),
            rows: Vec::new(),
            said: Vec::new(),
            remember: Vec::new(),
            counts: PanelCounts::default(),
            scores: Vec::new(),
            exact: Vec::new(),
            usage: Usage::default(),
            taken: Taken::default(),
            engines: BTreeMap::new(),
            said_by: BTreeSet::new(),
            notes: ReplyNotes::default(),
            begun: None,
        }
    }

    /// Whoever records it takes its study from the queue, where it still is: it has been at work since then. Of a small study
    /// that saves a transaction of its own.
    pub(crate) fn beginning(self, begun: Option<Timestamp>) -> Self {
        Self { begun, ..self }
    }

    /// Adds what came of everything that one respondent was asked. A respondent counts, and is paid for, once: as what
    /// the worst of the outcomes is. The tally takes the score of the first answer of those who gave all of theirs.
    pub(crate) fn push(
        &mut self,
        outcomes: &[(Assignment, Outcome, Usage)],
    ) -> Result<(), serde_json::Error> {
        let mut asked = Usage::default();
        for (assignment, outcome, usage) in outcomes {
            asked = asked.plus(*usage);
            self.rows.push(serde_json::to_vec(&OutcomeRow::new(outcome, *usage))?);
            self.keys.push(OutcomeKey { study: self.number, assignment: *assignment });
        }
        self.usage = self.usage.plus(asked);
        // Whoever was not asked at all says nothing about what asking takes.
        if asked != Usage::default() {
            self.taken.note(asked.cost);
        }
        // A second asking measures noise: it is recorded and costs money, but it is nobody's answer.
        let mut counting = outcomes.iter().filter(|(at, _, _)| at.is_answer());
        let of_all = counting.clone();
        let Some(class) = counting.clone().map(|(_, outcome, _)| outcome.class()).max() else {
            return Ok(());
        };
        class.count(&mut self.counts);
        let first = counting.next().map(|(_, outcome, _)| outcome);
        if let (Class::Answered, Some(Outcome::Answered(answered))) = (class, first) {
            let again = outcomes.iter().any(|(at, _, usage)| at.is_answer() && usage.reasks > 0);
            if again {
                self.notes.again = self.notes.again.saturating_add(1);
                let said: Vec<&Answered> = of_all
                    .filter_map(|(_, outcome, _)| match outcome {
                        Outcome::Answered(answered) => Some(answered),
                        _ => None,
                    })
                    .collect();
                let values = headline_values(answered.answer.study_type(), &said);
                self.notes.note_again_values(values);
                if let Some(score) = score(&answered.answer) {
                    self.notes.again_scores.0 += 1;
                    self.notes.again_scores.1 += u64::from(score);
                }
            }
            self.scores.extend(score(&answered.answer));
            self.exact.extend(exact_score(&answered.answer));
        }
        Ok(())
    }

    /// Adds what was said to reach an outcome, to be kept beside it. A reply that answered is remembered under the address of
    /// its question; one that could not be read is not, nor the reply to a repetition, which is there to differ.
    pub(crate) fn keep(
        &mut self,
        assignment: Assignment,
        outcome: &Outcome,
        exchanges: Vec<Exchange>,
    ) {
        let key = OutcomeKey { study: self.number, assignment };
        if matches!(outcome, Outcome::Answered(_)) {
            self.remember(key, &exchanges);
        }
        if exchanges.is_empty() {
            return;
        }
        for said in exchanges.iter().filter(|said| !said.model.is_empty()) {
            if self.said_by.len() < MODELS_MAX && !self.said_by.contains(&said.model) {
                self.said_by.insert(said.model.chars().take(MODEL_CHARACTERS_MAX).collect());
            }
        }
        self.said.push((key, exchanges));
    }

    /// Adds what was said so far to a respondent who is asked more, the last reply to each question one that was read: after
    /// a halt or a crash it is found again, and need not be paid for twice.
    pub(crate) fn keep_early(&mut self, assignment: Assignment, exchanges: Vec<Exchange>) {
        let key = OutcomeKey { study: self.number, assignment };
        self.remember(key, &exchanges);
        self.said.push((key, exchanges));
    }

    fn remember(&mut self, key: OutcomeKey, exchanges: &[Exchange]) {
        if key.assignment.is_answer() {
            // Of each question the last reply: the one before it could not be read, or the last only adds to it.
            let question = |exchange: &Exchange| (exchange.beside, exchange.item);
            let questions: BTreeSet<_> = exchanges.iter().map(question).collect();
            for of in questions {
                let mut latest = exchanges.iter().rev().filter(|said| question(said) == of);
                let last = latest.next();
                let is_rest = last.is_some_and(|last| last.role() == ReplyRole::Rest);
                let before = latest.next().filter(|_| is_rest);
                let fit = |last: &&Exchange| {
                    last.source == ReplySource::Asked && last.whole_bytes.is_none()
                };
                let counting = before.into_iter().chain(last).filter(fit);
                let addresses = counting.filter_map(|said| AddressKey::new(&said.address));
                self.remember.extend(addresses.map(|address| (address, RememberedRow::new(key))));
            }
        }
    }

    /// Adds how replies were read.
    pub(crate) fn note_replies(&mut self, notes: ReplyNotes) {
        self.notes.add(notes);
    }

    /// Notes what an engine did for a respondent.
    pub(crate) fn share(&mut self, engine: &str, model: &str, share: EngineUse) {
        match self.engines.get_mut(engine) {
            Some((_, sum)) => *sum = sum.plus(share),
            None => drop(self.engines.insert(engine.to_owned(), (model.to_owned(), share))),
        }
    }

    /// How many outcomes it holds.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether it holds none.
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Adds what was used for no outcome.
    pub(in crate::app) fn spend(&mut self, usage: Usage) {
        self.usage = self.usage.plus(usage);
    }

    /// The study.
    pub(in crate::app) fn number(&self) -> u32 {
        self.number
    }

    /// Which attempt at it.
    pub(in crate::app) fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Its outcomes as they will be stored, in the order of the respondents.
    pub(in crate::app) fn outcomes(&self) -> Result<Vec<(Assignment, OutcomeRow)>, UseCaseError> {
        let mut outcomes = Vec::with_capacity(self.rows.len());
        for (key, row) in self.keys.iter().zip(&self.rows) {
            let row = serde_json::from_slice(row)
                .map_err(|error| Fault::Row { table: Table::Outcomes, why: error.to_string() })?;
            outcomes.push((key.assignment, row));
        }
        outcomes.sort_by_key(|(at, _)| *at);
        Ok(outcomes)
    }

    /// The counts of the panel once it is recorded in a study without an outcome, where it then lacks none.
    pub(in crate::app) fn completes(&self, progress: &Progress) -> Option<PanelCounts> {
        let takes = matches!(progress.state, State::Queued | State::Running);
        let is_first = progress.round == FIRST_ROUND && progress.panel.settled() == 0;
        let is_whole = self.counts.settled() == progress.panel.requested;
        let completes = takes && is_first && is_whole && progress.attempt == self.attempt;
        completes.then_some(PanelCounts { requested: progress.panel.requested, ..self.counts })
    }

    /// What all of it took.
    pub(in crate::app) fn usage(&self) -> Usage {
        self.usage
    }

    /// Adds to a study what its engines did.
    pub(in crate::app) fn count_engines(&self, progress: &mut Progress) {
        progress.replies.add(self.notes.clone());
        for model in &self.said_by {
            if progress.said_by.len() < MODELS_MAX {
                progress.said_by.insert(model.clone());
            }
        }
        for (engine, (model, share)) in &self.engines {
            let (_, sum) = progress
                .engines
                .entry(engine.clone())
                .or_insert_with(|| (model.clone(), EngineUse::default()));
            *sum = sum.plus(*share);
        }
    }

    /// Puts what was said, and where it is found again.
    pub(in crate::app) fn put_said(&mut self, writes: &mut Writes) {
        for (key, exchanges) in std::mem::take(&mut self.said) {
            writes.put(&key, &ExchangesRow(exchanges));
        }
        for (address, place) in &self.remember {
            writes.put(address, place);
        }
    }
}

impl Core {
    /// Records a batch. Refused when the study takes no more answers, or when one of the outcomes exists.
    pub(crate) async fn record(&self, caller: &Caller, mut batch: Batch) -> Reply<PanelCounts> {
        let owner = caller.may(Scope::Work)?.clone();
        let now = self.world().clock.now();
        let (number, usage) = (batch.number, batch.usage);
        let settings = Arc::clone(self.settings());
        let panel = self
            .store()
            .write(move |reader| {
                let mut found = of_number(reader, &owner, batch.number).map_err(too_late)?;
                let mut writes = Writes::at(now);
                if batch.is_empty() && batch.said.is_empty() {
                    return Ok((found.progress.panel, writes));
                }
                admit(&found.progress, &batch)?;
                if let Some(begun) = batch.begun
                    && found.progress.state == State::Queued
                {
                    step(reader, &mut writes, &settings, &mut found, &Input::Start)?;
                    found.progress.working_since = Some(begun.min(now));
                }
                batch.put_said(&mut writes);
                if batch.is_empty() {
                    return Ok((found.progress.panel, writes));
                }
                let existing = reader.any_of(Table::Outcomes, &batch.keys)?;
                if let Some(existing) = existing.and_then(|index| batch.keys.get(index)) {
                    return Err(ApiError::new(
                        ErrorCode::Conflict,
                        format!(
                            "Respondent {} has an outcome already",
                            existing.assignment.respondent
                        ),
                    )
                    .into());
                }
                let paid = settle(reader, &mut writes, &found.row, &batch)?;
                found.progress.credits_used =
                    found.progress.credits_used.checked_add(paid).unwrap_or(Credits(i64::MAX));
                count(&mut found.progress, &batch, found.row.scale, now.as_second());
                let (first, last) = span(&batch.keys);
                writes.announce(
                    Some(found.row.id),
                    EventData::Recorded {
                        first,
                        last,
                        count: u64::try_from(batch.keys.len()).unwrap_or(u64::MAX),
                        delivered: batch.counts.delivered,
                        panel: found.progress.panel,
                        round: found.round(),
                    },
                );
                for (key, row) in batch.keys.iter().zip(batch.rows) {
                    writes.put_bytes(Table::Outcomes, key, row);
                }
                writes.put(&found.number, &found.progress);
                Ok((found.progress.panel, writes))
            })
            .await?;
        self.note_booked(number, usage);
        Ok(panel)
    }
}

/// Answers are taken while a study runs, and from those who were being asked when it was paused, also when it was sent on
/// again before they had come in.
fn admit(progress: &Progress, batch: &Batch) -> Result<(), ApiError> {
    let takes = matches!(progress.state, State::Running | State::Paused | State::Queued);
    if takes && progress.attempt == batch.attempt {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::Conflict,
        format!("The study is {} and takes no answers", progress.state),
    ))
}

/// A study that was deleted takes no more answers than one that was cancelled: to whoever asked it is the same.
fn too_late(halt: UseCaseError) -> UseCaseError {
    match halt {
        UseCaseError::Refused(error) if error.code == ErrorCode::NotFound => {
            UseCaseError::Refused(ApiError { code: ErrorCode::Conflict, ..error })
        }
        other => other,
    }
}

/// Settles the answers as their hold's policy says and books the real cost; says what they take of the hold.
fn settle(
    reader: &Reader<'_>,
    writes: &mut Writes,
    row: &crate::store::rows::StudyRow,
    batch: &Batch,
) -> Result<Credits, UseCaseError> {
    let month = this_month(reader, writes.time())?;
    let name = name(batch);
    if batch.usage.cost > UsdMicros::ZERO {
        let movement = cost(row.id, &name, month, &row.spec.engine, batch.usage.cost)
            .map_err(|error| defect(&error))?;
        writes.book(movement);
    }
    let answers = u64::from(batch.counts.delivered);
    let paid = row.price.checked_mul(answers).unwrap_or(Credits(i64::MAX));
    if paid == Credits::ZERO {
        return Ok(paid);
    }
    let key = (batch.number, batch.attempt);
    let HoldRow(hold) = reader.get(&key)?.ok_or_else(|| {
        ApiError::new(ErrorCode::Internal, "The study holds no credits for its answers")
    })?;
    let (hold, movement) = hold
        .settle(answers, &name, month)
        .map_err(|over| ApiError::new(ErrorCode::Internal, over.to_string()))?;
    if let Some(movement) = movement {
        writes.book(movement);
    }
    writes.put(&key, &HoldRow(hold));
    Ok(paid)
}

fn count(progress: &mut Progress, batch: &Batch, scale: Option<(i32, i32)>, second: i64) {
    let is_first = progress.round == FIRST_ROUND;
    let panel = match &mut progress.later {
        Some(later) if !is_first => later,
        _ => &mut progress.panel,
    };
    panel.delivered = panel.delivered.saturating_add(batch.counts.delivered);
    panel.refused = panel.refused.saturating_add(batch.counts.refused);
    panel.invalid = panel.invalid.saturating_add(batch.counts.invalid);
    panel.failed = panel.failed.saturating_add(batch.counts.failed);
    let lowest = scale.map_or(0, |(low, _)| low);
    // The live tally is of the content as it was sent.
    for score in batch.scores.iter().filter(|_| is_first) {
        let place = i32::from(*score).checked_sub(lowest).and_then(|at| usize::try_from(at).ok());
        if let Some(count) = place.and_then(|at| progress.scores.get_mut(at)) {
            *count = count.saturating_add(1);
        }
    }
    for score in batch.exact.iter().filter(|_| is_first) {
        progress.exact.get_or_insert_default().add(*score);
    }
    progress.usage = progress.usage.plus(batch.usage);
    progress.taken = progress.taken.plus(batch.taken);
    batch.count_engines(progress);
    let outcomes = u32::try_from(batch.len()).unwrap_or(u32::MAX);
    match progress.recent.last_mut() {
        Some(last) if last.second >= second => {
            last.outcomes = last.outcomes.saturating_add(outcomes);
        }
        _ => progress.recent.push(Counted { second, outcomes }),
    }
    let oldest = second.saturating_sub(RECENT_SECONDS);
    progress.recent.retain(|counted| counted.second > oldest);
}

/// The name of a batch within its study. No two batches of an attempt share their first respondent of the first asking,
/// nor, among those of repetitions alone, their first of those, because an outcome that exists is refused.
fn name(batch: &Batch) -> String {
    let asking = batch.keys.iter().map(|key| key.assignment.replicate).min().unwrap_or(0);
    let of_it: Vec<OutcomeKey> =
        batch.keys.iter().filter(|key| key.assignment.replicate == asking).copied().collect();
    let (first, last) = span(&of_it);
    // A batch is of one round. The names of the first round's are those of earlier versions.
    let attempt = match batch.keys.first().map_or(FIRST_ROUND, |key| key.assignment.round) {
        FIRST_ROUND => batch.attempt.to_string(),
        round => format!("{}/round-{round}", batch.attempt),
    };
    match asking {
        0 => format!("{attempt}/{first}-{last}"),
        _ => format!("{attempt}/{first}-{last}/again-{asking}"),
    }
}

/// The first and last respondent of some outcomes.
fn span(keys: &[OutcomeKey]) -> (u32, u32) {
    let respondents = keys.iter().map(|key| key.assignment.respondent);
    (respondents.clone().min().unwrap_or(0), respondents.max().unwrap_or(0))
}
