//! Snapshots of the chain at every size and colour level, and its keys: versions, base, difference, and a version that is
//! written into its file and taken back.

use protocol::event::EventData;
use protocol::finding::{FindingPair, FindingsAcross};
use protocol::results::{Estimate, Outcomes, Report};
use protocol::run::{Live, PanelCounts, RoundProgress, State};
use protocol::service::Page;

use crate::station::effect::{Call, Effect};
use crate::station::look::{Colours, Glyphs};
use crate::station::model::Screen;
use crate::station::model::chain::{Applied, Choice};
use crate::station::msg::Msg;
use crate::station::testing::{
    MAIN, REVIEW, Rig, chain_report, id, look, response, review_study, styles, text,
    variants_report,
};

const UNICODE: (Colours, Glyphs) = (Colours::True, Glyphs::Unicode);

fn rig_with(report: Report, size: (u16, u16), (colours, glyphs): (Colours, Glyphs)) -> Rig {
    let mut rig = Rig::new(size, look(colours, glyphs));
    rig.open_chain(report);
    rig.wait(10_000);
    rig
}

fn rig(size: (u16, u16)) -> Rig {
    rig_with(chain_report(20), size, UNICODE)
}

/// The report with its outcomes changed as text.
fn changed(mut report: Report, change: impl Fn(String) -> String) -> Report {
    let results = report.results.as_mut().unwrap();
    let told = change(serde_json::to_string(&results.outcomes).unwrap());
    results.outcomes = serde_json::from_str(&told).unwrap();
    report
}

#[test]
fn the_chain_keeps_its_look_at_every_size() {
    for size in [(200, 60), (120, 36), (80, 24), (60, 20)] {
        let mut rig = rig(size);
        insta::assert_snapshot!(format!("chain_{}x{}", size.0, size.1), rig.text());
        rig.keys("tab tab");
        assert!(rig.text().contains("Why it moved"), "{}", rig.text());
        if size.0 == 60 {
            insta::assert_snapshot!("chain_why_60x20", rig.text());
        }
    }
    let mut first = rig((80, 24));
    first.keys("[ w");
    first.wait(10_000);
    insta::assert_snapshot!("chain_original_80x24", first.text());
    let mut last = rig((120, 36));
    last.keys("[ = ] ] w");
    last.wait(10_000);
    insta::assert_snapshot!("chain_base_lines_120x36", last.text());
    for size in [(120, 36), (80, 24)] {
        let rig = rig_with(variants_report(20), size, UNICODE);
        insta::assert_snapshot!(format!("variants_{}x{}", size.0, size.1), rig.text());
    }
}

#[test]
fn counts_of_large_panels_are_not_cut() {
    let large = |text: String| {
        text.replace("\"up\":14,\"same\":4,\"down\":2", "\"up\":2690,\"same\":109,\"down\":2101")
    };
    for size in [(200, 60), (120, 36), (80, 24), (60, 20)] {
        let shown = rig_with(changed(chain_report(20), large), size, UNICODE).text();
        assert!(shown.contains("▲2690 =109 ▼2101 "), "{size:?}: {shown}");
    }
}

#[test]
fn the_chain_keeps_its_look_at_every_colour_level() {
    for (level, kind) in [
        ("truecolor", UNICODE),
        ("sixteen", (Colours::Sixteen, Glyphs::Unicode)),
        ("none", (Colours::None, Glyphs::Unicode)),
        ("ascii", (Colours::None, Glyphs::Ascii)),
    ] {
        let buffer = rig_with(chain_report(20), (80, 24), kind).buffer();
        let shown = format!("{}\n{}", text(&buffer), styles(&buffer));
        insta::assert_snapshot!(format!("chain_{level}"), shown);
    }
    for report in [chain_report(20), variants_report(20)] {
        let ascii = rig_with(report, (120, 36), (Colours::None, Glyphs::Ascii)).text();
        // The text itself is kept unchanged.
        let strangers = ascii.chars().filter(|one| !one.is_ascii() && *one != '€');
        assert_eq!(strangers.collect::<String>(), "", "{ascii}");
    }
}

