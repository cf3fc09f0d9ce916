//! The offline editor: rewrites of a piece of content by the rules of copy editing. It invents nothing: every content word
//! of a rewrite was there, or is the plain word that `assets/editor/plain_words.toml` has for one that was there. What a
//! text denies it still denies. The same text always has the same candidates, and whether one is better is for a panel
//! to say.

mod articles;
mod change;
mod draft;
mod phrase;
mod protect;
mod rules;
mod tables;
#[cfg(test)]
mod tests;

use protocol::review::{ContentType, Dimension};

use crate::Reader;
use crate::review::{Brief, ContentReading};
use draft::Draft;
pub use rules::EditorRule;
pub use tables::{CUTS, EditorTables, PLAIN_WORDS};

/// Most characters of a rewrite: the limit of content.
pub const CHARACTERS_MAX: usize = 50_000;
/// A rule is applied until it finds nothing more, but not more often.
const AGAIN_MAX: usize = 4;
/// Most candidates.
pub const CANDIDATES_MAX: usize = 24;

/// A rewrite of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The rewritten text.
    pub text: String,
    /// The rules that changed something, in the order in which they did.
    pub rules: Vec<EditorRule>,
    /// What they changed.
    pub edits: Vec<Edit>,
}

/// One change of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The words that were there; empty where something was put in.
    pub before: String,
    /// The words that are there now; empty where something was cut.
    pub after: String,
    /// The rule.
    pub rule: EditorRule,
    /// The dimension that it is meant to raise.
    pub dimension: Dimension,
}

/// What a rule needs to know.
#[derive(Clone, Copy, Debug)]
struct Desk<'a> {
    reader: &'a Reader,
    kind: ContentType,
    /// Clauses that say what the reader gains or what it costs, strongest first.
    gains: &'a [String],
}

/// The rewrites of a text, each with another set of rules: every rule alone, the rules of words together, all of them,
/// and all but one. None equals the text, and no two are equal.
#[must_use]
pub fn candidates(text: &str, brief: &Brief, reading: &ContentReading) -> Vec<Candidate> {
    let gains = gains(reading);
    let desk = Desk { reader: Reader::embedded(), kind: brief.content_type, gains: &gains };
    rewrites(&desk, text)
}

/// The rewrites of a text with what a rule needs to know.
fn rewrites(desk: &Desk<'_>, text: &str) -> Vec<Candidate> {
    let single: Vec<Candidate> =
        EditorRule::ALL.iter().filter_map(|rule| rewrite(desk, text, &[*rule])).collect();
    let useful: Vec<EditorRule> = single.iter().flat_map(|one| one.rules.iter().copied()).collect();
    let words: Vec<EditorRule> = useful.iter().copied().filter(|rule| rule.is_of_words()).collect();
    let rest: Vec<EditorRule> = useful.iter().copied().filter(|rule| !rule.is_of_words()).collect();
    let mut sets = vec![useful.clone(), words, rest];
    sets.extend((0..useful.len()).map(|out| {
        let others = useful.iter().enumerate().filter(|(at, _)| *at != out);
        others.map(|(_, rule)| *rule).collect()
    }));
    let combined =
        sets.iter().filter(|set| set.len() > 1).filter_map(|set| rewrite(desk, text, set));
    let mut found: Vec<Candidate> = Vec::new();
    for candidate in single.into_iter().chain(combined) {
        let is_new = found.iter().all(|known| known.text != candidate.text);
        if is_new && found.len() < CANDIDATES_MAX {
            found.push(candidate);
        }
    }
    found
}

/// A text after some rules; nothing where they leave it as it is, or would leave nothing of it.
fn rewrite(desk: &Desk<'_>, text: &str, rules: &[EditorRule]) -> Option<Candidate> {
    let mut done = Candidate { text: text.to_owned(), rules: Vec::new(), edits: Vec::new() };
    for &rule in rules {
        let dimension = rule.dimension(desk.kind);
        for _ in 0..AGAIN_MAX {
            let draft = Draft::of(&done.text);
            let (changed, made) = change::apply(&draft, rules::changes(desk, &draft, rule));
            let is_change = changed != done.text && !says_nothing(&changed);
            if !is_change || changed.chars().count() > CHARACTERS_MAX {
                break;
            }
            let edits =
                made.into_iter().map(|(before, after)| Edit { before, after, rule, dimension });
            done.edits.extend(edits);
            if done.rules.last() != Some(&rule) {
                done.rules.push(rule);
            }
            done.text = changed;
        }
    }
    (done.text != text).then_some(done)
}

fn says_nothing(text: &str) -> bool {
    !text.chars().any(char::is_alphanumeric)
}

/// The clauses that say what the reader gains and what it costs, strongest first.
fn gains(reading: &ContentReading) -> Vec<String> {
    let features = &reading.reading.features;
    let mut found: Vec<(f64, usize, String)> = Vec::new();
    for evidence in features.benefits.iter().flat_map(|mass| &mass.evidence) {
        found.push((evidence.count, evidence.span.start, reading.quote(evidence.span).to_owned()));
    }
    found.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    let mut clauses: Vec<String> = found.into_iter().map(|(_, _, clause)| clause).collect();
    if let Some(price) = features.price {
        clauses.push(reading.quote(price.span).to_owned());
    }
    clauses
}
