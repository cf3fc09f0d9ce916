//! Normalisation of language-model replies: other spellings, and texts other than the choices; for every study type,
//! as a whole form and one item a call.

use proptest::prelude::*;
use protocol::measurement::QuestionsPerCall;
use protocol::results::Preference;
use serde_json::Value;

use super::items::kinds;
use super::*;
use crate::domain::instrument::channels::reading::TEXT_MAX;
use crate::domain::instrument::channels::{read_rating, read_text};

/// Each kind of study that asks all at once, with a good reply.
fn whole() -> Vec<(StudySpec, Value)> {
    let together = |(mut spec, reply): (StudySpec, Value)| {
        spec.measurement.questions_per_call = QuestionsPerCall::All;
        (spec, reply)
    };
    kinds().into_iter().map(together).collect()
}

fn model(spec: &StudySpec, text: &str) -> Result<Answered, Unreadable> {
    read_model(spec, at(4, 1), text)
}

/// The choices of an answer, whatever its texts say.
fn chosen(answered: &Answered) -> Answer {
    use crate::domain::redact::Holds;
    answered.answer.clone().with_texts(&|_| String::new())
}

/// Which keys are choices, with the first number and the last of a scale.
const NUMBERS: [&str; 3] = ["score", "score_a", "score_b"];
const WORDS: [&str; 3] = ["sentiment", "purchase_intent", "preference"];

/// The numbers of scales as words.
const IN_WORDS: [&str; 11] =
    ["zero", "one", "two", "three", "four", "Five", "six", "SEVEN", "eight", "nine", "ten"];

/// A number in digits of full width.
fn wide(number: u64) -> String {
    let wide = |digit: char| char::from_u32(u32::from(digit) + 0xfee0).unwrap();
    number.to_string().chars().map(wide).collect()
}

/// A number in Arabic-Indic digits.
fn arabic(number: u64) -> String {
    let arabic = |digit: char| char::from_u32(0x660 + u32::from(digit) - u32::from('0')).unwrap();
    number.to_string().chars().map(arabic).collect()
}

#[test]
fn a_number_that_can_mean_one_thing_is_read_in_any_spelling() {
    for (spec, good) in whole() {
        for key in NUMBERS.iter().filter(|key| good.get(*key).is_some()) {
            let low = u64::from(spec.instrument.study_type() != StudyType::Nps);
            for number in low..=10 {
                let mut plain = good.clone();
                plain[key] = json!(number);
                let expected = model(&spec, &plain.to_string()).unwrap();
                for said in [
                    json!(number as f64),
                    json!(number.to_string()),
                    json!(format!(" {number} ")),
                    json!(format!("{number}.")),
                    json!(format!("{number}.0")),
                    json!(format!("{number}/10")),
                    json!(format!("{number} / 10")),
                    json!(format!("{number} out of 10")),
                    json!(IN_WORDS[usize::try_from(number).unwrap()]),
                    json!(format!("{} out of ten", IN_WORDS[usize::try_from(number).unwrap()])),
                    json!(wide(number)),
                    json!(arabic(number)),
                    json!(format!("about {number}")),
                    json!(format!("+{number}")),
                    json!([number]),
                    json!([format!("{number}/10")]),
                ] {
                    let mut reply = good.clone();
                    reply[key] = said;
                    assert_eq!(model(&spec, &reply.to_string()), Ok(expected.clone()), "{reply}");
                }
            }
            for said in [
                json!(7.5),
                json!("7.5"),
                json!("7/5"),
                json!("7/100"),
                json!("7/"),
                json!("/10"),
                json!("6-7"),
                json!("6 or 7"),
                json!("eleven"),
                json!("seven or eight"),
                json!("-7"),
                json!("+7.5"),
                json!(-7),
                json!(11),
                json!("11"),
                json!("11/10"),
                json!([6, 7]),
                json!([]),
                json!({}),
                json!(true),
                json!(null),
                json!(""),
                json!("7e0"),
                json!("0x7"),
                json!("7,5"),
                json!("7 8"),
                json!("７.５"),
                json!("\u{667}-\u{668}"),
            ] {
                let mut reply = good.clone();
                reply[key] = said;
                let why = model(&spec, &reply.to_string()).expect_err(&reply.to_string());
                let range = format!("a whole number from {low} to 10");
                assert!(why.to_string().contains(&range) && why.to_string().contains(key), "{why}");
            }
        }
    }
}

