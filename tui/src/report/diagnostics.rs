//! Diagnostics section: the daemon's notes on the numbers, missing answers, and how well the panel matches its
//! population.

use protocol::results::{Margins, Meta, Report, Results};
use protocol::safe;

use crate::look::thousands;
use crate::report::page::ReportPage;

/// Draws the section.
pub(crate) fn draw(report: &Report, results: &Results, page: &mut ReportPage) {
    page.heading("What the numbers are worth", "");
    // Warnings shown at the top are not repeated.
    let told: Vec<&str> = results.diagnostics.failures().collect();
    for note in results.diagnostics.notes.iter().filter(|note| !told.contains(&note.as_str())) {
        page.bullet(note);
    }
    let missing: Vec<String> = results
        .diagnostics
        .not_answered
        .iter()
        .map(|(reason, count)| {
            format!("{} ({})", safe::line(reason), thousands(i128::from(*count)))
        })
        .collect();
    if !missing.is_empty() {
        page.bullet(&format!("Not answered: {}.", missing.join(", ")));
    }
    if report.meta.from_cache > 0 {
        let count = thousands(i128::from(report.meta.from_cache));
        page.bullet(&format!(
            "{count} answers were given to the very same question before and used again; `--fresh` asks anew."
        ));
    }
    if let Some(replies) = &report.meta.replies {
        page.bullet(&replies.sentence());
    }
    for line in cost_and_models(&report.meta) {
        page.bullet(&line);
    }
    if let Some(line) = match_of(&results.margins) {
        page.bullet(&line);
    }
    let notice = report.meta.notice.trim();
    if !notice.is_empty() && !results.diagnostics.notes.iter().any(|note| note.trim() == notice) {
        page.bullet(notice);
    }
    if let Some(notice) = &report.meta.model_notice {
        page.bullet(notice);
    }
}

/// Draws notes on the cost of a study without results.
pub(crate) fn draw_cost(meta: &Meta, page: &mut ReportPage) {
    let lines = cost_and_models(meta);
    if !lines.is_empty() {
        page.heading("What it cost", "");
    }
    for line in lines {
        page.bullet(&line);
    }
}

/// Uncertain costs, and models that answered without being requested.
fn cost_and_models(meta: &Meta) -> Vec<String> {
    let mut lines = Vec::new();
    let calls = |count: u64| match count {
        1 => "1 call is".to_owned(),
        count => format!("{} calls are", thousands(i128::from(count))),
    };
    if meta.booked_at_most > 0 {
        lines.push(format!(
            "{} booked at an upper bound: the service sent no reply that says what was used, said more than such a call can use, or the daemon was cut off while they may have been under way.",
            calls(meta.booked_at_most)
        ));
    }
    if meta.booked_estimated > 0 {
        lines.push(format!(
            "{} booked at an estimate: the service does not say what was used. A reply is counted by its length and that of its prompt, and a call without one like the dearest of its kind that was counted.",
            calls(meta.booked_estimated)
        ));
    }
    if !meta.other_models.is_empty() {
        let names: Vec<_> =
            meta.other_models.iter().map(|name| safe::line(name).into_owned()).collect();
        lines.push(format!(
            "The service says that another model answered than the one asked: {}. Prices are those of the one asked.",
            names.join(", ")
        ));
    }
    lines
}

/// The largest deviation of the panel from its population.
fn match_of(margins: &Margins) -> Option<String> {
    let all = margins.iter().flat_map(|(dimension, classes)| {
        classes.iter().map(move |(class, margin)| {
            ((margin.realised - margin.target).abs() * 100.0, dimension, class)
        })
    });
    let (gap, dimension, class) = all.max_by(|a, b| a.0.total_cmp(&b.0))?;
    let words = format!("{} {}", dimension.replace('_', " "), protocol::audience::in_words(class));
    Some(if gap < 0.05 {
        "The panel matches its population in every margin.".to_owned()
    } else {
        format!(
            "The panel is within {gap:.1} points of its population in every margin ({words} is furthest off)."
        )
    })
}
