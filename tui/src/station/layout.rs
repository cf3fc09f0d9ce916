//! Keyboards of other alphabets: which Latin letter stands in the place of a letter, so that the same place on the keyboard is
//! the same command.

use crate::station::key::{Chord, Key};

/// Letters of a layout, and what stands in their places on a Latin keyboard.
const LAYOUTS: &[(&str, &str)] = &[
    // Russian; Belarusian and Bulgarian phonetic layouts differ in few letters.
    ("йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"),
    ("ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ", "QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>~"),
    // What Ukrainian has beside them.
    ("іїєґ", "s]'`"),
    ("ІЇЄҐ", "S}\"~"),
    // Greek.
    ("ςερτυθιοπασδφγηξκλζχψωβνμ", "wertyuiopasdfghjklzxcvbnm"),
    ("ΕΡΤΥΘΙΟΠΑΣΔΦΓΗΞΚΛΖΧΨΩΒΝΜ", "ERTYUIOPASDFGHJKLZXCVBNM"),
    // Hebrew.
    ("קראטוןםפשדגכעיחלךזסבהנמצתץף", "ertyuiopasdfghjklzxcvbnm,.;"),
    // Arabic.
    ("ضصثقفغعهخحشسيبلاتنمئءؤرىةو", "qwertyuiopasdfghjklzxcvnm,"),
    // Georgian.
    ("ქწერტყუიოპასდფგჰჯკლზხცვბნმ", "qwertyuiopasdfghjklzxcvbnm"),
    // Korean, letter by letter.
    ("ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ", "qwertyuiopasdfghjklzxcvbnm"),
    ("ㅃㅉㄸㄲㅆㅒㅖ", "QWERTOP"),
];

/// The last letter of the Latin alphabet with its accents, as European keyboards have them.
const LATIN_LAST: char = '\u{24f}';

/// The letter in the same place of a Latin keyboard.
pub(crate) fn latin(letter: char) -> Option<char> {
    LAYOUTS.iter().find_map(|(letters, latin)| {
        let place = letters.chars().position(|known| known == letter)?;
        latin.chars().nth(place)
    })
}

/// The chord of the key in the same place of a Latin keyboard.
pub(crate) fn latin_chord(chord: Chord) -> Option<Chord> {
    match chord.key {
        Key::Char(letter) => {
            latin(letter).map(|letter| Chord { key: Key::Char(letter), mods: chord.mods })
        }
        _ => None,
    }
}

/// A text as it would have been typed on a Latin keyboard; `None` where it has no letter of another one.
pub(crate) fn latin_text(text: &str) -> Option<String> {
    let typed: String = text.chars().map(|letter| latin(letter).unwrap_or(letter)).collect();
    (typed != text).then_some(typed)
}

/// Whether a letter is of another alphabet, so that no command can be bound to it by itself.
pub(crate) fn is_of_another_alphabet(letter: char) -> bool {
    letter > LATIN_LAST && letter.is_alphabetic()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_a_layout_has_its_place() {
        for (letters, latin) in LAYOUTS {
            assert_eq!(letters.chars().count(), latin.chars().count(), "{letters}");
            assert!(latin.is_ascii() && letters.chars().all(is_of_another_alphabet), "{letters}");
        }
        for (letter, place) in
            [('о', 'j'), ('л', 'k'), ('Ж', ':'), ('ξ', 'j'), ('ח', 'j'), ('ჯ', 'j'), ('ㅏ', 'k')]
        {
            assert_eq!(latin(letter), Some(place));
        }
        assert_eq!(latin_text("фи").as_deref(), Some("ab"));
        assert_eq!((latin('é'), latin('日'), latin_text("meal")), (None, None, None));
        assert!(is_of_another_alphabet('日') && !is_of_another_alphabet('é'));
    }
}