#[test]
fn a_word_is_read_whatever_its_case_and_what_stands_between_its_parts() {
    let spellings = |word: &str| {
        let title: String = word
            .split('_')
            .map(|part| part[..1].to_uppercase() + &part[1..])
            .collect::<Vec<_>>()
            .join(" ");
        [
            word.to_uppercase(),
            title.clone(),
            title.replace(' ', ""),
            word.replace('_', " "),
            word.replace('_', "-"),
            word.replace('_', "\u{a0}"),
            word.replace('_', "\u{2011}"),
            format!(" {word}"),
            format!("{word} "),
            format!("{word}."),
            format!("\"{word}\""),
            format!("**{title}**."),
            format!("{word}\n"),
            format!("\u{200b}{word}"),
        ]
    };
    for (spec, good) in whole() {
        for key in WORDS.iter().filter(|key| good.get(*key).is_some()) {
            let words: Vec<&str> = match *key {
                "sentiment" => Sentiment::ALL.iter().map(|word| word.as_str()).collect(),
                "preference" => Preference::ALL.iter().map(|word| word.as_str()).collect(),
                _ => PurchaseIntent::ALL.iter().map(|word| word.as_str()).collect(),
            };
            for word in &words {
                let mut plain = good.clone();
                plain[key] = json!(word);
                let expected = model(&spec, &plain.to_string()).unwrap();
                let said = spellings(word).map(Value::from).into_iter().chain([json!([word])]);
                for said in said {
                    let mut reply = good.clone();
                    reply[key] = said;
                    assert_eq!(model(&spec, &reply.to_string()), Ok(expected.clone()), "{reply}");
                }
            }
            for said in [
                json!("perhaps"),
                json!("positive or negative"),
                json!("positive/negative"),
                json!("not positive"),
                json!("positively"),
                json!("definitely, not"),
                json!("a/b"),
                json!("yes"),
                json!(""),
                json!(1),
                json!(null),
                json!(["a", "b"]),
                json!(true),
            ] {
                let mut reply = good.clone();
                reply[key] = said;
                let why =
                    model(&spec, &reply.to_string()).expect_err(&reply.to_string()).to_string();
                assert!(words.iter().all(|word| why.contains(word)) && why.contains(key), "{why}");
            }
        }
    }
}

#[test]
fn what_stands_around_the_form_changes_nothing() {
    for (spec, good) in whole() {
        let expected = model(&spec, &good.to_string());
        assert!(expected.is_ok(), "{expected:?}");
        let text = good.to_string();
        let open = &text[..text.len() - 1];
        let renamed = |rename: fn(&str) -> String| {
            let fields = good.as_object().unwrap().iter();
            fields
                .map(|(key, value)| (rename(key), value.clone()))
                .collect::<serde_json::Map<_, _>>()
        };
        let title = |key: &str| key[..1].to_uppercase() + &key[1..];
        for said in [
            json!({ "answer": good }).to_string(),
            json!({ "Answer": good, "refused": null }).to_string(),
            json!({ "response": [good] }).to_string(),
            json!([good]).to_string(),
            json!({ "response": { "output": [{ "answer": good }] } }).to_string(),
            json!(good.to_string()).to_string(),
            text.replace("\":", "\"\n:\t"),
            format!("{open},}}"),
            format!("{open} , \n }}"),
            text.replace(']', ",]"),
            format!(
                "{open}, \"confidence\": 0.8, \"thoughts\": {{\"a\": [1]}}, \"note, \": \",}}\"}}"
            ),
            json!(renamed(title)).to_string(),
            json!(renamed(str::to_uppercase)).to_string(),
            json!(renamed(|key| key.replace('_', " "))).to_string(),
            json!(renamed(|key| key.replace('_', "-"))).to_string(),
            json!(renamed(|key| key.replace('_', ""))).to_string(),
        ] {
            assert_eq!(model(&spec, &said), expected, "{said}");
        }
    }
}

