//! Cue phrases in a text and the effect of the words around them: "no contract" counts for flexibility, "no refunds"
//! against it, and "tired of hidden fees?" is a fault of another product.

use super::super::lexicon::{Cue, Lexicon, Part, Theme};
use super::{Concern, TextMatch, Token};

/// A phrase that was found: tokens `first..=last`.
#[derive(Clone, Copy, Debug)]
struct Hit<'a> {
    first: usize,
    last: usize,
    cue: &'a Cue,
}

/// A phrase with what its surroundings make of it.
#[derive(Clone, Copy, Debug)]
struct Turned {
    first: usize,
    /// What it speaks for in the end.
    theme: Theme,
    /// The token that turned it, if any did.
    by: Option<usize>,
}

/// How far back a negator reaches, in words that belong to no other phrase.
const REACH: usize = 5;
/// How far back "less" or "lack of" reach.
const DIMINISHER_REACH: usize = 2;
/// A cue that a negation turns weighs more than a plain one: there the trained meaning is weak, and the cues are sure.
const FLIPPED: f64 = 1.9;

/// Finds all cues and adds what they are worth.
pub(super) fn find(lexicon: &Lexicon, tokens: &[Token], found: &mut Vec<TextMatch>) {
    let hits = matches(lexicon, tokens);
    let turned: Vec<Turned> = hits.iter().map(|hit| turn(lexicon, tokens, &hits, hit)).collect();
    for (hit, one) in hits.iter().zip(&turned) {
        if matches!(one.theme, Theme::Concern(_)) && remedied(lexicon, tokens, &turned, one) {
            continue;
        }
        let mut count = hit.cue.strength * stress(lexicon, tokens, hit.first);
        if one.by.is_some() {
            count *= FLIPPED;
        }
        let first = hit.first;
        let hedged = matches!(one.theme, Theme::Benefit(_)) && hedged(lexicon, tokens, first);
        if hedged {
            let theme = Theme::Concern(Concern::Vagueness);
            found.push(TextMatch { theme, count: 0.5 * hit.cue.strength, first });
            count *= 0.3;
        }
        found.push(TextMatch { theme: one.theme, count, first });
    }
}

