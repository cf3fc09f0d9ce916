//! The normalisation of a language model's reply into the form that the strict reader accepts. Words, numbers, keys
//! and line ends with one meaning are read in any spelling; texts other than the choices are shortened or left out
//! and never invalidate a reply. Anything ambiguous is left unchanged for the strict reader to reject: nothing here
//! guesses.

use protocol::results::{Preference, PurchaseIntent, Sentiment};
use protocol::review::Dimension;
use protocol::study::StudySpec;
use serde_json::{Map, Value};

use super::items::Item;
use super::refusal::{GivenAnswer, Stance, denies, stance};
use super::reply::{Fields, MENTIONS_MAX, QUOTE_MAX, REASONING_MAX, THEME_MAX, one_line};
use super::spelling::{
    alone, bare, is_same, names_condition, placed, scale_end, spoken_truth, whole, word,
};
use super::survey_answers::{answers, as_asked, spread};
use super::types::{ANSWER_MAX, kind_of};
use super::{Unreadable, extract_json};
use crate::domain::outcome::{Answered, Assignment};

/// Most suggestions of one expert.
pub(super) const SUGGESTIONS_MAX: usize = 5;
/// Most characters of a suggestion.
pub(super) const SUGGESTION_MAX: usize = 500;

/// The key of a reason for declining.
pub(super) const REFUSED: &str = "refused";

