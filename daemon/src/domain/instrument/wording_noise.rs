//! Wording noise: how much a panel mean of the built-in respondent model moves between two texts that say the same. It
//! is a measured constant for each scale (`assets/reader/wording_noise.toml`), belongs to one edition of the reader, and
//! is part of every interval of a comparison of two texts. The same text has none against itself.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use protocol::results::Estimate;
use serde::Deserialize;

use crate::domain::stats::wording::widened;

const FILE: &str = include_str!("../../../../assets/reader/wording_noise.toml");

/// A scale on which wording noise was measured. The unit of each is in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WordingScale {
    /// A mean score.
    Score,
    /// The share of answers in one part of the scale of scores.
    ScoreShare,
    /// The Net Promoter Score.
    Nps,
    /// A's share minus B's.
    NetPreference,
    /// The share that prefers A, B or neither.
    PreferenceShare,
    /// Positive minus negative.
    NetSentiment,
    /// The share of one sentiment.
    SentimentShare,
    /// The share that would buy, or of one answer on purchase intent.
    IntentShare,
    /// The share that names a theme.
    ThemeShare,
    /// The share of experts who would click.
    ClickRate,
    /// The mean overall score of a content review.
    ReviewOverall,
}

/// The measured wording noise of one edition of the reader.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WordingNoise {
    reader: String,
    pairs: u32,
    /// Standard deviation of the difference of two panel means, in the unit of the scale.
    sd: BTreeMap<WordingScale, f64>,
}

impl WordingNoise {
    /// The wording noise as shipped, whatever edition answers; `None` only if the file is broken, which a test rules out.
    #[must_use]
    pub(crate) fn shipped() -> Option<&'static Self> {
        static SHIPPED: LazyLock<Option<WordingNoise>> =
            LazyLock::new(|| toml::from_str(FILE).ok());
        SHIPPED.as_ref()
    }

    /// The wording noise of the model that answers; `None` unless it is the edition of the built-in reader that was
    /// measured. Results of every other model and edition stay what they are.
    #[must_use]
    pub(crate) fn of_model(model: &str) -> Option<&'static Self> {
        Self::shipped().filter(|noise| noise.reader == model)
    }

    /// The standard deviation between two texts that say the same, in the unit of the scale; 0 where none is known.
    #[must_use]
    pub(crate) fn sd(&self, scale: WordingScale) -> f64 {
        self.sd.get(&scale).copied().unwrap_or(0.0)
    }

    /// How it was measured, for a sentence.
    #[must_use]
    pub(crate) fn source(&self) -> String {
        match self.pairs {
            0 => "a provisional figure".to_owned(),
            pairs => format!("measured on {pairs} pairs of such texts"),
        }
    }
}

/// The different sentences of a text, each with the square root of its share of the text's words: the wording of each
/// sentence errs by itself, so that a text that changes in one sentence has only the noise of that sentence. A sentence that
/// stands there often has the words of all places, so that the squares sum up to 1 in every text.
pub(super) fn weighted_sentences(text: &str) -> impl Iterator<Item = (f64, &str)> {
    let sentences = text
        .split(['.', '!', '?', '\n'])
        .map(str::trim)
        .filter(|sentence| sentence.contains(char::is_alphanumeric));
    let mut words: BTreeMap<&str, usize> = BTreeMap::new();
    for sentence in sentences {
        *words.entry(sentence).or_default() += sentence.split_whitespace().count();
    }
    let all = words.values().sum::<usize>() as f64;
    words.into_iter().map(move |(sentence, words)| (libm::sqrt(words as f64 / all), sentence))
}

/// The factor of wording noise in a sum of readings, each with its weight, its sign and its sentence: √(Σ c² / 2), where c
/// is the sum of signed weights of one sentence. Two texts without a common sentence, one minus the other, give 1; a text
/// minus itself gives 0.
#[must_use]
pub(super) fn factor<T: Ord>(readings: impl IntoIterator<Item = (f64, T)>) -> f64 {
    let mut sums: BTreeMap<T, f64> = BTreeMap::new();
    for (sign, text) in readings {
        *sums.entry(text).or_default() += sign;
    }
    libm::sqrt(sums.values().map(|sum| sum * sum).sum::<f64>() / 2.0)
}

