//! Test of the chain screen in a terminal: a review of two rounds is shown with its judgement, its best version is written
//! into its file after a question, and the file is restored.

use std::fs;

use harness::{Desk, Home};

const ENTER: &str = "\r";

#[test]
fn the_best_round_is_written_into_its_file_and_taken_back() {
    let home = Home::new();
    let before = "---\nstudy: content_review\ncontent_type: product_page\nrounds: 2\npanel: 10\nseed: 5\n---\n\n\
        In today's fast-paced world, we leverage our revolutionary, cutting-edge technology in order to facilitate dinner!!! \
        Our kit costs $9 a meal and cooks in 20 minutes, because it utilizes fresh vegetables. Order today.\n";
    let path = home.write("page.md", before);
    drop(home.run(["run", path.to_str().unwrap()]).expect(0));
    let mut desk = Desk::open(&home, 120, 36);
    drop(desk.wait_for("Enter open"));
    desk.press("4");
    let shown = desk.wait_for("round 1 → round 2");
    assert!(shown.contains("Score per round") && shown.contains("Why it moved"), "{shown}");
    desk.press("a");
    drop(desk.wait_for("Write round 2 into the file?"));
    desk.press(ENTER);
    drop(desk.wait_for("Written to"));
    let after = fs::read_to_string(&path).unwrap();
    assert!(after.contains("$9 a meal") && !after.contains("leverage"), "{after}");
    desk.press("z");
    drop(desk.wait_for("as it was before."));
    assert_eq!(fs::read_to_string(&path).unwrap(), before);
    desk.press("q");
    drop(desk.wait_for("Leave the workstation?"));
    desk.press(ENTER);
    assert_eq!(desk.wait_end().exit_code(), 0);
}
