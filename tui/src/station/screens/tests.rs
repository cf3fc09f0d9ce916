//! Snapshots of every screen at every size and colour level, no panic at any size, and hostile text without effect.

use proptest::prelude::*;
use protocol::control::{ControlResult, Judged, Verdict};
use protocol::measurement::Control;
use protocol::quality::Figure;
use protocol::results::Quote;
use protocol::run::Silence;
use protocol::study::Problem;
use protocol::watch::{SaveOutcome, WatchedFile};

use crate::station::effect::{Call, Effect};
use crate::station::look::{Colours, Glyphs};
use crate::station::model::Model;
use crate::station::msg::Msg;
use crate::station::testing::{
    MAIN, Rig, chain_report, cross, id, look, report, studies, styles, variants_report,
};

const FULL: (Colours, Glyphs) = (Colours::True, Glyphs::Unicode);

/// The screens by name: number of recorded answers, and the keys that open it.
const SCENES: [(&str, u32, &str); 15] = [
    ("studies", 200, "1"),
    ("live", 120, ""),
    ("live_by_score", 200, "o"),
    ("results", 200, "3"),
    ("results_drilled", 200, "3 enter"),
    ("results_cross", 200, "3 t"),
    ("results_reasons", 200, "3 v v"),
    ("person", 200, "3 tab tab enter"),
    ("compose", 200, "1 n"),
    ("palette", 200, ":"),
    ("help", 200, "?"),
    ("export", 200, "E"),
    ("quit", 200, "q"),
    ("results_findings", 200, "3 v v v"),
    ("results_method", 200, "3 v v v v"),
];

/// Screens whose colours are snapshotted too: one with a mosaic, one with bars, whiskers and a cursor.
const LEVELLED: [&str; 2] = ["live", "results"];

fn scene(known: u32, keys: &str, size: (u16, u16), (colours, glyphs): (Colours, Glyphs)) -> Rig {
    let mut rig = Rig::new(size, look(colours, glyphs));
    rig.open(200, known);
    rig.keys(keys);
    rig.tell(Msg::Cross(id(MAIN), Ok(Box::new(cross(known)))));
    rig.wait(10_000);
    rig
}

#[test]
fn every_screen_keeps_its_look_at_every_size() {
    for (name, known, keys) in SCENES {
        for size in [(200, 60), (120, 36), (80, 24), (60, 20)] {
            let rig = scene(known, keys, size, FULL);
            insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), rig.text());
        }
    }
}

/// The style of each role at each level is a table of the themes; two screens show the combination.
#[test]
fn two_screens_keep_their_look_at_every_colour_level() {
    for (name, known, keys) in SCENES.into_iter().filter(|(name, ..)| LEVELLED.contains(name)) {
        for (level, kind) in [
            ("truecolor", FULL),
            ("cube", (Colours::Cube, Glyphs::Unicode)),
            ("sixteen", (Colours::Sixteen, Glyphs::Unicode)),
            ("none", (Colours::None, Glyphs::Unicode)),
            ("ascii", (Colours::None, Glyphs::Ascii)),
        ] {
            let buffer = scene(known, keys, (80, 24), kind).buffer();
            let shown = format!("{}\n{}", crate::station::testing::text(&buffer), styles(&buffer));
            insta::assert_snapshot!(format!("{name}_{level}"), shown);
        }
    }
}

#[test]
fn a_rejected_text_is_told_of_above_the_panes() {
    for (name, keys) in [("live", ""), ("results", "3"), ("studies", "1")] {
        let mut rig = Rig::new((80, 24), look(FULL.0, FULL.1));
        rig.open(200, 200);
        let rejected =
            crate::report::fixtures::rejection(None, protocol::rejection::RejectionKind::Fraud);
        let mut listed = studies(200);
        listed[0].rejected = vec![rejected];
        rig.tell(Msg::Studies(Ok(listed)));
        rig.keys(keys);
        rig.wait(10_000);
        insta::assert_snapshot!(format!("rejected_{name}_80x24"), rig.text());
        let person = crate::station::screens::live::mosaic_area(&rig.model);
        assert!(name != "live" || person.y > 4, "the mosaic lies below the warning: {person:?}");
    }
}

