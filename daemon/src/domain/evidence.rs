//! The evidence bundle of a study: one JSON object a line, each closed by a seal (hash) over it and every line before
//! it. A changed, missing, added or moved line breaks the seals from there on, so a reader can say where. The seal
//! detects accidents and careless changes; a forger who recomputes every seal is detected by the results, which must
//! follow from the replies.

use std::collections::BTreeMap;

use protocol::channels::Construct;
use protocol::persona::Persona;
use protocol::results::{Answer, RepliesRead, Results, Tagged};
use protocol::run::Study;
use protocol::study::{Order, StudySpec, StudyType};
use serde::{Deserialize, Deserializer, Serialize};

use super::about_rewrite::AboutRewrite;
use super::digest::{Digest, sha256_hex};
use super::exchange::{End, ReplyRole, ReplySource, SidePart};
use super::instrument::Item;
use super::instrument::chain::Rewrite;
use super::instrument::channels::AnchorCalibration;
use super::outcome::{Assignment, Outcome, Usage};

/// The name of the format, in the first line of each file.
pub(crate) const FORMAT: &str = "demoscope-evidence";
/// The version of the format. 2 has rounds: lines of respondents for each round that was asked, and between them what the
/// content was rewritten to. 3 has what the writer and the panel said of rewrites, and results with those of each round.
pub(crate) const VERSION: u32 = 3;
/// The first version whose results have those of each round.
pub(crate) const WITH_ROUND_RESULTS: u32 = 3;
/// The version of a bundle without rewrites: programs that know no rounds read it too.
pub(crate) const WITHOUT_ROUNDS: u32 = 1;
/// The seal before the first line.
pub(crate) const UNSEALED: &str = "";
/// The text between a line and its seal.
const SEAL_OPENS: &str = ",\"seal\":\"";
/// The text after the seal.
const SEAL_CLOSES: &str = "\"}";
/// Characters of a seal.
const SEAL_LETTERS: usize = 64;

/// One line of the file, without its seal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub(crate) enum EvidenceLine {
    /// The first line: the study, its panel and the engine settings.
    Opening(Box<Opening>),
    /// One respondent with all prompts and replies.
    Respondent(Box<Respondent>),
    /// What was said of rewrites after a round.
    Rewriting(Box<SaidOfRewrites>),
    /// What the content was rewritten to after a round.
    Rewritten(Box<RewrittenContent>),
    /// The last line: the results.
    Closing(Box<Closing>),
}

/// The study, its panel and the engine settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Opening {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`], or [`WITHOUT_ROUNDS`].
    pub version: u32,
    /// The program that wrote the bundle.
    pub program: String,
    /// A note on what synthetic answers are, and what they are not.
    pub notice: String,
    /// The study.
    pub study: Study,
    /// Its specification: everything that determines its results except the answers.
    pub spec: StudySpec,
    /// SHA-256 (hex) of the population tables that the panel was sampled from.
    pub population: String,
    /// Settings of each engine, with the prompt templates; empty for the built-in respondent model.
    pub engines: Vec<PromptRecord>,
}

/// The settings and prompt templates of one engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptRecord {
    /// The engine and its settings as one text: the first part of every address.
    pub parameters: String,
    /// Prices in millionths of a dollar per million tokens: input, cached input, output. `None` if unknown.
    pub price: Option<(u64, u64, u64)>,
    /// Template name → text.
    pub templates: BTreeMap<String, String>,
    /// The kind of call, for calls other than the direct answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<SidePart>,
    /// For an embedding model, its anchor calibration.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub benches: BTreeMap<Construct, AnchorCalibration>,
    /// Version of the reader that read the replies: [`instrument::READER`](super::instrument::READER). 0 is the first
    /// version, which accepted fewer replies.
    #[serde(default, skip_serializing_if = "is_first")]
    pub reader: u32,
}

