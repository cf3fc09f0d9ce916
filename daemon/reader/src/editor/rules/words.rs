//! Rules for single words: plain ones for jargon, and adjectives and adverbs that only make a noise are cut.

use super::super::Desk;
use super::super::change::{self, TextChange};
use super::super::draft::{Draft, Sentence};
use super::super::tables::EditorTables;
use super::{denies, senses};

/// Words after which a word that is a noun as often must be a verb.
const BEFORE_VERBS: &[&str] = &[
    "to", "we", "you", "they", "i", "can", "will", "must", "may", "could", "should", "would",
    "let", "lets", "helps", "help", "please", "who", "that", "and", "don't", "not",
];
/// Words that may stand after a verb, and hardly after a noun.
const AFTER_VERBS: &[&str] = &[
    "the", "a", "an", "your", "our", "their", "its", "his", "her", "this", "these", "it", "them",
    "you", "us",
];

/// Words that cannot follow a cut adjective: it stood by itself.
const NO_NOUNS: &[&str] = &[
    "and", "or", "but", "to", "of", "in", "on", "at", "by", "for", "from", "with", "as", "than",
    "that", "which", "who", "is", "are", "was", "were", "be", "has", "have", "will", "can", "the",
    "a", "an", "it", "you", "we", "they", "if", "when", "because", "so", "i", "about", "through",
    "without", "into", "ones", "one", "enough", "how", "what", "why",
];
/// Words after which an adjective is compared or praised, and cannot go.
const BEFORE_KEPT: &[&str] = &[
    "most",
    "more",
    "so",
    "too",
    "as",
    "how",
    "less",
    "least",
    "be",
    "is",
    "are",
    "was",
    "were",
    "it's",
    "that's",
    "looks",
    "feels",
    "look",
    "feel",
    "seems",
    "something",
    "nothing",
    "anything",
    "world's",
    "such",
];

/// Words with which a quantity takes "of".
const OWNED: &[&str] = &[
    "the", "our", "your", "their", "its", "my", "these", "those", "them", "us", "you", "his", "her",
];
const QUANTITIES: &[&str] = &["many", "most", "a few", "enough"];
/// Words before a noun that is known already, so that it needs no other.
const DEFINITE: &[&str] =
    &["the", "our", "your", "this", "these", "their", "its", "my", "his", "her", "that", "those"];

/// Replaces jargon.
pub(super) fn plain(tables: &EditorTables, draft: &Draft<'_>) -> Vec<TextChange> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < draft.words.len() {
        let Some((range, with)) = tables.plain.at(draft, at) else {
            at += 1;
            continue;
        };
        let word = |place: usize| draft.words.get(place).map_or("", |word| word.lower.as_str());
        let lower = word(at).to_owned();
        let before = at.checked_sub(1).filter(|_| !draft.begins_sentence(at)).map_or("", &word);
        let after = word(range.end);
        let is_verb = !tables.careful.contains(&lower)
            || BEFORE_VERBS.contains(&before)
            || AFTER_VERBS.contains(&after)
                && !matches!(before, "the" | "a" | "an" | "your" | "our" | "this");
        // An adverb that links two statements needs a comma after it where it stood with one.
        let is_name = range.len() == 1 && is_name(draft, at);
        // "extra" is no word for "additional" after "an" and before a number: "an additional 5".
        let counts = matches!(lower.as_str(), "additional")
            && after.starts_with(|c: char| c.is_ascii_digit());
        // "a sufficient supply" is no "enough supply".
        let is_bare = with != "enough" || !matches!(before, "a" | "an" | "the");
        // "The rooms are in order to the last detail."
        let is_purpose = lower != "in" || with != "to" || !AFTER_VERBS.contains(&after);
        let means_it = senses::fits(tables, draft, &range, with);
        if is_verb && !is_name && !counts && is_bare && is_purpose && means_it {
            // "a large number of our guests" are many of them.
            let is_part = word(range.end - 1) == "of" && OWNED.contains(&after);
            let with = if is_part && !with.ends_with("of") && QUANTITIES.contains(&with) {
                format!("{with} of")
            } else {
                with.to_owned()
            };
            found.extend(change::replacement(draft, &range, &with));
        }
        at = range.end;
    }
    found
}

/// Whether a word inside a sentence has a capital though its neighbours have none: it is a name.
fn is_name(draft: &Draft<'_>, at: usize) -> bool {
    let capital = |place: usize| {
        let word = draft.words.get(place).map_or("", |word| draft.get(word.range.clone()));
        word.chars().next().is_some_and(char::is_uppercase)
    };
    if draft.begins_sentence(at) || !capital(at) {
        return false;
    }
    let neighbours = at.saturating_sub(3)..(at + 4).min(draft.words.len());
    let others: Vec<bool> = neighbours.filter(|place| *place != at).map(capital).collect();
    others.iter().filter(|is_capital| **is_capital).count() * 2 < others.len()
}

