//! Lengths of time and what they are lengths of: two minutes to set up is good and two days is not, a two-year warranty is
//! good and a two-year contract is not.

use super::super::lexicon::{Lexicon, Theme};
use super::super::theme::{Benefit, Concern};
use super::quote::around;
use super::{Gathered, Token};

/// What a length of time is about.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Role {
    /// Until something comes or someone answers: better short. Indifferent at so many minutes.
    Wait(f64),
    /// Until one can begin: better short.
    Setup,
    /// What it takes each time: better short.
    Task,
    /// Warranty, trial, time to send back: better long. Indifferent at so many minutes.
    Assurance(f64),
    /// Contract and notice: a burden, the longer the worse.
    Lock,
    /// How long it runs or lasts: better long.
    Endurance,
}

const HOUR: f64 = 60.0;
const DAY: f64 = 24.0 * HOUR;
const YEAR: f64 = 365.0 * DAY;
/// Words on either side that may tell what a time is about.
const REACH: usize = 9;
const COUNT_MAX: f64 = 1.6;

/// Reads every length of time.
pub(crate) fn read(lexicon: &Lexicon, text: &str, tokens: &[Token], gathered: &mut Gathered) {
    for at in 0..tokens.len() {
        let Some((minutes, last)) = length(lexicon, tokens, at) else { continue };
        let Some(role) = role(tokens, at, last) else { continue };
        let Some((theme, count)) = worth(role, minutes, denied(lexicon, tokens, at)) else {
            continue;
        };
        gathered.add(
            theme,
            count.min(COUNT_MAX),
            around(text, tokens, at, last),
            tokens[at].sentence,
        );
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
fn role(tokens: &[Token], at: usize, last: usize) -> Option<Role> {
    let sentence = tokens[at].sentence;
    let clause = tokens[at].clause;
    let mut best: Option<(usize, Role)> = None;
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
    let quick = at > 0
        && matches!(
            tokens[at - 1].word.as_str(),
            "in" | "within" | "under" | "than" | "takes" | "take"
        );
    best.map(|(_, role)| role).or(quick.then_some(Role::Task))
}

fn trigger(stem: &str, word: &str) -> Option<Role> {
    Some(match stem {
        "deliv" | "deliveri" | "deliver" | "ship" | "arriv" | "dispatch" | "parcel" => {
            Role::Wait(4.0 * DAY)
        }
        "repli" | "respons" | "respond" | "answer" | "support" | "help" | "hotlin" | "email"
        | "doctor" | "advis" => Role::Wait(10.0 * HOUR),
        "wait" | "queue" | "hold" | "delay" | "slow" | "pick" => Role::Wait(20.0),
        "claim" | "paid" | "payout" | "reimburs" | "settl" | "refund" | "repair" | "fix"
        | "deposit" | "appoint" | "result" | "withdraw" | "transfer" => Role::Wait(6.0 * DAY),
        "approv" | "process" | "decis" | "appli" | "applic" => Role::Wait(3.0 * DAY),
        "setup" | "set" | "instal" | "train" | "learn" | "implement" | "onboard" | "configur"
        | "assembl" | "calibr" | "open" | "sign" | "regist" | "migrat" | "start" | "built"
        | "build" => Role::Setup,
        "cook" | "prepar" | "recip" | "take" | "read" | "lesson" | "fill" | "clean" | "complet"
        | "commut" | "renew" | "book" | "spend" | "form" | "finish" | "prep" | "readi" => {
            Role::Task
        }
        "warranti" | "guarante" => Role::Assurance(0.8 * YEAR),
        "trial" | "return" | "send" | "money" | "change" | "exchang" => Role::Assurance(9.0 * DAY),
        "contract" | "commit" | "term" | "agreement" | "notic" | "minimum" | "lock" | "bind"
        | "plan" | "subscript" | "membership" | "tie" | "cancel" => Role::Lock,
        "batteri" | "last" | "run" | "play" | "life" | "lifespan" | "surviv" | "fresh"
        | "endur" | "durabl" => Role::Endurance,
        "charg" if word.starts_with("charge") => Role::Endurance,
        _ => return None,
    })
}

/// What a time is worth, if anything.
fn worth(role: Role, minutes: f64, denied: bool) -> Option<(Theme, f64)> {
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
        Role::Wait(middle) => short(middle, 2.2, Benefit::Speed, Concern::Waiting),
        Role::Setup => short(1.5 * HOUR, 3.0, Benefit::Convenience, Concern::Complexity),
        Role::Task => short(45.0, 2.0, Benefit::Convenience, Concern::Effort),
        Role::Assurance(middle) => {
            let doublings = libm::log2(minutes / middle) / 2.0;
            if denied || doublings < -0.05 {
                Some((Theme::Concern(Concern::Risk), 0.5))
            } else {
                Some((Theme::Benefit(Benefit::Trust), 0.4 + doublings.max(0.0)))
            }
        }
        Role::Lock if denied => Some((Theme::Benefit(Benefit::Choice), 0.8)),
        Role::Lock if minutes < 2.0 * DAY => None,
        Role::Lock => Some((
            Theme::Concern(Concern::Commitment),
            0.3 + libm::log2(minutes / DAY).max(0.0) / 8.0,
        )),
        Role::Endurance => {
            let doublings = libm::log2(minutes / (7.0 * HOUR));
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
