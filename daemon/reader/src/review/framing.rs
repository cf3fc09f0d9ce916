//! The framing of a text: towards a gain (promotion) or away from a loss (prevention), and how it fits the orientation
//! of audience and goal (Higgins 2000, regulatory fit). It says nothing about compliance with rules.

use rust_stemmers::{Algorithm, Stemmer};
use serde::Deserialize;

use super::levels::MIDDLE;
use super::recipes::ReviewRecipes;
use super::survey::Survey;
use crate::features::{Token, tokenise};
use crate::lexicon::LexiconError;

pub const FRAMING: &str = include_str!("../../../../assets/review/framing.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FramingFile {
    text: Directions,
    audience: Directions,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Directions {
    promotion: Vec<String>,
    prevention: Vec<String>,
}

/// The words of both directions, as stems.
#[derive(Debug)]
pub(super) struct FramingWords {
    text: DirectionStems,
    audience: DirectionStems,
}

#[derive(Debug)]
struct DirectionStems {
    promotion: Vec<String>,
    prevention: Vec<String>,
}

impl FramingWords {
    pub(super) fn parse() -> Result<Self, LexiconError> {
        let file: FramingFile = toml::from_str(FRAMING).map_err(|error| LexiconError {
            file: "review/framing.toml",
            what: error.to_string(),
        })?;
        Ok(Self { text: stems(&file.text), audience: stems(&file.audience) })
    }
}

fn stems(directions: &Directions) -> DirectionStems {
    let stemmer = Stemmer::create(Algorithm::English);
    let all = |lines: &[String]| {
        let words = lines.iter().flat_map(|line| line.split_whitespace());
        let mut stems: Vec<String> = words.map(|word| stemmer.stem(word).into_owned()).collect();
        stems.sort_unstable();
        stems.dedup();
        stems
    };
    DirectionStems {
        promotion: all(&directions.promotion),
        prevention: all(&directions.prevention),
    }
}

impl DirectionStems {
    /// −1 (prevention) to 1 (promotion); 0 where nothing or both is said.
    fn lean(&self, tokens: &[Token]) -> f64 {
        let count = |stems: &[String]| {
            tokens.iter().filter(|token| stems.binary_search(&token.stem).is_ok()).count() as f64
        };
        let (gain, loss) = (count(&self.promotion), count(&self.prevention));
        (gain - loss) / (gain + loss + 1.0)
    }
}

/// The fit of a text's framing to the orientation of its brief, 1 to 10.
pub(super) fn fit(recipes: &ReviewRecipes, survey: &Survey<'_>) -> f64 {
    let text = recipes.framing.text.lean(&survey.tokens);
    let brief = survey.brief;
    let told = [&brief.audience, &brief.goal, &brief.niche, &brief.tone];
    let told: Vec<&str> = told.into_iter().flatten().map(String::as_str).collect();
    let wanted = recipes.framing.audience.lean(&tokenise(&told.join(". ")));
    // Two moderate leans the same way fit as well as a moderate one to a strong one: the square root of their product.
    let product = text * wanted;
    MIDDLE + 4.5 * product.signum() * product.abs().sqrt()
}