/// Cuts the adjectives of advertising before a noun.
pub(super) fn hype(desk: &Desk<'_>, draft: &Draft<'_>) -> Vec<TextChange> {
    let tables = &desk.reader.editor;
    let mut found = Vec::new();
    for sentence in &draft.sentences {
        let mut at = sentence.words.start;
        while at < sentence.words.end {
            let Some((range, _)) = tables.loud.at(draft, at) else {
                at += 1;
                continue;
            };
            at = range.end;
            let word = |place: usize| draft.words.get(place).map_or("", |word| word.lower.as_str());
            let before = range
                .start
                .checked_sub(1)
                .filter(|_| range.start > sentence.words.start)
                .map_or("", &word);
            if range.end >= sentence.words.end
                || BEFORE_KEPT.contains(&before)
                || is_name(draft, range.start)
                || in_name(draft, sentence, &range, before)
            {
                continue;
            }
            // "innovative, seamless and robust tools": the list of adjectives goes as far as all of it is loud.
            let mut end = range.end;
            let mut is_fact = tables.facts.contains(&phrase(draft, &range));
            loop {
                let joined = usize::from(word(end) == "and");
                match tables.loud.at(draft, end + joined) {
                    Some((next, _)) if matches!(draft.gap(end - 1), " " | ", ") => {
                        end = next.end;
                        is_fact |= tables.facts.contains(&phrase(draft, &next));
                    }
                    _ => break,
                }
            }
            let next = word(end);
            let gap = draft.gap(end - 1);
            let mut whole = range.start..end;
            if next == "and" && gap == " " && word(end + 1) != "the" {
                // "innovative and cheap tools": the conjunction goes along.
                whole.end = end + 1;
            }
            let follows = word(whole.end);
            let is_noun = !NO_NOUNS.contains(&follows)
                && !denies(follows)
                && !follows.is_empty()
                && whole.end < sentence.words.end;
            let closes = matches!(draft.gap(whole.end - 1), " " | ", " | "\n");
            // "modern and innovative tools" would leave "modern and tools".
            let dangles = matches!(before, "and" | "or") || before.ends_with("ly");
            at = whole.end;
            // "an incredible companion." would leave "a companion.", which says nothing at all.
            let after = draft.gap(whole.end);
            let goes_on = after == " "
                && whole.end + 1 < sentence.words.end
                && !matches!(word(whole.end + 1), "and" | "or" | "but" | "is" | "are");
            let says_something = DEFINITE.contains(&before) || goes_on;
            // "a robust table" says what the table is; "a robust solution" says nothing.
            let says_a_fact = is_fact && !names_nothing(tables, draft, sentence, whole.end);
            if is_noun && !says_a_fact && closes && !dangles && says_something {
                found.extend(cut_adjective(draft, &whole));
            }
        }
    }
    found
}

/// The words of a phrase, in lower case with a blank between two.
fn phrase(draft: &Draft<'_>, words: &std::ops::Range<usize>) -> String {
    let words = draft.words.get(words.clone()).unwrap_or_default();
    words.iter().map(|word| word.lower.as_str()).collect::<Vec<_>>().join(" ")
}

/// Whether the noun that begins at a word, or behind one more adjective, names no thing: a solution, an approach.
fn names_nothing(tables: &EditorTables, draft: &Draft<'_>, sentence: &Sentence, at: usize) -> bool {
    let is_empty = |place: usize| {
        place < sentence.words.end
            && draft.words.get(place).is_some_and(|word| tables.empty_nouns.contains(&word.lower))
    };
    // "a robust data platform"
    is_empty(at) && !is_word_before_noun(draft, sentence, at)
        || draft.gap(at) == " " && is_empty(at + 1)
}

/// Whether a noun only describes the one behind it: "a robust service table".
fn is_word_before_noun(draft: &Draft<'_>, sentence: &Sentence, at: usize) -> bool {
    draft.gap(at) == " "
        && at + 1 < sentence.words.end
        && draft.words.get(at + 1).is_some_and(|next| {
            let follows = next.lower.as_str();
            !NO_NOUNS.contains(&follows)
                && !follows.ends_with('s')
                && !follows.ends_with("ing")
                && !follows.ends_with("ed")
                && !matches!(
                    follows,
                    "today" | "now" | "only" | "ever" | "help" | "work" | "can" | "will"
                )
        })
}

