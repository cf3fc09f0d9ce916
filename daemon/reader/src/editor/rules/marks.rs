//! Rules for marks and letters: words that stand twice, exclamation marks, and words in capitals.

use super::super::Desk;
use super::super::change::{TextChange, capital};
use super::super::draft::Draft;
use super::{denies, is_title};

/// Cuts the second of two equal words side by side.
pub(super) fn double(draft: &Draft<'_>) -> Vec<TextChange> {
    let mut found = Vec::new();
    for at in 1..draft.words.len() {
        let (Some(one), Some(next)) = (draft.words.get(at - 1), draft.words.get(at)) else {
            continue;
        };
        let is_word = one.lower.chars().all(char::is_alphabetic);
        // "had had", "that that" and "very very" may be meant; so may a name.
        let meant = matches!(one.lower.as_str(), "that" | "had" | "bye" | "so" | "ha")
            || denies(&one.lower);
        if one.lower == next.lower
            && is_word
            && !meant
            && !next.is_kept
            && matches!(draft.gap(at - 1), " " | "\n")
            && draft.get(next.range.clone()).starts_with(char::is_lowercase)
        {
            found.push(TextChange::new(one.range.end..next.range.end, ""));
        }
    }
    found
}

/// Replaces exclamation marks by full stops; one of several marks stays where it asks.
pub(super) fn calm(draft: &Draft<'_>) -> Vec<TextChange> {
    let mut found = Vec::new();
    let mut from = 0;
    let marks = draft.text.chars().filter(|&letter| letter == '!').count();
    while let Some(start) =
        draft.text.get(from..).and_then(|rest| rest.find(['!', '?'])).map(|at| from + at)
    {
        let run: String = draft
            .get(start..draft.text.len())
            .chars()
            .take_while(|it| matches!(it, '!' | '?'))
            .collect();
        let range = start..start + run.len();
        from = range.end;
        let follows = draft.get(range.end..draft.text.len()).chars().next();
        let ends = follows.is_none_or(|next| next.is_whitespace() || matches!(next, ')' | '*'));
        // One exclamation mark is friendly.
        let is_loud = run.len() > 1 || marks > 1;
        // A mark that stands by itself, or within a sentence, is somebody's own way of writing.
        let before = draft.get(0..start).chars().next_back();
        // "3! = 6" is a number with its sign; "for $5!!!" is not.
        let rest = draft.get(range.end..draft.text.len()).trim_start();
        let is_sign = before.is_some_and(|mark| mark.is_ascii_digit())
            && run == "!"
            && rest.starts_with(['=', '+', '-', '−', '*', '/', '×', '÷', '<', '>', ')']);
        let is_apart = is_sign
            || before.is_none_or(|mark| {
                !mark.is_alphanumeric() && !matches!(mark, '"' | '”' | ')' | '%' | '*')
            })
            || draft.get(range.end..draft.text.len()).trim_start().starts_with(char::is_lowercase);
        let is_kept = !run.contains('!') || !is_loud || draft.is_protected(&range);
        if !is_kept && run.len() > 1 && (is_apart || !ends) {
            // Behind an emoji, or where the sentence goes on: one mark says what several do.
            found.push(TextChange::new(range, if run.contains('?') { "?" } else { "!" }));
            continue;
        }
        if is_kept || is_apart || !ends {
            continue;
        }
        // A picture or a link in Markdown begins with "![".
        let line_ends = follows.is_none_or(|next| next == '\n');
        let last_line = draft.text.lines().filter(|line| !line.trim().is_empty()).count() <= 1;
        let is_title = line_ends && last_line && draft.sentences.len() <= 1;
        found.push(TextChange::new(
            range,
            if run.contains('?') {
                "?"
            } else if is_title {
                ""
            } else {
                "."
            },
        ));
    }
    found
}

/// A word of so many letters may be an abbreviation.
const ABBREVIATION_MAX: usize = 3;

/// Whether a word stays in capitals among shouted ones: it is an abbreviation, or looks like no word.
fn stays_loud(desk: &Desk<'_>, lower: &str, looks_like_one: bool) -> bool {
    let tables = &desk.reader.editor;
    let small = &desk.reader.lexicon.grammar.function_words;
    let is_ordinary = tables.shouted.contains(lower) || small.contains(lower);
    tables.abbreviations.contains(lower)
        || !is_ordinary && (lower.chars().count() <= ABBREVIATION_MAX || !looks_like_one)
}

/// Puts words in capitals into small letters, where they are ordinary words.
pub(super) fn small(desk: &Desk<'_>, draft: &Draft<'_>) -> Vec<TextChange> {
    if desk.kind == protocol::review::ContentType::Thumbnail {
        return Vec::new();
    }
    let lexicon = &desk.reader.lexicon;
    let is_loud = |place: usize| {
        draft.words.get(place).is_some_and(|word| {
            let written = draft.get(word.range.clone());
            let letters = written.chars().filter(|letter| letter.is_alphabetic()).count();
            letters >= 2 && written.chars().all(|it| it.is_uppercase() || it == '\'' || it == '’')
        })
    };
    let is_known = |place: usize| {
        draft.words.get(place).is_some_and(|word| {
            let tokens = crate::features::tokenise(&word.lower);
            tokens.first().is_some_and(|token| lexicon.knows(&token.word, &token.stem))
        })
    };
    let mut found = Vec::new();
    let mut at = 0;
    while at < draft.words.len() {
        let run = (at..draft.words.len()).take_while(|&place| is_loud(place)).count();
        let range = at..at + run;
        at += run.max(1);
        // A title keeps a capital for every word, so that a name keeps its own; elsewhere a run with a word that may be a
        // name is left alone.
        let in_title = is_title(desk.kind) && run > 2;
        let long = range.clone().any(|place| {
            draft.words.get(place).is_some_and(|word| word.lower.len() > ABBREVIATION_MAX)
        });
        if run == 0 || !long || !in_title && !range.clone().all(is_known) {
            continue;
        }
        let place_of = range.start;
        for (number, word) in draft.words.get(range).unwrap_or_default().iter().enumerate() {
            let looks_like_one = is_known(place_of + number) || lexicon.plausible(&word.lower);
            if word.is_kept || stays_loud(desk, &word.lower, looks_like_one) {
                continue;
            }
            let place = place_of + number;
            let small = lexicon.grammar.function_words.contains(&word.lower);
            let begins = draft.begins_sentence(place)
                || draft.get(0..word.range.start).trim_end().ends_with(['.', '!', '?']);
            let with = match word.lower.as_str() {
                "i" => "I".to_owned(),
                lower if begins || in_title && !small => capital(lower),
                lower => lower.to_owned(),
            };
            let is_curly = draft.get(word.range.clone()).contains('’');
            let with = if is_curly { with.replace('\'', "’") } else { with };
            found.push(TextChange::new(word.range.clone(), with));
        }
    }
    found
}
