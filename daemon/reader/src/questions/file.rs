//! The answer file: how large a difference must be, the lines of verdicts, and the routes of open questions. It is read
//! once and checked, so that no route can lack a line when a respondent needs it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::lexicon::LexiconError;
use crate::theme::Benefit;
use crate::voice::Lines;

pub const ANSWERS: &str = include_str!("../../../../assets/lexicon/answers.toml");

macro_rules! routes {
    ($($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)?) => {
        /// What an open question is after.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Route { $($(#[$doc])* $variant),+ }

        impl Route {
            /// In the order in which a draw is decided.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

routes! {
    /// What keeps someone from it.
    Barrier = "barrier",
    /// What draws someone to it.
    Appeal = "appeal",
    /// What it may cost.
    Price = "price",
    /// When and where it would be used.
    Occasion = "occasion",
    /// How it stands against what is there today.
    Comparison = "comparison",
    /// Whom it is for.
    Audience = "audience",
    /// Whether they would recommend it.
    Recommendation = "recommendation",
    /// What should be different.
    Change = "change",
    /// What they make of it as a whole.
    Overall = "overall",
}

/// When two variants are the same to someone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preference {
    pub indifference: f64,
    pub spread: f64,
    pub primacy: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteVerdict {
    pub a: Lines,
    pub b: Lines,
    pub none: Lines,
    pub other: Lines,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerLabels {
    pub blank: String,
    pub nonsense: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routing {
    pub referents: Vec<String>,
    pub fillers: Vec<String>,
}

/// One way a question can be answered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The theme that it names by itself, where it does.
    #[serde(default)]
    pub theme: Option<String>,
    pub lines: Lines,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteFile {
    patterns: Vec<String>,
    #[serde(default, rename = "case")]
    cases: BTreeMap<String, Case>,
}

/// Everything in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerFile {
    pub preference: Preference,
    pub verdict: RouteVerdict,
    pub labels: AnswerLabels,
    pub routing: Routing,
    route: BTreeMap<String, RouteFile>,
}

impl AnswerFile {
    /// Reads the embedded file.
    pub fn parse() -> Result<Self, LexiconError> {
        let fault = |what: String| LexiconError { file: "answers.toml", what };
        let file: Self = toml::from_str(ANSWERS).map_err(|error| fault(error.to_string()))?;
        let preference = &file.preference;
        if !(preference.indifference > 0.0
            && preference.spread >= 0.0
            && (0.0..1.0).contains(&preference.primacy))
        {
            return Err(fault("indifference must be positive and primacy below 1".to_owned()));
        }
        for route in Route::ALL {
            let Some(found) = file.route.get(route.as_str()) else {
                return Err(fault(format!("the route '{}' is missing", route.as_str())));
            };
            if found.patterns.is_empty() {
                return Err(fault(format!("the route '{}' has no pattern", route.as_str())));
            }
            for case in cases(*route) {
                if found.cases.get(case).is_none_or(|case| case.lines.is_poor()) {
                    let route = route.as_str();
                    return Err(fault(format!("'{route}.{case}' has no line for everybody")));
                }
            }
        }
        if file.route.len() != Route::ALL.len() {
            return Err(fault("there is a route that nobody knows".to_owned()));
        }
        Ok(file)
    }

    /// The patterns of a route, in lower case.
    pub fn patterns(&self, route: Route) -> &[String] {
        self.route.get(route.as_str()).map_or(&[], |found| &found.patterns)
    }

    /// One way to answer a question of that route.
    pub fn case(&self, route: Route, case: &str) -> Option<&Case> {
        self.route.get(route.as_str())?.cases.get(case)
    }
}

/// The cases that a route must have.
fn cases(route: Route) -> Vec<&'static str> {
    match route {
        Route::Barrier | Route::Appeal | Route::Change => vec!["some", "none"],
        Route::Price => vec!["good", "fair", "dear", "none"],
        Route::Occasion => vec!["never", "children", "working", "retired", "student", "any"],
        Route::Comparison => vec!["better", "same", "worse"],
        Route::Audience => {
            std::iter::once("none").chain(Benefit::ALL.iter().map(|theme| theme.as_str())).collect()
        }
        Route::Recommendation => vec!["yes", "maybe", "no"],
        Route::Overall => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_file_is_sound() {
        let file = AnswerFile::parse();
        assert!(file.is_ok(), "{:?}", file.err());
    }
}
