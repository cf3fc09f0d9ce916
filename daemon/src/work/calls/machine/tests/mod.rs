//! Tests of the machine as tables: what happens on the left, what is done about it on the right. The questions of the machine
//! are answered at once: respondents are not known from before, unless a row says `known`, and there is room under the caps,
//! unless it says `capped` (the study's own cap), `taken` (by other studies) or `unagreed` (more than its owner agreed to).

mod bench;
mod breaks;
mod caps;
mod channels;
mod failover;
mod order;
mod property;
mod reasks;
mod retries;
mod stops;

use std::time::Duration;

use self::bench::{Bench, Room, Setup};
use super::PanelEvent;
use super::wait::Wait;
use crate::inference::pool::Availability;

/// Plays a table and compares what is done with what it says.
#[track_caller]
fn play(setup: &str, table: &str) {
    let setup = Setup::read(setup);
    let mut bench = Bench::new(&setup);
    let rows = table.lines().map(str::trim).filter(|line| !line.is_empty());
    let rows: Vec<(&str, &str)> =
        rows.map(|line| line.split_once('|').unwrap_or((line, ""))).collect();
    let mut seen = String::new();
    let mut wanted = String::new();
    for (events, effects) in rows {
        let events = events.trim();
        let done: Vec<String> =
            events.split(',').flat_map(|event| happen(&mut bench, event.trim())).collect();
        seen.push_str(&format!("{events} | {}\n", done.join(", ")));
        wanted.push_str(&format!("{events} | {}\n", effects.trim()));
    }
    assert!(seen == wanted, "\nseen:\n{seen}\nwanted:\n{wanted}");
    if bench.machine.is_over() {
        assert_eq!((bench.reserved, bench.called.len()), (0, 0), "money or calls are left\n{seen}");
        assert_eq!(bench.sent, bench.settled, "each call is settled once\n{seen}");
    }
}

/// Lets an event happen that is told in words.
fn happen(bench: &mut Bench, event: &str) -> Vec<String> {
    let words: Vec<&str> = event.split(' ').collect();
    let engine = |name: &str| usize::from(name.as_bytes()[0] - b'a');
    match words.as_slice() {
        ["begun"] => bench.tell(PanelEvent::Begun),
        ["idle"] => bench.tell(PanelEvent::Idle),
        ["tick"] => bench.tell(PanelEvent::Tick),
        ["halted"] => bench.tell(PanelEvent::Halted),
        ["aborted"] => bench.tell(PanelEvent::Aborted),
        ["after", time] => {
            let millis: u64 = time.trim_end_matches("ms").parse().unwrap();
            bench.now += Duration::from_millis(millis);
            bench.tell(PanelEvent::Tick)
        }
        ["waits"] => {
            let Wait { tick, has_time } = bench.machine.wait(bench.now);
            let tick = tick.map(|tick| format!("tick in {}ms", tick.as_millis()));
            tick.into_iter().chain(has_time.then(|| "idle".to_owned())).collect()
        }
        ["turn", door] => bench.tell(PanelEvent::Turn(engine(door))),
        ["barred", door] => {
            bench.tell(PanelEvent::Barred(engine(door), "it rests for ever".to_owned()))
        }
        ["known", respondents @ ..] => {
            bench.memory.extend(respondents.iter().map(|number| number.parse::<u32>().unwrap()));
            Vec::new()
        }
        ["partly-known", respondents @ ..] => {
            bench.partly.extend(respondents.iter().map(|number| number.parse::<u32>().unwrap()));
            Vec::new()
        }
        ["capped"] => room(bench, Room::None),
        ["taken"] => room(bench, Room::Taken),
        ["unagreed"] => room(bench, Room::Unagreed),
        ["room"] => room(bench, Room::Free),
        [door @ ("a" | "b" | "c"), how] => {
            let view = &mut bench.views[engine(door)];
            match *how {
                "rests" => view.standing = Availability::Resting,
                "opens" => view.standing = Availability::Open,
                "gives-up" => view.given_up = Some("twenty calls failed".to_owned()),
                "new" => view.is_proven = false,
                "put-off" => view.is_put_off = true,
                other => panic!("{other}"),
            }
            bench.tell_views()
        }
        [number, "breaks"] => {
            let broke = PanelEvent::Broke(Bench::entry(number));
            bench.tell(broke)
        }
        [number, "measured"] => {
            let measured = bench.measured(Bench::entry(number), false);
            bench.tell(measured)
        }
        [number, "half-measured"] => {
            let measured = bench.measured(Bench::entry(number), true);
            bench.tell(measured)
        }
        [number, how] => {
            let ended = bench.end(Bench::entry(number), how);
            bench.tell(ended)
        }
        other => panic!("{other:?}"),
    }
}

fn room(bench: &mut Bench, room: Room) -> Vec<String> {
    bench.room = room;
    Vec::new()
}

/// Tests that are tables.
macro_rules! tables {
    ($($name:ident: $setup:literal, $table:literal)+) => {
        $(#[test]
        fn $name() {
            super::play($setup, $table);
        })+
    };
}
use tables;
