//! Tests of the driver of watched files: real files in a folder of the test's own, the use cases on a store in memory, a
//! clock that the test moves, and ears that hear what the test says.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use protocol::credits::Credits;
use protocol::event::{Cursor, EventData};
use protocol::hook::HookFormat;
use protocol::hook_in::ReceivedState;
use protocol::run::{State, Study};
use protocol::service::{Control, StudyQuery};
use protocol::study::Origin;
use protocol::watch::{SaveOutcome, WatchCaps, WatchControl, WatchRequest, WatchedFile};

use super::ears::Ears;
use super::looker::Looker;
use crate::app::testing::{
    DRIVER, Disk, broken, everyone_answers, me, options, reply, settings, spec, world,
};
use crate::app::{Batch, Caller, Core, FileStanding, Owner, SavedFile};
use crate::domain::instrument;
use crate::domain::outcome::{Assignment, FIRST_ROUND, Outcome, Usage};
use crate::domain::watch::QUIET;
use crate::store::Writes;
use crate::store::rows::{EndpointRow, EndpointStanding, WatchRow};
use crate::work::Drivers;
use crate::work::scheduler;
use crate::world::World;
use crate::world::testing::ManualClock;

/// Ears that hear nothing by themselves; they may be refused.
#[derive(Default)]
struct NoEars {
    limit: Option<usize>,
    folders: usize,
}

impl Ears for NoEars {
    fn listen(&mut self, _: &Path, _: (u64, u64)) -> Result<(), String> {
        self.folders += 1;
        match self.limit {
            Some(limit) if self.folders > limit => Err("no more folders".to_owned()),
            _ => Ok(()),
        }
    }

    fn keep(&mut self, _: &dyn Fn(&Path) -> bool) {}
}

/// A watched folder.
struct Bench {
    core: Core,
    clock: Arc<ManualClock>,
    disk: Disk,
    folder: tempfile::TempDir,
    looker: Looker<NoEars>,
}

impl Bench {
    async fn new() -> Self {
        Self::with(WatchCaps::default()).await
    }

    async fn with(caps: WatchCaps) -> Self {
        Self::funded(caps, 10_000).await
    }

    async fn funded(caps: WatchCaps, allowance: i64) -> Self {
        let (world, clock) = world();
        let disk = Disk::default();
        let settings = settings(allowance, everyone_answers());
        let core = Core::open_with(world, disk.storage(), settings, options()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let paths = vec![folder.path().to_str().unwrap().to_owned()];
        core.watch(&me(), WatchRequest { paths, caps, ..WatchRequest::default() }).await.unwrap();
        let mut looker = Looker::new(core.clone(), DRIVER.clone(), NoEars::default());
        looker.look_at_everything().await.unwrap();
        Self { core, clock, disk, folder, looker }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.at(name), text).unwrap();
    }

    /// The file was saved: it is heard of, and quiet after a while.
    async fn save(&mut self, name: &str, text: &str) {
        self.write(name, text);
        self.look(name).await;
    }

    async fn look(&mut self, name: &str) {
        self.looker.hear(self.at(name));
        self.clock.advance(QUIET);
        self.looker.look_at_quiet().await.unwrap();
    }

    async fn look_everywhere(&mut self) {
        self.looker.look_at_everything().await.unwrap();
    }

    async fn studies(&self) -> Vec<Study> {
        self.core.studies(&me(), &StudyQuery::default()).await.unwrap().items
    }

    async fn files(&self) -> Vec<WatchedFile> {
        self.core.watched_files(&me(), 0, 500).await.unwrap().items
    }

    async fn file(&self, name: &str) -> WatchedFile {
        let path = self.at(name);
        self.files().await.into_iter().find(|file| Path::new(&file.path) == path).unwrap()
    }

    /// Lets everyone answer who is asked.
    async fn answer(&self) {
        let mut drivers = Drivers::none(self.core.clone());
        scheduler::start(&mut drivers);
        let mut after = Cursor(0);
        while self.studies().await.iter().any(|study| !study.state.is_final()) {
            let wait = Duration::from_secs(20);
            after = self.core.events(&me(), after, 500, wait).await.unwrap().next;
        }
        drivers.stop().await;
    }

    /// That many of the first study answer.
    async fn record(&self, answers: u32) {
        self.core.begin(&DRIVER, 1).await.unwrap();
        let mut batch = Batch::new(1, 0);
        for respondent in 0..answers {
            let at = Assignment::first(FIRST_ROUND, respondent);
            let answer = instrument::read_at(&spec(20), at, &reply(respondent).text).unwrap();
            batch.push(&[(at, Outcome::Answered(answer), Usage::default())]).unwrap();
        }
        self.core.record(&DRIVER, batch).await.unwrap();
    }

