//! The `demoscope answers` command: the answer of each respondent, page by page.

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
  demoscope answers @ --round 2        a later round of a content review
  demoscope answers @ --json | jq -r '.[] | select(.score < 4) | .reasoning'")]
pub(crate) struct Args {
    /// An id, the beginning of one, or @ for the latest
    id: String,
    /// At most this many, in the order of the panel
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// A round of a content review, from 1; the one after the last confirms a gain
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=6))]
    round: u16,
    /// Print an array of answers
    #[arg(long)]
    json: bool,
}

/// Prints the answers of the study that the arguments name.
pub(crate) async fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    let study = call!(link, find(args.id.clone()))?;
    if args.json {
        print_json(&link, Answers::of_round(study.id, args.round, args.limit), ui).await?;
    } else {
        print(&link, Answers::of_round(study.id, args.round, args.limit), ui).await?;
    }
    Ok(Exit::Done)
}

/// Prints answers for people.
pub(crate) async fn print(link: &Link, mut answers: Answers, ui: &mut Ui) -> Result<(), Failure> {
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
async fn print_json(link: &Link, mut answers: Answers, ui: &mut Ui) -> Result<(), Failure> {
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
