//! NPS view: willingness to recommend from 0 to 10. The score is promoters minus detractors, after Reichheld (2003): 9
//! and 10 count as +100, 0 to 6 as −100, the rest as 0.

use protocol::channels::Construct;
use protocol::results::{Answer, Outcomes};
use protocol::study::Instrument;

use super::{
    AnswerParts, Material, Measure, Metric, OutcomeParts, Said, Scores, Share, ShareBar, StudyView,
};
use crate::look::Role;
use crate::station::theme::Role as ScreenRole;

/// The view of the NPS study.
pub(super) static VIEW: StudyView = StudyView {
    title: "NPS",
    about: "asks how likely people are to recommend it, 0 to 10",
    stimulus: "what they would recommend, as respondents read it",
    asked: "Everyone read the text below and said how likely they are to recommend it (0 to 10), how they feel about it, and why.",
    material,
    parts,
    texts_mut,
    score: ("how likely they are to recommend it", "0 to 10"),
    besides: &[("score", "as score"), ("sentiment", "as sentiment")],
    constructs: &[Construct::Recommendation],
    scale: (0, 10),
    first: Some("lowest first"),
    score_role: |score| match score {
        9.. => Role::Good,
        ..7 => Role::Bad,
        _ => Role::Accent,
    },
    main: Some(Measure {
        field: "nps_score",
        label: "NPS",
        typed: "nps",
        range: (-100.0, 100.0),
        decimals: 0,
        wide: 10.0,
    }),
    value,
    running: Some(("NPS", value)),
    headline: &[
        Metric::points("nps_score", "Net Promoter Score"),
        Metric::score("mean_score", "Mean score", (0.0, 10.0), 2).on_its_scale(),
        Metric::score("median_score", "Median score", (0.0, 10.0), 1),
    ],
    summary: &[
        ("nps_score", "Net Promoter Score"),
        ("promoters_pct", "Promoters"),
        ("detractors_pct", "Detractors"),
    ],
    lines: &[("NPS", "nps_score", 0), ("mean", "mean_score", 1)],
    found,
    shares: ("Would they recommend it", "Would they recommend it?"),
    ..StudyView::PLAIN
};

fn value(score: i32) -> f64 {
    match score {
        9.. => 100.0,
        7..=8 => 0.0,
        _ => -100.0,
    }
}

fn material(instrument: &Instrument) -> Material<'_> {
    let Instrument::Nps { stimulus } = instrument else { return Material::default() };
    Material::of_text(stimulus)
}

fn parts(answer: &Answer) -> AnswerParts<'_> {
    let Answer::Nps { score, reasoning, sentiment } = answer else { return AnswerParts::default() };
    AnswerParts {
        reasoning,
        score: Some(*score),
        sentiment: Some(*sentiment),
        ..AnswerParts::default()
    }
}

fn texts_mut(answer: &mut Answer) -> Vec<&mut String> {
    let Answer::Nps { reasoning, .. } = answer else { return Vec::new() };
    vec![reasoning]
}

fn found(outcomes: &Outcomes) -> OutcomeParts<'_> {
    let Outcomes::Nps {
        promoters_pct,
        passives_pct,
        detractors_pct,
        mean_score,
        std_dev,
        score_distribution,
        ..
    } = outcomes
    else {
        return OutcomeParts::default();
    };
    let bar = |label: &str, title: &str, percent: f64, field: &str, role| ShareBar {
        label: label.to_owned(),
        title: title.to_owned(),
        percent,
        field: field.to_owned(),
        role,
    };
    let share = |label, percent, role, low, high| Share {
        label,
        percent,
        role,
        said: Said::Mark(low, high),
    };
    OutcomeParts {
        scores: Some(Scores { counts: score_distribution, mean: *mean_score, std_dev: *std_dev }),
        bars: vec![
            bar(
                "promoters (9–10)",
                "Promoters (9 and 10)",
                *promoters_pct,
                "promoters_pct",
                Role::Good,
            ),
            bar(
                "passives (7–8)",
                "Passives (7 and 8)",
                *passives_pct,
                "passives_pct",
                Role::Accent,
            ),
            bar(
                "detractors (0–6)",
                "Detractors (0 to 6)",
                *detractors_pct,
                "detractors_pct",
                Role::Bad,
            ),
        ],
        shares: vec![
            share("promoters", *promoters_pct, ScreenRole::Good, 9, 10),
            share("passives", *passives_pct, ScreenRole::Warning, 7, 8),
            share("detractors", *detractors_pct, ScreenRole::Bad, 0, 6),
        ],
        ..OutcomeParts::default()
    }
}
