//! Phrases around a value: "I'd say 7", "7 (fairly good)". What stands before it has to be words that change nothing, and
//! what stands behind it a remark that names no other value and takes nothing back.

use protocol::safe::is_hidden;

/// Longest phrase that is looked into, in bytes.
const PHRASE_MAX: usize = 300;

/// Numbers as words, from zero.
pub(super) const NUMBERS: [&str; 11] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/// Further words for a number, or for a part of one.
const MORE_NUMBERS: [&str; 7] =
    ["eleven", "twelve", "fifteen", "twenty", "hundred", "half", "halfway"];

/// Words by which a remark offers another value.
const DOUBTS: [&str; 24] = [
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

/// A text in small letters, on one line, with usual apostrophes, and without emphasis, quotation marks and signs that
/// nobody sees; `None` for one that is too long for a phrase.
pub(super) fn plain(said: &str) -> Option<String> {
    if said.len() > PHRASE_MAX {
        return None;
    }
    let letters = said.chars().map(narrow).filter(|letter| {
        !(is_hidden(*letter) || matches!(letter, '*' | '`' | '"' | '“' | '”' | '„'))
    });
    let usual: String = letters
        .flat_map(char::to_lowercase)
        .map(|letter| if letter == '\u{2019}' { '\'' } else { letter })
        .collect();
    let line = usual.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(line.trim_matches('\'').to_owned())
}

/// A full-width letter as its usual form.
pub(super) fn narrow(letter: char) -> char {
    let usual = u32::from(letter).checked_sub(0xfee0).and_then(char::from_u32);
    usual.filter(|_| ('！'..='～').contains(&letter)).unwrap_or(letter)
}

/// The words of a text.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || letter == '\''))
        .filter(|word| !word.is_empty())
}

/// What stands behind a value, as a remark: in brackets, behind a dash, a comma or a full stop, or with its reason. Empty
/// where there is nothing but an end; `None` where it is part of the value.
pub(super) fn remark(rest: &str) -> Option<Remark<'_>> {
    let is_apart = rest.starts_with(' ');
    let rest = rest.trim().trim_end_matches(['.', '!']).trim_end();
    let Some(first) = rest.chars().next() else { return Some(Remark::Nothing) };
    if let Some(within) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return Some(Remark::Aside(within));
    }
    let after = rest.get(first.len_utf8()..).unwrap_or_default();
    match first {
        // A dash with no blank beside it stands within a word or a range.
        '-' | '–' | '—' => {
            (is_apart && after.starts_with(' ') || first == '—').then_some(Remark::Clause(after))
        }
        ',' | ';' | ':' | '.' | '!' => after.starts_with(' ').then_some(Remark::Clause(after)),
        _ if is_apart => {
            ["because ", "since "].iter().find_map(|why| rest.strip_prefix(why)).map(Remark::Clause)
        }
        _ => None,
    }
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
}

impl Remark<'_> {
    /// Whether it leaves a number as it is.
    pub(super) fn leaves_number(self) -> bool {
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
            Self::Aside(said) => !names_number(said) && !has(said, &DOUBTS),
            Self::Clause(said) => {
                !names_number(said) && !has(said, &DOUBTS) && !has(said, &DENIALS)
            }
        }
    }

    /// Whether it leaves a word as it is: it names no other of that list.
    pub(super) fn leaves_word(self, list: &[&str]) -> bool {
        match self {
            Self::Nothing => true,
            Self::Aside(said) | Self::Clause(said) => {
                !has(said, &DOUBTS)
                    && !has(said, &DENIALS)
                    && !words(said).any(|word| word.ends_with("n't") || sounds_like(word, list))
            }
        }
    }
}

fn has(text: &str, list: &[&str]) -> bool {
    words(text).any(|word| list.contains(&word))
}

/// Whether a word is a part of one of that list, or derived from one.
fn sounds_like(word: &str, list: &[&str]) -> bool {
    /// Letters by which a derived word is recognised: `positively`.
    const STEM: usize = 5;
    let mut parts = list.iter().flat_map(|known| known.split('_'));
    parts.any(|part| word == part || part.get(..STEM).is_some_and(|stem| word.starts_with(stem)))
}
