//! The `demoscope rank` command: several texts, or studies that have ended, in the order of their main result. Files are run
//! as ordinary studies that ask the same people; nothing of the ranking itself is stored.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use protocol::credits::Credits;
use protocol::error::{ApiError, ErrorCode};
use protocol::id::StudyId;
use protocol::metric_name::{meant, names_theme};
use protocol::ranking::{RankQuestion, Ranking, STUDIES_MAX, STUDIES_MIN};
use protocol::run::Preview;
use protocol::safe;
use protocol::study::{Draft, DraftText, Problem};

use crate::cli::expect::nearest;
use crate::cli::export::{Existing, NewFile, ranking_page};
use crate::cli::input::{self, Source};
use crate::cli::run::{Followed, Follower, Settings, end_of, path_of, submit};
use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::report;
use crate::ui::Ui;

/// Most files that are run at once.
const FILES_MAX: usize = 20;

/// Ask one panel about several texts and say which is the best
///
/// Each file is run as a study of its own; the same people answer all of them, with one seed and the settings of the first file
/// or of the flags. Studies that have ended can be named by their ids, also beside files, which are then asked like the first of
/// them. Nothing of the ranking is stored: name the ids again to see it again.
///
/// Letters say who cannot be told apart: two texts with a common letter may as well be in the other order. Differences are
/// compared person by person where the same people answered, adjusted for the number of pairs (Holm), and include the wording
/// noise of the built-in reader. "best" is the probability that the text is the best of these for such people.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that is there or not")]
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope rank a.md b.md c.md
  demoscope rank a.md b.md c.md --panel 500 --region uk --dry-run
  demoscope rank a.md b.md --study content_review --content-type headline
  demoscope rank 3f2a 9b1c @ --of would_buy_pct
  demoscope rank new.md 3f2a             the people of 3f2a are asked about new.md
  demoscope rank 3f2a 9b1c --of concern.Price      the text that fewest name it of comes first
  demoscope rank a.md b.md --format html -o ranking.html
  demoscope rank 3f2a 9b1c @ --json | jq '.studies[0].name'

Ends with 0, with 5 when some respondents did not answer, 4 when a run failed, 3 when credits or \
consent to a cost are missing, 2 for texts that share no scale and for other mistakes.")]
pub(crate) struct Args {
    /// Text files, or studies: an id, the beginning of one, or @ for the latest; 2 to 200 in all, of them at most 20 files
    #[arg(required = true, value_name = "FILE|ID")]
    texts: Vec<OsString>,
    /// Which result decides: an estimate as --json names it, or theme.NAME, appeal.NAME, concern.NAME
    #[arg(long, value_name = "RESULT")]
    of: Option<String>,
    /// The lowest value is the best, as it is of a concern without saying so
    #[arg(long)]
    lowest_first: bool,
    /// The highest value is the best, also of a concern
    #[arg(long, conflicts_with = "lowest_first")]
    highest_first: bool,
    /// Print one JSON object
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Which format: text (the default), json, or html, one self-contained page
    #[arg(long, short, value_enum)]
    format: Option<RankFormat>,
    /// Where to; standard output when left out or -
    #[arg(long, short, value_name = "FILE", conflicts_with = "dry_run")]
    output: Option<PathBuf>,
    /// Replace an existing file
    #[arg(long, requires = "output")]
    force: bool,
    /// Say whom it would ask and what that takes; ask nobody, store nothing
    #[arg(long)]
    dry_run: bool,
    /// Agree to the cost beforehand
    #[arg(long, short)]
    yes: bool,
    // Last, because its heading holds for every flag after it.
    #[command(flatten)]
    settings: Settings,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum RankFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// One self-contained page
    Html,
}

impl Args {
    /// Which end comes first, where it is said.
    fn lowest_first(&self) -> Option<bool> {
        (self.lowest_first || self.highest_first).then_some(self.lowest_first)
    }

    fn form(&self) -> RankFormat {
        if self.json { RankFormat::Json } else { self.format.unwrap_or_default() }
    }
}

/// One thing to rank.
enum Text {
    /// A file that was read.
    File(Source),
    /// The name of a study.
    Study(String),
}

