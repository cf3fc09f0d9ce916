//! The file of questions: how large a difference must be between two variants, the lines of verdicts, the words of
//! questions, and the lines and numbers of their answers. It is read once and checked, so that no answer can lack a line
//! when a respondent needs it.

use std::collections::BTreeMap;

use rust_stemmers::{Algorithm, Stemmer};
use serde::Deserialize;

use super::class::Act;
use super::text_words::TextWords;
use super::vocabulary::Vocabulary;
use crate::lexicon::LexiconError;
use crate::theme::{Benefit, Concern};
use crate::voice::Lines;

pub const ANSWERS: &str = include_str!("../../../../assets/reader/questions.toml");

/// When two variants are the same to someone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preference {
    pub indifference: f64,
    pub spread: f64,
    pub primacy: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteVerdict {
    pub a: Lines,
    pub b: Lines,
    pub none: Lines,
    pub other: Lines,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerLabels {
    pub blank: String,
    pub nonsense: String,
}

/// One way a question can be answered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// The theme that it names by itself, where it does.
    #[serde(default)]
    pub(super) theme: Option<String>,
    pub(super) lines: Vec<String>,
}

/// A frequency in words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RateStep {
    pub(super) name: String,
    /// Times a year.
    pub(super) year: f64,
    pub(super) say: String,
}

/// An answer that follows from words of the text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WordCue {
    words: Stems,
    pub(super) theme: String,
    #[serde(default)]
    pub(super) say: String,
}

/// How often something is used, from words of the text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UseCue {
    words: Stems,
    rate: usize,
}

/// Words, by their stems.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
struct Stems(Vec<String>);

impl From<String> for Stems {
    fn from(words: String) -> Self {
        let stemmer = Stemmer::create(Algorithm::English);
        Self(words.split_whitespace().map(|word| stemmer.stem(word).into_owned()).collect())
    }
}

impl Stems {
    /// How strongly a text is about them: those in its first clauses, which say what it is about, count twice. One word
    /// further on is said by the way.
    fn in_text(&self, text: &TextWords) -> usize {
        let all = self.0.iter().filter(|stem| text.names(stem)).count();
        let first = self.0.iter().filter(|stem| text.begins_with(stem)).count();
        if first == 0 && all < 2 { 0 } else { all + first }
    }
}

impl WordCue {
    /// The one that most words of the text speak for, the first of those; `None` where none has any.
    pub(super) fn best<'a>(cues: &'a [Self], text: &TextWords) -> Option<&'a Self> {
        most(cues, |cue| cue.words.in_text(text))
    }
}

/// The first of those that count most.
fn most<T>(all: &[T], count: impl Fn(&T) -> usize) -> Option<&T> {
    let most = all.iter().map(&count).max().filter(|most| *most > 0)?;
    all.iter().find(|one| count(one) == most)
}

/// What people would pay; what each number is stands in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PayNumbers {
    pub(super) spread: f64,
    pub(super) income: f64,
    pub(super) liking: f64,
    pub(super) sensitivity: f64,
    pub(super) balance: f64,
    pub(super) too_cheap: f64,
    pub(super) bargain: f64,
    pub(super) dear: f64,
    pub(super) too_dear: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parsed {
    preference: Preference,
    verdict: RouteVerdict,
    labels: AnswerLabels,
    words: BTreeMap<String, Vec<String>>,
    spelling: BTreeMap<String, String>,
    answer: BTreeMap<String, BTreeMap<String, Case>>,
    act: BTreeMap<String, (String, String)>,
    rate: Vec<RateStep>,
    audience: Vec<WordCue>,
    audience_benefit: BTreeMap<String, (String, String)>,
    audience_concern: BTreeMap<String, String>,
    #[serde(rename = "use")]
    uses: Vec<UseCue>,
    room: Vec<WordCue>,
    shop: Vec<WordCue>,
    occasion: Vec<WordCue>,
    season: Vec<WordCue>,
    leisure: Stems,
    pay: PayNumbers,
}

/// Everything in the file.
#[derive(Debug)]
pub struct AnswerFile {
    pub preference: Preference,
    pub verdict: RouteVerdict,
    pub labels: AnswerLabels,
    /// The words of questions.
    pub vocabulary: Vocabulary,
    answer: BTreeMap<String, BTreeMap<String, Case>>,
    act: BTreeMap<String, (String, String)>,
    pub(super) rate: Vec<RateStep>,
    pub(super) audience: Vec<WordCue>,
    audience_benefit: BTreeMap<String, (String, String)>,
    audience_concern: BTreeMap<String, String>,
    uses: Vec<UseCue>,
    pub(super) room: Vec<WordCue>,
    pub(super) shop: Vec<WordCue>,
    pub(super) occasion: Vec<WordCue>,
    pub(super) season: Vec<WordCue>,
    leisure: Stems,
    pub(super) pay: PayNumbers,
}

impl AnswerFile {
    /// Reads the embedded file.
    pub fn parse() -> Result<Self, LexiconError> {
        let fault = |what: String| LexiconError { file: "questions.toml", what };
        let parsed: Parsed = toml::from_str(ANSWERS).map_err(|error| fault(error.to_string()))?;
        check(&parsed).map_err(fault)?;
        let vocabulary = Vocabulary::of(&parsed.words, parsed.spelling).map_err(fault)?;
        Ok(Self {
            preference: parsed.preference,
            verdict: parsed.verdict,
            labels: parsed.labels,
            vocabulary,
            answer: parsed.answer,
            act: parsed.act,
            rate: parsed.rate,
            audience: parsed.audience,
            audience_benefit: parsed.audience_benefit,
            audience_concern: parsed.audience_concern,
            uses: parsed.uses,
            room: parsed.room,
            shop: parsed.shop,
            occasion: parsed.occasion,
            season: parsed.season,
            leisure: parsed.leisure,
            pay: parsed.pay,
        })
    }

