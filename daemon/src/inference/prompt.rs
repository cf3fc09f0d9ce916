//! Prompts: templates, their hash, and the values they may use. The material of a study is data between marks with a
//! random word, options are in an order drawn for each respondent, and one prompt never contains a second respondent.

use std::borrow::Cow;
use std::collections::BTreeMap;

use minijinja::{Environment, UndefinedBehavior, Value, context};
use protocol::measurement::Control;
use protocol::persona::{BigFive, Persona};
use protocol::study::{Order, StudySpec, StudyType};
use serde_json::Value as Json;

use crate::domain::asking::{Purpose, shown};
use crate::domain::digest::Digest;
use crate::domain::instrument::{self, Item, Template};
use crate::domain::outcome::{Assignment, FIRST_ROUND};

/// The first assignment, for the parts that are the same in all of them.
const FIRST: Assignment = Assignment::first(FIRST_ROUND, 0);

/// The templates of side measures, by file name. They have a hash of their own, so that studies without further
/// channels keep their hash.
const BESIDE: [Template; 4] = [
    ("rater.jinja", include_str!("../../../assets/prompts/rater.jinja")),
    ("rating.jinja", include_str!("../../../assets/prompts/rating.jinja")),
    ("speaker.jinja", include_str!("../../../assets/prompts/speaker.jinja")),
    ("text.jinja", include_str!("../../../assets/prompts/text.jinja")),
];

/// The templates of items in calls of their own, with a separate hash for the same reason.
const ALONE: [Template; 2] = [
    ("alone.jinja", include_str!("../../../assets/prompts/alone.jinja")),
    ("respondent_alone.jinja", include_str!("../../../assets/prompts/respondent_alone.jinja")),
];

/// The templates that have a content rewritten, or competitors written for it. They determine no answer, so no study's hash
/// covers them: what is written is stored with the study.
const REWRITE: [Template; 4] = [
    ("competitor_writer.jinja", include_str!("../../../assets/prompts/competitor_writer.jinja")),
    ("competitors.jinja", include_str!("../../../assets/prompts/competitors.jinja")),
    ("editor.jinja", include_str!("../../../assets/prompts/editor.jinja")),
    ("rewrite.jinja", include_str!("../../../assets/prompts/rewrite.jinja")),
];

/// All templates, group by group; a template that several study types share is listed once.
fn templates() -> impl Iterator<Item = Template> {
    let mut of_types: Vec<Template> = Vec::new();
    for template in StudyType::ALL.iter().flat_map(|of| instrument::templates(*of)) {
        if !of_types.iter().any(|(name, _)| *name == template.0) {
            of_types.push(*template);
        }
    }
    of_types.into_iter().chain(BESIDE).chain(ALONE).chain(REWRITE)
}

/// Why a template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PromptError {
    /// The owner's folder holds a file that is not a known template.
    #[error("There is no prompt '{0}'; the names are {names}", names = names())]
    Unknown(String),
    /// A template is not well formed, or uses an undefined value.
    #[error("The prompt '{name}' does not render: {why}")]
    Broken {
        /// Its file name.
        name: String,
        /// The template engine's message.
        why: String,
    },
    /// The schema of the reply cannot be serialised.
    #[error("The form of the reply is no JSON: {0}")]
    Form(String),
    /// A template of another wording has the same text as the original.
    #[error(
        "The prompt '{name}' asks what '{base}' asks, in the same words: give '{base}' a block 'question' for it to replace, or give '{name}' a text of its own"
    )]
    Same {
        /// Its file name.
        name: String,
        /// The template of the answer.
        base: String,
    },
    /// The template of items asks in the same words where another wording is needed.
    #[error(
        "The prompt 'alone.jinja' puts the question '{0}' in the same words where another wording or the scale turned round is asked for: look at 'wording' and 'reversed' in it"
    )]
    SameAlone(&'static str),
}

impl From<serde_json::Error> for PromptError {
    fn from(error: serde_json::Error) -> Self {
        Self::Form(error.to_string())
    }
}

fn names() -> String {
    let all: Vec<&str> = templates().map(|(name, _)| name).collect();
    all.join(", ")
}

