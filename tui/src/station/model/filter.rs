//! Filter of the study list, as typed after `/`: words that the name contains, and fields: `tag:spring`, `state:live`,
//! `type:nps`, `score<4`, `n>=100`. All conditions must hold. A score is only compared with scores of the same study
//! type: `nps<0`, `net<0` and `lead>10` each refer to one type, and `score` refers to the type in the same filter, or
//! else to concept tests. A comparison that cannot be read is reported, because an empty list would be misleading.

use protocol::run::{State, Study};
use protocol::study::StudyType;

use crate::kinds;

/// Fields for comparisons, besides each study type's main metric.
const FIELDS: [&str; 3] = ["score", "n", "answers"];
/// Comparison signs.
const SIGNS: [char; 6] = ['<', '>', '=', '\u{2264}', '\u{2265}', '\u{2260}'];

/// One condition.
#[derive(Clone, Debug, PartialEq)]
enum Term {
    Word(String),
    Tag(String),
    State(String),
    Type(String),
    Score(StudyType, Relation, f64),
    /// A score of study types without scores.
    Scoreless,
    Answers(Relation, f64),
    /// It looks like a comparison but cannot be read; it is also searched for in names.
    Unread(String),
    /// It looks like a field that there is not; it is also searched for in names.
    NoField(String),
}

/// A comparison of two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Below,
    AtMost,
    Above,
    AtLeast,
    /// Equal at the typed precision, in decimals: a value displayed as 5.1 equals 5.1.
    Equal {
        decimals: i32,
    },
}

impl Relation {
    fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Below => value < limit,
            Self::AtMost => value <= limit,
            Self::Above => value > limit,
            Self::AtLeast => value >= limit,
            Self::Equal { decimals } => {
                let scale = 10_f64.powi(decimals);
                ((value * scale).round() - (limit * scale).round()).abs() < 0.5
            }
        }
    }
}

/// Conditions that a study must meet.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Filter {
    terms: Vec<Term>,
}

/// The readable state: running is live, completed is done.
pub(crate) fn state_label(state: State) -> &'static str {
    match state {
        State::Running => "live",
        State::Completed => "done",
        other => other.as_str(),
    }
}

impl Filter {
    /// Parses the typed text. Anything that is not a field is a word; `trouble` reports comparisons that cannot be
    /// read.
    pub(crate) fn read(text: &str) -> Self {
        let words = words(&text.to_lowercase());
        let types = words.iter().filter_map(|word| word.strip_prefix("type:"));
        let scored = scored_type(types);
        let terms = words.iter().map(|word| {
            if let Some((field, value)) = word.split_once(':') {
                match field {
                    "tag" => return Term::Tag(value.to_owned()),
                    "state" => return Term::State(value.to_owned()),
                    "type" => return Term::Type(value.to_owned()),
                    field if is_field(field) => return Term::Unread(word.clone()),
                    // "https://" and "10:30" are words.
                    field if is_name(field) && is_value(value) => {
                        return Term::NoField(word.clone());
                    }
                    _ => {}
                }
            }
            match (compared(word, scored), word.contains(SIGNS)) {
                (Some(term), _) => term,
                (None, true) => Term::Unread(word.clone()),
                (None, false) => Term::Word(word.clone()),
            }
        });
        Self { terms: terms.collect() }
    }

    /// The study type whose scores are compared, if scores are compared and the named types have them.
    pub(crate) fn scores_of(&self) -> Option<StudyType> {
        self.terms.iter().find_map(|term| match term {
            Term::Score(kind, ..) if self.names(*kind) => Some(*kind),
            _ => None,
        })
    }

    /// Whether the named types admit that one.
    fn names(&self, kind: StudyType) -> bool {
        self.terms.iter().all(|term| match term {
            Term::Type(named) => kind.as_str().starts_with(named.as_str()),
            _ => true,
        })
    }

