//! The steps of a study: to work, to its next round, to its end with the results once every assignment of a round has
//! an outcome (T3), or to a halt when it cannot continue. Only the drivers in `work` call these use cases.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use protocol::credits::Credits;
use protocol::error::{ApiError, ErrorCode};
use protocol::event::EventData;
use protocol::results::Results;
use protocol::run::{PanelCounts, State, Study};
use protocol::service::Reply;
use protocol::study::StudySpec;

use crate::domain::asking::Purpose;
use crate::domain::instrument::Subsamples;
use crate::domain::instrument::chain::{Rewrite, RoundResults, chain_plan};
use crate::domain::outcome::{Assignment, FIRST_ROUND, Outcome};
use crate::domain::probation::Group;
use crate::domain::run::Input;
use crate::store::rows::{
    HoldRow, OutcomeKey, OutcomeRow, Progress, ResultsRow, RewriteRow, RoundResultsRow, Unfinished,
};
use crate::store::{Fault, Order, Reader, Table, UseCaseError, Writes};

use crate::app::asking::compute::{compute, compute_of};
use crate::app::asking::record::Batch;
use crate::app::asking::rounds::{Rewritten, next_round, rewrites, spec_of};
use crate::app::caller::is_of;
use crate::app::studies::findings::carry_over;
use crate::app::studies::lookup::{StudyRecord, by_number, of_number};
use crate::app::studies::transition::{After, step};
use crate::app::{Caller, Core, Owner, Scope, Settings};

/// Different reasons that are counted when a study ends without an answer.
const REASONS_MAX: usize = 100;

/// An unfinished study, as the scheduler sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    /// Its number.
    pub number: u32,
    /// Where it stands.
    pub state: State,
    /// Its place among those that wait: lower ones first, then older ones.
    pub place: i64,
}

/// What a runner needs to know of a study.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Job {
    /// Its number.
    pub number: u32,
    /// Which attempt this is.
    pub attempt: u32,
    /// Where it stands.
    pub state: State,
    /// What is asked in its round.
    pub spec: StudySpec,
    /// The model that answers it.
    pub model: String,
    /// It was at work before.
    pub has_begun: bool,
    /// Whether it has answers already: what answers it works as it is set.
    pub has_answers: bool,
    /// What is left to ask in its round.
    pub left: Left,
    /// The group that was being asked when an unclean end came, where one was watched.
    pub probation: Option<Group>,
}

/// What is left to ask in one round: its assignments minus its outcomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    round: u16,
    done: Vec<u64>,
    panel: u32,
    again: BTreeSet<(Purpose, u32)>,
}

impl Left {
    /// Everything that one round asks.
    fn all(spec: &StudySpec, round: u16) -> Self {
        let words = usize::try_from(spec.panel.div_ceil(64)).unwrap_or(usize::MAX);
        Self {
            round,
            done: vec![0; words],
            panel: spec.panel,
            again: Subsamples::of(spec).all().collect(),
        }
    }

    /// The round.
    pub(crate) fn round(&self) -> u16 {
        self.round
    }

    /// Who has no outcome, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.panel).filter(|respondent| {
            let (word, bit) = place(*respondent);
            self.done.get(word).is_none_or(|word| word & bit == 0)
        })
    }

    /// Who is to be asked something besides the answer and has not been, kind by kind, each in order.
    pub(crate) fn again(&self) -> impl Iterator<Item = (Purpose, u32)> + '_ {
        self.again.iter().copied()
    }

    /// Takes away what has an outcome.
    fn strike(&mut self, at: Assignment) {
        match at.asking() {
            Some(Purpose::Answer) => {
                let (word, bit) = place(at.respondent);
                if let Some(word) = self.done.get_mut(word) {
                    *word |= bit;
                }
            }
            Some(asking) => {
                self.again.remove(&(asking, at.respondent));
            }
            None => {}
        }
    }
}

fn place(respondent: u32) -> (usize, u64) {
    (usize::try_from(respondent / 64).unwrap_or(usize::MAX), 1 << (respondent % 64))
}

