//! The form for a new study, with what is wrong beside the field it is about, and what it would cost and tell before it
//! runs.

use protocol::run::Preview;
use ratatui::layout::Rect;

use crate::station::instrument;
use crate::station::model::Model;
use crate::station::model::compose::{
    Attached, Checked, Compose, FILE_FIELD, Field, Sending, TEXT, Value,
};
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption, columns, wrap};
use crate::station::widgets::format::{number, plural, span, thousands, words};
use crate::station::widgets::textbox::Lines;

/// From this width on the preview stands beside the form.
const BESIDE_FROM: u16 = 110;
/// Columns of the labels.
const LABEL: u16 = 12;

/// Where you are.
pub(super) fn trail(model: &Model, form: &Compose) -> Vec<(String, Role)> {
    let mut facts = vec![("studies / new".to_owned(), Role::Text)];
    if let Some(saved) = form.saved_at {
        let age = span(model.now.ms.saturating_sub(saved) / 1000);
        facts.push((format!("draft saved {age} ago"), Role::Dim));
    }
    match &form.checked {
        _ if form.sending == Sending::UnderWay => facts.push(("sending".to_owned(), Role::Running)),
        Checked::Not => facts.push(("write a text to have it checked".to_owned(), Role::Dim)),
        Checked::Good(_) => facts.push(("ready to run".to_owned(), Role::Good)),
        Checked::Bad(error) => {
            let count = u64::try_from(error.problems.len()).unwrap_or(1).max(1);
            facts.push((plural(count, "thing to mend", "things to mend"), Role::Bad));
        }
    }
    facts
}

/// Draws the form; gives the place of its cursor.
pub(super) fn draw(
    model: &Model,
    form: &Compose,
    canvas: &mut Canvas<'_>,
    body: Rect,
) -> Option<(u16, u16)> {
    let (left, right) = if body.width >= BESIDE_FROM {
        let side = body.width * 2 / 5;
        let left = Rect { width: body.width - side, ..body };
        (left, Rect { x: left.right(), width: side, ..body })
    } else {
        let below = (body.height / 3).min(8);
        let left = Rect { height: body.height - below, ..body };
        (left, Rect { y: left.bottom(), height: below, ..body })
    };
    let kind = instrument::of(form.study_type());
    let room = left.height.saturating_sub(2);
    let is_longer = heights(form, room).iter().sum::<u16>() > room;
    let foot = if is_longer { "Tab goes through all fields" } else { "" };
    let caption = Caption { title: "New study", count: kind.about, foot };
    let inner = canvas.pane(left, caption, Focus::Here);
    let cursor = fields(form, canvas, inner);
    before_run(model, form, canvas, right);
    cursor
}

/// How many lines each field takes: the text gets what the others leave.
fn heights(form: &Compose, room: u16) -> Vec<u16> {
    const QUESTIONS: u16 = 4;
    let own = |field: &Field| {
        let lines = match (&field.value, field.key) {
            _ if !form.is_shown(field) => return 0,
            (_, TEXT) => 0,
            (Value::Typed(input), _) if input.lines() == Lines::Many => QUESTIONS,
            _ => 1,
        };
        lines + u16::from(form.problem(field).is_some())
    };
    let left = room.saturating_sub(form.fields.iter().map(own).sum());
    form.fields
        .iter()
        .map(|field| own(field) + if field.key == TEXT { left.clamp(4, 16) } else { 0 })
        .collect()
}

fn fields(form: &Compose, canvas: &mut Canvas<'_>, area: Rect) -> Option<(u16, u16)> {
    let heights = heights(form, area.height);
    // The field with the keys is always in sight.
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
        let at = draw_field(form, field, here, canvas, line);
        if here {
            cursor = at;
        }
        y += height;
    }
    cursor
}

fn draw_field(
    form: &Compose,
    field: &Field,
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
    let problem = form.problem(field);
    let room = Rect::new(
        area.x + 2 + LABEL,
        area.y,
        area.width.saturating_sub(LABEL + 3),
        area.height - u16::from(problem.is_some() && area.height > 1),
    );
    let mut cursor = None;
    if !here && form.is_left_to_text(field) {
        canvas.cut(room.x, room.y, room.width, &as_the_text_says(form, field), Role::Text);
        return None;
    }
    match &field.value {
        Value::Choice(choices, at) => choice(choices, *at, here, canvas, room),
        Value::Typed(input) => {
            if here {
                canvas.tint(room, Role::Input);
            }
            if input.text().is_empty() {
                let hint = if field.key == TEXT {
                    instrument::of(form.study_type()).stimulus
                } else {
                    field.hint
                };
                canvas.cut(room.x, room.y, room.width, hint, Role::Dim);
            }
            let at = input.draw(canvas, room, Role::Text);
            cursor = at.filter(|_| here);
            if form.is_left_to_text(field) {
                // What stands in the field is not what is asked for until it is touched.
                let said = as_the_text_says(form, field);
                canvas.right(room.x, room.y, room.width, &said, Role::Warning);
            }
            if field.key == FILE_FIELD {
                attached(form, canvas, room, columns(input.text()));
            }
        }
    }
    if let Some(problem) = problem
        && area.height > 1
    {
        let text = format!("{} {} {} {}", glyphs.bad(), problem.what, glyphs.dot(), problem.hint);
        canvas.cut(room.x, area.bottom() - 1, room.width, &text, Role::Bad);
    }
    cursor
}

