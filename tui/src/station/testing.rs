//! Recorded data for tests: a list of studies, one of them with scores, answers and a report, all made from ordinals, so
//! that every run draws the same screens. And a hand that types.

use std::collections::BTreeMap;

use jiff::Timestamp;
use protocol::audience::{Education, Gender, IncomeBracket, Region, TechAdoption};
use protocol::credits::Credits;
use protocol::event::{Cursor, EventPage};
use protocol::id::{AnswerId, StudyId, SubmitKey};
use protocol::ledger::Balance;
use protocol::persona::{BigFive, Employment, Household, Persona, Urbanicity};
use protocol::results::{
    Answer, Contrast, Diagnostics, Distribution, Estimate, IntentShares, Margin, Meta, Outcomes,
    PurchaseIntent, Quote, Report, Response, Results, Segment, Sentiment, Theme, ThemeKind,
};
use protocol::run::{Live, PanelCounts, State, Study};
use protocol::service::Page;
use protocol::study::{EngineMode, Origin, StudyType};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use uuid::Uuid;

use super::effect::Effect;
use super::input::Input;
use super::key;
use super::keymap::Keymap;
use super::look::{Colours, Glyphs, Line, Look};
use super::model::{Model, Moment};
use super::msg::Msg;
use super::theme;
use super::{screens, update};

/// The study that has everything.
pub(crate) const MAIN: u128 = 0x5eed;

/// A moment that many milliseconds after the start.
pub(crate) fn at(ms: u64) -> Moment {
    let wall = Timestamp::from_second(1_790_000_000).unwrap();
    Moment { ms, wall, key: SubmitKey(Uuid::from_u128(u128::from(ms))) }
}

pub(crate) fn look(colours: Colours, glyphs: Glyphs) -> Look {
    Look { colours, glyphs, line: Line::Local }
}

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
        created_at: Timestamp::from_second(
            1_789_990_000 - i64::try_from(number % 24_300).unwrap() * 60,
        )
        .unwrap(),
        completed_at: None,
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

/// A score of 1 to 10 that depends on the person only, lower for the old.
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
        id: AnswerId(ordinal + 1),
        persona,
        answer: Answer::ConceptTest {
            score,
            sentiment: if score > 6 { Sentiment::Positive } else { Sentiment::Negative },
            reasoning: reasoning.to_owned(),
            purchase_intent: PurchaseIntent::Maybe,
        },
    }
}

fn estimate(value: f64, half: f64, n: u64) -> Estimate {
    Estimate {
        value,
        low: Some(value - half),
        high: Some(value + half),
        level: 0.95,
        n,
        effective_n: n as f64,
        method: "t".to_owned(),
    }
}

pub(crate) fn report(people: u32) -> Report {
    let bands = [
        ("18-24", 8.1),
        ("25-34", 7.9),
        ("35-44", 7.7),
        ("45-54", 7.6),
        ("55-64", 7.5),
        ("65-74", 4.6),
        ("75-100", 4.5),
    ];
    let n = u64::from(people) / 7;
    let segments = bands.iter().map(|(class, value)| {
        let estimates = BTreeMap::from([("mean_score".to_owned(), estimate(*value, 0.3, n))]);
        ((*class).to_owned(), Segment { n, small: n < 30, estimates })
    });
    let contrasts = bands.iter().map(|(class, value)| Contrast {
        dimension: "age_band".to_owned(),
        class: (*class).to_owned(),
        field: "mean_score".to_owned(),
        difference: estimate(value - 6.9, 0.4, n),
        p: 0.01,
        p_adjusted: 0.02,
        adjustment: "holm".to_owned(),
        small: n < 30,
        differs: *value < 5.0,
    });
    let counts: Vec<(i32, u64)> = (1..=10)
        .map(|value| {
            (value, (0..people).filter(|one| i32::from(score(*one)) == value).count() as u64)
        })
        .collect();
    let theme = |name: &str, kind, share: f64| Theme {
        theme: name.to_owned(),
        kind,
        count: 30,
        share: estimate(share, 0.05, u64::from(people)),
        quotes: vec![Quote { answer: AnswerId(4), text: "Too dear for what it is".to_owned() }],
    };
    Report {
        study: study(MAIN, "Meal kit that learns", State::Completed, people, people),
        results: Some(Results {
            channels: std::collections::BTreeMap::new(),
            panel_size: people,
            outcomes: Outcomes::ConceptTest {
                mean_score: 6.9,
                median_score: 7.0,
                std_dev: Some(2.1),
                score_distribution: Distribution(counts),
                purchase_intent: IntentShares {
                    definitely: 21.0,
                    probably: 34.0,
                    maybe: 25.0,
                    probably_not: 14.0,
                    definitely_not: 6.0,
                },
                top_concerns: vec!["price".to_owned()],
                top_appeals: vec!["saves time".to_owned()],
            },
            estimates: BTreeMap::from([
                ("mean_score".to_owned(), estimate(6.9, 0.2, u64::from(people))),
                ("median_score".to_owned(), estimate(7.0, 0.3, u64::from(people))),
            ]),
            segments: BTreeMap::from([("age_band".to_owned(), segments.collect())]),
            margins: BTreeMap::from([(
                "gender".to_owned(),
                BTreeMap::from([("female".to_owned(), Margin { target: 0.51, realised: 0.5 })]),
            )]),
            contrasts: contrasts.collect(),
            contrast_rule: String::new(),
            conclusions: vec!["People of 65 and older like it least.".to_owned()],
            themes: vec![
                theme("price", ThemeKind::Concern, 0.31),
                theme("saves time", ThemeKind::Appeal, 0.27),
            ],
            diagnostics: Diagnostics::default(),
            findings: Vec::new(),
            responses: None,
        }),
        meta: Meta {
            credits_used: Credits(i64::from(people)),
            credits_remaining: Credits(9800),
            cost_usd: 0.0,
            announced_cost_usd: None,
            lost_cost_usd: 0.0,
            inference: None,
            latency_ms: 2100,
            input_tokens: 0,
            output_tokens: 0,
            providers_used: vec!["offline".to_owned()],
            from_cache: 0,
            notice: "Synthetic respondents.".to_owned(),
        },
    }
}

