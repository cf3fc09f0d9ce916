//! Checks view: results of controls and other wordings, quality figures of the answers, and every warning. Failed
//! checks come first; checks that were not run are listed as such.

use protocol::control::{ControlResult, Judged, Verdict};
use protocol::quality::Figure;
use protocol::results::Results;

use super::entry::FindingEntry;
use crate::report::quality;
use crate::station::theme::Role;

/// The entries of the page.
pub(super) fn entries(results: &Results) -> Vec<FindingEntry> {
    let found = &results.diagnostics;
    let mut entries = Vec::new();
    let mut told: Vec<&str> = Vec::new();
    if !found.controls.is_empty() || found.wordings.is_some() {
        entries.push(FindingEntry::heading("Questions whose answers are known beforehand"));
    }
    let mut judged: Vec<(Verdict, Vec<FindingEntry>)> = Vec::new();
    let mut not_asked = Vec::new();
    for (control, result) in &found.controls {
        match result {
            ControlResult::Judged(one) => {
                told.push(&one.sentence);
                judged.push((one.verdict, of_control(control.as_str(), one)));
            }
            ControlResult::NotAsked { not_asked: why } => {
                not_asked.push(FindingEntry::sentence(
                    format!("{control}: not asked, {why}"),
                    Role::Dim,
                ));
            }
        }
    }
    if let Some(wordings) = &found.wordings {
        told.push(&wordings.sentence);
        let (mark, role) = mark(wordings.verdict);
        let sentence =
            FindingEntry::sentence(format!("wordings {mark}: {}", wordings.sentence), role);
        judged.push((wordings.verdict, vec![sentence]));
    }
    judged.sort_by_key(|(verdict, _)| *verdict != Verdict::Failed);
    entries.extend(judged.into_iter().flat_map(|(_, entries)| entries));
    entries.extend(not_asked);

    let notes: Vec<&String> =
        found.notes.iter().filter(|note| !told.contains(&note.as_str())).collect();
    if !notes.is_empty() {
        entries.push(FindingEntry::heading("What to keep in mind"));
        entries.extend(
            notes.into_iter().map(|note| FindingEntry::sentence(note.clone(), Role::Warning)),
        );
    }
    if !found.flags.is_empty() {
        let flags: Vec<String> =
            found.flags.iter().map(|flag| flag.as_str().replace('_', " ")).collect();
        entries.push(FindingEntry::sentence(format!("Flags: {}", flags.join(", ")), Role::Dim));
    }

    entries.push(FindingEntry::heading("Figures on the answers"));
    let (known, unknown): (Vec<_>, Vec<_>) =
        quality::rows(results).into_iter().partition(|row| row.value.is_some());
    let minus = |text: &str| text.replace('-', "−");
    entries.extend(known.into_iter().map(|row| {
        FindingEntry::number(
            row.label,
            minus(&row.value.unwrap_or_default()),
            minus(&row.beside),
            None,
        )
    }));
    entries.extend(unknown.into_iter().map(|row| {
        FindingEntry::sentence(format!("{}: not known, {}", row.label, row.beside), Role::Dim)
    }));
    entries.extend(quality::reference(results).map(|text| FindingEntry::sentence(text, Role::Dim)));
    for (reason, count) in &found.not_answered {
        entries
            .push(FindingEntry::sentence(format!("No answer: {reason} ({count})"), Role::Warning));
    }
    entries
}

/// The word and the colour of a verdict.
fn mark(verdict: Verdict) -> (&'static str, Role) {
    match verdict {
        Verdict::Passed => ("passed", Role::Good),
        Verdict::Failed => ("FAILED", Role::Bad),
        Verdict::Undecided => ("undecided", Role::Warning),
    }
}

/// The verdict as a sentence, with its numbers.
fn of_control(control: &str, judged: &Judged) -> Vec<FindingEntry> {
    let (mark, role) = mark(judged.verdict);
    let sentence = FindingEntry::sentence(format!("{control} {mark}: {}", judged.sentence), role);
    let limit = format!("limit {:.2} {}", judged.limit, judged.unit);
    let figures = [
        ("difference", Some(&judged.difference), 1),
        ("its own level", judged.level.as_ref(), 1),
        ("order kept", judged.rank.as_ref(), 2),
    ];
    let rows = figures.into_iter().filter_map(|(label, figure, decimals)| {
        let label = format!("{control}: {label}");
        Some(match figure? {
            Figure::Known(estimate) => {
                let show = |value: f64| format!("{value:.decimals$}").replace('-', "−");
                let ends = estimate.low.zip(estimate.high);
                let ends = ends.map(|(low, high)| format!("{} to {}, ", show(low), show(high)));
                let beside = format!("{}n={}", ends.unwrap_or_default(), estimate.n);
                FindingEntry::number(label, show(estimate.value), beside, None)
            }
            Figure::Undefined { undefined } => {
                FindingEntry::sentence(format!("{label}: not known, {undefined}"), Role::Dim)
            }
        })
    });
    let held =
        FindingEntry::sentence(format!("{control}: {limit}, {} asked", judged.asked), Role::Dim);
    std::iter::once(sentence).chain(rows).chain([held]).collect()
}
