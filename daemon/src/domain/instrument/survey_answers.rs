//! The answers to the questions of a survey in whatever form a language model lists them: entries with a number, a label
//! such as `Q1` or the question itself, texts in order, or a map of these. What could be the answer to two questions, or to
//! none, is left unchanged for the strict reader to reject.

use serde_json::{Map, Value};

use super::normalize_reply::{FieldKind, REFUSED, entry_form, find, is_nothing};
use super::refusal::{GivenAnswer, Stance, stance, why};
use super::spelling::{alone, is_same, whole};

/// Keys of the number or name of a question within an entry, the first that is there.
const QUESTION: [&str; 6] = ["question", "question_number", "question_id", "number", "id", "q"];
/// Keys of an entry that is an answer and no map of answers.
const ENTRY: [&str; 4] = ["answer", "themes", "refused", "question"];

/// Gathers answers that stand side by side in a reply, where nothing stands under the key for them:
/// `{"Q1": "…", "Q2": "…"}`.
pub(super) fn spread(
    fields: Vec<(String, Value)>,
    form: &[(&'static str, FieldKind)],
) -> Vec<(String, Value)> {
    let Some((key, questions)) = form.iter().find_map(|(key, kind)| match kind {
        FieldKind::Answers(questions) => Some((*key, questions)),
        _ => None,
    }) else {
        return fields;
    };
    let is_answer = |(known, _): &(String, Value)| place_of(known, questions).is_some();
    if !find(&fields, key).is_empty() || !fields.iter().any(is_answer) {
        return fields;
    }
    let (said, mut rest): (Vec<_>, Vec<_>) = fields.into_iter().partition(is_answer);
    // A list of pairs keeps what stands twice.
    let entries =
        said.into_iter().map(|(known, value)| Value::Object(Map::from_iter([(known, value)])));
    rest.push((key.to_owned(), Value::Array(entries.collect())));
    rest
}

/// The answers to the questions. A question without an answer is left out; an entry whose number cannot be read stays as
/// it is.
pub(super) fn answers(value: &Value, questions: &[String]) -> Vec<Value> {
    let entries = entries(value, questions);
    let last = u8::try_from(questions.len()).unwrap_or(u8::MAX);
    let are_from_zero = are_from_zero(&entries, questions.len());
    let mut read: Vec<Value> = Vec::new();
    for fields in entries {
        let number = number_of(&fields).map(|value| {
            if are_from_zero {
                let place = whole(value, 0, last).map(|place| u64::from(place) + 1);
                return place.map_or_else(|| value.clone(), Value::from);
            }
            let named = alone(value).as_str().and_then(|said| place_of(said, questions));
            whole(value, 1, last).or(named).map_or_else(|| value.clone(), Value::from)
        });
        let mut said: Vec<(String, Value)> = Vec::new();
        for (key, kind) in entry_form() {
            let value = find(&fields, key).first().and_then(|value| kind.read(value, ""));
            said.extend(value.map(|value| (key.to_owned(), value)));
        }
        let is_answered = said.iter().any(|(key, _)| key == "answer");
        let beside = if is_answered { GivenAnswer::Whole } else { GivenAnswer::Nothing };
        match stance(&fields, beside) {
            // Beside words, a sentence is the reason.
            Stance::Declines(reason) | Stance::Unclear(reason) => {
                said = vec![(REFUSED.to_owned(), Value::String(reason))];
            }
            Stance::Answers if !is_answered => continue,
            // One answer has no reasons besides.
            Stance::Answers | Stance::Contradictory => {}
        }
        said.extend(number.map(|number| ("question".to_owned(), number)));
        let entry = Value::Object(said.into_iter().collect());
        if !read.iter().any(|known| is_said_again(known, &entry)) {
            read.push(entry);
        }
    }
    read
}

/// The answers as they are read where they follow what is asked for exactly: each with a yes or a no to whether it is
/// declined. Anything else stays as it is.
pub(super) fn as_asked(value: &Value) -> Value {
    let Value::Array(list) = value else { return value.clone() };
    let read = |entry: &Value| match entry {
        Value::Object(fields) => as_asked_once(fields),
        other => Some(other.clone()),
    };
    Value::Array(list.iter().filter_map(read).collect())
}

/// One of them; `None` for one that is neither answered nor declined.
fn as_asked_once(fields: &Map<String, Value>) -> Option<Value> {
    let mut read = fields.clone();
    match fields.get(REFUSED) {
        Some(Value::Bool(true)) => {
            let said: Vec<(String, Value)> =
                fields.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
            read.retain(|key, _| key == "question");
            read.insert(REFUSED.to_owned(), Value::String(why(&said)));
        }
        Some(Value::Bool(false)) if fields.get("answer").is_some_and(is_nothing) => return None,
        Some(Value::Bool(false)) => {
            read.remove(REFUSED);
        }
        _ => {}
    }
    Some(Value::Object(read))
}

/// The value that names the question of an entry.
fn number_of(fields: &[(String, Value)]) -> Option<&Value> {
    QUESTION.iter().find_map(|key| find(fields, key).first().copied())
}

/// Whether the entries count the questions from zero: each of these numbers stands there once.
fn are_from_zero(entries: &[Vec<(String, Value)>], questions: usize) -> bool {
    let last = u8::try_from(questions).ok().and_then(|count| count.checked_sub(1));
    let Some(last) = last else { return false };
    let numbers = entries.iter().map(|fields| whole(number_of(fields)?, 0, last));
    let mut numbers = numbers.collect::<Option<Vec<u8>>>().unwrap_or_default();
    numbers.sort_unstable();
    numbers.into_iter().eq(0..=last)
}

/// Whether an entry answers the same question with the same words as one before it.
fn is_said_again(known: &Value, entry: &Value) -> bool {
    let is_same_in = |key: &str| known.get(key).is_some() && known.get(key) == entry.get(key);
    known == entry || (is_same_in("question") && is_same_in("answer"))
}

/// The entries of a list or a map, each with its fields.
fn entries(value: &Value, questions: &[String]) -> Vec<Vec<(String, Value)>> {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        other => std::slice::from_ref(other),
    };
    // If there are as many texts as questions, they are taken in order.
    let are_in_order = list.len() == questions.len() && list.iter().all(Value::is_string);
    // And so are as many answers that name no question.
    let are_unnamed = list.len() == questions.len() && list.iter().all(is_unnamed);
    let mut entries = Vec::new();
    for (number, entry) in (1_u64..).zip(list) {
        match entry {
            Value::Object(fields) if are_unnamed => {
                let said = fields.iter().map(|(key, value)| (key.clone(), value.clone()));
                let named = ("question".to_owned(), Value::from(number));
                entries.push(
                    said.filter(|(key, _)| !is_same(key, "question")).chain([named]).collect(),
                );
            }
            Value::Object(fields) if is_map(fields, questions) => {
                let answered = fields.iter().filter(|(_, value)| !value.is_null());
                entries.extend(answered.map(|(question, value)| of_map(question, value)));
            }
            Value::Object(fields) => entries.push(fields.clone().into_iter().collect()),
            Value::String(_) if are_in_order => entries.push(vec![
                ("question".to_owned(), Value::from(number)),
                ("answer".to_owned(), entry.clone()),
            ]),
            _ => {}
        }
    }
    entries
}

/// Whether a value is an answer, or a refusal of one, that names no question.
fn is_unnamed(value: &Value) -> bool {
    let Value::Object(fields) = value else { return false };
    let has = |names: &[&str]| {
        let mut given = fields.iter().filter(|(_, value)| !value.is_null());
        given.any(|(key, _)| names.iter().any(|name| is_same(name, key)))
    };
    has(&["answer", REFUSED]) && !has(&QUESTION)
}

/// Whether an object has an answer under the name of each question, and is not one entry. One name that is known is enough:
/// the others are left to the strict reader.
fn is_map(fields: &Map<String, Value>, questions: &[String]) -> bool {
    let is_entry = fields.keys().any(|key| ENTRY.iter().any(|known| is_same(known, key)));
    !is_entry && fields.keys().any(|key| place_of(key, questions).is_some())
}

/// One answer of a map as an entry.
fn of_map(question: &str, value: &Value) -> Vec<(String, Value)> {
    let named = ("question".to_owned(), Value::from(question));
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(key, _)| !is_same(key, "question"));
            let fields = fields.map(|(key, value)| (key.clone(), value.clone()));
            std::iter::once(named).chain(fields).collect()
        }
        value => vec![named, ("answer".to_owned(), value.clone())],
    }
}

