//! Decoder from terminal bytes to keys, pastes and clicks. Incomplete sequences are kept, so that they may arrive in
//! any number of pieces; an escape byte without successor becomes the Esc key when the caller flushes. No key after an
//! Esc is ever lost.

use crate::station::key::{Chord, Key, Mods};

/// The maximum size of a paste; a study's text has a few thousand characters.
const PASTE_BYTES_MAX: usize = 256 * 1024;
/// The maximum length of a meaningful escape sequence.
const SEQUENCE_BYTES_MAX: usize = 64;
/// How many waits the beginning `ESC [` of a sequence outlasts: 0.3 seconds, in which slow lines bring the rest.
const SEQUENCE_WAITS_MAX: u8 = 12;
const PASTE_END: &[u8] = b"\x1b[201~";
/// The beginning of what a terminal answers to the question for its background, which may come late.
const GROUND: &[u8] = b"\x1b]11;";

/// An input of the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key press.
    Key(Chord),
    /// A pasted text.
    Paste(String),
    /// A left click at (column, row).
    Click(u16, u16),
    /// A turn of the wheel.
    Wheel(Turn),
}

/// A direction of the wheel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Away from the hand.
    Up,
    /// Towards it.
    Down,
}

/// Decodes bytes to inputs.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    /// The waits that the beginning of a sequence in the buffer has outlasted.
    waits: u8,
    torn: Torn,
}

/// The beginning of a sequence that the last wait gave out as keys; the rest of a click may still come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Torn {
    #[default]
    Nowhere,
    BehindEscape,
    BehindBracket,
}

/// The result of decoding the beginning of the buffer.
enum Step {
    /// A complete input (or nothing), of that many bytes.
    Done(Option<Input>, usize),
    /// An incomplete input.
    More,
}

impl Decoder {
    /// Decodes bytes and returns the complete inputs.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Input> {
        self.rejoin(bytes);
        self.buffer.extend_from_slice(bytes);
        let mut inputs = Vec::new();
        let mut start = 0;
        while start < self.buffer.len() {
            match step(&self.buffer[start..]) {
                Step::Done(input, length) => {
                    inputs.extend(input);
                    start += length;
                }
                Step::More => break,
            }
        }
        self.buffer.drain(..start);
        inputs
    }

    /// Puts back what the last wait gave out as keys, if the bytes are the rest of a click that was torn there.
    fn rejoin(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.waits = 0;
        let begun: &[u8] = match std::mem::take(&mut self.torn) {
            Torn::BehindEscape if bytes.strip_prefix(b"[").is_some_and(is_rest_of_click) => b"\x1b",
            Torn::BehindBracket if bytes.len() > 1 && is_rest_of_click(bytes) => b"\x1b[",
            _ => b"",
        };
        self.buffer.extend_from_slice(begun);
    }

    /// Whether an escape byte waits for a possible continuation. What can be nothing but the beginning of a sequence, such as a
    /// click in two reads, waits for its end instead: the rest would be taken for keys.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        let is_begun = matches!(
            self.buffer[..],
            [0x1b, b'[', b'M' | b'<', ..] | [0x1b, b'[', b'0'..=b'9', _, ..]
        );
        self.buffer.first() == Some(&0x1b) && !is_begun
    }

    /// Ends the wait: an escape byte is the Esc key, and so is one before a single `[`, `O` or the beginning of a
    /// letter, which were typed after it. `ESC [` outlasts some waits, because a click may be torn there as well. A longer
    /// incomplete sequence is dropped.
    pub fn flush(&mut self) -> Vec<Input> {
        if !self.is_waiting() {
            return Vec::new();
        }
        let esc = Input::Key(Chord::plain(Key::Esc));
        match self.buffer[..] {
            [_, b'[', ..] if self.waits < SEQUENCE_WAITS_MAX => {
                self.waits += 1;
                Vec::new()
            }
            [_, letter @ (b'[' | b'O')] => {
                self.buffer.clear();
                if letter == b'[' {
                    self.torn = Torn::BehindBracket;
                }
                vec![esc, Input::Key(Chord::plain(Key::Char(char::from(letter))))]
            }
            [_, b'[' | b'O', ..] => {
                self.buffer.clear();
                Vec::new()
            }
            _ if self.buffer.starts_with(GROUND) => {
                self.buffer.clear();
                Vec::new()
            }
            [_] => {
                self.buffer.clear();
                self.torn = Torn::BehindEscape;
                vec![esc]
            }
            _ => {
                self.buffer.remove(0);
                let mut inputs = vec![esc];
                inputs.extend(self.feed(&[]));
                inputs
            }
        }
    }
}

