//! Change view, of the second version of a watched file and later ones: what moved against the version before, for whom it did,
//! and which findings are fixed, still there or new. The sentences are those that open the printed report.

use protocol::results::Report;
use protocol::safe;

use super::entry::FindingEntry;
use crate::report::version;
use crate::station::theme::Role;
use crate::station::widgets::versions;

/// The entries of the page.
pub(super) fn entries(report: Option<&Report>) -> Vec<FindingEntry> {
    let Some(found) = report.and_then(|report| report.version.as_deref()) else {
        let text = "This study is no version of a watched file.";
        return vec![FindingEntry::sentence(text, Role::Dim)];
    };
    let mut entries = vec![FindingEntry::heading(version::title(found))];
    for (place, sentence) in version::sentences(found).iter().enumerate() {
        let role = if place == 0 { versions::role(found) } else { Role::Text };
        entries.push(FindingEntry::sentence(safe::line(sentence).into_owned(), role));
    }
    entries
}
