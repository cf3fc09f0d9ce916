//! The response of a respondent to a text: a value on one latent scale, and from it a score, a purchase intent and a
//! sentiment. Every term is kept, so that the reasons given afterwards are the terms that counted.

use protocol::results::{PurchaseIntent, Sentiment};

use super::draw::DrawKey;
use super::features::{Evidence, Span};
use super::lexicon::Theme;
use super::theme::{Benefit, Concern};
use super::topics::{TopicId, effects};
use super::traits::AnswerTraits;
use super::veto::VetoKind;
use super::weights::Thresholds;
use super::{Reader, Reading};

/// Where a part of the liking comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// What everybody starts from.
    Base,
    /// The person's general generosity.
    Generosity,
    /// Cues of a theme.
    Theme(Theme),
    /// The price.
    Price,
    /// Harder to read than the person was schooled for.
    Reading,
    /// Something that matters more to some people than to others.
    Topic(TopicId),
    /// Loud selling, to a sceptic.
    Hype,
    /// It speaks to the context.
    Fit,
    /// Numbers and names.
    Specifics,
    /// It says next to nothing.
    Empty,
    /// It makes no sense.
    Nonsense,
    /// Nobody would want it.
    Veto(VetoKind),
}

/// One term of the liking.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contribution {
    /// Where it comes from.
    pub source: Source,
    /// What it adds; negative when it takes away.
    pub amount: f64,
    /// The words that caused it, where there are any.
    pub span: Option<Span>,
    /// Whether a sentence of its theme is true of those words.
    pub theme_is_sure: bool,
}

/// One person's liking of one text, with its terms.
#[derive(Clone, Debug, PartialEq)]
pub struct Latent {
    /// V: what can be explained.
    pub v: f64,
    /// The terms, which sum to V.
    pub contributions: Vec<Contribution>,
}

impl Latent {
    /// Whether something contributes.
    #[must_use]
    pub fn has(&self, source: Source) -> bool {
        self.contributions.iter().any(|part| part.source == source)
    }

    /// Why the text is rejected, and the clause that gives it away.
    #[must_use]
    pub fn veto(&self) -> Option<(VetoKind, Option<Span>)> {
        self.contributions.iter().find_map(|part| match part.source {
            Source::Veto(kind) => Some((kind, part.span)),
            _ => None,
        })
    }
}

/// The liking lost for saying little halves with so many content stems: so few that a complaint costs more than what it
/// adds to a text that says something.
const EMPTY_STEMS: f64 = 3.0;

/// g(c) = 1 − 2^{−c}: the first mention counts most.
fn saturate(count: f64) -> f64 {
    1.0 - libm::exp2(-count)
}

/// The terms of a liking, as they are found.
#[derive(Default)]
struct Terms(Vec<Contribution>);

impl Terms {
    /// A term of no weight is none.
    fn add(&mut self, source: Source, amount: f64, span: Option<Span>) {
        if amount != 0.0 {
            self.0.push(Contribution { source, amount, span, theme_is_sure: false });
        }
    }

    fn add_theme(&mut self, theme: Theme, amount: f64, noticed: Option<Evidence>) {
        if amount != 0.0 {
            self.0.push(Contribution {
                source: Source::Theme(theme),
                amount,
                span: noticed.map(|clause| clause.span),
                theme_is_sure: noticed.is_some_and(|clause| clause.theme_is_sure),
            });
        }
    }

    fn sum(self) -> Latent {
        let v = self.0.iter().map(|part| part.amount).sum();
        Latent { v, contributions: self.0 }
    }
}

