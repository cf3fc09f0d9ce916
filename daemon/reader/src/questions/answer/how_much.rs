//! How much: what one would pay, the four prices of Van Westendorp (1976), and whether the price asked is right. Without a
//! price in the text there is nothing to hold a sum against, and the question is declined.

use super::super::class::Money;
use super::Said;
use super::mind::Turn;
use super::pay::{AskedPrice, spoken, verdict, willing};

pub(super) fn how_much(turn: &Turn<'_>, money: Money) -> Option<Said> {
    if money == Money::Fair {
        return fair(turn);
    }
    let asked = AskedPrice::of(turn)?;
    let span = turn.mind.features.price.map(|price| price.span);
    let willing = willing(turn, asked.sum);
    let numbers = &turn.mind.reader.answers.pay;
    match money {
        Money::Stated => turn.say("how_much", "stated", span, ""),
        Money::PayThis(sum) => {
            let pays = !willing.nothing && willing.sum >= sum;
            turn.say("how_much", if pays { "yes" } else { "no" }, None, "")
        }
        // Another period than the price has would need a guess at how long it is used.
        Money::PayEach(period) if !asked.is_each(period) => None,
        Money::Pay | Money::PayEach(_) => pay(turn, &asked, willing.nothing, willing.sum),
        Money::TooCheap => at(turn, &asked, willing.sum * numbers.too_cheap),
        Money::Bargain => at(turn, &asked, willing.sum * numbers.bargain),
        Money::Dear => at(turn, &asked, willing.sum * numbers.dear),
        Money::TooDear => at(turn, &asked, willing.sum * numbers.too_dear),
        Money::Fair => fair(turn),
    }
}

fn pay(turn: &Turn<'_>, asked: &AskedPrice, nothing: bool, sum: f64) -> Option<Said> {
    if nothing {
        return turn.say("how_much", "pay_nothing", None, "");
    }
    let said = spoken(sum, asked.sum);
    // Rounding does not make a buyer of somebody who would pay less.
    let said = if sum < asked.sum && said >= asked.sum && !turn.buys() {
        spoken(0.9 * asked.sum, asked.sum)
    } else if turn.buys() {
        said.max(asked.sum)
    } else {
        said
    };
    let case = if said < asked.sum {
        "pay_less"
    } else if said > asked.sum {
        "pay_more"
    } else {
        "pay_asked"
    };
    turn.say("how_much", case, None, &asked.write(said))
}

/// A price point, with where it lies against the price asked.
fn at(turn: &Turn<'_>, asked: &AskedPrice, sum: f64) -> Option<Said> {
    let said = spoken(sum, asked.sum);
    let theme = if said < asked.sum {
        "Less than asked"
    } else if said > asked.sum {
        "More than asked"
    } else {
        "What is asked"
    };
    Some(turn.say("how_much", "at", None, &asked.write(said))?.naming(theme))
}

fn fair(turn: &Turn<'_>) -> Option<Said> {
    let Some(price) = turn.mind.features.price else {
        return turn.say("how_much", "none", None, "");
    };
    let case = verdict(turn);
    let said = turn.say("how_much", case, Some(price.span), "")?;
    let Some(scale) = turn.scale else { return Some(said) };
    let place = match case {
        "good" => 0.85,
        "fair" => 0.55,
        _ => 0.2,
    };
    // The liking moves the number within its verdict.
    let place = place + 0.2 * (turn.level - 0.5);
    Some(turn.say("would", "number", None, &scale.say(scale.at(place)))?.then(said))
}
