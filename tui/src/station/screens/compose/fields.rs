//! Form fields, one below the other, each with its value, its problem, or the reason why it cannot be edited. The
//! focused field is always visible.

use ratatui::layout::Rect;

use crate::kinds;
use crate::station::model::compose::{Attached, Checked, Compose, FILE_FIELD, Field, TEXT, Value};
use crate::station::symbols::Glyphs;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, columns, fit, wrap};
use crate::station::widgets::format::{plural, thousands};
use crate::station::widgets::textbox::Lines;

/// Columns of the labels.
const LABEL: u16 = 12;

/// Whether the fields exceed a pane of that size.
pub(super) fn overflow(form: &Compose, pane: Rect) -> bool {
    let room = pane.height.saturating_sub(2);
    heights(form, pane.width.saturating_sub(2), room).iter().sum::<u16>() > room
}

/// Lines of each field: the text gets the remaining ones.
fn heights(form: &Compose, width: u16, room: u16) -> Vec<u16> {
    const QUESTIONS: u16 = 4;
    let own = |index: usize, field: &Field| {
        let lines = match (&field.value, field.key) {
            _ if !form.is_shown(field) => return 0,
            _ if !form.is_open(field) => {
                let why = form.refusal(field).unwrap_or_default();
                return u16::try_from(wrap(why, beside(width)).len()).unwrap_or(1);
            }
            (_, TEXT) => 0,
            (Value::Typed(input), _) if input.lines() == Lines::Many => QUESTIONS,
            _ => 1,
        };
        let below = below(form, index, field, Glyphs::Unicode, beside(width));
        lines + u16::try_from(below.len()).unwrap_or(1)
    };
    let all = || form.fields.iter().enumerate();
    let left = room.saturating_sub(all().map(|(index, field)| own(index, field)).sum());
    all()
        .map(|(index, field)| {
            own(index, field) + if field.key == TEXT { left.clamp(4, 16) } else { 0 }
        })
        .collect()
}

/// Columns to the right of the label.
fn beside(width: u16) -> u16 {
    width.saturating_sub(LABEL + 3)
}

/// The lines below a field: its problem, why it has no effect, or what it is about where its own line has no room for that.
fn below(
    form: &Compose,
    index: usize,
    field: &Field,
    glyphs: Glyphs,
    width: u16,
) -> Vec<(String, Role)> {
    if !form.is_open(field) {
        return Vec::new();
    }
    if let Some((text, role)) = complaint(form, field, glyphs) {
        return wrap(&text, width).into_iter().map(|line| (line, role)).collect();
    }
    let is_told = index != form.at
        || match &field.value {
            Value::Choice(choices, _) => {
                let words = choices.iter().map(|word| field.spelled(word));
                let taken = |word: String| columns(&word) + columns(glyphs.radio_on()) + 3;
                let taken: u16 = words.map(taken).sum();
                taken + columns(field.hint) <= width
            }
            Value::Typed(input) => {
                field.key == TEXT
                    || !input.text().is_empty()
                    || columns(&form.hint_of(field)) <= width
            }
        };
    if is_told {
        return Vec::new();
    }
    wrap(field.hint, width).into_iter().map(|line| (line, Role::Dim)).collect()
}

/// The line below a field: its problem, or why it has no effect.
fn complaint(form: &Compose, field: &Field, glyphs: Glyphs) -> Option<(String, Role)> {
    if let Some(problem) = form.problem(field) {
        let text = format!("{} {} {} {}", glyphs.bad(), problem.what, glyphs.dot(), problem.hint);
        return Some((text, Role::Bad));
    }
    let why = form.refusal(field).filter(|_| form.is_open(field))?;
    Some((format!("{} {why}", glyphs.warning()), Role::Warning))
}

/// Draws the fields; returns the position of the text cursor.
pub(super) fn draw(form: &Compose, canvas: &mut Canvas<'_>, area: Rect) -> Option<(u16, u16)> {
    let heights = heights(form, area.width, area.height);
    // The focused field is always visible.
    let mut first = 0;
    while first < form.at && heights[first..=form.at].iter().sum::<u16>() > area.height {
        first += 1;
    }
    let mut cursor = None;
    let mut y = area.y;
    for (index, field) in form.fields.iter().enumerate().skip(first) {
        let height = heights[index].min(area.bottom().saturating_sub(y));
        if height == 0 {
            continue;
        }
        let here = index == form.at;
        let line = Rect::new(area.x, y, area.width, height);
        let at = draw_field(form, (index, field), here, canvas, line);
        if here {
            cursor = at;
        }
        y += height;
    }
    cursor
}

