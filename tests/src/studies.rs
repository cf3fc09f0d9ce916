//! Studies to run: the stimuli that several tests share, and the shortest ways to submit one.

use protocol::id::StudyId;

use crate::{Ended, Home};

/// A concept that people have opinions about.
pub const CONCEPT: &str = "A meal kit delivery service that learns your taste: five dinners a week, \
     cooked in twenty minutes, delivered on Monday for 60 dollars. Cancel any time.\n";

/// A file that asks about [`CONCEPT`], with front matter.
#[must_use]
pub fn concept(panel: u32, seed: u64) -> String {
    format!("---\nname: Meal kit\npanel: {panel}\nseed: {seed}\n---\n{CONCEPT}")
}

/// A file that asks how likely people are to recommend something.
#[must_use]
pub fn nps(panel: u32, seed: u64) -> String {
    format!("---\nname: Meal kit NPS\nstudy: nps\npanel: {panel}\nseed: {seed}\n---\n{CONCEPT}")
}

/// Submits a concept test and leaves it to itself.
///
/// # Panics
/// When it is not taken on.
#[must_use]
pub fn submit(home: &Home, panel: u32, seed: u64) -> StudyId {
    home.write("idea.md", concept(panel, seed));
    id(&home.run(["run", "idea.md", "--detach", "--json"]).expect(0))
}

/// Runs a concept test to its end and prints everything, answers too.
#[must_use]
pub fn run(home: &Home, panel: u32, seed: u64) -> Ended {
    home.write("idea.md", concept(panel, seed));
    home.run(["run", "idea.md", "--json", "--answers"]).expect(0)
}

/// The id of the study that a command printed as JSON.
///
/// # Panics
/// When it printed none.
#[must_use]
pub fn id(ended: &Ended) -> StudyId {
    let printed = ended.json();
    printed["study"]["id"]
        .as_str()
        .and_then(|id| id.parse().ok())
        .unwrap_or_else(|| panic!("no study printed by {ended}"))
}
