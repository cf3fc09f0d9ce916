//! Text form of screens for snapshots: their letters, and a letter for each style.

use ratatui::buffer::Buffer;

/// The letters of a buffer, line by line.
pub(crate) fn text(buffer: &Buffer) -> String {
    use unicode_width::UnicodeWidthStr;
    let mut shown = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(symbol.width().max(1)).unwrap();
        }
        shown.push_str(line.trim_end());
        shown.push('\n');
    }
    shown
}

/// One letter for each style, so that a change of colour or weight is visible in a snapshot.
pub(crate) fn styles(buffer: &Buffer) -> String {
    let mut known: Vec<String> = Vec::new();
    let mut map = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            let style = format!("{:?} on {:?} {:?}", cell.fg, cell.bg, cell.modifier);
            let place = known.iter().position(|one| *one == style).unwrap_or_else(|| {
                known.push(style);
                known.len() - 1
            });
            line.push(match place {
                0 => ' ',
                place => char::from(b'a' + u8::try_from((place - 1) % 26).unwrap()),
            });
        }
        map.push_str(line.trim_end());
        map.push('\n');
    }
    for (place, style) in known.iter().enumerate().skip(1).take(26) {
        map.push_str(&format!(
            "{} = {style}\n",
            char::from(b'a' + u8::try_from((place - 1) % 26).unwrap())
        ));
    }
    map
}