#[test]
fn a_refusal_that_says_that_there_is_none_refuses_nothing() {
    for (spec, good) in whole() {
        let expected = model(&spec, &good.to_string());
        for said in [
            "N/A",
            "n/a",
            "n.a.",
            "NA",
            "None",
            "none.",
            "null",
            "no",
            "No.",
            "-",
            "--",
            "—",
            "false",
            "Not applicable",
            "",
            " ",
            "nil",
        ] {
            let mut reply = good.clone();
            reply["refused"] = json!(said);
            assert_eq!(model(&spec, &reply.to_string()), expected, "{said:?}");
            reply["refused"] = json!([said]);
            assert_eq!(model(&spec, &reply.to_string()), expected, "[{said:?}]");
        }
        for said in ["I do not rate medicines", "No, I would rather not say", "not my business"] {
            let mut reply = good.clone();
            reply["refused"] = json!(said);
            let refused = Err(Unreadable::Refused { reason: said.to_owned() });
            assert_eq!(model(&spec, &reply.to_string()), refused);
            assert_eq!(model(&spec, &json!({ "refused": said }).to_string()), refused);
            assert_eq!(
                model(&spec, &json!({ "answer": { "refused": said } }).to_string()),
                refused
            );
        }
    }
}

/// Everything that a form may hold beside its choices, in every shape that it was seen in, and in some that it was not.
fn odd_texts() -> Vec<Value> {
    vec![
        json!("x".repeat(4_100)),
        json!("é ".repeat(30_000)),
        json!("one\r\ntwo\rthree\u{b}four\u{c}five"),
        json!("esc \u{1b}[2J \u{7}"),
        json!(""),
        json!("  "),
        json!(null),
        json!(5),
        json!(true),
        json!({}),
        json!({"text": "x"}),
        json!([]),
        json!(["one", "two"]),
        json!([null, 3, ["x"]]),
    ]
}

fn odd_lists() -> Vec<Value> {
    let theme = |name: &str| json!({ "theme": name, "quote": null });
    vec![
        json!("Time"),
        json!("None"),
        json!(["Time"]),
        json!(["Time", "time", ""]),
        json!({"theme": "Time"}),
        json!(null),
        json!(7),
        json!(true),
        json!({}),
        json!([null, 4, [], {}, {"quote": "x"}]),
        json!([theme(&"T".repeat(61)), theme(""), theme(" \r\n ")]),
        json!((0..30).map(|at| theme(&format!("Theme {at}"))).collect::<Vec<_>>()),
        json!([{"theme": "Time", "quote": "q".repeat(550), "weight": 3}]),
        json!([{"Theme": "Time", "Quote": ["x"]}]),
        json!((0..30).map(|at| format!("Theme {at}")).collect::<Vec<_>>()),
        json!(["L".repeat(70)]),
        json!([theme("None"), theme("n/a")]),
        json!(["none", "N/A."]),
    ]
}

/// Who says that there is no theme names none; line ends in a text are line ends, escaped or not.
#[test]
fn no_theme_is_none_and_a_line_end_is_one_however_it_is_written() {
    let (spec, mut reply) = whole().remove(0);
    reply["appeals"] = json!([{ "theme": "None" }, { "theme": "n/a", "quote": null }]);
    reply["concerns"] = json!(["None", "Price"]);
    reply["reasoning"] = json!("It saves time.\nIt is dear.");
    let escaped = reply.to_string();
    let read = model(&spec, &escaped).unwrap();
    let themes: Vec<&str> = read.mentions.iter().map(|it| it.theme.as_str()).collect();
    assert_eq!(themes, ["Price"]);
    let raw = escaped.replace("\\n", "\r\n");
    assert_ne!(raw, escaped);
    assert_eq!(model(&spec, &raw), Ok(read));
}

