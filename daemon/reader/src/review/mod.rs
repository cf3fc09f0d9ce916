//! The review of a piece of content: a level from 1 to 10 on each dimension of its type, with the faults and strengths
//! that make it. What is seen in a text are signals; a recipe in `assets/review/dimensions.toml` says which of them make
//! which dimension. Everything is a pure function of the text and the brief.

mod brief;
mod feed;
mod framing;
mod levels;
mod measure;
mod nearness;
mod phrases;
mod recipes;
mod remark;
mod signal;
mod survey;
#[cfg(test)]
mod tests;
mod topic;

use std::borrow::Cow;

use encoder::Damaged;
use protocol::review::Dimension;

use crate::features::{Features, Span};
use crate::{Reader, Reading};
pub use brief::Brief;
pub use feed::{FEEDS, Neighbour};
pub use framing::FRAMING;
pub use phrases::{PHRASES, TRACES};
pub use recipes::{DIMENSIONS, ReviewRecipes};
pub use remark::{Fault, Strength};
pub use signal::{SIGNALS, Signal};
use survey::Survey;

/// A piece of content, reviewed.
#[derive(Clone, Debug)]
pub struct ContentReading {
    /// The reading of the text that respondents have; spans of faults and strengths are places in its text.
    pub reading: Reading,
    /// The content with its own lines, byte for byte in the places of the reading's text.
    content: String,
    levels: Vec<(Dimension, f64)>,
    faults: Vec<Fault>,
    strengths: Vec<Strength>,
    signals: Vec<(Signal, f64)>,
    distinctiveness: f64,
    nearest: Option<Neighbour>,
    regulatory_fit: f64,
    appeal: f64,
}

impl ContentReading {
    /// The level of a dimension, 1 to 10; the middle for one that content of this type does not have.
    #[must_use]
    pub fn level(&self, dimension: Dimension) -> f64 {
        let found = self.levels.iter().find(|(known, _)| *known == dimension);
        found.map_or(levels::MIDDLE, |(_, level)| *level)
    }

    /// Every dimension of the type with its level, in the order of reports.
    #[must_use]
    pub fn levels(&self) -> &[(Dimension, f64)] {
        &self.levels
    }

    /// What lowers a dimension, heaviest first.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// What raises a dimension, heaviest first.
    #[must_use]
    pub fn strengths(&self) -> &[Strength] {
        &self.strengths
    }

    /// How strongly a signal is there, 0 to 1.
    #[must_use]
    pub fn signal(&self, signal: Signal) -> f64 {
        self.signals.iter().find(|(known, _)| *known == signal).map_or(0.0, |(_, value)| *value)
    }

    /// How far it stands out among its neighbours, 1 to 10; a copy of one has 1.
    #[must_use]
    pub fn distinctiveness(&self) -> f64 {
        self.distinctiveness
    }

    /// The neighbour that it resembles most.
    #[must_use]
    pub fn nearest(&self) -> Option<&Neighbour> {
        self.nearest.as_ref()
    }

    /// Fit between its framing and the orientation of audience and goal, 1 to 10; the middle where either is neutral.
    #[must_use]
    pub fn regulatory_fit(&self) -> f64 {
        self.regulatory_fit
    }

    /// How much an ordinary reader would want to click, open or read on, 1 to 10.
    #[must_use]
    pub fn appeal(&self) -> f64 {
        self.appeal
    }

    /// The words of a place, as they stand in the content: of a place that runs over a line's end, its first line, so that a
    /// quotation begins where a phrase does; the longest where the first has but a word or two.
    #[must_use]
    pub fn quote(&self, span: Span) -> &str {
        const A_FEW: usize = 3;
        let lines = || span.of(&self.content).lines().map(str::trim);
        let first = lines().find(|line| !line.is_empty()).unwrap_or_default();
        if first.split_whitespace().count() >= A_FEW {
            return first;
        }
        lines().max_by_key(|line| line.len()).unwrap_or_default()
    }
}

