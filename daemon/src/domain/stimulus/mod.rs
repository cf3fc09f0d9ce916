//! The validation of drafts: from a draft (a stimulus file and flags) to a checked [`StudySpec`]. Every problem is
//! reported at once, with its place and a hint; nothing is guessed, and a wrong value is never replaced by a default.

mod blanks;
mod carry;
mod comments;
mod elicitation;
mod front_matter;
mod given;
mod head;
mod html;
mod language;
mod like;
mod material;
mod measuring;
mod other_comments;
mod prose;
mod render;
mod review;
mod sent;
mod settings;
mod target_audience;
mod texts;
mod version;
mod yaml_marks;

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use protocol::audience::Audience;
use protocol::credits::UsdMicros;
use protocol::measurement::Measurement;
use protocol::nearest::did_you_mean;
use protocol::study::{Draft, EngineMode, Problem, StudySpec, StudyType};

pub(crate) use self::carry::{FileProblem, kept_words, lost_in, set_apart, with_other_text};
pub(crate) use self::elicitation::{ENCODER, KnownEngine};
use self::front_matter::{FrontMatterItem, Malformed, Node, Parts};
use self::given::{Given, Value};
pub(crate) use self::language::{language_notes, language_warnings};
pub(crate) use self::like::like_notes;
use self::material::StimulusMaterial;
use self::render::render;
pub(crate) use self::sent::SentAs;
pub(crate) use self::settings::settings;
pub(crate) use self::target_audience::audience_note;
use self::texts::TextNotes;
pub(crate) use self::texts::notes;
pub(crate) use self::version::{content_hash, deciding, differing};
use crate::domain::instrument::{self, REVIEW_KEYS, Violation};

/// The largest file that is read, in bytes.
pub(crate) const FILE_BYTES_MAX: usize = 256 * 1024;

/// Seeds are below this, so that every JSON reader represents them exactly.
pub(crate) const SEED_MAX: u64 = (1 << 53) - 1;

/// Default panel size.
const PANEL: u32 = 100;
/// Default engine.
const ENGINE: &str = "offline";
const NAME_CHARACTERS_MAX: usize = 200;
const CONTEXT_CHARACTERS_MAX: usize = 2_000;
/// Tags that one study carries.
pub(crate) const TAGS_MAX: usize = 20;
/// Characters of one tag.
pub(crate) const TAG_CHARACTERS_MAX: usize = 40;
const PROJECT_CHARACTERS_MAX: usize = 100;

/// Every setting of a draft, in the order of messages.
static KEYS: LazyLock<Vec<&str>> =
    LazyLock::new(|| [STUDY_KEYS, &REVIEW_KEYS, MEASUREMENT_KEYS].concat());
/// Settings of a study, and what it asks.
const STUDY_KEYS: &[&str] = &[
    "study",
    "name",
    "panel",
    "audience",
    "engine",
    "engine_mode",
    "seed",
    "context",
    "language",
    "max_cost_usd",
    "tags",
    "project",
    "webhook",
    QUESTIONS,
    "orders",
];
/// The setting with the questions of a survey.
const QUESTIONS: &str = "questions";
/// Settings of how it is measured.
const MEASUREMENT_KEYS: &[&str] = &[
    "replicates",
    "controls",
    "wordings",
    "subsample",
    "reuse",
    "questions_per_call",
    "elicitation",
    "embedding_engine",
    "rater",
];
const AUDIENCE_KEYS: &[&str] =
    &["region", "age_range", "gender", "income_bracket", "education", "tech_adoption"];

/// Whether this is the name of a setting, or of a filter of the audience.
fn is_key(name: &str) -> bool {
    KEYS.contains(&name) || AUDIENCE_KEYS.contains(&name)
}

/// The limits and engines of this installation.
#[derive(Clone, Debug)]
pub(crate) struct Rules<'a> {
    /// The largest panel.
    pub panel_max: u32,
    /// Names of the engines that can answer.
    pub engines: &'a [&'a str],
    /// The seed to use if none is given.
    pub fresh_seed: u64,
    /// Deterministic engines, which would repeat the same answer: no replicates unless the study asks for them.
    pub steady: &'a [&'a str],
    /// The properties of the engines that are language models.
    pub models: &'a [KnownEngine],
    /// The name of the built-in encoder: it embeds texts and cannot answer.
    pub encoder: Option<&'a str>,
    /// Whether a webhook may lead to this machine and to private networks.
    pub private_hooks: bool,
}

