//! Tests of the connection between a command and its daemon: an unresponsive daemon is not taken for absent, a stopped
//! one stays stopped, a crashed one is restarted, and one that does not start reports why.

use harness::{Home, process, studies, wait};
use protocol::run::State;
use rustix::process::Signal;
use serde_json::json;

#[test]
fn a_daemon_whose_socket_is_gone_listens_again_by_itself() {
    let home = Home::new();
    let mut daemon = home.daemon();
    let (runtime, socket) = (home.paths().runtime, home.paths().socket);
    std::fs::remove_file(&socket).unwrap();
    drop(home.run(["list"]).expect(0));
    assert!(socket.exists(), "in its place");
    std::fs::remove_dir_all(&runtime).unwrap();
    drop(home.run(["list"]).expect(0));
    assert!(socket.exists(), "with its folder");
    // Where the folder cannot be made, the data folder has the socket, and commands find it.
    std::fs::remove_dir_all(&runtime).unwrap();
    std::fs::write(&runtime, "in the way").unwrap();
    let status = home.run(["daemon", "status", "--json"]).expect(0).json();
    assert_eq!(status["pid"], daemon.pid(), "{status}");
    let second = home.paths().data.join("demoscope.sock");
    assert!(second.exists(), "in the data folder");
    assert!(daemon.is_running(), "nobody asked for its end");
    drop(home.run(["daemon", "stop"]).expect(0).says("The daemon has ended."));
    assert_eq!(daemon.wait_end(wait::BOUND).code(), Some(0), "{}", daemon.said());
    assert!(!second.exists(), "it takes its socket along");
    drop(home.run(["daemon", "stop"]).expect(0).says("No daemon is running."));
}

#[test]
fn a_halted_daemon_can_be_stopped() {
    let home = Home::new();
    let mut daemon = home.daemon();
    process::signal(daemon.pid(), Signal::STOP);
    drop(home.run(["daemon", "stop"]).expect(0).says("The daemon has ended."));
    assert_eq!(daemon.wait_end(wait::BOUND).code(), Some(0), "{}", daemon.said());
}

#[test]
fn a_daemon_that_was_stopped_under_its_follower_stays_stopped() {
    let home = Home::paced(20);
    home.write("idea.md", "# A kettle that texts you\n");
    // This command starts the daemon, so that the daemon is its child.
    let follower = home.command(["run", "idea.md", "--panel", "2000"]).start();
    let link = wait::until("a daemon", wait::BOUND, || {
        harness::Link::open(&home.paths()).ok().filter(|link| link.find("@".into()).is_ok())
    });
    let id = link.find("@".into()).unwrap().id;
    drop(wait::for_answers(&link, id, 1));
    drop(home.run(["daemon", "stop"]).expect(0).says("The daemon has ended."));
    let ended = follower.end().expect(6).says("The daemon was stopped");
    assert!(ended.err().contains(&format!("demoscope show {}", id.short())), "{ended}");
    let status = home.run(["daemon", "status", "--json"]).expect(6);
    assert_eq!(status.json(), json!({ "running": false }));
}

#[test]
fn a_daemon_that_crashed_under_its_follower_comes_back() {
    let home = Home::paced(200);
    home.write("idea.md", "# A kettle that texts you\n");
    let follower = home.command(["run", "idea.md", "--panel", "400", "--json"]).start();
    let link = wait::until("a daemon", wait::BOUND, || {
        harness::Link::open(&home.paths()).ok().filter(|link| link.find("@".into()).is_ok())
    });
    let id = link.find("@".into()).unwrap().id;
    drop(wait::for_answers(&link, id, 1));
    process::signal(link.welcome().pid, Signal::KILL);
    let ended = follower.end().expect(0).says("The daemon went away");
    assert_eq!(ended.json()["study"]["panel"]["delivered"], 400);
}

#[test]
fn a_daemon_that_does_not_start_says_why() {
    let home = Home::with_settings("this is no = = toml\n");
    let ended = home.run(["list"]).expect(2).says("The daemon does not start: ");
    assert!(ended.err().contains("config.toml"), "{ended}");
}

#[test]
fn a_cancelled_study_shows_its_answers_where_its_export_has_them() {
    let home = Home::paced(20);
    let _daemon = home.daemon();
    let link = home.link();
    let id = link.take_on(&studies::concept(500, 7)).unwrap().id;
    drop(wait::for_answers(&link, id, 3));
    drop(home.run(["cancel", "@"]).expect(0));
    drop(wait::for_state(&link, id, State::Cancelled));
    let shown = home.run(["show", "@", "--answers", "--json"]).expect(0).json();
    let exported = home.run(["export", "@", "--format", "json"]).expect(0).json();
    assert_eq!(shown["responses"], exported["responses"]);
    assert!(shown["responses"].as_array().is_some_and(|all| !all.is_empty()), "{shown}");
}

/// The doctor tells which file system holds the data: locks depend on it.
#[test]
fn the_doctor_names_the_file_system_of_the_data() {
    let home = Home::new();
    let checks = home.run(["doctor", "--json"]).expect(0).json();
    let checks = checks.as_array().unwrap().clone();
    let found = checks.iter().find(|check| check["name"] == "data.file_system").unwrap();
    assert!(
        found["ok"] == true && found["detail"].as_str().unwrap().contains(", with locks"),
        "{found}"
    );
}
