//! Content review view: a piece of content that experts score on the dimensions of its type, from 1 to 10. The main
//! estimate is the overall score, in which each expert weighs the dimensions by their own lens.

use std::fmt::Write as _;

use protocol::results::{Answer, Outcomes, Preference};
use protocol::review::{Neighbours, ReviewAnswer, ReviewMaterial, ReviewMode};
use protocol::study::Instrument;

use super::{
    AnswerColumn, AnswerParts, FieldInput, FormField, FoundTexts, Material, Measure, Metric,
    Opening, OutcomeParts, StudyView,
};
use crate::look::Role;

/// Yes or no, no first.
const NO_YES: FieldInput = FieldInput::Choice(&["false", "true"]);

/// The scale of scores.
const SCORES: (f64, f64) = (1.0, 10.0);

/// The view of the content review.
pub(super) static VIEW: StudyView = StudyView {
    title: "content review",
    about: "has experts score a text, say what to change, and try better versions",
    stimulus: "the content, as it would appear",
    asked: "Every expert read the content below, scored it on each dimension (1 to 10), said whether they would click, and why.",
    topics: "What the experts look at",
    people: ("expert", "experts"),
    panel: "20",
    fields: FIELDS,
    material,
    parts,
    texts_mut,
    brief,
    columns: COLUMNS,
    score: ("the expert's overall score, rounded", "1 to 10"),
    besides: &[("score", "as score")],
    scale: (1, 10),
    first: Some("lowest first"),
    score_role: |score| match score {
        8.. => Role::Good,
        ..5 => Role::Bad,
        _ => Role::Accent,
    },
    main: Some(Measure {
        field: "overall",
        label: "overall",
        typed: "overall",
        range: SCORES,
        decimals: 1,
        wide: 0.5,
    }),
    running: Some(("overall", f64::from)),
    headline: HEADLINE,
    summary: &[
        ("overall", "Overall score"),
        ("clickRate", "Click rate"),
        ("feedDistinctiveness", "Feed distinctiveness"),
    ],
    lines: &[("overall", "overall", 1), ("would click", "clickRate", 2)],
    found,
    found_texts,
    opening: Opening::Dimensions,
    shares: ("What they would do", "What would they do?"),
    ..StudyView::PLAIN
};

/// The numbers at the top of a report; of the dimensions those that the type of the content has.
const HEADLINE: &[Metric] = &[
    Metric::score("overall", "Overall", SCORES, 1).on_its_scale(),
    Metric::score("clickRate", "Click rate", (0.0, 1.0), 2).on_its_scale(),
    dimension("dimension.appeal", "Appeal"),
    dimension("dimension.attention", "Attention"),
    dimension("dimension.audience_fit", "Audience Fit"),
    dimension("dimension.benefit_clarity", "Benefit Clarity"),
    dimension("dimension.call_to_action", "Call to Action"),
    dimension("dimension.call_to_discussion", "Call to Discussion"),
    dimension("dimension.clarity", "Clarity"),
    dimension("dimension.completeness", "Completeness"),
    dimension("dimension.credibility", "Credibility"),
    dimension("dimension.curiosity", "Curiosity"),
    dimension("dimension.depth", "Depth"),
    dimension("dimension.differentiation", "Differentiation"),
    dimension("dimension.distinctiveness", "Distinctiveness"),
    dimension("dimension.emotional_pull", "Emotional Pull"),
    dimension("dimension.friction", "Friction"),
    dimension("dimension.hook", "Hook"),
    dimension("dimension.legibility", "Legibility"),
    dimension("dimension.news_value", "News Value"),
    dimension("dimension.open_appeal", "Open Appeal"),
    dimension("dimension.opening", "Opening"),
    dimension("dimension.professional_value", "Professional Value"),
    dimension("dimension.promise", "Promise"),
    dimension("dimension.proof", "Proof"),
    dimension("dimension.readability", "Readability"),
    dimension("dimension.relevance", "Relevance"),
    dimension("dimension.shareability", "Shareability"),
    dimension("dimension.specificity", "Specificity"),
    dimension("dimension.stopping_power", "Stopping Power"),
    dimension("dimension.structure", "Structure"),
    dimension("dimension.title_fit", "Title Fit"),
    dimension("dimension.trust", "Trust"),
    dimension("dimension.urgency", "Urgency"),
    dimension("dimension.value_clarity", "Value Clarity"),
    dimension("dimension.voice", "Voice"),
    dimension("feedDistinctiveness", "Stands out in feed"),
    dimension("regulatoryFit", "Regulatory fit"),
];

const fn dimension(field: &'static str, label: &'static str) -> Metric {
    Metric::score(field, label, SCORES, 1)
}

