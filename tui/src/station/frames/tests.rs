//! Round trips through a terminal emulator: after the bytes of some frames it shows what was drawn, in letters, colours
//! and weight, for any frames in any order.

use proptest::prelude::*;
use ratatui::style::{Color, Modifier, Style};
use vt100::Parser;

use super::*;

/// Narrow, wide and combined letters; lines, blocks, and nothing.
const SYMBOLS: [&str; 9] = ["a", " ", "─", "▀", "é", "日", "語", "e\u{301}", "●"];
const COLOURS: [Color; 6] = [
    Color::Reset,
    Color::Red,
    Color::White,
    Color::DarkGray,
    Color::Indexed(99),
    Color::Rgb(1, 20, 255),
];
const SIZE: (u16, u16) = (12, 4);

#[derive(Clone, Debug)]
struct Stroke {
    at: (u16, u16),
    text: String,
    style: Style,
}

fn stroke() -> impl Strategy<Value = Stroke> {
    // A terminal may support only one of bold and dim; themes never combine them.
    let modifiers = [Modifier::BOLD, Modifier::ITALIC, Modifier::REVERSED, Modifier::UNDERLINED];
    let style = (
        proptest::sample::select(&COLOURS[..]),
        proptest::sample::select(&COLOURS[..]),
        proptest::sample::subsequence(modifiers.to_vec(), 0..=3),
    )
        .prop_map(|(ink, ground, modifiers)| {
            let all = modifiers.into_iter().fold(Modifier::empty(), Modifier::union);
            Style::new().fg(ink).bg(ground).add_modifier(all)
        });
    let text = proptest::collection::vec(proptest::sample::select(&SYMBOLS[..]), 1..8);
    ((0..SIZE.0, 0..SIZE.1), text, style).prop_map(|(at, text, style)| Stroke {
        at,
        text: text.concat(),
        style,
    })
}

fn colour(colour: Color) -> vt100::Color {
    match colour {
        Color::Red => vt100::Color::Idx(1),
        Color::White => vt100::Color::Idx(15),
        Color::DarkGray => vt100::Color::Idx(8),
        Color::Indexed(index) => vt100::Color::Idx(index),
        Color::Rgb(red, green, blue) => vt100::Color::Rgb(red, green, blue),
        _ => vt100::Color::Default,
    }
}

fn frames() -> Frames<Vec<u8>> {
    Frames::new(Vec::new(), SIZE)
}

fn terminal() -> Parser {
    let cells = |count| std::num::NonZeroU16::new(count).unwrap();
    Parser::new(cells(SIZE.1), cells(SIZE.0), 0)
}

/// Upper and lower colour of a cell with half blocks, whichever way it is drawn.
fn halves(letters: &str, ink: vt100::Color, ground: vt100::Color) -> Option<[vt100::Color; 2]> {
    match letters {
        "▀" => Some([ink, ground]),
        "▄" => Some([ground, ink]),
        "█" => Some([ink, ink]),
        " " => Some([ground, ground]),
        _ => None,
    }
}

fn shows(frames: &Frames<Vec<u8>>, terminal: &Parser) -> Result<(), TestCaseError> {
    let mut covered = 0;
    for (index, cell) in frames.last.content.iter().enumerate() {
        let (x, y) = frames.last.pos_of(index);
        covered = if x == 0 { 0 } else { covered };
        if covered == 0 {
            let shown = terminal.screen().cell(y, x).unwrap();
            let letters = if shown.contents().is_empty() { " " } else { shown.contents() };
            let (ink, ground) = (shown.fgcolor(), shown.bgcolor());
            if cell.symbol() == "▀" {
                let wanted = halves("▀", colour(cell.fg), colour(cell.bg));
                prop_assert_eq!(halves(letters, ink, ground), wanted, "at {},{}", x, y);
            } else {
                prop_assert_eq!(letters, cell.symbol(), "at {},{}", x, y);
                prop_assert_eq!(ink, colour(cell.fg), "at {},{}", x, y);
                prop_assert_eq!(ground, colour(cell.bg), "at {},{}", x, y);
            }
            let is = |modifier| cell.modifier.contains(modifier);
            prop_assert_eq!(shown.bold(), is(Modifier::BOLD), "at {},{}", x, y);
            prop_assert_eq!(shown.italic(), is(Modifier::ITALIC), "at {},{}", x, y);
            prop_assert_eq!(shown.inverse(), is(Modifier::REVERSED), "at {},{}", x, y);
            prop_assert_eq!(shown.underline(), is(Modifier::UNDERLINED), "at {},{}", x, y);
        }
        covered = width(cell.symbol()).max(covered).saturating_sub(1);
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_terminal_shows_what_was_drawn(
        drawings in proptest::collection::vec(proptest::collection::vec(stroke(), 0..6), 1..6),
        forgets_at in 0..6usize,
    ) {
        let (mut frames, mut terminal) = (frames(), terminal());
        for (number, drawing) in drawings.iter().enumerate() {
            if number == forgets_at {
                terminal.process(b"\x1b[2J\x1b[1;33mwhat another program left");
                frames.forget(SIZE);
            }
            frames.next.reset();
            for Stroke { at: (x, y), text, style } in drawing {
                frames.next.set_stringn(*x, *y, text, usize::from(SIZE.0 - x), *style);
            }
            frames.out.clear();
            frames.show(None).unwrap();
            terminal.process(&frames.out);
            shows(&frames, &terminal)?;
        }
        // The same frame again has no bytes.
        frames.out.clear();
        let same = frames.last.clone();
        frames.next.clone_from(&same);
        prop_assert_eq!(frames.show(None).unwrap(), 0);
        prop_assert!(frames.out.is_empty());
    }
}

/// Terminals disagree on the width of a letter with the sign that makes it a picture.
#[test]
fn the_sign_of_pictures_is_never_sent_and_nothing_is_left_beside_them() {
    let (mut frames, mut terminal) = (frames(), terminal());
    for (name, shown) in [
        ("⚖\u{fe0f} price ⌨\u{fe0f}", "⚖  price ⌨"),
        ("others of it", "others of it"),
        ("⚖\u{fe0f} price ⌨\u{fe0f}", "⚖  price ⌨"),
        ("👩\u{1f3fd} price", "👩 price"),
    ] {
        frames.next.reset();
        frames.next.set_string(0, 0, name, Style::new());
        frames.out.clear();
        frames.show(None).unwrap();
        let sent = String::from_utf8(frames.out.clone()).unwrap();
        assert!(!sent.contains(['\u{fe0f}', '\u{1f3fd}']), "{sent:?}");
        terminal.process(&frames.out);
        let contents = terminal.screen().contents();
        assert_eq!(contents.lines().next().unwrap_or_default().trim_end(), shown);
    }
}

#[test]
fn the_cursor_of_a_text_is_seen_where_it_stands_and_told_of_once() {
    let (mut frames, mut terminal) = (frames(), terminal());
    frames.show(Some((3, 2))).unwrap();
    terminal.process(&std::mem::take(&mut frames.out));
    assert_eq!(terminal.screen().cursor_position(), (2, 3));
    assert!(!terminal.screen().hide_cursor());
    assert_eq!(frames.show(Some((3, 2))).unwrap(), 0);
    // Text written elsewhere moves the cursor, which must come back.
    frames.next.set_string(0, 0, "word", Style::new());
    frames.show(Some((3, 2))).unwrap();
    terminal.process(&std::mem::take(&mut frames.out));
    assert_eq!(terminal.screen().cursor_position(), (2, 3));
    frames.show(None).unwrap();
    terminal.process(&frames.out);
    assert!(terminal.screen().hide_cursor());
}
