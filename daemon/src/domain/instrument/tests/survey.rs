//! Results of a survey, question by question.

use protocol::id::AnswerId;
use protocol::results::Outcomes;

use super::*;
use crate::domain::exchange::{End, ReplyRole, conclude};

#[test]
fn a_survey_reply_answers_every_question_once() {
    let spec = survey();
    let reply =
        |answers: serde_json::Value| json!({"answers": answers, "reasoning": "So."}).to_string();
    let good = json!([
        {"question": 1, "answer": "The price of $12.", "themes": ["Price", "price"]},
        {"question": 2, "refused": "I never buy such things"},
    ]);
    let answered = read(&spec, &reply(good)).unwrap();
    let Answer::Survey { answers, refused, themes, .. } = &answered.answer else { panic!() };
    assert_eq!(answers["What would stop you?"], "The price of $12.");
    assert_eq!(refused.len(), 1);
    assert_eq!(themes["What would stop you?"], ["Price"]);
    for (answers, reason) in [
        (json!([{"question": 1, "answer": "x"}]), "a question is not answered"),
        (
            json!([{"question": 1, "answer": "x"}, {"question": 1, "answer": "y"}]),
            "a question is answered twice",
        ),
        (
            json!([{"question": 0, "answer": "x"}, {"question": 2, "answer": "y"}]),
            "`question` is not a whole number from 1 to 2",
        ),
        (
            json!([{"question": 3, "answer": "x"}, {"question": 2, "answer": "y"}]),
            "`question` is not a whole number from 1 to 2",
        ),
        (
            json!([{"question": 1, "answer": ""}, {"question": 2, "answer": "y"}]),
            "`answer` is empty",
        ),
        (
            json!([{"question": 1, "answer": "x", "refused": "no"}, {"question": 2, "answer": "y"}]),
            "unknown key `answer`",
        ),
        (json!({"1": "x"}), "`answers` is not a list"),
    ] {
        assert_eq!(invalid(&spec, &reply(answers)), reason);
    }
    let nothing = json!([{"question": 1, "refused": "no"}, {"question": 2, "refused": "no"}]);
    assert!(matches!(read(&spec, &reply(nothing)), Err(Unreadable::Refused { .. })));
}

#[test]
fn a_surveys_results_keep_their_shape_and_say_what_nobody_could_answer() {
    let spec = survey();
    let answers = (0..40).map(|ordinal| {
        let theme = if ordinal == 12 { "Taste" } else { "Price" };
        let reply = json!({
            "answers": [
                {"question": 1, "answer": format!("Because of the {theme}, I pay {ordinal} elsewhere."), "themes": [theme]},
                {"question": 2, "refused": "cannot say"},
            ],
            "reasoning": format!("I am number {ordinal}."),
        });
        (ordinal, read(&spec, &reply.to_string()).unwrap())
    });
    let results = finish(&spec, answers).unwrap();
    let Outcomes::Survey { question_results, common_themes } = &results.outcomes else { panic!() };
    assert_eq!(common_themes, &["Price", "Taste"]);
    assert_eq!((question_results[0].supported, question_results[1].supported), (true, false));
    assert_eq!((question_results[1].answered, question_results[1].refused), (0, 40));
    assert_eq!(question_results[0].saturation, Some(13));
    assert_eq!(results.segments["gender"]["female"].estimates["theme.Price"].n, 20);
    insta::assert_json_snapshot!((question_results, &results.conclusions));
}

/// Forty women and forty men answer one question; `themes` says what each names.
fn answered(n: u32, themes: impl Fn(u32) -> Vec<&'static str>) -> Results {
    let mut spec = survey();
    spec.panel = n;
    let answers = (0..n).map(|ordinal| {
        let named = themes(ordinal);
        let speech = [
            "Frankly, my own wallet decides here",
            "Nobody around us has any patience left",
            "Last winter scared the whole street",
            "Grandmother already asked about it twice",
        ];
        let answer = format!("{}: {}.", speech[ordinal as usize % 4], named.join(" and "));
        let reply = json!({
            "answers": [
                {"question": 1, "answer": answer, "themes": named},
                {"question": 2, "answer": "Nothing in particular."},
            ],
            "reasoning": format!("I am number {ordinal}."),
        });
        (ordinal, read(&spec, &reply.to_string()).unwrap())
    });
    finish(&spec, answers.collect::<Vec<_>>().into_iter()).unwrap()
}

#[test]
fn an_answer_that_names_two_themes_is_not_quoted_under_both() {
    let results = answered(80, |_| vec!["Price", "Time"]);
    let Outcomes::Survey { question_results, .. } = &results.outcomes else { panic!() };
    let shown: Vec<AnswerId> = question_results[0]
        .themes
        .iter()
        .flat_map(|theme| theme.quotes.iter().take(2).map(|quote| quote.answer))
        .collect();
    let mut distinct = shown.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), shown.len(), "{shown:?}");
}