#[test]
fn what_stands_beside_the_choices_never_voids_them() {
    let lists = ["appeals", "concerns", "differentiators"];
    for (spec, good) in whole() {
        let expected = chosen(&model(&spec, &good.to_string()).unwrap());
        let fields = good.as_object().unwrap();
        for key in fields.keys() {
            let odd = match key.as_str() {
                "reasoning" => odd_texts(),
                "key_theme" => [odd_texts(), odd_lists()].concat(),
                key if lists.contains(&key) => odd_lists(),
                _ => continue,
            };
            for said in odd {
                let mut reply = good.clone();
                reply[key] = said;
                let read = model(&spec, &reply.to_string());
                let read = read.unwrap_or_else(|why| panic!("{key}: {why}: {reply:.300}"));
                assert_eq!(chosen(&read), expected, "{reply:.300}");
                bounded(&read);
            }
            let mut reply = good.clone();
            reply.as_object_mut().unwrap().remove(key);
            assert_eq!(chosen(&model(&spec, &reply.to_string()).unwrap()), expected, "no {key}");
        }
    }
}

/// Nothing is longer than the strict reader takes.
fn bounded(read: &Answered) {
    let text = serde_json::to_string(&read.answer).unwrap();
    assert!(!text.contains("\\r") && !text.contains("\\u00"), "{text:.200}");
    let texts: Value = serde_json::from_str(&text).unwrap();
    for (key, most) in [("reasoning", 4_000), ("key_theme", 60)] {
        assert!(texts[key].as_str().is_none_or(|text| text.chars().count() <= most), "{key}");
    }
    for kind in ThemeKind::ALL {
        assert!(read.mentions.iter().filter(|it| it.kind == *kind).count() <= 11);
    }
    for mention in &read.mentions {
        assert!((1..=60).contains(&mention.theme.chars().count()), "{mention:?}");
        assert!(mention.quote.as_ref().is_none_or(|quote| quote.chars().count() <= 500));
    }
}

#[test]
fn texts_are_cut_and_cleaned_as_little_as_can_be() {
    let reply = |reasoning: &str, quote: &str| {
        let mut reply = good_reply();
        reply["reasoning"] = json!(reasoning);
        reply["appeals"] = json!([{ "theme": "A theme with a name that is far too long to be the name of anything", "quote": quote }]);
        reply["concerns"] = json!("Price");
        model(&concept(), &reply.to_string()).unwrap()
    };
    let read = reply("One.\r\nTwo\u{b}three.\u{7}", "One.\r\nTwo");
    let Answer::ConceptTest { reasoning, .. } = &read.answer else { panic!() };
    assert_eq!(reasoning, "One.\nTwo\nthree.");
    assert_eq!(read.mentions[0].quote.as_deref(), Some("One.\nTwo"));
    assert_eq!(
        read.mentions[0].theme,
        "A theme with a name that is far too long to be the name of a"
    );
    assert_eq!(read.mentions[1].theme, "Price");
    let long = "é".repeat(4_100);
    let read = reply(&long, &long[..1_100]);
    let Answer::ConceptTest { reasoning, .. } = &read.answer else { panic!() };
    assert_eq!(reasoning, &"é".repeat(4_000));
    assert_eq!(read.mentions[0].quote, Some("é".repeat(500)));
}

