//! The `demoscope hooks` command: endpoints to which events are sent, their secrets and the log of deliveries; and the
//! sources from which hooks come in.

mod sources;
mod table;

use jiff::tz::TimeZone;
use protocol::hook::{
    DeliveryQuery, DeliveryState, EndpointControl, EndpointRequest, HookFormat, SecretWish,
};
use protocol::key::KeyId;
use protocol::safe;

use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::ui::Ui;

/// Deliveries a page.
const PAGE: u32 = 200;

/// Tell other systems what happens, by signed webhooks, and take theirs
///
/// An endpoint gets every event that its patterns name, for example study.*, each as one signed POST. An event whose
/// receiver does not reply with 2xx within 10 seconds is sent again, four times in all; then it is kept for 30 days, and
/// redeliver sends it again. A study tells one address of its end by itself, with webhook in its file or --webhook.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope hooks add https://example.com/hook
  demoscope hooks add https://example.com/hook --events 'study.completed' --events 'finding.*'
  demoscope hooks add http://127.0.0.1:9000/hook --allow-private
  demoscope hooks add https://example.com/results --format refynd --key k2
  demoscope hooks test 3f2a
  demoscope hooks deliveries --state dead
  demoscope hooks redeliver msg_9c1e
  demoscope hooks secret          what signs where a study names an address itself

Format standard is that of Standard Webhooks: verify webhook-signature with a library of theirs and the \
secret whsec_…, which is shown once. Format candor signs with X-Candor-Signature. Format refynd sends \
the result of every content review when it ends, in the bytes of GET /api/v1/results/ID, and signs \
X-Refynd-Signature with the SHA-256 of the key that --key names.")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Add an endpoint; its secret is shown this once
    Add(AddEndpointArgs),
    /// The endpoints, and how they fare
    List(JsonArgs),
    /// Send nothing until it is resumed; what happens meanwhile is not sent later
    Pause(NameArgs),
    /// Go on with a paused one
    Resume(NameArgs),
    /// Remove an endpoint; what was not sent is given up
    Remove(NameArgs),
    /// Send a test event to one endpoint
    Test(NameArgs),
    /// Show a secret that was never shown, or make another one
    Secret(SecretArgs),
    /// The log of deliveries, newest first; one with its attempts and what is sent, when its id is given
    Deliveries(DeliveriesArgs),
    /// Send a delivery that is over once more, under the same id
    Redeliver(RedeliverArgs),
    Sources(sources::SourcesArgs),
}

