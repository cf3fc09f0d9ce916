//! A draft that is to be like another study: who answers and what is asked come from that study, except where a flag says
//! otherwise; text, name, labels and cost cap are the draft's own. Notes say what of the file is not used, and what flags
//! make different.

use protocol::measurement::QuestionsPerCall;
use protocol::review::Neighbours;
use protocol::safe;
use protocol::study::{Draft, StudySpec, StudyType};

use super::given::{Given, Value};
use super::{Rules, measuring};
use crate::domain::instrument::{open_questions, orders_of, review_of, takes};

/// The place of settings that come from the other study.
pub(super) const PLACE: &str = "--like";

/// Settings that decide who answers.
const PEOPLE: &[&str] = &[
    "panel",
    "seed",
    "engine_mode",
    "audience.region",
    "audience.age_range",
    "audience.gender",
    "audience.income_bracket",
    "audience.education",
    "audience.tech_adoption",
];

/// The settings of a content review, with their texts; none for another study type.
fn of_review(spec: &StudySpec) -> Vec<(&'static str, Option<String>)> {
    let Some(review) = review_of(&spec.instrument) else { return Vec::new() };
    let on = |is: bool| is.then(|| "true".to_owned());
    let named = review.sent_as.clone().unwrap_or_else(|| review.content_type.to_string());
    let (given, generated) = match &review.neighbours {
        Neighbours::Stock => (None, false),
        Neighbours::Given { texts } => (Some(texts.join("\n")), false),
        Neighbours::Generated { .. } => (None, true),
    };
    vec![
        ("content_type", Some(named)),
        ("mode", Some(review.mode.to_string())),
        ("rounds", Some(review.rounds.to_string())),
        ("target_score", review.target_score.map(|score| score.to_string())),
        ("stop_on_no_gain", on(review.stop_on_no_gain)),
        ("allow_new_claims", on(review.allow_new_claims)),
        ("competitors", given),
        ("competitors_generated", on(generated)),
        ("target_audience", review.target_audience.clone()),
        ("niche", review.niche.clone()),
        ("tone", review.tone.clone()),
        ("goal", review.goal.clone()),
    ]
}

/// Every setting that is taken from a study, with its text; `None` for one that is not set in it.
pub(super) fn settings(spec: &StudySpec, rules: &Rules<'_>) -> Vec<(&'static str, Option<String>)> {
    let (audience, measured) = (&spec.audience, &spec.measurement);
    let (youngest, oldest) = audience.age_range;
    let steady = rules.steady.contains(&spec.engine.as_str());
    // Default numbers are left to follow from the rest.
    let subsample = measured.subsample;
    let usual_subsample = measuring::usual_subsample(spec.panel);
    let usual_replicates = measuring::usual_replicates(spec.panel, steady, subsample);
    let given = |count: u32, usual: u32| (count != usual).then(|| count.to_string());
    let questions = open_questions(&spec.instrument);
    let elicitation = measured.elicitation.as_ref();
    let mut all = vec![
        ("study", Some(spec.instrument.study_type().to_string())),
        ("panel", Some(spec.panel.to_string())),
        ("seed", Some(spec.seed.to_string())),
        ("engine", Some(spec.engine.clone())),
        ("engine_mode", Some(spec.engine_mode.to_string())),
        ("audience.region", Some(audience.region.to_string())),
        ("audience.age_range", Some(format!("{youngest}-{oldest}"))),
        ("audience.gender", Some(audience.gender.to_string())),
        ("audience.income_bracket", Some(audience.income_bracket.to_string())),
        ("audience.education", Some(audience.education.to_string())),
        ("audience.tech_adoption", Some(audience.tech_adoption.to_string())),
        ("context", spec.context.clone()),
        ("language", spec.language.map(|language| language.to_string())),
        ("questions", (!questions.is_empty()).then(|| questions.join("\n"))),
        ("orders", orders_of(&spec.instrument).map(|orders| orders.to_string())),
        ("replicates", given(measured.replicates, usual_replicates)),
        ("controls", (!measured.controls.is_empty()).then(|| "true".to_owned())),
        ("wordings", given(u32::from(measured.wordings), 0)),
        ("subsample", given(subsample, if measured.checks_panel() { usual_subsample } else { 0 })),
        ("reuse", Some(measured.reuse.to_string())),
        (
            "questions_per_call",
            (measured.questions_per_call != QuestionsPerCall::default())
                .then(|| measured.questions_per_call.to_string()),
        ),
        (
            "elicitation",
            elicitation.map(|elicitation| {
                let channels = elicitation.channels.iter().map(|channel| channel.as_str());
                channels.collect::<Vec<_>>().join(",")
            }),
        ),
        ("embedding_engine", elicitation.and_then(|found| found.embedding_engine.clone())),
        ("rater", elicitation.and_then(|found| found.rater.clone())),
    ];
    all.extend(of_review(spec));
    all
}

