//! The experts of a review. Every respondent has one of the roles in `assets/experts`, by their place in the panel: a role
//! has a lens, which weighs the dimensions, and a strictness, which varies from one expert of the role to the next.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use protocol::review::{Dimension, DimensionScore, Hundredths};
use rand_core::Rng;
use serde::Deserialize;

use crate::domain::digest::Digest;
use crate::domain::stats::bootstrap::generator;

/// The files, in the order in which roles are given to respondents.
const FILES: [(&str, &str); 6] = [
    ("strategist.toml", include_str!("../../../../../../assets/experts/strategist.toml")),
    ("copy_editor.toml", include_str!("../../../../../../assets/experts/copy_editor.toml")),
    (
        "platform_specialist.toml",
        include_str!("../../../../../../assets/experts/platform_specialist.toml"),
    ),
    ("psychologist.toml", include_str!("../../../../../../assets/experts/psychologist.toml")),
    ("audience_member.toml", include_str!("../../../../../../assets/experts/audience_member.toml")),
    ("brand_guardian.toml", include_str!("../../../../../../assets/experts/brand_guardian.toml")),
];

/// The weight of a dimension that a lens does not name.
const PLAIN_WEIGHT: u32 = 1;
/// The greatest weight of a dimension.
const WEIGHT_MAX: u32 = 5;
/// The greatest strictness of a role, in points of a score.
const STRICTNESS_MAX: f64 = 3.0;
/// How far the strictness of two experts of one role can lie apart from that of the role, in points.
const STRICTNESS_SPREAD: f64 = 0.6;

/// What is wrong with the file of a role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The expert file {file} {what}")]
pub(crate) struct RoleError {
    /// The name of the file.
    pub file: String,
    /// The fault; completes the sentence.
    pub what: String,
}

/// The role of an expert.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpertRole {
    /// Its name in answers.
    #[serde(rename = "role")]
    pub name: String,
    /// What such an expert is called in a sentence.
    pub title: String,
    /// What such an expert looks for; completes "You look for …".
    pub looks_for: String,
    /// Points that such experts take off a score on average.
    strictness: f64,
    /// Weights of dimensions.
    lens: BTreeMap<Dimension, u32>,
}

impl ExpertRole {
    /// Reads the file of a role.
    ///
    /// # Errors
    /// When it is not well formed, names an unknown dimension, or has a weight or a strictness outside of its limits.
    fn parse(file: &str, text: &str) -> Result<Self, RoleError> {
        let fault = |what: String| RoleError { file: file.to_owned(), what };
        let role: Self = toml::from_str(text)
            .map_err(|error| fault(format!("cannot be read: {}", error.message())))?;
        if role.lens.is_empty() {
            return Err(fault("has an empty lens: name at least one dimension".to_owned()));
        }
        let wrong = role.lens.iter().find(|(_, weight)| !(1..=WEIGHT_MAX).contains(*weight));
        if let Some((dimension, weight)) = wrong {
            return Err(fault(format!(
                "gives {dimension} the weight {weight}; weights are 1 to {WEIGHT_MAX}"
            )));
        }
        if !(-STRICTNESS_MAX..=STRICTNESS_MAX).contains(&role.strictness) {
            return Err(fault(format!(
                "has the strictness {}; it is at most {STRICTNESS_MAX} points either way",
                role.strictness
            )));
        }
        Ok(role)
    }

    /// The roles as shipped.
    fn shipped() -> &'static [Self] {
        #[allow(
            clippy::expect_used,
            reason = "the files are part of the program, and a test reads them all"
        )]
        static SHIPPED: LazyLock<Vec<ExpertRole>> = LazyLock::new(|| {
            let roles = FILES.iter().map(|(file, text)| ExpertRole::parse(file, text));
            roles.collect::<Result<_, _>>().expect("the shipped experts are sound")
        });
        &SHIPPED
    }

    /// The weight of a dimension in the overall score of such an expert.
    #[must_use]
    pub(crate) fn weight(&self, dimension: Dimension) -> u32 {
        self.lens.get(&dimension).copied().unwrap_or(PLAIN_WEIGHT)
    }
}

/// SHA-256 (hex) over the files of all roles.
#[must_use]
pub(super) fn hash() -> String {
    Digest::new().texts(FILES.iter().flat_map(|(file, text)| [*file, *text])).finish_hex()
}

