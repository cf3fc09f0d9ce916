//! What the numbers say, in the sentences that the daemon computed from them.

use protocol::results::Results;

use crate::report::page::Page;

/// Draws them.
pub(crate) fn draw(results: &Results, page: &mut Page) {
    if results.conclusions.is_empty() {
        return;
    }
    page.heading("In short", "");
    for sentence in &results.conclusions {
        page.bullet(sentence);
    }
}
