//! Several engines under one name, and how respondents are shared out between them. Who goes where is decided here as plain
//! arithmetic; asking, waiting and counting are done elsewhere. One engine alone is a pool of one.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use protocol::study::StudyType;
use sha2::{Digest, Sha256};

use super::model::ModelEngine;
pub use crate::config::Strategy;

/// Engines that answer one study together.
#[derive(Clone, Debug)]
pub struct Pool {
    name: String,
    strategy: Strategy,
    members: Vec<Arc<ModelEngine>>,
    model: String,
    hashed: Hashed,
}

/// Whose hashes decide the hash of the pool.
#[derive(Clone, Debug)]
enum Hashed {
    /// One engine's own.
    Alone(Arc<ModelEngine>),
    /// Those of several, in the order in which their owner named them.
    Together(Vec<Arc<ModelEngine>>),
}

/// Whether an engine can be asked just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It can.
    Open,
    /// It failed or asked for patience; it will be tried again.
    Resting,
    /// No call to it will help this study.
    Dead,
}

/// What a choice between engines looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Whether it can be asked.
    pub standing: Standing,
    /// Calls that may still be started now.
    pub free: u32,
    /// Calls that it takes at once at present.
    pub width: u32,
    /// How long its calls took lately; none before the first one ended.
    pub latency: Option<Duration>,
    /// Calls of this study under way there.
    pub under_way: u32,
}

impl Pool {
    /// An engine alone.
    pub fn alone(engine: Arc<ModelEngine>) -> Self {
        Self {
            name: engine.service().name.clone(),
            strategy: Strategy::RoundRobin,
            model: engine.model().to_owned(),
            hashed: Hashed::Alone(Arc::clone(&engine)),
            members: vec![engine],
        }
    }

