//! Reviews: the reading of replies, the numbers of a panel, the order of suggestions, and the limits of the material.

mod rewriting;

use super::*;
use crate::domain::instrument::{read_at, read_model};

fn material(content: &str, mode: ReviewMode) -> ReviewMaterial {
    ReviewMaterial {
        content: content.to_owned(),
        code: Vec::new(),
        source: None,
        content_type: ContentType::Youtube,
        sent_as: None,
        mode,
        rounds: 1,
        target_score: None,
        stop_on_no_gain: false,
        allow_new_claims: false,
        neighbours: Neighbours::Stock,
        target_audience: None,
        niche: None,
        tone: None,
        goal: None,
        against: None,
    }
}

fn spec(mode: ReviewMode) -> StudySpec {
    let review = Box::new(material("10 Morning Habits That Changed My Life", mode));
    StudySpec {
        instrument: Instrument::ContentReview { review },
        ..crate::domain::instrument::tests::concept()
    }
}

fn at(respondent: u32) -> Assignment {
    Assignment::first(0, respondent)
}

const REPLY: &str = r#"{"reasoning": "Curiosity: it opens nothing. “Morning Habits” is said by all.",
    "curiosity": 4, "clarity": 8, "emotional_pull": 5, "specificity": 6, "credibility": 7, "would_click": true,
    "feed_distinctiveness": 3, "regulatory_fit": 6, "suggestions": [{"dimension": "curiosity",
    "suggestion": "Say what changed.", "quote": "Morning Habits"}]}"#;