impl PromptRecord {
    /// Where direct answers were asked for; `None` for other kinds of calls.
    #[must_use]
    pub(crate) fn place(&self) -> Option<String> {
        let parameters: serde_json::Value = serde_json::from_str(&self.parameters).ok()?;
        let place = parameters.get("service")?.as_str()?;
        self.part.is_none().then(|| place.to_owned())
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_first(reader: &u32) -> bool {
    *reader == 0
}

/// The newest anchor calibration of each construct in the blueprints of a study.
#[must_use]
pub(crate) fn benches(prompt_records: &[PromptRecord]) -> BTreeMap<Construct, AnchorCalibration> {
    prompt_records.iter().flat_map(|prompt_record| prompt_record.benches.clone()).collect()
}

/// One respondent with all prompts and replies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the file of the evidence names it so")]
pub(crate) struct Respondent {
    /// Position in the panel, from 0.
    pub respondent: u32,
    /// The persona that answered.
    pub persona: Persona,
    /// The assignments of the respondent, in order.
    pub asked: Vec<Asked>,
}

/// One assignment with its exchanges and its outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// The assignment.
    pub at: Assignment,
    /// The order in which the variants of an A/B test were shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    /// Exchanges in order; empty if no reply came or none was kept.
    pub exchanges: Vec<RecordedCall>,
    /// The outcome, without the tag of its answer: the opening line names the study type of every answer.
    #[serde(deserialize_with = "tagged")]
    pub outcome: Outcome,
    /// Tokens and cost.
    pub usage: Usage,
}

fn tagged<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Outcome, D::Error> {
    Outcome::<Tagged>::deserialize(deserializer).map(|outcome| outcome.map(Answer::from))
}

/// One prompt as it was sent, and the reply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RecordedCall {
    /// The system prompt: persona and rules; absent if the prompt can no longer be rebuilt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The user prompt with the stimulus; for a re-ask also the earlier reply and the correction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// Index into the opening's engines; `None` for the built-in respondent model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<usize>,
    /// SHA-256 (hex) over parameters and prompt; empty for the built-in respondent model.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// The reply, or the beginning of it.
    pub reply: String,
    /// Bytes of the whole reply, if only its beginning was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole_bytes: Option<u64>,
    /// How the reply ended.
    pub end: End,
    /// The model that the service reports to have answered.
    pub model: String,
    /// Where the reply came from.
    pub source: ReplySource,
    /// For a side measure: the kind of call (free text, embedding or rating) and its construct.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beside: Option<(SidePart, Construct)>,
    /// The item, if each question is put in a call of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Item>,
    /// What the reply is to the one before it: it counts alone, or adds what that one left out.
    #[serde(default, skip_serializing_if = "ReplyRole::is_whole")]
    pub role: ReplyRole,
}

/// What was said of rewrites after a round: by the models that wrote them, and by the respondents who scored them. None of it
/// led to an outcome; the scores of the rewrite that was taken are the answers of its round as well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SaidOfRewrites {
    /// The round, from 0.
    pub round: u16,
    /// The rewrites that were scored, by their places; only in the first line of a round.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scored: Vec<String>,
    /// What was said, in order.
    pub said: Vec<SaidOfRewrite>,
}

/// What was said by one of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SaidOfRewrite {
    /// By whom, and of which rewrite.
    #[serde(flatten)]
    pub about: AboutRewrite,
    /// Exchanges in order.
    pub exchanges: Vec<RecordedCall>,
}

/// What the content was rewritten to after a round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RewrittenContent {
    /// The round, from 0.
    pub round: u16,
    /// The variants with the panel's scores.
    pub rewrite: Rewrite,
}

/// The results of the study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Closing {
    /// Respondents in the bundle.
    pub respondents: u32,
    /// Exchanges in the bundle.
    pub exchanges: u64,
    /// Total tokens and cost, including calls without an outcome.
    pub usage: Usage,
    /// How the replies of models were read; absent where none were asked, and in bundles of earlier programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replies: Option<RepliesRead>,
    /// The results; `None` if there was no answer.
    pub results: Option<Results>,
    /// SHA-256 (hex) of the results as JSON; empty without any.
    pub results_hash: String,
}

