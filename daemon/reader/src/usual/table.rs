//! The table of what is usual, read once from its asset: units, rows of quantities with their usual range, things that
//! fall and rise, and small words.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::features::Token;
use crate::lexicon::{LexiconError, Part, Pattern, PhraseWords, derived};
use crate::theme::{Benefit, Concern};

use super::dimension::{Dimension, Units};

/// The asset file.
pub const USUAL: &str = include_str!("../../../../assets/reader/usual.toml");

const FILE: &str = "usual.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    units: BTreeMap<Dimension, BTreeMap<String, f64>>,
    currencies: BTreeMap<String, f64>,
    row: Vec<RowFile>,
    change: Vec<ChangeFile>,
    grammar: UsualWordsFile,
    numbers: BTreeMap<String, f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RowFile {
    name: String,
    dimension: Dimension,
    unit: String,
    usual: [f64; 2],
    good: Good,
    #[serde(default)]
    scale: ScaleKind,
    step: Option<f64>,
    praise: Option<f64>,
    blame: Option<f64>,
    believed: Option<f64>,
    possible: Option<[f64; 2]>,
    without: Option<f64>,
    benefit: String,
    concern: String,
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    hints: Vec<String>,
    #[serde(default)]
    about: String,
    #[serde(default)]
    not_about: String,
    #[serde(default)]
    about_required: bool,
    #[serde(default)]
    alone: bool,
    #[serde(default)]
    unless: Vec<String>,
    source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeFile {
    name: String,
    good: Way,
    benefit: String,
    concern: String,
    words: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UsualWordsFile {
    negators: String,
    conditions: String,
    others: Vec<String>,
    asides: String,
    references: Vec<String>,
    fall: String,
    rise: String,
    halved: String,
    doubled: String,
    tripled: String,
    moves: String,
    small_money: String,
    no_price: String,
}

/// Which end of a quantity is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Good {
    Low,
    High,
    /// Both ends are bad.
    Middle,
}

/// How distance from what is usual is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScaleKind {
    /// In doublings.
    #[default]
    Log,
    /// In doublings of the odds.
    Odds,
    /// In steps of the row.
    Linear,
}

/// Which way something changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    Fall,
    Rise,
}

/// A pattern with whether it names the place of the number.
#[derive(Clone, Debug)]
pub struct Saying {
    pub pattern: Pattern,
    /// What may stand where it begins.
    pub firsts: Vec<Part>,
    pub anchored: bool,
}

/// Words that a text may speak of: stems, and words whose ending means something of its own ("hourly").
#[derive(Clone, Debug, Default)]
pub struct Subjects {
    stems: BTreeSet<String>,
    words: BTreeSet<String>,
}

impl Subjects {
    fn new(known: &PhraseWords, words: &str) -> Self {
        let (words, stems): (BTreeSet<&str>, _) =
            words.split_whitespace().partition(|word| derived(word));
        Self {
            stems: stems.into_iter().map(|word: &str| known.stem(word).to_string()).collect(),
            words: words.into_iter().map(str::to_owned).collect(),
        }
    }

    /// Whether a word is one of them.
    pub fn holds(&self, token: &Token) -> bool {
        self.words.contains(&token.word)
            || plural(&token.word).is_some_and(|word| self.words.contains(word))
            || (token.inflected && self.stems.contains(&token.stem))
    }
}

/// The word that this may be the plural or the third person of.
pub(super) fn plural(word: &str) -> Option<&str> {
    word.strip_suffix('s').filter(|single| derived(single))
}