/// The type of the value under a key.
#[derive(Clone, Debug)]
pub(super) enum FieldKind {
    /// A whole number within a range.
    Whole(u8, u8),
    /// One of these words.
    Word(Vec<&'static str>),
    /// Which variant is preferred, where A is the first one that is shown: its place tells it too.
    Placed,
    /// A text of at most so many characters.
    Text(usize),
    /// The name of one theme.
    Theme,
    /// Themes with quotes.
    Themes,
    /// Names of themes.
    Topics,
    /// The answers to these questions.
    Answers(Vec<String>),
    /// Yes or no.
    Truth,
    /// What an expert would change, each about one of these dimensions.
    Suggestions(&'static [Dimension]),
}

impl FieldKind {
    /// The respondent's sentiment.
    pub(super) fn sentiment() -> Self {
        Self::Word(Sentiment::ALL.iter().map(|word| word.as_str()).collect())
    }

    /// Whether the respondent would buy.
    pub(super) fn purchase_intent() -> Self {
        Self::Word(PurchaseIntent::ALL.iter().map(|word| word.as_str()).collect())
    }

    /// Which variant is preferred.
    pub(super) fn preference() -> Self {
        Self::Word(preferences())
    }
}

/// The variants and the word for none of them.
pub(super) fn preferences() -> Vec<&'static str> {
    Preference::ALL.iter().map(|word| word.as_str()).collect()
}

/// The keys of a form, each with the type of its value.
pub(super) type Form = Vec<(&'static str, FieldKind)>;

/// The form of a reply to a study, or to one item of it.
pub(super) fn form(spec: &StudySpec, item: Option<Item>) -> Form {
    part_of(kind_of(&spec.instrument).form(&spec.instrument), item)
}

/// The form of a reply to an assignment, or to one item of it: which variant is shown first is known there.
pub(super) fn form_at(spec: &StudySpec, at: Assignment, item: Option<Item>) -> Form {
    part_of(kind_of(&spec.instrument).form_at(spec, at), item)
}

/// What an item fills of a whole form.
fn part_of(mut whole: Form, item: Option<Item>) -> Form {
    match item {
        None => whole,
        Some(Item::Question(_)) => entry_form(),
        Some(item) => {
            whole.retain(|(key, kind)| item.fills(key, kind));
            whole
        }
    }
}

/// The form of the answer to one open question.
pub(super) fn entry_form() -> Form {
    vec![("answer", FieldKind::Text(ANSWER_MAX)), ("themes", FieldKind::Topics)]
}

/// The fields of a form in a reply, each normalised for the strict reader, and nothing else.
///
/// # Errors
/// A reason for declining; or an invalid choice, with the valid choices.
pub(super) fn normalize_reply(
    fields: Fields,
    form: &[(&'static str, FieldKind)],
) -> Result<Fields, Unreadable> {
    let fields = renamed(spread(opened(fields.into_list(), form), form), form);
    let reasoning = find(&fields, "reasoning").first().map(|value| words(value, REASONING_MAX));
    let reasoning = reasoning.unwrap_or_default();
    let mut mended: Vec<(String, Value)> = Vec::with_capacity(form.len());
    for (key, kind) in form {
        let found = find(&fields, key);
        let Some(first) = found.first() else { continue };
        if kind.is_choice() && found.iter().any(|other| other != first) {
            return Err(Unreadable::invalid(format!("`{key}` stands twice")));
        }
        mended.extend(kind.read(first, &reasoning).map(|value| ((*key).to_owned(), value)));
    }
    let given = |key: &str| mended.iter().find(|(known, _)| known == key).map(|(_, value)| value);
    let has_choices = form.iter().any(|(_, kind)| kind.is_choice());
    // Without choices the first key is the answer itself.
    let has_answer = || has_choices || form.first().is_some_and(|(key, _)| given(key).is_some());
    let is_valid = || form.iter().all(|(key, kind)| kind.check(key, given(key)).is_ok());
    let beside = if mended.is_empty() {
        GivenAnswer::Nothing
    } else if has_answer() && is_valid() {
        GivenAnswer::Whole
    } else {
        GivenAnswer::Part
    };
    match stance(&fields, beside) {
        Stance::Answers => {}
        // Beside choices a sentence may say anything; where words are asked for, it is the reason.
        Stance::Unclear(_) if has_choices => {
            return Err(Unreadable::invalid(format!(
                "`{REFUSED}` is not true or false, and an answer stands beside it"
            )));
        }
        Stance::Contradictory => {
            return Err(Unreadable::invalid(format!(
                "`{REFUSED}` is true, but an answer and reasons for it stand beside it: write false, or say in the reasoning that \
                 you will not answer"
            )));
        }
        Stance::Declines(reason) | Stance::Unclear(reason) => {
            return Err(Unreadable::Refused { reason });
        }
    }
    for (key, kind) in form {
        kind.check(key, given(key))?;
        check_scale(&fields, form, key, kind)?;
    }
    Ok(Fields::mended(mended))
}

/// The fields with usual other names of a key under that key, where it is not there itself and nothing else can be meant.
fn renamed(
    mut fields: Vec<(String, Value)>,
    form: &[(&'static str, FieldKind)],
) -> Vec<(String, Value)> {
    const OTHERS: [(&str, &[&str]); 2] =
        [("score", &["rating"]), ("purchase_intent", &["intent", "intention"])];
    let is_number = |kind: &FieldKind| matches!(kind, FieldKind::Whole(..));
    let numbers = form.iter().filter(|(_, kind)| is_number(kind)).count();
    for (key, others) in OTHERS {
        let Some((_, kind)) = form.iter().find(|(known, _)| *known == key) else { continue };
        if (is_number(kind) && numbers > 1) || !find(&fields, key).is_empty() {
            continue;
        }
        let is_other = |known: &str| others.iter().any(|other| is_same(other, known));
        let mut named =
            fields.iter_mut().filter(|(known, value)| !value.is_null() && is_other(known));
        if let (Some((name, _)), None) = (named.next(), named.next()) {
            key.clone_into(name);
        }
    }
    fields
}

/// Keys beside a number that tell the end of its scale.
const SCALES: [&str; 8] =
    ["max", "maximum", "max_score", "max_value", "out_of", "scale", "scale_max", "rating_scale"];

/// Checks that no value beside a number says that it is on another scale: `{"score": 4, "max": 5}`.
fn check_scale(
    fields: &[(String, Value)],
    form: &[(&'static str, FieldKind)],
    key: &str,
    kind: &FieldKind,
) -> Result<(), Unreadable> {
    let FieldKind::Whole(low, high) = kind else { return Ok(()) };
    let own = [
        format!("{key}_max"),
        format!("max_{key}"),
        format!("{key}_out_of"),
        format!("{key}_scale"),
    ];
    let tells = |known: &str| {
        let names = own.iter().map(String::as_str).chain(SCALES);
        names.into_iter().any(|name| is_same(name, known))
            && !form.iter().any(|(key, _)| is_same(key, known))
    };
    let told = fields.iter().filter(|(known, value)| !value.is_null() && tells(known));
    let other = told.filter_map(|(_, value)| scale_end(value)).find(|end| *end != Some(*high));
    match other {
        Some(_) => Err(Unreadable::invalid(format!(
            "`{key}` is not a whole number from {low} to {high}: it is told on another scale"
        ))),
        None => Ok(()),
    }
}

/// The keys of what was mended in a reply that is read: values in another spelling, texts that were shortened or left
/// out. `form` stands for what is around the object, `other keys` for keys that nobody asked for. Empty for a reply
/// that is read as it stands.
pub(super) fn mended_keys(text: &str, form: &[(&'static str, FieldKind)]) -> Vec<String> {
    let Ok(fields) = extract_json::fields_of(text, form) else { return Vec::new() };
    let mut mended = Vec::new();
    let is_bare = Fields::of_object(text, usize::MAX).is_ok();
    let outer = fields.into_list();
    let fields = opened(outer.clone(), form);
    if !is_bare || fields != outer {
        mended.push("form".to_owned());
    }
    let exact = |key: &str| fields.iter().find(|(known, _)| known == key).map(|(_, value)| value);
    let reasoning = exact("reasoning").map(|value| words(value, REASONING_MAX)).unwrap_or_default();
    for (key, kind) in form {
        let found = find(&fields, key);
        let Some(first) = found.first() else { continue };
        let is_spelled = exact(key).is_some_and(|value| !value.is_null());
        let read = kind.read(first, &reasoning);
        let same = match (&read, kind) {
            (Some(read), _) if kind.is_choice() => read == *first,
            (Some(read), FieldKind::Answers(_)) => essence(read) == essence(&as_asked(first)),
            (Some(read), _) => essence(read) == essence(first),
            (None, _) => is_nothing(first),
        };
        if !is_spelled || !same {
            mended.push((*key).to_owned());
        }
    }
    let is_known = |key: &str| form.iter().any(|(known, _)| is_same(known, key));
    if fields.iter().any(|(key, _)| !is_known(key) && !is_same(key, REFUSED)) {
        mended.push("other keys".to_owned());
    }
    // Yes and no are what is asked for: one question of several may be declined.
    let is_asked = |value: &Value| is_nothing(value) || value.is_boolean();
    let denied = find(&fields, REFUSED).into_iter().any(|value| !is_asked(value));
    if denied {
        mended.push(REFUSED.to_owned());
    }
    mended
}

/// A value without what stands for nothing, and without blanks around texts.
fn essence(value: &Value) -> Value {
    match value {
        Value::String(said) => Value::String(said.trim().to_owned()),
        Value::Array(entries) => Value::Array(entries.iter().map(essence).collect()),
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !is_nothing(value));
            Value::Object(fields.map(|(key, value)| (key.clone(), essence(value))).collect())
        }
        other => other.clone(),
    }
}

/// Whether a value stands for nothing.
pub(super) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(said) => said.trim().is_empty(),
        Value::Array(entries) => entries.is_empty(),
        _ => false,
    }
}

impl FieldKind {
    /// Whether the value stands beside the answer, which is whole without it.
    pub(super) fn is_beside(&self) -> bool {
        matches!(self, Self::Themes | Self::Topics | Self::Suggestions(_))
    }

    /// Whether the value is a choice, which must be unambiguous.
    fn is_choice(&self) -> bool {
        matches!(self, Self::Whole(..) | Self::Word(_) | Self::Placed | Self::Truth)
    }

    /// The value in the form that the strict reader accepts; `None` if it is empty. A choice that cannot be read
    /// stays as it is.
    pub(super) fn read(&self, value: &Value, reasoning: &str) -> Option<Value> {
        let some = |text: String| (!text.is_empty()).then_some(Value::String(text));
        match self {
            Self::Whole(low, high) => {
                Some(whole(value, *low, *high).map_or_else(|| value.clone(), Value::from))
            }
            Self::Word(words) => {
                Some(word(value, words).map_or_else(|| value.clone(), Value::from))
            }
            Self::Placed => Some(placed(value).map_or_else(|| value.clone(), Value::from)),
            Self::Truth => Some(spoken_truth(value).map_or_else(|| value.clone(), Value::from)),
            Self::Suggestions(dimensions) => list(suggestions(value, dimensions)),
            Self::Text(most) => some(words(value, *most)),
            Self::Theme => some(theme(value)),
            Self::Themes => list(themes(value, reasoning)),
            Self::Topics => {
                let names = themes(value, "").into_iter().filter_map(|mut it| it.remove("theme"));
                list(names.collect())
            }
            Self::Answers(questions) => list(answers(value, questions)),
        }
    }

    /// Whether that is one of the choices.
    pub(super) fn reads(&self, value: &Value) -> bool {
        match self {
            Self::Whole(low, high) => whole(value, *low, *high).is_some(),
            Self::Word(words) => word(value, words).is_some(),
            Self::Placed => placed(value).is_some(),
            Self::Truth => spoken_truth(value).is_some(),
            _ => false,
        }
    }

    /// Checks that a choice can be read.
    fn check(&self, key: &str, given: Option<&Value>) -> Result<(), Unreadable> {
        let choices = match self {
            Self::Whole(low, high) => format!("a whole number from {low} to {high}"),
            Self::Word(words) => format!("one of {}", words.join(", ")),
            Self::Placed => format!("one of {}", preferences().join(", ")),
            Self::Truth => "true or false".to_owned(),
            _ => return Ok(()),
        };
        match given {
            Some(value) if self.reads(value) => Ok(()),
            // Whoever is asked again is told what is wrong.
            Some(Value::String(said)) if names_condition(said) => {
                let why = "it depends on a condition, and is asked of the thing as it is";
                Err(Unreadable::invalid(format!("`{key}` is not {choices}: {why}")))
            }
            Some(_) => Err(Unreadable::invalid(format!("`{key}` is not {choices}"))),
            None => Err(Unreadable::invalid(format!("`{key}` is missing: {choices}"))),
        }
    }
}

/// The values under a key in any spelling of it, the exact spelling first. Nulls are ignored.
pub(super) fn find<'a>(fields: &'a [(String, Value)], key: &str) -> Vec<&'a Value> {
    let is_it = |known: &str| known == key || is_same(known, key);
    let mut found: Vec<&(String, Value)> =
        fields.iter().filter(|(known, value)| !value.is_null() && is_it(known)).collect();
    found.sort_by_key(|(known, _)| known != key);
    found.into_iter().map(|(_, value)| value).collect()
}

/// Unwraps a reply: the fields within `{"answer": {…}}` are the fields of the reply, also where that object is written as
/// a text. The one value that was asked for may also be the whole object.
pub(super) fn opened(
    mut fields: Vec<(String, Value)>,
    form: &[(&'static str, FieldKind)],
) -> Vec<(String, Value)> {
    /// Most wrappers that are removed.
    const DEPTH_MAX: usize = 3;
    let is_known = |key: &str| form.iter().any(|(known, _)| *known == key || is_same(known, key));
    let holds = |key: &str, value: &Value| {
        let inner = inner(value).unwrap_or_default();
        let mut keys = inner.iter().map(|(key, _)| key.as_str());
        keys.any(|inner| is_known(inner) || (!is_known(key) && is_same(inner, REFUSED)))
    };
    for _ in 0..DEPTH_MAX {
        // A wrapper that contains only another wrapper.
        if let [(key, value)] = fields.as_slice()
            && !is_known(key)
            && !holds(key, value)
            && let Some(inner) = inner(value)
        {
            fields = inner;
            continue;
        }
        let is_open = fields.iter().any(|(key, value)| {
            let says = is_known(key) || is_same(key, REFUSED);
            says && !value.is_null() && !holds(key, value)
        });
        let mut wrapped = fields.iter().filter(|(key, value)| holds(key, value));
        let (false, Some((_, value)), None) = (is_open, wrapped.next(), wrapped.next()) else {
            return as_one_value(fields, form);
        };
        fields = inner(value).unwrap_or_default();
    }
    as_one_value(fields, form)
}

/// The fields of a value that is an object, or a text that holds one and nothing else.
fn inner(value: &Value) -> Option<Vec<(String, Value)>> {
    match alone(value) {
        Value::Object(fields) => Some(fields.clone().into_iter().collect()),
        Value::String(said) if said.trim_start().starts_with(['{', '`']) => {
            extract_json::fields(said).ok().map(Fields::into_list)
        }
        _ => None,
    }
}

/// Where one value is asked for and its key is not there, the whole object may be that value: `{"value": 7, "max": 10}`.
fn as_one_value(
    fields: Vec<(String, Value)>,
    form: &[(&'static str, FieldKind)],
) -> Vec<(String, Value)> {
    let [(key, kind)] = form else { return fields };
    let has = |key: &str| fields.iter().any(|(known, _)| is_same(known, key));
    if !has("value") || has(key) || has(REFUSED) {
        return fields;
    }
    let whole = Value::Object(fields.iter().cloned().collect());
    if kind.reads(&whole) { vec![((*key).to_owned(), whole)] } else { fields }
}

/// Whether a theme only repeats how the prompt describes one.
fn is_placeholder(name: &str) -> bool {
    const REPEATED: [&str; 7] = [
        "one to three words",
        "one to three words of your own",
        "the thing itself",
        "the thing itself in one to three words",
        "the thing itself in one to three words of your own",
        "theme",
        "two or three words",
    ];
    REPEATED.iter().any(|repeated| is_same(bare(name), repeated))
}

/// Whether one of the themes of an answer says that there is none: the strict reader accepts it as a name.
pub(super) fn names_no_theme(answered: &Answered) -> bool {
    answered.mentions.iter().any(|mention| denies(&mention.theme))
}

/// A text with normalised line ends, without control characters, and no longer than the limit.
pub(super) fn text(said: &str, most: usize) -> String {
    // The usual case.
    if !said.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\t')) {
        return shortened(said.trim(), most).to_owned();
    }
    let said = said.replace("\r\n", "\n");
    let clean: String = said
        .chars()
        .filter_map(|letter| match letter {
            '\r' | '\u{b}' | '\u{c}' | '\u{85}' => Some('\n'),
            '\n' | '\t' => Some(letter),
            _ => (!letter.is_control()).then_some(letter),
        })
        .collect();
    shortened(clean.trim(), most).to_owned()
}

/// The beginning of a text, at most so many characters.
fn shortened(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    match text.char_indices().nth(most) {
        Some((end, _)) => text.get(..end).unwrap_or_default().trim_end(),
        None => text,
    }
}

/// A free text: one string, or several joined.
pub(super) fn words(value: &Value, most: usize) -> String {
    match value {
        Value::String(said) => text(said, most),
        Value::Number(said) => text(&said.to_string(), most),
        Value::Array(parts) => {
            let parts = parts.iter().filter(|part| !part.is_array() && !part.is_object());
            let parts: Vec<String> =
                parts.map(|part| words(part, most)).filter(|part| !part.is_empty()).collect();
            shortened(&parts.join("\n"), most).to_owned()
        }
        Value::Null | Value::Bool(_) | Value::Object(_) => String::new(),
    }
}

/// The name of one theme.
fn theme(value: &Value) -> String {
    let names = themes(value, "").into_iter();
    let names: Vec<String> =
        names.filter_map(|theme| Some(theme.get("theme")?.as_str()?.to_owned())).collect();
    shortened(&names.join(", "), THEME_MAX).to_owned()
}

/// The named themes, each once, with the quotes that occur in the reasoning.
fn themes(value: &Value, reasoning: &str) -> Vec<Map<String, Value>> {
    let one;
    let entries = match value {
        Value::Array(entries) => entries.as_slice(),
        Value::String(said) if denies(said) => return Vec::new(),
        Value::String(_) | Value::Object(_) => {
            one = [value.clone()];
            &one
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => return Vec::new(),
    };
    let mut themes: Vec<Map<String, Value>> = Vec::new();
    let mut known: Vec<String> = Vec::new();
    for entry in entries {
        let (name, quote) = match entry {
            Value::String(name) => (name.as_str(), None),
            Value::Object(entry) => {
                (under(entry, "theme").unwrap_or_default(), under(entry, "quote"))
            }
            _ => continue,
        };
        let name = one_line(&text(name, usize::MAX));
        let name = shortened(&name, THEME_MAX).to_owned();
        // Some replies say in words that there is no theme.
        if name.is_empty()
            || denies(&name)
            || is_placeholder(&name)
            || known.contains(&name.to_ascii_lowercase())
        {
            continue;
        }
        known.push(name.to_ascii_lowercase());
        let quote = quote.map(|quote| text(quote, QUOTE_MAX));
        let quote = quote.filter(|quote| !quote.is_empty() && reasoning.contains(quote.as_str()));
        let fields = [("theme", Some(name)), ("quote", quote)];
        let given = fields
            .into_iter()
            .filter_map(|(key, text)| Some((key.to_owned(), Value::String(text?))));
        themes.push(given.collect());
        if themes.len() >= MENTIONS_MAX {
            break;
        }
    }
    themes
}

/// The text under a key of an entry, in any spelling of the key.
fn under<'a>(entry: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    let found = entry.iter().find(|(known, value)| is_same(known, key) && !value.is_null());
    alone(found?.1).as_str()
}

/// The suggestions about a known dimension, each once.
fn suggestions(value: &Value, dimensions: &[Dimension]) -> Vec<Map<String, Value>> {
    let one;
    let entries = match value {
        Value::Array(entries) => entries.as_slice(),
        Value::Object(_) => {
            one = [value.clone()];
            &one
        }
        _ => return Vec::new(),
    };
    let mut read: Vec<Map<String, Value>> = Vec::new();
    for entry in entries.iter().filter_map(Value::as_object) {
        let named = under(entry, "dimension").map(bare).and_then(|named| {
            dimensions
                .iter()
                .find(|known| is_same(named, known.as_str()) || is_same(named, known.title()))
        });
        let suggestion = under(entry, "suggestion").map(|said| text(said, SUGGESTION_MAX));
        let suggestion = suggestion.filter(|said| !said.is_empty() && !denies(said));
        let (Some(dimension), Some(suggestion)) = (named, suggestion) else { continue };
        let quote = under(entry, "quote").map(|quote| text(quote, QUOTE_MAX));
        let quote = quote.filter(|quote| !quote.is_empty());
        let fields = [
            ("dimension", Some(dimension.to_string())),
            ("suggestion", Some(suggestion)),
            ("quote", quote),
        ];
        let given = fields
            .into_iter()
            .filter_map(|(key, text)| Some((key.to_owned(), Value::String(text?))));
        let entry = given.collect();
        if !read.contains(&entry) {
            read.push(entry);
        }
        if read.len() >= SUGGESTIONS_MAX {
            break;
        }
    }
    read
}

/// A list, if it is not empty.
fn list<T: Into<Value>>(entries: Vec<T>) -> Option<Value> {
    (!entries.is_empty()).then(|| Value::Array(entries.into_iter().map(Into::into).collect()))
}
