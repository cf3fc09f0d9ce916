//! The instruments: what one respondent is asked, how a reply is read, how answers are tallied and what they cost.
//! The differences between study types are in `types`; this file is the interface for all other code. An instrument
//! does not know which kind of respondent answers, and nothing here does I/O.

mod accumulate;
mod assign;
pub(crate) mod chain;
pub(crate) mod channels;
mod compare;
mod conclusions;
mod contrast;
mod crosstab;
mod cut_off;
mod declined;
mod diagnose;
mod extract_json;
mod findings;
mod items;
mod left_out;
mod level;
mod limits;
mod metric;
mod normalize_reply;
mod options;
mod rank;
mod reask_bound;
mod refusal;
mod repair_form;
mod reply;
mod scale;
mod schema;
mod spelling;
mod stands_out;
mod survey_answers;
mod tally;
mod themes;
mod types;
mod value_seen;
mod wording_noise;
mod words;

#[cfg(test)]
mod extract_json_tests;
#[cfg(test)]
mod tests;

use protocol::audience::Gender;
use protocol::credits::Credits;
use protocol::measurement::{Control, QuestionsPerCall};
use protocol::persona::Persona;
pub(crate) use protocol::results::SYNTHETIC_NOTICE;
use protocol::results::{Answer, Results};
use protocol::study::{Instrument, Order, StudySpec, StudyType};

use super::asking::{Purpose, shown};
use super::credits::RoundCharge;
use super::digest::Digest;
use super::outcome::{Answered, Assignment, FIRST_ROUND};

pub use accumulate::Accumulator;
pub(crate) use assign::{Subsamples, assignments, besides, tasks};
pub(crate) use compare::{Comparator, NotComparable, comparable};
pub(crate) use contrast::without_contrast_rule;
pub(crate) use crosstab::{CrossTally, DIMENSIONS};
pub(crate) use findings::{RULE as FINDINGS_RULE, Subject, across, told, without_findings};
pub(crate) use items::{Item, ItemReply, assemble, decline_item, items, put, read_item};
pub(crate) use left_out::{asks_for_the_rest, left_out, read_rest, read_rest_cut_off};
pub(crate) use level::below_middle;
pub(crate) use limits::{Violation, check};
pub(crate) use metric::{StudyMetric, UnknownMetric, theme_field};
pub(crate) use options::{OptionOrder, options};
pub(crate) use rank::{Candidate, NotRankable, rank, rankable};
pub(crate) use reask_bound::{headline_bounds, headline_values};
pub(crate) use schema::{is_own_word, item_schema, schema};
pub(crate) use types::{
    Controls, Expert, Layout, REVIEW_KEYS, ROUNDS_MAX, Rehearsal, ReviewSettings, Supplied,
    Template, USUAL, UnknownContentType, awaits_competitors, competitor_facts, competitor_schema,
    compose, content_type, controls, decoy, estimate_fields, facts, facts_of_one, has_headline,
    layout, makes_competitors, material_notes, neighbours, open_questions, orders_of,
    puts_one_a_call, read_competitors, refuses_less, rehearsal, review_of, rewritten, speaker,
    stimuli, takes, templates, text_field, type_that_takes, unanswered, usual_panel, with_texts,
    with_written_competitors, without_source,
};
use types::{kind, kind_of};
pub(crate) use value_seen::value_seen;
pub(crate) use wording_noise::{WordingNoise, WordingScale};

/// Results of earlier versions with what follows from them and is stored since.
pub(crate) fn completed(mut results: Results) -> Results {
    for kind in types::KINDS {
        kind.complete(&mut results.outcomes);
    }
    results
}

/// Results as the versions wrote them that kept none of each round.
pub(crate) fn without_rounds(mut results: Results) -> Results {
    for kind in types::KINDS {
        kind.leave_out_rounds(&mut results.outcomes);
    }
    results
}

