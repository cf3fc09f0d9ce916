//! Tests of the model's laws, for every respondent and every ordinary text, checked on the explained liking V: more
//! good is never worse, more trouble never better, dearer never better, harder never better, louder never better.

use proptest::prelude::*;
use protocol::audience::{Education, IncomeBracket};

use reader::Reader;
use reader::features::{Mass, unwrapped};
use reader::lexicon::Theme;
use reader::response::{Latent, Source};
use reader::theme::{Benefit, Concern};

use super::people::panel;
use crate::cases::cases;

use super::{Ask, ask_all, concept, deviation, features, json, mean, nps, prepare, quotes, scores};

/// Ordinary openings to which sentences are added.
const BASES: &[&str] = &[
    "A meal kit that learns your taste and brings dinner to your door every Tuesday for $39.",
    "An app that splits the rent among flatmates and reminds everyone on the first of the month.",
    "A bank account for families. It costs $5 a month and comes with two cards.",
    "A course in carpentry on six Saturdays in a workshop near the station.",
    "Our insurance covers your bicycle against theft. Premiums rise every year and claims take six weeks.",
    "The city lends tools to residents. You collect them at the depot and bring them back after the weekend.",
];
const BENEFITS: &[&str] = &[
    "It saves you money.",
    "You can cancel at any time.",
    "There are no hidden fees.",
    "Setup takes two minutes.",
    "Delivery is free.",
    "It is easy to use.",
    "Your data stays on your phone.",
    "It has a five-year warranty.",
    "If you don't like it, we refund you.",
    "A real person answers your call.",
    "It is made from recycled wood.",
    "It is safe for children.",
    "Doctors recommend it.",
    "It keeps you warm and dry.",
    "It works without the internet.",
    "You choose the day.",
    "There is no contract.",
    "It arrives the next day.",
    "It is fun.",
    "It cuts your bill by 30 percent.",
];
const CONCERNS: &[&str] = &[
    "There are hidden fees.",
    "You cannot cancel for two years.",
    "Setup takes three days.",
    "It often breaks.",
    "Your data is sold to advertisers.",
    "No refunds.",
    "Delivery takes six weeks.",
    "It is complicated.",
    "You must fill in eleven forms.",
    "It may cause a rash.",
    "Act now or regret it.",
    "Older models are excluded.",
    "Nobody answers the phone.",
    "It is noisy.",
    "It does not keep you dry.",
    "It goes in the bin after a week.",
    "The contract runs for 24 months.",
    "It crashes every day.",
    "The fee doubles after a month.",
    "Results may vary.",
];

fn explain(text: &str, seed: u64, ordinal: usize) -> Latent {
    explain_as(text, seed, ordinal, |_| {})
}

fn explain_as(
    text: &str,
    seed: u64,
    ordinal: usize,
    change: impl FnOnce(&mut protocol::persona::Persona),
) -> Latent {
    let mut respondent = panel(ordinal as u64 + 1, 5).swap_remove(ordinal);
    change(&mut respondent);
    let spec = concept(text, seed);
    let ask = Ask {
        spec: &spec,
        respondent: &respondent,
        ordinal: u32::try_from(ordinal).unwrap(),
        task: 0,
        replicate: 0,
        order: None,
    };
    prepare(&spec).explain(&ask, 0).unwrap()
}

/// The liking without what topics add, which moves people apart: whoever has no children is left cold by what is for them.
fn general(latent: &Latent) -> f64 {
    let is_topic = |source: Source| matches!(source, Source::Topic(_));
    latent.contributions.iter().filter(|part| !is_topic(part.source)).map(|part| part.amount).sum()
}

/// The terms in which two likings differ.
fn apart(before: &Latent, after: &Latent) -> String {
    let mut sources: Vec<Source> = before.contributions.iter().map(|part| part.source).collect();
    sources.extend(after.contributions.iter().map(|part| part.source));
    sources.sort_unstable();
    sources.dedup();
    let terms = sources.iter().filter_map(|source| {
        let (before, after) = (part(before, *source), part(after, *source));
        (before != after).then(|| format!("{source:?}: {before:+.2} → {after:+.2}"))
    });
    terms.collect::<Vec<_>>().join(", ")
}

fn part(latent: &Latent, source: Source) -> f64 {
    latent.contributions.iter().filter(|part| part.source == source).map(|part| part.amount).sum()
}

