//! The offline editor: rewrites of a piece of content by the rules of copy editing. It invents nothing: every content word
//! of a rewrite was there, or is the plain word that `assets/editor/plain_words.toml` has for one that was there. What a
//! text denies it still denies. The same text always has the same candidates, and whether one is better is for a panel
//! to say.

mod articles;
mod change;
mod draft;
mod names;
mod phrase;
mod protect;
mod rules;
mod tables;
#[cfg(test)]
mod tests;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;

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
    /// Blocks of code and other words, which stay as they are.
    kept: &'a [String],
}

/// The rewrites of a text, each with another set of rules: every rule alone, the rules of words together, all of them,
/// and all but one. None equals the text, and no two are equal.
#[must_use]
pub fn candidates(text: &str, brief: &Brief, reading: &ContentReading) -> Vec<Candidate> {
    candidates_that(text, brief, reading, &|_| true)
}

/// The same of rewrites that fit where the text stands; a rule that makes one that does not is left out of all.
#[must_use]
pub fn candidates_that(
    text: &str,
    brief: &Brief,
    reading: &ContentReading,
    fits: &dyn Fn(&str) -> bool,
) -> Vec<Candidate> {
    let gains = gains(reading);
    let kept = [brief.code.as_slice(), brief.kept.as_slice()].concat();
    let desk =
        Desk { reader: Reader::embedded(), kind: brief.content_type, gains: &gains, kept: &kept };
    rewrites(&desk, text, fits)
}

/// The rewrites of a text with what a rule needs to know.
fn rewrites(desk: &Desk<'_>, text: &str, fits: &dyn Fn(&str) -> bool) -> Vec<Candidate> {
    let mut steps = Steps::default();
    let mut rewrite = |rules: &[EditorRule]| {
        rewrite(desk, text, rules, &mut steps).filter(|candidate| fits(&candidate.text))
    };
    let single: Vec<Candidate> =
        EditorRule::ALL.iter().filter_map(|rule| rewrite(&[*rule])).collect();
    let useful: Vec<EditorRule> = single.iter().flat_map(|one| one.rules.iter().copied()).collect();
    let words: Vec<EditorRule> = useful.iter().copied().filter(|rule| rule.is_of_words()).collect();
    let rest: Vec<EditorRule> = useful.iter().copied().filter(|rule| !rule.is_of_words()).collect();
    let mut sets = vec![useful.clone(), words, rest];
    sets.extend((0..useful.len()).map(|out| {
        let others = useful.iter().enumerate().filter(|(at, _)| *at != out);
        others.map(|(_, rule)| *rule).collect()
    }));
    let combined = sets.iter().filter(|set| set.len() > 1).filter_map(|set| rewrite(set));
    let mut found: Vec<Candidate> = Vec::new();
    for candidate in single.into_iter().chain(combined) {
        let is_new = found.iter().all(|known| known.text != candidate.text);
        if is_new && found.len() < CANDIDATES_MAX {
            found.push(candidate);
        }
    }
    found
}

/// The text after a rule was applied once, and what it changed: words before and after.
type Made = (Rc<str>, Rc<[(String, String)]>);

/// A rule applied once; nothing where it leaves the text as it is.
type Step = Option<Made>;

/// What rules made of texts: many candidates begin with the same rules, and a rule takes long to read a long text.
type Steps = BTreeMap<(EditorRule, Rc<str>), Step>;

/// A text after some rules; nothing where they leave it as it is, or would leave nothing of it.
fn rewrite(
    desk: &Desk<'_>,
    text: &str,
    rules: &[EditorRule],
    steps: &mut Steps,
) -> Option<Candidate> {
    let mut now: Rc<str> = Rc::from(text);
    let mut done = Candidate { text: String::new(), rules: Vec::new(), edits: Vec::new() };
    let (mut place, mut times) = (0, 0);
    while let Some((rule, (changed, made))) =
        next_step(desk, &now, rules, (&mut place, &mut times), steps)
    {
        let dimension = rule.dimension(desk.kind);
        let edits = made.iter().cloned();
        done.edits.extend(edits.map(|(before, after)| Edit { before, after, rule, dimension }));
        if done.rules.last() != Some(&rule) {
            done.rules.push(rule);
        }
        now = changed;
        times += 1;
        if times == AGAIN_MAX {
            (place, times) = (place + 1, 0);
        }
    }
    done.text = now.to_string();
    (done.text != text).then_some(done)
}

/// The first of the rules, from a place on, that changes a text, with what it makes of it; the place is left at that rule.
fn next_step(
    desk: &Desk<'_>,
    text: &Rc<str>,
    rules: &[EditorRule],
    (place, times): (&mut usize, &mut usize),
    steps: &mut Steps,
) -> Option<(EditorRule, Made)> {
    // A text is divided once for all rules that leave it as it is.
    let draft = OnceCell::new();
    while let Some(&rule) = rules.get(*place) {
        let key = (rule, Rc::clone(text));
        let step = match steps.get(&key) {
            Some(known) => known.clone(),
            None => {
                let of_text = || Draft::of(text, &desk.reader.editor, desk.kept);
                let step = step(desk, draft.get_or_init(of_text), rule);
                steps.insert(key, step.clone());
                step
            }
        };
        if let Some(step) = step {
            return Some((rule, step));
        }
        (*place, *times) = (*place + 1, 0);
    }
    None
}

/// What a rule makes of a draft.
fn step(desk: &Desk<'_>, draft: &Draft<'_>, rule: EditorRule) -> Step {
    let (changed, made) = change::apply(draft, rules::changes(desk, draft, rule));
    // A rule of whole lines may take a block of code apart.
    let is_whole = |kept: &String| {
        changed.matches(kept.as_str()).count() >= draft.text.matches(kept.as_str()).count()
    };
    let is_change = changed != draft.text && !says_nothing(&changed);
    // A sentence that begins like a heading or an entry of a list is one at the beginning of a line.
    let fits = is_change
        && changed.chars().count() <= CHARACTERS_MAX
        && desk.kept.iter().all(is_whole)
        && draft::marked_lines(&changed) <= draft::marked_lines(draft.text);
    fits.then(|| (Rc::from(changed), Rc::from(made)))
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
