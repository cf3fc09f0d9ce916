//! What to do about a refusal, as a value. The core says what to change: a setting of the study, or what only the owner of the
//! daemon can do; every interface puts that in its own words, as a flag, a field of a body or an argument of a tool.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What to do about a refusal: one remedy, or several of which any one may help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Sent", into = "Sent")]
pub struct Hint(Vec<Remedy>);

/// One thing to do. An aim begins with its verb: "ask a language model".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Words that are right at every interface.
    Words(String),
    /// A setting of the study gets that value.
    Set {
        /// What that is for.
        aim: String,
        /// The setting, by its key in a stimulus file.
        setting: String,
        /// Its value; in capitals where the reader chooses it.
        value: String,
    },
    /// Something that whoever may run studies can do.
    Use {
        /// What that is for.
        aim: String,
        /// With what.
        feature: Feature,
    },
    /// Something that the owner of the daemon alone can do.
    Owner {
        /// What that is for.
        aim: String,
        /// With which command of theirs.
        command: String,
    },
}

/// What can be done with studies at any interface that has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// The list of studies.
    Studies,
    /// A study with what came of it, by its id.
    Study(String),
    /// A result of another service, by its id.
    External(String),
    /// A study of a text.
    Run,
    /// A study of a text that asks the same people as another one.
    RunLike,
    /// Studies of several texts, ranked.
    RankTexts,
    /// A control of a study, by its word as a command, and the study's id.
    Control(String, String),
    /// The controls that a study allows, by their words: pause, resume, cancel, retry, archive or unarchive.
    Controls(Vec<String>),
}

/// How an interface words remedies. A remedy that it has no way to is left out.
pub trait HintWording {
    /// A setting of the study gets a value.
    fn set(&self, aim: &str, setting: &str, value: &str) -> Option<String>;
    /// Something is done with studies.
    fn with(&self, aim: &str, feature: &Feature) -> Option<String>;
    /// What only the owner of the daemon can do.
    fn owner(&self, aim: &str, command: &str) -> String {
        format!("the owner of this daemon can {} with `{command}`", lower(aim))
    }
}

/// The words of the command line, whose reader is the owner.
#[derive(Clone, Copy, Debug)]
pub struct InFlags;

impl HintWording for InFlags {
    fn set(&self, aim: &str, setting: &str, value: &str) -> Option<String> {
        Some(format!("{aim}: {} {value}", flag(setting)))
    }

    fn with(&self, aim: &str, feature: &Feature) -> Option<String> {
        Some(match feature {
            Feature::Controls(_) => format!("{aim}: {}", feature.command()),
            _ => self.owner(aim, &feature.command()),
        })
    }

    fn owner(&self, aim: &str, command: &str) -> String {
        format!("{aim} with `{command}`")
    }
}

impl Feature {
    /// The command that does it.
    #[must_use]
    pub fn command(&self) -> String {
        match self {
            Self::Studies => "demoscope list".to_owned(),
            Self::Study(id) | Self::External(id) => format!("demoscope show {id}"),
            Self::Run => "demoscope run FILE".to_owned(),
            Self::RunLike => "demoscope run FILE --like ID".to_owned(),
            Self::RankTexts => "demoscope rank FILE FILE".to_owned(),
            Self::Control(word, study) => format!("demoscope {word} {study}"),
            Self::Controls(words) => {
                let command = |word: &String| match word.as_str() {
                    "unarchive" => "archive --undo".to_owned(),
                    word => word.to_owned(),
                };
                words.iter().map(command).collect::<Vec<_>>().join(", ")
            }
        }
    }
}

impl Remedy {
    /// Words that are right everywhere.
    pub fn words(words: impl Into<String>) -> Self {
        Self::Words(words.into())
    }

    /// A setting gets a value.
    pub fn set(
        aim: impl Into<String>,
        setting: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        Self::Set { aim: aim.into(), setting: setting.into(), value: value.into() }
    }

