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
    let titles: Vec<String> =
        scores.iter().map(|one| one.dimension.title().to_lowercase()).collect();
    for one in suggestions {
        let quote = sentence_about(reasoning, one, &titles);
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

/// The sentence of the reasoning about the dimension of a suggestion: the one that names its quote, else the last one, because
/// what is good is said first. A sentence about another dimension is never taken, whatever it quotes.
fn sentence_about(
    reasoning: &str,
    suggestion: &ExpertSuggestion,
    titles: &[String],
) -> Option<String> {
    let own = suggestion.dimension.title().to_lowercase();
    let (mut named, mut open) = (Vec::new(), Vec::new());
    let mut label: Option<&str> = None;
    for sentence in sentences(reasoning) {
        let lower = sentence.to_lowercase();
        label = titles.iter().map(String::as_str).find(|title| is_label(&lower, title)).or(label);
        let about = match label {
            Some(title) => vec![title],
            None => subjects(&lower, titles),
        };
        match about.as_slice() {
            [] => open.push(sentence),
            about if about.contains(&own.as_str()) => named.push(sentence),
            _ => {}
        }
    }
    let quote = suggestion.quote.as_deref();
    let quotes = |sentence: &&&str| quote.is_some_and(|quote| sentence.contains(quote));
    let found = named.iter().find(quotes).or_else(|| open.iter().find(quotes)).or(named.last())?;
    (found.chars().count() <= QUOTE_MAX && !found.is_empty()).then(|| (*found).to_owned())
}

/// Whether a sentence in lower case begins with the title of what it is about: "trust: …", "trust, at “…”: …".
fn is_label(sentence: &str, title: &str) -> bool {
    sentence.strip_prefix(title).is_some_and(|rest| rest.starts_with([':', ',']))
}

/// The titles that a sentence in lower case names, outside of what it quotes; "benefit clarity" names no "clarity".
fn subjects<'t>(sentence: &str, titles: &'t [String]) -> Vec<&'t str> {
    let mut rest = without_quotes(sentence);
    let mut by_length: Vec<&str> = titles.iter().map(String::as_str).collect();
    by_length.sort_by_key(|title| std::cmp::Reverse(title.len()));
    let mut found = Vec::new();
    for title in by_length {
        let is_word = |at: usize| {
            let before = rest.get(..at).and_then(|head| head.chars().next_back());
            let after = rest.get(at + title.len()..).and_then(|tail| tail.chars().next());
            [before, after].iter().flatten().all(|letter| !letter.is_alphanumeric())
        };
        if rest.match_indices(title).any(|(at, _)| is_word(at)) {
            rest = rest.replace(title, "|");
            found.push(title);
        }
    }
    found
}

/// A sentence without the words that it quotes.
fn without_quotes(sentence: &str) -> String {
    let mut left = String::new();
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once(['“', '"']) {
        left.push_str(before);
        rest = after.split_once(['”', '"']).map_or("", |(_, next)| next);
    }
    left.push_str(rest);
    left
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
        let quote = sentence_about(text, &suggestion, &titles());
        assert_eq!(quote.as_deref(), Some("Trust, at “You will love it!”: It shouts."));
    }

    fn titles() -> Vec<String> {
        let all = ["Trust", "Clarity", "Benefit clarity", "Opening", "Hook", "Proof"];
        all.map(str::to_lowercase).to_vec()
    }

    #[test]
    fn a_quote_stands_under_its_own_dimension() {
        use protocol::review::Dimension::{Clarity, Hook, Opening, Proof, Trust};
        let about = |reasoning: &str, dimension, quote: Option<&str>| {
            let suggestion = ExpertSuggestion {
                dimension,
                suggestion: "Change it.".to_owned(),
                quote: quote.map(str::to_owned),
            };
            sentence_about(reasoning, &suggestion, &titles())
        };
        // Two dimensions quote the same words.
        let both = "Proof, at “best in town”: Nobody can promise this. Trust, at “best in town”: It shouts.";
        assert_eq!(
            about(both, Trust, Some("best in town")).as_deref(),
            Some("Trust, at “best in town”: It shouts.")
        );
        // The title of one dimension is a part of another's.
        let longer = "Clarity: Make two of it. Benefit clarity: It says little.";
        assert_eq!(about(longer, Clarity, None).as_deref(), Some("Clarity: Make two of it."));
        // A sentence under one heading names the word of another.
        let within = "Opening: It draws one on. Hook: The opening says nothing yet.";
        assert_eq!(about(within, Opening, None).as_deref(), Some("Opening: It draws one on."));
        assert_eq!(
            about(within, Hook, None).as_deref(),
            Some("Hook: The opening says nothing yet.")
        );
        // Nothing is said about it at all.
        assert_eq!(about(within, Proof, Some("says")), None);
        // In free words.
        let free = "I would not trust it. The benefit clarity is fine. “Best in town” is no proof.";
        assert_eq!(about(free, Trust, None).as_deref(), Some("I would not trust it."));
        assert_eq!(about(free, Clarity, None), None);
        assert_eq!(
            about(free, Proof, Some("Best in town")).as_deref(),
            Some("“Best in town” is no proof.")
        );
    }
}
