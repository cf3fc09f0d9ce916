//! Conclusions section: the sentences that the daemon computed from the numbers. Rejected texts and failed checks come
//! first.

use protocol::rejection::Rejection;
use protocol::results::Report;
use protocol::safe;

use crate::look::Role;
use crate::report::page::ReportPage;

/// Draws the section.
pub(crate) fn draw(report: &Report, page: &mut ReportPage) {
    let results = report.results.as_ref();
    let rejected = report.study.rejected.iter().map(Rejection::sentence);
    let failures = results.into_iter().flat_map(|results| results.diagnostics.failures());
    let warnings: Vec<String> = rejected.chain(failures.map(ToOwned::to_owned)).collect();
    let conclusions = results.map(|results| results.conclusions.as_slice()).unwrap_or_default();
    if conclusions.is_empty() && warnings.is_empty() {
        return;
    }
    page.heading("In short", "");
    for sentence in warnings {
        page.paragraph(&safe::line(&sentence), "  ! ", "    ", Some(Role::Bad));
    }
    for sentence in conclusions {
        page.bullet(sentence);
    }
}
