//! Answers for a person to read: five to each text of `read.json` of the set that is kept aside, with who gave them, in
//! a file and not on the screen, so that nobody who writes rules sees them by accident.

use harness::Link;
use protocol::id::StudyId;
use protocol::persona::Persona;
use protocol::results::{Answer, Response};
use protocol::study::StudyType;

use super::asker::{Asker, draft};
use super::texts::Set;
use crate::row::Row;

/// Answers to each text.
const EACH: u32 = 5;

/// Writes the answers into the file named after `answers`.
pub(super) fn write() -> Vec<Row> {
    let file = std::env::args().nth(3).unwrap_or_else(|| "answers.txt".to_owned());
    let asker = Asker::new(Set::Aside);
    let mut page = String::new();
    let mut answers = 0;
    for (seed, text) in (1..).zip(Set::Aside.texts("read")) {
        let study = asker.put(draft(&text.text, StudyType::ConceptTest, EACH, seed)).unwrap();
        asker.ended(Some(study)).unwrap();
        page.push_str(&format!("==== {}\n\n{}\n\n", text.id, text.text.trim()));
        for answer in said(&asker.link, study) {
            answers += 1;
            page.push_str(&format!("{answers}. {answer}\n\n"));
        }
    }
    std::fs::write(file, page).unwrap();
    vec![Row::note("answers written", f64::from(answers), "")]
}

/// The answers of a study, each as a line on its respondent and what they said.
fn said(link: &Link, study: StudyId) -> Vec<String> {
    let answers = link.all_answers(study).unwrap();
    answers.iter().filter_map(line).collect()
}

fn line(response: &Response) -> Option<String> {
    let Answer::ConceptTest { score, sentiment, reasoning, purchase_intent } = &response.answer
    else {
        return None;
    };
    let who = response.respondent.persona().map(who).unwrap_or_default();
    Some(format!(
        "[{score} of 10, {sentiment}, would buy: {purchase_intent}] {who}\n   {reasoning}"
    ))
}

/// A respondent in a line.
fn who(persona: &Persona) -> String {
    format!(
        "{}, {}, {}, {}, {}, income {}",
        persona.gender,
        persona.age,
        persona.region,
        persona.education,
        persona.household,
        persona.income_bracket
    )
}
