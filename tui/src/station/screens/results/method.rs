//! Method view: every estimate with its interval and method, the panel compared with the population, and caveats for
//! the reader.

use protocol::results::Results;
use protocol::run::Study;
use ratatui::layout::Rect;

use crate::kinds;
use crate::station::model::Model;
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, wrap};
use crate::station::widgets::format::{number, words};

/// The lines of the page, not wrapped.
pub(super) fn lines(study: &Study, results: &Results) -> Vec<(String, Role)> {
    use crate::station::symbols::Glyphs;
    let glyphs = Glyphs::Unicode;
    let mut lines = vec![(
        format!(
            "{} with {} of {}, engine {} ({}), seed {}",
            kinds::view(study.instrument).title,
            study.panel.delivered,
            kinds::view(study.instrument).count(study.panel.requested),
            study.engine,
            study.model,
            study.seed
        ),
        Role::Text,
    )];
    for (field, estimate) in &results.estimates {
        let show = |value| number(value, 2, glyphs);
        let interval = match (estimate.low, estimate.high) {
            (Some(low), Some(high)) => format!("[{}, {}]", show(low), show(high)),
            _ => "no interval".to_owned(),
        };
        let method = words(&estimate.method);
        let name = words(field);
        lines.push((
            format!(
                "{name:<22} {:>8}  {interval}  n={}  {method}",
                show(estimate.value),
                estimate.n
            ),
            Role::Text,
        ));
    }
    for note in &results.diagnostics.notes {
        lines.push((format!("! {note}"), Role::Warning));
    }
    for (reason, count) in &results.diagnostics.not_answered {
        lines.push((
            format!("no answer: {} ({count})", protocol::safe::line(reason)),
            Role::Warning,
        ));
    }
    lines.push(("Panel against population, in percent:".to_owned(), Role::Dim));
    for (dimension, classes) in &results.margins {
        let shares: Vec<String> = classes
            .iter()
            .map(|(class, margin)| {
                let show = |share: f64| number(share * 100.0, 0, glyphs);
                format!("{} {}/{}", words(class), show(margin.realised), show(margin.target))
            })
            .collect();
        lines.push((format!("{}: {}", words(dimension), shares.join(", ")), Role::Dim));
    }
    lines.push((format!("instrument {}", study.instrument_hash), Role::Dim));
    lines
}

/// Draws the page from the cursor on.
pub(super) fn draw(
    model: &Model,
    study: &Study,
    results: &Results,
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let mut y = area.y;
    let width = area.width.saturating_sub(2);
    for (text, role) in lines(study, results).into_iter().skip(model.open_study.results.main.cursor)
    {
        for line in wrap(&text, width) {
            if y >= area.bottom() {
                return;
            }
            canvas.text(area.x + 1, y, width, &line, role);
            y += 1;
        }
    }
}
