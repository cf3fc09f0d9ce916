//! The list of watches as a table: each watch, its files with version, state and score, and below a file its problems,
//! each at its line, or why nobody is asked.

use std::cmp::Reverse;
use std::path::Path;

use jiff::Timestamp;
use protocol::credits::Credits;
use protocol::run::Headline;
use protocol::safe;
use protocol::watch::{SaveOutcome, Watch, WatchState, WatchedFile};
use unicode_width::UnicodeWidthStr as _;

use crate::look::{Look, Role, pad, pad_left, thousands};
use crate::report::dollars;
use crate::report::estimates::{number, within};

/// Problems of one file that are shown.
const PROBLEMS: usize = 8;
/// Files of one watch that are shown: those with problems first, then those under way.
const FILES: usize = 40;

/// The table. Paths below `here` are shown from there on.
pub(super) fn table(
    watches: &[Watch],
    files: &[WatchedFile],
    here: Option<&Path>,
    look: Look,
) -> String {
    let mut out = String::new();
    for watch in watches {
        out.push_str(&head(watch, here, look));
        let mut own: Vec<&WatchedFile> =
            files.iter().filter(|file| file.watch == watch.path).collect();
        own.sort_by_key(|file| order(file));
        for file in own.iter().take(FILES) {
            out.push_str(&row(file, here, look));
        }
        if own.len() > FILES {
            let more = thousands(i128::try_from(own.len() - FILES).unwrap_or_default());
            out.push_str(&format!("  and {more} more without problems; --json has all\n"));
        }
    }
    out
}

/// Files with problems first, as they are listed; then those under way, then the others, each the newest first.
fn order(file: &WatchedFile) -> (u8, Option<Reverse<Timestamp>>) {
    match (file.outcome, file.state) {
        (SaveOutcome::Broken | SaveOutcome::Held, _) => (0, None),
        (_, Some(state)) if !state.is_final() => (1, Some(Reverse(file.at))),
        _ => (2, Some(Reverse(file.at))),
    }
}

fn head(watch: &Watch, here: Option<&Path>, look: Look) -> String {
    let mut path = near(&watch.path, here);
    if watch.is_folder {
        path.push('/');
    }
    let runs = format!(
        "{} of {} studies this hour",
        watch.runs_last_hour,
        thousands(watch.caps.runs_per_hour)
    );
    let credits = match watch.caps.credits_per_day {
        Some(cap) => format!(", {} of {cap} credits today", watch.credits_today),
        None => format!(", {} credits today", watch.credits_today),
    };
    let held = match watch.credits_held {
        Credits::ZERO => String::new(),
        held => format!(" (+{held} set aside)"),
    };
    let cost = match watch.caps.cost_per_day {
        Some(cap) if watch.cost_today.0 > 0 => {
            format!(", {} of {}", dollars(watch.cost_today.dollars()), dollars(cap.dollars()))
        }
        _ => String::new(),
    };
    let paused = if watch.state == WatchState::Paused { "paused · " } else { "" };
    let used = format!("{paused}{runs}{credits}{held}{cost}");
    let mut out = look.paint(Role::Strong, &path);
    // Beside the path where there is room, else below it.
    if path.width() + used.width() + 2 <= look.width {
        out.push_str(&format!("  {}\n", look.paint(Role::Dim, &used)));
    } else {
        out.push('\n');
        for line in look.wrap(&used, "  ", "  ") {
            out.push_str(&format!("{}\n", look.paint(Role::Dim, &line)));
        }
    }
    if let Some(trouble) = &watch.trouble {
        out.push_str(&look.paint(Role::Warning, &format!("  ! {}", safe::line(trouble))));
        out.push('\n');
    }
    out
}