#[test]
fn without_a_chain_the_screen_says_what_to_do() {
    let mut other = Rig::new((80, 24), look(UNICODE.0, UNICODE.1));
    other.open(200, 200);
    other.keys("4");
    other.wait(10_000);
    insta::assert_snapshot!("no_review_80x24", other.text());
    for keys in ["]", "=", "a", "y"] {
        assert_eq!(other.keys(keys), [], "{keys}");
    }
    let none = changed(variants_report(20), |told| {
        let mut told: serde_json::Value = serde_json::from_str(&told).unwrap();
        told["improvedVariants"] = serde_json::json!([]);
        told.to_string()
    });
    insta::assert_snapshot!("no_variant_80x24", rig_with(none, (80, 24), UNICODE).text());

    let mut running = chain_report(20);
    running.results = None;
    running.study = review_study(State::Running, 20);
    let panel = PanelCounts { requested: 20, delivered: 7, ..PanelCounts::default() };
    running.study.round = Some(RoundProgress { round: 2, rounds: 3, confirms: false, panel });
    let live = Live {
        study: running.study.clone(),
        scale: Some((1, 10)),
        scores: vec![0; 10],
        exact: None,
        finished: Vec::new(),
        recent: Vec::new(),
        elapsed_ms: 900,
        spending: None,
        silence: None,
        no_writes: None,
    };
    let mut rig = rig_with(running, (80, 24), UNICODE);
    rig.tell(Msg::Live(id(REVIEW), Ok(Box::new(live))));
    insta::assert_snapshot!("running_80x24", rig.text());
}

