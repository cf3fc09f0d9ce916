//! The spelling laboratory: respondents with known opinions, whose replies are misspelled in many ways. Whatever the
//! way, every study type counts the same opinions as without it: no opinion is lost by its spelling.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::items::kinds;
use super::*;
use crate::domain::instrument::mended;
use crate::domain::redact::Holds;
use protocol::measurement::QuestionsPerCall;

/// Respondents of each study.
const PANEL: u32 = 60;

/// One way to misspell a reply.
type Misspell = fn(Value) -> String;

/// Changes each value that is a text of a closed list or a number, on every level.
fn each(mut reply: Value, change: fn(&str, &Value) -> Value) -> String {
    if let Some(fields) = reply.as_object_mut() {
        for (key, value) in fields.iter_mut() {
            if matches!(
                key.as_str(),
                "score" | "score_a" | "score_b" | "sentiment" | "purchase_intent" | "preference"
            ) {
                *value = change(key, value);
            }
        }
    }
    reply.to_string()
}

fn word(value: &Value, change: impl Fn(&str) -> String) -> Value {
    value.as_str().map_or_else(|| value.clone(), |said| json!(change(said)))
}

fn number(value: &Value, change: impl Fn(u64) -> Value) -> Value {
    value.as_u64().map_or_else(|| value.clone(), change)
}

fn keys(reply: &Value, change: impl Fn(&str) -> String) -> String {
    let fields = reply.as_object().unwrap().iter();
    Value::Object(fields.map(|(key, value)| (change(key), value.clone())).collect()).to_string()
}

fn with(mut reply: Value, key: &str, value: Value) -> String {
    reply[key] = value;
    reply.to_string()
}