fn key(key: Key, mods: Mods, length: usize) -> Step {
    Step::Done(Some(Input::Key(Chord::with(key, mods))), length)
}

fn step(bytes: &[u8]) -> Step {
    match bytes {
        [0x1b] => Step::More,
        [0x1b, b'[', ..] => control_sequence(bytes),
        [0x1b, b'O'] => Step::More,
        [0x1b, b'O', letter, ..] => match arrow(*letter) {
            Some(arrow) => key(arrow, Mods::NONE, 3),
            None => match letter {
                b'P'..=b'S' => key(Key::F(letter - b'P' + 1), Mods::NONE, 3),
                b'M' => key(Key::Enter, Mods::NONE, 3),
                _ => Step::Done(None, 3),
            },
        },
        [0x1b, 0x1b, ..] => key(Key::Esc, Mods::NONE, 1),
        [0x1b, b']', ..] if GROUND.starts_with(bytes) || bytes.starts_with(GROUND) => {
            late_answer(bytes)
        }
        [0x1b, rest @ ..] => match plain(rest) {
            Step::Done(Some(Input::Key(chord)), length) => {
                key(chord.key, chord.mods.and(Mods::ALT), length + 1)
            }
            // A meaningless sequence must not swallow following keys.
            Step::Done(..) => key(Key::Esc, Mods::NONE, 1),
            Step::More => Step::More,
        },
        _ => plain(bytes),
    }
}

/// A control byte or a letter.
fn plain(bytes: &[u8]) -> Step {
    let Some(&first) = bytes.first() else { return Step::More };
    match first {
        b'\r' => key(Key::Enter, Mods::NONE, 1),
        b'\n' => key(Key::Char('j'), Mods::CTRL, 1),
        b'\t' => key(Key::Tab, Mods::NONE, 1),
        0x7f | 0x08 => key(Key::Backspace, Mods::NONE, 1),
        0 => key(Key::Char(' '), Mods::CTRL, 1),
        0x01..=0x1a => key(Key::Char(char::from(first - 1 + b'a')), Mods::CTRL, 1),
        0x1c..=0x1f => key(Key::Char(char::from(first - 0x1c + b'4')), Mods::CTRL, 1),
        _ => letter(bytes, first),
    }
}

/// One UTF-8 character; invalid bytes are dropped one by one.
fn letter(bytes: &[u8], first: u8) -> Step {
    let length = match first {
        0x00..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Step::Done(None, 1),
    };
    let have = &bytes[..bytes.len().min(length)];
    match std::str::from_utf8(have) {
        Ok(text) => match text.chars().next() {
            Some(letter) => key(Key::Char(letter), Mods::NONE, length),
            None => Step::Done(None, 1),
        },
        Err(error) if error.error_len().is_none() && have.len() < length => Step::More,
        Err(_) => Step::Done(None, 1),
    }
}

fn arrow(letter: u8) -> Option<Key> {
    Some(match letter {
        b'A' => Key::Up,
        b'B' => Key::Down,
        b'C' => Key::Right,
        b'D' => Key::Left,
        b'H' => Key::Home,
        b'F' => Key::End,
        _ => return None,
    })
}

/// `ESC [` with parameters and a final byte; a paste lasts until its own end mark.
fn control_sequence(bytes: &[u8]) -> Step {
    if bytes.starts_with(b"\x1b[M") {
        return old_mouse(bytes);
    }
    let Some(end) = bytes[2..].iter().position(|byte| (0x40..=0x7e).contains(byte)) else {
        return if bytes.len() > SEQUENCE_BYTES_MAX {
            Step::Done(None, bytes.len())
        } else {
            Step::More
        };
    };
    let length = end + 3;
    let (parameters, last) = (&bytes[2..end + 2], bytes[end + 2]);
    if let (Some(b'<'), b'M' | b'm') = (parameters.first(), last) {
        return Step::Done(mouse(&numbers(&parameters[1..]), last), length);
    }
    let numbers = numbers(parameters);
    let first = numbers.first().copied().unwrap_or(0);
    let mods = Mods::from_xterm(numbers.get(1).copied().unwrap_or(1));
    if let Some(arrow) = arrow(last) {
        return key(arrow, mods, length);
    }
    match (last, first) {
        (b'Z', _) => key(Key::Tab, mods.and(Mods::SHIFT), length),
        (b'P'..=b'S', _) => key(Key::F(last - b'P' + 1), mods, length),
        (b'~', 200) => paste(bytes, length),
        (b'~', 1 | 7) => key(Key::Home, mods, length),
        (b'~', 2) => key(Key::Insert, mods, length),
        (b'~', 3) => key(Key::Delete, mods, length),
        (b'~', 4 | 8) => key(Key::End, mods, length),
        (b'~', 5) => key(Key::PageUp, mods, length),
        (b'~', 6) => key(Key::PageDown, mods, length),
        (b'~', 11..=15) => function(first - 10, mods, length),
        (b'~', 17..=21) => function(first - 11, mods, length),
        (b'~', 23..=24) => function(first - 12, mods, length),
        _ => Step::Done(None, length),
    }
}