#[test]
fn an_answer_to_one_question_of_a_survey_stands_beside_one_that_is_left_out() {
    let spec = survey();
    let read = |answers: Value| {
        model(&spec, &json!({ "answers": answers, "reasoning": "So." }).to_string())
    };
    let (first, second) = ("What would stop you?", "What is it worth?");
    let one = json!({ "question": 1, "answer": "The price.", "themes": ["Price"] });
    let said = |read: &Answered| match &read.answer {
        Answer::Survey { answers, refused, .. } => (answers.clone(), refused.clone()),
        other => panic!("{other:?}"),
    };
    let alone = BTreeMap::from([(first.to_owned(), "The price.".to_owned())]);
    for left_out in [
        json!([one]),
        json!([one, { "question": 2, "answer": null }]),
        json!([one, { "question": 2, "answer": "", "themes": [] }]),
        json!([one, { "question": 2 }]),
        json!([one, null]),
        json!([one, one]),
        json!(one),
        json!([{ "Question": "1", "Answer": ["The price."], "themes": "Price", "refused": "N/A", "weight": 2 }]),
        json!([{ "question": first, "answer": "The price.", "themes": [{ "theme": "Price" }], "refused": false }]),
    ] {
        let read = read(left_out.clone()).unwrap_or_else(|why| panic!("{why}: {left_out}"));
        assert_eq!(said(&read), (alone.clone(), BTreeMap::new()), "{left_out}");
        assert_eq!(read.mentions.len(), 1, "{left_out}");
    }
    // As many answers as questions in order, or counted from zero, are the answers to all of them.
    for in_order in [
        json!(["The price.", "A lot."]),
        json!([{ "answer": "The price." }, { "answer": "A lot." }]),
        json!([{ "question": 0, "answer": "The price." }, { "question": 1, "answer": "A lot." }]),
    ] {
        let both = read(in_order.clone()).unwrap_or_else(|why| panic!("{why}: {in_order}"));
        assert_eq!((&*said(&both).0[first], &*said(&both).0[second]), ("The price.", "A lot."));
    }
    let declined =
        read(json!([one, { "question": 2, "answer": null, "refused": "no idea" }])).unwrap();
    assert_eq!(said(&declined).1[second], "no idea");
    let long =
        read(json!([{ "question": 1, "answer": "x".repeat(2_100), "themes": ["T".repeat(70)] }]))
            .unwrap();
    assert_eq!(said(&long).0[first].len(), 2_000);
    // What could be the answer to either is nobody's.
    for unclear in [
        json!([]),
        json!([{ "question": 1, "answer": null }, { "question": 2 }]),
        json!([{ "question": 0, "answer": "x" }, { "question": 2, "answer": "y" }]),
        json!([{ "question": 0, "answer": "x" }]),
        json!([{ "answer": "x" }, { "question": 2, "answer": "y" }]),
        json!([{ "answer": "x" }]),
        json!([one, { "question": 1, "answer": "Nothing." }]),
        json!([one, { "question": 3, "answer": "Nothing." }]),
        json!(["The price."]),
        json!([{ "question": 2, "refused": "no idea" }]),
    ] {
        assert!(matches!(read(unclear.clone()), Err(Unreadable::Invalid { .. })), "{unclear}");
    }
    let nobody = read(
        json!([{ "question": 2, "refused": "no idea" }, { "question": 1, "refused": "none" }]),
    );
    assert!(matches!(nobody, Err(Unreadable::Refused { .. })), "{nobody:?}");
    // Whoever left a question out neither answered nor declined it.
    let results = finish(&spec, [(0, read(json!([one])).unwrap())].into_iter()).unwrap();
    let shown = serde_json::to_value(&results).unwrap();
    assert_eq!(shown["question_results"][0]["answered"], 1);
    assert_eq!(
        (&shown["question_results"][1]["answered"], &shown["question_results"][1]["refused"]),
        (&json!(0), &json!(0))
    );
}