impl Core {
    /// The caller's unfinished studies, oldest first.
    pub(crate) async fn pending(&self, caller: &Caller) -> Reply<Vec<Pending>> {
        self.view(caller, |_, reader, owner| unfinished_of(reader, owner)).await
    }

    /// A study with what is left to ask in its round.
    pub(crate) async fn job(&self, caller: &Caller, number: u32) -> Reply<Job> {
        self.view(caller, move |_, reader, owner| {
            let found = of_number(reader, owner, number)?;
            let spec = spec_of(reader, &found, found.progress.round)?.into_owned();
            let StudyRecord { row, progress, .. } = found;
            let mut left = Left::all(&spec, progress.round);
            if progress.later.unwrap_or(progress.panel).settled() > 0 {
                let (first, last) = OutcomeKey::of_round(number, left.round);
                reader.keys::<OutcomeRow>(&first, &last, |key| {
                    left.strike(key.assignment);
                    Ok(ControlFlow::Continue(()))
                })?;
            }
            Ok(Job {
                number,
                attempt: progress.attempt,
                state: progress.state,
                spec,
                model: row.model,
                has_begun: progress.worked_ms > 0 || progress.working_since.is_some(),
                has_answers: progress.panel.delivered > 0,
                left,
                probation: progress.probation,
            })
        })
        .await
    }

    /// A place at work is free for a queued study.
    pub(crate) async fn begin(&self, caller: &Caller, number: u32) -> Reply<Study> {
        self.transit(caller, number, Input::Start).await
    }

    /// T3: nothing is left of a round. One transaction stores the results of the round and what the content was rewritten to,
    /// and goes on with the next round, or stores the results of the study and gives back what is left of the hold. All of
    /// it is computed before, from a snapshot, so that nobody else's write waits for it; where the study changed meanwhile,
    /// it is computed again.
    pub(crate) async fn end_round(
        &self,
        caller: &Caller,
        number: u32,
        rewritten: Option<Rewritten>,
    ) -> Reply<Study> {
        let owner = caller.may(Scope::Work)?.clone();
        loop {
            let rewritten = rewritten.clone();
            let ended = self
                .view(caller, move |_, reader, owner| {
                    EndedRound::compute(reader, &of_number(reader, owner, number)?, rewritten)
                })
                .await?;
            if let Some(study) = self.store_end(owner.clone(), number, ended).await? {
                return Ok(study);
            }
        }
    }

    /// Records the only outcomes of a study and ends it. Of a small study both come in one commit, since its results are
    /// computed from the batch before; says whether they did. Where the study is not like that, or changed meanwhile, its
    /// end is left to [`Core::end_round`].
    pub(crate) async fn record_and_end(&self, caller: &Caller, batch: Batch) -> Reply<bool> {
        let owner = caller.may(Scope::Work)?.clone();
        let number = batch.number();
        let (batch, ended) = self
            .view(caller, move |_, reader, owner| {
                let found = of_number(reader, owner, number)?;
                let ended = EndedRound::after_batch(reader, &found, &batch)?;
                Ok((batch, ended))
            })
            .await?;
        let Some(ended) = ended else {
            return self.record(caller, batch).await.map(|_| false);
        };
        // The writer takes them in this order, and usually both into one transaction.
        let (recorded, ended) =
            tokio::join!(biased; self.record(caller, batch), self.store_end(owner, number, ended));
        recorded?;
        Ok(ended?.is_some())
    }

    /// Stores the end of a round; `None` where the study changed since it was computed.
    async fn store_end(
        &self,
        owner: Owner,
        number: u32,
        ended: EndedRound,
    ) -> Reply<Option<Study>> {
        let now = self.world().clock.now();
        let settings = Arc::clone(self.settings());
        let stored = self
            .store()
            .write(move |reader| {
                let mut found = of_number(reader, &owner, number)?;
                let mut writes = Writes::at(now);
                if RoundState::of(&found) != ended.of {
                    return Ok((None, writes));
                }
                let after = ended.store(reader, &mut writes, &settings, &mut found)?;
                Ok((Some((found.study(), after)), writes))
            })
            .await?;
        Ok(stored.map(|(study, after)| {
            self.after(number, after);
            study
        }))
    }

