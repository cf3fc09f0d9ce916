//! Competitors that a language model writes for a review before anybody is asked: which reviews wait for them, the form of the
//! model's reply, and which texts can stand beside the content.

use protocol::review::{Neighbours, ReviewMaterial};
use protocol::safe;
use protocol::study::{Instrument, StudySpec};
use serde_json::{Value, json};

use super::limits::is_same;
use super::review_of;
use crate::domain::exchange::{End, read_whole};
use crate::domain::instrument::{Unreadable, extract_json};

/// How many texts a model is asked for.
const WANTED: usize = 5;
/// How many of them are enough.
const LEAST: usize = 3;
/// Characters of one: a reader sees little more of a neighbour.
const CHARACTERS_MAX: usize = 1_000;
/// A text that shares more of its words with the content is a copy of it.
const SHARED_PERCENT_MAX: usize = 70;

/// Whether competitors are to be made up for a study.
#[must_use]
pub(crate) fn makes_competitors(instrument: &Instrument) -> bool {
    review_of(instrument)
        .is_some_and(|review| matches!(review.neighbours, Neighbours::Generated { .. }))
}

/// Whether a study waits for the competitors that a model is to write.
#[must_use]
pub(crate) fn awaits_competitors(instrument: &Instrument) -> bool {
    review_of(instrument).is_some_and(|review| {
        matches!(&review.neighbours, Neighbours::Generated { texts, by_model: true } if texts.is_empty())
    })
}

/// The study with competitors of a model in the place of those from patterns: none yet, or those that it wrote. Another study stays
/// as it is.
#[must_use]
pub(crate) fn with_written_competitors(spec: StudySpec, texts: Vec<String>) -> StudySpec {
    let Instrument::ContentReview { review } = &spec.instrument else { return spec };
    if !matches!(review.neighbours, Neighbours::Generated { .. }) {
        return spec;
    }
    let neighbours = Neighbours::Generated { texts, by_model: true };
    let review = Box::new(ReviewMaterial { neighbours, ..(**review).clone() });
    StudySpec { instrument: Instrument::ContentReview { review }, ..spec }
}

/// What a model is told besides the material.
#[must_use]
pub(crate) fn competitor_facts() -> Value {
    json!({ "count": WANTED })
}

/// The form of the reply, for services that can enforce one.
#[must_use]
pub(crate) fn competitor_schema() -> Value {
    json!({
        "type": "object",
        "properties": { "competitors": { "type": "array", "items": { "type": "string" } } },
        "required": ["competitors"],
        "additionalProperties": false,
    })
}

/// Reads a model's reply: the texts that can stand beside the content.
///
/// # Errors
/// Why there are too few of them.
pub(crate) fn read_competitors(
    spec: &StudySpec,
    end: &End,
    reply: &str,
) -> Result<Vec<String>, Unreadable> {
    let fields = read_whole(end, reply, extract_json::fields)?.into_list();
    let listed = fields.iter().find(|(key, _)| key == "competitors").map(|(_, value)| value);
    let Some(Value::Array(listed)) = listed else {
        return Err(Unreadable::invalid("`competitors` holds no list of texts"));
    };
    let content = review_of(&spec.instrument).map_or("", |review| review.content.as_str());
    let mut found: Vec<String> = Vec::new();
    let mut why = "they are no texts".to_owned();
    for text in listed.iter().filter_map(Value::as_str) {
        let text = safe::block(text).trim().to_owned();
        match fits(&text, content, &found) {
            Ok(()) if found.len() < WANTED => found.push(text),
            Ok(()) => {}
            Err(fault) => why = fault,
        }
    }
    if found.len() < LEAST {
        return Err(Unreadable::invalid(format!(
            "`competitors` holds {} usable texts of at least {LEAST}: {why}",
            found.len()
        )));
    }
    Ok(found)
}