/// The number of the question that a label means: `Q1`, `question_2`, `#1`, the question itself, or both. `None` where it
/// means none of them, or two.
fn place_of(label: &str, questions: &[String]) -> Option<u8> {
    let words = |text: &str| -> String {
        text.chars()
            .filter(|letter| letter.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let of_text = |text: &str| {
        let text = words(text);
        let same = (1_u8..).zip(questions).filter(|(_, question)| words(question) == text);
        let places: Vec<u8> = same.map(|(place, _)| place).collect();
        places.first().copied().filter(|_| places.len() == 1 && !text.is_empty())
    };
    if let Some(place) = of_text(label) {
        return Some(place);
    }
    let (number, behind) = numbered(label)?;
    let is_known = usize::from(number) <= questions.len() && number > 0;
    let agrees = words(behind).is_empty() || of_text(behind) == Some(number);
    (is_known && agrees).then_some(number)
}

/// The number at the beginning of a label, and what is behind it.
fn numbered(label: &str) -> Option<(u8, &str)> {
    const NAMES: [&str; 8] = ["question", "quest", "item", "number", "no", "nr", "q", "#"];
    let all = label.trim();
    let lower = all.to_ascii_lowercase();
    let named = NAMES.iter().find_map(|name| {
        let rest = lower.strip_prefix(name)?.trim_start_matches([' ', '_', '-', '.', ':', '#']);
        rest.starts_with(|it: char| it.is_ascii_digit()).then_some(rest.len())
    });
    let rest = named.and_then(|length| all.get(all.len() - length..)).unwrap_or(all);
    let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, behind) = rest.split_at(end);
    let number = digits.parse().ok()?;
    (!behind.starts_with(char::is_alphanumeric)).then_some((number, behind))
}
