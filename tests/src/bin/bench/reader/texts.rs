//! Test texts of the reader: sets with the same kinds of text. Texts of the sets that are kept aside are counted, never
//! named.

use std::collections::BTreeMap;

use harness::program;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A set of test texts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    /// Texts that the reader was made with.
    Seen,
    /// Texts that were set aside before its first rule was written.
    Aside,
    /// Texts of the issue.
    Public,
    /// Harmful and honest offers that were written after the rules of edition 6, by somebody who saw none of the other texts.
    Fresh,
    /// Short offers that say their fault outright, and pairs of one fact; by another such writer. Edition 8 was made with the
    /// harmful ones.
    Blunt,
}

/// Two texts: a better and a worse one, or two that say the same.
#[derive(Deserialize)]
pub(super) struct Pair {
    pub(super) id: String,
    #[serde(alias = "better")]
    pub(super) one: String,
    #[serde(alias = "worse")]
    pub(super) other: String,
}

/// One text.
#[derive(Deserialize)]
pub(super) struct Text {
    pub(super) id: String,
    pub(super) text: String,
}

/// Pairs in other languages, which are refused and not compared.
const FOREIGN: [&str; 2] = ["10-de", "12-ja"];

impl Set {
    /// The sets that have every kind of text.
    pub(super) const ALL: [Self; 3] = [Self::Seen, Self::Aside, Self::Public];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Aside => "aside",
            Self::Public => "public",
            Self::Fresh => "fresh",
            Self::Blunt => "blunt",
        }
    }

    /// The English pairs of that kind.
    pub(super) fn pairs(self, kind: &str) -> Vec<Pair> {
        let mut pairs: Vec<Pair> = self.read(kind);
        pairs.retain(|pair| !FOREIGN.contains(&pair.id.as_str()));
        pairs
    }

    /// The texts of that kind: a list of them, or an object from id to text.
    pub(super) fn texts(self, kind: &str) -> Vec<Text> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            List(Vec<Text>),
            Object(BTreeMap<String, String>),
        }
        let files: Vec<Form> = self.file(kind).into_iter().collect();
        let texts = files.into_iter().flat_map(|form| match form {
            Form::List(texts) => texts,
            Form::Object(texts) => texts.into_iter().map(|(id, text)| Text { id, text }).collect(),
        });
        texts.collect()
    }

    /// Prints the ids of texts, if `-v` was said and the set may be looked at.
    pub(super) fn name_texts<'i>(self, what: &str, ids: impl IntoIterator<Item = &'i str>) {
        let ids: Vec<&str> = ids.into_iter().collect();
        if !matches!(self, Self::Aside | Self::Fresh)
            && !ids.is_empty()
            && std::env::args().any(|word| word == "-v")
        {
            println!("  {}, {what}: {}", self.name(), ids.join(" "));
        }
    }

    fn read<T: DeserializeOwned>(self, kind: &str) -> Vec<T> {
        self.file(kind).unwrap_or_default()
    }

    /// The content of a file; `None` where the set has no texts of that kind.
    fn file<T: DeserializeOwned>(self, kind: &str) -> Option<T> {
        let folder = program::repository().join("tests/fixtures/reader").join(self.name());
        let content = std::fs::read_to_string(folder.join(format!("{kind}.json"))).ok()?;
        Some(serde_json::from_str(&content).unwrap())
    }
}