/// An answer of the terminal that came after nobody waited for it any more: it is no input.
fn late_answer(bytes: &[u8]) -> Step {
    let most = bytes.get(..SEQUENCE_BYTES_MAX).unwrap_or(bytes);
    let ends = |end: &[u8]| {
        most.windows(end.len())
            .skip(1)
            .position(|window| window == end)
            .map(|at| at + 1 + end.len())
    };
    match [ends(b"\x07"), ends(b"\x1b\\")].into_iter().flatten().min() {
        Some(length) => Step::Done(None, length),
        None if bytes.len() < SEQUENCE_BYTES_MAX => Step::More,
        None => Step::Done(None, GROUND.len()),
    }
}

fn function(number: u16, mods: Mods, length: usize) -> Step {
    key(Key::F(u8::try_from(number).unwrap_or(0)), mods, length)
}

fn numbers(parameters: &[u8]) -> Vec<u16> {
    String::from_utf8_lossy(parameters).split(';').map(|part| part.parse().unwrap_or(0)).collect()
}

fn paste(bytes: &[u8], start: usize) -> Step {
    let body = &bytes[start..];
    if let Some(end) = body.windows(PASTE_END.len()).position(|window| window == PASTE_END) {
        let text = String::from_utf8_lossy(&body[..end]).replace("\r\n", "\n").replace('\r', "\n");
        return Step::Done(Some(Input::Paste(text)), start + end + PASTE_END.len());
    }
    if body.len() > PASTE_BYTES_MAX { Step::Done(None, bytes.len()) } else { Step::More }
}

/// `ESC [ M` and three bytes, as terminals send a click that know no other encoding: button, column and row, each plus 32.
fn old_mouse(bytes: &[u8]) -> Step {
    let Some(three) = bytes.get(3..6) else { return Step::More };
    let numbers: Vec<u16> = three.iter().map(|byte| u16::from(byte.saturating_sub(32))).collect();
    Step::Done(mouse(&numbers, b'M'), 6)
}

/// Whether bytes are what follows `ESC [` in a click. In the old encoding it is the whole of what was read, or another
/// sequence follows; otherwise it is a text that begins alike.
fn is_rest_of_click(bytes: &[u8]) -> bool {
    match bytes {
        [b'M', three @ ..] => three.len() <= 3 || three.get(3) == Some(&0x1b),
        [b'<', numbers @ ..] => numbers.first().is_none_or(u8::is_ascii_digit),
        _ => false,
    }
}

