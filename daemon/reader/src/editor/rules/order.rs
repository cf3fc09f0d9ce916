//! Rules for the order of sentences: what the reader gets comes first, the request comes once and last.

use protocol::review::ContentType;

use super::super::Desk;
use super::super::change::TextChange;
use super::super::draft::{BlockKind, Draft, Sentence};
use super::denies;

/// Words with which a sentence points to what stood before it, so that it cannot be moved.
const POINTERS: &[&str] = &[
    "it",
    "its",
    "it's",
    "this",
    "that",
    "these",
    "those",
    "they",
    "their",
    "them",
    "he",
    "she",
    "his",
    "her",
    "and",
    "but",
    "or",
    "so",
    "then",
    "also",
    "however",
    "there",
    "here",
    "instead",
    "still",
    "which",
    "such",
    "another",
    "both",
    "yet",
    "because",
    "finally",
    "next",
    "after",
    "second",
    "third",
    "otherwise",
    "plus",
    "too",
    "either",
    "neither",
    "while",
    "ps",
    "p",
];

/// Moves the sentence that says most of what the reader gets, or what it costs, to the front.
pub(super) fn gain_first(desk: &Desk<'_>, draft: &Draft<'_>) -> Vec<TextChange> {
    let moves = matches!(
        desk.kind,
        ContentType::LandingPage
            | ContentType::ProductPage
            | ContentType::Ad
            | ContentType::Email
            | ContentType::Other
    );
    let paragraphs = draft.blocks.iter().filter(|block| block.kind == BlockKind::Paragraph);
    let mut first = None;
    for block in paragraphs.clone() {
        // A greeting stays at the front.
        let sentences = draft.sentences_of(block);
        if sentences.iter().map(|one| one.words.len()).sum::<usize>() > 4 {
            first = sentences.first();
            break;
        }
    }
    let (Some(first), true) = (first, moves) else { return Vec::new() };
    // Under a heading the reader knows what it is about, and "you" is clear.
    let is_headed = draft.blocks.first().is_some_and(|block| block.kind == BlockKind::Heading);
    for gain in desk.gains {
        for block in paragraphs.clone() {
            let sentences = draft.sentences_of(block);
            for (place, sentence) in sentences.iter().enumerate() {
                let text = draft.get(sentence.range.clone());
                if !text.contains(gain.as_str()) {
                    continue;
                }
                if sentence.range.start <= first.range.start {
                    // It stands at the front already.
                    return Vec::new();
                }
                // A sentence that the next one points to takes its sense along.
                let needed = sentences.get(place + 1).is_some_and(|next| points(draft, next));
                let own = sentences.len() > 1;
                if own
                    && !needed
                    && can_lead(draft, sentence, is_headed)
                    && can_follow(draft, first)
                {
                    return moved(draft, sentences, place, first.range.start);
                }
            }
        }
    }
    Vec::new()
}

fn points(draft: &Draft<'_>, sentence: &Sentence) -> bool {
    let words = draft.words_of(sentence);
    words.iter().take(2).any(|word| POINTERS.contains(&word.lower.as_str()))
}

/// Whether a sentence can stand anywhere: it is whole, and points to nothing before it.
fn can_move(draft: &Draft<'_>, sentence: &Sentence) -> bool {
    let text = draft.get(sentence.range.clone());
    text.ends_with(['.', '!', '?'])
        && text.starts_with(|letter: char| {
            letter.is_uppercase() || letter.is_ascii_digit() || matches!(letter, '$' | '€' | '£')
        })
        && !points(draft, sentence)
        && !draft.words_of(sentence).iter().any(|word| {
            matches!(
                word.lower.as_str(),
                "it" | "they" | "this" | "these" | "them" | "its" | "their"
            )
        })
        && !text.contains('\n')
}

/// Whether a sentence can stand first: it can be moved, and says itself whom or what it is about.
fn can_lead(draft: &Draft<'_>, sentence: &Sentence, is_headed: bool) -> bool {
    let words = draft.words_of(sentence);
    let first = words.first().map_or("", |word| word.lower.as_str());
    let introduces = matches!(first, "our" | "a" | "an" | "every")
        || is_headed && matches!(first, "you" | "your");
    introduces && can_move(draft, sentence) && !words.iter().any(|word| denies(&word.lower))
}

/// Whether the first sentence can stand behind another.
fn can_follow(draft: &Draft<'_>, sentence: &Sentence) -> bool {
    let text = draft.get(sentence.range.clone());
    !text.ends_with(['?', ':']) && !points(draft, sentence)
}

