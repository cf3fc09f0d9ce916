//! `demoscope config`: each setting in force, its value, and where that comes from. It reads what the daemon would
//! read and never starts one.

use std::collections::BTreeMap;

use protocol::paths::Paths;
use protocol::safe;

use crate::cli::daemon;
use crate::failure::{Exit, Failure};
use crate::json::{self, Layout};
use crate::look::{Role, pad};
use crate::ui::Ui;

/// Show each setting with its source
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope config
  $EDITOR \"$(demoscope config --path)\"
  DEMOSCOPE_LIMITS_PANEL_MAX=50000 demoscope config | grep panel_max")]
pub(crate) struct Args {
    /// Print the path of the settings file, whether it exists or not
    #[arg(long, conflicts_with = "json")]
    path: bool,
    /// Print one JSON object: key, then { value, source }
    #[arg(long)]
    json: bool,
}

/// Prints the settings, or where their file is.
pub(crate) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let paths = Paths::resolve()?;
    if args.path {
        let path = paths.config.to_string_lossy();
        ui.data(&format!("{}\n", safe::line(&path)))?;
        return Ok(Exit::Done);
    }
    let settings = daemon::settings(&paths)?;
    if args.json {
        let by_key: BTreeMap<&str, serde_json::Value> = settings
            .iter()
            .map(|setting| {
                let shown = serde_json::json!({ "value": setting.value, "source": setting.source });
                (setting.key.as_str(), shown)
            })
            .collect();
        ui.json(&by_key)?;
        return Ok(Exit::Done);
    }
    let mut rows = Vec::new();
    for setting in &settings {
        let value = json::text(&setting.value, Layout::Line)
            .map_err(|error| Failure::invalid(format!("A setting is no JSON: {error}.")))?;
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
    ui.data(&text)?;
    Ok(Exit::Done)
}
