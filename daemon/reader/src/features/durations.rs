//! Lengths of time in a text and what they measure: two minutes to set up is good and two days is not, a two-year
//! warranty is good and a two-year contract is not.

use super::super::lexicon::{Lexicon, Theme};
use super::super::theme::{Benefit, Concern};
use super::{TextMatch, Token};

/// What a length of time is about.
#[derive(Clone, Copy, Debug, PartialEq)]
enum DurationRole {
    /// Until something comes or someone answers: better short. Indifferent at so many minutes.
    Wait(f64),
    /// Until one can begin: better short. Indifferent at so many minutes.
    Setup(f64),
    /// What it takes each time: better short.
    Task,
    /// Warranty, trial, time to send back: better long. Indifferent at so many minutes.
    Assurance(f64),
    /// Contract and notice: a burden, the longer the worse.
    Lock,
    /// How long it runs or lasts: better long.
    Endurance,
    /// How long it runs on one charge: better long.
    Power,
}

const HOUR: f64 = 60.0;
const DAY: f64 = 24.0 * HOUR;
const YEAR: f64 = 365.0 * DAY;
/// Words on either side that may tell what a time is about.
const REACH: usize = 9;
const COUNT_MAX: f64 = 1.6;

/// Reads every length of time.
pub fn read(lexicon: &Lexicon, tokens: &[Token], found: &mut Vec<TextMatch>) {
    for at in 0..tokens.len() {
        let Some((minutes, last)) = length(lexicon, tokens, at) else { continue };
        let Some(role) = role(tokens, at, last) else { continue };
        let Some((theme, count)) = worth(role, minutes, denied(lexicon, tokens, at)) else {
            continue;
        };
        let count = count.min(COUNT_MAX);
        found.push(TextMatch { theme, count, first: at, last, from: at });
    }
}

/// A length of time at `at`: minutes, and its last token.
fn length(lexicon: &Lexicon, tokens: &[Token], at: usize) -> Option<(f64, usize)> {
    let token = &tokens[at];
    let number = token.number.or_else(|| lexicon.grammar.numbers.get(&token.word).copied());
    let single = matches!(token.word.as_str(), "a" | "an").then_some(1.0);
    let value = number.or(single)?;
    for skip in 1..=3 {
        let next = tokens.get(at + skip).filter(|next| next.sentence == token.sentence)?;
        if let Some(unit) = unit(&next.word) {
            let rate = at > 0
                && (tokens[at - 1].word == "%"
                    || matches!(tokens[at - 1].word.as_str(), "$" | "€" | "£"));
            // "$9 a month" is a price, not a time.
            let priced = single.is_some()
                && (at > 0 && tokens[at - 1].number.is_some() || !said(tokens, at));
            return (!rate && !priced).then_some((value * unit, at + skip));
        }
        let filler = matches!(
            next.word.as_str(),
            "working" | "business" | "full" | "short" | "whole" | "or" | "to" | "more" | "half"
        ) || next.number.is_some();
        if !filler {
            return None;
        }
    }
    None
}

/// Whether "a week" is said as a length: "within a week", "about a year".
fn said(tokens: &[Token], at: usize) -> bool {
    at > 0
        && matches!(
            tokens[at - 1].word.as_str(),
            "within"
                | "in"
                | "about"
                | "under"
                | "for"
                | "takes"
                | "take"
                | "than"
                | "after"
                | "least"
                | "over"
                | "around"
                | "lasts"
                | "nearly"
                | "almost"
        )
}

fn unit(word: &str) -> Option<f64> {
    Some(match word {
        "second" | "seconds" | "sec" | "secs" => 1.0 / 60.0,
        "minute" | "minutes" | "min" | "mins" => 1.0,
        "hour" | "hours" | "hr" | "hrs" | "h" => HOUR,
        "day" | "days" => DAY,
        "week" | "weeks" => 7.0 * DAY,
        "month" | "months" => 30.0 * DAY,
        "year" | "years" | "yr" | "yrs" => YEAR,
        "decade" | "decades" => 10.0 * YEAR,
        _ => return None,
    })
}

