//! Conclusions section: the sentences that the daemon computed from the numbers. Rejected texts and failed checks come
//! first.

use protocol::results::Report;
use protocol::safe;

use crate::look::Role;
use crate::report::chain;
use crate::report::page::ReportPage;

/// Draws the section.
pub(crate) fn draw(report: &Report, page: &mut ReportPage) {
    let results = report.found();
    let warnings: Vec<String> = report.headline_warnings().collect();
    let conclusions = results.map(|results| results.conclusions.as_slice()).unwrap_or_default();
    let so_far = results.filter(|_| report.results.is_none()).and_then(chain::best_so_far);
    if conclusions.is_empty() && warnings.is_empty() && so_far.is_none() {
        return;
    }
    page.heading("In short", "");
    for sentence in warnings {
        page.paragraph(&safe::line(&sentence), "  ! ", "    ", Some(Role::Bad));
    }
    if let Some(sentence) = so_far {
        page.bullet(&sentence);
    }
    for sentence in conclusions {
        page.bullet(sentence);
    }
}