/// V of a text for a person.
#[must_use]
pub fn latent(reader: &Reader, reading: &Reading, traits: &AnswerTraits) -> Latent {
    let (weights, features) = (&reader.weights, &reading.features);
    let mut terms = Terms::default();
    terms.add(Source::Base, weights.base, None);
    terms.add(Source::Generosity, traits.generosity, None);
    if !features.makes_sense() {
        terms.add(Source::Nonsense, -weights.nonsense, None);
        return terms.sum();
    }
    if let Some((kind, span)) = features.veto {
        terms.add(Source::Veto(kind), -weights.veto, Some(span));
        return terms.sum();
    }
    let stems = features.stems.len() as f64;
    terms.add(Source::Empty, -weights.empty * libm::exp2(-stems / EMPTY_STEMS), None);
    for &theme in Benefit::ALL {
        let mass = &features.benefits[theme.index()];
        let amount = weights.benefit(theme) * traits.benefit[theme.index()] * saturate(mass.count);
        let theme = Theme::Benefit(theme);
        let amount = amount * reading.situation.theme(theme);
        terms.add_theme(theme, amount, mass.noticed(traits.attention));
    }
    for &theme in Concern::ALL {
        let mass = &features.concerns[theme.index()];
        let amount = weights.concern(theme) * traits.concern[theme.index()] * saturate(mass.count);
        let theme = Theme::Concern(theme);
        let amount = amount * reading.situation.theme(theme);
        terms.add_theme(theme, -amount, mass.noticed(traits.attention));
    }
    if let Some(price) = features.price {
        let amount = traits.price * libm::log1p(price.monthly / weights.price.unit);
        terms.add(Source::Price, -amount, Some(price.span));
    }
    terms.add(
        Source::Reading,
        -weights.reading * (features.grade - traits.schooling).max(0.0),
        None,
    );
    terms.add(Source::Hype, -weights.hype * traits.sceptic * features.hype, None);
    terms.add(Source::Fit, weights.fit * traits.fit * saturate(reading.shared / 2.0), None);
    terms.add(Source::Specifics, weights.specifics * saturate(features.specificity / 3.0), None);
    let topics = effects(&reader.topics, &features.topics, &traits.profile, &reading.situation);
    for part in topics {
        terms.add(Source::Topic(part.mention.topic), part.amount, Some(part.mention.span));
    }
    terms.sum()
}

/// The noise of a person towards a text, with standard deviation 1: the same for the same words, alike for similar ones.
pub fn noise(stems: &[u64], seed: u64, ordinal: u32, replicate: u16) -> f64 {
    if stems.is_empty() {
        return 0.0;
    }
    let person = DrawKey::new(seed, "noise").with(u64::from(ordinal)).with(u64::from(replicate));
    let sum: f64 = stems.iter().map(|&stem| person.with(stem).bell()).sum();
    sum / (stems.len() as f64).sqrt()
}

/// 1 to 10.
pub fn score(cuts: &Thresholds, u: f64) -> u8 {
    1 + above(&cuts.score, u)
}

/// 0 to 10.
pub fn recommend(cuts: &Thresholds, u: f64) -> u8 {
    above(&cuts.nps, u)
}

/// Would they buy.
pub fn intent(cuts: &Thresholds, u: f64) -> PurchaseIntent {
    match above(&cuts.intent, u) {
        0 => PurchaseIntent::DefinitelyNot,
        1 => PurchaseIntent::ProbablyNot,
        2 => PurchaseIntent::Maybe,
        3 => PurchaseIntent::Probably,
        _ => PurchaseIntent::Definitely,
    }
}

/// How they feel. Mixed only where the score is in the middle and both sides weigh something.
pub fn sentiment(cuts: &Thresholds, u: f64, latent: &Latent) -> Sentiment {
    let (mut good, mut bad) = (0.0, 0.0);
    for part in &latent.contributions {
        if matches!(part.source, Source::Base | Source::Generosity) {
            continue;
        }
        if part.amount > 0.0 {
            good += part.amount;
        } else {
            bad -= part.amount;
        }
    }
    let middle = above(&cuts.sentiment, u) == 1;
    let both = good > cuts.mixed && bad > cuts.mixed;
    match above(&cuts.sentiment, u) {
        _ if middle && both => Sentiment::Mixed,
        0 => Sentiment::Negative,
        1 => Sentiment::Neutral,
        _ => Sentiment::Positive,
    }
}

fn above(cuts: &[f64], u: f64) -> u8 {
    u8::try_from(cuts.iter().filter(|cut| u > **cut).count()).unwrap_or(u8::MAX)
}