    /// The study cannot go on; its owner reads why and resumes or cancels it.
    pub(crate) async fn fault(&self, caller: &Caller, number: u32, why: String) -> Reply<Study> {
        self.transit(caller, number, Input::Fault(why)).await
    }

    /// One transition without anything else, and what follows its commit.
    pub(in crate::app) async fn transit(
        &self,
        caller: &Caller,
        number: u32,
        input: Input,
    ) -> Reply<Study> {
        let owner = caller.may(Scope::Work)?.clone();
        let now = self.world().clock.now();
        let settings = Arc::clone(self.settings());
        let (study, after) = self
            .store()
            .write(move |reader| {
                let mut found = of_number(reader, &owner, number)?;
                let mut writes = Writes::at(now);
                let after = step(reader, &mut writes, &settings, &mut found, &input)?;
                Ok(((found.study(), after), writes))
            })
            .await?;
        self.after(number, after);
        Ok(study)
    }
}

/// What of a study says whether another outcome or transition came since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RoundState {
    state: State,
    attempt: u32,
    round: u16,
    panel: PanelCounts,
    later: Option<PanelCounts>,
}

impl RoundState {
    fn of(found: &StudyRecord) -> Self {
        let Progress { state, attempt, round, panel, later, .. } = found.progress;
        Self { state, attempt, round, panel, later }
    }
}

/// What the end of a round comes to.
struct EndedRound {
    /// The study that it was computed from.
    of: RoundState,
    /// The next round, if there is one.
    next: Option<u16>,
    /// What the content was rewritten to after the round.
    rewrite: Option<Rewrite>,
    /// Who answered in each round, for a study that is paid for by the round.
    answered: Vec<u32>,
    /// The results, where there are any.
    results: Option<Results>,
    /// Those of each round of a chain.
    rounds: Vec<RoundResults>,
    /// What came of most respondents, where nobody answered.
    instead: Option<String>,
}

impl EndedRound {
    /// Computes it; nothing is stored.
    fn compute(
        reader: &Reader<'_>,
        found: &StudyRecord,
        rewritten: Option<Rewritten>,
    ) -> Result<Self, UseCaseError> {
        let mut ended = Self {
            of: RoundState::of(found),
            next: None,
            rewrite: None,
            answered: Vec::new(),
            results: None,
            rounds: Vec::new(),
            instead: None,
        };
        // Any other state refuses the end of a round.
        if !matches!(ended.of.state, State::Running | State::Finalizing) {
            return Ok(ended);
        }
        let (number, mut known) = (found.number, rewrites(reader, found.number)?);
        // Earlier versions ended the last round and the study in two transactions: the end of the program may have come
        // between them.
        if ended.of.state == State::Running {
            let before = known.len();
            ended.next = next_round(reader, found, &mut known, rewritten)?;
            ended.rewrite = known.get(before).cloned();
            if found.row.charge.is_some() {
                for round in 0..=ended.of.round {
                    ended.answered.push(answered_in(reader, number, round)?);
                }
            }
        }
        if is_chain(found) || ended.next.is_none() {
            let (results, rounds) = compute(reader, found, known)?.unzip();
            if is_chain(found) && ended.of.state == State::Running {
                ended.rounds = rounds.unwrap_or_default();
            }
            ended.results = results;
        }
        if ended.next.is_none() && ended.results.is_none() {
            ended.instead = instead(reader, number)?;
        }
        Ok(ended)
    }

    /// The end of a study of one round whose only outcomes are those of a batch, once that is recorded; `None` of others, and
    /// where nobody answered.
    fn after_batch(
        reader: &Reader<'_>,
        found: &StudyRecord,
        batch: &Batch,
    ) -> Result<Option<Self>, UseCaseError> {
        if chain_plan(&found.row.spec).is_some() || found.row.charge.is_some() {
            return Ok(None);
        }
        let Some(panel) = batch.completes(&found.progress) else { return Ok(None) };
        let Some(results) = compute_of(reader, found, batch)? else { return Ok(None) };
        let of = RoundState { state: State::Running, panel, ..RoundState::of(found) };
        Ok(Some(Self {
            of,
            next: None,
            rewrite: None,
            answered: Vec::new(),
            results: Some(results),
            rounds: Vec::new(),
            instead: None,
        }))
    }