/// Reads and checks a draft.
///
/// # Errors
/// Every problem of the draft, in the order of the file, those of flags last.
pub(crate) fn read(draft: &Draft, rules: &Rules<'_>) -> Result<StudySpec, Vec<Problem>> {
    read_like(draft, rules, None)
}

/// Reads and checks a draft that is to be like that study, where there is one.
///
/// # Errors
/// As for [`read`].
pub(crate) fn read_like(
    draft: &Draft,
    rules: &Rules<'_>,
    like: Option<&StudySpec>,
) -> Result<StudySpec, Vec<Problem>> {
    let at = |line: usize| format!("{}:{line}", draft.file);
    let second = draft.variant_b.iter().map(|second| (&second.file, &second.text));
    let unreadable: Vec<Problem> = std::iter::once((&draft.file, &draft.text))
        .chain(second)
        .filter_map(|(file, text)| unreadable(file, text.sent()))
        .collect();
    if !unreadable.is_empty() {
        return Err(unreadable);
    }
    let parts = front_matter::split(&draft.text).map_err(|Malformed { line, what, hint }| {
        vec![Problem { place: at(line), what, hint: hint.into() }]
    })?;
    let mut problems = Vec::new();
    let mut given = collect(draft, &parts, &mut problems, &mut TextNotes::default());
    if let Some(like) = like {
        like::apply(like, draft, rules, &mut given);
    }
    let mut reader = SettingsReader { given: &given, problems };

    let study_type = reader.take("study", Given::word).unwrap_or(instrument::USUAL);
    let material = StimulusMaterial::read(study_type, draft, &parts, &mut reader);
    let violations = instrument::check(&material.instrument);
    reader.problems.extend(material.of_violations(violations));

    let defaults = target_audience::of_material(&material.instrument).audience;
    let audience = Audience {
        region: reader.take("audience.region", Given::word).unwrap_or(defaults.region),
        age_range: reader.take("audience.age_range", Given::ages).unwrap_or(defaults.age_range),
        gender: reader.take("audience.gender", Given::word).unwrap_or(defaults.gender),
        income_bracket: reader
            .take("audience.income_bracket", Given::word)
            .unwrap_or(defaults.income_bracket),
        education: reader.take("audience.education", Given::word).unwrap_or(defaults.education),
        tech_adoption: reader
            .take("audience.tech_adoption", Given::word)
            .unwrap_or(defaults.tech_adoption),
    };
    let panel = panel_of(&mut reader, study_type, rules);
    let engine = engine_of(&mut reader, rules);
    let steady = rules.steady.contains(&engine.as_str());
    let language = reader.take("language", Given::language);
    if steady {
        match material.unread() {
            Some(problem) => reader.problems.push(problem),
            None if reader.given("language").is_none() => {
                reader.problems.extend(material.foreign());
            }
            None => {}
        }
    }
    let elicitation = elicitation::read(&mut reader, study_type, &engine, rules);
    let measurement =
        Measurement { elicitation, ..measuring::read(&mut reader, study_type, panel, steady) };
    let spec = StudySpec {
        name: reader
            .take("name", |given| given.text(NAME_CHARACTERS_MAX))
            .unwrap_or_else(|| name_from(&material.title)),
        instrument: material.instrument,
        panel,
        audience,
        engine,
        engine_mode: reader.take("engine_mode", Given::word).unwrap_or(EngineMode::Standard),
        seed: reader.take("seed", |given| given.whole(0, SEED_MAX)).unwrap_or(rules.fresh_seed),
        context: reader.take("context", context_of),
        language,
        max_cost_usd: reader.take("max_cost_usd", |given| given.real().map(micros)),
        tags: reader
            .take("tags", |given| given.texts(TAGS_MAX, TAG_CHARACTERS_MAX))
            .unwrap_or_default(),
        project: reader.take("project", |given| given.text(PROJECT_CHARACTERS_MAX)),
        webhook: reader.take("webhook", |given| given.webhook(rules.private_hooks)),
        measurement,
    };
    if reader.problems.is_empty() { Ok(spec) } else { Err(in_order(draft, reader.problems)) }
}

/// Reasons to reject a text before anything is read from it.
fn unreadable(file: &str, text: &str) -> Option<Problem> {
    let problem = |what: &str, hint: &str| {
        Some(Problem { place: file.to_owned(), what: what.to_owned(), hint: hint.into() })
    };
    if text.len() > FILE_BYTES_MAX {
        return problem(
            "the file is larger than 256 KiB",
            "a stimulus is a few thousand characters; cut it",
        );
    }
    if text.contains('\0') {
        return problem("the file is not text", "give a Markdown or plain-text file");
    }
    None
}

