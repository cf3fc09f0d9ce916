//! Drafts of content reviews: what a sound one becomes, what is read of the audience in words, and every bad input at its
//! place with a hint.

use protocol::review::{ContentType, Neighbours, ReviewMode};

use super::*;
use crate::domain::instrument::review_of;

const HEAD: &str = "study: content_review\ncontent_type: Blog\n";

fn file(settings: &str, content: &str) -> String {
    format!("---\n{HEAD}{settings}---\n{content}")
}

#[test]
fn a_review_is_read_with_its_defaults_and_its_type_in_the_senders_word() {
    let text = file("goal: more readers\ncompetitors: [\"One\", \"Two, too\"]\n", "Hi");
    let spec = read(&draft(&text, &[("rounds", "3")]), &RULES).unwrap();
    let review = review_of(&spec.instrument).unwrap();
    assert_eq!((review.content.as_str(), review.content_type), ("Hi", ContentType::BlogPost));
    assert_eq!(review.sent_as.as_deref(), Some("Blog"));
    assert_eq!((review.mode, review.rounds, spec.panel), (ReviewMode::ExpertReview, 3, 20));
    let texts = vec!["One".to_owned(), "Two, too".to_owned()];
    assert_eq!(review.neighbours, Neighbours::Given { texts });
    assert_eq!(review.goal.as_deref(), Some("more readers"));
}

#[test]
fn competitors_are_made_up_only_when_asked_for() {
    let text = file("niche: baking\ncompetitors_generated: true\n", "Bread in an hour");
    let spec = read(&draft(&text, &[]), &RULES).unwrap();
    let review = review_of(&spec.instrument).unwrap();
    let Neighbours::Generated { texts, .. } = &review.neighbours else { panic!("{review:?}") };
    assert!(texts.iter().all(|text| text.contains("baking")), "{texts:?}");
}

#[test]
fn an_audience_in_words_becomes_filters_and_an_explicit_filter_wins() {
    let text = file("target_audience: women aged 25 to 35 in the UK\n", "A title");
    let spec = read(&draft(&text, &[]), &RULES).unwrap();
    let audience = spec.audience;
    assert_eq!((audience.region, audience.age_range), (Region::Uk, (25, 35)));
    assert_eq!(audience.gender, Choice::Only(Gender::Female));
    let note = audience_note(&spec).unwrap();
    assert!(note.contains("age 25 to 35, gender female, region uk"), "{note}");
    let spec = read(&draft(&text, &[("audience.age_range", "40-50")]), &RULES).unwrap();
    assert_eq!((spec.audience.region, spec.audience.age_range), (Region::Uk, (40, 50)));
    assert!(!audience_note(&spec).unwrap().contains("age"));
    let text = file("target_audience: whoever likes cats\n", "A title");
    let spec = read(&draft(&text, &[]), &RULES).unwrap();
    assert!(audience_note(&spec).unwrap().starts_with("no filter could be read"));
}

#[test]
fn every_bad_input_is_a_problem_at_its_place_with_a_hint() {
    let told = |settings: &str, content: &str| problems(&file(settings, content), &[]);
    let long = "word ".repeat(10_001);
    for (settings, content, says) in [
        ("", "https://example.org/page", "idea.md:5: the content is nothing but an address · "),
        ("", "🎉🎉", "idea.md:5: the content has no words · "),
        ("", long.as_str(), "the content has 50004 characters, at most 50000 are allowed · cut 4"),
        ("rounds: 0\n", "A title", "idea.md:4: 'rounds' is 0 · give a whole number from 1 to 5"),
        ("rounds: 6\n", "A title", "idea.md:4: 'rounds' is 6 · "),
        (
            "target_score: 11\n",
            "A title",
            "idea.md:4: 'target_score' is 11 · give a number from 1 to 10",
        ),
        (
            "target_score: high\n",
            "A title",
            "idea.md:4: 'target_score' is no number from 1 to 10 · give a number from 1 to 10",
        ),
        (
            "target_score: nan\n",
            "A title",
            "idea.md:4: 'target_score' is no number from 1 to 10 · give a number from 1 to 10",
        ),
        ("mode: deep\n", "A title", "idea.md:4: 'mode' cannot be 'deep' · "),
        (
            "competitors: []\n",
            "A title",
            "idea.md:4: a feed of competitors is wanted, and none is named · ",
        ),
        ("competitors: [\"One\", \" \"]\n", "A title", "idea.md:4: competitor 2 says nothing · "),
        (
            "competitors: [\"One\"]\ncompetitors_generated: true\n",
            "A title",
            "idea.md:5: competitors are named, and are to be made up as well · ",
        ),
        (
            "questions: [\"Why?\"]\n",
            "A title",
            "idea.md:4: 'questions' means nothing in a content_review",
        ),
        ("controls: true\n", "A title", "idea.md:4: 'controls' means nothing in a content_review"),
    ] {
        let found = told(settings, content);
        assert!(found.starts_with("idea.md") && found.contains(says), "{settings}: {found}");
        assert_eq!(found.lines().count(), 1, "{found}");
    }
    let unnamed = problems("---\nstudy: content_review\n---\nA title", &[]);
    assert!(unnamed.starts_with("idea.md:2: the type of the content is not named · "), "{unnamed}");
    let unknown = problems("---\nstudy: content_review\ncontent_type: headlin\n---\nA title", &[]);
    assert!(
        unknown.contains("'content_type' cannot be 'headlin' · did you mean 'headline'?"),
        "{unknown}"
    );
    let elsewhere = problems("---\nstudy: nps\nrounds: 2\n---\nA long enough text.", &[]);
    assert!(elsewhere.contains("'rounds' means nothing in a nps study"), "{elsewhere}");
}

#[test]
fn another_language_is_refused_offline() {
    let german =
        "Diese zehn Gewohnheiten am Morgen haben mein Leben verändert, und sie kosten nichts.";
    let found = problems(&file("", german), &[]);
    assert!(found.contains("the content seems to be in German"), "{found}");
    assert!(read(&draft(&file("", german), &[("engine", "model")]), &RULES).is_ok());
}
