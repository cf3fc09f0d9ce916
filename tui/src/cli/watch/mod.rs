//! The `demoscope watch` command: stimulus files that are evaluated when they are saved, and a few live lines about one of
//! them while it is being written.

mod inline;
mod table;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use protocol::credits::{Credits, UsdMicros};
use protocol::safe;
use protocol::study::Problem;
use protocol::watch::{Watch, WatchCaps, WatchControl, WatchRequest, WatchedFile};

use super::run::Settings;
use crate::cli::expect::Expectation;
use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::ui::Ui;

/// Files a page.
const PAGE: u32 = 250;

/// Evaluate a file whenever it is saved
///
/// Files and folders (*.md, *.markdown, *.txt) are watched by the daemon, also when no program of yours runs. A file is
/// evaluated at once, and again when it is saved with another text; the same people answer, so that versions are compared
/// person by person. Going back to an earlier text shows its result again. The built-in reader costs nothing but credits; a
/// study that could cost more than the setting cost.confirm_above_usd is not run, and `watch list` says so.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "\
Examples:
  demoscope watch add drafts/                  every stimulus file in it, also later ones
  demoscope watch add idea.md --panel 200 --runs-per-hour 30
  demoscope watch list
  demoscope watch pause drafts/
  demoscope watch remove drafts/               studies and lineages stay
  demoscope watch idea.md --inline 6           six lines that follow the file
  demoscope watch idea.md --once --expect 'mean_score >= 6'

With --once it ends as run does, with 7 when an expectation does not hold, 2 when the file has \
problems, and 3 when nobody was asked."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// The file to follow
    #[arg(required = true, value_name = "FILE")]
    file: Option<OsString>,
    /// How many lines to keep on the terminal
    #[arg(long, value_name = "LINES", default_value_t = 6, value_parser = clap::value_parser!(u16).range(2..=40))]
    inline: u16,
    /// Wait for the result of its present text, print the report and end
    #[arg(long)]
    once: bool,
    /// What is to hold, as in 'mean_score >= 6' or 'mean_score.low > 5.5'; may be given several times
    #[arg(long = "expect", value_name = "EXPECTATION", requires = "once")]
    expectations: Vec<Expectation>,
    /// With --once: print one JSON object
    #[arg(long, requires = "once")]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Watch files and folders
    Add(Box<AddArgs>),
    /// What is watched, how far each file is, and what is wrong with it
    List(ListArgs),
    /// Evaluate nothing until it is resumed
    Pause(PathArgs),
    /// Go on with a paused one
    Resume(PathArgs),
    /// Watch it no more; studies and lineages stay
    Remove(PathArgs),
}

#[derive(Debug, clap::Args)]
struct AddArgs {
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<OsString>,
    /// The most studies in an hour
    #[arg(long, value_name = "N", default_value_t = WatchCaps::default().runs_per_hour, value_parser = clap::value_parser!(u32).range(1..))]
    runs_per_hour: u32,
    /// The most credits to set aside in a day
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    max_credits: Option<i64>,
    /// The most dollars to announce in a day; 5 by default
    #[arg(long, value_name = "USD", value_parser = dollars)]
    max_usd: Option<UsdMicros>,
    /// Print an array of watches
    #[arg(long)]
    json: bool,
    // Last, because its heading holds for every flag after it.
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct PathArgs {
    /// The path that is watched
    path: OsString,
    /// Print the watch as one JSON object
    #[arg(long)]
    json: bool,
}

/// Dollars as whole millionths.
#[expect(
    clippy::cast_possible_truncation,
    reason = "amounts are checked to be at most 1e6 dollars"
)]
pub(super) fn dollars(text: &str) -> Result<UsdMicros, String> {
    match text.parse::<f64>() {
        Ok(dollars) if (0.0..=1e6).contains(&dollars) => {
            Ok(UsdMicros((dollars * 1e6).round() as i64))
        }
        _ => Err("give dollars, for example 2.50".to_owned()),
    }
}

/// Runs the command that the arguments name.
pub(crate) async fn run(args: Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let Args { verb, file, inline, once, expectations, json } = args;
    match (verb, file) {
        (Some(Verb::Add(args)), _) => add(*args, ui).await,
        (Some(Verb::List(args)), _) => list(&args, ui).await,
        (Some(Verb::Pause(args)), _) => control(&args, WatchControl::Pause, ui).await,
        (Some(Verb::Resume(args)), _) => control(&args, WatchControl::Resume, ui).await,
        (Some(Verb::Remove(args)), _) => control(&args, WatchControl::Remove, ui).await,
        (None, Some(file)) => {
            let path = one_file(&file).map_err(|problem| {
                Failure::problems("The file cannot be watched", vec![problem])
            })?;
            let follow =
                inline::FollowedFile { path, lines: usize::from(inline), expectations, json };
            if once { inline::once(follow, ui).await } else { inline::live(follow, ui).await }
        }
        (None, None) => Err(Failure::invalid("No file is named")),
    }
}

