//! Tests of damaged stores: no crash loop and no wrong numbers; the daemon serves what is intact, or reports which file
//! is damaged and which backup exists. Every mutation is tried on a real store in a process of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use harness::{Chance, Daemon, Home, Link, program, say, studies, wait};
use protocol::id::StudyId;

/// A sound store, its backup, and what it says.
struct Original {
    home: Home,
    id: StudyId,
    backup: PathBuf,
    results: String,
    balance: i64,
}

impl Original {
    fn new() -> Self {
        let home = Home::with_settings("[backup]\ndaily = false\n");
        let ran = studies::run(&home, 300, 7);
        let printed = home.run(["backup", "--json"]).expect(0).json();
        let backup = PathBuf::from(printed["path"].as_str().unwrap());
        let balance = home.link().credits().unwrap().balance.0;
        drop(home.run(["daemon", "stop"]).expect(0));
        Self { id: studies::id(&ran), results: ran.results(), home, backup, balance }
    }

    /// A home with a copy of everything but the store, which is damaged.
    fn damaged(&self, damage: impl FnOnce(&Path)) -> Home {
        let home = Home::with_settings("[backup]\ndaily = false\n");
        let paths = home.paths();
        fs::create_dir_all(&paths.backups).unwrap();
        let name = self.backup.file_name().unwrap();
        fs::copy(&self.backup, paths.backups.join(name)).unwrap();
        fs::copy(self.home.paths().database, &paths.database).unwrap();
        damage(&paths.database);
        home
    }
}

/// How a daemon bore a damaged store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Bore {
    /// Served everything as it was written.
    Unharmed,
    /// Served, but said of something that it is damaged.
    Told,
    /// Did not start, and said why.
    Refused,
}

/// Starts a daemon on the damaged store and uses it; panics at a wrong number or a silent death.
fn bear(original: &Original, home: &Home, what: &str) -> Bore {
    let mut daemon = Daemon::spawn(home, None);
    let paths = home.paths();
    let link = wait::until("a daemon that greets or ends", wait::BOUND, || {
        if !daemon.is_running() {
            return Some(None);
        }
        Link::open(&paths).ok().map(Some)
    });
    let Some(link) = link else {
        let status = daemon.wait_end(wait::BOUND);
        let said = daemon.said();
        assert!(status.code().is_some_and(|code| code != 0), "{what}: {status}: {said}");
        let names_the_file = said.contains("demoscope.redb");
        assert!(names_the_file && said.contains("error"), "{what}: it says why: {said}");
        return Bore::Refused;
    };
    let mut told = false;
    match link.credits() {
        Ok(credits) => assert_eq!(credits.balance.0, original.balance, "{what}: a wrong balance"),
        Err(_) => told = true,
    }
    let doctor = link.doctor();
    let sound = doctor.as_ref().is_ok_and(|checks| checks.iter().all(|check| check.ok));
    let shown = home.run(["show", &original.id.to_string(), "--json", "--answers"]);
    if shown.code() == 0 {
        // Where the doctor finds nothing, what is shown must be what was written.
        let same = shown.results() == original.results;
        assert!(same || !sound, "{what}: wrong results, and the doctor is content");
        told |= !same;
    } else {
        assert!(shown.err().contains("error:"), "{what}: {shown}");
        told = true;
    }
    assert!(daemon.is_running(), "{what}: the daemon died: {}", daemon.said());
    if told || !sound { Bore::Told } else { Bore::Unharmed }
}

fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

const PAGE: usize = 4_096;

fn mutate(bytes: &mut Vec<u8>, test_rng: &mut Chance) -> String {
    let pages = bytes.len() / PAGE;
    let page = test_rng.place(pages);
    match test_rng.below(6) {
        0 | 1 => {
            let (at, bit) = (test_rng.place(bytes.len()), test_rng.below(8));
            bytes[at] ^= 1 << bit;
            format!("bit {bit} of byte {at} flipped")
        }
        2 => {
            bytes[page * PAGE..(page + 1) * PAGE].fill(0);
            format!("page {page} zeroed")
        }
        3 => {
            let length = test_rng.place(bytes.len());
            bytes.truncate(length);
            format!("cut to {length} bytes")
        }
        4 => {
            let more = 1 + test_rng.place(3 * PAGE);
            bytes.extend(test_rng.bytes(more));
            format!("{more} bytes appended")
        }
        _ => {
            let other = test_rng.place(pages);
            for offset in 0..PAGE {
                bytes.swap(page * PAGE + offset, other * PAGE + offset);
            }
            format!("pages {page} and {other} swapped")
        }
    }
}

#[test]
fn mutations_are_never_silent() {
    let original = Original::new();
    let mut test_rng = Chance::announced("damage");
    let count = if program::is_long() { 2_000 } else { 40 };
    let mut bore = Vec::new();
    for _ in 0..count {
        let mut what = String::new();
        let home = original.damaged(|path| edit(path, |bytes| what = mutate(bytes, &mut test_rng)));
        bore.push(bear(&original, &home, &what));
    }
    let of = |kind: Bore| bore.iter().filter(|bore| **bore == kind).count();
    say(&format!(
        "{count} mutations: {} unharmed, {} told, {} refused",
        of(Bore::Unharmed),
        of(Bore::Told),
        of(Bore::Refused)
    ));
}

#[test]
fn what_is_no_store_is_refused_with_the_newest_backup() {
    let original = Original::new();
    #[expect(clippy::items_after_statements, reason = "it names what the next lines list")]
    type Damage = fn(&Path);
    let kinds: [(&str, Damage); 4] = [
        ("empty", |path| fs::write(path, b"").unwrap()),
        ("a picture", |path| fs::write(path, b"\xff\xd8\xff\xe0\0\x10JFIF").unwrap()),
        ("a text", |path| fs::write(path, "a".repeat(100_000)).unwrap()),
        ("a folder", |path| {
            fs::remove_file(path).unwrap();
            fs::create_dir(path).unwrap();
        }),
    ];
    for (what, damage) in kinds {
        let home = original.damaged(damage);
        let name = original.backup.file_name().unwrap().to_str().unwrap();
        let refused = home.run(["daemon", "run"]);
        assert!(matches!(refused.code(), 2 | 6), "{what}: {refused}");
        assert!(refused.err().contains(name), "{what}: it names the backup: {refused}");
        // The command that would start a daemon ends, too, and points to the reason.
        let listed = home.run(["list"]).expect(6);
        assert!(listed.stdout.is_empty(), "{what}: {listed}");
        let backup = home.paths().backups.join(name);
        if what != "a folder" {
            drop(home.run(["restore", backup.to_str().unwrap(), "--yes"]).expect(0));
            let shown = home.run(["show", "@", "--json", "--answers"]).expect(0);
            assert_eq!(shown.results(), original.results, "{what}");
        }
    }
}

#[test]
fn a_store_that_may_not_be_read_is_refused() {
    if rustix::process::geteuid().is_root() {
        say("SKIPPED: root reads every file");
        return;
    }
    let original = Original::new();
    let home = original.damaged(|path| {
        fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
    });
    let refused = home.run(["daemon", "run"]);
    assert!(matches!(refused.code(), 2 | 6), "{refused}");
}
