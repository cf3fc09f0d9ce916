//! The survey: one to ten open questions. Themes are counted by question; a question that no respondent can answer is
//! reported as unsupported instead of being answered with something else.

mod questions;
mod sentences;

use std::collections::BTreeMap;

use protocol::results::{Answer, Outcomes, ThemeKind};
use protocol::study::{Instrument, Order, StudySpec, StudyType};
use serde_json::{Value, json};

use super::templates::SHARED;
use super::{Controls, Rehearsal, StudyKind, Supplied, Template};
use crate::domain::instrument::Unreadable;
use crate::domain::instrument::items::Item;
use crate::domain::instrument::limits::{self, QUESTION_MAX, QUESTIONS_MAX, Violation};
use crate::domain::instrument::normalize_reply::{FieldKind, Form};
use crate::domain::instrument::reply::{
    Fields, MENTIONS_MAX, REASONING_MAX, REFUSAL_MAX, THEME_MAX, one_line,
};
use crate::domain::instrument::tally::{By, Summary, Tally};
use crate::domain::instrument::themes::Themes;
use crate::domain::outcome::{Answered, Assignment, Mention};
use questions::Questions;

/// Standard deviation to plan with, in points of a theme's share: the largest there is.
const EXPECTED_SD: (f64, &str) = (50.0, "percentage points of a theme's share, at most");
/// Most characters of one answer.
pub(in crate::domain::instrument) const ANSWER_MAX: usize = 2_000;

/// The study type.
pub(super) struct SurveyStudy;

impl StudyKind for SurveyStudy {
    fn study_type(&self) -> StudyType {
        StudyType::Survey
    }

    fn compose(&self, material: Supplied) -> Instrument {
        Instrument::Survey {
            stimulus: material.stimulus,
            questions: material.questions.unwrap_or_default(),
        }
    }

    fn texts<'a>(&self, instrument: &'a Instrument) -> Vec<(&'static str, &'a str)> {
        match instrument {
            Instrument::Survey { stimulus, .. } => vec![("stimulus", stimulus)],
            _ => Vec::new(),
        }
    }

    fn keys(&self) -> &'static [&'static str] {
        &["questions"]
    }

    fn questions<'a>(&self, instrument: &'a Instrument) -> &'a [String] {
        match instrument {
            Instrument::Survey { questions, .. } => questions,
            _ => &[],
        }
    }

    fn unanswered<'r>(&self, outcomes: &'r Outcomes) -> Vec<(usize, &'r str)> {
        let Outcomes::Survey { question_results, .. } = outcomes else { return Vec::new() };
        let of_nobody = (1..).zip(question_results).filter(|(_, one)| !one.supported);
        of_nobody.map(|(place, one)| (place, one.question.as_str())).collect()
    }

    fn refuses_less(&self, earlier: &Answer, now: &Answer) -> bool {
        let (
            Answer::Survey { answers: before, refused, .. },
            Answer::Survey { answers, refused: still, .. },
        ) = (earlier, now)
        else {
            return false;
        };
        let more = answers.keys().filter(|question| !before.contains_key(*question));
        before.iter().all(|(question, said)| answers.get(question) == Some(said))
            && more.chain(still.keys()).all(|question| refused.contains_key(question))
    }

    fn check(&self, instrument: &Instrument) -> Vec<Violation> {
        let mut violations = Vec::new();
        for (field, text) in self.texts(instrument) {
            limits::text(&mut violations, field, text);
        }
        check_questions(&mut violations, self.questions(instrument));
        violations
    }

    fn templates(&self) -> &'static [Template] {
        &SHARED
    }

    fn facts(&self, instrument: &Instrument, _order: Order) -> Value {
        let texts = self.texts(instrument);
        let stimulus = texts.first().map_or("", |(_, text)| text.trim());
        json!({ "questions": self.questions(instrument), "stimulus": stimulus })
    }

    fn questionnaire(&self, instrument: &Instrument, _order: Order) -> String {
        let texts = self.texts(instrument);
        let stimulus = texts.first().map_or("", |(_, text)| text.trim());
        questionnaire(stimulus, self.questions(instrument))
    }

    fn controls(&self) -> Controls {
        Controls::Meaningless {
            instead: "open answers are no numbers that could be held against each other, so check the panel with a concept_test",
        }
    }

    fn rehearsal(&self) -> Option<Rehearsal> {
        Some(Rehearsal::OpenQuestions)
    }

    fn form(&self, instrument: &Instrument) -> Form {
        let questions = self.questions(instrument).iter();
        let questions = questions.map(|question| question.trim().to_owned()).collect();
        vec![
            ("answers", FieldKind::Answers(questions)),
            ("reasoning", FieldKind::Text(REASONING_MAX)),
        ]
    }

    fn items(&self, instrument: &Instrument) -> Vec<Item> {
        (1..=self.questions(instrument).len())
            .filter_map(|number| u8::try_from(number).ok().map(Item::Question))
            .chain([Item::Reasons])
            .collect()
    }

    fn read(
        &self,
        spec: &StudySpec,
        _at: Assignment,
        fields: Fields,
    ) -> Result<Answered, Unreadable> {
        read(fields, self.questions(&spec.instrument))
    }

    fn left_out(&self, instrument: &Instrument, answer: &Answer) -> Vec<usize> {
        let Answer::Survey { answers, refused, .. } = answer else { return Vec::new() };
        let is_there =
            |question: &str| answers.contains_key(question) || refused.contains_key(question);
        let questions = (1..).zip(self.questions(instrument));
        let missing = questions.filter(|(_, question)| !is_there(question.trim()));
        missing.map(|(number, _)| number).collect()
    }

    fn read_rest(
        &self,
        spec: &StudySpec,
        _at: Assignment,
        fields: Fields,
        former: &Answered,
    ) -> Result<Answered, Unreadable> {
        let said = said_to_each(fields, self.questions(&spec.instrument))?;
        Ok(said.added_to(former.clone()))
    }

    fn with_texts(&self, mut answer: Answer, change: &dyn Fn(&str) -> String) -> Answer {
        if let Answer::Survey { answers, reasoning, themes, refused } = &mut answer {
            *reasoning = change(reasoning);
            let texts = answers.values_mut().chain(refused.values_mut());
            texts.chain(themes.values_mut().flatten()).for_each(|text| *text = change(text));
        }
        answer
    }

    fn expected_sd(&self) -> (f64, &'static str) {
        EXPECTED_SD
    }

    fn tally(&self) -> Box<dyn Tally> {
        Box::new(SurveyTally::default())
    }

    fn panel_tally(&self, spec: &StudySpec) -> Box<dyn Tally> {
        let questions = Questions::new(self.questions(&spec.instrument));
        Box::new(SurveyTally { answers: 0, questions: Some(questions) })
    }
}

