//! A recommendation study: a score from 0 to 10, a feeling, and why.

use protocol::results::{Sentiment, ThemeKind};
use serde::Serialize;

use super::super::response::{recommend, sentiment};
use super::{Ask, Prepared, Reason, Refusal, like, reasons, words, write};

#[derive(Serialize)]
struct Answer {
    score: u8,
    sentiment: Sentiment,
    reasoning: String,
    appeals: Vec<Reason>,
    concerns: Vec<Reason>,
}

/// The questionnaire of a recommendation study, filled in.
pub(crate) fn nps(prepared: &Prepared, ask: &Ask<'_>) -> Result<String, Refusal> {
    let (latent, u) = like(prepared, ask, 0)?;
    let cuts = &prepared.reader.weights.thresholds;
    let score = recommend(cuts, u);
    let speech = words(prepared, ask, 0, &latent, f64::from(score) / 10.0);
    write(&Answer {
        score,
        sentiment: sentiment(cuts, u, &latent),
        appeals: reasons(&speech.named, ThemeKind::Appeal),
        concerns: reasons(&speech.named, ThemeKind::Concern),
        reasoning: speech.reasoning,
    })
}