#[test]
fn what_the_results_lack_is_told_of_above_the_panes() {
    let mut rig = Rig::new((80, 24), look(FULL.0, FULL.1));
    rig.open(200, 200);
    let mut told = report(200);
    told.warnings =
        vec!["Nobody sees the picture in the text: respondents read its caption only.".to_owned()];
    rig.tell(Msg::Report(id(MAIN), Ok(Box::new(told))));
    rig.keys("3");
    let text = rig.text();
    assert!(text.contains("! Nobody sees the picture in the text: respondents"), "{text}");
}

#[test]
fn the_strip_of_a_lineage_stands_above_the_results_and_in_the_preview() {
    for (name, keys, size, glyphs) in [
        ("results_version_200x60", "3", (200, 60), Glyphs::Unicode),
        ("results_version_80x24", "3", (80, 24), Glyphs::Unicode),
        ("results_version_60x20", "3", (60, 20), Glyphs::Unicode),
        ("results_version_ascii", "3", (80, 24), Glyphs::Ascii),
        ("studies_version_120x36", "1", (120, 36), Glyphs::Unicode),
    ] {
        let mut rig = Rig::new(size, look(Colours::None, glyphs));
        rig.open(200, 200);
        let mut told = report(200);
        let mut version = crate::report::fixtures::version();
        version.lineage.file = "/home/ada/la\u{1b}]0;x\u{7}unch.md".to_owned();
        told.version = Some(Box::new(version));
        rig.tell(Msg::Report(id(MAIN), Ok(Box::new(told))));
        rig.keys(keys);
        rig.wait(10_000);
        let text = rig.text();
        assert!(!text.contains('\u{1b}'), "{text}");
        insta::assert_snapshot!(name, text);
    }
}

#[test]
fn watched_files_are_marked_in_the_list_with_how_they_are() {
    for (name, size, glyphs) in [
        ("studies_watched_200x60", (200, 60), Glyphs::Unicode),
        ("studies_watched_80x24", (80, 24), Glyphs::Unicode),
        ("studies_watched_ascii", (80, 24), Glyphs::Ascii),
    ] {
        let mut rig = Rig::new(size, look(Colours::None, glyphs));
        let listed = studies(200);
        let file = |at: usize, name: &str, outcome| WatchedFile {
            path: format!("/home/ada/{name}"),
            watch: "/home/ada".to_owned(),
            outcome,
            text_sha256: None,
            problems: Vec::new(),
            held: None,
            lineage: None,
            version: Some(3),
            study: Some(listed[at].id),
            state: Some(listed[at].state),
            headline: None,
            reason: None,
            is_missing: false,
            at: listed[at].created_at,
        };
        let mut broken = file(0, "kit.md", SaveOutcome::Broken);
        broken.problems = vec![Problem {
            place: "/home/ada/kit.md:2".to_owned(),
            what: "unknown key 'panle'\u{1b}]0;x\u{7}".to_owned(),
            hint: String::new().into(),
        }];
        let mut held = file(2, "tagline.md", SaveOutcome::Held);
        held.held = Some("no room today".to_owned());
        let files = vec![held, broken, file(1, "bank.md", SaveOutcome::Queued)];
        rig.tell(Msg::Watched(Ok(files)));
        rig.wait(10_000);
        let text = rig.text();
        assert!(text.contains("kit.md:2: unknown key 'panle'"), "{text}");
        insta::assert_snapshot!(name, text);
    }
}

#[test]
fn a_ranking_stands_on_one_scale() {
    for (name, size, glyphs) in [
        ("ranking_200x60", (200, 60), Glyphs::Unicode),
        ("ranking_80x24", (80, 24), Glyphs::Unicode),
        ("ranking_60x20", (60, 20), Glyphs::Unicode),
        ("ranking_ascii_80x24", (80, 24), Glyphs::Ascii),
    ] {
        let mut rig = Rig::new(size, look(Colours::None, glyphs));
        rig.open(200, 200);
        rig.keys("1 home space space");
        let effects = rig.keys("r");
        let asked = effects.iter().find_map(|effect| match effect {
            Effect::Call(Call::Rank(asked)) => Some(asked.clone()),
            _ => None,
        });
        let found = Box::new(crate::report::fixtures::ranking());
        rig.tell(Msg::Ranked(asked.unwrap(), Ok(found)));
        rig.wait(10_000);
        insta::assert_snapshot!(name, rig.text());
    }
}

