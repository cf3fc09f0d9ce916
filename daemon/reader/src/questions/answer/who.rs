//! Who: by the words of the text, else by what speaks most for it or against it in the eyes of the person.

use protocol::persona::Household;

use super::super::class::Whom;
use super::super::file::WordCue;
use super::Said;
use super::mind::Turn;
use super::when::NEVER;
use crate::lexicon::Theme;
use crate::response::Source;
use crate::theme::{Benefit, Concern};

/// A theme must weigh this much to say whom it speaks to.
const WORTH_SAYING: f64 = 0.08;

pub(super) fn who(turn: &Turn<'_>, whom: Whom) -> Option<Said> {
    let case = match whom {
        Whom::Audience => return audience(turn),
        Whom::NotFor => return not_for(turn),
        Whom::Myself if turn.buys() || turn.level >= 0.5 => "myself_yes",
        Whom::Myself => "myself_no",
        Whom::Gift if turn.level < 0.4 => "nobody",
        Whom::Gift => "gift",
        Whom::Household if turn.level < NEVER => "nobody",
        Whom::Household => household(turn),
        Whom::Age => age(turn),
    };
    turn.say("who", case, None, "")
}

fn audience(turn: &Turn<'_>) -> Option<Said> {
    if turn.lost() {
        return turn.say("who", "none", None, "");
    }
    let answers = &turn.mind.reader.answers;
    let of_text = WordCue::best(&answers.audience, turn.mind.words)
        .map(|cue| (cue.theme.clone(), format!("{}.", cue.theme)));
    let of_theme = heaviest(turn, 1.0).and_then(|theme| match theme {
        Theme::Benefit(benefit) => answers.audience_of(benefit).cloned(),
        Theme::Concern(_) => None,
    });
    // Some think of those whom the text names, others of what speaks for it.
    let theme_first = turn.key.with(5).pick(3) == 0;
    let found = if theme_first { of_theme.or(of_text) } else { of_text.or(of_theme) };
    match found {
        Some((theme, said)) => Some(Said::of(said).naming(&theme)),
        None => turn.say("who", "none", None, ""),
    }
}

fn not_for(turn: &Turn<'_>) -> Option<Said> {
    let found = heaviest(turn, -1.0).and_then(|theme| match theme {
        Theme::Concern(concern) => turn.mind.reader.answers.audience_without(concern),
        Theme::Benefit(_) => None,
    });
    match found {
        Some(theme) => Some(Said::of(format!("{theme}.")).naming(theme)),
        None => turn.say("who", "not_none", None, ""),
    }
}

/// The theme that weighs most on one side.
fn heaviest(turn: &Turn<'_>, sign: f64) -> Option<Theme> {
    turn.mind
        .parts()
        .filter(|part| part.amount * sign > WORTH_SAYING)
        .filter_map(|part| match part.source {
            Source::Theme(theme) => Some((part.amount * sign, theme)),
            Source::Price => Some((part.amount * sign, Theme::Concern(Concern::Price))),
            _ => None,
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, theme)| theme)
}

fn household(turn: &Turn<'_>) -> &'static str {
    const CHILDREN: &[&str] =
        &["child", "children", "babi", "toddler", "pupil", "school", "kid", "toy"];
    let for_children = CHILDREN.iter().any(|stem| turn.mind.words.has(stem));
    match turn.mind.persona.household {
        Household::Alone => "me",
        Household::CoupleWithChildren | Household::SingleParent if for_children => "children",
        _ => "both",
    }
}

/// By the themes that younger and older people weigh more (see the trait table).
fn age(turn: &Turn<'_>) -> &'static str {
    let sum = |themes: &[Benefit]| themes.iter().map(|one| turn.mind.benefit(*one)).sum::<f64>();
    let young = sum(&[Benefit::Novelty, Benefit::Fun, Benefit::Status, Benefit::Sustainability]);
    let old = sum(&[
        Benefit::Care,
        Benefit::Safety,
        Benefit::Health,
        Benefit::Trust,
        Benefit::Reliability,
    ]);
    if young > old + 0.1 {
        "young"
    } else if old > young + 0.25 {
        "old"
    } else {
        "any_age"
    }
}