/// Whether results have those of each round, as the versions before did not.
pub(crate) fn has_rounds(results: &Results) -> bool {
    types::KINDS.iter().all(|kind| kind.has_rounds(&results.outcomes))
}

/// Part of every instrument hash: raised whenever a questionnaire or the reading of replies changes.
const EDITION: &str = "instruments 3";

/// Version of the reader of language-model replies: raised when it accepts replies that it rejected before, or quotes them
/// otherwise. Replies that an earlier version accepted say the same; 2 quotes a sentence to its end where a mark stands
/// within the words that it quotes, 3 reads numbers that are written as words, 4 reads phrases around a value, objects that
/// tell a scale, and forms without a whole object, 5 reads how likely a purchase is, pictures and phrases that say nothing, and
/// reasons that speak of the other variant, 6 reads keys without quotation marks or under a usual other name, answers to a
/// survey that are counted from zero or in order, yes and no as 1 and 0, and tens of a hundred, 7 reads variants by their
/// place, numbers in digits of other scripts and approximate ones, stars and sentiments as signs, short intents, and what is whole
/// of a reply that was cut off, and takes a word beside a whole answer, or a yes beside reasons for it, for no refusal, 8 reads
/// variants by their place in calls of their own too.
pub(crate) const READER: u32 = 8;

/// Why a reply is not an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    /// The respondent declined, or cannot answer this question.
    #[error("declined: {reason}")]
    Refused {
        /// In a few words of the respondent.
        reason: String,
    },
    /// The reply does not follow the schema.
    #[error("{reason}")]
    Invalid {
        /// What is wrong, in our own words: never a part of the reply.
        reason: String,
    },
}

impl Unreadable {
    fn invalid(reason: impl Into<String>) -> Self {
        Self::Invalid { reason: reason.into() }
    }
}

/// The order in which an assignment of an A/B test shows the variants; `None` for every other instrument.
#[must_use]
pub(crate) fn order_shown(spec: &StudySpec, at: Assignment) -> Option<Order> {
    kind_of(&spec.instrument).order(spec, at)
}

/// The first assignment of the first respondent.
const FIRST: Assignment = Assignment::first(FIRST_ROUND, 0);

/// The questionnaire for the first respondent of a panel, in plain text.
#[must_use]
pub(crate) fn questionnaire(spec: &StudySpec, persona: &Persona) -> String {
    questionnaire_at(spec, FIRST, persona)
}

/// The questionnaire for that respondent in that assignment, in plain text.
#[must_use]
pub(crate) fn questionnaire_at(spec: &StudySpec, at: Assignment, persona: &Persona) -> String {
    let mut text = describe(persona);
    text.push_str("\n\n");
    let order = order_shown(spec, at).unwrap_or(Order::AFirst);
    let spec = shown(spec, at.asking().unwrap_or(Purpose::Answer));
    text.push_str(&body(&spec, order));
    text
}

/// The part of the questionnaire that is the same for all respondents, except for the order of variants.
fn body(spec: &StudySpec, order: Order) -> String {
    let mut text = String::new();
    if let Some(context) = spec.context.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        text.push_str("Background: ");
        text.push_str(context);
        text.push_str("\n\n");
    }
    text.push_str(&kind_of(&spec.instrument).questionnaire(&spec.instrument, order));
    text.push_str(
        "\nIf you cannot or do not want to answer, reply {\"refused\": \"why, in a few words\"}.\n",
    );
    text
}

/// One line about the respondent, without the name, which has no influence.
fn describe(persona: &Persona) -> String {
    let gender = match persona.gender {
        Gender::Male => "male",
        Gender::Female => "female",
        Gender::Nonbinary => "nonbinary",
    };
    let words = protocol::audience::in_words;
    let place = persona.state.as_deref().or(persona.country.as_deref());
    let place = place.map_or_else(|| words(persona.region.as_str()), ToOwned::to_owned);
    let work = persona
        .occupation
        .as_deref()
        .map_or_else(|| words(persona.employment.as_str()), ToOwned::to_owned);
    format!(
        "You are {age} years old, {gender}, and live in {place} ({urbanicity}). Work: {work}. Education: {education}. \
         Household: {household}, income {income}. New technology: {tech}.",
        age = persona.age,
        urbanicity = persona.urbanicity,
        education = words(persona.education.as_str()),
        household = words(persona.household.as_str()),
        income = words(persona.income_bracket.as_str()),
        tech = words(persona.tech_adoption.as_str()),
    )
}

