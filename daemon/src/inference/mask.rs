//! The removal of a secret from text that may repeat it: verbatim, with blanks, line breaks or invisible characters in it, in
//! the escapes of JSON strings, URLs and pages, in base64 or in hex digits. The text around the secret is kept byte for
//! byte.

use std::borrow::Cow;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use protocol::safe::is_hidden;

/// Fewest characters of a secret. Anything shorter is a placeholder for a key, and would be found in any text.
const SECRET_MIN: usize = 8;
/// Most layers of escapes that are looked through.
const ESCAPES_MAX: usize = 4;
/// The replacement of a secret.
const MASK: &str = "…";

/// The text without the secret.
pub(super) fn masked<'a>(text: &'a str, secret: &str) -> Cow<'a, str> {
    replaced(text, &places(text, secret))
}

/// A reply without the secret. If the secret is a word that fills a whole string of a form, it stays if `is_own`
/// confirms that it is one of the form's own words: then it is a choice, and not a secret.
pub(super) fn masked_reply<'a>(
    text: &'a str,
    secret: &str,
    is_own: impl Fn(&str) -> bool,
) -> Cow<'a, str> {
    let mut places = places(text, secret);
    if !places.is_empty() && is_own(secret) {
        places.retain(|place| {
            let before = text.get(..place.start).unwrap_or_default();
            let after = text.get(place.end..).unwrap_or_default();
            !(before.ends_with('"') && after.starts_with('"'))
        });
    }
    replaced(text, &places)
}

/// A text whose end was cut off, without the secret and without a beginning of it at the end.
pub(super) fn masked_cut<'a>(text: &'a str, secret: &str) -> Cow<'a, str> {
    let whole = masked(text, secret);
    if secret.len() < SECRET_MIN {
        return whole;
    }
    let begins = |many: &usize| whole.ends_with(secret.get(..*many).unwrap_or("\0"));
    match (SECRET_MIN / 2..secret.len()).rev().find(begins) {
        Some(many) => {
            let rest = whole.get(..whole.len() - many).unwrap_or_default();
            format!("{rest}{MASK}").into()
        }
        None => whole,
    }
}

fn replaced<'a>(text: &'a str, places: &[Range<usize>]) -> Cow<'a, str> {
    if places.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for place in places {
        // Two readings of one text may find the same range, or ranges that overlap.
        if place.start >= done {
            out.push_str(text.get(done..place.start).unwrap_or_default());
            out.push_str(MASK);
        }
        done = done.max(place.end);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(out)
}

/// The ranges of the secret, in ascending order.
fn places(text: &str, secret: &str) -> Vec<Range<usize>> {
    if secret.chars().count() < SECRET_MIN {
        return Vec::new();
    }
    let plain: Vec<char> = secret.chars().collect();
    let encoded = encodings(secret);
    let mut layer = letters(text);
    let mut places = Vec::new();
    // An object may be written as a text within an object: each layer has escapes of its own.
    for depth in 0..=ESCAPES_MAX {
        places.extend(found(&layer, &plain));
        for coded in &encoded {
            places.extend(found(&layer, &coded.core).into_iter().map(|it| coded.whole(text, it)));
        }
        let is_escape = |letter: char| matches!(letter, '\\' | '%' | '&');
        if depth == ESCAPES_MAX || !layer.iter().any(|(_, letter)| is_escape(*letter)) {
            break;
        }
        layer = unescaped(&layer);
    }
    places.sort_by_key(|place| (place.start, place.end));
    places
}

/// A secret in another alphabet.
struct Coded {
    /// The letters that stand for it and for nothing beside it.
    core: Vec<char>,
    /// Letters at either end that may stand for a part of it.
    beside: usize,
}

impl Coded {
    /// That place with the letters beside it that stand for a part of the secret.
    fn whole(&self, text: &str, place: Range<usize>) -> Range<usize> {
        let is_code = |letter: &char| {
            letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '-' | '_' | '=')
        };
        let (before, after) = (text.get(..place.start), text.get(place.end..));
        let before = before.unwrap_or_default().chars().rev().take(self.beside).take_while(is_code);
        // Letters that fill the last group belong to it.
        let after = after.unwrap_or_default().chars().take(self.beside + 1).take_while(is_code);
        let (before, after) = (before.count(), after.count());
        // Such letters are a byte each.
        place.start - before..place.end + after
    }
}

