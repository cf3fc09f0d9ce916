//! Whether a phrase means its plain one where it stands: "terminate the contract" is "end" it, "terminate the machine" is not; an
//! "established brand" was not set up by anybody. Where that is not clear, the phrase stays.

use std::ops::Range;

use super::super::draft::Draft;
use super::super::tables::{EditorTables, VerbForm};

/// Words within which a verb names what it is about.
const OBJECT: usize = 4;
/// Words within which a quantity names what there is much of, and what that does.
const COUNTED: usize = 5;

/// Words that begin what a verb is about.
const DETERMINERS: &[&str] = &[
    "the", "a", "an", "your", "our", "their", "its", "his", "her", "my", "this", "that", "these",
    "those", "all", "every", "each", "it", "them", "you", "us", "more", "both", "any", "some",
    "what", "how",
];
/// Words before a form of a verb that is no verb there.
const BEFORE_NOUNS: &[&str] = &[
    "the", "a", "an", "your", "our", "their", "its", "his", "her", "my", "this", "these", "those",
    "all", "any", "no", "every", "some",
];
/// Words with which a past form is a participle: of some plain verbs that is another word.
const HELPERS: &[&str] =
    &["have", "has", "had", "having", "we've", "i've", "you've", "they've", "it's"];
/// Words behind which a past form is suffered and not done.
const PASSIVE: &[&str] = &["be", "is", "are", "was", "were", "been", "being", "get", "got", "gets"];
/// Plain verbs that nobody says of what is done to a thing.
const ACTIVE: &[&str] = &["had", "got", "chose", "helped with", "found out", "earned from"];
/// Words behind which a past form is surely a verb.
const SUBJECTS: &[&str] = &["i", "we", "you", "they", "he", "she", "it", "who", "that", "which"];
/// Plain verbs whose participle is not their past form.
const STRONG: &[&str] = &["chose", "drew", "wrote"];
/// Singular verbs: what is counted behind them is no number of things.
const SINGULAR: &[&str] = &["is", "was", "has", "needs", "comes"];
/// Plurals that do not end in "s".
const PLURALS: &[&str] = &["people", "children", "men", "women", "others", "feet", "data"];

/// The words around a phrase.
struct Around<'a> {
    draft: &'a Draft<'a>,
    range: Range<usize>,
    end: usize,
}

impl Around<'_> {
    fn word(&self, at: usize) -> &str {
        self.draft.words.get(at).map_or("", |word| word.lower.as_str())
    }

    /// The word before it in its sentence.
    fn before(&self) -> &str {
        let begins = self.draft.begins_sentence(self.range.start);
        self.range.start.checked_sub(1).filter(|_| !begins).map_or("", |at| self.word(at))
    }

    /// Words behind it, as far as they stand in its sentence without a mark between them.
    fn behind(&self, most: usize) -> Vec<&str> {
        let last = (self.range.end + most).min(self.end);
        let joined = (self.range.end..last).take_while(|at| self.draft.gap(at - 1) == " ");
        joined.map(|at| self.word(at)).collect()
    }
}

/// Whether the phrase at some words means `with`.
pub(super) fn fits(
    tables: &EditorTables,
    draft: &Draft<'_>,
    words: &Range<usize>,
    with: &str,
) -> bool {
    let sentence = draft.sentences.iter().find(|one| one.words.contains(&words.start));
    let end = sentence.map_or(words.end, |one| one.words.end);
    let around = Around { draft, range: words.clone(), end };
    let phrase: Vec<&str> = words.clone().map(|at| around.word(at)).collect();
    let phrase = phrase.join(" ");
    // "self-sufficient", "order-of-magnitude"
    let joins = |at: Option<usize>| at.is_some_and(|at| draft.gap(at).starts_with('-'));
    if joins(words.start.checked_sub(1)) || joins(words.end.checked_sub(1)) {
        return false;
    }
    let known = tables.around.verbs.get(&phrase);
    let key = known.map_or(phrase.as_str(), |(verb, _)| verb.as_str());
    let next = around.behind(1).first().copied().unwrap_or(".");
    let is = |listed: &str, word: &str| {
        listed == word || listed == "#" && word.starts_with(|letter: char| letter.is_ascii_digit())
    };
    let stands_in = |table: &std::collections::BTreeMap<String, Vec<String>>, word: &str| {
        table.get(key).is_some_and(|listed| listed.iter().any(|one| is(one, word)))
    };
    if stands_in(&tables.around.unless_before, next)
        || stands_in(&tables.around.unless_behind, around.before())
        || tables.around.begins.contains(&phrase) && !draft.begins_sentence(words.start)
    {
        return false;
    }
    if let Some((verb, form)) = known {
        // What is done to a thing names it before the verb.
        let mut behind = around.behind(OBJECT);
        if PASSIVE.contains(&around.before()) {
            let from =
                words.start.saturating_sub(OBJECT).max(sentence.map_or(0, |one| one.words.start));
            behind.extend((from..words.start).map(|at| around.word(at)));
        }
        let names =
            |about: &Vec<String>| behind.iter().any(|word| about.iter().any(|one| one == word));
        return match tables.around.objects.get(verb) {
            Some(about) => names(about) && is_verb(&around, *form, with, true),
            None => is_verb(&around, *form, with, false),
        };
    }
    if tables.around.nouns.contains(&phrase) {
        return is_noun(&around, &phrase);
    }
    match with {
        "many" | "most" | "a few" => counts(&around),
        _ => true,
    }
}

