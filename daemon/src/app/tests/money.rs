//! Model-based tests of money and states: random sequences of everything an owner and the drivers can do, with crashes,
//! must leave the same balance in every account of every party under every settlement policy, and a clean audit.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::SignedDuration;
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use protocol::credits::Credits;
use protocol::error::{ApiError, ErrorCode};
use protocol::id::{ParticipantId, StudyId, SubmitKey};
use protocol::ledger::Amount;
use protocol::run::State;
use protocol::service::Control;
use uuid::Uuid;

use crate::app::studies::submit::Submission;
use crate::app::testing::{
    DRIVER, Disk, broken, everyone_answers, me, options, reply, settings, spec, submission, world,
};
use crate::app::{Batch, Core};
use crate::domain::instrument;
use crate::domain::ledger::settlement::{Approval, Delivery, NotPayable};
use crate::domain::ledger::{Account, Settlement};
use crate::domain::outcome::{Assignment, FIRST_ROUND, Outcome, Usage};
use crate::store::rows::{Balance, HoldRow};
use crate::store::{Fault, Order, Writes};
use crate::world::World;
use crate::world::testing::ManualClock;

const PANEL: usize = 6;
const ALLOWANCE: i64 = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Answered,
    Refused,
    Failed,
}

/// When the hold of a study pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Policy {
    PerAnswer,
    OnCompletion,
    OnApproval,
}

