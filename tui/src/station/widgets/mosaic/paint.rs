//! Mosaic painting: tiles with their score inside where there is room, half blocks for large panels, and shades of
//! glyphs without colour.

use std::borrow::Cow;

use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use super::geometry::{DotSize, Grid, MosaicColumns};
use super::{Dot, Mosaic};
use crate::station::look::Glyphs;
use crate::station::theme::{Role, Theme, step};
use crate::station::widgets::canvas::Canvas;

/// The luma above which black letters are more readable than white ones.
const BRIGHT: u32 = 140;

impl Mosaic<'_> {
    /// Draws rows.
    pub(super) fn draw_grid(&self, canvas: &mut Canvas<'_>, area: Rect, grid: &Grid) {
        let dots = self.scores.len().div_ceil(grid.per_dot);
        let people =
            |dot: usize| dot * grid.per_dot..((dot + 1) * grid.per_dot).min(self.scores.len());
        let has_cursor =
            |dot: usize| self.cursor.is_some_and(|cursor| people(dot).contains(&cursor));
        match grid.dot {
            DotSize::Tile(across, down) => {
                for dot in 0..dots {
                    let (column, row) = (small(dot % grid.across), small(dot / grid.across));
                    let tile = Rect::new(
                        area.x.saturating_add(column.saturating_mul(across)),
                        area.y.saturating_add(row.saturating_mul(down)),
                        if across > 2 { across - 1 } else { across },
                        if down > 2 { down - 1 } else { down },
                    )
                    .intersection(area);
                    self.tile(
                        canvas,
                        tile,
                        self.dot(people(dot)),
                        people(dot).start,
                        has_cursor(dot),
                    );
                }
            }
            DotSize::Half => {
                let inks = Inks::of(self, canvas);
                for upper in (0..dots).step_by(2) {
                    let (lower, cell) = (upper + 1, upper / 2);
                    let (x, y) =
                        (area.x + small(cell % grid.across), area.y + small(cell / grid.across));
                    if y >= area.bottom() {
                        break;
                    }
                    let ink = |dot: usize| {
                        if grid.per_dot == 1 {
                            return inks.of_mark(self.scores.get(dot).copied());
                        }
                        (dot < dots).then(|| ink(canvas, self.dot(people(dot)))).flatten()
                    };
                    let style = match (ink(upper), ink(lower)) {
                        (Some(top), Some(bottom)) => Style::new().fg(top).bg(bottom),
                        (Some(top), None) => Style::new().fg(top),
                        (None, _) => continue,
                    };
                    canvas.fill(Rect::new(x, y, 1, 1), "▀", style);
                    if has_cursor(upper) || (lower < dots && has_cursor(lower)) {
                        canvas.put(x, y, 1, "◆", canvas.theme.style(Role::Pointer));
                    }
                }
            }
        }
    }

    /// Draws columns with their scores below.
    pub(super) fn draw_columns(
        &self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        columns: &MosaicColumns,
    ) {
        let bottom = area.bottom() - 1;
        for (value, people) in columns.by_score.iter().enumerate() {
            let left = area.x + small(value).saturating_mul(columns.band);
            for (dot, group) in people.chunks(columns.per_dot).enumerate() {
                let up = small(dot / columns.across);
                let y = bottom.saturating_sub(up + 1);
                if y < area.y || up + 1 > bottom - area.y {
                    break;
                }
                let x = left + small(dot % columns.across) * columns.tile;
                let width = if columns.tile > 2 { columns.tile - 1 } else { columns.tile };
                let tile = Rect::new(x, y, width, 1).intersection(area);
                let here = self.cursor.is_some_and(|cursor| group.contains(&cursor));
                self.tile(canvas, tile, self.dot(group.iter().copied()), group[0], here);
            }
            let score = (self.label)(self.scale.0 + i32::try_from(value).unwrap_or(0));
            let shown = format!("{score} {}", canvas.glyphs().dot());
            let label = format!("{shown} {}", people.len());
            let room = columns.band.saturating_sub(1).max(1);
            let fits = crate::station::widgets::canvas::columns(&label) <= room;
            canvas.text(left, bottom, room, if fits { &label } else { &score }, Role::Dim);
        }
    }

    fn tile(&self, canvas: &mut Canvas<'_>, tile: Rect, dot: Dot, person: usize, here: bool) {
        let glyphs = canvas.glyphs();
        let middle = (tile.x + tile.width / 2, tile.y + tile.height / 2);
        let (fill, style, mark) = match dot {
            Dot::Pending => {
                let style = canvas.theme.style(Role::Pending);
                (" ", style, Some(Cow::Borrowed(glyphs.pending())))
            }
            Dot::Unread => {
                let style = canvas.theme.style(Role::Dim);
                (" ", style, Some(Cow::Borrowed(glyphs.waiting())))
            }
            Dot::Failed => {
                let style = canvas.theme.style(Role::Failed);
                (" ", style, Some(Cow::Borrowed(glyphs.failed())))
            }
            Dot::Score(place) => {
                let style = canvas.theme.score(place);
                let fill = match canvas.theme.ramp(place) {
                    Some(_) if glyphs == Glyphs::Unicode => glyphs.full(),
                    _ => glyphs.shades()[step(place, 4)],
                };
                let score = self.scores.get(person).map_or(0, |score| i32::from(*score) - 1);
                let has_room = self.label_width <= tile.width && tile.width > 1;
                (fill, style, has_room.then(|| Cow::Owned((self.label)(score))))
            }
        };
        canvas.fill(tile, fill, style);
        let ink = match (dot, style.fg) {
            _ if here => canvas.theme.style(Role::Pointer),
            (Dot::Score(_), Some(ground)) if glyphs == Glyphs::Unicode => {
                Style::new().bg(ground).fg(letters_on(ground))
            }
            _ => style,
        };
        match mark {
            Some(mark) => {
                let x = middle
                    .0
                    .saturating_sub(small(mark.len() / 2).min(1) * u16::from(mark.len() > 1));
                canvas.put(x.max(tile.x), middle.1, tile.right().saturating_sub(x), &mark, ink);
            }
            None if here => {
                canvas.put(middle.0, middle.1, 1, glyphs.marked(), ink);
            }
            None => {}
        }
    }
}

