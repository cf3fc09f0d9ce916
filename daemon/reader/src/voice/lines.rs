//! The voice file: lists of sentences by their use, each for every respondent or for one register.

use std::collections::BTreeMap;

use protocol::audience::{Education, TechAdoption};
use protocol::persona::{Employment, Household, Persona, Urbanicity};
use serde::Deserialize;

use super::super::draw::DrawKey;
use super::super::lexicon::LexiconError;
use super::super::theme::{Benefit, Concern};

pub const VOICE: &str = include_str!("../../../../assets/lexicon/voice.toml");

/// How someone talks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Register {
    Casual,
    Plain,
    Formal,
}

impl Register {
    /// The young and outgoing talk casually, the older and longer schooled formally.
    pub fn of(persona: &Persona, key: DrawKey) -> Self {
        let schooled = match persona.education {
            Education::LessThanHs => -0.6,
            Education::HighSchool => -0.3,
            Education::SomeCollege => 0.0,
            Education::Bachelors => 0.3,
            Education::Graduate => 0.8,
        };
        let formal = (f64::from(persona.age) - 45.0) / 25.0 + schooled
            - (persona.big_five.extraversion - 50.0) / 30.0
            + 0.6 * key.normal();
        if formal > 0.8 {
            Self::Formal
        } else if formal < -0.6 {
            Self::Casual
        } else {
            Self::Plain
        }
    }
}

/// How much someone likes it, in five steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Band {
    PutOff,
    Doubtful,
    Undecided,
    Pleased,
    Delighted,
}

impl Band {
    /// From a place on the scale, 0 to 1.
    pub fn of(level: f64) -> Self {
        if level < 0.15 {
            Self::PutOff
        } else if level < 0.40 {
            Self::Doubtful
        } else if level < 0.60 {
            Self::Undecided
        } else if level < 0.80 {
            Self::Pleased
        } else {
            Self::Delighted
        }
    }
}

/// Sentences for one purpose, by register and by whether they quote.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Vec<String>")]
pub struct Lines {
    lines: Vec<(Option<Register>, String)>,
}

impl From<Vec<String>> for Lines {
    fn from(lines: Vec<String>) -> Self {
        let parse = |line: String| match line.split_once('|') {
            Some(("casual", rest)) => (Some(Register::Casual), rest.to_owned()),
            Some(("formal", rest)) => (Some(Register::Formal), rest.to_owned()),
            _ => (None, line),
        };
        Self { lines: lines.into_iter().map(parse).collect() }
    }
}

impl Lines {
    /// A line that suits the register; only one without a quotation where there is nothing to quote.
    pub fn choose(&self, register: Register, quote: bool, key: DrawKey) -> Option<&str> {
        let fits = |line: &&(Option<Register>, String)| {
            line.0.is_none_or(|only| only == register) && (quote || !line.1.contains("{q}"))
        };
        let n = self.lines.iter().filter(fits).count();
        self.lines.iter().filter(fits).nth(key.pick(n)).map(|line| line.1.as_str())
    }

    /// Any line, whatever the register.
    pub fn choose_plain(&self, key: DrawKey) -> &str {
        self.lines.get(key.pick(self.lines.len())).map_or("", |line| line.1.as_str())
    }

