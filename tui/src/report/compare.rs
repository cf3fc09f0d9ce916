//! Comparison of two studies: the overall difference first, then the groups in which it differs.

use protocol::finding::{FindingBrief, FindingPair, FindingStatus, FindingsAcross};
use protocol::results::{Comparison, Difference, Estimate};
use protocol::run::Study;
use protocol::safe;

use crate::kinds;
use crate::look::{Look, Role, pad, pad_left, thousands};
use crate::report::estimates::{label, number, range, theme};
use crate::report::page::ReportPage;
use crate::report::segments::{group, signed};
use crate::report::whisker::{self, Scale};

/// The scale to draw on where the ends are not known.
const WHOLE: Scale = Scale { low: 0.0, high: 100.0, mark: None };
/// Groups that are shown.
const GROUPS: usize = 12;

/// The comparison as text. It ends with a line break.
pub(crate) fn comparison(a: &Study, b: &Study, found: &Comparison, look: Look) -> String {
    let mut page = ReportPage::new(look);
    let name = |study: &Study| format!("{} ({})", study.name, study.id.short());
    page.paragraph(&format!("First:  {}", name(a)), "", "        ", Some(Role::Strong));
    page.paragraph(&format!("Second: {}", name(b)), "", "        ", Some(Role::Strong));
    page.paragraph(
        "SYNTHETIC PANEL · computed, not asked: rank ideas by it, then ask people.",
        "",
        "  ",
        Some(Role::Warning),
    );
    for (which, study) in [("first", a), ("second", b)] {
        for rejected in &study.rejected {
            let sentence = format!("In the {which} study: {}", rejected.sentence());
            page.paragraph(&sentence, "! ", "  ", Some(Role::Bad));
        }
    }

    let field = found.field.as_str();
    page.heading(&words(field), "95 % interval");
    for (label, estimate) in [("first", &found.a), ("second", &found.b)] {
        let interval = estimate.low.zip(estimate.high);
        row(
            label,
            &number(field, estimate.value),
            &range(field, interval, look),
            estimate.n,
            &mut page,
        );
    }
    let overall = &found.overall.difference;
    row(
        "second − first",
        &signed(field, overall.value),
        &interval(field, &found.overall, look),
        overall.n,
        &mut page,
    );
    page.gap();
    page.paragraph(&verdict(found), "  ", "  ", None);

    groups(found, &mut page);
    if let Some(across) = &found.findings {
        findings(across, &mut page);
    }
    page.heading("What this is worth", "");
    for note in &found.notes {
        page.bullet(note);
    }
    crate::report::crosstab::also(&found.also, &mut page);
    page.finish()
}

/// Which findings are new, which are still there, and which are gone.
fn findings(across: &FindingsAcross, page: &mut ReportPage) {
    let lists = [("new", &across.new), ("persists", &across.persisting), ("fixed", &across.fixed)];
    if lists.iter().all(|(_, pairs)| pairs.is_empty()) {
        return;
    }
    page.heading("What to act on, first → second", "");
    for (word, pairs) in lists {
        for pair in pairs {
            page.bullet(&format!("{word}: {}", told(pair)));
        }
    }
}

/// `Price, P1 → P2, 31 % → 24 % name it`.
fn told(pair: &FindingPair) -> String {
    let priority = |brief: &Option<FindingBrief>| {
        brief.as_ref().map_or("none".to_owned(), |brief| brief.priority.to_string())
    };
    let share = |share: &Option<Estimate>| {
        share.as_ref().map_or("none".to_owned(), |share| format!("{:.0} %", 100.0 * share.value))
    };
    let change =
        |from: String, to: String| if from == to { from } else { format!("{from} → {to}") };
    let mut text = format!(
        "{}, {}",
        safe::line(&pair.affected_feature),
        change(priority(&pair.first), priority(&pair.second))
    );
    if pair.first_share.is_some() || pair.second_share.is_some() {
        let shares = change(share(&pair.first_share), share(&pair.second_share));
        text.push_str(&format!(", {shares} name it"));
    }
    if let Some(status) = pair.first.as_ref().map(|brief| brief.status)
        && status != FindingStatus::Open
    {
        text.push_str(&format!(" (was {status})"));
    }
    text
}

fn row(label: &str, value: &str, interval: &str, n: u64, page: &mut ReportPage) {
    let look = page.look;
    page.line(format!(
        "  {}{}{}{}",
        pad(label, 18),
        look.paint(Role::Strong, &pad_left(value, 8)),
        look.paint(Role::Dim, &pad_left(interval, 18)),
        look.paint(Role::Dim, &pad_left(&format!("n = {}", thousands(i128::from(n))), 12)),
    ));
}