/// Longest matches from left to right, without overlap; phrases of equal length that mean several things all count.
fn matches<'a>(lexicon: &'a Lexicon, tokens: &[Token]) -> Vec<Hit<'a>> {
    let mut hits: Vec<Hit<'a>> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let token = &tokens[at];
        let number = value(lexicon, token).is_some();
        let mut longest = 0;
        let mut best: Vec<(usize, &'a Cue)> = Vec::new();
        let stem = if token.inflected { token.stem.as_str() } else { "" };
        // A phrase stays within its clause.
        let clause = token.clause;
        let fits = |part: &Part, at: usize| {
            tokens.get(at).is_some_and(|token| token.clause == clause && fits(lexicon, part, token))
        };
        for cue in lexicon.cues(&token.word, stem, number) {
            let Some(end) = cue.pattern.end(at, &fits) else { continue };
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

/// Up to this, things are few.
const FEW: f64 = 3.0;

/// The value of a number in digits or in words.
fn value(lexicon: &Lexicon, token: &Token) -> Option<f64> {
    token.number.or_else(|| lexicon.grammar.numbers.get(&token.word).copied())
}

/// Whether a word fits a place of a phrase.
pub(super) fn fits(lexicon: &Lexicon, part: &Part, token: &Token) -> bool {
    match part {
        Part::Stem(stem) => token.stem == **stem && token.inflected,
        Part::Word(word) => token.word == **word,
        Part::Any => true,
        Part::Number => value(lexicon, token).is_some(),
        Part::Many => value(lexicon, token).is_some_and(|value| value > FEW),
        Part::Gap | Part::OneOf(_) => false,
    }
}

/// What the surroundings make of a cue.
fn turn(lexicon: &Lexicon, tokens: &[Token], hits: &[Hit<'_>], hit: &Hit<'_>) -> Turned {
    let by = turned_by(lexicon, tokens, hits, hit);
    let theme = if by.is_some() { lexicon.negated(hit.cue.theme) } else { hit.cue.theme };
    Turned { first: hit.first, theme, by }
}

/// The token that turns a cue into its opposite.
fn turned_by(
    lexicon: &Lexicon,
    tokens: &[Token],
    hits: &[Hit<'_>],
    hit: &Hit<'_>,
) -> Option<usize> {
    let grammar = &lexicon.grammar;
    let burden = matches!(hit.cue.theme, Theme::Concern(_));
    let clause = tokens[hit.first].clause;
    let next = tokens.get(hit.last + 1).filter(|next| next.clause == clause);
    if burden && next.is_some_and(|next| next.word == "free") {
        return Some(hit.first);
    }
    if denied_after(lexicon, tokens, hit.last) {
        return Some(hit.first);
    }
    // "reduces costs in some homes" is as vague as before.
    let removable = hit.cue.theme != Theme::Concern(Concern::Vagueness);
    let mut reached = 0;
    let mut listing = clause;
    for at in (0..hit.first).rev() {
        let token = &tokens[at];
        if token.clause != listing {
            // "no ads, tracking or fees" and "covers fire, theft and floods" run on over commas.
            if !burden || !continues(lexicon, tokens, at + 1, hit) {
                return None;
            }
            listing = token.clause;
        }
        let inside = hits.iter().find(|other| other.first <= at && at <= other.last);
        if burden && removable && grammar.removers.contains(&token.word) {
            return Some(at);
        }
        match inside {
            // A phrase of the other kind ends the reach; one of the same kind is passed over: "no hidden fees or contracts".
            Some(other) if matches!(other.cue.theme, Theme::Concern(_)) != burden => {
                // "no ads, tracking or fees": the phrase "no ads" lends its "no" to what follows.
                let lends = burden && grammar.negators.contains(&tokens[other.first].word);
                return lends.then_some(other.first);
            }
            Some(_) => continue,
            None => {}
        }
        reached += 1;
        if reached > REACH {
            return None;
        }
        if grammar.negators.contains(&token.word) && !only_follows(tokens, at) {
            return Some(at);
        }
        if reached <= DIMINISHER_REACH && grammar.diminishers.contains(&token.word) {
            return Some(at);
        }
    }
    None
}

/// Whether the clause that begins at `start` is an item of a list rather than a statement of its own.
fn continues(lexicon: &Lexicon, tokens: &[Token], start: usize, hit: &Hit<'_>) -> bool {
    if value(lexicon, &tokens[start]).is_some() {
        return false;
    }
    let clause = tokens[start].clause;
    let words = tokens[start..].iter().take_while(|token| token.clause == clause);
    let statement = |word: &str| {
        matches!(
            word,
            "you"
                | "we"
                | "it"
                | "they"
                | "is"
                | "are"
                | "just"
                | "a"
                | "plus"
                | "costs"
                | "must"
                | "will"
                | "may"
                | "this"
                | "an"
        )
    };
    let before = tokens[start].sentence == tokens[hit.first].sentence
        && start > 0
        && tokens[start - 1].sentence == tokens[start].sentence;
    before && hit.first < start + 3 && !words.take(5).any(|token| statement(&token.word))
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

/// A trouble in an if-clause whose remedy follows in the same sentence is no concern: "if it breaks, we replace it".
fn remedied(lexicon: &Lexicon, tokens: &[Token], hits: &[Turned], hit: &Turned) -> bool {
    let clause = tokens[hit.first].clause;
    let start =
        tokens[..hit.first].iter().rposition(|token| token.clause != clause).map_or(0, |p| p + 1);
    let condition =
        (start..hit.first).find(|&at| lexicon.grammar.conditions.contains(&tokens[at].word));
    let Some(condition) = condition else { return false };
    let sentence = tokens[hit.first].sentence;
    let elsewhere = |other: &&Turned| {
        let conditional = tokens[other.first].clause == clause && other.first > condition;
        tokens[other.first].sentence == sentence && !conditional
    };
    let mut others = hits.iter().filter(elsewhere).peekable();
    others.peek().is_some() && others.all(|other| matches!(other.theme, Theme::Benefit(_)))
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