    /// The outcomes of saved files, in order.
    async fn told(&self) -> Vec<SaveOutcome> {
        let page = self.core.events(&me(), Cursor(0), 1_000, Duration::ZERO).await.unwrap();
        let outcome = |data: EventData| match data {
            EventData::DraftSaved { outcome, .. } => Some(outcome),
            _ => None,
        };
        page.events.into_iter().filter_map(|event| outcome(event.data)).collect()
    }

    fn end(self) {
        assert_eq!(broken(&self.core), Vec::<String>::new());
        self.core.close();
    }
}

const ONE: &str = "---\npanel: 20\n---\nA kettle that texts you when it boils.\n";
const TWO: &str = "---\npanel: 20\n---\nA kettle that calls you when it boils.\n";
const THREE: &str = "---\npanel: 20\n---\nA kettle that waits for you.\n";

#[tokio::test]
async fn a_saved_text_becomes_a_version_on_the_same_panel_and_an_earlier_one_is_shown_again() {
    let mut bench = Bench::new().await;
    bench.write("idea.md", ONE);
    bench.look_everywhere().await;
    bench.answer().await;
    let first = bench.studies().await.remove(0);
    assert_eq!((first.origin, first.state), (Origin::Watch, State::Completed));
    assert!(first.lineage.is_some());

    // It is read when it is quiet, not before.
    bench.write("idea.md", TWO);
    bench.looker.hear(bench.at("idea.md"));
    bench.clock.advance(QUIET / 2);
    bench.looker.look_at_quiet().await.unwrap();
    assert_eq!((bench.looker.quiet_in(), bench.studies().await.len()), (Some(QUIET / 2), 1));
    bench.clock.advance(QUIET / 2);
    bench.looker.look_at_quiet().await.unwrap();
    bench.answer().await;
    let second = bench.studies().await.remove(0);
    assert_eq!((&second.lineage, second.seed), (&first.lineage, first.seed));
    let report = bench.core.report(&me(), second.id).await.unwrap().version.unwrap();
    assert_eq!((report.version, report.lineage.versions.len()), (2, 2));
    assert_eq!(report.previous.as_ref().map(|before| before.study), Some(first.id));
    let change = report.change.unwrap();
    assert!(change.paired);
    let moved = change.moved.unwrap();
    assert_eq!(moved.up + moved.down + moved.same, 20);

    // A program with a key is told the same of the version, and of no file.
    let key = Caller { owner: Owner::Bearer(1_000), ..me() };
    let told = bench.core.report(&key, second.id).await.unwrap().version.unwrap();
    let asked = bench.core.lineage(&key, second.id).await.unwrap().unwrap();
    assert!(report.lineage.file.ends_with("idea.md"));
    assert_eq!((told.version, told.lineage.file.as_str()), (2, ""));
    assert_eq!((asked.version, asked.lineage.file.as_str()), (2, ""));
    assert_eq!(bench.core.source_path(&key, second.id).await.unwrap(), None);
    assert!(bench.core.source_path(&me(), second.id).await.unwrap().is_some());

    // A touch, other line ends, a comment and another name ask nobody, and are no news.
    let same = TWO.replace("panel: 20", "panel: 20\nname: Kettle") + "\n<!-- note -->\n";
    for text in [TWO.to_owned(), TWO.replace('\n', "\r\n"), format!("\u{feff}{TWO}"), same] {
        bench.save("idea.md", &text).await;
    }
    assert_eq!(bench.studies().await.len(), 2);
    assert_eq!(bench.told().await, [SaveOutcome::Queued, SaveOutcome::Queued]);

    bench.save("idea.md", ONE).await;
    let file = bench.file("idea.md").await;
    assert_eq!(
        (file.outcome, file.version, file.study),
        (SaveOutcome::Known, Some(1), Some(first.id))
    );
    assert_eq!(bench.studies().await.len(), 2, "an earlier text asks nobody");
    assert_eq!(bench.told().await.last(), Some(&SaveOutcome::Known));
    bench.end();
}

#[tokio::test]
async fn a_broken_draft_tells_every_problem_with_its_line_and_the_last_good_version_stands() {
    let mut bench = Bench::new().await;
    bench.save("idea.md", ONE).await;
    let broken = "---\npanle: 20\nseed: x\n---\nA kettle.\n";
    bench.save("idea.md", broken).await;
    bench.look("idea.md").await;
    let file = bench.file("idea.md").await;
    let places: Vec<String> =
        file.problems.iter().map(|one| one.place.replace(&file.path, "")).collect();
    assert_eq!(places, [":2", ":3", ":5"]);
    assert_eq!((file.outcome, file.version), (SaveOutcome::Broken, Some(1)));
    assert_eq!(bench.studies().await[0].state, State::Queued, "it goes on");
    assert_eq!(bench.told().await, [SaveOutcome::Queued, SaveOutcome::Broken], "told once");
    let watch = bench.core.watches(&me()).await.unwrap().remove(0);
    assert_eq!((watch.files, watch.unresolved), (1, 1));
    bench.save("idea.md", ONE).await;
    let file = bench.file("idea.md").await;
    assert_eq!((file.outcome, file.problems.len()), (SaveOutcome::Known, 0));
    bench.end();
}