/// The forms of a secret in base64, wherever it begins within a group of three bytes, and in hex digits.
fn encodings(secret: &str) -> Vec<Coded> {
    let mut all: Vec<Coded> = Vec::new();
    for shift in 0..3_usize {
        let padded = [vec![0; shift], secret.as_bytes().to_vec()].concat();
        for text in [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
            // A letter stands for six bits: those that share theirs with what is beside the secret are left out.
            let first = (shift * 8).div_ceil(6);
            let whole = padded.len() * 8 / 6;
            let core: Vec<char> = text.chars().take(whole).skip(first).collect();
            if !all.iter().any(|known| known.core == core) {
                all.push(Coded { core, beside: 1 });
            }
        }
    }
    let hex = hex::encode(secret);
    all.extend(
        [hex.to_uppercase(), hex].map(|hex| Coded { core: hex.chars().collect(), beside: 0 }),
    );
    all
}

fn found(letters: &[(Range<usize>, char)], secret: &[char]) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut rest = letters;
    while rest.len() >= secret.len() {
        let fits = rest.iter().zip(secret).all(|((_, letter), wanted)| letter == wanted);
        match (fits, rest.first(), rest.get(secret.len() - 1)) {
            (true, Some((first, _)), Some((last, _))) => {
                places.push(first.start..last.end);
                rest = rest.get(secret.len()..).unwrap_or_default();
            }
            _ => rest = rest.get(1..).unwrap_or_default(),
        }
    }
    places
}

/// The letters of words, each with its byte range: no key has a blank in it, and one that is broken over lines or set in
/// parts is a key all the same.
fn letters(text: &str) -> Vec<(Range<usize>, char)> {
    let all = text.char_indices().map(|(at, letter)| (at..at + letter.len_utf8(), letter));
    all.filter(|(_, letter)| is_seen(*letter)).collect()
}

/// Whether a letter can be one of a key.
fn is_seen(letter: char) -> bool {
    !(letter.is_whitespace() || is_hidden(letter))
}

/// The same letters where each escape counts as the letter that it encodes.
fn unescaped(layer: &[(Range<usize>, char)]) -> Vec<(Range<usize>, char)> {
    /// Letters of the longest escape: a pair of four digits each.
    const LONGEST: usize = 12;
    let mut letters = Vec::with_capacity(layer.len());
    let mut rest = layer;
    while let Some((range, plain)) = rest.first() {
        let said = || rest.iter().take(LONGEST).map(|(_, letter)| *letter).collect::<String>();
        let escape = match plain {
            '\\' => escaped(&said()),
            '%' => of_url(&said()),
            '&' => of_page(&said()),
            _ => None,
        };
        let (letter, many) = escape.unwrap_or((*plain, 1));
        let end = rest.get(many - 1).map_or(range.end, |(range, _)| range.end);
        if is_seen(letter) {
            letters.push((range.start..end, letter));
        }
        rest = rest.get(many..).unwrap_or_default();
    }
    letters
}

