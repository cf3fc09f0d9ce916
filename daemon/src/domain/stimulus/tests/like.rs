//! A draft that is to be like another study: what is taken, what stays its own, and what is said of the difference.

use super::*;

const FILE: &str = "---\npanel: 30\nseed: 1\nname: Mine\ntags: [new]\naudience: { gender: male }\ncontext: From the file.\n---\n\
                    A weekly box with everything for four dinners for two.";

/// A study of 60 women with a context and controls.
fn other() -> StudySpec {
    let text = "---\npanel: 60\nseed: 9\naudience: { region: uk, age_range: [25, 45], gender: female }\n\
                context: |\n  You are   hungry.\n\n  * Really.\ncontrols: true\nsubsample: 10\ntags: [old]\n---\n\
                A meal kit delivery service that learns your taste.";
    read(&draft(text, &[]), &RULES).unwrap()
}

fn liked(text: &str, flags: &[(&str, &str)]) -> (StudySpec, Vec<String>) {
    let (draft, like) = (draft(text, flags), other());
    let spec = read_like(&draft, &RULES, Some(&like)).unwrap();
    let alone = read(&draft, &RULES).ok();
    let notes = like_notes(&draft, &RULES, (&like, "Other"), alone.as_ref(), &spec);
    (spec, notes)
}

#[test]
fn who_answers_and_what_is_asked_are_taken_and_the_rest_is_the_drafts() {
    let (spec, notes) = liked(FILE, &[]);
    let like = other();
    assert_eq!((spec.panel, spec.seed, spec.audience), (like.panel, like.seed, like.audience));
    assert_eq!((&spec.context, &spec.measurement), (&like.context, &like.measurement));
    assert_eq!((spec.name.as_str(), &spec.tags[..]), ("Mine", &["new".to_owned()][..]));
    assert_ne!(spec.instrument, like.instrument);
    insta::assert_snapshot!(notes.join("\n"), @"idea.md: not everything at its top is used, because it is asked like “Other” (panel 30: 60 is taken, seed 1: 9 is taken, gender male: female is taken, context)");
    // What the other study does not set is not set.
    let plain = read(&draft("A meal kit delivery service.", &[("seed", "3")]), &RULES).unwrap();
    let spec = read_like(&draft(FILE, &[]), &RULES, Some(&plain)).unwrap();
    assert_eq!((spec.context, spec.audience), (None, plain.audience));
}

#[test]
fn flags_win_and_a_note_says_that_people_differ() {
    let (spec, notes) =
        liked("A weekly box with four dinners.", &[("panel", "20"), ("controls", "false")]);
    assert_eq!((spec.panel, spec.seed), (20, 9));
    assert!(spec.measurement.controls.is_empty());
    insta::assert_snapshot!(notes.join("\n"), @r"
    Other people answer than in “Other” (panel 20 instead of 60), so a comparison with it is not person by person
    It is asked otherwise than “Other” (controls none instead of true), so a difference may come of that
    ");
}

#[test]
fn a_survey_and_a_test_take_their_questions_and_orders() {
    let survey = read(
        &draft(
            "A meal kit delivery service.",
            &[("study", "survey"), ("questions", "What is *it* worth?\nWhy?")],
        ),
        &RULES,
    )
    .unwrap();
    let spec = read_like(&draft("A weekly box with dinners.", &[]), &RULES, Some(&survey)).unwrap();
    assert_eq!(
        crate::domain::instrument::open_questions(&spec.instrument),
        crate::domain::instrument::open_questions(&survey.instrument)
    );
    // As another type it takes the people alone.
    let spec =
        read_like(&draft("A weekly box with dinners.", &[("study", "nps")]), &RULES, Some(&survey))
            .unwrap();
    assert_eq!(spec.seed, survey.seed);
}

#[test]
fn a_review_takes_every_setting_of_a_review() {
    let flags = [
        ("study", "content_review"),
        ("content_type", "product_description"),
        ("mode", "quick_pulse"),
        ("rounds", "4"),
        ("target_score", "8.5"),
        ("stop_on_no_gain", "true"),
        ("allow_new_claims", "true"),
        ("competitors", "Fast, cheap, good\nThe other kit"),
        ("target_audience", "women in the UK"),
        ("niche", "food"),
        ("tone", "warm, plain"),
        ("goal", "orders"),
    ];
    let like = read(&draft("A meal kit for four dinners.", &flags), &RULES).unwrap();
    let spec = read_like(&draft("A weekly box.", &[]), &RULES, Some(&like)).unwrap();
    let mut wanted = crate::domain::instrument::review_of(&like.instrument).unwrap().clone();
    wanted.content = "A weekly box.".to_owned();
    assert_eq!(crate::domain::instrument::review_of(&spec.instrument), Some(&wanted));
    // As another type it takes the people alone.
    let spec =
        read_like(&draft("A weekly box.", &[("study", "nps")]), &RULES, Some(&like)).unwrap();
    assert_eq!(spec.panel, like.panel);
}
