//! The rounds of a chain that have ended, while it goes on and after it was ended by its owner: they are shown, marked as what
//! they are, and their texts can be taken.

use std::fs;

use harness::{Home, studies, wait};
use serde_json::Value;

/// A page with faults that the editor takes out.
const WEAK: &str = "---\nname: Kit\nstudy: content_review\ncontent_type: product_page\nrounds: 4\npanel: 30\nseed: 5\n---\n\n\
    In today's fast-paced world, we leverage our revolutionary, cutting-edge technology in order to facilitate dinner!!! \
    Our kit costs $9 a meal and cooks in 20 minutes, because it utilizes fresh vegetables. Order today.\n";

/// Answers a second: every round takes a second.
const PACE: u32 = 30;

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_chain_that_was_cancelled_keeps_and_shows_its_finished_rounds() {
    let home = Home::paced(PACE);
    let path = home.write("page.md", WEAK);
    let id = studies::id(&home.run(["run", "page.md", "--detach", "--json"]).expect(0));
    let link = home.link();
    // Two rounds have ended, and the third is asked.
    wait::until("two rounds", std::time::Duration::from_secs(60), || {
        (link.live(id).unwrap().finished.len() == 2).then_some(())
    });
    let running = home.run(["show", "@", "--json"]).expect(0).json();
    let so_far = &running["finished_rounds"]["iterations"];
    assert_eq!((&running["results"], &so_far["completedRounds"]), (&Value::Null, &2.into()));
    let shown = words(&home.run(["show", "@"]).expect(0).out());
    assert!(shown.contains("2 of 4 rounds have ended"), "{shown}");
    drop(home.run(["cancel", "@"]).expect(0));
    let ended = home.run(["show", "@", "--json"]).expect(0).json();
    assert_eq!(ended["study"]["state"], "cancelled");
    let kept = &ended["finished_rounds"]["iterations"];
    assert_eq!((&kept["chain"], &kept["stopReason"]), (&so_far["chain"], &"unfinished".into()));
    let shown = words(&home.run(["show", "@"]).expect(0).out());
    for said in [
        "Cancelled after 2 of 4 rounds, which are paid for and kept",
        "No fresh panel has confirmed it.",
        "demoscope apply",
        "demoscope run FILE --like",
    ] {
        assert!(shown.contains(said), "{said} is not in {shown}");
    }
    let of_round = home.run(["findings", "@", "--round", "2"]).expect(0);
    assert!(of_round.err().contains("Against round 1: Findings:"), "{}", of_round.err());
    let missing = home.run(["findings", "@", "--round", "3"]).expect(2);
    assert!(missing.err().contains("The study has no round 3 that has ended"), "{}", missing.err());
    let applied = home.run(["apply", "@", "--round", "2"]).expect(0);
    assert!(applied.err().contains("{+") || applied.err().contains("[-"), "{}", applied.err());
    let after = fs::read_to_string(&path).unwrap();
    assert_eq!(
        after.rsplit("---\n").next().map(str::trim),
        kept["chain"][1]["content"].as_str().map(str::trim)
    );
    for format in ["md", "html"] {
        let page = home.run(["export", "@", "--format", format]).expect(0);
        assert!(page.out().contains("Round 2, from round 1"), "{}", page.out());
    }
    drop(home.run(["export", "@", "--format", "csv", "-o", "answers.csv"]).expect(0));
    let rounds = fs::read_to_string(home.folder().join("answers.rounds.csv")).unwrap();
    assert!(
        rounds.starts_with("round,best,from,change,") && rounds.contains("overall_low"),
        "{rounds}"
    );
    let checks = home.run(["doctor", "--json"]).expect(0).json();
    assert!(checks.as_array().unwrap().iter().all(|check| check["ok"] == true), "{checks}");
}
