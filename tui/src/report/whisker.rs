//! Whisker plot: a number on its scale with its interval, `├──●──┤`.

use crate::look::{Look, Role};

/// The scale of a whisker plot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// The value at the left end.
    pub(crate) low: f64,
    /// The value at the right end.
    pub(crate) high: f64,
    /// A marked value: the zero of a difference.
    pub(crate) mark: Option<f64>,
}

impl Scale {
    /// The column nearest to a value, within the scale.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the width"
    )]
    fn column(self, value: f64, width: usize) -> usize {
        let span = self.high - self.low;
        if width < 2 || span.is_nan() || span <= 0.0 || value.is_nan() {
            return 0;
        }
        let share = ((value - self.low) / span).clamp(0.0, 1.0);
        (share * (width - 1) as f64).round() as usize
    }
}

/// Draws the value and its interval in exactly `width` columns.
pub(crate) fn draw(
    value: f64,
    interval: Option<(f64, f64)>,
    scale: Scale,
    width: usize,
    look: Look,
) -> String {
    let (track, left, right, line, dot, both, mark) =
        look.glyph(('·', '├', '┤', '─', '●', '│', '┊'), ('.', '|', '|', '-', 'o', '|', ':'));
    let mut cells = vec![(track, Role::Dim); width];
    let mut put = |at: usize, cell: (char, Role)| {
        if let Some(place) = cells.get_mut(at) {
            *place = cell;
        }
    };
    if let Some(zero) = scale.mark {
        put(scale.column(zero, width), (mark, Role::Dim));
    }
    if let Some((low, high)) = interval {
        let (from, to) = (scale.column(low, width), scale.column(high, width));
        for at in from..=to {
            put(at, (line, Role::Accent));
        }
        if from == to {
            put(from, (both, Role::Accent));
        } else {
            put(from, (left, Role::Accent));
            put(to, (right, Role::Accent));
        }
    }
    put(scale.column(value, width), (dot, Role::Strong));

    let mut out = String::new();
    let mut run = String::new();
    let mut role = None;
    for (letter, its) in cells {
        if role.is_some_and(|role| role != its) {
            out.push_str(&look.paint(role.unwrap_or(its), &run));
            run.clear();
        }
        role = Some(its);
        run.push(letter);
    }
    out.push_str(&look.paint(role.unwrap_or(Role::Dim), &run));
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn it_stands_where_its_numbers_are() {
        let scale = Scale { low: 0.0, high: 100.0, mark: None };
        let drawn = |value, interval| draw(value, interval, scale, 21, Look::PLAIN);
        assert_eq!(drawn(50.0, Some((25.0, 75.0))), "·····├────●────┤·····");
        assert_eq!(drawn(0.0, Some((0.0, 10.0))), "●─┤··················");
        assert_eq!(drawn(100.0, None), "····················●");
    }

    proptest! {
        #[test]
        fn it_is_never_wider_nor_narrower(value in any::<f64>(), low in any::<f64>(), high in any::<f64>(), width in 0_usize..80) {
            let scale = Scale { low: -1.0, high: 1.0, mark: Some(0.0) };
            let drawn = draw(value, Some((low, high)), scale, width, Look::PLAIN);
            prop_assert_eq!(drawn.width(), width);
        }
    }
}