#[test]
fn a_list_that_still_grew_at_the_end_is_not_called_complete() {
    let late = answered(80, |ordinal| vec![if ordinal == 75 { "Noise" } else { "Price" }]);
    let told = late.conclusions.iter().find(|told| told.starts_with("Saturation")).unwrap();
    assert!(told.contains("question 1 still turned up something new"), "{told}");
    assert!(told.contains("respondent 76 of 80"), "{told}");
    let early = answered(80, |ordinal| vec![if ordinal == 5 { "Noise" } else { "Price" }]);
    let told = early.conclusions.iter().find(|told| told.starts_with("Saturation")).unwrap();
    assert!(told.contains("after respondent 6 of 80 no answer named anything new"), "{told}");
    assert!(
        early.conclusions.contains(&"Question 2: 80 answered, and no theme was named.".to_owned())
    );
}

#[test]
fn groups_of_a_survey_are_compared_by_what_they_name() {
    let results = answered(200, |ordinal| {
        let dear = ordinal.is_multiple_of(2) && !ordinal.is_multiple_of(10);
        vec![if dear { "Price" } else { "Time" }]
    });
    let women = |theme: &str| {
        let found = results.contrasts.iter().find(|contrast| {
            contrast.class == "female" && contrast.field == format!("theme.{theme}")
        });
        found.unwrap().clone()
    };
    assert!(women("Price").differs && women("Price").difference.value > 0.7);
    assert!(women("Time").differs && women("Time").difference.value < -0.7);
    let told = results.conclusions.last().unwrap();
    assert!(told.starts_with("Groups part most over "), "{told}");
    assert!(results.contrast_rule.contains("the 2 most frequent themes"), "{results:?}");
}

/// A reply with those answers: the number of the question, and what is said to it.
fn reply_with(answers: &[(u8, &str)]) -> String {
    let entry = |(number, said): &(u8, &str)| match *said {
        "" => json!({ "question": number, "answer": null, "refused": "no idea" }),
        said => json!({ "question": number, "answer": said, "themes": [said] }),
    };
    let entries: Vec<serde_json::Value> = answers.iter().map(entry).collect();
    json!({ "answers": entries, "reasoning": "So." }).to_string()
}

#[test]
fn what_a_reply_leaves_out_is_named_and_added_and_what_it_answers_stands() {
    let questions = ["What would stop you?", "What is it worth?", "Who is it for?"];
    let spec = study(Instrument::Survey {
        stimulus: STIMULUS.to_owned(),
        questions: questions.map(str::to_owned).to_vec(),
    });
    let first_reply = reply_with(&[(2, "A lot")]);
    let first = read_model(&spec, at(4, 0), &first_reply).unwrap();
    let told = left_out(&spec, &first.answer).unwrap();
    assert_eq!(
        told,
        "`answers` leaves out questions 1 and 3; keep the answers that you gave and add them"
    );
    assert!(asks_for_the_rest(&told) && !asks_for_the_rest("`answers` is not a list"));
    let rest = reply_with(&[(1, "Price"), (2, "Nothing"), (3, "")]);
    let whole = read_rest(&spec, at(4, 0), &first, &rest).unwrap();
    let Answer::Survey { answers, refused, themes, .. } = &whole.answer else { panic!() };
    let said = [(questions[0], "Price"), (questions[1], "A lot")];
    let said = said.map(|(question, said)| (question.to_owned(), said.to_owned()));
    assert_eq!(answers, &BTreeMap::from(said));
    assert_eq!(refused[questions[2]], "no idea");
    assert_eq!(themes.len(), 2);
    let named: Vec<&str> = whole.mentions.iter().map(|mention| mention.theme.as_str()).collect();
    assert_eq!(named, ["A lot", "Price"]);
    assert_eq!((left_out(&spec, &whole.answer), &whole.options), (None, &first.options));
    // One that is left out still is told alone; what adds nothing changes nothing.
    let more = read_rest(&spec, at(4, 0), &first, &reply_with(&[(3, "Cooks")])).unwrap();
    let told = left_out(&spec, &more.answer).unwrap();
    assert!(told.starts_with("`answers` leaves out question 1; keep"), "{told}");
    for nothing in [reply_with(&[]), reply_with(&[(2, "Nothing")]), "{}".to_owned()] {
        let read = read_rest(&spec, at(4, 0), &first, &nothing);
        assert_eq!(read, Ok(first.clone()), "{nothing}");
    }
    assert!(read_rest(&spec, at(4, 0), &first, "I said so.").is_err());
    // From what is stored follows the same.
    let concluded = |rest: &str, role| {
        let kept = [(first_reply.as_str(), ReplyRole::Whole), (rest, role)]
            .map(|(reply, role)| (None::<Item>, &End::Finished, reply, role));
        conclude(&spec, at(4, 0), &kept).unwrap()
    };
    assert_eq!(concluded(&rest, ReplyRole::Rest), Ok(whole));
    assert_eq!(concluded("I said so.", ReplyRole::Rest), Ok(first));
    assert_eq!(concluded(&rest, ReplyRole::Whole), read_model(&spec, at(4, 0), &rest));
}
