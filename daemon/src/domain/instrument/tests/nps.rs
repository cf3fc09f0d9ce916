//! Results of an NPS study with a few answers.

use proptest::prelude::*;
use protocol::results::Outcomes;

use super::*;

fn recommended(scores: impl IntoIterator<Item = u8>) -> Results {
    let answers = (0..).zip(scores).map(|(ordinal, score)| {
        let reasoning = format!("My reason is {ordinal}.");
        let answer = Answer::Nps { score, reasoning, sentiment: Sentiment::Neutral };
        (ordinal, Answered { answer, mentions: Vec::new(), options: None, channels: None })
    });
    finish(&recommendation(), answers).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whoever_subtracts_the_printed_shares_gets_the_printed_score(
        scores in prop::collection::vec(0_u8..=10, 1..400),
    ) {
        let results = recommended(scores);
        let Outcomes::Nps { nps_score, promoters_pct, passives_pct, detractors_pct, .. } =
            results.outcomes else { panic!() };
        let tenths = |value: f64| (value * 10.0).round();
        prop_assert_eq!(tenths(nps_score), tenths(promoters_pct) - tenths(detractors_pct));
        prop_assert_eq!(tenths(promoters_pct) + tenths(passives_pct) + tenths(detractors_pct), 1000.0);
        // The unrounded one is never further off than the rounding.
        prop_assert!((results.estimates["nps_score"].value - nps_score).abs() <= 0.2);
    }
}

#[test]
fn a_score_whose_interval_includes_zero_is_called_open() {
    let open = recommended((0..60).map(|ordinal| [9, 3, 8][ordinal % 3]));
    assert!(open.conclusions[0].ends_with("is open: the interval includes 0."), "{open:?}");
    let clear = recommended((0..60).map(|ordinal| [9, 9, 8][ordinal % 3]));
    assert!(clear.conclusions[0].starts_with("The Net Promoter Score is 67 (95 % interval "));
    assert!(!clear.conclusions[0].contains("open"));
}

#[test]
fn an_nps_studys_results_keep_their_shape() {
    let mut accumulator = Accumulator::new(&recommendation());
    for (ordinal, score) in (0..).zip([10, 9, 8, 7, 6, 10, 3, 9, 0, 8]) {
        let answer = Answer::Nps {
            score,
            reasoning: format!("My reason is {ordinal}."),
            sentiment: Sentiment::Neutral,
        };
        let outcome = Outcome::Answered(Answered {
            answer,
            mentions: Vec::new(),
            options: None,
            channels: None,
        });
        accumulator.add(at(ordinal, 0), &classes(ordinal), &outcome);
    }
    accumulator.add(at(10, 0), &classes(10), &Outcome::Failed { reason: "timed out".to_owned() });
    insta::assert_json_snapshot!(accumulator.finish(BTreeMap::new()).unwrap());
}
