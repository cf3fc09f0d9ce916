//! One number of an answer, by the name that its estimate has: what results are broken down by and studies are compared
//! by. Values are whole numbers; their mean, times a factor, is the estimate, so that groups are counted and never summed
//! in floating point.

use protocol::results::{Answer, Estimate, Preference, PurchaseIntent, Sentiment, ThemeKind};
use protocol::study::StudyType;

use super::ab_test::Verdict;
use super::{concept_test, nps};
use crate::domain::nearest::nearest;
use crate::domain::outcome::Answered;
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, estimate};

/// What the names of themes begin with: `theme.Price` counts who names it at all, `concern.Price` who names it against.
const THEMES: [(&str, Option<ThemeKind>); 3] = [
    ("theme.", None),
    ("appeal.", Some(ThemeKind::Appeal)),
    ("concern.", Some(ThemeKind::Concern)),
];

/// Why a study has no such number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoQuantity {
    /// The study type has no number of that name.
    #[error("A {study_type} study has no result '{name}'")]
    Unknown {
        /// The study's type.
        study_type: StudyType,
        /// The name that was given.
        name: String,
        /// The known name that was probably meant.
        near: Option<String>,
    },
    /// Open answers have no one number: a theme has to be chosen.
    #[error("A survey has no one number: a theme has to be named")]
    NoTheme,
}

/// One number of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    field: String,
    reading: Reading,
}

/// How the number is read.
#[derive(Clone, Debug, PartialEq)]
enum Reading {
    /// The score on the scale of the instrument.
    Score((i32, i32)),
    /// Promoters minus detractors.
    Promoters,
    /// Positive minus negative.
    Feeling,
    /// Preferring A minus preferring B.
    Lead,
    /// Twice the score of a variant.
    Variant(Preference),
    /// Twice the score of A minus that of B.
    Gap,
    /// Whether something holds.
    Share(Trait),
}

/// What may hold of an answer.
#[derive(Clone, Debug, PartialEq)]
enum Trait {
    /// The score lies between these two.
    Between(u8, u8),
    /// Definitely or probably.
    WouldBuy,
    Intent(PurchaseIntent),
    Sentiment(Sentiment),
    Prefers(Preference),
    /// Names that theme, for whatever or for one reason; compared without regard to case.
    Names(Option<ThemeKind>, String),
}

impl Quantity {
    /// The number of that name; without one the study type's own.
    ///
    /// # Errors
    /// When the study type has no such number, or is a survey and none is named.
    pub fn of(study_type: StudyType, name: Option<&str>) -> Result<Self, NoQuantity> {
        let name = match name {
            Some(name) => name.trim(),
            None => own(study_type).ok_or(NoQuantity::NoTheme)?,
        };
        let known = fields(study_type);
        let found = known.iter().find(|(field, _)| field == name).cloned();
        let (field, reading) = found.or_else(|| theme(name)).ok_or_else(|| {
            let names: Vec<&str> = known.iter().map(|(field, _)| field.as_str()).collect();
            let near = nearest(name, &names).map(ToOwned::to_owned);
            NoQuantity::Unknown { study_type, name: name.to_owned(), near }
        })?;
        Ok(Self { field, reading })
    }

    /// Its name, as estimates have it.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// Whether it is the share of those who name a theme.
    #[must_use]
    pub fn is_theme(&self) -> bool {
        matches!(self.reading, Reading::Share(Trait::Names(..)))
    }

    /// Every name but those of themes, for that study type.
    #[must_use]
    pub fn names(study_type: StudyType) -> Vec<String> {
        fields(study_type).into_iter().map(|(field, _)| field).collect()
    }

    /// Lowest and highest value.
    pub(super) fn scale(&self) -> (i32, i32) {
        match self.reading {
            Reading::Score(scale) => scale,
            Reading::Promoters | Reading::Feeling | Reading::Lead => (-1, 1),
            Reading::Variant(_) => (2, 20),
            Reading::Gap => (-18, 18),
            Reading::Share(_) => (0, 1),
        }
    }