const FIELDS: &[FormField] = &[
    FormField {
        key: "content_type",
        label: "What it is",
        hint: "decides the dimensions: youtube, blog_post, headline, ad, …",
        input: FieldInput::Line,
    },
    FormField {
        key: "mode",
        label: "Review",
        hint: "quick pulse: one glance; expert review: reasons; deep simulation: a feed as well",
        input: FieldInput::Choice(&[
            ReviewMode::ExpertReview.as_str(),
            ReviewMode::QuickPulse.as_str(),
            ReviewMode::DeepSimulation.as_str(),
        ]),
    },
    FormField {
        key: "rounds",
        label: "Rounds",
        hint: "with more than one it is rewritten and asked again; each is charged",
        input: FieldInput::Choice(&["1", "2", "3", "4", "5"]),
    },
    FormField {
        key: "target_score",
        label: "Good enough",
        hint: "the overall score that ends the rounds, 1 to 10",
        input: FieldInput::Line,
    },
    FormField {
        key: "stop_on_no_gain",
        label: "Stop early",
        hint: "whether a round without a gain is the last one",
        input: NO_YES,
    },
    FormField {
        key: "allow_new_claims",
        label: "New claims",
        hint: "whether a rewrite may say what the content does not",
        input: NO_YES,
    },
    FormField {
        key: "target_audience",
        label: "For whom",
        hint: "in words: 25-35 year old professionals in the UK",
        input: FieldInput::Line,
    },
    FormField {
        key: "niche",
        label: "Field",
        hint: "what it belongs to: productivity, home cooking, …",
        input: FieldInput::Line,
    },
    FormField { key: "tone", label: "Tone", hint: "how it is to sound", input: FieldInput::Line },
    FormField {
        key: "goal",
        label: "Goal",
        hint: "what it is to achieve",
        input: FieldInput::Line,
    },
    FormField {
        key: "competitors",
        label: "Competitors",
        hint: "what it stands among, one on each line; 50 credits",
        input: FieldInput::Text,
    },
    FormField {
        key: "competitors_generated",
        label: "Made up",
        hint: "have competitors made up; 75 credits",
        input: NO_YES,
    },
];

const COLUMNS: &[AnswerColumn] = &[
    AnswerColumn {
        name: "role",
        meaning: "the role of the expert",
        values: "strategist, copy_editor, platform_specialist, psychologist, audience_member or brand_guardian",
    },
    AnswerColumn {
        name: "overall",
        meaning: "mean of the dimensions, weighted by the expert's lens",
        values: "1.00 to 10.00",
    },
    AnswerColumn {
        name: "dimensions",
        meaning: "the score of each dimension",
        values: "dimension and score, separated by semicolons; scores are 1 to 10",
    },
    AnswerColumn {
        name: "would_click",
        meaning: "whether they would click, open or read on",
        values: "yes or no",
    },
    AnswerColumn {
        name: "feed_distinctiveness",
        meaning: "how far it stands out among its neighbours",
        values: "1 to 10",
    },
    AnswerColumn {
        name: "regulatory_fit",
        meaning: "how well its framing fits what moves the audience",
        values: "1 to 10",
    },
    AnswerColumn {
        name: "suggestions",
        meaning: "what they would change, most important first",
        values: "texts, separated by line breaks",
    },
    AnswerColumn {
        name: "objection",
        meaning: "the strongest objection of the audience",
        values: "text; in deep simulations",
    },
];

fn review_of(instrument: &Instrument) -> Option<&ReviewMaterial> {
    match instrument {
        Instrument::ContentReview { review } => Some(review),
        _ => None,
    }
}

fn material(instrument: &Instrument) -> Material<'_> {
    let Some(review) = review_of(instrument) else { return Material::default() };
    let mut fields = vec![
        ("content_type", review.sent_as.clone().unwrap_or_else(|| review.content_type.to_string())),
        ("mode", review.mode.to_string()),
        ("rounds", review.rounds.to_string()),
    ];
    let mut put = |key, text: Option<String>| fields.extend(text.map(|text| (key, text)));
    put("target_score", review.target_score.map(|score| score.to_string()));
    put("stop_on_no_gain", review.stop_on_no_gain.then(|| true.to_string()));
    put("allow_new_claims", review.allow_new_claims.then(|| true.to_string()));
    put("target_audience", review.target_audience.clone());
    put("niche", review.niche.clone());
    put("tone", review.tone.clone());
    put("goal", review.goal.clone());
    match &review.neighbours {
        Neighbours::Stock => {}
        Neighbours::Given { texts } => put("competitors", Some(texts.join("\n"))),
        Neighbours::Generated { .. } => put("competitors_generated", Some(true.to_string())),
    }
    let remark = match review.mode {
        ReviewMode::QuickPulse => "Every expert took one glance at it.",
        ReviewMode::ExpertReview => "Every expert gave reasons, and said what to change.",
        ReviewMode::DeepSimulation => {
            "Every expert met it in a feed, reviewed it, thought of the strongest objection, and looked again."
        }
    };
    Material { remark: Some(remark), fields, ..Material::of_text(&review.content) }
}