#[tokio::test]
async fn a_newer_version_takes_the_place_of_one_that_is_running_and_its_hold_comes_back() {
    let mut bench = Bench::new().await;
    bench.save("idea.md", ONE).await;
    assert_eq!(bench.core.credits(&me()).await.unwrap().held, Credits(20));
    bench.save("idea.md", TWO).await;
    let studies = bench.studies().await;
    assert_eq!([studies[0].state, studies[1].state], [State::Queued, State::Cancelled]);
    assert!(
        studies[1].reason.as_deref().unwrap().contains("superseded"),
        "{:?}",
        studies[1].reason
    );
    assert_eq!(bench.core.credits(&me()).await.unwrap().held, Credits(20));
    assert_eq!(bench.core.watches(&me()).await.unwrap()[0].credits_held, Credits(20));
    // What was superseded has no result, so its text is asked again.
    bench.save("idea.md", ONE).await;
    assert_eq!(bench.file("idea.md").await.version, Some(3));
    bench.answer().await;
    // What it used is no longer set aside; the superseded ones used nothing.
    let watch = bench.core.watches(&me()).await.unwrap().remove(0);
    assert_eq!((watch.credits_today, watch.credits_held), (Credits(20), Credits::ZERO));
    assert_eq!(bench.studies().await[0].state, State::Completed);
    bench.end();
}

#[tokio::test]
async fn a_look_at_everything_leaves_alone_what_is_being_written() {
    let mut bench = Bench::new().await;
    bench.write("idea.md", ONE);
    bench.looker.hear(bench.at("idea.md"));
    bench.look_everywhere().await;
    assert!(bench.studies().await.is_empty(), "it is not quiet yet");
    bench.clock.advance(QUIET);
    bench.looker.look_at_quiet().await.unwrap();
    assert_eq!(bench.studies().await.len(), 1);
    bench.end();
}

#[tokio::test]
async fn a_large_folder_is_evaluated_in_parts_each_file_once_and_its_hour_takes_little_room() {
    let caps = WatchCaps { runs_per_hour: 1_000, ..WatchCaps::default() };
    let mut bench = Bench::with(caps).await;
    for number in 0..150 {
        let text = format!(
            "---\npanel: 2\n---\nA kettle of kind {number} that texts you when it boils.\n"
        );
        bench.write(&format!("{number}.md"), &text);
    }
    bench.look_everywhere().await;
    bench.look_everywhere().await;
    let watch = bench.core.watches(&me()).await.unwrap().remove(0);
    assert_eq!((watch.files, watch.unresolved, watch.runs_last_hour), (150, 0, 150));
    let row = bench.core.store().read(|reader| reader.get::<WatchRow>(&1));
    let row = row.unwrap().unwrap();
    assert_eq!((row.runs.len(), row.recent.len()), (1, 0), "one entry a minute");
    assert_eq!(bench.core.credits(&me()).await.unwrap().held, Credits(300));
    bench.end();
}

#[tokio::test]
async fn a_file_keeps_its_lineage_when_it_is_renamed_or_replaced_by_its_editor() {
    let mut bench = Bench::new().await;
    bench.save("idea.md", ONE).await;
    bench.answer().await;
    for text in [TWO, THREE] {
        bench.write("4913", text);
        fs::rename(bench.at("4913"), bench.at("idea.md")).unwrap();
        bench.look("idea.md").await;
        bench.answer().await;
    }
    assert_eq!(bench.file("idea.md").await.version, Some(3), "also the second save");
    fs::rename(bench.at("idea.md"), bench.at("kettle.md")).unwrap();
    bench.look("kettle.md").await;
    let file = bench.file("kettle.md").await;
    assert_eq!(
        (file.version, bench.studies().await.len(), bench.files().await.len()),
        (Some(3), 3, 1)
    );
    // Renamed and saved anew before it was quiet: neither place nor text tell, but the message does.
    for name in ["pot.md", "kettle.md"] {
        let old = if name == "pot.md" { "kettle.md" } else { "pot.md" };
        fs::rename(bench.at(old), bench.at(name)).unwrap();
        bench.looker.hear_renamed(bench.at(old), bench.at(name));
        bench.write("new", &format!("{THREE}It is {name}.\n"));
        fs::rename(bench.at("new"), bench.at(name)).unwrap();
        bench.look(name).await;
        bench.answer().await;
    }
    let file = bench.file("kettle.md").await;
    assert_eq!((file.version, bench.files().await.len()), (Some(5), 1));
    bench.save("kettle.md", THREE).await;
    // Copied and removed: the text tells.
    fs::create_dir(bench.at("later")).unwrap();
    bench.write("later/copy.md", THREE);
    fs::remove_file(bench.at("kettle.md")).unwrap();
    bench.look("later").await;
    assert_eq!(bench.file("later/copy.md").await.version, Some(3), "a folder made later, too");
    bench.save("later/copy.md", ONE).await;
    assert_eq!(bench.file("later/copy.md").await.version, Some(1));
    let id = bench.studies().await[0].id;
    let lineage = bench.core.lineage(&me(), id).await.unwrap().unwrap().lineage;
    assert!(lineage.file.ends_with("later/copy.md"), "{}", lineage.file);
    bench.end();
}

