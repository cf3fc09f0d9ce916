//! Benchmarks of frames without a terminal: the model of a real study is drawn by the real screens into a sink, at 200
//! columns and 60 rows with a panel of 10,000.

use std::io;
use std::time::{Duration, Instant};

use harness::{Home, studies, wait};
use protocol::event::Cursor;
use protocol::id::{StudyId, SubmitKey};
use protocol::results::Response;
use protocol::run::Study;
use tui::station::frames::Frames;
use tui::station::input::Input;
use tui::station::key;
use tui::station::keymap::Keymap;
use tui::station::look::{Colours, Glyphs, Line, Look};
use tui::station::model::{Model, Moment};
use tui::station::msg::Msg;
use tui::station::{theme::Theme, update};
use uuid::Uuid;

use crate::builtin::milliseconds;
use crate::row::Row;

const PANEL: u32 = 10_000;
const SIZE: (u16, u16) = (200, 60);
/// Answers between two frames, at 3,000 a second and 30 frames a second.
const ANSWERS: usize = 100;

/// A workstation without a terminal, and a study for it.
struct Bench {
    model: Model,
    frames: Frames<io::Sink>,
    study: Study,
    ms: u64,
}

/// The time and key of an update during a study.
fn moment(study: &Study, ms: u64) -> Moment {
    Moment { ms, wall: study.created_at, key: SubmitKey(Uuid::nil()) }
}

impl Bench {
    /// The workstation with one study in its list.
    fn of(study: Study) -> Self {
        let look = Look { colours: Colours::True, glyphs: Glyphs::Unicode, line: Line::Local };
        let theme = Theme::named("dark", look).unwrap();
        let model = Model::new(moment(&study, 0), SIZE, Keymap::built_in().unwrap(), theme);
        let frames = Frames::new(io::sink(), SIZE);
        let mut bench = Self { model, frames, study: study.clone(), ms: 0 };
        bench.tell(Msg::Connected { version: "0".to_owned(), cursor: Cursor(1) });
        bench.tell(Msg::Studies(Ok(vec![study])));
        bench
    }

    fn tell(&mut self, msg: Msg) {
        self.ms += 40;
        drop(update(&mut self.model, moment(&self.study, self.ms), msg));
    }

    fn press(&mut self, keys: &str) {
        for chord in key::sequence(keys).unwrap() {
            self.tell(Msg::Input(Input::Key(chord)));
        }
    }

    /// Draws a frame; returns its duration and its bytes.
    fn draw(&mut self) -> (Duration, usize) {
        let begun = Instant::now();
        let bytes = self.frames.draw(&self.model).unwrap();
        (begun.elapsed(), bytes)
    }
}

/// Frames of the screens with the most cells.
pub(crate) fn rows(home: &Home) -> Vec<Row> {
    let link = home.link();
    let id = studies::submit(home, PANEL, 7);
    let study = wait::for_end(&link, id);
    let mut bench = Bench::of(study);
    bench.press("2");
    bench.tell(Msg::Live(id, link.live(id).map(Box::new)));
    let mut rows = filling(&mut bench, id, &link.scores(id, 0, PANEL).unwrap());
    bench.press("o");
    rows.extend(again(&mut bench, "live by score, another person", &["l", "h"]));
    bench.press("o");
    let mut from = Some(0);
    while let Some(offset) = from {
        let page = link.answers(id, offset, 500).unwrap();
        from = page.next;
        bench.tell(Msg::Page(id, Ok(page.map(Response::from))));
    }
    bench.press("3");
    bench.tell(Msg::Report(id, link.report(id).map(Box::new)));
    rows.extend(again(&mut bench, "results, another group", &["j", "k"]));
    rows.extend(chain(home));
    rows
}

/// A review of three rounds for the screen of its chain.
const REVIEW: &str = "---\nname: A chain\nstudy: content_review\ncontent_type: product_page\nrounds: 3\npanel: 30\nseed: 5\n---\n\n\
    In today's fast-paced world, we are extremely proud to leverage our revolutionary, cutting-edge technology in order to \
    facilitate dinner!!! Our kit costs $9 a meal and cooks in 20 minutes, which you will really love, because it utilizes \
    fresh vegetables from local farms that we basically pick every single morning before the sun has come up. Order today.\n";

/// Frames of the chain of a review: another round at each key, with its difference and why the score moved.
fn chain(home: &Home) -> Vec<Row> {
    let link = home.link();
    let id = link.take_on(REVIEW).unwrap().id;
    let study = wait::for_end(&link, id);
    let mut bench = Bench::of(study);
    bench.press("4");
    bench.tell(Msg::Report(id, link.report(id).map(Box::new)));
    again(&mut bench, "chain, another round", &["[", "]"])
}

/// The panel while it fills: a frame for every hundred answers.
fn filling(bench: &mut Bench, id: StudyId, scores: &[u8]) -> Vec<Row> {
    bench.tell(Msg::Scores(id, 0, Ok(vec![0; scores.len()])));
    let _whole = bench.draw();
    let drawn = scores
        .chunks(ANSWERS)
        .zip((0u32..).step_by(ANSWERS))
        .map(|(chunk, first)| {
            bench.tell(Msg::Scores(id, first, Ok(chunk.to_vec())));
            bench.draw()
        })
        .collect();
    table("live, as it fills", drawn)
}

/// The same keys in turn, with a frame for each.
fn again(bench: &mut Bench, what: &str, keys: &[&str]) -> Vec<Row> {
    let _settled = bench.draw();
    let drawn = keys
        .iter()
        .cycle()
        .take(200)
        .map(|key| {
            bench.press(key);
            bench.draw()
        })
        .collect();
    table(what, drawn)
}

fn table(what: &str, mut drawn: Vec<(Duration, usize)>) -> Vec<Row> {
    drawn.sort();
    let at = |share: usize| milliseconds(drawn[drawn.len() * share / 100].0);
    let bytes = drawn.iter().map(|(_, bytes)| *bytes).sum::<usize>() / drawn.len();
    vec![
        Row::at_most(&format!("frame, p50 ({what})"), at(50), 1.0, "ms"),
        Row::note(&format!("frame, p95 ({what})"), at(95), "ms"),
        Row::note(&format!("frame, bytes on average ({what})"), bytes as f64, "B"),
    ]
}
