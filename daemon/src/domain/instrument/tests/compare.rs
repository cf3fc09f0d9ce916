//! Comparisons of two studies.

use protocol::review::ContentType;

use super::*;
use crate::domain::instrument::compare::NotComparable;

fn scored(score: i32) -> Outcome {
    let mut reply = good_reply();
    reply["score"] = json!(score);
    Outcome::Answered(read(&concept(), &reply.to_string()).unwrap())
}

#[test]
fn the_same_people_are_compared_one_by_one_and_others_as_groups() {
    let compared = |b: &StudySpec, paired: bool| {
        let mut comparator = Comparator::new(&concept(), b, own(&concept())).unwrap();
        assert_eq!(comparator.is_paired(), paired);
        for ordinal in 0..60 {
            // People differ much from each other, and each likes the second version a little better.
            let base = 2 + i32::try_from(ordinal % 7).unwrap();
            let (a, b) = (scored(base), scored(base + i32::from(ordinal % 3 != 0)));
            if paired {
                comparator.add(&classes(ordinal), &[a], &[b]);
            } else {
                comparator.add(&classes(ordinal), &[a], &[]);
                comparator.add(&classes(ordinal), &[], &[b]);
            }
        }
        comparator.finish().unwrap()
    };
    let mut other_people = concept();
    other_people.seed = 8;
    let (paired, unpaired) = (compared(&concept(), true), compared(&other_people, false));
    assert!((paired.overall.difference.value - 2.0 / 3.0).abs() < 1e-9);
    assert!((unpaired.overall.difference.value - 2.0 / 3.0).abs() < 1e-9);
    assert!(paired.overall.p.unwrap() < 1e-9 && unpaired.overall.p.unwrap() > 0.01);
    assert!(paired.segments["gender"]["male"].p_adjusted.is_some());
    assert_eq!(paired.overall.difference.method, "paired_t");
}

#[test]
fn a_study_against_itself_differs_by_nothing_and_claims_nothing() {
    let mut comparator = Comparator::new(&concept(), &concept(), own(&concept())).unwrap();
    for ordinal in 0..40 {
        let outcome = scored(1 + i32::try_from(ordinal % 10).unwrap());
        let outcome = std::slice::from_ref(&outcome);
        comparator.add(&classes(ordinal), outcome, outcome);
    }
    let comparison = comparator.finish().unwrap();
    assert_eq!((comparison.overall.difference.value, comparison.overall.p), (0.0, None));
    assert_eq!(comparison.overall.effect_size, None);
}

#[test]
fn what_has_nothing_in_common_is_not_compared() {
    assert!(matches!(
        Comparator::new(&concept(), &recommendation(), own(&concept())),
        Err(NotComparable::Instruments(..))
    ));
    let (email, video) = (review(ContentType::Email), review(ContentType::Youtube));
    let error = Comparator::new(&email, &video, own(&email)).unwrap_err();
    assert_eq!(error, NotComparable::Scales("email", "youtube"));
    assert!(error.to_string().contains("as email and the other as youtube"), "{error}");
    assert!(Comparator::new(&email, &email, own(&email)).is_ok());
    let unanswered = Comparator::new(&concept(), &concept(), own(&concept())).unwrap();
    assert_eq!(unanswered.finish(), None);
}

#[test]
fn the_other_order_of_an_ab_test_asked_in_both_counts_too() {
    let (both, once) = (ab(Orders::Both), ab(Orders::Split));
    let prefers = |preference: &str| {
        let reply = json!({
            "preference": preference, "score_a": 6, "score_b": 5, "reasoning": "It is plainer.",
            "sentiment": "neutral", "differentiators": []
        });
        Outcome::Answered(read(&both, &reply.to_string()).unwrap())
    };
    let lead = StudyMetric::of(StudyType::AbTest, Some("variant_a_pct")).unwrap();
    let mut comparator = Comparator::new(&both, &once, lead).unwrap();
    // Asked in both orders nobody sticks to A; asked in one, everyone names it.
    for ordinal in 0..40 {
        comparator.add(&classes(ordinal), &[prefers("a"), prefers("b")], &[prefers("a")]);
    }
    let found = comparator.finish().unwrap();
    assert_eq!((found.a.value, found.b.value), (0.0, 100.0));
}

#[test]
fn a_number_that_a_study_has_not_is_refused_with_the_one_that_was_meant() {
    let refused = StudyMetric::of(StudyType::Nps, Some("promoter_pct")).unwrap_err();
    assert!(
        matches!(&refused, UnknownMetric::Unknown { near: Some(near), .. } if near == "promoters_pct")
    );
    // A review has the dimensions of its type of content and no others; a name is read as people type it.
    let email = review(ContentType::Email).instrument;
    let field =
        |name| StudyMetric::of_instrument(&email, Some(name)).map(|it| it.field().to_owned());
    assert_eq!(field("Trust"), Ok("dimension.trust".to_owned()));
    assert_eq!(field("click rate"), Ok("clickRate".to_owned()));
    let near = |name| match field(name) {
        Err(UnknownMetric::Unknown { near, .. }) => near,
        other => panic!("{other:?}"),
    };
    assert_eq!(near("dimension.hook"), None, "the dimensions of posts are none of an e-mail");
    assert_eq!(near("dimension.trsut").as_deref(), Some("dimension.trust"));
    assert!(!StudyMetric::names(&email).contains(&"dimension.hook".to_owned()));
    assert_eq!(StudyMetric::of(StudyType::Survey, None), Err(UnknownMetric::NoTheme));
    let theme = StudyMetric::of(StudyType::Survey, Some("theme. Price ")).unwrap();
    assert_eq!(theme.field(), "theme.Price");
    assert!(StudyMetric::of(StudyType::Survey, Some("theme.")).is_err());
}

fn own(spec: &StudySpec) -> StudyMetric {
    StudyMetric::of(spec.instrument.study_type(), None).unwrap()
}
