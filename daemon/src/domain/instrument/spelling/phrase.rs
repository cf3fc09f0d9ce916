//! Phrases around a value: "I'd say 7", "7 (fairly good)". What stands before it has to be words that change nothing, and
//! what stands behind it a remark that names no other value and takes nothing back.

use protocol::safe::is_hidden;

use super::beside::{is_picture, without_fillers};
use super::condition::{BoundTo, binds, binds_behind};

/// Longest phrase that is looked into, in bytes.
const PHRASE_MAX: usize = 300;

/// Numbers as words, from zero.
pub(super) const NUMBERS: [&str; 11] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/// Further words for a number, or for a part of one.
const MORE_NUMBERS: [&str; 7] =
    ["eleven", "twelve", "fifteen", "twenty", "hundred", "half", "halfway"];

/// Words by which a remark offers another value.
pub(super) const DOUBTS: [&str; 24] = [
    "or",
    "but",
    "maybe",
    "perhaps",
    "actually",
    "minus",
    "plus",
    "between",
    "rather",
    "almost",
    "nearly",
    "higher",
    "lower",
    "less",
    "more",
    "instead",
    "wait",
    "correction",
    "possibly",
    "though",
    "although",
    "however",
    "unless",
    "unsure",
];

/// Words by which a remark takes something back.
const DENIALS: [&str; 9] =
    ["not", "no", "never", "neither", "nor", "none", "cannot", "hardly", "barely"];

/// Words by which a reason takes back what it is given for, and turns of it at which it does.
const CORRECTIONS: [&str; 3] = ["correction", "minus", "plus"];
const TURNS: [&str; 9] = [
    ", wait",
    "- wait",
    ". wait",
    ", actually",
    "- actually",
    ". actually",
    ", rather",
    "or rather",
    ", no,",
];

/// Words that begin a reason.
const REASONS: [&str; 12] = [
    "because ",
    "because,",
    "since ",
    "as it ",
    "as it's ",
    "as i ",
    "as the ",
    "as this ",
    "as they ",
    "due to ",
    "given the ",
    "thanks to ",
];

/// What follows an "as" that begins a reason about a variant.
const AS_VARIANT: [&str; 16] = [
    "a is ",
    "b is ",
    "a was ",
    "b was ",
    "a has ",
    "b has ",
    "a feels ",
    "b feels ",
    "a seems ",
    "b seems ",
    "a sounds ",
    "b sounds ",
    "a looks ",
    "b looks ",
    "option ",
    "variant ",
];

/// Clauses that only deny what is before them.
const TAKEN_BACK: [&str; 16] = [
    "no",
    "not",
    "not really",
    "not quite",
    "not exactly",
    "not at all",
    "not so",
    "not yet",
    "not sure",
    "not certain",
    "not actually",
    "never",
    "none",
    "hardly",
    "barely",
    "nope",
];

/// A text in small letters, on one line, with usual apostrophes, and without emphasis, quotation marks, pictures, phrases
/// that say nothing and signs that nobody sees; `None` for one that is too long for a phrase.
pub(super) fn plain(said: &str) -> Option<String> {
    if said.len() > PHRASE_MAX {
        return None;
    }
    let letters = said.chars().map(narrow).filter(|letter| {
        !(is_hidden(*letter) || matches!(letter, '*' | '`' | '"' | '“' | '”' | '„'))
    });
    // Stars are a unit. A picture parts what stands beside it.
    let letters = letters.map(|letter| match letter {
        '★' | '⭐' | '☆' | '🌟' => '★',
        _ if is_picture(letter) => ' ',
        _ => letter,
    });
    let usual: String = letters
        .flat_map(char::to_lowercase)
        .map(|letter| if letter == '\u{2019}' { '\'' } else { letter })
        .collect();
    let line = usual.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(without_fillers(line.trim_matches('\'')))
}

/// A full-width letter as its usual form, and a digit of another script as the usual one.
pub(super) fn narrow(letter: char) -> char {
    let digit = |zero: u32| char::from_digit(u32::from(letter).saturating_sub(zero), 10);
    let usual = match letter {
        '！'..='～' => u32::from(letter).checked_sub(0xfee0).and_then(char::from_u32),
        // Arabic-Indic, the same in Persian and Urdu, Devanagari.
        '\u{660}'..='\u{669}' => digit(0x660),
        '\u{6f0}'..='\u{6f9}' => digit(0x6f0),
        '\u{966}'..='\u{96f}' => digit(0x966),
        _ => None,
    };
    usual.unwrap_or(letter)
}

/// The words of a text.
pub(in super::super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || letter == '\''))
        .filter(|word| !word.is_empty())
}

/// What stands behind a value, as a remark: in brackets, behind a dash, a comma or a full stop, or with its reason. Empty
/// where there is nothing but an end; `None` where it is part of the value.
pub(super) fn remark(rest: &str) -> Option<Remark<'_>> {
    let is_apart = rest.starts_with(' ');
    let rest = rest.trim().trim_end_matches(['.', '!']).trim_end();
    let Some(first) = rest.chars().next() else { return Some(Remark::Nothing) };
    let clause = |said| Some(reason(said).map_or(Remark::Clause(said), Remark::Reason));
    if let Some(within) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return Some(reason(within).map_or(Remark::Aside(within), Remark::Reason));
    }
    let after = rest.get(first.len_utf8()..).unwrap_or_default();
    match first {
        // A dash with no blank beside it stands within a word or a range.
        '-' | '–' | '—' => {
            if is_apart && after.starts_with(' ') || first == '—' {
                clause(after)
            } else {
                None
            }
        }
        ',' | ';' | ':' | '.' | '!' if after.starts_with(' ') => clause(after),
        _ if is_apart => reason(rest).map(Remark::Reason),
        _ => None,
    }
}

