//! What is typed after `/` on the list: words that the name contains, and fields: `tag:spring`, `state:live`, `type:nps`,
//! `score<4`, `n>=100`. All of them must hold. A score is only compared with scores of its own kind: `nps<0`, `net<0` and
//! `lead>10` are about one study type each, and `score` is about the type that stands in the same filter, else about concept
//! tests.

use protocol::run::{State, Study};
use protocol::study::StudyType;

use crate::station::instrument;

/// One condition.
#[derive(Clone, Debug, PartialEq)]
enum Term {
    Word(String),
    Tag(String),
    State(String),
    Type(String),
    Score(StudyType, Relation, f64),
    Answers(Relation, f64),
}

/// How two numbers stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Below,
    AtMost,
    Above,
    AtLeast,
}

impl Relation {
    fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Below => value < limit,
            Self::AtMost => value <= limit,
            Self::Above => value > limit,
            Self::AtLeast => value >= limit,
        }
    }
}

/// Conditions that a study must meet.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Filter {
    terms: Vec<Term>,
}

/// The state as people name it: running is live, completed is done.
pub(crate) fn state_label(state: State) -> &'static str {
    match state {
        State::Running => "live",
        State::Completed => "done",
        other => other.as_str(),
    }
}

impl Filter {
    /// Reads what was typed. Nothing is wrong: what is no field is a word.
    pub(crate) fn read(text: &str) -> Self {
        let text = text.to_lowercase();
        let words = || text.split_whitespace();
        let scored = scored_type(words().filter_map(|word| word.strip_prefix("type:")));
        let terms = words().map(|word| {
            if let Some((field, value)) = word.split_once(':') {
                match field {
                    "tag" => return Term::Tag(value.to_owned()),
                    "state" => return Term::State(value.to_owned()),
                    "type" => return Term::Type(value.to_owned()),
                    _ => {}
                }
            }
            compared(word, scored).unwrap_or_else(|| Term::Word(word.to_owned()))
        });
        Self { terms: terms.collect() }
    }

    /// The study type whose scores are compared, where some are.
    pub(crate) fn scores_of(&self) -> Option<StudyType> {
        self.terms.iter().find_map(|term| match term {
            Term::Score(kind, ..) => Some(*kind),
            _ => None,
        })
    }

    /// Whether a study meets all of them; `score` is its main estimate, where it has one.
    pub(crate) fn admits(&self, study: &Study, score: Option<f64>) -> bool {
        self.terms.iter().all(|term| match term {
            Term::Word(word) => study.name.to_lowercase().contains(word),
            Term::Tag(tag) => study.tags.iter().any(|own| own.to_lowercase().starts_with(tag)),
            Term::State(state) => {
                state_label(study.state).starts_with(state)
                    || study.state.as_str().starts_with(state)
            }
            Term::Type(kind) => study.instrument.as_str().starts_with(kind),
            Term::Score(kind, relation, limit) => {
                study.instrument == *kind
                    && score.is_some_and(|score| relation.holds(score, *limit))
            }
            Term::Answers(relation, limit) => {
                relation.holds(f64::from(study.panel.delivered), *limit)
            }
        })
    }
}

/// The study type whose score is compared where none is named: the only one with a score that those types admit.
fn scored_type<'a>(types: impl Iterator<Item = &'a str>) -> StudyType {
    let wanted: Vec<&str> = types.collect();
    let mut admitted = StudyType::ALL.iter().filter(|kind| {
        let has_score = instrument::of(**kind).main.is_some();
        has_score && wanted.iter().all(|wanted| kind.as_str().starts_with(wanted))
    });
    match (admitted.next(), admitted.next()) {
        (Some(only), None) => *only,
        _ => StudyType::ConceptTest,
    }
}

fn compared(word: &str, scored: StudyType) -> Option<Term> {
    let at = word.find(['<', '>'])?;
    let (field, rest) = word.split_at(at);
    let (relation, number) = [
        ("<=", Relation::AtMost),
        (">=", Relation::AtLeast),
        ("<", Relation::Below),
        (">", Relation::Above),
    ]
    .into_iter()
    .find_map(|(sign, relation)| rest.strip_prefix(sign).map(|number| (relation, number)))?;
    let number = number.parse().ok()?;
    match field {
        "score" => Some(Term::Score(scored, relation, number)),
        "mean" => Some(Term::Score(StudyType::ConceptTest, relation, number)),
        "nps" => Some(Term::Score(StudyType::Nps, relation, number)),
        "net" => Some(Term::Score(StudyType::Sentiment, relation, number)),
        "lead" => Some(Term::Score(StudyType::AbTest, relation, number)),
        "n" | "answers" => Some(Term::Answers(relation, number)),
        _ => None,
    }
}
