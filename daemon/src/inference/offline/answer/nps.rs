//! The answer to an NPS study: a score from 0 to 10, a sentiment, and the reasons.

use protocol::results::{Sentiment, ThemeKind};
use serde::Serialize;

use super::{AnswerReason, Ask, EngineError, PreparedText, like, reasons, words, write};
use reader::response::{recommend, sentiment};

#[derive(Serialize)]
struct NpsAnswer {
    score: u8,
    sentiment: Sentiment,
    reasoning: String,
    appeals: Vec<AnswerReason>,
    concerns: Vec<AnswerReason>,
}

/// The questionnaire of a recommendation study, filled in.
pub(crate) fn nps(prepared: &PreparedText, ask: &Ask<'_>) -> Result<String, EngineError> {
    let (latent, u) = like(prepared, ask, 0)?;
    let cuts = &prepared.reader.weights.thresholds;
    let score = recommend(cuts, u);
    let speech = words(prepared, ask, 0, &latent, f64::from(score) / 10.0);
    write(&NpsAnswer {
        score,
        sentiment: sentiment(cuts, u, &latent),
        appeals: reasons(&speech.named, ThemeKind::Appeal),
        concerns: reasons(&speech.named, ThemeKind::Concern),
        reasoning: speech.reasoning,
    })
}