/// Runs the files, waits for them, and prints the ranking.
pub(crate) async fn run(args: Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let texts = read(&args)?;
    let target = args.output.as_deref().filter(|path| *path != Path::new("-"));
    let existing = if args.force { Existing::Replace } else { Existing::Keep };
    // The target is checked before anybody is asked.
    let file = target.map(|path| NewFile::create(path, existing)).transpose()?;

    let mut link = Link::open(ui, Absent::Start).await?;
    let mut ids: Vec<Option<StudyId>> = Vec::new();
    let mut drafts = Vec::new();
    let overrides = args.settings.overrides();
    for text in &texts {
        match text {
            Text::Study(name) => ids.push(Some(call!(link, find(name.clone()))?.id)),
            Text::File(source) => {
                ids.push(None);
                drafts.push(Draft {
                    file: source.name.clone(),
                    text: DraftText::File(source.text.clone()),
                    overrides: overrides.clone(),
                    ..Draft::default()
                });
            }
        }
    }
    let like = ids.iter().flatten().next().map(ToString::to_string);
    for draft in &mut drafts {
        draft.like.clone_from(&like);
    }
    let mut worst = Exit::Done;
    if drafts.is_empty() {
        if !overrides.is_empty() || args.dry_run {
            return Err(Failure::invalid(
                "Settings and --dry-run are for files, and there are only studies that have ended",
            )
            .hint("Leave them out, or name the files to ask anew"));
        }
    } else {
        let previews = call!(link, check_alike(drafts.clone()))?;
        must_have(args.of.as_deref(), previews.first().map_or(&[], |first| &first.metrics))?;
        if args.dry_run {
            if args.form() == RankFormat::Json {
                ui.json(&previews)?;
            } else {
                let look = ui.look;
                ui.data(&report::plan(&previews, look))?;
            }
            return Ok(Exit::Done);
        }
        let confirmed = agree(&previews, args.yes, ui)?;
        let asked = ask(&mut link, drafts, &previews, confirmed, ui).await?;
        let (Asked::Ended(new, _) | Asked::Interrupted(new)) = &asked;
        let mut new = new.iter().copied();
        for id in ids.iter_mut().filter(|id| id.is_none()) {
            *id = new.next();
        }
        let command = again(&ids, args.of.as_deref(), args.lowest_first());
        match asked {
            Asked::Ended(_, exit) => worst = worst.max(exit),
            Asked::Interrupted(_) => {
                ui.say(&format!("They go on. Rank them when they have ended: {command}"));
                return Ok(Exit::Interrupted);
            }
        }
        ui.say(&format!("The same ranking again: {command}"));
    }
    let studies: Vec<StudyId> = ids.into_iter().flatten().collect();
    let question = RankQuestion { studies, of: args.of.clone(), lowest_first: args.lowest_first() };
    let ranking = call!(link, rank(question))?;
    print(&ranking, args.form(), file, ui)?;
    Ok(worst)
}

/// What each argument is: a file of that name, or else a study.
fn read(args: &Args) -> Result<Vec<Text>, Failure> {
    let count = args.texts.len();
    if !(STUDIES_MIN..=STUDIES_MAX).contains(&count) {
        return Err(Failure::invalid(format!(
            "A ranking takes {STUDIES_MIN} to {STUDIES_MAX} texts, not {count}"
        ))
        .hint("Name files or ids: demoscope rank a.md b.md 3f2a"));
    }
    let mut problems = Vec::new();
    let mut texts: Vec<Text> = Vec::new();
    for name in &args.texts {
        if names_study(name) {
            texts.push(Text::Study(name.to_string_lossy().into_owned()));
            continue;
        }
        match input::read(name) {
            Ok(source) => texts.push(Text::File(source)),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::problems("Not all of them can be ranked", problems)
            .hint("Name a file, or an id as `demoscope list` shows it"));
    }
    let files = texts.iter().filter(|text| matches!(text, Text::File(_))).count();
    if files > FILES_MAX {
        return Err(Failure::invalid(format!(
            "At most {FILES_MAX} files are run at once, and these are {files}"
        ))
        .hint("Run them in parts with `demoscope run FILE… --like ID`, then rank their ids"));
    }
    Ok(texts)
}