#[tokio::test]
async fn a_version_is_held_against_the_one_that_its_file_showed() {
    let mut bench = Bench::new().await;
    for text in [ONE, TWO] {
        bench.save("idea.md", text).await;
        bench.answer().await;
    }
    // Back to the first text, whose result is shown again, and on from there.
    bench.save("idea.md", ONE).await;
    assert_eq!(bench.file("idea.md").await.version, Some(1));
    bench.save("idea.md", THREE).await;
    bench.answer().await;
    let before = async |bench: &Bench| {
        let id = bench.studies().await[0].id;
        let report = bench.core.lineage(&me(), id).await.unwrap().unwrap();
        assert!(report.change.is_some());
        (report.version, report.previous.map(|version| version.version))
    };
    assert_eq!(before(&bench).await, (3, Some(1)));
    // One that was superseded has no result: what its file showed before it counts.
    bench.save("idea.md", ONE).await;
    bench.save("idea.md", &format!("{ONE}And more.\n")).await;
    bench.save("idea.md", &format!("{ONE}And even more.\n")).await;
    bench.answer().await;
    assert_eq!(before(&bench).await, (5, Some(1)));
    // Without it, the newest one before it.
    let first = bench.studies().await.last().unwrap().id;
    bench.core.delete(&me(), first, Duration::from_secs(60)).await.unwrap();
    let id = bench.studies().await[0].id;
    let report = bench.core.lineage(&me(), id).await.unwrap().unwrap();
    assert_eq!((report.version, report.previous, report.change), (5, None, None));
    assert_eq!(broken(&bench.core), Vec::<String>::new());
    bench.end();
}

#[tokio::test]
async fn a_changed_panel_begins_a_branch_and_leads_back_to_the_old_one() {
    let mut bench = Bench::new().await;
    bench.save("idea.md", ONE).await;
    bench.answer().await;
    bench.save("idea.md", &ONE.replace("20", "30")).await;
    bench.answer().await;
    let id = bench.studies().await[0].id;
    let branch = bench.core.lineage(&me(), id).await.unwrap().unwrap();
    assert_eq!((branch.version, branch.previous), (1, None));
    assert_eq!(branch.lineage.changed, ["panel 30 instead of 20"]);
    assert!(branch.lineage.branched_from.is_some());
    bench.save("idea.md", &ONE.replace("20", "20\ncontext: It is for shared flats.")).await;
    let id = bench.studies().await[0].id;
    let other = bench.core.lineage(&me(), id).await.unwrap().unwrap();
    assert_eq!(other.lineage.changed, ["panel 20 instead of 30", "other context"]);
    bench
        .save("idea.md", &ONE.replace("20", "20\ntags: [spring]\nproject: p\nmax_cost_usd: 1"))
        .await;
    let file = bench.file("idea.md").await;
    assert_eq!(file.lineage, branch.lineage.branched_from);
    assert_eq!(bench.studies().await.len(), 3);
    bench.end();
}