    /// What a mean of values is multiplied with.
    pub(super) fn factor(&self) -> f64 {
        match &self.reading {
            Reading::Score(_) | Reading::Share(Trait::Names(..)) => 1.0,
            Reading::Variant(_) | Reading::Gap => 0.5,
            Reading::Promoters | Reading::Feeling | Reading::Lead | Reading::Share(_) => 100.0,
        }
    }

    /// The value of everything that one respondent answered; `None` of nothing, or of another instrument's answers.
    pub(super) fn value(&self, said: &[&Answered]) -> Option<i32> {
        let first = said.first()?;
        let preference = || verdict(said).map(Verdict::preference);
        Some(match &self.reading {
            Reading::Score(_) => i32::from(score(&first.answer)?),
            Reading::Promoters => match score(&first.answer)? {
                9.. => 1,
                7 | 8 => 0,
                _ => -1,
            },
            Reading::Feeling => match sentiment(&first.answer)? {
                Sentiment::Positive => 1,
                Sentiment::Negative => -1,
                Sentiment::Neutral | Sentiment::Mixed => 0,
            },
            Reading::Lead => match preference()? {
                Preference::A => 1,
                Preference::B => -1,
                Preference::None => 0,
            },
            Reading::Variant(Preference::B) => verdict(said)?.doubled().1,
            Reading::Variant(_) => verdict(said)?.doubled().0,
            Reading::Gap => {
                let (a, b) = verdict(said)?.doubled();
                a - b
            }
            Reading::Share(wanted) => i32::from(match wanted {
                Trait::Between(low, high) => (*low..=*high).contains(&score(&first.answer)?),
                Trait::WouldBuy => intent(&first.answer)? <= PurchaseIntent::Probably,
                Trait::Intent(wanted) => intent(&first.answer)? == *wanted,
                Trait::Sentiment(wanted) => sentiment(&first.answer)? == *wanted,
                Trait::Prefers(wanted) => preference()? == *wanted,
                Trait::Names(kind, theme) => said
                    .iter()
                    .flat_map(|answered| &answered.mentions)
                    .filter(|mention| kind.is_none_or(|kind| kind == mention.kind))
                    .any(|mention| folded(&mention.theme) == *theme),
            }),
        })
    }

    /// The estimate of a group with those values; `None` of an empty one.
    pub(super) fn estimate(&self, values: &Histogram) -> Option<Estimate> {
        let (n, ones) = (values.n(), values.between(1, 1));
        match &self.reading {
            Reading::Score(_) | Reading::Variant(_) => {
                Some(estimate::scaled(estimate::mean(values, LEVEL)?, self.factor()))
            }
            Reading::Gap => {
                Some(super::ab_test::paired(estimate::scaled(estimate::mean(values, LEVEL)?, 0.5)))
            }
            Reading::Promoters => estimate::nps(ones, values.between(-1, -1), n, LEVEL),
            Reading::Feeling | Reading::Lead => {
                estimate::net_share(ones, values.between(-1, -1), n, LEVEL)
            }
            Reading::Share(Trait::Names(..)) => estimate::share(ones, n, LEVEL),
            Reading::Share(_) => estimate::percent(ones, n, LEVEL),
        }
    }
}

/// The number a study type is read by; of a survey there is none.
pub(super) fn own(study_type: StudyType) -> Option<&'static str> {
    match study_type {
        StudyType::ConceptTest => Some("mean_score"),
        StudyType::Sentiment => Some("net_sentiment"),
        StudyType::Nps => Some("nps_score"),
        StudyType::AbTest => Some("a_minus_b_pct"),
        StudyType::Survey => None,
    }
}

