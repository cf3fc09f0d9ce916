//! The `demoscope delete` command: deletion of studies for good. It first prints what is deleted and what is kept, and
//! asks for confirmation; without a terminal it requires `--yes`.

use protocol::error::{ApiError, ErrorCode};
use protocol::external::ExternalResult;
use protocol::run::Study;
use protocol::safe;
use protocol::service::Deleted;

use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::look::{Look, Role, thousands};
use crate::ui::Ui;

/// Delete studies for good: what was asked, who was asked, what they said and what came of it
///
/// The text, the questions, name and tags, the panel, the answers, the replies that were remembered for later studies, and
/// the results go, and the draft of it in the workstation. The ledger keeps the amounts: credits that were used stay used, and what a service cost counts under
/// the caps as before.
///
/// Daily backups hold a study until as many newer ones exist as are kept (the setting backup.keep); backups that you made
/// yourself, stores that a restore put aside, and what you exported stay, and restoring a backup brings back what it
/// holds. Room that becomes free in the file of the store is written over as it is used again, not at once; a backup has
/// nothing of it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope delete 3f2a
  demoscope delete 3f2a 9c41 --yes       without asking, as in a script
  demoscope archive 3f2a                 puts it away instead; it can be taken out again")]
pub(crate) struct Args {
    /// Ids, beginnings of ids, or @ for the latest; each must have ended
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    /// Print one JSON object a study, a line each
    #[arg(long)]
    json: bool,
}

/// Deletes the studies; before the first is deleted, all must exist and have ended.
pub(crate) async fn run(args: Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    let mut studies: Vec<Study> = Vec::new();
    let mut externals: Vec<ExternalResult> = Vec::new();
    for id in args.ids {
        if let Some(found) = call!(link, external(id.clone()))? {
            if !externals.contains(&found) {
                externals.push(found);
            }
            continue;
        }
        let study = call!(link, find(id))?;
        if !studies.iter().any(|known| known.id == study.id) {
            studies.push(study);
        }
    }
    if let Some(study) = studies.iter().find(|study| !study.state.is_final()) {
        return Err(unfinished(study));
    }
    if !args.yes {
        agreed(&studies, &externals, ui)?;
    }
    for found in externals {
        let id = found.origin.id;
        call!(link, remove_external(id))?;
        if args.json {
            ui.json_line(&serde_json::json!({ "external": id }))?;
        } else {
            let name = safe::line(&found.content.name);
            ui.say(&format!("{name} ({}) is deleted here, and stays at its service.", id.short()));
        }
    }
    let mut kept = None;
    for study in studies {
        let deleted = call!(link, delete(study.id))?;
        let drafts = crate::station::forget_drafts(&link.paths, study.id);
        if args.json {
            ui.json_line(&deleted)?;
        } else {
            ui.say(&told(&study, &deleted));
        }
        if let Err(error) = drafts {
            kept = Some(kept_draft(&study, &error));
        }
    }
    kept.map_or(Ok(Exit::Done), Err)
}

/// The study is deleted, but its draft could not be removed.
fn kept_draft(study: &Study, error: &std::io::Error) -> Failure {
    let id = study.id.short();
    let what =
        format!("{id} is deleted, but its draft in the workstation cannot be removed: {error}");
    ApiError::new(ErrorCode::Internal, what)
        .hint(format!("Remove workstation/draft-{}* in the data folder yourself", study.id))
        .into()
}

/// Asks for confirmation; an error unless the user agrees.
fn agreed(studies: &[Study], externals: &[ExternalResult], ui: &mut Ui) -> Result<(), Failure> {
    let kept = Failure::invalid("Nothing was deleted: nobody said yes");
    if !Ui::can_ask() {
        return Err(kept.hint("Delete without asking with `--yes`"));
    }
    for found in externals {
        let (id, name) = (found.origin.id.short(), safe::line(&found.content.name));
        ui.say(&format!("  {id}  {name}, an external result"));
    }
    if !studies.is_empty() {
        let text = announced(studies, ui.err_look);
        ui.say_raw(&text);
    }
    let question = if studies.len() + externals.len() == 1 {
        "Delete it for good?"
    } else {
        "Delete them for good?"
    };
    if ui.ask(question) { Ok(()) } else { Err(kept) }
}

/// What will be deleted and what is kept.
fn announced(studies: &[Study], look: Look) -> String {
    let mut text = String::new();
    for study in studies {
        let answers = thousands(study.panel.delivered);
        let (dot, name) = (look.glyph("·", "-"), safe::line(&study.name));
        let id = look.paint(Role::Strong, &study.id.short());
        let line = format!("  {id}  {name} {dot} {} {dot} {answers} answers\n", study.state);
        text.push_str(&line);
    }
    text.push_str(
        "What goes: text, questions, name, tags, panel, answers, remembered replies, results,\n\
         and what was changed in it in the workstation and not run.\n\
         What stays: amounts in the ledger, daily backups for as long as they are kept, and what you\n\
         exported or backed up yourself.\n",
    );
    text
}

/// What was deleted, and where copies may remain.
fn told(study: &Study, deleted: &Deleted) -> String {
    let name = safe::line(&study.name);
    let mut text = format!("{name} ({}) is deleted.", study.id.short());
    if !deleted.gone {
        text.push_str(
            " Its rows are still being removed, after a restart too: `demoscope doctor` says when all are gone.",
        );
    }
    let credits = thousands(deleted.credits_used.0);
    let unit = if deleted.credits_used.0 == 1 { "credit" } else { "credits" };
    text.push_str(&format!(" The ledger keeps its {credits} {unit}."));
    if let Some(days) = deleted.daily_backups {
        let days = if days == 1 { "a day".to_owned() } else { format!("{days} days") };
        text.push_str(&format!(" Daily backups may hold it for {days} more."));
    }
    text.push_str(" Exports and backups that you made yourself stay.");
    text
}

/// The daemon reports the same error; raised here, it comes before anything is deleted.
fn unfinished(study: &Study) -> Failure {
    let (name, id) = (safe::line(&study.name), study.id.short());
    let what = format!(
        "{name} ({id}) is {}: only a study that has ended is deleted. Nothing was deleted",
        study.state
    );
    ApiError::new(ErrorCode::Conflict, what)
        .hint(format!("End it with `demoscope cancel {id}`"))
        .into()
}

#[cfg(test)]
mod tests {
    use protocol::credits::Credits;

    use super::*;
    use crate::report::fixtures;

    #[test]
    fn before_and_after_it_is_said_what_goes_and_what_stays() {
        let mut study = fixtures::concept_test().study;
        study.name = "Meal\u{1b}]0;x\u{7} kit".to_owned();
        let mut deleted = Deleted {
            id: study.id,
            deleted_at: study.created_at,
            answers: study.panel.delivered,
            credits_used: Credits(1_200),
            cost_usd: 0.25,
            gone: true,
            daily_backups: Some(7),
        };
        let whole = told(&study, &deleted);
        deleted = Deleted { gone: false, daily_backups: None, credits_used: Credits(1), ..deleted };
        let text =
            [announced(&[study.clone()], Look::PLAIN), whole, told(&study, &deleted)].join("\n");
        assert!(!text.contains('\u{1b}'), "{text}");
        insta::assert_snapshot!(text);
    }
}
