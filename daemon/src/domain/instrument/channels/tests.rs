//! Channel readings against the reference, the anchor calibration, strict reading of texts and ratings, and the
//! readings of a panel.

use proptest::prelude::*;
use protocol::channels::{
    BILLION, Channel, ChannelReadings, Channels, Elicitation, Heard, POINTS, Pmf, Rated,
};
use protocol::measurement::Measurement;
use protocol::results::{PurchaseIntent, Results, Sentiment};
use protocol::study::Instrument;

use super::reading::TEXT_MAX;
use super::*;
use crate::domain::instrument::{Accumulator, Unreadable};
use crate::domain::outcome::{Answered, FIRST_ROUND, Outcome};
use crate::domain::stats::ssr::{PmfShape, expected, rate};

/// Vectors of a small world: one direction for each point, and one that all share, so that neighbours are near.
fn anchors(sets: usize, crowd: f32) -> Vec<Vec<f32>> {
    let one = |point: u16, set: u16| -> Vec<f32> {
        let angle = f32::from(point) / 4.0 + f32::from(set) / 100.0;
        vec![angle.cos(), angle.sin(), crowd]
    };
    (0..u16::try_from(sets).unwrap())
        .flat_map(|set| (0..5).map(move |point| one(point, set)))
        .collect()
}

#[test]
fn the_library_has_sets_of_five_different_sentences_for_each_construct() {
    let library = Library::shipped().unwrap();
    assert_eq!(library.hash().len(), 64);
    for construct in Construct::ALL {
        let sets = library.sets(*construct);
        assert!(sets.len() >= 4, "{construct}");
        let mut sentences = library.sentences(*construct);
        assert_eq!(sentences.len(), sets.len() * POINTS);
        assert!(sentences.iter().all(|text| text.ends_with('.') && text.len() < 90));
        sentences.sort();
        sentences.dedup();
        assert_eq!(sentences.len(), sets.len() * POINTS, "no sentence stands twice");
    }
}

#[test]
fn a_reading_is_the_papers_to_the_last_billionth() {
    let anchors = anchors(4, 0.5);
    for point in 0..5_u16 {
        let angle = f32::from(point) / 4.0 + 0.1;
        let text = vec![angle.cos(), angle.sin(), 0.4];
        let found = measured(&text, &anchors).unwrap();
        assert_eq!((found.near.len(), found.dimensions, found.vector.len()), (4, 3, 64));
        let Heard::Known(pmf) = pmf(&found.near) else { panic!("it reads") };
        let wide = |vector: &Vec<f32>| vector.iter().copied().map(f64::from).collect::<Vec<f64>>();
        let sets: Vec<Vec<Vec<f64>>> =
            anchors.chunks(POINTS).map(|set| set.iter().map(wide).collect()).collect();
        let reference = rate(&wide(&text), &sets, PmfShape::default()).unwrap();
        for (ours, theirs) in pmf.0.iter().zip(&reference) {
            assert!((f64::from(*ours) / f64::from(BILLION) - theirs).abs() < 1e-7);
        }
        let mean = pmf.mean_billionths() as f64 / f64::from(BILLION);
        assert!((mean - expected(&reference)).abs() < 1e-6);
    }
}

#[test]
fn what_is_equally_near_to_everything_is_undetermined_and_never_uniform() {
    let same = [700_000_000; POINTS];
    assert_eq!(pmf(&[same]), Heard::none("the text is equally near to all anchors of a set"));
    let clear = [100, 200, 300, 400, 500_000_000];
    assert!(pmf(&[clear]).known().is_some());
    assert!(pmf(&[clear, same]).known().is_none(), "one set without a say leaves all without");
    assert_eq!(
        measured(&[0.0, 0.0, 0.0], &anchors(4, 0.1)).unwrap_err(),
        super::calibration::NO_VECTOR
    );
    assert_eq!(measured(&[1.0, 0.0], &anchors(4, 0.1)).unwrap_err(), super::calibration::NO_VECTOR);
}

