//! The `demoscope hooks sources` commands: from where hooks come in, what they do, and what came in.

use std::ffi::OsString;
use std::path::Path;

use jiff::tz::TimeZone;
use protocol::credits::{Credits, UsdMicros};
use protocol::hook_in::{
    HookAction, HookSource, ImportOrigin, ReceivedHook, ReceivedState, SourceCaps, SourceKind,
    SourceRequest,
};
use protocol::safe;

use super::super::watch::dollars;
use super::of_variable;
use super::table::below_if_long;
use crate::failure::{Exit, Failure};
use crate::link::{Link, call};
use crate::look::{Look, Role, pad, thousands};
use crate::report;
use crate::ui::Ui;

/// Hooks that are listed.
const LISTED: u32 = 50;

/// From where hooks come in, and what they do
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope hooks sources add site --kind github --do evaluate=drafts/landing.md --events push
  demoscope hooks sources add cms --kind generic --do submit=template.md --content /page/text \\
      --max-credits 500
  demoscope hooks sources add reviews --kind refynd --do import --secret-env REFYND_API_KEY
  demoscope hooks sources add people --kind candor --do import --api https://candor.sh/api \\
      --api-key-env CANDOR_API_KEY --secret-env CANDOR_HOOK_SECRET
  demoscope hooks sources list
  demoscope hooks sources received

A source sends to /hooks/in/NAME of the HTTP listener; `demoscope daemon status` tells its \
address. Its hooks are signed with its secret, which is shown once. What they do is declared here \
and decided by nothing in them: evaluate looks at a watched file as if it had been saved; submit \
takes one text of the JSON body, or of the JSON under `payload` of a form, below the settings of a \
template; import keeps a result of another service, to be read with list --external, show, findings \
and export, and never as one of ours. Each hook is acted on once; one whose action failed is taken \
again when it is sent again.")]
pub(crate) struct SourcesArgs {
    #[command(subcommand)]
    verb: SourcesVerb,
}

