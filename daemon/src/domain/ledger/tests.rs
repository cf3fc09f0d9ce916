//! Properties of the ledger: every movement balances, none is booked twice, and a changed entry is detected.

#![allow(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]

use jiff::Timestamp;
use proptest::prelude::*;
use protocol::credits::Credits;
use protocol::id::{ParticipantId, StudyId};
use protocol::ledger::{Amount, Transfer};
use uuid::Uuid;

use super::*;

mod settlement;

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn study() -> StudyId {
    StudyId(Uuid::from_u128(7))
}

fn credits_at(transfers: &[Movement], account: &Account) -> i64 {
    transfers
        .iter()
        .flat_map(Movement::postings)
        .filter(|(of, _)| of == account)
        .map(|(_, amount)| match amount {
            Amount::Credits(credits) => credits.0,
            Amount::UsdMicros(micros) => micros.0,
        })
        .sum()
}

proptest! {
    #[test]
    fn a_hold_gives_back_exactly_what_was_not_settled(
        allowance in 0_i64..500, granted in 0_i64..500, answers in 1_u32..400,
        price in 1_i64..3, batches in prop::collection::vec(0_u64..60, 0..12), months_later in any::<bool>(),
    ) {
        let purse = Spendable { month: month("2026-11"), allowance: Credits(allowance), granted: Credits(granted) };
        let wanted = price * i64::from(answers);
        match open_hold(study(), 0, answers, Credits(price), Settlement::PerAnswer, &purse) {
            Err(short) => {
                prop_assert!(wanted > allowance + granted);
                prop_assert_eq!(short.spendable.0, allowance + granted);
            }
            Ok((mut hold, movement)) => {
                let mut booked = vec![movement];
                for (index, count) in batches.iter().enumerate() {
                    match hold.settle(*count, &format!("0/{index}"), month("2026-11")) {
                        Ok((next, movement)) => { hold = next; booked.extend(movement); }
                        Err(over) => prop_assert!(over.asked > over.left || *count == 0),
                    }
                }
                let now = month(if months_later { "2027-01" } else { "2026-11" });
                let (closed, movements) = hold.release(now).unwrap();
                booked.extend(movements);
                prop_assert!(!closed.open);
                prop_assert_eq!(closed.left(), Credits::ZERO);
                prop_assert_eq!(credits_at(&booked, &Account::HELD), 0);
                let spent = hold.settled.0;
                let allowance_kept = allowance - wanted.min(allowance) ;
                let allowance_back = (wanted.min(allowance) - spent).max(0);
                let expected = if months_later { allowance_kept - allowance } else { allowance_kept + allowance_back - allowance };
                prop_assert_eq!(credits_at(&booked, &Account::allowance(month("2026-11"))), expected);
                prop_assert_eq!(credits_at(&booked, &Account::used(month("2026-11"))), spent);
                // Closing again moves nothing.
                prop_assert!(closed.release(now).unwrap().1.is_empty());
                prop_assert!(closed.settle(1, "late", now).is_err());
            }
        }
    }

    #[test]
    fn any_change_to_a_booked_transfer_breaks_the_chain(
        amounts in prop::collection::vec(1_i64..1000, 2..12), victim in any::<prop::sample::Index>(), what in 0..4_u8,
    ) {
        let mut head = ChainHead::default();
        let mut booked: Vec<Transfer> = Vec::new();
        for (index, amount) in amounts.iter().enumerate() {
            let movement = grant(&index.to_string(), Credits(*amount)).unwrap();
            let transfer = seal(&head, movement, Timestamp::UNIX_EPOCH).unwrap();
            head = ChainHead { seq: transfer.seq, hash: transfer.hash.clone() };
            booked.push(transfer);
        }
        let check = |booked: &[Transfer]| booked.iter().try_fold(ChainHead::default(), |head, transfer| verify(&head, transfer));
        prop_assert_eq!(check(&booked), Ok(head));
        let victim = victim.index(booked.len());
        match what {
            0 => booked[victim].id.push('x'),
            1 => booked[victim].at = Timestamp::MAX,
            2 => booked[victim].postings.iter_mut().for_each(|posting| posting.amount = match posting.amount {
                Amount::Credits(credits) => Amount::Credits(Credits(credits.0 * 2)),
                other @ Amount::UsdMicros(_) => other,
            }),
            _ => { booked.remove(victim); if victim == booked.len() { return Ok(()); } }
        }
        prop_assert!(check(&booked).is_err());
    }
}

