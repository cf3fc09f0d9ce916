//! Form screen for a new study, with each problem next to its field, and the cost and expected precision before the
//! study runs.

mod before_run;
mod fields;
#[cfg(test)]
mod tests;

use ratatui::layout::Rect;

use crate::kinds;
use crate::station::model::Model;
use crate::station::model::compose::{Checked, Compose, Sending};
use crate::station::symbols::Focus;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption};
use crate::station::widgets::format::{credits, plural, span};

/// The width from which on the preview is next to the form.
const BESIDE_FROM: u16 = 110;

/// The breadcrumb of the form.
pub(super) fn trail(model: &Model, form: &Compose) -> Vec<(String, Role)> {
    let mut facts = vec![("studies / new".to_owned(), Role::Text)];
    if let Some(saved) = form.saved_at {
        let age = span(model.now.ms.saturating_sub(saved) / 1000);
        facts.push((format!("draft saved {age} ago"), Role::Dim));
    }
    match &form.checked {
        _ if form.sending == Sending::UnderWay => facts.push(("sending".to_owned(), Role::Running)),
        Checked::Not => facts.push(("write a text to have it checked".to_owned(), Role::Dim)),
        Checked::Good(preview) if let Some(missing) = preview.missing_credits() => {
            facts.push((format!("{} missing", credits(missing)), Role::Bad));
        }
        Checked::Good(_) => facts.push(("ready to run".to_owned(), Role::Good)),
        Checked::Bad(error) => {
            let count = u64::try_from(error.problems.len()).unwrap_or(1).max(1);
            facts.push((plural(count, "thing to mend", "things to mend"), Role::Bad));
        }
    }
    facts
}

/// Draws the form; returns the position of its text cursor.
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
    let kind = kinds::view(form.study_type());
    let foot = if fields::overflow(form, left) { "Tab goes through all fields" } else { "" };
    let caption = Caption { title: "New study", count: kind.about, foot };
    let inner = canvas.pane(left, caption, Focus::Here);
    let cursor = fields::draw(form, canvas, inner);
    before_run::draw(model, form, canvas, right);
    cursor
}
