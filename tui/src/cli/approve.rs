//! The `demoscope approve` command: what agents asked for whose cost nobody agreed to yet, listed, agreed to or declined.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use protocol::cost_request::{CostDecision, CostRequest, CostRequestId, CostRequestState};
use protocol::credits::Credits;
use protocol::id::StudyId;
use protocol::safe;
use protocol::study::StudyType;

use crate::failure::{Exit, Failure};
use crate::link::{Absent, Link, call};
use crate::look::{Look, Role, pad, thousands};
use crate::ui::Ui;

/// See what agents want to run that costs money, and agree to it or decline
///
/// An agent whose client cannot ask you leaves its study here, for 24 hours. The study is run for no more than what is shown;
/// where it would cost more by now, you are asked again.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  demoscope approve                  what waits, and what you decided within the last week
  demoscope approve r1               agree to its cost, and run it
  demoscope approve r1 --decline     nothing is run

Exit codes: 0 decided, 2 there is no such request or it is decided otherwise, 3 the cost has changed.")]
pub(crate) struct Args {
    /// The request's id, such as r1
    request: Option<CostRequestId>,
    /// Decline it: nothing is run
    #[arg(long, requires = "request")]
    decline: bool,
    /// Print the request as one JSON object, or an array of them; its cost is in US dollars
    #[arg(long)]
    json: bool,
}

/// Lists the requests, or decides on one.
pub(crate) async fn run(args: &Args, ui: &mut Ui) -> Result<Exit, Failure> {
    let link = Link::open(ui, Absent::Start).await?;
    let Some(id) = args.request else {
        let requests = call!(link, cost_requests())?;
        if args.json {
            ui.json(&requests.iter().map(printed).collect::<Vec<_>>())?;
        } else if requests.is_empty() {
            ui.say("No agent asks for anything that costs money.");
        } else {
            let text = table(&requests, Timestamp::now(), &TimeZone::system(), ui.look);
            ui.data(&super::fitted(&text, ui.look))?;
        }
        return Ok(Exit::Done);
    };
    let decision = if args.decline { CostDecision::Decline } else { CostDecision::Approve };
    let request = call!(link, decide_cost(id, decision))?;
    if args.json {
        ui.json(&printed(&request))?;
    } else {
        ui.say(&told(&request));
    }
    Ok(Exit::Done)
}

/// A request as JSON, with its cost in dollars.
fn printed(request: &CostRequest) -> Printed<'_> {
    Printed {
        id: request.id,
        state: request.state,
        name: request.name.as_deref(),
        material: &request.material,
        instrument: request.instrument,
        panel: request.panel,
        engine: &request.engine,
        model: &request.model,
        credits: request.credits,
        cost_usd_least: request.cost_least.dollars(),
        cost_usd_most: request.cost_most.dollars(),
        asker: &request.asker,
        created_at: request.created_at,
        expires_at: request.expires_at,
        decided_at: request.decided_at,
        study: request.study,
    }
}

/// The fields of a request as JSON.
#[derive(serde::Serialize)]
struct Printed<'a> {
    id: CostRequestId,
    state: CostRequestState,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    material: &'a [String],
    instrument: StudyType,
    panel: u32,
    engine: &'a str,
    model: &'a str,
    credits: Credits,
    cost_usd_least: f64,
    cost_usd_most: f64,
    asker: &'a str,
    created_at: Timestamp,
    expires_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    study: Option<StudyId>,
}

/// What a decision did.
fn told(request: &CostRequest) -> String {
    let name =
        request.name.as_deref().map_or_else(String::new, |name| format!(" “{}”", safe::line(name)));
    match request.study {
        Some(study) => format!(
            "{} is approved:{name} is run as {} for {} at most. See it with: demoscope show {}",
            request.id,
            study.short(),
            request.cost_most.exact(),
            study.short()
        ),
        None => format!("{} is declined:{name} is not run.", request.id),
    }
}