fn questionnaire(stimulus: &str, questions: &[String]) -> String {
    let questions: Vec<String> = (1..)
        .zip(questions)
        .map(|(number, question)| format!("{number}. {}", question.trim()))
        .collect();
    format!(
        "Please read this:\n\n{stimulus}\n\nAnswer each question in your own words:\n{}\n\n\
         Reply with one JSON object: {{\"answers\": [{{\"question\": 1, \"answer\": \"…\", \"themes\": [\"…\"]}}], \
         \"reasoning\": \"…\"}}. For a question you cannot answer give \
         {{\"question\": 1, \"refused\": \"why\"}}.\n",
        questions.join("\n")
    )
}

fn check_questions(violations: &mut Vec<Violation>, questions: &[String]) {
    let mut complain = |what: String, hint: String| {
        violations.push(Violation { field: "questions", what, hint });
    };
    if questions.is_empty() {
        complain(
            "a survey needs at least one question".to_owned(),
            "questions: [ \"What would stop you from trying it?\" ]".to_owned(),
        );
    }
    if questions.len() > QUESTIONS_MAX {
        complain(
            format!("there are {} questions, at most {QUESTIONS_MAX} are allowed", questions.len()),
            format!("drop {} of them", questions.len() - QUESTIONS_MAX),
        );
    }
    for (place, question) in questions.iter().enumerate() {
        let number = place + 1;
        let length = question.trim().chars().count();
        if length == 0 {
            complain(format!("question {number} is empty"), "write it or drop it".to_owned());
        } else if length > QUESTION_MAX {
            complain(
                format!(
                    "question {number} has {length} characters, at most {QUESTION_MAX} are allowed"
                ),
                format!("cut {} characters", length - QUESTION_MAX),
            );
        }
        let earlier = questions.iter().take(place).position(|known| {
            length > 0 && known.trim().to_lowercase() == question.trim().to_lowercase()
        });
        if let Some(earlier) = earlier {
            complain(
                format!("question {number} is the same as question {}", earlier + 1),
                "ask each question once".to_owned(),
            );
        }
    }
}

/// Reads the answers to the questions. If a language model left out some questions, the others are kept: the missing
/// ones have no answer, and count as neither answered nor declined.
fn read(fields: Fields, questions: &[String]) -> Result<Answered, Unreadable> {
    let may_leave_out = fields.is_mended();
    let SaidToEach { answers, refused, themes, mentions, reasoning } =
        said_to_each(fields, questions)?;
    let leaves_out = answers.len() + refused.len() < questions.len();
    if leaves_out && (answers.is_empty() || !may_leave_out) {
        return Err(Unreadable::invalid("a question is not answered"));
    }
    if answers.is_empty() {
        return Err(Unreadable::Refused { reason: "no question could be answered".to_owned() });
    }
    Ok(Answered {
        answer: Answer::Survey { answers, reasoning, themes, refused },
        mentions,
        options: None,
        channels: None,
    })
}

/// What a reply says to the questions, each by its text.
#[derive(Default)]
struct SaidToEach {
    answers: BTreeMap<String, String>,
    refused: BTreeMap<String, String>,
    themes: BTreeMap<String, Vec<String>>,
    mentions: Vec<Mention>,
    reasoning: String,
}