#[derive(Debug, clap::Args)]
struct AddEndpointArgs {
    /// Where to send it: a public https address
    url: String,
    /// The form of what is sent: standard, candor or refynd
    #[arg(long, default_value = "standard")]
    format: HookFormat,
    /// Which events, as in study.completed, study.* or *, of candor also in its words, as in participant.*; may be given
    /// several times. study.* by default
    #[arg(long = "events", value_name = "PATTERN")]
    events: Vec<String>,
    /// The variable that holds the secret to sign with; one is made without it
    #[arg(long, value_name = "VARIABLE")]
    secret_env: Option<String>,
    /// With refynd: the id of the API key whose SHA-256 signs, because the receiver knows that key
    #[arg(long, value_name = "ID")]
    key: Option<KeyId>,
    /// Allow an address on this machine or a private network, and http
    #[arg(long)]
    allow_private: bool,
    /// Print one JSON object, with the secret
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct JsonArgs {
    /// Print an array
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct NameArgs {
    /// The endpoint: the beginning of its id, or its whole address
    id: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct RedeliverArgs {
    /// The delivery: the beginning of its id, as `demoscope hooks deliveries` lists it
    id: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct SecretArgs {
    /// The endpoint; without it, your default secret
    id: Option<String>,
    /// Make another one. Of the standard format both sign for 24 hours; of candor it waits for --use
    #[arg(long)]
    rotate: bool,
    /// Sign with the one that waits, because its receiver knows it now
    #[arg(long = "use", conflicts_with = "rotate")]
    use_waiting: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct DeliveriesArgs {
    /// The beginning of the id of a delivery
    id: Option<String>,
    /// Only those to this endpoint
    #[arg(long, value_name = "ID", conflicts_with = "id")]
    endpoint: Option<String>,
    /// Only pending, delivered or dead ones
    #[arg(long, value_name = "STATE", conflicts_with = "id")]
    state: Option<DeliveryState>,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command that the arguments name.
pub(crate) async fn run(args: Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    match args.verb {
        Verb::Add(args) => add(&link, args, ui).await,
        Verb::List(args) => list(&link, &args, ui).await,
        Verb::Pause(args) => control(&link, args, EndpointControl::Pause, ui).await,
        Verb::Resume(args) => control(&link, args, EndpointControl::Resume, ui).await,
        Verb::Remove(args) => control(&link, args, EndpointControl::Remove, ui).await,
        Verb::Test(args) => test(&link, args, ui).await,
        Verb::Secret(args) => secret(&link, args, ui).await,
        Verb::Deliveries(args) => deliveries(&link, args, ui).await,
        Verb::Redeliver(args) => redeliver(&link, args, ui).await,
        Verb::Sources(args) => sources::run(&link, args, ui).await,
    }
}

async fn add(link: &Link, args: AddEndpointArgs, ui: &mut Ui) -> Result<Exit, Failure> {
    let AddEndpointArgs { url, format, events, secret_env, key, allow_private, json } = args;
    let secret = secret_env.map(|name| of_variable(&name)).transpose()?;
    let request = EndpointRequest { url, format, events, allow_private, secret, key };
    let added = call!(link, add_endpoint(request))?;
    if json {
        ui.json(&added)?;
        return Ok(Exit::Done);
    }
    let endpoint = &added.endpoint;
    let short = table::short(&endpoint.id);
    ui.say(&format!(
        "Endpoint {short} is told of {}: {}",
        endpoint.events.join(", "),
        safe::line(&endpoint.url)
    ));
    if let Some(secret) = &added.secret {
        ui.say("Its secret, which is not shown again:");
        ui.data(&format!("{secret}\n"))?;
    }
    let told = match endpoint.key {
        Some(key) => format!("The SHA-256 of the key {key} signs, as its hexadecimal text."),
        None => format!("Try it with: demoscope hooks test {short}"),
    };
    ui.say(&told);
    Ok(Exit::Done)
}

/// The value of a variable that holds a secret.
fn of_variable(name: &str) -> Result<String, Failure> {
    let value = std::env::var(name).ok().map(|value| value.trim().to_owned());
    value.filter(|value| !value.is_empty()).ok_or_else(|| {
        Failure::invalid(format!("The variable {} holds no text", safe::line(name)))
            .hint("Export it with the secret in it; the secret itself is not an argument")
    })
}

async fn list(link: &Link, args: &JsonArgs, ui: &mut Ui) -> Result<Exit, Failure> {
    let endpoints = call!(link, endpoints())?;
    if args.json {
        ui.json(&endpoints)?;
    } else if endpoints.is_empty() {
        ui.say("Nobody is told of anything. Begin with: demoscope hooks add URL");
    } else {
        let text = table::endpoints(&endpoints, ui.look);
        ui.data(&super::fitted(&text, ui.look))?;
    }
    Ok(Exit::Done)
}

async fn control(
    link: &Link,
    args: NameArgs,
    control: EndpointControl,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let endpoint = call!(link, control_endpoint(args.id, control))?;
    if args.json {
        ui.json(&endpoint)?;
        return Ok(Exit::Done);
    }
    let (short, url) = (table::short(&endpoint.id), safe::line(&endpoint.url));
    ui.say(&match control {
        EndpointControl::Pause => {
            format!("Nothing is sent to {url} until: demoscope hooks resume {short}")
        }
        EndpointControl::Resume => format!("{url} is told again, from now on."),
        EndpointControl::Remove => format!("{url} is told no more. The log stays."),
    });
    Ok(Exit::Done)
}

async fn test(link: &Link, args: NameArgs, ui: &mut Ui) -> Result<Exit, Failure> {
    let seq = call!(link, test_endpoint(args.id.clone()))?;
    if args.json {
        ui.json(&serde_json::json!({ "event": seq }))?;
    } else {
        ui.say(&format!(
            "A test is on its way. See what came of it with: demoscope hooks deliveries --endpoint {}",
            safe::line(&args.id)
        ));
    }
    Ok(Exit::Done)
}

async fn secret(link: &Link, args: SecretArgs, ui: &mut Ui) -> Result<Exit, Failure> {
    let wish = match (args.rotate, args.use_waiting) {
        (true, _) => SecretWish::Rotate,
        (false, true) => SecretWish::Use,
        (false, false) => SecretWish::Show,
    };
    let found = call!(link, hook_secret(args.id.clone(), wish))?;
    // A script that takes the secret from stdout must not go on with an empty one.
    let is_refused = wish == SecretWish::Show && found.secret.is_none();
    if args.json {
        ui.json(&found)?;
        if !is_refused {
            return Ok(Exit::Done);
        }
    }
    let of = match &found.endpoint {
        Some(id) => format!("endpoint {}", table::short(id)),
        None => "studies that name an address".to_owned(),
    };
    let again = args.id.map_or(String::new(), |id| format!(" {}", safe::line(&id)));
    match &found.secret {
        Some(secret) => {
            ui.say(&format!("The secret of {of}, which is not shown again:"));
            ui.data(&format!("{secret}\n"))?;
        }
        None if is_refused => {}
        None => ui.say(&format!("It signs for {of} from now on.")),
    }
    if let Some(until) = found.both_until {
        let until = until.to_zoned(TimeZone::system()).strftime("%m-%d %H:%M");
        ui.say(&format!("Until {until} the one before signs too."));
    }
    if found.is_waiting {
        ui.say(&format!(
            "It does not sign yet. When its receiver knows it: demoscope hooks secret{again} --use"
        ));
    }
    if is_refused {
        return Err(Failure::invalid(format!("The secret of {of} was shown before"))
            .hint(format!("Make another one with `demoscope hooks secret{again} --rotate`")));
    }
    Ok(Exit::Done)
}

async fn deliveries(link: &Link, args: DeliveriesArgs, ui: &mut Ui) -> Result<Exit, Failure> {
    let DeliveriesArgs { id, endpoint, state, limit, json } = args;
    if let Some(id) = id {
        let detail = call!(link, delivery(id))?;
        if json {
            ui.json(&detail)?;
        } else {
            ui.text(&table::detail(&detail, &TimeZone::system(), ui.look))?;
        }
        return Ok(Exit::Done);
    }
    let (mut all, mut offset) = (Vec::new(), Some(0));
    while let Some(from) = offset {
        let left = limit.saturating_sub(u32::try_from(all.len()).unwrap_or(u32::MAX));
        if left == 0 {
            break;
        }
        let query = DeliveryQuery {
            endpoint: endpoint.clone(),
            state,
            offset: from,
            limit: left.min(PAGE),
        };
        let page = call!(link, deliveries(query))?;
        offset = page.next.filter(|next| *next > from);
        all.extend(page.items);
    }
    if json {
        ui.json(&all)?;
    } else if all.is_empty() {
        ui.say("No delivery fits. An event that an endpoint wants becomes one.");
    } else {
        let text = table::deliveries(&all, &TimeZone::system(), ui.look);
        ui.data(&super::fitted(&text, ui.look))?;
    }
    Ok(Exit::Done)
}

async fn redeliver(link: &Link, args: RedeliverArgs, ui: &mut Ui) -> Result<Exit, Failure> {
    let delivery = call!(link, redeliver(args.id))?;
    if args.json {
        ui.json(&delivery)?;
    } else {
        let id = table::short(&delivery.id);
        ui.say(&format!("{id} is sent again. See: demoscope hooks deliveries {id}"));
    }
    Ok(Exit::Done)
}
