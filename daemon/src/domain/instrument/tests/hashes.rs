//! The bytes of an instrument hash and of the orders drawn for an assignment: stored studies depend on them, so they
//! must not change.

use protocol::measurement::{Control, QuestionsPerCall};

use super::*;

#[test]
fn the_hash_of_an_instrument_stays_the_same() {
    let mut measured = concept();
    measured.context = Some("We sell in supermarkets.".to_owned());
    measured.measurement.controls = Control::ALL.iter().copied().collect();
    measured.measurement.questions_per_call = QuestionsPerCall::One;
    measured.measurement.wordings = 3;
    let versus = study(Instrument::AbTest {
        variant_a: STIMULUS.to_owned(),
        variant_b: "Dinner, learnt by heart.".to_owned(),
        orders: Orders::Split,
    });
    let found = [concept(), recommendation(), versus, measured]
        .map(|spec| instrument_hash(&spec, "assets"));
    assert_eq!(
        found,
        [
            "f17b83a78f83f73bf9fd962a9ed110ac6c40f953e91df3e03ed9d9a40408044b",
            "0de57f7bcbd56a2455e05831610c1a28895e7efb419e4c8407f45fa1ea55128d",
            "a52f710d2661b206150083ea899f5a2ee66062b5060c07ed09dc4617abfe9082",
            "93727467b126e48e7f30010ef8ff27a8ee9c4b979f9519bd469ca43a429c8021"
        ]
    );
}

#[test]
fn the_orders_drawn_for_an_assignment_stay_the_same() {
    let drawn = |respondent, task, replicate| {
        let at = Assignment { round: 0, respondent, task, replicate };
        String::from(options(7, at))
    };
    assert_eq!(
        [drawn(0, 0, 0), drawn(1, 0, 0), drawn(0, 1, 0), drawn(0, 0, 1)],
        ["munp-", "unmp+", "mpun+", "pumn+"]
    );
}
