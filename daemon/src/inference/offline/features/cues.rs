//! Finds cue phrases and what the words around them make of them: "no contract" speaks for flexibility, "no refunds"
//! against it, and "tired of hidden fees?" is somebody else's fault.

use super::super::lexicon::{Cue, Lexicon, Part, Theme};
use super::quote::around;
use super::{Gathered, Token};

/// A phrase that was found: tokens `first..=last`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit<'a> {
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) cue: &'a Cue,
}

/// How a cue is turned by the words around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Straight,
    Flipped,
}

/// How far back a negator reaches, in words.
const NEGATOR_REACH: usize = 5;
/// How far back "avoid", "prevents" or "tired of" reach.
const REMOVER_REACH: usize = 5;
/// How far back "less" or "lack of" reach.
const DIMINISHER_REACH: usize = 2;
/// A negated cue says a little less than a plain one.
const FLIPPED: f64 = 0.9;

/// Finds all cues and adds what they are worth.
pub(crate) fn find<'a>(
    lexicon: &'a Lexicon,
    text: &str,
    tokens: &[Token],
    gathered: &mut Gathered,
) -> Vec<Hit<'a>> {
    let hits = matches(lexicon, tokens);
    let mut turned = Vec::with_capacity(hits.len());
    for hit in &hits {
        let turn = turn(lexicon, tokens, &hits, hit);
        let theme = match turn {
            Turn::Straight => hit.cue.theme,
            Turn::Flipped => lexicon.negated(hit.cue.theme),
        };
        turned.push((turn, theme));
    }
    for (hit, &(turn, theme)) in hits.iter().zip(&turned) {
        let sentence = tokens[hit.first].sentence;
        if matches!(theme, Theme::Concern(_)) && remedied(lexicon, tokens, &hits, &turned, hit) {
            continue;
        }
        let mut count = hit.cue.strength * stress(lexicon, tokens, hit.first);
        let from = match turn {
            Turn::Straight => hit.first,
            Turn::Flipped => {
                count *= FLIPPED;
                negator_before(lexicon, tokens, hit.first).unwrap_or(hit.first)
            }
        };
        let span = around(text, tokens, from, hit.last);
        if matches!(theme, Theme::Benefit(_)) && hedged(lexicon, tokens, hit.first) {
            gathered.add(
                Theme::Concern(super::Concern::Vagueness),
                0.5 * hit.cue.strength,
                span,
                sentence,
            );
            count *= 0.3;
        }
        gathered.add(theme, count, span, sentence);
    }
    hits
}

/// Emotional tone of what no cue covers, as (pleasant, unpleasant) sums.
pub(crate) fn tone(lexicon: &Lexicon, tokens: &[Token], hits: &[Hit<'_>]) -> (f64, f64) {
    let (mut pleasant, mut unpleasant) = (0.0, 0.0);
    let covered = |at: usize| hits.iter().any(|hit| (hit.first..=hit.last).contains(&at));
    let mut troubled = std::collections::BTreeMap::new();
    for hit in hits {
        // A sentence with cues is judged by its cues: its other words may only speak the same way.
        let seen: &mut (bool, bool) = troubled.entry(tokens[hit.first].sentence).or_default();
        match turn(lexicon, tokens, hits, hit) {
            Turn::Straight => match hit.cue.theme {
                Theme::Benefit(_) => seen.0 = true,
                Theme::Concern(_) => seen.1 = true,
            },
            Turn::Flipped => match hit.cue.theme {
                Theme::Benefit(_) => seen.1 = true,
                Theme::Concern(_) => seen.0 = true,
            },
        }
    }
    for (at, token) in tokens.iter().enumerate() {
        let Some(&valence) = lexicon.tone.get(&token.word) else { continue };
        if covered(at) {
            continue;
        }
        let negated = negator_before(lexicon, tokens, at).is_some();
        let signed = if negated { -0.7 * valence } else { valence };
        let (good, bad) = troubled.get(&token.sentence).copied().unwrap_or_default();
        if signed > 0.0 && !bad {
            pleasant += signed / 4.0;
        } else if signed < 0.0 && !good {
            unpleasant -= signed / 4.0;
        }
    }
    (pleasant, unpleasant)
}

/// Longest matches from left to right, without overlap; phrases of equal length that mean several things all count.
fn matches<'a>(lexicon: &'a Lexicon, tokens: &[Token]) -> Vec<Hit<'a>> {
    let mut hits: Vec<Hit<'a>> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let token = &tokens[at];
        let number = token.number.is_some() || lexicon.grammar.numbers.contains_key(&token.word);
        let mut longest = 0;
        let mut best: Vec<(usize, &'a Cue)> = Vec::new();
        for cue in lexicon.cues(&token.word, &token.stem, number) {
            let Some(end) = follow(lexicon, tokens, at, &cue.parts, token.sentence) else {
                continue;
            };
            if end > longest {
                longest = end;
                best.clear();
            }
            if end == longest && !best.iter().any(|(_, other)| other.theme == cue.theme) {
                best.push((end, cue));
            }
        }
        if best.is_empty() {
            at += 1;
            continue;
        }
        hits.extend(best.iter().map(|&(end, cue)| Hit { first: at, last: end - 1, cue }));
        at = longest;
    }
    hits
}