/// The colour of every mark, for mosaics in which a dot is one respondent.
struct Inks(Vec<Option<Color>>);

impl Inks {
    fn of(mosaic: &Mosaic<'_>, canvas: &Canvas<'_>) -> Self {
        let of_mark = |mark: u8| ink(canvas, Mosaic { scores: &[mark], ..*mosaic }.dot(0..1));
        Self((0..=u8::MAX).map(of_mark).collect())
    }

    fn of_mark(&self, mark: Option<u8>) -> Option<Color> {
        self.0.get(usize::from(mark?)).copied().flatten()
    }
}

fn ink(canvas: &Canvas<'_>, dot: Dot) -> Option<Color> {
    match dot {
        Dot::Pending => canvas.theme.style(Role::Pending).fg,
        Dot::Unread => canvas.theme.style(Role::Dim).fg,
        Dot::Failed => canvas.theme.style(Role::Failed).fg,
        Dot::Score(place) => canvas.theme.ramp(place),
    }
}

/// The style of a score in a list: on the background that it has in the mosaic, so that dark ones are readable too.
pub(crate) fn label(theme: &Theme, place: f64) -> Style {
    match theme.ramp(place) {
        Some(ground) => Style::new().bg(ground).fg(letters_on(ground)),
        None => theme.score(place),
    }
}

/// Black or white, whichever is more readable on that background.
fn letters_on(ground: Color) -> Color {
    match ground {
        Color::Rgb(red, green, blue) => {
            let luma =
                (u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114) / 1000;
            if luma > BRIGHT { Color::Rgb(0, 0, 0) } else { Color::Rgb(255, 255, 255) }
        }
        Color::Indexed(index) => {
            let green = if (16..232).contains(&index) { (index - 16) / 6 % 6 } else { index / 40 };
            if green >= 3 { Color::Indexed(16) } else { Color::Indexed(231) }
        }
        Color::Red | Color::Blue | Color::DarkGray | Color::Magenta => Color::White,
        _ => Color::Black,
    }
}

/// A position on the screen as a coordinate.
fn small(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(u16::MAX)
}
