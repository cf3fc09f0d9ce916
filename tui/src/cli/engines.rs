//! The `demoscope engines`, `engines check NAME` and `engines tune NAME` commands: the engines, a test call, and their
//! rate limits.

use protocol::safe;
use protocol::service::{EngineCheck, EngineInfo, EngineRole, Tuning};

use super::doctor;
use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::look::{Look, Role, pad, thousands};
use crate::ui::Ui;

/// Show what can answer; `engines check NAME` makes one small call and says what works
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  demoscope engines\n  OPENAI_API_KEY=… demoscope engines check openai\n  demoscope engines check ollama\n  demoscope engines tune openai --concurrency 20\n\n\
A model service that Demoscope knows needs only its key in the usual variable. Others are described in [engine.NAME] of the settings, in the file that demoscope config --path names:\n\n\
  [engine.mine]\n  \
  kind = \"openai\"                    whose API it speaks; needed unless NAME is such a service\n  \
  base_url = \"http://127.0.0.1:8080/v1\"\n  \
  model = \"my-model\"\n  \
  api_key_env = \"MY_KEY\"             the variable that holds the key; \"\" for none\n  \
  plain_http = \"http://192.168.1.20:8000\"   the one address to which a key may go unencrypted\n  \
  proxy = \"http://proxy.example.com:3128\"   or \"none\"\n  \
  concurrency = 100                  calls under way at once\n  \
  requests_per_minute = 500\n  \
  tokens_per_minute = 200000\n  \
  structured = \"schema\"              how far it holds a reply to a form: schema, json, text\n  \
  reasoning = false                  whether it thinks before it answers\n  \
  temperature = 1.0\n  \
  output_tokens = 800                longest reply\n  \
  timeout_seconds = 120              one call\n  \
  price = { input = 0.4, output = 1.6, cached_input = 0.1 }   dollars per million tokens\n  \
  embedding_model = \"my-embeddings\"   turns texts into vectors, for elicitation: [direct, ssr]\n  \
  embedding_price = 0.02             dollars per million tokens\n\n  \
  [engine.mixed]                     several under one name\n  \
  engines = [\"openai\", \"mine\"]\n  \
  strategy = \"round_robin\"           or failover\n\n\
What changes of it at run time is put into force by demoscope config --apply, which also says what is wrong.\n\n\
What a service refuses is learnt and remembered, as the list shows; `engines check NAME` tries it anew."
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
    /// Change how fast an engine is asked, also while studies are at work on it
    #[command(
        after_help = "It holds until the daemon ends; [engine.NAME] in the settings is for what shall stay.\nWithout a limit, the settings file is read again."
    )]
    Tune {
        /// The engine's name
        name: String,
        /// Calls under way at once
        #[arg(long, value_name = "N")]
        concurrency: Option<u32>,
        /// Requests a minute; 0 is without limit
        #[arg(long, value_name = "N")]
        requests_per_minute: Option<u32>,
        /// Tokens a minute, sent and received; 0 is without limit
        #[arg(long, value_name = "N")]
        tokens_per_minute: Option<u32>,
        /// Print what holds now as one JSON object
        #[arg(long)]
        json: bool,
    },
}

/// Lists, checks or tunes engines.
pub(crate) async fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    match &args.verb {
        None => {
            let engines = call!(link, engines())?;
            if args.json {
                ui.json(&engines)?;
            } else {
                let text = list(&engines, ui.look);
                ui.text(&text)?;
            }
            Ok(Exit::Done)
        }
        Some(Verb::Check { name, json }) => {
            let seen = call!(link, check_engine(name.clone()))?;
            if *json {
                ui.json(&seen)?;
            } else {
                let text = describe(&seen, ui.look);
                ui.text(&text)?;
            }
            let works = seen.checks.iter().all(|check| check.ok);
            Ok(if works { Exit::Done } else { Exit::Unsound })
        }
        Some(Verb::Tune { name, concurrency, requests_per_minute, tokens_per_minute, json }) => {
            let given = Tuning {
                concurrency: *concurrency,
                requests_per_minute: *requests_per_minute,
                tokens_per_minute: *tokens_per_minute,
            };
            let wanted = (given != Tuning::default()).then_some(given);
            let now = call!(link, tune_engine(name.clone(), wanted))?;
            if *json {
                ui.json(&now)?;
            } else {
                ui.say(&limits(name, &now));
            }
            Ok(Exit::Done)
        }
    }
}

/// The limits in force, in words.
fn limits(name: &str, tuning: &Tuning) -> String {
    let count = |limit: Option<u32>, what: &str| match limit {
        Some(limit) => format!("{} {what} a minute", thousands(limit)),
        None => format!("any number of {what} a minute"),
    };
    let calls = tuning
        .concurrency
        .map_or_else(String::new, |calls| format!("{} calls at once, ", thousands(calls)));
    format!(
        "{} takes {calls}{} and {} now.",
        safe::line(name),
        count(tuning.requests_per_minute, "requests"),
        count(tuning.tokens_per_minute, "tokens")
    )
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
                    Some(_) if engine.is_free_here => "free: a local address".to_owned(),
                    Some(_) => "free".to_owned(),
                    None if engine.is_pool() => "each of its engines at its own price".to_owned(),
                    None => "price unknown".to_owned(),
                };
                let price = match engine.role {
                    EngineRole::Answers => price,
                    EngineRole::Embeds => format!("{price}, for ssr only: it answers nobody"),
                };
                format!("{} {}", pad(&model, 40), look.paint(Role::Dim, &price))
            }
        };
        out.extend([&mark, " ", &pad(&safe::line(&engine.name), 12), " ", rest.as_str(), "\n"]);
        if let Some(place) = place(engine) {
            let place = format!("{}{place}{}", " ".repeat(15), listens(engine));
            out.extend([look.paint(Role::Dim, &place).as_str(), "\n"]);
        }
        for learnt in &engine.learnt {
            let learnt = format!("{}learnt: {}", " ".repeat(15), safe::line(learnt));
            out.extend([look.paint(Role::Dim, &learnt).as_str(), "\n"]);
        }
    }
    out
}

/// The address of an engine, its source, and the key in use.
fn place(engine: &EngineInfo) -> Option<String> {
    let address = safe::line(engine.address.as_deref()?);
    let from = engine.address_from.as_deref().map(safe::line).unwrap_or_default();
    let key = match &engine.key_from {
        Some(variable) => format!("key from ${}", safe::line(variable)),
        None => "no key".to_owned(),
    };
    Some(format!("{address} ({from}), {key}"))
}

/// What was found at an address of this machine.
fn listens(engine: &EngineInfo) -> String {
    match engine.listens {
        None => String::new(),
        Some(false) => "; nothing listens there".to_owned(),
        Some(true) if engine.serves.is_empty() => "; a server listens".to_owned(),
        Some(true) => {
            let names: Vec<_> = engine.serves.iter().map(|name| safe::line(name)).collect();
            format!("; a server listens, with {}", names.join(", "))
        }
    }
}

fn describe(seen: &EngineCheck, look: Look) -> String {
    let model = seen.engine.model.as_deref().map(safe::line).unwrap_or_default();
    let at = place(&seen.engine).map_or(String::new(), |place| format!(" at {place}"));
    let head = format!("{} · {model}{at}\n", safe::line(&seen.engine.name));
    let tail = format!("It took {} ms and cost ${:.6}.\n", seen.latency_ms, seen.cost_usd);
    head + &doctor::describe(&seen.checks, look) + &tail
}