impl Policy {
    fn settlement(self) -> Settlement {
        match self {
            Self::PerAnswer => Settlement::PerAnswer,
            Self::OnCompletion => Settlement::OnCompletion,
            Self::OnApproval => {
                Settlement::OnApproval { auto_after: SignedDuration::from_hours(72) }
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Grant(i64),
    Submit(Policy),
    Resubmit(usize),
    Begin(usize),
    Record(usize, Vec<(usize, Kind)>),
    Finish(usize),
    Control(usize, Control),
    /// What was delivered in an attempt is approved: so many answers, by a participant.
    Approve(usize, usize, i64, u8),
    /// A study is deleted, whether or not anybody waits for its rows to go.
    Delete(usize),
    /// The clock shows that month, counted from the first; it may go either way.
    Month(u32),
    /// The clock shows 1970.
    ClockLost,
    Crash,
}

#[derive(Clone, Debug)]
struct Hold {
    policy: Policy,
    month: u32,
    allowance: i64,
    granted: i64,
    settled: i64,
    /// Delivered and not yet paid for.
    pending: i64,
    /// Approvals so far.
    approvals: usize,
}

impl Hold {
    /// What is neither paid nor given back.
    fn left(&self) -> i64 {
        self.allowance + self.granted - self.settled
    }
}

#[derive(Clone, Debug)]
struct Paper {
    state: State,
    attempt: u32,
    outcomes: [Option<Kind>; PANEL],
    /// One for each attempt.
    holds: Vec<Hold>,
    deleted: bool,
}

/// What should be.
#[derive(Clone, Debug)]
struct Model {
    month: u32,
    /// What the owner has of the allowance of each month that was ever seen.
    allowances: BTreeMap<u32, i64>,
    /// What went back to the issuer when a month ended, and comes back with it.
    lapsed: BTreeMap<u32, i64>,
    granted: i64,
    /// What the issuer granted at all.
    grants: i64,
    /// What the owner paid for answers, by month.
    used: BTreeMap<u32, i64>,
    /// What each participant was paid.
    earned: BTreeMap<u8, i64>,
    studies: Vec<Paper>,
    accepted: bool,
}

impl Model {
    fn spendable(&self) -> i64 {
        self.allowances[&self.month] + self.granted
    }

    fn turn_to(&mut self, month: u32) {
        if month == self.month {
            return;
        }
        let rest = self.allowances.insert(self.month, 0).unwrap_or_default();
        *self.lapsed.entry(self.month).or_default() += rest;
        self.month = month;
        let back = self.lapsed.remove(&month).unwrap_or_default();
        *self.allowances.entry(month).or_insert(ALLOWANCE) += back;
    }

    fn hold(&mut self, policy: Policy, want: i64) -> Option<Hold> {
        if want > self.spendable() {
            return None;
        }
        let left = self.allowances.get_mut(&self.month).unwrap();
        let allowance = want.min(*left);
        *left -= allowance;
        self.granted -= want - allowance;
        Some(Hold {
            policy,
            month: self.month,
            allowance,
            granted: want - allowance,
            settled: 0,
            pending: 0,
            approvals: 0,
        })
    }

    /// The study has ended: what was delivered is paid for or awaits approval, the rest goes back.
    fn release(&mut self, index: usize) {
        let hold = self.studies[index].holds.last_mut().unwrap();
        let now = self.month.max(hold.month);
        if hold.policy == Policy::OnCompletion {
            *self.used.entry(now).or_default() += hold.pending;
            hold.settled += hold.pending;
            hold.pending = 0;
        }
        let spent = hold.settled + hold.pending;
        let allowance = (hold.allowance - spent).max(0);
        let granted = hold.allowance + hold.granted - spent - allowance;
        hold.allowance -= allowance;
        hold.granted -= granted;
        let ended = hold.month < now;
        let to = if ended { &mut self.lapsed } else { &mut self.allowances };
        *to.entry(hold.month).or_default() += allowance;
        self.granted += granted;
    }

    fn held(&self) -> i64 {
        self.studies.iter().flat_map(|study| &study.holds).map(Hold::left).sum()
    }

    /// What every account should hold, but for those that hold nothing.
    fn accounts(&self) -> BTreeMap<String, i64> {
        let seen = i64::try_from(self.allowances.len()).unwrap();
        let mut accounts = BTreeMap::from([
            ("issuer/allowance".to_owned(), -ALLOWANCE * seen),
            ("issuer/grants".to_owned(), -self.grants),
            ("issuer/lapsed".to_owned(), self.lapsed.values().sum()),
            ("owner/granted".to_owned(), self.granted),
            ("owner/held".to_owned(), self.held()),
        ]);
        let by_month = |what: &str, of: &BTreeMap<u32, i64>| {
            let name = |month: u32| format!("owner/{what}/{}", month_text(month));
            of.iter().map(|(month, credits)| (name(*month), *credits)).collect::<Vec<_>>()
        };
        accounts.extend(by_month("allowance", &self.allowances));
        accounts.extend(by_month("used", &self.used));
        let earned = self.earned.iter();
        accounts.extend(
            earned.map(|(who, credits)| {
                (format!("participant/{}/earned", participant(*who)), *credits)
            }),
        );
        accounts.retain(|_, credits| *credits != 0);
        accounts
    }

    /// Does a step, and says whether it is accepted.
    fn step(&mut self, step: &Step) -> bool {
        match step {
            Step::Grant(credits) => {
                self.granted += credits;
                self.grants += credits;
            }
            Step::Submit(policy) => {
                let want = i64::try_from(PANEL).unwrap();
                let Some(hold) = self.hold(*policy, want) else { return false };
                let (outcomes, holds) = ([None; PANEL], vec![hold]);
                let state = State::Queued;
                self.studies.push(Paper { state, attempt: 0, outcomes, holds, deleted: false });
            }
            // Nothing brings a deleted study back, nor its key.
            Step::Resubmit(index)
            | Step::Begin(index)
            | Step::Record(index, _)
            | Step::Finish(index)
            | Step::Control(index, _)
            | Step::Delete(index)
                if self.studies[*index].deleted =>
            {
                return false;
            }
            Step::Delete(index) => {
                let study = &mut self.studies[*index];
                let decided = study.holds.iter().all(|hold| hold.left() == 0);
                study.deleted = study.state.is_final() && decided;
                return study.deleted;
            }
            Step::Begin(index) => {
                let study = &mut self.studies[*index];
                if study.state != State::Queued {
                    return false;
                }
                study.state = State::Running;
            }
            Step::Record(index, batch) => {
                let study = &mut self.studies[*index];
                let takes = matches!(study.state, State::Running | State::Paused | State::Queued);
                if !takes || batch.iter().any(|(who, _)| study.outcomes[*who].is_some()) {
                    return false;
                }
                let hold = study.holds.last_mut().unwrap();
                for (who, kind) in batch {
                    study.outcomes[*who] = Some(*kind);
                    let price = i64::from(*kind == Kind::Answered);
                    match hold.policy {
                        Policy::PerAnswer => {
                            hold.settled += price;
                            *self.used.entry(self.month).or_default() += price;
                        }
                        Policy::OnCompletion | Policy::OnApproval => hold.pending += price,
                    }
                }
            }
            Step::Finish(index) => {
                let study = &mut self.studies[*index];
                if study.state != State::Running || study.outcomes.contains(&None) {
                    return false;
                }
                let answered = study.outcomes.contains(&Some(Kind::Answered));
                study.state = if answered { State::Completed } else { State::Failed };
                self.release(*index);
            }
            Step::Control(index, control) => return self.control(*index, *control),
            Step::Approve(index, attempt, answers, who) => {
                let Some(hold) = self.studies[*index].holds.get_mut(*attempt) else { return false };
                if hold.policy != Policy::OnApproval || *answers > hold.pending {
                    return false;
                }
                hold.pending -= answers;
                hold.settled += answers;
                hold.approvals += 1;
                *self.earned.entry(*who).or_default() += answers;
            }
            Step::Month(month) => self.turn_to(*month),
            Step::ClockLost => self.turn_to(0),
            Step::Resubmit(_) | Step::Crash => {}
        }
        true
    }

    fn control(&mut self, index: usize, control: Control) -> bool {
        let state = self.studies[index].state;
        match (control, state) {
            (Control::Pause, State::Queued | State::Running) => {
                self.studies[index].state = State::Paused;
            }
            (Control::Resume, State::Paused) => self.studies[index].state = State::Queued,
            (Control::Cancel, state) if !state.is_final() => {
                self.studies[index].state = State::Cancelled;
                self.release(index);
            }
            (Control::Retry, State::Completed | State::Failed) => {
                let outcomes = self.studies[index].outcomes;
                let again = outcomes.iter().filter(|kind| **kind == Some(Kind::Failed)).count();
                if again == 0 {
                    return false;
                }
                // What is asked of personas again is paid for as it comes.
                let again = i64::try_from(again).unwrap();
                let Some(hold) = self.hold(Policy::PerAnswer, again) else { return false };
                let study = &mut self.studies[index];
                study.holds.push(hold);
                study.state = State::Queued;
                study.attempt += 1;
                for outcome in &mut study.outcomes {
                    if *outcome == Some(Kind::Failed) {
                        *outcome = None;
                    }
                }
            }
            _ => return false,
        }
        true
    }
}

impl ReferenceStateMachine for Model {
    type State = Model;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Model> {
        Just(Model {
            month: 0,
            allowances: BTreeMap::from([(0, ALLOWANCE)]),
            lapsed: BTreeMap::new(),
            granted: 0,
            grants: 0,
            used: BTreeMap::new(),
            earned: BTreeMap::new(),
            studies: Vec::new(),
            accepted: true,
        })
        .boxed()
    }

    fn transitions(model: &Model) -> BoxedStrategy<Step> {
        let policy = prop_oneof![
            2 => Just(Policy::PerAnswer),
            1 => Just(Policy::OnCompletion),
            2 => Just(Policy::OnApproval),
        ];
        let always = prop_oneof![
            2 => (1_i64..15).prop_map(Step::Grant),
            4 => policy.prop_map(Step::Submit),
            2 => (0_u32..30).prop_map(Step::Month),
            1 => Just(Step::ClockLost),
            2 => Just(Step::Crash),
        ];
        if model.studies.is_empty() {
            return always.boxed();
        }
        let one = 0..model.studies.len();
        let kind = prop_oneof![4 => Just(Kind::Answered), 1 => Just(Kind::Refused), 2 => Just(Kind::Failed)];
        let control = prop_oneof![
            2 => Just(Control::Pause),
            3 => Just(Control::Resume),
            1 => Just(Control::Cancel),
            3 => Just(Control::Retry),
        ];
        let left: Vec<Vec<usize>> = model
            .studies
            .iter()
            .map(|study| (0..PANEL).filter(|who| study.outcomes[*who].is_none()).collect())
            .collect();
        // Mostly those who are left, sometimes someone who has an outcome already.
        let fitting = (one.clone(), prop::collection::vec(kind.clone(), PANEL), 1..=PANEL)
            .prop_map(move |(index, kinds, count)| {
                let batch = left[index].iter().copied().zip(kinds).take(count).collect();
                Step::Record(index, batch)
            });
        let any = (one.clone(), 0..PANEL, kind)
            .prop_map(|(index, who, kind)| Step::Record(index, vec![(who, kind)]));
        prop_oneof![
            6 => always,
            1 => one.clone().prop_map(Step::Resubmit),
            6 => one.clone().prop_map(Step::Begin),
            9 => fitting,
            1 => any,
            6 => one.clone().prop_map(Step::Finish),
            5 => (one.clone(), control).prop_map(|(index, control)| Step::Control(index, control)),
            6 => (one.clone(), 0..2_usize, 1..4_i64, 0..3_u8).prop_map(
                |(index, attempt, answers, who)| Step::Approve(index, attempt, answers, who)
            ),
            2 => one.prop_map(Step::Delete),
        ]
        .boxed()
    }

    fn apply(mut model: Model, step: &Step) -> Model {
        model.accepted = model.step(step);
        model
    }

    fn preconditions(model: &Model, step: &Step) -> bool {
        match step {
            Step::Resubmit(index)
            | Step::Begin(index)
            | Step::Record(index, _)
            | Step::Finish(index)
            | Step::Control(index, _)
            | Step::Approve(index, ..)
            | Step::Delete(index) => *index < model.studies.len(),
            _ => true,
        }
    }
}

fn month_text(month: u32) -> String {
    format!("{}-{:02}", 2026 + (month + 10) / 12, (month + 10) % 12 + 1)
}

fn participant(who: u8) -> ParticipantId {
    ParticipantId(Uuid::from_u128(who.into()))
}

/// What is.
struct Real {
    runtime: tokio::runtime::Runtime,
    disk: Disk,
    world: World,
    clock: Arc<ManualClock>,
    core: Core,
    submitted: Vec<Submission>,
    ids: Vec<StudyId>,
}

impl Real {
    fn open(disk: &Disk, world: &World) -> Core {
        let settings = settings(ALLOWANCE, everyone_answers());
        Core::open_with(world.clone(), disk.storage(), settings, options()).unwrap()
    }

    fn submission(&self, key: usize) -> Submission {
        static SAMPLED: OnceLock<Submission> = OnceLock::new();
        let sampled =
            SAMPLED.get_or_init(|| submission(&self.core, 0, u32::try_from(PANEL).unwrap()));
        Submission { key: SubmitKey(Uuid::from_u128(key as u128)), ..sampled.clone() }
    }

    fn number(index: usize) -> u32 {
        u32::try_from(index + 1).unwrap()
    }

    /// Puts another policy on the hold of a study that was just submitted, which no use case does yet.
    fn settle_by(&self, number: u32, policy: Policy) {
        let at = self.world.clock.now();
        let put = self.core.store().write(move |reader| {
            let HoldRow(mut hold) = reader.get(&(number, 0))?.unwrap();
            hold.settlement = policy.settlement();
            let mut writes = Writes::at(at);
            writes.put(&(number, 0), &HoldRow(hold));
            Ok(((), writes))
        });
        self.runtime.block_on(put).unwrap();
    }

    /// Approves a delivery, which no use case does yet: half of them before it is due, half by not deciding.
    fn approve(&self, number: u32, attempt: u32, delivery: Delivery) -> bool {
        let at = self.world.clock.now();
        let approval = match delivery.answers % 2 {
            0 => Approval::Given,
            _ => Approval::Undecided(
                delivery.at.checked_add(SignedDuration::from_hours(72)).unwrap(),
            ),
        };
        let paid = self.core.store().write(move |reader| {
            let Some(HoldRow(hold)) = reader.get(&(number, attempt))? else {
                return Err(ApiError::new(ErrorCode::NotFound, "no hold").into());
            };
            let refused = |error: NotPayable| ApiError::new(ErrorCode::Conflict, error.to_string());
            let (hold, movement) = hold.approve(&delivery, approval).map_err(refused)?;
            let mut writes = Writes::at(at);
            writes.book(movement);
            writes.put(&(number, attempt), &HoldRow(hold));
            Ok(((), writes))
        });
        self.runtime.block_on(paid).is_ok()
    }

    /// Every account that holds something.
    fn accounts(&self) -> BTreeMap<String, i64> {
        let mut accounts = BTreeMap::new();
        let read = self.core.store().read(|reader| -> Result<_, Fault> {
            reader.all::<Balance>(Order::Rising, |name, Balance(amount)| {
                let account: Account = name.parse().unwrap();
                assert_eq!(account.to_string(), name);
                let Amount::Credits(credits) = amount else { panic!("{name} is not in credits") };
                accounts.insert(name, credits.0);
                Ok(ControlFlow::Continue(()))
            })
        });
        read.unwrap();
        accounts.retain(|_, credits| *credits != 0);
        accounts
    }

    fn batch(model: &Model, index: usize, outcomes: &[(usize, Kind)]) -> Batch {
        let mut batch = Batch::new(Self::number(index), model.studies[index].attempt);
        for (who, kind) in outcomes {
            let respondent = u32::try_from(*who).unwrap();
            let outcome = match kind {
                Kind::Answered => Outcome::Answered(
                    instrument::read_at(
                        &spec(6),
                        Assignment::first(FIRST_ROUND, respondent),
                        &reply(respondent).text,
                    )
                    .unwrap(),
                ),
                Kind::Refused => Outcome::Refused { reason: "no".to_owned() },
                Kind::Failed => Outcome::Failed { reason: "no line".to_owned() },
            };
            let assignment = Assignment::first(FIRST_ROUND, respondent);
            batch.push(&[(assignment, outcome, Usage::default())]).unwrap();
        }
        batch
    }
}

struct Money;

impl StateMachineTest for Money {
    type SystemUnderTest = Real;
    type Reference = Model;

    fn init_test(_: &Model) -> Real {
        let (world, clock) = world();
        let disk = Disk::default();
        let core = Real::open(&disk, &world);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        // The first month is the one of the first look.
        drop(runtime.block_on(core.credits(&me())).unwrap());
        Real { runtime, disk, world, clock, core, submitted: Vec::new(), ids: Vec::new() }
    }

    fn apply(mut real: Real, model: &Model, step: Step) -> Real {
        let accepted = match &step {
            Step::Grant(credits) => {
                real.runtime.block_on(real.core.grant(&me(), Credits(*credits))).is_ok()
            }
            Step::Submit(policy) => {
                let submission = real.submission(real.submitted.len() + 1);
                let made = real.runtime.block_on(real.core.submit(&me(), submission.clone()));
                if let Ok(study) = &made {
                    real.submitted.push(submission);
                    real.ids.push(study.id);
                    real.settle_by(Real::number(real.ids.len() - 1), *policy);
                }
                made.is_ok()
            }
            Step::Resubmit(index) => {
                let again = real.submitted[*index].clone();
                real.runtime.block_on(real.core.submit(&me(), again)).is_ok()
            }
            Step::Begin(index) => {
                real.runtime.block_on(real.core.begin(&DRIVER, Real::number(*index))).is_ok()
            }
            Step::Record(index, batch) => {
                let batch = Real::batch(model, *index, batch);
                // An empty batch is nothing to record, in any state.
                let empty = batch.is_empty();
                real.runtime.block_on(real.core.record(&DRIVER, batch)).is_ok()
                    && (!empty || model.accepted)
            }
            Step::Finish(index) => {
                let number = Real::number(*index);
                let left = real.runtime.block_on(real.core.job(&DRIVER, number));
                let left = left.map(|job| job.left.iter().count());
                left == Ok(0)
                    && real.runtime.block_on(real.core.end_round(&DRIVER, number, None)).is_ok()
            }
            Step::Control(index, control) => {
                let id = real.ids[*index];
                real.runtime.block_on(real.core.control(&me(), id, *control)).is_ok()
            }
            Step::Approve(index, attempt, answers, who) => {
                // The model counts this approval already, if it accepts it.
                let holds = &model.studies[*index].holds;
                let approvals = holds.get(*attempt).map_or(0, |hold| hold.approvals);
                let delivery = Delivery {
                    name: approvals.to_string(),
                    participant: participant(*who),
                    answers: u64::try_from(*answers).unwrap(),
                    at: real.world.clock.now(),
                };
                real.approve(Real::number(*index), u32::try_from(*attempt).unwrap(), delivery)
            }
            Step::Delete(index) => {
                // Sometimes nobody waits until all of it is gone; a crash may come before it is.
                let patience = Duration::from_secs(60 * u64::from(index.is_multiple_of(2)));
                let me = me();
                let deleted = real.core.delete(&me, real.ids[*index], patience);
                real.runtime.block_on(deleted).is_ok()
            }
            Step::Month(month) => {
                let text = format!("{}-25T10:00:00Z", month_text(*month));
                real.clock.jump_to(text.parse().unwrap());
                true
            }
            Step::ClockLost => {
                real.clock.jump_to("1970-01-01T00:00:00Z".parse().unwrap());
                true
            }
            Step::Crash => {
                real.core.close();
                real.disk = real.disk.after_crash();
                real.core = Real::open(&real.disk, &real.world);
                real.runtime.block_on(real.core.erase(&DRIVER)).is_ok()
            }
        };
        assert_eq!(accepted, model.accepted, "{step:?}");
        let balance = real.runtime.block_on(real.core.credits(&me())).unwrap();
        assert_eq!(balance.balance.0, model.spendable(), "{step:?}");
        assert_eq!(balance.held.0, model.held(), "{step:?}");
        assert_eq!(real.accounts(), model.accounts(), "{step:?}");
        for (index, study) in model.studies.iter().enumerate() {
            let me = me();
            let report = real.core.report(&me, real.ids[index]);
            let state = real.runtime.block_on(report).map(|report| report.study.state);
            let expected = if study.deleted { None } else { Some(study.state) };
            assert_eq!(state.ok(), expected, "{step:?}");
        }
        assert_eq!(broken(&real.core), Vec::<String>::new(), "{step:?}");
        real
    }

    fn teardown(real: Real, _: Model) {
        real.core.close();
    }
}

prop_state_machine! {
    #![proptest_config(crate::cases::cases(256))]

    #[test]
    fn money_and_states_follow_the_model(sequential 1..50 => Money);
}
