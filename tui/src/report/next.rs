//! Next steps as commands to copy, and the cost and duration of the run.

use protocol::results::{Report, Results};
use protocol::run::State;

use crate::kinds;
use crate::look::{Role, pad, thousands};
use crate::report::page::ReportPage;

/// The built-in engine: it has no configuration that could be wrong.
const OFFLINE: &str = "offline";

/// Draws the section.
pub(crate) fn draw(report: &Report, page: &mut ReportPage) {
    let study = &report.study;
    let id = study.id.short();
    let mut steps: Vec<(String, &str)> = Vec::new();
    match study.state {
        State::Completed | State::Cancelled | State::Failed => {
            if report.results.as_ref().is_some_and(has_better) {
                steps.push((
                    format!("demoscope apply {id} -o better.md"),
                    "write the better version; without -o into its own file",
                ));
            }
            if study.panel.delivered > 0 {
                steps.push((format!("demoscope answers {id}"), "read what each one said"));
                steps.push((
                    format!("demoscope export {id} --format csv -o {id}.csv"),
                    "take the answers with you",
                ));
            }
            // A chain is asked anew as a whole, and what its finished rounds rewrote can be taken.
            if report.finished_rounds.as_deref().is_some_and(has_better) {
                steps.push((
                    format!("demoscope apply {id}"),
                    "write the best version so far into its file",
                ));
            }
            if report.finished_rounds.is_some() {
                steps.push((
                    format!("demoscope run FILE --like {id}"),
                    "ask all rounds of the same panel",
                ));
            } else if study.can_retry {
                steps.push((format!("demoscope retry {id}"), "ask those again that failed"));
            }
            let engine = study.engine.as_str();
            if study.panel.failed > 0 && engine != OFFLINE && is_plain(engine) {
                steps.push((format!("demoscope engines check {engine}"), "see what works there"));
            }
        }
        State::Paused => {
            match report.meta.asked_cost_usd {
                Some(_) => {
                    steps.push((format!("demoscope resume {id} --yes"), "agree to that cost"));
                }
                None => steps.push((format!("demoscope resume {id}"), "go on")),
            }
            steps.push((format!("demoscope cancel {id}"), "stop; unused credits come back"));
        }
        State::Draft | State::Queued | State::Running | State::Finalizing => {
            steps.push((format!("demoscope show {id}"), "look again"));
            steps.push((format!("demoscope pause {id}"), "ask nobody else for now"));
        }
    }
    let sharper = sharper(report);
    if steps.is_empty() && sharper.is_none() {
        return;
    }
    page.heading("What to do next", "");
    let look = page.look;
    let column = steps.iter().map(|(command, _)| command.len()).max().unwrap_or(0) + 2;
    for (command, why) in &steps {
        if column + why.len() + 2 <= look.width {
            let command = look.paint(Role::Accent, &pad(command, column));
            page.line(format!("  {command}{}", look.paint(Role::Dim, why)));
        } else {
            page.line(format!("  {}", look.paint(Role::Accent, command)));
        }
    }
    if let Some(advice) = sharper {
        page.paragraph(&advice, "  ", "  ", None);
    }
    page.gap();
    page.paragraph(&bill(report), "", "", Some(Role::Dim));
}

/// Whether a review has a version that the same experts score higher: a later round, or a rewrite of the only one.
fn has_better(results: &Results) -> bool {
    let found = kinds::found(&results.outcomes);
    match found.iterations {
        Some(iterations) => iterations.best_round > 1,
        None => {
            let overall = results.estimates.get("overall");
            let best = found.variants.first().map(|best| best.predicted_score);
            overall.zip(best).is_some_and(|(overall, best)| best > overall.value)
        }
    }
}

/// Whether a name can be typed without quoting.
fn is_plain(name: &str) -> bool {
    name.len() <= 40
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// A panel size that would halve the interval, where it is affordable and worth it. Of two texts that differ, a larger
/// panel does not halve it: wording noise stays.
fn sharper(report: &Report) -> Option<String> {
    let results = report.results.as_ref()?;
    let measure = kinds::of_outcomes(&results.outcomes).main?;
    let estimate = results.estimates.get(measure.field)?;
    if estimate.wording_sd.is_some() {
        return None;
    }
    let half = (estimate.high? - estimate.low?) / 2.0;
    let panel = results.panel_size.checked_mul(4)?;
    (half > measure.wide && panel <= 10_000)
        .then(|| format!("Run it with --panel {panel} for an interval half as wide."))
}

/// Dollars with as many digits as the amount needs.
pub(crate) fn dollars(amount: f64) -> String {
    if amount >= 0.1 || amount == 0.0 { format!("${amount:.2}") } else { format!("${amount:.4}") }
}

fn bill(report: &Report) -> String {
    let meta = &report.meta;
    let credits = match meta.credits_used.0 {
        1 => "1 credit".to_owned(),
        used => format!("{} credits", thousands(used)),
    };
    let mut cost = String::new();
    if meta.cost_usd > 0.0 || meta.announced_cost_usd.is_some() {
        cost = format!(" and {}", dollars(meta.cost_usd));
        if let Some((least, most)) = meta.announced_cost_usd {
            cost += &format!(" ({} to {} was announced)", dollars(least), dollars(most));
        }
    }
    let lost = if meta.lost_cost_usd > 0.0 {
        format!(" · {} of it for calls without an answer", dollars(meta.lost_cost_usd))
    } else {
        String::new()
    };
    format!(
        "{credits}{cost} used, {} left · {}{lost}",
        thousands(meta.credits_remaining.0),
        crate::cli::duration(meta.latency_ms)
    )
}
