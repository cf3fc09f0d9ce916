//! The material of a study: the body of the file, the questions of a survey, the two variants of an A/B test. Each
//! part keeps its place, so that a problem is reported where it occurs.

use protocol::hint::{Hint, Remedy};
use protocol::review::Neighbours;
use protocol::study::{Draft, Instrument, Problem, StudyType};

use super::front_matter::{self, Parts};
use super::given::Given;
use super::prose::no_prose;
use super::render::{Remains, Rendered, code_blocks, render};
use super::review;
use super::{SettingsReader, Violation};
use super::{carry, html, language, like};
use crate::domain::instrument::{self, Layout, REVIEW_KEYS, Supplied};

/// The material of a study, with the places of its parts.
pub(super) struct StimulusMaterial {
    pub(super) instrument: Instrument,
    /// The text whose first words become the study's name, if none is given.
    pub(super) title: String,
    /// Field of the material → place.
    places: Vec<(&'static str, String)>,
    /// Missing parts that were already reported.
    missing: Vec<&'static str>,
    /// The place where the body begins.
    body: String,
    /// Whether there is a body that contains only comments.
    only_comments: bool,
    /// Field → text as respondents read it.
    texts: Vec<(&'static str, String)>,
}

impl StimulusMaterial {
    /// Reads the material from the file and its settings.
    pub(super) fn read(
        study_type: StudyType,
        draft: &Draft,
        parts: &Parts,
        reader: &mut SettingsReader<'_>,
    ) -> Self {
        let body = format!("{}:{}", draft.file, parts.body_line);
        let stimulus = parts.body();
        let questions = reader.take("questions", Given::lines);
        let questions: Option<Vec<String>> =
            questions.map(|questions| match reader.given("questions") {
                // Those of another study are what its respondents read already.
                Some(given) if given.place == like::PLACE => questions,
                _ => questions.iter().map(|one| render(one).text).collect(),
            });
        let orders = reader.take("orders", Given::word);
        reader.only_where_taken("questions", study_type);
        reader.only_where_taken("orders", study_type);
        let mut missing = Vec::new();
        let review = review::read(study_type, reader, &mut missing);
        let layout = instrument::layout(study_type);
        if let (Some(second), Layout::OneText) = (&draft.variant_b, layout) {
            reader.problems.push(Problem {
                place: second.file.clone(),
                what: format!("a second file is for an A/B test, and this is a {study_type} study"),
                hint: Hint::from("run it by itself").or(Remedy::set(
                    "or make it an A/B test",
                    "study",
                    "ab_test",
                )),
            });
        }
        let mut places = Vec::new();
        for key in std::iter::once("questions").chain(REVIEW_KEYS) {
            if let Some(given) = reader.given(key) {
                places.push((key, given.place.clone()));
            }
        }
        let mut material = Self {
            title: String::new(),
            instrument: instrument::compose(study_type, Supplied::default()),
            places,
            missing,
            body,
            only_comments: parts.lines.is_empty() && !parts.hidden.is_empty(),
            texts: Vec::new(),
        };
        // A list that could not be read was already reported; that it is empty afterwards is not a second problem.
        if questions.is_none() && reader.given("questions").is_some() {
            material.missing.push("questions");
        }
        let sources = match (layout, &draft.variant_b) {
            (Layout::OneText, _) => Default::default(),
            (Layout::TwoVariants, Some(_)) => material.two_files(draft, parts, reader),
            (Layout::TwoVariants, None) => material.two_parts(draft, parts, reader),
        };
        let code = match layout {
            Layout::OneText => code_blocks(&stimulus),
            Layout::TwoVariants => Vec::new(),
        };
        let page_title = if material.title.is_empty() && html::is_page(&stimulus) {
            html::page_title(&stimulus)
        } else {
            String::new()
        };
        let (stimulus, variants) = match layout {
            Layout::OneText => {
                let field = instrument::text_field(study_type);
                (material.shown(field, &stimulus, reader), Default::default())
            }
            Layout::TwoVariants => {
                let [a, b] = sources;
                let a = material.shown("variant_a", &a, reader);
                (String::new(), [a, material.shown("variant_b", &b, reader)])
            }
        };
        if material.title.is_empty() {
            material.title = page_title;
        }
        if material.title.is_empty() {
            material.title =
                material.texts.first().map(|(_, text)| text.clone()).unwrap_or_default();
        }
        let source = match layout {
            Layout::OneText if instrument::takes(study_type, REVIEW_KEYS[0]) => {
                carry::marked_body(&draft.text)
            }
            Layout::OneText | Layout::TwoVariants => None,
        };
        let supplied = Supplied { stimulus, code, source, variants, questions, orders, review };
        material.instrument = instrument::compose(study_type, supplied);
        material
    }

    /// A text as respondents read it. One that says nothing is reported here.
    fn shown(
        &mut self,
        field: &'static str,
        source: &str,
        reader: &mut SettingsReader<'_>,
    ) -> String {
        let Rendered { text, remains } = render(source);
        let name = field.replace('_', " ");
        let problem = match remains {
            Remains::Nothing if !source.trim().is_empty() => Some((
                format!("the {name} has no words"),
                "signs, emoji and empty tables say nothing; say in a sentence what it is",
            )),
            Remains::Code => Some((
                format!("the {name} is nothing but code"),
                "say in a sentence what it is; code may stand beside it",
            )),
            Remains::Addresses => Some((
                format!("the {name} is nothing but an address"),
                "paste the text of the page; nobody follows links",
            )),
            Remains::Pictures => Some((
                format!("the {name} is nothing but pictures without captions"),
                "say in words what they show; nobody sees a picture",
            )),
            Remains::Words | Remains::Nothing => None,
        };
        if let Some((what, hint)) = problem {
            let place = self.place(field).to_owned();
            reader.problems.push(Problem { place, what, hint: hint.into() });
            self.missing.push(field);
        }
        self.texts.push((field, text.clone()));
        text
    }

    fn place(&self, field: &str) -> &str {
        let known = self.places.iter().find(|(known, _)| *known == field);
        known.map_or(&self.body, |(_, place)| place)
    }

    /// The problem of a content that is no prose: the built-in reader would judge its signs as words.
    pub(super) fn unread(&self) -> Option<Problem> {
        let review = instrument::review_of(&self.instrument)?;
        let kind = no_prose(&review.content, &review.code)?;
        let field = instrument::text_field(self.instrument.study_type());
        if self.missing.contains(&field) {
            return None;
        }
        Some(Problem {
            place: self.place(field).to_owned(),
            what: format!(
                "the content is mostly {}, and the built-in reader reads prose only",
                kind.told()
            ),
            hint: Hint::from(
                "paste the text that readers see; code may stand beside it between lines of ```",
            )
            .or(Remedy::set("or ask a language model", "engine", "NAME")),
        })
    }

    /// The problems of texts, questions and competitors that are not English, and of an audience that is not described in it.
    pub(super) fn foreign(&self) -> Vec<Problem> {
        let texts = self.texts.iter().filter(|(field, _)| !self.missing.contains(field));
        let texts = texts.filter_map(|(field, text)| {
            language::foreign(self.place(field), &format!("the {}", field.replace('_', " ")), text)
        });
        let questions = instrument::open_questions(&self.instrument).iter().enumerate();
        let questions = questions.filter_map(|(at, question)| {
            language::foreign(self.place("questions"), &format!("question {}", at + 1), question)
        });
        let review = instrument::review_of(&self.instrument);
        let competitors = review.into_iter().flat_map(|review| match &review.neighbours {
            Neighbours::Given { texts } => texts.as_slice(),
            Neighbours::Stock | Neighbours::Generated { .. } => &[],
        });
        let competitors = competitors.enumerate().filter_map(|(at, text)| {
            let name = format!("competitor {}", at + 1);
            language::foreign(self.place("competitors"), &name, text)
        });
        let audience = review.and_then(|review| {
            let words = review.target_audience.as_deref()?;
            language::foreign(self.place("target_audience"), "the audience", words)
        });
        texts.chain(questions).chain(competitors).chain(audience).collect()
    }

    /// The violations as problems, each at the place of its field.
    pub(super) fn of_violations(&self, violations: Vec<Violation>) -> Vec<Problem> {
        violations
            .into_iter()
            .filter(|violation| !self.missing.contains(&violation.field))
            .map(|violation| {
                let known = self.places.iter().find(|(field, _)| *field == violation.field);
                let mut hint = Hint::from(violation.hint);
                if known.is_none() && self.only_comments {
                    hint = hint.or("what stands in comments is not shown");
                }
                Problem {
                    place: known.map_or_else(|| self.body.clone(), |(_, place)| place.clone()),
                    what: violation.what,
                    hint,
                }
            })
            .collect()
    }

    /// The first file is variant A, with the settings of both; the second is variant B.
    fn two_files(
        &mut self,
        draft: &Draft,
        parts: &Parts,
        reader: &mut SettingsReader<'_>,
    ) -> [String; 2] {
        let Some(second) = &draft.variant_b else { return Default::default() };
        let text = match front_matter::split(&second.text) {
            Ok(split) if split.entries.is_empty() => {
                self.places.push(("variant_b", format!("{}:{}", second.file, split.body_line)));
                split.body()
            }
            Ok(_) => {
                reader.problems.push(Problem {
                    place: format!("{}:1", second.file),
                    what: "the second file of an A/B test has settings of its own".to_owned(),
                    hint: format!("move them to {}", draft.file).into(),
                });
                self.missing.push("variant_b");
                String::new()
            }
            Err(malformed) => {
                reader.problems.push(Problem {
                    place: format!("{}:{}", second.file, malformed.line),
                    what: malformed.what,
                    hint: malformed.hint.into(),
                });
                self.missing.push("variant_b");
                String::new()
            }
        };
        [parts.body(), text]
    }

    /// The body contains both variants, each under its heading; a title above them names the study.
    fn two_parts(
        &mut self,
        draft: &Draft,
        parts: &Parts,
        reader: &mut SettingsReader<'_>,
    ) -> [String; 2] {
        const FIELDS: [&str; 2] = ["variant_a", "variant_b"];
        let mut found: [Option<(usize, Vec<&str>)>; 2] = [None, None];
        let mut headings = [0_usize; 2];
        let mut current = None;
        let mut above: Vec<(usize, &str)> = Vec::new();
        let mut complain = |line: usize, what: String, hint: Hint| {
            let place = format!("{}:{line}", draft.file);
            reader.problems.push(Problem { place, what, hint });
        };
        for (line, text) in parts.lines.iter().map(|line| (line.number, line.text.as_str())) {
            if let Some(variant) = heading(text) {
                let letter = ["A", "B"][variant];
                if found[variant].is_some() {
                    complain(line, format!("there are two variants {letter}"), "keep one".into());
                } else {
                    headings[variant] = line;
                    found[variant] = Some((line + 1, Vec::new()));
                }
                current = Some(variant);
                continue;
            }
            match current.and_then(|variant| found[variant].as_mut()) {
                Some((first, lines)) => {
                    if lines.is_empty() && text.trim().is_empty() {
                        *first = line + 1;
                    } else {
                        lines.push(text);
                    }
                }
                None if text.trim().is_empty() => {}
                None => above.push((line, text)),
            }
        }
        for (variant, field) in FIELDS.into_iter().enumerate() {
            if let Some((line, lines)) = &found[variant] {
                // A text begins at its first non-blank line; a blank text has only its heading.
                let blank = lines.iter().all(|line| line.trim().is_empty());
                let line = if blank { headings[variant] } else { *line };
                self.places.push((field, format!("{}:{line}", draft.file)));
            } else {
                self.missing.push(field);
                let heading = ["## Variant A", "## Variant B"][variant];
                complain(
                    parts.body_line,
                    format!("there is no heading '{heading}'"),
                    Hint::from("put both variants into the file, each under its heading").or(
                        Remedy::owner("give two files", "demoscope run FILE FILE --study ab_test"),
                    ),
                );
            }
        }
        let both = found.iter().all(Option::is_some);
        if let Some((line, _)) = above.iter().find(|(_, text)| !text.trim_start().starts_with('#'))
            && both
        {
            complain(
                *line,
                "nobody would see this text: it stands above both variants".to_owned(),
                "move it into the variants, or into context:".into(),
            );
        }
        let texts = found.map(|part| {
            part.map(|(_, lines)| lines.join("\n").trim().to_owned()).unwrap_or_default()
        });
        self.title = above.first().map(|(_, title)| render(title).text).unwrap_or_default();
        texts
    }
}

/// Which variant a heading begins: 0 for A, 1 for B.
fn heading(line: &str) -> Option<usize> {
    let text = line.trim().strip_prefix('#')?.trim_start_matches('#').trim();
    let text = text.trim_end_matches([':', '#']).trim_end();
    if text.eq_ignore_ascii_case("variant a") {
        Some(0)
    } else if text.eq_ignore_ascii_case("variant b") {
        Some(1)
    } else {
        None
    }
}