#[test]
fn a_movement_cannot_be_made_out_of_balance() {
    let lopsided = Movement::new(
        "grant/x".to_owned(),
        MovementKind::Grant,
        None,
        vec![
            (Account::ISSUED_GRANTS, Amount::Credits(Credits(-5))),
            (Account::GRANTED, Amount::Credits(Credits(6))),
        ],
    );
    assert!(lopsided.is_err());
    let two_units = Movement::new(
        "grant/y".to_owned(),
        MovementKind::Grant,
        None,
        vec![
            (Account::ISSUED_GRANTS, Amount::Credits(Credits(-5))),
            (Account::GRANTED, Amount::UsdMicros(protocol::credits::UsdMicros(5))),
        ],
    );
    assert!(two_units.is_err());
}

#[test]
fn months_order_and_read_back() {
    assert!(month("2026-09") < month("2026-10"));
    assert!(month("2026-12") < month("2027-01"));
    assert_eq!(month("2026-11").to_string(), "2026-11");
    assert!("2026-13".parse::<Month>().is_err());
}

#[test]
fn the_hash_of_a_transfer_stays_the_same() {
    let at: Timestamp = "2026-11-29T01:02:03Z".parse().unwrap();
    let first = seal(&ChainHead::default(), grant("a", Credits(5)).unwrap(), at).unwrap();
    let head = verify(&ChainHead::default(), &first).unwrap();
    let second = seal(&head, grant("b", Credits(7)).unwrap(), at).unwrap();
    assert_eq!(
        [first.hash, second.hash],
        [
            "e86126f0e7535a9cfa6ca625f6f2564542a82b67be3ab5dea25cb5a4412210b0",
            "580212f47eb7b23c5a74b713665bf34ffcade52c812cbc9960c7f9f974f68e32"
        ]
    );
}

#[test]
fn accounts_are_named_as_they_always_were() {
    let november = month("2026-11");
    let person = ParticipantId(Uuid::from_u128(7));
    let named = [
        (Account::ISSUED_ALLOWANCES, "issuer/allowance"),
        (Account::ISSUED_GRANTS, "issuer/grants"),
        (Account::LAPSED, "issuer/lapsed"),
        (Account::allowance(november), "owner/allowance/2026-11"),
        (Account::GRANTED, "owner/granted"),
        (Account::HELD, "owner/held"),
        (Account::used(november), "owner/used/2026-11"),
        (Account::cost(november), "owner/cost/2026-11"),
        (Account::earned(person), "participant/00000000-0000-0000-0000-000000000007/earned"),
        (Account::provider("mock-1".to_owned()), "provider/mock-1"),
        (Account::provider("a/b".to_owned()), "provider/a/b"),
    ];
    for (account, text) in named {
        assert_eq!(account.to_string(), text);
        assert_eq!(text.parse(), Ok(account));
    }
    for other in [
        "",
        "owner",
        "owner/",
        "owner/granted/",
        "owner/held/2026-11",
        "owner/allowance",
        "owner/used/2026-9",
        "issuer/held",
        "participant/7/earned",
        "participant/00000000-0000-0000-0000-000000000007/held",
    ] {
        assert!(other.parse::<Account>().is_err(), "{other}");
    }
    let limited = |account: Account| account.party().has_limit();
    assert!(limited(Account::HELD) && limited(Account::earned(person)));
    assert!(!limited(Account::LAPSED) && !limited(Account::provider("a".to_owned())));
}

#[test]
fn the_months_of_allowances_lie_between_the_first_and_the_last() {
    let name = |month| Account::allowance(month).to_string();
    for known in ["1970-01", "2026-11"].map(month) {
        assert!(name(Month::FIRST) < name(known) && name(known) < name(Month::LAST));
    }
    assert!(Account::used(month("2026-11")).to_string() > name(Month::LAST));
    assert!(Account::cost(month("2026-11")).to_string() > name(Month::LAST));
}
