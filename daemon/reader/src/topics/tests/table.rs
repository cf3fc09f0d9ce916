//! The table itself.

use super::super::TOPICS;
use super::{Topics, tables};

#[test]
fn the_table_is_large_and_every_topic_says_what_it_rests_on() {
    let (table, _) = tables();
    assert!(table.iter().count() >= 45);
    for (_, topic) in table.iter() {
        assert!(topic.source.len() >= 10, "{}", topic.name);
        let largest = topic.effect.values().fold(0.0_f64, |most, size| most.max(size.abs()));
        assert!((0.1..=0.6).contains(&largest), "{}: {largest}", topic.name);
    }
}

#[test]
fn faults_are_found() {
    let faults = [
        ("age = -0.25, old = -0.2, young_parent = -0.1", "shoe_size = 0.2"),
        ("age = -0.25, old = -0.2, young_parent = -0.1", "age = 0.9"),
        ("when_denied = -0.6", "when_denied = 0.6"),
        ("\"stairs\", \"staircase\"", "\"(stairs\""),
        ("age = -0.021", "aeg = -0.021"),
    ];
    for (good, bad) in faults {
        assert!(TOPICS.contains(good), "{good}");
        assert!(Topics::read(&TOPICS.replacen(good, bad, 1)).is_err(), "{bad}");
    }
}
