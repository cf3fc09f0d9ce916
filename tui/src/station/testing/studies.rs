//! Recorded list of studies, and the answers of each respondent of the first one, derived from ordinals.

use jiff::Timestamp;
use protocol::audience::{Education, Gender, IncomeBracket, Region, TechAdoption};
use protocol::id::{AnswerId, StudyId};
use protocol::persona::{BigFive, Employment, Household, Persona, Urbanicity};
use protocol::results::{Answer, PurchaseIntent, Response, Sentiment};
use protocol::run::{PanelCounts, State, Study};
use protocol::study::{EngineMode, Origin, StudyType};
use uuid::Uuid;

/// The study with complete data.
pub(crate) const MAIN: u128 = 0x5eed;

pub(crate) fn id(number: u128) -> StudyId {
    StudyId(Uuid::from_u128(number << 112))
}

pub(crate) fn study(
    number: u128,
    name: &str,
    state: State,
    delivered: u32,
    requested: u32,
) -> Study {
    Study {
        id: id(number),
        name: name.to_owned(),
        instrument: if name.contains("recommend") {
            StudyType::Nps
        } else {
            StudyType::ConceptTest
        },
        state,
        reason: (state == State::Failed).then(|| "nobody could be asked".to_owned()),
        engine: "offline".to_owned(),
        engine_mode: EngineMode::Standard,
        model: "offline/1".to_owned(),
        seed: 7,
        instrument_hash: "6f1c".repeat(16),
        owner: "uid:1000".to_owned(),
        origin: Origin::Tui,
        project: None,
        tags: if number == MAIN { vec!["spring".to_owned()] } else { Vec::new() },
        lineage: None,
        archived: false,
        panel: PanelCounts { requested, delivered, refused: 0, invalid: 0, failed: 0 },
        round: None,
        created_at: Timestamp::from_second(
            1_789_990_000 - i64::try_from(number % 24_300).unwrap() * 60,
        )
        .unwrap(),
        completed_at: None,
        notes: Vec::new(),
        rejected: Vec::new(),
        can_retry: false,
        headline: None,
    }
}

pub(crate) fn studies(people: u32) -> Vec<Study> {
    vec![
        study(MAIN, "Meal kit that learns", State::Completed, people, people),
        study(2, "Would you recommend the bank app", State::Running, 412, 1000),
        study(3, "Tagline, three words shorter", State::Paused, 88, 500),
        study(4, "Refund policy", State::Failed, 0, 100),
        study(5, "Hero image without people", State::Queued, 0, 800),
        study(6, "Größe, 日本語 und \u{1b}]0;evil\u{7} im Namen", State::Cancelled, 12, 50),
    ]
}

/// A score of 1 to 10 that depends on the respondent only, lower for older ones.
pub(crate) fn score(ordinal: u32) -> u8 {
    let noise = (ordinal.wrapping_mul(2_654_435_761) >> 16) % 6;
    let age_penalty = if age(ordinal) >= 65 { 3 } else { 0 };
    u8::try_from((5 + noise).saturating_sub(age_penalty).clamp(1, 10)).unwrap()
}

fn age(ordinal: u32) -> u8 {
    u8::try_from(18 + ordinal.wrapping_mul(37) % 63).unwrap()
}

pub(crate) fn response(ordinal: u32) -> Response {
    let pick = |count: usize| usize::try_from(ordinal).unwrap() % count;
    let persona = Persona {
        id: format!("p{}", ordinal + 1),
        name: ["Ada Novak", "Ben Ortiz", "Cleo Diaz", "Dev Shah"][pick(4)].to_owned(),
        age: age(ordinal),
        gender: Gender::ALL[pick(2)],
        region: Region::UsNational,
        state: Some(["NY", "TX", "CA", "OH", "FL"][pick(5)].to_owned()),
        country: None,
        education: Education::ALL[pick(5)],
        income_bracket: IncomeBracket::ALL[pick(4)],
        employment: Employment::Employed,
        occupation: Some(["nurse", "teacher", "electrician"][pick(3)].to_owned()),
        household: Household::ALL[pick(6)],
        urbanicity: Urbanicity::ALL[pick(3)],
        tech_adoption: TechAdoption::ALL[pick(5)],
        big_five: BigFive {
            openness: 50.0,
            conscientiousness: 48.0,
            extraversion: 52.0,
            agreeableness: 51.0,
            neuroticism: 47.0,
        },
        price_sensitivity: 61.0,
    };
    let score = score(ordinal);
    let reasoning = match score {
        0..=4 => "Too dear for what it is, and I like to choose what I cook.",
        5..=7 => "It sounds handy. I would need to see the recipes first.",
        _ => "No shopping on a weekday evening: I would try this at once.",
    };
    Response {
        channels: None,
        mentions: Vec::new(),
        besides: [].into(),
        id: AnswerId(ordinal + 1),
        respondent: persona.into(),
        answer: Answer::ConceptTest {
            score,
            sentiment: if score > 6 { Sentiment::Positive } else { Sentiment::Negative },
            reasoning: reasoning.to_owned(),
            purchase_intent: PurchaseIntent::Maybe,
        },
    }
}
