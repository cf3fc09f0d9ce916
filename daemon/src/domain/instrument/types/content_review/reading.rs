//! The reading of an expert's reply: every dimension has its score, quotes stand in the content, and the overall score is
//! computed from the scores by the expert's lens, whatever an engine says.

use protocol::results::{Answer, Mention, Preference, ThemeKind};
use protocol::review::{
    DimensionScore, ExpertSuggestion, ReviewAnswer, ReviewMaterial, ReviewMode,
};
use protocol::study::Order;

use super::experts::Expert;
use super::form::{CLICK, DISTINCTIVENESS, FIT, OBJECTION, OBJECTION_MAX, SUGGESTIONS};
use crate::domain::instrument::Unreadable;
use crate::domain::instrument::normalize_reply::{SUGGESTION_MAX, SUGGESTIONS_MAX};
use crate::domain::instrument::reply::{Fields, QUOTE_MAX, REASONING_MAX};
use crate::domain::outcome::Answered;

/// From this score on a dimension counts as a reason for the content.
const GOOD: u8 = 8;
/// Up to this score the weakest dimension counts as a reason against it, where the expert suggests nothing.
const POOR: u8 = 5;

/// Reads a reply.
pub(super) fn read(
    review: &ReviewMaterial,
    expert: &Expert,
    mut fields: Fields,
) -> Result<Answered, Unreadable> {
    let mut scores = Vec::new();
    for dimension in review.content_type.dimensions() {
        let score = fields.integer(dimension.as_str(), 1, 10)?;
        scores.push(DimensionScore { dimension: *dimension, score });
    }
    let would_click = fields.truth(CLICK)?;
    let distinctiveness = fields.integer(DISTINCTIVENESS, 1, 10)?;
    let regulatory_fit = fields.integer(FIT, 1, 10)?;
    let reasoning = fields.text_beside("reasoning", REASONING_MAX)?;
    let suggestions = match review.mode {
        ReviewMode::QuickPulse => Vec::new(),
        ReviewMode::ExpertReview | ReviewMode::DeepSimulation => suggestions(review, &mut fields)?,
    };
    let objection = match review.mode {
        ReviewMode::DeepSimulation => fields.optional_text(OBJECTION, OBJECTION_MAX)?,
        ReviewMode::QuickPulse | ReviewMode::ExpertReview => None,
    };
    fields.finish()?;
    let mentions = mentions(&scores, &suggestions, &reasoning);
    let said = ReviewAnswer::Scores {
        role: expert.role.name.clone(),
        overall: expert.overall(&scores),
        scores,
        would_click,
        distinctiveness,
        regulatory_fit,
        suggestions,
        objection,
    };
    let answer = Answer::ContentReview { reasoning, said };
    Ok(Answered { answer, mentions, options: None, channels: None })
}

/// Reads a choice between the original and the rewrite. The reply names them by their place, so that no name leads to
/// either; in the answer the original is A.
pub(super) fn read_choice(order: Order, mut fields: Fields) -> Result<Answered, Unreadable> {
    let preferred: Preference = fields.word("preference")?;
    let first = fields.integer("score_a", 1, 10)?;
    let second = fields.integer("score_b", 1, 10)?;
    let reasoning = fields.text_beside("reasoning", REASONING_MAX)?;
    fields.finish()?;
    let (preference, score_a, score_b) = match order {
        Order::AFirst => (preferred, first, second),
        Order::BFirst => {
            let swapped = match preferred {
                Preference::A => Preference::B,
                Preference::B => Preference::A,
                Preference::None => Preference::None,
            };
            (swapped, second, first)
        }
    };
    let said = ReviewAnswer::Choice { preference, score_a, score_b, order };
    let answer = Answer::ContentReview { reasoning, said };
    Ok(Answered { answer, mentions: Vec::new(), options: None, channels: None })
}

