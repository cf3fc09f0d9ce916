//! Conditions in a phrase: "8, if it were free" says nothing of the thing as it is, so a value that is bound to a condition
//! is none. A condition within a reason, or in what is said beside the value, binds nothing.

/// Words that begin a condition wherever they stand.
const CONDITIONS: [&str; 15] = [
    "if",
    "unless",
    "provided",
    "providing",
    "assuming",
    "supposing",
    "presuming",
    "contingent",
    "conditional",
    "hypothetically",
    "theoretically",
    "ideally",
    "depending",
    "depends",
    "depend",
];
/// Phrases that do.
const PHRASES: [&str; 9] = [
    "as long as",
    "so long as",
    "on condition",
    "on the condition",
    "under the condition",
    "in case",
    "subject to",
    "in theory",
    "except if",
];
/// Words and phrases that begin one only at the beginning of a clause.
const AT_START: [&str; 22] = [
    "when",
    "whenever",
    "once",
    "until",
    "after they",
    "after it",
    "were it",
    "were the",
    "should it",
    "should the",
    "should they",
    "had it",
    "had they",
    "with a discount",
    "with discount",
    "with the discount",
    "at half",
    "at a lower",
    "at a better",
    "at the right price",
    "for the right price",
    "for free",
];
/// What follows such a word where it begins a question or is no condition.
const ASKS: [&str; 8] = [
    "when can",
    "when will",
    "when do",
    "when does",
    "when is",
    "until now",
    "once again",
    "once more",
];
/// Phrases with the word of a condition that are none: what is said holds all the same.
const NONE: [&str; 13] = [
    "even if",
    "even when",
    "even though",
    "as if",
    "what if",
    "if anything",
    "wonder if",
    "wondering if",
    "wondered if",
    "know if",
    "see if",
    "ask if",
    "if only because",
];
/// Words before a condition that only repeat the value: "but only if", "I would say so if".
const RESTATE: [&str; 37] = [
    "again", "and", "answer", "at", "be", "but", "could", "d", "give", "i", "i'd", "i'll", "is",
    "it", "it'd", "it's", "just", "least", "might", "mean", "mine", "my", "maybe", "only", "or",
    "perhaps", "rate", "say", "score", "so", "that", "that's", "then", "this", "though", "well",
    "would",
];

/// What a value is: how far a condition beside it can be about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BoundTo {
    /// A judgement: what somebody would do on a condition is another matter.
    Judgement,
    /// An intent or a choice: any condition beside it is about it.
    Decision,
}

/// Whether what is said beside a value, in plain small letters, binds it to a condition.
pub(super) fn binds(said: &str, bound: BoundTo) -> bool {
    clauses(said).any(|clause| {
        let clause = without(clause);
        begins(&clause) || (bound == BoundTo::Decision && holds(&clause))
    })
}

/// Whether a condition comes behind a reason: "because it is good, if it were free". At its beginning it is a part of it.
pub(super) fn binds_behind(reason: &str) -> bool {
    let mut clauses = clauses(reason);
    let first = clauses.next().unwrap_or_default();
    // "because, if I had time, …" and "because if I had time, …"
    let is_within = first.trim().is_empty() || begins(&without(first));
    let mut rest = clauses.skip(usize::from(is_within));
    rest.any(|clause| begins(&without(clause)) && !clause.contains(" i "))
}

/// Whether a whole value names a condition anywhere, for the words that are said of it.
pub(in super::super) fn names_condition(said: &str) -> bool {
    let said: String = said.to_lowercase();
    clauses(&said).any(|clause| {
        let clause = without(clause);
        begins(&clause) || holds(&clause)
    })
}

/// The clauses of a remark.
fn clauses(said: &str) -> impl Iterator<Item = &str> {
    said.split([',', ';', '(', ')', '—', '–', ':'])
        .flat_map(|part| part.split(" - "))
        .map(str::trim)
}

/// A clause without the phrases that are no conditions.
fn without(clause: &str) -> String {
    let usual = clause.replace('\u{2019}', "'");
    let mut clause = format!(" {} ", super::beside::without_fillers(&usual));
    for phrase in NONE.iter().chain(&ASKS) {
        if let Some(place) = clause.find(&format!(" {phrase} ")) {
            // What follows is said to change nothing.
            clause.truncate(place + 1);
        }
    }
    clause
}

fn has_phrase(clause: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| clause.contains(&format!(" {phrase} ")))
}

/// Whether a clause has a condition anywhere.
fn holds(clause: &str) -> bool {
    super::phrase::words(clause).any(|word| CONDITIONS.contains(&word))
        || has_phrase(clause, &PHRASES)
}

/// Whether a clause is a condition from its beginning, behind words that only repeat the value.
fn begins(clause: &str) -> bool {
    let mut rest = clause.trim();
    loop {
        let starts = |phrase: &&str| {
            rest.strip_prefix(*phrase).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        };
        if CONDITIONS.iter().chain(&PHRASES).chain(&AT_START).any(starts) {
            return true;
        }
        if is_without(rest) {
            return true;
        }
        let end = rest.find(|letter: char| !(letter.is_alphanumeric() || letter == '\''));
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        if word.is_empty() || !RESTATE.contains(&word) {
            return false;
        }
        rest = after.trim_start_matches([' ', '.', '!']);
    }
}

/// "without the subscription": another thing than what was shown. "without doubt" is none.
fn is_without(clause: &str) -> bool {
    const SURE: [&str; 6] =
        ["doubt", "question", "hesitation", "reservation", "reservations", "thinking"];
    clause
        .strip_prefix("without ")
        .is_some_and(|rest| !super::phrase::words(rest).take(3).any(|word| SURE.contains(&word)))
}
