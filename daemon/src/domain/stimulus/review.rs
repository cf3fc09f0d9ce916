//! The settings of a content review: its type, mode and rounds, the competitors, and for whom and what the content is. Each
//! setting that cannot be used is reported at its place.

use protocol::nearest::hint;
use protocol::study::{Problem, StudyType};

use super::SettingsReader;
use super::given::Given;
use super::render::render;
use crate::domain::instrument::{
    self, REVIEW_KEYS, ROUNDS_MAX, ReviewSettings, UnknownContentType,
};

/// Most competitors that are read at all; the contract's limit is checked with the material.
const COMPETITORS_MAX: usize = 1_000;
/// Most characters that are read of a setting; the same.
const CHARACTERS_MAX: usize = 50_000;

/// Reads the settings; a key that was reported here is added to those that are missing.
pub(super) fn read(
    study_type: StudyType,
    reader: &mut SettingsReader<'_>,
    missing: &mut Vec<&'static str>,
) -> ReviewSettings {
    for key in REVIEW_KEYS {
        reader.only_where_taken(key, study_type);
    }
    if !instrument::takes(study_type, REVIEW_KEYS[0]) {
        return ReviewSettings::default();
    }
    let words = |given: &Given| given.text(CHARACTERS_MAX);
    let settings = ReviewSettings {
        content_type: reader.take("content_type", content_type),
        mode: reader.take("mode", Given::word),
        rounds: reader.take("rounds", rounds),
        target_score: reader.take("target_score", score),
        stop_on_no_gain: reader.take("stop_on_no_gain", Given::truth).unwrap_or_default(),
        allow_new_claims: reader.take("allow_new_claims", Given::truth).unwrap_or_default(),
        competitors: reader.take("competitors", competitors),
        competitors_generated: reader
            .take("competitors_generated", Given::truth)
            .unwrap_or_default(),
        target_audience: reader.take("target_audience", words),
        niche: reader.take("niche", words),
        tone: reader.take("tone", words),
        goal: reader.take("goal", words),
    };
    if reader.given("content_type").is_none() {
        // Beside the setting that is missing: in the file next to the study type, else at its own flag.
        let place = reader.given("study").map_or_else(String::new, |given| given.place.clone());
        let place = if place.starts_with("--") || place.is_empty() {
            "--content-type".to_owned()
        } else {
            place
        };
        reader.problems.push(Problem {
            place,
            what: "the type of the content is not named".to_owned(),
            hint: format!("say it with content_type: {}", names()).into(),
        });
    }
    let named = settings.competitors.as_deref();
    if let Some(given) = reader.given("competitors")
        && named.is_some_and(<[String]>::is_empty)
        && !settings.competitors_generated
    {
        let problem = given.problem(
            "a feed of competitors is wanted, and none is named",
            "name them, or say competitors_generated: true to have them made up",
        );
        reader.problems.push(problem);
        missing.push("competitors");
    }
    if let Some(given) = reader.given("competitors_generated")
        && named.is_some_and(|named| !named.is_empty())
        && settings.competitors_generated
    {
        let problem = given.problem(
            "competitors are named, and are to be made up as well",
            "keep competitors, or competitors_generated: true",
        );
        reader.problems.push(problem);
    }
    settings
}

/// A score; what is no number has the same hint as one that is outside of the scale.
fn score(given: &Given) -> Result<f64, Problem> {
    given.real().map_err(|problem| Problem {
        what: "'target_score' is no number from 1 to 10".to_owned(),
        hint: "give a number from 1 to 10; a review scores on that scale".into(),
        ..problem
    })
}

/// The type of that name.
fn content_type(given: &Given) -> Result<(protocol::review::ContentType, Option<String>), Problem> {
    let name = given.text(100)?;
    instrument::content_type(&name).map_err(|UnknownContentType { near }| {
        let choices = format!("it takes {}, or another common name of one of them", names());
        let hint = match near {
            Some(near) => format!("{} It takes {}", hint(near), names()),
            None => choices,
        };
        given.problem(format!("'content_type' cannot be '{name}'"), hint)
    })
}

fn names() -> String {
    let all = protocol::review::ContentType::ALL.iter().map(|known| known.as_str());
    all.collect::<Vec<_>>().join(", ")
}

/// The number of rounds.
fn rounds(given: &Given) -> Result<u16, Problem> {
    let number = given.whole(1, u64::from(ROUNDS_MAX))?;
    u16::try_from(number).map_err(|_| given.problem("'rounds' is too large", "give fewer"))
}

/// The competitors as they are read, none of them empty.
fn competitors(given: &Given) -> Result<Vec<String>, Problem> {
    let mut texts: Vec<String> =
        given.lines()?.iter().map(|text| render(text).text.trim().to_owned()).collect();
    // A flag, or a block of text, without a line names nobody.
    if texts.iter().all(String::is_empty) && texts.len() == 1 {
        texts.clear();
    }
    if texts.len() > COMPETITORS_MAX {
        let what = format!("{} competitors are named", texts.len());
        return Err(given.problem(what, "name at most 20, the nearest ones"));
    }
    match texts.iter().position(String::is_empty) {
        Some(place) => Err(given.problem(
            format!("competitor {} says nothing", place + 1),
            "write what it says, or take it out",
        )),
        None => Ok(texts),
    }
}
