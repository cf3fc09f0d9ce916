//! The measurement settings of a draft: how many respondents get a replicate, which controls and other wordings a
//! subsample is asked, and whether cached replies may be used. A setting without a meaning for the study is rejected
//! with the reason.

use std::collections::BTreeSet;

use protocol::hint::{Hint, Remedy};
use protocol::measurement::{Control, Measurement, QuestionsPerCall, WORDINGS_MAX};
use protocol::study::{Problem, StudyType};

use super::SettingsReader;
use super::given::Given;
use crate::domain::instrument::{self, Controls};

/// Smaller panels have no replicates by default: a few pairs are not informative.
const REASKED_FROM: u32 = 100;
/// One in so many respondents gets a replicate by default.
const REASKED_ONE_IN: u32 = 10;
/// Most replicates by default.
const REASKED_MAX: u32 = 25;

/// Default size of the subsample for controls and other wordings.
const SUBSAMPLE: u32 = 30;

/// The default number of replicates. The subsample is 0 if there are no controls or other wordings.
pub(super) fn usual_replicates(panel: u32, steady: bool, subsample: u32) -> u32 {
    match (subsample, steady) {
        // Replicates are the benchmark for other presentations and wordings, so both use the same subsample.
        (1.., _) => subsample,
        (0, true) => 0,
        (0, false) if panel < REASKED_FROM => 0,
        (0, false) => (panel / REASKED_ONE_IN).min(REASKED_MAX),
    }
}

/// The default size of the subsample for controls and other wordings.
pub(super) fn usual_subsample(panel: u32) -> u32 {
    SUBSAMPLE.min(panel)
}

/// Reads all measurement settings. A steady engine runs in this process and ignores how a question is put.
pub(super) fn read(
    reader: &mut SettingsReader<'_>,
    study_type: StudyType,
    panel: u32,
    steady: bool,
) -> Measurement {
    let replicates = reader.take("replicates", |given| {
        people(given, 0, panel, ": so many of the panel are asked a second time")
    });
    let wanted = reader.take("controls", |given| {
        let wanted = given.truth()?;
        if wanted { refused(given, study_type).map_or(Ok(true), Err) } else { Ok(false) }
    });
    let wordings = reader.take("wordings", |given| {
        let number = given.whole(0, u64::from(WORDINGS_MAX))?;
        let wordings = u16::try_from(number).unwrap_or(WORDINGS_MAX);
        if wordings == 0 {
            return Ok(0);
        }
        unworded(given, study_type, steady).map_or(Ok(wordings), Err)
    });
    let questions_per_call = reader.take("questions_per_call", |given| {
        let wanted = given.word()?;
        match uncalled(given, study_type, steady).filter(|_| wanted == QuestionsPerCall::One) {
            Some(problem) => Err(problem),
            None => Ok(wanted),
        }
    });
    let controls = match wanted {
        Some(true) => controls(study_type, steady),
        Some(false) | None => BTreeSet::new(),
    };
    let wordings = wordings.unwrap_or(0);
    let checks = !controls.is_empty() || wordings > 0;
    let sound = reader.problems.is_empty();
    let subsample = reader.take("subsample", |given| {
        let number = people(given, 1, panel, ": so many are asked controls and other wordings")?;
        if !checks && sound {
            return Err(unchecked(given));
        }
        Ok(number)
    });
    let subsample = if checks { subsample.unwrap_or(usual_subsample(panel)).min(panel) } else { 0 };
    let usual = usual_replicates(panel, steady, subsample);
    Measurement {
        // Channels are read by `elicitation`.
        elicitation: None,
        replicates: replicates.unwrap_or(usual),
        controls,
        wordings,
        subsample,
        reuse: reader.take("reuse", Given::word).unwrap_or_default(),
        questions_per_call: questions_per_call.unwrap_or_default(),
    }
}

/// The controls that have a meaning: categories have no scale to reverse, and the built-in respondent model does not
/// read the scale.
fn controls(study_type: StudyType, steady: bool) -> BTreeSet<Control> {
    let Controls::On { scale, .. } = instrument::controls(study_type) else {
        return BTreeSet::new();
    };
    let mut controls = BTreeSet::from([Control::Decoy, Control::Duplicate]);
    if scale.is_numeric() && !steady {
        controls.insert(Control::Reversed);
    }
    controls
}

/// What to do about a setting that only a language model has a use for.
fn hint_of_a_model() -> Hint {
    Hint::from("take it out").or(Remedy::set("or ask a language model", "engine", "NAME"))
}

/// Why such a study cannot be asked in other wordings, if so.
pub(super) fn unworded(given: &Given, study_type: StudyType, steady: bool) -> Option<Problem> {
    if steady {
        let what = "'wordings' means nothing to the built-in reader: it reads what is shown, not how the question is put";
        return Some(given.problem(what, hint_of_a_model()));
    }
    refused(given, study_type)
}

/// Why such a study cannot put each question in a call of its own, if so.
pub(super) fn uncalled(given: &Given, study_type: StudyType, steady: bool) -> Option<Problem> {
    if steady {
        let what =
            "'questions_per_call' means nothing to the built-in reader: no call is made to it";
        return Some(given.problem(what, hint_of_a_model()));
    }
    (!instrument::puts_one_a_call(study_type)).then(|| {
        let what = format!("'questions_per_call' means nothing in a {study_type} study");
        given.problem(what, "take it out: its questions are put together")
    })
}

/// The problem of a subsample without anything to ask.
pub(super) fn unchecked(given: &Given) -> Problem {
    let what = "'subsample' means nothing without controls or other wordings";
    given.problem(what, "add controls: true or wordings: 2, or take it out")
}

/// Why a study type has no controls and no other wordings.
pub(super) fn refused(given: &Given, study_type: StudyType) -> Option<Problem> {
    let Controls::Meaningless { instead } = instrument::controls(study_type) else { return None };
    let what = format!("'{}' means nothing in a {study_type} study", given.key);
    Some(given.problem(what, format!("take it out; {instead}")))
}

fn people(given: &Given, least: u64, panel: u32, why: &str) -> Result<u32, Problem> {
    let number = given.whole(least, u64::from(panel)).map_err(|mut problem| {
        problem.hint = format!("{}{why}", problem.hint).into();
        problem
    })?;
    u32::try_from(number)
        .map_err(|_| given.problem(format!("'{}' is too large", given.key), "ask for fewer"))
}