impl SaidToEach {
    /// Notes the themes of the answer to a question.
    fn note_themes(&mut self, question: String, named: Vec<String>) {
        mention(&mut self.mentions, &named);
        if !named.is_empty() {
            self.themes.insert(question, named);
        }
    }

    /// A former answer with what is said here to the questions that it left out.
    fn added_to(self, mut former: Answered) -> Answered {
        let Answer::Survey { answers, refused, themes, reasoning } = &mut former.answer else {
            return former;
        };
        for (question, said) in self.answers {
            if answers.contains_key(&question) || refused.contains_key(&question) {
                continue;
            }
            if let Some(named) = self.themes.get(&question) {
                mention(&mut former.mentions, named);
                themes.insert(question.clone(), named.clone());
            }
            answers.insert(question, said);
        }
        for (question, why) in self.refused {
            if !answers.contains_key(&question) {
                refused.entry(question).or_insert(why);
            }
        }
        if reasoning.is_empty() {
            *reasoning = self.reasoning;
        }
        former
    }
}

/// Adds the themes that are not there yet.
fn mention(mentions: &mut Vec<Mention>, named: &[String]) {
    for theme in named {
        if !mentions.iter().any(|known| known.theme.eq_ignore_ascii_case(theme)) {
            mentions.push(Mention { kind: ThemeKind::Topic, theme: theme.clone(), quote: None });
        }
    }
}

/// Reads what is said to each question, be it to all of them or not.
fn said_to_each(mut fields: Fields, questions: &[String]) -> Result<SaidToEach, Unreadable> {
    let entries = fields.objects("answers", questions.len())?;
    let reasoning = fields.text_beside("reasoning", REASONING_MAX)?;
    fields.finish()?;
    let mut each = SaidToEach { reasoning, ..SaidToEach::default() };
    for mut entry in entries {
        let number =
            entry.integer("question", 1, u8::try_from(questions.len()).unwrap_or(u8::MAX))?;
        let question = questions
            .get(usize::from(number) - 1)
            .map(|question| question.trim().to_owned())
            .ok_or_else(|| Unreadable::invalid("`question` is out of range"))?;
        if each.answers.contains_key(&question) || each.refused.contains_key(&question) {
            return Err(Unreadable::invalid("a question is answered twice"));
        }
        match said(entry)? {
            QuestionReply::Answer { answer, themes } => {
                each.note_themes(question.clone(), themes);
                each.answers.insert(question, answer);
            }
            QuestionReply::Declined { reason } => {
                each.refused.insert(question, reason);
            }
        }
    }
    Ok(each)
}

/// The reply to one question.
enum QuestionReply {
    Answer { answer: String, themes: Vec<String> },
    Declined { reason: String },
}

/// Reads the reply to one question.
fn said(mut entry: Fields) -> Result<QuestionReply, Unreadable> {
    let said = match entry.optional_text("refused", REFUSAL_MAX)? {
        Some(reason) => QuestionReply::Declined { reason },
        None => QuestionReply::Answer {
            answer: entry.text("answer", ANSWER_MAX)?,
            themes: names(&mut entry)?,
        },
    };
    entry.finish()?;
    Ok(said)
}

/// Checks that an entry can be read as the reply to one question.
pub(in crate::domain::instrument) fn check_entry(entry: Fields) -> Result<(), Unreadable> {
    said(entry).map(drop)
}

fn names(entry: &mut Fields) -> Result<Vec<String>, Unreadable> {
    let mut named: Vec<String> = Vec::new();
    for theme in entry.texts("themes", MENTIONS_MAX, THEME_MAX)? {
        let theme = one_line(&theme);
        if !named.iter().any(|known| known.eq_ignore_ascii_case(&theme)) {
            named.push(theme);
        }
    }
    Ok(named)
}

/// Counts of a group of answers: how many, and for the whole panel the replies to each question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct SurveyTally {
    answers: u64,
    questions: Option<Questions>,
}

impl Tally for SurveyTally {
    fn add(&mut self, by: By<'_>, answers: &[&Answer]) {
        for answer in answers.iter().filter(|answer| answer.study_type() == StudyType::Survey) {
            self.answers += 1;
            if let Some(questions) = &mut self.questions {
                questions.add(by, answer);
            }
        }
    }

    fn n(&self) -> u64 {
        self.answers
    }

    fn outcomes(&self, _seed: u64, themes: &Themes) -> Option<Outcomes> {
        let questions = self.questions.as_ref().filter(|_| self.answers > 0)?;
        Some(Outcomes::Survey {
            question_results: questions.results(),
            common_themes: themes.top(ThemeKind::Topic),
        })
    }

    fn conclusions(&self, summary: &Summary<'_>) -> Vec<String> {
        let Outcomes::Survey { question_results, .. } = summary.outcomes else {
            return Vec::new();
        };
        let questions = (1..).zip(question_results);
        let mut told: Vec<String> =
            questions.map(|(place, question)| sentences::question(place, question)).collect();
        told.extend(sentences::saturation(question_results, summary.panel));
        told.extend(summary.groups.parted());
        told
    }
}
