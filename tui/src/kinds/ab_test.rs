//! A/B test view. The main estimate is the share that prefers A minus the share that prefers B, in points; a winner is
//! named only where its interval excludes zero.

use protocol::results::{Answer, Outcomes, Preference, Winner};
use protocol::study::{Instrument, Order, Orders};

use super::{
    Against, AnswerParts, FieldInput, FormField, Marks, Material, Measure, Metric, Opening,
    OutcomeParts, Reading, Remark, Said, Share, ShareBar, StudyView,
};
use crate::look::{Role, thousands};
use crate::station::theme::Role as ScreenRole;

/// The marks for a preference for B, for neither and for A.
const FOR_B: i32 = 1;
const NEITHER: i32 = 2;
const FOR_A: i32 = 3;

/// The view of the A/B test.
pub(super) static VIEW: StudyView = StudyView {
    title: "A/B test",
    about: "shows two variants and asks which one wins, and why",
    stimulus: "both variants, headed ## Variant A and ## Variant B",
    asked: "Everyone read both variants, said which they prefer (or neither), how much they like each (1 to 10), and why.",
    topics: "What makes the difference",
    fields: &[FormField {
        key: "orders",
        label: "Order",
        hint: "split: half the panel sees A first; both: everybody answers in both orders",
        input: FieldInput::Choice(&[Orders::Split.as_str(), Orders::Both.as_str()]),
    }],
    material,
    parts,
    texts_mut,
    brief,
    besides: &[
        ("preference", "as preference"),
        ("score_a", "as score_a and score_b"),
        ("score_b", "as score_a and score_b"),
    ],
    scale: (1, 3),
    mark: |mark| match mark {
        FOR_B => "B".to_owned(),
        FOR_A => "A".to_owned(),
        _ => "tie".to_owned(),
    },
    mark_of: |parts| match parts.preference {
        Some(Preference::A) => FOR_A,
        Some(Preference::B) => FOR_B,
        Some(Preference::None) | None => NEITHER,
    },
    // A preference that changes with the order counts as none, as in the results.
    undecided: NEITHER,
    first: Some("B first"),
    marks: Marks::Answers,
    main: Some(Measure {
        field: "a_minus_b_pct",
        label: "A − B",
        typed: "lead",
        range: (-100.0, 100.0),
        decimals: 0,
        wide: 10.0,
    }),
    value: |mark| f64::from(mark - NEITHER) * 100.0,
    running: Some(("mean of the preferred", f64::from)),
    headline: &[
        Metric::points("a_minus_b_pct", "A − B, points").in_words("A minus B, points"),
        Metric::score("variant_a_score", "Score of A", (1.0, 10.0), 2).on_its_scale(),
        Metric::score("variant_b_score", "Score of B", (1.0, 10.0), 2).on_its_scale(),
        Metric::score("score_difference", "A − B, scores", (-9.0, 9.0), 2),
        Metric::points("order_effect_pct", "Shown first gains"),
    ],
    summary: &[
        ("variant_a_pct", "Prefer A"),
        ("variant_b_pct", "Prefer B"),
        ("a_minus_b_pct", "A − B, points"),
    ],
    lines: &[
        ("A − B", "a_minus_b_pct", 0),
        ("score A", "variant_a_score", 1),
        ("score B", "variant_b_score", 1),
        ("gap", "score_difference", 1),
    ],
    found,
    shares: ("Which they prefer", "Which do they prefer?"),
    compared: "Preference against the scores",
    opening: Opening::Variants,
    against: &[
        against("prefer A", "variant_a_pct", Reading::Share, Some(FOR_A)),
        against("no preference", "no_preference_pct", Reading::Share, Some(NEITHER)),
        against("prefer B", "variant_b_pct", Reading::Share, Some(FOR_B)),
        against("A \u{2212} B, points", "a_minus_b_pct", Reading::Points, None),
        against("score of A", "variant_a_score", Reading::Score, None),
        against("score of B", "variant_b_score", Reading::Score, None),
        against("A \u{2212} B, score", "score_difference", Reading::ScorePoints, None),
    ],
    ..StudyView::PLAIN
};

