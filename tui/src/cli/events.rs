//! The `demoscope events` command: the event feed, one JSON object per line. Following it delivers every event exactly
//! once, also across a restart of the daemon.

use std::time::Duration;

use protocol::error::ErrorCode;
use protocol::event::{Cursor, Event};

use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::look::thousands;
use crate::ui::Ui;

/// Events per request: so many fit a frame even at their largest usual size.
const PAGE: u32 = 500;
/// Time that one call waits for the next event; the daemon's own limit.
const WAIT: Duration = Duration::from_secs(30);
/// Lost connections in a row after which the error is reported.
const LOSSES_MAX: u32 = 5;

/// Print the history, one JSON object a line
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope events
  demoscope events --after 1200 --follow
  demoscope events --follow | jq -c 'select(.kind == \"study.completed\")'")]
pub(crate) struct Args {
    /// Only what came after the event of this number
    #[arg(long, value_name = "N", default_value_t = 0)]
    after: u64,
    /// Go on as things happen, until interrupted
    #[arg(long)]
    follow: bool,
}

/// Why numbers are missing; printed once.
fn gap(from: u64, event: &Event) -> String {
    format!(
        "Events {} to {} told of single answers and are folded into one, up to {}: their studies ended long ago (events.keep_days).",
        thousands(i128::from(from)),
        thousands(i128::from(event.seq)),
        event.at.strftime("%Y-%m-%d")
    )
}

/// Prints the events after a cursor, and follows the feed when asked to.
pub(crate) async fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let mut link = Link::open(ui, Absent::Start).await?;
    let wait = if args.follow { WAIT } else { Duration::ZERO };
    let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    let mut cursor = Cursor(args.after);
    let mut losses = 0;
    let mut told_of_gap = false;
    while !ui.reader_has_left() {
        let within = wait + Duration::from_secs(15);
        let page = match call!(link, within, events(cursor, PAGE, wait_ms)) {
            Ok(page) => page,
            Err(error)
                if args.follow && error.code == ErrorCode::Unreachable && losses < LOSSES_MAX =>
            {
                losses += 1;
                link.reopen(ui).await?;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        losses = 0;
        if page.events.is_empty() && !args.follow {
            break;
        }
        for event in &page.events {
            if !told_of_gap && let Some(from) = event.folded_from() {
                told_of_gap = true;
                ui.say(&gap(from, event));
            }
            ui.json_line(event)?;
        }
        cursor = page.next;
    }
    Ok(Exit::Done)
}