/// What is given as a reason, if that is what a remark begins with.
fn reason(said: &str) -> Option<&str> {
    let said = said.trim_start();
    let about = said.strip_prefix("as ");
    let about = about.filter(|about| AS_VARIANT.iter().any(|variant| about.starts_with(variant)));
    about.or_else(|| REASONS.iter().find_map(|why| said.strip_prefix(why)))
}

/// What somebody remarks on a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remark<'a> {
    /// Nothing.
    Nothing,
    /// Something in brackets, which describes the value.
    Aside(&'a str),
    /// A clause, which may also take it back.
    Clause(&'a str),
    /// Its reason, which says what it is about and takes nothing back.
    Reason(&'a str),
}

impl Remark<'_> {
    /// Whether it leaves a number as it is.
    pub(super) fn leaves_number(self, number: u8) -> bool {
        // The same number in brackets, in digits or as a word.
        let is_same = |text: &str| {
            let as_word = NUMBERS.get(usize::from(number)).copied();
            Some(text.trim()) == as_word || text.trim() == number.to_string()
        };
        let names_number = |text: &str| {
            let is_number = |word: &str| {
                NUMBERS.contains(&word)
                    || MORE_NUMBERS.contains(&word)
                    || word.chars().any(char::is_numeric)
            };
            words(text).any(is_number)
        };
        match self {
            Self::Nothing => true,
            // In brackets a number is described: "7 (not bad)".
            Self::Aside(said) if is_same(said) => true,
            Self::Aside(said) => {
                !names_number(said) && !has(said, &DOUBTS) && !binds(said, BoundTo::Judgement)
            }
            Self::Clause(said) => {
                let is_taken_back = TAKEN_BACK.contains(&said.trim().trim_end_matches(['.', '!']));
                let is_unsure = said.contains("not sure") || said.contains("not certain");
                !names_number(said)
                    && !has(said, &DOUBTS)
                    && !is_taken_back
                    && !is_unsure
                    && !binds(said, BoundTo::Judgement)
            }
            Self::Reason(said) => !names_number(said) && !is_corrected(said) && !binds_behind(said),
        }
    }

    /// Whether it leaves a word of that list as it is: it names no other, and binds it to no condition. A denial takes back
    /// what affirms, and confirms what denies.
    pub(super) fn leaves_word(self, word: &str, list: &[&str], bound: BoundTo) -> bool {
        let names_other = |said: &str| words(said).any(|one| sounds_like(one, list));
        let denies =
            |said: &str| has(said, &DENIALS) || words(said).any(|word| word.ends_with("n't"));
        let is_denial = word.ends_with("_not") || matches!(word, "negative" | "none" | "no");
        // "definitely not, I do not need it" names a part of its own, and a reason may deny anything.
        let may_deny = is_denial || matches!(self, Self::Reason(_));
        let names_other = |said: &str| {
            let said = if may_deny { said.replace("not ", " ") } else { said.to_owned() };
            names_other(&said)
        };
        match self {
            Self::Nothing => true,
            Self::Aside(said) | Self::Clause(said) => {
                // What is said to change nothing is left out.
                let said = said.split("even if").next().unwrap_or_default();
                let said = &without_synonym(word, said);
                // Who is undecided may say on what that depends.
                let depends = if word == "maybe" {
                    is_other_than_dependence(said)
                } else {
                    binds(said, bound)
                };
                let is_other = has(said, &DOUBTS) || names_other(said) || depends;
                !is_other && (is_denial || !denies(said))
            }
            Self::Reason(said) => !is_corrected(said) && !names_other(said) && !binds_behind(said),
        }
    }
}

/// A remark without other words for what it stands behind: "neutral (neither positive nor negative)".
fn without_synonym(word: &str, said: &str) -> String {
    let same: &[&str] = match word {
        "neutral" => {
            &["neither positive nor negative", "not positive or negative", "neither good nor bad"]
        }
        "mixed" => {
            &["both positive and negative", "positive and negative", "some positive, some negative"]
        }
        _ => &[],
    };
    same.iter().fold(said.to_owned(), |said, same| said.replace(same, ""))
}

/// Whether a remark on a maybe is a condition. That it depends on something is what a maybe says.
fn is_other_than_dependence(said: &str) -> bool {
    let said =
        said.replace("depending on", "").replace("it depends on", "").replace("depends on", "");
    let said = said.replace("it depends", "").replace("depends", "").replace("depending", "");
    binds(&said, BoundTo::Decision)
}

pub(super) fn has(text: &str, list: &[&str]) -> bool {
    words(text).any(|word| list.contains(&word))
}

/// Whether a reason takes back what it is given for.
pub(super) fn is_corrected(reason: &str) -> bool {
    has(reason, &CORRECTIONS) || TURNS.iter().any(|turn| reason.contains(turn))
}

/// Whether a word is a part of one of that list, or derived from one.
fn sounds_like(word: &str, list: &[&str]) -> bool {
    /// Letters by which a derived word is recognised: `positively`.
    const STEM: usize = 5;
    let mut parts = list.iter().flat_map(|known| known.split('_'));
    parts.any(|part| word == part || part.get(..STEM).is_some_and(|stem| word.starts_with(stem)))
}
