//! What each channel heard, construct by construct: the direct answer, the readings of free texts against anchors (SSR),
//! and another model's ratings, each labelled with its scale. Nothing here is averaged over channels.

use protocol::channels::{Channel, ChannelResult, Construct, ConstructResult};
use protocol::quality::Figure;
use protocol::results::{Estimate, Results};
use protocol::safe;
use unicode_width::UnicodeWidthStr;

use crate::look::{Role, pad, pad_left, thousands};
use crate::report::page::Page;

/// Columns of the value, the interval and the count; the label takes what is left, within bounds.
const COLUMNS: (usize, usize, usize) = (6, 16, 9);
/// Columns before the label, and between the value and the interval.
const SPACES: (usize, usize) = (4, 2);
/// Most columns of the label.
const LABEL_MAX: usize = 40;

/// One number of a channel, or the reason why there is none.
pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) interval: String,
    pub(crate) answers: String,
    /// The share of the panel at each value, lowest first.
    pub(crate) shares: String,
}

/// A construct in words.
pub(crate) fn construct(construct: Construct) -> &'static str {
    match construct {
        Construct::PurchaseIntent => "Purchase intent",
        Construct::Liking => "Liking",
        Construct::Recommendation => "Recommendation",
        Construct::Sentiment => "Sentiment",
    }
}

/// Every channel of a construct, in order; a direct mean on another scale also as it lies on 1 to 5.
pub(crate) fn rows(result: &ConstructResult) -> Vec<Row> {
    let mut rows = Vec::new();
    for (channel, heard) in &result.channels {
        let by = heard
            .engine
            .as_deref()
            .map_or_else(String::new, |engine| format!(" ({})", safe::line(engine)));
        let (low, high) = heard.scale;
        let label = format!("{channel}{by}, {} to {high}", minus(low));
        match &heard.mean {
            Figure::Known(mean) => rows.push(row(label, mean, shares(heard))),
            Figure::Undefined { undefined } => rows.push(Row {
                label,
                value: "none".to_owned(),
                interval: format!("({})", safe::line(undefined)),
                answers: String::new(),
                shares: String::new(),
            }),
        }
        if let Some(mapped) = &heard.mapped {
            let label = format!("{channel} laid onto 1 to 5");
            rows.push(row(label, mapped, String::new()));
        }
    }
    rows
}

/// What to know about the rows, in sentences: the agreement, what readings can reach, who is missing, and the warnings.
pub(crate) fn sentences(result: &ConstructResult) -> Vec<String> {
    let mut said = Vec::new();
    match &result.agreement {
        Some(Figure::Known(alpha)) => said.push(format!(
            "SSR and rater agree to an ordinal alpha (Krippendorff) of {:.2}{}, over {} texts that both could read.",
            alpha.value,
            interval(alpha).map_or_else(String::new, |ends| format!(" ({ends})")),
            thousands(i128::from(alpha.n))
        )),
        Some(Figure::Undefined { undefined }) => said.push(format!(
            "How far SSR and rater agree is not known: {}.",
            safe::line(undefined)
        )),
        None => {}
    }
    match &result.attainable {
        Some(range) => said.push(format!(
            "SSR can reach {:.2} to {:.2} of 1 to 5 with {} ({} sets of anchors, each read against the others; their points {}).",
            range.low,
            range.high,
            safe::line(&range.model),
            range.sets,
            if range.in_order { "come out in order" } else { "do not come out in order" }
        )),
        None if result.channels.contains_key(&Channel::Ssr) => {
            said.push("What SSR can reach is not known: not every anchor could be read.".to_owned());
        }
        None => {}
    }
    for (channel, heard) in &result.channels {
        for (why, count) in &heard.missing {
            let count = thousands(i128::from(*count));
            said.push(format!("Without {channel}: {count} ({}).", safe::line(why)));
        }
    }
    said.extend(result.notes.iter().map(|note| safe::line(note).into_owned()));
    said
}

/// Draws them; nothing where there is only the direct answer.
pub(crate) fn draw(results: &Results, page: &mut Page) {
    if results.channels.is_empty() {
        return;
    }
    let look = page.look;
    let wide = look.width >= 72;
    let fixed = SPACES.0 + COLUMNS.0 + SPACES.1 + COLUMNS.1 + if wide { COLUMNS.2 } else { 0 };
    let width = look.width.saturating_sub(fixed).min(LABEL_MAX);
    page.heading(
        "Channels side by side",
        if wide { "95 % interval   answers" } else { "95 % interval" },
    );
    for (of, result) in &results.channels {
        page.line(format!("  {}", look.paint(Role::Strong, construct(*of))));
        for Row { label, value, interval, answers, shares } in rows(result) {
            if label.width() > width || interval.width() > COLUMNS.1 {
                let text = format!("{label}: {value} {interval}");
                page.paragraph(&text, "    ", "      ", None);
            } else {
                let count = if wide { pad_left(&answers, COLUMNS.2) } else { String::new() };
                page.line(format!(
                    "    {}{}  {}{}",
                    pad(&label, width),
                    look.paint(Role::Strong, &pad_left(&value, COLUMNS.0)),
                    pad_left(&interval, COLUMNS.1),
                    look.paint(Role::Dim, &count),
                ));
            }
            if !shares.is_empty() {
                let text = format!("at each point: {shares}");
                page.paragraph(&text, "      ", "      ", Some(Role::Dim));
            }
        }
        for sentence in sentences(result) {
            page.bullet(&sentence);
        }
    }
}

fn row(label: String, estimate: &Estimate, shares: String) -> Row {
    Row {
        label,
        value: minus(format!("{:.2}", estimate.value)),
        interval: interval(estimate).unwrap_or_else(|| "no interval".to_owned()),
        answers: thousands(i128::from(estimate.n)),
        shares,
    }
}

fn interval(estimate: &Estimate) -> Option<String> {
    let (low, high) = estimate.low.zip(estimate.high)?;
    Some(format!("{} to {}", minus(format!("{low:.2}")), minus(format!("{high:.2}"))))
}

fn shares(heard: &ChannelResult) -> String {
    let percent = |share: &f64| format!("{:.0} %", 100.0 * share);
    heard.pmf.iter().map(percent).collect::<Vec<_>>().join(", ")
}

/// A number with a real minus.
fn minus(number: impl ToString) -> String {
    number.to_string().replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::Look;
    use crate::report::fixtures;

    #[test]
    fn each_channel_stands_on_its_own_scale_with_what_limits_it() {
        let report = fixtures::with_channels();
        let Some(results) = report.results else { panic!("the fixture has results") };
        let mut page = Page::new(Look::PLAIN);
        draw(&results, &mut page);
        insta::assert_snapshot!("channels", page.finish());
        let mut page = Page::new(Look::PLAIN);
        let plain = fixtures::concept_test().results;
        draw(&plain.unwrap_or_else(|| panic!("it has results")), &mut page);
        assert_eq!(page.finish(), "\n", "one channel is no table");
    }
}
