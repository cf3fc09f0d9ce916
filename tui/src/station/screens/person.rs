//! Respondent page: their whole answer and all attributes of the persona. Every drill-down ends here.

use protocol::channels::{BILLION, Heard};
use protocol::results::Response;
use protocol::run::Study;
use ratatui::layout::Rect;

use crate::kinds;
use crate::report::channels::construct;
use crate::station::model::Model;
use crate::station::model::class::{Dimension, readable};
use crate::station::model::layer::Person;
use crate::station::model::open_study::OpenStudy;
use crate::station::model::people;
use crate::station::symbols::{Focus, Glyphs};
use crate::station::theme::Role;
use crate::station::widgets::canvas::{Canvas, Caption, wrap};
use crate::station::widgets::format::number;

/// The maximum width of a readable page.
const WIDTH_MAX: u16 = 92;

/// The estimates of the respondent's classes with intervals: one line for each dimension, if the report is loaded.
fn groups(model: &Model, study: &Study, response: &Response, glyphs: Glyphs) -> Vec<String> {
    let Some(measure) = kinds::view(study.instrument).main else { return Vec::new() };
    let Some(persona) = response.respondent.persona() else { return Vec::new() };
    let Some(results) = model.open_study.found() else { return Vec::new() };
    let show = |value| number(value, measure.decimals.max(1), glyphs);
    Dimension::ALL
        .into_iter()
        .filter_map(|dimension| {
            let class = dimension.class(persona);
            let segment = results.segments.get(dimension.field())?.get(&class)?;
            let estimate = segment.estimates.get(measure.field)?;
            let interval = match (estimate.low, estimate.high) {
                (Some(low), Some(high)) => format!(", {} to {}", show(low), show(high)),
                _ => String::new(),
            };
            let name = format!("{} {}", dimension.label(), readable(dimension, &class));
            Some(format!(
                "{name:<26} {} {}{interval}, n={}",
                measure.label,
                show(estimate.value),
                segment.n
            ))
        })
        .collect()
}

/// The second answer of a respondent who saw the variants in both orders.
fn in_other_order(study: &Study, second: &Response) -> Vec<(String, String)> {
    let mark = (OpenStudy::instrument(study).mark)(kinds::mark(&second.answer));
    let mut facts = vec![
        ("asked again".to_owned(), "in the other order".to_owned()),
        ("then chose".to_owned(), mark),
        ("and said".to_owned(), second.answer.reasoning().to_owned()),
    ];
    facts.extend(kinds::facts(&second.answer));
    facts
}

/// The readings of each channel, construct by construct: label, fact, colour.
fn channel_readings(response: &Response, glyphs: Glyphs) -> Vec<(&'static str, String, Role)> {
    let mut lines = Vec::new();
    for (of, channel_readings) in response.channels.iter().flatten() {
        lines.push(("", " ".to_owned(), Role::Text));
        lines.push(("", format!("{}, channel by channel:", construct(*of)), Role::Dim));
        let (low, high) = of.direct_scale();
        let of_scale = |value: f64, decimals, low: i32, high: i32| {
            let show = |value: f64, decimals| number(value, decimals, glyphs);
            let (low, high) = (show(f64::from(low), 0), show(f64::from(high), 0));
            format!("{} of {low} to {high}", show(value, decimals))
        };
        lines.push((
            "direct",
            of_scale(f64::from(channel_readings.direct), 0, low, high),
            Role::Text,
        ));
        if let Some(text) = &channel_readings.text {
            let said = format!("{}{text}{}", glyphs.quote_open(), glyphs.quote_close());
            lines.push(("in words", said, Role::Quote));
        }
        match &channel_readings.ssr {
            Some(Heard::Known(pmf)) => {
                let mean = pmf.mean_billionths() as f64 / f64::from(BILLION);
                let share =
                    |share: &u32| number(f64::from(*share) / f64::from(BILLION) * 100.0, 0, glyphs);
                let shares: Vec<String> = pmf.0.iter().map(share).collect();
                let fact =
                    format!("{} (at each point {} %)", of_scale(mean, 2, 1, 5), shares.join(", "));
                lines.push(("ssr", fact, Role::Text));
            }
            Some(Heard::Undetermined { undetermined }) => {
                lines.push(("ssr", format!("undetermined: {undetermined}"), Role::Warning));
            }
            None => {}
        }
        match &channel_readings.rater {
            Some(Heard::Known(rated)) => {
                lines.push(("rater", of_scale(f64::from(rated.rating), 0, 1, 5), Role::Text));
            }
            Some(Heard::Undetermined { undetermined }) => {
                lines.push(("rater", format!("undetermined: {undetermined}"), Role::Warning));
            }
            None => {}
        }
    }
    lines
}

