//! Words by which services say that they do not work for an account: it is empty, not paid for, suspended, or its subscription or
//! trial has ended. A pure function of lower-case words; none of them is said of a limit a minute.

/// Words for an account that is empty or not paid for.
const OF_BALANCE: [&str; 50] = [
    "credit balance is too low",
    "insufficient credit",
    "insufficient balance",
    "insufficient account balance",
    "insufficient funds",
    "balance exhausted",
    "balance is exhausted",
    "balance has been exhausted",
    "balance insufficient",
    "balance is insufficient",
    "balance is not enough",
    "balance not enough",
    "not enough balance",
    "balance is too low",
    "negative balance",
    "out of credit",
    "no credits left",
    "no credits remaining",
    "no remaining credit",
    "not enough credit",
    "not enough funds",
    "have any credits",
    "purchase credits",
    "budget has been exceeded",
    "credits exhausted",
    "credits are exhausted",
    "credits have been used up",
    "ran out of credit",
    "run out of credit",
    "used all available credits",
    "monthly spending limit",
    "billing hard limit",
    "billing limit reached",
    "payment required",
    "payment is required",
    "in arrears",
    "specified api usage limit",
    "prepaid funds",
    "funds exhausted",
    "funds are exhausted",
    "funds have been exhausted",
    "out of funds",
    "billing to be enabled",
    "billing is not enabled",
    "billing is disabled",
    "billing has not been enabled",
    "billing disabled",
    "enable billing",
    "余额不足",
    "欠费",
];
/// What can be at its end, and the words for that, which stand behind it or right in front of it.
const ENDS: [&str; 8] = [
    "subscription",
    "account",
    "trial",
    "plan",
    "payment",
    "invoice",
    "organization",
    "organisation",
];
const ENDED: [&str; 18] = [
    "expired",
    "suspended",
    "deactivated",
    "inactive",
    "terminated",
    "banned",
    "flagged",
    "blocked",
    "frozen",
    "lapsed",
    "ended",
    "overdue",
    "unpaid",
    "cancelled",
    "canceled",
    "delinquent",
    "disabled",
    "locked",
];
/// Those of them that nobody does to it.
const ENDED_BY_ITSELF: [&str; 3] = ["expired", "lapsed", "ended"];
/// Words between the two.
const BETWEEN: [&str; 14] = [
    "is",
    "was",
    "has",
    "have",
    "been",
    "period",
    "currently",
    "now",
    "already",
    "temporarily",
    "permanently",
    "past",
    "status",
    "free",
];

/// Whether that says that an account is empty or not paid for.
pub(super) fn is_unpaid(said: &str) -> bool {
    OF_BALANCE.iter().any(|words| said.contains(words))
}

/// Whether that says that an account, its subscription or its trial has ended or was stopped.
pub(super) fn is_closed(said: &str) -> bool {
    let words: Vec<&str> = said
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let is_past_due = |rest: &[&str]| rest.starts_with(&["past", "due"]);
    let is_inactive = |rest: &[&str]| {
        rest.starts_with(&["not", "active"]) || rest.starts_with(&["no", "longer", "active"])
    };
    (0..words.len()).any(|place| {
        let (before, rest) = words.split_at(place);
        let Some((first, rest)) = rest.split_first() else { return false };
        if !ENDS.contains(first) {
            return false;
        }
        // "Your expired trial", and not "cancelled a plan".
        let is_before = before.last().is_some_and(|word| {
            matches!(*word, "expired" | "suspended" | "inactive" | "deactivated" | "unpaid")
        });
        let skipped = rest.iter().take_while(|word| BETWEEN.contains(word)).count();
        let is_due = (0..=skipped).any(|from| rest.get(from..).is_some_and(is_past_due));
        let (skipped, state) = rest.split_at(skipped);
        // An account that has blocked something is not blocked.
        let does = skipped.iter().any(|word| matches!(*word, "has" | "have"))
            && !skipped.contains(&"been");
        let ended: &[&str] = if does { &ENDED_BY_ITSELF } else { &ENDED };
        let is_over = *first == "trial" && state.first() == Some(&"over");
        let is_ended = is_over || state.first().is_some_and(|word| ended.contains(word));
        is_before || is_due || is_ended || is_inactive(state)
    }) || said.contains("no active subscription")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_an_account_is_heard_and_nothing_else() {
        for said in [
            "your subscription expired",
            "subscription has expired, please renew",
            "the account is suspended",
            "account suspended",
            "your account has been temporarily suspended.",
            "your account is not active, please check your billing details",
            "your free trial has ended",
            "the trial period is over",
            "trial expired",
            "this expired trial cannot be used",
            "your plan has been cancelled",
            "your account is past due",
            "you have no active subscription",
            "account_deactivated",
            "organization has been disabled",
        ] {
            assert!(is_closed(said) && !is_unpaid(said), "{said}");
        }
        for said in [
            "billing hard limit has been reached",
            "insufficient credits",
            "payment required: add a card",
            "not enough credits for this call",
            "your newly created team doesn't have any credits yet",
            "budget has been exceeded! current cost: 1.0, max budget: 0.5",
        ] {
            assert!(is_unpaid(said) && !is_closed(said), "{said}");
        }
        for said in [
            "rate limit reached for your account",
            "json_schema is disabled for your account",
            "your account is limited to 3 requests per minute",
            "this account is closed to you",
            "the plan limits requests to 5 per minute",
            "the server is over its capacity",
            "the account has blocked this model",
            "your plan is over its limit of tokens per minute",
        ] {
            assert!(!is_closed(said) && !is_unpaid(said), "{said}");
        }
    }
}
