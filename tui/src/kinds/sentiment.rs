//! Sentiment view: how respondents feel about something. The main estimate is the positive share minus the negative
//! share, in points.

use protocol::channels::Construct;
use protocol::results::{Answer, Outcomes, Sentiment};
use protocol::study::Instrument;

use super::{
    AnswerParts, Marks, Material, Measure, Metric, OutcomeParts, Remark, Said, Share, ShareBar,
    StudyView,
};
use crate::look::Role;
use crate::report::bars::nearly;
use crate::station::theme::Role as ScreenRole;

/// The view of the sentiment study.
pub(super) static VIEW: StudyView = StudyView {
    title: "sentiment",
    about: "asks how people feel about it, and why",
    stimulus: "what feelings are about, as respondents read it",
    asked: "Everyone read the text below and said how they feel about it (positive, negative, neutral or mixed), which theme decides that, and why.",
    topics: "What decides how they feel",
    material,
    parts,
    texts_mut,
    // The mark already shows the sentiment.
    facts: |parts| AnswerParts { sentiment: None, ..parts.clone() }.facts(),
    besides: &[("sentiment", "as sentiment")],
    constructs: &[Construct::Sentiment],
    scale: (1, 3),
    mark: |mark| match mark {
        1 => "against".to_owned(),
        3 => "for".to_owned(),
        _ => "between".to_owned(),
    },
    mark_of: |parts| match parts.sentiment {
        Some(Sentiment::Negative) => 1,
        Some(Sentiment::Positive) => 3,
        Some(Sentiment::Neutral | Sentiment::Mixed) | None => 2,
    },
    first: Some("against it first"),
    marks: Marks::Answers,
    main: Some(Measure {
        field: "net_sentiment",
        label: "net",
        typed: "net",
        range: (-100.0, 100.0),
        decimals: 0,
        wide: 10.0,
    }),
    value: |mark| f64::from(mark - 2) * 100.0,
    headline: &[Metric::points("net_sentiment", "Positive − negative")
        .in_words("Positive minus negative, points")],
    summary: &[
        ("positive_pct", "Positive"),
        ("negative_pct", "Negative"),
        ("net_sentiment", "Positive − negative, points"),
    ],
    lines: &[("net", "net_sentiment", 0)],
    found,
    shares: ("How they feel about it", "How do they feel about it?"),
    ..StudyView::PLAIN
};

fn material(instrument: &Instrument) -> Material<'_> {
    let Instrument::Sentiment { stimulus } = instrument else { return Material::default() };
    Material::of_text(stimulus)
}

fn parts(answer: &Answer) -> AnswerParts<'_> {
    let Answer::Sentiment { sentiment, reasoning, key_theme } = answer else {
        return AnswerParts::default();
    };
    AnswerParts {
        reasoning,
        sentiment: Some(*sentiment),
        key_theme: Some(key_theme),
        ..AnswerParts::default()
    }
}

fn texts_mut(answer: &mut Answer) -> Vec<&mut String> {
    let Answer::Sentiment { reasoning, key_theme, .. } = answer else { return Vec::new() };
    vec![reasoning, key_theme]
}

fn found(outcomes: &Outcomes) -> OutcomeParts<'_> {
    let Outcomes::Sentiment {
        positive_pct, negative_pct, neutral_pct, mixed_pct, confidence, ..
    } = outcomes
    else {
        return OutcomeParts::default();
    };
    let bars = Sentiment::ALL.iter().map(|feeling| {
        let (percent, role) = match feeling {
            Sentiment::Positive => (*positive_pct, Role::Good),
            Sentiment::Negative => (*negative_pct, Role::Bad),
            Sentiment::Neutral => (*neutral_pct, Role::Accent),
            Sentiment::Mixed => (*mixed_pct, Role::Warning),
        };
        let word = feeling.to_string();
        ShareBar {
            label: word.clone(),
            title: word,
            percent,
            field: format!("{feeling}_pct"),
            role,
        }
    });
    let shares = [
        (Sentiment::Positive, *positive_pct, ScreenRole::Good),
        (Sentiment::Mixed, *mixed_pct, ScreenRole::Warning),
        (Sentiment::Neutral, *neutral_pct, ScreenRole::Dim),
        (Sentiment::Negative, *negative_pct, ScreenRole::Bad),
    ];
    OutcomeParts {
        bars: bars.collect(),
        remark: Some(Remark::same(format!(
            "In {} of resampled panels (bootstrap) the feeling that leads here still leads.",
            nearly(*confidence)
        ))),
        shares: shares
            .map(|(feeling, percent, role)| Share {
                label: feeling.as_str(),
                percent,
                role,
                said: Said::Feeling(feeling),
            })
            .into(),
        ..OutcomeParts::default()
    }
}
