//! The answer to a sentiment study: a sentiment, the theme that decides it, and the reasons.

use protocol::results::{Sentiment, ThemeKind};
use serde::Serialize;

use super::{AnswerReason, Ask, EngineError, PreparedText, like, reasons, words, write};
use reader::response::{Latent, Source, score, sentiment};
use reader::voice::Named;

#[derive(Serialize)]
struct SentimentAnswer<'a> {
    sentiment: Sentiment,
    reasoning: String,
    key_theme: &'a str,
    appeals: Vec<AnswerReason>,
    concerns: Vec<AnswerReason>,
}

/// The questionnaire of a sentiment study, filled in.
pub(crate) fn sentiment_study(
    prepared: &PreparedText,
    ask: &Ask<'_>,
) -> Result<String, EngineError> {
    let (latent, u) = like(prepared, ask, 0)?;
    let cuts = &prepared.reader.weights.thresholds;
    let feeling = sentiment(cuts, u, &latent);
    let level = (f64::from(score(cuts, u)) - 1.0) / 9.0;
    let speech = words(prepared, ask, 0, &latent, level);
    write(&SentimentAnswer {
        sentiment: feeling,
        key_theme: key_theme(prepared, &latent, &speech.named, feeling),
        appeals: reasons(&speech.named, ThemeKind::Appeal),
        concerns: reasons(&speech.named, ThemeKind::Concern),
        reasoning: speech.reasoning,
    })
}

/// The first reason that goes with the feeling, else the first at all.
fn key_theme<'a>(
    prepared: &'a PreparedText,
    latent: &Latent,
    named: &'a [Named],
    feeling: Sentiment,
) -> &'a str {
    let labels = &prepared.reader.answers.labels;
    let kind = match feeling {
        Sentiment::Positive => Some(ThemeKind::Appeal),
        Sentiment::Negative => Some(ThemeKind::Concern),
        Sentiment::Neutral | Sentiment::Mixed => None,
    };
    if latent.contributions.iter().any(|part| part.source == Source::Nonsense) {
        return &labels.nonsense;
    }
    named
        .iter()
        .find(|reason| kind.is_none_or(|kind| reason.kind == kind))
        .or(named.first())
        .map_or(&labels.blank, |reason| &reason.theme)
}