    /// Whether somebody would be left without a line that quotes nothing.
    pub fn is_poor(&self) -> bool {
        self.lines.iter().filter(|line| line.0.is_none() && !line.1.contains("{q}")).count() == 0
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bands {
    delighted: Lines,
    pleased: Lines,
    undecided: Lines,
    doubtful: Lines,
    put_off: Lines,
}

impl Bands {
    fn of(&self, band: Band) -> &Lines {
        match band {
            Band::PutOff => &self.put_off,
            Band::Doubtful => &self.doubtful,
            Band::Undecided => &self.undecided,
            Band::Pleased => &self.pleased,
            Band::Delighted => &self.delighted,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asides {
    children: Lines,
    alone: Lines,
    retired: Lines,
    student: Lines,
    working: Lines,
    jobless: Lines,
    keen: Lines,
    late: Lines,
    thrifty: Lines,
    country: Lines,
    any: Lines,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Blank {
    positive: Lines,
    neutral: Lines,
    negative: Lines,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    lines: Lines,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nonsense {
    pub lines: Lines,
    pub closers: Lines,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labels {
    pub reading: String,
    pub hype: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parsed {
    openers: Bands,
    closers: Bands,
    contrast: Link,
    addition: Link,
    asides: Asides,
    blank: Blank,
    nonsense: Nonsense,
    labels: Labels,
    appeal: BTreeMap<String, Lines>,
    concern: BTreeMap<String, Lines>,
}

/// Every sentence, by what it is for.
#[derive(Debug)]
pub struct VoiceFile {
    openers: Bands,
    closers: Bands,
    pub contrast: Lines,
    pub addition: Lines,
    asides: Asides,
    blank: Blank,
    pub nonsense: Nonsense,
    pub labels: Labels,
    appeal: Vec<Lines>,
    concern: Vec<Lines>,
    amount: Lines,
    reading: Lines,
    hype: Lines,
}

impl VoiceFile {
    /// Reads the embedded file.
    pub fn parse() -> Result<Self, LexiconError> {
        let fault = |what: String| LexiconError { file: "voice.toml", what };
        let parsed: Parsed = toml::from_str(VOICE).map_err(|error| fault(error.to_string()))?;
        let take = |table: &BTreeMap<String, Lines>, name: &str| {
            let lines =
                table.get(name).cloned().ok_or_else(|| fault(format!("no lines for '{name}'")))?;
            if lines.is_poor() {
                Err(fault(format!("'{name}' has no line for everybody without a quotation")))
            } else {
                Ok(lines)
            }
        };
        let appeal = Benefit::ALL
            .iter()
            .map(|theme| take(&parsed.appeal, theme.as_str()))
            .collect::<Result<_, _>>()?;
        let concern = Concern::ALL
            .iter()
            .map(|theme| take(&parsed.concern, theme.as_str()))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            openers: parsed.openers,
            closers: parsed.closers,
            contrast: parsed.contrast.lines,
            addition: parsed.addition.lines,
            asides: parsed.asides,
            blank: parsed.blank,
            nonsense: parsed.nonsense,
            labels: parsed.labels,
            amount: take(&parsed.concern, "amount")?,
            reading: take(&parsed.concern, "reading")?,
            hype: take(&parsed.concern, "hype")?,
            appeal,
            concern,
        })
    }

    pub fn openers(&self, band: Band) -> &Lines {
        self.openers.of(band)
    }

    pub fn closers(&self, band: Band) -> &Lines {
        self.closers.of(band)
    }

    pub fn appeal(&self, theme: Benefit) -> &Lines {
        &self.appeal[theme.index()]
    }

    pub fn concern(&self, theme: Concern) -> &Lines {
        &self.concern[theme.index()]
    }

    pub fn amount(&self) -> &Lines {
        &self.amount
    }

    pub fn reading(&self) -> &Lines {
        &self.reading
    }

    pub fn hype(&self) -> &Lines {
        &self.hype
    }

    /// When there is nothing to name.
    pub fn blank(&self, band: Band) -> &Lines {
        match band {
            Band::Delighted | Band::Pleased => &self.blank.positive,
            Band::Undecided => &self.blank.neutral,
            Band::Doubtful | Band::PutOff => &self.blank.negative,
        }
    }

    /// Something this person would say about themselves.
    pub fn aside(&self, persona: &Persona, key: DrawKey) -> &Lines {
        let asides = &self.asides;
        let mut fitting = vec![&asides.any];
        match persona.household {
            Household::CoupleWithChildren | Household::SingleParent => {
                fitting.push(&asides.children);
            }
            Household::Alone => fitting.push(&asides.alone),
            _ => {}
        }
        match persona.employment {
            Employment::Retired => fitting.push(&asides.retired),
            Employment::Student => fitting.push(&asides.student),
            Employment::Employed => fitting.push(&asides.working),
            Employment::Unemployed => fitting.push(&asides.jobless),
            _ => {}
        }
        match persona.tech_adoption {
            TechAdoption::Innovator | TechAdoption::EarlyAdopter => fitting.push(&asides.keen),
            TechAdoption::Laggard => fitting.push(&asides.late),
            _ => {}
        }
        if persona.price_sensitivity > 65.0 {
            fitting.push(&asides.thrifty);
        }
        if persona.urbanicity == Urbanicity::Rural {
            fitting.push(&asides.country);
        }
        fitting[key.pick(fitting.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_file_is_sound() {
        let file = VoiceFile::parse();
        assert!(file.is_ok(), "{:?}", file.err());
    }
}