/// A prompt, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// The system prompt: persona and rules.
    pub system: String,
    /// The user prompt with the stimulus.
    pub question: String,
    /// The re-ask that follows, if any.
    pub again: Option<Again>,
}

/// The reply that could not be read, and the correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    /// The model's reply.
    pub former: String,
    /// What was wrong with it.
    pub correction: String,
}

impl Prompt {
    /// Everything except the system prompt as one text: it is hashed into the address of the prompt, and shown.
    pub fn said(&self) -> Cow<'_, str> {
        match &self.again {
            None => Cow::Borrowed(&self.question),
            Some(Again { former, correction }) => Cow::Owned(format!(
                "{}\n\n--- The reply ---\n\n{former}\n\n--- Said to it ---\n\n{correction}",
                self.question
            )),
        }
    }
}

/// The reason for a re-ask.
#[derive(Clone, Copy, Debug)]
pub struct ReaskPrompt<'a> {
    /// What was wrong with it.
    pub why: &'a str,
    /// The earlier reply; empty if it has nothing that can be sent back.
    pub former: &'a str,
}

/// A prompt, with the re-ask if there is one: the earlier reply, and the correction from the template.
///
/// # Errors
/// When the template does not render.
pub(crate) fn put(
    reask: Option<ReaskPrompt<'_>>,
    render: impl Fn(Option<&str>) -> Result<Prompt, PromptError>,
) -> Result<Prompt, PromptError> {
    let Some(ReaskPrompt { why, former }) = reask else { return render(None) };
    let corrected = render(Some(why))?;
    if former.is_empty() {
        return Ok(corrected);
    }
    let first = render(None)?;
    let correction = match corrected.question.strip_prefix(&first.question).map(str::trim) {
        // An owner's own template may leave the correction out.
        Some("") => format!("The last reply could not be used: {why}. Reply again."),
        Some(correction) => correction.to_owned(),
        // Or put it in another place.
        None => corrected.question,
    };
    let again = Some(Again { former: former.to_owned(), correction });
    Ok(Prompt { system: corrected.system, question: first.question, again })
}

/// The effective templates.
#[derive(Debug)]
pub struct Prompts {
    templates: Environment<'static>,
    texts: BTreeMap<String, String>,
    /// By study type.
    hashes: BTreeMap<StudyType, String>,
    beside_hash: String,
    alone_hash: String,
}

impl Prompts {
    /// The templates as shipped.
    ///
    /// # Errors
    /// Never, unless the shipped templates are broken.
    pub fn shipped() -> Result<Self, PromptError> {
        Self::with(&BTreeMap::new())
    }

    /// The shipped templates, some of them replaced by the owner's own.
    ///
    /// # Errors
    /// A template that is unknown, is not well formed, or leaves out a required value.
    pub fn with(own: &BTreeMap<String, String>) -> Result<Self, PromptError> {
        let is_unknown = |name: &&String| templates().all(|(known, _)| known != **name);
        if let Some(unknown) = own.keys().find(is_unknown) {
            return Err(PromptError::Unknown(unknown.clone()));
        }
        let mut templates = Environment::new();
        // The material may contain anything: it is never escaped, because no prompt is a web page.
        templates.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        let mut texts = BTreeMap::new();
        for (name, shipped) in self::templates() {
            let text = own.get(name).map_or(shipped, String::as_str);
            texts.insert(name.to_owned(), text.to_owned());
            templates
                .add_template_owned(name.to_owned(), text.to_owned())
                .map_err(|error| broken(name, &error))?;
        }
        Ok(Self {
            templates,
            hashes: StudyType::ALL
                .iter()
                .map(|of| (*of, hash_of(instrument::templates(*of), &texts)))
                .collect(),
            beside_hash: hash_of(&BESIDE, &texts),
            alone_hash: hash_of(&ALONE, &texts),
            texts,
        })
    }

    /// SHA-256 (hex) over the templates of items in calls of their own.
    pub fn alone_hash(&self) -> &str {
        &self.alone_hash
    }