/// A reply without braces: each key with its value, and these marks before, between and behind them. Answers to several
/// questions have no such form.
fn written(reply: &Value, before: &str, between: &str, behind: &str, end: &str) -> String {
    if reply.get("answers").is_some() {
        return reply.to_string();
    }
    let said = |value: &Value| match value {
        Value::String(said) => said.clone(),
        Value::Array(entries) => {
            let names =
                entries.iter().filter_map(|it| it.as_str().or_else(|| it["theme"].as_str()));
            names.collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    };
    let fields = reply.as_object().unwrap().iter().filter(|(_, value)| !value.is_null());
    let fields = fields.map(|(key, value)| format!("{key}{between}{}{behind}", said(value)));
    format!("{before}{}{end}", fields.collect::<String>())
}

const WAYS: [(&str, Misspell); 49] = [
    ("blanks for underscores", |reply| {
        each(reply, |_, it| word(it, |said| said.replace('_', " ")))
    }),
    ("capitals", |reply| each(reply, |_, it| word(it, str::to_uppercase))),
    ("a blank behind", |reply| each(reply, |_, it| word(it, |said| format!("{said} ")))),
    ("hyphens", |reply| each(reply, |_, it| word(it, |said| said.replace('_', "-")))),
    ("quotes within", |reply| each(reply, |_, it| word(it, |said| format!("'{said}'")))),
    ("numbers as texts", |reply| each(reply, |_, it| number(it, |n| json!(n.to_string())))),
    ("numbers with a point", |reply| each(reply, |_, it| number(it, |n| json!(n as f64)))),
    ("of ten", |reply| each(reply, |_, it| number(it, |n| json!(format!("{n}/10"))))),
    ("out of ten", |reply| each(reply, |_, it| number(it, |n| json!(format!("{n} out of 10"))))),
    ("lists of one", |reply| each(reply, |_, it| json!([it]))),
    ("keys with capitals", |reply| keys(&reply, str::to_uppercase)),
    ("keys with blanks", |reply| keys(&reply, |key| key.replace('_', " "))),
    ("another key", |reply| with(reply, "confidence", json!(0.8))),
    ("refused: none", |reply| with(reply, "refused", json!("N/A"))),
    ("line ends of another system", |reply| {
        with(reply, "reasoning", json!("It is fine.\r\nReally.\u{b}"))
    }),
    ("a long reasoning", |reply| with(reply, "reasoning", json!("word ".repeat(2_000)))),
    ("a wrapper", |reply| json!({ "answer": reply }).to_string()),
    ("a list around", |reply| json!([reply]).to_string()),
    ("a trailing comma", |reply| {
        let text = reply.to_string();
        format!("{},}}", &text[..text.len() - 1])
    }),
    ("thinking and a fence", |reply| {
        format!("<think>{{7?}}</think> Sure:\n```json\n{reply}\n```\nDone.")
    }),
    ("a text within an object", |reply| json!({ "answer": reply.to_string() }).to_string()),
    ("a scale beside the number", |reply| {
        each(reply, |_, it| number(it, |n| json!({ "value": n, "max": 10 })))
    }),
    ("a sentence around the number", |reply| {
        each(reply, |_, it| number(it, |n| json!(format!("I would give it a {n} out of 10"))))
    }),
    ("a remark behind the number", |reply| {
        each(reply, |_, it| number(it, |n| json!(format!("{n} (fairly good)"))))
    }),
    ("a sign before the number", |reply| {
        each(reply, |_, it| number(it, |n| json!(format!("+{n}"))))
    }),
    ("an exclamation", |reply| each(reply, |_, it| word(it, |said| format!("{said}!")))),
    ("emphasis", |reply| each(reply, |_, it| word(it, |said| format!("**{said}**")))),
    ("an object around the word", |reply| {
        each(reply, |_, it| it.as_str().map_or_else(|| it.clone(), |said| json!({ "value": said })))
    }),
    ("short forms", |reply| {
        each(reply, |key, it| {
            let is_long = |said: &&str| key == "sentiment" && *said != "mixed";
            word(it, |said| Some(said).filter(is_long).map_or(said, |said| &said[..3]).to_owned())
        })
    }),
    ("what is bought", |reply| {
        each(reply, |key, it| {
            word(it, |said| match key {
                "purchase_intent" => format!("I would {} buy it", said.replace('_', " ")),
                _ => said.to_owned(),
            })
        })
    }),
    ("a reason behind", |reply| {
        const REASON: &str = ", because if I had time I would not wait";
        each(reply, |_, it| match it {
            Value::String(said) => json!(format!("{said}{REASON}")),
            it => number(it, |n| json!(format!("{n}{REASON}"))),
        })
    }),
    ("a denial behind the number", |reply| {
        each(reply, |_, it| number(it, |n| json!(format!("{n}, I do not know any other"))))
    }),
    ("how strongly", |reply| {
        each(reply, |key, it| {
            word(
                it,
                |said| {
                    if key == "sentiment" { format!("strongly_{said}") } else { said.to_owned() }
                },
            )
        })
    }),
    ("a yes or no before", |reply| {
        each(reply, |key, it| {
            word(it, |said| match key {
                "purchase_intent" if said.ends_with("_not") => format!("No, {said}"),
                "purchase_intent" if said != "maybe" => format!("Yes, {said}"),
                _ => said.to_owned(),
            })
        })
    }),
    ("a picture beside the value", |reply| {
        each(reply, |_, it| match it {
            Value::String(said) => json!(format!("{said} 🙂")),
            it => number(it, |n| json!(format!("🙂 {n}"))),
        })
    }),
    ("if I'm honest", |reply| {
        each(reply, |_, it| match it {
            Value::String(said) => json!(format!("{said}, if I'm honest")),
            it => number(it, |n| json!(format!("{n} if I'm honest"))),
        })
    }),
    ("how likely it is bought", |reply| {
        each(reply, |key, it| {
            word(it, |said| {
                let likely = match said {
                    "definitely" => "very likely",
                    "probably" => "likely",
                    "probably_not" => "unlikely",
                    "definitely_not" => "very unlikely",
                    said => said,
                };
                let told = if key == "purchase_intent" { likely } else { said };
                told.to_owned()
            })
        })
    }),
    ("a map of answers", |mut reply| {
        if let Some(answers) = reply.get("answers").and_then(Value::as_array) {
            let map = (1..).zip(answers).map(|(number, it)| (format!("Q{number}"), it.clone()));
            reply["answers"] = Value::Object(map.collect());
        }
        reply.to_string()
    }),
    ("labels of questions", |mut reply| {
        for entry in reply.get_mut("answers").and_then(Value::as_array_mut).into_iter().flatten() {
            entry["question"] = json!(format!("Question {}.", entry["question"]));
        }
        reply.to_string()
    }),
    ("of ten in words", |reply| each(reply, |_, it| number(it, |n| json!(format!("{n} of ten"))))),
    ("digits of another script", |reply| {
        each(reply, |_, it| {
            number(it, |n| {
                let digits = n.to_string();
                let other = |digit: char| char::from_u32(0x6f0 + digit.to_digit(10).unwrap());
                json!(digits.chars().filter_map(other).collect::<String>())
            })
        })
    }),
    ("about", |reply| each(reply, |_, it| number(it, |n| json!(format!("about {n}"))))),
    ("a tilde", |reply| each(reply, |_, it| number(it, |n| json!(format!("~{n}/10"))))),
    ("signs of a sentiment", |reply| {
        each(reply, |_, it| {
            word(it, |said| match said {
                "positive" => "+".to_owned(),
                "negative" => "-".to_owned(),
                said => said.to_owned(),
            })
        })
    }),
    ("short intents", |reply| {
        each(reply, |key, it| {
            word(it, |said| match key {
                "purchase_intent" => {
                    let said = said.replace('_', " ");
                    said.replace("definitely", "def.").replace("probably", "prob.")
                }
                _ => said.to_owned(),
            })
        })
    }),
    // A is shown first to all of these.
    ("places of variants", |reply| {
        each(reply, |_, it| {
            word(it, |said| match said {
                "a" => "the first one".to_owned(),
                "b" => "option two".to_owned(),
                said => said.to_owned(),
            })
        })
    }),
    ("no last brace", |reply| {
        let text = reply.to_string();
        format!("{}\n", &text[..text.len() - 1])
    }),
    ("keys on lines of their own", |reply| written(&reply, "", ": ", "\n", "")),
    ("a table", |reply| {
        written(&reply, "| Key | Value |\n|---|---|\n| ", " | ", " |\n| ", "refused | no |")
    }),
];

/// The reply of one respondent: the choices differ from person to person.
fn opinion(good: &Value, person: u32) -> Value {
    let pick = |list: &[&str]| json!(list[usize::try_from(person).unwrap() % list.len()]);
    let mut reply: Map<String, Value> = good.as_object().unwrap().clone();
    for (key, value) in &mut reply {
        match key.as_str() {
            "score" | "score_a" | "score_b" => *value = json!(1 + person * 7 % 10),
            "sentiment" => *value = pick(&["positive", "negative", "neutral", "mixed"]),
            "purchase_intent" => {
                *value =
                    pick(&["definitely", "probably", "maybe", "probably_not", "definitely_not"]);
            }
            "preference" => *value = pick(&["a", "b", "none"]),
            _ => {}
        }
    }
    Value::Object(reply)
}

#[test]
fn every_way_to_misspell_leaves_every_distribution_as_it_is() {
    for (mut spec, good) in kinds() {
        spec.measurement.questions_per_call = QuestionsPerCall::All;
        let distribution = |way: Misspell| {
            let mut counts: BTreeMap<String, u32> = BTreeMap::new();
            for person in 0..PANEL {
                let text = way(opinion(&good, person));
                let read = read_model(&spec, at(person, 0), &text);
                let answered = read.unwrap_or_else(|why| panic!("{why}: {text}"));
                let chosen = answered.answer.with_texts(&|_| String::new());
                *counts.entry(format!("{chosen:?}")).or_default() += 1;
            }
            counts
        };
        let plain = distribution(|reply| reply.to_string());
        for (name, way) in WAYS {
            assert_eq!(distribution(way), plain, "{:?}: {name}", spec.instrument.study_type());
        }
    }
}

#[test]
fn what_was_mended_is_named_and_what_stood_is_not() {
    for (mut spec, good) in kinds() {
        spec.measurement.questions_per_call = QuestionsPerCall::All;
        assert_eq!(mended(&spec, at(0, 0), None, &good.to_string(), None), Vec::<String>::new());
        for (name, way) in WAYS {
            let (plain, text) = (opinion(&good, 3).to_string(), way(opinion(&good, 3)));
            if text == plain {
                continue;
            }
            assert_ne!(
                mended(&spec, at(0, 0), None, &text, None),
                Vec::<String>::new(),
                "{name}: {text}"
            );
        }
    }
    let (spec, good) = kinds().into_iter().next().unwrap();
    let mended = |text: &str| mended(&spec, at(0, 0), None, text, None);
    let mut reply = good.clone();
    reply["purchase_intent"] = json!("probably not");
    reply["score"] = json!("7");
    assert_eq!(mended(&reply.to_string()), ["score", "purchase_intent"]);
    assert_eq!(mended(&format!("Here: {good}")), ["form"]);
    assert_eq!(mended(&with(good.clone(), "refused", json!("none"))), ["refused"]);
    assert_eq!(mended(&with(good, "mood", json!(1))), ["other keys"]);
}
