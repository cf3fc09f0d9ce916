//! Snapshots of the webhooks, and their keys: a delivery is sent again, an endpoint tested and paused, and nothing that a
//! receiver replies reaches the terminal.

use protocol::hook::{
    Attempt, Delivery, DeliveryDetail, DeliveryState, Endpoint, EndpointControl, EndpointState,
    HookFormat,
};
use protocol::hook_in::{
    HookAction, HookSource, ReceivedHook, ReceivedState, SourceCaps, SourceKind,
};

use crate::station::effect::{Call, Effect};
use crate::station::look::{Colours, Glyphs};
use crate::station::model::hooks::HookList;
use crate::station::msg::Msg;
use crate::station::testing::{Rig, at, look};

fn endpoint(id: &str, url: &str, state: EndpointState, reason: Option<&str>) -> Endpoint {
    Endpoint {
        id: id.repeat(4),
        url: url.to_owned(),
        format: HookFormat::Standard,
        events: vec!["study.*".to_owned(), "finding.changed".to_owned()],
        allow_private: false,
        state,
        reason: reason.map(ToOwned::to_owned),
        added_at: at(0).wall,
        key: None,
        secret_made_at: Some(at(0).wall),
        pending: 1,
        last_day: (74, 1),
        last: None,
    }
}

fn attempt(status: Option<u16>, error: Option<&str>, reply: &str) -> Attempt {
    Attempt {
        at: at(0).wall,
        took_ms: 84,
        status,
        error: error.map(ToOwned::to_owned),
        reply: reply.to_owned(),
    }
}

fn delivery(id: &str, url: &str, state: DeliveryState, attempts: Vec<Attempt>) -> Delivery {
    let again = at(0).wall + jiff::SignedDuration::from_secs(38);
    Delivery {
        id: format!("msg_{}", id.repeat(4)),
        endpoint: "3f2a91c0".repeat(4),
        url: url.to_owned(),
        kind: "study.completed".to_owned(),
        event: 41,
        at: at(0).wall,
        study: None,
        state,
        next_at: (state == DeliveryState::Pending).then_some(again),
        tries: u32::try_from(attempts.len()).unwrap(),
        attempts,
    }
}

fn list() -> HookList {
    let (one, other) = ("https://hooks.acme.example/studies", "https://other.example/dead");
    let broken = attempt(Some(503), Some("not taken"), "upstream\u{1b}]0;owned\u{7} busy");
    let silent = attempt(None, Some("no reply within 10 s"), "");
    HookList {
        endpoints: vec![
            endpoint("3f2a91c0", one, EndpointState::Healthy, None),
            endpoint("77aa0011", other, EndpointState::Failing, Some("the receiver replied 500")),
        ],
        deliveries: vec![
            delivery("aaaa0001", one, DeliveryState::Delivered, vec![attempt(Some(200), None, "")]),
            delivery("bbbb0002", one, DeliveryState::Pending, vec![broken, silent.clone()]),
            delivery("cccc0003", other, DeliveryState::Dead, vec![silent; 4]),
        ],
        sources: Vec::new(),
        received: Vec::new(),
    }
}

fn received(source: &str, id: &str, state: ReceivedState, what: Option<&str>) -> ReceivedHook {
    ReceivedHook {
        source: source.to_owned(),
        id: id.to_owned(),
        event: Some("evaluation.complete".to_owned()),
        at: at(0).wall,
        state,
        what: what.map(ToOwned::to_owned),
        study: None,
    }
}

fn source(name: &str, kind: SourceKind, action: HookAction) -> HookSource {
    HookSource {
        name: name.to_owned(),
        path: format!("/hooks/in/{name}"),
        kind,
        action,
        events: Vec::new(),
        added_at: at(0).wall,
        caps: SourceCaps::NONE,
        credits_today: protocol::credits::Credits::ZERO,
        cost_today: protocol::credits::UsdMicros::ZERO,
        received: 3,
        last: None,
        refused: None,
    }
}

fn with_sources() -> HookList {
    let lied = "scores.overall is not from 0 to 10\u{1b}[31m";
    let last = received("reviews", "k57 evaluation.complete", ReceivedState::Failed, Some(lied));
    let (wall, why) = (at(0).wall, "3 hooks led to it, and 3 are a loop".to_owned());
    let path = "/home/me/drafts/landing.md".to_owned();
    let site = source("site", SourceKind::Github, HookAction::Evaluate { path });
    let reviews = source("reviews", SourceKind::Refynd, HookAction::Import { from: None });
    HookList {
        sources: vec![
            HookSource { last: Some(last.clone()), refused: Some((wall, why)), ..reviews },
            HookSource { received: 0, ..site },
        ],
        received: vec![
            last,
            received("reviews", "k56", ReceivedState::Done, Some("imported as 3f2a9c1e")),
            received("reviews", "k55", ReceivedState::Pending, None),
            received("site", "d1", ReceivedState::Noted, None),
        ],
        ..list()
    }
}

fn rig(size: (u16, u16), list: HookList) -> Rig {
    let mut rig = Rig::new(size, look(Colours::True, Glyphs::Unicode));
    rig.keys("8");
    rig.tell(Msg::Hooks(Ok(list)));
    rig
}

fn detail(rig: &mut Rig, place: usize) {
    let delivery = list().deliveries.remove(place);
    let body = r#"{"type":"study.completed","timestamp":"2026-09-21T14:13:20Z","data":{"seq":41,"name":"Meal kit"}}"#;
    let detail = DeliveryDetail { delivery, body: Some(body.to_owned()) };
    rig.tell(Msg::Delivery(Ok(Box::new(detail))));
}

