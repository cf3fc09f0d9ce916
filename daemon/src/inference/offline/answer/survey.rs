//! The answer to a survey: open questions, each answered from the respondent's own reasons along the route of the
//! question. A question that fits no route is declined.

use protocol::persona::{Employment, Household};
use protocol::results::ThemeKind;
use serde::Serialize;

use reader::lexicon::Theme;
use reader::response::{Latent, Source, recommend, score};
use reader::voice::{Pointer, Speech};
use reader::questions::{Case, Route};
use super::{Ask, EngineError, PreparedText, like, point, voice_key, words, write};

/// Why the reader does not answer a question.
const CANNOT: &str = "the built-in reader cannot answer this question";

#[derive(Serialize)]
struct SurveyAnswer {
    answers: Vec<Entry>,
    reasoning: String,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Entry {
    Answered { question: usize, answer: String, themes: Vec<String> },
    Refused { question: usize, refused: &'static str },
}

/// What one person makes of the text.
struct Mind<'a> {
    prepared: &'a PreparedText,
    ask: &'a Ask<'a>,
    latent: Latent,
    u: f64,
    /// 0 to 1.
    level: f64,
}

/// The questionnaire of a survey, filled in.
pub(crate) fn survey(prepared: &PreparedText, ask: &Ask<'_>) -> Result<String, EngineError> {
    let (latent, u) = like(prepared, ask, 0)?;
    let level = (f64::from(score(&prepared.reader.weights.thresholds, u)) - 1.0) / 9.0;
    let reasoning = words(prepared, ask, 0, &latent, level).reasoning;
    let mind = Mind { prepared, ask, latent, u, level };
    let answers = (1..)
        .zip(&prepared.routes)
        .map(|(question, route)| match route.and_then(|route| mind.answer(question, route)) {
            Some((answer, themes)) => Entry::Answered { question, answer, themes },
            None => Entry::Refused { question, refused: CANNOT },
        })
        .collect();
    write(&SurveyAnswer { answers, reasoning })
}

impl Mind<'_> {
    /// The answer to a question of that route and the themes it names.
    fn answer(&self, question: usize, route: Route) -> Option<(String, Vec<String>)> {
        let case = |name: &str| self.prepared.reader.answers.case(route, name);
        let (appeal, concern) = ((ThemeKind::Appeal, 2), (ThemeKind::Concern, 2));
        let speech = match route {
            Route::Overall => self.overall(question),
            Route::Barrier | Route::Change => {
                self.reasons(question, concern, case("some")?, case("none")?)
            }
            Route::Appeal => self.reasons(question, appeal, case("some")?, case("none")?),
            Route::Price => self.say(question, case(self.price())?, None),
            Route::Occasion => self.say(question, case(self.occasion())?, None),
            Route::Comparison => {
                let (name, kind) = self.by_level(["worse", "same", "better"]);
                self.say(question, case(name)?, kind)
            }
            Route::Audience => self.say(question, case(self.audience())?, None),
            Route::Recommendation => {
                let (name, kind) = self.recommendation();
                self.say(question, case(name)?, kind)
            }
        };
        let mut themes: Vec<String> = Vec::new();
        for reason in speech.named {
            if !themes.contains(&reason.theme) {
                themes.push(reason.theme);
            }
        }
        (!speech.reasoning.is_empty()).then_some((speech.reasoning, themes))
    }

    /// The same words as in any other study.
    fn overall(&self, question: usize) -> Speech {
        let key = voice_key(self.ask).with(question as u64);
        super::words_with(self.prepared, self.ask, key, 0, &self.latent, self.level)
    }

    /// Reasons of one kind, or that there are none.
    fn reasons(
        &self,
        question: usize,
        reasons: (ThemeKind, usize),
        some: &Case,
        none: &Case,
    ) -> Speech {
        let found = self.say(question, some, Some(reasons));
        if found.named.is_empty() { self.say(question, none, None) } else { found }
    }

    /// A line of the case, then reasons of a kind where they are wanted.
    fn say(&self, question: usize, case: &Case, reasons: Option<(ThemeKind, usize)>) -> Speech {
        let key = voice_key(self.ask).with(500 + question as u64);
        let price = self.latent.contributions.iter().find(|part| part.source == Source::Price);
        let pointer =
            Pointer { opener: &case.lines, reasons, quote: price.and_then(|part| part.span) };
        let mut speech = point(self.prepared, self.ask, key, 0, &self.latent, &pointer);
        if let Some(theme) = &case.theme {
            speech.name_first(theme);
        }
        speech
    }

    fn price(&self) -> &'static str {
        let of = |source: Source| -> Option<f64> {
            let mut parts =
                self.latent.contributions.iter().filter(|part| part.source == source).peekable();
            parts.peek()?;
            Some(parts.map(|part| part.amount).sum())
        };
        let saving = of(Source::Theme(Theme::Benefit(reader::theme::Benefit::Saving)));
        let burden = of(Source::Theme(Theme::Concern(reader::theme::Concern::Price)));
        match of(Source::Price) {
            None => "none",
            Some(cost) => {
                let balance = cost + saving.unwrap_or(0.0) + burden.unwrap_or(0.0);
                // Half of the room between giving nothing and what makes a price worth blaming, twice.
                if balance > -0.18 {
                    "good"
                } else if balance > -0.40 {
                    "fair"
                } else {
                    "dear"
                }
            }
        }
    }

    fn occasion(&self) -> &'static str {
        let persona = self.ask.respondent;
        if self.level < 0.3 {
            return "never";
        }
        match (persona.household, persona.employment) {
            (Household::CoupleWithChildren | Household::SingleParent, _) => "children",
            (_, Employment::Employed) => "working",
            (_, Employment::Retired) => "retired",
            (_, Employment::Student) => "student",
            _ => "any",
        }
    }

    fn audience(&self) -> &'static str {
        self.latent
            .contributions
            .iter()
            .filter_map(|part| match part.source {
                Source::Theme(Theme::Benefit(benefit)) if part.amount > 0.08 => {
                    Some((part.amount, benefit.as_str()))
                }
                _ => None,
            })
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map_or("none", |(_, name)| name)
    }

    /// The name for worse, middling or better, with the kind of reason that goes with it.
    fn by_level(&self, names: [&'static str; 3]) -> (&'static str, Option<(ThemeKind, usize)>) {
        if self.level < 0.4 {
            (names[0], Some((ThemeKind::Concern, 1)))
        } else if self.level < 0.65 {
            (names[1], None)
        } else {
            (names[2], Some((ThemeKind::Appeal, 1)))
        }
    }

    fn recommendation(&self) -> (&'static str, Option<(ThemeKind, usize)>) {
        match recommend(&self.prepared.reader.weights.thresholds, self.u) {
            9.. => ("yes", Some((ThemeKind::Appeal, 1))),
            7 | 8 => ("maybe", Some((ThemeKind::Appeal, 1))),
            _ => ("no", Some((ThemeKind::Concern, 1))),
        }
    }
}