/// The instrument hash: SHA-256 (hex) over everything that determines what is asked and how replies are read: the
/// edition of the instruments, the questionnaire with material and context, the engine and its assets. Panel, seed
/// and name are not part of it.
#[must_use]
pub(crate) fn instrument_hash(spec: &StudySpec, engine_assets: &str) -> String {
    let body = body(spec, Order::AFirst);
    let study_type = spec.instrument.study_type();
    let orders = kind(study_type).presentation(&spec.instrument);
    let mut hash = Digest::new().texts([
        EDITION,
        study_type.as_str(),
        &orders,
        &body,
        &spec.engine,
        engine_assets,
    ]);
    // Only if there are any, so that the hash of a study without controls is the same as in earlier versions.
    for control in &spec.measurement.controls {
        hash = hash.text(control.as_str());
        if *control == Control::Decoy {
            hash = hash.text(decoy(study_type).unwrap_or_default());
        }
    }
    if spec.measurement.questions_per_call == QuestionsPerCall::One {
        hash = hash.text("one question a call");
    }
    if spec.measurement.wordings > 0 {
        hash = hash.text(&format!("wordings {}", spec.measurement.wordings));
    }
    hash.finish_hex()
}

/// Credits for the answer of one respondent, for every instrument that is paid for by the answer.
const PRICE_EACH: Credits = Credits(1);

