//! The answer to a survey: open questions, each answered by its class from what the respondent makes of the text. A
//! question that has no class, or no answer in the text and the respondent, is declined.

use reader::questions::{Mind, answer};
use reader::response::score;
use serde::Serialize;

use super::{Ask, EngineError, PreparedText, like, words, write};

/// Why the reader does not answer a question.
const CANNOT: &str = "the built-in reader cannot answer this question";

#[derive(Serialize)]
struct SurveyAnswer {
    answers: Vec<Entry>,
    reasoning: String,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Entry {
    Answered { question: usize, answer: String, themes: Vec<String> },
    Refused { question: usize, refused: &'static str },
}

/// The questionnaire of a survey, filled in. What each question is after was read once for the study.
pub(crate) fn survey(prepared: &PreparedText, ask: &Ask<'_>) -> Result<String, EngineError> {
    let (latent, u) = like(prepared, ask, 0)?;
    let level = (f64::from(score(&prepared.reader.weights.thresholds, u)) - 1.0) / 9.0;
    let reasoning = words(prepared, ask, 0, &latent, level).reasoning;
    let reading = prepared
        .readings
        .first()
        .ok_or_else(|| EngineError::Final { why: "there is nothing to read".to_owned() })?;
    let mind = Mind {
        reader: prepared.reader,
        persona: ask.respondent,
        text: &reading.text,
        words: &prepared.words,
        features: &reading.features,
        latent: &latent,
        u,
        seed: ask.spec.seed,
        ordinal: ask.ordinal,
        replicate: ask.replicate,
    };
    let answers = (1..)
        .zip(&prepared.asked)
        .map(|(question, asked)| {
            match asked.as_ref().and_then(|asked| answer(&mind, question, asked)) {
                Some(said) => {
                    Entry::Answered { question, answer: said.answer, themes: said.themes }
                }
                None => Entry::Refused { question, refused: CANNOT },
            }
        })
        .collect();
    write(&SurveyAnswer { answers, reasoning })
}