/// Rounding of sums of a few dozen terms.
const TINY: f64 = 1e-9;

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn dearer_is_never_better_and_hurts_low_incomes_most(cheap in 1_u32..5_000, factor in 2_u32..20, seed in 0_u64..1_000, who in 0_usize..40) {
        let text = |price: u32| format!("A meal kit that brings dinner to your door for ${price} a month. You can cancel at any time.");
        let asked = |price: u32, income| explain_as(&text(price), seed, who, |person| person.income_bracket = income);
        let both = |income| (asked(cheap, income), asked(cheap * factor, income));
        let mut drops = Vec::new();
        for &income in IncomeBracket::ALL {
            let (before, after) = both(income);
            prop_assert!(after.v < before.v, "{} to {}: {}", cheap, cheap * factor, apart(&before, &after));
            drops.push(before.v - after.v);
        }
        prop_assert!(drops.is_sorted_by(|a, b| a > b), "{drops:?}");
    }

    #[test]
    fn harder_is_never_better_and_hurts_the_less_schooled_most(seed in 0_u64..1_000, who in 0_usize..40) {
        let plain = "A club where neighbours meet on Mondays and cook for each other. It is in the town hall.";
        let hard = "A club where neighbours meet on Mondays and cook for each other. Notwithstanding municipal jurisdictional considerations, participatory gastronomical collaboration necessitates interdepartmental administrative harmonisation.";
        let loss = |education: Education| {
            let reading = |text| part(&explain_as(text, seed, who, |person| person.education = education), Source::Reading);
            reading(plain) - reading(hard)
        };
        let losses: Vec<f64> = Education::ALL.iter().map(|&level| loss(level)).collect();
        prop_assert!(losses[0] > 0.0 && losses.is_sorted_by(|a, b| a > b), "{losses:?}");
    }

    #[test]
    fn louder_is_never_better(base in 0..BASES.len(), seed in 0_u64..1_000, who in 0_usize..40) {
        let loud = format!("{} It is a revolutionary miracle, the greatest ever!!!", BASES[base]);
        let (before, after) = (explain(BASES[base], seed, who), explain(&loud, seed, who));
        prop_assert!(part(&after, Source::Hype) <= part(&before, Source::Hype) + TINY);
        let sceptical = part(&after, Source::Hype) < 0.0;
        prop_assert!(!sceptical || after.v <= before.v + TINY, "{} → {}", before.v, after.v);
    }

    #[test]
    fn nothing_panics_and_quotes_are_verbatim(text in any_text(), seed: u64, who in 0_usize..20) {
        let people = panel(who as u64 + 1, 9);
        let shown = unwrapped(&text);
        for spec in [concept(&text, seed), nps(&text, seed)] {
            for reply in ask_all(&spec, &people[who..]) {
                let answer = json(&reply);
                let reasoning = answer["reasoning"].as_str().unwrap();
                prop_assert!(!reasoning.trim().is_empty());
                for quote in quotes(reasoning) {
                    prop_assert!(!quote.is_empty() && shown.contains(quote), "{quote:?}");
                    prop_assert!(!quote.chars().any(char::is_control));
                }
                for reason in answer["appeals"].as_array().unwrap().iter().chain(answer["concerns"].as_array().unwrap()) {
                    prop_assert!(reasoning.contains(reason["quote"].as_str().unwrap()));
                }
            }
        }
    }
}

