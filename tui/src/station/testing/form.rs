//! Recorded responses of the daemon for the form: settings for the built-in engine and for a model, and the preview of
//! a draft with every option.

use protocol::credits::Credits;
use protocol::error::{ApiError, ErrorCode};
use protocol::results::Margins;
use protocol::run::{Calls, Preview};
use protocol::setting::{Setting, Settings};
use protocol::study::StudyType;

fn refused(why: &str) -> Setting {
    Setting { refused: Some(why.to_owned()), ..Setting::default() }
}

fn needs(key: &str, why: &str) -> Setting {
    Setting { needs: Some(key.to_owned()), ..refused(why) }
}

fn names(names: &[&str], usual: Option<&str>) -> Setting {
    let words = names.iter().map(|name| (*name).to_owned()).collect();
    Setting { words, usual: usual.map(ToOwned::to_owned), ..Setting::default() }
}

fn of(all: impl IntoIterator<Item = (&'static str, Setting)>) -> Settings {
    all.into_iter().map(|(key, setting)| (key.to_owned(), setting)).collect()
}

/// Settings for the built-in engine.
pub(crate) fn offline_settings() -> Settings {
    let without = "means nothing without the channel";
    of([
        ("engine", names(&["offline", "openai", "claude"], None)),
        (
            "elicitation",
            refused("the engine 'offline' gives direct answers only: it is no language model"),
        ),
        (
            "questions_per_call",
            refused(
                "'questions_per_call' means nothing to the built-in reader: no call is made to it",
            ),
        ),
        ("embedding_engine", needs("elicitation", &format!("'embedding_engine' {without} ssr"))),
        ("rater", needs("elicitation", &format!("'rater' {without} rater"))),
        (
            "wordings",
            refused(
                "'wordings' means nothing to the built-in reader: it reads what is shown, not how the question is put",
            ),
        ),
        (
            "subsample",
            needs("controls", "'subsample' means nothing without controls or other wordings"),
        ),
        ("replicates", names(&[], Some("0"))),
        (
            "reuse",
            refused("the built-in reader computes each answer anew; there are none to use again"),
        ),
        ("max_cost_usd", refused("the built-in reader costs no money")),
    ])
}

/// Settings for a model engine with every option.
pub(crate) fn model_settings() -> Settings {
    of([
        ("engine", names(&["offline", "openai", "claude"], None)),
        ("embedding_engine", names(&["openai", "mistral"], Some("openai"))),
        ("rater", names(&["claude", "mistral"], None)),
        ("subsample", names(&[], Some("30"))),
        ("replicates", names(&[], Some("30"))),
    ])
}

/// The error for an empty draft, with its possible settings.
pub(crate) fn empty_draft(settings: Settings) -> ApiError {
    let mut error = ApiError::new(ErrorCode::InvalidInput, "The study has a problem");
    error.problems.push(protocol::study::Problem {
        place: "text".to_owned(),
        what: "the stimulus is empty".to_owned(),
        hint: "write what people should read".into(),
    });
    ApiError { settings: Some(Box::new(settings)), ..error }
}

/// The preview of a draft with every option.
pub(crate) fn model_preview() -> Preview {
    let calls = |what: &str, count, cost| Calls { what: what.to_owned(), count, cost_usd: cost };
    Preview {
        name: "A kettle".to_owned(),
        instrument: StudyType::ConceptTest,
        panel: 100,
        engine: "openai".to_owned(),
        seed: 7,
        margins: Margins::default(),
        questionnaire: "You are Maria.\n\nHow much do you like it, from 1 to 10?".to_owned(),
        credits: Credits(100),
        balance: Credits(9_800),
        cost_usd: (0.11, 0.58),
        expected_half_width: Some((0.41, "points".to_owned())),
        notes: vec!["each respondent also says something in words on liking".to_owned()],
        calls: vec![
            calls("the answer", 100, Some((0.02, 0.11))),
            calls("the same question again", 30, Some((0.006, 0.033))),
            calls("a decoy", 30, Some((0.006, 0.033))),
            calls("wording 1", 30, Some((0.006, 0.033))),
            calls("a text in free words", 200, Some((0.05, 0.24))),
            calls("vectors of the texts, by 'openai' (ssr)", 100, Some((0.0001, 0.0004))),
            calls("a rating of a text, by 'claude' (rater)", 200, Some((0.022, 0.13))),
        ],
        settings: model_settings(),
        estimates: Vec::new(),
        metrics: Vec::new(),
    }
}
