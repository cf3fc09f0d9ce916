//! The place of a study in its lineage, and the change against the version before: what moved, for whom, and what became
//! of the findings. It opens the report of a version, since that is what its author wants to know.

use protocol::finding::FindingPair;
use protocol::results::{Comparison, Difference, PeopleMoved, Report};
use protocol::run::{Headline, State};
use protocol::safe;
use protocol::watch::{Version, VersionReport};

use crate::look::{Role, thousands};
use crate::report::compare::{p_text, told, words};
use crate::report::estimates::number;
use crate::report::page::ReportPage;
use crate::report::segments::{group, signed};

/// Groups that are named.
const GROUPS: usize = 4;
/// Findings of each kind that are named.
const FINDINGS: usize = 4;

pub(crate) fn draw(report: &Report, page: &mut ReportPage) {
    let Some(version) = &report.version else { return };
    page.heading(&title(version), "");
    let mut sentences = sentences(version).into_iter();
    if let Some(first) = sentences.next() {
        page.paragraph(&first, "  ", "  ", role(version.change.as_deref()));
    }
    for sentence in sentences {
        page.bullet(&sentence);
    }
}

/// `Version 3 of launch.md`.
pub(crate) fn title(version: &VersionReport) -> String {
    format!("Version {} of {}", version.version, file_name(version))
}

/// The name of the file without its folders.
pub(crate) fn file_name(version: &VersionReport) -> String {
    let name = version.lineage.file.rsplit('/').next().unwrap_or_default();
    safe::line(name).into_owned()
}

/// The newest version after that one that has ended with a result.
pub(crate) fn newer(version: &VersionReport) -> Option<&Version> {
    let ended = |one: &&Version| one.version > version.version && one.state == State::Completed;
    version.lineage.versions.iter().rfind(ended)
}

/// What there is to say, the change itself first.
pub(crate) fn sentences(version: &VersionReport) -> Vec<String> {
    let mut all = Vec::new();
    let (Some(previous), Some(change)) = (&version.previous, &version.change) else {
        all.push(match (version.version, version.lineage.changed.as_slice()) {
            (1, []) => "The first version: the next one is compared with it, person by person.".to_owned(),
            (_, []) => "No earlier version has a result that it can be compared with.".to_owned(),
            (_, changed) => format!(
                "A new lineage, because other settings decide the answers now ({}): earlier versions are not compared with it.",
                changed.join(", ")
            ),
        });
        return all;
    };
    all.push(change_sentence(previous.version, change));
    if let Some(PeopleMoved { up, down, same }) = change.moved {
        all.push(format!(
            "Of {} people {} rose, {} fell, and {} stayed.",
            thousands(i128::from(up + down + same)),
            thousands(i128::from(up)),
            thousands(i128::from(down)),
            thousands(i128::from(same))
        ));
    }
    all.extend(groups(change));
    if let Some(across) = &change.findings {
        let lists =
            [("Fixed", &across.fixed), ("Still there", &across.persisting), ("New", &across.new)];
        all.extend(lists.into_iter().filter_map(|(word, pairs)| listed(word, pairs)));
    }
    all
}

/// The change in one line: `Mean score 6.10 → 6.42: +0.32 (+0.05 to +0.59) against version 2, beyond chance (p = 0.021).`
pub(crate) fn change_sentence(previous: u32, change: &Comparison) -> String {
    let field = change.field.as_str();
    let Difference { difference, p, .. } = &change.overall;
    let (interval, meaning) = (interval(change), meaning(change));
    let p = p.map(|p| format!(" (p {})", p_text(p))).unwrap_or_default();
    format!(
        "{} {} → {}: {}{interval} against version {previous}, {meaning}{p}.",
        words(field),
        number(field, change.a.value),
        number(field, change.b.value),
        signed(field, difference.value)
    )
}