/// Every known setting once: flags over the file. Unknown and repeated keys become problems.
fn collect(
    draft: &Draft,
    parts: &Parts,
    problems: &mut Vec<Problem>,
    told: &mut TextNotes,
) -> Vec<Given> {
    let mut given: Vec<Given> = Vec::new();
    let mut put = |key: String,
                   place: String,
                   item: &FrontMatterItem,
                   known: &[&str],
                   problems: &mut Vec<Problem>| {
        let name = key.strip_prefix("audience.").unwrap_or(&key);
        if !known.contains(&name) {
            let hint = did_you_mean(name, known)
                .unwrap_or_else(|| format!("known keys are {}", known.join(", ")));
            problems.push(Problem {
                place,
                what: format!("unknown key '{key}'"),
                hint: hint.into(),
            });
        } else if given.iter().any(|earlier| earlier.key == key) {
            problems.push(Problem {
                place,
                what: format!("'{key}' is given twice"),
                hint: "keep one".into(),
            });
        } else {
            let value = Value::Node(item.value.clone());
            let mut setting = Given { key, place, value };
            if !draft.overrides.contains_key(&setting.key) {
                texts::tidy(&mut setting, item, &draft.file, problems, told);
            }
            given.push(setting);
        }
    };
    for entry in &parts.entries {
        let place = format!("{}:{}", draft.file, entry.line);
        match &entry.item.value {
            Node::Map(inner) if entry.key == "audience" => {
                for entry in inner {
                    let place = format!("{}:{}", draft.file, entry.line);
                    let key = format!("audience.{}", entry.key);
                    put(key, place, &entry.item, AUDIENCE_KEYS, problems);
                }
            }
            _ if entry.key == "audience" => problems.push(Problem {
                place,
                what: "'audience' takes filters".to_owned(),
                hint: "for example audience: { region: uk, age_range: [25, 45] }".into(),
            }),
            _ => put(entry.key.clone(), place, &entry.item, &KEYS, problems),
        }
    }
    for (key, text) in &draft.overrides {
        let name = key.strip_prefix("audience.").unwrap_or(key);
        // Each of these flags gives one entry, and may be given several times.
        let flag = match name {
            "tags" => "tag".to_owned(),
            "competitors" => "competitor".to_owned(),
            _ => name.replace('_', "-"),
        };
        let place = format!("--{flag}");
        given.retain(|earlier| earlier.key != *key);
        let known = if key.starts_with("audience.") { AUDIENCE_KEYS } else { KEYS.as_slice() };
        if known.contains(&name) {
            let mut setting = Given { key: key.clone(), place, value: Value::Flag(text.clone()) };
            texts::tidy_flag(&mut setting, problems, told);
            given.push(setting);
        } else {
            problems.push(Problem {
                place,
                what: format!("unknown key '{key}'"),
                hint: did_you_mean(name, known)
                    .unwrap_or_else(|| format!("known keys are {}", known.join(", ")))
                    .into(),
            });
        }
    }
    if !draft.questions.is_empty() {
        let key = QUESTIONS.to_owned();
        given.retain(|earlier| earlier.key != key);
        let value = Value::Texts(draft.questions.clone());
        let mut setting = Given { key, place: format!("--{QUESTIONS}"), value };
        texts::tidy_flag(&mut setting, problems, told);
        given.push(setting);
    }
    given
}

/// Whether a draft says by itself which study type it is of.
#[must_use]
pub(crate) fn names_its_type(draft: &Draft) -> bool {
    draft.overrides.contains_key("study") || keys_of_file(draft).iter().any(|key| key == "study")
}

/// The keys of the file's own settings; empty for a file that cannot be read.
fn keys_of_file(draft: &Draft) -> Vec<String> {
    let Ok(parts) = front_matter::split(&draft.text) else { return Vec::new() };
    let without_flags = Draft {
        overrides: std::collections::BTreeMap::new(),
        questions: Vec::new(),
        ..draft.clone()
    };
    let given = collect(&without_flags, &parts, &mut Vec::new(), &mut TextNotes::default());
    given.into_iter().map(|given| given.key).collect()
}

/// Takes settings by key and collects problems.
struct SettingsReader<'a> {
    given: &'a [Given],
    problems: Vec<Problem>,
}

