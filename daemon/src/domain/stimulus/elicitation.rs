//! The elicitation settings: the list of channels, and the engines that embed and rate texts. A channel that cannot
//! be measured is rejected here with a hint, before anything is asked or paid.

use protocol::channels::{Channel, Elicitation};
use protocol::hint::{Hint, Remedy};
use protocol::study::{Problem, StudyType};

use super::given::Given;
use super::{Rules, SettingsReader, engine_named};
use crate::domain::instrument::channels::constructs;

/// The name of the built-in encoder.
pub(crate) const ENCODER: &str = "local";

/// The properties of an engine that is a language model or a pool of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownEngine {
    /// The engine's name.
    pub name: String,
    /// Its models, or why it cannot be asked.
    pub models: Result<Vec<String>, String>,
    /// The engine whose service provides embeddings, if there is one.
    pub embeds: Option<String>,
}

/// Reads the settings; `None` if only the direct channel is used.
pub(super) fn read(
    reader: &mut SettingsReader<'_>,
    study_type: StudyType,
    engine: &str,
    rules: &Rules<'_>,
) -> Option<Elicitation> {
    let channels = channels_of(reader);
    let embedding = of_channel(reader, "embedding_engine", Channel::Ssr, &channels, rules);
    let rater = of_channel(reader, "rater", Channel::Rater, &channels, rules);
    if channels == [Channel::Direct] {
        return None;
    }
    let asked = reader.given("elicitation")?.clone();
    let mut elicitation = Elicitation { channels, embedding_engine: None, rater: None };
    let problem = unheard(&asked, study_type, engine, rules);
    if let Some(problem) = problem {
        reader.problems.push(problem);
        return None;
    }
    // A setting with a wrong engine name was already reported.
    let unread = |key: &str, named: &Option<_>| named.is_none() && reader.given(key).is_some();
    let (no_embedding, no_rater) =
        (unread("embedding_engine", &embedding), unread("rater", &rater));
    if elicitation.hears(Channel::Ssr) && !no_embedding {
        match embedding_engine(&asked, embedding, engine, rules) {
            Ok(name) => elicitation.embedding_engine = Some(name),
            Err(problem) => reader.problems.push(problem),
        }
    }
    if elicitation.hears(Channel::Rater) && !no_rater {
        match rater_engine(&asked, rater, engine, rules) {
            Ok(name) => elicitation.rater = Some(name),
            Err(problem) => reader.problems.push(problem),
        }
    }
    Some(elicitation)
}

/// The channels that are requested.
pub(super) fn channels_of(reader: &mut SettingsReader<'_>) -> Vec<Channel> {
    reader.take("elicitation", channels).unwrap_or_else(|| vec![Channel::Direct])
}

/// The channels, each once, in the order of documents.
fn channels(given: &Given) -> Result<Vec<Channel>, Problem> {
    let mut found = Vec::new();
    for word in given.texts(Channel::ALL.len(), 40)? {
        let channel: Channel = word.trim().parse().map_err(|_| {
            given.problem(
                format!("'elicitation' cannot be '{word}'"),
                "it is a list out of direct, ssr, rater: elicitation: [direct, ssr]",
            )
        })?;
        if found.contains(&channel) {
            return Err(given.problem(format!("'elicitation' names {channel} twice"), "keep one"));
        }
        found.push(channel);
    }
    if !found.contains(&Channel::Direct) {
        let hint = "the direct answer stays the headline; others stand beside it: [direct, ssr]";
        return Err(given.problem("'elicitation' leaves out direct", hint));
    }
    found.sort_unstable();
    Ok(found)
}

/// The engine of a channel, with the place of its setting; the setting has no meaning without that channel.
fn of_channel(
    reader: &mut SettingsReader<'_>,
    key: &str,
    channel: Channel,
    channels: &[Channel],
    rules: &Rules<'_>,
) -> Option<(Given, String)> {
    let given = reader.given(key)?.clone();
    if !channels.contains(&channel) {
        reader.problems.push(without_channel(&given, channel));
        return None;
    }
    let name = reader.take(key, |given| match channel {
        Channel::Ssr => embedder_named(given, rules),
        Channel::Direct | Channel::Rater => engine_named(given, rules),
    })?;
    Some((given, name))
}

/// The problem of an engine setting for a channel that is not used.
pub(super) fn without_channel(given: &Given, channel: Channel) -> Problem {
    let what = format!("'{}' means nothing without the channel {channel}", given.key);
    given.problem(what, format!("take it out, or write elicitation: [direct, {channel}]"))
}