    /// SHA-256 (hex) over the templates of side measures.
    pub fn beside_hash(&self) -> &str {
        &self.beside_hash
    }

    /// SHA-256 (hex) over the templates of direct answers to studies of that type.
    pub fn hash(&self, study_type: StudyType) -> &str {
        self.hashes.get(&study_type).map_or("", String::as_str)
    }

    /// Every template's text, by file name.
    pub fn texts(&self) -> &BTreeMap<String, String> {
        &self.texts
    }

    /// The prompt of one assignment, or of one item of it. `correction` says what was wrong with the last reply.
    ///
    /// # Errors
    /// When a template uses an undefined value.
    pub fn render(
        &self,
        spec: &StudySpec,
        at: Assignment,
        item: Option<Item>,
        persona: &Persona,
        correction: Option<&str>,
    ) -> Result<Prompt, PromptError> {
        self.render_with(&PromptMaterial::of(spec), spec, at, item, persona, correction)
    }

    /// Like `render`, with material that was prepared before.
    ///
    /// # Errors
    /// When a template uses an undefined value.
    pub fn render_with(
        &self,
        material: &PromptMaterial,
        spec: &StudySpec,
        at: Assignment,
        item: Option<Item>,
        persona: &Persona,
        correction: Option<&str>,
    ) -> Result<Prompt, PromptError> {
        let asking = at.asking().unwrap_or(Purpose::Answer);
        // A control may show another text than the study does.
        let other = match shown(spec, asking) {
            Cow::Borrowed(_) => None,
            Cow::Owned(other) => Some(other),
        };
        let others = other.as_ref().map(PromptMaterial::of);
        let (spec, material) =
            (other.as_ref().unwrap_or(spec), others.as_ref().unwrap_or(material));
        let options = instrument::options(spec.seed, at);
        let of_one = plain(instrument::facts_of_one(spec, at));
        let about = context! {
            persona => facts(persona),
            sentiments => options.sentiments.iter().map(|word| word.as_str()).collect::<Vec<_>>(),
            intents => options.intents.iter().map(|word| word.as_str()).collect::<Vec<_>>(),
            correction => correction,
            expert => of_one,
            ..material.about(instrument::order_shown(spec, at))
        };
        let study_type = spec.instrument.study_type();
        if let Some(item) = item {
            return self.alone(study_type, item, asking, &about);
        }
        let base = format!("{study_type}.jinja");
        let system = self.fill(instrument::speaker(study_type), &about)?;
        let question = self.fill(&base, &about)?;
        let (name, about) = match asking {
            Purpose::Answer
            | Purpose::Replicate(_)
            | Purpose::Control(Control::Decoy | Control::Duplicate) => {
                return Ok(Prompt { system, question, again: None });
            }
            Purpose::Control(Control::Reversed) => (format!("{study_type}_reversed.jinja"), about),
            Purpose::Wording(number) => {
                (format!("{study_type}_wordings.jinja"), context! { wording => number, ..about })
            }
        };
        let other = self.fill(&name, &about)?;
        // An owner's own template may leave nothing to replace; then the control would test nothing.
        if other == question {
            return Err(PromptError::Same { name, base });
        }
        Ok(Prompt { system, question: other, again: None })
    }

    fn fill(&self, name: &str, about: &Value) -> Result<String, PromptError> {
        self.templates
            .get_template(name)
            .and_then(|template| template.render(about))
            .map_err(|error| broken(name, &error))
    }
}

/// SHA-256 (hex) over a group of effective templates.
fn hash_of(group: &[Template], texts: &BTreeMap<String, String>) -> String {
    let parts = group
        .iter()
        .flat_map(|(name, shipped)| [*name, texts.get(*name).map_or(*shipped, String::as_str)]);
    Digest::new().texts(parts).finish_hex()
}

fn broken(name: &str, error: &minijinja::Error) -> PromptError {
    let line = error.line().map_or(String::new(), |line| format!(" (line {line})"));
    let name = error.name().unwrap_or(name).to_owned();
    let why = error.detail().map_or_else(|| error.kind().to_string(), ToOwned::to_owned);
    PromptError::Broken { name, why: format!("{why}{line}") }
}

