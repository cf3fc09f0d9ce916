//! The answer to an A/B test: a score for each variant, and a preference where the two differ by more than the
//! respondent's range of indifference. The variant shown first gains a little, as it does with people; the answer file
//! says how much.

use protocol::results::{Preference, Sentiment, ThemeKind};
use protocol::study::Order;
use serde::Serialize;

use super::{Ask, EngineError, PreparedText, like, point, voice_key, words, write};
use reader::draw::DrawKey;
use reader::response::{Contribution, Latent, Source, score, sentiment};
use reader::voice::{Pointer, Speech};

#[derive(Serialize)]
struct AbTestAnswer {
    preference: Preference,
    score_a: u8,
    score_b: u8,
    reasoning: String,
    sentiment: Sentiment,
    differentiators: Vec<String>,
}

/// One variant as a person sees it.
struct Seen {
    reading: usize,
    latent: Latent,
    u: f64,
}

/// The questionnaire of an A/B test, filled in.
pub(crate) fn ab_test(prepared: &PreparedText, ask: &Ask<'_>) -> Result<String, EngineError> {
    let see = |reading: usize| {
        like(prepared, ask, reading).map(|(latent, u)| Seen { reading, latent, u })
    };
    let (a, b) = (see(0)?, see(1)?);
    let cuts = &prepared.reader.weights.thresholds;
    let preference = preference(prepared, ask, a.u - b.u);
    let verdict = &prepared.reader.answers.verdict;
    let (lines, liked, other) = match preference {
        Preference::A => (&verdict.a, &a, Some(&b)),
        Preference::B => (&verdict.b, &b, Some(&a)),
        Preference::None => (&verdict.none, if a.u >= b.u { &a } else { &b }, None),
    };
    let level = (f64::from(score(cuts, liked.u)) - 1.0) / 9.0;
    let key = voice_key(ask).with(77);
    let mut parts = vec![
        point(prepared, ask, key, liked.reading, &liked.latent, &Pointer::opening(lines)).reasoning,
    ];
    let mut differentiators: Vec<String> = Vec::new();
    if let Some(other) = other {
        let gains = gains(&liked.latent, &other.latent);
        let why = words(prepared, ask, liked.reading, &gains, level);
        name(&why, ThemeKind::Appeal, &mut differentiators);
        parts.push(why.reasoning);
        let flaws = flaws(&liked.latent, &other.latent);
        let pointer =
            Pointer { opener: &verdict.other, reasons: Some((ThemeKind::Concern, 1)), quote: None };
        let against = point(prepared, ask, key.with(1), other.reading, &flaws, &pointer);
        if !against.named.is_empty() {
            name(&against, ThemeKind::Concern, &mut differentiators);
            parts.push(against.reasoning);
        }
    }
    write(&AbTestAnswer {
        preference,
        score_a: score(cuts, a.u),
        score_b: score(cuts, b.u),
        reasoning: parts.join(" "),
        sentiment: sentiment(cuts, liked.u, &liked.latent),
        differentiators,
    })
}

fn preference(prepared: &PreparedText, ask: &Ask<'_>, gap: f64) -> Preference {
    let rules = &prepared.reader.answers.preference;
    let who = DrawKey::new(ask.spec.seed, "indifference").with(u64::from(ask.ordinal));
    let delta = rules.indifference * libm::exp(rules.spread * who.normal());
    let gap = match ask.order {
        Some(Order::AFirst) => gap + rules.primacy * delta,
        Some(Order::BFirst) => gap - rules.primacy * delta,
        None => gap,
    };
    if gap.abs() < delta {
        Preference::None
    } else if gap > 0.0 {
        Preference::A
    } else {
        Preference::B
    }
}

/// What a source adds to a liking.
fn amount(latent: &Latent, source: Source) -> f64 {
    latent.contributions.iter().filter(|part| part.source == source).map(|part| part.amount).sum()
}

/// What sets the preferred variant apart: its terms, each as the difference from the other variant's.
fn gains(liked: &Latent, other: &Latent) -> Latent {
    let contributions = liked
        .contributions
        .iter()
        .map(|part| Contribution { amount: part.amount - amount(other, part.source), ..*part })
        .collect();
    Latent { v: liked.v - other.v, contributions }
}

/// What speaks against the other variant and not as much against the preferred one.
fn flaws(liked: &Latent, other: &Latent) -> Latent {
    let contributions = other
        .contributions
        .iter()
        .filter(|part| part.amount < 0.0)
        .map(|part| Contribution { amount: part.amount - amount(liked, part.source), ..*part })
        .filter(|part| part.amount < 0.0)
        .collect();
    Latent { v: other.v - liked.v, contributions }
}

fn name(speech: &Speech, kind: ThemeKind, differentiators: &mut Vec<String>) {
    for reason in speech.named.iter().filter(|reason| reason.kind == kind) {
        if !differentiators.contains(&reason.theme) {
            differentiators.push(reason.theme.clone());
        }
    }
}
