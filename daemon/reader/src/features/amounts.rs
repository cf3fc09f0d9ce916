//! Sums of money in a text and what they are: a price, a fee, a saving, a limit. Prices are compared per month; a price
//! that is paid once counts as a twelfth, since people weigh a purchase against about a year of use, and what is
//! dear against longer.

use super::super::lexicon::{Lexicon, Theme};
use super::super::theme::Benefit;
use super::{Span, TextMatch, Token};

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

/// Reads every sum: the largest price and the places of all sums that are no savings; those are
/// added to what was found.
pub(super) fn read(
    lexicon: &Lexicon,
    text: &str,
    tokens: &[Token],
    found: &mut Vec<TextMatch>,
) -> (Option<Price>, Vec<Span>) {
    let mut largest: Option<Price> = None;
    let mut sums = Vec::new();
    // "$190 a month at first, then $390": the second is monthly too.
    let mut regular: Option<(usize, f64)> = None;
    for at in 0..tokens.len() {
        if let Some((value, first, last)) = sum(lexicon, tokens, at) {
            let saving = Theme::Benefit(Benefit::Saving);
            let role = role(tokens, first, last, value);
            let role = if is_pay(text, tokens, first, last) { Role::Limit } else { role };
            match role {
                Role::Saving => found.push(TextMatch { theme: saving, count: size(value), first }),
                // It is named, but it is nobody's price.
                Role::Reference | Role::Limit => {
                    sums.push(Span { start: tokens[first].start, end: tokens[last].end });
                }
                Role::Price => {
                    let (times, until) = per_month(text, tokens, first, last);
                    let sentence = tokens[first].sentence;
                    let times = match (times, regular) {
                        (Some(times), _) => times,
                        (None, Some((place, times))) if place == sentence => times,
                        _ => ONCE,
                    };
                    if times > ONCE {
                        regular = Some((sentence, times));
                    }
                    let monthly = value * if times > ONCE { times } else { once(value) };
                    let span = Span { start: tokens[first].start, end: tokens[until].end };
                    sums.push(span);
                    if largest.is_none_or(|price| monthly > price.monthly) {
                        largest = Some(Price { monthly, span });
                    }
                }
            }
        }
    }
    (largest, sums)
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
        let unit = get(at + 1 + usize::from(scaled))
            .filter(|token| token.word != "pounds" || !weighed(tokens, at));
        let unit = unit.and_then(currency)?;
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

/// Whether pounds are a weight here.
fn weighed(tokens: &[Token], at: usize) -> bool {
    let near = tokens[at.saturating_sub(5)..].iter().take(11);
    near.filter(|token| token.sentence == tokens[at].sentence).any(|token| {
        matches!(
            token.stem.as_str(),
            "weigh"
                | "weight"
                | "lift"
                | "carri"
                | "heavi"
                | "lose"
                | "lost"
                | "light"
                | "load"
                | "pull"
        )
    })
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

/// How many times a month it is paid, and the last token that says so.
fn per_month(text: &str, tokens: &[Token], first: usize, last: usize) -> (Option<f64>, usize) {
    let sentence = tokens[first].sentence;
    let ahead = tokens.iter().enumerate().skip(last + 1).take(AFTER + 1);
    for (at, token) in ahead.take_while(|(_, token)| token.sentence == sentence) {
        let before = &tokens[at - 1];
        let slash = text.get(before.end..token.start).is_some_and(|gap| gap.contains('/'));
        let article = matches!(
            before.word.as_str(),
            "a" | "per" | "each" | "every" | "an" | "the" | "one" | "of" | "first"
        );
        let adverb = token.word.ends_with("ly")
            || matches!(token.word.as_str(), "annum" | "pcm" | "pm" | "pa");
        if let Some(times) = period(&token.word)
            && (slash || article || adverb)
        {
            return (Some(times), if at <= last + 2 { at } else { last });
        }
        if (slash || article) && USES.contains(&token.stem.as_str()) {
            return (Some(1.0), if at <= last + 2 { at } else { last });
        }
        if token.number.is_some() {
            break;
        }
    }
    let behind = tokens[first.saturating_sub(5)..first].iter().rev();
    let regular = behind
        .take_while(|token| token.sentence == sentence)
        .filter(|token| token.word.ends_with("ly") || token.word == "annual")
        .find_map(|token| period(&token.word));
    (regular, last)
}

/// A payment once counts as a twelfth a month.
const ONCE: f64 = 1.0 / 12.0;
/// Above this a purchase is used for longer than a year.
const DURABLE: f64 = 600.0;

/// The part of a single payment that counts for a month: what costs more is used for longer.
fn once(value: f64) -> f64 {
    if value <= DURABLE { ONCE } else { ONCE * libm::pow(DURABLE / value, 0.35) }
}

/// Stems of what is paid each time it is used, about once a month.
const USES: &[&str] = &[
    "visit", "ride", "trip", "order", "wash", "session", "class", "meal", "use", "deliveri", "box",
    "person", "lesson", "call", "user", "seat", "bag", "game", "night", "transfer", "transact",
    "item", "child", "pet", "anim", "devic", "load",
];

fn period(word: &str) -> Option<f64> {
    Some(match word {
        "minute" => 60.0,
        "hour" | "hourly" | "hr" => 6.0,
        "day" | "daily" | "nightly" => 10.0,
        "week" | "weekly" | "wk" => 52.0 / 12.0,
        "fortnight" | "fortnightly" => 26.0 / 12.0,
        "month" | "monthly" | "mo" | "months" | "pcm" | "pm" => 1.0,
        "quarter" | "quarterly" => 1.0 / 3.0,
        "year" | "yearly" | "annual" | "annually" | "annum" | "yr" | "pa" => 1.0 / 12.0,
        _ => return None,
    })
}

/// A sum from which on it is what a state or a company spends.
const PUBLIC: f64 = 120_000.0;
/// The same for a home.
const PUBLIC_HOME: f64 = 3e6;
/// Stems of homes.
const HOMES: &[&str] = &["hous", "home", "flat", "apart", "villa", "condo", "cottag", "plot"];
/// Those who pay to the reader, or for them.
const PAYERS: &[&str] = &[
    "we",
    "they",
    "it",
    "state",
    "council",
    "city",
    "insurer",
    "insurance",
    "employer",
    "government",
    "fund",
    "landlord",
    "bank",
    "company",
    "office",
    "also",
    "policy",
];
/// Stems of an offer of work.
const WORK: &[&str] =
    &["wage", "salari", "hire", "vacanc", "shift", "overtim", "employe", "recruit", "want", "job"];
/// Words for the pay of work.
const PAID: &[&str] = &["pay", "paid", "wage", "wages", "salary", "earn", "pays"];

/// Beginnings of an offer of work that names no work in a word of the list.
const SOUGHT: &[&str] = &[
    "we're looking for",
    "we’re looking for",
    "we are looking for",
    "we seek",
    "are hiring",
    "is hiring",
    "we're hiring",
    "we’re hiring",
    "join our team",
    "wanted:",
    "vacancy",
];

/// Whether a text offers work by seeking somebody for it.
fn seeks_somebody(text: &str) -> bool {
    let text = text.to_lowercase();
    SOUGHT.iter().any(|words| text.contains(words))
}

/// Whether a sum is what work earns: it is paid by the hour, month or year in an offer of work.
fn is_pay(text: &str, tokens: &[Token], first: usize, last: usize) -> bool {
    let sentence = tokens[first].sentence;
    let near = |words: &[&str]| {
        tokens
            .iter()
            .any(|token| token.sentence == sentence && words.contains(&token.word.as_str()))
    };
    let is_regular = per_month(text, tokens, first, last).0.is_some();
    let offers_work = tokens.iter().any(|token| WORK.contains(&token.stem.as_str()));
    is_regular && (offers_work && (near(PAID) || near(&["hour", "hourly"])) || seeks_somebody(text))
}

/// What a sum is for, by the nearest word that tells.
fn role(tokens: &[Token], first: usize, last: usize, value: f64) -> Role {
    let sentence = tokens[first].sentence;
    let before = |back: usize| {
        let token = first.checked_sub(back).and_then(|at| tokens.get(at));
        token.filter(|token| token.sentence == sentence).map_or("", |token| token.word.as_str())
    };
    // What a state or a company spends is nobody's price; only homes cost so much.
    let is_home = || tokens.iter().any(|token| HOMES.contains(&token.stem.as_str()));
    if value >= PUBLIC && !(value < PUBLIC_HOME && is_home()) {
        return Role::Reference;
    }
    // "up to $6,000" is a limit.
    if before(1) == "to" && before(2) == "up" || before(1) == "as" && before(2) == "far" {
        return Role::Limit;
    }
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
            // What others pay is no price.
            "pay" if PAYERS.contains(&before(back + 1)) => Role::Saving,
            "insur" | "cover" | "protect" | "over" | "abov" | "compens" | "rais" | "revenu"
            | "turnov" | "fund" | "pension" | "salari" | "exceed" | "beyond" | "keep"
            | "maintain" | "balanc" | "cap" => Role::Limit,
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
            "insur" | "cover" | "coverag" | "balanc" | "protect" | "guarante" | "secur" => {
                Role::Limit
            }
            "fee" | "charg" | "penalti" | "deposit" | "extra" | "per" | "month" => Role::Price,
            _ => continue,
        };
        consider(ahead, role);
    }
    best.map_or(Role::Price, |(_, role)| role)
}

/// The words of a clause with every sum in it replaced by the same one.
pub(super) fn levelled(text: &str, clause: Span, sums: &[Span]) -> String {
    let mut plain = String::new();
    let mut at = clause.start;
    for sum in sums.iter().filter(|sum| clause.start <= sum.start && sum.end <= clause.end) {
        if sum.start < at {
            continue;
        }
        plain.push_str(text.get(at..sum.start).unwrap_or_default());
        let mut is_number = false;
        for letter in sum.of(text).chars() {
            let continues = is_number && matches!(letter, '.' | ',');
            if letter.is_ascii_digit() || continues {
                if !is_number {
                    plain.push_str("20");
                }
                is_number = true;
            } else {
                is_number = false;
                plain.push(letter);
            }
        }
        at = sum.end;
    }
    plain.push_str(text.get(at..clause.end).unwrap_or_default());
    plain
}

/// A saving counts by its size.
fn size(value: f64) -> f64 {
    (0.5 + libm::log1p(value.max(0.0) / 10.0) / 4.0).min(2.0)
}