/// Why a line's seal is not valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unsealed {
    /// The line has no seal.
    #[error("The line has no seal")]
    Missing,
    /// The seal does not match the line and the lines before it.
    #[error(
        "The seal does not fit: this line was changed, or one before it was added, removed or moved"
    )]
    Broken,
}

fn seal_of(before: &str, body: &str) -> String {
    Digest::new().texts([before, body]).finish_hex()
}

/// A line with its seal, ready to be written, and the seal that the next line needs.
///
/// # Errors
/// When the line cannot be written as JSON.
pub(crate) fn seal(
    before: &str,
    line: &EvidenceLine,
) -> Result<(String, String), serde_json::Error> {
    let mut text = serde_json::to_string(line)?;
    // The seal is a member of the object, so that every line stays valid JSON.
    text.pop();
    let seal = seal_of(before, &text);
    text.push_str(SEAL_OPENS);
    text.push_str(&seal);
    text.push_str(SEAL_CLOSES);
    Ok((text, seal))
}

/// Reads a line of the evidence bundle of a study of that type; `None` for the first line, which names the type. Adds
/// the type's tag to answers, which the file omits. A rule of contrasts that is null is as good as none.
///
/// # Errors
/// When it is not a line of the format, or an answer does not have the fields of its study type.
pub(crate) fn read(
    text: &str,
    study_type: Option<StudyType>,
) -> Result<EvidenceLine, serde_json::Error> {
    let mut line: serde_json::Value = serde_json::from_str(text)?;
    let asked = line.get_mut("asked").and_then(serde_json::Value::as_array_mut);
    if let (Some(study_type), Some(asked)) = (study_type, asked) {
        let answers = asked.iter_mut().filter_map(|asked| asked.pointer_mut("/outcome/answer"));
        for answer in answers.filter_map(serde_json::Value::as_object_mut) {
            answer.insert("study_type".to_owned(), study_type.as_str().into());
        }
    }
    let results = line.get_mut("results").and_then(serde_json::Value::as_object_mut);
    if let Some(results) = results
        && results.get("contrast_rule").is_some_and(serde_json::Value::is_null)
    {
        results.remove("contrast_rule");
    }
    serde_json::from_value(line)
}

/// Checks the seal of a line and returns it for the next one.
///
/// # Errors
/// When the seal is missing or does not match.
pub(crate) fn unseal<'a>(before: &str, text: &'a str) -> Result<&'a str, Unsealed> {
    let body_end = text
        .len()
        .checked_sub(SEAL_OPENS.len() + SEAL_LETTERS + SEAL_CLOSES.len())
        .ok_or(Unsealed::Missing)?;
    let (body, rest) = text.split_at_checked(body_end).ok_or(Unsealed::Missing)?;
    let seal = rest
        .strip_prefix(SEAL_OPENS)
        .and_then(|rest| rest.strip_suffix(SEAL_CLOSES))
        .ok_or(Unsealed::Missing)?;
    if seal == seal_of(before, body) { Ok(seal) } else { Err(Unsealed::Broken) }
}

/// SHA-256 (hex) of results as JSON; empty without results.
///
/// # Errors
/// When they cannot be written as JSON.
pub(crate) fn results_hash(results: Option<&Results>) -> Result<String, serde_json::Error> {
    let Some(results) = results else { return Ok(String::new()) };
    Ok(sha256_hex(serde_json::to_vec(results)?))
}

/// The first difference between two documents, as a path and both values: `None` when they are equal.
#[must_use]
pub(crate) fn first_difference(
    recorded: &serde_json::Value,
    rebuilt: &serde_json::Value,
) -> Option<String> {
    differs("results", recorded, rebuilt)
}

