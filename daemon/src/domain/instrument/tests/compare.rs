//! Two studies against each other.

use super::*;

fn scored(score: i32) -> Outcome {
    let mut reply = good_reply();
    reply["score"] = json!(score);
    Outcome::Answered(read(&concept(), &reply.to_string()).unwrap())
}

#[test]
fn the_same_people_are_compared_one_by_one_and_others_as_groups() {
    let compared = |b: &StudySpec, paired: bool| {
        let mut comparator = Comparator::new(&concept(), b).unwrap();
        assert_eq!(comparator.is_paired(), paired);
        for ordinal in 0..60 {
            // People differ much from each other, and each likes the second version a little better.
            let base = 2 + i32::try_from(ordinal % 7).unwrap();
            let (a, b) = (scored(base), scored(base + i32::from(ordinal % 3 != 0)));
            if paired {
                comparator.add(&classes(ordinal), Some(&a), Some(&b));
            } else {
                comparator.add(&classes(ordinal), Some(&a), None);
                comparator.add(&classes(ordinal), None, Some(&b));
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
    let mut comparator = Comparator::new(&concept(), &concept()).unwrap();
    for ordinal in 0..40 {
        let outcome = scored(1 + i32::try_from(ordinal % 10).unwrap());
        comparator.add(&classes(ordinal), Some(&outcome), Some(&outcome));
    }
    let comparison = comparator.finish().unwrap();
    assert_eq!((comparison.overall.difference.value, comparison.overall.p), (0.0, None));
    assert_eq!(comparison.overall.effect_size, None);
}

#[test]
fn what_has_nothing_in_common_is_not_compared() {
    assert!(matches!(
        Comparator::new(&concept(), &recommendation()),
        Err(NotComparable::Instruments(..))
    ));
    assert!(matches!(Comparator::new(&survey(), &survey()), Err(NotComparable::NoNumber(_))));
    assert_eq!(Comparator::new(&concept(), &concept()).unwrap().finish(), None);
}
