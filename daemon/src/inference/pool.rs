//! Several engines under one name, and how respondents are shared out between them. Who goes where is decided here as plain
//! arithmetic; asking, waiting and counting are done elsewhere. One engine alone is a pool of one.

use std::collections::BTreeSet;
use std::sync::Arc;

use protocol::study::StudyType;

use super::model::ModelEngine;
pub use crate::config::Strategy;
use crate::domain::digest::Digest;

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
    pub fn new(name: &str, strategy: Strategy, members: Vec<Arc<ModelEngine>>) -> Self {
        let hashed = Hashed::Together(members.clone());
        let names: BTreeSet<&str> = members.iter().map(|member| member.model()).collect();
        let model = names.into_iter().collect::<Vec<_>>().join(", ");
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
                let begun = Digest::new().raw(self.strategy.as_str());
                let all = members
                    .iter()
                    .fold(begun, |hash, member| hash.raw(member.asset_hash(study_type)));
                all.finish_hex()
            }
        }
    }

    /// The engine that a respondent is meant for, where the strategy says so beforehand.
    pub fn meant_for(&self, respondent: u32) -> Option<usize> {
        allotted(self.strategy, respondent, self.members.len())
    }
}

/// The engine that a respondent is meant for, of that many; `None` where whoever may takes them. Decided by the place in
/// the panel, never by who is quick, so that the same study asks the same people with the same models.
fn allotted(strategy: Strategy, respondent: u32, engines: usize) -> Option<usize> {
    match strategy {
        Strategy::RoundRobin => usize::try_from(respondent).ok()?.checked_rem(engines),
        Strategy::Failover => None,
    }
}

/// Whether an engine may take somebody new whom nobody else was meant to ask.
pub fn may_take(strategy: Strategy, engines: &[Standing], engine: usize) -> bool {
    if engines.get(engine) != Some(&Standing::Open) {
        return false;
    }
    match strategy {
        // Its own are its own; strangers come to it when theirs cannot be asked.
        Strategy::RoundRobin => true,
        Strategy::Failover => {
            engines.get(..engine).is_none_or(|before| !before.contains(&Standing::Open))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};

    use super::*;

    #[test]
    fn the_first_that_works_takes_everyone() {
        let takes = |first, second| {
            [0, 1].map(|engine| may_take(Strategy::Failover, &[first, second], engine))
        };
        assert_eq!(takes(Standing::Open, Standing::Open), [true, false]);
        assert_eq!(takes(Standing::Resting, Standing::Open), [false, true]);
        assert_eq!(takes(Standing::Dead, Standing::Open), [false, true]);
        assert_eq!(takes(Standing::Dead, Standing::Resting), [false, false]);
    }

    #[test]
    fn in_turn_each_that_works_takes_its_own_and_strangers() {
        let engines = [Standing::Open, Standing::Resting, Standing::Open, Standing::Dead];
        let takes = [0, 1, 2, 3].map(|engine| may_take(Strategy::RoundRobin, &engines, engine));
        assert_eq!(takes, [true, false, true, false]);
    }

    #[test]
    fn the_hash_of_a_pool_stays_the_same() {
        let nobody = Pool::new("p", Strategy::RoundRobin, Vec::new());
        assert_eq!(
            nobody.asset_hash(StudyType::Nps),
            "bc41df47566f329e0c9a7040544f835e177bf8b637c69491dd3a8c7347c2d1e3"
        );
    }

    proptest! {
        #[test]
        fn shares_are_equal_and_do_not_depend_on_the_order_of_asking(
            engines in 1_usize..6, blocks in 1_u32..40,
        ) {
            let panel = blocks * u32::try_from(engines).unwrap();
            let mut counts = vec![0_u32; engines];
            for respondent in 0..panel {
                counts[allotted(Strategy::RoundRobin, respondent, engines).unwrap()] += 1;
            }
            prop_assert!(counts.iter().all(|count| *count == blocks), "{counts:?}");
        }
    }
}
