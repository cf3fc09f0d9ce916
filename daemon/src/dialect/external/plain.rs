//! The result of a service that knows our form: an id, a name, numbers with their intervals, and findings, at the top of the
//! body or under `data`.

use jiff::Timestamp;
use protocol::external::{ExternalContent, ExternalFinding, ExternalNumber};
use serde::Deserialize;

use super::ExternalTold;
use super::checked::{
    NAME_MAX, TEXT_MAX, WORDS_MAX, id, list, number, perhaps, perhaps_under_data, whole, words,
};

#[derive(Deserialize)]
struct PlainResult {
    id: String,
    name: String,
    completed_at: Option<Timestamp>,
    respondents: Option<u64>,
    text: Option<String>,
    #[serde(default)]
    numbers: Vec<PlainNumber>,
    #[serde(default)]
    findings: Vec<PlainFinding>,
}

#[derive(Deserialize)]
struct PlainNumber {
    of: String,
    value: f64,
    low: Option<f64>,
    high: Option<f64>,
    level: Option<f64>,
    n: Option<u64>,
}

#[derive(Deserialize)]
struct PlainFinding {
    priority: Option<PlainPriority>,
    title: String,
    detail: Option<String>,
    action: Option<String>,
    #[serde(default)]
    quotes: Vec<String>,
}

/// A priority as services have it: a word, or a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum PlainPriority {
    Word(String),
    Number(u32),
}

impl PlainPriority {
    fn told(&self) -> String {
        match self {
            Self::Word(word) => word.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// Reads the body of a hook.
pub(super) fn read(body: &str) -> Result<ExternalTold, String> {
    let told: PlainResult = perhaps_under_data(body)?;
    let id = id("id", &told.id)?;
    let mut numbers = Vec::new();
    for one in list("numbers", told.numbers)? {
        numbers.push(with_interval(&one)?);
    }
    let mut findings = Vec::new();
    for one in list("findings", told.findings)? {
        let quotes = list("findings.quotes", one.quotes)?;
        let quotes = quotes.iter().map(|quote| words("findings.quotes", quote, WORDS_MAX));
        findings.push(ExternalFinding {
            priority: perhaps(
                "findings.priority",
                one.priority.as_ref().map(PlainPriority::told).as_ref(),
                NAME_MAX,
            )?,
            title: words("findings.title", &one.title, NAME_MAX)?,
            detail: perhaps("findings.detail", one.detail.as_ref(), WORDS_MAX)?,
            action: perhaps("findings.action", one.action.as_ref(), WORDS_MAX)?,
            quotes: quotes.collect::<Result<_, _>>()?,
        });
    }
    let content = whole(ExternalContent {
        name: words("name", &told.name, NAME_MAX)?,
        completed_at: told.completed_at,
        respondents: told.respondents,
        text: perhaps("text", told.text.as_ref(), TEXT_MAX)?,
        numbers,
        findings,
        rewrites: Vec::new(),
    })?;
    Ok(ExternalTold::Result { id, content: Box::new(content) })
}

fn with_interval(one: &PlainNumber) -> Result<ExternalNumber, String> {
    let PlainNumber { value, low, high, level, n, .. } = *one;
    match (low, high, level) {
        (None, None, None) => {}
        (Some(low), Some(high), _) if low <= high => {
            number("numbers.value", value, low..=high)?;
        }
        (Some(_), Some(_), _) => return Err("numbers.low is above numbers.high".to_owned()),
        _ => return Err("an interval in numbers has one end".to_owned()),
    }
    if let Some(level) = level {
        number("numbers.level", level, 0.5..=0.9999)?;
    }
    let of = words("numbers.of", &one.of, NAME_MAX)?;
    Ok(ExternalNumber { of, value, low, high, level, n })
}
