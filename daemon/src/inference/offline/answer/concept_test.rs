//! The answer to a concept test: a score from 1 to 10, a sentiment, a purchase intent, and the reasons.

use protocol::results::{PurchaseIntent, Sentiment, ThemeKind};
use serde::Serialize;

use super::{AnswerReason, Ask, EngineError, PreparedText, like, reasons, words, write};
use reader::response::{intent, score, sentiment};

#[derive(Serialize)]
struct ConceptTestAnswer {
    score: u8,
    sentiment: Sentiment,
    reasoning: String,
    purchase_intent: PurchaseIntent,
    appeals: Vec<AnswerReason>,
    concerns: Vec<AnswerReason>,
}

/// The questionnaire of a concept test, filled in.
pub(crate) fn concept_test(prepared: &PreparedText, ask: &Ask<'_>) -> Result<String, EngineError> {
    let (latent, u) = like(prepared, ask, 0)?;
    let cuts = &prepared.reader.weights.thresholds;
    let score = score(cuts, u);
    let speech = words(prepared, ask, 0, &latent, (f64::from(score) - 1.0) / 9.0);
    write(&ConceptTestAnswer {
        score,
        sentiment: sentiment(cuts, u, &latent),
        purchase_intent: intent(cuts, u),
        appeals: reasons(&speech.named, ThemeKind::Appeal),
        concerns: reasons(&speech.named, ThemeKind::Concern),
        reasoning: speech.reasoning,
    })
}