fn parts(answer: &Answer) -> AnswerParts<'_> {
    let Answer::ContentReview { reasoning, said } = answer else { return AnswerParts::default() };
    match said {
        ReviewAnswer::Scores {
            role,
            overall,
            scores,
            would_click,
            distinctiveness,
            regulatory_fit,
            suggestions,
            objection,
        } => {
            let scores = scores.iter().map(|one| format!("{} {}", one.dimension, one.score));
            let changes: Vec<&str> =
                suggestions.iter().map(|one| one.suggestion.as_str()).collect();
            let mut further = vec![
                ("role", role.as_str().into()),
                ("overall", format!("{:.2}", overall.points()).into()),
                ("dimensions", scores.collect::<Vec<_>>().join("; ").into()),
                ("would_click", if *would_click { "yes" } else { "no" }.into()),
                ("feed_distinctiveness", distinctiveness.to_string().into()),
                ("regulatory_fit", regulatory_fit.to_string().into()),
            ];
            if !changes.is_empty() {
                further.push(("suggestions", changes.join("\n").into()));
            }
            if let Some(objection) = objection {
                further.push(("objection", objection.as_str().into()));
            }
            AnswerParts {
                reasoning,
                score: Some(overall.rounded()),
                further,
                ..AnswerParts::default()
            }
        }
        ReviewAnswer::Choice { preference, score_a, score_b, order } => AnswerParts {
            reasoning,
            score: Some((*score_a).max(*score_b)),
            preference: Some(*preference),
            scores: Some((*score_a, *score_b)),
            order: Some(*order),
            ..AnswerParts::default()
        },
    }
}

fn texts_mut(answer: &mut Answer) -> Vec<&mut String> {
    let Answer::ContentReview { reasoning, said } = answer else { return Vec::new() };
    let mut texts = vec![reasoning];
    if let ReviewAnswer::Scores { role, suggestions, objection, .. } = said {
        texts.push(role);
        for one in suggestions {
            texts.push(&mut one.suggestion);
            texts.extend(&mut one.quote);
        }
        texts.extend(objection);
    }
    texts
}

fn brief(parts: &AnswerParts<'_>) -> String {
    let cell = |name: &str| parts.further.iter().find(|(known, _)| *known == name);
    let mut line = String::new();
    match cell("overall") {
        Some((_, overall)) => {
            let _ = write!(line, "{overall} of 10");
        }
        None => {
            let preferred = match parts.preference {
                Some(Preference::A) => "prefers the original",
                Some(Preference::B) => "prefers the rewrite",
                Some(Preference::None) | None => "prefers neither",
            };
            line.push_str(preferred);
        }
    }
    if let Some((_, role)) = cell("role") {
        let _ = write!(line, " · {}", role.replace('_', " "));
    }
    if let Some((_, click)) = cell("would_click") {
        line.push_str(if click == "yes" { " · would click" } else { " · would not click" });
    }
    line
}

fn found(outcomes: &Outcomes) -> OutcomeParts<'_> {
    let Outcomes::ContentReview {
        content, mode, suggestions, improved_variants, iterations, ..
    } = outcomes
    else {
        return OutcomeParts::default();
    };
    let spaced = protocol::audience::in_words;
    OutcomeParts {
        subject: Some(format!("{} · {}", spaced(&content.content_type), spaced(mode.as_str()))),
        suggestions,
        variants: improved_variants,
        content: Some(&content.text),
        iterations: iterations.as_deref(),
        ..OutcomeParts::default()
    }
}

fn found_texts(outcomes: &mut Outcomes) -> FoundTexts<'_> {
    let Outcomes::ContentReview {
        content, scores, suggestions, improved_variants, iterations, ..
    } = outcomes
    else {
        return FoundTexts::default();
    };
    let mut found = FoundTexts::default();
    found.blocks.push(&mut content.text);
    found.lines.push(&mut content.content_type);
    found.lines.extend(scores.dimensions.iter_mut().map(|one| &mut one.name));
    for one in suggestions {
        found.lines.extend([&mut one.dimension, &mut one.suggestion, &mut one.rationale]);
    }
    for variant in improved_variants {
        found.blocks.push(&mut variant.text);
        found.lines.extend(&mut variant.principles);
    }
    if let Some(iterations) = iterations {
        found.blocks.push(&mut iterations.best_content);
        for round in &mut iterations.chain {
            found.blocks.push(&mut round.content);
            found.lines.extend(&mut round.principles);
            found.lines.extend(round.dimensions.iter_mut().map(|one| &mut one.name));
            let segments = round.changes.iter_mut().flat_map(|change| &mut change.segments);
            found.lines.extend(segments.flat_map(|one| [&mut one.dimension, &mut one.class]));
            let across = round.findings_across.iter_mut();
            let pairs = across
                .flat_map(|across| [&mut across.new, &mut across.persisting, &mut across.fixed])
                .flatten();
            for pair in pairs {
                found.lines.push(&mut pair.affected_feature);
                let briefs = pair.first.iter_mut().chain(&mut pair.second);
                found.lines.extend(briefs.map(|brief| &mut brief.title));
            }
        }
    }
    found
}
