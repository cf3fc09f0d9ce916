//! The figures on the answers as such: how varied they are, whether their order or chance decided them. Each with its
//! interval; those that cannot be had are named with the reason.

use protocol::quality::Figure;
use protocol::results::{Estimate, Results};

use crate::look::{Role, pad, pad_left, thousands};
use crate::report::page::Page;

/// How a figure is written.
#[derive(Clone, Copy)]
enum Unit {
    Points,
    Times,
    Bits,
    Share,
    Percentage,
}

/// Every figure in the order of the page: its key, what people call it, and its unit.
const FIGURES: [(&str, &str, Unit); 12] = [
    ("std_dev", "Standard deviation", Unit::Points),
    ("sd_ratio", "… as part of people's", Unit::Times),
    ("entropy_bits", "Entropy", Unit::Bits),
    ("share_at_mode", "At the commonest answer", Unit::Share),
    ("distinct_texts", "Different reasonings", Unit::Share),
    ("near_duplicates", "Reasonings with a near-twin", Unit::Share),
    ("self_contradictions", "Contradict themselves", Unit::Share),
    ("order_effect", "Effect of the order", Unit::Points),
    ("first_option_share", "Chose the word listed first", Unit::Share),
    ("persona_effect", "Variance due to the person", Unit::Share),
    ("reask_noise", "Spread when asked again", Unit::Points),
    ("reask_same", "Same answer when asked again", Unit::Share),
];
/// Columns of the label and the value.
const COLUMNS: (usize, usize) = (30, 8);

/// Draws them; nothing where an older daemon sent none.
pub(crate) fn draw(results: &Results, page: &mut Page) {
    let figures = &results.diagnostics.figures;
    let look = page.look;
    let mut undefined: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut first = true;
    for (key, label, unit) in FIGURES {
        let unit = if key == "order_effect" && results.estimates.contains_key("a_minus_b_pct") {
            Unit::Percentage
        } else {
            unit
        };
        match figures.get(key) {
            None => {}
            Some(Figure::Known(estimate)) => {
                if std::mem::take(&mut first) {
                    page.gap();
                }
                let value =
                    look.paint(Role::Strong, &pad_left(&number(unit, estimate.value), COLUMNS.1));
                let rest = look.paint(Role::Dim, &format!("  {}", beside(unit, estimate)));
                page.line(format!("  {}{value}{rest}", pad(label, COLUMNS.0)));
            }
            Some(Figure::Undefined { undefined: why }) => {
                let label = label.trim_start_matches("… ");
                match undefined.iter_mut().find(|(known, _)| known == why) {
                    Some((_, labels)) => labels.push(label),
                    None => undefined.push((why, vec![label])),
                }
            }
        }
    }
    for (why, labels) in undefined {
        page.bullet(&format!("Not known: {} ({why}).", labels.join(", ").to_lowercase()));
    }
    if let Some(reference) = &results.diagnostics.reference
        && figures.contains_key("sd_ratio")
    {
        page.bullet(&format!(
            "People's standard deviation is taken as {:.1}: {}.",
            reference.std_dev, reference.source
        ));
    }
}

/// The interval, and how many it rests on.
fn beside(unit: Unit, estimate: &Estimate) -> String {
    let of = format!("of {}", thousands(i128::from(estimate.n)));
    match estimate.low.zip(estimate.high) {
        Some((low, high)) => format!("{} to {}, {of}", number(unit, low), number(unit, high)),
        None => of,
    }
}

fn number(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Points | Unit::Bits => format!("{value:.2}"),
        Unit::Times => format!("{value:.2} ×"),
        Unit::Share => format!("{:.0} %", 100.0 * value),
        Unit::Percentage => format!("{value:.1}"),
    }
}