    /// Several under one name, in the order in which their owner named them.
    pub fn new(name: &str, strategy: Strategy, mut members: Vec<Arc<ModelEngine>>) -> Self {
        let hashed = Hashed::Together(members.clone());
        let names: BTreeSet<&str> = members.iter().map(|member| member.model()).collect();
        let model = names.into_iter().collect::<Vec<_>>().join(", ");
        if strategy == Strategy::Cheapest {
            members.sort_by_key(|member| member.usual_cost());
        }
        Self { name: name.to_owned(), strategy, members, model, hashed }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How respondents are shared out.
    pub fn strategy(&self) -> Strategy {
        self.strategy
    }

    /// The engines, in the order in which they are tried.
    pub fn members(&self) -> &[Arc<ModelEngine>] {
        &self.members
    }

    /// The models that answer, in words.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// SHA-256 (hex) of everything but the study that decides answers to studies of that type.
    pub fn asset_hash(&self, study_type: StudyType) -> String {
        match &self.hashed {
            Hashed::Alone(engine) => engine.asset_hash(study_type),
            Hashed::Together(members) => {
                let mut hash = Sha256::new();
                hash.update(self.strategy.as_str().as_bytes());
                for member in members {
                    hash.update(member.asset_hash(study_type).as_bytes());
                }
                hex::encode(hash.finalize())
            }
        }
    }

    /// The engine that a respondent is meant for, where the strategy says so beforehand.
    pub fn meant_for(&self, seed: u64, respondent: u32) -> Option<usize> {
        allotted(self.strategy, seed, respondent, self.members.len())
    }
}

/// The engine that a respondent is meant for, of that many; `None` where whoever may takes them. Decided by the place in
/// the panel or by the seed, never by who is quick, so that the same study asks the same people with the same models.
fn allotted(strategy: Strategy, seed: u64, respondent: u32, engines: usize) -> Option<usize> {
    let engines_u32 = u32::try_from(engines).ok().filter(|engines| *engines > 0)?;
    let index = |place: u32| usize::try_from(place % engines_u32).ok();
    match strategy {
        Strategy::RoundRobin => index(respondent),
        Strategy::Blend => {
            // Each block of as many respondents as there are engines is a permutation of them, so shares are equal.
            let block = respondent / engines_u32;
            let mut order: Vec<([u8; 32], usize)> = (0..engines)
                .map(|engine| {
                    let mut hash = Sha256::new();
                    hash.update(seed.to_le_bytes());
                    hash.update(block.to_le_bytes());
                    hash.update((engine as u64).to_le_bytes());
                    (hash.finalize().into(), engine)
                })
                .collect();
            order.sort_unstable();
            order.get(index(respondent)?).map(|(_, engine)| *engine)
        }
        Strategy::Cheapest | Strategy::Fastest | Strategy::Failover => None,
    }
}

/// Whether an engine may take somebody new whom nobody else was meant to ask; `left` counts those who are waiting for it.
pub fn may_take(strategy: Strategy, engines: &[Candidate], engine: usize, left: u32) -> bool {
    let Some(own) = engines.get(engine) else { return false };
    if own.standing != Standing::Open {
        return false;
    }
    match strategy {
        // Its own are its own; strangers come to it when theirs cannot be asked.
        Strategy::RoundRobin | Strategy::Blend => true,
        Strategy::Cheapest | Strategy::Failover => engines
            .get(..engine)
            .is_none_or(|before| before.iter().all(|other| other.standing != Standing::Open)),
        Strategy::Fastest => fastest(engines, engine, own, left),
    }
}

/// Everyone is tried once; then the quickest goes first, and a slower one helps only where it is done sooner than the
/// quicker ones would be with all who are left.
fn fastest(engines: &[Candidate], engine: usize, own: &Candidate, left: u32) -> bool {
    let Some(latency) = own.latency else { return own.under_way == 0 };
    engines.iter().enumerate().all(|(other, candidate)| {
        if other == engine || candidate.standing != Standing::Open {
            return true;
        }
        let Some(quick) = candidate.latency else { return true };
        if (quick, other) >= (latency, engine) {
            return true;
        }
        let rounds = left.saturating_add(candidate.under_way).div_ceil(candidate.width.max(1));
        candidate.free == 0 && quick.saturating_mul(rounds) > latency
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, proptest};

    use super::*;

    const OPEN: Candidate = Candidate {
        standing: Standing::Open,
        free: 10,
        width: 10,
        latency: Some(Duration::from_millis(100)),
        under_way: 0,
    };

    #[test]
    fn the_first_that_works_takes_everyone() {
        for strategy in [Strategy::Failover, Strategy::Cheapest] {
            let takes = |first, second| {
                let engines =
                    [Candidate { standing: first, ..OPEN }, Candidate { standing: second, ..OPEN }];
                [may_take(strategy, &engines, 0, 5), may_take(strategy, &engines, 1, 5)]
            };
            assert_eq!(takes(Standing::Open, Standing::Open), [true, false]);
            assert_eq!(takes(Standing::Resting, Standing::Open), [false, true]);
            assert_eq!(takes(Standing::Dead, Standing::Open), [false, true]);
            assert_eq!(takes(Standing::Dead, Standing::Resting), [false, false]);
        }
    }

    #[test]
    fn the_quickest_takes_most_and_a_slow_one_helps_only_where_it_helps() {
        let slow = Candidate { latency: Some(Duration::from_secs(1)), ..OPEN };
        let takes = |engines: &[Candidate], left| {
            [0, 1].map(|engine| may_take(Strategy::Fastest, engines, engine, left))
        };
        assert_eq!(takes(&[slow, OPEN], 500), [false, true], "it has places free");
        let full = Candidate { free: 0, under_way: 10, ..OPEN };
        // Ten at a time in 100 ms: 500 take five seconds, 20 take 300 ms.
        assert_eq!(takes(&[slow, full], 500), [true, true]);
        assert_eq!(takes(&[slow, full], 20), [false, true]);
        let unknown = Candidate { latency: None, ..OPEN };
        assert_eq!(takes(&[unknown, OPEN], 500), [true, true], "one call shows how quick it is");
        let trying = Candidate { under_way: 1, ..unknown };
        assert_eq!(takes(&[trying, OPEN], 500), [false, true]);
    }

    proptest! {
        #[test]
        fn shares_are_equal_and_do_not_depend_on_the_order_of_asking(
            seed in any::<u64>(), engines in 1_usize..6, blocks in 1_u32..40,
        ) {
            for strategy in [Strategy::RoundRobin, Strategy::Blend] {
                let panel = blocks * u32::try_from(engines).unwrap();
                let mut counts = vec![0_u32; engines];
                for respondent in 0..panel {
                    counts[allotted(strategy, seed, respondent, engines).unwrap()] += 1;
                }
                prop_assert!(counts.iter().all(|count| *count == blocks), "{counts:?}");
            }
        }
    }
}
