//! Endpoints and deliveries as tables, and one delivery with its attempts and what is sent. Addresses, replies and bodies
//! are made safe for a terminal here.

use jiff::tz::TimeZone;
use protocol::hook::{Delivery, DeliveryDetail, DeliveryState, Endpoint, EndpointState};
use protocol::safe;
use unicode_width::UnicodeWidthStr as _;

use crate::look::{Look, Role, pad, pad_left, thousands};

/// Letters of an id that lists show.
const SHORT: usize = 8;
/// Columns of the kind of an event.
const KIND: usize = 16;
/// Columns of an address.
const ADDRESS: usize = 30;

/// The beginning of an id.
pub(super) fn short(id: &str) -> String {
    match id.strip_prefix("msg_") {
        Some(rest) => format!("msg_{}", rest.get(..SHORT).unwrap_or(rest)),
        None => id.get(..SHORT).unwrap_or(id).to_owned(),
    }
}

/// The endpoints, each with what it is told of and how it fares.
pub(super) fn endpoints(endpoints: &[Endpoint], look: Look) -> String {
    let mut out = String::new();
    for endpoint in endpoints {
        let role = match endpoint.state {
            EndpointState::Healthy => Role::Good,
            EndpointState::Failing => Role::Bad,
            EndpointState::Paused => Role::Warning,
        };
        let url = safe::line(&endpoint.url);
        out.push_str(&format!(
            "{} {} {}\n",
            look.paint(Role::Accent, &short(&endpoint.id)),
            look.paint(role, &pad(endpoint.state.as_str(), 8)),
            look.paint(Role::Strong, &look.shorten(&url, 60)),
        ));
        let events = if endpoint.events.is_empty() {
            "the end of studies that name it".to_owned()
        } else {
            safe::line(&endpoint.events.join(", ")).into_owned()
        };
        let private = if endpoint.allow_private { " · private" } else { "" };
        let (taken, dead) = endpoint.last_day;
        let used = format!(
            "         {} · {events}{private} · {} waiting, last 24 h {} taken, {} given up",
            endpoint.format,
            thousands(endpoint.pending),
            thousands(taken),
            thousands(dead)
        );
        for line in look.wrap(&used, "", "         ") {
            out.push_str(&look.paint(Role::Dim, &line));
            out.push('\n');
        }
        if let Some(reason) = &endpoint.reason {
            let reason = safe::line(reason);
            for line in look.wrap(&reason, "         ", "         ") {
                out.push_str(&look.paint(role, &line));
                out.push('\n');
            }
        }
    }
    out
}

/// Deliveries, one a line.
pub(super) fn deliveries(all: &[Delivery], zone: &TimeZone, look: Look) -> String {
    let is_wide = look.width > SHORT + 4 + 14 + KIND + ADDRESS + 3 + 4 + "RESULT".len();
    let head = format!(
        "{} {} {} {} {}{}",
        pad("ID", SHORT + 4),
        pad("TIME", 14),
        pad("EVENT", KIND),
        pad("ENDPOINT", ADDRESS),
        pad_left("TRY", 3),
        if is_wide { " RESULT" } else { "" },
    );
    let mut out = look.paint(Role::Dim, &head) + "\n";
    for one in all {
        let at = one.at.to_zoned(zone.clone()).strftime("%m-%d %H:%M:%S").to_string();
        let (role, result) = result(one, zone);
        let begin = format!(
            "{} {at} {} {} {}",
            look.paint(Role::Accent, &pad(&short(&one.id), SHORT + 4)),
            pad(&look.shorten(&safe::line(&one.kind), KIND), KIND),
            pad(&look.shorten(&address(&one.url), ADDRESS), ADDRESS),
            pad_left(&one.tries.to_string(), 3),
        );
        let width = SHORT + 4 + 14 + KIND + ADDRESS + 3 + 4;
        out.push_str(&below_if_long(&begin, width, (role, &result), look));
    }
    out
}