/// One expert of a panel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Expert {
    /// Their role.
    pub role: &'static ExpertRole,
    /// Points that they take off a score; negative for one who gives more.
    pub strictness: f64,
}

impl Expert {
    /// The expert at that place of the panel.
    #[must_use]
    pub(crate) fn of(seed: u64, respondent: u32) -> Self {
        let roles = ExpertRole::shipped();
        let place = usize::try_from(respondent).unwrap_or(0) % roles.len().max(1);
        let drawn = generator(seed, &format!("strictness of expert {respondent}")).next_u32();
        let along = 2.0 * f64::from(drawn) / f64::from(u32::MAX) - 1.0;
        let role = &roles[place];
        Self { role, strictness: role.strictness + STRICTNESS_SPREAD * along }
    }

    /// The overall score: the mean of the scores, weighted by the lens, in hundredths; a half is rounded up. Zero without a
    /// score.
    #[must_use]
    pub(crate) fn overall(&self, scores: &[DimensionScore]) -> Hundredths {
        let weighted = scores.iter().map(|one| (self.role.weight(one.dimension), one.score));
        let (weights, sum) = weighted.fold((0, 0), |(weights, sum), (weight, score)| {
            (weights + weight, sum + weight * u32::from(score))
        });
        let hundredths = (200 * sum + weights).checked_div(2 * weights).unwrap_or(0);
        Hundredths(u16::try_from(hundredths).unwrap_or(u16::MAX))
    }

    /// How strict they are, in a word.
    #[must_use]
    pub(crate) fn manner(&self) -> &'static str {
        match self.strictness {
            0.35.. => "strict",
            ..-0.35 => "generous",
            _ => "even-handed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(lens: &str, strictness: &str) -> Result<ExpertRole, String> {
        let text = format!(
            "role = \"x\"\ntitle = \"x\"\nlooks_for = \"x\"\nstrictness = {strictness}\n[lens]\n{lens}"
        );
        ExpertRole::parse("x.toml", &text).map_err(|error| error.to_string())
    }

    #[test]
    fn six_roles_ship_and_each_tells_itself_apart() {
        let roles = ExpertRole::shipped();
        assert_eq!(roles.len(), 6);
        for (role, (file, _)) in roles.iter().zip(FILES) {
            assert_eq!(format!("{}.toml", role.name), file);
        }
    }

    #[test]
    fn a_broken_lens_is_refused_with_its_file() {
        assert!(parse("clarity = 3", "0.2").is_ok());
        for (lens, strictness, says) in [
            ("", "0.2", "x.toml has an empty lens"),
            ("clarity = 0", "0.2", "gives clarity the weight 0"),
            ("clarity = 6", "0.2", "gives clarity the weight 6"),
            ("clearness = 2", "0.2", "x.toml cannot be read: unknown variant `clearness`"),
            ("clarity = -1", "0.2", "x.toml cannot be read"),
            ("clarity = 2", "9.0", "has the strictness 9"),
            ("clarity = 2", "nan", "has the strictness NaN"),
        ] {
            let error = parse(lens, strictness).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn the_lens_weighs_the_overall_score_and_code_rounds_it() {
        let scores = |clarity, curiosity| {
            [(Dimension::Clarity, clarity), (Dimension::Curiosity, curiosity)]
                .map(|(dimension, score)| DimensionScore { dimension, score })
        };
        let expert = |place| Expert::of(7, place);
        assert_eq!(expert(1).role.name, "copy_editor");
        // The copy editor weighs clarity three times as much as curiosity; the platform specialist the other way round.
        assert_eq!(expert(1).overall(&scores(8, 4)), Hundredths(700));
        assert_eq!(expert(2).overall(&scores(8, 4)), Hundredths(500));
        assert_eq!(expert(0).overall(&scores(7, 8)), Hundredths(767), "23/3 is rounded");
        assert_eq!(expert(0).overall(&[]), Hundredths(0));
    }

    #[test]
    fn roles_go_round_and_strictness_is_drawn_for_each() {
        let of = |place| Expert::of(7, place);
        assert_eq!(of(0).role, of(6).role);
        assert_ne!(of(0).strictness, of(6).strictness);
        assert_eq!(of(6), Expert::of(7, 6));
        assert!((0..600).all(|place| of(place).strictness.abs() < 1.2));
    }
}