/// A quantity and what is usual of it, in the unit of its dimension.
#[derive(Clone, Debug)]
pub struct Row {
    pub name: String,
    pub dimension: Dimension,
    pub low: f64,
    pub high: f64,
    pub good: Good,
    pub scale: ScaleKind,
    /// Of a linear scale.
    pub step: f64,
    pub praise: f64,
    pub blame: f64,
    /// Beyond this a good number is not believed.
    pub believed: Option<f64>,
    /// Outside of this a number is none of this quantity.
    pub possible: (f64, f64),
    pub without: Option<f64>,
    pub benefit: Benefit,
    pub concern: Concern,
    pub says: Vec<Saying>,
    pub hints: Vec<Saying>,
    pub about: Subjects,
    pub not_about: Subjects,
    pub about_required: bool,
    /// A clause that is nothing but the number says it.
    pub alone: bool,
    pub unless: Vec<Saying>,
}

/// Something that falls or rises.
#[derive(Clone, Debug)]
pub struct Change {
    pub name: String,
    pub good: Way,
    pub benefit: Benefit,
    pub concern: Concern,
    pub words: Vec<Saying>,
}

/// The small words.
#[derive(Clone, Debug)]
pub struct UsualWords {
    pub negators: BTreeSet<String>,
    pub conditions: BTreeSet<String>,
    pub others: Vec<Saying>,
    pub asides: BTreeSet<String>,
    pub references: Vec<Saying>,
    pub fall: BTreeSet<String>,
    pub rise: BTreeSet<String>,
    pub halved: BTreeSet<String>,
    pub doubled: BTreeSet<String>,
    pub tripled: BTreeSet<String>,
    pub moves: BTreeSet<String>,
    small_money: BTreeSet<String>,
    pub no_price: BTreeSet<String>,
}

/// What is usual.
#[derive(Clone, Debug)]
pub struct Usual {
    pub units: Units,
    pub numbers: BTreeMap<String, f64>,
    pub rows: Vec<Row>,
    pub changes: Vec<Change>,
    pub grammar: UsualWords,
}

/// Strength of a doubling where the row names none.
const PRAISE: f64 = 0.5;
const BLAME: f64 = 0.7;

impl Usual {
    /// Reads the embedded table, or says what is wrong with it.
    pub fn parse() -> Result<Self, LexiconError> {
        Self::read(USUAL)
    }

    /// Whether a word names small money or a currency whose pay is not compared ("cents", "kr").
    pub fn is_small_money(&self, word: &str) -> bool {
        self.grammar.small_money.contains(word)
    }

    pub(super) fn read(text: &str) -> Result<Self, LexiconError> {
        let file: File = toml::from_str(text).map_err(|error| fault(error.to_string()))?;
        let known = PhraseWords::new();
        let units = Units::new(&file.units, &file.currencies);
        let rows = file.row.into_iter().map(|row| Row::read(&units, &known, row));
        let changes = file.change.into_iter().map(|change| Change::read(&known, change));
        Ok(Self {
            rows: rows.collect::<Result<_, _>>()?,
            changes: changes.collect::<Result<_, _>>()?,
            grammar: UsualWords::read(&known, file.grammar)?,
            numbers: file.numbers,
            units,
        })
    }
}

impl Row {
    fn read(units: &Units, known: &PhraseWords, row: RowFile) -> Result<Self, LexiconError> {
        let wrong = |what: String| fault(format!("row '{}': {what}", row.name));
        let [low, high] = row.usual;
        if low > high {
            return Err(wrong("the usual range ends before it begins".to_owned()));
        }
        if row.source.trim().is_empty() {
            return Err(wrong("it names no source".to_owned()));
        }
        if row.scale == ScaleKind::Log && low <= 0.0 {
            return Err(wrong("a range in doublings begins above zero".to_owned()));
        }
        let step = match (row.scale, row.step) {
            (ScaleKind::Linear, None) => {
                return Err(wrong("a linear scale needs a step".to_owned()));
            }
            (_, step) => step.unwrap_or(1.0),
        };
        if row.about.contains('-')
            || (row.about.is_empty() && (row.about_required || !row.hints.is_empty()))
        {
            return Err(wrong("its words of 'about' are missing or hyphenated".to_owned()));
        }
        let size = size(units, row.dimension, &row.unit)
            .ok_or_else(|| wrong(format!("no unit '{}' of its dimension", row.unit)))?;
        Ok(Self {
            benefit: Benefit::parse(&row.benefit)
                .ok_or_else(|| wrong(format!("no benefit '{}'", row.benefit)))?,
            concern: Concern::parse(&row.concern)
                .ok_or_else(|| wrong(format!("no concern '{}'", row.concern)))?,
            dimension: row.dimension,
            low: low * size,
            high: high * size,
            good: row.good,
            scale: row.scale,
            step: step * size,
            praise: row.praise.unwrap_or(PRAISE),
            blame: row.blame.unwrap_or(BLAME),
            believed: row.believed.map(|value| value * size),
            possible: row
                .possible
                .map_or((f64::MIN, f64::MAX), |[low, high]| (low * size, high * size)),
            without: row.without,
            says: sayings(known, &row.says)?,
            hints: sayings(known, &row.hints)?,
            about: Subjects::new(known, &row.about),
            not_about: Subjects::new(known, &row.not_about),
            about_required: row.about_required,
            alone: row.alone,
            unless: sayings(known, &row.unless)?,
            name: row.name,
        })
    }
}

