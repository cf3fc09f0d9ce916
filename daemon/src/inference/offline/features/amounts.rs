//! Sums of money and what they are: a price, a fee, a saving, a limit. Prices are compared per month; a price that is paid
//! once counts as a twelfth, since people weigh a purchase against about a year of use.

use super::super::lexicon::{Lexicon, Theme};
use super::super::theme::{Benefit, Concern};
use super::quote::around;
use super::{Gathered, Span, Token};

/// What a text asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Price {
    /// Per month, in units of the text's own currency.
    pub monthly: f64,
    /// Where it stands.
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Price,
    Saving,
    Reference,
    Limit,
}

const BEFORE: usize = 7;
const AFTER: usize = 4;

/// Reads every sum; the largest price is returned, savings are added to the evidence.
pub(crate) fn read(
    lexicon: &Lexicon,
    text: &str,
    tokens: &[Token],
    gathered: &mut Gathered,
) -> Option<Price> {
    let mut largest: Option<Price> = None;
    for (at, token) in tokens.iter().enumerate() {
        if let Some((value, first, last)) = sum(lexicon, tokens, at) {
            let span = around(text, tokens, first, last);
            match role(tokens, first, last) {
                Role::Saving => {
                    gathered.add(Theme::Benefit(Benefit::Saving), size(value), span, token.sentence)
                }
                Role::Reference | Role::Limit => {}
                Role::Price => {
                    let monthly = value * per_month(tokens, first, last);
                    if largest.is_none_or(|price| monthly > price.monthly) {
                        largest = Some(Price { monthly, span });
                    }
                }
            }
        }
        if let Some((value, last)) = percent(tokens, at) {
            let span = around(text, tokens, at, last);
            if let Some((theme, count)) = share(tokens, at, last, value) {
                gathered.add(theme, count, span, token.sentence);
            }
        }
    }
    largest
}

/// A sum of money at `at`: value, first and last token. `at` is the currency sign, or the number before a currency word.
fn sum(lexicon: &Lexicon, tokens: &[Token], at: usize) -> Option<(f64, usize, usize)> {
    let sentence = tokens[at].sentence;
    let get = |index: usize| tokens.get(index).filter(|token| token.sentence == sentence);
    let value =
        |token: &Token| token.number.or_else(|| lexicon.grammar.numbers.get(&token.word).copied());
    let sign = sign(&tokens[at].word);
    let (number, mut last) = if sign.is_some() {
        (get(at + 1)?.number?, at + 1)
    } else {
        let currency = |token: &Token| word_value(&token.word);
        let number = value(&tokens[at])?;
        let scaled = get(at + 1).and_then(|next| scale(&next.word)).is_some();
        let unit = get(at + 1 + usize::from(scaled)).and_then(currency)?;
        let preceded = at > 0
            && (self::sign(&tokens[at - 1].word).is_some() || currency(&tokens[at - 1]).is_some());
        if preceded {
            return None;
        }
        let factor = if scaled { scale(&tokens[at + 1].word).unwrap_or(1.0) } else { 1.0 };
        return Some((number * unit * factor, at, at + 1 + usize::from(scaled)));
    };
    let mut amount = number * sign.unwrap_or(1.0);
    if let Some(factor) = get(last + 1).and_then(|next| scale(&next.word)) {
        amount *= factor;
        last += 1;
    }
    Some((amount, at, last))
}

/// Rough worth in dollars, so that yen are not read as dollars.
fn sign(word: &str) -> Option<f64> {
    match word {
        "$" | "€" | "£" | "usd" | "eur" | "gbp" | "us$" | "chf" | "cad" | "aud" => Some(1.0),
        "¥" | "₹" => Some(0.01),
        _ => None,
    }
}

fn word_value(word: &str) -> Option<f64> {
    match word {
        "dollar" | "dollars" | "euro" | "euros" | "pound" | "pounds" | "quid" | "bucks" | "usd"
        | "eur" | "gbp" | "€" | "£" | "$" | "francs" => Some(1.0),
        "cent" | "cents" | "pence" | "p" | "¢" => Some(0.01),
        _ => None,
    }
}

fn scale(word: &str) -> Option<f64> {
    match word {
        "k" | "thousand" => Some(1e3),
        "m" | "million" => Some(1e6),
        "bn" | "billion" => Some(1e9),
        "hundred" => Some(100.0),
        _ => None,
    }
}

/// How many times a month it is paid.
fn per_month(tokens: &[Token], first: usize, last: usize) -> f64 {
    let sentence = tokens[first].sentence;
    for offset in 1..=AFTER + 1 {
        let Some(token) = tokens.get(last + offset).filter(|token| token.sentence == sentence)
        else {
            break;
        };
        if let Some(times) = period(&token.word) {
            let before = tokens[last + offset - 1].word.as_str();
            let adverb = token.word.ends_with("ly") || token.word == "annum";
            if adverb
                || matches!(
                    before,
                    "a" | "per" | "each" | "every" | "an" | "the" | "one" | "/" | "of" | "first"
                )
                || tokens[last + offset].start <= tokens[last + offset - 1].end + 1
            {
                return times;
            }
        }
        if token.number.is_some() {
            break;
        }
    }
    for back in 1..=4.min(first) {
        let token = &tokens[first - back];
        if token.sentence != sentence {
            break;
        }
        if token.word.ends_with("ly") || matches!(token.word.as_str(), "month" | "year" | "week") {
            if let Some(times) = period(&token.word) {
                return times;
            }
        }
    }
    let uses = tokens.iter().skip(last + 1).take(3).take_while(|token| token.sentence == sentence);
    if uses.into_iter().any(|token| {
        matches!(
            token.stem.as_str(),
            "visit"
                | "ride"
                | "trip"
                | "order"
                | "wash"
                | "session"
                | "class"
                | "meal"
                | "use"
                | "deliveri"
                | "box"
                | "person"
                | "lesson"
                | "call"
        )
    }) {
        return 1.0;
    }
    1.0 / 12.0
}