/// Why such a study cannot use any further channel, if so.
pub(super) fn unheard(
    asked: &Given,
    study_type: StudyType,
    engine: &str,
    rules: &Rules<'_>,
) -> Option<Problem> {
    if constructs(study_type).is_empty() {
        let heard: Vec<&str> = StudyType::ALL
            .iter()
            .filter(|study_type| !constructs(**study_type).is_empty())
            .map(|study_type| study_type.as_str())
            .collect();
        return Some(asked.problem(
            format!("a {study_type} study hears the direct answer only"),
            format!("take it out; further channels are for {}", heard.join(", ")),
        ));
    }
    if rules.steady.contains(&engine) {
        return Some(asked.problem(
            format!("the engine '{engine}' gives direct answers only: it is no language model"),
            Hint::from(Remedy::set("name a language model", "engine", "NAME")).or(list_them()),
        ));
    }
    None
}

/// Where the language models are listed.
fn list_them() -> Remedy {
    Remedy::owner("list them", "demoscope engines")
}

fn known<'a>(name: &str, rules: &Rules<'a>) -> Option<&'a KnownEngine> {
    rules.models.iter().find(|known| known.name == name)
}

/// The models of an engine, or the problem that it cannot be asked.
fn models<'a>(given: &Given, name: &str, rules: &Rules<'a>) -> Result<&'a [String], Problem> {
    match known(name, rules).map(|known| &known.models) {
        Some(Ok(models)) => Ok(models),
        Some(Err(why)) => Err(given.problem(
            format!("the engine '{name}' cannot be asked: {why}"),
            Remedy::owner("see what each engine lacks", "demoscope engines"),
        )),
        None => {
            Err(given.problem(format!("the engine '{name}' is no language model"), list_them()))
        }
    }
}

/// The name of an engine that may embed: one of the answering engines, or the built-in encoder.
fn embedder_named(given: &Given, rules: &Rules<'_>) -> Result<String, Problem> {
    let name = given.text(100)?;
    if rules.encoder == Some(name.as_str()) {
        return Ok(name);
    }
    engine_named(given, rules)
}

/// The engine that embeds: the one that was named, else the service of the study's own engine, else the built-in
/// encoder.
pub(super) fn embedding_engine(
    asked: &Given,
    named: Option<(Given, String)>,
    engine: &str,
    rules: &Rules<'_>,
) -> Result<String, Problem> {
    let fallback = if named.is_none() { rules.encoder } else { None };
    let (given, name) = named.unwrap_or_else(|| (asked.clone(), engine.to_owned()));
    if rules.encoder == Some(name.as_str()) {
        return Ok(name);
    }
    models(&given, &name, rules)?;
    if let Some(embeds) = known(&name, rules).and_then(|known| known.embeds.clone()) {
        return Ok(embeds);
    }
    if let Some(encoder) = fallback {
        return Ok(encoder.to_owned());
    }
    let others: Vec<&str> = rules
        .models
        .iter()
        .filter(|known| known.models.is_ok() && known.embeds.is_some())
        .map(|known| known.name.as_str())
        .chain(rules.encoder)
        .collect();
    let setting = format!("set embedding_model in [engine.{name}]");
    let hint = if others.is_empty() {
        format!("name a service that has one with embedding_engine: NAME, or {setting}")
    } else {
        format!("write embedding_engine: {}, or {setting}", others.join(" or "))
    };
    Err(given.problem(format!("the engine '{name}' has no embedding model"), hint))
}

/// The name of a model without its reseller: `openai/gpt-4.1-mini` is `gpt-4.1-mini`.
fn bare(model: &str) -> String {
    model.rsplit('/').next().unwrap_or(model).to_lowercase()
}

/// The engine that rates: a single model, different from those that write the texts.
pub(super) fn rater_engine(
    asked: &Given,
    named: Option<(Given, String)>,
    engine: &str,
    rules: &Rules<'_>,
) -> Result<String, Problem> {
    let another = "a model that rates its own texts agrees with itself: name another one";
    let Some((given, name)) = named else {
        return Err(asked.problem("the channel rater needs an engine that rates", {
            format!("write rater: NAME; {another}")
        }));
    };
    let rating = models(&given, &name, rules)?;
    let [rating] = rating else {
        return Err(given.problem(
            format!("'{name}' is several engines, and one rates"),
            "name one of the engines behind it",
        ));
    };
    let writing = models(asked, engine, rules)?;
    if writing.iter().any(|writer| bare(writer) == bare(rating)) {
        return Err(given
            .problem(format!("the rater '{name}' is the model that answers ({rating})"), another));
    }
    Ok(name)
}