    /// Why no study can ever match, as a sentence.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.terms.iter().find_map(|term| match term {
            Term::Unread(word) => {
                let field = fields().find(|field| {
                    let rest = word.strip_prefix(*field);
                    rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
                });
                let field = field.unwrap_or("score");
                Some(format!("'{word}' is not a comparison: {field}<5."))
            }
            Term::NoField(word) => {
                let field = word.split(':').next().unwrap_or_default();
                Some(format!("There is no filter '{field}:'. {}", known()))
            }
            Term::State(state) if !STATES.iter().any(|known| is_state(*known, state)) => {
                let states: Vec<&str> = STATES.iter().map(|state| state_label(*state)).collect();
                Some(format!("There is no state '{state}': {}.", states.join(", ")))
            }
            Term::Type(kind)
                if !StudyType::ALL.iter().any(|one| one.as_str().starts_with(kind)) =>
            {
                let types: Vec<&str> = StudyType::ALL.iter().map(|one| one.as_str()).collect();
                Some(format!("There is no type '{kind}': {}.", types.join(", ")))
            }
            Term::Scoreless => Some("Studies of the type you name have no score.".to_owned()),
            Term::Score(kind, ..) if !self.names(*kind) => {
                Some("Studies of the type you name have no such score.".to_owned())
            }
            _ => None,
        })
    }

    /// Whether a study meets all conditions; `score` is its main estimate, if it has one.
    pub(crate) fn admits(&self, study: &Study, score: Option<f64>) -> bool {
        self.terms.iter().all(|term| match term {
            Term::Word(word) | Term::Unread(word) | Term::NoField(word) => {
                study.name.to_lowercase().contains(word)
            }
            Term::Tag(tag) => study.tags.iter().any(|own| own.to_lowercase().starts_with(tag)),
            Term::State(state) => is_state(study.state, state),
            Term::Type(kind) => study.instrument.as_str().starts_with(kind),
            Term::Score(kind, relation, limit) => {
                study.instrument == *kind
                    && score.is_some_and(|score| relation.holds(score, *limit))
            }
            Term::Scoreless => false,
            Term::Answers(relation, limit) => {
                relation.holds(f64::from(study.panel.delivered), *limit)
            }
        })
    }
}

/// Every state that a listed study can have.
const STATES: [State; 8] = [
    State::Draft,
    State::Queued,
    State::Running,
    State::Paused,
    State::Finalizing,
    State::Completed,
    State::Failed,
    State::Cancelled,
];

/// Whether the typed text begins the name of a state.
fn is_state(state: State, typed: &str) -> bool {
    state_label(state).starts_with(typed) || state.as_str().starts_with(typed)
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|letter| letter.is_alphabetic() || letter == '_')
}

fn is_value(word: &str) -> bool {
    !word.is_empty() && !word.starts_with('/')
}

/// The filters there are, as a sentence.
fn known() -> String {
    let mut compared: Vec<&str> = fields().collect();
    compared.dedup();
    format!(
        "Filters are tag:, state: and type:, and comparisons such as score<5: {}.",
        compared.join(", ")
    )
}

/// All fields for comparisons.
fn fields() -> impl Iterator<Item = &'static str> {
    let estimates = kinds::VIEWS.iter().filter_map(|view| Some(view.main?.typed));
    FIELDS.into_iter().chain(estimates)
}

fn is_field(word: &str) -> bool {
    fields().any(|field| field == word)
}

/// The words of a filter; spaces around a comparison sign do not separate words.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(last)
                if is_field(last.trim_end_matches(SIGNS))
                    && (last.ends_with(SIGNS) || word.starts_with(SIGNS)) =>
            {
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// The study type whose score is compared where none is named: the first with a score among the admitted types; none if
/// none has a score.
fn scored_type<'a>(types: impl Iterator<Item = &'a str>) -> Option<StudyType> {
    let wanted: Vec<&str> = types.collect();
    let mut admitted = StudyType::ALL.iter().filter(|kind| {
        let has_score = kinds::view(**kind).main.is_some();
        has_score && wanted.iter().all(|wanted| kind.as_str().starts_with(wanted))
    });
    admitted.next().copied()
}

fn compared(word: &str, scored: Option<StudyType>) -> Option<Term> {
    let (field, rest) = word.split_at(word.find(SIGNS)?);
    let (relation, number) = [
        ("<=", Relation::AtMost),
        ("=<", Relation::AtMost),
        ("\u{2264}", Relation::AtMost),
        (">=", Relation::AtLeast),
        ("=>", Relation::AtLeast),
        ("\u{2265}", Relation::AtLeast),
        ("<", Relation::Below),
        (">", Relation::Above),
        ("==", Relation::Equal { decimals: 0 }),
        ("=", Relation::Equal { decimals: 0 }),
    ]
    .into_iter()
    .find_map(|(sign, relation)| rest.strip_prefix(sign).map(|number| (relation, number)))?;
    let is_count = matches!(field, "n" | "answers");
    let (number, decimals) = if is_count { count(number)? } else { decimal(number)? };
    let relation = match relation {
        Relation::Equal { .. } => Relation::Equal { decimals },
        other => other,
    };
    match field {
        "score" => Some(scored.map_or(Term::Scoreless, |kind| Term::Score(kind, relation, number))),
        _ if is_count => Some(Term::Answers(relation, number)),
        field => {
            let is_named = |kind: &&StudyType| {
                kinds::view(**kind).main.is_some_and(|main| main.typed == field)
            };
            let kind = StudyType::ALL.iter().find(is_named)?;
            Some(Term::Score(*kind, relation, number))
        }
    }
}

