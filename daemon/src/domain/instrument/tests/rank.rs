//! Rankings: the order, who can be told apart, the odds, and what stays the same whatever order studies are given in.

use proptest::prelude::*;
use protocol::id::StudyId;
use protocol::ranking::Ranking;
use protocol::study::StudyType;
use uuid::Uuid;

use super::*;
use crate::domain::instrument::rank::rank;
use crate::domain::instrument::wording_noise::WordingNoise;

/// A concept test of that text with those scores.
fn candidate(id: u128, text: &str, scores: &[i32]) -> Candidate {
    let mut spec = study(Instrument::ConceptTest { stimulus: text.to_owned() });
    spec.name = format!("Text {id}");
    spec.panel = u32::try_from(scores.len()).unwrap();
    Candidate {
        id: StudyId(Uuid::from_u128(id)),
        model: "reader".to_owned(),
        spec,
        values: scores.iter().map(|score| Some(*score)).collect(),
    }
}

fn ranked(candidates: Vec<Candidate>, noise: Option<&WordingNoise>) -> Ranking {
    let metric = StudyMetric::of(StudyType::ConceptTest, None).unwrap();
    rank(candidates, &metric, false, noise).unwrap()
}

/// Scores of `n` people that vary between people, with a lead that is `lead` tenths on average.
fn scores(n: i32, lead: i32) -> Vec<i32> {
    (0..n).map(|place| 3 + place % 5 + i32::from((place * 3) % 10 < lead)).collect()
}

fn order(ranking: &Ranking) -> Vec<u128> {
    ranking.studies.iter().map(|study| study.id.0.as_u128()).collect()
}

#[test]
fn the_best_comes_first_and_letters_say_who_cannot_be_told_apart() {
    // One person of 40 likes the second better than the first, which says nothing.
    let mut second = scores(40, 0);
    second[0] += 1;
    let candidates = vec![
        candidate(1, "Sold by the metre.", &scores(40, 0)),
        candidate(2, "Sold by the kilo.", &second),
        candidate(3, "Free for a year.", &scores(40, 9)),
    ];
    let found = ranked(candidates, None);
    assert_eq!(order(&found), [3, 2, 1]);
    let letters: Vec<&str> = found.studies.iter().map(|study| study.groups.as_str()).collect();
    assert_eq!(letters, ["a", "b", "b"], "{found:?}");
    let ranks: Vec<_> =
        found.studies.iter().map(|study| (study.rank, study.rank_best, study.rank_worst)).collect();
    assert_eq!(ranks, [(1, 1, 1), (2, 2, 3), (3, 2, 3)]);
    assert!(found.paired && found.studies[0].best_probability > 0.99);
    assert_eq!(
        found.conclusion,
        "“Text 3” is the best of these 3: each of the other 2 is behind it, beyond chance."
    );
    let [near, far, last] = &found.pairs[..] else { panic!("{found:?}") };
    assert!(near.apart && far.apart && !last.apart);
    assert_eq!(near.difference.difference.method, "paired_t");
    // Holm: the least of three p is tripled.
    let p: Vec<f64> = found.pairs.iter().map(|pair| pair.difference.p.unwrap()).collect();
    let least = p.iter().copied().fold(1.0, f64::min);
    let its = found.pairs.iter().find(|pair| pair.difference.p == Some(least)).unwrap();
    assert!((its.difference.p_adjusted.unwrap() - 3.0 * least).abs() < 1e-15);
}

#[test]
fn wording_noise_is_in_every_statement_on_two_texts() {
    let pair = || {
        vec![candidate(1, "One text.", &scores(200, 0)), candidate(2, "Another.", &scores(200, 4))]
    };
    let (plain, noisy) =
        (ranked(pair(), None), ranked(pair(), Some(&WordingNoise::everywhere(0.5))));
    assert!(plain.pairs[0].apart && !noisy.pairs[0].apart, "{noisy:?}");
    assert!(noisy.pairs[0].difference.difference.within_wording);
    assert!(plain.studies[0].best_probability > 0.99);
    // 0.4 points with a standard deviation of 0.5: Φ(0.8) is 0.788.
    assert!((noisy.studies[0].best_probability - 0.788).abs() < 0.03, "{noisy:?}");
    assert!(noisy.notes.iter().any(|note| note.contains("would not settle")), "{:?}", noisy.notes);
    assert!(!noisy.notes.iter().any(|note| note.contains("Holm")), "one pair: {:?}", noisy.notes);
    insta::assert_snapshot!(noisy.conclusion, @"The two cannot be told apart: the order may be chance or wording. “Text 2” is first, and the best with a probability of 79 %.");
}

#[test]
fn the_noise_that_is_told_is_that_of_the_pairs() {
    let text = |last: &str| format!("It is sold by the metre. It is free for a year. {last}");
    let one = || candidate(1, &text("It is red today."), &scores(40, 0));
    let two = || candidate(2, &text("It was blue before."), &scores(40, 4));
    let noise = WordingNoise::everywhere(0.5);
    let of_pair = |found: &Ranking| found.pairs[0].difference.difference.wording_sd.unwrap();
    let found = ranked(vec![one(), two()], Some(&noise));
    assert!(of_pair(&found) < 0.4, "most sentences are the same: {}", of_pair(&found));
    assert!((found.wording_sd.unwrap() - of_pair(&found)).abs() < 1e-9);
    let told = format!("differs by {:.2} (standard deviation", of_pair(&found));
    assert!(found.notes.iter().any(|note| note.contains(&told)), "{:?}", found.notes);
    let other = candidate(3, "Nothing of it is the same.", &scores(40, 8));
    let found = ranked(vec![one(), two(), other], Some(&noise));
    assert!((found.wording_sd.unwrap() - 0.5).abs() < 1e-9);
    assert!(
        found.notes.iter().any(|note| note.contains("to 0.50, pair by pair")),
        "{:?}",
        found.notes
    );
}