/// The letter that an escape encodes, and its length: its letters are a byte each.
fn escaped(text: &str) -> Option<(char, usize)> {
    let unit = |text: &str| {
        let digits = text.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    match text.as_bytes().get(1)? {
        // As this language writes it: `\u{2d}`.
        b'u' if text.starts_with("\\u{") => {
            let end = text.find('}')?;
            let letter =
                u32::from_str_radix(text.get(3..end)?, 16).ok().and_then(char::from_u32)?;
            Some((letter, end + 1))
        }
        b'x' => {
            let code = u8::from_str_radix(text.get(2..4)?, 16).ok()?;
            code.is_ascii().then(|| (char::from(code), 4))
        }
        b'u' => {
            let first = unit(text)?;
            let second = text.get(6..).and_then(unit);
            let pair = second
                .and_then(|second| char::decode_utf16([first, second]).next().and_then(Result::ok));
            match (char::from_u32(u32::from(first)), pair) {
                (Some(letter), _) => Some((letter, 6)),
                (None, Some(letter)) => Some((letter, 12)),
                (None, None) => Some((char::REPLACEMENT_CHARACTER, 6)),
            }
        }
        b'n' => Some(('\n', 2)),
        b't' => Some(('\t', 2)),
        b'r' => Some(('\r', 2)),
        b'b' => Some(('\u{8}', 2)),
        b'f' => Some(('\u{c}', 2)),
        b'"' => Some(('"', 2)),
        b'\\' => Some(('\\', 2)),
        b'/' => Some(('/', 2)),
        _ => None,
    }
}

/// The letter of an escape in a URL, and its length.
fn of_url(text: &str) -> Option<(char, usize)> {
    let code = u8::from_str_radix(text.get(1..3)?, 16).ok()?;
    code.is_ascii().then(|| (char::from(code), 3))
}

/// The letter of a reference in a page, and its length.
fn of_page(text: &str) -> Option<(char, usize)> {
    let end = text.find(';')?;
    let name = text.get(1..end)?;
    let letter = match name.strip_prefix('#') {
        Some(code) => {
            let code = match code.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => code.parse(),
            };
            char::from_u32(code.ok()?)?
        }
        None => match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => return None,
        },
    };
    Some((letter, end + 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "sk-Canary/47\"11";

    /// Every letter as a JSON escape.
    fn spelled_out(secret: &str) -> String {
        secret.chars().map(|letter| format!("\\u{:04x}", u32::from(letter))).collect()
    }

    #[test]
    fn a_secret_is_found_in_every_spelling() {
        let split =
            |by: &str| SECRET.chars().map(|letter| format!("{letter}{by}")).collect::<String>();
        for said in [
            SECRET.to_owned(),
            spelled_out(SECRET),
            spelled_out(SECRET).to_uppercase().replace("\\U", "\\u"),
            "sk-\\u0043anary\\/47\\\"11".to_owned(),
            "sk-Cana\u{200b}ry/47\"11".to_owned(),
            "sk-Cana\\u200bry/47\\\"11".to_owned(),
            split("\u{ad}"),
            split("\u{2060}\u{feff}"),
            split("\\u00ad"),
            split("\u{fe0f}"),
            split("\\udb40\\udc41"),
            split("\u{1}"),
            format!("{SECRET}{SECRET}"),
        ] {
            let quoted = format!("{{\"a\": \"x {said} y\"}}");
            let told = masked(&quoted, SECRET);
            assert!(told.starts_with("{\"a\": \"x …") && !told.contains("47"), "{quoted} {told}");
        }
    }

    /// Keys that a service set in parts, or wrote in another alphabet.
    #[test]
    fn a_secret_is_found_however_it_is_written_again() {
        let secret = "sk-Canary+47_11/xYz";
        let coded = |text: &str| STANDARD_NO_PAD.encode(text);
        let percent: String = secret.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let some = secret.replace('+', "%2B").replace('/', "%2f");
        let page: String = secret.bytes().map(|byte| format!("&#{byte};")).collect();
        for said in [
            secret.to_owned(),
            secret.replace("47", "4 7"),
            secret.replace("47", "47\n  "),
            secret.replace("47", "47\r\n\t"),
            secret.replace("47", "47\\n"),
            secret.replace("47", "4\u{200b}7"),
            secret.replace("47", "4\\u{200b}7"),
            secret.chars().map(|letter| format!("{letter} ")).collect(),
            percent.clone(),
            percent.replace('%', "%25"),
            some,
            page,
            secret.replace('+', "&#x2b;").replace('/', "&#47;"),
            secret.replace('+', "\\x2b"),
            coded(secret),
            format!("{}=", coded(secret)),
            URL_SAFE_NO_PAD.encode(secret),
            coded(&format!("Bearer {secret}")),
            coded(&format!(":{secret}")),
            coded(&format!("me:{secret}")),
            coded(&format!("user:{secret}@host")),
            coded(&format!("user:{secret}")).chars().map(|letter| format!("{letter}\n")).collect(),
            hex::encode(secret),
            hex::encode_upper(secret),
        ] {
            let told = masked(&format!("x {said} y"), secret).into_owned();
            assert!(told.starts_with("x ") && told.ends_with(" y") && told.contains('…'), "{told}");
            let left = told.replace([' ', '\n'], "");
            for part in ["Canary", "xYz", "4711", &hex::encode("Canary")] {
                assert!(!left.contains(part), "{said}: {told}");
            }
            // Of what stood before it in base64 only the last letter goes with it.
            for shift in 0..3 {
                let padded = format!("{}{secret}", &"abc"[..shift]);
                let core: String = coded(&padded).chars().skip(4).take(8).collect();
                assert!(!left.contains(&core), "{said}: {told}");
            }
        }
        for other in ["sk Canary is a bird", "100% sure & fine; c2s", "%zz &#; &amp;", "73 6b"] {
            assert_eq!(masked(other, secret), other);
        }
    }

    #[test]
    fn a_secret_is_found_in_an_object_that_is_written_as_a_text() {
        let mut reply = serde_json::json!({ "reasoning": "KEY" }).to_string();
        for said in [spelled_out(SECRET), SECRET.replace('"', "\\\"")] {
            reply = serde_json::json!({ "reasoning": "KEY" }).to_string().replace("KEY", &said);
            for _ in 0..3 {
                reply = serde_json::json!({ "answer": reply }).to_string();
                let told = masked(&reply, SECRET);
                assert!(
                    told.contains('…') && !told.contains("47") && !told.contains("0034"),
                    "{told}"
                );
            }
        }
        assert!(!masked(&reply, SECRET).contains("anary"));
    }

    #[test]
    fn a_word_that_stands_in_for_a_key_is_no_secret() {
        for word in ["x", "1", "test", "none", "ollama", "1234567"] {
            let text = format!("x 1 test none {word}");
            assert_eq!(masked(&text, word), text);
            assert_eq!(masked_cut(&text, word), text);
        }
        assert_eq!(masked("a not-needed key", "not-needed"), "a … key");
    }

    #[test]
    fn a_choice_stays_a_choice() {
        let own = |word: &str| word == "probably_not";
        let reply = r#"{"purchase_intent": "probably_not", "reasoning": "I would probably_not."}"#;
        assert_eq!(
            masked_reply(reply, "probably_not", own),
            r#"{"purchase_intent": "probably_not", "reasoning": "I would …."}"#
        );
        let other = r#"{"reasoning": "not-needed"}"#;
        assert_eq!(masked_reply(other, "not-needed", own), r#"{"reasoning": "…"}"#);
    }

    #[test]
    fn what_was_cut_off_in_the_middle_of_a_secret_shows_no_part_of_it() {
        assert_eq!(masked_cut("model sk-Canary", SECRET), "model …");
        assert_eq!(masked_cut("model sk-C", SECRET), "model …");
        assert_eq!(masked_cut("a task", SECRET), "a task");
        assert_eq!(masked_cut(SECRET, SECRET), "…");
    }

    proptest! {
        #[test]
        fn what_is_around_a_secret_stays(before in "[a-z \\\\\"{}:,é…]{0,40}", after in "[a-z \\\\\"{}:,é…]{0,40}") {
            let secret = "SK-CANARY-4711";
            let text = format!("{before}{secret}{after}");
            prop_assert_eq!(masked(&text, secret), format!("{before}…{after}"));
        }

        #[test]
        fn a_text_without_it_is_left_alone(text in any::<String>()) {
            prop_assert_eq!(masked(&text, "SK-CANARY-4711"), text.as_str());
        }

        #[test]
        fn no_spelling_in_a_json_string_survives(how in proptest::collection::vec(0_u8..4, 14)) {
            let secret = "SK-CANARY-4711";
            let spelled: String = secret.chars().zip(how).map(|(letter, how)| match how {
                0 => letter.to_string(),
                1 => format!("\\u{:04x}", u32::from(letter)),
                2 => format!("{letter}\u{200b}"),
                _ => format!("{letter}\\u00ad"),
            }).collect();
            let reply = format!("{{\"a\": \"x {spelled} y\"}}");
            let told: serde_json::Value = serde_json::from_str(&masked(&reply, secret)).unwrap();
            let plain: String = told["a"].as_str().unwrap().chars().filter(|letter| !is_hidden(*letter)).collect();
            prop_assert_eq!(plain, "x … y");
        }
    }
}
