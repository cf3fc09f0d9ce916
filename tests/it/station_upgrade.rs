//! Tests of a daemon that is replaced by another version while a workstation is open in a real terminal: a compatible
//! one is announced and read without a loss, an incompatible one is explained, and drafts survive both.

use harness::version_proxy::{Greeting, Guise};
use harness::{Daemon, Desk, Home, studies, wait};
use protocol::id::StudyId;
use protocol::run::State;

const PANEL: u32 = 300;
const ESC: &str = "\x1b";

/// A workstation that watches a study whose daemon has been killed, and another home with the daemon that comes after.
struct Fixture {
    home: Home,
    next: Home,
    _daemon: Daemon,
    desk: Desk,
    study: StudyId,
}

impl Fixture {
    fn new() -> Self {
        let home = Home::paced(60);
        let mut daemon = home.daemon();
        let study = studies::submit(&home, PANEL, 7);
        let mut desk = Desk::open(&home, 80, 24);
        drop(desk.wait_for("Meal kit"));
        desk.press("2");
        drop(
            desk.wait("some answers", |screen| {
                screen.contains("/300") && screen.contains("ready in")
            }),
        );
        drop(wait::for_answers(&home.link(), study, 20));
        daemon.kill();
        drop(desk.wait_for("The daemon is away"));
        // The one that comes after has the same store.
        let next = Home::paced(60);
        std::fs::copy(home.paths().database, next.paths().database).unwrap();
        let daemon = next.daemon();
        Self { home, next, _daemon: daemon, desk, study }
    }

    fn version_proxy(&self, greeting: Greeting) -> Guise {
        Guise::new(&self.home, &self.next, greeting)
    }

    /// The study comes to its end on the screen, and everybody was asked once.
    fn ends_well(&self) {
        drop(
            self.desk.wait("the end", |screen| {
                screen.contains("300/300") && screen.contains("3 results")
            }),
        );
        let link = self.next.link();
        assert_eq!(link.live(self.study).unwrap().study.state, State::Completed);
        assert_eq!(link.all_answers(self.study).unwrap().len(), PANEL as usize);
    }
}

#[test]
fn a_daemon_of_another_version_that_fits_takes_over_without_a_loss() {
    let fixture = Fixture::new();
    let _guise = fixture.version_proxy(Greeting::Version("9.9.9".to_owned()));
    let shown = fixture.desk.wait_for("now version 9.9.9");
    assert!(shown.contains("local 9.9.9"), "{shown}");
    fixture.ends_well();
}

#[test]
fn a_daemon_of_a_version_that_does_not_fit_says_what_to_do_until_one_fits() {
    for (oldest, newest, side, remedy) in
        [(9, 9, "older", "Restart it"), (0, 0, "newer", "Update this client")]
    {
        let mut fixture = Fixture::new();
        let version_proxy = fixture.version_proxy(Greeting::Protocols(oldest, newest));
        let shown = fixture.desk.wait_for("Another version");
        let said = shown.replace(['│', '\n'], " ");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(side) && said.contains(remedy), "{shown}");
        assert!(shown.contains("Next try in") && shown.contains("incompatible"), "{shown}");
        assert!(shown.contains("Meal kit") || shown.contains("Panel 300"), "{shown}");
        // What cannot be done now is said; what is being written is kept.
        fixture.desk.press("p");
        drop(fixture.desk.wait_for("Nothing was changed"));
        fixture.desk.press("1n");
        drop(fixture.desk.wait_for("New study"));
        fixture.desk.press("Half a thought about kettles");
        drop(fixture.desk.wait_for("Half a thought"));
        drop(version_proxy);
        let _guise = fixture.version_proxy(Greeting::Itself);
        let shown = fixture.desk.wait_for("nothing was lost");
        assert!(shown.contains("Half a thought"), "{shown}");
        fixture.desk.press(ESC);
        drop(fixture.desk.wait("the list", |screen| !screen.contains("New study")));
        fixture.desk.press("2");
        fixture.ends_well();
    }
}
