//! When and where: from what the text is about, then from how the person lives. Who does not like it has no occasion.

use protocol::persona::{Employment, Household};

use super::super::class::Occasion;
use super::super::file::WordCue;
use super::Said;
use super::mind::Turn;

/// Who likes it less than this would not use it.
pub(super) const NEVER: f64 = 0.3;
/// What is used at most so often (a place in the rates) has no time of day.
const ONCE: usize = 2;

pub(super) fn when(turn: &Turn<'_>, occasion: Occasion) -> Option<Said> {
    let answers = &turn.mind.reader.answers;
    let cues = match occasion {
        Occasion::Shop => return cue(turn, &answers.shop),
        _ if turn.level < NEVER => return turn.say("when", "never", None, ""),
        Occasion::Room | Occasion::Place => return cue(turn, &answers.room),
        _ => &answers.occasion,
    };
    // Not everybody thinks of the text's own occasion.
    let lives = turn.key.with(5).pick(3) == 0;
    if let Some(said) = cue(turn, cues).filter(|_| !lives || occasion == Occasion::TimeOfDay) {
        return Some(said);
    }
    let seldom = answers.uses_of(turn.mind.words).is_some_and(|rate| rate <= ONCE);
    if seldom {
        return cue(turn, cues);
    }
    let persona = turn.mind.persona;
    let case = match (persona.household, persona.employment) {
        (Household::CoupleWithChildren | Household::SingleParent, _) => "children",
        (_, Employment::Employed) => "working",
        (_, Employment::Retired) => "retired",
        (_, Employment::Student) => "student",
        _ => "any",
    };
    let case = match case {
        "children" | "student" | "any" if occasion == Occasion::TimeOfDay => "evening",
        case => case,
    };
    turn.say("when", case, None, "")
}

/// The answer that most words of the text speak for.
fn cue(turn: &Turn<'_>, cues: &[WordCue]) -> Option<Said> {
    let found = WordCue::best(cues, turn.mind.words)?;
    Some(Said::of(found.say.clone()).naming(&found.theme))
}