#[test]
fn replies_to_one_question_and_on_further_channels_are_read_alike() {
    for (spec, good) in kinds() {
        for item in items(&spec) {
            let key = normalize_reply::form(&spec, Some(item))[0].0;
            if !good.get(key).is_some_and(Value::is_u64) {
                continue;
            }
            let expected = read_item(&spec, at(4, 1), item, &json!({ key: good[key] }).to_string());
            assert!(expected.is_ok());
            for said in [
                json!({ key: format!("{}/10", good[key]), "refused": "N/A" }),
                json!({ "answer": { key.to_uppercase(): [good[key]] } }),
                json!({ key: good[key], "why": "because" }),
            ] {
                assert_eq!(read_item(&spec, at(4, 1), item, &said.to_string()), expected, "{said}");
            }
        }
    }
    for said in [
        json!({"rating": "4"}),
        json!({"Rating": 4.0, "refused": "none"}),
        json!({"rating": "4/5", "why": "x"}),
        json!({"answer": {"rating": [4]}}),
    ] {
        assert_eq!(read_rating(&said.to_string()).unwrap().rating, 4, "{said}");
    }
    for said in [
        json!({"rating": "4/10"}),
        json!({"rating": 4.5}),
        json!({"rating": "4-5"}),
        json!({"rating": 6}),
    ] {
        assert!(read_rating(&said.to_string()).is_err(), "{said}");
    }
    assert_eq!(
        read_text(&json!({"Text": "I might.\r\n", "refused": "-"}).to_string()).unwrap(),
        "I might."
    );
    assert_eq!(
        read_text(&json!({"text": "a ".repeat(900)}).to_string()).unwrap().chars().count(),
        TEXT_MAX - 1
    );
    assert!(read_text(&json!({"text": ""}).to_string()).is_err());
}

#[test]
fn a_part_that_is_the_answer_itself_must_say_something() {
    let spec = kinds().remove(0).0;
    for said in [json!({"reasoning": ""}), json!({"reasoning": null}), json!({"appeals": ["Time"]})]
    {
        assert!(read_item(&spec, at(4, 1), Item::Reasons, &said.to_string()).is_err(), "{said}");
    }
}

proptest! {
    /// What the strict reader takes is read alike: nothing that was sound before has another meaning now, but a theme whose
    /// name says that there is none (these begin otherwise).
    #[test]
    fn what_needs_no_mending_is_not_mended(
        score in 1_u8..=10, feeling in 0_usize..4, intent in 0_usize..5, reasoning in "[a-zA-Z0-9 .,\n\té\u{200b}]{1,120}",
        themes in proptest::collection::vec("[a-eg-mo-tv-zA-EG-MO-TV-Z][a-zA-Z  /.]{0,69}", 0..12), place in 0_usize..50,
    ) {
        let quote: String = reasoning.chars().skip(place).take(12).collect();
        let entries: Vec<Value> = themes.iter().map(|theme| json!({ "theme": theme, "quote": quote })).collect();
        let reply = json!({
            "reasoning": reasoning, "score": score, "sentiment": Sentiment::ALL[feeling].as_str(),
            "purchase_intent": PurchaseIntent::ALL[intent].as_str(), "appeals": entries, "concerns": [],
        });
        let spec = concept();
        if let Ok(strict) = read_at(&spec, at(4, 1), &reply.to_string()) {
            let mended = read_mended(&spec, at(4, 1), &reply.to_string()).unwrap();
            prop_assert_eq!(mended, strict);
        }
    }

    #[test]
    fn no_value_anywhere_makes_the_reader_panic(key in "[a-zA-Z_ ]{0,16}", said in "\\PC{0,40}", kind in 0_usize..5) {
        for (spec, good) in whole() {
            let said = [json!(said), json!([said]), json!({ key.as_str(): said }), json!([{ "theme": said }]), json!(null)];
            for field in good.as_object().unwrap().keys() {
                let mut reply = good.clone();
                reply[field] = said[kind].clone();
                reply[key.as_str()] = said[kind].clone();
                drop(model(&spec, &reply.to_string()));
            }
        }
    }
}