const fn against(
    label: &'static str,
    field: &'static str,
    reading: Reading,
    mark: Option<i32>,
) -> Against {
    Against { label, field, reading, mark }
}

fn material(instrument: &Instrument) -> Material<'_> {
    let Instrument::AbTest { variant_a, variant_b, orders } = instrument else {
        return Material::default();
    };
    let (remark, rows_by) = match orders {
        Orders::Split => ("Half of the panel saw A first, the other half B.", None),
        Orders::Both => (
            "Everyone was asked in both orders; only a preference that survived the swap counts.",
            Some("order"),
        ),
    };
    Material {
        texts: vec![(Some("Variant A"), variant_a), (Some("Variant B"), variant_b)],
        remark: Some(remark),
        fields: vec![("orders", orders.to_string())],
        rows_by,
        ..Material::default()
    }
}

fn parts(answer: &Answer) -> AnswerParts<'_> {
    let Answer::AbTest { preference, score_a, score_b, reasoning, sentiment, order } = answer
    else {
        return AnswerParts::default();
    };
    AnswerParts {
        reasoning,
        sentiment: Some(*sentiment),
        preference: Some(*preference),
        scores: Some((*score_a, *score_b)),
        order: Some(*order),
        ..AnswerParts::default()
    }
}

fn texts_mut(answer: &mut Answer) -> Vec<&mut String> {
    let Answer::AbTest { reasoning, .. } = answer else { return Vec::new() };
    vec![reasoning]
}

fn brief(parts: &AnswerParts<'_>) -> String {
    let preference = parts.preference.map(|preference| match preference {
        Preference::A => "prefers A".to_owned(),
        Preference::B => "prefers B".to_owned(),
        Preference::None => "prefers neither".to_owned(),
    });
    let scores = parts.scores.map(|(a, b)| format!("A {a}/10, B {b}/10"));
    let order = parts.order.map(|order| match order {
        Order::AFirst => "saw A first".to_owned(),
        Order::BFirst => "saw B first".to_owned(),
    });
    [preference, scores, order].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn found(outcomes: &Outcomes) -> OutcomeParts<'_> {
    let Outcomes::AbTest {
        winner,
        variant_a_pct,
        variant_b_pct,
        no_preference_pct,
        contested,
        orders_shown,
        ..
    } = outcomes
    else {
        return OutcomeParts::default();
    };
    let won = |one| if *winner == one { Role::Good } else { Role::Accent };
    let bar = |label: &str, title: &str, percent, field: &str, role| ShareBar {
        label: label.to_owned(),
        title: title.to_owned(),
        percent,
        field: field.to_owned(),
        role,
    };
    let share =
        |label, percent, role, mark| Share { label, percent, role, said: Said::Mark(mark, mark) };
    OutcomeParts {
        bars: vec![
            bar("prefer A", "Prefer A", *variant_a_pct, "variant_a_pct", won(Winner::A)),
            bar("prefer B", "Prefer B", *variant_b_pct, "variant_b_pct", won(Winner::B)),
            bar("neither", "Prefer neither", *no_preference_pct, "no_preference_pct", Role::Dim),
        ],
        remark: Some(shown_first(*orders_shown, *contested)),
        shares: vec![
            share("prefer A", *variant_a_pct, ScreenRole::Accent, FOR_A),
            share("no preference", *no_preference_pct, ScreenRole::Dim, NEITHER),
            share("prefer B", *variant_b_pct, ScreenRole::Marked, FOR_B),
        ],
        verdict: Some(match winner {
            Winner::A => "A wins",
            Winner::B => "B wins",
            Winner::Tie => "no winner",
        }),
        ..OutcomeParts::default()
    }
}

/// How often each variant was shown first, and the number of preferences that changed with the order.
fn shown_first((a, b): (u64, u64), contested: Option<u64>) -> Remark {
    let count = |count: u64| thousands(i128::from(count));
    let (a, b) = (count(a), count(b));
    match contested {
        Some(contested) => Remark::same(format!(
            "Everyone saw both orders (A first {a}, B first {b}); {} changed their mind with the order and count as neither.",
            count(contested)
        )),
        None => Remark {
            printed: format!("Shown first: A to {a}, B to {b}."),
            written: format!("A was shown first to {a}, B to {b}."),
        },
    }
}
