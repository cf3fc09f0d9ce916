//! The rule that makes two sentences of a long one, where its second part has a subject and a verb of its own.

use super::super::change::{TextChange, capital};
use super::super::draft::{BlockKind, Draft, Sentence};

/// A sentence of at most so many words stays whole.
const LONG: usize = 20;
/// Each of the two has at least so many words.
const PART_MIN: usize = 5;

/// Words that are a subject by themselves.
const SUBJECTS: &[&str] = &[
    "we", "you", "they", "it", "he", "she", "i", "there", "this", "these", "everyone", "nobody",
    "you'll", "we'll", "it's", "we're", "they're", "you're", "i'm",
];
/// Words that begin a subject, which a verb must follow before the next mark.
const DETERMINERS: &[&str] =
    &["our", "your", "the", "their", "its", "my", "every", "each", "most", "all"];
/// Verbs by which a statement is known.
const VERBS: &[&str] = &[
    "is", "are", "was", "were", "has", "have", "had", "will", "can", "could", "must", "does", "do",
    "did", "gets", "get", "helps", "means", "makes", "takes", "costs", "comes", "needs", "works",
    "keeps", "shows", "lets", "saves", "gives", "may", "should",
];
/// Words that open a condition, whose comma ends nothing.
const OPENERS: &[&str] = &[
    "if", "when", "while", "although", "though", "because", "since", "as", "after", "before",
    "once", "unless", "whether", "whenever", "with", "by", "in", "for", "to", "despite", "from",
    "both", "either", "not", "where", "wherever",
];

/// Splits the long sentences of paragraphs and entries.
pub(super) fn split(draft: &Draft<'_>) -> Vec<TextChange> {
    let mut found = Vec::new();
    for block in draft.blocks.iter().filter(|block| block.kind != BlockKind::Heading) {
        for sentence in draft.sentences_of(block) {
            let mut from = sentence.words.start;
            // What is left after a split may be long still.
            while sentence.words.end - from > LONG {
                let Some((at, change)) = place(draft, sentence, from) else { break };
                found.push(change);
                from = at;
            }
        }
    }
    found
}

/// The place that divides the sentence most evenly: the word that begins the second part, and the change.
fn place(draft: &Draft<'_>, sentence: &Sentence, from: usize) -> Option<(usize, TextChange)> {
    let middle = from.midpoint(sentence.words.end);
    let mut best: Option<(usize, usize, TextChange)> = None;
    for at in from + PART_MIN..sentence.words.end.saturating_sub(PART_MIN - 1) {
        let Some(change) = cut(draft, sentence, from, at) else { continue };
        let distance = middle.abs_diff(at);
        if best.as_ref().is_none_or(|(known, ..)| distance < *known) {
            best = Some((distance, at, change));
        }
    }
    best.map(|(_, at, change)| (at, change))
}

/// The change that begins a new sentence at a word, where one may begin.
fn cut(draft: &Draft<'_>, sentence: &Sentence, from: usize, at: usize) -> Option<TextChange> {
    let word = |place: usize| draft.words.get(place).map_or("", |word| word.lower.as_str());
    let before = draft.words.get(at - 1)?;
    let first = draft.words.get(at)?;
    let gap = draft.get(before.range.end..first.range.start);
    if before.is_protected
        || first.is_protected
        || draft.is_protected(&(before.range.end..first.range.start))
        || is_inside(draft, sentence, at)
    {
        return None;
    }
    let opens = OPENERS.contains(&word(from));
    let commas = (from..at - 1).filter(|&place| draft.gap(place).contains(',')).count();
    if opens && commas == 0 && gap.trim() != ";" {
        return None;
    }
    let written = draft.get(first.range.clone());
    match (gap, word(at)) {
        ("; ", _) if stands(draft, sentence, at) => Some(TextChange::new(
            before.range.end..first.range.end,
            format!(". {}", capital(written)),
        )),
        (", ", "and") if stands(draft, sentence, at + 1) => {
            let next = draft.words.get(at + 1)?;
            let shown = capital(draft.get(next.range.clone()));
            (!next.is_protected && draft.gap(at) == " ")
                .then(|| TextChange::new(before.range.end..next.range.end, format!(". {shown}")))
        }
        (", ", "but" | "so") if stands(draft, sentence, at + 1) => Some(TextChange::new(
            before.range.end..first.range.end,
            format!(". {}", capital(written)),
        )),
        (" — " | " – ", _) if stands(draft, sentence, at) && SUBJECTS.contains(&word(at)) => {
            Some(TextChange::new(
                before.range.end..first.range.end,
                format!(". {}", capital(written)),
            ))
        }
        _ => None,
    }
}

/// Whether a statement of its own begins at a word: a subject with its verb.
fn stands(draft: &Draft<'_>, sentence: &Sentence, at: usize) -> bool {
    let word = |place: usize| draft.words.get(place).map_or("", |word| word.lower.as_str());
    if at + 3 > sentence.words.end {
        return false;
    }
    let next = word(at + 1);
    if SUBJECTS.contains(&word(at)) {
        // "it and", "you or" go on with another subject; "this box" needs its verb.
        let is_pointer = matches!(word(at), "this" | "these");
        return !matches!(next, "and" | "or" | "," | "who" | "that" | "to")
            && (!is_pointer || VERBS.contains(&next));
    }
    let verb = (at + 1..(at + 6).min(sentence.words.end))
        .take_while(|&place| draft.gap(place - 1) == " ")
        .any(|place| VERBS.contains(&word(place)));
    DETERMINERS.contains(&word(at)) && verb
}

/// Whether a word stands within brackets or between dashes.
fn is_inside(draft: &Draft<'_>, sentence: &Sentence, at: usize) -> bool {
    let Some(word) = draft.words.get(at) else { return true };
    let before = draft.get(sentence.range.start..word.range.start);
    let count = |mark: char| before.chars().filter(|&letter| letter == mark).count();
    count('(') > count(')') || count('[') > count(']') || before.contains("not only")
}