fn differs(path: &str, a: &serde_json::Value, b: &serde_json::Value) -> Option<String> {
    use serde_json::Value;
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            keys.into_iter().find_map(|key| {
                let none = &Value::Null;
                let path = format!("{path}.{key}");
                match (a.get(key), b.get(key)) {
                    (Some(a), Some(b)) => differs(&path, a, b),
                    (a, b) => Some(apart(&path, a.unwrap_or(none), b.unwrap_or(none))),
                }
            })
        }
        (Value::Array(a), Value::Array(b)) => {
            let place = a
                .iter()
                .zip(b)
                .enumerate()
                .find_map(|(place, (a, b))| differs(&format!("{path}[{place}]"), a, b));
            place.or_else(|| {
                (a.len() != b.len()).then(|| {
                    format!("{path} has {} entries in the file and {} rebuilt", a.len(), b.len())
                })
            })
        }
        (a, b) if a == b => None,
        (a, b) => Some(apart(path, a, b)),
    }
}

fn apart(path: &str, a: &serde_json::Value, b: &serde_json::Value) -> String {
    let short = |value: &serde_json::Value| value.to_string().chars().take(80).collect::<String>();
    format!("{path} is {} in the file and {} rebuilt", short(a), short(b))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn closing(respondents: u32) -> EvidenceLine {
        EvidenceLine::Closing(Box::new(Closing {
            respondents,
            exchanges: 3,
            usage: Usage::default(),
            replies: None,
            results: None,
            results_hash: String::new(),
        }))
    }

    fn file(lines: u32) -> Result<Vec<String>, serde_json::Error> {
        let mut before = UNSEALED.to_owned();
        (0..lines)
            .map(|at| {
                let (text, seal) = seal(&before, &closing(at))?;
                before = seal;
                Ok(text)
            })
            .collect()
    }

    /// The first line whose seal does not match.
    fn broken(lines: &[String]) -> Option<usize> {
        let mut before = UNSEALED.to_owned();
        lines.iter().position(|line| match unseal(&before, line) {
            Ok(seal) => {
                before = seal.to_owned();
                false
            }
            Err(_) => true,
        })
    }

    #[test]
    fn a_sealed_line_is_json_and_reads_back() -> Result<(), serde_json::Error> {
        let lines = file(2)?;
        let read: EvidenceLine = serde_json::from_str(&lines[1])?;
        assert_eq!(read, closing(1));
        assert_eq!(broken(&lines), None);
        let seal = "5e9b8fd2b8b19b320250e3612b0c62077499a482961ea0ba2a1eabefddedb7c3";
        assert!(lines[1].contains(seal), "files of before are still sealed: {}", lines[1]);
        Ok(())
    }

    #[test]
    fn removed_and_moved_lines_are_found() -> Result<(), serde_json::Error> {
        let lines = file(5)?;
        let without: Vec<String> = lines
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != 2)
            .map(|(_, line)| line.clone())
            .collect();
        assert_eq!(broken(&without), Some(2));
        let mut moved = lines.clone();
        moved.swap(1, 3);
        assert_eq!(broken(&moved), Some(1));
        assert_eq!(unseal("", "{}"), Err(Unsealed::Missing));
        Ok(())
    }

    #[test]
    fn the_first_difference_is_named() {
        let a = json!({"mean_score": 6.5, "themes": [{"count": 3}, {"count": 2}]});
        let b = json!({"mean_score": 6.5, "themes": [{"count": 3}, {"count": 4}]});
        assert_eq!(first_difference(&a, &a), None);
        assert_eq!(
            first_difference(&a, &b).as_deref(),
            Some("results.themes[1].count is 2 in the file and 4 rebuilt")
        );
        let shorter = json!({"mean_score": 6.5, "themes": [{"count": 3}]});
        assert!(first_difference(&a, &shorter).is_some_and(|said| said.contains("2 entries")));
    }

    proptest! {
        #[test]
        fn any_changed_letter_is_found(line in 0_usize..4, place in any::<prop::sample::Index>(), letter in "[a-z0-9]") {
            let mut lines = file(4).unwrap_or_default();
            let at = place.index(lines[line].len());
            prop_assume!(!lines[line][at..].starts_with(&letter));
            lines[line].replace_range(at..=at, &letter);
            let found = broken(&lines);
            prop_assert_eq!(found, Some(line));
        }
    }
}
