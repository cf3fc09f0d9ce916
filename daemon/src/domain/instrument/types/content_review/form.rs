//! What an expert is asked: the questionnaire in plain text, the values of the prompt templates, and the form of the reply.
//! Each mode asks for more than the one before it.

use protocol::review::{Neighbours, ReviewMaterial, ReviewMode};
use protocol::study::Order;
use serde_json::{Value, json};

use super::experts::Expert;
use super::feed::neighbours;
use crate::domain::instrument::normalize_reply::{FieldKind, Form};
use crate::domain::instrument::reply::REASONING_MAX;

/// Most characters of an objection.
pub(super) const OBJECTION_MAX: usize = 500;

/// The keys of a reply besides those of the dimensions.
pub(super) const CLICK: &str = "would_click";
pub(super) const DISTINCTIVENESS: &str = "feed_distinctiveness";
pub(super) const FIT: &str = "regulatory_fit";
pub(super) const SUGGESTIONS: &str = "suggestions";
pub(super) const OBJECTION: &str = "objection";

/// The form of a reply.
pub(super) fn form(review: &ReviewMaterial) -> Form {
    let dimensions = review.content_type.dimensions();
    let mut form = vec![("reasoning", FieldKind::Text(REASONING_MAX))];
    if review.against.is_some() {
        form.push(("preference", FieldKind::preference()));
        form.push(("score_a", FieldKind::Whole(1, 10)));
        form.push(("score_b", FieldKind::Whole(1, 10)));
        return form;
    }
    form.extend(dimensions.iter().map(|one| (one.as_str(), FieldKind::Whole(1, 10))));
    form.push((CLICK, FieldKind::Truth));
    form.push((DISTINCTIVENESS, FieldKind::Whole(1, 10)));
    form.push((FIT, FieldKind::Whole(1, 10)));
    if review.mode != ReviewMode::QuickPulse {
        form.push((SUGGESTIONS, FieldKind::Suggestions(dimensions)));
    }
    if review.mode == ReviewMode::DeepSimulation {
        form.push((OBJECTION, FieldKind::Text(OBJECTION_MAX)));
    }
    form
}

/// The values of the material for prompt templates.
pub(super) fn facts(review: &ReviewMaterial, order: Order) -> Value {
    let dimensions = review.content_type.dimensions().iter().map(
        |one| json!({ "key": one.as_str(), "title": one.title(), "definition": one.definition() }),
    );
    let feed: Vec<&str> = neighbours(review).iter().map(|text| text.trim()).collect();
    json!({
        "choices": choices(review, order),
        "content": review.content.trim(),
        "kind": review.content_type.noun(),
        "mode": review.mode.as_str(),
        "dimensions": dimensions.collect::<Vec<_>>(),
        "audience": review.target_audience,
        "niche": review.niche,
        "tone": review.tone,
        "goal": review.goal,
        "neighbours": feed,
    })
}

/// The original and the rewrite as they are shown one after the other, for the round that confirms a gain; empty in every
/// other.
fn choices(review: &ReviewMaterial, order: Order) -> Vec<&str> {
    let Some(against) = &review.against else { return Vec::new() };
    let mut texts = vec![review.content.trim(), against.trim()];
    if order == Order::BFirst {
        texts.reverse();
    }
    texts
}

/// The values of one expert for prompt templates.
pub(super) fn expert_facts(expert: &Expert) -> Value {
    json!({
        "title": expert.role.title,
        "looks_for": expert.role.looks_for,
        "manner": expert.manner(),
    })
}

/// The questionnaire in plain text, with the material.
pub(super) fn questionnaire(review: &ReviewMaterial, order: Order) -> String {
    let noun = review.content_type.noun();
    if let [first, second] = choices(review, order).as_slice() {
        return format!(
            "Please look at two versions of {noun}:\n\nVersion A:\n{first}\n\nVersion B:\n{second}\n\n\
             1. Which of them is better, A, B or neither?\n\
             2. What does each deserve as a whole, from 1 to 10?\n\
             3. Why? One sentence.\n"
        );
    }
    let mut text = match review.mode {
        ReviewMode::QuickPulse => format!("Please look at {noun} once, as you would in passing:"),
        ReviewMode::ExpertReview => format!("Please review {noun}:"),
        ReviewMode::DeepSimulation => {
            format!(
                "Please look at {noun} as it comes up in a feed, then review it, then look again:"
            )
        }
    };
    text.push_str(&format!("\n\n{}\n", review.content.trim()));
    for (label, said) in [
        ("Audience", &review.target_audience),
        ("Field", &review.niche),
        ("Tone", &review.tone),
        ("Goal", &review.goal),
    ] {
        if let Some(said) = said {
            text.push_str(&format!("\n{label}: {}", said.trim()));
        }
    }
    let feed = neighbours(review);
    if !feed.is_empty() {
        let made = matches!(review.neighbours, Neighbours::Generated { .. });
        text.push_str(if made { "\nNeighbours, made up:" } else { "\nNeighbours:" });
        for neighbour in feed {
            text.push_str(&format!("\n- {}", neighbour.trim()));
        }
    }
    text.push_str("\n\n1. Score each from 1 to 10:\n");
    for one in review.content_type.dimensions() {
        text.push_str(&format!("   {}: {}\n", one.title(), one.definition()));
    }
    text.push_str(
        "2. Would you click, open or read on?\n\
         3. How far does it stand out among its neighbours, from 1 to 10?\n\
         4. Does its framing, towards a gain or against a loss, fit what moves this audience, from 1 to 10?\n",
    );
    text.push_str(match review.mode {
        ReviewMode::QuickPulse => "5. Why? One sentence.\n",
        ReviewMode::ExpertReview => "5. Why, and what would you change? Quote the words it is about.\n",
        ReviewMode::DeepSimulation => {
            "5. Why, and what would you change? Quote the words it is about.\n\
             6. What is the strongest objection that this audience would have?\n\
             7. Look at it once more: would you still say so? The scores are those of the second look.\n"
        }
    });
    text
}
