//! Tests of what agents want to run: it is told when it comes in, shown with its cost, and decided by a letter; nothing of its
//! text reaches the terminal.

use protocol::cost_request::{CostDecision, CostRequest, CostRequestId, CostRequestState};
use protocol::credits::{Credits, UsdMicros};
use protocol::error::{ApiError, ErrorCode};
use protocol::event::EventData;
use protocol::study::StudyType;

use super::calls;
use crate::station::effect::{Call, Effect};
use crate::station::look::{Colours, Glyphs};
use crate::station::msg::Msg;
use crate::station::testing::{MAIN, Rig, at, id, look};

fn request(number: u32) -> CostRequest {
    CostRequest {
        material: vec![
            "Text: A meal\u{1b}[2J kit that learns your taste, from $9 a meal.".to_owned(),
        ],
        id: CostRequestId(number),
        state: CostRequestState::Waiting,
        name: Some(format!("Meal\u{1b}[2J kit {number}")),
        instrument: StudyType::ALL[0],
        panel: 200,
        engine: "openai".to_owned(),
        model: "gpt-4.1-mini".to_owned(),
        credits: Credits(200),
        cost_least: UsdMicros(21_000),
        cost_most: UsdMicros(340_000),
        asker: "Claude\u{7} Code".to_owned(),
        created_at: at(0).wall,
        expires_at: at(0).wall + jiff::SignedDuration::from_hours(23),
        decided_at: None,
        study: None,
    }
}

fn rig(size: (u16, u16), requests: Vec<CostRequest>) -> (Rig, Vec<Effect>) {
    let mut rig = Rig::new(size, look(Colours::True, Glyphs::Unicode));
    rig.tell(Msg::CostRequests(Ok(Vec::new())));
    rig.wait(10_000);
    let effects = rig.event(EventData::CostRequested { request: 1 }, MAIN, 10);
    assert!(calls(&effects).contains(&&Call::CostRequests), "{effects:?}");
    let told = rig.tell(Msg::CostRequests(Ok(requests)));
    (rig, told)
}

#[test]
fn what_an_agent_asks_is_told_shown_with_its_cost_and_decided_by_a_letter() {
    let (mut shown, told) = rig((120, 36), vec![request(1)]);
    assert!(told.iter().any(|effect| matches!(effect, Effect::Notify(_))), "{told:?}");
    insta::assert_snapshot!("cost_request_told_120x36", shown.text());
    shown.keys("g a");
    insta::assert_snapshot!("cost_request_120x36", shown.text());
    assert!(!shown.text().contains('\u{1b}'));
    assert!(shown.keys("enter").is_empty(), "an Enter agrees to nothing");
    shown.keys("g a");
    let decide = |decision| [Effect::Call(Call::DecideCost(CostRequestId(1), decision))];
    assert_eq!(shown.keys("y"), decide(CostDecision::Approve));
    shown.keys("g a");
    assert_eq!(shown.keys("d"), decide(CostDecision::Decline));
    // What costs something else by now is asked about again.
    let refused = ApiError::new(ErrorCode::UnconfirmedCost, "What was announced has changed since");
    let effects = shown.tell(Msg::CostDecided(Err(refused)));
    assert!(shown.text().contains("has changed since"), "{}", shown.text());
    assert!(
        calls(&effects).contains(&&Call::CostRequests)
            || calls(&shown.wait(1_000)).contains(&&Call::CostRequests)
    );
    let state = CostRequestState::Approved;
    let approved = CostRequest { state, study: Some(id(MAIN)), ..request(1) };
    shown.tell(Msg::CostDecided(Ok(Box::new(approved))));
    assert!(shown.text().contains("Meal kit 1 is run."), "{}", shown.text());
    shown.keys("g a");
    assert!(shown.text().contains("No agent asks"), "{}", shown.text());
}

#[test]
fn several_are_chosen_from_and_told_of_once() {
    let (mut shown, _) = rig((80, 24), vec![request(2), request(1)]);
    shown.keys("g a");
    insta::assert_snapshot!("cost_requests_80x24", shown.text());
    shown.keys("b");
    insta::assert_snapshot!("cost_request_80x24", shown.text());
    let decline = Call::DecideCost(CostRequestId(2), CostDecision::Decline);
    assert_eq!(shown.keys("d"), [Effect::Call(decline)]);
    let again = shown.tell(Msg::CostRequests(Ok(vec![request(1), request(2)])));
    assert!(!again.iter().any(|effect| matches!(effect, Effect::Notify(_))), "{again:?}");
}

#[test]
fn what_is_decided_elsewhere_leaves_the_list_and_its_question() {
    let (mut shown, _) = rig((120, 36), vec![request(2), request(1)]);
    shown.keys("g a");
    assert!(shown.text().contains("r1") && shown.text().contains("r2"), "{}", shown.text());
    let effects = shown.event(EventData::CostApproved { request: 1 }, MAIN, 11);
    let asked = calls(&effects).contains(&&Call::CostRequests)
        || calls(&shown.wait(1_000)).contains(&&Call::CostRequests);
    assert!(asked, "an approval elsewhere is news");
    shown.tell(Msg::CostRequests(Ok(vec![request(2)])));
    assert!(!shown.text().contains("Meal kit 1"), "{}", shown.text());
    assert!(shown.text().contains("r2"), "{}", shown.text());
    shown.keys("b");
    assert!(shown.text().contains("Run this for"), "{}", shown.text());
    shown.tell(Msg::CostRequests(Ok(Vec::new())));
    assert!(!shown.text().contains("Run this for"), "{}", shown.text());
    assert!(shown.text().contains("r2 was decided elsewhere."), "{}", shown.text());
    assert!(calls(&shown.keys("y")).is_empty(), "nothing is left to agree to");
}
