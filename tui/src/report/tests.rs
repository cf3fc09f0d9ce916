//! Snapshots of whole reports, and invariants of every report.

use proptest::prelude::*;
use protocol::results::Outcomes;
use protocol::run::Calls;
use protocol::run::State;
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::look::{Colour, Glyphs};

const NARROW: Look = Look { width: 60, ..Look::PLAIN };
const ASCII: Look = Look { glyphs: Glyphs::Ascii, ..Look::PLAIN };
const COLOUR: Look = Look { colour: Colour::Ansi, ..Look::PLAIN };

/// The text without its colours.
fn bare(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |bare, part| bare + part.split_once('m').map_or("", |(_, rest)| rest))
}

#[test]
fn a_concept_test() {
    insta::assert_snapshot!("concept_80", render(&fixtures::concept_test(), Look::PLAIN));
    insta::assert_snapshot!("concept_60", render(&fixtures::concept_test(), NARROW));
    insta::assert_snapshot!("concept_ascii", render(&fixtures::concept_test(), ASCII));
}

#[test]
fn a_rejected_text_is_told_of_before_any_number() {
    use protocol::rejection::{RejectionKind, Variant};
    let mut report = fixtures::concept_test();
    report.study.rejected = vec![fixtures::rejection(None, RejectionKind::Fraud)];
    let text = render(&report, Look::PLAIN);
    let sentence = text.find("! The built-in reader rejects this text").unwrap();
    assert!(sentence < text.find("  • ").unwrap(), "{text}");
    let until_numbers: Vec<&str> = text.lines().take(14).collect();
    insta::assert_snapshot!("rejected_80", until_numbers.join("\n"));
    let study = fixtures::nps().study;
    let compared = comparison(&study, &report.study, &fixtures::comparison(), Look::PLAIN);
    assert!(compared.contains("! In the second study: The built-in reader rejects this text: it"));
    let mut report = fixtures::ab_test();
    report.study.rejected = vec![fixtures::rejection(Some(Variant::B), RejectionKind::Harm)];
    report.results = None;
    assert!(render(&report, Look::PLAIN).contains("The built-in reader rejects variant B: it can"));
}

#[test]
fn a_recommendation_study() {
    insta::assert_snapshot!("nps_80", render(&fixtures::nps(), Look::PLAIN));
    insta::assert_snapshot!("nps_60", render(&fixtures::nps(), NARROW));
}

#[test]
fn a_sentiment_study() {
    insta::assert_snapshot!("sentiment", render(&fixtures::sentiment(), Look::PLAIN));
}

#[test]
fn a_survey() {
    insta::assert_snapshot!("survey", render(&fixtures::survey(), Look::PLAIN));
}

#[test]
fn a_content_review() {
    insta::assert_snapshot!("content_review", render(&fixtures::content_review(), Look::PLAIN));
}

#[test]
fn an_ab_test() {
    insta::assert_snapshot!("ab_test", render(&fixtures::ab_test(), Look::PLAIN));
}

#[test]
fn the_report_of_a_version_opens_with_its_change_against_the_one_before() {
    let mut report = fixtures::concept_test();
    report.version = Some(Box::new(fixtures::version()));
    let opening = |report: &Report| {
        let text = render(report, Look::PLAIN);
        text.lines().take(20).map(|line| format!("{line}\n")).collect::<String>()
    };
    let mut shown = opening(&report);
    // The first of a branch has nothing to be compared with.
    if let Some(version) = &mut report.version {
        (version.version, version.previous, version.change) = (1, None, None);
        version.lineage.changed = vec!["panel 200 instead of 100".to_owned()];
        let own = crate::report::version::in_short(version);
        assert!(own.starts_with("launch.md v1: Mean score 5.20 ("), "{own}");
    }
    shown.push_str(&opening(&report));
    insta::assert_snapshot!(shown);
}

#[test]
fn that_no_group_moved_is_said_where_groups_were_looked_at() {
    let mut version = fixtures::version();
    let told = |version: &protocol::watch::VersionReport| {
        crate::report::version::sentences(version).join("\n")
    };
    let change = version.change.as_mut().unwrap();
    for found in change.segments.values_mut().flat_map(|classes| classes.values_mut()) {
        (found.p_adjusted, found.small) = (Some(0.4), false);
    }
    assert!(told(&version).contains("No group moved beyond chance by itself ("));
    version.change.as_mut().unwrap().segments.clear();
    assert!(!told(&version).contains("group"), "{}", told(&version));
}

#[test]
fn a_comparison_and_a_breakdown() {
    let study = fixtures::concept_test().study;
    let text = comparison(&study, &study, &fixtures::comparison(), Look::PLAIN);
    insta::assert_snapshot!("comparison", text);
    insta::assert_snapshot!("cross", cross(&fixtures::cross(), Look::PLAIN));
    let narrow = cross(&fixtures::cross(), NARROW)
        + &comparison(&study, &study, &fixtures::comparison(), NARROW);
    for line in narrow.lines() {
        assert!(line.width() <= NARROW.width, "{line:?}");
    }
}

#[test]
fn a_ranking_and_what_one_would_take() {
    let found = fixtures::ranking();
    insta::assert_snapshot!("ranking_80", ranking(&found, Look::PLAIN));
    let wide = Look { width: 120, ..Look::PLAIN };
    for look in [Look::PLAIN, NARROW, wide, ASCII] {
        let text = ranking(&found, look);
        for line in text.lines() {
            assert!(line.width() <= look.width, "{line:?}");
        }
        assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'), "{text}");
    }
    // Without letters the possible ranks stand there, and the differences are from the next one.
    let mut many = fixtures::ranking();
    many.studies.iter_mut().for_each(|study| study.groups.clear());
    many.pairs.retain(|pair| pair.second.0.as_u128() - pair.first.0.as_u128() == 1 << 96);
    let text = ranking(&many, Look::PLAIN);
    assert!(text.contains("places") && text.contains("2–3"), "{text}");
    assert!(text.contains("EACH BEHIND THE ONE ABOVE IT"), "{text}");
}

