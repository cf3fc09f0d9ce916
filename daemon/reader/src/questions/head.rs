//! The head of a question: its interrogative, its auxiliary, or the verb of a request, with the words before and after it.
//! A request that carries a question ("Can you tell us why …") has the head of what it carries.

use super::vocabulary::Group;
use super::words::{Segment, Word};

/// What a question begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    What,
    Which,
    Who,
    When,
    Where,
    Why,
    How,
    /// "Would you …", "Is it …".
    Auxiliary,
    /// "Pick …", "Describe …".
    Request,
    /// Neither: "Your thoughts?".
    None,
}

/// A segment with its head.
#[derive(Clone, Debug)]
pub(super) struct Headed<'a> {
    pub(super) head: Head,
    /// From the head on.
    pub(super) main: &'a [Word],
    /// What stands before it.
    pub(super) before: &'a [Word],
}

const AUXILIARIES: &[&str] = &[
    "would", "could", "can", "will", "should", "shall", "do", "does", "did", "is", "are", "was",
    "were", "has", "have", "had", "might", "may", "am",
];
const PREPOSITIONS: &[&str] =
    &["in", "at", "on", "for", "to", "of", "from", "with", "by", "under", "during", "after"];
/// May stand before a head.
const LEADS: &[&str] = &[
    "and",
    "but",
    "or",
    "so",
    "please",
    "roughly",
    "approximately",
    "about",
    "exactly",
    "overall",
    "also",
    "now",
    "then",
    "just",
    "ok",
    "okay",
    "well",
    "hi",
    "hello",
    "finally",
    "first",
    "around",
    "personally",
    "honestly",
    "if",
    "generally",
    "kindly",
    "ever",
];
/// Verbs of requests that no group has.
const REQUESTS: &[&str] = &[
    "pick",
    "choose",
    "name",
    "list",
    "give",
    "rate",
    "rank",
    "select",
    "complete",
    "say",
    "tell",
    "explain",
    "describe",
    "share",
    "state",
    "write",
    "summarise",
    "summarize",
    "evaluate",
    "score",
    "quote",
    "mark",
    "elaborate",
    "justify",
    "comment",
    "let",
    "indicate",
    "outline",
    "mention",
    "specify",
    "think",
    "sum",
];

impl<'a> Headed<'a> {
    /// Finds the head of a segment.
    pub(super) fn of(segment: &'a Segment) -> Self {
        let words = segment.words.as_slice();
        let starts = (0..words.len())
            .filter(|&at| at == 0 || words.get(at).is_some_and(|word| word.opens))
            .map(|at| skip_leads(words, at));
        let mut starts = starts;
        let found = starts
            .find_map(|at| head_at(words, at))
            .or_else(|| carried(words, 0))
            .or_else(|| inverted(words));
        let (head, at) = found.unwrap_or((Head::None, 0));
        let (head, at) = match head {
            Head::Auxiliary | Head::Request if carries(words, at) => {
                carried(words, at + 1).unwrap_or((head, at))
            }
            _ => (head, at),
        };
        let at = if head == Head::Auxiliary { embedded(words, at).unwrap_or(at) } else { at };
        let main = words.get(at..).unwrap_or_default();
        let before = words.get(..at).unwrap_or_default();
        Self { head, main, before }
    }

    /// The word at a place from the head on.
    pub(super) fn word(&self, at: usize) -> &str {
        self.main.get(at).map_or("", |word| word.lower.as_str())
    }

    /// Whether a word from the head on is in the group.
    pub(super) fn has(&self, group: Group) -> bool {
        self.main.iter().any(|word| word.groups.has(group))
    }

    /// Whether a word from the head on is in one of the groups.
    pub(super) fn any(&self, groups: &[Group]) -> bool {
        self.main.iter().any(|word| word.groups.any(groups))
    }

    /// Whether one of the words stands from the head on.
    pub(super) fn says(&self, words: &[&str]) -> bool {
        self.main.iter().any(|word| words.contains(&word.lower.as_str()))
    }

