//! The topics that a text mentions, and whether it says that the thing is there: "no app needed" mentions an app and
//! denies it. A topic is reported once, whatever the number of its mentions.

use std::collections::BTreeMap;

use super::super::features::{Span, Token};
use super::phrases::Found;
use super::{TopicId, Topics};

/// A topic of a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopicMention {
    pub topic: TopicId,
    /// The words that name it first.
    pub span: Span,
    /// Share of its mentions that deny it, 0 to 1.
    pub denied: f64,
}

impl TopicMention {
    /// Whether the text says only that the thing is not there or not needed.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.denied >= 1.0
    }
}

/// Words before a thing that say it is not there.
const ABSENT: &[&str] = &[
    "no", "without", "zero", "neither", "nor", "lacks", "lack", "minus", "avoid", "skip", "forget",
];
/// Words that say something of the verb is not so.
const NOT: &[&str] = &["not", "never", "cannot", "nobody", "nothing", "hardly", "needn't"];
/// How far back "not" and "never" reach, in words.
const NOT_REACH: usize = 6;
/// Words after "not" that make it say something else: "not only", "do not miss", "not far from".
const NOT_DENYING: &[&str] = &[
    "only", "just", "miss", "forget", "hesitate", "worry", "far", "if", "until", "unless", "before",
];
/// Words that may stand between "no" or "without" and the thing.
const BETWEEN: &[&str] = &[
    "a",
    "an",
    "any",
    "the",
    "your",
    "our",
    "their",
    "its",
    "need",
    "needs",
    "needing",
    "having",
    "using",
    "use",
    "for",
    "to",
    "of",
    "in",
    "or",
    "and",
    "nor",
    "extra",
    "separate",
    "special",
    "working",
    "own",
    "more",
    "single",
    "download",
    "downloading",
    "climbing",
    "buying",
    "owning",
    "private",
    "public",
    "mandatory",
    "compulsory",
    "other",
    "such",
];
/// Words that begin a statement of its own after a comma.
const ARTICLES: &[&str] = &["a", "an", "the", "your", "our", "and", "or"];
/// Words of which one more may stand there: "no fancy app".
const OTHER_MAX: usize = 1;
/// What says after a thing that it is not needed.
const NEEDLESS: &[&str] = &[
    "needed",
    "required",
    "necessary",
    "needless",
    "unnecessary",
    "optional",
    "involved",
    "included",
    "available",
    "allowed",
    "admitted",
    "accepted",
    "provided",
    "offered",
    "possible",
];
/// Such words that deny without a "not".
const NEEDLESS_ALONE: &[&str] = &["unnecessary", "needless", "superfluous", "optional"];

/// The topics of a text, in the order of the table.
#[must_use]
pub fn topics(table: &Topics, tokens: &[Token]) -> Vec<TopicMention> {
    let found = table.phrases.find(tokens);
    let mut by_topic: BTreeMap<TopicId, (Span, u32, u32)> = BTreeMap::new();
    for one in &found {
        let denied = denies(tokens, &found, one);
        let Some(span) = span(tokens, one) else { continue };
        let (_, all, no) = by_topic.entry(TopicId(one.owner)).or_insert((span, 0, 0));
        *all += 1;
        *no += u32::from(denied);
    }
    by_topic
        .into_iter()
        .map(|(topic, (span, all, no))| TopicMention {
            topic,
            span,
            denied: f64::from(no) / f64::from(all.max(1)),
        })
        .collect()
}

fn span(tokens: &[Token], found: &Found) -> Option<Span> {
    Some(Span { start: tokens.get(found.first)?.start, end: tokens.get(found.last)?.end })
}

/// Whether the words around a phrase deny it.
pub(super) fn denies(tokens: &[Token], found: &[Found], one: &Found) -> bool {
    denied_before(tokens, found, one) || denied_after(tokens, one)
}

fn denied_before(tokens: &[Token], found: &[Found], one: &Found) -> bool {
    let Some(here) = tokens.get(one.first) else { return false };
    let (mut clause, mut others) = (here.clause, 0);
    let is_listed = |at: usize| found.iter().any(|other| other.first <= at && at <= other.last);
    let before = tokens.get(..one.first).unwrap_or_default().iter().enumerate().rev();
    for (steps, (at, token)) in before.enumerate() {
        let word = token.word.as_str();
        let next = tokens.get(at + 1).map_or("", |token| token.word.as_str());
        if token.clause != clause {
            // "No trains, buses or trams" runs on over the comma, "no trains, a bus" does not.
            let lists = token.sentence == here.sentence && others == 0 && is_listed(at);
            if !lists || ARTICLES.contains(&next) {
                return false;
            }
            clause = token.clause;
        }
        if ABSENT.contains(&word) && others <= OTHER_MAX {
            return next != "doubt" && next != "matter" && next != "wonder";
        }
        let instead = matches!((word, next), ("instead", "of") | ("rather", "than"));
        if (instead || word == "unlike") && others <= OTHER_MAX {
            return true;
        }
        if steps < NOT_REACH && (NOT.contains(&word) || word.ends_with("n't")) {
            return !NOT_DENYING.contains(&next);
        }
        // Another thing in a list is passed over: "without a car or a smartphone".
        if !is_listed(at) && !BETWEEN.contains(&word) {
            others += 1;
        }
    }
    false
}

fn denied_after(tokens: &[Token], one: &Found) -> bool {
    let Some(clause) = tokens.get(one.last).map(|token| token.clause) else { return false };
    let after: Vec<&str> = tokens
        .get(one.last + 1..)
        .unwrap_or_default()
        .iter()
        .take_while(|token| token.clause == clause)
        .take(4)
        .map(|token| token.word.as_str())
        .collect();
    let alone = after.iter().take(2).any(|word| NEEDLESS_ALONE.contains(word));
    let not = after.iter().position(|word| NOT.contains(word) || word.ends_with("n't"));
    alone
        || not.is_some_and(|at| {
            at <= 1 && after.iter().skip(at + 1).any(|word| NEEDLESS.contains(word))
        })
}