fn fields(study_type: StudyType) -> Vec<(String, Reading)> {
    let feelings = Sentiment::ALL.iter().map(|sentiment| {
        (format!("{sentiment}_pct"), Reading::Share(Trait::Sentiment(*sentiment)))
    });
    let share = |name: &str, wanted: Trait| (name.to_owned(), Reading::Share(wanted));
    let mut fields = match study_type {
        StudyType::ConceptTest => {
            let intents = PurchaseIntent::ALL.iter().map(|intent| {
                (format!("purchase_intent.{intent}"), Reading::Share(Trait::Intent(*intent)))
            });
            let mut fields = vec![
                ("mean_score".to_owned(), Reading::Score(concept_test::SCALE)),
                share("top_two_box_pct", Trait::Between(9, 10)),
                share("would_buy_pct", Trait::WouldBuy),
            ];
            fields.extend(intents);
            fields
        }
        StudyType::Nps => vec![
            ("nps_score".to_owned(), Reading::Promoters),
            ("mean_score".to_owned(), Reading::Score(nps::SCALE)),
            share("promoters_pct", Trait::Between(9, 10)),
            share("passives_pct", Trait::Between(7, 8)),
            share("detractors_pct", Trait::Between(0, 6)),
        ],
        StudyType::Sentiment => vec![("net_sentiment".to_owned(), Reading::Feeling)],
        StudyType::AbTest => vec![
            ("a_minus_b_pct".to_owned(), Reading::Lead),
            share("variant_a_pct", Trait::Prefers(Preference::A)),
            share("variant_b_pct", Trait::Prefers(Preference::B)),
            share("no_preference_pct", Trait::Prefers(Preference::None)),
            ("variant_a_score".to_owned(), Reading::Variant(Preference::A)),
            ("variant_b_score".to_owned(), Reading::Variant(Preference::B)),
            ("score_difference".to_owned(), Reading::Gap),
        ],
        StudyType::Survey => Vec::new(),
    };
    if matches!(study_type, StudyType::ConceptTest | StudyType::Nps | StudyType::Sentiment) {
        fields.extend(feelings);
    }
    fields
}

/// A theme by its name.
fn theme(name: &str) -> Option<(String, Reading)> {
    let (prefix, kind) = THEMES.iter().find(|(prefix, _)| name.starts_with(prefix))?;
    let theme = name.get(prefix.len()..).map(str::trim).filter(|theme| !theme.is_empty())?;
    let reading = Reading::Share(Trait::Names(*kind, folded(theme)));
    Some((format!("{prefix}{theme}"), reading))
}

/// The name of a theme's share.
#[must_use]
pub fn theme_field(kind: ThemeKind, theme: &str) -> String {
    let prefix =
        THEMES.iter().find(|(_, known)| *known == Some(kind)).map_or("theme.", |(p, _)| *p);
    format!("{prefix}{theme}")
}

/// Themes that differ only in case or spacing are one.
pub(super) fn folded(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn verdict(said: &[&Answered]) -> Option<Verdict> {
    let mut verdicts = said.iter().map(|answered| Verdict::single(&answered.answer));
    let first = verdicts.next()??;
    match verdicts.next() {
        Some(second) => Some(Verdict::both(first, second?)),
        None => Some(first),
    }
}

fn score(answer: &Answer) -> Option<u8> {
    match answer {
        Answer::ConceptTest { score, .. } | Answer::Nps { score, .. } => Some(*score),
        Answer::Sentiment { .. } | Answer::Survey { .. } | Answer::AbTest { .. } => None,
    }
}

fn sentiment(answer: &Answer) -> Option<Sentiment> {
    match answer {
        Answer::ConceptTest { sentiment, .. }
        | Answer::Nps { sentiment, .. }
        | Answer::Sentiment { sentiment, .. } => Some(*sentiment),
        Answer::Survey { .. } | Answer::AbTest { .. } => None,
    }
}

fn intent(answer: &Answer) -> Option<PurchaseIntent> {
    match answer {
        Answer::ConceptTest { purchase_intent, .. } => Some(*purchase_intent),
        _ => None,
    }
}
