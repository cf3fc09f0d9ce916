//! What was sent, where respondents read it otherwise: kept beside the specification, so that a program that sent a text finds it
//! in the results as it was, and rewrites of it with the Markdown that still fits; and so that a report tells of pictures that
//! nobody sees.

use protocol::results::Outcomes;
use protocol::sent_texts::SentTexts;
use protocol::study::{Draft, DraftText, PlainText, StudySpec};
use serde::{Deserialize, Serialize};

use super::carry::with_other_text;
use super::front_matter;
use super::html;
use super::render::render;
use crate::domain::instrument::{open_questions, review_of, rewritten};

/// Texts as they were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SentAs {
    /// The content of a review; `None` where experts read it as it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    /// The questions of a survey, all of them; empty where each is read as it was sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    questions: Vec<String>,
    /// How many pictures stand in its texts.
    #[serde(default, skip_serializing_if = "is_zero")]
    pictures: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(pictures: &usize) -> bool {
    *pictures == 0
}

impl SentAs {
    /// What of a draft is read otherwise than it was sent; `None` where nothing is. Of files, which their owner has, only the
    /// pictures count.
    pub(crate) fn of(draft: &Draft, spec: &StudySpec) -> Option<Self> {
        let content = review_of(&spec.instrument).map(|review| review.content.as_str());
        let content = content.zip(sent_alone(&draft.text)).filter(|(read, sent)| {
            *read != sent.sent()
                && front_matter::split(sent).is_ok_and(|parts| render(&parts.body()).text == **read)
        });
        let questions = open_questions(&spec.instrument);
        let is_other = questions.len() == draft.questions.len() && questions != draft.questions;
        let sent = Self {
            content: content.map(|(_, sent)| sent.sent().to_owned()),
            questions: if is_other { draft.questions.clone() } else { Vec::new() },
            pictures: pictures_in(draft),
        };
        (sent != Self::default()).then_some(sent)
    }

    /// What a report says of pictures, as a sentence.
    pub(crate) fn picture_warning(&self) -> Option<String> {
        match self.pictures {
            0 => None,
            1 => Some(
                "Nobody sees the picture in the text: respondents read its caption only."
                    .to_owned(),
            ),
            count => Some(format!(
                "Nobody sees the {count} pictures in the text: respondents read their captions only."
            )),
        }
    }

    /// The texts of a study of that specification and with those results.
    pub(crate) fn texts<'a>(
        &self,
        spec: &StudySpec,
        results: impl IntoIterator<Item = &'a Outcomes>,
    ) -> SentTexts {
        let mut texts = SentTexts::default();
        for (read, sent) in open_questions(&spec.instrument).iter().zip(&self.questions) {
            texts.put(read, sent);
        }
        let review = review_of(&spec.instrument);
        let Some((review, content)) = review.zip(self.content.as_ref()) else { return texts };
        let source = DraftText::plain(content.as_str());
        for rewrite in results.into_iter().flat_map(rewritten) {
            if let Ok(with_marks) = with_other_text(&source, rewrite) {
                texts.put(rewrite, &with_marks.text);
            }
        }
        texts.put(&review.content, content);
        texts
    }
}

/// How many pictures stand in the texts of a draft.
fn pictures_in(draft: &Draft) -> usize {
    let texts =
        std::iter::once(&draft.text).chain(draft.variant_b.iter().map(|second| &second.text));
    let found = texts.filter_map(|text| {
        let parts = front_matter::split(text).ok()?;
        Some(html::pictures_of(&parts.body())?.count)
    });
    found.sum()
}

/// A text that was sent, without what its owner has above it.
fn sent_alone(text: &DraftText) -> Option<DraftText> {
    match text {
        DraftText::File(_) => None,
        DraftText::Plain(PlainText { plain, .. }) => Some(DraftText::plain(plain.as_str())),
    }
}
