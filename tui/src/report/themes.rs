//! Themes for and against with verbatim quotes, and the findings that follow from them.

use protocol::finding::FindingStatus;
use protocol::results::{Finding, Priority, Results, Theme, ThemeKind};
use protocol::safe;

use crate::kinds;
use crate::look::{Look, Role, pad, pad_left};
use crate::report::bars;
use crate::report::page::ReportPage;

/// Themes of each kind that are shown, and quotes of each.
const SHOWN: (usize, usize) = (4, 2);
/// Findings that are shown.
const FINDINGS: usize = 3;

/// Draws both kinds of themes.
pub(crate) fn draw(results: &Results, page: &mut ReportPage) {
    let topics = kinds::of_outcomes(&results.outcomes).topics;
    for (kind, heading, role) in [
        (ThemeKind::Topic, topics, Role::Accent),
        (ThemeKind::Appeal, "What they like", Role::Good),
        (ThemeKind::Concern, "What holds them back", Role::Bad),
    ] {
        let mut themes = results.themes.iter().filter(|theme| theme.kind == kind).peekable();
        if themes.peek().is_none() {
            continue;
        }
        page.heading(heading, "share of answers, 95 % interval");
        for theme in themes.take(SHOWN.0) {
            draw_theme(theme, role, page);
        }
    }
}

/// One theme: its share as a bar, and its quotes.
pub(crate) fn draw_theme(theme: &Theme, role: Role, page: &mut ReportPage) {
    let look = page.look;
    let percent = theme.share.value * 100.0;
    let interval = match theme.share.low.zip(theme.share.high) {
        Some((low, high)) => format!("{:.0}% to {:.0}%", low * 100.0, high * 100.0),
        None => String::new(),
    };
    let room = look.width.saturating_sub(2 + 26 + 8 + 2 + 13).clamp(6, 60);
    let name = look.shorten(&safe::line(&theme.theme), 24);
    page.line(format!(
        "  {}{}{}  {}",
        look.paint(Role::Strong, &pad(&name, 26)),
        bars::bar(percent, room, role, look),
        pad_left(&format!("{percent:.0}%"), 8),
        look.paint(Role::Dim, &pad_left(&interval, 13)),
    ));
    for quote in theme.quotes.iter().take(SHOWN.1) {
        page.paragraph(&format!("“{}” {}", quote.text.trim(), quote.answer), "    ", "     ", None);
    }
}

/// Draws the most urgent findings with their actions.
pub(crate) fn draw_findings(results: &Results, page: &mut ReportPage) {
    if results.findings.is_empty() {
        return;
    }
    page.heading("What to act on", "");
    for finding in by_urgency(&results.findings).into_iter().take(FINDINGS) {
        draw_finding(finding, page);
    }
}

/// Every finding with its quotes, as text that ends with a line break.
pub(crate) fn findings(findings: &[Finding], look: Look) -> String {
    let mut page = ReportPage::new(look);
    for finding in by_urgency(findings) {
        page.gap();
        draw_finding(finding, &mut page);
        page.paragraph(&standing(finding), "     ", "     ", Some(Role::Dim));
        for quote in &finding.key_quotes {
            let text = format!("“{}” {}", quote.text.trim(), quote.answer);
            page.paragraph(&text, "     ", "      ", Some(Role::Dim));
        }
        if let Some(quote) = finding.dissent.as_ref().and_then(|other| other.quote.as_ref()) {
            let text = format!("But: “{}” {}", quote.text.trim(), quote.answer);
            page.paragraph(&text, "     ", "      ", Some(Role::Dim));
        }
    }
    page.finish()
}

/// The number of a finding with its status, and why it has that.
fn standing(finding: &Finding) -> String {
    let note = finding.note().map(|note| format!(": {note}")).unwrap_or_default();
    format!("Finding {} is {}{note}.", finding.id, finding.status())
}

fn by_urgency(findings: &[Finding]) -> Vec<&Finding> {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    // Stable sort: equally urgent findings stay in the order of the daemon, the level first.
    sorted.sort_by_key(|finding| finding.priority);
    sorted
}

/// The title, with the status of a finding that is no longer open.
pub(crate) fn titled(finding: &Finding) -> String {
    let title = safe::line(&finding.title);
    match finding.status() {
        FindingStatus::Open => title.into_owned(),
        status => format!("{title} · {status}"),
    }
}

fn draw_finding(finding: &Finding, page: &mut ReportPage) {
    let role = match finding.priority {
        Priority::P0 | Priority::P1 => Role::Bad,
        Priority::P2 => Role::Warning,
        Priority::P3 => Role::Dim,
    };
    let look = page.look;
    let tag = look.paint(role, finding.priority.as_str());
    let title = titled(finding);
    let mut lines = look.wrap(&title, "     ", "     ").into_iter();
    if let Some(first) = lines.next() {
        page.line(format!("  {tag} {}", look.paint(Role::Strong, first.trim_start())));
    }
    for line in lines {
        page.line(look.paint(Role::Strong, &line));
    }
    page.paragraph(&finding.description, "     ", "     ", None);
    let arrow = look.glyph("     → ", "     > ");
    page.paragraph(&finding.suggested_action, arrow, "       ", Some(Role::Accent));
}