/// The study of two variants.
pub(crate) const AB: u128 = 0xab;

/// What that study asks.
pub(crate) fn ab_study(people: u32) -> Study {
    Study {
        instrument: StudyType::AbTest,
        ..study(AB, "Monthly or yearly", State::Completed, people, people)
    }
}

/// The answer of a respondent to it: B for two of five, A for two, neither for one.
pub(crate) fn ab_response(ordinal: u32) -> Response {
    use protocol::results::Preference;
    use protocol::study::Order;
    let preference = match ordinal % 5 {
        0 | 1 => Preference::B,
        2 => Preference::None,
        _ => Preference::A,
    };
    let reasoning = match preference {
        Preference::A => "A, easily: I can leave whenever I like.",
        Preference::B => "B speaks to me more, because I get my money back.",
        Preference::None => "Same thing, really.",
    };
    let answer = Answer::AbTest {
        preference,
        score_a: 6,
        score_b: 7,
        reasoning: reasoning.to_owned(),
        sentiment: Sentiment::Neutral,
        order: Order::AFirst,
    };
    Response { answer, ..response(ordinal) }
}

/// Its report.
pub(crate) fn ab_report(people: u32) -> Report {
    use protocol::results::Winner;
    let n = u64::from(people);
    let mut report = report(people);
    report.study = ab_study(people);
    let Some(results) = &mut report.results else { return report };
    results.outcomes = Outcomes::AbTest {
        winner: Winner::Tie,
        variant_a_score: 6.5,
        variant_b_score: 6.7,
        variant_a_pct: 40.0,
        variant_b_pct: 40.0,
        no_preference_pct: 20.0,
        key_differentiators: vec!["trust".to_owned()],
        contested: None,
        orders_shown: (n / 2, n - n / 2),
    };
    results.estimates = [
        ("a_minus_b_pct", -8.0, 9.0),
        ("variant_a_pct", 40.0, 6.0),
        ("variant_b_pct", 48.0, 6.0),
        ("no_preference_pct", 12.0, 4.0),
        ("variant_a_score", 6.5, 0.3),
        ("variant_b_score", 6.7, 0.3),
        ("score_difference", -0.2, 0.2),
    ]
    .map(|(field, value, half)| (field.to_owned(), estimate(value, half, n)))
    .into();
    results.conclusions =
        vec!["No winner: the interval of A's share minus B's includes zero.".to_owned()];
    report
}

/// A model with a hand on its keys.
pub(crate) struct Rig {
    pub(crate) model: Model,
    pub(crate) ms: u64,
}

impl Rig {
    /// A workstation that has just begun, before anything has arrived.
    pub(crate) fn bare(size: (u16, u16), look: Look) -> Self {
        let theme = theme::Theme::named("dark", look).unwrap();
        Self { model: Model::new(at(0), size, Keymap::built_in().unwrap(), theme), ms: 0 }
    }

    /// A workstation with the recorded list.
    pub(crate) fn new(size: (u16, u16), look: Look) -> Self {
        let mut rig = Self::bare(size, look);
        rig.tell(Msg::Connected { version: "0.1.0".to_owned(), cursor: Cursor(9) });
        rig.tell(Msg::Studies(Ok(studies(200))));
        rig.tell(Msg::Report(id(MAIN), Ok(Box::new(report(200)))));
        let credits = |amount| Credits(amount);
        rig.tell(Msg::Balance(Ok(Balance {
            tier: "local".to_owned(),
            balance: credits(9800),
            held: credits(0),
            used_this_month: credits(200),
            billing_period: "2026-11".to_owned(),
            cost_usd_this_month: 0.0,
        })));
        rig
    }