#[derive(Debug, clap::Subcommand)]
enum SourcesVerb {
    /// Add a source; its secret is shown this once
    Add(AddSourceArgs),
    /// The sources, and what came in last
    List(SourcesJsonArgs),
    /// Take no hooks of it any more
    Remove(RemoveSourceArgs),
    /// What came in within seven days, newest first
    Received(SourcesJsonArgs),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "\
A hook is known again by its id for seven days: sent again, it is answered `repeated` and does \
nothing, unless what it asked for failed. The id is what the sender gives (webhook-id, \
X-GitHub-Delivery, X-Candor-Delivery-Id), of refynd the run with its event, and of generic the \
SHA-256 of the body, since only that is signed. So a generic sender whose body never changes is \
acted on ONCE IN SEVEN DAYS: have it put the time or a counter into the body.

A template is read when the source is added, and is not read again: to change it, remove the \
source and add it again. What still waits of the removed one fails.

import reads the result from the body: of refynd as its results endpoint has it; of standard and \
generic as { \"id\", \"name\", \"completed_at\", \"respondents\", \"text\", \"numbers\": [ { \"of\", \
\"value\", \"low\", \"high\", \"level\", \"n\" } ], \"findings\": [ { \"priority\", \"title\", \"detail\", \
\"action\", \"quotes\" } ] }, at the top or under `data`. id, name, of and title are texts; numbers are \
numbers; completed_at is a time as in 2026-11-30T10:00:00Z, and quotes a list of texts; what is not \
known is left out. Hooks of candor only name a study: its results or findings are fetched below \
--api with the key in --api-key-env, which is shown to that origin alone and kept in memory; without \
them the hook is noted. An id that was imported stays as it was told first. A body with a field \
twice is refused, because readers differ in which one they take.

--max-credits and --max-usd hold for what submit sets aside in a day (UTC); what a study does not \
use comes back when it ends. What evaluate does counts at the watch of the file.")]
struct AddSourceArgs {
    /// Its name, which is in its address: a-z, 0-9 and -
    name: String,
    /// How it signs: standard, github, candor, refynd or generic
    #[arg(long)]
    kind: SourceKind,
    /// What its hooks do: note, evaluate=FILE, submit=TEMPLATE or import
    #[arg(long = "do", value_name = "ACTION", default_value = "note")]
    action: OsString,
    /// With submit: where the text is in the body, as a JSON pointer
    #[arg(long, value_name = "POINTER")]
    content: Option<String>,
    /// With import and candor: the https address below which results are fetched
    #[arg(long, value_name = "URL", requires = "api_key_env")]
    api: Option<String>,
    /// The variable that holds the key for --api
    #[arg(long, value_name = "VARIABLE", requires = "api")]
    api_key_env: Option<String>,
    /// Only hooks of this event do it; may be given several times. All but pings by default
    #[arg(long = "events", value_name = "EVENT")]
    events: Vec<String>,
    /// With submit: the most credits to set aside in a day
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    max_credits: Option<i64>,
    /// With submit: the most dollars to announce in a day; 5 by default
    #[arg(long, value_name = "USD", value_parser = dollars)]
    max_usd: Option<UsdMicros>,
    /// The variable that holds the secret; one is made without it
    #[arg(long, value_name = "VARIABLE")]
    secret_env: Option<String>,
    /// Print one JSON object, with the secret
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct SourcesJsonArgs {
    /// Print an array
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct RemoveSourceArgs {
    /// Its name
    name: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Runs the command that the arguments name.
pub(super) async fn run(link: &Link, args: SourcesArgs, ui: &mut Ui) -> Result<Exit, Failure> {
    match args.verb {
        SourcesVerb::Add(args) => add(link, args, ui).await,
        SourcesVerb::List(args) => list(link, &args, ui).await,
        SourcesVerb::Remove(args) => remove(link, args, ui).await,
        SourcesVerb::Received(args) => received(link, &args, ui).await,
    }
}

async fn add(link: &Link, args: AddSourceArgs, ui: &mut Ui) -> Result<Exit, Failure> {
    let AddSourceArgs { name, kind, action, content, events, api, api_key_env, .. } = args;
    let AddSourceArgs { max_credits, max_usd, secret_env, json, .. } = args;
    let from = api.zip(api_key_env).map(|(base_url, key_env)| ImportOrigin { base_url, key_env });
    let fetches = from.is_some();
    let action = action_of(&action, content, from)?;
    if (max_credits.is_some() || max_usd.is_some()) && !matches!(action, HookAction::Submit { .. })
    {
        return Err(Failure::invalid("Only what submit does counts at a source").hint(
            "Set what evaluate may use at the watch of the file, with `demoscope watch add`",
        ));
    }
    let usual = SourceCaps::default();
    let caps = SourceCaps {
        credits_per_day: max_credits.map(Credits).or(usual.credits_per_day),
        cost_per_day: max_usd.or(usual.cost_per_day),
    };
    let secret = secret_env.map(|name| of_variable(&name)).transpose()?;
    if kind == SourceKind::Refynd && secret.is_none() {
        return Err(Failure::invalid(
            "A source of kind refynd signs with the API key that is used there",
        )
        .hint("Give the variable that holds the key with --secret-env"));
    }
    let request = SourceRequest { name, kind, action, events, secret, caps };
    let added = call!(link, add_source(request))?;
    if fetches {
        // The variable is known to the daemon now, and its value is in this environment.
        link.offer().await;
    }
    if json {
        ui.json(&added)?;
        return Ok(Exit::Done);
    }
    let status = call!(link, status())?;
    let path = &added.source.path;
    match status.http {
        Some(address) => ui.say(&format!("Hooks of {} go to {address}{path}", added.source.name)),
        None => ui.say(&format!(
            "Hooks of {} go to {path}, once the HTTP listener is on (http.listen).",
            added.source.name
        )),
    }
    if kind == SourceKind::Generic && added.source.action != HookAction::Note {
        ui.say("A body that is the same as one within seven days does nothing: put a time or a number in it.");
    }
    if let Some(secret) = &added.secret {
        ui.say("Their secret, which is not shown again:");
        ui.data(&format!("{secret}\n"))?;
    }
    Ok(Exit::Done)
}

/// What is typed behind --do.
fn action_of(
    typed: &OsString,
    content: Option<String>,
    from: Option<ImportOrigin>,
) -> Result<HookAction, Failure> {
    let typed = typed.to_str().ok_or_else(|| {
        Failure::invalid("The path behind --do is not UTF-8")
            .hint("Rename the file with plain characters")
    })?;
    if from.is_some() && typed != "import" {
        return Err(Failure::invalid("Only import fetches anything")
            .hint("Leave --api and --api-key-env out"));
    }
    match (typed.split_once('='), content) {
        (None, None) if typed == "import" => Ok(HookAction::Import { from }),
        (None, None) if typed == "note" => Ok(HookAction::Note),
        (Some(("evaluate", path)), None) => {
            let path = super::super::watch::whole(&OsString::from(path)).map_err(|problem| {
                Failure::problems("The file cannot be evaluated", vec![problem])
            })?;
            Ok(HookAction::Evaluate { path })
        }
        (Some(("submit", path)), Some(content)) => {
            let template = std::fs::read_to_string(Path::new(path)).map_err(|error| {
                let shown = safe::line(path);
                Failure::invalid(format!("The template {shown} cannot be read: {error}"))
                    .because(&error)
            })?;
            Ok(HookAction::Submit { template, content })
        }
        (Some(("submit", _)), None) => {
            Err(Failure::invalid("It is not said which text is submitted")
                .hint("Give its place in the body with --content, as in --content /data/text"))
        }
        _ => Err(Failure::invalid("What its hooks do cannot be read")
            .hint("Give --do note, --do evaluate=FILE, --do import, or --do submit=TEMPLATE with --content")),
    }
}

async fn list(link: &Link, args: &SourcesJsonArgs, ui: &mut Ui) -> Result<Exit, Failure> {
    let sources = call!(link, sources())?;
    if args.json {
        ui.json(&sources)?;
    } else if sources.is_empty() {
        ui.say("No hooks are taken. Begin with: demoscope hooks sources add NAME --kind KIND");
    } else {
        let text = table(&sources, &TimeZone::system(), ui.look);
        ui.data(&crate::cli::fitted(&text, ui.look))?;
    }
    Ok(Exit::Done)
}

async fn remove(link: &Link, args: RemoveSourceArgs, ui: &mut Ui) -> Result<Exit, Failure> {
    let source = call!(link, remove_source(args.name))?;
    if args.json {
        ui.json(&source)?;
    } else {
        ui.say(&format!("No hooks of {} are taken any more. Its studies stay.", source.name));
    }
    Ok(Exit::Done)
}

async fn received(link: &Link, args: &SourcesJsonArgs, ui: &mut Ui) -> Result<Exit, Failure> {
    let page = call!(link, received_hooks(0, LISTED))?;
    if args.json {
        ui.json(&page.items)?;
    } else if page.items.is_empty() {
        ui.say("Nothing came in within seven days.");
    } else {
        let zone = TimeZone::system();
        let text: String = page.items.iter().map(|one| row(one, &zone, ui.look)).collect();
        ui.data(&crate::cli::fitted(&text, ui.look))?;
    }
    Ok(Exit::Done)
}

fn table(sources: &[HookSource], zone: &TimeZone, look: Look) -> String {
    let mut out = String::new();
    for source in sources {
        let action = match &source.action {
            HookAction::Note => "notes them".to_owned(),
            HookAction::Import { from: None } => "imports what they tell".to_owned(),
            HookAction::Import { from: Some(from) } => {
                let (url, key) = (safe::line(&from.base_url), safe::line(&from.key_env));
                format!("imports from {url} with the key in {key}")
            }
            HookAction::Evaluate { path } => format!("evaluates {}", safe::line(path)),
            HookAction::Submit { content, .. } => {
                let at = source.added_at.to_zoned(zone.clone()).strftime("%Y-%m-%d").to_string();
                format!("submits the text at {}, template of {at}", safe::line(content))
            }
        };
        let name = look.paint(Role::Strong, &pad(&source.name, 16));
        out.push_str(&format!("{name} {} {action}\n", pad(source.kind.as_str(), 9)));
        let events = if source.events.is_empty() {
            String::new()
        } else {
            format!(" · only {}", safe::line(&source.events.join(", ")))
        };
        let used =
            format!("  {}{events} · {} within seven days", source.path, thousands(source.received));
        let used = used + &room(source);
        out.push_str(&look.paint(Role::Dim, &used));
        out.push('\n');
        if let Some(last) = &source.last {
            out.push_str(&format!("  {}", row(last, zone, look)));
        }
        if let Some((at, why)) = &source.refused {
            let at = at.to_zoned(zone.clone()).strftime("%m-%d %H:%M").to_string();
            let told = format!("  {at} refused: {}", safe::line(why));
            out.push_str(&look.paint(Role::Warning, &told));
            out.push('\n');
        }
    }
    out
}

/// What the studies of a source may use, and have used today.
fn room(source: &HookSource) -> String {
    if !matches!(source.action, HookAction::Submit { .. }) {
        return String::new();
    }
    let credits = match source.caps.credits_per_day {
        Some(cap) => format!(" · {} of {cap} credits today", source.credits_today),
        None => format!(" · {} credits today", source.credits_today),
    };
    let spent = report::dollars(source.cost_today.dollars());
    match source.caps.cost_per_day {
        Some(cap) => format!("{credits}, {spent} of {}", report::dollars(cap.dollars())),
        None if source.cost_today > UsdMicros::ZERO => format!("{credits}, {spent}"),
        None => credits,
    }
}

/// Columns of what stands before the reason in the row of a hook.
const BEGINS: usize = 56;

fn row(one: &ReceivedHook, zone: &TimeZone, look: Look) -> String {
    let role = match one.state {
        ReceivedState::Done => Role::Good,
        ReceivedState::Pending => Role::Accent,
        ReceivedState::Noted => Role::Dim,
        ReceivedState::Failed => Role::Bad,
    };
    let at = one.at.to_zoned(zone.clone()).strftime("%m-%d %H:%M:%S").to_string();
    let event = one.event.as_deref().unwrap_or(look.glyph("—", "-"));
    let what = one.what.as_deref().map_or(String::new(), |what| safe::line(what).into_owned());
    let begin = format!(
        "{at} {} {} {}",
        pad(&look.shorten(&one.source, 16), 16),
        pad(&look.shorten(&safe::line(event), 16), 16),
        look.paint(role, &pad(one.state.as_str(), 7)),
    );
    below_if_long(&begin, BEGINS, (role, &what), look)
}
