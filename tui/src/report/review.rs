//! What a panel of experts would change, most important first, and the best rewrite of the content.

use protocol::results::Results;
use protocol::safe;

use crate::kinds;
use crate::look::Role;
use crate::report::chain;
use crate::report::page::ReportPage;

/// Suggestions that are shown.
const SUGGESTIONS: usize = 4;

/// Draws both, where there are any.
pub(crate) fn draw(results: &Results, page: &mut ReportPage) {
    let found = kinds::found(&results.outcomes);
    if !found.suggestions.is_empty() {
        page.heading("What to fix first", found.subject.as_deref().unwrap_or_default());
    }
    for one in found.suggestions.iter().take(SUGGESTIONS) {
        let title = format!("{}  {}", one.priority, safe::line(&one.dimension));
        page.line(format!("  {}", page.look.paint(Role::Strong, &title)));
        page.paragraph(&one.suggestion, "     ", "     ", None);
        page.paragraph(&one.rationale, "     ", "     ", Some(Role::Dim));
    }
    // A rewrite that the same experts like no better is no better version.
    let overall = results.estimates.get("overall").map_or(f64::INFINITY, |overall| overall.value);
    let best = found.variants.first().filter(|best| best.predicted_score > overall);
    if let (Some(original), Some(best)) = (found.content, best) {
        chain::draw_best(original, best, page);
    }
    if let Some(iterations) = found.iterations {
        chain::draw(iterations, page);
    }
}