impl SettingsReader<'_> {
    fn take<T>(&mut self, key: &str, read: impl FnOnce(&Given) -> Result<T, Problem>) -> Option<T> {
        let given = self.given.iter().find(|given| given.key == key)?;
        match read(given) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    fn given(&self, key: &str) -> Option<&Given> {
        self.given.iter().find(|given| given.key == key)
    }

    /// Reports a setting that has no meaning for this study type.
    fn only_where_taken(&mut self, key: &str, study_type: StudyType) {
        if let (Some(given), Some(wanted)) = (self.given(key), instrument::type_that_takes(key))
            && !instrument::takes(study_type, key)
        {
            let what = format!("'{key}' means nothing in a {study_type} study");
            let problem = given.problem(what, format!("take it out, or set study: {wanted}"));
            self.problems.push(problem);
        }
    }
}

/// The context as respondents read it.
fn context_of(given: &Given) -> Result<String, Problem> {
    // That of another study is what its respondents read already.
    if let (like::PLACE, Value::Flag(text)) = (given.place.as_str(), &given.value) {
        return Ok(text.clone());
    }
    let shown = render(&given.text(CONTEXT_CHARACTERS_MAX)?).text;
    if shown.is_empty() {
        return Err(
            given.problem("nothing is left of 'context'", "say it in words, or leave it out")
        );
    }
    Ok(shown)
}

/// The panel size.
fn panel_of(reader: &mut SettingsReader<'_>, study_type: StudyType, rules: &Rules<'_>) -> u32 {
    let panel = reader.take("panel", |given| {
        let number = given.whole(1, u64::from(rules.panel_max)).map_err(|mut problem| {
            problem.hint = problem.hint.or("the setting limits.panel_max raises the limit");
            problem
        })?;
        u32::try_from(number).map_err(|_| given.problem("'panel' is too large", "ask for fewer"))
    });
    panel.unwrap_or_else(|| usual_panel(study_type, rules))
}

/// The panel size where none is given.
fn usual_panel(study_type: StudyType, rules: &Rules<'_>) -> u32 {
    instrument::usual_panel(study_type).map_or(PANEL, |usual| usual.min(rules.panel_max))
}

/// The beginning of a problem with the name of an engine.
const NO_ENGINE: &str = "there is no engine '";

/// The engine that a problem is about which this installation does not have.
pub(crate) fn unknown_engine(problem: &Problem) -> Option<&str> {
    problem.what.strip_prefix(NO_ENGINE)?.strip_suffix('\'')
}

/// The name of the engine.
fn engine_of(reader: &mut SettingsReader<'_>, rules: &Rules<'_>) -> String {
    let engine = reader.take("engine", |given| engine_named(given, rules));
    engine.unwrap_or_else(|| ENGINE.to_owned())
}

fn engine_named(given: &Given, rules: &Rules<'_>) -> Result<String, Problem> {
    let engines = rules.engines;
    let name = given.text(100)?;
    if engines.contains(&name.as_str()) {
        return Ok(name);
    }
    if rules.encoder == Some(name.as_str()) {
        return Err(given.problem(
            format!("the engine '{name}' turns texts into vectors and answers nobody"),
            format!("it is for embedding_engine: {name}"),
        ));
    }
    let hint =
        did_you_mean(&name, engines).unwrap_or_else(|| format!("there is {}", engines.join(", ")));
    Err(given.problem(format!("{NO_ENGINE}{name}'"), hint))
}

/// Dollars as whole millionths.
#[expect(
    clippy::cast_possible_truncation,
    reason = "amounts are checked to be at most 1e9 dollars"
)]
fn micros(dollars: f64) -> UsdMicros {
    UsdMicros((dollars * 1e6).round() as i64)
}

/// The first heading, or the first words; a rule above them is skipped.
fn name_from(body: &str) -> String {
    let mut lines = body.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.clone().next().unwrap_or_default();
    let line = lines.find(|line| line.contains(char::is_alphanumeric)).unwrap_or(first);
    let heading = line.trim_start_matches('#').trim();
    let mut name = String::new();
    for word in heading.split_whitespace() {
        if name.chars().count() + word.chars().count() > 60 {
            break;
        }
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(word);
    }
    if name.is_empty() { heading.chars().take(60).collect() } else { name }
}

/// Problems in the order of the file; those of flags after them.
fn in_order(draft: &Draft, mut problems: Vec<Problem>) -> Vec<Problem> {
    let line = |problem: &Problem| {
        problem
            .place
            .strip_prefix(&draft.file)
            .map_or(usize::MAX, |rest| rest.trim_start_matches(':').parse().unwrap_or(0))
    };
    problems.sort_by_key(line);
    problems
}