/// Whether a form is a verb with the sense of its base: no adjective, no part of a name of a thing.
fn is_verb(around: &Around<'_>, form: VerbForm, with: &str, is_about_it: bool) -> bool {
    let before = around.before();
    let next = around.behind(1).first().copied().unwrap_or_default();
    let has_object = is_about_it
        || SUBJECTS.contains(&before)
        || DETERMINERS.contains(&next)
        || next.starts_with(|it: char| it.is_ascii_digit());
    match form {
        VerbForm::Base | VerbForm::Third => !BEFORE_NOUNS.contains(&before),
        // "established brand", "was established by": only with an object behind it is it surely the past of a verb.
        VerbForm::Past => {
            let is_strong = STRONG.iter().any(|past| with.split(' ').next() == Some(past));
            if PASSIVE.contains(&before) {
                return !ACTIVE.contains(&with);
            }
            has_object
                && !BEFORE_NOUNS.contains(&before)
                && !(is_strong && HELPERS.contains(&before))
        }
        VerbForm::Ing => !BEFORE_NOUNS.contains(&before) && (has_object || !before.is_empty()),
    }
}

/// Whether a noun stands for itself: it describes no other noun ("termination fee", "paradigm shift").
fn is_noun(around: &Around<'_>, phrase: &str) -> bool {
    let next = around.behind(1).first().copied().unwrap_or_default();
    let is_alone = next.is_empty() || is_small(next);
    // "we endeavour to" is a verb.
    let before = around.before();
    let needs_article = phrase.starts_with("endeavo");
    is_alone && (!needs_article || BEFORE_NOUNS.contains(&before) || before.ends_with("est"))
}

/// Words that describe no noun behind them.
fn is_small(word: &str) -> bool {
    matches!(
        word,
        "of" | "to"
            | "in"
            | "on"
            | "at"
            | "by"
            | "for"
            | "from"
            | "with"
            | "and"
            | "or"
            | "but"
            | "is"
            | "are"
            | "was"
            | "were"
            | "has"
            | "have"
            | "had"
            | "will"
            | "can"
            | "may"
            | "must"
            | "that"
            | "which"
            | "who"
            | "as"
            | "than"
            | "if"
            | "when"
            | "before"
            | "after"
            | "during"
            | "between"
            | "without"
            | "within"
            | "until"
            | "because"
            | "so"
            | "not"
            | "we"
            | "you"
            | "they"
            | "he"
            | "she"
            | "it"
            | "i"
            | "does"
            | "do"
            | "should"
            | "could"
            | "would"
    )
}

/// Whether things that can be counted follow: "a wide range of tools", and not "of equipment", nor "the numerous".
fn counts(around: &Around<'_>) -> bool {
    let behind = around.behind(COUNTED);
    let is_plural = |word: &&&str| {
        PLURALS.contains(*word) || word.ends_with('s') && !word.ends_with("ss") && word.len() > 3
    };
    // Adjectives may stand before the thing.
    let thing = behind.iter().position(|word| is_plural(&word));
    let is_near = thing.is_some_and(|at| {
        at <= 2 && behind.iter().take(at).all(|word| !is_small(word) || *word == "of")
    });
    let follows = thing.and_then(|at| behind.get(at + 1)).copied().unwrap_or_default();
    let is_owned = behind.first().is_some_and(|word| DETERMINERS.contains(word));
    (is_near || is_owned) && !SINGULAR.contains(&follows)
}
