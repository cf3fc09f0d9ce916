//! The order of asking after an unclean exit in the middle of a study. Most such exits, like a power cut or a killed
//! process, have nothing to do with the respondents that were being asked; but if one respondent makes the process
//! crash, continuing as before would crash it again and again. So the next respondents are asked in groups, each
//! recorded before it is asked; a group that was being asked during another crash is split into smaller ones; and a
//! respondent who is alone in three crashes is excluded.

use serde::{Deserialize, Serialize};

/// Respondents on probation after the first unclean exit: more than can have been under way.
const WATCHED: usize = 1_024;
/// Groups that a suspected group is split into.
const PARTS: usize = 32;
/// Crashes with one respondent alone until that respondent is excluded.
const STRIKES_MAX: u32 = 3;

/// A group that is being asked, or was when the process exited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The first respondent, by position in the panel.
    pub first: u32,
    /// The last respondent, by position in the panel.
    pub last: u32,
    /// Crashes so far while this respondent was asked alone.
    #[serde(default)]
    pub strikes: u32,
}

/// The order of asking after an unclean exit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProbationPlan {
    /// The respondent to exclude because of too many crashes.
    pub aside: Option<u32>,
    /// The groups that are asked first, one after the other; all other respondents follow without probation.
    pub groups: Vec<(Group, Vec<u32>)>,
}

impl ProbationPlan {
    /// The plan for the respondents in `left`, in panel order. `among` is the group that was being asked, if one was
    /// recorded.
    pub(crate) fn new(among: Option<Group>, left: &[u32]) -> Self {
        let suspects: Vec<u32> = among.map_or_else(Vec::new, |group| {
            let within = |place: &&u32| (group.first..=group.last).contains(*place);
            left.iter().filter(within).copied().collect()
        });
        let watched =
            |places: &[u32], strikes| group(places, strikes).map(|it| (it, places.to_vec()));
        match (suspects.as_slice(), among) {
            ([alone], Some(before)) => {
                let strikes = if before.first == before.last { before.strikes + 1 } else { 0 };
                if strikes < STRIKES_MAX {
                    return Self {
                        aside: None,
                        groups: watched(&[*alone], strikes).into_iter().collect(),
                    };
                }
                let others: Vec<u32> =
                    left.iter().filter(|place| *place != alone).take(WATCHED).copied().collect();
                Self { aside: Some(*alone), groups: watched(&others, 0).into_iter().collect() }
            }
            ([], _) | (_, None) => {
                let next: Vec<u32> = left.iter().take(WATCHED).copied().collect();
                Self { aside: None, groups: watched(&next, 0).into_iter().collect() }
            }
            (several, Some(_)) => {
                let size = several.len().div_ceil(PARTS);
                let groups = several.chunks(size).filter_map(|places| watched(places, 0)).collect();
                Self { aside: None, groups }
            }
        }
    }
}

fn group(places: &[u32], strikes: u32) -> Option<Group> {
    Some(Group { first: *places.first()?, last: *places.last()?, strikes })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Simulates a study whose program crashes whenever one of those is asked; returns the number of crashes and the
    /// excluded respondents.
    fn live(panel: u32, poison: &BTreeSet<u32>) -> (u32, BTreeSet<u32>) {
        let mut left: Vec<u32> = (0..panel).collect();
        let (mut ends, mut aside) = (0, BTreeSet::new());
        let mut among = None;
        'start: loop {
            if ends > 0 {
                let plan = ProbationPlan::new(among, &left);
                if let Some(place) = plan.aside {
                    aside.insert(place);
                    left.retain(|other| *other != place);
                }
                for (group, places) in plan.groups {
                    among = Some(group);
                    if places.iter().any(|place| poison.contains(place)) {
                        ends += 1;
                        continue 'start;
                    }
                    left.retain(|other| !places.contains(other));
                }
                among = None;
            }
            // Without probation, at most 200 at a time.
            while let Some(next) = left.chunks(200).next().map(<[u32]>::to_vec) {
                if next.iter().any(|place| poison.contains(place)) {
                    ends += 1;
                    continue 'start;
                }
                left.retain(|other| !next.contains(other));
            }
            return (ends, aside);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whoever_ends_the_program_is_found_and_nobody_else(
            panel in 1_u32..3_000, places in proptest::collection::btree_set(0_u32..3_000, 0..3),
        ) {
            let poison: BTreeSet<u32> = places.into_iter().filter(|place| *place < panel).collect();
            let (ends, aside) = live(panel, &poison);
            prop_assert_eq!(&aside, &poison);
            prop_assert!(ends <= 8 * u32::try_from(poison.len()).unwrap(), "{} ends", ends);
        }
    }

    #[test]
    fn two_ends_while_one_is_asked_alone_prove_nothing_yet() {
        let alone = |strikes| Group { first: 4, last: 4, strikes };
        let plan = |strikes| ProbationPlan::new(Some(alone(strikes)), &[4, 5, 6]);
        assert_eq!(plan(0), ProbationPlan { aside: None, groups: vec![(alone(1), vec![4])] });
        assert_eq!(plan(1).aside, None);
        assert_eq!(plan(2).aside, Some(4));
        assert_eq!(plan(2).groups[0].1, [5, 6]);
    }
}
