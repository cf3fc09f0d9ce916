//! What a panel of experts would change, most important first, and the best rewrite of the content.

use protocol::results::Results;
use protocol::safe;

use crate::kinds;
use crate::look::Role;
use crate::report::chain::{ChainEnd, WholeDifference};
use crate::report::page::ReportPage;
use crate::report::{chain, diff};

/// Suggestions that are shown.
const SUGGESTIONS: usize = 4;

/// What is said where a review has no better version.
const NONE_BETTER: &str =
    "No rewrite of it scored higher with the same experts: what they miss has to come from you.";

/// Draws both, where there are any, and the rounds.
pub(crate) fn draw(results: &Results, study: &str, end: ChainEnd, page: &mut ReportPage) {
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
    match best {
        Some(best) => {
            let difference = diff::of_version(results, &best.text);
            // The best round is what is written without a name; it may be another text than the best variant.
            let is_named = found.iterations.is_some_and(|chain| chain.best_content != best.text);
            let variant = is_named.then_some(best.rank);
            let whole = WholeDifference { study: study.to_owned(), variant };
            chain::draw_best(best, overall, (&difference, &whole), page);
        }
        // Of several rounds the verdict says it.
        None if found.iterations.is_none() && !found.suggestions.is_empty() => {
            page.gap();
            page.paragraph(NONE_BETTER, "  ", "  ", Some(Role::Dim));
        }
        None => {}
    }
    if let Some(iterations) = found.iterations {
        chain::draw(iterations, end, page);
    }
}
