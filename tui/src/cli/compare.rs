//! The `demoscope compare` command: two studies compared, pairwise where the same respondents answered both.

use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::report;
use crate::ui::Ui;

/// Compare two studies of the same kind
///
/// Studies with the same audience, panel size and seed have the same people: each is then compared with themself, which
/// shows small differences with few people. Otherwise the two panels are compared as independent groups.
///
/// The built-in respondent model moves a little between texts that say the same. Where it read two different texts, intervals
/// and p include that (wording_sd), and a difference that is beyond chance but not beyond it is said to be less than another
/// wording would make.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope compare 3f2a 9b1c
  demoscope compare 3f2a @ --of would_buy_pct
  demoscope compare 3f2a @ --json | jq .overall")]
pub(crate) struct Args {
    /// The first study: an id, the beginning of one, or @ for the latest
    first: String,
    /// The second study; differences are second minus first
    second: String,
    /// Which result is compared: an estimate as --json names it, or theme.NAME, appeal.NAME, concern.NAME
    #[arg(long, value_name = "RESULT")]
    of: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Prints the comparison of the two studies.
pub(crate) async fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    let a = call!(link, find(args.first.clone()))?;
    let b = call!(link, find(args.second.clone()))?;
    let found = call!(link, compare(a.id, b.id, args.of.clone()))?;
    if args.json {
        ui.json(&found)?;
    } else {
        let look = ui.look;
        ui.data(&report::comparison(&a, &b, &found, look))?;
    }
    Ok(Exit::Done)
}
