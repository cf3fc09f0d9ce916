//! Survey section, question by question: answers, themes and quotes, and whether a larger panel would have named new
//! themes.

use protocol::results::{QuestionResult, Results};

use crate::kinds;
use crate::look::{Role, thousands};
use crate::report::page::ReportPage;
use crate::report::themes;

/// Themes of each question that are shown.
const THEMES: usize = 4;

/// Draws the section.
pub(crate) fn draw(results: &Results, page: &mut ReportPage) {
    for (number, question) in (1..).zip(kinds::found(&results.outcomes).questions) {
        draw_question(number, question, page);
    }
}

fn draw_question(number: usize, question: &QuestionResult, page: &mut ReportPage) {
    let answered = format!("{} answered, 95 % interval", thousands(question.answered));
    let remark = if question.supported { answered.as_str() } else { "" };
    page.heading(&format!("Question {number}"), remark);
    page.paragraph(&question.question, "  ", "  ", Some(Role::Strong));
    if !question.supported {
        page.paragraph(
            "Not supported: nobody could answer this question, and nothing was put in its place.",
            "  ",
            "  ",
            Some(Role::Warning),
        );
        return;
    }
    for theme in question.themes.iter().take(THEMES) {
        themes::draw_theme(theme, Role::Accent, page);
    }
    page.paragraph(&question.summary, "  ", "  ", Some(Role::Dim));
    if let Some(saturation) = question.saturation {
        let last = thousands(saturation);
        page.paragraph(
            &format!("No answer after that of respondent {last} named anything new."),
            "  ",
            "  ",
            Some(Role::Dim),
        );
    }
}
