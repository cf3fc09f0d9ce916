//! The mind of a person while they answer: the text, what they make of it, and how much they like it. A turn is that mind
//! at one question, with its own randomness for the choice of words.

use protocol::persona::Persona;
use protocol::results::PurchaseIntent;

use super::super::file::Case;
use super::super::scale::Scale;
use super::super::text_words::TextWords;
use super::Said;
use crate::Reader;
use crate::draw::DrawKey;
use crate::features::{Features, Span};
use crate::lexicon::Theme;
use crate::response::{Contribution, Latent, Source, intent, recommend, score};
use crate::theme::{Benefit, Concern};
use crate::voice::quotation;

/// What one person makes of a text.
#[derive(Clone, Copy, Debug)]
pub struct Mind<'a> {
    pub reader: &'a Reader,
    pub persona: &'a Persona,
    pub text: &'a str,
    pub words: &'a TextWords,
    pub features: &'a Features,
    /// The terms of the liking.
    pub latent: &'a Latent,
    /// The liking with its noise.
    pub u: f64,
    pub seed: u64,
    /// The person's place in the panel.
    pub ordinal: u32,
    pub replicate: u16,
}

/// A mind at one question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn<'a> {
    pub(super) mind: &'a Mind<'a>,
    pub(super) scale: Option<Scale>,
    /// The score on 1 to 10 as a place from 0 to 1.
    pub(super) level: f64,
    pub(super) key: DrawKey,
}

impl<'a> Turn<'a> {
    pub(super) fn of(mind: &'a Mind<'a>, question: usize, scale: Option<Scale>) -> Self {
        let level = (f64::from(score(&mind.reader.weights.thresholds, mind.u)) - 1.0) / 9.0;
        let key = mind.key("questions").with(question as u64);
        Self { mind, scale, level, key }
    }

    /// A line of a case with what its places stand for, and the case's theme.
    pub(super) fn say(&self, class: &str, case: &str, span: Option<Span>, x: &str) -> Option<Said> {
        let case = self.mind.reader.answers.case(class, case)?;
        let line = self.line(case, span)?;
        let quoted = span.and_then(|span| quotation(self.mind.text, span)).unwrap_or_default();
        // A quotation that the line does not set in marks itself.
        let marked = if line.contains("“{q}”") { quoted } else { format!("“{quoted}”") };
        let answer = line.replace("{q}", &marked).replace("{x}", x).replace("{v}", x);
        Some(Said::of(capital(&answer)).naming(case.theme.as_deref().unwrap_or_default()))
    }

    /// A line that suits: with a quotation only where there is something to quote.
    fn line(&self, case: &'a Case, span: Option<Span>) -> Option<&'a str> {
        let quotable = span.is_some_and(|span| quotation(self.mind.text, span).is_some());
        let fits = |line: &&String| quotable || !line.contains("{q}");
        let n = case.lines.iter().filter(fits).count();
        case.lines.iter().filter(fits).nth(self.key.with(1).pick(n)).map(String::as_str)
    }

    pub(super) fn intent(&self) -> PurchaseIntent {
        intent(&self.mind.reader.weights.thresholds, self.mind.u)
    }

    /// Whether they would buy it.
    pub(super) fn buys(&self) -> bool {
        matches!(self.intent(), PurchaseIntent::Definitely | PurchaseIntent::Probably)
    }

    pub(super) fn recommend(&self) -> u8 {
        recommend(&self.mind.reader.weights.thresholds, self.mind.u)
    }

    /// Whether there is nothing for them to weigh: the text makes no sense, or nobody would want what it offers.
    pub(super) fn lost(&self) -> bool {
        self.mind.latent.has(Source::Nonsense) || self.mind.latent.veto().is_some()
    }
}

impl Mind<'_> {
    /// Randomness of this person for a purpose.
    pub(super) fn key(&self, purpose: &str) -> DrawKey {
        DrawKey::new(self.seed, purpose)
            .with(u64::from(self.ordinal))
            .with(u64::from(self.replicate))
    }

    pub(super) fn parts(&self) -> impl Iterator<Item = &Contribution> {
        self.latent.contributions.iter()
    }

    /// What a source added to the liking.
    pub(super) fn sum(&self, source: Source) -> f64 {
        self.parts().filter(|part| part.source == source).map(|part| part.amount).sum()
    }

    pub(super) fn benefit(&self, benefit: Benefit) -> f64 {
        self.sum(Source::Theme(Theme::Benefit(benefit)))
    }

    pub(super) fn concern(&self, concern: Concern) -> f64 {
        self.sum(Source::Theme(Theme::Concern(concern)))
    }

    /// What the words in a stretch of the text added to the liking, with the heaviest theme there. A theme's part is shared
    /// out among the clauses that speak of it.
    pub(super) fn within(&self, span: Span) -> (f64, Option<Theme>) {
        let meets = |own: Span| own.start < span.end && span.start < own.end;
        let mut parts: Vec<(f64, Option<Theme>)> = Vec::new();
        for part in self.parts() {
            match part.source {
                Source::Theme(theme) => {
                    let share = self.share(theme, &meets);
                    parts.push((part.amount * share, Some(theme)));
                }
                Source::Price if part.span.is_some_and(meets) => {
                    parts.push((part.amount, Some(Theme::Concern(Concern::Price))));
                }
                _ if part.span.is_some_and(meets) => parts.push((part.amount, None)),
                _ => {}
            }
        }
        let total = parts.iter().map(|(amount, _)| amount).sum();
        let heaviest = parts
            .iter()
            .filter(|(amount, theme)| *amount != 0.0 && theme.is_some())
            .max_by(|one, other| one.0.abs().total_cmp(&other.0.abs()));
        (total, heaviest.and_then(|(_, theme)| *theme))
    }

    /// The share of a theme's clauses that meet a stretch, by what they count.
    fn share(&self, theme: Theme, meets: &impl Fn(Span) -> bool) -> f64 {
        let mass = match theme {
            Theme::Benefit(benefit) => self.features.benefits.get(benefit.index()),
            Theme::Concern(concern) => self.features.concerns.get(concern.index()),
        };
        let evidence = mass.map_or(&[][..], |mass| mass.evidence.as_slice());
        let all: f64 = evidence.iter().map(|one| one.count).sum();
        let inside: f64 = evidence.iter().filter(|one| meets(one.span)).map(|one| one.count).sum();
        if all > 0.0 { inside / all } else { 0.0 }
    }
}

/// A sentence begins with a capital.
fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        .unwrap_or_default()
}