    /// Opens the study that has everything, with `known` of its people answered.
    pub(crate) fn open(&mut self, people: u32, known: u32) {
        self.keys("2");
        let mut main = study(MAIN, "Meal kit that learns", State::Running, known, people);
        if known == people {
            main.state = State::Completed;
        }
        let scores: Vec<u8> =
            (0..people).map(|one| if one < known { score(one) + 1 } else { 0 }).collect();
        let tally =
            (1..=10).map(|value| (0..known).filter(|one| score(*one) == value).count() as u64);
        let live = Live {
            study: main,
            scale: Some((1, 10)),
            scores: tally.collect(),
            recent: vec![18, 22, 19, 25, 20],
            elapsed_ms: 4200,
            spending: None,
        };
        self.tell(Msg::Live(id(MAIN), Ok(live)));
        self.tell(Msg::Scores(id(MAIN), 0, Ok(scores)));
        let items = (0..known.min(500)).map(response).collect();
        self.tell(Msg::Page(id(MAIN), Ok(Page { items, next: None })));
        if known == people {
            self.tell(Msg::Report(id(MAIN), Ok(Box::new(report(people)))));
        }
    }

    /// Opens the study of two variants, with everything of it.
    pub(crate) fn open_ab(&mut self, people: u32) {
        let mut all = studies(200);
        all.insert(0, ab_study(people));
        self.tell(Msg::Studies(Ok(all)));
        self.model.studies.select(Some(id(AB)));
        self.keys("3");
        self.tell(Msg::Report(id(AB), Ok(Box::new(ab_report(people)))));
        self.tell(Msg::Scores(id(AB), 0, Ok(vec![8; people as usize])));
        let items = (0..people).map(ab_response).collect();
        self.tell(Msg::Page(id(AB), Ok(Page { items, next: None })));
    }

    /// Something happens, a little later.
    pub(crate) fn tell(&mut self, msg: Msg) -> Vec<Effect> {
        self.ms += 7;
        update(&mut self.model, at(self.ms), msg)
    }

    /// Time passes.
    pub(crate) fn wait(&mut self, ms: u64) -> Vec<Effect> {
        self.ms += ms;
        update(&mut self.model, at(self.ms), Msg::Tick)
    }

    /// Presses keys, written as keymaps write them.
    pub(crate) fn keys(&mut self, keys: &str) -> Vec<Effect> {
        key::sequence(keys)
            .unwrap()
            .into_iter()
            .flat_map(|chord| self.tell(Msg::Input(Input::Key(chord))))
            .collect()
    }

    /// Types a text.
    pub(crate) fn paste(&mut self, text: &str) -> Vec<Effect> {
        self.tell(Msg::Input(Input::Paste(text.to_owned())))
    }

    /// Events of that kind about a study.
    pub(crate) fn news(&mut self, kind: &str, study: u128, seq: u64) -> Vec<Effect> {
        let event = protocol::event::Event {
            seq,
            at: at(0).wall,
            kind: kind.to_owned(),
            study: Some(id(study)),
            respondent: None,
            data: serde_json::Value::Null,
        };
        self.tell(Msg::Events(EventPage { events: vec![event], next: Cursor(seq) }))
    }

    /// The screen as cells.
    pub(crate) fn buffer(&self) -> Buffer {
        let (width, height) = self.model.size;
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        screens::draw(&self.model, &mut buffer);
        buffer
    }

    /// The screen as text.
    pub(crate) fn text(&self) -> String {
        text(&self.buffer())
    }
}

/// The letters of a buffer, line by line.
pub(crate) fn text(buffer: &Buffer) -> String {
    use unicode_width::UnicodeWidthStr;
    let mut shown = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(symbol.width().max(1)).unwrap();
        }
        shown.push_str(line.trim_end());
        shown.push('\n');
    }
    shown
}

/// One letter a style, so that a change of colour or weight shows in a snapshot.
pub(crate) fn styles(buffer: &Buffer) -> String {
    let mut known: Vec<String> = Vec::new();
    let mut map = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        for x in 0..buffer.area.width {
            let cell = &buffer[(x, y)];
            let style = format!("{:?} on {:?} {:?}", cell.fg, cell.bg, cell.modifier);
            let place = known.iter().position(|one| *one == style).unwrap_or_else(|| {
                known.push(style);
                known.len() - 1
            });
            line.push(match place {
                0 => ' ',
                place => char::from(b'a' + u8::try_from((place - 1) % 26).unwrap()),
            });
        }
        map.push_str(line.trim_end());
        map.push('\n');
    }
    for (place, style) in known.iter().enumerate().skip(1).take(26) {
        map.push_str(&format!(
            "{} = {style}\n",
            char::from(b'a' + u8::try_from((place - 1) % 26).unwrap())
        ));
    }
    map
}