/// Arbitrary text, salted with what the reader looks for.
fn any_text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "\\PC{0,12}",
        "[ -~]{0,12}",
        ".{0,6}",
        proptest::sample::select(vec![
            "free",
            "no",
            "fees",
            "$",
            "€",
            "1,299.50",
            "99999999999999999999999999",
            "%",
            "percent",
            "days",
            "a",
            "year",
            "\u{1b}[31m",
            "\u{202e}",
            "😀",
            "。",
            "\n\n- ",
            "cancel",
            "contract",
            "must",
            "“",
            "”",
            "ﬁ",
            "İ",
            "ß",
            "'",
            "n't",
            "two",
            "/",
            "k",
            "0",
            "0.0",
            "month",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(word, 0..60).prop_map(|words| words.join(" "))
}

/// Of these facts, at most so many are understood but counted under a neighbouring theme.
const OTHER_THEME_MAX: usize = 3;

/// Of forty plain facts, at most so many are not taken for what they are. The laws are about the others.
const MISREAD_MAX: usize = 1;

fn is_benefit(fact: &str) -> bool {
    worth(fact) > 0.0
}

fn is_concern(fact: &str) -> bool {
    worth(fact) < 0.0
}

/// Every case in which a fact after some text and another fact moves somebody's liking the wrong way.
fn moved_wrongly(facts: &[&str], is_wrong: impl Fn(f64) -> bool) -> Vec<String> {
    let mut wrong = Vec::new();
    for base in BASES {
        for (fact, other) in facts.iter().zip(facts.iter().cycle().skip(7)) {
            let text = format!("{base} {other}");
            let longer = format!("{text} {fact}");
            let case = (0..6).find_map(|who| {
                let (before, after) = (explain(&text, 31, who), explain(&longer, 31, who));
                let moved = general(&after) - general(&before);
                is_wrong(moved).then(|| format!("{longer} {}", apart(&before, &after)))
            });
            wrong.extend(case);
        }
    }
    wrong
}

#[test]
fn a_benefit_never_lowers() {
    let facts: Vec<&str> = BENEFITS.iter().copied().filter(|fact| is_benefit(fact)).collect();
    let wrong = moved_wrongly(&facts, |moved| moved < -TINY);
    assert!(wrong.is_empty(), "{} cases: {wrong:#?}", wrong.len());
}

#[test]
fn a_concern_never_raises() {
    let facts: Vec<&str> = CONCERNS.iter().copied().filter(|fact| is_concern(fact)).collect();
    let wrong = moved_wrongly(&facts, |moved| moved > TINY);
    assert!(wrong.is_empty(), "{} cases: {wrong:#?}", wrong.len());
}

/// What a text says for itself less what it says against itself, in clauses.
fn worth(text: &str) -> f64 {
    let seen = features(text);
    let sum = |masses: &[Mass]| masses.iter().map(|mass| mass.count).sum::<f64>();
    sum(&seen.benefits) - sum(&seen.concerns)
}

#[test]
fn plain_facts_are_understood() {
    let not_good: Vec<&&str> = BENEFITS.iter().filter(|fact| !is_benefit(fact)).collect();
    let not_bad: Vec<&&str> = CONCERNS.iter().filter(|fact| !is_concern(fact)).collect();
    assert!(not_good.len() + not_bad.len() <= MISREAD_MAX, "{not_good:?} {not_bad:?}");
}

#[test]
fn negation_turns_cues_round() {
    let benefit = |text: &str, theme: Benefit| features(text).benefits[theme.index()].count;
    let concern = |text: &str, theme: Concern| features(text).concerns[theme.index()].count;
    let spared = [
        ("There is no contract.", Benefit::Choice),
        ("It comes without hidden fees.", Benefit::Saving),
        ("No ads, tracking or fees.", Benefit::Saving),
        ("Training is not required.", Benefit::Convenience),
        ("It never breaks.", Benefit::Reliability),
        ("Say goodbye to long waits.", Benefit::Speed),
    ];
    let denied = [
        ("It does not keep you dry.", Concern::Poorness),
        ("There are no refunds.", Concern::Commitment),
        ("It is not safe.", Concern::Risk),
        ("Refunds are not possible.", Concern::Commitment),
    ];
    let misread = spared.iter().filter(|(text, _)| worth(text) <= 0.0).map(|(text, _)| *text);
    let misread: Vec<&str> = misread
        .chain(denied.iter().filter(|(text, _)| worth(text) >= 0.0).map(|(text, _)| *text))
        .collect();
    // Of ten negations one may be read the wrong way round; the set of one-fact pairs counts such misses on more texts.
    assert!(misread.len() <= 1, "the wrong way round: {misread:?}");
    let other = spared.iter().filter(|(text, theme)| benefit(text, *theme) <= 0.0).map(|it| it.0);
    let other: Vec<&str> = other
        .chain(denied.iter().filter(|(text, theme)| concern(text, *theme) <= 0.0).map(|it| it.0))
        .collect();
    assert!(other.len() <= OTHER_THEME_MAX, "another theme: {other:?}");
}

#[test]
fn amounts_have_roles() {
    let price = |text: &str| features(text).price.map(|price| price.monthly);
    assert_eq!(price("It costs $12 a month."), Some(12.0));
    assert_eq!(price("It costs $120 a year."), Some(10.0));
    assert_eq!(price("You pay 30 cents a day."), Some(3.0));
    assert_eq!(price("It costs $6/month."), Some(6.0));
    assert_eq!(price("You save $300 a year."), None);
    assert_eq!(price("Deposits are insured up to $250,000."), None);
    assert_eq!(price("It weighs 70 pounds."), None);
    assert_eq!(price("It was $90, now it is $48."), Some(4.0));
}

#[test]
fn lengths_of_time_have_roles() {
    let cases = [
        ("Setup takes two minutes.", "Setup takes two hours."),
        ("Delivery in 3 days.", "Delivery in 3 weeks."),
        ("You wait 5 minutes.", "You wait 2 hours."),
        ("A three-month contract.", "A three-year contract."),
        ("A five-year warranty.", "A one-year warranty."),
        ("The battery lasts 30 hours.", "The battery lasts two hours."),
        ("A 60-day refund.", "A 5-day refund."),
    ];
    let wrong: Vec<_> = cases
        .iter()
        .map(|(better, worse)| (better, worth(better), worse, worth(worse)))
        .filter(|(_, better, _, worse)| better <= worse)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn nonsense_scores_low_and_names_nothing() {
    let nonsense = [
        "asdf qwer zxcv uiop hjkl bnm tyui ghjk",
        "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor",
        "free free free free free free free free free free",
        "xkcdq",
        "1234567890 0987654321 5555",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "🙂🙃🙂🙃🙂🙃🙂🙃🙂🙃🙂",
        "test test test test test test",
        "blarg fnord the wibble zot grault and garply waldo plugh xyzzy thud",
    ];
    let people = panel(200, 4);
    for text in nonsense {
        assert!(
            mean(&scores(&concept(text, 2), &people)) < 3.0,
            "{text}: {}",
            mean(&scores(&concept(text, 2), &people))
        );
        for reply in ask_all(&concept(text, 2), &people) {
            let answer = json(&reply);
            assert_eq!(answer["appeals"].as_array().unwrap().len(), 0, "{text}");
            assert_eq!(answer["concerns"].as_array().unwrap().len(), 0, "{text}");
        }
    }
}

#[test]
fn nothing_is_said_of_sentences_in_another_language() {
    let english = "A lamp that follows the sun. It costs 79 euros and lasts two years.";
    let german = "Diese Lampe ist eine Gefahr und viel zu teuer. Sie geht am Abend nicht aus und kostet ein Vermögen.";
    let people = panel(60, 5);
    let replies = |text: &str| -> Vec<String> {
        ask_all(&concept(text, 5), &people).into_iter().map(|reply| reply.text).collect()
    };
    assert_eq!(replies(&format!("{english}\n\n{german}")), replies(english));
    assert_eq!(replies(&format!("{german}\n\n{english}")), replies(english));
}

#[test]
fn every_theme_named_has_a_contribution_of_its_sign() {
    let people = panel(100, 8);
    let reader = Reader::embedded();
    for text in BASES {
        let spec = concept(text, 3);
        let prepared = prepare(&spec);
        for ((respondent, ordinal), reply) in people.iter().zip(0..).zip(ask_all(&spec, &people)) {
            let latent = prepared
                .explain(
                    &Ask { spec: &spec, respondent, ordinal, task: 0, replicate: 0, order: None },
                    0,
                )
                .unwrap();
            let label = |source| match source {
                Source::Theme(theme) => reader.lexicon.label(theme).to_owned(),
                Source::Price => reader.lexicon.label(Theme::Concern(Concern::Price)).to_owned(),
                Source::Reading => reader.voice.label("reading").to_owned(),
                Source::Hype => reader.voice.label("hype").to_owned(),
                _ => String::new(),
            };
            let answer = json(&reply);
            for (kind, sign) in [("appeals", 1.0), ("concerns", -1.0)] {
                for reason in answer[kind].as_array().unwrap() {
                    let theme = reason["theme"].as_str().unwrap();
                    assert!(
                        latent
                            .contributions
                            .iter()
                            .any(|part| label(part.source) == theme && part.amount * sign > 0.0),
                        "{theme}"
                    );
                }
            }
            let sum: f64 = latent.contributions.iter().map(|part| part.amount).sum();
            assert!((sum - latent.v).abs() < TINY);
        }
    }
}

#[test]
fn a_text_ties_with_itself_under_new_seeds() {
    let text = BASES[0];
    let inside = (0..200_u64)
        .filter(|&seed| {
            let (a, b) = (
                scores(&concept(text, 2 * seed), &panel(60, 2 * seed)),
                scores(&concept(text, 2 * seed + 1), &panel(60, 2 * seed + 1)),
            );
            let spread = |values: &[f64]| deviation(values).powi(2) / values.len() as f64;
            (mean(&a) - mean(&b)).abs() <= 1.96 * (spread(&a) + spread(&b)).sqrt()
        })
        .count();
    assert!(inside >= 180, "{inside} of 200");
}

#[test]
fn scales_agree_and_answers_repeat() {
    let people = panel(300, 6);
    for text in BASES {
        let spec = concept(text, 9);
        let replies = ask_all(&spec, &people);
        assert_eq!(replies, ask_all(&spec, &people));
        for (reply, other) in replies.iter().zip(ask_all(&nps(text, 9), &people)) {
            let (answer, other) = (json(reply), json(&other));
            let (score, intent, feeling) = (
                answer["score"].as_u64().unwrap(),
                answer["purchase_intent"].as_str().unwrap(),
                answer["sentiment"].as_str().unwrap(),
            );
            let range = match intent {
                "definitely" => 8..=10,
                "probably" => 6..=9,
                "maybe" => 4..=8,
                "probably_not" => 2..=5,
                _ => 1..=3,
            };
            assert!(range.contains(&score), "{score} {intent}");
            let range = match feeling {
                "positive" => 6..=10,
                "negative" => 1..=5,
                _ => 4..=7,
            };
            assert!(range.contains(&score), "{score} {feeling}");
            // One liking behind both scales: who scores high recommends.
            assert!(score < 8 || other["score"].as_u64().unwrap() >= 6);
            assert!(score > 3 || other["score"].as_u64().unwrap() <= 6);
        }
    }
}