async fn add(args: AddArgs, ui: &mut Ui) -> Result<Exit, Failure> {
    let (mut paths, mut problems) = (Vec::new(), Vec::new());
    for path in &args.paths {
        match whole(path) {
            Ok(path) => paths.push(path),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::problems("Nothing is watched that was not before", problems));
    }
    let usual = WatchCaps::default();
    let caps = WatchCaps {
        runs_per_hour: args.runs_per_hour,
        credits_per_day: args.max_credits.map(Credits),
        cost_per_day: args.max_usd.or(usual.cost_per_day),
    };
    let link = Link::open(ui, Absent::Start).await?;
    let request = WatchRequest { paths, overrides: args.settings.overrides(), caps };
    let added = call!(link, watch(request))?;
    if args.json {
        ui.json(&added)?;
    } else {
        for watch in &added {
            let what = if watch.is_folder { "every stimulus file in it" } else { "it" };
            ui.say(&format!(
                "{} is watched: {what} is evaluated when it is saved.",
                safe::line(&watch.path)
            ));
        }
        ui.say("See how far they are with: demoscope watch list");
    }
    Ok(Exit::Done)
}

async fn list(args: &ListArgs, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    let watches = call!(link, watches())?;
    let files = files(&link).await?;
    if args.json {
        ui.json(&serde_json::json!({ "watches": watches, "files": files }))?;
    } else if watches.is_empty() {
        ui.say("Nothing is watched. Begin with: demoscope watch add PATH");
    } else {
        let here = std::env::current_dir().ok();
        let text = table::table(&watches, &files, here.as_deref(), ui.look);
        ui.data(&super::fitted(&text, ui.look))?;
    }
    Ok(Exit::Done)
}

async fn control(args: &PathArgs, control: WatchControl, ui: &mut Ui) -> Result<Exit, Failure> {
    let path = match whole(&args.path) {
        Ok(path) => path,
        // What is gone is still watched, by the name it had.
        Err(problem) => match std::path::absolute(&args.path)
            .ok()
            .and_then(|path| Some(path.to_str()?.to_owned()))
        {
            Some(path) => path,
            None => return Err(Failure::problems("The path cannot be used", vec![problem])),
        },
    };
    let link = Link::open(ui, Absent::Start).await?;
    let watch: Watch = call!(link, control_watch(path, control))?;
    if args.json {
        ui.json(&watch)?;
    } else {
        let path = safe::line(&watch.path);
        ui.say(&match control {
            WatchControl::Pause => {
                format!("{path} is paused. Go on with: demoscope watch resume {path}")
            }
            WatchControl::Resume => format!("{path} is watched again."),
            WatchControl::Remove => format!("{path} is watched no more. Its studies stay."),
        });
    }
    Ok(Exit::Done)
}

/// The files of all watches.
async fn files(link: &Link) -> Result<Vec<WatchedFile>, Failure> {
    let (mut all, mut next) = (Vec::new(), Some(0));
    while let Some(offset) = next {
        let page = call!(link, watched_files(offset, PAGE))?;
        next = page.next.filter(|next| *next > offset);
        all.extend(page.items);
    }
    Ok(all)
}

/// The absolute path of one file: the lines and the report are about one text.
fn one_file(path: &OsString) -> Result<String, Problem> {
    let whole = whole(path)?;
    if !Path::new(&whole).is_dir() {
        return Ok(whole);
    }
    Err(Problem {
        place: safe::line(&path.to_string_lossy()).into_owned(),
        what: "is a folder".to_owned(),
        hint: "name one file in it; `demoscope watch add` takes folders".into(),
    })
}

/// The absolute path, without links.
pub(in crate::cli) fn whole(path: &OsString) -> Result<String, Problem> {
    let place = safe::line(&path.to_string_lossy()).into_owned();
    let problem =
        |what: String, hint: &str| Problem { place: place.clone(), what, hint: hint.into() };
    let found: PathBuf = Path::new(path).canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => problem("does not exist".to_owned(), "check the name"),
        _ => problem(format!("cannot be read: {error}"), "check the name, and who may read it"),
    })?;
    match found.to_str() {
        Some(text) => Ok(text.to_owned()),
        None => Err(problem(
            "has a name that is not UTF-8".to_owned(),
            "rename it with plain characters",
        )),
    }
}