/// The suggestions. A quote that does not stand in the content makes a reply invalid; from a language model it is left out,
/// because the suggestion means the same without it.
fn suggestions(
    review: &ReviewMaterial,
    fields: &mut Fields,
) -> Result<Vec<ExpertSuggestion>, Unreadable> {
    let is_mended = fields.is_mended();
    let mut suggestions = Vec::new();
    for mut entry in fields.objects(SUGGESTIONS, SUGGESTIONS_MAX)? {
        let dimension = entry.word("dimension")?;
        if !review.content_type.dimensions().contains(&dimension) {
            return Err(Unreadable::invalid("a suggestion is about another dimension"));
        }
        let suggestion = entry.text("suggestion", SUGGESTION_MAX)?;
        let quote = entry.optional_text("quote", QUOTE_MAX)?;
        entry.finish()?;
        let stands = |quote: &String| review.content.contains(quote.as_str());
        let quote = match quote {
            Some(quote) if !stands(&quote) && !is_mended => {
                return Err(Unreadable::invalid("a quote does not stand in the content"));
            }
            quote => quote.filter(stands),
        };
        suggestions.push(ExpertSuggestion { dimension, suggestion, quote });
    }
    Ok(suggestions)
}

/// The dimensions as reasons, so that reviews are counted and compared like other answers: against the content those that
/// the expert would change, for it those with a good score.
fn mentions(
    scores: &[DimensionScore],
    suggestions: &[ExpertSuggestion],
    reasoning: &str,
) -> Vec<Mention> {
    let mut mentions: Vec<Mention> = Vec::new();
    let mut put = |kind, dimension: protocol::review::Dimension, quote: Option<String>| {
        let theme = dimension.title().to_owned();
        if !mentions.iter().any(|known| known.theme == theme) {
            mentions.push(Mention { kind, theme, quote });
        }
    };
    for one in suggestions {
        let quote = sentence_about(reasoning, one);
        put(ThemeKind::Concern, one.dimension, quote);
    }
    if suggestions.is_empty()
        && let Some(weakest) = scores.iter().min_by_key(|one| one.score)
        && weakest.score <= POOR
    {
        put(ThemeKind::Concern, weakest.dimension, None);
    }
    for one in scores.iter().filter(|one| one.score >= GOOD) {
        put(ThemeKind::Appeal, one.dimension, None);
    }
    mentions
}

/// The sentences of a text. A mark within words that it quotes ends none, nor does one before a small letter.
fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut from, mut quotes) = (0, 0_i32);
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '“' => quotes += 1,
            '”' => quotes = (quotes - 1).max(0),
            _ => {}
        }
        let end = at + letter.len_utf8();
        let rest = text.get(end..).unwrap_or_default();
        let goes_on = !rest.is_empty() && !rest.starts_with(char::is_whitespace)
            || rest.trim_start().starts_with(char::is_lowercase);
        let ends = letter == '\n' || matches!(letter, '.' | '!' | '?') && quotes == 0 && !goes_on;
        if ends || letters.peek().is_none() {
            found.extend(text.get(from..end).map(str::trim).filter(|one| !one.is_empty()));
            from = end;
        }
    }
    found
}

/// The sentence of the reasoning that names the quote of a suggestion; else the last one that names its dimension, because
/// what is good about it is said first.
fn sentence_about(reasoning: &str, suggestion: &ExpertSuggestion) -> Option<String> {
    let title = suggestion.dimension.title().to_lowercase();
    let sentences = sentences(reasoning);
    let quoted = suggestion
        .quote
        .as_deref()
        .and_then(|quote| sentences.iter().find(|sentence| sentence.contains(quote)));
    let named = || sentences.iter().rfind(|sentence| sentence.to_lowercase().contains(&title));
    let found = quoted.or_else(named)?;
    (found.chars().count() <= QUOTE_MAX && !found.is_empty()).then(|| (*found).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_within_a_quote_ends_no_sentence() {
        let text = "Trust, at “You will love it!”: It shouts. Clarity: It costs $3.50 (really!) a day. Is it?";
        assert_eq!(
            sentences(text),
            [
                "Trust, at “You will love it!”: It shouts.",
                "Clarity: It costs $3.50 (really!) a day.",
                "Is it?"
            ]
        );
        assert_eq!(sentences("No mark at the end"), ["No mark at the end"]);
        assert_eq!(sentences("An “open quote. It goes on"), ["An “open quote. It goes on"]);
        let suggestion = ExpertSuggestion {
            dimension: protocol::review::Dimension::Trust,
            suggestion: "Use full stops.".to_owned(),
            quote: Some("You will love it!".to_owned()),
        };
        let quote = sentence_about(text, &suggestion);
        assert_eq!(quote.as_deref(), Some("Trust, at “You will love it!”: It shouts."));
    }
}