    /// Writes it, and the transition.
    fn store(
        self,
        reader: &Reader<'_>,
        writes: &mut Writes,
        settings: &Settings,
        found: &mut StudyRecord,
    ) -> Result<After, UseCaseError> {
        let Self { of, next, rewrite, answered, results, rounds, instead } = self;
        if of.state == State::Finalizing {
            return finish(reader, writes, settings, found, results, instead);
        }
        let number = found.number;
        if let Some(rewrite) = &rewrite {
            writes.put(&RewriteRow::key(number, of.round), &RewriteRow(rewrite.clone()));
        }
        charge_rounds(reader, writes, found, &answered)?;
        tell_of_round(writes, found, rewrite.as_ref());
        keep_rounds(reader, writes, number, rounds)?;
        let after = step(reader, writes, settings, found, &Input::Exhausted { next })?;
        if after.finish {
            finish(reader, writes, settings, found, results, instead)
        } else {
            Ok(after)
        }
    }
}

/// Whether a study has several rounds.
fn is_chain(found: &StudyRecord) -> bool {
    chain_plan(&found.row.spec).is_some_and(|plan| plan.rounds > 1)
}

/// Takes what fell due for the rounds so far out of what is held, for a study that is paid for by the round. A study that is
/// cancelled or fails before a round ends pays nothing for it.
fn charge_rounds(
    reader: &Reader<'_>,
    writes: &mut Writes,
    found: &mut StudyRecord,
    answered: &[u32],
) -> Result<(), UseCaseError> {
    let Some(charge) = found.row.charge else { return Ok(()) };
    let internal = |what: String| UseCaseError::from(ApiError::new(ErrorCode::Internal, what));
    let due = charge.due(answered).unwrap_or(Credits(i64::MAX));
    let before = found.progress.credits_used;
    let credits = due.checked_sub(before).filter(|credits| *credits > Credits::ZERO);
    let Some(credits) = credits else { return Ok(()) };
    let key = (found.number, found.progress.attempt);
    let HoldRow(hold) = reader
        .get(&key)?
        .ok_or_else(|| internal("The study holds no credits for its rounds".to_owned()))?;
    let hold = hold.fall_due(credits).map_err(|over| internal(over.to_string()))?;
    writes.put(&key, &HoldRow(hold));
    found.progress.credits_used = due;
    Ok(())
}