/// Whether an adjective with a capital is part of a name: "The Amazing Randi", "Epic Games" in a line of capitals. Behind a number or
/// a word such as "our" it is none.
fn in_name(
    draft: &Draft<'_>,
    sentence: &Sentence,
    words: &std::ops::Range<usize>,
    before: &str,
) -> bool {
    let is_capital = |place: usize| {
        let word = draft.words.get(place);
        word.is_some_and(|word| draft.get(word.range.clone()).starts_with(char::is_uppercase))
    };
    let stands_alone = matches!(
        before,
        "a" | "an" | "our" | "my" | "your" | "this" | "these" | "some" | "their" | "with" | "more"
    ) || before.starts_with(|letter: char| letter.is_ascii_digit());
    is_capital(words.start)
        && is_capital(words.end)
        && words.end < sentence.words.end
        && !stands_alone
        && !draft
            .get(draft.words[words.start].range.clone())
            .chars()
            .skip(1)
            .all(char::is_uppercase)
}

/// Cuts adjectives with the comma behind them.
fn cut_adjective(draft: &Draft<'_>, words: &std::ops::Range<usize>) -> Option<TextChange> {
    let first = draft.words.get(words.start)?;
    let next = draft.words.get(words.end)?;
    if draft.gap(words.end - 1) == ", " {
        // Only between adjectives: "an amazing, quiet fan".
        let before = words
            .start
            .checked_sub(1)
            .map_or("", |place| draft.words.get(place).map_or("", |word| word.lower.as_str()));
        if !matches!(before, "a" | "an" | "the" | "our" | "your" | "this" | "with") {
            return None;
        }
        let article = change::cut(draft, &(words.start..words.end));
        let change = TextChange::new(first.range.start..next.range.start, "");
        // The article is put right by the change for a plain space; a comma needs the same.
        return match (before, super::super::articles::article(&next.lower)) {
            ("a" | "an", right) if right != before => {
                let place = draft.words.get(words.start - 1)?;
                let model = draft.get(place.range.clone());
                let cased =
                    if model.starts_with('A') { change::capital(right) } else { right.to_owned() };
                Some(TextChange::new(place.range.start..next.range.start, format!("{cased} ")))
            }
            _ => article.or(Some(change)),
        };
    }
    change::cut(draft, words)
}

/// Cuts the adverbs that only make a noise.
pub(super) fn noise(desk: &Desk<'_>, draft: &Draft<'_>) -> Vec<TextChange> {
    let tables = &desk.reader.editor;
    let mut found = Vec::new();
    for sentence in &draft.sentences {
        for at in sentence.words.clone() {
            let Some(word) = draft.words.get(at) else { continue };
            if word.is_kept || !tables.noise.contains(&word.lower) || at + 1 >= sentence.words.end {
                continue;
            }
            let text = |place: usize| draft.words.get(place).map_or("", |word| word.lower.as_str());
            // "really, really": said twice, and cut as one.
            let mut first = at;
            while first > sentence.words.start
                && draft.gap(first - 1) == ", "
                && draft.words.get(first - 1).is_some_and(|word| tables.noise.contains(&word.lower))
            {
                first -= 1;
            }
            let start = sentence.words.start;
            let before = first.checked_sub(1).filter(|_| first > start).map_or("", &text);
            let after = text(at + 1);
            let turns =
                denies(before) || first >= 2 && denies(text(first - 2)) && before.ends_with("ly");
            let fixed = match word.lower.as_str() {
                // "the very best", "so very", "very little", "not very".
                "very" => {
                    matches!(before, "the" | "this" | "that" | "so" | "thank")
                        || matches!(after, "much" | "well" | "many" | "few" | "little")
                }
                "rather" => matches!(after, "than" | "a") || before == "would" || before == "or",
                "quite" => matches!(after, "a" | "the" | "so"),
                "super" => {
                    !matches!(before, "is" | "are" | "a" | "it's" | "be" | "you're" | "so" | "was")
                }
                "simply" => before.is_empty() && after.is_empty(),
                "really" | "actually" | "literally" | "basically" => false,
                _ => false,
            };
            let ends = matches!(
                after,
                "and" | "or" | "but" | "to" | "that" | "what" | "how" | "is" | "are"
            );
            if turns
                || fixed
                || ends
                || is_name(draft, at)
                || matches!(before, "how" | "so" | "too" | "as")
            {
                continue;
            }
            found.extend(change::cut(draft, &(first..at + 1)));
        }
    }
    found
}