#[test]
fn two_variants_stand_against_each_other() {
    for size in [(200, 60), (160, 45), (120, 36), (80, 24), (60, 20)] {
        let mut rig = Rig::new(size, look(FULL.0, FULL.1));
        rig.open_ab(100);
        rig.wait(10_000);
        insta::assert_snapshot!(format!("versus_{}x{}", size.0, size.1), rig.text());
        rig.keys("enter");
        let found = rig.model.open_study.results.found.len();
        assert_eq!(found, 40, "behind `prefer A` stand those who prefer A");
    }
}

#[test]
fn open_questions_have_reasons_instead_of_scores() {
    for size in [(200, 60), (160, 45), (120, 36), (80, 24), (60, 20)] {
        let mut rig = Rig::new(size, look(FULL.0, FULL.1));
        rig.open_survey(100);
        rig.wait(10_000);
        insta::assert_snapshot!(format!("survey_{}x{}", size.0, size.1), rig.text());
        rig.keys("enter");
        let found = rig.model.open_study.results.found.len();
        assert_eq!(found, 34, "behind a reason stand all who name it");
    }
}

#[test]
fn the_first_start_says_what_to_do() {
    for size in [(80, 24), (60, 20)] {
        let mut rig = Rig::bare(size, look(Colours::True, Glyphs::Unicode));
        rig.tell(Msg::Connected {
            version: "0.1.0".to_owned(),
            cursor: protocol::event::Cursor(1),
        });
        rig.tell(Msg::Studies(Ok(Vec::new())));
        insta::assert_snapshot!(format!("welcome_{}x{}", size.0, size.1), rig.text());
    }
}

#[test]
fn a_daemon_that_is_away_is_seen_and_its_return_too() {
    let mut rig = scene(120, "", (80, 24), FULL);
    let why = protocol::error::ApiError::new(
        protocol::error::ErrorCode::Unreachable,
        "The connection was lost.",
    );
    rig.tell(Msg::Lost { why, retry_in_ms: 5_000 });
    rig.wait(3_000);
    insta::assert_snapshot!("away_80x24", rig.text());
    rig.tell(Msg::Connected { version: "0.2.0".to_owned(), cursor: protocol::event::Cursor(9) });
    assert!(rig.text().contains("nothing was lost"));
}

#[test]
fn a_daemon_of_another_version_says_what_to_do() {
    for size in [(80, 24), (60, 20)] {
        let mut rig = scene(120, "", size, FULL);
        let why = protocol::error::ApiError::new(
            protocol::error::ErrorCode::Incompatible,
            "The daemon (version 0.0.9, protocol 0 to 0) is older than this client (version 0.1.0, protocol 1 to 1).",
        )
        .hint("restart it: `demoscope daemon stop`, then `demoscope daemon start`");
        rig.tell(Msg::Lost { why, retry_in_ms: 5_000 });
        rig.wait(3_000);
        insta::assert_snapshot!(format!("other_version_{}x{}", size.0, size.1), rig.text());
    }
}

#[test]
fn ascii_screens_are_ascii() {
    for (name, known, keys) in SCENES {
        let rig = scene(known, keys, (120, 36), (Colours::None, Glyphs::Ascii));
        let strangers: String = rig.text().chars().filter(|letter| !letter.is_ascii()).collect();
        // Text from outside is kept unchanged.
        let strangers: String =
            strangers.chars().filter(|letter| !"ößü日本語".contains(*letter)).collect();
        assert_eq!(strangers, "", "{name}");
    }
}

#[test]
fn a_failed_check_stands_beside_the_main_number() {
    let mut rig = scene(200, "3", (120, 36), FULL);
    assert!(!rig.text().contains("the panel failed a check"));
    let mut report = report(200);
    if let Some(results) = &mut report.results {
        let judged = Judged {
            verdict: Verdict::Failed,
            difference: Figure::of(None, "nobody answered both"),
            limit: 1.0,
            unit: "points".to_owned(),
            level: None,
            rank: None,
            asked: 30,
            sentence: "Decoy failed.".to_owned(),
        };
        let failed = ControlResult::Judged(Box::new(judged));
        results.diagnostics.controls = [(Control::Decoy, failed)].into();
    }
    rig.tell(Msg::Report(id(MAIN), Ok(Box::new(report))));
    assert!(rig.text().contains("the panel failed a check"), "{}", rig.text());
}

