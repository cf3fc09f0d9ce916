//! The scripts of a text: how much of it is written in Latin letters and how much in others.

/// Letters of a text by script, in letters of an alphabet.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Scripts {
    /// Latin letters.
    pub(super) latin: usize,
    /// Letters of other scripts; an ideograph says as much as [`IDEOGRAPH`] letters, a syllable as [`SYLLABLE`].
    pub(super) other: usize,
}

/// Letters of an alphabet that one ideograph stands for: about half a word.
const IDEOGRAPH: usize = 3;
/// Letters of an alphabet that one syllable of Hangul or kana stands for.
const SYLLABLE: usize = 2;

/// Letters of a word.
const WORD: usize = 6;

impl Scripts {
    pub(super) fn of(text: &str) -> Self {
        let mut scripts = Self::default();
        for letter in text.chars().filter(|letter| letter.is_alphabetic()) {
            match letter {
                letter if is_latin(letter) => scripts.latin += 1,
                '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => {
                    scripts.other += IDEOGRAPH;
                }
                '\u{3040}'..='\u{30ff}' | '\u{ac00}'..='\u{d7af}' => scripts.other += SYLLABLE,
                _ => scripts.other += 1,
            }
        }
        scripts
    }

    /// Words of other scripts, some of which have no blanks between words.
    pub(super) fn words(self) -> usize {
        self.other / WORD
    }

    pub(super) fn letters(self) -> usize {
        self.latin + self.other
    }
}

/// Latin letters, with their accented, full-width and mathematical forms, and the signs that are letters to Unicode.
pub(super) fn is_latin(letter: char) -> bool {
    matches!(letter,
        '\u{41}'..='\u{24f}' | '\u{250}'..='\u{2af}' | '\u{1d00}'..='\u{1dbf}' | '\u{1e00}'..='\u{1eff}'
        | '\u{2070}'..='\u{209f}' | '\u{2100}'..='\u{218f}' | '\u{24b6}'..='\u{24e9}' | '\u{2c60}'..='\u{2c7f}'
        | '\u{a720}'..='\u{a7ff}' | '\u{ab30}'..='\u{ab6f}' | '\u{fb00}'..='\u{fb06}' | '\u{ff21}'..='\u{ff5a}'
        | '\u{1d400}'..='\u{1d7ff}' | '\u{1f130}'..='\u{1f189}' | '\u{2b0}'..='\u{2ff}')
        || letter == 'µ'
        || letter == 'μ'
        || letter == 'Ω'
}