/// The meaning of the difference as a sentence.
fn verdict(found: &Comparison) -> String {
    let Difference { difference, p, effect_size, .. } = &found.overall;
    let Some((low, high)) = difference.low.zip(difference.high) else {
        return "The difference has no interval: there is too little, or no variation, to tell."
            .to_owned();
    };
    let field = found.field.as_str();
    let mut sentence = if difference.within_wording {
        let higher = if difference.value > 0.0 { "second" } else { "first" };
        format!(
            "The {higher} is higher, by less than another wording would make: with the wording counted in, anything from \
             {} to {} is compatible with the answers",
            signed(field, low),
            signed(field, high)
        )
    } else if low > 0.0 {
        "The second is higher, beyond chance".to_owned()
    } else if high < 0.0 {
        "The first is higher, beyond chance".to_owned()
    } else {
        format!(
            "No difference beyond chance: anything from {} to {} is compatible with the answers",
            signed(field, low),
            signed(field, high)
        )
    };
    if let Some(p) = p {
        sentence.push_str(&format!(" (p {})", p_text(*p)));
    }
    if let Some(effect) = effect_size {
        sentence.push_str(&format!("; {:.2} standard deviations", effect.abs()));
    }
    sentence.push('.');
    sentence
}

pub(crate) fn p_text(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("= {p:.3}") }
}

fn interval(field: &str, found: &Difference, look: Look) -> String {
    match found.difference.low.zip(found.difference.high) {
        Some((low, high)) => format!("{} to {}", signed(field, low), signed(field, high)),
        None => look.glyph("—", "--").to_owned(),
    }
}

/// The groups with the largest changes, among those with enough answers.
fn groups(found: &Comparison, page: &mut ReportPage) {
    let field = found.field.as_str();
    let all = found.segments.values().map(std::collections::BTreeMap::len).sum::<usize>();
    let mut moved: Vec<(String, &Difference)> = found
        .segments
        .iter()
        .flat_map(|(dimension, classes)| {
            classes.iter().map(move |(class, moved)| (group(dimension, class), moved))
        })
        .filter(|(_, moved)| !moved.small)
        .collect();
    moved.sort_by(|a, b| a.1.difference.value.total_cmp(&b.1.difference.value));
    if moved.is_empty() {
        return;
    }
    let left_out = all - moved.len();
    let shown: Vec<_> = if moved.len() > GROUPS {
        let tail = moved.len() - GROUPS / 2;
        moved[..GROUPS / 2].iter().chain(&moved[tail..]).cloned().collect()
    } else {
        moved
    };
    page.heading("In each group", "second − first, 95 % interval");
    let look = page.look;
    let reach = shown
        .iter()
        .flat_map(|(_, moved)| [moved.difference.low, moved.difference.high])
        .flatten()
        .map(f64::abs)
        .fold(0.0, f64::max);
    let scale = Scale { low: -reach, high: reach, mark: Some(0.0) };
    let track = look.width.saturating_sub(2 + 24 + 8 + 18 + 8 + 2).clamp(0, 40);
    for (name, moved) in shown {
        let difference = &moved.difference;
        let drawn = if track >= 9 {
            let interval = difference.low.zip(difference.high);
            whisker::draw(difference.value, interval, scale, track, look)
        } else {
            String::new()
        };
        let sure = moved.p_adjusted.is_some_and(|p| p < 0.05);
        let role = match (sure, difference.value > 0.0) {
            (false, _) => Role::Dim,
            (true, true) => Role::Good,
            (true, false) => Role::Bad,
        };
        page.line(format!(
            "  {}{drawn}{}{}{}",
            pad(&look.shorten(&name, 23), 24),
            look.paint(role, &pad_left(&signed(field, difference.value), 8)),
            look.paint(Role::Dim, &pad_left(&interval(field, moved, look), 18)),
            look.paint(Role::Dim, &pad_left(&thousands(i128::from(difference.n)), 8)),
        ));
    }
    let mut note =
        "Coloured groups differ also after Holm's adjustment for the number of groups.".to_owned();
    if left_out > 0 {
        note.push_str(&format!(" {left_out} with fewer than 30 answers are not shown."));
    }
    page.paragraph(&note, "  ", "  ", Some(Role::Dim));
}

/// A field in words.
pub(crate) fn words(field: &str) -> String {
    match (kinds::metric(field), theme(field)) {
        (Some(metric), _) => metric.words().to_owned(),
        (None, Some(("theme", name))) => format!("Who names {}", safe::line(name)),
        (None, Some((reason, name))) => format!("Who names {} as a {reason}", safe::line(name)),
        (None, None) => label(field, WHOLE),
    }
}
