//! Damaged files: never a crash, never a wrong balance, and always a message with a remedy.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use protocol::credits::Credits;

use crate::app::testing::{everyone_answers, me, options, settings, submission, world};
use crate::app::{Core, Settings};
use crate::store::{OpenError, Storage};

fn open(path: &Path, backups: Option<&Path>) -> Result<Core, OpenError> {
    let settings =
        Settings { backups: backups.map(Path::to_owned), ..settings(1_000, everyone_answers()) };
    Core::open_with(world().0, Storage::File(path.to_owned()), settings, options())
}

async fn sound(path: &Path) {
    let core = open(path, None).unwrap();
    for key in 1..=5 {
        core.submit(&me(), submission(&core, key, 30)).await.unwrap();
        core.grant(&me(), Credits(9)).await.unwrap();
    }
    core.close();
}

/// Splitmix64: enough to spread mutations over a file, the same in every run.
fn spread(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn mutate(bytes: &mut Vec<u8>, kind: u64, place: u64) {
    let length = bytes.len() as u64;
    let at = usize::try_from(place % length).unwrap();
    let page = at / 4096 * 4096;
    match kind {
        0 | 1 => bytes[at] ^= 1 << (place >> 32 & 7),
        2 => bytes[page..page + 4096].fill(0),
        3 => bytes.truncate(at),
        4 => bytes.extend(std::iter::repeat_n(0xAA, at % 100_000 + 1)),
        _ => {
            let other = usize::try_from((place >> 20) % (length / 4096)).unwrap() * 4096;
            for offset in 0..4096 {
                bytes.swap(page + offset, other + offset);
            }
        }
    }
}

#[tokio::test]
async fn a_damaged_file_never_crashes_and_never_shows_a_wrong_balance() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("sound.redb");
    sound(&original).await;
    let bytes = fs::read(&original).unwrap();
    let mut state = 20_261_122;
    let (mut opened, mut refused) = (0, 0);
    for round in 0..180_u64 {
        let path = folder.path().join(format!("damaged-{round}.redb"));
        let mut damaged = bytes.clone();
        mutate(&mut damaged, round % 6, spread(&mut state));
        fs::write(&path, damaged).unwrap();
        match open(&path, None) {
            Err(error) => {
                refused += 1;
                assert!(matches!(error, OpenError::Damaged { .. }), "{round}: {error}");
            }
            Ok(core) => {
                opened += 1;
                // What can be read is right, or it is an error.
                if let Ok(balance) = core.credits(&me()).await {
                    assert_eq!((balance.balance, balance.held), (Credits(895), Credits(150)));
                }
                drop(core.studies(&me(), &protocol::service::StudyQuery::default()).await);
                drop(core.doctor(&me()).await);
                core.close();
            }
        }
        fs::remove_file(&path).unwrap();
    }
    assert!(opened > 20 && refused > 20, "{opened} opened, {refused} refused");
}

#[tokio::test]
async fn what_is_no_database_is_refused_and_the_newest_backup_named() {
    let folder = tempfile::tempdir().unwrap();
    let backups = folder.path().join("backups");
    fs::create_dir(&backups).unwrap();
    let path = folder.path().join("demoscope.redb");
    open(&path, None).unwrap().close();
    for name in ["demoscope-2026-11-20.redb", "demoscope-2026-11-21.redb"] {
        fs::copy(&path, backups.join(name)).unwrap();
    }
    let jpeg = [b"\xFF\xD8\xFF\xE0\x00\x10JFIF".as_slice(), &[0x5A; 9_000]].concat();
    for (contents, why) in [(Vec::new(), "it is empty"), (jpeg, ""), (b"hello".to_vec(), "")] {
        fs::write(&path, &contents).unwrap();
        let message = open(&path, Some(&backups)).unwrap_err().to_string();
        assert!(message.contains("is damaged") && message.contains(why), "{message}");
        assert!(message.contains("demoscope-2026-11-21.redb"), "{message}");
        assert_eq!(fs::read(&path).unwrap(), contents, "the file is left as it is");
    }
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let message = open(&path, None).unwrap_err().to_string();
    assert!(message.contains("it is not a file"), "{message}");
}

#[test]
fn a_file_without_permission_is_named_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demoscope.redb");
    open(&path, None).unwrap().close();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o0)).unwrap();
    // The superuser may read anything.
    if fs::File::open(&path).is_err() {
        let error = open(&path, None).unwrap_err();
        assert!(matches!(error, OpenError::Unreadable { .. }), "{error}");
    }
}

#[test]
fn a_second_daemon_is_told_that_the_first_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demoscope.redb");
    let first = open(&path, None).unwrap();
    assert_eq!(open(&path, None).unwrap_err(), OpenError::Locked);
    first.close();
    open(&path, None).unwrap().close();
}