/// The change in a few words: `−0.60 (−0.90 to −0.30) against version 3, beyond chance`; `None` where there is none.
pub(crate) fn brief(version: &VersionReport) -> Option<String> {
    let (previous, change) = version.previous.as_ref().zip(version.change.as_ref())?;
    let (field, found) = (change.field.as_str(), &change.overall.difference);
    let interval = interval(change);
    let meaning = meaning(change);
    let value = signed(field, found.value);
    Some(format!("{value}{interval} against version {}, {meaning}", previous.version))
}

/// A version that has ended in one line: `launch.md v5: mean score 6.10 → 6.42, +0.32 (+0.05 to +0.59)`; without an earlier
/// one its own score.
pub(crate) fn in_short(version: &VersionReport) -> String {
    let name = format!("{} v{}", file_name(version), version.version);
    if let Some(change) = &version.change {
        let field = change.field.as_str();
        let (before, after) = (number(field, change.a.value), number(field, change.b.value));
        let by = signed(field, change.overall.difference.value);
        return format!("{name}: {} {before} → {after}, {by}{}", words(field), interval(change));
    }
    let own = version.lineage.versions.iter().find(|one| one.version == version.version);
    let Some(Headline { of, estimate, .. }) = own.and_then(|own| own.headline.as_ref()) else {
        return format!("{name} is done.");
    };
    let range = estimate.low.zip(estimate.high).map_or(String::new(), |(low, high)| {
        format!(" ({} to {})", number(of, low), number(of, high))
    });
    format!("{name}: {} {}{range}", words(of), number(of, estimate.value))
}

fn interval(change: &Comparison) -> String {
    let (field, found) = (change.field.as_str(), &change.overall.difference);
    found.low.zip(found.high).map_or(String::new(), |(low, high)| {
        format!(" ({} to {})", signed(field, low), signed(field, high))
    })
}

fn meaning(change: &Comparison) -> &'static str {
    let found = &change.overall.difference;
    match found.low.zip(found.high) {
        None => "too little is known to tell",
        Some(_) if found.within_wording => "less than another wording would make",
        Some((low, high)) if low > 0.0 || high < 0.0 => "beyond chance",
        Some(_) => "no difference beyond chance",
    }
}

/// The groups that moved beyond chance, the largest change first; or that none of those that were looked at did.
fn groups(change: &Comparison) -> Option<String> {
    let mut moved: Vec<(String, f64)> = Vec::new();
    let mut looked_at = 0_usize;
    for (dimension, classes) in &change.segments {
        for (class, found) in classes {
            let Some(p) = found.p_adjusted.filter(|_| !found.small) else { continue };
            looked_at += 1;
            if p < 0.05 {
                moved.push((group(dimension, class), found.difference.value));
            }
        }
    }
    // Silence could mean as well that nobody looked.
    if looked_at > 0 && moved.is_empty() {
        return Some(format!(
            "No group moved beyond chance by itself ({looked_at} looked at, Holm-adjusted)."
        ));
    }
    moved.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let named: Vec<String> = moved
        .iter()
        .take(GROUPS)
        .map(|(name, value)| format!("{name} {}", signed(&change.field, *value)))
        .collect();
    (!named.is_empty()).then(|| format!("Beyond chance in these groups: {}.", named.join(", ")))
}

fn listed(word: &str, pairs: &[FindingPair]) -> Option<String> {
    let named: Vec<String> = pairs.iter().take(FINDINGS).map(told).collect();
    let more = match pairs.len().saturating_sub(FINDINGS) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    (!named.is_empty()).then(|| format!("{word}: {}{more}.", named.join("; ")))
}

/// Good or bad only where it is beyond chance and wording.
fn role(change: Option<&Comparison>) -> Option<Role> {
    let difference = &change?.overall.difference;
    let (low, high) = difference.low.zip(difference.high)?;
    match (difference.within_wording, low > 0.0, high < 0.0) {
        (false, true, _) => Some(Role::Good),
        (false, _, true) => Some(Role::Bad),
        _ => None,
    }
}