    /// One way to answer a question of that class.
    pub(super) fn case(&self, class: &str, case: &str) -> Option<&Case> {
        self.answer.get(class)?.get(case)
    }

    /// What one would do, in a sentence and as it is counted.
    pub(super) fn act(&self, act: Act) -> Option<&(String, String)> {
        self.act.get(act_name(act))
    }

    /// How often what the text speaks of is used: a place in the rates.
    pub(super) fn uses_of(&self, text: &TextWords) -> Option<usize> {
        most(&self.uses, |cue| cue.words.in_text(text)).map(|cue| cue.rate)
    }

    /// Whether the text is about something for leisure or the household.
    pub(super) fn is_leisure(&self, text: &TextWords) -> bool {
        self.leisure.in_text(text) > 0
    }

    /// Whom a benefit speaks to: what is counted, and how it is said.
    pub(super) fn audience_of(&self, benefit: Benefit) -> Option<&(String, String)> {
        self.audience_benefit.get(benefit.as_str())
    }

    pub(super) fn audience_without(&self, concern: Concern) -> Option<&str> {
        self.audience_concern.get(concern.as_str()).map(String::as_str)
    }
}

const fn act_name(act: Act) -> &'static str {
    match act {
        Act::Buy => "buy",
        Act::Use => "use",
        Act::Try => "try",
        Act::Switch => "switch",
        Act::Support => "support",
        Act::Join => "join",
        Act::Recommend => "recommend",
        Act::Want => "want",
        Act::Other => "other",
    }
}

/// The cases that answers speak of.
const CASES: &[(&str, &str)] = &[
    ("why", "for against cold own"),
    ("missing", "change nothing price proof terms risks told"),
    ("would", "yes probably maybe unlikely no number"),
    ("how_much", "good fair dear none stated pay_less pay_asked pay_more pay_nothing at yes no"),
    ("which", "best worst nothing option same"),
    ("when", "never nowhere children working retired student any evening"),
    ("who", "none not_none myself_yes myself_no nobody gift me both children young old any_age"),
    (
        "yes_no",
        "believable half_believable not_believable clear half_clear not_clear different \
         not_different yes partly no says denies",
    ),
    (
        "overall",
        "delighted pleased undecided doubtful put_off part_good part_bad part_even better same worse",
    ),
];

const ACTS: &[Act] = &[
    Act::Buy,
    Act::Use,
    Act::Try,
    Act::Switch,
    Act::Support,
    Act::Join,
    Act::Recommend,
    Act::Want,
    Act::Other,
];

fn check(file: &Parsed) -> Result<(), String> {
    let preference = &file.preference;
    if !(preference.indifference > 0.0
        && preference.spread >= 0.0
        && (0.0..1.0).contains(&preference.primacy))
    {
        return Err("indifference must be positive and primacy below 1".to_owned());
    }
    for (class, cases) in CASES {
        for case in cases.split_whitespace() {
            let found = file.answer.get(*class).and_then(|found| found.get(case));
            // Somebody may have nothing to quote.
            let whole = |line: &String| !line.contains("{q}") || !matches!(*class, "how_much");
            let rich = found.is_some_and(|case| case.lines.iter().any(whole));
            if !rich && case != "stated" {
                return Err(format!("'{class}.{case}' has no line for everybody"));
            }
        }
    }
    let lines = file.answer.values().flat_map(BTreeMap::values).flat_map(|case| &case.lines);
    let said = lines.chain(file.rate.iter().map(|step| &step.say)).chain(
        file.room
            .iter()
            .chain(&file.shop)
            .chain(&file.occasion)
            .chain(&file.season)
            .map(|cue| &cue.say),
    );
    for line in said {
        let begins = line.starts_with(|c: char| c.is_uppercase() || c == '“' || c == '{');
        if !begins || !line.ends_with('.') || line.contains('!') {
            return Err(format!("'{line}' is no plain sentence"));
        }
    }
    if let Some(act) = ACTS.iter().find(|act| !file.act.contains_key(act_name(**act))) {
        return Err(format!("act.{} is missing", act_name(*act)));
    }
    let themes = Benefit::ALL.iter().all(|one| file.audience_benefit.contains_key(one.as_str()))
        && Concern::ALL.iter().all(|one| file.audience_concern.contains_key(one.as_str()));
    if !themes {
        return Err("an audience lacks a theme".to_owned());
    }
    if !file.rate.is_sorted_by(|a, b| a.year < b.year)
        || file.uses.iter().any(|cue| cue.rate >= file.rate.len())
    {
        return Err("rates must rise, and uses name one of them".to_owned());
    }
    let pay = &file.pay;
    if !(pay.spread > 0.0
        && 0.0 < pay.too_cheap
        && pay.too_cheap < pay.bargain
        && pay.bargain < 1.0
        && 1.0 < pay.dear
        && pay.dear < pay.too_dear)
    {
        return Err("the shares of what one would pay must rise, two below 1".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_file_is_sound() {
        let file = AnswerFile::parse();
        assert!(file.is_ok(), "{:?}", file.err());
    }
}