/// What the head of the text decides about a field, as far as the daemon has told.
fn as_the_text_says(form: &Compose, field: &Field) -> String {
    let told = match &form.checked {
        Checked::Good(preview) => match field.key {
            "study" => Some(instrument::of(preview.instrument).title.to_owned()),
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

/// A choice: the word and, while it has the keys, its neighbours.
fn choice(choices: &[&'static str], at: usize, here: bool, canvas: &mut Canvas<'_>, room: Rect) {
    let glyphs = canvas.glyphs();
    if !here {
        let shown = choices.get(at).map(|word| words(word)).unwrap_or_default();
        canvas.cut(room.x, room.y, room.width, &shown, Role::Text);
        return;
    }
    let width = |word: &str| columns(word) + columns(glyphs.radio_on()) + 3;
    // The chosen word is always in sight.
    let mut first = 0;
    while first < at && choices[first..=at].iter().map(|word| width(word)).sum::<u16>() > room.width
    {
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
            break;
        }
        x = canvas.text(x, room.y, left, &format!("{mark} {}", words(word)), role) + 2;
    }
}

/// What came of the named file.
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

/// What it would take and tell.
fn before_run(model: &Model, form: &Compose, canvas: &mut Canvas<'_>, area: Rect) {
    let inner = canvas.pane(
        area,
        Caption { title: "Before you run", count: "", foot: "" },
        Focus::Elsewhere,
    );
    let mut lines: Vec<(String, Role)> = Vec::new();
    match &form.checked {
        Checked::Good(preview) => good(model, preview, canvas, &mut lines),
        Checked::Bad(error) => {
            lines.push((error.message.clone(), Role::Bad));
            for problem in &error.problems {
                let field = form.place_of(problem).and_then(|key| form.field(key));
                let place = field.map_or(problem.place.as_str(), |field| field.label);
                lines.push((format!("{place}: {}", problem.what), Role::Bad));
                lines.push((format!("  {}", problem.hint), Role::Text));
            }
            lines.extend(error.hints.iter().map(|hint| (hint.clone(), Role::Text)));
        }
        Checked::Not => {
            let text = "Cost, precision and what is wrong stand here as soon as there is a text.";
            lines.push((text.to_owned(), Role::Dim));
        }
    }
    let mut y = inner.y;
    for (text, role) in lines {
        for line in wrap(&text, inner.width.saturating_sub(2)) {
            if y >= inner.bottom() {
                return;
            }
            canvas.text(inner.x + 1, y, inner.width.saturating_sub(2), &line, role);
            y += 1;
        }
    }
}

fn good(model: &Model, preview: &Preview, canvas: &Canvas<'_>, lines: &mut Vec<(String, Role)>) {
    let glyphs = canvas.glyphs();
    let whole = |amount: i64| thousands(u64::try_from(amount).unwrap_or(0));
    let (credits, balance) = (preview.credits.0, preview.balance.0);
    let (mark, role) =
        if credits <= balance { (glyphs.good(), Role::Good) } else { (glyphs.bad(), Role::Bad) };
    lines.push((format!("{mark} {} of your {} credits", whole(credits), whole(balance)), role));
    let (least, most) = preview.cost_usd;
    if most > 0.0 {
        lines.push((format!("real cost ${least:.2} to ${most:.2}"), Role::Warning));
    } else {
        lines.push(("no real cost: the engine runs on this machine".to_owned(), Role::Text));
    }
    if let Some((half, unit)) = &preview.expected_half_width {
        let half = number(*half, 2, glyphs);
        lines.push((
            format!(
                "expected 95% interval {}{half} {}",
                glyphs.plus_minus(),
                protocol::safe::line(unit)
            ),
            Role::Text,
        ));
    }
    let people = thousands(preview.panel.into());
    lines.push((
        format!("{people} people, engine {}, seed {}", preview.engine, preview.seed),
        Role::Dim,
    ));
    for note in &preview.notes {
        lines.push((format!("{} {note}", glyphs.warning()), Role::Warning));
    }
    let run = model
        .keymap
        .keys(crate::station::action::Place::Compose, crate::station::action::Action::Run);
    lines.push((format!("{} runs it", run.first().cloned().unwrap_or_default()), Role::Accent));
    lines.push((String::new(), Role::Text));
    lines.push(("What the first respondent is asked:".to_owned(), Role::Dim));
    lines.extend(preview.questionnaire.lines().map(|line| (line.to_owned(), Role::Quote)));
}