fn draw_field(
    form: &Compose,
    (index, field): (usize, &Field),
    here: bool,
    canvas: &mut Canvas<'_>,
    area: Rect,
) -> Option<(u16, u16)> {
    let glyphs = canvas.glyphs();
    if here {
        canvas.text(area.x, area.y, 1, glyphs.cursor(), Role::Accent);
    }
    let role = if here { Role::Strong } else { Role::Dim };
    canvas.cut(area.x + 2, area.y, LABEL - 1, field.label, role);
    if !form.is_open(field) {
        let why = wrap(form.refusal(field).unwrap_or_default(), beside(area.width));
        for (y, line) in (area.y..area.bottom()).zip(why) {
            canvas.text(area.x + 2 + LABEL, y, beside(area.width), &line, Role::Dim);
        }
        return None;
    }
    let below = below(form, index, field, glyphs, beside(area.width));
    let taken = u16::try_from(below.len()).unwrap_or(0).min(area.height.saturating_sub(1));
    let room = Rect::new(area.x + 2 + LABEL, area.y, beside(area.width), area.height - taken);
    for (y, (text, role)) in (room.bottom()..area.bottom()).zip(&below) {
        canvas.text(room.x, y, room.width, text, *role);
    }
    let mut cursor = None;
    if !here && form.is_left_to_text(field) {
        canvas.cut(room.x, room.y, room.width, &as_the_text_says(form, field), Role::Text);
        return None;
    }
    match &field.value {
        Value::Choice(choices, at) => choice(field, (choices, *at), here, canvas, room),
        Value::Typed(input) => {
            if here {
                canvas.tint(room, Role::Input);
            }
            if input.text().is_empty() {
                let hint = if field.key == TEXT {
                    kinds::view(form.study_type()).stimulus.to_owned()
                } else {
                    form.hint_of(field)
                };
                canvas.cut(room.x, room.y, room.width, &hint, Role::Dim);
            }
            let at = input.draw(canvas, room, Role::Text);
            cursor = at.filter(|_| here);
            if form.is_left_to_text(field) {
                // The value shown is a default and not used until the field is edited.
                let said = as_the_text_says(form, field);
                canvas.right(room.x, room.y, room.width, &said, Role::Warning);
            } else if here {
                names(form, field, canvas, room);
            }
            if field.key == FILE_FIELD {
                attached(form, canvas, room, columns(input.text()));
            }
        }
    }
    cursor
}

/// The value of a field in the front matter, as far as the daemon has reported it.
fn as_the_text_says(form: &Compose, field: &Field) -> String {
    let told = match &form.checked {
        Checked::Good(preview) => match field.key {
            "study" => Some(kinds::view(preview.instrument).title.to_owned()),
            "name" => Some(preview.name.clone()),
            "panel" => Some(thousands(preview.panel.into())),
            "engine" => Some(preview.engine.clone()),
            "seed" => Some(preview.seed.to_string()),
            _ => None,
        },
        Checked::Not | Checked::Bad(_) => None,
    };
    match told {
        Some(told) => format!("{told}  (as the text says)"),
        None => "as the text says".to_owned(),
    }
}

/// A choice: the selected word and, while focused, the words around it.
fn choice(
    field: &Field,
    (choices, at): (&[&'static str], usize),
    here: bool,
    canvas: &mut Canvas<'_>,
    room: Rect,
) {
    let glyphs = canvas.glyphs();
    let choices: Vec<String> = choices.iter().map(|word| field.spelled(word)).collect();
    if !here {
        let shown = choices.get(at).map(String::as_str).unwrap_or_default();
        canvas.cut(room.x, room.y, room.width, shown, Role::Text);
        return;
    }
    let width = |word: &String| columns(word) + columns(glyphs.radio_on()) + 3;
    // The selected word is always visible.
    let mut first = 0;
    while first < at && choices[first..=at].iter().map(width).sum::<u16>() > room.width {
        first += 1;
    }
    let mut x = room.x;
    for (index, word) in choices.iter().enumerate().skip(first) {
        let (mark, role) = if index == at {
            (glyphs.radio_on(), Role::Strong)
        } else {
            (glyphs.radio_off(), Role::Dim)
        };
        let left = room.right().saturating_sub(x);
        if left < width(word) {
            canvas.text(x, room.y, left, glyphs.ellipsis(), Role::Dim);
            return;
        }
        x = canvas.text(x, room.y, left, &format!("{mark} {word}"), role) + 2;
    }
    let left = room.right().saturating_sub(x + 1);
    if columns(field.hint) <= left {
        canvas.right(room.x, room.y, room.width, field.hint, Role::Dim);
    }
}

/// The known names for a line, after the typed text.
fn names(form: &Compose, field: &Field, canvas: &mut Canvas<'_>, room: Rect) {
    let names = form.names(field);
    let others: Vec<&str> = names.into_iter().filter(|name| *name != field.shown()).collect();
    // An empty line shows its hint; the names follow if there is room.
    let typed = field.shown();
    let used = columns(&if typed.is_empty() { form.hint_of(field) } else { typed.to_owned() });
    let left = room.width.saturating_sub(used + 3);
    if !others.is_empty() && left > 0 {
        let others = others.join("  ");
        let list = fit(&others, left, canvas.glyphs());
        canvas.right(room.x, room.y, room.width, &list, Role::Dim);
    }
}

/// The result of reading the named file.
fn attached(form: &Compose, canvas: &mut Canvas<'_>, room: Rect, used: u16) {
    let glyphs = canvas.glyphs();
    let (text, role) = match &form.attached {
        Attached::None if form.files.is_empty() => return,
        Attached::None | Attached::Trouble(_) if !form.files.is_empty() => {
            (form.files.join("  "), Role::Dim)
        }
        Attached::Text(text) => {
            let count = u64::try_from(text.split_whitespace().count()).unwrap_or(0);
            (
                format!(
                    "{} {}, instead of the text above",
                    glyphs.good(),
                    plural(count, "word", "words")
                ),
                Role::Good,
            )
        }
        Attached::Trouble(why) => (format!("{} {why}", glyphs.bad()), Role::Bad),
        Attached::None => return,
    };
    let x = room.x + used + 2;
    canvas.cut(x, room.y, room.right().saturating_sub(x), &text, role);
}