fn period(word: &str) -> Option<f64> {
    Some(match word {
        "hour" | "hourly" | "hr" => 20.0,
        "day" | "daily" | "night" | "nightly" => 30.0,
        "week" | "weekly" | "wk" => 52.0 / 12.0,
        "fortnight" | "fortnightly" => 26.0 / 12.0,
        "month" | "monthly" | "mo" | "months" => 1.0,
        "quarter" | "quarterly" => 1.0 / 3.0,
        "year" | "yearly" | "annual" | "annually" | "annum" | "yr" => 1.0 / 12.0,
        _ => return None,
    })
}

/// What a sum is for, by the nearest word that tells.
fn role(tokens: &[Token], first: usize, last: usize) -> Role {
    let sentence = tokens[first].sentence;
    let clause = tokens[first].clause;
    let mut best: Option<(usize, Role)> = None;
    let mut consider = |distance: usize, role: Role| {
        if best.is_none_or(|(nearest, _)| distance < nearest) {
            best = Some((distance, role));
        }
    };
    for back in 1..=BEFORE.min(first) {
        let token = &tokens[first - back];
        if token.sentence != sentence || (token.clause != clause && back > 2) {
            break;
        }
        let role = match token.stem.as_str() {
            "save" | "earn" | "cashback" | "reward" | "win" | "bonus" | "gift" | "credit"
            | "grant" | "rebat" | "donat" | "discount" => Role::Saving,
            "was" | "instead" | "normal" | "regular" | "usual" | "former" | "elsewher"
            | "worth" | "versus" | "compar" | "unlik" | "than" | "valu" | "rrp" => Role::Reference,
            "insur" | "cover" | "protect" | "over" | "abov" | "least" | "compens" | "rais"
            | "revenu" | "turnov" | "fund" | "pension" | "salari" | "exceed" | "beyond" => {
                Role::Limit
            }
            "cost" | "price" | "pay" | "charg" | "fee" | "for" | "onli" | "just" | "from"
            | "rent" | "buy" | "penalti" | "deposit" => Role::Price,
            _ => continue,
        };
        // "more than $5" and "less than $5" still name the price.
        if token.word == "than"
            && first > back
            && matches!(tokens[first - back - 1].word.as_str(), "more" | "less")
        {
            consider(back, Role::Price);
        } else {
            consider(back, role);
        }
    }
    for ahead in 1..=AFTER {
        let Some(token) = tokens.get(last + ahead).filter(|token| token.clause == clause) else {
            break;
        };
        let role = match token.stem.as_str() {
            "less" | "cheaper" | "off" | "save" | "discount" | "cashback" | "bonus" | "reward"
            | "voucher" | "refund" | "credit" => Role::Saving,
            "elsewher" => Role::Reference,
            "insur" | "cover" | "coverag" | "balanc" => Role::Limit,
            "fee" | "charg" | "penalti" | "deposit" | "extra" | "per" | "month" => Role::Price,
            _ => continue,
        };
        consider(ahead, role);
    }
    best.map_or(Role::Price, |(_, role)| role)
}

/// A saving counts by its size.
fn size(value: f64) -> f64 {
    (0.5 + libm::log1p(value.max(0.0) / 10.0) / 4.0).min(2.0)
}

/// A percentage at `at`: its value and its last token.
fn percent(tokens: &[Token], at: usize) -> Option<(f64, usize)> {
    let value = tokens[at].number?;
    let unit = tokens.get(at + 1).filter(|token| token.sentence == tokens[at].sentence)?;
    matches!(unit.word.as_str(), "%" | "percent" | "pct").then_some((value, at + 1))
}

/// What a percentage speaks for.
fn share(tokens: &[Token], at: usize, last: usize, value: f64) -> Option<(Theme, f64)> {
    let count = (0.4 + libm::sqrt(value.clamp(0.0, 100.0)) / 8.0).min(1.6);
    let sentence = tokens[at].sentence;
    let ahead = tokens.iter().skip(last + 1).take(4);
    let behind = tokens[..at].iter().rev().take(6);
    let near = ahead.chain(behind).filter(|token| token.sentence == sentence);
    for token in near {
        let theme = match token.stem.as_str() {
            "cheaper" | "discount" | "off" | "save" | "cashback" | "lower" | "rebat" => {
                Theme::Benefit(Benefit::Saving)
            }
            "less" | "fewer" | "cut" | "reduc" | "faster" | "quicker" | "longer" | "halv"
            | "shorter" | "drop" | "improv" | "better" => Theme::Benefit(Benefit::Results),
            "higher" | "dearer" | "expens" | "surcharg" | "interest" | "apr" | "commiss"
            | "markup" | "increas" | "rise" | "fee" | "penalti" | "tax" => {
                Theme::Concern(Concern::Price)
            }
            "fail" | "error" | "defect" | "crash" | "break" | "wrong" | "slower" | "lose"
            | "lost" | "wors" => Theme::Concern(Concern::Unreliability),
            _ => continue,
        };
        return Some((theme, count));
    }
    None
}
