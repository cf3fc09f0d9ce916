//! What a study says, in sentences computed from its numbers: the headline with its interval, the reasons, what the order
//! did, what nobody could answer. Who stands out is told by `stands_out`.

use std::collections::BTreeMap;

use protocol::results::{Estimate, Outcomes, QuestionResult, Theme, ThemeKind, Winner};

use super::stands_out::Groups;
use super::themes::{ThemeTally, Themes};
use super::words::{interval, list, number, signed};

/// Share of answers from which a reason is told in the summary.
const TOLD: f64 = 0.05;
/// Reasons of each kind in the summary.
const REASONS: usize = 2;
/// A new theme among the last fifth of the panel says that more answers would bring more.
const LATE: f64 = 0.8;
/// Below this share of resamples a lead is called uncertain.
const CERTAIN: f64 = 0.95;

/// The whole summary of a study.
pub(super) fn of(
    outcomes: &Outcomes,
    estimates: &BTreeMap<String, Estimate>,
    groups: Groups<'_>,
    panel: u32,
    identical_variants: bool,
) -> Vec<String> {
    let found = |field: &str| estimates.get(field);
    let mut sentences = Vec::new();
    match outcomes {
        Outcomes::ConceptTest { .. } => {
            sentences.extend(concept_test(found("mean_score"), found("would_buy_pct")));
            sentences.extend(reasons(groups.themes, groups.n));
            sentences.extend(groups.least_liked());
        }
        Outcomes::Nps { promoters_pct, detractors_pct, .. } => {
            sentences.extend(nps(found("nps_score"), *promoters_pct, *detractors_pct));
            sentences.extend(reasons(groups.themes, groups.n));
            sentences.extend(groups.least_liked());
        }
        Outcomes::Sentiment { confidence, .. } => {
            sentences.extend(sentiment(estimates, *confidence));
            sentences.extend(reasons(groups.themes, groups.n));
            sentences.extend(groups.least_liked());
        }
        Outcomes::Survey { question_results, .. } => {
            sentences.extend((1..).zip(question_results).map(|(place, q)| question(place, q)));
            sentences.extend(saturation(question_results, panel));
            sentences.extend(groups.parted());
        }
        Outcomes::AbTest { winner, contested, .. } => {
            sentences.extend(found("a_minus_b_pct").map(|lead| verdict(*winner, lead, found)));
            if identical_variants {
                sentences.push(
                    "The two variants are identical: any difference here is noise or order.".into(),
                );
            }
            sentences.extend(found("score_difference").and_then(|gap| scores(*winner, gap)));
            if let Some(contested) = contested.filter(|contested| *contested > 0) {
                sentences.push(format!(
                    "{contested} of {} changed their preference with the order and count as no preference.",
                    groups.n
                ));
            }
            sentences.extend(found("order_effect_pct").map(order));
            sentences.extend(groups.least_convinced(*winner));
        }
    }
    sentences
}

fn concept_test(mean: Option<&Estimate>, buy: Option<&Estimate>) -> Option<String> {
    let (mean, buy) = mean.zip(buy)?;
    Some(format!(
        "The mean score is {} of 10 ({}); {} % would buy it ({}).",
        number(mean.value, 1),
        interval(mean, 1, ""),
        number(buy.value, 0),
        interval(buy, 0, " %")
    ))
}

fn nps(score: Option<&Estimate>, promoters: f64, detractors: f64) -> Option<String> {
    let score = score?;
    let open = match score.low.zip(score.high) {
        Some((low, high)) if low <= 0.0 && high >= 0.0 => {
            " Whether promoters outnumber detractors is open: the interval includes 0."
        }
        _ => "",
    };
    Some(format!(
        "The Net Promoter Score is {} ({}): {} % promoters against {} % detractors.{open}",
        number(score.value, 0),
        interval(score, 0, ""),
        number(promoters, 0),
        number(detractors, 0)
    ))
}

fn sentiment(estimates: &BTreeMap<String, Estimate>, confidence: f64) -> Option<String> {
    const FEELINGS: [(&str, &str); 4] = [
        ("Positive", "positive_pct"),
        ("Negative", "negative_pct"),
        ("Neutral", "neutral_pct"),
        ("Mixed", "mixed_pct"),
    ];
    let net = estimates.get("net_sentiment")?;
    let (name, share) = FEELINGS
        .iter()
        .filter_map(|(name, field)| Some((*name, estimates.get(*field)?)))
        // The first of equal ones leads, as in the bootstrap.
        .reduce(|best, next| if next.1.value > best.1.value { next } else { best })?;
    let uncertain = if confidence < CERTAIN {
        format!(
            " That lead is uncertain: it holds in {:.0} % of resampled panels.",
            100.0 * confidence
        )
    } else {
        String::new()
    };
    Some(format!(
        "{name} feelings lead with {} % ({}); positive minus negative is {} points ({}).{uncertain}",
        number(share.value, 0),
        interval(share, 0, " %"),
        signed(net.value, 0),
        interval(net, 0, "")
    ))
}