/// Where a phrase that begins at `at` ends (one past its last token), if it stands there.
fn follow(
    lexicon: &Lexicon,
    tokens: &[Token],
    at: usize,
    parts: &[Part],
    sentence: usize,
) -> Option<usize> {
    let Some(part) = parts.first() else { return Some(at) };
    if matches!(part, Part::Gap) {
        return (0..=2).find_map(|skip| {
            let next = at + skip;
            let within =
                skip == 0 || tokens.get(next - 1).is_some_and(|token| token.sentence == sentence);
            within.then(|| follow(lexicon, tokens, next, &parts[1..], sentence)).flatten()
        });
    }
    let token = tokens.get(at).filter(|token| token.sentence == sentence)?;
    // A phrase stays within its clause.
    let same = match part {
        Part::Stem(stem) => token.stem == *stem,
        Part::Word(word) => token.word == *word,
        Part::Any => true,
        Part::Number => token.number.is_some() || lexicon.grammar.numbers.contains_key(&token.word),
        Part::Gap => false,
    };
    let joined = tokens.get(at + 1).is_none_or(|next| next.clause == token.clause);
    if !same || (parts.len() > 1 && !joined) {
        return None;
    }
    follow(lexicon, tokens, at + 1, &parts[1..], sentence)
}

/// What the surroundings make of a cue.
fn turn(lexicon: &Lexicon, tokens: &[Token], hits: &[Hit<'_>], hit: &Hit<'_>) -> Turn {
    let burden = matches!(hit.cue.theme, Theme::Concern(_));
    let grammar = &lexicon.grammar;
    let clause = tokens[hit.first].clause;
    let inside = |at: usize| hits.iter().any(|other| other.first <= at && at <= other.last);
    if burden
        && tokens.get(hit.last + 1).is_some_and(|next| next.clause == clause && next.word == "free")
    {
        return Turn::Flipped;
    }
    if denied_after(lexicon, tokens, hit.last) {
        return Turn::Flipped;
    }
    let mut at = hit.first;
    let mut distance = 0;
    while at > 0 {
        at -= 1;
        distance += 1;
        let token = &tokens[at];
        let here = token.clause == clause || (burden && listed(lexicon, tokens, at, hit.first));
        if !here || grammar.breakers.contains(&token.word) || distance > NEGATOR_REACH {
            break;
        }
        if inside(at) {
            // What stands between belongs to another cue: "no hidden fees or contracts" goes on, others do not.
            let theirs = hits.iter().find(|other| other.first <= at && at <= other.last);
            if theirs.is_some_and(|other| matches!(other.cue.theme, Theme::Benefit(_)) == burden) {
                break;
            }
            distance -= 1;
            continue;
        }
        if grammar.negators.contains(&token.word) && !only_follows(tokens, at) {
            return Turn::Flipped;
        }
        if burden && distance <= REMOVER_REACH && grammar.removers.contains(&token.word) {
            return Turn::Flipped;
        }
        if distance <= DIMINISHER_REACH && grammar.diminishers.contains(&token.word) {
            return Turn::Flipped;
        }
    }
    Turn::Straight
}

/// Whether a list runs from a "no" at `at` over commas to the cue: "no ads, tracking or fees".
fn listed(lexicon: &Lexicon, tokens: &[Token], at: usize, first: usize) -> bool {
    let sentence = tokens[first].sentence;
    if tokens[at].sentence != sentence {
        return false;
    }
    let item_starts = tokens[first].clause != tokens[at].clause;
    let start = tokens[..first]
        .iter()
        .rposition(|token| token.clause != tokens[first].clause)
        .map_or(0, |p| p + 1);
    item_starts
        && first - start <= 2
        && !tokens[start..first].iter().any(|token| {
            lexicon.grammar.breakers.contains(&token.word)
                || matches!(
                    token.word.as_str(),
                    "you" | "we" | "it" | "is" | "are" | "just" | "a" | "plus"
                )
        })
}

fn only_follows(tokens: &[Token], at: usize) -> bool {
    tokens.get(at + 1).is_some_and(|next| {
        matches!(next.word.as_str(), "only" | "just" | "doubt" | "wonder" | "matter")
    })
}

/// "refunds are not possible", "training is never required".
fn denied_after(lexicon: &Lexicon, tokens: &[Token], last: usize) -> bool {
    let clause = tokens[last].clause;
    let follows = |offset: usize| tokens.get(last + offset).filter(|token| token.clause == clause);
    let auxiliary = |word: &str| {
        matches!(
            word,
            "is" | "are" | "was" | "were" | "will" | "does" | "do" | "can" | "may" | "be"
        )
    };
    match (follows(1), follows(2)) {
        (Some(first), _) if first.word == "cannot" || first.word.ends_with("n't") => true,
        (Some(first), Some(second)) => {
            auxiliary(&first.word)
                && lexicon.grammar.negators.contains(&second.word)
                && !only_follows(tokens, last + 2)
        }
        _ => false,
    }
}

/// The negator that turned a cue, for quoting it along.
fn negator_before(lexicon: &Lexicon, tokens: &[Token], first: usize) -> Option<usize> {
    let grammar = &lexicon.grammar;
    let clause = tokens[first].clause;
    (1..=NEGATOR_REACH.min(first))
        .map(|back| first - back)
        .take_while(|&at| tokens[at].clause == clause)
        .find(|&at| {
            grammar.negators.contains(&tokens[at].word)
                || grammar.removers.contains(&tokens[at].word)
                || grammar.diminishers.contains(&tokens[at].word)
        })
}

/// A trouble in an if-clause whose remedy follows in the same sentence is no concern: "if it breaks, we replace it".
fn remedied(
    lexicon: &Lexicon,
    tokens: &[Token],
    hits: &[Hit<'_>],
    turned: &[(Turn, Theme)],
    hit: &Hit<'_>,
) -> bool {
    let clause = tokens[hit.first].clause;
    let start =
        tokens[..hit.first].iter().rposition(|token| token.clause != clause).map_or(0, |p| p + 1);
    let condition =
        (start..hit.first).find(|&at| lexicon.grammar.conditions.contains(&tokens[at].word));
    let Some(condition) = condition else { return false };
    let sentence = tokens[hit.first].sentence;
    let mut remedy = false;
    for (other, &(_, theme)) in hits.iter().zip(turned) {
        if tokens[other.first].sentence != sentence {
            continue;
        }
        let conditional = tokens[other.first].clause == clause && other.first > condition;
        match theme {
            Theme::Benefit(_) if !conditional => remedy = true,
            Theme::Concern(_) if !conditional => return false,
            _ => {}
        }
    }
    remedy
}

/// "may reduce costs", but not "you may cancel".
fn hedged(lexicon: &Lexicon, tokens: &[Token], first: usize) -> bool {
    let clause = tokens[first].clause;
    (1..=3.min(first)).map(|back| first - back).take_while(|&at| tokens[at].clause == clause).any(
        |at| {
            lexicon.grammar.hedges.contains(&tokens[at].word)
                && !(at > 0
                    && matches!(
                        tokens[at - 1].word.as_str(),
                        "you" | "customers" | "they" | "anyone" | "members"
                    ))
        },
    )
}

/// Louder or quieter by the word before.
fn stress(lexicon: &Lexicon, tokens: &[Token], first: usize) -> f64 {
    let Some(before) = first.checked_sub(1).map(|at| &tokens[at]) else { return 1.0 };
    if before.clause != tokens[first].clause {
        1.0
    } else if lexicon.grammar.stress.contains(&before.word) {
        1.3
    } else if lexicon.grammar.softeners.contains(&before.word) {
        0.6
    } else {
        1.0
    }
}
