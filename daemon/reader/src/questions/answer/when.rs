//! When and where: from what the text is about, then from how the person lives. Who does not like it has no occasion.

use protocol::persona::{Employment, Household};

use super::super::class::Occasion;
use super::super::file::WordCue;
use super::Said;
use super::mind::Turn;

/// Who likes it less than this would not use it.
pub(super) const NEVER: f64 = 0.3;

pub(super) fn when(turn: &Turn<'_>, occasion: Occasion) -> Option<Said> {
    let answers = &turn.mind.reader.answers;
    let cues = match occasion {
        Occasion::Shop => &answers.shop,
        Occasion::Room | Occasion::Place => &answers.room,
        Occasion::Season => &answers.season,
        Occasion::Situation | Occasion::TimeOfDay => &answers.occasion,
    };
    let seasonal = || match occasion {
        Occasion::Situation => cue(turn, &answers.season),
        _ => None,
    };
    let named = cue(turn, cues).or_else(seasonal);
    // What a text is about says when it is used, or that it is used at leisure.
    let by_life = matches!(occasion, Occasion::Situation | Occasion::TimeOfDay)
        && answers.is_leisure(turn.mind.words);
    if named.is_none() && !by_life {
        return None;
    }
    if turn.level < NEVER && occasion != Occasion::Shop {
        let place = matches!(occasion, Occasion::Room | Occasion::Place);
        return turn.say("when", if place { "nowhere" } else { "never" }, None, "");
    }
    // Not everybody thinks of the text's own occasion.
    let lives = by_life && turn.key.with(5).pick(3) == 0;
    if let Some(said) = named.filter(|_| !lives || occasion == Occasion::TimeOfDay) {
        return Some(said);
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