/// The screen of round 2, whose rewrite was meant for the first finding, with what became of it: its share before and after, and
/// whether it is gone.
fn meant_for(before: f64, after: f64, is_gone: bool) -> String {
    let mut report = chain_report(20);
    let results = report.results.as_mut().unwrap();
    let finding = results.findings.iter().find(|one| one.id == 1).unwrap();
    let share = |value| Some(Estimate { value, ..results.estimates["clickRate"].clone() });
    let pair = FindingPair {
        category: finding.category,
        affected_feature: finding.affected_feature.clone(),
        first: None,
        second: None,
        first_share: share(before),
        second_share: share(after),
    };
    let Outcomes::ContentReview { iterations: Some(chain), .. } = &mut results.outcomes else {
        panic!("a chain")
    };
    let (fixed, persisting) = if is_gone { (vec![pair], vec![]) } else { (vec![], vec![pair]) };
    chain.chain[1].findings_across = Some(FindingsAcross { fixed, persisting, new: Vec::new() });
    let shown = rig_with(report, (200, 60), UNICODE).text();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn why_it_moved_names_no_finding_that_is_named_as_often_as_before() {
    let gone = meant_for(0.6, 0.05, true);
    assert!(gone.contains("Answers (named by 60 % → 5 %) finding 1"), "{gone}");
    let eased = meant_for(0.6, 0.4, false);
    assert!(eased.contains("Eases, and does not end (named by 60 % → 40 %), finding 1"), "{eased}");
    for after in [0.6, 0.7] {
        let same = meant_for(0.6, after, false);
        assert!(!same.contains("finding 1,"), "{same}");
    }
}

#[test]
fn one_round_is_compared_with_nothing() {
    let mut report = chain_report(20);
    let results = report.results.as_mut().unwrap();
    let Outcomes::ContentReview { iterations: Some(chain), .. } = &mut results.outcomes else {
        panic!("a chain")
    };
    chain.chain.truncate(1);
    (chain.completed_rounds, chain.best_round, chain.best_score) = (1, 1, 5.2);
    (chain.improvement.score_change, chain.improvement.confirmation) = (0.0, None);
    report.study = review_study(State::Cancelled, 20);
    report.finished_rounds = report.results.take().map(Box::new);
    for size in [(200, 60), (120, 36)] {
        let shown = rig_with(report.clone(), size, UNICODE).text();
        assert!(shown.contains("one round ended, nothing to compare"), "{shown}");
        assert!(!shown.contains("5.2 → 5.2") && !shown.contains("so far"), "{shown}");
    }
}

#[test]
fn versions_are_turned_by_brackets_arrows_and_rows() {
    let mut rig = rig((120, 36));
    assert!(rig.text().contains("round 1 → round 2"), "the best is shown first: {}", rig.text());
    for (keys, shown) in [
        ("]", "round 2 → round 3"),
        ("]", "round 2 → round 3"),
        ("left", "round 1 → round 2"),
        ("k", "Text of round 1"),
        ("G", "round 2 → round 3"),
        ("[ [", "Text of round 1"),
    ] {
        rig.keys(keys);
        assert!(rig.text().contains(shown), "{keys}: {}", rig.text());
    }
    rig.keys("= ] ]");
    assert!(rig.text().contains("round 1 → round 3"), "{}", rig.text());
    rig.keys("[ [ = ] ]");
    assert!(rig.text().contains("round 2 → round 3"), "{}", rig.text());
    let effects = rig.keys("y");
    let [Effect::Copy { text, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(text.starts_with("Start in a minute for €9 a month\n\n"), "{text}");
}

#[test]
fn enter_opens_the_results_of_the_round_and_esc_leads_back() {
    let mut rig = rig((120, 36));
    let effects = rig.keys("enter");
    let wanted = [Call::RoundReport(id(REVIEW), 2), Call::RoundPage(id(REVIEW), 2, 0)];
    for call in wanted {
        assert!(effects.contains(&Effect::Call(call.clone())), "{call:?} is not in {effects:?}");
    }
    // What still comes of the whole study is not taken for the round's.
    rig.tell(Msg::Page(id(REVIEW), Ok(Page { items: vec![response(0)], next: None })));
    assert!(rig.model.open_study.responses.is_empty());
    let mut of_round = chain_report(20);
    of_round.round = Some(2);
    if let Some(results) = &mut of_round.results
        && let Some(overall) = results.estimates.get_mut("overall")
    {
        (overall.value, overall.n) = (6.3, 19);
    }
    rig.tell(Msg::RoundReport(id(REVIEW), 3, Ok(Box::new(chain_report(20)))));
    assert!(rig.model.open_study.report.is_none(), "of a round that is not open");
    rig.tell(Msg::RoundReport(id(REVIEW), 2, Ok(Box::new(of_round))));
    rig.tell(Msg::RoundPage(id(REVIEW), 2, Ok(Page { items: vec![response(3)], next: None })));
    let text = rig.text();
    assert!(text.contains("round 2") && text.contains("6.3") && text.contains("n=19"), "{text}");
    assert_eq!(rig.model.open_study.responses.len(), 1);
    rig.keys("esc");
    assert!(rig.text().contains("round 1 → round 2"), "{}", rig.text());
    assert_eq!(rig.model.open_study.round, None);
    rig.keys("enter 3");
    assert!(rig.text().contains("5.2"), "3 opens the results of the study: {}", rig.text());
    // Round 1 is the study's own.
    rig.keys("4 g g enter");
    assert_eq!(rig.model.open_study.round, None);
}

#[test]
fn the_base_changes_what_every_change_is_from() {
    let mut rig = rig((200, 60));
    assert!(rig.text().contains("changes are from round 1"), "{}", rig.text());
    assert!(
        rig.text().contains("it moved most for the role brand strategist +1.6"),
        "{}",
        rig.text()
    );
    assert!(rig.text().contains("1 fixed (Jargon)"), "{}", rig.text());
    rig.keys("= ]");
    let text = rig.text();
    assert!(text.contains("changes are from round 2"), "{text}");
    assert!(text.contains("−0.8 [−1.2, −0.4]*"), "round 3 against round 2: {text}");
    assert!(
        text.contains("brand strategist −1.2") || text.contains("brand strategist -1.2"),
        "{text}"
    );
    rig.keys("[ [");
    let text = rig.text();
    assert!(text.contains("round 2 → round 1"), "{text}");
    assert!(text.contains("2 of 20 experts score it higher than round 2"), "turned round: {text}");
    rig.keys("] = ] =");
    assert!(rig.text().contains("changes are from round 3"), "{}", rig.text());
}

#[test]
fn a_chain_without_results_shows_its_finished_rounds_as_such() {
    for (state, said) in [
        (State::Running, "3 of 4 rounds have ended"),
        (State::Cancelled, "Cancelled after 3 of 4 rounds"),
    ] {
        let mut report = chain_report(20);
        report.study = review_study(state, 20);
        report.finished_rounds = report.results.take().map(Box::new);
        for size in [(200, 60), (80, 24)] {
            let rig = rig_with(report.clone(), size, UNICODE);
            let text = rig.text();
            assert!(text.contains("so far") && text.contains("round 1 → round 2"), "{text}");
            if size.0 == 200 {
                let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(one_line.contains(said) && !one_line.contains("Proved"), "{one_line}");
                insta::assert_snapshot!(format!("finished_{state}_200x60"), text);
            }
        }
        let mut rig = rig_with(report, (120, 36), UNICODE);
        rig.keys("] a");
        let written = Effect::Call(Call::Apply(id(REVIEW), Choice::Round(3)));
        assert_eq!(rig.keys("enter"), [written], "what is done can be taken");
    }
}

#[test]
fn finished_rounds_have_results_and_findings_and_the_findings_of_a_round_are_its_own() {
    let mut report = chain_report(20);
    report.study = review_study(State::Cancelled, 20);
    let title = report.results.as_ref().unwrap().findings[0].title.clone();
    report.finished_rounds = report.results.take().map(Box::new);
    for size in [(200, 60), (80, 24), (60, 20)] {
        let mut rig = rig_with(report.clone(), size, UNICODE);
        rig.keys("3");
        let text = rig.text();
        assert!(text.contains("synthetic") && !text.contains("was cancelled"), "{text}");
        assert!(size.0 < 200 || text.contains("finished rounds"), "{text}");
        rig.keys("5");
        let text = rig.text();
        let begin: String = title.chars().take(20).collect();
        assert!(text.contains(&begin) && text.contains("synthetic"), "{text}");
        assert!(rig.keys("m").is_empty(), "no status without results");
        assert!(rig.text().contains("Only findings of a study with results"), "{}", rig.text());
    }
    let mut rig = rig_with(report.clone(), (120, 36), UNICODE);
    rig.keys("] enter");
    let round = rig.model.open_study.round.unwrap();
    let mut of_round = chain_report(20);
    of_round.round = Some(round);
    of_round.results.as_mut().unwrap().findings.truncate(1);
    of_round.results.as_mut().unwrap().findings[0].title = "Only of this round".to_owned();
    rig.tell(Msg::RoundReport(id(REVIEW), round, Ok(Box::new(of_round))));
    rig.keys("5");
    let text = rig.text();
    assert!(
        text.contains("Only of this round") && text.contains(&format!("round {round}")),
        "{text}"
    );
    rig.keys("esc");
    assert_eq!((rig.model.screen, rig.model.open_study.round), (Screen::Results, Some(round)));
    rig.keys("esc");
    assert_eq!((rig.model.screen, rig.model.open_study.round), (Screen::Chain, None));
}

#[test]
fn a_later_round_is_followed_on_every_screen() {
    let mut report = chain_report(20);
    report.results = None;
    report.study = review_study(State::Running, 20);
    let panel = PanelCounts { requested: 20, delivered: 7, ..PanelCounts::default() };
    report.study.round = Some(RoundProgress { round: 2, rounds: 3, confirms: false, panel });
    let mut rig = rig_with(report, (80, 24), UNICODE);
    rig.keys("1");
    assert!(rig.text().contains("round 2/3") && rig.text().contains("7/20"), "{}", rig.text());
    rig.keys("2");
    let text = rig.text();
    assert!(text.contains("round 2 of 3: 7/20") && text.contains("35%"), "{text}");
    assert!(text.contains("synthetic") && !text.contains("ready in 0s"), "{text}");
    let panel = PanelCounts { delivered: 20, ..panel };
    let round = Some(RoundProgress { round: 3, rounds: 3, confirms: false, panel });
    let recorded =
        EventData::Recorded { first: 0, last: 19, count: 20, delivered: 13, panel, round };
    rig.event(recorded, REVIEW, 900);
    assert!(rig.text().contains("round 3 of 3: 20/20"), "{}", rig.text());
}

#[test]
fn text_and_reasons_scroll_to_their_end_and_not_beyond() {
    let long = changed(chain_report(20), |told| {
        told.replace("in one minute", &"in one short and easy minute ".repeat(30))
    });
    let mut rig = rig_with(long, (60, 20), UNICODE);
    for pane in ["tab", "tab"] {
        rig.keys(pane);
        let before = rig.text();
        rig.keys("G");
        let end = rig.text();
        assert_ne!(before, end);
        rig.keys("j j j pagedown");
        assert_eq!(rig.text(), end);
        rig.keys("k");
        assert_ne!(rig.text(), end, "no movement below the end is kept");
        rig.keys("g g");
        assert_ne!(rig.text(), end);
    }
    rig.keys("esc");
    assert!(rig.text().contains("round 1 → round 2"), "{}", rig.text());
}

#[test]
fn a_version_is_written_after_a_question_and_z_restores_the_file() {
    let mut rig = rig((80, 24));
    assert_eq!(rig.keys("z"), [], "nothing was written");
    assert_eq!(rig.keys("a"), []);
    let text = rig.text();
    assert!(text.contains("Write round 2 into the file?"), "{text}");
    assert!(text.contains("/home/ann/launch.md"), "{text}");
    rig.keys("esc");
    assert_eq!(rig.keys("z"), [], "a question that was declined writes nothing");
    rig.keys("] a");
    let written = [Effect::Call(Call::Apply(id(REVIEW), Choice::Round(3)))];
    assert_eq!(rig.keys("enter"), written);
    let path = || "/home/ann/launch.md".to_owned();
    rig.tell(Msg::Applied(id(REVIEW), Ok(Applied::Written(path()))));
    assert!(rig.text().contains("Written to /home/ann/launch.md"), "{}", rig.text());
    assert_eq!(rig.keys("z"), [Effect::Call(Call::TakeBack(id(REVIEW)))]);
    rig.tell(Msg::Applied(id(REVIEW), Ok(Applied::Restored(path()))));
    assert_eq!(rig.keys("z"), []);
    rig.keys("a enter");
    rig.tell(Msg::Applied(id(REVIEW), Err("launch.md has another text".to_owned())));
    assert!(rig.text().contains("launch.md has another text."), "{}", rig.text());
    assert_eq!(rig.keys("z"), []);
}

#[test]
fn a_variant_is_written_by_its_rank_and_a_study_without_a_file_says_so() {
    let mut rig = rig_with(variants_report(20), (120, 36), UNICODE);
    rig.keys("] a");
    assert_eq!(rig.keys("enter"), [Effect::Call(Call::Apply(id(REVIEW), Choice::Variant(2)))]);
    rig.tell(Msg::Source(id(REVIEW), Ok(None)));
    rig.keys("a");
    assert!(rig.model.layers.is_empty(), "{}", rig.text());
    assert!(rig.text().contains("not submitted from a file"), "{}", rig.text());
}

#[test]
fn what_was_written_from_one_study_is_not_restored_from_another() {
    let mut rig = rig((80, 24));
    rig.keys("a enter");
    rig.tell(Msg::Applied(id(REVIEW), Ok(Applied::Written("launch.md".to_owned()))));
    rig.keys("1");
    rig.model.studies.select(Some(id(MAIN)));
    rig.keys("4");
    assert_eq!(rig.keys("z"), []);
}

#[test]
fn hostile_text_of_a_version_is_inert() {
    let evil = "\u{1b}]52;c;ZXZpbA==\u{7}\u{202e}gnp\u{200b}.exe\u{9b}31m";
    let evil_json = serde_json::to_string(evil).unwrap();
    let report = changed(chain_report(20), |told| {
        ["shared folder", "Plain words for jargon", "Value Clarity"]
            .iter()
            .fold(told, |told, words| told.replace(words, evil_json.trim_matches('"')))
    });
    let mut rig = rig_with(report, (120, 36), UNICODE);
    let effects = rig.keys("y");
    let [Effect::Copy { text, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{200b}', '\u{9b}']), "{text:?}");
    for keys in ["s", "w", "tab tab", "3"] {
        rig.keys(keys);
        let text = rig.text();
        assert!(text.chars().all(|letter| letter == '\n' || !letter.is_control()), "{text}");
        assert!(!text.contains(['\u{202e}', '\u{200b}']), "{text}");
    }
}

#[test]
fn the_difference_is_laid_out_once_and_again_when_the_report_changes() {
    let mut rig = rig((120, 36));
    let before = rig.model.open_study.chain.laid.clone();
    assert!(before.is_some());
    rig.keys("j k");
    assert_eq!(rig.model.open_study.chain.laid, before);
    let other = changed(chain_report(20), |told| told.replace("shared folder", "drawer"));
    rig.tell(Msg::Report(id(REVIEW), Ok(Box::new(other))));
    assert!(rig.text().contains("Start your drawer"), "{}", rig.text());
}
