//! Money and states against a model: random sequences of everything an owner and the drivers can do, with crashes, must
//! leave the same balance, the same holds and a clean audit.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use protocol::credits::Credits;
use protocol::id::{StudyId, SubmitKey};
use protocol::run::State;
use protocol::service::Control;
use uuid::Uuid;

use crate::app::testing::{
    Disk, broken, everyone_answers, me, options, reply, settings, spec, submission, world,
};
use crate::app::{Batch, Core, Submission};
use crate::domain::instrument;
use crate::domain::outcome::{Assignment, FIRST_ROUND, Outcome, Usage};
use crate::world::{ManualClock, World};

const PANEL: usize = 6;
const ALLOWANCE: i64 = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Answered,
    Refused,
    Failed,
}

#[derive(Clone, Debug)]
enum Step {
    Grant(i64),
    Submit,
    Resubmit(usize),
    Begin(usize),
    Record(usize, Vec<(usize, Kind)>),
    Finish(usize),
    Control(usize, Control),
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
    month: u32,
    allowance: i64,
    granted: i64,
    settled: i64,
}

#[derive(Clone, Debug)]
struct Paper {
    state: State,
    attempt: u32,
    outcomes: [Option<Kind>; PANEL],
    hold: Hold,
    deleted: bool,
}

/// What should be.
#[derive(Clone, Debug)]
struct Model {
    month: u32,
    /// What is left of each month that was ever seen.
    allowances: BTreeMap<u32, i64>,
    granted: i64,
    studies: Vec<Paper>,
    accepted: bool,
}

impl Model {
    fn spendable(&self) -> i64 {
        self.allowances[&self.month] + self.granted
    }

    fn turn_to(&mut self, month: u32) {
        self.month = month;
        self.allowances.entry(month).or_insert(ALLOWANCE);
    }

    fn hold(&mut self, want: i64) -> Option<Hold> {
        if want > self.spendable() {
            return None;
        }
        let left = self.allowances.get_mut(&self.month).unwrap();
        let allowance = want.min(*left);
        *left -= allowance;
        self.granted -= want - allowance;
        Some(Hold { month: self.month, allowance, granted: want - allowance, settled: 0 })
    }

    fn release(&mut self, index: usize) {
        let hold = &mut self.studies[index].hold;
        let allowance = (hold.allowance - hold.settled).max(0);
        let granted = hold.allowance + hold.granted - hold.settled - allowance;
        *self.allowances.get_mut(&hold.month).unwrap() += allowance;
        self.granted += granted;
        *hold = Hold { allowance: 0, granted: 0, settled: 0, ..*hold };
    }

    fn held(&self) -> i64 {
        self.studies
            .iter()
            .map(|study| study.hold.allowance + study.hold.granted - study.hold.settled)
            .sum()
    }

    /// Does a step, and says whether it is accepted.
    fn step(&mut self, step: &Step) -> bool {
        match step {
            Step::Grant(credits) => self.granted += credits,
            Step::Submit => {
                let want = i64::try_from(PANEL).unwrap();
                let Some(hold) = self.hold(want) else { return false };
                let outcomes = [None; PANEL];
                let state = State::Queued;
                self.studies.push(Paper { state, attempt: 0, outcomes, hold, deleted: false });
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
                study.deleted = study.state.is_final();
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
                for (who, kind) in batch {
                    study.outcomes[*who] = Some(*kind);
                    study.hold.settled += i64::from(*kind == Kind::Answered);
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
                let Some(hold) = self.hold(i64::try_from(again).unwrap()) else { return false };
                let study = &mut self.studies[index];
                study.hold = hold;
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
            granted: 0,
            studies: Vec::new(),
            accepted: true,
        })
        .boxed()
    }

    fn transitions(model: &Model) -> BoxedStrategy<Step> {
        let always = prop_oneof![
            2 => (1_i64..15).prop_map(Step::Grant),
            4 => Just(Step::Submit),
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
            | Step::Delete(index) => *index < model.studies.len(),
            _ => true,
        }
    }
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

    fn batch(model: &Model, index: usize, outcomes: &[(usize, Kind)]) -> Batch {
        let mut batch = Batch::new(Self::number(index), model.studies[index].attempt);
        for (who, kind) in outcomes {
            let respondent = u32::try_from(*who).unwrap();
            let outcome = match kind {
                Kind::Answered => {
                    Outcome::Answered(instrument::read(&spec(6), &reply(respondent).text).unwrap())
                }
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
            Step::Submit => {
                let submission = real.submission(real.submitted.len() + 1);
                let made = real.runtime.block_on(real.core.submit(&me(), submission.clone()));
                if let Ok(study) = &made {
                    real.submitted.push(submission);
                    real.ids.push(study.id);
                }
                made.is_ok()
            }
            Step::Resubmit(index) => {
                let again = real.submitted[*index].clone();
                real.runtime.block_on(real.core.submit(&me(), again)).is_ok()
            }
            Step::Begin(index) => {
                real.runtime.block_on(real.core.begin(Real::number(*index))).is_ok()
            }
            Step::Record(index, batch) => {
                let batch = Real::batch(model, *index, batch);
                // An empty batch is nothing to record, in any state.
                let empty = batch.is_empty();
                real.runtime.block_on(real.core.record(batch)).is_ok() && (!empty || model.accepted)
            }
            Step::Finish(index) => {
                let number = Real::number(*index);
                let left = real.core.job(number).map(|job| job.left.iter().count());
                left == Ok(0) && real.runtime.block_on(real.core.exhausted(number)).is_ok() && {
                    let results = real.core.compute(number).unwrap();
                    real.runtime.block_on(real.core.finish(number, results)).is_ok()
                }
            }
            Step::Control(index, control) => {
                let id = real.ids[*index];
                real.runtime.block_on(real.core.control(&me(), id, *control)).is_ok()
            }
            Step::Delete(index) => {
                // Sometimes nobody waits until all of it is gone; a crash may come before it is.
                let patience = Duration::from_secs(60 * u64::from(index.is_multiple_of(2)));
                let me = me();
                let deleted = real.core.delete(&me, real.ids[*index], patience);
                real.runtime.block_on(deleted).is_ok()
            }
            Step::Month(month) => {
                let (year, month) = (2026 + (month + 10) / 12, (month + 10) % 12 + 1);
                let text = format!("{year}-{month:02}-25T10:00:00Z");
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
                real.runtime.block_on(real.core.erase()).is_ok()
            }
        };
        assert_eq!(accepted, model.accepted, "{step:?}");
        let balance = real.runtime.block_on(real.core.credits(&me())).unwrap();
        assert_eq!(balance.balance.0, model.spendable(), "{step:?}");
        assert_eq!(balance.held.0, model.held(), "{step:?}");
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
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn money_and_states_follow_the_model(sequential 1..50 => Money);
}
