//! The `demoscope config` command: each setting with its value and source. It reads what the daemon would read and
//! never starts one; when a daemon runs with other settings it reports them, and `--apply` puts those into force that
//! can change at run time.

use std::collections::BTreeMap;
use std::time::Duration;

use protocol::paths::Paths;
use protocol::safe;
use protocol::service::{Comes, SettingChange};

use crate::cli::daemon;
use crate::failure::{Exit, Failure};
use crate::json::{self, Layout};
use crate::link::{Absent, Link, call};
use crate::look::{Role, pad};
use crate::ui::Ui;

/// Show each setting with its source
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope config
  $EDITOR \"$(demoscope config --path)\" && demoscope config --apply
  DEMOSCOPE_LIMITS_PANEL_MAX=50000 demoscope config | grep panel_max

What [engine.NAME] takes: demoscope engines --help")]
pub(crate) struct Args {
    /// Print the path of the settings file, whether it exists or not
    #[arg(long, conflicts_with = "json")]
    path: bool,
    /// Print one JSON object: key, then { value, source }
    #[arg(long)]
    json: bool,
    /// Put into force what a running daemon can take over at once, and say what waits for its next start
    #[arg(long, conflicts_with = "path")]
    apply: bool,
}

/// Time limit for the daemon to compare its settings; without a response the settings are shown all the same.
const COMPARES_WITHIN: Duration = Duration::from_secs(5);

/// Prints the settings, or the path of their file.
pub(crate) async fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let paths = Paths::resolve()?;
    if args.path {
        let path = paths.config.to_string_lossy();
        ui.data(&format!("{}\n", safe::line(&path)))?;
        return Ok(Exit::Done);
    }
    let settings = daemon::settings(&paths)?;
    if args.apply {
        return apply(args.json, ui).await;
    }
    if args.json {
        let by_key: BTreeMap<&str, serde_json::Value> = settings
            .iter()
            .map(|setting| {
                let shown = serde_json::json!({ "value": setting.value, "source": setting.source });
                (setting.key.as_str(), shown)
            })
            .collect();
        ui.json(&by_key)?;
        compare(ui).await;
        return Ok(Exit::Done);
    }
    let mut rows = Vec::new();
    for setting in &settings {
        let value = json::text(&setting.value, Layout::Line).map_err(|error| {
            Failure::invalid(format!("A setting is no JSON: {error}")).because(&error)
        })?;
        rows.push((setting.key.as_str(), value, safe::line(&setting.source)));
    }
    let keys = rows.iter().map(|(key, _, _)| key.len()).max().unwrap_or(0);
    let values = rows.iter().map(|(_, value, _)| value.len()).max().unwrap_or(0).min(28);
    let look = ui.look;
    let mut text = String::new();
    for (key, value, source) in &rows {
        let source = look.paint(Role::Dim, source);
        let columns = [pad(key, keys), pad(value, values), source];
        text.push_str(&columns.join("  "));
        text.push('\n');
    }
    ui.text(&text)?;
    compare(ui).await;
    Ok(Exit::Done)
}

/// Reports settings that a running daemon does not use yet. A daemon that does not run or respond is no error here.
async fn compare(ui: &mut Ui) {
    let Ok(link) = Link::connect(ui, Absent::Report).await else { return };
    let Ok(changes) = call!(link, COMPARES_WITHIN, settings(false)) else { return };
    for change in &changes {
        ui.say(&sentence(change));
    }
    if changes.iter().any(|change| change.comes == Comes::WhenApplied) {
        ui.say("hint: demoscope config --apply");
    }
}

async fn apply(as_json: bool, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Report).await.map_err(|failure| {
        failure.hint("Start a daemon, which reads all settings when it starts")
    })?;
    let changes = call!(link, settings(true))?;
    if as_json {
        ui.json(&changes)?;
        return Ok(Exit::Done);
    }
    for change in &changes {
        ui.say(&sentence(change));
    }
    if changes.is_empty() {
        ui.say("The daemon works with these settings already.");
    }
    if changes.iter().any(|change| matches!(change.comes, Comes::AtStart | Comes::WithMonth)) {
        ui.say(
            "hint: demoscope daemon stop, then demoscope daemon start; unfinished studies go on",
        );
    }
    Ok(Exit::Done)
}

/// The effect of a changed setting, as a sentence.
fn sentence(change: &SettingChange) -> String {
    let shown = |value: &Option<serde_json::Value>| {
        value.as_ref().map_or("nothing".to_owned(), ToString::to_string)
    };
    let (before, after) = (shown(&change.in_force), shown(&change.wanted));
    let line = match change.comes {
        Comes::Now => format!("{} is {after} now; it was {before}.", change.key),
        Comes::WhenApplied => {
            format!("{}: the daemon works with {before}, the settings say {after}.", change.key)
        }
        Comes::AtStart => format!(
            "{}: the daemon works with {before}; {after} comes when it starts the next time.",
            change.key
        ),
        Comes::WithMonth => format!(
            "{}: the daemon works with {before}; {after} comes with the first month that begins after its next start, since \
             each month's credits are granted once. `demoscope credits grant` adds some now.",
            change.key
        ),
    };
    safe::line(&line).into_owned()
}
