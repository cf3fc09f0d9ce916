//! The recipes of a review: which signals raise and lower which dimension of which type, what is usual for a type, and
//! the sentences for every signal. They are read once from the asset files, and a fault in them fails a test.

use std::collections::BTreeMap;

use protocol::review::{ContentType, Dimension};
use serde::Deserialize;

use super::feed::StockFeeds;
use super::framing::FramingWords;
use super::phrases::{PhraseTable, Traces};
use super::{SIGNALS, Signal};
use crate::lexicon::LexiconError;

pub const DIMENSIONS: &str = include_str!("../../../../assets/review/dimensions.toml");

/// What makes a dimension: points, on a scale from 1 to 10.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recipe {
    /// Where a text without any of the signals starts.
    pub(super) base: f64,
    /// What each signal adds at most.
    #[serde(default)]
    pub(super) raise: BTreeMap<Signal, f64>,
    /// What each signal takes at most.
    #[serde(default)]
    pub(super) lower: BTreeMap<Signal, f64>,
}

/// What is usual for content of a type.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TypeNorms {
    /// Fewer words are too few.
    pub(super) words_min: usize,
    /// More words are too many.
    pub(super) words_max: usize,
    /// Words of a sentence that is still easy to follow.
    pub(super) sentence: usize,
    /// Different content words of a text that says something at all.
    pub(super) substance: usize,
}

/// What is said of a signal.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignalWords {
    /// That it is there, of a signal that helps.
    pub(super) strength: Option<String>,
    /// Signals whose fault says the opposite of the strength.
    #[serde(default)]
    pub(super) against: Vec<Signal>,
    /// That it is there, of one that harms, or that it is missing, of one that helps.
    pub(super) fault: String,
    /// That there is little of it, of a signal that helps and is told in degrees.
    pub(super) scant: Option<String>,
    /// What to do.
    pub(super) advice: String,
    /// Signals beside whose fault this one is not told: the advice would be the opposite of theirs.
    #[serde(default)]
    pub(super) yields: Vec<Signal>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RecipeFile {
    norms: BTreeMap<ContentType, TypeNorms>,
    default: BTreeMap<Dimension, Recipe>,
    of_type: BTreeMap<ContentType, BTreeMap<Dimension, Recipe>>,
}

/// Everything that a review goes by.
#[derive(Debug)]
pub struct ReviewRecipes {
    file: RecipeFile,
    words: BTreeMap<Signal, SignalWords>,
    pub(super) phrases: PhraseTable,
    pub(super) traces: Traces,
    pub(super) feeds: StockFeeds,
    pub(super) framing: FramingWords,
}

impl ReviewRecipes {
    /// Reads the files that this program was built with.
    ///
    /// # Errors
    /// The fault in them.
    pub fn parse() -> Result<Self, LexiconError> {
        const FILE: &str = "review/dimensions.toml";
        let fault = |file: &'static str, what: String| LexiconError { file, what };
        let file: RecipeFile =
            toml::from_str(DIMENSIONS).map_err(|error| fault(FILE, error.to_string()))?;
        let words: BTreeMap<Signal, SignalWords> = toml::from_str(SIGNALS)
            .map_err(|error| fault("review/signals.toml", error.to_string()))?;
        let recipes = Self {
            words,
            phrases: PhraseTable::parse()?,
            traces: Traces::parse()?,
            feeds: StockFeeds::parse()?,
            framing: FramingWords::parse()?,
            file,
        };
        for kind in ContentType::ALL {
            if !recipes.file.norms.contains_key(kind) {
                return Err(fault(FILE, format!("no norms for {}", kind.as_str())));
            }
            for dimension in kind.dimensions() {
                let Some(recipe) = recipes.of(*kind, *dimension) else {
                    return Err(fault(FILE, format!("no recipe for {}", dimension.as_str())));
                };
                let helps = recipe.raise.keys().map(|signal| (signal, true));
                let harms = recipe.lower.keys().map(|signal| (signal, false));
                for (signal, helps) in helps.chain(harms) {
                    let known = recipes.words.get(signal).map(|words| words.strength.is_some());
                    if known != Some(helps) {
                        let what = format!("{signal:?} in {dimension:?} has no such sentences");
                        return Err(fault("review/signals.toml", what));
                    }
                }
            }
        }
        Ok(recipes)
    }

    /// The recipe of a dimension in content of a type.
    pub(super) fn of(&self, kind: ContentType, dimension: Dimension) -> Option<&Recipe> {
        let own = self.file.of_type.get(&kind).and_then(|of_type| of_type.get(&dimension));
        own.or_else(|| self.file.default.get(&dimension))
    }

    /// What is usual for a type; that of any text where none is known.
    pub(super) fn norms(&self, kind: ContentType) -> &TypeNorms {
        static ANY: TypeNorms =
            TypeNorms { words_min: 5, words_max: 400, sentence: 22, substance: 5 };
        self.file.norms.get(&kind).unwrap_or(&ANY)
    }

    /// The sentences for a signal.
    pub(super) fn words(&self, signal: Signal) -> Option<&SignalWords> {
        self.words.get(&signal)
    }
}
