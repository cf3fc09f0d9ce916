//! The `demoscope keys` command: keys of the HTTP listener, made and shown once, listed, replaced and revoked.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use protocol::credits::{Credits, UsdMicros};
use protocol::key::{Dialect, FreshKey, Key, KeyCaps, KeyId, KeyScope, NewKey};
use protocol::safe;

use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::look::{Look, Role, pad, thousands};
use crate::ui::Ui;

/// Make, list, replace and revoke keys, with which programs reach the daemon by HTTP
///
/// `demoscope daemon status` says at which address. A program sends its key as `Authorization: Bearer KEY`, and acts for
/// you within the key's scope and caps.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope keys create
  demoscope keys create --scope read --name dashboard
  demoscope keys create --engine openai --cap-usd 5 --cap 2000
  demoscope keys list
  demoscope keys rotate k1
  demoscope keys revoke k1

A key is shown once. The daemon keeps its SHA-256 only.")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Make a key and show it, this once
    Create(CreateArgs),
    /// Every key with its rights and its use
    List {
        /// Print an array of keys
        #[arg(long)]
        json: bool,
    },
    /// Let nobody in with a key from now on; its studies go on
    Revoke {
        /// The key's id, such as k1
        key: KeyId,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Replace a key by another one with the same rights; the one before is dead at once
    Rotate {
        /// The key's id, such as k1
        key: KeyId,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

/// The key to make.
#[derive(Debug, clap::Args)]
struct CreateArgs {
    /// The API that it is for
    #[arg(long, default_value_t = Dialect::Demoscope, value_parser = dialect(), value_name = "DIALECT")]
    dialect: Dialect,
    /// What it may do; each includes those before it
    #[arg(long, default_value_t = KeyScope::Run, value_parser = scope(), value_name = "SCOPE")]
    scope: KeyScope,
    /// What it is for, in your words
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// The engine or pool that answers its studies, whatever they name
    #[arg(long, value_name = "NAME")]
    engine: Option<String>,
    /// Credits that it may set aside in one day (UTC)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..))]
    cap: Option<i64>,
    /// Dollars that it may cost in one day (UTC): your confirmation of that cost
    #[arg(long, value_name = "USD", value_parser = dollars)]
    cap_usd: Option<UsdMicros>,
    /// Requests that it may make in one minute, and at once after a minute without any
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rate: Option<u32>,
    /// Let webhooks of its studies reach this machine and private networks
    #[arg(long)]
    allow_private: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

fn dialect() -> impl clap::builder::TypedValueParser<Value = Dialect> {
    use clap::builder::{PossibleValuesParser, TypedValueParser as _};
    PossibleValuesParser::new(Dialect::ALL.iter().map(|dialect| dialect.as_str()))
        .try_map(|word| word.parse())
}

fn scope() -> impl clap::builder::TypedValueParser<Value = KeyScope> {
    use clap::builder::{PossibleValuesParser, TypedValueParser as _};
    PossibleValuesParser::new(KeyScope::ALL.iter().map(|scope| scope.as_str()))
        .try_map(|word| word.parse())
}

/// An amount of dollars with at most six decimals, without a way through floats.
fn dollars(text: &str) -> Result<UsdMicros, String> {
    let bad = || "give dollars, such as 5 or 2.50".to_owned();
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 9
        || part.len() > 6
        || !is_number(whole)
        || !is_number(part)
    {
        return Err(bad());
    }
    let micros: i64 = format!("{whole}{part:0<6}").parse().map_err(|_| bad())?;
    Ok(UsdMicros(micros))
}

/// Runs the command.
pub(crate) async fn run(args: Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    match args.verb {
        Verb::Create(args) => {
            let json = args.json;
            let fresh = call!(link, create_key(order(args)))?;
            show_once(&fresh, json, ui)?;
        }
        Verb::Rotate { key, json } => {
            let fresh = call!(link, rotate_key(key))?;
            show_once(&fresh, json, ui)?;
        }
        Verb::Revoke { key, json } => {
            let key = call!(link, revoke_key(key))?;
            if json {
                ui.json(&key)?;
            } else {
                ui.say(&format!("The key {} ({}…) lets nobody in any more.", key.id, key.begins));
            }
        }
        Verb::List { json } => {
            let keys = call!(link, keys())?;
            if json {
                ui.json(&keys)?;
            } else if keys.is_empty() {
                ui.say("There is no key yet. Make one with: demoscope keys create");
            } else {
                let text = table(&keys, &TimeZone::system(), ui.look);
                ui.data(&super::fitted(&text, ui.look))?;
            }
        }
    }
    Ok(Exit::Done)
}

fn order(args: CreateArgs) -> NewKey {
    NewKey {
        dialect: args.dialect,
        scope: args.scope,
        name: args.name,
        engine: args.engine,
        caps: KeyCaps {
            credits_per_day: args.cap.map(Credits),
            cost_per_day: args.cap_usd,
            requests_per_minute: args.rate,
        },
        allow_private: args.allow_private,
    }
}

/// Prints a key, with talk on stderr, so that a script can take it from stdout.
fn show_once(fresh: &FreshKey, json: bool, ui: &mut Ui) -> Result<(), Failure> {
    if json {
        return ui.json(fresh);
    }
    ui.data(&format!("{}\n", fresh.key))?;
    ui.say(&format!(
        "This is the key {} of the API '{}'. It is not shown again: keep it safe.",
        fresh.id, fresh.dialect
    ));
    Ok(())
}

/// One line a key, with what it may use up below.
fn table(keys: &[Key], zone: &TimeZone, look: Look) -> String {
    let mut out = String::new();
    for key in keys {
        let NewKey { dialect, scope, name, engine, caps, allow_private } = &key.made;
        let state = match key.revoked_at {
            Some(at) => look.paint(Role::Bad, &format!("revoked {}", day(at, zone))),
            None => match key.used_at {
                Some(at) => format!("used {}", day(at, zone)),
                None => look.paint(Role::Dim, "never used"),
            },
        };
        let columns = [
            pad(&key.id.to_string(), 5),
            pad(&format!("{}{}", safe::line(&key.begins), look.glyph("…", "~")), 18),
            pad(dialect.as_str(), 12),
            pad(scope.as_str(), 6),
            state,
            name.as_deref().map(|name| format!(" {}", safe::line(name))).unwrap_or_default(),
        ];
        out.push_str(columns.join(" ").trim_end());
        out.push('\n');
        let credits = match caps.credits_per_day {
            Some(cap) => {
                format!("{} of {} credits today", thousands(key.credits_today.0), thousands(cap.0))
            }
            None => format!("{} credits today", thousands(key.credits_today.0)),
        };
        let mut facts = vec![credits];
        facts.extend(caps.cost_per_day.map(|cap| format!("{} of {cap} today", key.cost_today)));
        facts.extend(caps.requests_per_minute.map(|rate| format!("{rate} requests a minute")));
        facts.extend(engine.as_ref().map(|engine| format!("answered by {}", safe::line(engine))));
        facts.extend(allow_private.then(|| "private webhooks".to_owned()));
        let facts = facts.join(look.glyph(" · ", " - "));
        out.push_str(&look.paint(Role::Dim, &format!("      {facts}")));
        out.push('\n');
    }
    out
}

fn day(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_read_without_floats() {
        assert_eq!(dollars("5"), Ok(UsdMicros(5_000_000)));
        assert_eq!(dollars("2.50"), Ok(UsdMicros(2_500_000)));
        assert_eq!(dollars("0.000001"), Ok(UsdMicros(1)));
        for bad in ["", ".5", "-1", "1e3", "1.2.3", "0.0000001", "1234567890", "inf", "5 "] {
            assert!(dollars(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_key_is_listed_by_its_beginning_with_what_it_may_use_up() {
        let key = |id: u32| Key {
            id: KeyId(id),
            made: NewKey {
                dialect: Dialect::Demoscope,
                scope: KeyScope::Run,
                name: Some("dash\u{1b}[2Jboard".to_owned()),
                engine: None,
                caps: KeyCaps::default(),
                allow_private: false,
            },
            begins: "ds_3fa9".to_owned(),
            created_at: Timestamp::UNIX_EPOCH,
            rotated_at: None,
            used_at: None,
            revoked_at: None,
            credits_today: Credits(1_200),
            cost_today: UsdMicros(250_000),
        };
        let mut capped = key(2);
        capped.made.caps = KeyCaps {
            credits_per_day: Some(Credits(2_000)),
            cost_per_day: Some(UsdMicros(5_000_000)),
            requests_per_minute: Some(60),
        };
        capped.made.engine = Some("openai".to_owned());
        capped.used_at = Some(Timestamp::UNIX_EPOCH);
        let mut revoked = key(3);
        revoked.revoked_at = Some(Timestamp::UNIX_EPOCH);
        let text = table(&[key(1), capped, revoked], &TimeZone::UTC, Look::PLAIN);
        assert!(!text.contains('\u{1b}'), "{text}");
        for part in [
            "k1 ",
            "never used",
            "1,200 credits today",
            "1,200 of 2,000 credits today",
            "$0.25 of $5.00 today",
            "60 requests a minute",
            "answered by openai",
            "used 1970-01-01 00:00",
            "revoked 1970-01-01 00:00",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(text.lines().count(), 6, "{text}");
    }
}
