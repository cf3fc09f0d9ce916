//! The level of results: a low result gets a finding, whatever the reasons; any other is left unchanged.

use protocol::results::{Finding, Priority};

use super::super::below_middle;
use super::super::level::with_level;
use super::*;

fn reply(score: u8, intent: &str, priced: bool) -> Answered {
    let mut reply = good_reply();
    reply["score"] = score.into();
    reply["purchase_intent"] = intent.into();
    if !priced {
        reply["concerns"] = json!([]);
    }
    read(&concept(), &reply.to_string()).unwrap()
}

/// The finding that is added, or the sentence on the level, if any; the other findings stay what they are.
fn added(results: Results) -> Result<Finding, Option<String>> {
    let before = results.findings.clone();
    let low = below_middle(&results);
    let mut after = with_level(results).findings;
    let mut ids: Vec<u32> = after.iter().map(|finding| finding.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), after.len(), "two findings have one id");
    assert!(after.is_sorted_by_key(|finding| finding.priority));
    let place = after.iter().position(|finding| !before.contains(finding));
    let added = place.map(|place| after.remove(place));
    assert_eq!(after, before);
    assert!(added.is_none() || low.is_none(), "one of them is enough");
    added.ok_or(low)
}

fn concept_of(scores: &[u8], intent: &str, n: u32) -> Result<Finding, Option<String>> {
    let score = |ordinal: u32| scores[ordinal as usize % scores.len()];
    let answers = (0..n).map(|ordinal| (ordinal, reply(score(ordinal), intent, ordinal % 2 == 0)));
    added(finish(&concept(), answers).unwrap())
}

fn told(found: Result<Finding, Option<String>>) -> String {
    match found {
        Ok(Finding { priority, title, description, suggested_action, .. }) => {
            format!("{priority} {title}\n{description}\n> {suggested_action}\n")
        }
        Err(low) => low.unwrap_or_else(|| "nothing".to_owned()),
    }
}