/// Draws the page.
pub(super) fn draw(
    model: &Model,
    person: &Person,
    canvas: &mut Canvas<'_>,
    body: Rect,
) -> Option<(u16, u16)> {
    let width = body.width.saturating_sub(4).min(WIDTH_MAX);
    let height = body.height.saturating_sub(2);
    let area = Rect::new(body.x + (body.width - width) / 2, body.y + 1, width, height);
    canvas.clear(area);
    let ordinal = person.people.get(person.at).copied().unwrap_or(0);
    let place = format!("{} of {}", person.at + 1, person.people.len());
    let response = model.open_study.responses.get(&ordinal);
    let name = response
        .map_or_else(|| format!("p{}", ordinal + 1), |response| people::name(&response.respondent));
    let kind = response.map_or("respondent", |response| people::kind(&response.respondent));
    let caption = Caption { title: &name, count: &place, foot: kind };
    let inner = canvas.pane(area, caption, Focus::Here);
    let text = Rect::new(inner.x + 1, inner.y, inner.width.saturating_sub(2), inner.height);
    let (Some(response), Some(study)) = (response, model.study()) else {
        canvas.text(text.x, text.y, text.width, "The answer is being loaded.", Role::Dim);
        return None;
    };
    let mut lines: Vec<(String, Role)> = vec![(people::brief(&response.respondent), Role::Dim)];
    let second = model.open_study.in_other_order.get(&ordinal);
    let mark = (OpenStudy::instrument(study).mark)(model.open_study.mark_of(response));
    lines.push((format!("{}  {mark}", response.id), Role::Strong));
    lines.push((String::new(), Role::Text));
    let glyphs = canvas.glyphs();
    let said =
        format!("{}{}{}", glyphs.quote_open(), response.answer.reasoning(), glyphs.quote_close());
    lines.extend(wrap(&said, text.width).into_iter().map(|line| (line, Role::Quote)));
    lines.push((String::new(), Role::Text));
    let said = kinds::facts(&response.answer)
        .into_iter()
        .chain(second.into_iter().flat_map(|second| in_other_order(study, second)));
    let known = response.respondent.persona().map(people::facts).unwrap_or_default();
    let known = known.into_iter().map(|(label, text)| (label.to_owned(), text));
    for (label, fact) in said.chain([(String::new(), String::new())]).chain(known) {
        let shown = if label.is_empty() { String::new() } else { format!("{label:<13} {fact}") };
        let wrapped = wrap(&shown, text.width);
        if wrapped.is_empty() {
            lines.push((String::new(), Role::Text));
        }
        lines.extend(wrapped.into_iter().map(|line| (line, Role::Text)));
    }
    for (label, fact, role) in channel_readings(response, glyphs) {
        let shown = if label.is_empty() { fact } else { format!("{label:<13} {fact}") };
        lines.extend(wrap(&shown, text.width).into_iter().map(|line| (line, role)));
    }
    let groups = groups(model, study, response, glyphs);
    if !groups.is_empty() {
        lines.push((String::new(), Role::Text));
        lines.push(("The groups they belong to:".to_owned(), Role::Dim));
        lines.extend(groups.into_iter().map(|line| (line, Role::Text)));
    }
    if lines.len() > usize::from(text.height) {
        let hint = format!(" {} ", canvas.glyphs().keys("\u{2191}\u{2193} more"));
        canvas.text(area.x + 2, area.bottom() - 1, text.width, &hint, Role::Dim);
    }
    let top = person.scroll.min(lines.len().saturating_sub(usize::from(text.height)));
    for (y, (line, role)) in (text.top()..text.bottom()).zip(&lines[top..]) {
        canvas.text(text.x, y, text.width, line, *role);
    }
    None
}
