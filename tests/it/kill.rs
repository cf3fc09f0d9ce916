//! Tests of repeated kills of the daemon during a study. Afterwards every persona is recorded once and charged once,
//! and the results equal those of an undisturbed run byte for byte. The same rig must fail when the daemon has an
//! injected fault or its store is changed between two runs; otherwise it proves nothing.

use std::time::Duration;

use daemon::internals::{
    Assignment, Options, OutcomeKey, OutcomeRow, Progress, Reader, Storage, Store, UseCaseError,
    World, Writes,
};
use harness::{Chance, Daemon, Home, Link, Sabotage, audit, program, say, studies, wait};
use protocol::id::StudyId;
use protocol::run::State;

const PANEL: u32 = 2_000;
const SEED: u64 = 7;

/// How often and how fast.
struct Rig {
    kills: u32,
    answers_per_second: u32,
    sabotage: Option<Sabotage>,
    /// What is done to the store while no daemon runs, once.
    damage: Option<Damage>,
}

/// A change of the rows of the first study, past the use cases.
type Damage = fn(&Reader<'_>, &mut Writes) -> Result<(), UseCaseError>;

/// What a rig left.
struct Left {
    home: Home,
    id: StudyId,
    findings: audit::Findings,
    // Last, because it holds the processes of the home.
    _daemon: Daemon,
}

impl Rig {
    /// Twenty kills for every push; two hundred for the promise as it is written.
    fn honest() -> Self {
        if program::is_long() {
            Self { kills: 200, answers_per_second: 400, sabotage: None, damage: None }
        } else {
            Self { kills: 20, answers_per_second: 1_500, sabotage: None, damage: None }
        }
    }

    /// Few kills: a fault that is committed all the time shows at once.
    fn with(sabotage: Sabotage) -> Self {
        Self { kills: 4, answers_per_second: 1_500, sabotage: Some(sabotage), damage: None }
    }

    /// The same with a daemon that is honest and a store that is not.
    fn over(damage: Damage) -> Self {
        Self { kills: 4, answers_per_second: 1_500, sabotage: None, damage: Some(damage) }
    }

    /// Whether nothing is wrong that must be noticed.
    fn is_honest(&self) -> bool {
        self.sabotage.is_none() && self.damage.is_none()
    }

    /// Lets a daemon live until a random moment: mostly one that the study's progress decides, so that the kills are spread
    /// over all of it however fast the machine is, sometimes one right after the start.
    fn live(&self, link: &Link, id: StudyId, seen: u32, test_rng: &mut Chance) {
        if !self.is_honest() || test_rng.below(4) > 0 {
            let step = 1 + test_rng.below(u64::from(PANEL / self.kills).min(200));
            let goal = seen + u32::try_from(step).unwrap();
            drop(wait::for_study(link, id, "progress", |study| {
                study.panel.delivered >= goal
                    || study.state.is_final()
                    || study.state == State::Paused
            }));
        }
        wait::a_random_moment(test_rng.time_below_ms(60));
    }

    /// Runs a study through all of it and audits what is left. Nothing that was ever seen may be gone after a kill.
    fn run(&self, test_rng: &mut Chance) -> Left {
        let home = Home::paced(self.answers_per_second);
        let mut findings = Vec::new();
        let mut daemon = Daemon::spawn(&home, self.sabotage);
        let mut link = daemon.wait_ready(&home);
        let id = link.take_on(&studies::concept(PANEL, SEED)).unwrap().id;
        let mut seen = 0;
        let mut told = Vec::new();
        for kill in 0..self.kills {
            self.live(&link, id, seen, test_rng);
            // What a client has seen is a promise, whatever happens next.
            if let Ok(live) = link.live(id) {
                seen = seen.max(live.study.panel.delivered);
            }
            daemon.kill();
            if let Some(damage) = self.damage.filter(|_| kill == 0) {
                change(&home, damage);
            }
            daemon = Daemon::spawn(&home, self.sabotage);
            link = daemon.wait_ready(&home);
            let Ok(live) = link.live(id) else {
                findings.push("a study that was taken on is gone".to_owned());
                break;
            };
            let delivered = live.study.panel.delivered;
            told.push(delivered);
            if delivered < seen {
                findings.push(format!("{seen} answers were seen, {delivered} are left"));
            }
        }
        say(&format!("delivered at each kill: {told:?}"));
        if link.live(id).is_ok() {
            let study = wait::for_study(&link, id, "an end or a halt", |study| {
                study.state.is_final() || study.state == State::Paused
            });
            if (study.state, study.panel.delivered) != (State::Completed, PANEL) {
                findings.push(format!("not completed: {study:?}"));
            }
            findings.extend(audit::study(&link, id));
        }
        Left { home, id, findings, _daemon: daemon }
    }
}

/// Changes the store of a home whose daemon is dead.
fn change(home: &Home, damage: Damage) {
    let world = World::system();
    let storage = Storage::File(home.paths().database);
    let store = Store::open(storage, &world, Options::default()).unwrap();
    let now = world.clock.now();
    store
        .write_blocking(move |reader| {
            let mut writes = Writes::at(now);
            damage(reader, &mut writes)?;
            Ok(((), writes))
        })
        .unwrap();
    store.close();
}

/// Where the outcome of a respondent of the first study stands.
fn key(respondent: u32) -> OutcomeKey {
    let assignment = Assignment { round: 0, respondent, task: 0, replicate: 0 };
    OutcomeKey { study: 1, assignment }
}

/// Some respondent of the first study who has an outcome, or who has none.
fn somebody(reader: &Reader<'_>, answered: bool) -> Result<u32, UseCaseError> {
    for respondent in 0..PANEL {
        if reader.get::<OutcomeRow>(&key(respondent))?.is_some() == answered {
            return Ok(respondent);
        }
    }
    panic!("the study is over or has not begun");
}

/// One answer more, counted like the others, and nothing settled for it.
fn one_answer_more(reader: &Reader<'_>, writes: &mut Writes) -> Result<(), UseCaseError> {
    let (from, to) = (somebody(reader, true)?, somebody(reader, false)?);
    let outcome: OutcomeRow = reader.get(&key(from))?.unwrap();
    writes.put(&key(to), &outcome);
    let mut progress: Progress = reader.get(&1)?.unwrap();
    progress.panel.delivered += 1;
    writes.put(&1, &progress);
    Ok(())
}

/// One answer that was counted and paid is forgotten, so that it is asked, recorded and paid again.
fn one_answer_forgotten(reader: &Reader<'_>, writes: &mut Writes) -> Result<(), UseCaseError> {
    writes.remove::<OutcomeRow>(&key(somebody(reader, true)?));
    Ok(())
}

fn printed(home: &Home, id: StudyId) -> String {
    home.run(["show", &id.to_string(), "--json", "--answers"]).expect(0).results()
}

#[test]
fn kills_lose_nothing_and_charge_nothing_twice() {
    let mut test_rng = Chance::announced("kill");
    let left = Rig::honest().run(&mut test_rng);
    assert!(left.findings.is_empty(), "{:#?}", left.findings);
    let undisturbed = Home::new();
    let calm = studies::run(&undisturbed, PANEL, SEED).results();
    let disturbed = printed(&left.home, left.id);
    assert!(calm == disturbed, "the results differ from those of an undisturbed run");
}

#[test]
fn kills_between_commands_leave_what_was_acknowledged() {
    let home = Home::new();
    let mut test_rng = Chance::announced("acknowledged");
    let mut ids = Vec::new();
    let mut granted = 0;
    for round in 0..8_i64 {
        let mut daemon = home.daemon();
        let link: Link = home.link();
        for known in &ids {
            assert!(link.live(*known).is_ok(), "{known} was acknowledged");
        }
        let credits = link.credits().unwrap();
        assert_eq!(
            credits.balance.0 + credits.held.0 + credits.used_this_month.0,
            10_000 + granted
        );
        ids.push(link.take_on(&studies::concept(20, test_rng.below(1_000))).unwrap().id);
        drop(link.grant(protocol::credits::Credits(round + 1)).unwrap());
        granted += round + 1;
        wait::a_random_moment(test_rng.time_below_ms(30));
        daemon.kill();
    }
    let _daemon = home.daemon();
    let link = home.link();
    for id in ids {
        assert_eq!(wait::for_end(&link, id).panel.delivered, 20);
        assert_eq!(audit::study(&link, id), audit::Findings::new());
    }
}

#[test]
fn the_rig_notices_commits_that_are_not_durable() {
    let left = Rig::with(Sabotage::LyingDurability).run(&mut Chance::announced("lying"));
    assert!(!left.findings.is_empty(), "lying durability went unnoticed");
    say(&format!("noticed: {:?}", left.findings));
}

#[test]
fn the_rig_notices_answers_that_are_not_paid_for() {
    let left = Rig::over(one_answer_more).run(&mut Chance::announced("unpaid"));
    let unpaid = |finding: &String| finding.contains("credits settled for");
    assert!(left.findings.iter().any(unpaid), "went unnoticed: {:?}", left.findings);
    say(&format!("noticed: {:?}", left.findings));
}

#[test]
fn the_rig_notices_answers_that_are_recorded_twice() {
    let left = Rig::over(one_answer_forgotten).run(&mut Chance::announced("twice"));
    assert!(!left.findings.is_empty(), "double recording went unnoticed");
    say(&format!("noticed: {:?}", left.findings));
}

#[test]
fn a_daemon_that_is_killed_while_it_starts_starts_again() {
    let home = Home::paced(2_000);
    let mut test_rng = Chance::announced("starting");
    {
        let _daemon = home.daemon();
        drop(home.link().take_on(&studies::concept(500, SEED)).unwrap());
    }
    for _ in 0..15 {
        let mut daemon = Daemon::spawn(&home, None);
        wait::a_random_moment(test_rng.time_below_ms(60));
        daemon.kill();
    }
    let _daemon = home.daemon();
    let link = home.link();
    let id = link.find("@".to_owned()).unwrap().id;
    assert_eq!(wait::for_end(&link, id).panel.delivered, 500);
    assert_eq!(audit::study(&link, id), audit::Findings::new());
    assert!(Duration::ZERO < link.round_trip().unwrap());
}
