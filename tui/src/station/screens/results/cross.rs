//! Two attributes crossed: the mean of every cell with its n, computed from the loaded answers. Few answers are dimmed and
//! put in parentheses; the interval of the cell under the cursor stands below.

use std::collections::BTreeMap;

use protocol::run::Study;
use ratatui::layout::Rect;

use crate::station::estimate::Mean;
use crate::station::instrument;
use crate::station::model::Model;
use crate::station::model::class::readable;
use crate::station::model::results::{Pane, SMALL};
use crate::station::theme::Role;
use crate::station::widgets::canvas::Canvas;
use crate::station::widgets::format::number;

/// Columns of a cell, and of the names of the rows.
const CELL: u16 = 12;
const NAME: u16 = 14;

/// Class of the rows, class of the columns, and how often each mark was given.
type Cells = BTreeMap<(String, String), BTreeMap<i32, u64>>;

/// Draws the table.
pub(super) fn draw(model: &Model, study: &Study, canvas: &mut Canvas<'_>, area: Rect) {
    let kind = instrument::of(study.instrument);
    let view = &model.lens.results;
    let Some(measure) = kind.main else {
        canvas.cut(area.x + 1, area.y, area.width, "A survey has no score to cross.", Role::Dim);
        return;
    };
    let (rows, heads) = (model.lens.classes(view.by), model.lens.classes(view.across));
    if rows.is_empty() {
        canvas.cut(area.x + 1, area.y, area.width, "The answers are being loaded…", Role::Dim);
        return;
    }
    let mut cells = Cells::new();
    for response in model.lens.responses.values() {
        let key = (view.by.class(&response.persona), view.across.class(&response.persona));
        *cells.entry(key).or_default().entry(instrument::mark(&response.answer)).or_default() += 1;
    }
    let mean = |row: &String, head: &String| {
        let marks = cells.get(&(row.clone(), head.clone()))?;
        Mean::of(marks.iter().map(|(mark, count)| ((kind.value)(*mark), *count)))
    };
    let fits = usize::from(area.width.saturating_sub(NAME) / CELL).max(1);
    let first = (view.column + 1).saturating_sub(fits);
    let glyphs = canvas.glyphs();
    for (index, head) in heads.iter().enumerate().skip(first).take(fits) {
        let x = area.x + NAME + column(index - first);
        canvas.right(x, area.y, CELL - 1, &readable(view.across, head), Role::Dim);
    }
    let list = Rect { y: area.y + 1, height: area.height.saturating_sub(2), ..area };
    let shown = view.main.shown(rows.len(), usize::from(list.height));
    for (y, index) in (list.top()..list.bottom()).zip(shown) {
        let row = &rows[index];
        canvas.cut(area.x + 1, y, NAME - 2, &readable(view.by, row), Role::Text);
        for (place, head) in heads.iter().enumerate().skip(first).take(fits) {
            let x = area.x + NAME + column(place - first);
            let here = view.pane == Pane::Main && index == view.main.cursor && place == view.column;
            let Some(mean) = mean(row, head) else {
                canvas.right(x, y, CELL - 1, glyphs.none(), Role::Dim);
                continue;
            };
            let value = number(mean.value, measure.decimals, glyphs);
            let (text, role) = if mean.n < SMALL {
                (format!("{value} ({})", mean.n), Role::Dim)
            } else {
                (format!("{value}  {}", mean.n), Role::Text)
            };
            canvas.right(x, y, CELL - 1, &text, role);
            if here {
                canvas.tint(Rect::new(x, y, CELL, 1), Role::Selected);
            }
        }
    }
    let foot = rows.get(view.main.cursor).zip(heads.get(view.column)).map(|(row, head)| {
        let name = format!("{}, {}", readable(view.by, row), readable(view.across, head));
        match mean(row, head) {
            Some(mean) => {
                let half = mean.half_width().map_or_else(
                    || "no interval for one answer".to_owned(),
                    |half| format!("{}{} (95%, Student t)", glyphs.plus_minus(), number(half, 2, glyphs)),
                );
                format!("{name}: {} {half}, n={}. Enter reads them.", number(mean.value, 2, glyphs), mean.n)
            }
            None => format!("{name}: nobody"),
        }
    });
    let y = area.bottom().saturating_sub(1);
    canvas.cut(area.x + 1, y, area.width.saturating_sub(1), &foot.unwrap_or_default(), Role::Dim);
}

fn column(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX).saturating_mul(CELL)
}
