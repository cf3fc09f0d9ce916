//! `demoscope engines` and `engines check NAME`: what can answer, and whether it does.

use protocol::safe;
use protocol::service::{EngineCheck, EngineInfo};

use super::doctor;
use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::look::{Look, Role, pad};
use crate::ui::Ui;

/// Show what can answer; `engines check NAME` makes one small call and says what works
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  demoscope engines\n  OPENAI_API_KEY=… demoscope engines check openai\n  demoscope engines check ollama\n\n\
A model service that Demoscope knows needs only its key in the usual variable. Others are\ndescribed in [engine.NAME] of the settings: demoscope config --path"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// Print an array of engines
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Make one small call to an engine and say what works; exits 1 when something does not
    Check {
        /// The engine's name
        name: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

/// Lists engines, or checks one.
pub(crate) async fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    link.offer().await?;
    match &args.verb {
        None => {
            let engines = call!(link, engines())?;
            if args.json {
                ui.json(&engines)?;
            } else {
                let text = list(&engines, ui.look);
                ui.data(&text)?;
            }
            Ok(Exit::Done)
        }
        Some(Verb::Check { name, json }) => {
            let seen = call!(link, check_engine(name.clone()))?;
            if *json {
                ui.json(&seen)?;
            } else {
                let text = describe(&seen, ui.look);
                ui.data(&text)?;
            }
            let works = seen.checks.iter().all(|check| check.ok);
            Ok(if works { Exit::Done } else { Exit::Unsound })
        }
    }
}

fn list(engines: &[EngineInfo], look: Look) -> String {
    let mut out = String::new();
    for engine in engines {
        let mark = if engine.ready {
            look.paint(Role::Good, look.glyph("●", "*"))
        } else {
            look.paint(Role::Dim, look.glyph("○", "-"))
        };
        let rest = match (&engine.lacks, &engine.model) {
            (Some(lacks), _) => look.paint(Role::Dim, &safe::line(lacks)),
            (None, model) => {
                let model = model.as_deref().map(safe::line).unwrap_or_default();
                let price = match engine.price_usd {
                    Some((input, output)) if input + output > 0.0 => {
                        format!("${input} / ${output} per million tokens")
                    }
                    Some(_) => "free".to_owned(),
                    None => "price unknown".to_owned(),
                };
                format!("{} {}", pad(&model, 40), look.paint(Role::Dim, &price))
            }
        };
        out.extend([&mark, " ", &pad(&safe::line(&engine.name), 12), " ", rest.as_str(), "\n"]);
    }
    out
}

fn describe(seen: &EngineCheck, look: Look) -> String {
    let model = seen.engine.model.as_deref().map(safe::line).unwrap_or_default();
    let at = seen
        .engine
        .origin
        .as_deref()
        .map_or(String::new(), |origin| format!(" at {}", safe::line(origin)));
    let head = format!("{} · {model}{at}\n", safe::line(&seen.engine.name));
    let tail = format!("It took {} ms and cost ${:.6}.\n", seen.latency_ms, seen.cost_usd);
    head + &doctor::describe(&seen.checks, look) + &tail
}