/// The material that all questions of one study show, prepared once: stimulus, context, and the word in the marks
/// around both.
#[derive(Clone, Debug)]
pub struct PromptMaterial {
    /// With variant A first, if there are variants.
    a_first: Value,
    /// With variant B first, if there are variants.
    b_first: Value,
}

impl PromptMaterial {
    /// The material of that study.
    #[must_use]
    pub fn of(spec: &StudySpec) -> Self {
        let context = spec.context.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let mark = Value::from(mark(spec));
        let about = |order| {
            let facts = plain(instrument::facts(&spec.instrument, order));
            context! { mark => mark.clone(), context => context, ..facts }
        };
        Self { a_first: about(Order::AFirst), b_first: about(Order::BFirst) }
    }

    /// The values for templates, with the variants in that order.
    fn about(&self, order: Option<Order>) -> Value {
        match order {
            Some(Order::BFirst) => self.b_first.clone(),
            Some(Order::AFirst) | None => self.a_first.clone(),
        }
    }
}

/// A JSON value as a value of the template engine.
fn plain(json: Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(truth) => Value::from(truth),
        Json::Number(number) => number.as_i64().map_or_else(
            || number.as_f64().map_or_else(|| Value::from(()), Value::from),
            Value::from,
        ),
        Json::String(text) => Value::from(text),
        Json::Array(entries) => entries.into_iter().map(plain).collect(),
        Json::Object(fields) => {
            Value::from_pairs(fields.into_iter().map(|(name, field)| (name, plain(field))))
        }
    }
}

/// The word in the marks around the material. It is drawn from the material and the seed, so that no material can
/// contain its own closing mark.
fn mark(spec: &StudySpec) -> String {
    let texts = instrument::stimuli(&spec.instrument);
    let named = Digest::new().raw("mark").raw(spec.seed.to_le_bytes());
    let hash = texts.iter().fold(named, Digest::raw).finish_hex();
    format!("shown-{}", &hash[..8])
}

fn facts(persona: &Persona) -> Value {
    let words = protocol::audience::in_words;
    let place = persona.state.as_deref().or(persona.country.as_deref());
    let work = persona.occupation.as_deref();
    context! {
        name => persona.name.clone(),
        age => persona.age,
        gender => words(persona.gender.as_str()),
        place => place.map_or_else(|| words(persona.region.as_str()), ToOwned::to_owned),
        urbanicity => words(persona.urbanicity.as_str()),
        work => work.map_or_else(|| words(persona.employment.as_str()), ToOwned::to_owned),
        education => words(persona.education.as_str()),
        household => words(persona.household.as_str()),
        income => words(persona.income_bracket.as_str()),
        technology => words(persona.tech_adoption.as_str()),
        traits => traits(&persona.big_five, persona.price_sensitivity),
        price_sensitivity => persona.price_sensitivity,
    }
}

/// Sentences on distinctive traits: those more than one standard deviation (10 points of a T score) from the mean.
fn traits(big_five: &BigFive, price_sensitivity: f64) -> Vec<&'static str> {
    let sides = [
        (big_five.openness, "Curious about new things.", "Sticks to what is known."),
        (
            big_five.conscientiousness,
            "Plans and checks before deciding.",
            "Decides on the spur of the moment.",
        ),
        (big_five.extraversion, "Outgoing and talkative.", "Quiet, says little."),
        (big_five.agreeableness, "Trusts people easily.", "Critical and hard to impress."),
        (big_five.neuroticism, "Worries about what could go wrong.", "Rarely worries."),
    ];
    let mut said: Vec<&'static str> = sides
        .into_iter()
        .filter_map(|(score, high, low)| match score {
            60.0.. => Some(high),
            ..=40.0 => Some(low),
            _ => None,
        })
        .collect();
    match price_sensitivity {
        70.0.. => said.push("Looks at the price first."),
        ..30.0 => said.push("Pays for what is good."),
        _ => {}
    }
    said
}

mod alone;
mod beside;
mod rewrite;

#[cfg(test)]
mod tests;
