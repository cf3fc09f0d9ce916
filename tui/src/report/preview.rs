//! Preview of a run: the panel, the questionnaire and the cost, before anything is asked.

use protocol::run::{Calls, Preview};
use protocol::safe;

use crate::kinds;
use crate::look::{Look, Role, pad, pad_left, thousands};
use crate::report::dollars;
use crate::report::page::ReportPage;

/// The preview as text. It ends with a line break.
pub(crate) fn preview(preview: &Preview, look: Look) -> String {
    let mut page = ReportPage::new(look);
    page.paragraph(&preview.name, "", "  ", Some(Role::Strong));
    let facts = format!(
        "{} · {} · {} engine · seed {}",
        kinds::view(preview.instrument).title,
        kinds::view(preview.instrument).count(preview.panel),
        preview.engine,
        preview.seed
    );
    page.paragraph(&facts, "", "  ", Some(Role::Dim));
    page.paragraph(
        "DRY RUN · nobody was asked, nothing was stored.",
        "",
        "  ",
        Some(Role::Warning),
    );

    takes(preview, &mut page);
    margins(preview, &mut page);
    page.heading("What the first respondent would read", "");
    for line in safe::block(&preview.questionnaire).lines() {
        page.paragraph(line, "  ", "  ", None);
    }
    page.gap();
    page.finish()
}

fn takes(preview: &Preview, page: &mut ReportPage) {
    page.heading("What it takes", "");
    page.line(format!(
        "  {} credits of {} that can be spent",
        thousands(preview.credits.0),
        thousands(preview.balance.0)
    ));
    let (least, most) = preview.cost_usd;
    page.line(if most <= 0.0 {
        "  no money".to_owned()
    } else {
        format!("  ${least:.2} to ${most:.2}")
    });
    for calls in &preview.calls {
        page.paragraph(&of_kind(calls), "    ", "      ", Some(Role::Dim));
    }
    if let Some((half, unit)) = &preview.expected_half_width {
        let told = format!(
            "with {} answers, to be known within ±{half:.2} {}",
            thousands(preview.panel),
            safe::line(unit)
        );
        page.paragraph(&told, "  ", "  ", None);
    }
    if let Some(missing) = preview.missing_credits() {
        let line = format!(
            "{} credits are missing: ask for fewer respondents, or add them to the budget with: demoscope credits grant {missing}",
            thousands(missing.0),
        );
        page.paragraph(&line, "  ", "  ", Some(Role::Bad));
    }
    for note in &preview.notes {
        page.bullet(note);
    }
}

/// The number of calls of one type, and their cost.
pub(crate) fn of_kind(calls: &Calls) -> String {
    let cost =
        calls.cost_usd.filter(|(_, most)| *most > 0.0).map_or_else(String::new, |(least, most)| {
            format!(", {} to {}", dollars(least), dollars(most))
        });
    format!("{} × {}{cost}", thousands(i128::from(calls.count)), safe::line(&calls.what))
}

fn margins(preview: &Preview, page: &mut ReportPage) {
    if preview.margins.is_empty() {
        return;
    }
    let look = page.look;
    page.heading("Whom it would ask", "population   panel");
    for (dimension, classes) in &preview.margins {
        let dimension = dimension.replace('_', " ");
        page.line(format!("  {}", look.paint(Role::Strong, &safe::line(&dimension))));
        let room = look.width.saturating_sub(4 + 18).max(10);
        for (class, margin) in classes {
            let class = protocol::audience::in_words(class);
            let name = look.shorten(&safe::line(&class), room);
            page.line(format!(
                "    {}{}{}",
                pad(&name, room),
                pad_left(&format!("{:.1}%", margin.target * 100.0), 9),
                pad_left(&format!("{:.1}%", margin.realised * 100.0), 8),
            ));
        }
    }
}
