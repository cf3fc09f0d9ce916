//! The voice file: the sentences of respondents by their use. It is read once and checked, so that no theme lacks a
//! sentence when a respondent needs it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Band;
use crate::draw::DrawKey;
use crate::lexicon::LexiconError;
use crate::theme::{Benefit, Concern};
use crate::veto::VetoKind;

pub const VOICE: &str = include_str!("../../../../assets/reader/voice.toml");

/// The mark for a quoted clause.
pub(super) const QUOTE: &str = "{q}";

/// Sentences for one purpose.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Lines(Vec<String>);

impl Lines {
    /// A sentence; only one without a quotation if there is nothing to quote.
    pub fn choose(&self, has_quote: bool, key: DrawKey) -> Option<&str> {
        let fits = |line: &&String| has_quote || !line.contains(QUOTE);
        let count = self.0.iter().filter(fits).count();
        self.0.iter().filter(fits).nth(key.pick(count)).map(String::as_str)
    }

    /// The sentences among them that quote.
    pub(super) fn quoting(&self) -> Self {
        Self(self.0.iter().filter(|line| line.contains(QUOTE)).cloned().collect())
    }

    /// Whether somebody would be left without a sentence that quotes nothing.
    pub fn is_poor(&self) -> bool {
        !self.0.iter().any(|line| !line.contains(QUOTE))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Verdicts {
    delighted: Lines,
    pleased: Lines,
    undecided: Lines,
    both: Lines,
    doubtful: Lines,
    put_off: Lines,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Blank {
    good: Lines,
    middle: Lines,
    bad: Lines,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nonsense {
    lines: Lines,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Frames {
    pub(super) appeal: Lines,
    pub(super) concern: Lines,
    pub(super) but_appeal: Lines,
    pub(super) but_concern: Lines,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Other {
    pub(super) amount: Lines,
    pub(super) reading: Lines,
    pub(super) hype: Lines,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parsed {
    verdict: Verdicts,
    blank: Blank,
    nonsense: Nonsense,
    frames: Frames,
    appeal: BTreeMap<String, Lines>,
    concern: BTreeMap<String, Lines>,
    other: Other,
    veto: BTreeMap<String, Lines>,
    labels: BTreeMap<String, String>,
}

/// Every sentence, by what it is for.
#[derive(Debug)]
pub struct VoiceFile {
    verdict: Verdicts,
    /// Verdicts of those who name reasons for and against.
    pub(super) both: Lines,
    blank: Blank,
    pub(super) nonsense: Lines,
    pub(super) frames: Frames,
    pub(super) other: Other,
    appeal: Vec<Lines>,
    concern: Vec<Lines>,
    veto: Vec<Lines>,
    pub(super) veto_closing: Lines,
    labels: BTreeMap<String, String>,
}

impl VoiceFile {
    /// Reads the embedded file.
    ///
    /// # Errors
    /// If a sentence is missing.
    pub fn parse() -> Result<Self, LexiconError> {
        let fault = |what: String| LexiconError { file: "voice.toml", what };
        let parsed: Parsed = toml::from_str(VOICE).map_err(|error| fault(error.to_string()))?;
        let take = |table: &BTreeMap<String, Lines>, name: &str| {
            table.get(name).cloned().ok_or_else(|| fault(format!("no lines for '{name}'")))
        };
        let plain = |table: &BTreeMap<String, Lines>, name: &str| {
            take(table, name).and_then(|lines| {
                if lines.is_poor() {
                    Err(fault(format!("'{name}' has no line without a quotation")))
                } else {
                    Ok(lines)
                }
            })
        };
        let labelled = ["reading", "hype"].into_iter();
        for name in labelled.chain(VetoKind::ALL.iter().map(|kind| kind.as_str())) {
            if !parsed.labels.contains_key(name) {
                return Err(fault(format!("no label for '{name}'")));
            }
        }
        Ok(Self {
            appeal: Benefit::ALL
                .iter()
                .map(|theme| plain(&parsed.appeal, theme.as_str()))
                .collect::<Result<_, _>>()?,
            concern: Concern::ALL
                .iter()
                .map(|theme| plain(&parsed.concern, theme.as_str()))
                .collect::<Result<_, _>>()?,
            veto: VetoKind::ALL
                .iter()
                .map(|kind| plain(&parsed.veto, kind.as_str()))
                .collect::<Result<_, _>>()?,
            veto_closing: take(&parsed.veto, "closing")?,
            both: parsed.verdict.both.clone(),
            verdict: parsed.verdict,
            blank: parsed.blank,
            nonsense: parsed.nonsense.lines,
            frames: parsed.frames,
            other: parsed.other,
            labels: parsed.labels,
        })
    }

    pub(super) fn verdict(&self, band: Band) -> &Lines {
        match band {
            Band::PutOff => &self.verdict.put_off,
            Band::Doubtful => &self.verdict.doubtful,
            Band::Undecided => &self.verdict.undecided,
            Band::Pleased => &self.verdict.pleased,
            Band::Delighted => &self.verdict.delighted,
        }
    }

    /// Sentences for somebody who has nothing to name.
    pub(super) fn blank(&self, band: Band) -> &Lines {
        match band {
            Band::Delighted | Band::Pleased => &self.blank.good,
            Band::Undecided => &self.blank.middle,
            Band::Doubtful | Band::PutOff => &self.blank.bad,
        }
    }

    pub(super) fn appeal(&self, theme: Benefit) -> Option<&Lines> {
        self.appeal.get(theme.index())
    }

    pub(super) fn concern(&self, theme: Concern) -> Option<&Lines> {
        self.concern.get(theme.index())
    }

    pub(super) fn veto(&self, kind: VetoKind) -> Option<&Lines> {
        self.veto.get(kind as usize)
    }

    /// The name under which a reason is counted that is no theme of the lexicon.
    pub fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
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
