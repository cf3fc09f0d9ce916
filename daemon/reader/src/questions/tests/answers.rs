//! The answers: sentences, agreement with the other study types, numbers, sums, facts and what is declined.

use protocol::results::PurchaseIntent;

use super::panel::Read;
use super::{first, second, third};
use crate::Reader;
use crate::response::{intent, recommend, score};

/// Every text with its questions.
fn tables() -> Vec<(Read, &'static [(&'static str, &'static str)])> {
    vec![
        (Read::of(first::TEXT), first::QUESTIONS),
        (Read::of(second::TEXT), second::QUESTIONS),
        (Read::of(third::TEXT), third::QUESTIONS),
    ]
}

#[test]
fn answers_are_sentences_and_what_cannot_be_answered_is_declined() {
    for (read, questions) in tables() {
        for (question, class) in questions {
            let answers = read.answers(question, 12);
            if *class == "other" {
                assert!(answers.is_empty(), "{question}: {:?}", answers.first().map(|a| &a.1));
            }
            for (_, said) in answers {
                let whole = said
                    .answer
                    .starts_with(|c: char| c.is_uppercase() || c == '“' || c.is_ascii_digit())
                    && said.answer.ends_with(['.', '”'])
                    && !said.answer.contains(['!', '{', '}', '|']);
                assert!(whole, "{question}: {}", said.answer);
                assert!(said.themes.iter().all(|theme| !theme.is_empty()));
            }
        }
    }
}

#[test]
fn would_agrees_with_intent_and_recommendation() {
    let read = Read::of(second::TEXT);
    let cuts = &Reader::embedded().weights.thresholds;
    let mut seen = [0_usize; 3];
    for (reading, said) in read.answers("Would you buy it?", 200) {
        let (at, theme) = match intent(cuts, reading.u) {
            PurchaseIntent::Definitely | PurchaseIntent::Probably => (0, "Would buy"),
            PurchaseIntent::Maybe => (1, "Might buy"),
            _ => (2, "Would not buy"),
        };
        seen[at] += 1;
        assert_eq!(said.themes.first().map(String::as_str), Some(theme), "{}", said.answer);
    }
    assert!(seen.iter().all(|n| *n > 0), "{seen:?}");
    for (reading, said) in read.answers("Would you recommend it to a friend?", 200) {
        let theme = match recommend(cuts, reading.u) {
            9.. => "Would recommend",
            7 | 8 => "Might recommend",
            _ => "Would not recommend",
        };
        assert_eq!(said.themes.first().map(String::as_str), Some(theme));
    }
}

/// The first whole number of an answer.
fn number(answer: &str) -> u8 {
    let digits = answer.chars().skip_while(|c| !c.is_ascii_digit());
    digits
        .take_while(char::is_ascii_digit)
        .collect::<String>()
        .parse()
        .unwrap_or_else(|_| panic!("no number: {answer}"))
}

#[test]
fn numbers_follow_the_liking() {
    let read = Read::of(first::TEXT);
    let cuts = &Reader::embedded().weights.thresholds;
    for (reading, said) in read.answers("Please rate this from 1 to 10.", 60) {
        assert_eq!(number(&said.answer), score(cuts, reading.u), "{}", said.answer);
    }
    let likely = "On a scale from 0 to 10, how likely are you to recommend it to a friend?";
    for (reading, said) in read.answers(likely, 60) {
        assert_eq!(number(&said.answer), recommend(cuts, reading.u), "{}", said.answer);
    }
    for question in
        ["On a scale of 1 to 5, how much do you like it?", "Rate it: 1 (very bad) to 7 (very good)"]
    {
        let mut places: Vec<(f64, u8)> = read
            .answers(question, 60)
            .into_iter()
            .map(|(reading, said)| (reading.u, number(&said.answer)))
            .collect();
        assert_eq!(places.len(), 60, "{question}");
        places.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert!(places.is_sorted_by(|a, b| a.1 <= b.1), "{question}: {places:?}");
        assert!(places.first().map(|a| a.1) < places.last().map(|a| a.1));
    }
}

/// An offer that people differ about.
const MACHINE: &str = "A coffee machine. It makes two cups at once. It is loud and takes five minutes to heat. It costs \
    $89.";

