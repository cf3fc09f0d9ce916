//! A small panel whose persons differ in everything the answers look at.

use protocol::audience::{Education, Gender, IncomeBracket, Region, TechAdoption};
use protocol::persona::{BigFive, Employment, Household, Persona, Urbanicity};

use crate::draw::DrawKey;
use crate::questions::{Asked, Mind, Said, TextWords, answer, classify};
use crate::response::{Latent, latent, noise};
use crate::traits::AnswerTraits;
use crate::{Reader, Reading};

pub(super) const SEED: u64 = 11;

/// A text, read for the panel.
pub(super) struct Read {
    pub(super) reading: Reading,
    words: TextWords,
}

/// A person with what they make of a text.
pub(super) struct Opinion {
    pub(super) persona: Persona,
    pub(super) latent: Latent,
    pub(super) u: f64,
    ordinal: u32,
}

impl Read {
    pub(super) fn of(text: &str) -> Self {
        let reading = Reader::embedded().read(text, None).expect("sound files");
        Self { words: TextWords::read(&reading.text), reading }
    }

    pub(super) fn people(&self, n: u32) -> Vec<Opinion> {
        let reader = Reader::embedded();
        (0..n)
            .map(|ordinal| {
                let persona = person(ordinal);
                let traits =
                    AnswerTraits::of(&reader.weights, &reader.table, &persona, SEED, ordinal);
                let latent = latent(reader, &self.reading, &traits);
                let noise = noise(&self.reading.features.stems, SEED, ordinal, 0);
                let u = latent.v + reader.weights.noise_sd * noise;
                Opinion { persona, latent, u, ordinal }
            })
            .collect()
    }

    pub(super) fn asked(&self, question: &str) -> Option<Asked> {
        classify(&Reader::embedded().answers.vocabulary, question, &self.words)
    }

    pub(super) fn answer(&self, opinion: &Opinion, asked: &Asked) -> Option<Said> {
        let mind = Mind {
            reader: Reader::embedded(),
            persona: &opinion.persona,
            text: &self.reading.text,
            words: &self.words,
            features: &self.reading.features,
            latent: &opinion.latent,
            u: opinion.u,
            seed: SEED,
            ordinal: opinion.ordinal,
            replicate: 0,
        };
        answer(&mind, 1, asked)
    }

    /// The answers of a panel to a question; nothing where it is declined.
    pub(super) fn answers(&self, question: &str, n: u32) -> Vec<(Opinion, Said)> {
        let Some(asked) = self.asked(question) else { return Vec::new() };
        self.people(n)
            .into_iter()
            .filter_map(|reading| self.answer(&reading, &asked).map(|said| (reading, said)))
            .collect()
    }
}

fn person(ordinal: u32) -> Persona {
    let key = DrawKey::new(SEED, "person").with(u64::from(ordinal));
    let score = |part: u64| 50.0 + 10.0 * key.with(part).normal();
    let pick = |part: u64, n: usize| key.with(part).pick(n);
    let age = 20 + u8::try_from(pick(1, 60)).unwrap_or(0);
    Persona {
        id: format!("p{}", ordinal + 1),
        name: "Kim Doe".to_owned(),
        age,
        gender: Gender::Female,
        region: Region::ALL[0],
        state: None,
        country: None,
        education: [Education::HighSchool, Education::SomeCollege, Education::Graduate][pick(2, 3)],
        income_bracket: [
            IncomeBracket::Low,
            IncomeBracket::Middle,
            IncomeBracket::UpperMiddle,
            IncomeBracket::High,
        ][pick(3, 4)],
        employment: if age > 65 { Employment::Retired } else { Employment::Employed },
        occupation: None,
        household: [Household::Alone, Household::CoupleNoChildren, Household::CoupleWithChildren]
            [pick(4, 3)],
        urbanicity: Urbanicity::Urban,
        tech_adoption: [
            TechAdoption::EarlyAdopter,
            TechAdoption::EarlyMajority,
            TechAdoption::LateMajority,
        ][pick(5, 3)],
        big_five: BigFive {
            openness: score(6),
            conscientiousness: score(7),
            extraversion: score(8),
            agreeableness: score(9),
            neuroticism: score(10),
        },
        price_sensitivity: (55.0 + 18.0 * key.with(11).normal()).clamp(0.0, 100.0),
    }
}