/// SHA-256 (hex) of everything of an instrument but the texts that are tested: its questions and options.
#[must_use]
pub(crate) fn options_hash(instrument: &Instrument) -> String {
    fn blank(value: &mut serde_json::Value, texts: &[(&'static str, &str)]) {
        match value {
            serde_json::Value::String(text) if texts.iter().any(|(_, known)| known == text) => {
                text.clear();
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(|item| blank(item, texts)),
            serde_json::Value::Object(fields) => {
                fields.values_mut().for_each(|field| blank(field, texts));
            }
            _ => {}
        }
    }
    let mut value = serde_json::to_value(instrument).unwrap_or_default();
    blank(&mut value, &kind_of(instrument).texts(instrument));
    crate::domain::digest::sha256_hex(value.to_string())
}

/// Credits for the answer of one respondent to a study: nothing where its rounds are charged for.
#[must_use]
pub(crate) fn price_each(spec: &StudySpec) -> Credits {
    if charge(spec).is_some() { Credits::ZERO } else { PRICE_EACH }
}

/// What each round of a study costs; `None` where answers are paid for one by one.
#[must_use]
pub(crate) fn charge(spec: &StudySpec) -> Option<RoundCharge> {
    kind_of(&spec.instrument).charge(&spec.instrument)
}

/// Credits that the study holds: one for each respondent, or the charge of all its rounds. `None` on overflow.
#[must_use]
pub(crate) fn price(spec: &StudySpec) -> Option<Credits> {
    match charge(spec) {
        Some(charge) => charge.held(spec.panel, true),
        None => PRICE_EACH.checked_mul(u64::from(spec.panel)),
    }
}

/// Reads the reply to an assignment against the strict schema of the instrument.
pub(crate) fn read_at(
    spec: &StudySpec,
    at: Assignment,
    reply: &str,
) -> Result<Answered, Unreadable> {
    answer(spec, at, reply::Fields::parse(reply)?)
}

/// Reads a language model's reply: extracts the one JSON object, normalises it, then checks it against the same
/// strict schema. Texts other than the choices are shortened or dropped; a choice is never changed to fit.
pub(crate) fn read_model(
    spec: &StudySpec,
    at: Assignment,
    text: &str,
) -> Result<Answered, Unreadable> {
    // Most replies need no normalisation. The others are parsed a second time, so that the common case copies
    // nothing.
    let direct = extract_json::fields(text).map(reply::Fields::without_nulls);
    let mut answered = match direct.and_then(|fields| answer(spec, at, fields)) {
        Ok(answered) if !normalize_reply::names_no_theme(&answered) => answered,
        _ => read_mended(spec, at, text)?,
    };
    answered.options = Some(options(spec.seed, at));
    Ok(answered)
}

/// Reads what is whole of a reply that was cut off: an answer, where only what stands beside it is not.
pub(crate) fn read_cut_off(spec: &StudySpec, at: Assignment, text: &str) -> Option<Answered> {
    read_model(spec, at, &cut_off::closed(text)?).ok()
}

/// The keys of what was mended to read a reply that was cut off.
pub(crate) fn mended_cut_off(spec: &StudySpec, at: Assignment, text: &str) -> Vec<String> {
    let closed = cut_off::closed(text).unwrap_or_default();
    let mut keys = mended(spec, at, None, &closed, None);
    keys.push("the cut-off end".to_owned());
    keys
}

/// The keys of what was mended to read a reply; empty for one that is read as it stands. `place` is where the service put
/// it, if that is not the text of its reply.
#[must_use]
pub(crate) fn mended(
    spec: &StudySpec,
    at: Assignment,
    item: Option<Item>,
    text: &str,
    place: Option<&str>,
) -> Vec<String> {
    let mut keys = normalize_reply::mended_keys(text, &normalize_reply::form_at(spec, at, item));
    keys.extend(place.map(|place| format!("in {place}")));
    keys
}

/// Reads a language model's reply after normalisation.
fn read_mended(spec: &StudySpec, at: Assignment, text: &str) -> Result<Answered, Unreadable> {
    let form = normalize_reply::form_at(spec, at, None);
    let fields = extract_json::fields_of(text, &form)?;
    answer(spec, at, normalize_reply::normalize_reply(fields, &form)?)
}

fn answer(spec: &StudySpec, at: Assignment, fields: reply::Fields) -> Result<Answered, Unreadable> {
    kind_of(&spec.instrument).read(spec, at, fields)
}

/// The score of an answer on the scale of its instrument, for the live tally: in an A/B test the score of the
/// preferred variant, or the better score if neither is preferred. A sentiment or a survey has none.
#[must_use]
pub(crate) fn score(answer: &Answer) -> Option<u8> {
    kind(answer.study_type()).score(answer)
}

/// The score in hundredths of a point, where [`score`] rounds it.
#[must_use]
pub(crate) fn exact_score(answer: &Answer) -> Option<u16> {
    kind(answer.study_type()).exact_score(answer)
}

/// First and last value of the scale of [`score`]; `None` if the instrument has no scores.
#[must_use]
pub(crate) fn scale(study_type: StudyType) -> Option<(i32, i32)> {
    kind(study_type).scale()
}

/// Half the expected width of the 95 % interval of the headline estimate, with the wording noise of the model that will
/// answer, and its unit; `None` for one respondent.
#[must_use]
pub(crate) fn expected_half_width(
    spec: &StudySpec,
    noise: Option<&WordingNoise>,
) -> Option<(f64, String)> {
    if spec.panel < 2 {
        return None;
    }
    let (deviation, unit) = kind_of(&spec.instrument).expected_sd();
    let z = super::stats::distribution::normal_quantile(0.975)?;
    let sampling = z * deviation / libm::sqrt(f64::from(spec.panel));
    let metric = StudyMetric::of(spec.instrument.study_type(), None).ok();
    let widening = metric.zip(noise).and_then(|(metric, noise)| metric.within(spec, noise));
    let half = match widening {
        Some(widening) => libm::hypot(sampling, z * widening.sd),
        None => sampling,
    };
    Some((half, unit.to_owned()))
}
