//! Texts in English that have whole sentences of another language among them. Names, dishes, slogans and what stands in
//! quotation marks are no such sentences, and one alone makes no such text.

use std::borrow::Cow;
use std::ops::Range;

use super::Language;
use super::few_words::FewWords;
use super::judge::{Kind, SENTENCE_MIN, by_triples, is_prose, kind, name};
use super::script::Scripts;
use super::sentence::{SentenceEvidence, quotations, sentences};
use super::words::WordLists;
use super::written_word::tokens;

/// Fewest whole sentences of another language in a text that is told to have some.
const WHOLE_MIN: usize = 2;
/// One sentence in so many, or one word in so many, must be in another language.
const SHARE: usize = 4;
/// Fewest words of a whole sentence; of one in a script without blanks, whose words are an estimate.
const WORDS_MIN: usize = 4;
const SCRIPT_WORDS_MIN: usize = 3;
/// From so many words on a sentence is whole without a mark at its end.
const LONG: usize = 8;
/// Evidence of a language's list that is sure, in a sentence that names dishes, and together with how the letters follow.
const SURE: f64 = 2.0;
const SURE_BESIDE_DISHES: f64 = 4.0;
const SURE_WITH_TRIPLES: f64 = 1.0;
/// How much more there must be for another language than for English in a sure sentence.
const OUTWEIGHS: f64 = 1.5;
/// Fewest words that look foreign in a sentence that is sure by that.
const SPEAKING_MIN: usize = 3;
/// Letters from which on a line may go on in the next one.
const WRAPPED: usize = 50;

/// The sentences of another language in a text that also has English ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ForeignPart {
    /// Their places in the text, in bytes, in their order.
    pub(crate) places: Vec<Range<usize>>,
    /// How many of these count as sentences, and of how many that the text has.
    pub(crate) sentences: usize,
    pub(crate) of: usize,
    /// What they seem to be in.
    pub(crate) language: Language,
}

/// A sentence with what it is.
struct JudgedSentence {
    place: Range<usize>,
    words: usize,
    kind: Kind,
    is_sure: bool,
}

pub(super) fn foreign_part(text: &str, lists: &'static WordLists) -> Option<ForeignPart> {
    let all = judged(text, lists);
    let counted = || all.iter().filter(|one| one.words >= SENTENCE_MIN);
    let foreign = || counted().filter(|one| one.kind == Kind::Foreign);
    let sure = foreign().filter(|one| one.is_sure).count();
    if sure < WHOLE_MIN || !counted().any(|one| one.kind == Kind::English) {
        return None;
    }
    let words = |sum: usize, one: &JudgedSentence| sum + one.words;
    let (sentences, of) = (foreign().count(), counted().count());
    let is_enough =
        sentences * SHARE >= of || foreign().fold(0, words) * SHARE >= counted().fold(0, words);
    if !is_enough {
        return None;
    }
    let parts: Vec<&str> = foreign().filter_map(|one| text.get(one.place.clone())).collect();
    let joined = parts.join("\n");
    let language = name(&joined, &SentenceEvidence::of(&joined, lists), lists);
    let places = all.into_iter().filter(|one| one.kind == Kind::Foreign).map(|one| one.place);
    Some(ForeignPart { places: places.collect(), sentences, of, language: Language(language) })
}

/// Every sentence of a text, by what stands in it outside of quotation marks.
fn judged(text: &str, lists: &WordLists) -> Vec<JudgedSentence> {
    let said = in_one_line(&without_quotations(text));
    let mut from = 0;
    let mut found = Vec::new();
    for sentence in sentences(&said) {
        let Some(at) = said.get(from..).and_then(|rest| rest.find(sentence)) else { continue };
        let start = from + at;
        from = start + sentence.len();
        let evidence = SentenceEvidence::of(sentence, lists);
        // A few words decide nothing, and are left out with the sentences around them.
        let kind = match kind(sentence, &evidence) {
            Kind::Open if FewWords::of(sentence, lists).is_foreign() => Kind::Foreign,
            known => known,
        };
        let blanks = sentence.len() - sentence.trim_start().len();
        found.push(JudgedSentence {
            place: start + blanks..start + sentence.trim_end().len(),
            words: evidence.words,
            is_sure: is_sure(sentence, &evidence, lists),
            kind,
        });
    }
    found
}

/// Whether a sentence is beyond doubt one of another language.
fn is_sure(sentence: &str, found: &SentenceEvidence, lists: &WordLists) -> bool {
    let Scripts { latin, other } = found.scripts;
    let is_whole = found.words >= LONG
        || sentence.trim_end().ends_with(['.', '!', '?', '…', '。', '！', '？', '।', ')']);
    if !is_whole {
        return false;
    }
    if other > latin {
        return found.words >= SCRIPT_WORDS_MIN && found.english == 0.0;
    }
    let foreign = found.foreign();
    if found.words < WORDS_MIN || foreign <= OUTWEIGHS * found.english {
        return false;
    }
    let has_dishes = tokens(sentence).iter().any(|token| lists.is_neutral(&token.text));
    let needed = if has_dishes { SURE_BESIDE_DISHES } else { SURE };
    if foreign >= needed || has_dishes {
        return foreign >= needed;
    }
    let few = FewWords::of(sentence, lists);
    !found.is_built && few.is_foreign() && few.speaking >= SPEAKING_MIN
        || foreign >= SURE_WITH_TRIPLES && is_prose(found) && by_triples(sentence, found)
}

/// A text with as many blanks in the place of what stands in quotation marks. A mark that is closed in another paragraph is
/// one of inches.
fn without_quotations(text: &str) -> String {
    let quoted = quotations(text);
    let quoted = quoted.iter().filter(|place| {
        text.get((*place).clone()).is_some_and(|quotation| !quotation.contains("\n\n"))
    });
    blanked(text, quoted)
}

/// A text with blanks in the place of those parts, so that every place stays where it is.
fn blanked<'a>(text: &str, parts: impl Iterator<Item = &'a Range<usize>>) -> String {
    let mut left = String::with_capacity(text.len());
    let mut from = 0;
    for part in parts {
        left.push_str(text.get(from..part.start).unwrap_or_default());
        let gone = text.get(part.clone()).unwrap_or_default();
        let blank = |byte| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { ' ' };
        left.extend(gone.bytes().map(blank));
        from = part.end;
    }
    left.push_str(text.get(from..).unwrap_or_default());
    left
}

/// A text whose hard-wrapped lines are joined by a blank in the place of the line end.
fn in_one_line(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut lines = text.split('\n').peekable();
    while let Some(line) = lines.next() {
        joined.push_str(line);
        let Some(next) = lines.peek() else { break };
        let goes_on = line.chars().count() >= WRAPPED
            && next.trim_start().starts_with(char::is_alphanumeric)
            && !line.trim_end().ends_with(['.', '!', '?', '…', ':', '。']);
        joined.push(if goes_on { ' ' } else { '\n' });
    }
    joined
}

/// The English part of a text that has sentences of another language in it, with blanks in their place.
pub(super) fn english_part<'a>(text: &'a str, lists: &'static WordLists) -> Cow<'a, str> {
    match foreign_part(text, lists) {
        Some(foreign) => Cow::Owned(blanked(text, foreign.places.iter())),
        None => Cow::Borrowed(text),
    }
}
