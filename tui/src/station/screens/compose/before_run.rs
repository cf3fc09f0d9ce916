//! Preview of a draft: credits, cost and calls, expected precision, and its problems. All of it comes from the daemon.

use protocol::run::{Calls, Preview};
use ratatui::layout::Rect;

use crate::report::calls_of_kind;
use crate::station::model::Model;
use crate::station::model::compose::{Checked, Compose};
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption, wrap};
use crate::station::widgets::format::{credits, number, plural, stopped, thousands};

/// Draws the preview.
pub(super) fn draw(model: &Model, form: &Compose, canvas: &mut Canvas<'_>, area: Rect) {
    let inner = canvas.pane(
        area,
        Caption { title: "Before you run", count: "", foot: "" },
        Focus::Elsewhere,
    );
    let mut lines: Vec<(String, Role)> = Vec::new();
    match &form.checked {
        Checked::Good(preview) => good(model, form, preview, canvas, &mut lines),
        Checked::Bad(error) => {
            lines.push((stopped(&error.message), Role::Bad));
            for problem in &error.problems {
                let field = form.place_of(problem).and_then(|key| form.field(key));
                let place = field.map_or(problem.place.as_str(), |field| field.label);
                lines.push((format!("{place}: {}", problem.what), Role::Bad));
                lines.push((format!("  {}", problem.hint), Role::Text));
            }
            lines.extend(error.hints.iter().map(|hint| (hint.to_string(), Role::Text)));
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

fn good(
    model: &Model,
    form: &Compose,
    preview: &Preview,
    canvas: &Canvas<'_>,
    lines: &mut Vec<(String, Role)>,
) {
    let glyphs = canvas.glyphs();
    let whole = |amount: i64| thousands(u64::try_from(amount).unwrap_or(0));
    let (needed, balance) = (whole(preview.credits.0), whole(preview.balance.0));
    let missing = preview.missing_credits();
    if let Some(missing) = missing {
        let mark = glyphs.bad();
        lines.push((
            format!("{mark} {needed} credits are needed, and you have {balance}"),
            Role::Bad,
        ));
        let hint = format!(
            "`demoscope credits grant {missing}` in a shell adds the {}; a smaller panel needs fewer.",
            credits(missing),
        );
        lines.push((hint, Role::Text));
    } else {
        lines.push((format!("{} {needed} of your {balance} credits", glyphs.good()), Role::Good));
    }
    let (least, most) = preview.cost_usd;
    if most > 0.0 {
        lines.push((
            format!("real cost ${least:.2} to ${most:.2}{}", besides(&preview.calls)),
            Role::Warning,
        ));
    } else if preview.calls.is_empty() {
        lines.push(("no real cost: the engine runs on this machine".to_owned(), Role::Text));
    } else if preview.calls.iter().all(|calls| calls.cost_usd.is_none()) {
        lines.push((format!("real cost not known{}", besides(&preview.calls)), Role::Warning));
    } else {
        lines.push((format!("no real cost{}", besides(&preview.calls)), Role::Text));
    }
    if let Some((half, unit)) = &preview.expected_half_width {
        let half = number(*half, 2, glyphs);
        lines.push((
            format!(
                "of {} expect {}{half} {} (95%)",
                plural(preview.panel.into(), "answer", "answers"),
                glyphs.plus_minus(),
                protocol::safe::line(unit)
            ),
            Role::Text,
        ));
    }
    // With a single type of call, the total is already its cost.
    if preview.calls.len() > 1 {
        let of_kind = |calls| glyphs.plain(&calls_of_kind(calls));
        let kinds = preview.calls.iter().map(|calls| (format!("  {}", of_kind(calls)), Role::Text));
        lines.extend(kinds);
    }
    let people = thousands(preview.panel.into());
    // A seed that was not chosen is drawn again when the study starts.
    let seed = form
        .field("seed")
        .filter(|field| !form.says(field))
        .map_or_else(|| format!("seed {}", preview.seed), |_| "a seed of its own".to_owned());
    lines.push((format!("{people} people, engine {}, {seed}", preview.engine), Role::Dim));
    for note in &preview.notes {
        lines.push((format!("{} {note}", glyphs.warning()), Role::Warning));
    }
    let run = model
        .keymap
        .keys(crate::station::action::Place::Compose, crate::station::action::Action::Run);
    if missing.is_none() {
        let run = run.first().cloned().unwrap_or_default();
        lines.push((format!("{run} runs it"), Role::Accent));
    }
    lines.push((String::new(), Role::Text));
    lines.push(("What the first respondent is asked:".to_owned(), Role::Dim));
    lines.extend(preview.questionnaire.lines().map(|line| (line.to_owned(), Role::Quote)));
}

/// The number of calls, and how many of them are not for the answers themselves.
fn besides(calls: &[Calls]) -> String {
    let count = |calls: &[Calls]| calls.iter().map(|calls| calls.count).sum::<u64>();
    match calls {
        [] => String::new(),
        [answers] => format!(" for {}", plural(answers.count, "call", "calls")),
        [answers, others @ ..] => format!(
            " for {}: {} and {} besides",
            plural(count(calls), "call", "calls"),
            plural(answers.count, "answer", "answers"),
            thousands(count(others)),
        ),
    }
}
