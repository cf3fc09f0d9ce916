//! Audit of a test home from outside: whether a study's answers, its money, the ledger and the event feed are
//! consistent. It recounts everything it can; the daemon's own doctor runs as well.

use std::collections::{BTreeMap, BTreeSet};

use protocol::event::Cursor;
use protocol::id::StudyId;
use protocol::ledger::{Amount, Transfer};
use protocol::run::State;

use crate::Link;

/// The faults found; empty when everything is consistent.
pub type Findings = Vec<String>;

/// Audits one ended study of a study type that is paid per answer, and everything around it.
///
/// # Panics
/// When the daemon refuses a call.
#[must_use]
pub fn study(link: &Link, id: StudyId) -> Findings {
    let mut findings = Vec::new();
    answers(link, id, &mut findings);
    money(link, id, &mut findings);
    ledger(link, &mut findings);
    history(link, &mut findings);
    doctor(link, &mut findings);
    findings
}

/// Audits everything that does not belong to a single study.
///
/// # Panics
/// When the daemon refuses a call.
#[must_use]
pub fn all(link: &Link) -> Findings {
    let mut findings = Vec::new();
    ledger(link, &mut findings);
    history(link, &mut findings);
    doctor(link, &mut findings);
    findings
}

/// Every persona appears once, and as often as the counts say.
fn answers(link: &Link, id: StudyId, findings: &mut Findings) {
    let study = link.live(id).unwrap().study;
    let answers = link.all_answers(id).unwrap();
    let count = u32::try_from(answers.len()).unwrap();
    if count != study.panel.delivered {
        findings.push(format!("{count} answers, but {} delivered", study.panel.delivered));
    }
    let mut seen = BTreeMap::<String, u32>::new();
    for response in &answers {
        *seen.entry(response.respondent.id()).or_default() += 1;
    }
    for (persona, times) in seen.iter().filter(|(_, times)| **times != 1) {
        findings.push(format!("{persona} answered {times} times"));
    }
    for (place, response) in (1..).zip(&answers) {
        if study.state == State::Completed && response.id.0 != place {
            findings.push(format!("answer {place} is called {}", response.id));
        }
    }
    if study.panel.settled() > study.panel.requested {
        findings.push(format!("more outcomes than respondents: {:?}", study.panel));
    }
    if study.state == State::Completed && study.panel.settled() != study.panel.requested {
        findings.push(format!("completed without all outcomes: {:?}", study.panel));
    }
    let scored = link.live(id).unwrap().scores.iter().sum::<u64>();
    if scored != u64::from(study.panel.delivered) {
        findings.push(format!("{scored} scores, but {} delivered", study.panel.delivered));
    }
}

/// One settlement for each answer; the unused part of the hold was released exactly once.
fn money(link: &Link, id: StudyId, findings: &mut Findings) {
    let study = link.live(id).unwrap().study;
    let ledger = link.ledger().unwrap();
    let of = |kind: &str| {
        ledger
            .iter()
            .filter(|transfer| transfer.study == Some(id) && transfer.kind == kind)
            .map(moved)
            .sum::<i64>()
    };
    let (held, settled, released) = (of("hold"), of("settle"), of("release"));
    let delivered = i64::from(study.panel.delivered);
    if settled != delivered {
        findings.push(format!("{settled} credits settled for {delivered} answers"));
    }
    if study.state.is_final() && held != settled + released {
        findings.push(format!("held {held}, settled {settled}, released {released}"));
    }
    if held < settled + released {
        findings.push(format!("more left the hold than it had: {held} < {settled} + {released}"));
    }
    let used = link.report(id).unwrap().meta.credits_used.0;
    if used != settled {
        findings.push(format!("the report says {used} credits, the ledger {settled}"));
    }
}

/// The credits that a transfer moved.
fn moved(transfer: &Transfer) -> i64 {
    transfer.postings.iter().map(|posting| credits(posting.amount)).filter(|moved| *moved > 0).sum()
}

fn credits(amount: Amount) -> i64 {
    match amount {
        Amount::Credits(credits) => credits.0,
        Amount::UsdMicros(_) => 0,
    }
}

/// The ledger is dense, free of duplicate ids, balanced, and consistent with the balance.
fn ledger(link: &Link, findings: &mut Findings) {
    let transfers = link.ledger().unwrap();
    let mut names = BTreeSet::new();
    let mut accounts = BTreeMap::<String, i64>::new();
    for (place, transfer) in (1_u64..).zip(&transfers) {
        if transfer.seq != place {
            findings.push(format!("transfer {place} has the number {}", transfer.seq));
        }
        if !names.insert(transfer.id.clone()) {
            findings.push(format!("two transfers are called {}", transfer.id));
        }
        let (mut credits_sum, mut micros_sum) = (0_i64, 0_i64);
        for posting in &transfer.postings {
            match posting.amount {
                Amount::Credits(amount) => credits_sum += amount.0,
                Amount::UsdMicros(amount) => micros_sum += amount.0,
            }
            *accounts.entry(posting.account.clone()).or_default() += credits(posting.amount);
        }
        if (credits_sum, micros_sum) != (0, 0) {
            findings.push(format!("{} does not sum to zero", transfer.id));
        }
    }
    let balance = link.credits().unwrap();
    if balance.balance.is_negative() || balance.held.is_negative() {
        findings.push(format!("a negative balance: {balance:?}"));
    }
    // The accounts of one owner sum to what is available or held, whatever their names.
    let total: i64 = accounts.values().sum();
    if total != 0 {
        findings.push(format!("the accounts sum to {total}"));
    }
}

/// Every event appears once, without a gap.
fn history(link: &Link, findings: &mut Findings) {
    let mut after = Cursor(0);
    let mut expected = None;
    loop {
        let page = link.events(after, 500, 0).unwrap();
        if page.events.is_empty() {
            return;
        }
        for event in &page.events {
            if expected.is_some_and(|expected| expected != event.seq) {
                findings.push(format!("event {} where {expected:?} was due", event.seq));
            }
            expected = Some(event.seq + 1);
        }
        after = page.next;
    }
}

/// The findings of the daemon's own doctor.
fn doctor(link: &Link, findings: &mut Findings) {
    let checks = link.doctor().unwrap();
    if checks.is_empty() {
        findings.push("the doctor looked at nothing".to_owned());
    }
    for check in checks.iter().filter(|check| !check.ok) {
        findings.push(format!("doctor: {}: {}", check.name, check.detail));
    }
}