fn row(file: &WatchedFile, here: Option<&Path>, look: Look) -> String {
    let state = if file.is_missing {
        "missing"
    } else {
        match (file.outcome, file.state) {
            (SaveOutcome::Broken, _) => "broken",
            (SaveOutcome::Held, _) => "not asked",
            (_, Some(state)) => state.as_str(),
            (SaveOutcome::Queued | SaveOutcome::Known, None) => "deleted",
        }
    };
    let role = match (file.outcome, state) {
        (SaveOutcome::Broken, _) | (_, "failed") => Role::Bad,
        (SaveOutcome::Held, _) | (_, "missing" | "deleted") => Role::Warning,
        (_, "completed") => Role::Good,
        _ => Role::Accent,
    };
    let version = file.version.map_or(String::new(), |version| format!("v{version}"));
    let id = file.study.map_or(String::new(), |study| study.short());
    let score =
        file.headline.as_ref().map_or(String::new(), |Headline { of, estimate, .. }| {
            within(of, estimate, look).unwrap_or_else(|| number(of, estimate.value))
        });
    let columns = [
        format!("  {}", pad(&look.shorten(&near(&file.path, here), 34), 34)),
        pad_left(&version, 5),
        look.paint(role, &pad(state, 10)),
        pad(&id, 8),
        pad_left(&score, 12),
    ];
    let mut out = columns.join(" ").trim_end().to_owned() + "\n";
    let mut more = |text: &str| {
        for line in look.wrap(text, "      ", "        ") {
            out.push_str(&look.paint(Role::Warning, &line));
            out.push('\n');
        }
    };
    for problem in file.problems.iter().take(PROBLEMS) {
        let place = near(&problem.place, here);
        more(&format!(
            "{place}: {} · {}",
            safe::line(&problem.what),
            safe::line(&problem.hint.to_string())
        ));
    }
    if file.problems.len() > PROBLEMS {
        more(&format!("and {} more", file.problems.len() - PROBLEMS));
    }
    if let Some(why) = file.held.as_ref().or(file.reason.as_ref()) {
        more(&safe::line(why));
    }
    out
}

/// A path as it is named from `here`, safe to show.
fn near(path: &str, here: Option<&Path>) -> String {
    let below = here.and_then(|here| Path::new(path).strip_prefix(here).ok());
    let below = below.and_then(Path::to_str).filter(|below| !below.is_empty());
    safe::line(below.unwrap_or(path)).into_owned()
}

#[cfg(test)]
mod tests {
    use protocol::credits::UsdMicros;
    use protocol::run::State;
    use protocol::study::Problem;
    use protocol::watch::WatchCaps;

    use super::*;
    use crate::report::fixtures;

    #[test]
    fn problems_stand_at_their_lines_below_the_file_and_first() {
        let report = fixtures::concept_test();
        let estimate = report.results.as_ref().unwrap().estimates["mean_score"].clone();
        let at = report.study.created_at;
        let file = |name: &str, outcome: SaveOutcome| WatchedFile {
            path: format!("/home/ada/copy/{name}"),
            watch: "/home/ada/copy".to_owned(),
            outcome,
            text_sha256: None,
            problems: Vec::new(),
            held: None,
            lineage: None,
            version: Some(3),
            study: Some(report.study.id),
            state: Some(State::Completed),
            headline: Some(Headline {
                of: "mean_score".to_owned(),
                estimate: estimate.clone(),
                round: None,
            }),
            reason: None,
            is_missing: false,
            at,
        };
        let mut broken = file("launch.md", SaveOutcome::Broken);
        broken.problems = vec![Problem {
            place: "/home/ada/copy/launch.md:2".to_owned(),
            what: "unknown key 'panle'\u{1b}]0;x\u{7}".to_owned(),
            hint: "did you mean 'panel'?".into(),
        }];
        let mut held = file("paid.md", SaveOutcome::Held);
        held.held = Some("Asking 100 people costs up to $3.20".to_owned());
        let mut failed = file("mixer.md", SaveOutcome::Known);
        failed.state = Some(State::Failed);
        failed.reason = Some("the key was refused by \u{1b}openai".to_owned());
        let mut gone = file("old.md", SaveOutcome::Known);
        gone.is_missing = true;
        let watch = Watch {
            path: "/home/ada/copy".to_owned(),
            is_folder: true,
            state: WatchState::Active,
            caps: WatchCaps::default(),
            overrides: std::collections::BTreeMap::new(),
            added_at: at,
            runs_last_hour: 7,
            credits_today: Credits(700),
            credits_held: Credits(100),
            cost_today: UsdMicros(1_500_000),
            files: 4,
            unresolved: 2,
            trouble: Some("the system listens to no more folders".to_owned()),
        };
        let (mut early, mut running) =
            (file("a.md", SaveOutcome::Known), file("z.md", SaveOutcome::Queued));
        early.at = Timestamp::UNIX_EPOCH;
        running.state = Some(State::Running);
        let mut sorted = [early, file("b.md", SaveOutcome::Known), running, held.clone()];
        sorted.sort_by_key(order);
        let paths = sorted.map(|file| file.path.rsplit('/').next().unwrap_or_default().to_owned());
        assert_eq!(paths, ["paid.md", "z.md", "b.md", "a.md"]);
        let files = [file("kettle.md", SaveOutcome::Queued), broken, held, failed, gone];
        let text = table(&[watch], &files, Some(Path::new("/home/ada")), Look::PLAIN);
        assert!(!text.contains('\u{1b}') && text.contains("the key was refused"), "{text}");
        assert!(text.lines().all(|line| line.width() <= 80), "{text}");
        insta::assert_snapshot!(text);
    }
}
