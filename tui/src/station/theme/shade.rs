//! Colour arithmetic: shades between the stops of a ramp, and the nearest colour of xterm's cube.

use ratatui::style::Color;

/// Number of shades in a fine ramp.
const SHADES: usize = 64;
/// The levels of one channel in xterm's 6×6×6 cube.
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// Evenly spaced shades between the stops. Named colours stay as they are.
pub(super) fn between(stops: &[Color]) -> Vec<Color> {
    let Some(last) = stops.len().checked_sub(1) else { return Vec::new() };
    (0..SHADES)
        .map(|shade| {
            let scaled = shade * last;
            let stop = (scaled / (SHADES - 1)).min(last.saturating_sub(1));
            let rest = scaled - stop * (SHADES - 1);
            match (stops[stop], stops[(stop + 1).min(last)]) {
                (Color::Rgb(r1, g1, b1), Color::Rgb(r2, g2, b2)) => {
                    Color::Rgb(mix(r1, r2, rest), mix(g1, g2, rest), mix(b1, b2, rest))
                }
                (first, _) => first,
            }
        })
        .collect()
}

fn mix(from: u8, to: u8, rest: usize) -> u8 {
    let whole = SHADES - 1;
    let sum = usize::from(from) * (whole - rest) + usize::from(to) * rest;
    u8::try_from(sum / whole).unwrap_or(u8::MAX)
}

/// The nearest colour in the cube and the greys of xterm; named colours stay as they are.
pub(super) fn to_cube(colour: Color) -> Color {
    let Color::Rgb(red, green, blue) = colour else { return colour };
    let nearest = |channel: u8| {
        let mut best = 0;
        for (index, level) in LEVELS.iter().enumerate() {
            if level.abs_diff(channel) < LEVELS[best].abs_diff(channel) {
                best = index;
            }
        }
        best
    };
    let cube = [nearest(red), nearest(green), nearest(blue)];
    let distance = |r: u8, g: u8, b: u8| {
        [(r, red), (g, green), (b, blue)]
            .into_iter()
            .map(|(a, b)| u32::from(a.abs_diff(b)).pow(2))
            .sum::<u32>()
    };
    let mut best = (
        distance(LEVELS[cube[0]], LEVELS[cube[1]], LEVELS[cube[2]]),
        16 + 36 * cube[0] + 6 * cube[1] + cube[2],
    );
    for grey in 0..24u8 {
        let level = 8 + 10 * grey;
        best = best.min((distance(level, level, level), 232 + usize::from(grey)));
    }
    Color::Indexed(u8::try_from(best.1).unwrap_or(u8::MAX))
}
