//! Recorded data for tests: a list of studies, one of them with scores, answers and a report, all derived from
//! ordinals, so that every run draws the same screens. Also a test rig that presses keys.

mod chain;
mod form;
mod print;
mod report;
mod studies;
mod variants;
mod worth;

pub(crate) use chain::{REVIEW, chain_report, review_study, variants_report};
pub(crate) use form::{empty_draft, model_preview, offline_settings};
pub(crate) use print::{styles, text};
pub(crate) use report::{cross, findings_report, report};
pub(crate) use studies::{MAIN, id, response, score, studies, study};
pub(crate) use variants::{
    AB, SURVEY, ab_report, ab_response, ab_study, survey_report, survey_response, survey_study,
};
pub(crate) use worth::{UNREAD, WHY_UNREAD, heard_response, worth_report};

use jiff::Timestamp;
use protocol::credits::Credits;
use protocol::event::{Cursor, Event, EventData, EventKind, EventPage};
use protocol::id::SubmitKey;
use protocol::ledger::Balance;
use protocol::run::{Live, State};
use protocol::service::Page;
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

/// A moment at that many milliseconds after the start.
pub(crate) fn at(ms: u64) -> Moment {
    let wall = Timestamp::from_second(1_790_000_000).unwrap();
    Moment { ms, wall, key: SubmitKey(Uuid::from_u128(u128::from(ms))) }
}

pub(crate) fn look(colours: Colours, glyphs: Glyphs) -> Look {
    Look { colours, glyphs, line: Line::Local }
}

/// A model with a driver for keys and messages.
pub(crate) struct Rig {
    pub(crate) model: Model,
    pub(crate) ms: u64,
}

impl Rig {
    /// A workstation that has just started, without any data.
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

    /// Opens the study with complete data, with `known` of its respondents answered.
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
            exact: None,
            finished: Vec::new(),
            recent: vec![18, 22, 19, 25, 20],
            elapsed_ms: 4200,
            spending: None,
            silence: None,
            no_writes: None,
        };
        self.tell(Msg::Live(id(MAIN), Ok(Box::new(live))));
        self.tell(Msg::Scores(id(MAIN), 0, Ok(scores)));
        let items = (0..known.min(500)).map(response).collect();
        self.tell(Msg::Page(id(MAIN), Ok(Page { items, next: None })));
        if known == people {
            self.tell(Msg::Report(id(MAIN), Ok(Box::new(report(people)))));
        }
    }

    /// Opens the A/B test with all of its data.
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

    /// Opens the survey with all of its data.
    pub(crate) fn open_survey(&mut self, people: u32) {
        let mut all = studies(200);
        all.insert(0, survey_study(people));
        self.tell(Msg::Studies(Ok(all)));
        self.model.studies.select(Some(id(SURVEY)));
        self.keys("3");
        self.tell(Msg::Report(id(SURVEY), Ok(Box::new(survey_report(people)))));
        self.tell(Msg::Scores(id(SURVEY), 0, Ok(vec![255; people as usize])));
        let items = (0..people).map(survey_response).collect();
        self.tell(Msg::Page(id(SURVEY), Ok(Page { items, next: None })));
    }

    /// Opens the content review of that report on the screen Chain.
    pub(crate) fn open_chain(&mut self, report: protocol::results::Report) {
        let mut all = studies(200);
        all.insert(0, report.study.clone());
        self.tell(Msg::Studies(Ok(all)));
        self.model.studies.select(Some(id(REVIEW)));
        self.keys("4");
        self.tell(Msg::Report(id(REVIEW), Ok(Box::new(report))));
        self.tell(Msg::Source(id(REVIEW), Ok(Some("/home/ann/launch.md".to_owned()))));
    }

    /// Delivers a message, a little later.
    pub(crate) fn tell(&mut self, msg: Msg) -> Vec<Effect> {
        self.ms += 7;
        update(&mut self.model, at(self.ms), msg)
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, ms: u64) -> Vec<Effect> {
        self.ms += ms;
        update(&mut self.model, at(self.ms), Msg::Tick)
    }

    /// Presses keys in keymap notation.
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

    /// An event of that kind about a study, without further data.
    pub(crate) fn news(&mut self, kind: EventKind, study: u128, seq: u64) -> Vec<Effect> {
        let kind = kind.as_str().to_owned();
        self.event(EventData::Other { kind, data: serde_json::Value::Null }, study, seq)
    }

    /// An event about a study with its data.
    pub(crate) fn event(&mut self, data: EventData, study: u128, seq: u64) -> Vec<Effect> {
        let event = Event::new(seq, at(0).wall, Some(id(study)), data);
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
