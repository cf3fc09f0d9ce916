//! Laws: a better number is never worth less, a usual one is worth nothing, and the way a number is written does not
//! matter.

use std::sync::LazyLock;

use proptest::prelude::*;

use crate::usual::table::{Good, Row, Usual};
use crate::usual::worth;

use super::pairs::judgements;

static TABLE: LazyLock<Usual> = LazyLock::new(|| Usual::parse().unwrap());

/// Texts with a place for the number, from the worst number to the best.
const LADDERS: &[(&str, &[&str])] = &[
    ("The parcel is delivered in {} days.", &["90", "30", "15", "8", "4", "2", "1"]),
    ("Please wait {} minutes in the queue.", &["300", "120", "45", "25", "10", "3", "1"]),
    ("You get an appointment within {} weeks.", &["80", "40", "10", "5", "3", "2", "1"]),
    ("The waiting list is {} months long.", &["60", "24", "12", "7", "3"]),
    ("We answer your email within {} hours.", &["400", "200", "90", "40", "10", "4", "2"]),
    ("Headphones. The battery lasts {} hours.", &["0.5", "1", "3", "7", "20", "40", "70"]),
    ("An electric car with a range of {} km.", &["40", "90", "150", "290", "400", "600", "900"]),
    ("LED bulb. Expected life: {} hours.", &["15", "500", "5,000", "15,000", "40,000", "90,000"]),
    ("A bus to the centre. It runs every {} minutes.", &["600", "240", "90", "30", "10", "5", "3"]),
    ("Last year {}% of its trains arrived on time.", &["5", "31", "60", "77", "85", "95", "99"]),
    ("An airline seat with {} cm of legroom.", &["55", "60", "70", "76", "85", "90"]),
    ("A warranty of {} years.", &["0.1", "0.5", "1", "4", "8", "20"]),
    ("The contract runs for {} months.", &["60", "36", "24", "12", "7", "3"]),
    ("Your savings earn {}% a year.", &["0.01", "0.1", "0.8", "2", "4.5", "6"]),
    ("A loan at {}% APR.", &["60", "40", "25", "16", "9", "3", "1"]),
    ("Paying abroad costs {}%.", &["12", "9", "5", "3.5", "2", "0.5", "0.1"]),
    ("Rated {} of 5 stars.", &["1.1", "1.3", "2.8", "3.5", "4.2", "4.7", "4.9"]),
    ("Uptime: {}%.", &["40", "71.4", "90", "99", "99.9", "99.99", "99.999"]),
    ("{} in 100 patients were helped by the tablets.", &["2", "10", "20", "30", "50", "80", "95"]),
    ("Sugar per pot: {} g.", &["60", "31", "20", "16", "9", "3", "1"]),
    ("A laptop. It weighs {} kg.", &["8", "5", "3", "2", "1.5", "1", "0.8"]),
    ("The dishwasher makes {} decibels.", &["90", "83", "75", "64", "50", "40", "34"]),
    ("There are {} children in a class.", &["80", "58", "40", "30", "20", "12", "8"]),
    ("Internet at {} Mbit/s.", &["0.5", "3", "10", "40", "100", "500", "900"]),
    ("Cleaner wanted. Pay: ${} an hour.", &["2.30", "7", "10", "14", "20", "30", "45"]),
    ("The price rises from 30 to {} cents.", &["90", "60", "45", "36", "33"]),
    ("Wages go up by {}%.", &["1", "3", "6", "12", "30"]),
    ("One nurse for every {} residents.", &["140", "60", "30", "15", "9", "3", "2"]),
];

fn signed(table: &Usual, text: &str) -> f64 {
    let judged = judgements(table, text);
    assert_eq!(judged.len(), 1, "{text}: {judged:?}");
    judged[0].1.signed()
}

#[test]
fn a_better_number_is_never_worth_less() {
    for (text, numbers) in LADDERS {
        let worths: Vec<f64> =
            numbers.iter().map(|number| signed(&TABLE, &text.replace("{}", number))).collect();
        assert!(worths.is_sorted(), "{text} {worths:?}");
        assert!(worths.first() < worths.last(), "{text} {worths:?}");
    }
}

#[test]
fn spelling_and_units_do_not_matter() {
    let same = [
        ("Delivery takes thirty weeks.", "Delivery takes 30 weeks."),
        ("Delivery takes thirty-five days.", "Delivery takes 5 weeks."),
        ("Charging takes half an hour.", "Charging takes 30 minutes."),
        ("Charging takes an hour and a half.", "Charging takes 90 min."),
        ("Charging takes 12½ hours.", "Charging takes twelve and a half hours."),
        ("Delivery takes two to three weeks.", "Delivery takes 2–3 weeks."),
        ("Delivery takes between two and three weeks.", "Delivery takes 2-3 weeks."),
        ("Delivery takes up to 20 days.", "Delivery takes no more than 20 days."),
        ("LED bulb. Life: 90,000 hours.", "LED bulb. Life: ninety thousand hours."),
        ("Nine in ten pass the exam.", "90% pass the exam."),
        ("97 per cent of guests were satisfied.", "97 percent of guests were satisfied."),
        ("Uptime: 99.99%.", "An uptime of 99.99 %."),
        ("Rated 4.8/5.", "Rated 4.8 of 5 stars."),
        ("A laptop that weighs 3 kg.", "A laptop that weighs 3,000 g."),
        ("The bus runs every ten days.", "The bus runs every 10 days."),
        ("Of 100 people, 12 passed.", "12 of 100 people passed."),
        ("Worker wanted. Pay: $7/h.", "Worker wanted. Pay: $7 per hour."),
        ("Our classrooms reach 95 degrees Fahrenheit.", "Our classrooms reach 35 °C."),
    ];
    for (one, other) in same {
        let (one_worth, other_worth) = (signed(&TABLE, one), signed(&TABLE, other));
        assert!((one_worth - other_worth).abs() < 1e-9, "{one} {one_worth}, {other} {other_worth}");
    }
}

fn better(row: &Row, one: f64, other: f64) -> bool {
    match row.good {
        Good::Low => one <= other,
        Good::High => one >= other,
        Good::Middle => false,
    }
}

proptest! {
    #[test]
    fn every_row_is_monotone_and_silent_where_usual(
        place in 0..200_usize, one in -3.0..3.0_f64, other in -3.0..3.0_f64, inside in 0.0..=1.0_f64,
    ) {
        let row = &TABLE.rows[place % TABLE.rows.len()];
        // Values around the usual range, over six decades.
        let value = |power: f64| row.high.abs().max(1e-6) * libm::pow(10.0, power);
        let (one, other) = (value(one), value(other));
        let (near, far) = (worth::distance(row, one), worth::distance(row, other));
        prop_assert!(near.abs() <= worth::STRENGTH_MAX);
        if better(row, one, other) {
            prop_assert!(near >= far, "{} {one} {other}", row.name);
        }
        let usual = row.low + (row.high - row.low) * inside;
        prop_assert_eq!(worth::distance(row, usual.clamp(row.low, row.high)), 0.0);
    }
}