/// Sums that a panel would pay, nothing as 0.
fn sums(text: &str, n: u32) -> Vec<(f64, f64)> {
    Read::of(text)
        .answers("How much would you pay for it?", n)
        .into_iter()
        .map(|(reading, said)| {
            let digits: String = said
                .answer
                .chars()
                .skip_while(|c| !c.is_ascii_digit())
                .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ','))
                .filter(|c| *c != ',')
                .collect();
            (reading.u, digits.trim_end_matches('.').parse().unwrap_or(0.0))
        })
        .collect()
}

#[test]
fn what_people_would_pay_is_a_distribution() {
    let asked = 89.0;
    let found = sums(MACHINE, 600);
    assert_eq!(found.len(), 600);
    let cuts = &Reader::embedded().weights.thresholds;
    for (u, sum) in &found {
        match intent(cuts, *u) {
            PurchaseIntent::Definitely | PurchaseIntent::Probably => {
                assert!(*sum >= asked, "{u} {sum}");
            }
            PurchaseIntent::Maybe => assert!(*sum > 0.0),
            PurchaseIntent::ProbablyNot => assert!(*sum > 0.0 && *sum < asked, "{u} {sum}"),
            PurchaseIntent::DefinitelyNot => assert_eq!(*sum, 0.0),
        }
    }
    let read = Read::of(MACHINE);
    for (reading, said) in read.answers("Would you pay $89 for it?", 200) {
        let buys = matches!(
            intent(cuts, reading.u),
            PurchaseIntent::Definitely | PurchaseIntent::Probably
        );
        let unlikely = matches!(
            intent(cuts, reading.u),
            PurchaseIntent::ProbablyNot | PurchaseIntent::DefinitelyNot
        );
        let pays = said.themes.contains(&"Would pay that".to_owned());
        assert!(!buys || pays, "{said:?}");
        assert!(!unlikely || !pays, "{said:?}");
    }
    let mut paid: Vec<f64> = found.iter().map(|(_, sum)| *sum).filter(|sum| *sum > 0.0).collect();
    paid.sort_by(f64::total_cmp);
    let n = paid.len() as f64;
    let mean = paid.iter().sum::<f64>() / n;
    let sd = (paid.iter().map(|sum| (sum - mean) * (sum - mean)).sum::<f64>() / n).sqrt();
    let median = paid[paid.len() / 2];

    let mut distinct = paid.clone();
    distinct.dedup();
    assert!(distinct.len() >= 8, "{distinct:?}");
    assert!((0.35..0.8).contains(&(sd / mean)), "{}", sd / mean);
    assert!((0.4..1.3).contains(&(median / asked)), "{median}");
}

#[test]
fn sums_are_in_the_currency_of_the_text_and_for_its_period() {
    for (text, has) in [
        ("A film service with many films. €12 a month.", "€"),
        ("A film service with many films. It costs 12 euros a month.", " euros a month"),
        ("A film service with many films. £12 a month.", " a month"),
    ] {
        let answers = Read::of(text).answers("How much would you pay for it?", 20);
        let paid: Vec<_> = answers
            .iter()
            .filter(|(_, said)| !said.themes.contains(&"Nothing".to_owned()))
            .collect();
        assert!(!paid.is_empty());
        assert!(paid.iter().all(|(_, said)| said.answer.contains(has)), "{:?}", paid[0].1);
    }
    let once = Read::of("A kettle with a two-litre jug. It costs $40.");
    assert!(once.answers("How much would you pay for it each month?", 20).is_empty());
    let free = Read::of("A walk in the park with a guide who knows every tree.");
    assert!(free.answers("How much would you pay for it?", 20).is_empty());
}

#[test]
fn a_double_question_is_answered_twice() {
    let read = Read::of(second::TEXT);
    let both = read.asked("Would you buy it, and why?").expect("understood");
    assert_eq!(both.also.as_ref().map(super::super::Class::as_str), Some("why"));
    let reasons = read.answers("Why?", 40);
    for ((_, said), (_, why)) in read.answers("Would you buy it, and why?", 40).iter().zip(&reasons)
    {
        assert!(said.themes.first().is_some_and(|theme| theme.ends_with("buy")));
        assert!(why.themes.iter().all(|theme| said.themes.contains(theme)), "{said:?} {why:?}");
    }
    let sides = read.answers("What speaks for it and what speaks against it?", 20);
    assert!(sides.iter().any(|(_, said)| said.themes.len() >= 3), "{:?}", sides[0].1);
}

