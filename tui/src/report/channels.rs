//! Channel section of the report, construct by construct: the direct answer, semantic similarity ratings (SSR) of free
//! texts, and a second model's ratings, each labelled with its scale. Channels are never averaged.

use protocol::channels::{Channel, ChannelResult, Construct, ConstructResult};
use protocol::quality::Figure;
use protocol::results::{Estimate, Results};
use protocol::safe;
use unicode_width::UnicodeWidthStr;

use crate::look::{Role, pad, pad_left, thousands};
use crate::report::estimates::with_minus;
use crate::report::page::ReportPage;

/// Columns of the value, the interval and the count; the label gets the rest, within bounds.
const COLUMNS: (usize, usize, usize) = (6, 16, 9);
/// Columns before the label, and between the value and the interval.
const SPACES: (usize, usize) = (4, 2);
/// The scale onto which direct answers on other scales are mapped.
const MAPPED: (i32, i32) = (1, 5);
/// Columns of the label, at most.
const LABEL_MAX: usize = 40;

/// One number of a channel, or the reason why there is none.
pub(crate) struct ChannelRow {
    pub(crate) channel: Channel,
    /// The number, and its scale.
    pub(crate) mean: Option<Estimate>,
    pub(crate) scale: (i32, i32),
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

/// Every channel of a construct, in order; a direct mean on another scale also as mapped to 1 to 5.
pub(crate) fn rows(result: &ConstructResult) -> Vec<ChannelRow> {
    let mut rows = Vec::new();
    for (channel, heard) in &result.channels {
        let by = heard
            .engine
            .as_deref()
            .map_or_else(String::new, |engine| format!(" ({})", safe::line(engine)));
        let (low, high) = heard.scale;
        let label = format!("{channel}{by}, {} to {high}", minus(low));
        match &heard.mean {
            Figure::Known(mean) => {
                rows.push(row((*channel, heard.scale), label, mean, shares(heard)));
            }
            Figure::Undefined { undefined } => rows.push(ChannelRow {
                channel: *channel,
                mean: None,
                scale: heard.scale,
                label,
                value: "none".to_owned(),
                interval: format!("({})", safe::line(undefined)),
                answers: String::new(),
                shares: String::new(),
            }),
        }
        if let Some(mapped) = &heard.mapped {
            let label = format!("{channel} laid onto 1 to 5");
            rows.push(row((*channel, MAPPED), label, mapped, String::new()));
        }
    }
    rows
}

/// Notes on the rows, as sentences: the agreement, the attainable range, missing readings, and the warnings.
pub(crate) fn sentences(result: &ConstructResult) -> Vec<String> {
    let missing = missing(result).into_iter().map(|missing| missing.sentence);
    agreement(result).into_iter().chain(reach(result)).chain(missing).chain(notes(result)).collect()
}

/// The agreement of SSR readings and ratings.
pub(crate) fn agreement(result: &ConstructResult) -> Option<String> {
    Some(match result.agreement.as_ref()? {
        Figure::Known(alpha) => format!(
            "SSR and rater agree to an ordinal alpha (Krippendorff) of {:.2}{}, over {} texts that both could read.",
            alpha.value,
            interval(alpha).map_or_else(String::new, |ends| format!(" ({ends})")),
            thousands(i128::from(alpha.n))
        ),
        Figure::Undefined { undefined } => {
            format!("How far SSR and rater agree is not known: {}.", safe::line(undefined))
        }
    })
}

/// The attainable range of SSR readings.
pub(crate) fn reach(result: &ConstructResult) -> Option<String> {
    match &result.attainable {
        Some(range) => Some(format!(
            "SSR can reach {:.2} to {:.2} of 1 to 5 with {} ({} sets of anchors, each read against the others; their points {}).",
            range.low,
            range.high,
            safe::line(&range.model),
            range.sets,
            if range.in_order { "come out in order" } else { "do not come out in order" }
        )),
        None => result
            .channels
            .contains_key(&Channel::Ssr)
            .then(|| "What SSR can reach is not known: not every anchor could be read.".to_owned()),
    }
}

/// Respondents without a reading of a channel, for one reason.
pub(crate) struct Unheard {
    pub(crate) channel: Channel,
    /// The reason, as in the results.
    pub(crate) why: String,
    pub(crate) sentence: String,
}

/// Missing readings of each channel.
pub(crate) fn missing(result: &ConstructResult) -> Vec<Unheard> {
    let of_channel = |(channel, heard): (&Channel, &ChannelResult)| {
        let channel = *channel;
        let unheard = heard.missing.iter().map(move |(why, count)| Unheard {
            channel,
            why: why.clone(),
            sentence: format!(
                "Without {channel}: {} ({}).",
                thousands(i128::from(*count)),
                safe::line(why)
            ),
        });
        unheard.collect::<Vec<_>>()
    };
    result.channels.iter().flat_map(of_channel).collect()
}

/// Where channels disagree, and what limits them.
pub(crate) fn notes(result: &ConstructResult) -> impl Iterator<Item = String> + '_ {
    result.notes.iter().map(|note| safe::line(note).into_owned())
}

/// Draws the section; nothing where there is only the direct channel.
pub(crate) fn draw(results: &Results, page: &mut ReportPage) {
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
        for ChannelRow { label, value, interval, answers, shares, .. } in rows(result) {
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

fn row(
    (channel, scale): (Channel, (i32, i32)),
    label: String,
    estimate: &Estimate,
    shares: String,
) -> ChannelRow {
    ChannelRow {
        channel,
        mean: Some(estimate.clone()),
        scale,
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

/// A number with a typographic minus sign.
fn minus(number: impl ToString) -> String {
    with_minus(number.to_string())
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
        let mut page = ReportPage::new(Look::PLAIN);
        draw(&results, &mut page);
        insta::assert_snapshot!("channels", page.finish());
        let mut page = ReportPage::new(Look::PLAIN);
        let plain = fixtures::concept_test().results;
        draw(&plain.unwrap_or_else(|| panic!("it has results")), &mut page);
        assert_eq!(page.finish(), "\n", "one channel is no table");
    }
}
