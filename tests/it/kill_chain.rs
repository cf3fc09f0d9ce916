//! Kills of the daemon in the rounds of a chain: whatever they interrupt, an answer, a rewrite or the end of a round, the
//! results are those of an undisturbed run to the last byte, and every round is paid for once.

use harness::{Chance, Daemon, Home, program, wait};
use protocol::run::State;

/// A page with faults that the editor takes out.
const WEAK: &str = "---\nstudy: content_review\ncontent_type: product_page\nrounds: 5\npanel: 60\nseed: 5\n---\n\n\
    In today's fast-paced world, we are extremely proud to leverage our revolutionary, cutting-edge technology in order to \
    facilitate dinner!!! Our kit costs $9 a meal and cooks in 20 minutes, which you will really love, because it utilizes \
    fresh vegetables from local farms that we basically pick every single morning before the sun has come up. Order today.\n";

/// Answers a second: slow enough for kills to meet every round.
const PACE: u32 = 150;

/// The results of the chain and of its second round as JSON, and the credits it used, after so many kills.
fn chain(kills: u32, test_rng: &mut Chance) -> (String, i64) {
    let home = Home::paced(PACE);
    let mut daemon = Daemon::spawn(&home, None);
    let mut link = daemon.wait_ready(&home);
    let id = link.take_on(WEAK).unwrap().id;
    for _ in 0..kills {
        wait::a_random_moment(test_rng.time_below_ms(250));
        daemon.kill();
        daemon = Daemon::spawn(&home, None);
        link = daemon.wait_ready(&home);
    }
    let ended = wait::for_study(&link, id, "an end or a halt", |study| {
        study.state.is_final() || study.state == State::Paused
    });
    assert_eq!(ended.state, State::Completed, "{:?}", ended.reason);
    let report = link.report(id).unwrap();
    let broken: Vec<_> = link.doctor().unwrap().into_iter().filter(|check| !check.ok).collect();
    assert!(broken.is_empty(), "{broken:?}");
    let second = link.round_report(id, 2).unwrap().results;
    (serde_json::to_string(&(report.results, second)).unwrap(), report.meta.credits_used.0)
}

#[test]
fn kills_in_any_round_change_no_byte_of_a_chain() {
    let mut test_rng = Chance::announced("kill_chain");
    let undisturbed = chain(0, &mut test_rng);
    assert!(undisturbed.0.contains("\"bestRound\":2"), "it has several rounds");
    let kills = if program::is_long() { 50 } else { 5 };
    assert!(chain(kills, &mut test_rng) == undisturbed, "kills changed the results");
}