    /// Whether the words stand there in a row.
    pub(super) fn runs(&self, row: &[&str]) -> bool {
        self.main.windows(row.len()).any(|part| part.iter().zip(row).all(|(a, b)| a.lower == *b))
    }
}

fn skip_leads(words: &[Word], from: usize) -> usize {
    let lead = |at: usize| words.get(at).is_some_and(|word| LEADS.contains(&word.lower.as_str()));
    let mut at = from;
    while lead(at) {
        at += 1;
    }
    at
}

/// The head that begins at a place.
fn head_at(words: &[Word], at: usize) -> Option<(Head, usize)> {
    let word = |place: usize| words.get(place).map_or("", |word| word.lower.as_str());
    let place = if PREPOSITIONS.contains(&word(at)) { at + 1 } else { at };
    // "To what extent do you agree?" asks how much.
    if word(place) == "what" && matches!(word(place + 1), "extent" | "degree") {
        return Some((Head::How, place));
    }
    if let Some(head) = interrogative(word(place)) {
        let next = word(place + 1);
        // "When you think of it, …" asks nothing.
        let clause = matches!(next, "you" | "it" | "they" | "we" | "the" | "i");
        let alone = matches!(head, Head::When | Head::Where | Head::What | Head::How);
        return (!(clause && alone)).then_some((head, place));
    }
    // "If it were free, …" is a condition, but "if" may lead a carried question.
    if at > 0 && word(at - 1) == "if" {
        return None;
    }
    if AUXILIARIES.contains(&word(at)) && words.len() > at + 1 {
        return Some((Head::Auxiliary, at));
    }
    REQUESTS.contains(&word(at)).then_some((Head::Request, at))
}

fn interrogative(word: &str) -> Option<Head> {
    Some(match word {
        "what" | "whatever" => Head::What,
        "which" => Head::Which,
        "who" | "whom" | "whose" => Head::Who,
        "when" => Head::When,
        "where" => Head::Where,
        "why" => Head::Why,
        "how" => Head::How,
        _ => return None,
    })
}

/// Whether a request or a polite question asks to be told something.
fn carries(words: &[Word], at: usize) -> bool {
    let near = words.iter().skip(at).take(5);
    near.clone().any(|word| word.groups.has(Group::Explain) || word.lower == "say")
        || near.clone().any(|word| word.lower == "know")
            && words.get(at + 2).is_some_and(|word| word.lower == "know")
}

/// "Do you think (that) it will work?" asks whether it will work: the place before what is asked.
fn embedded(words: &[Word], at: usize) -> Option<usize> {
    let word = |place: usize| words.get(place).map_or("", |word| word.lower.as_str());
    let thinks = word(at + 1) == "you"
        && matches!(word(at + 2), "think" | "believe" | "feel" | "say" | "expect");
    if !thinks {
        return None;
    }
    let before =
        if word(at + 3) == "that" && AUXILIARIES.contains(&word(at + 5)) { at + 3 } else { at + 2 };
    let clause = words.get(before + 2..).unwrap_or_default();
    clause.iter().take(3).any(|word| AUXILIARIES.contains(&word.lower.as_str())).then_some(before)
}

/// The first interrogative anywhere after a place.
fn carried(words: &[Word], from: usize) -> Option<(Head, usize)> {
    (from..words.len()).find_map(|at| {
        let word = words.get(at)?.lower.as_str();
        if word == "whether" || word == "if" && at > 0 && from > 0 {
            return Some((Head::Auxiliary, at));
        }
        interrogative(word).filter(|_| !matches!(word, "who" | "when")).map(|head| (head, at))
    })
}

/// "…, you would buy it?": an auxiliary beside its subject, anywhere.
fn inverted(words: &[Word]) -> Option<(Head, usize)> {
    let subject = |at: usize| {
        words.get(at).is_some_and(|word| {
            matches!(word.lower.as_str(), "you" | "it" | "they" | "this" | "there" | "anyone")
        })
    };
    (0..words.len())
        .find(|&at| {
            words.get(at).is_some_and(|word| AUXILIARIES.contains(&word.lower.as_str()))
                && subject(at + 1)
        })
        .map(|at| (Head::Auxiliary, at))
}
