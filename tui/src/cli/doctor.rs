//! The `demoscope doctor` command: an audit of every invariant. It exits 1 when one does not hold.

use protocol::paths::Paths;
use protocol::safe;
use protocol::service::Check;

use crate::cli::daemon;
use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::look::{Look, Role, pad};
use crate::ui::Ui;

/// Audit the store, the ledger and the daemon; exits 1 when something is broken
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  demoscope doctor\n  demoscope doctor --json | jq '.[] | select(.ok | not)'"
)]
pub(crate) struct Args {
    /// Print an array of checks
    #[arg(long)]
    json: bool,
}

/// Runs every check and prints the results.
pub(crate) async fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    let mut checks = call!(link, doctor())?;
    checks.push(on_disk(&link.paths));
    if args.json {
        ui.json(&checks)?;
    } else {
        let text = describe(&checks, ui.look);
        ui.data(&super::fitted(&text, ui.look))?;
    }
    Ok(if checks.iter().all(|check| check.ok) { Exit::Done } else { Exit::Unsound })
}

/// The file system that holds the data: one without locks, or one that two machines share, is told by its kind. Where no daemon
/// starts for want of locks, that error names it.
fn on_disk(paths: &Paths) -> Check {
    let detail = match daemon::file_system(paths) {
        Some(kind) => format!("{kind}, with locks"),
        None => "with locks; its kind is not told here".to_owned(),
    };
    Check { name: "data.file_system".to_owned(), ok: true, detail, hint: None }
}

/// The checks as text, with a verdict.
pub(crate) fn describe(checks: &[Check], look: Look) -> String {
    let mut out = String::new();
    for check in checks {
        let mark = if check.ok {
            look.paint(Role::Good, look.glyph("✓", "ok  "))
        } else {
            look.paint(Role::Bad, look.glyph("✗", "FAIL"))
        };
        let name = safe::line(&check.name);
        out.extend([&mark, " ", &pad(&name, 30), " ", &safe::line(&check.detail), "\n"]);
        if let Some(hint) = &check.hint
            && !check.ok
        {
            let hint = format!("hint: {}", safe::line(hint));
            out.extend(["    ", &look.paint(Role::Accent, &hint), "\n"]);
        }
    }
    let broken = checks.iter().filter(|check| !check.ok).count();
    let verdict = match broken {
        0 => format!("All {} checks hold.\n", checks.len()),
        1 => "1 check is broken.\n".to_owned(),
        _ => format!("{broken} checks are broken.\n"),
    };
    out + &verdict
}
