//! Shares as bars: whether they would buy, who recommends, and how they feel about it.

use protocol::results::{Outcomes, PurchaseIntent, Results, Sentiment, Winner};

use crate::look::{Look, Role, pad, pad_left, thousands};
use crate::report::estimates::range;
use crate::report::page::Page;

/// Columns of the label, the share and the interval.
const COLUMNS: (usize, usize, usize) = (18, 8, 13);
/// Parts of a column, from the thinnest.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// A share to draw: what it is of, its percentage, the field of its estimate, its colour.
type Row = (String, f64, String, Role);

/// Draws them.
pub(crate) fn draw(results: &Results, page: &mut Page) {
    let (heading, rows): (_, Vec<Row>) = match &results.outcomes {
        Outcomes::ConceptTest { purchase_intent: shares, .. } => {
            let rows = PurchaseIntent::ALL.iter().map(|&intent| {
                let (share, role) = match intent {
                    PurchaseIntent::Definitely => (shares.definitely, Role::Good),
                    PurchaseIntent::Probably => (shares.probably, Role::Good),
                    PurchaseIntent::Maybe => (shares.maybe, Role::Accent),
                    PurchaseIntent::ProbablyNot => (shares.probably_not, Role::Bad),
                    PurchaseIntent::DefinitelyNot => (shares.definitely_not, Role::Bad),
                };
                (
                    intent.as_str().replace('_', " "),
                    share,
                    format!("purchase_intent.{intent}"),
                    role,
                )
            });
            ("Would they buy it", rows.collect())
        }
        Outcomes::Nps { promoters_pct, passives_pct, detractors_pct, .. } => {
            let row = |name: &str, share: f64, role| {
                let field = name.split(' ').next().unwrap_or_default();
                (name.to_owned(), share, format!("{field}_pct"), role)
            };
            let rows = vec![
                row("promoters (9–10)", *promoters_pct, Role::Good),
                row("passives (7–8)", *passives_pct, Role::Accent),
                row("detractors (0–6)", *detractors_pct, Role::Bad),
            ];
            ("Would they recommend it", rows)
        }
        Outcomes::Sentiment { positive_pct, negative_pct, neutral_pct, mixed_pct, .. } => {
            let rows = Sentiment::ALL.iter().map(|&feeling| {
                let (share, role) = match feeling {
                    Sentiment::Positive => (*positive_pct, Role::Good),
                    Sentiment::Negative => (*negative_pct, Role::Bad),
                    Sentiment::Neutral => (*neutral_pct, Role::Accent),
                    Sentiment::Mixed => (*mixed_pct, Role::Warning),
                };
                (feeling.as_str().to_owned(), share, format!("{feeling}_pct"), role)
            });
            ("How they feel about it", rows.collect())
        }
        Outcomes::AbTest { variant_a_pct, variant_b_pct, no_preference_pct, winner, .. } => {
            let won = |one| if *winner == one { Role::Good } else { Role::Accent };
            let row = |name: &str, share: f64, field: &str, role| {
                (name.to_owned(), share, field.to_owned(), role)
            };
            let rows = vec![
                row("prefer A", *variant_a_pct, "variant_a_pct", won(Winner::A)),
                row("prefer B", *variant_b_pct, "variant_b_pct", won(Winner::B)),
                row("neither", *no_preference_pct, "no_preference_pct", Role::Dim),
            ];
            ("Which they prefer", rows)
        }
        Outcomes::Survey { .. } => return,
    };
    page.heading(heading, "95 % interval");
    let look = page.look;
    for row in rows {
        page.line(line(&row, results, look));
    }
    match &results.outcomes {
        Outcomes::Sentiment { confidence, .. } => page.paragraph(
            &format!(
                "In {} of resampled panels (bootstrap) the feeling that leads here still leads.",
                nearly(*confidence)
            ),
            "  ",
            "  ",
            Some(Role::Dim),
        ),
        Outcomes::AbTest { orders_shown: (a_first, b_first), contested, .. } => {
            let mut line = format!(
                "Shown first: A to {}, B to {}.",
                thousands(i128::from(*a_first)),
                thousands(i128::from(*b_first))
            );
            if let Some(contested) = contested {
                line = format!(
                    "Everyone saw both orders (A first {}, B first {}); {} changed their mind with the order and count as neither.",
                    thousands(i128::from(*a_first)),
                    thousands(i128::from(*b_first)),
                    thousands(i128::from(*contested))
                );
            }
            page.paragraph(&line, "  ", "  ", Some(Role::Dim));
        }
        _ => feelings(results, page),
    }
}

fn line((name, share, field, role): &Row, results: &Results, look: Look) -> String {
    let room = look.width.saturating_sub(2 + COLUMNS.0 + COLUMNS.1 + 2 + COLUMNS.2).clamp(6, 60);
    let interval = results.estimates.get(field).and_then(|found| found.low.zip(found.high));
    format!(
        "  {}{}{}  {}",
        pad(name, COLUMNS.0),
        bar(*share, room, *role, look),
        pad_left(&format!("{share:.1}%"), COLUMNS.1),
        look.paint(Role::Dim, &pad_left(&range(field, interval, look), COLUMNS.2)),
    )
}

/// A share found by resampling, in percent. A finite number of resamples proves no certainty, so none is claimed.
pub(crate) fn nearly(share: f64) -> String {
    if share > 0.995 {
        "more than 99 %".to_owned()
    } else if share < 0.005 {
        "less than 1 %".to_owned()
    } else {
        format!("{:.0} %", share * 100.0)
    }
}

/// A percentage as a bar, in exactly `room` columns.
pub(crate) fn bar(share: f64, room: usize, role: Role, look: Look) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the room"
    )]
    let eighths = (share.clamp(0.0, 100.0) / 100.0 * (room * 8) as f64).round() as usize;
    let drawn = look.glyph(
        format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8]),
        "#".repeat((eighths + 4) / 8),
    );
    let used = unicode_width::UnicodeWidthStr::width(drawn.as_str());
    format!("{}{}", look.paint(role, &drawn), " ".repeat(room.saturating_sub(used)))
}

/// The feelings in one line: they colour the picture, the scores draw it.
fn feelings(results: &Results, page: &mut Page) {
    let parts: Vec<String> = Sentiment::ALL
        .iter()
        .filter_map(|feeling| {
            let estimate = results.estimates.get(&format!("{feeling}_pct"))?;
            Some(format!("{feeling} {:.0}%", estimate.value))
        })
        .collect();
    if !parts.is_empty() {
        page.paragraph(&format!("Feelings: {}", parts.join(" · ")), "  ", "    ", Some(Role::Dim));
    }
}