#[test]
fn the_lowest_can_be_the_best_and_other_panels_are_compared_as_groups() {
    let metric = StudyMetric::of(StudyType::ConceptTest, None).unwrap();
    let (first, mut second) =
        (candidate(1, "One.", &scores(40, 0)), candidate(2, "Two.", &scores(40, 9)));
    second.spec.seed = 8;
    let found = rank(vec![first, second], &metric, true, None).unwrap();
    assert_eq!(order(&found), [1, 2]);
    assert!(!found.paired && found.pairs[0].difference.difference.method == "welch_t");
    assert!(
        found.pairs[0].difference.difference.value < 0.0 && found.studies[0].best_probability > 0.9
    );
    assert!(found.notes.iter().any(|note| note.contains("differ in seed")), "{:?}", found.notes);
}

#[test]
fn what_has_nothing_in_common_is_refused_with_what_differs() {
    let one = candidate(1, "One.", &[5]).spec;
    let refused = |other: &StudySpec, model: &str| {
        rankable([(&one, "reader"), (other, model)]).unwrap_err().to_string()
    };
    assert!(
        refused(&recommendation(), "reader")
            .contains("a concept_test study and 'Meal kit' a nps study")
    );
    assert!(refused(&one, "reader/2").contains("answered by reader and 'Text 1' by reader/2"));
    let (variant_a, variant_b) = ("a".to_owned(), "b".to_owned());
    let ab = study(Instrument::AbTest { variant_a, variant_b, orders: Orders::Split });
    assert_eq!(rankable([(&ab, "x"), (&ab, "x")]), Err(NotRankable::TwoTexts));
    let (email, video) = (review(ContentType::Email), review(ContentType::Youtube));
    let error = rankable([(&email, "x"), (&email, "x"), (&video, "x")]).unwrap_err();
    assert!(error.to_string().contains("reviewed as email and 'Meal kit' as youtube"), "{error}");
    assert_eq!(rankable([(&email, "x"), (&email, "x")]), Ok(()));
    let metric = StudyMetric::of(StudyType::ConceptTest, None).unwrap();
    let silent = Candidate { values: vec![None; 5], ..candidate(1, "One.", &[5]) };
    let error = rank(vec![candidate(2, "Two.", &[5]), silent], &metric, false, None).unwrap_err();
    assert_eq!(error, NotRankable::NoAnswers("Text 1".to_owned()));
}

#[test]
fn many_studies_have_places_and_ranges_and_pairs_of_neighbours_only() {
    let all = (1..=40_u128).map(|id| {
        let scores = scores(60, i32::try_from(id % 10).unwrap());
        candidate(id, &format!("Text number {id}. It is sold."), &scores)
    });
    let found = ranked(all.collect(), Some(&WordingNoise::everywhere(0.1)));
    assert_eq!((found.studies.len(), found.pairs.len()), (40, 39));
    assert!(
        found
            .studies
            .iter()
            .all(|study| study.rank_best <= study.rank && study.rank <= study.rank_worst)
    );
    assert!(found.studies[0].rank_worst < 40, "{:?}", found.studies[0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn the_order_of_the_studies_changes_nothing(
        answers in prop::collection::vec(prop::collection::vec(prop::option::weighted(0.9, 1..11_i32), 25), 2..5),
        by in 0_usize..5, sd in 0.0_f64..0.5,
    ) {
        let all: Vec<Candidate> = (1_u128..).zip(&answers).map(|(id, values)| Candidate {
            values: values.clone(),
            ..candidate(id, &format!("Common sentence. Number {id}."), &[5; 25])
        }).collect();
        prop_assume!(all.iter().all(|one| one.values.iter().any(Option::is_some)));
        let noise = WordingNoise::everywhere(sd);
        let mut turned = all.clone();
        turned.rotate_left(by % all.len());
        let (one, other) = (ranked(all, Some(&noise)), ranked(turned, Some(&noise)));
        prop_assert!((one.studies.iter().map(|study| study.best_probability).sum::<f64>() - 1.0).abs() < 1e-6);
        prop_assert_eq!(one, other);
    }

    #[test]
    fn equal_texts_are_never_told_apart(
        scores in prop::collection::vec(1..11_i32, 30), others in prop::collection::vec(1..11_i32, 30), sd in 0.0_f64..0.5,
    ) {
        let found = ranked(
            vec![candidate(1, "Same.", &scores), candidate(2, "Other.", &others), candidate(3, "Same.", &scores)],
            Some(&WordingNoise::everywhere(sd)),
        );
        let of = |id: u128| found.studies.iter().find(|study| study.id.0.as_u128() == id).unwrap();
        prop_assert_eq!(of(1).rank, of(3).rank);
        prop_assert_eq!(&of(1).groups, &of(3).groups);
        prop_assert_eq!(of(1).best_probability, of(3).best_probability);
        let ids = [of(1).id, of(3).id];
        let pair = found.pairs.iter().find(|pair| ids.contains(&pair.first) && ids.contains(&pair.second)).unwrap();
        prop_assert!(!pair.apart && pair.difference.difference.value == 0.0);
    }
}