fn mouse(numbers: &[u16], last: u8) -> Option<Input> {
    let (button, column, row) =
        (*numbers.first()?, numbers.get(1)?.checked_sub(1)?, numbers.get(2)?.checked_sub(1)?);
    match (button, last) {
        (0, b'M') => Some(Input::Click(column, row)),
        (64, _) => Some(Input::Wheel(Turn::Up)),
        (65, _) => Some(Input::Wheel(Turn::Down)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> Vec<String> {
        read_in_two(bytes, bytes.len(), 0)
    }

    /// What is read in two reads, between which that many waits end.
    fn read_in_two(bytes: &[u8], cut: usize, waits: usize) -> Vec<String> {
        let mut decoder = Decoder::default();
        let mut inputs = decoder.feed(&bytes[..cut]);
        for _ in 0..waits {
            inputs.extend(decoder.flush());
        }
        inputs.extend(decoder.feed(&bytes[cut..]));
        while decoder.is_waiting() {
            inputs.extend(decoder.flush());
        }
        inputs
            .into_iter()
            .map(|input| match input {
                Input::Key(chord) => chord.to_string(),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn reads_what_terminals_send() {
        for (bytes, keys) in [
            (&b"jG?"[..], &["j", "G", "?"][..]),
            (b"\x1b[A\x1bOB\x1b[1;5C\x1b[Z", &["↑", "↓", "Ctrl-→", "S-Tab"]),
            (b"\x1b[5~\x1b[6~\x1b[H\x1b[4~\x1b[3~", &["PgUp", "PgDn", "Home", "End", "Del"]),
            (b"\r\t\x7f\x04\x1a\x1c", &["Enter", "Tab", "Backspace", "Ctrl-D", "Ctrl-Z", "Ctrl-4"]),
            // Alt held down and a preceding Esc are distinguished later, by the code that knows the bindings.
            ("\x1bx\x1bé\x1b[15~\x1b[24~".as_bytes(), &["Alt-x", "Alt-é", "F5", "F12"]),
            (b"\x1b", &["Esc"]),
            (b"\x1b\x1b", &["Esc", "Esc"]),
            ("é日👍".as_bytes(), &["é", "日", "👍"]),
            (b"\xff\x80a", &["a"]),
            (b"\x1b[", &["Esc", "["]),
            (b"\x1bO", &["Esc", "O"]),
            (b"\x1b\xff", &["Esc"]),
            (b"\x1b\xc3", &["Esc"]),
            (b"\x1b[1;5", &[]),
            (b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\q\x1b]11;rgb:0/0/0\x07\x1b[?62;22cj", &["q", "j"]),
            (b"\x1b]11;rgb:ff", &[]),
            (b"\x1b]1", &["Esc", "]", "1"]),
            (b"\x1b]x", &["Alt-]", "x"]),
            (b"\x1b[<0;12;5M\x1b[<0;12;5m\x1b[<64;1;1M", &["Click(11, 4)", "Wheel(Up)"]),
            (b"\x1b[M x!\x1b[M#x!\x1b[M`!!q", &["Click(87, 0)", "Wheel(Up)", "q"]),
            (b"\x1b[M a0\x1b[M\xff\x80\x81\x1b[M q1", &["Click(64, 15)", "Click(80, 16)"]),
            (b"\x1b[M q", &[]),
            (b"\x1b[32;10;20Mq", &["q"]),
            (b"\x1b[200~a\rb\x1b[31m\x1b[201~q", &["Paste(\"a\\nb\\u{1b}[31m\")", "q"]),
        ] {
            assert_eq!(read(bytes), keys, "{bytes:?}");
        }
    }

    #[test]
    fn a_click_in_two_reads_types_nothing() {
        for (click, is) in [
            (&b"\x1b[M a0"[..], &["Click(64, 15)"][..]),
            (b"\x1b[M q1", &["Click(80, 16)"]),
            (b"\x1b[<0;12;5M", &["Click(11, 4)"]),
            (b"\x1b[32;10;20M", &[]),
        ] {
            for cut in 1..click.len() {
                assert_eq!(read_in_two(click, cut, 0), is, "{click:?} at {cut}");
            }
            for cut in 2..click.len() {
                assert_eq!(read_in_two(click, cut, 1), is, "{click:?} at {cut}, after a wait");
            }
        }
    }

    #[test]
    fn an_escape_is_a_key_after_its_wait_and_the_rest_of_a_click_still_a_click() {
        for click in [&b"\x1b[M a0"[..], b"\x1b[<0;65;16M"] {
            assert_eq!(read_in_two(click, 1, 1), ["Esc", "Click(64, 15)"]);
            assert_eq!(read_in_two(&[click, click].concat(), 1, 1)[1..], ["Click(64, 15)"; 2]);
        }
        // Nobody waits for ever for what follows `ESC [` either.
        assert_eq!(read_in_two(b"\x1b[M a0", 2, 100), ["Esc", "[", "Click(64, 15)"]);
        for (bytes, keys) in [
            (&b"\x1bq"[..], &["Esc", "q"][..]),
            (b"\x1b[", &["Esc", "["]),
            (b"\x1b[A", &["Esc", "[", "A"]),
            (b"\x1b[Meal]", &["Esc", "[", "M", "e", "a", "l", "]"]),
            (b"\x1bM", &["Esc", "M"]),
        ] {
            assert_eq!(read_in_two(bytes, 1, 1), keys, "{bytes:?}");
        }
        assert_eq!(read_in_two(b"\x1b[M", 2, 100), ["Esc", "[", "M"]);
        let mut later = Decoder::default();
        later.feed(b"\x1b");
        later.flush();
        assert_eq!(later.feed(b"j").len(), 1);
        assert_eq!(later.feed(b"[M a0").len(), 5, "only directly behind the escape byte");
    }

    proptest! {
        #[test]
        fn pieces_read_like_the_whole(bytes in proptest::collection::vec(any::<u8>(), 0..80), cut in 0usize..80) {
            let cut = cut.min(bytes.len());
            let mut whole = Decoder::default();
            let mut parts = Decoder::default();
            let mut torn = parts.feed(&bytes[..cut]);
            torn.extend(parts.feed(&bytes[cut..]));
            prop_assert_eq!(whole.feed(&bytes), torn);
        }
    }
}
