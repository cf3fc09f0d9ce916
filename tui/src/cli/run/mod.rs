//! The `demoscope run` command: it submits each file as a study, follows it, and prints the report. The daemon does the
//! work, so leaving early (Ctrl-C, `--detach`) never loses any of it.

mod follow;
mod offer;
mod progress;
mod settings;
mod sources;

use std::ffi::OsString;

use protocol::error::ErrorCode;
use protocol::id::SubmitKey;
use protocol::run::{State, Study};
use protocol::safe;
use protocol::service::Submit;
use protocol::study::{Draft, Origin};
use uuid::Uuid;

use crate::cli::expect::{self, Expectation, judge};
use crate::cli::show::{self, Form, ShowDetail};
use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::look::Role;
use crate::report;
use crate::ui::Ui;
pub(crate) use follow::{Followed, Follower};
pub(crate) use progress::duration;
pub(crate) use settings::Settings;
use sources::Sources;

/// Run a study from a file and print its report
///
/// The file is plain text or Markdown; what stands in it is what the panel sees. Settings may stand at its top, between
/// two lines of ---, or behind the flags below, which win. An HTML comment is a note that nobody is shown. Several files are
/// several studies.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that is there or not")]
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope run idea.md
  demoscope run idea.md --panel 500 --seed 7
  demoscope run idea.md --region uk --age-range 25-45 --income-bracket middle
  demoscope run idea.md --study nps --json > result.json
  demoscope run a.md b.md --detach
  demoscope run a.md b.md --study ab_test --orders both
  demoscope run idea.md --study survey --question 'What would stop you from trying it?'
  demoscope run title.md --study content_review --content-type youtube
  demoscope run page.md --study content_review --content-type landing_page --rounds 3
  demoscope run page.md --competitors-generated --expect 'overall.low >= 6'
  demoscope run idea.md --like 3f2a      the same people, seed and settings as that study
  demoscope run --example list
  echo 'A kettle that texts you.' | demoscope run - --panel 50
  demoscope run idea.md --expect 'mean_score >= 6' --expect 'would_buy_pct.low > 20'
  demoscope run idea.md --dry-run      who would be asked, how, and what it takes

Ends with 0 when every respondent answered, 5 when some did not, 7 when an expectation does not \
hold, 4 when the run failed, 3 when credits or consent to a cost are missing, 2 for mistakes in the file or the flags.")]
pub(crate) struct Args {
    /// Text files; - reads standard input. With --study ab_test two files are variants A and B of one study
    #[arg(required_unless_present = "example", value_name = "FILE")]
    files: Vec<OsString>,
    /// Run a study that comes with the program; "list" names them
    #[arg(long, value_name = "NAME", conflicts_with = "files")]
    example: Option<String>,
    /// Ask the same people the same things as this study did: an id, the beginning of one, or @ for the latest. Flags win
    #[arg(long, value_name = "ID")]
    like: Option<String>,
    /// Print every answer too
    #[arg(long)]
    answers: bool,
    /// Print one JSON object (one a line for several files)
    #[arg(long)]
    json: bool,
    /// What is to hold, as in 'mean_score >= 6' or 'mean_score.low > 5.5'; may be given several times
    #[arg(long = "expect", value_name = "EXPECTATION", conflicts_with_all = ["detach", "dry_run"])]
    expectations: Vec<Expectation>,
    /// Return at once; the study goes on by itself
    #[arg(long, conflicts_with = "answers")]
    detach: bool,
    /// Show the panel, the questionnaire and the cost; ask nobody, store nothing
    #[arg(long, conflicts_with_all = ["detach", "answers"])]
    dry_run: bool,
    /// Agree to the cost beforehand
    #[arg(long, short)]
    yes: bool,
    // Last, because its heading holds for every flag after it.
    #[command(flatten)]
    settings: Settings,
}