/// What a time is about, by the nearest word that tells.
fn role(tokens: &[Token], at: usize, last: usize) -> Option<DurationRole> {
    let sentence = tokens[at].sentence;
    let clause = tokens[at].clause;
    let mut best: Option<(usize, DurationRole)> = None;
    let from = at.saturating_sub(REACH);
    let to = (last + REACH + 1).min(tokens.len());
    for (place, token) in tokens.iter().enumerate().take(to).skip(from) {
        if token.sentence != sentence || (at..=last).contains(&place) {
            continue;
        }
        let mut distance = if place < at { at - place } else { place - last };
        if token.clause != clause {
            distance += 5;
        }
        let Some(role) = trigger(&token.stem, &token.word) else { continue };
        if best.is_none_or(|(nearest, _)| distance < nearest) {
            best = Some((distance, role));
        }
    }
    let next = tokens.get(last + 1).map_or("", |next| next.word.as_str());
    if matches!(next, "refund" | "refunds" | "return" | "returns" | "money" | "trial" | "exchange")
    {
        return Some(DurationRole::Assurance(9.0 * DAY));
    }
    // What a contract or a warranty "runs for" is its own length, whatever stands nearer.
    let valid = at > 1
        && tokens[at - 1].word == "for"
        && matches!(
            tokens[at - 2].word.as_str(),
            "good" | "valid" | "guaranteed" | "covered" | "insured" | "free" | "protected"
        );
    if valid {
        return Some(DurationRole::Assurance(9.0 * DAY));
    }
    let named = tokens[from..to].iter().filter(|token| token.clause == clause);
    let named = named.map(|token| noun(&token.word)).find_map(|role| role);
    let best = named.map(|role| (0, role)).or(best);
    let preposition = at > 0 && matches!(tokens[at - 1].word.as_str(), "in" | "within" | "under");
    let long = unit(&tokens[last].word).is_some_and(|minutes| minutes >= DAY);
    let best = best.filter(|(_, role)| {
        !(preposition && matches!(role, DurationRole::Endurance | DurationRole::Power))
    });
    if at > 0 && tokens[at - 1].word == "every" {
        return None;
    }
    // "ten days later", "after three weeks".
    let later = tokens
        .get(last + 1)
        .is_some_and(|next| matches!(next.word.as_str(), "later" | "afterwards"));
    if later || (preposition && long && best.is_none()) {
        return Some(DurationRole::Wait(3.0 * DAY));
    }
    let quick = at > 0
        && matches!(
            tokens[at - 1].word.as_str(),
            "in" | "within" | "under" | "than" | "takes" | "take"
        );
    best.map(|(_, role)| role).or(quick.then_some(DurationRole::Task))
}

fn trigger(stem: &str, word: &str) -> Option<DurationRole> {
    let by_word = match word {
        "receive" | "receives" | "get" | "hear" | "comes" | "done" | "finished" | "collected" => {
            Some(DurationRole::Wait(4.0 * DAY))
        }
        "lasts" | "last" | "lasting" | "runs" | "plays" | "play" | "battery" | "batteries"
        | "lifespan" | "life" | "playback" | "runtime" | "charge" => Some(DurationRole::Endurance),
        "fix" | "fixes" | "repair" | "repairs" | "repaired" => Some(DurationRole::Wait(6.0 * DAY)),
        "return" | "returns" | "trial" | "money" | "exchange" | "try" => {
            Some(DurationRole::Assurance(9.0 * DAY))
        }
        "installed" | "installation" | "install" | "implementation" | "implement" | "migration"
        | "construction" | "built" => Some(DurationRole::Setup(1.5 * DAY)),
        "setup" | "set" | "onboarding" | "configure" | "configuration" | "assembly"
        | "assemble" | "assembled" | "calibration" | "register" | "registration" | "open"
        | "opening" | "running" | "sign" | "start" | "started" | "ready" => {
            Some(DurationRole::Setup(1.5 * HOUR))
        }
        "training" => Some(DurationRole::Setup(4.0 * HOUR)),
        "plan" | "contract" | "contracts" | "term" | "agreement" | "notice" | "minimum"
        | "commitment" | "lease" | "subscription" | "membership" | "lock" | "locked" | "tie"
        | "tied" => Some(DurationRole::Lock),
        "warranty" | "warranties" | "guarantee" | "guaranteed" | "guarantees" => {
            Some(DurationRole::Assurance(0.8 * YEAR))
        }
        "wait" | "waiting" | "waits" | "queue" | "queues" | "hold" | "line" | "lines"
        | "pickup" => Some(DurationRole::Wait(20.0)),
        "reply" | "replies" | "response" | "responses" | "respond" | "responds" | "answer"
        | "answers" | "answered" | "support" | "callback" | "email" | "emails" | "doctor"
        | "adviser" | "hotline" => Some(DurationRole::Wait(10.0 * HOUR)),
        "approved" | "approval" | "processed" | "processing" | "decision" | "decisions"
        | "applications" | "application" => Some(DurationRole::Wait(3.0 * DAY)),
        _ => None,
    };
    let by_stem = || match stem {
        "deliveri" | "deliv" | "deliver" | "ship" | "shipment" | "arriv" | "dispatch"
        | "parcel" => Some(DurationRole::Wait(4.0 * DAY)),
        "claim" | "paid" | "payout" | "reimburs" | "settl" | "refund" | "appoint" | "result"
        | "withdraw" | "transfer" | "complaint" => Some(DurationRole::Wait(6.0 * DAY)),
        "cook" | "prepar" | "recip" | "read" | "lesson" | "clean" | "commut" | "renew" | "book"
        | "form" | "prep" | "assess" | "dinner" | "wash" | "chore" => Some(DurationRole::Task),
        _ => None,
    };
    by_word.or_else(by_stem)
}