/// One line a request, with what it would cost and who asks below.
fn table(requests: &[CostRequest], now: Timestamp, zone: &TimeZone, look: Look) -> String {
    let mut out = String::new();
    for request in requests {
        let role = match request.state {
            CostRequestState::Waiting => Role::Warning,
            CostRequestState::Approved => Role::Good,
            CostRequestState::Declined | CostRequestState::Expired => Role::Dim,
        };
        let name = request.name.as_deref().unwrap_or("its study was deleted");
        let columns = [
            pad(&request.id.to_string(), 5),
            look.paint(role, &pad(request.state.as_str(), 9)),
            safe::line(name).into_owned(),
        ];
        out.push_str(columns.join(" ").trim_end());
        out.push('\n');
        let mut facts = vec![
            request.sentence(),
            format!("{} credits", thousands(request.credits.0)),
            request.instrument.to_string(),
            format!("asked by {}", request.asker),
        ];
        facts.push(match (request.state, request.study, request.decided_at) {
            (CostRequestState::Waiting, ..) => format!("waits {}", left(request, now)),
            (_, Some(study), _) => format!("study {}", study.short()),
            (_, None, Some(at)) => at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string(),
            (_, None, None) => "nobody agreed in time".to_owned(),
        });
        let facts = safe::line(&facts.join(look.glyph(" · ", " - "))).into_owned();
        for line in look.wrap(&facts, "      ", "      ") {
            out.push_str(&look.paint(Role::Dim, &line));
            out.push('\n');
        }
        for part in &request.material {
            for line in look.wrap(&safe::line(part), "      ", "        ") {
                out.push_str(&line);
                out.push('\n');
            }
        }
    }
    if requests.iter().any(|request| request.state == CostRequestState::Waiting) {
        out.push_str(
            "Agree with: demoscope approve ID. Decline with: demoscope approve ID --decline\n",
        );
    }
    out
}

/// How long a request still waits.
fn left(request: &CostRequest, now: Timestamp) -> String {
    let seconds = request.expires_at.duration_since(now).as_secs().max(0);
    match seconds / 3_600 {
        0 => format!("{} min more", (seconds / 60).max(1)),
        hours => format!("{hours} h more"),
    }
}

#[cfg(test)]
mod tests {
    use protocol::credits::UsdMicros;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_waits_is_shown_with_its_cost_and_who_asks() {
        let waiting = CostRequest {
            id: CostRequestId(3),
            state: CostRequestState::Waiting,
            name: Some("Meal\u{1b}[2J kit".to_owned()),
            material: vec!["Text: A meal\u{1b}[2J kit.".to_owned()],
            instrument: StudyType::ConceptTest,
            panel: 100,
            engine: "openai".to_owned(),
            model: "gpt-4.1-mini".to_owned(),
            credits: Credits(100),
            cost_least: UsdMicros(12_000),
            cost_most: UsdMicros(340_000),
            asker: "Claude\u{7}".to_owned(),
            created_at: Timestamp::UNIX_EPOCH,
            expires_at: "1970-01-02T00:00:00Z".parse().unwrap(),
            decided_at: None,
            study: None,
        };
        let approved = CostRequest {
            state: CostRequestState::Approved,
            name: None,
            material: Vec::new(),
            decided_at: Some(Timestamp::UNIX_EPOCH),
            study: Some(StudyId(Uuid::from_u128(7))),
            ..waiting.clone()
        };
        let json = serde_json::to_value(printed(&waiting)).unwrap();
        assert_eq!(
            (&json["cost_usd_least"], &json["cost_usd_most"]),
            (&0.012.into(), &0.34.into())
        );
        assert_eq!(json["id"], "r3", "{json}");
        let text = table(&[waiting, approved], Timestamp::UNIX_EPOCH, &TimeZone::UTC, Look::PLAIN);
        let cost = "Asking 100 people with 'openai' will cost $0.0120 to $0.34 · 100 credits · concept_test";
        let wanted = format!(
            "r3 waiting Meal kit {cost} · asked by Claude · waits 24 h more Text: A meal kit. \
             r3 approved its study was deleted {cost} · asked by Claude · study 00000000 \
             Agree with: demoscope approve ID. Decline with: demoscope approve ID --decline"
        );
        assert_eq!(text.split_whitespace().collect::<Vec<_>>().join(" "), wanted);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}
