//! The laws of settlement: whatever its policy, a hold never pays more than it holds, keeps what waits for a decision, and
//! ends with everything either paid or given back.

use jiff::SignedDuration;

use super::*;
use crate::domain::ledger::settlement::{Approval, Delivery, NotPayable};

const HOURS: i64 = 72;

fn on_approval() -> Settlement {
    Settlement::OnApproval { auto_after: SignedDuration::from_hours(HOURS) }
}

fn purse(allowance: i64, granted: i64) -> Spendable {
    let month = month("2026-11");
    Spendable { month, allowance: Credits(allowance), granted: Credits(granted) }
}

fn held(settlement: Settlement, answers: u32) -> Hold {
    open_hold(study(), 0, answers, Credits(2), settlement, &purse(10, 90)).unwrap().0
}

fn person(number: u8) -> ParticipantId {
    ParticipantId(Uuid::from_u128(number.into()))
}

fn delivery(name: &str, answers: u64) -> Delivery {
    Delivery {
        name: name.to_owned(),
        participant: person(1),
        answers,
        at: "2026-11-29T00:00:00Z".parse().unwrap(),
    }
}

#[derive(Clone, Debug)]
enum Step {
    Settle(u64),
    Approve(u64, u8),
    Reject(u64),
    End,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        5 => (0_u64..30).prop_map(Step::Settle),
        3 => (0_u64..20, 0_u8..3).prop_map(|(answers, who)| Step::Approve(answers, who)),
        2 => (0_u64..20).prop_map(Step::Reject),
        1 => Just(Step::End),
    ];
    prop::collection::vec(step, 0..30)
}

fn policies() -> impl Strategy<Value = Settlement> {
    prop_oneof![Just(Settlement::PerAnswer), Just(Settlement::OnCompletion), Just(on_approval())]
}

proptest! {
    #[test]
    fn a_hold_of_any_policy_ends_paid_or_given_back(
        policy in policies(), allowance in 0_i64..200, granted in 200_i64..300, answers in 1_u32..100,
        price in 1_i64..3, steps in steps(), later in any::<bool>(),
    ) {
        let now = month(if later { "2026-12" } else { "2026-11" });
        let from = purse(allowance, granted);
        let (mut hold, movement) = open_hold(study(), 0, answers, Credits(price), policy, &from).unwrap();
        let amount = hold.amount().0;
        let mut booked = vec![movement];
        let (mut delivered, mut rejected, mut ended) = (0_i64, 0_i64, false);
        for (index, step) in steps.into_iter().chain([Step::End]).enumerate() {
            let before = hold.clone();
            match step {
                Step::Settle(count) => {
                    let worth = price * i64::try_from(count).unwrap();
                    match hold.settle(count, &format!("0/{index}"), now) {
                        Ok((next, movement)) => {
                            prop_assert!(!ended && worth <= before.free().0);
                            prop_assert_eq!(movement.is_some(), policy == Settlement::PerAnswer);
                            delivered += worth;
                            hold = next;
                            booked.extend(movement);
                        }
                        Err(over) => prop_assert!(ended || over.asked > over.left || count == 0),
                    }
                }
                Step::Approve(count, who) => {
                    let delivery = Delivery { participant: person(who), ..delivery(&index.to_string(), count) };
                    if let Ok((next, movement)) = hold.approve(&delivery, Approval::Given) {
                        prop_assert_eq!(policy, on_approval());
                        hold = next;
                        booked.push(movement);
                    }
                }
                Step::Reject(count) => {
                    if let Ok((next, movements)) = hold.reject(&delivery(&index.to_string(), count), now) {
                        prop_assert_eq!(policy, on_approval());
                        rejected += price * i64::try_from(count).unwrap();
                        hold = next;
                        booked.extend(movements);
                    }
                }
                Step::End => {
                    ended = true;
                    let (next, movements) = hold.release(now).unwrap();
                    hold = next;
                    booked.extend(movements);
                    prop_assert_eq!(hold.left(), hold.pending, "only what awaits approval stays");
                    prop_assert_eq!(hold.open, hold.pending > Credits::ZERO);
                }
            }
            prop_assert_eq!(hold.settled.0 + hold.pending.0 + rejected, delivered);
            prop_assert!(hold.pending >= Credits::ZERO && hold.free() >= Credits::ZERO);
            prop_assert_eq!(credits_at(&booked, &Account::HELD), hold.left().0);
            prop_assert_eq!(hold.settled.0 + hold.released.0 + hold.left().0, amount);
        }
        if hold.open {
            let rest = u64::try_from(hold.pending.0 / price).unwrap();
            let (next, movement) = hold.approve(&delivery("rest", rest), Approval::Given).unwrap();
            hold = next;
            booked.push(movement);
        }
        prop_assert!(!hold.open && !hold.closing);
        prop_assert_eq!(hold.settled.0, delivered - rejected);
        prop_assert_eq!(hold.settled.0 + hold.released.0, amount);
        let earned: i64 = (0..3).map(|who| credits_at(&booked, &Account::earned(person(who)))).sum();
        let used = credits_at(&booked, &Account::used(now));
        let paid = hold.settled.0;
        let expected = if policy == on_approval() { (0, paid) } else { (paid, 0) };
        prop_assert_eq!((used, earned), expected);
        // The allowance was spent first, and lapses where its month has ended.
        let taken = amount.min(allowance);
        let spent = hold.settled.0.min(taken);
        let expected = if later { -taken } else { -spent };
        prop_assert_eq!(credits_at(&booked, &Account::allowance(month("2026-11"))), expected);
        prop_assert_eq!(credits_at(&booked, &Account::LAPSED), if later { taken - spent } else { 0 });
        prop_assert_eq!(credits_at(&booked, &Account::GRANTED), spent - hold.settled.0);
        // What was booked chains, each movement under an id of its own.
        let mut head = ChainHead::default();
        let mut ids = std::collections::BTreeSet::new();
        for movement in booked.into_iter().filter(|movement| !movement.postings().is_empty()) {
            let transfer = seal(&head, movement, Timestamp::UNIX_EPOCH).unwrap();
            head = verify(&head, &transfer).unwrap();
            prop_assert!(ids.insert(transfer.id));
        }
    }

    #[test]
    fn a_hold_of_any_policy_reads_back(policy in policies(), delivered in 0_u64..10, ended in any::<bool>()) {
        let mut hold = held(policy, 20);
        if delivered > 0 {
            hold = hold.settle(delivered, "0/0", month("2026-11")).unwrap().0;
        }
        if ended {
            hold = hold.release(month("2026-11")).unwrap().0;
        }
        let json = serde_json::to_string(&hold).unwrap();
        prop_assert_eq!(serde_json::from_str::<Hold>(&json).unwrap(), hold);
    }
}