/// Nouns that own any length of time in their clause.
fn noun(word: &str) -> Option<DurationRole> {
    match word {
        "contract" | "contracts" | "agreement" | "lease" | "notice" | "commitment" | "term" => {
            Some(DurationRole::Lock)
        }
        "warranty" | "guarantee" => Some(DurationRole::Assurance(0.8 * YEAR)),
        "charge" | "battery" => Some(DurationRole::Power),
        _ => None,
    }
}

/// What a time is worth, if anything.
fn worth(role: DurationRole, minutes: f64, denied: bool) -> Option<(Theme, f64)> {
    let minutes = minutes.max(0.01);
    let short = |middle: f64, step: f64, good: Benefit, bad: Concern| {
        let doublings = libm::log2(middle / minutes) / step;
        if doublings > 0.05 {
            Some((Theme::Benefit(good), doublings))
        } else if doublings < -0.05 {
            Some((Theme::Concern(bad), -doublings))
        } else {
            None
        }
    };
    match role {
        DurationRole::Wait(middle) => short(middle, 2.2, Benefit::Speed, Concern::Waiting),
        DurationRole::Setup(middle) => {
            short(middle, 3.0, Benefit::Convenience, Concern::Complexity)
        }
        DurationRole::Task => short(45.0, 2.0, Benefit::Convenience, Concern::Effort),
        DurationRole::Assurance(middle) => {
            let doublings = libm::log2(minutes / middle) / 2.0;
            if denied || doublings < -0.05 {
                Some((Theme::Concern(Concern::Risk), 0.5))
            } else {
                Some((Theme::Benefit(Benefit::Trust), 0.4 + doublings.max(0.0)))
            }
        }
        DurationRole::Lock if denied => Some((Theme::Benefit(Benefit::Choice), 0.8)),
        // A month's notice is fair.
        DurationRole::Lock if minutes <= 31.0 * DAY => None,
        DurationRole::Lock => Some((
            Theme::Concern(Concern::Commitment),
            0.3 + libm::log2(minutes / DAY).max(0.0) / 8.0,
        )),
        DurationRole::Endurance | DurationRole::Power => {
            // Hours are hours of running, days and more are a lifetime.
            let lifetime = matches!(role, DurationRole::Endurance) && minutes >= 2.0 * DAY;
            let middle = if lifetime { 30.0 * DAY } else { 7.0 * HOUR };
            let doublings = libm::log2(minutes / middle);
            if doublings > 0.0 {
                Some((Theme::Benefit(Benefit::Reliability), 0.5 + doublings / 6.0))
            } else {
                Some((Theme::Concern(Concern::Unreliability), -doublings / 2.0))
            }
        }
    }
}

/// "no 12-month contract".
fn denied(lexicon: &Lexicon, tokens: &[Token], at: usize) -> bool {
    (1..=2.min(at)).any(|back| {
        let token = &tokens[at - back];
        token.clause == tokens[at].clause && lexicon.grammar.negators.contains(&token.word)
    })
}