impl Change {
    fn read(known: &PhraseWords, change: ChangeFile) -> Result<Self, LexiconError> {
        let wrong = |what: String| fault(format!("change '{}': {what}", change.name));
        Ok(Self {
            benefit: Benefit::parse(&change.benefit)
                .ok_or_else(|| wrong(format!("no benefit '{}'", change.benefit)))?,
            concern: Concern::parse(&change.concern)
                .ok_or_else(|| wrong(format!("no concern '{}'", change.concern)))?,
            good: change.good,
            words: sayings(known, &change.words)?,
            name: change.name,
        })
    }
}

impl UsualWords {
    fn read(known: &PhraseWords, file: UsualWordsFile) -> Result<Self, LexiconError> {
        Ok(Self {
            negators: set(&file.negators),
            conditions: set(&file.conditions),
            asides: set(&file.asides),
            others: sayings(known, &file.others)?,
            references: sayings(known, &file.references)?,
            fall: set(&file.fall),
            rise: set(&file.rise),
            halved: set(&file.halved),
            doubled: set(&file.doubled),
            tripled: set(&file.tripled),
            moves: set(&file.moves),
            small_money: set(&file.small_money),
            no_price: set(&file.no_price),
        })
    }
}

/// What one unit of the table is in the unit of its dimension.
fn size(units: &Units, dimension: Dimension, unit: &str) -> Option<f64> {
    match dimension {
        Dimension::Share | Dimension::OpenShare => (unit == "percent").then_some(0.01),
        Dimension::Stars => (unit == "star").then_some(0.2),
        Dimension::Count => (unit == "one").then_some(1.0),
        Dimension::Pay => (unit == "dollar_hour").then_some(1.0),
        Dimension::FuelUse => (unit == "litre_100km").then_some(1.0),
        Dimension::Money => None,
        Dimension::Interval | Dimension::Ago | Dimension::TimePerWeek => {
            size(units, Dimension::Time, unit)
        }
        _ => units.find(unit, unit).filter(|(found, _)| *found == dimension).map(|(_, size)| size),
    }
}

fn set(words: &str) -> BTreeSet<String> {
    words.split_whitespace().map(str::to_owned).collect()
}

fn sayings(known: &PhraseWords, phrases: &[String]) -> Result<Vec<Saying>, LexiconError> {
    let one = |phrase: &String| {
        // A hyphen separates words in a text, too.
        let phrase = phrase.replace('-', " ");
        let pattern = Pattern::parse(known, &phrase).map_err(fault)?;
        let anchored = phrase.split([' ', '(', ')', '|']).any(|word| word == "#");
        let firsts = pattern.firsts().into_iter().cloned().collect();
        Ok(Saying { pattern, firsts, anchored })
    };
    phrases.iter().map(one).collect()
}

fn fault(what: String) -> LexiconError {
    LexiconError { file: FILE, what }
}
