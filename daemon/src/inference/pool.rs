//! A pool: several engines under one name, and the distribution of respondents between them. The distribution is
//! decided here as plain arithmetic; calls, waits and counts are elsewhere. A single engine is a pool of one.

use std::collections::BTreeSet;
use std::sync::Arc;

use protocol::study::StudyType;

use super::model::ModelEngine;
pub(crate) use crate::config::Strategy;
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

/// The source of the pool's asset hash.
#[derive(Clone, Debug)]
enum Hashed {
    /// The engine's own hash.
    Alone(Arc<ModelEngine>),
    /// The hashes of several, in the order in which their owner named them.
    Together(Vec<Arc<ModelEngine>>),
}

/// Whether an engine can be asked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// Calls can be admitted.
    Open,
    /// It failed or asked to wait; it will be tried again.
    Resting,
    /// No call to it will help this study.
    Dead,
}

impl Pool {
    /// A pool of one engine.
    pub fn alone(engine: Arc<ModelEngine>) -> Self {
        Self {
            name: engine.service().name.clone(),
            strategy: Strategy::RoundRobin,
            model: engine.model().to_owned(),
            hashed: Hashed::Alone(Arc::clone(&engine)),
            members: vec![engine],
        }
    }

    /// Several engines under one name, in the order in which their owner named them.
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

    /// The strategy that distributes respondents.
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

    /// SHA-256 (hex) of everything that determines answers to studies of that type, except the study.
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

    /// The engine that a respondent is assigned to, if the strategy assigns beforehand.
    pub fn meant_for(&self, respondent: u32) -> Option<usize> {
        allotted(self.strategy, respondent, self.members.len())
    }
}

/// The index of the engine that a respondent is assigned to, of that many; `None` if any may take the respondent.
/// Decided by the position in the panel, never by speed, so that the same study asks the same people with the same
/// models.
pub(crate) fn allotted(strategy: Strategy, respondent: u32, engines: usize) -> Option<usize> {
    match strategy {
        Strategy::RoundRobin => usize::try_from(respondent).ok()?.checked_rem(engines),
        Strategy::Failover => None,
    }
}

/// Whether an engine may take a new respondent who is not assigned to another engine.
pub(crate) fn may_take(strategy: Strategy, engines: &[Availability], engine: usize) -> bool {
    if engines.get(engine) != Some(&Availability::Open) {
        return false;
    }
    match strategy {
        // Its own respondents, and those whose engine cannot be asked.
        Strategy::RoundRobin => true,
        Strategy::Failover => {
            engines.get(..engine).is_none_or(|before| !before.contains(&Availability::Open))
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
        assert_eq!(takes(Availability::Open, Availability::Open), [true, false]);
        assert_eq!(takes(Availability::Resting, Availability::Open), [false, true]);
        assert_eq!(takes(Availability::Dead, Availability::Open), [false, true]);
        assert_eq!(takes(Availability::Dead, Availability::Resting), [false, false]);
    }

    #[test]
    fn in_turn_each_that_works_takes_its_own_and_strangers() {
        let engines =
            [Availability::Open, Availability::Resting, Availability::Open, Availability::Dead];
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
