//! The summary sentence on reasons that study types share: what is named most often for something and against it. The
//! study type writes the other sentences, and `stands_out` the one on the group that differs.

use protocol::results::ThemeKind;

use super::stands_out::Groups;
use super::themes::ThemeTally;
use super::words::list;

/// Least share of answers for a reason to be mentioned in the summary.
const TOLD: f64 = 0.05;
/// Reasons of each kind in the summary.
const REASONS: usize = 2;

/// The most frequent reasons for and against; `None` when none is named.
pub(super) fn reasons(groups: Groups<'_>) -> Option<String> {
    let told = |kind| -> Vec<String> {
        let share = |theme: &ThemeTally| theme.count as f64 / groups.n as f64;
        let often = groups.themes.ranked(kind).into_iter().filter(|theme| share(theme) >= TOLD);
        often
            .take(REASONS)
            .map(|theme| format!("{} ({:.0} %)", theme.name(), 100.0 * share(theme)))
            .collect()
    };
    let (appeals, concerns) = (told(ThemeKind::Appeal), told(ThemeKind::Concern));
    match (appeals.is_empty(), concerns.is_empty()) {
        (true, true) => None,
        (false, true) => Some(format!(
            "Most often named for it: {}; nothing is named against it by {:.0} % or more.",
            list(&appeals),
            100.0 * TOLD
        )),
        (true, false) => Some(format!(
            "Most often named against it: {}; nothing is named for it by {:.0} % or more.",
            list(&concerns),
            100.0 * TOLD
        )),
        (false, false) => Some(format!(
            "Most often named for it: {}; against it: {}.",
            list(&appeals),
            list(&concerns)
        )),
    }
}