/// What speaks for it and against it; `None` when nobody names a reason.
fn reasons(themes: &Themes, n: u64) -> Option<String> {
    let told = |kind| -> Vec<String> {
        let share = |theme: &ThemeTally| theme.count as f64 / n as f64;
        let often = themes.ranked(kind).into_iter().filter(|theme| share(theme) >= TOLD);
        often
            .take(REASONS)
            .map(|theme| format!("{} ({:.0} %)", theme.name(), 100.0 * share(theme)))
            .collect()
    };
    let (appeals, concerns) = (told(ThemeKind::Appeal), told(ThemeKind::Concern));
    match (appeals.is_empty(), concerns.is_empty()) {
        (true, true) => None,
        (false, true) => Some(format!(
            "Most often named for it: {}; nothing is named against it by {:.0} % or more.",
            list(&appeals),
            100.0 * TOLD
        )),
        (true, false) => Some(format!(
            "Most often named against it: {}; nothing is named for it by {:.0} % or more.",
            list(&concerns),
            100.0 * TOLD
        )),
        (false, false) => Some(format!(
            "Most often named for it: {}; against it: {}.",
            list(&appeals),
            list(&concerns)
        )),
    }
}

fn question(place: usize, question: &QuestionResult) -> String {
    if !question.supported {
        return format!("Question {place}: nobody could answer it, so it has no result.");
    }
    let share = |theme: &Theme| 100.0 * theme.share.value;
    let mut themes = question.themes.iter();
    let Some(first) = themes.next() else {
        return format!(
            "Question {place}: {} answered, and no theme was named.",
            question.answered
        );
    };
    let ends = match first.share.low.zip(first.share.high) {
        Some((low, high)) => format!(
            ", {:.0} % interval {:.0} % to {:.0} %",
            100.0 * first.share.level,
            100.0 * low,
            100.0 * high
        ),
        None => String::new(),
    };
    let then = themes
        .next()
        .map_or_else(String::new, |next| format!(", then {} ({:.0} %)", next.theme, share(next)));
    format!("Question {place}: most often {} ({:.0} %{ends}){then}.", first.theme, share(first))
}

/// Whether more answers would bring new themes.
fn saturation(questions: &[QuestionResult], panel: u32) -> Option<String> {
    let last = questions.iter().filter_map(|question| question.saturation).max()?;
    let late: Vec<String> = (1..)
        .zip(questions)
        .filter(|(_, question)| {
            question.saturation.is_some_and(|at| f64::from(at) > LATE * f64::from(panel))
        })
        .map(|(place, _): (usize, _)| place.to_string())
        .collect();
    Some(match late.as_slice() {
        [] => format!(
            "Saturation: after respondent {last} of {panel} no answer named anything new, so more of them would hardly \
             lengthen these lists."
        ),
        [one] => format!(
            "Saturation: question {one} still turned up something new among the last fifth of the panel (respondent \
             {last} of {panel}). Ask more people before you call its list complete."
        ),
        _ => format!(
            "Saturation: questions {} still turned up something new among the last fifth of the panel (up to respondent \
             {last} of {panel}). Ask more people before you call their lists complete.",
            list(&late)
        ),
    })
}

fn verdict<'a>(
    winner: Winner,
    lead: &Estimate,
    found: impl Fn(&str) -> Option<&'a Estimate>,
) -> String {
    if lead.n < 2 {
        return "One answer says nothing about a winner.".to_owned();
    }
    let share = |field| found(field).map_or_else(String::new, |e| number(e.value, 1));
    let (a, b) = (share("variant_a_pct"), share("variant_b_pct"));
    match winner {
        Winner::A => format!(
            "A wins: {a} % prefer it and {b} % prefer B, a lead of {} percentage points ({}).",
            number(lead.value, 1),
            interval(lead, 1, "")
        ),
        Winner::B => {
            // Seen from the winner, so that its lead is positive.
            let turned = Estimate {
                value: -lead.value,
                low: lead.high.map(|high| -high),
                high: lead.low.map(|low| -low),
                ..lead.clone()
            };
            format!(
                "B wins: {b} % prefer it and {a} % prefer A, a lead of {} percentage points ({}).",
                number(turned.value, 1),
                interval(&turned, 1, "")
            )
        }
        Winner::Tie => format!(
            "No winner: {a} % prefer A and {b} % prefer B, a difference of {} percentage points ({}).",
            signed(lead.value, 1),
            interval(lead, 1, "")
        ),
    }
}

/// The same people's scores of both variants, and whether they say the same as the preferences.
fn scores(winner: Winner, gap: &Estimate) -> Option<String> {
    if gap.n < 2 {
        return None;
    }
    let disagrees = match winner {
        Winner::A => gap.value < 0.0,
        Winner::B => gap.value > 0.0,
        Winner::Tie => false,
    };
    let verdict = if disagrees {
        " The scores disagree with the preferences: the loser scores higher. Do not decide on this alone."
    } else {
        ""
    };
    Some(format!(
        "The same people's scores: A minus B is {} points of 10 (paired, {}).{verdict}",
        signed(gap.value, 2),
        interval(gap, 2, "")
    ))
}

/// What coming first is worth.
fn order(effect: &Estimate) -> String {
    let worth = format!(
        "being shown first is worth {} percentage points of the lead ({})",
        signed(effect.value, 1),
        interval(effect, 1, "")
    );
    match effect.low.zip(effect.high) {
        Some((low, high)) if low > 0.0 || high < 0.0 => format!("The order matters: {worth}."),
        Some(_) => format!("The order makes no difference that shows: {worth}."),
        None if effect.value.abs() > 0.0 => {
            format!("The order matters to everyone alike: {worth}.")
        }
        None => "Nobody's preference changed with the order.".to_owned(),
    }
}
