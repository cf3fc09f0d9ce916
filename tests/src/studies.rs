//! Studies for tests: shared stimuli, and short helpers to submit one.

use protocol::id::StudyId;

use crate::{Ended, Home};

/// A concept that respondents have opinions about.
pub const CONCEPT: &str = "A meal kit delivery service that learns your taste: five dinners a week, \
     cooked in twenty minutes, delivered on Monday for 60 dollars. Cancel any time.\n";

/// A run of `idea.md` by the mock service: everybody anew and once, agreed to beforehand.
pub const RUN_ONCE: [&str; 9] =
    ["run", "idea.md", "--engine", "mock", "--json", "--yes", "--fresh", "--replicates", "0"];

/// A concept test file with [`CONCEPT`] and front matter.
#[must_use]
pub fn concept(panel: u32, seed: u64) -> String {
    format!("---\nname: Meal kit\npanel: {panel}\nseed: {seed}\n---\n{CONCEPT}")
}

/// An NPS study file.
#[must_use]
pub fn nps(panel: u32, seed: u64) -> String {
    format!("---\nname: Meal kit NPS\nstudy: nps\npanel: {panel}\nseed: {seed}\n---\n{CONCEPT}")
}

/// Submits a concept test without waiting for it.
///
/// # Panics
/// When the submission fails.
#[must_use]
pub fn submit(home: &Home, panel: u32, seed: u64) -> StudyId {
    home.write("idea.md", concept(panel, seed));
    id(&home.run(["run", "idea.md", "--detach", "--json"]).expect(0))
}

/// Runs a concept test to its end and prints everything, including answers.
#[must_use]
pub fn run(home: &Home, panel: u32, seed: u64) -> Ended {
    home.write("idea.md", concept(panel, seed));
    home.run(["run", "idea.md", "--json", "--answers"]).expect(0)
}

/// The id of the study in a command's JSON output.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn id(ended: &Ended) -> StudyId {
    let printed = ended.json();
    printed["study"]["id"]
        .as_str()
        .and_then(|id| id.parse().ok())
        .unwrap_or_else(|| panic!("no study printed by {ended}"))
}