#[test]
fn a_difference_that_another_wording_would_make() {
    let study = fixtures::concept_test().study;
    let text = comparison(&study, &study, &fixtures::comparison_within_wording(), Look::PLAIN);
    insta::assert_snapshot!("comparison_within_wording", text);
    let report = render(&fixtures::ab_test_within_wording(), Look::PLAIN);
    insta::assert_snapshot!("ab_test_within_wording", report);
    let sharper = "for an interval half as wide";
    assert!(render(&fixtures::ab_test(), Look::PLAIN).contains(sharper), "it is wide enough");
    assert!(!report.contains(sharper), "more people do not make wording noise smaller");
}

#[test]
fn findings_with_their_evidence() {
    let found =
        fixtures::concept_test().results.map(|results| results.findings).unwrap_or_default();
    insta::assert_snapshot!("findings", findings(&found, Look::PLAIN));
}

#[test]
fn colour_adds_nothing_but_colour() {
    let painted = render(&fixtures::nps(), COLOUR);
    assert!(painted.contains("\u{1b}[1;36m"));
    let bare = bare(&painted);
    let bare: Vec<&str> = bare.lines().map(str::trim_end).collect();
    let plain = render(&fixtures::nps(), Look::PLAIN);
    assert_eq!(bare, plain.lines().collect::<Vec<_>>());
    insta::assert_snapshot!("nps_colour", painted.replace('\u{1b}', "␛"));
}

#[test]
fn a_study_without_results_says_where_it_stands() {
    let mut report = fixtures::concept_test();
    report.results = None;
    report.study.state = State::Paused;
    report.study.reason = Some("the disk is full".into());
    insta::assert_snapshot!("paused", render(&report, Look::PLAIN));
    report.study.state = State::Failed;
    report.study.panel.delivered = 0;
    insta::assert_snapshot!("failed", render(&report, Look::PLAIN));
}

#[test]
fn a_single_answer_has_no_interval() {
    let mut report = fixtures::concept_test();
    if let Some(results) = &mut report.results {
        for estimate in results.estimates.values_mut() {
            (estimate.low, estimate.high) = (None, None);
        }
        // Without comparable groups the daemon sends no contrasts.
        results.contrasts.clear();
    }
    let text = render(&report, Look::PLAIN);
    assert!(text.contains("—") && !text.contains("NaN") && !text.contains("WHO DIFFERS"), "{text}");
}

#[test]
fn an_answer_and_a_preview() {
    let answers: String =
        fixtures::responses().iter().map(|response| answer(response, Look::PLAIN)).collect();
    insta::assert_snapshot!("answers", answers);
    let report = fixtures::concept_test();
    let plan = protocol::run::Preview {
        name: report.study.name,
        instrument: report.study.instrument,
        panel: 20_000,
        engine: "offline".into(),
        seed: 7,
        margins: report.results.map(|results| results.margins).unwrap_or_default(),
        questionnaire: "You are Maria.\n\nHow much do you like it, from 1 to 10?".into(),
        credits: protocol::credits::Credits(20_000),
        balance: protocol::credits::Credits(9_885),
        cost_usd: (0.0, 0.0),
        expected_half_width: Some((0.03, "points".into())),
        notes: vec!["The panel is larger than the standing one.".into()],
        calls: vec![
            Calls { what: "the answer".into(), count: 20_000, cost_usd: Some((1.5, 4.25)) },
            Calls { what: "a decoy".into(), count: 30, cost_usd: None },
        ],
        settings: protocol::setting::Settings::new(),
        estimates: Vec::new(),
        metrics: Vec::new(),
    };
    insta::assert_snapshot!("preview", preview(&plan, Look::PLAIN));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_words_of_others_leave_the_page_or_steer_the_terminal(
        words in "\\PC{0,80}|[\u{0}-\u{9f}\u{200b}-\u{202e}\u{e0041}日é]{0,60}",
        width in 60_usize..=110,
    ) {
        let mut report = fixtures::with_channels();
        report.study.name.clone_from(&words);
        report.study.reason = Some(words.clone());
        report.study.engine.clone_from(&words);
        if let Some(results) = &mut report.results {
            for theme in &mut results.themes {
                theme.theme.clone_from(&words);
                for quote in &mut theme.quotes {
                    quote.text.clone_from(&words);
                }
            }
            results.diagnostics.notes.push(words.clone());
            results.findings[0].title.clone_from(&words);
            results.conclusions.push(words.clone());
            results.contrasts[0].class.clone_from(&words);
            for of in results.channels.values_mut() {
                of.notes.push(words.clone());
                for heard in of.channels.values_mut() {
                    heard.engine = Some(words.clone());
                    heard.missing.insert(words.clone(), 1);
                }
            }
        }
        let mut survey = fixtures::survey();
        if let Some(Outcomes::Survey { question_results, .. }) =
            survey.results.as_mut().map(|results| &mut results.outcomes)
        {
            question_results[0].question.clone_from(&words);
            question_results[0].summary.clone_from(&words);
            question_results[0].themes[0].quotes[0].text.clone_from(&words);
        }
        let look = Look { width, ..Look::PLAIN };
        let text = render(&report, look) + &render(&survey, look);
        for line in text.lines() {
            prop_assert!(line.width() <= width, "{} > {width}: {line:?}", line.width());
            prop_assert!(!line.chars().any(char::is_control), "{line:?}");
        }
    }
}