/// What the interval of one number has to include.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Widening {
    /// Standard deviation in the unit of the number, above 0.
    pub(super) sd: f64,
    /// Least and greatest value of the number.
    pub(super) scale: Option<(f64, f64)>,
}

impl Widening {
    /// The estimate with its interval widened.
    pub(super) fn of(self, estimate: Estimate) -> Estimate {
        widened(estimate, self.sd, self.scale)
    }
}

/// The wording noise of a study that compares two texts of its own.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Widenings {
    /// The numbers that compare them, by name.
    pub(super) of: BTreeMap<String, Widening>,
    /// How the noise was measured, for a sentence.
    pub(super) source: String,
}

impl Widenings {
    /// The estimate of that name, with its interval widened if it compares the two texts.
    pub(super) fn apply(&self, field: &str, estimate: Estimate) -> Estimate {
        match self.of.get(field) {
            Some(widening) => widening.of(estimate),
            None => estimate,
        }
    }
}

#[cfg(test)]
impl WordingNoise {
    /// The same deviation, in the unit of each scale, for every scale.
    pub(crate) fn everywhere(sd: f64) -> Self {
        let known = Self::shipped().into_iter().flat_map(|noise| noise.sd.keys());
        Self { reader: String::new(), pairs: 60, sd: known.map(|scale| (*scale, sd)).collect() }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, reason = "exact where exactness is the point")]

    use super::*;

    #[test]
    fn the_shipped_file_has_every_scale() {
        let noise: WordingNoise = toml::from_str(FILE).unwrap();
        assert_eq!(noise.sd.len(), 11, "{noise:?}");
        assert!(noise.sd.values().all(|sd| sd.is_finite() && *sd > 0.0), "{noise:?}");
        assert_eq!(Some(&noise), WordingNoise::of_model(&noise.reader));
        for other in ["offline-reader/1", "gpt-5", "offline", ""] {
            assert_eq!(WordingNoise::of_model(other), None, "{other}");
        }
    }

    #[test]
    fn one_sentence_in_four_has_half_the_noise() {
        let text = |last: &str| format!("One two three. Four five six! Seven eight nine? {last}.");
        let (a, b) = (text("Ten eleven twelve"), text("Ten eleven zero"));
        let of = |text: &'static str, sign: f64| {
            weighted_sentences(text).map(move |(weight, sentence)| (sign * weight, sentence))
        };
        let (a, b): (&'static str, &'static str) = (a.leak(), b.leak());
        assert!((factor(of(a, 1.0).chain(of(b, -1.0))) - 0.5).abs() < 1e-12);
        assert!(factor(of(a, 1.0).chain(of(a, -1.0))).abs() < 1e-12);
    }

    #[test]
    fn repeating_a_text_gives_it_no_more_noise() {
        let (once, other) = ("One two three. Four five six!", "Seven eight nine. Ten!");
        let against = |text: &str| {
            let minus = weighted_sentences(other).map(|(weight, sentence)| (-weight, sentence));
            factor(weighted_sentences(text).chain(minus))
        };
        for times in [1, 2, 60] {
            let found = against(&vec![once; times].join("\n"));
            assert!((found - 1.0).abs() < 1e-12, "{times} times: {found}");
        }
    }

    #[test]
    fn a_text_has_no_noise_against_itself_and_once_against_another() {
        assert_eq!(factor([(1.0, "x"), (-1.0, "x")]), 0.0);
        assert_eq!(factor([(1.0, "x"), (-1.0, "y")]), 1.0);
        // Two A/B tests against each other: the variant that stayed the same drops out.
        assert_eq!(factor([(-1.0, "x"), (1.0, "y"), (1.0, "z"), (-1.0, "y")]), 1.0);
        let four = factor([(-1.0, "x"), (1.0, "y"), (1.0, "z"), (-1.0, "w")]);
        assert!((four - std::f64::consts::SQRT_2).abs() < 1e-15);
        assert_eq!(factor([(-1.0, "x"), (1.0, "y"), (1.0, "y"), (-1.0, "x")]), 2.0, "turned round");
    }
}
