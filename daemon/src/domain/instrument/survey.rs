//! The survey: one to ten open questions. What an answer names is counted by question; a question that nobody can
//! answer is said to be unsupported instead of being answered with something else.

use std::collections::{BTreeMap, BTreeSet};

use protocol::results::{Answer, Outcomes, QuestionResult, Theme, ThemeKind};

use super::Unreadable;
use super::reply::{Fields, MENTIONS_MAX, REASONING_MAX, REFUSAL_MAX, THEME_MAX, one_line};
use super::themes::Themes;
use crate::domain::outcome::{Answered, Mention};

/// Standard deviation to plan with, in points of a theme's share: the largest there is.
pub(super) const EXPECTED_SD: (f64, &str) = (50.0, "percentage points of a theme's share, at most");
/// Most characters of one answer.
pub(super) const ANSWER_MAX: usize = 2_000;
/// Quotes of a theme that reports show.
const LEADING: usize = 2;
/// Most characters of an answer that are quoted.
const EXCERPT_MAX: usize = 300;

pub(super) fn questionnaire(stimulus: &str, questions: &[String]) -> String {
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

/// Reads what is said to the questions. What a language model answered stands although it left out other questions: those
/// have no answer, and count as neither answered nor declined.
pub(super) fn read(mut fields: Fields, questions: &[String]) -> Result<Answered, Unreadable> {
    let may_leave_out = fields.is_mended();
    let entries = fields.objects("answers", questions.len())?;
    let reasoning = fields.text_beside("reasoning", REASONING_MAX)?;
    fields.finish()?;
    let (mut answers, mut refused) = (BTreeMap::new(), BTreeMap::new());
    let mut themes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut mentions: Vec<Mention> = Vec::new();
    for mut entry in entries {
        let number =
            entry.integer("question", 1, u8::try_from(questions.len()).unwrap_or(u8::MAX))?;
        let question = questions
            .get(usize::from(number) - 1)
            .map(|question| question.trim().to_owned())
            .ok_or_else(|| Unreadable::invalid("`question` is out of range"))?;
        if answers.contains_key(&question) || refused.contains_key(&question) {
            return Err(Unreadable::invalid("a question is answered twice"));
        }
        let (answer, named) = match said(entry)? {
            Said::Answer { answer, themes } => (answer, themes),
            Said::Declined { reason } => {
                refused.insert(question, reason);
                continue;
            }
        };
        for theme in &named {
            if !mentions.iter().any(|known| known.theme.eq_ignore_ascii_case(theme)) {
                mentions.push(Mention {
                    kind: ThemeKind::Topic,
                    theme: theme.clone(),
                    quote: None,
                });
            }
        }
        if !named.is_empty() {
            themes.insert(question.clone(), named);
        }
        answers.insert(question, answer);
    }
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

/// What is said to one question.
enum Said {
    Answer { answer: String, themes: Vec<String> },
    Declined { reason: String },
}

/// Reads what is said to one question.
fn said(mut entry: Fields) -> Result<Said, Unreadable> {
    let said = match entry.optional_text("refused", REFUSAL_MAX)? {
        Some(reason) => Said::Declined { reason },
        None => {
            Said::Answer { answer: entry.text("answer", ANSWER_MAX)?, themes: names(&mut entry)? }
        }
    };
    entry.finish()?;
    Ok(said)
}

/// Whether that can be read as what is said to one question.
pub(super) fn check_entry(entry: Fields) -> Result<(), Unreadable> {
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

/// Counts of one question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Question {
    answered: u64,
    refused: u64,
    themes: Themes,
}

/// Counts of all questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Questions(Vec<(String, Question)>);

impl Questions {
    pub(super) fn new(questions: &[String]) -> Self {
        Self(questions.iter().map(|q| (q.trim().to_owned(), Question::default())).collect())
    }

    /// Counts what one respondent said; `group` is the respondent's for the choice of quotes.
    pub(super) fn add(&mut self, ordinal: u32, group: &str, answer: &Answer) {
        let Answer::Survey { answers, themes, refused, .. } = answer else { return };
        for (question, counts) in &mut self.0 {
            counts.refused += u64::from(refused.contains_key(question));
            let Some(answer) = answers.get(question) else { continue };
            counts.answered += 1;
            for theme in themes.get(question).into_iter().flatten() {
                let quote = Some(excerpt(answer).to_owned());
                let mention = Mention { kind: ThemeKind::Topic, theme: theme.clone(), quote };
                counts.themes.add(ordinal, group, &[], &mention, None);
            }
        }
    }

    /// The contract's fields.
    pub(super) fn outcomes(&self, common_themes: Vec<String>) -> Outcomes {
        let question_results = self.0.iter().map(|(question, counts)| counts.result(question));
        Outcomes::Survey { question_results: question_results.collect(), common_themes }
    }
}

/// The start of an answer, short enough to quote.
fn excerpt(answer: &str) -> &str {
    answer.char_indices().nth(EXCERPT_MAX).map_or(answer, |(end, _)| &answer[..end])
}

/// An answer that names two themes would be quoted under both. The quotes of each theme are put in an order that begins
/// with answers not yet begun with.
fn spread_quotes(themes: &mut [Theme]) {
    let mut leading = BTreeSet::new();
    for theme in themes {
        // Stable: otherwise they stay in the order of how much they say.
        theme.quotes.sort_by_key(|quote| leading.contains(&quote.answer));
        leading.extend(theme.quotes.iter().take(LEADING).map(|quote| quote.answer));
    }
}

impl Question {
    fn result(&self, question: &str) -> QuestionResult {
        let mut themes = self.themes.report(self.answered);
        spread_quotes(&mut themes);
        QuestionResult {
            question: question.to_owned(),
            supported: self.answered > 0,
            answered: self.answered,
            refused: self.refused,
            summary: self.summary(&themes),
            saturation: self.themes.last_new_theme_at(),
            themes,
        }
    }

    fn summary(&self, themes: &[Theme]) -> String {
        if self.answered == 0 {
            return "Nobody could answer this question; nothing was put in its place.".to_owned();
        }
        let named: Vec<String> = themes
            .iter()
            .take(3)
            .map(|theme| format!("{} ({:.0} %)", theme.theme, 100.0 * theme.share.value))
            .collect();
        let declined =
            if self.refused > 0 { format!(" {} declined.", self.refused) } else { String::new() };
        if named.is_empty() {
            format!("{} answered; no theme was named.{declined}", self.answered)
        } else {
            format!("{} answered, most often with {}.{declined}", self.answered, named.join(", "))
        }
    }
}
