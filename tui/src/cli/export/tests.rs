//! Tests of the report pages: required contents, and the escaping of text from outside.

use proptest::prelude::*;
use protocol::results::Report;

use super::document::{Block, Document};
use super::{html, markdown};
use crate::report::fixtures;

fn all() -> Vec<Report> {
    vec![
        fixtures::concept_test(),
        fixtures::nps(),
        fixtures::sentiment(),
        fixtures::survey(),
        fixtures::ab_test(),
        fixtures::content_review(),
    ]
}

fn page(report: &Report) -> String {
    html::page(&Document::of(report, &fixtures::asked(report)))
}

/// The tags of a page, in order.
fn tags(page: &str) -> Vec<&str> {
    page.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default()).collect()
}

#[test]
fn a_ranking_is_a_page_of_its_own_and_inert() {
    let mut found = fixtures::ranking();
    found.studies[3].name = "<script>alert(1)</script>".to_owned();
    let page = super::ranking_page(&found);
    for wanted in [
        "4 studies (concept test) ranked by",
        "The order",
        "Differences",
        "What this is worth",
        "&gt;99%",
        "no person was asked",
    ] {
        assert!(page.contains(wanted), "{wanted} is missing: {page}");
    }
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;"), "{page}");
}

#[test]
fn every_page_says_what_it_is_and_what_it_is_not() {
    for report in all() {
        let page = page(&report);
        for wanted in [
            "What was asked",
            "Of whom",
            "What came out",
            "How sure it is",
            "What this is not",
            "no person was asked",
            "Content-Security-Policy\" content=\"default-src 'none'",
            report.study.instrument_hash.as_str(),
            "<dt>Seed</dt><dd>7</dd>",
            "<dt>Engine</dt><dd>offline</dd>",
            "&lt;four&gt; &amp; ```more```",
        ] {
            assert!(page.contains(wanted), "{wanted} is missing: {}", report.study.name);
        }
        assert!(!page.contains("<script") && !page.contains("http") || page.contains("http-equiv"));
        assert!(!page.contains("NaN") && !page.contains("inf\""), "{page}");
    }
}

#[test]
fn a_rejected_text_is_told_of_before_any_number() {
    use protocol::rejection::RejectionKind;
    let mut report = fixtures::concept_test();
    report.study.rejected = vec![fixtures::rejection(None, RejectionKind::Fraud)];
    let sentence = report.study.rejected[0].sentence();
    let document = Document::of(&report, &fixtures::asked(&report));
    let conclusion = &report.results.as_ref().unwrap().conclusions[0];
    let text = markdown::page(&document);
    let place = text.find("> **The built-in reader rejects this text").unwrap();
    assert!(place < text.find(conclusion.split(' ').next().unwrap()).unwrap(), "{text}");
    assert!(html::page(&document).contains(&sentence));
}

#[test]
fn the_page_of_an_ab_test_keeps_its_shape() {
    insta::assert_snapshot!("ab_test_html", page(&fixtures::ab_test()));
}

#[test]
fn the_markdown_of_a_survey_keeps_its_shape() {
    let report = fixtures::survey();
    let text = markdown::page(&Document::of(&report, &fixtures::asked(&report)));
    insta::assert_snapshot!("survey_md", text);
}

#[test]
fn a_study_without_results_has_a_page_too() {
    let mut report = fixtures::concept_test();
    report.results = None;
    report.study.reason = Some("the disk <is> full".into());
    let page = page(&report);
    assert!(page.contains("the disk &lt;is&gt; full") && page.contains("What this is not"));
}

#[test]
fn what_the_results_lack_stands_beside_the_headline_and_above_the_columns() {
    let mut report = fixtures::survey();
    report.warnings = vec!["Nobody could answer question <2>.".to_owned()];
    let asked = fixtures::asked(&report);
    let document = Document::of(&report, &asked);
    let short = document.sections.iter().find(|section| section.heading == "In short");
    let first = short.and_then(|section| section.blocks.first());
    assert!(matches!(first, Some(Block::Warning(said)) if said.contains("<2>")), "{first:?}");
    assert!(page(&report).contains("Nobody could answer question &lt;2&gt;"));
    assert!(markdown::page(&document).contains("Nobody could answer question"));
    let book = String::from_utf8(super::codebook(&report, &asked, 0).unwrap()).unwrap();
    let begins =
        "column,meaning,values\n(warning),Nobody could answer question <2>.,of the whole table\n";
    assert!(book.starts_with(begins), "{book}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_words_of_others_become_markup(
        words in "[<>&\"'/a-z =:!\\[\\]()`#|]{0,40}|\\PC{0,40}",
    ) {
        for mut report in all() {
            let plain = {
                fill(&mut report, "plain");
                let page = page(&report);
                tags(&page).into_iter().map(str::to_owned).collect::<Vec<_>>()
            };
            fill(&mut report, &words);
            let page = page(&report);
            let found = tags(&page);
            // The tags and their order do not depend on any text.
            prop_assert_eq!(found.len(), plain.len());
            for (found, plain) in found.iter().zip(&plain) {
                prop_assert_eq!(
                    found.split([' ', '\n']).next(), plain.split([' ', '\n']).next()
                );
            }
        }
    }
}

/// Puts the text into every field that holds text from outside.
fn fill(report: &mut Report, words: &str) {
    report.study.name = words.to_owned();
    report.study.engine = words.to_owned();
    report.meta.notice = words.to_owned();
    if let Some(results) = &mut report.results {
        for theme in &mut results.themes {
            theme.theme = words.to_owned();
            for quote in &mut theme.quotes {
                quote.text = words.to_owned();
            }
        }
        for sentence in &mut results.conclusions {
            *sentence = words.to_owned();
        }
        for note in &mut results.diagnostics.notes {
            *note = words.to_owned();
        }
        for finding in &mut results.findings {
            finding.title = words.to_owned();
            finding.suggested_action = words.to_owned();
        }
    }
}
