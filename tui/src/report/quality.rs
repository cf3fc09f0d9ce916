//! Quality figures of the answers: variation, order effects and consistency, each with its interval. Undefined figures
//! are listed with the reason.

use protocol::quality::Figure;
use protocol::results::{Estimate, Results};
use protocol::safe;

use crate::kinds;
use crate::look::{Role, pad, pad_left, thousands};
use crate::report::estimates::with_minus;
use crate::report::page::ReportPage;

/// The unit of a figure.
#[derive(Clone, Copy)]
enum QualityUnit {
    Points,
    Times,
    Bits,
    Share,
    Percentage,
}

/// The share of answers of which one part contradicts another; each study type says which two.
const CONTRADICTIONS: &str = "self_contradictions";

/// Every figure in display order: its key, its name, and its unit.
const FIGURES: [(&str, &str, QualityUnit); 13] = [
    ("std_dev", "Standard deviation", QualityUnit::Points),
    ("sd_ratio", "Spread against people's", QualityUnit::Times),
    ("entropy_bits", "Entropy", QualityUnit::Bits),
    ("share_at_mode", "At the commonest answer", QualityUnit::Share),
    ("distinct_texts", "Different reasonings", QualityUnit::Share),
    ("near_duplicates", "Reasonings with a near-twin", QualityUnit::Share),
    (CONTRADICTIONS, "", QualityUnit::Share),
    ("order_effect", "Effect of the order", QualityUnit::Points),
    ("swap_stability", "Preference survives the swap", QualityUnit::Share),
    ("first_option_share", "Chose the word listed first", QualityUnit::Share),
    ("persona_effect", "Variance due to the person", QualityUnit::Share),
    ("reask_noise", "Spread when asked again", QualityUnit::Points),
    ("reask_same", "Same answer when asked again", QualityUnit::Share),
];
/// Columns of the label and the value.
const COLUMNS: (usize, usize) = (30, 8);

/// A figure as text: its name, its value, and its interval or the reason why it is undefined.
pub(crate) struct QualityRow {
    pub(crate) label: String,
    /// `None` where it is undefined.
    pub(crate) value: Option<String>,
    pub(crate) beside: String,
}

/// Every figure of the results, in display order.
pub(crate) fn rows(results: &Results) -> Vec<QualityRow> {
    let figures = &results.diagnostics.figures;
    let view = kinds::of_outcomes(&results.outcomes);
    let compares = !view.against.is_empty();
    let row = |(key, label, unit): (&str, &'static str, QualityUnit)| {
        let label = if key == CONTRADICTIONS { view.compared } else { label };
        let unit = if key == "order_effect" && compares { QualityUnit::Percentage } else { unit };
        let (value, beside) = match figures.get(key)? {
            Figure::Known(estimate) => (Some(number(unit, estimate.value)), beside(unit, estimate)),
            Figure::Undefined { undefined } => (None, safe::line(undefined).into_owned()),
        };
        Some(QualityRow { label: label.to_owned(), value, beside })
    };
    FIGURES.into_iter().filter_map(row).chain(of_wordings(results)).collect()
}

/// The shift of the mean by each other wording, and the rank correlation.
fn of_wordings(results: &Results) -> Vec<QualityRow> {
    let Some(found) = &results.diagnostics.wordings else { return Vec::new() };
    let row = |label: String, figure: &Figure, shows: &dyn Fn(f64) -> String| match figure {
        Figure::Known(estimate) => {
            let beside = beside_as(estimate, shows);
            QualityRow { label, value: Some(shows(estimate.value)), beside }
        }
        Figure::Undefined { undefined } => {
            QualityRow { label, value: None, beside: safe::line(undefined).into_owned() }
        }
    };
    let points = |value: f64| with_minus(format!("{value:.2}"));
    let net = |value: f64| with_minus(format!("{value:.0}"));
    let shown: &dyn Fn(f64) -> String = if found.unit == "points" { &points } else { &net };
    let each = found.wordings.iter().flat_map(|wording| {
        let number = wording.number;
        [
            row(format!("Wording {number} minus the answer"), &wording.difference, shown),
            row(format!("Order kept in wording {number}"), &wording.rank, &points),
        ]
    });
    let same = row("Order kept in the same words".to_owned(), &found.rank_same_words, &points);
    each.chain([same]).collect()
}

/// The reference for the spread, as a sentence.
pub(crate) fn reference(results: &Results) -> Option<String> {
    let reference = results.diagnostics.reference.as_ref()?;
    results.diagnostics.figures.contains_key("sd_ratio").then(|| {
        format!(
            "People's standard deviation is taken as {:.1}: {}.",
            reference.std_dev,
            safe::line(&reference.source)
        )
    })
}

/// Draws the figures; nothing where there are none.
pub(crate) fn draw(results: &Results, page: &mut ReportPage) {
    let look = page.look;
    let rows = rows(results);
    if rows.iter().any(|row| row.value.is_some()) {
        page.gap();
    }
    for row in &rows {
        if let Some(value) = &row.value {
            let value = look.paint(Role::Strong, &pad_left(value, COLUMNS.1));
            let rest = look.paint(Role::Dim, &format!("  {}", row.beside));
            page.line(format!("  {}{value}{rest}", pad(&row.label, COLUMNS.0)));
        }
    }
    let mut unknown: Vec<(&str, Vec<String>)> = Vec::new();
    for row in rows.iter().filter(|row| row.value.is_none()) {
        let label = row.label.to_lowercase();
        match unknown.iter_mut().find(|(why, _)| *why == row.beside) {
            Some((_, labels)) => labels.push(label),
            None => unknown.push((&row.beside, vec![label])),
        }
    }
    for (why, labels) in unknown {
        page.bullet(&format!("Not known: {} ({why}).", labels.join(", ")));
    }
    if let Some(sentence) = reference(results) {
        page.bullet(&sentence);
    }
}