    /// Something is done with studies.
    pub fn with(aim: impl Into<String>, feature: Feature) -> Self {
        Self::Use { aim: aim.into(), feature }
    }

    /// What only the owner can do.
    pub fn owner(aim: impl Into<String>, command: impl Into<String>) -> Self {
        Self::Owner { aim: aim.into(), command: command.into() }
    }

    fn told(&self, wording: &dyn HintWording) -> Option<String> {
        match self {
            Self::Words(words) => Some(words.clone()),
            Self::Set { aim, setting, value } => wording.set(aim, setting, value),
            Self::Use { aim, feature } => wording.with(aim, feature),
            Self::Owner { aim, command } => Some(wording.owner(aim, command)),
        }
    }

    fn begins_large(&self) -> bool {
        let (Self::Words(text)
        | Self::Set { aim: text, .. }
        | Self::Use { aim: text, .. }
        | Self::Owner { aim: text, .. }) = self;
        text.starts_with(char::is_uppercase)
    }
}

impl Hint {
    /// Adds something else that helps.
    #[must_use]
    pub fn or(mut self, other: impl Into<Remedy>) -> Self {
        self.0.push(other.into());
        self
    }

    /// Adds what else another hint says.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The hint in the words of an interface; none where it has no way to any of its remedies.
    #[must_use]
    pub fn told(&self, wording: &dyn HintWording) -> Option<String> {
        let all: Vec<String> = self.0.iter().filter_map(|remedy| remedy.told(wording)).collect();
        let told = all.join("; ");
        let begins_large = self.0.first().is_some_and(Remedy::begins_large);
        // It begins as it did, also where its first remedy is left out or worded otherwise.
        let told = if begins_large { upper(&told) } else { told };
        (!told.is_empty()).then_some(told)
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.to_string().is_empty()
    }
}

/// In the words of the command line.
impl fmt::Display for Hint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.told(&InFlags).unwrap_or_default())
    }
}

impl Default for Hint {
    fn default() -> Self {
        Self::from(String::new())
    }
}

impl From<&str> for Remedy {
    fn from(words: &str) -> Self {
        Self::words(words)
    }
}

impl From<String> for Remedy {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

impl From<Remedy> for Hint {
    fn from(only: Remedy) -> Self {
        Self(vec![only])
    }
}

impl From<&str> for Hint {
    fn from(words: &str) -> Self {
        Remedy::words(words).into()
    }
}

impl From<String> for Hint {
    fn from(words: String) -> Self {
        Remedy::Words(words).into()
    }
}

impl PartialEq<str> for Hint {
    fn eq(&self, other: &str) -> bool {
        self.told(&InFlags).unwrap_or_default() == other
    }
}

impl PartialEq<&str> for Hint {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl PartialEq<String> for Hint {
    fn eq(&self, other: &String) -> bool {
        self == other.as_str()
    }
}

/// A hint as it is sent: plain words are a text.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Sent {
    Words(String),
    Remedies(Vec<Remedy>),
}

impl From<Sent> for Hint {
    fn from(sent: Sent) -> Self {
        match sent {
            Sent::Words(words) => Self::from(words),
            Sent::Remedies(remedies) => Self(remedies),
        }
    }
}

impl From<Hint> for Sent {
    fn from(hint: Hint) -> Self {
        match <[Remedy; 1]>::try_from(hint.0) {
            Ok([Remedy::Words(words)]) => Self::Words(words),
            Ok(other) => Self::Remedies(other.into()),
            Err(remedies) => Self::Remedies(remedies),
        }
    }
}

/// The settings of an audience, which stand one level below.
const OF_AUDIENCE: [&str; 6] =
    ["region", "age_range", "gender", "income_bracket", "education", "tech_adoption"];

/// The flag of a setting.
#[must_use]
pub fn flag(setting: &str) -> String {
    let name = match setting.strip_prefix("audience.").unwrap_or(setting) {
        // Each of these flags gives one entry, and may be given several times.
        "tags" => "tag",
        "competitors" => "competitor",
        name => name,
    };
    format!("--{}", name.replace('_', "-"))
}

/// The setting of a flag, where a place is one.
#[must_use]
pub fn setting(place: &str) -> Option<String> {
    let name = place.strip_prefix("--")?.replace('-', "_");
    Some(match name.as_str() {
        "tag" | "competitor" | "question" => format!("{name}s"),
        audience if OF_AUDIENCE.contains(&audience) => format!("audience.{audience}"),
        _ => name,
    })
}

/// A text with a small first letter.
pub fn lower(text: &str) -> String {
    with_first(text, |first| first.to_lowercase().collect())
}

/// A text with a large first letter.
fn upper(text: &str) -> String {
    with_first(text, |first| first.to_uppercase().collect())
}

fn with_first(text: &str, change: fn(char) -> String) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| change(first) + letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An interface whose callers choose a language and nothing else.
    struct LanguageOnly;