#[test]
fn anchors_read_against_the_other_sets_say_what_can_be_reached() {
    let clear = AnchorCalibration::of("m", &anchors(4, 0.0)).unwrap().attainable().unwrap();
    assert!(clear.in_order && clear.low > 1.0 && clear.high < 5.0, "{clear:?}");
    // Two points of the first set change places: its sentences then read out of order.
    let mut mixed = anchors(4, 0.0);
    for set in 0..4 {
        mixed.swap(set * 5 + 1, set * 5 + 3);
    }
    let half: Vec<Vec<f32>> = anchors(4, 0.0)[..10].iter().chain(&mixed[10..]).cloned().collect();
    let found = AnchorCalibration::of("m", &half).unwrap();
    assert!(!found.attainable().unwrap().in_order);
    assert!(found.describe().unwrap().contains("out of order"), "{:?}", found.describe());
    assert_eq!(AnchorCalibration::of("m", &anchors(1, 0.0)).unwrap().attainable(), None);
}

#[test]
fn texts_and_ratings_are_read_strictly() {
    let text = |text: &str| read_text(&serde_json::json!({ "text": text }).to_string());
    assert_eq!(text("I might, if I had the time.").unwrap(), "I might, if I had the time.");
    assert_eq!(
        read_text("```json\n{\"text\": \"Maybe.\", \"refused\": null}\n```").unwrap(),
        "Maybe."
    );
    for good in ["It costs 9.99 a month.", "They are open 24/7.", "My 10 year old would."] {
        assert!(text(good).is_ok(), "{good}");
    }
    for bad in ["I give it 7/10.", "Four, no: 4 out of 5.", "8 / 10", ""] {
        assert!(matches!(text(bad), Err(Unreadable::Invalid { .. })), "{bad}");
    }
    assert_eq!(text(&"a".repeat(TEXT_MAX + 1)).unwrap(), "a".repeat(TEXT_MAX));
    let refused = read_text("{\"text\": null, \"refused\": \"not my thing\"}").unwrap_err();
    assert_eq!(refused, Unreadable::Refused { reason: "not my thing".to_owned() });
    assert_eq!(read_rating("{\"rating\": 5, \"refused\": null}").unwrap(), Rated { rating: 5 });
    for bad in
        ["{\"rating\": 6}", "{\"rating\": \"4/10\"}", "{\"rating\": 4.5}", "4", "{\"score\": 4}"]
    {
        assert!(matches!(read_rating(bad), Err(Unreadable::Invalid { .. })), "{bad}");
    }
}

fn spec(channels: &[Channel]) -> StudySpec {
    StudySpec {
        name: "Kit".to_owned(),
        instrument: Instrument::ConceptTest { stimulus: "A meal kit for a week.".to_owned() },
        panel: 40,
        audience: protocol::audience::Audience::default(),
        engine: "model".to_owned(),
        engine_mode: protocol::study::EngineMode::Standard,
        seed: 7,
        context: None,
        language: None,
        max_cost_usd: None,
        tags: Vec::new(),
        project: None,
        webhook: None,
        measurement: Measurement {
            elicitation: Some(Elicitation {
                channels: channels.to_vec(),
                embedding_engine: Some("model".to_owned()),
                rater: Some("other".to_owned()),
            }),
            ..Measurement::default()
        },
    }
}

fn answered(score: u8, channels: Option<Channels>) -> Outcome {
    Outcome::Answered(Answered {
        answer: Answer::ConceptTest {
            score,
            sentiment: Sentiment::Positive,
            reasoning: format!("It is worth {score} to me."),
            purchase_intent: PurchaseIntent::Probably,
        },
        mentions: Vec::new(),
        options: None,
        channels,
    })
}

fn at(respondent: u32) -> Assignment {
    Assignment::first(FIRST_ROUND, respondent)
}

/// All weight on one point, but for a tenth on the next lower one.
fn near(point: usize) -> Pmf {
    let mut shares = [0; POINTS];
    shares[point - 1] += 900_000_000;
    shares[point.max(2) - 2] += 100_000_000;
    Pmf(shares)
}

fn results(of: impl Fn(u32) -> Outcome, bench: Option<AnchorCalibration>) -> Results {
    let spec = spec(&[Channel::Direct, Channel::Ssr, Channel::Rater]);
    let benches = bench.map(|bench| (Construct::Liking, bench));
    let mut all = Accumulator::new(&spec).with_benches(benches.into_iter().collect());
    for respondent in 0..40 {
        all.add(at(respondent), &[], &of(respondent));
    }
    all.finish(protocol::results::Margins::new()).unwrap()
}