/// Runs every file; the worst exit code of any is the exit code of all.
pub(crate) async fn run(args: Args, ui: &mut Ui) -> Result<Exit, Failure> {
    if args.example.as_deref() == Some("list") {
        crate::cli::example::list(ui)?;
        return Ok(Exit::Done);
    }
    let Sources { drafts, worst } = sources::read(&args, ui)?;
    if drafts.is_empty() {
        return Ok(worst);
    }

    let mut link = Link::open(ui, Absent::Start).await?;
    let (drafts, unfit) = with_known_names(&link, drafts, &args.expectations, ui).await?;
    let worst = worst.max(unfit);
    let end = if args.dry_run {
        preview_all(&link, drafts, Form::of(args.json), ui).await?
    } else {
        // Programs and whoever has chosen an engine need no offer.
        let is_offered = !args.json && !args.detach && !args.settings.names_engine();
        let offered = (is_offered && offer::is_first(&link).await?).then(|| drafts.clone());
        let end = run_all(&mut link, drafts, &args, ui).await?;
        if let Some(drafts) = offered {
            offer::offer(&link, &drafts, ui).await?;
        }
        end
    };
    Ok(worst.max(end))
}

/// The drafts whose results have everything that is expected of them; what else is wrong with one is told when it is
/// submitted. Nobody is asked, and nothing is paid for, before all of them were looked at.
async fn with_known_names(
    link: &Link,
    drafts: Vec<Draft>,
    expectations: &[Expectation],
    ui: &mut Ui,
) -> Result<(Vec<Draft>, Exit), Failure> {
    if expectations.is_empty() {
        return Ok((drafts, Exit::Done));
    }
    let (mut sound, mut worst) = (Vec::new(), Exit::Done);
    for draft in drafts {
        let known = match call!(link, check(draft.clone())) {
            Ok(preview) => expect::check(expectations, &draft.file, &preview.estimates),
            Err(_) => Ok(()),
        };
        match known {
            Ok(()) => sound.push(draft),
            Err(failure) => worst = worst.max(excuse(failure, ui)?),
        }
    }
    Ok((if worst == Exit::Done { sound } else { Vec::new() }, worst))
}

async fn preview_all(
    link: &Link,
    drafts: Vec<Draft>,
    form: Form,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let mut worst = Exit::Done;
    for draft in drafts {
        match call!(link, check(draft)) {
            Ok(preview) if form == Form::Json => ui.json(&preview)?,
            Ok(preview) => {
                let look = ui.look;
                ui.data(&report::preview(&preview, look))?;
            }
            Err(error) => worst = worst.max(excuse(error.into(), ui)?),
        }
    }
    Ok(worst)
}

/// Submits all drafts, so that they run concurrently, then follows them in order.
async fn run_all(
    link: &mut Link,
    drafts: Vec<Draft>,
    args: &Args,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let mut worst = Exit::Done;
    let mut follower = Follower::attach(link)?;
    let mut studies = Vec::new();
    let is_one = drafts.len() < 2;
    for draft in drafts {
        let file = draft.file.clone();
        let path = args.example.is_none().then(|| path_of(&draft)).flatten();
        match submit(link, draft, path, args.yes, ui).await {
            Ok(study) if args.detach => detach(&study, Form::of(args.json), ui)?,
            Ok(study) => studies.push((file, study)),
            Err(failure) => worst = worst.max(excuse(failure, ui)?),
        }
    }
    for (place, (file, study)) in studies.iter().enumerate() {
        let followed = match follower.follow(link, study, ui).await {
            // It is paused before it costs more than was agreed; the others go on.
            Err(failure) if failure.code() == ErrorCode::UnconfirmedCost => {
                worst = worst.max(excuse(failure, ui)?);
                continue;
            }
            followed => followed?,
        };
        match followed {
            Followed::Ended(study) => {
                worst = worst.max(end_of(&study));
                if let Some(told) = call!(link, report(study.id))?.memory_warning() {
                    ui.say(&told);
                }
                if place > 0 && !args.json {
                    ui.data("\n")?;
                }
                let detail = ShowDetail::of(args.answers);
                show::print(link, study.id, detail, Form::of(args.json), ui).await?;
                if !args.expectations.is_empty() {
                    let found = call!(link, report(study.id))?;
                    let file = (!is_one).then_some(file.as_str());
                    let results = found.results.as_ref();
                    worst = worst.max(judge(&args.expectations, file, results, ui));
                }
            }
            Followed::Interrupted => {
                for (_, study) in &studies[place..] {
                    let name = safe::line(&study.name);
                    let id = study.id.short();
                    ui.say(&format!("{name} goes on. Come back with: demoscope show {id}"));
                }
                return Ok(Exit::Interrupted);
            }
        }
    }
    Ok(worst)
}