/// Whether a text can stand beside the content and those before it.
fn fits(text: &str, content: &str, before: &[String]) -> Result<(), String> {
    let count = text.chars().count();
    if !text.chars().any(char::is_alphabetic) {
        return Err("one of them is empty".to_owned());
    }
    if count > CHARACTERS_MAX {
        return Err(format!("one of them is longer than {CHARACTERS_MAX} characters"));
    }
    if text.contains(['{', '}', '<', '>']) || text.contains("[Your") || text.contains("[your") {
        return Err("one of them holds a placeholder".to_owned());
    }
    if is_same(text, content) || shares(text, content) > SHARED_PERCENT_MAX {
        return Err("one of them is a copy of the content".to_owned());
    }
    if before.iter().any(|known| is_same(text, known)) {
        return Err("two of them are the same".to_owned());
    }
    Ok(())
}

/// How many of the words of a text another one has, in percent. A text of a few words shares them by chance.
fn shares(text: &str, other: &str) -> usize {
    const FEW: usize = 4;
    let words = |text: &str| -> Vec<String> {
        text.split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| word.chars().count() > 3)
            .map(str::to_lowercase)
            .collect()
    };
    let (own, theirs) = (words(text), words(other));
    if own.len() < FEW {
        return 0;
    }
    own.iter().filter(|word| theirs.contains(word)).count() * 100 / own.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::instrument::types::{Supplied, compose};
    use protocol::study::StudyType;

    const CONTENT: &str = "Seven quiet habits of bakers who never throw bread away";

    fn spec(generated: bool) -> StudySpec {
        let mut supplied = Supplied { stimulus: CONTENT.to_owned(), ..Supplied::default() };
        supplied.review.competitors_generated = generated;
        let spec = crate::domain::instrument::tests::concept();
        StudySpec { instrument: compose(StudyType::ContentReview, supplied), ..spec }
    }

    fn read(texts: &[&str]) -> Result<Vec<String>, Unreadable> {
        let reply = json!({ "competitors": texts }).to_string();
        read_competitors(&spec(true), &End::Finished, &reply)
    }

    #[test]
    fn a_study_waits_until_its_competitors_are_written() {
        let by_patterns = spec(true);
        assert!(makes_competitors(&by_patterns.instrument));
        assert!(!awaits_competitors(&by_patterns.instrument));
        let waiting = with_written_competitors(by_patterns, Vec::new());
        assert!(awaits_competitors(&waiting.instrument));
        let written = with_written_competitors(waiting, vec!["One".to_owned()]);
        assert!(!awaits_competitors(&written.instrument));
        let stock = spec(false);
        assert!(!makes_competitors(&stock.instrument));
        assert_eq!(with_written_competitors(stock.clone(), Vec::new()), stock);
    }

    #[test]
    fn texts_that_cannot_stand_beside_the_content_are_left_out_and_too_few_are_none() {
        let good =
            ["Bread, kept for a week", "Why bakers freeze every loaf", "Stale? Do this first"];
        assert_eq!(read(&good).unwrap(), good);
        let six = ["a b", "c d", "e f", "g h", "i j", "k l"];
        assert_eq!(read(&six).unwrap().len(), WANTED);
        let long = "x".repeat(CHARACTERS_MAX + 1);
        for (bad, why) in [
            ("", "empty"),
            (long.as_str(), "longer"),
            ("Buy {product} now", "placeholder"),
            ("SEVEN quiet habits of bakers, who never throw bread away!", "copy"),
            ("Quiet habits of bakers who never throw any bread away", "copy"),
            (good[0], "the same"),
        ] {
            let Err(Unreadable::Invalid { reason }) = read(&[good[0], good[1], bad]) else {
                panic!("{bad} was taken")
            };
            assert!(reason.contains(why), "{reason}");
        }
        assert!(read_competitors(&spec(true), &End::Finished, "no JSON").is_err());
        assert!(read_competitors(&spec(true), &End::Finished, "{\"competitors\": 5}").is_err());
    }
}
