//! Survey view: one to ten open questions. There is no score: the mosaic shows who has answered, and the themes are the
//! result.

use protocol::results::{Answer, Outcomes};
use protocol::study::Instrument;

use super::{
    AnswerParts, FieldInput, FormField, Marks, Material, Open, Opening, OutcomeParts, StudyView,
};

/// The view of the survey.
pub(super) static VIEW: StudyView = StudyView {
    title: "survey",
    about: "asks open questions and groups what people say",
    stimulus: "what it is about; the questions stand in the field Questions or in the front matter",
    asked: "Everyone read the text below and answered the open questions in their own words.",
    topics: "Over all questions",
    fields: &[FormField {
        key: "questions",
        label: "Questions",
        hint: "one a line, up to ten",
        input: FieldInput::Text,
    }],
    material,
    parts,
    texts_mut,
    brief: |parts| {
        let (answers, refused) =
            parts.open.map_or((0, 0), |open| (open.answers.len(), open.refused.len()));
        format!("{answers} of {} questions answered", answers + refused)
    },
    besides: &[("answer", "text")],
    scale: (0, 2),
    mark: |_| "answered".to_owned(),
    mark_of: |_| 1,
    marks: Marks::Answers,
    has_level: false,
    found,
    opening: Opening::Reasons,
    ..StudyView::PLAIN
};

fn material(instrument: &Instrument) -> Material<'_> {
    let Instrument::Survey { stimulus, questions } = instrument else {
        return Material::default();
    };
    let fields = vec![("questions", questions.join("\n"))];
    Material { questions, fields, ..Material::of_text(stimulus) }
}

fn parts(answer: &Answer) -> AnswerParts<'_> {
    let Answer::Survey { answers, reasoning, themes, refused } = answer else {
        return AnswerParts::default();
    };
    AnswerParts {
        reasoning,
        open: Some(Open { answers, refused, themes }),
        ..AnswerParts::default()
    }
}

fn texts_mut(answer: &mut Answer) -> Vec<&mut String> {
    let Answer::Survey { reasoning, answers, refused, .. } = answer else { return Vec::new() };
    let texts = answers.values_mut().chain(refused.values_mut());
    std::iter::once(reasoning).chain(texts).collect()
}

fn found(outcomes: &Outcomes) -> OutcomeParts<'_> {
    let Outcomes::Survey { question_results, .. } = outcomes else {
        return OutcomeParts::default();
    };
    OutcomeParts { questions: question_results, ..OutcomeParts::default() }
}