/// A row and its last column, which stands below it where the line is too short: it is what the row is read for.
pub(super) fn below_if_long(
    begin: &str,
    width: usize,
    (role, last): (Role, &str),
    look: Look,
) -> String {
    if width + 1 + last.width() <= look.width {
        return format!("{begin} {}", look.paint(role, last)).trim_end().to_owned() + "\n";
    }
    let mut out = begin.trim_end().to_owned() + "\n";
    for line in look.wrap(last, "      ", "      ") {
        out.push_str(&look.paint(role, &line));
        out.push('\n');
    }
    out
}

/// What came of a delivery, in a few words.
fn result(one: &Delivery, zone: &TimeZone) -> (Role, String) {
    let last = one.attempts.last();
    let why = last.map(|last| match (last.status, &last.error) {
        (Some(status), _) => status.to_string(),
        (None, Some(error)) => safe::line(error).into_owned(),
        (None, None) => String::new(),
    });
    match (one.state, why) {
        (DeliveryState::Delivered, Some(status)) => {
            let took = last.map_or(0, |last| last.took_ms);
            (Role::Good, format!("{status} in {} ms", thousands(took)))
        }
        (DeliveryState::Delivered, None) => (Role::Good, "delivered".to_owned()),
        (DeliveryState::Dead, why) => (Role::Bad, format!("given up: {}", why.unwrap_or_default())),
        (DeliveryState::Pending, None) => (Role::Accent, "waiting".to_owned()),
        (DeliveryState::Pending, Some(why)) => {
            let next = one.next_at.map_or(String::new(), |at| {
                format!(", next {}", at.to_zoned(zone.clone()).strftime("%H:%M:%S"))
            });
            (Role::Warning, format!("{why}{next}"))
        }
    }
}

/// An address without its scheme.
fn address(url: &str) -> String {
    let url = safe::line(url);
    url.strip_prefix("https://").unwrap_or(&url).to_owned()
}

/// One delivery with its attempts and what is sent.
pub(super) fn detail(detail: &DeliveryDetail, zone: &TimeZone, look: Look) -> String {
    let DeliveryDetail { delivery, body } = detail;
    let mut out = format!("{}\n", look.paint(Role::Strong, &safe::line(&delivery.id)));
    let (role, result) = result(delivery, zone);
    let study =
        delivery.study.map_or(String::new(), |study| format!(" of study {}", study.short()));
    out.push_str(&format!(
        "  event     {} ({}){study}\n",
        delivery.event,
        safe::line(&delivery.kind)
    ));
    out.push_str(&format!("  endpoint  {}\n", safe::line(&delivery.url)));
    out.push_str(&format!("  state     {} · {}\n", delivery.state, look.paint(role, &result)));
    let first = u64::from(delivery.tries).saturating_sub(delivery.attempts.len() as u64);
    for (number, attempt) in (first + 1..).zip(&delivery.attempts) {
        let at = attempt.at.to_zoned(zone.clone()).strftime("%m-%d %H:%M:%S").to_string();
        let none = || look.glyph("—", "-").to_owned();
        let status = attempt.status.map_or_else(none, |status| status.to_string());
        let error = attempt
            .error
            .as_deref()
            .map_or(String::new(), |error| format!("  {}", safe::line(error)));
        let took = thousands(attempt.took_ms);
        out.push_str(&format!("  try {number}     {at}  {status}  {took} ms{error}\n"));
        if !attempt.reply.is_empty() {
            for line in look.wrap(&safe::line(&attempt.reply), "            ", "            ") {
                out.push_str(&look.paint(Role::Dim, &line));
                out.push('\n');
            }
        }
    }
    match body {
        Some(body) => out.push_str(&format!("\n{}\n", safe::block(body))),
        None => out.push_str("\nNothing was sent yet.\n"),
    }
    out
}
