//! The word that is chosen from a closed list: `Probably Not`, `"positive!"`, `pos`, "I would definitely not buy it". A word
//! that is derived, denied or stands beside another one is none.

use serde_json::{Map, Value};

use super::beside::is_against;
use super::condition::BoundTo;
use super::number::{CONDITION, REASON};
use super::phrase::{Remark, plain, remark, words as words_of};
use super::variant::leaves_variant;
use super::{alone, bare, is_any, letters};

/// A list of words by what it is about: the words that change nothing beside a choice of it, and short forms.
struct Around {
    /// Words that say what is chosen from, or who chooses.
    beside: &'static [&'static str],
    /// Words in front of a choice that change nothing, unless it is likely or unlikely.
    degrees: &'static [&'static str],
    /// Other forms of a word of the list.
    short: &'static [(&'static str, &'static str)],
}

/// What is said around a sentiment.
const OF_SENTIMENTS: Around = Around {
    beside: &[
        "a",
        "about",
        "am",
        "answer",
        "feel",
        "feeling",
        "feelings",
        "i",
        "i'm",
        "is",
        "it",
        "it's",
        "my",
        "overall",
        "sentiment",
        "the",
        "this",
        "very",
        "strongly",
        "extremely",
        "overwhelmingly",
        "highly",
        "really",
        "quite",
        "fairly",
        "pretty",
        "somewhat",
        "slightly",
        "mildly",
        "moderately",
        "clearly",
        "definitely",
        "totally",
        "completely",
        "deeply",
        "so",
        "super",
        "incredibly",
        "absolutely",
        "strong",
        "rather",
        "bit",
    ],
    degrees: &[],
    short: &[("pos", "positive"), ("neg", "negative"), ("neu", "neutral")],
};

/// What stands between a chosen variant and the other one.
const ABOVE: [&str; 5] = [" over ", " rather than ", " instead of ", " than ", " > "];

/// What is said around an intent to buy. How likely it is has five words of its own; a yes or a no alone is none.
const OF_INTENTS: Around = Around {
    beside: &[
        "am", "answer", "be", "buy", "buying", "get", "i", "i'd", "i'll", "i'm", "intent", "is",
        "it", "it's", "my", "order", "purchase", "that", "the", "this", "to", "try", "use", "will",
        "would", "for", "me", "myself",
    ],
    degrees: &["most", "very", "quite"],
    short: &[
        ("definitelyyes", "definitely"),
        ("absolutely", "definitely"),
        ("absolutelyyes", "definitely"),
        ("certainly", "definitely"),
        ("verylikely", "definitely"),
        ("extremelylikely", "definitely"),
        ("highlylikely", "definitely"),
        ("probablyyes", "probably"),
        ("likely", "probably"),
        ("mostlikely", "probably"),
        ("quitelikely", "probably"),
        ("fairlylikely", "probably"),
        ("prettylikely", "probably"),
        ("ratherlikely", "probably"),
        ("somewhatlikely", "probably"),
        ("probablyno", "probably_not"),
        ("unlikely", "probably_not"),
        ("notlikely", "probably_not"),
        ("notverylikely", "probably_not"),
        ("likelynot", "probably_not"),
        ("mostlikelynot", "probably_not"),
        ("quiteunlikely", "probably_not"),
        ("fairlyunlikely", "probably_not"),
        ("prettyunlikely", "probably_not"),
        ("ratherunlikely", "probably_not"),
        ("somewhatunlikely", "probably_not"),
        ("definitelyno", "definitely_not"),
        ("absolutelynot", "definitely_not"),
        ("absolutelyno", "definitely_not"),
        ("certainlynot", "definitely_not"),
        ("never", "definitely_not"),
        ("noway", "definitely_not"),
        ("notatall", "definitely_not"),
        ("notatalllikely", "definitely_not"),
        ("notlikelyatall", "definitely_not"),
        ("veryunlikely", "definitely_not"),
        ("extremelyunlikely", "definitely_not"),
        ("highlyunlikely", "definitely_not"),
    ],
};

/// What is said around a preferred variant. No article: it would be variant A.
const OF_PREFERENCES: Around = Around {
    beside: &[
        "answer",
        "best",
        "better",
        "clearly",
        "definitely",
        "strongly",
        "choice",
        "choose",
        "i",
        "i'd",
        "is",
        "my",
        "one",
        "option",
        "pick",
        "prefer",
        "preference",
        "text",
        "the",
        "variant",
        "version",
        "would",
    ],
    degrees: &[],
    short: &[
        ("neither", "none"),
        ("null", "none"),
        ("both", "none"),
        ("bothequally", "none"),
        ("either", "none"),
        ("equal", "none"),
        ("equally", "none"),
        ("indifferent", "none"),
        ("same", "none"),
        ("tie", "none"),
        ("nodifference", "none"),
        ("neitheranorb", "none"),
        ("neitherofthem", "none"),
        ("noneofthem", "none"),
    ],
};