impl Reader {
    /// Reviews a piece of content.
    ///
    /// # Errors
    /// Never, unless the shipped files are broken.
    pub fn review(&self, content: &str, brief: &Brief) -> Result<ContentReading, Damaged> {
        let prose = without_code(content, &brief.code);
        let reading = self.read(&prose, brief.context().as_deref())?;
        self.review_read(reading, content, brief)
    }

    /// Reviews a piece of content that was read with [`Brief::context`], without its code.
    ///
    /// # Errors
    /// Never, unless the shipped files are broken.
    pub fn review_read(
        &self,
        reading: Reading,
        content: &str,
        brief: &Brief,
    ) -> Result<ContentReading, Damaged> {
        let titled = topic::titled(content, brief);
        // What a thumbnail shows is not its title.
        let (reading, shown) = match &titled {
            Some((_, rest)) => {
                let prose = without_code(rest, &brief.code);
                (self.read(&prose, brief.context().as_deref())?, rest.as_str())
            }
            None => (reading, content),
        };
        let seen = feed::look(self, shown, brief)?;
        let topical = topic::look(self, &reading, brief, titled.as_ref().map(|(title, _)| *title))?;
        let survey = Survey::new(self, &reading, brief);
        let measured = measure::all(&survey, &seen, &topical);
        let substance = levels::substance(&survey);
        let (levels, faults, strengths) =
            levels::judge(&self.review, &survey, &measured, substance);
        let regulatory_fit = framing::fit(&self.review, &survey);
        let appeal = levels::appeal(&levels, &survey.reading.features, substance);
        Ok(ContentReading {
            levels,
            faults,
            strengths,
            signals: measured.iter().map(|(signal, one)| (*signal, one.value)).collect(),
            distinctiveness: seen.level,
            nearest: seen.nearest,
            regulatory_fit,
            appeal,
            // The reader joins hard-wrapped lines by a space in the place of their end.
            content: shown.replace("\r\n", "\n"),
            reading,
        })
    }
}

/// The content with blanks in the place of its blocks of code and of tags, so that every place stays where it is: neither is prose,
/// and neither its signs nor its words say anything to the reader of a text.
fn without_code<'a>(content: &'a str, code: &[String]) -> Cow<'a, str> {
    let mut prose = Cow::Borrowed(content);
    for block in code.iter().filter(|block| !block.trim().is_empty()) {
        if prose.contains(block.as_str()) {
            prose = Cow::Owned(prose.replace(block.as_str(), &blank(block)));
        }
    }
    match tags(&prose) {
        found if found.is_empty() => prose,
        found => {
            let mut left = String::with_capacity(prose.len());
            let mut at = 0;
            for tag in found {
                left.push_str(prose.get(at..tag.start).unwrap_or_default());
                left.push_str(&blank(tag.of(&prose)));
                at = tag.end;
            }
            left.push_str(prose.get(at..).unwrap_or_default());
            Cow::Owned(left)
        }
    }
}

/// As many blanks, in as many lines.
fn blank(text: &str) -> String {
    let blank = |byte| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { ' ' };
    text.bytes().map(blank).collect()
}

/// Names of the tags of HTML that stand in texts.
const TAGS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "center",
    "code",
    "del",
    "div",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "li",
    "mark",
    "ol",
    "p",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];

/// Where tags of HTML stand: `<b>`, `</span>`, `<a href=…>`, `<br/>`. Other words in such brackets are the author's own.
fn tags(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find('<')).map(|at| from + at) {
        from = start + 1;
        let Some(length) = text.get(start..).and_then(|rest| rest.find('>')) else { break };
        let inside = text.get(start + 1..start + length).unwrap_or_default();
        let name = inside.trim_start_matches('/');
        let end = name.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(name.len());
        let (name, rest) = name.split_at(end);
        let is_known = TAGS.iter().any(|tag| name.eq_ignore_ascii_case(tag));
        if is_known
            && (rest.is_empty() || rest.starts_with([' ', '/', '\n']))
            && !inside.contains('<')
        {
            found.push(Span { start, end: start + length + 1 });
            from = start + length + 1;
        }
    }
    found
}

/// Whether a text says something that nobody should be told: a swindle, a danger, a crime.
fn is_vetoed(features: &Features) -> bool {
    features.veto.is_some()
}