/// The interval, and the number of answers.
fn beside(unit: QualityUnit, estimate: &Estimate) -> String {
    beside_as(estimate, &|value| number(unit, value))
}

fn beside_as(estimate: &Estimate, shows: &dyn Fn(f64) -> String) -> String {
    let of = format!("of {}", thousands(i128::from(estimate.n)));
    match estimate.low.zip(estimate.high) {
        Some((low, high)) => format!("{} to {}, {of}", shows(low), shows(high)),
        None => of,
    }
}

fn number(unit: QualityUnit, value: f64) -> String {
    with_minus(match unit {
        QualityUnit::Points | QualityUnit::Bits => format!("{value:.2}"),
        QualityUnit::Times => format!("{value:.2} ×"),
        QualityUnit::Share => format!("{:.0} %", 100.0 * value),
        QualityUnit::Percentage => format!("{value:.1}"),
    })
}

#[cfg(test)]
mod tests {
    use protocol::control::{Verdict, Wording, Wordings};
    use protocol::results::Report;

    use super::*;
    use crate::look::Look;
    use crate::report::fixtures;

    #[test]
    fn every_wording_stands_with_its_difference_and_its_order() {
        let Some(mut results) = fixtures::concept_test().results else {
            panic!("the fixture has results")
        };
        let known = |value: f64| {
            Figure::Known(Estimate {
                value,
                low: Some(value - 0.1),
                high: Some(value + 0.1),
                level: 0.95,
                n: 30,
                effective_n: 30.0,
                method: "paired_t".to_owned(),
                wording_sd: None,
                within_wording: false,
            })
        };
        let wording = |number, difference, rank| Wording { number, difference, rank, asked: 30 };
        results.diagnostics.wordings = Some(Wordings {
            verdict: Verdict::Failed,
            limit: 0.5,
            unit: "points".to_owned(),
            largest: known(-1.4),
            rank_same_words: known(0.9),
            wordings: vec![
                wording(1, known(0.1), known(0.87)),
                wording(
                    2,
                    known(-1.4),
                    Figure::Undefined { undefined: "all answers are alike".to_owned() },
                ),
            ],
            sentence: "The wording of the question matters.".to_owned(),
        });
        let mut page = ReportPage::new(Look::PLAIN);
        draw(&results, &mut page);
        insta::assert_snapshot!(page.finish(), @r"
        Wording 1 minus the answer        0.10  0.00 to 0.20, of 30
        Order kept in wording 1           0.87  0.77 to 0.97, of 30
        Wording 2 minus the answer       −1.40  −1.50 to −1.30, of 30
        Order kept in the same words      0.90  0.80 to 1.00, of 30
        • Not known: order kept in wording 2 (all answers are alike).
        ");
        let text = crate::report::render(
            &Report { results: Some(results), ..fixtures::concept_test() },
            Look::PLAIN,
        );
        let place =
            |words: &str| text.find(words).unwrap_or_else(|| panic!("{words:?} is not in {text}"));
        assert!(
            place("  ! The wording of the question matters.") < place("WHAT THEY MAKE OF IT"),
            "{text}"
        );
    }

    #[test]
    fn the_figure_on_contradictions_says_what_is_held_against_what() {
        let reports = [fixtures::concept_test(), fixtures::nps(), fixtures::ab_test()];
        let labels = reports.map(|report| {
            let Some(mut results) = report.results else { panic!("the fixture has results") };
            let undefined = "nobody answered".to_owned();
            let figure = Figure::Undefined { undefined };
            results.diagnostics.figures = [(CONTRADICTIONS.to_owned(), figure)].into();
            rows(&results).into_iter().map(|row| row.label).collect::<String>()
        });
        let wanted = [
            "Score against sentiment/intent",
            "Score against sentiment",
            "Preference against the scores",
        ];
        assert_eq!(labels, wanted);
        assert!(wanted.iter().all(|label| label.len() <= COLUMNS.0));
    }

    #[test]
    fn what_is_not_known_is_said_with_its_reason() {
        let Some(mut results) = fixtures::concept_test().results else {
            panic!("the fixture has results")
        };
        let mut page = ReportPage::new(Look::PLAIN);
        draw(&results, &mut page);
        assert_eq!(page.finish(), "\n", "no figures, no section");
        let estimate = Estimate {
            value: 0.9,
            low: Some(0.81),
            high: Some(1.0),
            level: 0.95,
            n: 115,
            effective_n: 115.0,
            method: "log_variance".to_owned(),
            wording_sd: None,
            within_wording: false,
        };
        let why = || Figure::Undefined { undefined: "nobody was asked twice".to_owned() };
        let figures = &mut results.diagnostics.figures;
        drop(figures.insert("sd_ratio".to_owned(), Figure::Known(estimate)));
        drop(figures.insert("persona_effect".to_owned(), why()));
        drop(figures.insert("reask_noise".to_owned(), why()));
        let mut page = ReportPage::new(Look::PLAIN);
        draw(&results, &mut page);
        let text = page.finish();
        assert!(text.contains("0.90 ×  0.81 × to 1.00 ×, of 115"), "{text}");
        let told: Vec<&str> = text.split_whitespace().collect();
        assert!(
            told.join(" ").contains(
                "Not known: variance due to the person, spread when asked again (nobody was asked twice)."
            ),
            "{text}"
        );
    }
}
