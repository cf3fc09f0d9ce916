//! Title block: the study, its engine, and the notice that no person was asked.

use protocol::results::Report;
use protocol::run::{State, Study};
use protocol::safe;

use crate::kinds;
use crate::look::{Role, thousands};
use crate::report::page::ReportPage;

/// Draws the block.
pub(crate) fn draw(report: &Report, page: &mut ReportPage) {
    let study = &report.study;
    page.paragraph(&study.name, "", "  ", Some(Role::Strong));
    page.remark(&study.id.short());
    page.paragraph(&facts(study), "", "  ", Some(Role::Dim));
    page.paragraph(
        "SYNTHETIC PANEL · computed, not asked: rank ideas by it, then ask people.",
        "",
        "  ",
        Some(Role::Warning),
    );
    if let Some(line) = state(study) {
        page.gap();
        let role = match study.state {
            State::Failed => Role::Bad,
            State::Completed => Role::Warning,
            _ => Role::Accent,
        };
        page.paragraph(&line, "", "  ", Some(role));
    }
}

fn facts(study: &Study) -> String {
    let panel = study.panel;
    let mut parts = vec![
        kinds::view(study.instrument).title.to_owned(),
        format!("{} of {} answered", thousands(panel.delivered), thousands(panel.requested)),
    ];
    let engine = safe::line(&study.engine);
    let model = safe::line(&study.model);
    parts.push(if model.is_empty() || model == engine {
        format!("{engine} engine")
    } else {
        format!("{engine} engine ({model})")
    });
    parts.push(format!("seed {}", study.seed));
    parts.join(" · ")
}

/// A note on the state; nothing for a normally completed study.
fn state(study: &Study) -> Option<String> {
    let reason = study.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let panel = study.panel;
    let missing = panel.requested.saturating_sub(panel.delivered);
    match study.state {
        State::Completed if missing == 0 => None,
        State::Completed => {
            let causes: Vec<String> = [
                (panel.refused, "declined"),
                (panel.invalid, "could not be read"),
                (panel.failed, "gave no reply or could not be asked"),
            ]
            .into_iter()
            .filter(|&(count, _)| count > 0)
            .map(|(count, what)| format!("{} {what}", thousands(count)))
            .collect();
            let causes =
                if causes.is_empty() { String::new() } else { format!(": {}", causes.join(", ")) };
            Some(format!(
                "{} of {} did not answer{causes}.",
                thousands(missing),
                thousands(panel.requested)
            ))
        }
        State::Failed => Some(format!("This study failed{reason}.")),
        State::Cancelled => Some(format!("This study was cancelled{reason}.")),
        State::Paused => Some(format!("This study is paused{reason}.")),
        State::Draft | State::Queued | State::Running | State::Finalizing => {
            Some(format!("This study is {}{reason}.", study.state))
        }
    }
}
