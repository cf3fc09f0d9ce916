//! JSON output for people and programs: lossless, on one line for a pipe, indented on a terminal. Characters that could
//! control a terminal or hide in a line are written as `\u` escapes, so the value is unchanged and safe to display.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

/// The layout of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One line.
    Line,
    /// Indented.
    Indented,
}

/// Writes the document without a line break at its end.
pub(crate) fn write(
    out: impl Write,
    value: &impl Serialize,
    layout: Layout,
) -> serde_json::Result<()> {
    match layout {
        Layout::Line => {
            let inert = Inert(CompactFormatter);
            value.serialize(&mut serde_json::Serializer::with_formatter(out, inert))
        }
        Layout::Indented => {
            let inert = Inert(PrettyFormatter::new());
            value.serialize(&mut serde_json::Serializer::with_formatter(out, inert))
        }
    }
}

/// The document as text.
pub(crate) fn text(value: &impl Serialize, layout: Layout) -> serde_json::Result<String> {
    let mut bytes = Vec::new();
    write(&mut bytes, value, layout)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A formatter that escapes characters which the wrapped formatter would print unchanged.
struct Inert<F>(F);

macro_rules! delegate {
    ($($name:ident($($arg:ident: $kind:ty),*)),+ $(,)?) => {
        $(fn $name<W: ?Sized + Write>(&mut self, out: &mut W $(, $arg: $kind)*) -> io::Result<()> {
            self.0.$name(out $(, $arg)*)
        })+
    };
}

impl<F: Formatter> Formatter for Inert<F> {
    delegate! {
        begin_array(), end_array(), begin_array_value(first: bool), end_array_value(),
        begin_object(), end_object(), begin_object_key(first: bool), end_object_key(),
        begin_object_value(), end_object_value(),
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut plain = 0;
        for (at, letter) in fragment.char_indices().filter(|&(_, letter)| is_active(letter)) {
            out.write_all(&fragment.as_bytes()[plain..at])?;
            for unit in letter.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            plain = at + letter.len_utf8();
        }
        out.write_all(&fragment.as_bytes()[plain..])
    }
}

/// Whether a character has an effect instead of a glyph. (JSON itself escapes the first 32.)
fn is_active(letter: char) -> bool {
    matches!(letter,
        '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_could_steer_a_terminal_is_escaped_and_comes_back() {
        let hostile = "a\u{9b}31m\u{202e}b\u{e0041}\u{1b}]0;x\u{7}é日";
        let shown = text(&hostile, Layout::Line).unwrap();
        assert_eq!(shown, r#""a\u009b31m\u202eb\udb40\udc41\u001b]0;x\u0007é日""#);
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), hostile);
    }

    proptest! {
        #[test]
        fn every_text_comes_back(value in any::<Vec<String>>()) {
            for layout in [Layout::Line, Layout::Indented] {
                let shown = text(&value, layout).unwrap();
                prop_assert!(!shown.chars().any(is_active));
                prop_assert_eq!(&serde_json::from_str::<Vec<String>>(&shown).unwrap(), &value);
            }
        }
    }
}