fn channel_readings(read: Option<Pmf>, rating: Option<u8>) -> ChannelReadings {
    ChannelReadings {
        direct: 9,
        text: Some("Well.".to_owned()),
        ssr: Some(read.map_or_else(|| Heard::none("no embedding: it is away"), Heard::Known)),
        rater: Some(rating.map_or_else(
            || Heard::none("no rating: declined"),
            |rating| Heard::Known(Rated { rating }),
        )),
    }
}

#[test]
fn channels_stand_side_by_side_each_on_its_own_scale() {
    let bench = AnchorCalibration::of("embedder-1", &anchors(4, 0.0)).unwrap();
    let found = results(
        |respondent| {
            let point = usize::try_from(respondent % 3).unwrap() + 1;
            let rating = (respondent % 10 != 0).then(|| u8::try_from(point).unwrap());
            let read = (respondent % 20 != 19).then(|| near(point));
            let both = [Construct::Liking, Construct::PurchaseIntent];
            let score = 8 + u8::try_from(respondent % 3).unwrap();
            answered(score, Some(both.map(|of| (of, channel_readings(read, rating))).into()))
        },
        Some(bench),
    );
    let liking = &found.channels[&Construct::Liking];
    let of = |channel| &liking.channels[&channel];
    assert_eq!((of(Channel::Direct).scale, of(Channel::Ssr).scale), ((1, 10), (1, 5)));
    assert_eq!(of(Channel::Direct).n, 40);
    assert_eq!(of(Channel::Ssr).n, 38);
    assert_eq!(of(Channel::Ssr).missing["no embedding: it is away"], 2);
    assert_eq!(of(Channel::Rater).n, 36);
    assert_eq!(of(Channel::Rater).missing["no rating: declined"], 4);
    assert_eq!(of(Channel::Rater).engine.as_deref(), Some("other"));
    // 9 on 1 to 10 is 1 + 4·8/9 on 1 to 5.
    let mapped = of(Channel::Direct).mapped.as_ref().unwrap();
    assert!((mapped.value - (1.0 + 4.0 * 7.975 / 9.0)).abs() < 1e-9, "{mapped:?}");
    assert!(found.channels[&Construct::PurchaseIntent].channels[&Channel::Direct].mapped.is_none());
    for result in liking.channels.values() {
        assert!((result.pmf.iter().sum::<f64>() - 1.0).abs() < 1e-6);
        assert!(result.mean.known().unwrap().low.is_some());
    }
    let agreement = liking.agreement.as_ref().unwrap().known().unwrap();
    assert!((agreement.value - 1.0).abs() < 1e-9 && agreement.n == 34, "{agreement:?}");
    assert_eq!(liking.attainable.as_ref().unwrap().model, "embedder-1");
    let notes = liking.notes.join("\n");
    assert!(
        notes.contains("The direct answers and the readings of texts (SSR) disagree on liking"),
        "{notes}"
    );
    assert!(notes.contains("part of the difference is the instrument"), "{notes}");
    // The headline is the direct one, whatever others say.
    assert!((found.estimates["mean_score"].value - 8.975).abs() < 1e-9);
}

#[test]
fn a_channel_that_heard_nothing_says_so_and_has_no_number() {
    let found =
        results(|respondent| answered(5 + u8::try_from(respondent % 2).unwrap(), None), None);
    let liking = &found.channels[&Construct::Liking];
    let ssr = &liking.channels[&Channel::Ssr];
    assert!(ssr.mean.known().is_none() && ssr.pmf.is_empty() && ssr.n == 0);
    assert_eq!(ssr.missing["not asked"], 40);
    assert!(liking.agreement.as_ref().unwrap().known().is_none());
    assert!(liking.attainable.is_none() && liking.notes.is_empty(), "{:?}", liking.notes);
}

#[test]
fn a_study_that_hears_the_direct_answer_only_has_no_channels() {
    let mut plain = spec(&[]);
    plain.measurement = Measurement::default();
    let mut all = Accumulator::new(&plain);
    all.add(at(0), &[], &answered(7, None));
    let found = all.finish(protocol::results::Margins::new()).unwrap();
    assert!(found.channels.is_empty());
    assert!(!serde_json::to_string(&found).unwrap().contains("channels"));
}