/// What says of two variants that none is preferred, where its words alone would say less.
const NO_PREFERENCE: &str = "no preference";

/// Keys of the word within an object.
const VALUE: [&str; 11] = [
    "value",
    "answer",
    "choice",
    "word",
    "option",
    "sentiment",
    "purchase_intent",
    "intent",
    "preference",
    "result",
    "label",
];

/// The word that is chosen.
pub(in super::super) fn word(value: &Value, words: &[&'static str]) -> Option<&'static str> {
    match alone(value) {
        Value::Object(fields) => within(fields, words),
        plain => single(plain.as_str()?, words),
    }
}

/// Yes or no: `true`, `"yes"`, `"No."`.
pub(in super::super) fn truth(value: &Value) -> Option<bool> {
    match alone(value) {
        Value::Bool(truth) => Some(*truth),
        said => spelled(said.as_str()?, &["yes", "no", "true", "false"])
            .map(|said| matches!(said, "yes" | "true")),
    }
}

/// The same where a remark stands behind it that leaves it as it is: "Yes, it caught my eye", "no, not at all".
pub(in super::super) fn spoken_truth(value: &Value) -> Option<bool> {
    truth(value).or_else(|| digit(value)).or_else(|| {
        let written = alone(value).as_str()?;
        let said = plain(written)?;
        let end = said.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(said.len());
        let (head, rest) = said.split_at(end);
        let is_yes = match head {
            "yes" | "yeah" | "yep" | "true" => true,
            "no" | "nope" | "false" => false,
            _ => return None,
        };
        let (word, list): (_, &[&str]) = if is_yes { ("yes", &["no"]) } else { ("no", &["yes"]) };
        let leaves = remark(rest)?.leaves_word(word, list, BoundTo::Decision);
        (leaves && !is_against(written, word)).then_some(is_yes)
    })
}

/// Yes as 1 and no as 0.
fn digit(value: &Value) -> Option<bool> {
    match alone(value) {
        Value::Number(number) => match number.as_u64()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
        said => match bare(said.as_str()?) {
            "0" => Some(false),
            "1" => Some(true),
            _ => None,
        },
    }
}

fn single(said: &str, words: &[&'static str]) -> Option<&'static str> {
    spelled(said, words).or_else(|| sign(said, words)).or_else(|| {
        let plain = plain(said)?;
        let read = |said: &str| agreed(said, words).or_else(|| in_a_phrase(said, words));
        let word = read(&plain).or_else(|| read(&in_full(&plain, words)?))?;
        (!is_against(said, word)).then_some(word)
    })
}

/// A sentiment as a sign: "+", "-".
fn sign(said: &str, words: &[&'static str]) -> Option<&'static str> {
    let word = match said.trim() {
        "+" | "＋" => "positive",
        "-" | "−" | "－" => "negative",
        _ => return None,
    };
    words.iter().copied().find(|known| *known == word)
}

/// A text about an intent with its short words in full: "def. yes", "prob not". `None` for one of another list.
fn in_full(said: &str, words: &[&'static str]) -> Option<String> {
    if !words.contains(&"probably_not") {
        return None;
    }
    let parts = said.split(' ').map(|word| match word {
        "def" | "def." | "defo" => "definitely",
        "prob" | "prob." | "probs" => "probably",
        word => word,
    });
    Some(parts.collect::<Vec<_>>().join(" "))
}

/// An intent behind a yes or a no that says the same: "no, definitely not".
fn agreed(said: &str, words: &[&'static str]) -> Option<&'static str> {
    if !words.contains(&"probably_not") {
        return None;
    }
    let (is_yes, rest) = match said.strip_prefix("yes") {
        Some(rest) => (true, rest),
        None => (false, said.strip_prefix("no")?),
    };
    let after = rest.trim_start_matches([' ', ',', '.', ';', '!', ':', '-', '–', '—']);
    if after.len() == rest.len() {
        return None;
    }
    let intent = spelled(after, words).or_else(|| in_a_phrase(after, words))?;
    let says_yes = match intent {
        "definitely" | "probably" => true,
        "definitely_not" | "probably_not" => false,
        _ => return None,
    };
    (says_yes == is_yes).then_some(intent)
}

/// What stands in front of the letter of a variant.
pub(super) const LABELS: [&str; 4] = ["variant", "version", "option", "text"];

/// A word of its own.
fn spelled(said: &str, words: &[&'static str]) -> Option<&'static str> {
    let said = bare(said);
    let said = said.strip_prefix('(').and_then(|said| said.strip_suffix(')')).unwrap_or(said);
    let said: String = letters(said).collect();
    // The stimulus labels variants in this way.
    let labelled = LABELS.iter().find_map(|label| said.strip_prefix(label));
    let said = labelled.filter(|rest| !rest.is_empty()).unwrap_or(&said);
    words.iter().copied().find(|word| letters(word).eq(said.chars()))
}

/// What is said around the words of that list; `None` for a list that is not said in phrases.
fn around(words: &[&str]) -> Option<&'static Around> {
    let has = |word: &str| words.contains(&word);
    if has("positive") {
        Some(&OF_SENTIMENTS)
    } else if has("probably_not") {
        Some(&OF_INTENTS)
    } else if has("a") && has("b") {
        Some(&OF_PREFERENCES)
    } else {
        None
    }
}

/// A word with others around it that leave it as it is.
fn in_a_phrase(said: &str, words: &[&'static str]) -> Option<&'static str> {
    let around = around(words)?;
    let bound = if words.contains(&"positive") { BoundTo::Judgement } else { BoundTo::Decision };
    let is_beside = |word: &&str| around.beside.contains(word);
    // The name of the value in front.
    let named =
        said.split_once(':').filter(|(name, _)| name.split(' ').all(|word| is_beside(&word)));
    let said = named.map_or(said, |(_, said)| said.trim_start());
    let end = said.find([',', ';', ':', '.', '!', '(', '—']);
    let apart = [" - ", " – ", " because ", " since ", " as ", " due to "];
    let end = apart.iter().filter_map(|mark| said.find(mark)).chain(end).min();
    let (head, rest) = said.split_at(end.unwrap_or(said.len()));
    let is_of_variants = words.contains(&"a") && words.contains(&"b");
    if is_of_variants && matches!(head.trim(), NO_PREFERENCE | "i have no preference") {
        let none = words.iter().copied().find(|word| *word == "none")?;
        let rest = said.get(head.trim_end().len()..).unwrap_or(rest);
        return leaves_variant(remark(rest)?, rest, none).then_some(none);
    }
    // A blank before the remark belongs to it.
    let rest = said.get(head.trim_end().len()..).unwrap_or(rest);
    // "A over B": the one that is named second is not chosen.
    let pair = ABOVE.iter().find_map(|above| head.split_once(above)).filter(|_| is_of_variants);
    let head = match pair {
        Some((chosen, other)) if spelled(chosen, words) != spelled(other, words) => {
            spelled(other, words).map(|_| chosen)?
        }
        _ => head,
    };
    let chosen: String = head
        .split([' ', '_', '-'])
        .filter(|word| !is_beside(word) && *word != "★")
        .map(|word| if matches!(word, "won't" | "wouldn't") { "not" } else { word })
        .flat_map(letters)
        .collect();
    let word = listed(&chosen, around, words).or_else(|| {
        let after = around.degrees.iter().find_map(|degree| chosen.strip_prefix(*degree))?;
        listed(after, around, words).filter(|_| !after.contains("likely"))
    })?;
    let remark = remark(rest)?;
    let leaves = if is_of_variants {
        leaves_variant(remark, rest, word)
    } else {
        let is_otherwise = chosen.contains("likely") && is_otherwise_likely(remark, word);
        remark.leaves_word(word, words, bound) && !is_otherwise
    };
    leaves.then_some(word)
}

/// The word of a list in one of its forms, by its letters.
fn listed(chosen: &str, around: &Around, words: &[&'static str]) -> Option<&'static str> {
    let short = around.short.iter().find(|(short, _)| *short == chosen).map(|(_, word)| *word);
    words
        .iter()
        .copied()
        .find(|word| short.map_or_else(|| letters(word).eq(chosen.chars()), |short| short == *word))
}

/// Whether a remark on how likely something is says the contrary: "likely, very unlikely this year".
fn is_otherwise_likely(remark: Remark<'_>, word: &str) -> bool {
    let (Remark::Aside(said) | Remark::Clause(said)) = remark else { return false };
    let other = if word.ends_with("_not") { "likely" } else { "unlikely" };
    words_of(said).any(|one| one == other)
}

/// The word within an object that also describes it.
fn within(fields: &Map<String, Value>, words: &[&'static str]) -> Option<&'static str> {
    if let Some(marked) = marked(fields, words) {
        return Some(marked);
    }
    let mut chosen = None;
    for (key, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
        if is_any(key, &VALUE) {
            let said = single(alone(value).as_str()?, words)?;
            if chosen.replace(said).is_some_and(|other| other != said) {
                return None;
            }
        } else if is_any(key, &CONDITION) {
            return None;
        } else if let Some(said) = value.as_str() {
            let said = plain(said)?;
            let remark =
                if is_any(key, &REASON) { Remark::Reason(&said) } else { Remark::Aside(&said) };
            if !remark.leaves_word("", words, BoundTo::Judgement) {
                return None;
            }
        }
    }
    chosen
}

/// The one word that is marked with yes where each has a yes or no: `{"positive": false, "negative": true}`.
fn marked(fields: &Map<String, Value>, words: &[&'static str]) -> Option<&'static str> {
    let mut chosen = None;
    for (key, value) in fields {
        let word = spelled(key, words)?;
        if value.as_bool()? && chosen.replace(word).is_some() {
            return None;
        }
    }
    chosen
}
