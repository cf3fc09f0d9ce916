//! The results of each open question: how many answered, how many declined, and which themes are named, with quotes.

use std::collections::BTreeSet;

use protocol::results::{Answer, QuestionResult, Theme, ThemeKind};

use crate::domain::instrument::tally::By;
use crate::domain::instrument::themes::Themes;
use crate::domain::outcome::Mention;

/// Quotes of a theme that must differ between themes: those that reports show.
const LEADING: usize = 2;
/// Most characters of an answer that are quoted.
const EXCERPT_MAX: usize = 300;

/// Counts of one question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct QuestionCounts {
    answered: u64,
    refused: u64,
    themes: Themes,
}

/// Counts of all questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Questions(Vec<(String, QuestionCounts)>);

impl Questions {
    pub(super) fn new(questions: &[String]) -> Self {
        Self(questions.iter().map(|q| (q.trim().to_owned(), QuestionCounts::default())).collect())
    }

    /// Counts the replies of one respondent.
    pub(super) fn add(&mut self, By { ordinal, group }: By<'_>, answer: &Answer) {
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

    /// The result of each question, in the order asked.
    pub(super) fn results(&self) -> Vec<QuestionResult> {
        self.0.iter().map(|(question, counts)| counts.result(question)).collect()
    }
}

/// The start of an answer, short enough to quote.
fn excerpt(answer: &str) -> &str {
    answer.char_indices().nth(EXCERPT_MAX).map_or(answer, |(end, _)| &answer[..end])
}

/// Orders the quotes of each theme so that answers which no earlier theme begins with come first. Otherwise an answer
/// that names two themes would be quoted under both.
fn spread_quotes(themes: &mut [Theme]) {
    let mut leading = BTreeSet::new();
    for theme in themes {
        // Stable sort: otherwise they stay in the order of specificity.
        theme.quotes.sort_by_key(|quote| leading.contains(&quote.answer));
        leading.extend(theme.quotes.iter().take(LEADING).map(|quote| quote.answer));
    }
}

impl QuestionCounts {
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