/// Takes a sentence out of its paragraph and puts it at a place.
fn moved(draft: &Draft<'_>, sentences: &[Sentence], place: usize, to: usize) -> Vec<TextChange> {
    let Some(sentence) = sentences.get(place) else { return Vec::new() };
    let text = draft.get(sentence.range.clone());
    vec![TextChange::new(to..to, format!("{text} ")), out(draft, sentences, place)]
}

/// Takes a sentence out with the space beside it.
fn out(draft: &Draft<'_>, sentences: &[Sentence], place: usize) -> TextChange {
    let range = sentences.get(place).map_or(0..0, |one| one.range.clone());
    match sentences.get(place + 1) {
        Some(next) => TextChange::new(range.start..next.range.start, ""),
        None => TextChange::new(draft.get(0..range.start).trim_end().len()..range.end, ""),
    }
}

/// First words of a request.
const REQUESTS: &[&str] = &[
    "click",
    "tap",
    "sign",
    "join",
    "try",
    "get",
    "buy",
    "order",
    "book",
    "download",
    "subscribe",
    "register",
    "call",
    "reply",
    "visit",
    "contact",
    "request",
    "shop",
    "apply",
    "claim",
    "schedule",
    "reserve",
    "email",
    "start",
];
/// A longer request says more than what to do.
const REQUEST_MAX: usize = 12;

/// Leaves one request of several, and puts it at the end.
pub(super) fn ask_last(desk: &Desk<'_>, draft: &Draft<'_>) -> Vec<TextChange> {
    let asks = matches!(
        desk.kind,
        ContentType::LandingPage
            | ContentType::ProductPage
            | ContentType::Ad
            | ContentType::Email
            | ContentType::Other
    );
    if !asks {
        return Vec::new();
    }
    let mut requests = Vec::new();
    for (number, block) in draft.blocks.iter().enumerate() {
        if block.kind != BlockKind::Paragraph {
            continue;
        }
        for (place, sentence) in draft.sentences_of(block).iter().enumerate() {
            if is_request(draft, sentence) {
                requests.push((number, place));
            }
        }
    }
    // Of several the one that names a figure or an address says most; of equals the last.
    let says_more = |number: usize, place: usize| {
        let block = draft.blocks.get(number);
        let sentence = block.and_then(|block| draft.sentences_of(block).get(place));
        sentence.is_some_and(|sentence| {
            draft.is_protected(&sentence.range)
                || draft
                    .get(sentence.range.clone())
                    .contains(|letter: char| letter.is_ascii_digit())
                || draft.words_of(sentence).iter().any(|word| word.is_kept || denies(&word.lower))
        })
    };
    let kept = requests.iter().rposition(|&(number, place)| says_more(number, place));
    let Some(&(number, place)) = kept.map_or(requests.last(), |at| requests.get(at)) else {
        return Vec::new();
    };
    let mut found: Vec<TextChange> = Vec::new();
    for &(other, at) in requests.iter().filter(|one| **one != (number, place)) {
        let Some(block) = draft.blocks.get(other) else { continue };
        let sentences = draft.sentences_of(block);
        let overlaps =
            |change: &TextChange| found.iter().any(|known| known.range.end > change.range.start);
        if sentences.len() > 1 && !says_more(other, at) {
            let change = out(draft, sentences, at);
            if !overlaps(&change) {
                found.push(change);
            }
        }
    }
    // Moved within its paragraph only: what follows a paragraph may be a signature.
    if let Some(block) = draft.blocks.get(number)
        && let sentences = draft.sentences_of(block)
        && let (Some(request), Some(end)) = (sentences.get(place), sentences.last())
        && place + 1 < sentences.len()
        && can_move(draft, request)
        && !sentences.get(place + 1).is_some_and(|next| points(draft, next))
        && found.is_empty()
    {
        let text = draft.get(request.range.clone());
        found.push(out(draft, sentences, place));
        found.push(TextChange::new(end.range.end..end.range.end, format!(" {text}")));
    }
    found
}

fn is_request(draft: &Draft<'_>, sentence: &Sentence) -> bool {
    let words = draft.words_of(sentence);
    let first =
        words.iter().find(|word| word.lower != "please").map_or("", |word| word.lower.as_str());
    words.len() >= 2
        && words.len() <= REQUEST_MAX
        && REQUESTS.contains(&first)
        && !draft.get(sentence.range.clone()).ends_with('?')
}