/// How many respondents answered all that one round asked them.
pub(in crate::app) fn answered_in(
    reader: &Reader<'_>,
    number: u32,
    round: u16,
) -> Result<u32, UseCaseError> {
    let (first, last) = OutcomeKey::of_round(number, round);
    let mut of_all: BTreeMap<u32, bool> = BTreeMap::new();
    reader.scan::<OutcomeRow>(&first, &last, Order::Rising, |key, row| {
        if key.assignment.is_answer() {
            let is_answered = matches!(row.outcome(), Outcome::Answered(_));
            *of_all.entry(key.assignment.respondent).or_insert(true) &= is_answered;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let answered = of_all.values().filter(|answered| **answered).count();
    Ok(u32::try_from(answered).unwrap_or(u32::MAX))
}

/// Stores the results of the rounds that have ended, where they are not stored yet. Usually one is missing; a study that an
/// earlier version began lacks those of its former rounds too.
fn keep_rounds(
    reader: &Reader<'_>,
    writes: &mut Writes,
    number: u32,
    rounds: Vec<RoundResults>,
) -> Result<(), UseCaseError> {
    for of_round in rounds {
        let key = RoundResultsRow::key(number, of_round.round.round.saturating_sub(1));
        if reader.get::<RoundResultsRow>(&key)?.is_none() {
            writes.put(&key, &RoundResultsRow(of_round));
        }
    }
    Ok(())
}

/// Stores the results and ends the study.
fn finish(
    reader: &Reader<'_>,
    writes: &mut Writes,
    settings: &Settings,
    found: &mut StudyRecord,
    results: Option<Results>,
    instead: Option<String>,
) -> Result<After, UseCaseError> {
    let delivered = found.progress.panel.delivered;
    if results.is_some() != (delivered > 0) {
        return Err(ApiError::new(
            ErrorCode::Internal,
            format!("{delivered} answers do not go with these results"),
        )
        .into());
    }
    let after = step(reader, writes, settings, found, &Input::Finish { delivered, instead })?;
    if let Some(results) = results {
        carry_over(reader, writes, found, &results)?;
        writes.put(&found.number, &ResultsRow(results));
    }
    Ok(after)
}

/// Announces the end of a round of a chain, and what its content was rewritten to.
fn tell_of_round(writes: &mut Writes, found: &StudyRecord, rewrite: Option<&Rewrite>) {
    let progress = &found.progress;
    if chain_plan(&found.row.spec).is_none() {
        return;
    }
    let round = progress.round.saturating_add(1);
    let asked = progress.later.unwrap_or(progress.panel);
    writes.announce(Some(found.row.id), EventData::RoundCompleted { round, asked });
    if let Some(rewrite) = rewrite {
        let variants = u32::try_from(rewrite.variants.len()).unwrap_or(u32::MAX);
        let taken = rewrite.taken;
        writes.announce(Some(found.row.id), EventData::RoundRewritten { round, variants, taken });
    }
}

/// What came of most respondents of a study without an answer, in the words of their outcomes, and of how many.
fn instead(reader: &Reader<'_>, number: u32) -> Result<Option<String>, UseCaseError> {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let (mut all, mut last) = (0_u32, None);
    let (first, end) = OutcomeKey::of_round(number, FIRST_ROUND);
    reader.scan::<OutcomeRow>(&first, &end, Order::Rising, |key, row| {
        let reason = match row.outcome() {
            Outcome::Refused { reason }
            | Outcome::Invalid { reason }
            | Outcome::Failed { reason }
            | Outcome::Skipped { reason } => reason,
            Outcome::Answered(_) => return Ok(ControlFlow::Continue(())),
        };
        // Of who is asked twice the first one counts: each respondent has one reason.
        let who = Some(key.assignment.respondent);
        if key.assignment.is_answer() && last != who {
            last = who;
            all = all.saturating_add(1);
            // Refusals are in a respondent's own words: there may be as many as people.
            if counts.len() < REASONS_MAX || counts.contains_key(reason) {
                *counts.entry(reason.clone()).or_default() += 1;
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    Ok(most.map(|(reason, count)| format!("{count} of {all}: {reason}")))
}

/// The unfinished studies of that owner, oldest first.
pub(in crate::app) fn unfinished_of(
    reader: &Reader<'_>,
    owner: &Owner,
) -> Result<Vec<Pending>, UseCaseError> {
    let mut theirs = Vec::new();
    for pending in unfinished(reader)? {
        if is_of(reader, owner, pending.number)? {
            theirs.push(pending);
        }
    }
    Ok(theirs)
}

/// Every unfinished study, oldest first.
pub(in crate::app) fn unfinished(reader: &Reader<'_>) -> Result<Vec<Pending>, UseCaseError> {
    let mut numbers = Vec::new();
    reader.all::<Unfinished>(Order::Rising, |number, _| {
        numbers.push(number);
        Ok(ControlFlow::Continue(()))
    })?;
    // Asked for after each study that ends: of many that wait, no more is read than says which comes next.
    let place = |number| {
        let Some(PlaceInQueue { state, place }) = reader.part::<Progress, _>(&number)? else {
            return Err(by_number(reader, number).err().unwrap_or_else(|| {
                let why = format!("study {number} is missing");
                Fault::Row { table: Table::Progress, why }.into()
            }));
        };
        Ok(Pending { number, state, place })
    };
    numbers.into_iter().map(place).collect()
}

/// What of a study says whether its turn comes, and when.
#[derive(serde::Deserialize)]
struct PlaceInQueue {
    state: State,
    #[serde(default)]
    place: i64,
}
