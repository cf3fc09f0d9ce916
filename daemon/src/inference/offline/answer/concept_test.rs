//! A concept test: a score from 1 to 10, a feeling, a purchase intent, and why.

use protocol::results::{PurchaseIntent, Sentiment, ThemeKind};
use serde::Serialize;

use super::super::response::{intent, score, sentiment};
use super::{Ask, Prepared, Reason, Refusal, like, reasons, words, write};

#[derive(Serialize)]
struct Answer {
    score: u8,
    sentiment: Sentiment,
    reasoning: String,
    purchase_intent: PurchaseIntent,
    appeals: Vec<Reason>,
    concerns: Vec<Reason>,
}

/// The questionnaire of a concept test, filled in.
pub(crate) fn concept_test(prepared: &Prepared, ask: &Ask<'_>) -> Result<String, Refusal> {
    let (latent, u) = like(prepared, ask, 0)?;
    let cuts = &prepared.reader.weights.thresholds;
    let score = score(cuts, u);
    let speech = words(prepared, ask, 0, &latent, (f64::from(score) - 1.0) / 9.0);
    write(&Answer {
        score,
        sentiment: sentiment(cuts, u, &latent),
        purchase_intent: intent(cuts, u),
        appeals: reasons(&speech.named, ThemeKind::Appeal),
        concerns: reasons(&speech.named, ThemeKind::Concern),
        reasoning: speech.reasoning,
    })
}