fn scores(answered: &Answered) -> &ReviewAnswer {
    match &answered.answer {
        Answer::ContentReview { said, .. } => said,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_overall_score_is_computed_by_the_lens_of_the_expert() {
    let spec = spec(ReviewMode::ExpertReview);
    let overall = |place: u32| match scores(&read_at(&spec, at(place), REPLY).unwrap()) {
        ReviewAnswer::Scores { overall, role, .. } => (role.clone(), overall.0),
        other @ ReviewAnswer::Choice { .. } => panic!("{other:?}"),
    };
    // Curiosity weighs 2 with the strategist, and 1 with the copy editor, who weighs clarity and specificity by 3.
    assert_eq!(overall(0), ("strategist".to_owned(), 567));
    assert_eq!(overall(1), ("copy_editor".to_owned(), 644));
    assert_eq!(overall(6).0, "strategist");
}

#[test]
fn reasons_are_what_an_expert_would_change_and_what_is_good() {
    let read = read_at(&spec(ReviewMode::ExpertReview), at(0), REPLY).unwrap();
    let told: Vec<_> = read
        .mentions
        .iter()
        .map(|mention| (mention.kind.as_str(), mention.theme.as_str(), mention.quote.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("concern", "Curiosity", Some("“Morning Habits” is said by all.")),
            ("appeal", "Clarity", None)
        ]
    );
}

#[test]
fn a_quote_that_is_not_in_the_content_voids_a_reply_and_is_dropped_from_a_models() {
    let spec = spec(ReviewMode::ExpertReview);
    let made_up = REPLY.replace("\"Morning Habits\"}", "\"Evening Habits\"}");
    let why = read_at(&spec, at(0), &made_up).unwrap_err().to_string();
    assert_eq!(why, "a quote does not stand in the content");
    match scores(&read_model(&spec, at(0), &made_up).unwrap()) {
        ReviewAnswer::Scores { suggestions, .. } => {
            assert_eq!(suggestions[0].suggestion, "Say what changed.");
            assert_eq!(suggestions[0].quote, None);
        }
        other @ ReviewAnswer::Choice { .. } => panic!("{other:?}"),
    }
}

#[test]
fn every_dimension_needs_its_score_in_any_spelling() {
    let spec = spec(ReviewMode::ExpertReview);
    let spelled = REPLY
        .replace("\"emotional_pull\": 5", "\"Emotional Pull\": \"5/10\"")
        .replace("\"would_click\": true", "\"wouldClick\": \"Yes.\"")
        .replace("\"dimension\": \"curiosity\"", "\"Dimension\": \"Curiosity\"");
    let plain = read_model(&spec, at(3), REPLY).unwrap();
    assert_eq!(read_model(&spec, at(3), &spelled).unwrap().answer, plain.answer);
    assert!(read_at(&spec, at(3), &spelled).is_err(), "the strict reader reads one spelling");
    for (from, to, says) in [
        ("\"clarity\": 8,", "", "`clarity` is missing"),
        ("\"clarity\": 8", "\"clarity\": 11", "`clarity` is not a whole number from 1 to 10"),
        ("\"clarity\": 8", "\"clarity\": \"good\"", "`clarity` is not"),
        (
            "\"would_click\": true",
            "\"would_click\": \"perhaps\"",
            "`would_click` is not true or false",
        ),
    ] {
        let why = read_model(&spec, at(3), &REPLY.replace(from, to)).unwrap_err().to_string();
        assert!(why.contains(says), "{why}");
    }
}

#[test]
fn each_mode_asks_for_more_than_the_one_before() {
    let keys = |mode| -> Vec<&str> {
        form::form(&material("x", mode)).into_iter().map(|(key, _)| key).collect()
    };
    let quick = keys(ReviewMode::QuickPulse);
    let expert = keys(ReviewMode::ExpertReview);
    let deep = keys(ReviewMode::DeepSimulation);
    assert_eq!(expert.len(), quick.len() + 1);
    assert_eq!(deep.len(), expert.len() + 1);
    assert!(deep.ends_with(&["suggestions", "objection"]));
    let asked = |mode| form::questionnaire(&material("x", mode), protocol::study::Order::AFirst);
    assert_ne!(asked(ReviewMode::QuickPulse), asked(ReviewMode::ExpertReview));
    assert!(
        read_at(&spec(ReviewMode::QuickPulse), at(0), REPLY).is_err(),
        "it asks for no suggestion"
    );
}

#[test]
fn a_panel_has_an_estimate_for_every_number_of_the_contract() {
    let spec = spec(ReviewMode::ExpertReview);
    let kind = ReviewStudy;
    let mut tally = kind.panel_tally(&spec);
    for place in 0..12 {
        let score = 3 + place % 3;
        let reply = REPLY.replace("\"curiosity\": 4", &format!("\"curiosity\": {score}"));
        let reply = if place < 3 {
            reply.replace("would_click\": true", "would_click\": false")
        } else {
            reply
        };
        let read = read_at(&spec, at(place), &reply).unwrap();
        let by = crate::domain::instrument::tally::By { ordinal: place, group: "" };
        tally.add(by, &[&read.answer]);
    }
    let estimates = tally.headline_estimates(1);
    for field in [
        "overall",
        "clickRate",
        "feedDistinctiveness",
        "regulatoryFit",
        "dimension.curiosity",
        "dimension.credibility",
    ] {
        let found = &estimates[field];
        assert_eq!(found.n, 12, "{field}");
        assert!(found.low.is_none_or(|low| low <= found.value), "{field}: {found:?}");
    }
    assert!((estimates["clickRate"].value - 0.75).abs() < 1e-9);
    assert!((estimates["dimension.curiosity"].value - 4.0).abs() < 1e-9);
    let themes = crate::domain::instrument::themes::Themes::default();
    let outcomes = tally.outcomes(1, &themes).unwrap();
    insta::assert_json_snapshot!(outcomes);
}

#[test]
fn suggestions_stand_in_the_order_of_how_many_how_low_and_how_sure() {
    let scored = |low: &str| REPLY.replace("\"specificity\": 6", low);
    let spec = spec(ReviewMode::ExpertReview);
    let mut tally = ReviewTally::new(review_of(&spec.instrument).cloned());
    for place in 0..10 {
        let other = scored("\"specificity\": 2")
            .replace("\"dimension\": \"curiosity\"", "\"dimension\": \"specificity\"");
        let reply = if place < 4 { other } else { scored("\"specificity\": 2") };
        let read = read_at(&spec, at(place), &reply).unwrap();
        let by = crate::domain::instrument::tally::By { ordinal: place, group: "" };
        tally.add(by, &[&read.answer]);
    }
    let themes = crate::domain::instrument::themes::Themes::default();
    let protocol::results::Outcomes::ContentReview { suggestions, .. } =
        tally.outcomes(1, &themes).unwrap()
    else {
        panic!("not of a review")
    };
    let told: Vec<_> =
        suggestions.iter().map(|one| (one.priority, one.dimension.as_str())).collect();
    // 6 of 10 × 6 points against 4 of 10 × 8 points.
    assert_eq!(told, [(1, "Curiosity"), (2, "Specificity")]);
    assert!(suggestions[1].rationale.starts_with("4 of 10 experts, about “Morning Habits”."));
}

#[test]
fn a_finding_says_what_most_experts_would_do() {
    let spec = spec(ReviewMode::ExpertReview);
    let mut accumulator = crate::domain::instrument::Accumulator::new(&spec);
    for place in 0..10 {
        let said = if place < 3 { "Open with a number." } else { "Say what changed." };
        let reply = REPLY.replace("Say what changed.", said);
        let reply = reply.replace("\"quote\": \"Morning Habits\"", "\"quote\": \"My Life\"");
        let read = read_at(&spec, at(place), &reply).unwrap();
        let outcome = crate::domain::outcome::Outcome::Answered(read);
        accumulator.add(at(place), &[("gender", "female")], &outcome);
    }
    let results = accumulator.finish(std::collections::BTreeMap::new()).unwrap();
    let about = results.findings.iter().find(|one| one.affected_feature == "Curiosity").unwrap();
    let action = &about.suggested_action;
    // The place is that of this very advice, though all ten quote another one for the dimension.
    assert!(action.starts_with("Say what changed (“My Life”)."), "{action}");
    assert_eq!(about.clause.as_deref(), Some("My Life"));
}

#[test]
fn a_finding_weighs_by_exact_scores_and_says_where_one_side_is_too_few() {
    let spec = spec(ReviewMode::ExpertReview);
    let told = |named: std::ops::Range<usize>| {
        let mut accumulator = crate::domain::instrument::Accumulator::new(&spec);
        let (mut sides, mut rounded) = ([Vec::new(), Vec::new()], Vec::new());
        // Strategists give 5.67 and copy editors 6.44: three and one of them, then one and three.
        for (index, place) in (0..).zip([0, 6, 12, 1, 7, 13, 19, 18]) {
            let other =
                REPLY.replace("\"dimension\": \"curiosity\"", "\"dimension\": \"specificity\"");
            let is_named = named.contains(&index);
            let read = read_at(&spec, at(place), if is_named { REPLY } else { &other }).unwrap();
            let ReviewAnswer::Scores { overall, .. } = scores(&read) else { panic!("a choice") };
            sides[usize::from(is_named)].push(overall.points());
            rounded.push(overall.rounded());
            let outcome = crate::domain::outcome::Outcome::Answered(read);
            accumulator.add(at(place), &[("gender", "female")], &outcome);
        }
        assert!(
            rounded.iter().all(|score| *score == 6),
            "whole points tell nobody apart: {rounded:?}"
        );
        let mean = |side: &[f64]| side.iter().sum::<f64>() / side.len() as f64;
        let gap = mean(&sides[0]) - mean(&sides[1]);
        let results = accumulator.finish(std::collections::BTreeMap::new()).unwrap();
        let mut findings = results.findings.into_iter();
        (findings.find(|one| one.affected_feature == "Curiosity").unwrap(), gap)
    };
    let (found, gap) = told(0..4);
    assert!((gap - 0.385).abs() < 0.01, "{gap}");
    let text = &found.description;
    assert!(text.contains("score 0.4 points lower than the others"), "{text}");
    for few in [0..2, 0..6] {
        let text = told(few).0.description;
        assert!(text.contains("too few on one side"), "{text}");
    }
}

#[test]
fn nothing_is_advised_on_a_text_that_is_rejected() {
    use protocol::rejection::{Rejection, RejectionKind};
    let spec = spec(ReviewMode::ExpertReview);
    let mut accumulator = crate::domain::instrument::Accumulator::new(&spec);
    for place in 0..10 {
        let outcome =
            crate::domain::outcome::Outcome::Answered(read_at(&spec, at(place), REPLY).unwrap());
        accumulator.add(at(place), &[("gender", "female")], &outcome);
    }
    let results = accumulator.finish(std::collections::BTreeMap::new()).unwrap();
    assert!(results.conclusions.iter().any(|one| one.starts_with("First for")));
    let rejected = [Rejection { variant: None, kind: RejectionKind::Fraud, clause: None }];
    let told = crate::domain::instrument::told(results, &rejected);
    let Outcomes::ContentReview { suggestions, improved_variants, .. } = &told.outcomes else {
        panic!("no review")
    };
    assert!(suggestions.is_empty() && improved_variants.is_empty());
    assert!(told.conclusions.is_empty() && told.themes.is_empty());
    assert_eq!(told.estimates.keys().collect::<Vec<_>>(), ["overall"]);
    assert_eq!(told.findings.len(), 1);
}

#[test]
fn limits_are_told_with_their_field() {
    let broken = |change: fn(&mut ReviewMaterial)| {
        let mut review = material("A title", ReviewMode::ExpertReview);
        change(&mut review);
        let found = limits::check(&review);
        found.into_iter().map(|one| (one.field, one.what)).collect::<Vec<_>>()
    };
    assert_eq!(broken(|_| ()), []);
    assert_eq!(broken(|review| review.content = "x".repeat(50_000)), []);
    for (change, field, says) in [
        (
            (|review| review.content = "x".repeat(50_001)) as fn(&mut ReviewMaterial),
            "content",
            "50001 characters",
        ),
        (|review| review.content = " ".to_owned(), "content", "is empty"),
        (|review| review.rounds = 0, "rounds", "'rounds' is 0"),
        (|review| review.rounds = 6, "rounds", "'rounds' is 6"),
        (|review| review.target_score = Some(11.0), "target_score", "is 11"),
        (
            |review| review.neighbours = Neighbours::Given { texts: vec!["x".to_owned(); 21] },
            "competitors",
            "21 competitors",
        ),
        (
            |review| {
                review.neighbours =
                    Neighbours::Given { texts: vec!["A title".to_owned(), "a TITLE!".to_owned()] };
            },
            "competitors",
            "all 2 competitors say the same as the content",
        ),
        (|review| review.goal = Some("x".repeat(501)), "goal", "501 characters"),
    ] {
        let found = broken(change);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, field);
        assert!(found[0].1.contains(says), "{found:?}");
    }
    let mut review = material("A title", ReviewMode::ExpertReview);
    review.neighbours =
        Neighbours::Given { texts: vec!["a TITLE!".to_owned(), "Other".to_owned()] };
    assert!(limits::notes(&review)[0].starts_with("1 of 2 competitors say the same"));
}

#[test]
fn the_table_of_credits() {
    let credits = |mode, panel, neighbours: Neighbours, rounds| {
        let review = ReviewMaterial { neighbours, rounds, ..material("x", mode) };
        review_charge(&review).held(panel, true).unwrap().0
    };
    let stock = || Neighbours::Stock;
    for (mode, of_10, of_20, of_30) in [
        (ReviewMode::QuickPulse, 15, 30, 45),
        (ReviewMode::ExpertReview, 30, 60, 90),
        (ReviewMode::DeepSimulation, 45, 90, 135),
    ] {
        let found = [10, 20, 30].map(|panel| credits(mode, panel, stock(), 1));
        assert_eq!(found, [of_10, of_20, of_30], "{mode}");
    }
    assert_eq!(credits(ReviewMode::QuickPulse, 7, stock(), 3), 33);
    let given = || Neighbours::Given { texts: vec!["x".to_owned()] };
    assert_eq!(credits(ReviewMode::ExpertReview, 20, given(), 2), 170);
    let made = Neighbours::Generated { texts: vec!["x".to_owned()], by_model: false };
    assert_eq!(credits(ReviewMode::ExpertReview, 20, made, 1), 135);
}
