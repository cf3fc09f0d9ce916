//! The `demoscope credits` command: the owner's balance, grants, and the statement of the ledger.

use jiff::tz::TimeZone;
use protocol::credits::Credits;
use protocol::ledger::{Amount, Balance, Transfer};
use protocol::safe;

use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::look::{Look, Role, pad, pad_left, thousands};
use crate::ui::Ui;

/// See the budget of credits, add to it, or read its statement
///
/// A credit pays for one answer. Credits are your own budget; the built-in engine costs no money.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope credits
  demoscope credits grant 5000
  demoscope credits statement --limit 20")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Add credits that do not lapse at the end of the month
    Grant {
        /// How many, at least 1
        #[arg(value_parser = clap::value_parser!(i64).range(1..))]
        credits: i64,
        /// Print the new balance as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Every movement, newest first
    Statement {
        /// At most this many
        #[arg(long, value_name = "N")]
        limit: Option<u32>,
        /// Print an array of transfers
        #[arg(long)]
        json: bool,
    },
}

/// Prints the balance, after a grant if one is requested.
pub(crate) async fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    let (balance, json) = match &args.verb {
        None => (call!(link, credits())?, args.json),
        Some(Verb::Grant { credits, json }) => {
            (call!(link, grant(Credits(*credits)))?, *json || args.json)
        }
        Some(Verb::Statement { limit, json }) => {
            statement(&link, *limit, *json || args.json, ui).await?;
            return Ok(Exit::Done);
        }
    };
    if json {
        ui.json(&balance)?;
    } else {
        let text = describe(&balance, ui.look);
        ui.text(&text)?;
    }
    Ok(Exit::Done)
}

fn describe(balance: &Balance, look: Look) -> String {
    let rows = [
        ("Spendable now", thousands(balance.balance.0)),
        ("Held by running studies", thousands(balance.held.0)),
        ("Used this month", thousands(balance.used_this_month.0)),
        ("Real cost this month", format!("${:.2}", balance.cost_usd_this_month)),
    ];
    let head = format!(
        "Credits · {} tier · {} (UTC)",
        safe::line(&balance.tier),
        safe::line(&balance.billing_period)
    );
    let head = if look.glyph(true, false) { head } else { head.replace('·', "-") };
    let mut out = format!("{}\n", look.paint(Role::Strong, &head));
    for (what, amount) in rows {
        out.extend(["  ", &pad(what, 26), &pad_left(&amount, 10), "\n"]);
    }
    out
}

async fn statement(
    link: &Link,
    limit: Option<u32>,
    json: bool,
    ui: &mut Ui,
) -> Result<(), Failure> {
    let mut transfers: Vec<Transfer> = Vec::new();
    let mut offset = 0;
    loop {
        let seen = u32::try_from(transfers.len()).unwrap_or(u32::MAX);
        let room = limit.unwrap_or(u32::MAX).saturating_sub(seen);
        if room == 0 {
            break;
        }
        let page = call!(link, statement(offset, room.min(200)))?;
        transfers.extend(page.items);
        match page.next {
            Some(next) if next > offset => offset = next,
            _ => break,
        }
    }
    if json {
        return ui.json(&transfers);
    }
    let zone = TimeZone::system();
    let look = ui.look;
    let text: String = transfers.iter().map(|transfer| line(transfer, &zone, look)).collect();
    ui.data(&super::fitted(&text, look))
}

fn line(transfer: &Transfer, zone: &TimeZone, look: Look) -> String {
    let at = transfer.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let study = transfer.study.map(|study| study.short()).unwrap_or_default();
    let arrow = look.glyph("→", "->");
    let from = transfer.postings.iter().find(|posting| is_negative(posting.amount));
    let to = transfer.postings.iter().find(|posting| !is_negative(posting.amount));
    let way = match (from, to) {
        (Some(from), Some(to)) => {
            format!("{} {arrow} {}", safe::line(&from.account), safe::line(&to.account))
        }
        _ => String::new(),
    };
    let amount = to.map(|posting| shown(posting.amount)).unwrap_or_default();
    format!(
        "{} {} {} {}  {}\n",
        look.paint(Role::Dim, &at),
        pad(&safe::line(&transfer.kind), 10),
        pad(&study, 8),
        pad_left(&amount, 10),
        look.paint(Role::Dim, &way)
    )
}

fn is_negative(amount: Amount) -> bool {
    match amount {
        Amount::Credits(credits) => credits.is_negative(),
        Amount::UsdMicros(micros) => micros.is_negative(),
    }
}

fn shown(amount: Amount) -> String {
    match amount {
        Amount::Credits(credits) => thousands(credits.0),
        Amount::UsdMicros(micros) => format!("${:.6}", micros.dollars()),
    }
}