proptest! {
    #![proptest_config(crate::cases::cases(256))]

    #[test]
    fn readings_are_distributions_and_repeat_bit_by_bit(
        near in proptest::collection::vec(proptest::array::uniform5(0_u32..=BILLION), 1..7),
    ) {
        let found = pmf(&near);
        prop_assert_eq!(&found, &pmf(&near));
        if let Heard::Known(found) = found {
            let sum: u64 = found.0.iter().map(|share| u64::from(*share)).sum();
            prop_assert!(sum.abs_diff(u64::from(BILLION)) <= 5, "{sum}");
            let mean = found.mean_billionths() as f64 / f64::from(BILLION);
            prop_assert!((0.999..=5.001).contains(&mean));
        } else {
            let flat = |set: &[u32; POINTS]| set.iter().all(|share| share.abs_diff(set[0]) <= 5);
            prop_assert!(near.iter().any(flat));
        }
    }

    #[test]
    fn what_a_panel_comes_to_does_not_depend_on_the_order(order in Just((0..40_u32).collect::<Vec<_>>()).prop_shuffle()) {
        let spec = spec(&[Channel::Direct, Channel::Ssr, Channel::Rater]);
        let of = |respondent: u32| {
            let point = usize::try_from(respondent % 5).unwrap() + 1;
            let rating = u8::try_from((respondent % 4) + 1).unwrap();
            answered(7, Some([(Construct::Liking, channel_readings(Some(near(point)), Some(rating)))].into()))
        };
        let tally = |order: &mut dyn Iterator<Item = u32>| {
            let mut tally = super::ChannelTally::new(&spec);
            for respondent in order {
                if let Outcome::Answered(answered) = of(respondent) {
                    tally.add(at(respondent), &answered);
                }
            }
            tally.results(7)
        };
        prop_assert_eq!(tally(&mut order.into_iter()), tally(&mut (0..40)));
    }
}

proptest! {
    #[test]
    fn alpha_of_a_table_is_alpha_of_the_pairs_in_it(
        table in proptest::collection::vec(proptest::collection::vec(0_u64..4, POINTS), POINTS),
    ) {
        use crate::domain::stats::agreement::{MeasurementLevel, krippendorff_alpha, krippendorff_alpha_of_table};
        let mut raters = [Vec::new(), Vec::new()];
        for (row, counts) in (1_u32..).zip(&table) {
            for (column, count) in (1_u32..).zip(counts) {
                for _ in 0..*count {
                    raters[0].push(Some(f64::from(row)));
                    raters[1].push(Some(f64::from(column)));
                }
            }
        }
        for level in [MeasurementLevel::Nominal, MeasurementLevel::Ordinal, MeasurementLevel::Interval] {
            let (found, known) = (krippendorff_alpha_of_table(&table, level), krippendorff_alpha(&raters, level));
            match found.zip(known) {
                Some((found, known)) => prop_assert!((found - known).abs() < 1e-9, "{found} {known}"),
                None => prop_assert_eq!((found, known), (None, None)),
            }
        }
    }
}

#[test]
fn a_real_embedding_model_reads_the_shipped_anchors_in_order() {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/reference/anchors_minilm.json");
    let file: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let library = Library::shipped().unwrap();
    assert_eq!(file["anchors"], library.hash(), "whoever changes a sentence measures them anew");
    for construct in Construct::ALL {
        let of = &file["constructs"][construct.as_str()];
        let near = serde_json::from_value(of["near"].clone()).unwrap();
        let found =
            AnchorCalibration { model: "all-MiniLM-L6-v2".to_owned(), near }.attainable().unwrap();
        assert!(found.in_order && found.high - found.low > 1.0, "{construct}: {found:?}");
        let expected: Vec<f64> = serde_json::from_value(of["readings"].clone()).unwrap();
        for (ours, theirs) in found.readings.iter().zip(&expected) {
            assert!((ours - theirs).abs() < 1e-6, "{construct}: {ours} {theirs}");
        }
    }
}

#[test]
fn the_hashes_of_anchors_and_vectors_stay_the_same() {
    assert_eq!(
        [
            Library::shipped().unwrap().hash(),
            &measured(&[1.0, 0.5, -2.0], &anchors(4, 0.1)).unwrap().vector
        ],
        [
            "c329aeefe3a69f3ba52cabc2b4da0c1b318ecef1833819f813a27be328e3759c",
            "f30b4641cce164af520d3f24cee9f1ec8132c22bd991618f849bf024231d50b0"
        ]
    );
}