/// Whether an argument can only be the name of a study: no such file is there, and it looks like an id.
fn names_study(name: &OsStr) -> bool {
    let text = name.to_string_lossy();
    let is_id = text == "@"
        || (text != "-"
            && !text.is_empty()
            && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-'));
    is_id && Path::new(name).symlink_metadata().is_err()
}

/// Refuses a result that the studies will not have, before anybody is asked. The themes of answers are known only afterwards.
fn must_have(of: Option<&str>, metrics: &[String]) -> Result<(), Failure> {
    let Some(of) = of.filter(|of| !names_theme(of) && meant(of, metrics).is_none()) else {
        return Ok(());
    };
    let hint = match nearest(of, metrics) {
        Some(near) => format!("did you mean '{near}'?"),
        None => "choose one of those below".to_owned(),
    };
    let what = format!("these studies are not ranked by '{}'", safe::line(of));
    let problem = Problem { place: "--of".to_owned(), what, hint: hint.into() };
    let failure = Failure::problems("Nothing was run", vec![problem]);
    Err(match metrics {
        [] => failure.hint("Name a theme: theme.NAME, appeal.NAME or concern.NAME"),
        known => {
            failure.hint(format!("Choose among {}, or theme.NAME for any theme", known.join(", ")))
        }
    })
}

/// The command that shows the same ranking again.
fn again(ids: &[Option<StudyId>], of: Option<&str>, lowest_first: Option<bool>) -> String {
    let ids = ids.iter().flatten().map(StudyId::short);
    let mut words = vec!["demoscope rank".to_owned()];
    words.extend(ids);
    words.extend(of.map(|of| format!("--of {}", as_one_word(&safe::line(of)))));
    words.extend(lowest_first.map(|lowest| {
        let flag = if lowest { "--lowest-first" } else { "--highest-first" };
        flag.to_owned()
    }));
    words.join(" ")
}

/// A text as one word of a shell.
fn as_one_word(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Says what all of it takes, and asks for consent where it costs money.
fn agree(previews: &[Preview], yes: bool, ui: &mut Ui) -> Result<bool, Failure> {
    let sum = report::takes(previews);
    ui.say(&sum.sentence);
    if let Some(missing) =
        sum.credits.checked_sub(sum.balance).filter(|missing| *missing > Credits::ZERO)
    {
        return Err(Failure::from(
            ApiError::new(
                ErrorCode::InsufficientCredits,
                format!(
                    "All of them take {} credits, and {} can be spent",
                    sum.credits, sum.balance
                ),
            )
            .hint(format!(
                "Ask fewer people with --panel N, or add credits: demoscope credits grant {missing}"
            )),
        ));
    }
    if sum.cost_usd.1 <= 0.0 || yes {
        return Ok(yes);
    }
    let refused = |sentence: &str| ApiError::new(ErrorCode::UnconfirmedCost, sentence);
    if !Ui::can_ask() {
        return Err(refused("This costs money, and nobody agreed to it")
            .hint("Agree beforehand with --yes, or see it with --dry-run")
            .into());
    }
    if ui.ask("Run all of them?") { Ok(true) } else { Err(refused("Nothing was run").into()) }
}

/// How the studies ended.
enum Asked {
    /// All of them, with the worst exit code.
    Ended(Vec<StudyId>, Exit),
    /// The user left; the studies go on.
    Interrupted(Vec<StudyId>),
}

/// Submits the drafts so that the same people answer, and waits until all have ended.
async fn ask(
    link: &mut Link,
    drafts: Vec<Draft>,
    previews: &[Preview],
    confirmed: bool,
    ui: &mut Ui,
) -> Result<Asked, Failure> {
    let mut follower = Follower::attach(link)?;
    let mut studies = Vec::new();
    for (mut draft, preview) in drafts.into_iter().zip(previews) {
        // The seed as announced; a drawn one would be another for each call.
        draft.overrides.entry("seed".to_owned()).or_insert_with(|| preview.seed.to_string());
        if let Some(first) = studies.first() {
            let first: &protocol::run::Study = first;
            draft.like.get_or_insert_with(|| first.id.to_string());
        }
        let path = path_of(&draft);
        match submit(link, draft, path, confirmed, ui).await {
            Ok(study) => studies.push(study),
            Err(failure) => {
                let begun: Vec<String> = studies.iter().map(|study| study.id.short()).collect();
                return Err(match begun.as_slice() {
                    [] => failure,
                    begun => {
                        failure.hint(format!("Wait for those that have begun: {}", begun.join(" ")))
                    }
                });
            }
        }
    }
    let ids: Vec<StudyId> = studies.iter().map(|study| study.id).collect();
    let mut worst = Exit::Done;
    for study in &studies {
        match follower.follow(link, study, ui).await? {
            Followed::Ended(study) => worst = worst.max(end_of(&study)),
            Followed::Interrupted => return Ok(Asked::Interrupted(ids)),
        }
    }
    Ok(Asked::Ended(ids, worst))
}

/// Prints the ranking, or writes it to the file.
fn print(
    ranking: &Ranking,
    format: RankFormat,
    file: Option<NewFile>,
    ui: &mut Ui,
) -> Result<(), Failure> {
    let look = if file.is_some() { crate::look::Look::PLAIN } else { ui.look };
    let text = match format {
        RankFormat::Text => report::ranking(ranking, look),
        RankFormat::Html => ranking_page(ranking),
        RankFormat::Json if file.is_none() => return ui.json(ranking),
        RankFormat::Json => {
            let text = serde_json::to_string_pretty(ranking).map_err(|error| {
                Failure::invalid(format!("The ranking cannot be written: {error}")).because(&error)
            })?;
            text + "\n"
        }
    };
    match file {
        Some(mut file) => {
            file.write(text.as_bytes())?;
            let path = file.finish()?;
            ui.say(&format!("Wrote the ranking to {}.", safe::line(&path.to_string_lossy())));
            Ok(())
        }
        None => ui.data(&text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_ranking_again_names_every_study_and_what_decides() {
        let id = |number: u128| StudyId(uuid::Uuid::from_u128(number << 96));
        let ids = [Some(id(0x3f2a_9c1e)), None, Some(id(0x9b1c_0000))];
        assert_eq!(again(&ids, None, None), "demoscope rank 3f2a9c1e 9b1c0000");
        let of = Some("concern.What's the price");
        assert_eq!(
            again(&ids[..1], of, Some(true)),
            r"demoscope rank 3f2a9c1e --of 'concern.What'\''s the price' --lowest-first"
        );
        assert!(again(&ids, of, Some(false)).ends_with("--highest-first"));
        assert!(again(&ids, Some("dimension.trust"), None).ends_with("--of dimension.trust"));
    }

    #[test]
    fn an_unknown_result_is_refused_before_anybody_is_asked() {
        let metrics = ["overall", "dimension.proof", "dimension.trust"].map(ToOwned::to_owned);
        for fine in [None, Some("Trust"), Some("overall"), Some("concern.Price")] {
            assert_eq!(must_have(fine, &metrics), Ok(()), "{fine:?}");
        }
        let shown = |of| {
            let failure = must_have(Some(of), &metrics).unwrap_err();
            failure.render(crate::look::Look::PLAIN, crate::failure::Detail::Sentence)
        };
        insta::assert_snapshot!(shown("dimension.hook"), @r"
        --of: these studies are not ranked by 'dimension.hook' · choose one of those below
        error: Nothing was run
        hint: Choose among overall, dimension.proof, dimension.trust, or theme.NAME for any theme
        ");
        assert!(shown("dimension.trst").contains("did you mean 'dimension.trust'?"));
    }

    #[test]
    fn an_id_is_told_from_a_file() {
        for (name, wanted) in [
            ("@", true),
            ("3f2a", true),
            ("-", false),
            ("idea.md", false),
            ("3f2a-", true),
            ("", false),
        ] {
            assert_eq!(names_study(OsStr::new(name)), wanted, "{name}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("3f2a");
        std::fs::write(&path, "A file.").unwrap();
        assert!(!names_study(path.as_os_str()));
    }
}