#[test]
fn a_concept_that_nobody_wants_is_urgent() {
    insta::assert_snapshot!([
        told(concept_of(&[1, 1, 2], "definitely_not", 100)),
        told(concept_of(&[3, 4, 3], "probably", 100)),
        told(concept_of(&[6, 7], "maybe", 100)),
        told(concept_of(&[2, 9, 3], "maybe", 12)),
        told(concept_of(&[4, 5, 6], "probably", 100)),
        told(concept_of(&[3, 7, 6], "probably", 12)),
    ].join("\n"), @r"
    P0 Almost nobody would buy it: 0 % would, and the mean score is 1.3 of 10
    The mean score is 1.3 of 10 (95 % interval 1.2 to 1.4, n = 100); the share that would buy it is 0 % (95 % interval 0 % to 4 %, n = 100). Most often named against it: Price (50 %). Most often named for it: Convenience (100 of 100). Below 4 of 10 the mean score is urgent whatever the reasons, from 30 answers on (with fewer, when the whole interval lies below).
    > Change what is offered before how it is told, beginning with Price. Then ask the same panel again (same seed): it has worked when the mean score is above 4 of 10.

    P0 Hardly anybody likes it: the mean score is 3.3 of 10
    The mean score is 3.3 of 10 (95 % interval 3.2 to 3.4, n = 100); the share that would buy it is 100 % (95 % interval 96 % to 100 %, n = 100). Most often named against it: Price (50 %). Most often named for it: Convenience (100 of 100). Below 4 of 10 the mean score is urgent whatever the reasons, from 30 answers on (with fewer, when the whole interval lies below).
    > Change what is offered before how it is told, beginning with Price. Then ask the same panel again (same seed): it has worked when the mean score is above 4 of 10.

    P0 Almost nobody would buy it: 0 % would, and the mean score is 6.5 of 10
    The mean score is 6.5 of 10 (95 % interval 6.4 to 6.6, n = 100); the share that would buy it is 0 % (95 % interval 0 % to 4 %, n = 100). Most often named against it: Price (50 %). Most often named for it: Convenience (100 of 100). Below 10 % the share that would buy it is urgent whatever the reasons, from 30 answers on (with fewer, when the whole interval lies below).
    > Change what is offered before how it is told, beginning with Price. Then ask the same panel again (same seed): it has worked when the share that would buy it is above 10 %.

    P1 Almost nobody would buy it: 0 % would, and the mean score is 4.7 of 10
    The mean score is 4.7 of 10 (95 % interval 2.6 to 6.7, n = 12); the share that would buy it is 0 % (95 % interval 0 % to 24 %, n = 12). Most often named against it: Price (50 %). Most often named for it: Convenience (12 of 12). Below 10 % the share that would buy it would be urgent; with fewer than 30 answers and an interval that reaches beyond, that is not sure.
    > Change what is offered before how it is told, beginning with Price. Then ask the same panel again (same seed): it has worked when the share that would buy it is above 10 %.

    The mean score is 5.0 of 10 (95 % interval 4.8 to 5.2, n = 100): the whole interval lies below 5.5 of 10.
    The mean score is 5.3 of 10 (95 % interval 4.2 to 6.5, n = 12): that is below 5.5 of 10, and the interval includes it.
    ");
}

/// A few answers that are all equal have no interval: they are no surer than a few that differ, and nothing is said of an
/// interval.
#[test]
fn few_equal_answers_are_not_sure() {
    let nps = |n: u32| {
        let answer =
            || Answer::Nps { score: 0, reasoning: "So.".to_owned(), sentiment: Sentiment::Neutral };
        let answered =
            || Answered { answer: answer(), mentions: Vec::new(), options: None, channels: None };
        added(finish(&recommendation(), (0..n).map(|ordinal| (ordinal, answered()))).unwrap())
    };
    for n in [1, 2, 5, 29] {
        for found in [nps(n).unwrap(), concept_of(&[2], "probably", n).unwrap()] {
            assert_eq!(found.priority, Priority::P1, "{found:?}");
            let text = &found.description;
            assert!(text.contains("too few answers to give an interval"), "{text}");
            assert!(!text.contains("whole interval") && !text.contains("reaches beyond"), "{text}");
        }
    }
    assert_eq!(nps(30).unwrap().priority, Priority::P0);
    insta::assert_snapshot!([
        told(nps(5)),
        told(nps(30)),
        told(concept_of(&[5], "probably", 5)),
        told(concept_of(&[5], "probably", 40)),
    ].join("\n"), @r"
    P1 Hardly anybody would recommend it: the Net Promoter Score is −100
    The Net Promoter Score is −100 (too few answers to give an interval, n = 5). Below −70 the Net Promoter Score would be urgent; with fewer than 30 answers that is not sure.
    > Change what is offered before how it is told. Then ask the same panel again (same seed): it has worked when the Net Promoter Score is above −70.

    P0 Hardly anybody would recommend it: the Net Promoter Score is −100
    The Net Promoter Score is −100 (no interval: the answers do not differ, n = 30). Below −70 the Net Promoter Score is urgent whatever the reasons, from 30 answers on.
    > Change what is offered before how it is told. Then ask the same panel again (same seed): it has worked when the Net Promoter Score is above −70.

    The mean score is 5.0 of 10 (too few answers to give an interval, n = 5): that is below 5.5 of 10.
    The mean score is 5.0 of 10 (no interval: the answers do not differ, n = 40): that is below 5.5 of 10.
    ");
}

#[test]
fn a_result_that_is_not_low_is_left_alone() {
    assert_eq!(told(concept_of(&[6, 7, 8], "probably", 100)), "nothing");
    assert_eq!(told(concept_of(&[5], "probably", 1)), "nothing", "one answer tells no level");
    assert_eq!(told(added(results_of(0..60).unwrap())), "nothing");
}

#[test]
fn other_studies_are_judged_by_their_own_measure() {
    let nps = |scores: [u8; 4], n: u32| {
        let answers = (0..n).map(|ordinal| {
            let answer = Answer::Nps {
                score: scores[ordinal as usize % 4],
                reasoning: "So.".to_owned(),
                sentiment: Sentiment::Neutral,
            };
            (ordinal, Answered { answer, mentions: Vec::new(), options: None, channels: None })
        });
        added(finish(&recommendation(), answers).unwrap())
    };
    let two = |a: u8, b: u8| {
        let spec = ab(Orders::Split);
        let answers = (0..60).map(|ordinal| (ordinal, verdict(&spec, ordinal, 0, "a", a, b)));
        added(finish(&spec, answers).unwrap())
    };
    insta::assert_snapshot!([
        told(nps([0, 3, 6, 8], 80)),
        told(nps([9, 3, 6, 8], 400)),
        told(nps([9, 9, 6, 3], 80)),
        told(nps([9, 3, 10, 8], 80)),
        told(two(3, 2)),
        told(two(5, 4)),
        told(two(8, 1)),
    ].join("\n"), @r"
    P0 Hardly anybody would recommend it: the Net Promoter Score is −75
    The Net Promoter Score is −75 (95 % interval −84 to −66, n = 80). Below −70 the Net Promoter Score is urgent whatever the reasons, from 30 answers on (with fewer, when the whole interval lies below).
    > Change what is offered before how it is told. Then ask the same panel again (same seed): it has worked when the Net Promoter Score is above −70.

    The Net Promoter Score is −25 (95 % interval −33 to −17, n = 400): the whole interval lies below 0.
    nothing
    nothing
    P0 Hardly anybody likes either variant: the mean score of A, the better one, is 3.0 of 10
    The mean score of A is 3.0 of 10 (no interval: the answers do not differ, n = 60). Below 4 of 10 the mean score of A is urgent whatever the reasons, from 30 answers on.
    > Change what is offered before how it is told. Then ask the same panel again (same seed): it has worked when the mean score of A is above 4 of 10.

    The mean score of A is 5.0 of 10 (no interval: the answers do not differ, n = 60): that is below 5.5 of 10.
    nothing
    ");
}

proptest::proptest! {
    /// The lower a score, the more urgent, and never less.
    #[test]
    fn lower_is_never_less_urgent(score in 2_u8..=10, n in 2_u32..60) {
        let urgency = |score: u8| match concept_of(&[score], "probably", n) {
            Ok(finding) if finding.priority == Priority::P0 => 0,
            Ok(_) => 1,
            Err(Some(_)) => 2,
            Err(None) => 3,
        };
        proptest::prop_assert!(urgency(score - 1) <= urgency(score));
    }
}