#[tokio::test]
async fn what_is_no_text_is_refused_by_its_path_and_stops_no_other_file() {
    let mut bench = Bench::new().await;
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.md"), ONE).unwrap();
    bench.write("good.md", ONE);
    fs::create_dir(bench.at("folder.md")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        bench.at("pipe.md"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    fs::File::create(bench.at("large.md")).unwrap().set_len(50_000_000).unwrap();
    symlink(outside.path().join("secret.md"), bench.at("link.md")).unwrap();
    symlink(outside.path(), bench.at("away")).unwrap();
    symlink(bench.at("loop.md"), bench.at("loop.md")).unwrap();
    symlink(bench.at("good.md"), bench.at("inside.md")).unwrap();
    symlink("/dev/zero", bench.at("zero.md")).unwrap();
    bench.write("\u{1b}]52;c;aGk=\u{7}.md", ONE);
    bench.write("nul.md", "a\0b");
    bench.write("empty.md", " \n");
    bench.write("report.md", "# Kit\n\n**Synthetic panel · no person was asked.** 20 answers\n");
    fs::create_dir(bench.at(".git")).unwrap();
    bench.write(".git/hidden.md", ONE);
    bench.look_everywhere().await;
    assert_eq!(bench.studies().await.len(), 1);
    let root = bench.at("");
    let shown: Vec<String> = bench
        .files()
        .await
        .iter()
        .flat_map(|file| &file.problems)
        .map(|one| {
            format!("{}: {}", one.place.trim_start_matches(root.to_str().unwrap()), one.what)
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    .md: its name holds characters that cannot be shown
    away: is a link to a folder outside, which is not followed
    empty.md:1: is empty
    large.md: is larger than 256 KiB
    link.md: is a link that leads out of the watched folder
    loop.md: is a link that leads nowhere
    nul.md:1: is not text: it holds a zero byte
    pipe.md: is a pipe
    zero.md: is a link that leads out of the watched folder
    ");
    // The same again tells nothing new.
    let told = bench.told().await.len();
    bench.look_everywhere().await;
    assert_eq!(bench.told().await.len(), told);
    // A good file that becomes something else stops nothing either.
    fs::remove_file(bench.at("good.md")).unwrap();
    fs::create_dir(bench.at("good.md")).unwrap();
    bench.look("good.md").await;
    fs::set_permissions(bench.at("nul.md"), fs::Permissions::from_mode(0o000)).unwrap();
    bench.save("other.md", TWO).await;
    assert_eq!(bench.file("other.md").await.outcome, SaveOutcome::Queued);
    bench.end();
}

#[tokio::test]
async fn a_file_that_becomes_something_else_is_told_of_and_its_last_version_stands() {
    type Make<'a> = &'a dyn Fn(&Path);
    let mut bench = Bench::new().await;
    bench.save("idea.md", ONE).await;
    bench.answer().await;
    let path = bench.at("idea.md");
    let make_pipe = |path: &Path| {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        mknodat(CWD, path, FileType::Fifo, Mode::RUSR, 0).unwrap();
    };
    let make_large = |path: &Path| {
        fs::File::create(path).unwrap().set_len(50_000_000).unwrap();
    };
    let kinds: [(&str, Make<'_>); 5] = [
        ("is a folder", &|path| fs::create_dir(path).unwrap()),
        ("is a pipe", &make_pipe),
        ("is larger than 256 KiB", &make_large),
        ("is a link that leads out of the watched folder", &|path| {
            symlink("/dev/zero", path).unwrap();
        }),
        ("is not UTF-8", &|path| fs::write(path, b"caf\xe9").unwrap()),
    ];
    for (what, make) in kinds {
        if path.is_dir() { fs::remove_dir(&path) } else { fs::remove_file(&path) }.unwrap();
        make(&path);
        bench.look("idea.md").await;
        let file = bench.file("idea.md").await;
        assert_eq!(file.problems.first().map(|one| one.what.as_str()), Some(what));
        assert_eq!((file.outcome, file.version), (SaveOutcome::Broken, Some(1)), "{what}");
        bench.save("other.md", &format!("{TWO}It is {what}.\n")).await;
        assert_eq!(bench.file("other.md").await.outcome, SaveOutcome::Queued, "{what}");
    }
    // What is gone has no problems any more, and what never was a version is forgotten.
    bench.save("never.md", "---\npanle: 1\n---\nA kettle.\n").await;
    fs::remove_file(bench.at("never.md")).unwrap();
    fs::remove_file(&path).unwrap();
    bench.look("never.md").await;
    let file = bench.file("idea.md").await;
    assert_eq!((file.is_missing, file.problems.len()), (true, 0));
    bench.look_everywhere().await;
    assert!(bench.files().await.iter().all(|file| !file.path.ends_with("never.md")));
    assert_eq!(bench.core.watches(&me()).await.unwrap()[0].unresolved, 0);
    bench.save("idea.md", ONE).await;
    assert_eq!(bench.file("idea.md").await.outcome, SaveOutcome::Known);
    bench.end();
}

#[tokio::test]
async fn caps_hold_before_anybody_is_asked_and_room_is_used_when_it_comes() {
    let caps =
        WatchCaps { runs_per_hour: 1, credits_per_day: Some(Credits(30)), cost_per_day: None };
    let mut bench = Bench::with(caps).await;
    bench.write("a.md", ONE);
    bench.look_everywhere().await;
    bench.write("b.md", TWO);
    for _ in 0..2 {
        bench.look_everywhere().await;
    }
    let held = |file: &WatchedFile| file.held.clone().unwrap_or_default();
    let file = bench.file("b.md").await;
    assert!(held(&file).contains("1 studies in the last hour"), "{file:?}");
    assert_eq!(bench.told().await, [SaveOutcome::Queued, SaveOutcome::Held]);
    bench.clock.advance(Duration::from_hours(1));
    bench.look_everywhere().await;
    assert!(
        held(&bench.file("b.md").await)
            .contains("40 today, more than its 30 (0 used, 20 set aside)")
    );
    bench.answer().await;
    bench.look_everywhere().await;
    assert!(held(&bench.file("b.md").await).contains("(20 used, 0 set aside)"));
    bench.clock.advance(Duration::from_hours(24));
    bench.look_everywhere().await;
    assert_eq!(bench.file("b.md").await.outcome, SaveOutcome::Queued);
    bench.end();
}

#[tokio::test]
async fn a_restart_asks_nobody_again_and_finds_what_was_saved_meanwhile() {
    let mut bench = Bench::new().await;
    bench.save("a.md", ONE).await;
    bench.save("b.md", TWO).await;
    bench.answer().await;
    let disk = bench.disk.after_kill();
    bench.core.close();
    bench.write("b.md", THREE);
    fs::rename(bench.at("a.md"), bench.at("c.md")).unwrap();
    // The store knows the ids of its earlier life.
    let ids = World::system().ids;
    let other = World::new(bench.clock.clone(), ids);
    let settings = settings(10_000, everyone_answers());
    bench.core = Core::open_with(other, disk.storage(), settings, options()).unwrap();
    bench.looker = Looker::new(bench.core.clone(), DRIVER.clone(), NoEars::default());
    bench.look_everywhere().await;
    assert_eq!(bench.studies().await.len(), 3);
    let found: Vec<_> = bench.files().await.iter().map(|file| file.version).collect();
    assert_eq!(found, [Some(2), Some(1)], "b was saved, c is what a was");
    bench.end();
}

#[tokio::test]
async fn a_paused_or_removed_watch_asks_nobody() {
    let mut bench = Bench::new().await;
    let path = bench.folder.path().to_str().unwrap().to_owned();
    bench.save("a.md", ONE).await;
    bench.core.control_watch(&me(), &path, WatchControl::Pause).await.unwrap();
    bench.save("a.md", TWO).await;
    assert_eq!(bench.studies().await.len(), 1);
    bench.core.control_watch(&me(), &path, WatchControl::Resume).await.unwrap();
    bench.look_everywhere().await;
    assert_eq!(bench.studies().await.len(), 2);
    // Other settings for the same text are another study.
    let overrides = BTreeMap::from([("panel".to_owned(), "30".to_owned())]);
    let request = WatchRequest { paths: vec![path.clone()], overrides, ..WatchRequest::default() };
    bench.core.watch(&me(), request).await.unwrap();
    bench.look_everywhere().await;
    assert_eq!(bench.studies().await[0].panel.requested, 30);
    bench.core.control_watch(&me(), &path, WatchControl::Remove).await.unwrap();
    bench.save("a.md", THREE).await;
    assert_eq!((bench.studies().await.len(), bench.files().await.len()), (3, 0));
    let again = bench.core.control_watch(&me(), &path, WatchControl::Pause).await.unwrap_err();
    assert!(again.message.contains("is not watched"), "{again}");
    bench.end();
}

#[tokio::test]
async fn a_deleted_version_leaves_its_lineage_and_its_text_can_be_asked_again() {
    let mut bench = Bench::new().await;
    bench.save("a.md", ONE).await;
    let id = bench.studies().await[0].id;
    bench.core.control(&me(), id, Control::Cancel).await.unwrap();
    bench.core.delete(&me(), id, Duration::from_secs(20)).await.unwrap();
    assert_eq!(bench.file("a.md").await.study, None);
    assert_eq!(broken(&bench.core), Vec::<String>::new());
    bench.save("a.md", &format!("{ONE}\nIt is blue.\n")).await;
    bench.save("a.md", ONE).await;
    assert_eq!(bench.file("a.md").await.version, Some(3), "no number is given twice");
    bench.end();
}

#[tokio::test]
async fn where_changes_are_not_heard_of_that_is_told_and_files_are_found_all_the_same() {
    let mut bench = Bench::new().await;
    let ears = NoEars { limit: Some(1), ..NoEars::default() };
    bench.looker = Looker::new(bench.core.clone(), DRIVER.clone(), ears);
    fs::create_dir(bench.at("deep")).unwrap();
    bench.write("deep/a.md", ONE);
    bench.look_everywhere().await;
    assert!(bench.looker.is_deaf());
    let trouble = bench.core.watches(&me()).await.unwrap().remove(0).trouble;
    assert_eq!(trouble.as_deref(), Some("no more folders"));
    assert_eq!(bench.core.store().degraded(), None);
    bench.write("deep/a.md", TWO);
    bench.look_everywhere().await;
    assert_eq!(bench.file("deep/a.md").await.version, Some(2));
    bench.end();
}

#[tokio::test]
async fn nobody_else_leads_the_daemon_to_files() {
    let bench = Bench::new().await;
    let guest = Caller { owner: Owner::Guest("berta".to_owned()), ..me() };
    let paths = vec!["/etc/motd.txt".to_owned()];
    let request = WatchRequest { paths, ..WatchRequest::default() };
    let refused = bench.core.watch(&guest, request.clone()).await.unwrap_err();
    assert_eq!(refused.code, protocol::error::ErrorCode::Forbidden);
    assert!(
        bench.core.watches(&guest).await.is_err()
            && bench.core.watched_files(&guest, 0, 9).await.is_err()
    );
    // And only a driver hands in what it read.
    let saved = SavedFile {
        hops: 0,
        watch: 1,
        path: "/tmp/a.md".to_owned(),
        identity: (1, 1),
        renamed_from: None,
        content: Ok(ONE.to_owned()),
    };
    assert!(bench.core.file_saved(&me(), saved).await.is_err());
    assert!(bench.core.watch_tasks(&me()).await.is_err());
    let paths = ["a.md", "/nowhere.md", "/dev/zero"].map(ToOwned::to_owned).to_vec();
    let refused = bench.core.watch(&me(), WatchRequest { paths, ..request }).await.unwrap_err();
    let problems = refused.problems;
    let what: Vec<&str> = problems.iter().map(|one| one.what.as_str()).collect();
    assert_eq!(what, ["is no absolute path", "does not exist", "is neither a file nor a folder"]);
    bench.end();
}

#[tokio::test]
async fn a_version_is_not_ended_for_one_that_then_has_no_room() {
    let caps = WatchCaps { credits_per_day: Some(Credits(25)), ..WatchCaps::default() };
    let mut bench = Bench::with(caps).await;
    bench.save("idea.md", ONE).await;
    // Ten of its twenty have answered: their credits are used, whatever becomes of the rest.
    bench.record(10).await;
    bench.save("idea.md", TWO).await;
    let file = bench.file("idea.md").await;
    assert_eq!(file.outcome, SaveOutcome::Held);
    let why = file.held.unwrap();
    assert!(why.contains("30 today, more than its 25 (10 used, 0 set aside)"), "{why}");
    let all = bench.studies().await;
    assert!(all.len() == 1 && !all[0].state.is_final(), "{all:?}");
    bench.end();
}

#[tokio::test]
async fn a_version_is_not_ended_for_one_that_then_cannot_be_paid_for() {
    let mut bench = Bench::funded(WatchCaps::default(), 30).await;
    bench.save("idea.md", ONE).await;
    // Fifteen of its twenty credits are used: five would come back to the ten that are left.
    bench.record(15).await;
    bench.save("idea.md", TWO).await;
    let file = bench.file("idea.md").await;
    assert_eq!(file.outcome, SaveOutcome::Held);
    let why = file.held.unwrap();
    assert!(why.contains("20 credits are needed and 15 can be spent"), "{why}");
    let all = bench.studies().await;
    assert!(all.len() == 1 && !all[0].state.is_final(), "{all:?}");
    // What comes back counts to the last credit.
    bench.core.grant(&me(), Credits(5)).await.unwrap();
    bench.look_everywhere().await;
    assert_eq!(bench.file("idea.md").await.outcome, SaveOutcome::Queued);
    let states: Vec<State> = bench.studies().await.iter().map(|study| study.state).collect();
    assert_eq!(states, [State::Queued, State::Cancelled]);
    bench.end();
}

#[tokio::test]
async fn a_conflict_that_no_other_look_made_is_told_at_the_file_and_not_tried_at_once_again() {
    let mut bench = Bench::new().await;
    let now = bench.core.world().clock.now();
    // As many addresses as studies may name.
    bench
        .core
        .store()
        .write(move |_| {
            let mut writes = Writes::at(now);
            for number in 0..10_000_u128 {
                let row = EndpointRow {
                    owner: "uid:1000".to_owned(),
                    url: format!("https://example.com/{number}"),
                    format: HookFormat::Standard,
                    events: Vec::new(),
                    of_studies: true,
                    allow_private: false,
                    key: None,
                    secrets: None,
                    standing: EndpointStanding::Healthy,
                    added_at: now,
                };
                writes.put(&uuid::Uuid::from_u128(number), &row);
            }
            Ok(((), writes))
        })
        .await
        .unwrap();
    bench.save("idea.md", &ONE.replace("20", "20\nwebhook: https://example.com/more")).await;
    let file = bench.file("idea.md").await;
    assert_eq!(file.outcome, SaveOutcome::Held);
    let why = file.held.unwrap();
    assert!(why.contains("Studies name 10000 addresses already"), "{why}");
    assert_eq!(bench.looker.quiet_in(), None, "the next look at everything tries it again");
    bench.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_looks_at_the_same_time_each_decides_on_what_the_others_wrote() {
    let bench = Bench::new().await;
    let path = bench.at("idea.md").to_str().unwrap().to_owned();
    let mut looks = tokio::task::JoinSet::new();
    for number in 0..12 {
        let (core, path) = (bench.core.clone(), path.clone());
        looks.spawn(async move {
            let content = Ok(format!("---\npanel: 20\n---\nA kettle that boils {number} cups.\n"));
            let saved = SavedFile {
                hops: 0,
                watch: 1,
                path,
                identity: (1, 1),
                renamed_from: None,
                content,
            };
            let mut overtaken = 0;
            while core.file_saved(&DRIVER, saved.clone()).await.unwrap().standing
                == FileStanding::Overtaken
            {
                overtaken += 1;
            }
            overtaken
        });
    }
    let overtaken: u32 = looks.join_all().await.into_iter().sum();
    assert!(overtaken > 0, "they met");
    let all = bench.studies().await;
    assert_eq!(all.len(), 12);
    assert_eq!(all.iter().filter(|study| !study.state.is_final()).count(), 1);
    let watch = bench.core.watches(&me()).await.unwrap().remove(0);
    assert_eq!(watch.credits_held, Credits(20), "of the one that is left");
    let newest = bench.file("idea.md").await;
    assert_eq!(newest.version, Some(12));
    bench.end();
}

#[tokio::test]
async fn a_hook_is_told_whether_its_file_has_a_result() {
    let caps = WatchCaps { credits_per_day: Some(Credits(30)), ..WatchCaps::default() };
    let bench = Bench::with(caps).await;
    let look = async |name: &str| {
        let path = bench.at(name);
        super::evaluate(&bench.core, &DRIVER, 1, &path, 1).await.unwrap()
    };
    bench.write("idea.md", ONE);
    let queued = look("idea.md").await;
    assert_eq!(queued.state, ReceivedState::Done);
    assert_eq!(queued.study, Some(bench.studies().await.remove(0).id));
    assert_eq!(look("idea.md").await.state, ReceivedState::Done, "its result is on the way");
    bench.write("more.md", TWO);
    bench.write("bad.md", "---\npanle: 20\n---\nA kettle.\n");
    // Each twice: what is known already has no result either.
    for (name, why) in
        [("more.md", "more than its 30"), ("bad.md", "panle"), ("none.md", "not there")]
    {
        for _ in 0..2 {
            let failed = look(name).await;
            assert_eq!((failed.state, failed.study), (ReceivedState::Failed, None), "{name}");
            assert!(failed.what.contains(why), "{}", failed.what);
        }
    }
    let path = bench.folder.path().canonicalize().unwrap();
    let path = path.to_str().unwrap();
    bench.core.control_watch(&me(), path, WatchControl::Pause).await.unwrap();
    assert_eq!(look("idea.md").await.state, ReceivedState::Failed);
    bench.end();
}

#[tokio::test]
async fn a_link_in_the_place_of_a_folder_leads_nobody_out() {
    let mut bench = Bench::new().await;
    fs::create_dir(bench.at("sub")).unwrap();
    bench.save("sub/idea.md", ONE).await;
    assert_eq!(bench.studies().await.len(), 1);
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("idea.md"), TWO).unwrap();
    fs::remove_dir_all(bench.at("sub")).unwrap();
    symlink(elsewhere.path(), bench.at("sub")).unwrap();
    bench.look("sub/idea.md").await;
    let path = bench.at("sub/idea.md");
    let asked = super::evaluate(&bench.core, &DRIVER, 1, &path, 1).await.unwrap();
    assert_eq!(asked.state, ReceivedState::Failed);
    assert!(asked.what.contains("leads out"), "{}", asked.what);
    bench.look_everywhere().await;
    assert_eq!(bench.studies().await.len(), 1, "what lies elsewhere is asked nobody about");
    bench.end();
}
