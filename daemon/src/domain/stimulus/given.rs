//! A setting as it was given, in the file or as a flag, with its place; and the conversions of its value that a key
//! can need. A conversion that fails reports what is wrong and what would be right.

use std::str::FromStr;

use protocol::audience::UnknownWord;
use protocol::hint::Hint;
use protocol::nearest::did_you_mean;
use protocol::study::{Language, Problem};

use super::front_matter::Node;
use crate::domain::deliver::target;

/// Most characters of the address of a webhook.
const WEBHOOK_CHARACTERS_MAX: usize = 2_048;
/// The largest amount that a setting takes.
const AMOUNT_MAX: f64 = 1e9;

/// A setting and its place.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) key: String,
    pub(super) place: String,
    pub(super) value: Value,
}

/// The raw value: YAML in the file, the text of a flag, or texts that a program sent.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Node(Node),
    Flag(String),
    Texts(Vec<String>),
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Given {
    /// A setting that was not given, to find out which problem it would cause.
    pub(super) fn nowhere(key: &str) -> Self {
        let value = Value::Flag(String::new());
        Self { key: key.to_owned(), place: String::new(), value }
    }

    pub(super) fn problem(&self, what: impl Into<String>, hint: impl Into<Hint>) -> Problem {
        Problem { place: self.place.clone(), what: what.into(), hint: hint.into() }
    }

    /// A text of at most that many characters, trimmed and not empty.
    pub(super) fn text(&self, characters_max: usize) -> Result<String, Problem> {
        let text = match &self.value {
            Value::Flag(text) | Value::Node(Node::Text(text)) => text.trim().to_owned(),
            Value::Node(Node::Whole(number)) => number.to_string(),
            Value::Node(Node::Real(number)) => number.to_string(),
            Value::Node(Node::Bool(truth)) => truth.to_string(),
            Value::Node(Node::Null | Node::List(_) | Node::Map(_)) | Value::Texts(_) => {
                return Err(
                    self.problem(format!("'{}' takes a text", self.key), "put it in quotes")
                );
            }
        };
        let characters = text.chars().count();
        if characters == 0 {
            return Err(
                self.problem(format!("'{}' is empty", self.key), "fill it in or leave the key out")
            );
        }
        if characters > characters_max {
            return Err(self.problem(
                format!(
                    "'{}' has {characters} characters; at most {characters_max} are allowed",
                    self.key
                ),
                "shorten it",
            ));
        }
        Ok(text)
    }

    /// A whole number between two bounds, both included.
    pub(super) fn whole(&self, least: u64, most: u64) -> Result<u64, Problem> {
        let number = match &self.value {
            Value::Node(Node::Whole(number)) => Some(*number),
            Value::Node(Node::Text(text)) | Value::Flag(text) => {
                text.trim().replace('_', "").parse().ok()
            }
            Value::Node(_) | Value::Texts(_) => None,
        };
        let range = format!("give a whole number from {least} to {most}");
        match number {
            None => Err(self.problem(format!("'{}' is no whole number", self.key), range)),
            Some(number) => u64::try_from(number)
                .ok()
                .filter(|number| (least..=most).contains(number))
                .ok_or_else(|| self.problem(format!("'{}' is {number}", self.key), range)),
        }
    }

    /// Yes or no.
    pub(super) fn truth(&self) -> Result<bool, Problem> {
        let text = match &self.value {
            Value::Node(Node::Bool(truth)) => return Ok(*truth),
            Value::Node(Node::Text(text)) | Value::Flag(text) => text.trim(),
            Value::Node(_) | Value::Texts(_) => "",
        };
        match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.problem(
                format!("'{}' is neither true nor false", self.key),
                "give true or false",
            )),
        }
    }

    /// An amount: a number from 0 to [`AMOUNT_MAX`].
    pub(super) fn real(&self) -> Result<f64, Problem> {
        let number = match &self.value {
            #[expect(clippy::cast_precision_loss, reason = "bounded right below")]
            Value::Node(Node::Whole(number)) => Some(*number as f64),
            Value::Node(Node::Real(number)) => Some(*number),
            Value::Node(Node::Text(text)) | Value::Flag(text) => text.trim().parse().ok(),
            Value::Node(_) | Value::Texts(_) => None,
        };
        number.filter(|number: &f64| (0.0..=AMOUNT_MAX).contains(number)).ok_or_else(|| {
            self.problem(
                format!("'{}' is no amount", self.key),
                format!("give a number such as 2.50, from 0 to {AMOUNT_MAX}"),
            )
        })
    }

    /// One of a closed list of words, in capitals or not, with blanks, hyphens or underscores.
    pub(super) fn word<T: FromStr<Err = UnknownWord>>(&self) -> Result<T, Problem> {
        let text = self.text(100)?;
        let usual = text.to_lowercase().replace([' ', '-'], "_");
        text.parse().or_else(|unknown| usual.parse().map_err(|_| unknown)).map_err(
            |unknown: UnknownWord| {
                let choices = unknown.choices.join(", ");
                let hint = match did_you_mean(&unknown.value, &unknown.choices) {
                    Some(meant) => format!("{meant} It takes {choices}"),
                    None => format!("it takes {choices}"),
                };
                self.problem(format!("'{}' cannot be '{}'", self.key, unknown.value), hint)
            },
        )
    }

    /// A language, by its tag (`en`, `EN`, `en-GB`) or its name. What follows the language in a tag changes nothing.
    pub(super) fn language(&self) -> Result<Language, Problem> {
        let text = self.text(100)?.to_lowercase();
        let tag = text.split(['-', '_']).next().unwrap_or_default();
        if text == "english" || tag == Language::English.as_str() {
            return Ok(Language::English);
        }
        self.word()
    }

    /// The address of a webhook. A file never leads to a private one; what comes with a key may, if its owner said so.
    pub(super) fn webhook(&self, allow_private: bool) -> Result<String, Problem> {
        let text = self.text(WEBHOOK_CHARACTERS_MAX)?;
        target(&text, allow_private).map(|found| found.url.to_string()).map_err(|bad| {
            self.problem(format!("'{}' cannot be used: {}", self.key, bad.what), bad.in_a_study())
        })
    }

    /// Texts: a YAML list, or words separated by commas. Each trimmed, none empty.
    pub(super) fn texts(
        &self,
        count_max: usize,
        characters_max: usize,
    ) -> Result<Vec<String>, Problem> {
        let items: Vec<Given> = match &self.value {
            Value::Node(Node::List(nodes)) => nodes
                .iter()
                .map(|item| Given { value: Value::Node(item.value.clone()), ..self.clone() })
                .collect(),
            Value::Flag(text) | Value::Node(Node::Text(text)) => text
                .split(',')
                .map(|item| Given { value: Value::Flag(item.to_owned()), ..self.clone() })
                .collect(),
            Value::Texts(texts) => texts
                .iter()
                .map(|text| Given { value: Value::Flag(text.clone()), ..self.clone() })
                .collect(),
            Value::Node(_) => vec![self.clone()],
        };
        if items.len() > count_max {
            return Err(self.problem(
                format!(
                    "'{}' has {} entries; at most {count_max} are allowed",
                    self.key,
                    items.len()
                ),
                "leave some out",
            ));
        }
        items.iter().map(|item| item.text(characters_max)).collect()
    }

    /// Texts that may contain commas: a YAML list, or in a flag one text on each line.
    pub(super) fn lines(&self) -> Result<Vec<String>, Problem> {
        let texts: Option<Vec<String>> = match &self.value {
            Value::Flag(text) => Some(text.lines().map(|line| line.trim().to_owned()).collect()),
            // Each is one text, on however many lines it was sent.
            Value::Texts(texts) => Some(texts.iter().map(|text| one_line(text)).collect()),
            Value::Node(Node::Text(text)) => Some(vec![text.trim().to_owned()]),
            Value::Node(Node::List(nodes)) => nodes
                .iter()
                .map(|item| match &item.value {
                    Node::Text(text) => Some(text.trim().to_owned()),
                    _ => None,
                })
                .collect(),
            Value::Node(_) => None,
        };
        texts.ok_or_else(|| {
            let problem = self.problem(
                format!("'{}' takes a list of texts", self.key),
                "put each in quotes: [ \"What would stop you from trying it?\" ]",
            );
            let Value::Node(Node::List(items)) = &self.value else { return problem };
            // An entry that is not a text is reported with its own line.
            let wrong = items.iter().find(|item| !matches!(item.value, Node::Text(_)));
            match wrong.zip(self.place.rsplit_once(':')) {
                Some((item, (file, _))) => {
                    Problem { place: format!("{file}:{}", item.line), ..problem }
                }
                None => problem,
            }
        })
    }

    /// Youngest and oldest age: `[25, 45]`, `25-45` or `25,45`.
    pub(super) fn ages(&self) -> Result<(u8, u8), Problem> {
        let ends: Option<Vec<i128>> = match &self.value {
            Value::Node(Node::List(nodes)) => nodes
                .iter()
                .map(|item| match &item.value {
                    Node::Whole(age) => Some(*age),
                    _ => None,
                })
                .collect(),
            Value::Node(Node::Text(text)) | Value::Flag(text) => text
                .trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, '[' | ']'))
                .split([',', '-', '–'])
                .map(|age| age.trim().parse().ok())
                .collect(),
            Value::Node(_) | Value::Texts(_) => None,
        };
        let ages = match ends.as_deref() {
            Some([youngest, oldest]) => u8::try_from(*youngest)
                .ok()
                .zip(u8::try_from(*oldest).ok())
                .filter(|(youngest, oldest)| {
                    (18..=100).contains(youngest)
                        && (18..=100).contains(oldest)
                        && youngest <= oldest
                }),
            _ => None,
        };
        ages.ok_or_else(|| {
            self.problem(
                format!("'{}' is no range of ages", self.key),
                "give the youngest and the oldest age between 18 and 100, for example [25, 45]",
            )
        })
    }
}