    impl HintWording for LanguageOnly {
        fn set(&self, aim: &str, setting: &str, value: &str) -> Option<String> {
            (setting == "language").then(|| format!("{aim}: send {setting} = {value}"))
        }

        fn with(&self, _: &str, _: &Feature) -> Option<String> {
            None
        }
    }

    fn foreign() -> Hint {
        Hint::from(Remedy::set("ask a language model", "engine", "NAME")).or(Remedy::set(
            "where the guess is wrong, say so",
            "language",
            "en",
        ))
    }

    #[test]
    fn a_remedy_is_said_in_the_words_of_its_interface_or_not_at_all() {
        let hint = foreign();
        assert_eq!(
            hint,
            "ask a language model: --engine NAME; where the guess is wrong, say so: --language en"
        );
        let told = hint.told(&LanguageOnly);
        assert_eq!(told.as_deref(), Some("where the guess is wrong, say so: send language = en"));
        let list = Hint::from(Remedy::with("List them", Feature::Studies));
        assert_eq!(
            (list.to_string().as_str(), list.told(&LanguageOnly)),
            ("List them with `demoscope list`", None)
        );
        let grant = Hint::from(Remedy::owner("Add them", "demoscope credits grant 5"));
        assert_eq!(grant, "Add them with `demoscope credits grant 5`");
        assert_eq!(
            grant.told(&LanguageOnly).as_deref(),
            Some("The owner of this daemon can add them with `demoscope credits grant 5`")
        );
        let words = ["cancel", "unarchive"].map(str::to_owned).into();
        let controls = Hint::from(Remedy::with("Choose", Feature::Controls(words)));
        assert_eq!(controls, "Choose: cancel, archive --undo");
        let dropped = Hint::from(Remedy::with("List them", Feature::Studies)).or("wait for one");
        assert_eq!(dropped.told(&LanguageOnly).as_deref(), Some("Wait for one"));
        assert!(Hint::default().is_empty() && Hint::from("").told(&InFlags).is_none());
    }

    #[test]
    fn plain_words_are_sent_as_a_text_and_everything_comes_back() {
        for hint in [foreign(), Hint::from("Try again later"), Hint::default()] {
            let sent = serde_json::to_value(&hint).unwrap();
            assert_eq!(sent.is_string(), hint != foreign(), "{sent}");
            assert_eq!(serde_json::from_value::<Hint>(sent).unwrap(), hint);
        }
    }

    #[test]
    fn flags_and_settings_name_each_other() {
        for (known, its) in [
            ("max_cost_usd", "--max-cost-usd"),
            ("audience.age_range", "--age-range"),
            ("tags", "--tag"),
            ("competitors", "--competitor"),
        ] {
            assert_eq!(flag(known), its);
            assert_eq!(setting(its).as_deref(), Some(known));
        }
        assert_eq!(setting("idea.md:4"), None);
    }
}