#[test]
fn a_service_that_keeps_quiet_is_told_of_in_the_head() {
    let mut rig = scene(120, "", (120, 36), FULL);
    let mut live = rig.model.open_study.live.clone().unwrap();
    assert!(rig.text().contains("ready in"), "{}", rig.text());
    let engine = "mock".to_owned();
    live.silence = Some(Silence {
        engine,
        seconds: 75,
        under_way: 9,
        limit_s: 120,
        rests_s: None,
        asks_s: None,
        paced_s: None,
    });
    rig.tell(Msg::Live(id(MAIN), Ok(Box::new(live))));
    let text = rig.text();
    assert!(text.contains("no reply for 1m15s") && !text.contains("ready in"), "{text}");
    let mut live = rig.model.open_study.live.clone().unwrap();
    if let Some(silence) = &mut live.silence {
        silence.asks_s = Some(3_596);
    }
    rig.tell(Msg::Live(id(MAIN), Ok(Box::new(live))));
    let text = rig.text();
    let said = "asks to wait, for 59 min more";
    assert!(text.contains(said) && !text.contains("ready in"), "{text}");
}

#[test]
fn hostile_text_is_inert() {
    let evil = "\u{1b}]52;c;ZXZpbA==\u{7}\u{202e}gnp\u{200b}.exe\u{9b}31m";
    let mut rig = scene(200, "3", (120, 36), FULL);
    let mut report = report(200);
    report.study.name = evil.to_owned();
    if let Some(results) = &mut report.results {
        results.themes[0].theme = evil.to_owned();
        results.themes[0].quotes =
            vec![Quote { answer: protocol::id::AnswerId(1), text: evil.to_owned() }];
        results.conclusions = vec![evil.to_owned()];
    }
    rig.tell(Msg::Report(id(MAIN), Ok(Box::new(report))));
    rig.tell(Msg::Told(evil.to_owned()));
    for keys in ["v v", "1", ":"] {
        rig.keys(keys);
        let text = rig.text();
        assert!(text.chars().all(|letter| letter == '\n' || !letter.is_control()), "{text}");
        assert!(!text.contains(['\u{202e}', '\u{200b}']), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_breaks_at_any_size(
        width in 1u16..=220, height in 1u16..=70, which in 0..SCENES.len() + 3, ascii in any::<bool>(), zoom in any::<bool>(),
    ) {
        let kind = if ascii { (Colours::None, Glyphs::Ascii) } else { FULL };
        // The last scenes are an A/B test, a chain, and the variants of one round.
        let mut rig = match SCENES.get(which) {
            Some((_, known, keys)) => scene(*known, keys, (width, height), kind),
            None => {
                let mut rig = Rig::new((width, height), look(kind.0, kind.1));
                match which - SCENES.len() {
                    0 => rig.open_ab(100),
                    1 => rig.open_chain(chain_report(20)),
                    _ => rig.open_chain(variants_report(20)),
                }
                rig
            }
        };
        if zoom {
            rig.keys("\\");
        }
        let text = rig.text();
        prop_assert_eq!(text.lines().count(), usize::from(height));
        let too_small = width < super::SMALLEST.0 || height < super::SMALLEST.1;
        prop_assert!(too_small || text.lines().last().unwrap_or("").contains("help") || which > 7, "{}", text);
        prop_assert!(!too_small || text.starts_with("need 60"[..7.min(usize::from(width))].trim_end()), "{}", text);
    }
}

/// Drawing replaces the whole previous content of a buffer, whichever screen it was.
#[test]
fn nothing_of_another_screen_shines_through() {
    let mut used = scene(120, "", (120, 36), FULL).buffer();
    for (name, known, keys) in SCENES {
        let rig = scene(known, keys, (120, 36), FULL);
        super::draw(&rig.model, &mut used);
        assert_eq!(used, rig.buffer(), "{name}");
    }
}

/// Drawing depends on the model only.
#[test]
fn the_same_model_draws_the_same_cells() {
    let rig = scene(120, "", (100, 30), FULL);
    let copy: Model = rig.model.clone();
    let again = Rig { model: copy, ms: rig.ms };
    assert_eq!(rig.buffer(), again.buffer());
}
