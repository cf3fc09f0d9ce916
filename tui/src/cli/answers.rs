//! The `demoscope answers` command: the answer of each respondent, page by page.

use protocol::id::StudyId;

use crate::cli::pages::Answers;
use crate::failure::{Exit, Failure};
use crate::json::{self, Layout};
use crate::link::{Absent, Link, call};
use crate::report;
use crate::ui::Ui;

/// Read what each respondent said
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope answers @ | less -R
  demoscope answers @ --limit 10
  demoscope answers @ --json | jq -r '.[] | select(.score < 4) | .reasoning'")]
pub(crate) struct Args {
    /// An id, the beginning of one, or @ for the latest
    id: String,
    /// At most this many, in the order of the panel
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Print an array of answers
    #[arg(long)]
    json: bool,
}

/// Prints the answers of the study that the arguments name.
pub(crate) async fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    let study = call!(link, find(args.id.clone()))?;
    if args.json {
        print_json(&link, study.id, args.limit, ui).await?;
    } else {
        print(&link, study.id, args.limit, ui).await?;
    }
    Ok(Exit::Done)
}

/// Prints answers for people.
pub(crate) async fn print(
    link: &Link,
    study: StudyId,
    limit: Option<u32>,
    ui: &mut Ui,
) -> Result<(), Failure> {
    let mut answers = Answers::of(study, limit);
    let mut none = true;
    while !ui.reader_has_left() {
        let page = answers.page(link).await?;
        if page.is_empty() {
            break;
        }
        none = false;
        let look = ui.look;
        let text: String = page.iter().map(|response| report::answer(response, look)).collect();
        ui.data(&text)?;
    }
    if none {
        ui.say("No answers yet.");
    }
    Ok(())
}

/// Prints one JSON array, an answer per line, while holding at most one page in memory.
async fn print_json(
    link: &Link,
    study: StudyId,
    limit: Option<u32>,
    ui: &mut Ui,
) -> Result<(), Failure> {
    let mut answers = Answers::of(study, limit);
    let mut before = "[";
    while !ui.reader_has_left() {
        let page = answers.page(link).await?;
        if page.is_empty() {
            break;
        }
        let mut text = String::new();
        for response in &page {
            text.push_str(before);
            before = ",\n";
            text.push_str(&json::text(response, Layout::Line).map_err(|error| {
                Failure::invalid(format!("An answer is no JSON: {error}")).because(&error)
            })?);
        }
        ui.data(&text)?;
    }
    ui.data(if before == "[" { "[]\n" } else { "]\n" })
}