/// Puts the settings of the other study in the place of the file's. Flags stay.
pub(super) fn apply(like: &StudySpec, draft: &Draft, rules: &Rules<'_>, given: &mut Vec<Given>) {
    let flag = |key: &str| draft.overrides.get(key);
    let study_type: Option<StudyType> = flag("study").and_then(|study| study.trim().parse().ok());
    let other_type = study_type.is_some_and(|its| its != like.instrument.study_type());
    let other_engine = flag("engine").is_some_and(|engine| engine.trim() != like.engine);
    for (key, text) in settings(like, rules) {
        // Another type or engine may not know how that study was asked and measured.
        let checks = (!like.measurement.controls.is_empty() && flag("controls").is_none())
            || (like.measurement.wordings > 0 && flag("wordings").is_none());
        let follows = match key {
            "subsample" if !checks => false,
            "study" | "engine" | "context" | "language" => true,
            _ if takes(like.instrument.study_type(), key) => !other_type,
            _ if PEOPLE.contains(&key) => true,
            _ => !other_type && !other_engine,
        };
        let is_sent = key == super::QUESTIONS && !draft.questions.is_empty();
        if flag(key).is_some() || is_sent || !follows {
            continue;
        }
        given.retain(|earlier| earlier.key != key);
        if let Some(text) = text {
            let (key, place) = (key.to_owned(), PLACE.to_owned());
            given.push(Given { key, place, value: Value::Flag(text) });
        }
    }
}

/// What is to be said of a draft that was read like another study: `name` is what that study is called, `alone` the draft
/// read without it, if that is possible, and `spec` the draft read with it.
#[must_use]
pub(crate) fn like_notes(
    draft: &Draft,
    rules: &Rules<'_>,
    (like, name): (&StudySpec, &str),
    alone: Option<&StudySpec>,
    spec: &StudySpec,
) -> Vec<String> {
    let name = safe::quoted(name);
    let is_flag = |key: &str| draft.overrides.contains_key(key);
    let word = |text: Option<&String>| text.map_or("none", String::as_str).to_owned();
    let differing = |a: &StudySpec, b: &StudySpec| -> Vec<(&'static str, String, String)> {
        let pairs = settings(a, rules).into_iter().zip(settings(b, rules));
        pairs
            .filter(|((_, a), (_, b))| a != b)
            .map(|((key, a), (_, b))| (key, word(a.as_ref()), word(b.as_ref())))
            .collect()
    };
    let said = |(key, its, theirs): &(&str, String, String)| match *key {
        // Long texts are not repeated.
        "context" | "questions" => {
            format!("{key} differ{}", if *key == "context" { "s" } else { "" })
        }
        _ => format!("{} {its} instead of {theirs}", key.trim_start_matches("audience.")),
    };
    let mut notes = Vec::new();
    let by_flags: Vec<_> =
        differing(spec, like).into_iter().filter(|(key, ..)| is_flag(key)).collect();
    let (people, asked): (Vec<_>, Vec<_>) =
        by_flags.iter().partition(|(key, ..)| PEOPLE.contains(key));
    let list = |found: &[&(&str, String, String)]| {
        found.iter().map(|one| said(one)).collect::<Vec<_>>().join(", ")
    };
    if !people.is_empty() {
        notes.push(format!(
            "Other people answer than in {name} ({}), so a comparison with it is not person by person",
            list(&people)
        ));
    }
    if !asked.is_empty() {
        notes.push(format!(
            "It is asked otherwise than {name} ({}), so a difference may come of that",
            list(&asked)
        ));
    }
    let Some(alone) = alone else { return notes };
    let in_file = super::keys_of_file(draft);
    let unused: Vec<_> = differing(alone, spec)
        .into_iter()
        .filter(|(key, ..)| !is_flag(key) && in_file.iter().any(|known| known == key))
        .collect();
    if !unused.is_empty() {
        let unused: Vec<&_> = unused.iter().collect();
        let unused: Vec<String> = unused
            .iter()
            .map(|(key, its, taken)| match *key {
                "context" | "questions" => key.to_string(),
                _ => format!("{} {its}: {taken} is taken", key.trim_start_matches("audience.")),
            })
            .collect();
        notes.push(format!(
            "{}: not everything at its top is used, because it is asked like {name} ({})",
            draft.file,
            unused.join(", ")
        ));
    }
    notes
}