#[test]
fn a_hold_that_pays_per_answer_is_stored_as_it_always_was() {
    let text = r#"{"study":"00000000-0000-0000-0000-000000000007","attempt":0,"month":"2026-11","from_allowance":10,"from_granted":30,"settled":6,"released":0,"price":2,"open":true}"#;
    let hold: Hold = serde_json::from_str(text).unwrap();
    let (opened, _) = held(Settlement::PerAnswer, 20).settle(3, "0/0", month("2026-11")).unwrap();
    assert_eq!(hold, opened);
    assert_eq!(serde_json::to_string(&hold).unwrap(), text);
}

#[test]
fn without_a_decision_a_delivery_is_approved_when_its_time_is_over() {
    let (hold, paid) = held(on_approval(), 5).settle(3, "0/0", month("2026-11")).unwrap();
    assert_eq!((paid, hold.pending, hold.settled), (None, Credits(6), Credits::ZERO));
    let one = delivery("one", 2);
    let due = one.at + SignedDuration::from_hours(HOURS);
    let second = SignedDuration::from_secs(1);
    let early = hold.approve(&one, Approval::Undecided(due - second));
    assert_eq!(early, Err(NotPayable::TooEarly { due }));
    assert!(hold.approve(&one, Approval::Given).is_ok());
    let (hold, movement) = hold.approve(&one, Approval::Undecided(due)).unwrap();
    assert_eq!((hold.pending, hold.settled), (Credits(2), Credits(4)));
    let paid = [
        (Account::HELD, Amount::Credits(Credits(-4))),
        (Account::earned(person(1)), Amount::Credits(Credits(4))),
    ];
    assert_eq!(movement.postings(), paid);
}

#[test]
fn what_is_rejected_is_free_again_and_goes_back_once_the_study_has_ended() {
    let now = month("2026-11");
    let (hold, _) = held(on_approval(), 5).settle(5, "0/0", now).unwrap();
    assert!(hold.settle(1, "0/1", now).is_err());
    let (hold, back) = hold.reject(&delivery("one", 1), now).unwrap();
    assert_eq!((back.len(), hold.free()), (0, Credits(2)));
    let (hold, _) = hold.settle(1, "0/1", now).unwrap();
    let (hold, back) = hold.release(now).unwrap();
    assert_eq!((back.len(), hold.open, hold.closing), (0, true, true));
    assert!(hold.settle(1, "0/2", now).is_err(), "an ended study takes no answers");
    let (hold, back) = hold.reject(&delivery("two", 5), now).unwrap();
    assert_eq!((hold.open, hold.released), (false, Credits(10)));
    assert_eq!(credits_at(&back, &Account::allowance(now)), 10);
}

#[test]
fn only_a_policy_of_approvals_knows_approvals() {
    for policy in [Settlement::PerAnswer, Settlement::OnCompletion] {
        let (hold, _) = held(policy, 5).settle(3, "0/0", month("2026-11")).unwrap();
        let refused = NotPayable::NoApprovals(study());
        let one = delivery("one", 1);
        assert_eq!(hold.approve(&one, Approval::Given), Err(refused.clone()));
        assert_eq!(hold.reject(&one, month("2026-11")), Err(refused));
    }
}

#[test]
fn a_completed_study_pays_once_for_all_that_was_delivered() {
    let now = month("2026-11");
    let (hold, _) = held(Settlement::OnCompletion, 5).settle(2, "0/0", now).unwrap();
    let (hold, _) = hold.settle(1, "0/1", now).unwrap();
    let (hold, booked) = hold.release(now).unwrap();
    assert_eq!((hold.settled, hold.released, hold.open), (Credits(6), Credits(4), false));
    assert_eq!(credits_at(&booked, &Account::used(now)), 6);
    assert!(hold.release(now).unwrap().1.is_empty());
}