/// A number with a decimal point or comma and any common minus sign, with its number of decimals.
fn decimal(text: &str) -> Option<(f64, i32)> {
    let text =
        text.replace(['\u{2212}', '\u{2013}', '\u{2010}', '\u{2011}'], "-").replace(',', ".");
    let digits = text.strip_prefix(['-', '+']).unwrap_or(&text);
    let is_number = digits.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let number = text.parse().ok().filter(|_| is_number)?;
    Some((number, i32::try_from(decimals).ok()?))
}

/// A count; commas are thousands separators only.
fn count(text: &str) -> Option<(f64, i32)> {
    let mut groups = text.split(',');
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    if !rest.is_empty() && (first.len() > 3 || rest.iter().any(|group| group.len() != 3)) {
        return None;
    }
    decimal(&text.replace(',', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_are_read_as_people_write_them() {
        let score = |relation, limit| Term::Score(StudyType::ConceptTest, relation, limit);
        let nps = |relation, limit| Term::Score(StudyType::Nps, relation, limit);
        for (typed, term) in [
            ("score<5", score(Relation::Below, 5.0)),
            ("score < 5", score(Relation::Below, 5.0)),
            ("Score < 5", score(Relation::Below, 5.0)),
            ("score <5", score(Relation::Below, 5.0)),
            ("score< 5", score(Relation::Below, 5.0)),
            ("score > = 5", score(Relation::AtLeast, 5.0)),
            ("score =< 5", score(Relation::AtMost, 5.0)),
            ("score\u{2264}5", score(Relation::AtMost, 5.0)),
            ("score=5", score(Relation::Equal { decimals: 0 }, 5.0)),
            ("score == 5.25", score(Relation::Equal { decimals: 2 }, 5.25)),
            ("score<4,5", score(Relation::Below, 4.5)),
            ("nps<\u{2212}20", nps(Relation::Below, -20.0)),
            ("NPS > \u{2013}20", nps(Relation::Above, -20.0)),
            ("n > 1,000", Term::Answers(Relation::Above, 1_000.0)),
            ("answers=100", Term::Answers(Relation::Equal { decimals: 0 }, 100.0)),
        ] {
            let filter = Filter::read(typed);
            assert_eq!((filter.trouble(), filter.terms), (None, vec![term]), "{typed}");
        }
        let equal = Relation::Equal { decimals: 1 };
        assert!(equal.holds(5.149, 5.1) && !equal.holds(5.151, 5.1), "as it is shown");
        assert!(Relation::Equal { decimals: 0 }.holds(-20.4, -20.0));
    }

    #[test]
    fn what_is_no_comparison_is_told() {
        for (typed, told) in [
            ("score<abc", "'score<abc' is not a comparison: score<5."),
            ("meal score<", "'score<' is not a comparison: score<5."),
            ("nps<-", "'nps<-' is not a comparison: nps<5."),
            ("score<nan", "'score<nan' is not a comparison: score<5."),
            ("score<4.5.6", "'score<4.5.6' is not a comparison: score<5."),
            ("score!=5", "'score!=5' is not a comparison: score<5."),
            ("score:5", "'score:5' is not a comparison: score<5."),
            ("n>1,5", "'n>1,5' is not a comparison: n<5."),
            ("scroe<5", "'scroe<5' is not a comparison: score<5."),
            (
                "bogus:foo",
                "There is no filter 'bogus:'. Filters are tag:, state: and type:, and comparisons such as score<5: score, n, answers, mean, net, nps, lead, overall.",
            ),
            (
                "state:dnoe",
                "There is no state 'dnoe': draft, queued, live, paused, finalizing, done, failed, cancelled.",
            ),
            ("type:survey score>5", "Studies of the type you name have no score."),
            ("type:nps lead>10", "Studies of the type you name have no such score."),
        ] {
            let filter = Filter::read(typed);
            assert_eq!((filter.trouble().as_deref(), filter.scores_of()), (Some(told), None));
        }
        // It may be part of a name and is found there.
        let study = crate::station::testing::study(1, "Tea<coffee", State::Completed, 50, 50);
        assert!(Filter::read("tea<coffee").admits(&study, None));
    }
}
