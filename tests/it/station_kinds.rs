//! Tests of the workstation with every study type: the results are shown at once, and two keys of the footer lead to
//! the respondents behind them.

use std::time::Duration;

use harness::{Desk, Home};

const ENTER: &str = "\r";
const ESC: &str = "\x1b";

/// An example of every kind of study, with what its results open with.
const EXAMPLES: [(&str, &str); 6] = [
    ("meal-kit", "Segments of every attribute"),
    ("bank-app-nps", "Segments of every attribute"),
    ("broadband-outage", "Segments of every attribute"),
    ("heat-pump-questions", "Reasons"),
    ("headline-ab", "A against B"),
    ("subscription-ab-both", "A against B"),
];

#[test]
fn every_kind_of_study_can_be_read_down_to_three_of_its_answers() {
    for (example, opens_with) in EXAMPLES {
        let home = Home::new();
        let _report = home.run(["run", "--example", example]).expect(0);
        let mut desk = Desk::open(&home, 80, 24);
        drop(desk.wait_for("Enter open"));
        desk.press(ENTER);
        let shown = desk
            .wait(example, |screen| screen.contains(opens_with) && screen.contains("view 1 of"));
        assert!(shown.contains("synthetic") && shown.contains("Enter answers"), "{shown}");
        // All answers are read before those behind a number can be told.
        let _all = desk.wait_quiet(Duration::from_millis(500));
        desk.press(ENTER);
        drop(desk.wait_for("Enter read it"));
        desk.press(ENTER);
        let mut before = desk.wait_for("synthetic respondent");
        assert!(before.contains("j next  k previous  Esc back"), "{before}");
        for place in ["━ 2 of ", "━ 3 of "] {
            // A reason leads to those who are cited for it, who may be two.
            if before.contains("━ 2 of 2 ") {
                break;
            }
            desk.press("j");
            let next = desk.wait(place, |screen| screen.contains(place));
            assert_ne!(before, next, "{example}");
            before = next;
        }
        desk.press(ESC);
        drop(desk.wait_for("Enter read it"));
        desk.press(ESC);
        drop(desk.wait_for("Enter answers"));
        desk.press("q");
        drop(desk.wait_for("Leave the workstation?"));
        desk.press(ENTER);
        assert_eq!(desk.wait_end().exit_code(), 0, "{example}");
    }
}

/// Open answers have no score, and still somebody names a reason more often than others.
#[test]
fn what_a_survey_names_is_crossed_too() {
    let home = Home::new();
    let _report = home.run(["run", "--example", "heat-pump-questions"]).expect(0);
    let table = home.run(["show", "@", "--by", "age_band,gender", "--json"]).expect(0).json();
    let theme = table["field"].as_str().unwrap().trim_start_matches("theme.").to_owned();
    let mut desk = Desk::open(&home, 120, 36);
    drop(desk.wait_for("Enter open"));
    desk.press(ENTER);
    drop(desk.wait_for("view 1 of"));
    desk.press("t");
    let shown = desk.wait("the table", |screen| {
        screen.contains(&format!("Cross-tab {theme}: ")) && screen.contains("vs rest")
    });
    assert!(shown.contains('%'), "{shown}");
}
