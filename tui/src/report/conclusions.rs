//! What the numbers say, in the sentences that the daemon computed from them. Whatever forbids to believe them stands first.

use protocol::results::Results;

use crate::look::Role;
use crate::report::page::Page;

/// Draws them.
pub(crate) fn draw(results: &Results, page: &mut Page) {
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
