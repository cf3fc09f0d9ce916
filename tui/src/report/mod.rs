//! Printed report: a pure function from results to text for a given look. Each section has a file; no section computes
//! a statistic that the daemon could have sent.

pub(crate) mod agree;
mod answer;
pub(crate) mod bars;
pub(crate) mod chain;
pub(crate) mod channels;
mod compare;
mod conclusions;
mod crosstab;
mod diagnostics;
pub(crate) mod diff;
pub(crate) mod estimates;
pub(crate) mod external;
#[cfg(test)]
pub(crate) mod fixtures;
mod histogram;
mod next;
mod page;
pub(crate) mod passage;
mod preview;
pub(crate) mod quality;
mod ranking;
mod review;
pub(crate) mod segments;
mod survey;
#[cfg(test)]
mod tests;
pub(crate) mod themes;
pub(crate) mod title;
pub(crate) mod version;
pub(crate) mod whisker;

use protocol::results::{Report, Results};

use crate::look::Look;
pub(crate) use answer::answer;
use chain::ChainEnd;
pub(crate) use compare::{comparison, words};
pub(crate) use crosstab::cross;
pub(crate) use next::dollars;
use page::ReportPage;
pub(crate) use preview::{of_kind as calls_of_kind, preview};
pub(crate) use ranking::{
    chance, place, plan, ranking, scale as ranking_scale, takes, title as ranking_title,
};
pub(crate) use themes::findings;

/// The report as text. It ends with a line break.
pub fn render(report: &Report, look: Look) -> String {
    let mut page = ReportPage::new(look);
    title::draw(report, &mut page);
    version::draw(report, &mut page);
    conclusions::draw(report, &mut page);
    let study = report.study.id.short();
    match (report.found(), &report.results) {
        (Some(results), Some(_)) => {
            draw_results(results, &study, ChainEnd::Ended, &mut page);
            diagnostics::draw(report, results, &mut page);
            quality::draw(results, &mut page);
        }
        // The rounds that have ended, of a chain that goes on or was ended.
        (Some(results), None) => {
            draw_results(results, &study, ChainEnd::Unfinished(report.study.state), &mut page);
            diagnostics::draw_cost(&report.meta, &mut page);
        }
        // A study without answers may have cost something all the same.
        (None, _) => diagnostics::draw_cost(&report.meta, &mut page),
    }
    next::draw(report, &mut page);
    page.finish()
}

fn draw_results(results: &Results, study: &str, end: ChainEnd, page: &mut ReportPage) {
    estimates::draw(results, page);
    histogram::draw(&results.outcomes, page);
    bars::draw(results, page);
    review::draw(results, study, end, page);
    channels::draw(results, page);
    survey::draw(results, page);
    segments::draw(results, page);
    themes::draw(results, page);
    themes::draw_findings(results, page);
}