#[test]
fn the_hooks_keep_their_look_at_every_size() {
    for size in [(200, 60), (80, 24)] {
        let mut rig = rig(size, list());
        rig.keys("j");
        detail(&mut rig, 1);
        // The times of day depend on where this runs.
        let shown = times_hidden(&rig.text());
        assert!(!shown.contains('\u{1b}'), "{shown}");
        insta::assert_snapshot!(format!("hooks_{}x{}", size.0, size.1), shown);
    }
    let none = HookList { endpoints: Vec::new(), deliveries: Vec::new(), ..list() };
    insta::assert_snapshot!("hooks_none_80x24", rig((80, 24), none).text());
}

#[test]
fn the_sources_stand_beside_the_endpoints_with_what_came_in() {
    for size in [(200, 60), (80, 24)] {
        let mut rig = rig(size, with_sources());
        rig.keys("tab tab");
        let shown = times_hidden(&rig.text());
        assert!(!shown.contains('\u{1b}'), "{shown}");
        insta::assert_snapshot!(format!("sources_{}x{}", size.0, size.1), shown);
    }
    // Where there is room they are seen from the deliveries, too; the keys of endpoints do nothing to a source.
    let mut rig = rig((200, 60), with_sources());
    assert!(rig.text().contains("Sources"));
    rig.keys("tab tab j");
    assert!(rig.keys("t").is_empty() && rig.keys("d").is_empty());
    assert!(rig.text().contains("Received from site"), "{}", rig.text());
    rig.keys("tab");
    assert!(rig.text().contains("Delivery msg_aaaa0001"), "{}", rig.text());
}

#[test]
fn an_empty_pane_says_what_fills_it() {
    let only_sources = HookList {
        endpoints: Vec::new(),
        deliveries: Vec::new(),
        received: Vec::new(),
        ..with_sources()
    };
    for (size, list, keys, says) in [
        ((80, 24), only_sources.clone(), "", "hooks add URL"),
        ((80, 24), HookList { deliveries: Vec::new(), ..list() }, "", "t sends a test"),
        ((80, 24), list(), "tab tab", "hooks sources add NAME"),
        ((80, 24), only_sources.clone(), "tab tab j", "posts to /hooks/in/site"),
        ((200, 60), only_sources, "tab", "There is no endpoint"),
    ] {
        let mut rig = rig(size, list);
        if !keys.is_empty() {
            rig.keys(keys);
        }
        let shown = rig.text();
        assert!(shown.contains(says), "{says}: {shown}");
        assert!(!shown.contains("under the cursor") || says == "t sends a test", "{shown}");
    }
}

#[test]
fn what_is_of_another_day_has_its_date() {
    let mut old = with_sources();
    let ago = at(0).wall - jiff::SignedDuration::from_hours(24 * 6);
    for one in &mut old.deliveries {
        one.at = ago;
    }
    for one in &mut old.received {
        one.at = ago;
    }
    let date = ago.to_zoned(jiff::tz::TimeZone::system()).strftime("%m-%d").to_string();
    let mut rig = rig((80, 24), old);
    assert!(rig.text().contains(&format!("{date}    ")), "{}", rig.text());
    rig.keys("tab tab");
    let text = rig.text();
    let received = text.lines().find(|line| line.contains("failed"));
    assert!(received.is_some_and(|line| line.contains(&date)), "{text}");
}

fn times_hidden(text: &str) -> String {
    let is_time = |part: &[char]| {
        part.iter().enumerate().all(|(place, letter)| match place {
            2 | 5 => *letter == ':',
            _ => letter.is_ascii_digit(),
        })
    };
    let mut letters: Vec<char> = text.chars().collect();
    for start in 0..letters.len().saturating_sub(7) {
        if is_time(&letters[start..start + 8]) {
            letters[start..start + 8].copy_from_slice(&['h', 'h', ':', 'm', 'm', ':', 's', 's']);
        }
    }
    letters.into_iter().collect()
}

#[test]
fn a_delivery_is_sent_again_and_an_endpoint_tested_and_paused() {
    let mut rig = rig((120, 36), list());
    rig.keys("j j");
    let [Effect::Call(Call::Redeliver(id))] = &rig.keys("R")[..] else { panic!("redeliver") };
    assert_eq!(*id, list().deliveries[2].id);
    rig.keys("g g j");
    assert!(rig.keys("R").is_empty(), "it is still to be sent");
    rig.keys("tab j");
    let of_second = list().endpoints[1].id.clone();
    let effects = rig.keys("t");
    assert_eq!(effects, [Effect::Call(Call::TestEndpoint(of_second.clone()))]);
    let effects = rig.keys("d");
    let pause = Call::ControlEndpoint(of_second, EndpointControl::Pause);
    assert_eq!(effects, [Effect::Call(pause)]);
    rig.tell(Msg::HookChanged(Ok("The endpoint is paused.".to_owned())));
    assert!(rig.text().contains("The endpoint is paused."));
    // While it is shown, what the daemon does by itself is asked for again; elsewhere it is not.
    rig.tell(Msg::Hooks(Ok(list())));
    let effects = rig.wait(2_500);
    assert!(effects.contains(&Effect::Call(Call::Hooks)), "{effects:?}");
    rig.keys("esc");
    rig.tell(Msg::Hooks(Ok(list())));
    assert!(!rig.wait(5_000).contains(&Effect::Call(Call::Hooks)));
}
