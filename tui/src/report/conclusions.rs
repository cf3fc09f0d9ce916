//! Conclusions section: the sentences that the daemon computed from the numbers. Failed checks come first.

use protocol::results::Results;

use crate::look::Role;
use crate::report::page::ReportPage;

/// Draws the section.
pub(crate) fn draw(results: &Results, page: &mut ReportPage) {
    let failures: Vec<&str> = results.diagnostics.failures().collect();
    if results.conclusions.is_empty() && failures.is_empty() {
        return;
    }
    page.heading("In short", "");
    for sentence in failures {
        page.paragraph(sentence, "  ! ", "    ", Some(Role::Bad));
    }
    for sentence in &results.conclusions {
        page.bullet(sentence);
    }
}
