//! Control commands: `demoscope pause`, `resume`, `cancel`, `retry` and `archive`. They share a file because they are
//! one call of the daemon with different operations.

use protocol::error::{ApiError, ErrorCode};
use protocol::id::StudyId;
use protocol::run::Study;
use protocol::safe;
use protocol::service::Control;

use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::ui::Ui;

/// Which study, and how to say what came of it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// An id, the beginning of one, or @ for the latest
    id: String,
    /// Print the study as one JSON object
    #[arg(long)]
    json: bool,
}

/// Which study to resume.
#[derive(Debug, clap::Args)]
pub(crate) struct ResumeArgs {
    #[command(flatten)]
    study: Args,
    /// Agree to what a paused study waits for: the upper end of the cost that it asks for, or another address of its engine
    #[arg(long)]
    yes: bool,
}

/// Which study, and in which direction.
#[derive(Debug, clap::Args)]
pub(crate) struct ArchiveArgs {
    #[command(flatten)]
    study: Args,
    /// Take it out again
    #[arg(long)]
    undo: bool,
}

/// Archives or unarchives a study.
pub(crate) async fn archive(args: ArchiveArgs, ui: &mut Ui) -> Result<Exit, Failure> {
    let control = if args.undo { Control::Unarchive } else { Control::Archive };
    run(args.study, control, ui).await
}

/// Resumes a study. Where it may cost more than was agreed, its owner is asked; another address needs `--yes`.
pub(crate) async fn resume(args: ResumeArgs, ui: &mut Ui) -> Result<Exit, Failure> {
    let control = if args.yes { Control::Agree } else { Control::Resume };
    run(args.study, control, ui).await
}

/// Asks the owner of a study, which is paused before it costs more than was agreed, whether it may; resumes it then.
pub(crate) async fn agree(link: &Link, id: StudyId, ui: &mut Ui) -> Result<Study, Failure> {
    match call!(link, control(id, Control::Resume)) {
        Err(error) if error.code == ErrorCode::UnconfirmedCost => {
            let failure = Failure::from(error);
            if !Ui::can_ask() {
                return Err(failure);
            }
            ui.fail(&failure);
            if !ui.ask("Go on?") {
                let what = "The study stays paused; its answers so far can be read";
                return Err(Failure::from(ApiError::new(ErrorCode::UnconfirmedCost, what)));
            }
            Ok(call!(link, control(id, Control::Agree))?)
        }
        reply => Ok(reply?),
    }
}

/// Carries out the operation on the study.
pub(crate) async fn run(args: Args, control: Control, ui: &mut Ui) -> Result<Exit, Failure> {
    // What waits for a key and is cancelled does not go on for a moment before.
    let link = match control {
        Control::Cancel => Link::connect(ui, Absent::Start).await?,
        _ => Link::open(ui, Absent::Start).await?,
    };
    let study = call!(link, find(args.id))?;
    let study = match control {
        Control::Resume => agree(&link, study.id, ui).await?,
        control => call!(link, control(study.id, control))?,
    };
    if control == Control::Cancel {
        link.offer().await;
    }
    if args.json {
        ui.json(&study)?;
        return Ok(Exit::Done);
    }
    let name = safe::line(&study.name);
    let id = study.id.short();
    let now = match control {
        Control::Pause => format!("is paused; go on with: demoscope resume {id}"),
        Control::Resume | Control::Agree => {
            format!("goes on; look at it with: demoscope show {id}")
        }
        Control::Cancel => format!(
            "is cancelled; {} of {} had answered and stay readable",
            study.panel.delivered, study.panel.requested
        ),
        Control::Retry => format!("asks again; look at it with: demoscope show {id}"),
        Control::Archive => "is put away; see it with: demoscope list --archived".to_owned(),
        Control::Unarchive => "is back in the list".to_owned(),
    };
    ui.say(&format!("{name} ({id}) {now}."));
    Ok(Exit::Done)
}