/// Reports the failure of one of several studies and continues, unless the others would fail in the same way.
fn excuse(failure: Failure, ui: &mut Ui) -> Result<Exit, Failure> {
    if failure.exit == Exit::Unreachable {
        return Err(failure);
    }
    ui.fail(&failure);
    Ok(failure.exit)
}

/// The absolute path of a draft's file; `None` for standard input.
pub(crate) fn path_of(draft: &Draft) -> Option<String> {
    let path = std::path::absolute(&draft.file).ok().filter(|path| path.is_file())?;
    path.to_str().map(ToOwned::to_owned)
}

/// Submits one draft: asks for confirmation of its cost when the daemon requires it, and repeats the same call once
/// when the connection broke before the response.
pub(crate) async fn submit(
    link: &mut Link,
    draft: Draft,
    path: Option<String>,
    cost_confirmed: bool,
    ui: &mut Ui,
) -> Result<Study, Failure> {
    let key = SubmitKey(Uuid::new_v4());
    let mut submit = Submit { key, path, draft, origin: Origin::Cli, cost_confirmed };
    let mut repeated = false;
    loop {
        let failure = match call!(link, submit(submit.clone())) {
            Ok(study) => {
                for note in &study.notes {
                    ui.say(&format!("note: {}", safe::line(note)));
                }
                return Ok(study);
            }
            Err(error) => Failure::from(error),
        };
        match failure.code() {
            ErrorCode::Unreachable if !repeated => {
                repeated = true;
                link.reopen(ui).await?;
            }
            ErrorCode::UnconfirmedCost if !submit.cost_confirmed => {
                if !Ui::can_ask() {
                    return Err(
                        failure.hint("Agree beforehand with --yes, or cap it with --max-cost-usd")
                    );
                }
                ui.fail(&failure);
                if !ui.ask("Run it?") {
                    return Err(Failure::from(protocol::error::ApiError::new(
                        ErrorCode::UnconfirmedCost,
                        "Nothing was run",
                    )));
                }
                submit.cost_confirmed = true;
                submit.key = SubmitKey(Uuid::new_v4());
            }
            _ => return Err(failure),
        }
    }
}

/// Leaves a study running in the background: prints its id for programs, a sentence for people.
fn detach(study: &Study, form: Form, ui: &mut Ui) -> Result<(), Failure> {
    if form == Form::Json {
        return ui.json(&serde_json::json!({ "study": study }));
    }
    ui.say(&format!(
        "{} is on its way. Come back with: demoscope show {}",
        safe::line(&study.name),
        study.id.short()
    ));
    ui.data(&format!("{}\n", study.id))
}

/// The exit code for the final state of a study.
pub(crate) fn end_of(study: &Study) -> Exit {
    match study.state {
        State::Failed | State::Cancelled => Exit::RunFailed,
        _ if study.panel.delivered < study.panel.requested => Exit::Partial,
        _ => Exit::Done,
    }
}

/// A line for stderr about a study that started or ended.
fn headline(study: &Study, what: &str, ui: &Ui) -> String {
    let name = safe::line(&study.name);
    ui.err_look.paint(Role::Dim, &format!("{name} ({}): {what}", study.id.short()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixtures;

    #[test]
    fn the_exit_code_tells_partial_from_failed() {
        let mut study = fixtures::concept_test().study;
        study.panel.delivered = study.panel.requested;
        assert_eq!(end_of(&study), Exit::Done);
        study.panel.delivered -= 1;
        assert_eq!(end_of(&study), Exit::Partial);
        study.state = State::Failed;
        assert_eq!(end_of(&study), Exit::RunFailed);
        study.state = State::Cancelled;
        assert_eq!(end_of(&study), Exit::RunFailed);
    }
}