#[test]
fn options_are_weighed_where_the_text_speaks_of_each() {
    let read = Read::of(second::TEXT);
    let answers = read.answers("Basic or Plus: which would you choose?", 40);
    assert!(answers.iter().any(|(_, said)| said.answer.contains("Basic")), "{:?}", answers[0].1);
    assert!(read.answers("Basic or Gold: which would you choose?", 5).is_empty());
    assert!(read.answers("Do you prefer the red or the blue one?", 5).is_empty());
}

#[test]
fn facts_are_answered_from_one_clause() {
    let read = Read::of(first::TEXT);
    let one = |question: &str| read.answers(question, 1).pop().map(|(_, said)| said.answer);
    let starts = |question: &str, with: &str| {
        let answer = one(question);
        assert!(
            answer.as_ref().is_some_and(|said| said.starts_with(with)),
            "{question}: {answer:?}"
        );
    };
    starts("Does it need a contract?", "No, ");
    starts("Is delivery included?", "Yes, ");
    starts("Can the capsules be recycled?", "Yes, ");
    for question in [
        "Is it waterproof?",
        "Is the delivery free?",
        "Does it come with a milk frother?",
        "Is the warranty five years?",
    ] {
        assert_eq!(one(question), None, "{question}");
    }
}

#[test]
fn another_offer_than_the_one_shown_is_declined() {
    let read = Read::of(first::TEXT);
    for question in [
        "Would you buy it if it cost half as much?",
        "Would you still buy it if it were $20 more?",
        "Would you use it if it was free?",
    ] {
        assert!(read.answers(question, 5).is_empty(), "{question}");
    }
    assert!(!read.answers("Would you buy it if it were available near you?", 5).is_empty());
}

#[test]
fn an_opinion_of_a_part_follows_from_what_it_adds() {
    let read = Read::of(
        "A desk lamp of steel. It has a ten-year warranty. The switch breaks after a few weeks.",
    );
    let says = |question: &str, word: &str| {
        let answers = read.answers(question, 60);
        assert_eq!(answers.len(), 60, "{question}");
        answers.iter().filter(|(_, said)| said.answer.contains(word)).count()
    };
    let (warranty, switch) =
        ("What do you think of the warranty?", "What do you think about the switch?");
    assert!(says(warranty, "“It has a ten-year warranty”") == 60);
    assert!(says(warranty, "speaks for it") + says(warranty, "I like that") > 50);
    assert_eq!(says(warranty, "against it") + says(warranty, "not like"), 0);
    assert!(says(switch, "against it") + says(switch, "I do not like") > 50);
    assert_eq!(says(switch, "speaks for it") + says(switch, "I like that"), 0);
}

#[test]
fn what_nobody_would_want_is_rejected_in_every_answer() {
    let read = Read::of(
        "Guaranteed 12% a month, no risk. Send a small fee of $50 and the fortune is yours. Tell nobody.",
    );
    for question in [
        "Why?",
        "What would you change?",
        "Would you buy it?",
        "What do you think of it?",
        "What don't you like?",
    ] {
        for (_, said) in read.answers(question, 20) {
            assert!(said.answer.contains("fee of $50"), "{question}: {}", said.answer);
        }
    }
    assert!(
        read.answers("What do you like?", 20).iter().all(|(_, said)| said.themes == ["Nothing"])
    );
}

#[test]
fn nobody_contradicts_themselves_about_the_price() {
    let read = Read::of(second::TEXT);
    let against = read.asked("What speaks against it?").expect("understood");
    for (reading, said) in read.answers("Is the price fair?", 100) {
        let reasons = read.answer(&reading, &against).map(|said| said.themes).unwrap_or_default();
        let good = said.themes.contains(&"Good value".to_owned());
        assert!(!(good && reasons.contains(&"Price".to_owned())), "{said:?} {reasons:?}");
    }
}
