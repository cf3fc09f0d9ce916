//! Spellings with one meaning, and those with none or two.

use protocol::results::{Preference, PurchaseIntent, Sentiment};
use serde_json::{Value, json};

use super::{placed, spoken_truth, truth, whole, word};

fn seven(value: &Value) -> Option<u8> {
    whole(value, 1, 10)
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn a_number_is_read_with_words_around_it_that_leave_it_as_it_is() {
    for said in [
        "+7",
        "＋7",
        "7!",
        "I'd say 7",
        "I’d say 7.",
        "I would say 7",
        "I would give it a 7 out of 10",
        "I'd give it a seven.",
        "7 (fairly good)",
        "7 (not bad at all)",
        "**7** (fairly good)",
        "7/10 - fairly good",
        "7 – fairly good",
        "7, because it saves time",
        "7 because it saves time",
        "Score: 7",
        "my rating is 7",
        "It's a 7",
        "7 points out of 10",
        "7 (out of 10)",
        "7 on a scale of 1 to 10",
        "7 on a scale from 1-10",
        "7.0 out of 10.0",
        "Rating = 7",
        "7: fine",
        "7 stars out of 10",
        "7/10 stars",
        "7 (seven)",
        "a solid 7",
        "#7",
        "7 for me",
        "7 out of 10 for me",
        "7 I think",
        "exactly 7",
        "I think 7",
        "7 pts",
        "7 on a 1-10 scale",
        "7 on a 10-point scale",
        "7 out of a possible 10",
        "7, I do not need it",
        "7, because it does not cost less",
        "7 because I would rather not wait",
        "7 because it actually works",
        "👍 7",
        "7 👍",
        "7👍🏽",
        "🙂7",
        "7\u{fe0f}\u{20e3}",
        "7 👍, because it saves time",
        "7 ⭐",
        "⭐ 7",
        "⭐ 7/10",
        "7/10 would recommend",
        "7/10 would not recommend it",
        "7, would recommend",
        "7, if I'm honest",
        "7 if I’m honest",
        "7, if I am honest, because it saves time",
        "7, to be honest",
        "7 to be honest",
        "7 - to be honest.",
        "7 (to be honest)",
        "7 I guess",
        "7, I guess",
        "If I'm honest, 7",
        "Honestly, 7",
        "7,0",
        "7,00",
        "7,0/10",
        "7,0 out of 10",
        "70/100",
        "70 out of 100",
        "7 of ten",
        "seven/ten",
        "seven / ten",
        "7★",
        "★7",
        "~7",
        "~ 7/10",
        "≈7",
        "about 7",
        "It's about a 7",
        "around 7 out of 10",
        "approx. 7",
        "approximately 7",
        "ca. 7",
        "roughly seven",
        "７",
        "７／１０",
        "\u{667}",
        "\u{667}/\u{661}\u{660}",
        "\u{6f7}",
        "\u{96d}",
    ] {
        assert_eq!(seven(&json!(said)), Some(7), "{said}");
    }
    for said in [
        "7.5",
        "7/5",
        "6–7",
        "6-7",
        "6 - 7",
        "7 or 8",
        "not 7",
        "not a 7",
        "less than 7",
        "at least 7",
        "7+",
        "7-8",
        "~7-8",
        "about 7 or 8",
        "about 7.5",
        "~7.5",
        "around 7 people",
        "> 7",
        ">7",
        ">= 7",
        "≥7",
        "< 7",
        "10+",
        "７.５",
        "\u{667}\u{66b}\u{665}",
        "★★★★☆",
        "7%",
        "7?",
        "-7",
        "+-7",
        "7 (or 8)",
        "7 (maybe 8)",
        "7, or higher",
        "7, not 8",
        "7, but not really",
        "7-ish",
        "7 out of 5",
        "7 of 20",
        "I'd say 7 or so",
        "7 out of",
        "7/10/2026",
        "between 6 and 7",
        "7 and a half",
        "70",
        "7 (scale of 5)",
        "7 on a scale of 1 to 5",
        "7 people",
        "7 stars",
        "7 on a 5-point scale",
        "7 on a 1-5 scale",
        "7 (eight)",
        "7, not really",
        "7 because it works, or rather 6",
        "7 because it works, wait, no",
        "7, because it is good, actually not",
        "sieben",
        "siete",
        "7 8",
        "11",
        "+11",
        "7 minus",
        "7 out of 10, or rather six",
        "👍",
        "⭐",
        "⭐⭐⭐⭐⭐⭐⭐",
        "7 ⭐⭐⭐",
        "7 🤔",
        "7 💯",
        "7👍8",
        "1👍0",
        "7 if it were cheaper",
        "7, if I'm honest only if it were cheaper",
        "7 to be honest or 8",
        "7, if I'm honest, or 8",
        "7/10 would recommend if it were cheaper",
        "7/10 would recommend, or 8",
        "7 of 10 people would recommend",
        "maybe 3 or 4",
        "honestly -7",
        "7,5",
        "7,000",
        "7,0,0",
        "75/100",
        "0/100",
        "110/100",
        "70/1000",
    ] {
        assert_eq!(seven(&json!(said)), None, "{said}");
    }
    assert_eq!(whole(&json!("+0"), 0, 10), Some(0));
    assert_eq!(whole(&json!("4 (out of 5)"), 1, 5), Some(4));
    assert_eq!(whole(&json!("4 stars"), 1, 5), Some(4));
    assert_eq!(whole(&json!("⭐ 4"), 1, 5), Some(4));
    // As a sign of five stars.
    assert_eq!(seven(&json!("4 ⭐")), None);
    assert_eq!(seven(&json!("⭐ 4")), None);
    assert_eq!(whole(&json!("4 out of 10"), 1, 5), None);
    for said in ["★★★★☆", "⭐⭐⭐⭐☆", "★ ★ ★ ★ ☆", "⭐⭐⭐⭐", "\u{2b50}\u{fe0f}⭐⭐⭐"]
    {
        assert_eq!(whole(&json!(said), 1, 5), Some(4), "{said}");
    }
    for said in ["⭐", "☆☆☆☆☆", "★★★★☆☆", "★★☆", "☆★★★★", "★★★★½", "★★★★★★"]
    {
        assert_eq!(whole(&json!(said), 1, 5), None, "{said}");
    }
    assert_eq!(whole(&json!("80/100"), 1, 5), None);
    assert_eq!(whole(&json!("0/100"), 0, 10), Some(0));
    assert_eq!(seven(&json!(format!("7 ({})", "good ".repeat(100)))), None, "too long to judge");
}

#[test]
fn a_number_within_an_object_is_read_with_its_scale() {
    for said in [
        json!({ "value": 7, "max": 10 }),
        json!({ "value": 7, "out_of": 10 }),
        json!({ "Score": "7", "scale": "1-10" }),
        json!({ "value": 7, "min": 1, "max": 10, "label": "fairly good" }),
        json!({ "rating": 7.0, "maximum": "10", "reason": null }),
        json!({ "value": "7/10" }),
        json!([{ "value": 7, "max": 10 }]),
    ] {
        assert_eq!(seven(&said), Some(7), "{said}");
    }
    for said in [
        json!({ "value": 7, "max": 5 }),
        json!({ "value": 7, "max": 100 }),
        json!({ "value": 7, "scale": "0-5" }),
        json!({ "value": 7, "min": 0, "max": 10 }),
        json!({ "value": 7, "score": 8 }),
        json!({ "value": 7, "second": 8 }),
        json!({ "value": 7, "label": "more like 8" }),
        json!({ "max": 10 }),
        json!({ "value": [7, 8] }),
        json!({ "value": { "value": 7 } }),
        json!({}),
    ] {
        assert_eq!(seven(&said), None, "{said}");
    }
}

fn feeling(said: &str) -> Option<&'static str> {
    let words: Vec<_> = Sentiment::ALL.iter().map(|word| word.as_str()).collect();
    word(&json!(said), &words)
}

fn intent(said: &str) -> Option<&'static str> {
    let words: Vec<_> = PurchaseIntent::ALL.iter().map(|word| word.as_str()).collect();
    word(&json!(said), &words)
}

fn preferred(said: &str) -> Option<&'static str> {
    let words: Vec<_> = Preference::ALL.iter().map(|word| word.as_str()).collect();
    word(&json!(said), &words)
}

#[test]
fn a_word_is_read_with_words_around_it_that_leave_it_as_it_is() {
    for (said, meant) in [
        ("positive!", "positive"),
        ("**positive**", "positive"),
        ("**Positive!**", "positive"),
        ("pos", "positive"),
        ("Pos.", "positive"),
        ("neg", "negative"),
        ("neu", "neutral"),
        ("very positive", "positive"),
        ("I feel positive about it", "positive"),
        ("Sentiment: mixed", "mixed"),
        ("mixed (I like the taste)", "mixed"),
        ("neutral, it leaves me cold", "neutral"),
        ("a negative feeling", "negative"),
        ("neutral (neither positive nor negative)", "neutral"),
        ("mixed (positive and negative)", "mixed"),
        ("a bit negative", "negative"),
        ("positive 👍", "positive"),
        ("👎 negative", "negative"),
        ("😀 Positive!", "positive"),
        ("negative, if I'm honest", "negative"),
        ("Honestly, mixed", "mixed"),
    ] {
        assert_eq!(feeling(said), Some(meant), "{said}");
    }
    for (said, meant) in [
        ("definitely not buy", "definitely_not"),
        ("would definitely not buy", "definitely_not"),
        ("I would definitely not buy it", "definitely_not"),
        ("Definitely would not buy", "definitely_not"),
        ("definitely won't", "definitely_not"),
        ("I'd probably buy it", "probably"),
        ("probably not!", "probably_not"),
        ("I would probably not use this.", "probably_not"),
        ("definitely buy", "definitely"),
        ("definitely, because if I had time I would not wait", "definitely"),
        ("probably because it does not cost much", "probably"),
        ("definitely yes", "definitely"),
        ("Probably no.", "probably_not"),
        ("Maybe buy", "maybe"),
        ("maybe (it depends on the price)", "maybe"),
        ("definitely not, I do not need it", "definitely_not"),
    ] {
        assert_eq!(intent(said), Some(meant), "{said}");
    }
    for said in [
        "not positive",
        "positive but negative",
        "positive or neutral",
        "positive/negative",
        "positively",
        "positive?",
        "positive (or neutral)",
        "positive, not negative",
        "not very positive",
        "posit",
        "mix",
        "neither positive nor negative",
        "positiv",
        "positive - but mixed",
        "mostly positive",
        "",
        "👍",
        "positive 👎",
        "negative 👍",
        "positive ➡ neutral",
    ] {
        assert_eq!(feeling(said), None, "{said}");
    }
    for said in [
        "definitely, not",
        "not definitely",
        "would not definitely buy",
        "would not buy",
        "buy",
        "yes",
        "definitely (not)",
        "definitely maybe",
        "maybe, probably not",
        "definitely not sure",
        "won't buy",
        "wahrscheinlich nicht",
        "definitely, or probably",
        "maybe not",
        "definitely not probably",
        "maybe (if it gets cheaper)",
    ] {
        assert_eq!(intent(said), None, "{said}");
    }
}

#[test]
fn signs_of_sentiments_and_short_words_of_intents_are_read() {
    for (said, meant) in [
        ("mixed feelings", Some("mixed")),
        ("+", Some("positive")),
        (" + ", Some("positive")),
        ("-", Some("negative")),
        ("−", Some("negative")),
        ("+/-", None),
        ("--", None),
        ("+ -", None),
    ] {
        assert_eq!(feeling(said), meant, "{said}");
    }
    for (said, meant) in [
        ("def. yes", Some("definitely")),
        ("Def yes!", Some("definitely")),
        ("def. not", Some("definitely_not")),
        ("prob not", Some("probably_not")),
        ("Prob. not, too dear", Some("probably_not")),
        ("I'd prob buy it", Some("probably")),
        ("prob.", Some("probably")),
        ("maybe yes", None),
        ("def maybe", None),
        ("prob if cheaper", None),
        ("no prob", None),
        ("+", None),
    ] {
        assert_eq!(intent(said), meant, "{said}");
    }
}

#[test]
fn how_likely_a_purchase_is_is_an_intent() {
    for (said, meant) in [
        ("unlikely", "probably_not"),
        ("Unlikely.", "probably_not"),
        ("I am unlikely to buy it", "probably_not"),
        ("not likely", "probably_not"),
        ("likely not", "probably_not"),
        ("unlikely, too expensive", "probably_not"),
        ("somewhat unlikely", "probably_not"),
        ("very unlikely", "definitely_not"),
        ("extremely unlikely", "definitely_not"),
        ("absolutely not", "definitely_not"),
        ("I would absolutely not buy it", "definitely_not"),
        ("No, absolutely not!", "definitely_not"),
        ("no way", "definitely_not"),
        ("No way!", "definitely_not"),
        ("not at all", "definitely_not"),
        ("no, not at all", "definitely_not"),
        ("never", "definitely_not"),
        ("certainly not", "definitely_not"),
        ("likely", "probably"),
        ("most likely", "probably"),
        ("I'm likely to buy this", "probably"),
        ("yes, likely", "probably"),
        ("somewhat likely", "probably"),
        ("very likely", "definitely"),
        ("I would very likely buy it", "definitely"),
        ("absolutely", "definitely"),
        ("Absolutely!", "definitely"),
        ("certainly", "definitely"),
        ("likely, because it saves time", "probably"),
        ("definitely because it is unlikely to break", "definitely"),
        ("very probably", "probably"),
        ("probably not 👎", "probably_not"),
        ("probably, to be honest", "probably"),
        ("definitely not as it is too expensive", "definitely_not"),
    ] {
        assert_eq!(intent(said), Some(meant), "{said}");
    }
    for said in [
        "very likely not",
        "most unlikely",
        "as likely as not",
        "more likely than not",
        "likely if it were cheaper",
        "unlikely, unless it is free",
        "not at all, unless it is free",
        "likely, very unlikely this year",
        "unlikely (or likely)",
        "likely or unlikely",
        "yes, unlikely",
        "no, likely",
        "not absolutely",
        "👍",
        "definitely 👎",
        "sure",
    ] {
        assert_eq!(intent(said), None, "{said}");
    }
}

#[test]
fn a_preference_is_read_with_words_around_it_that_leave_it_as_it_is() {
    for (said, meant) in [
        ("Option B", "b"),
        ("I prefer A.", "a"),
        ("Variant a!", "a"),
        ("neither", "none"),
        ("No preference", "none"),
        ("no preference, both are fine", "none"),
        ("both", "none"),
        ("Both equally.", "none"),
        ("equal", "none"),
        ("Text A", "a"),
        ("version_b", "b"),
        ("(a)", "a"),
        ("the B one", "b"),
        ("A is better", "a"),
        ("A over B", "a"),
        ("I prefer B over A", "b"),
        ("A rather than B", "a"),
        ("B instead of A", "b"),
        ("A is better than B", "a"),
        ("A > B", "a"),
        ("neither A nor B", "none"),
        ("a: cheaper", "a"),
        ("B because a is too long", "b"),
        ("B because A is too long", "b"),
        ("A because B is too long", "a"),
        ("A since B drags on", "a"),
        ("B as A is too long", "b"),
        ("B — A is too long", "b"),
        ("B - A isn't clear", "b"),
        ("B: A is too long", "b"),
        ("Option B because option A's opening is weak", "b"),
        ("B because it is better than A", "b"),
        ("B because a friend of mine has it", "b"),
        ("B, it has a better opening", "b"),
        ("B because of a better opening", "b"),
        ("none because A and B are the same", "none"),
        ("no preference as A is long and B is dull", "none"),
        ("B 👍", "b"),
        ("A, if I'm honest", "a"),
    ] {
        assert_eq!(preferred(said), Some(meant), "{said}");
    }
    for said in [
        "a or b",
        "I prefer a cheaper one",
        "A over A",
        "A over both",
        "A is not better than B",
        "A is less clear than B",
        "A > A",
        "not a",
        "a (b is dearer)",
        "a variant of b",
        "no",
        "B because A is better",
        "A because B is much clearer",
        "B because I prefer A",
        "B because A",
        "A as well as B",
        "A: B",
        "A: work, B: home",
        "A: B if it were shorter",
        "B: if it were shorter",
        "B — A for home",
        "B 👍, A 👎",
        "A 👎",
    ] {
        assert_eq!(preferred(said), None, "{said}");
    }
}

#[test]
fn a_variant_is_read_by_its_place_where_a_is_shown_first() {
    for (said, meant) in [
        ("second", "b"),
        ("2nd", "b"),
        ("the latter", "b"),
        ("The second one.", "b"),
        ("option two", "b"),
        ("Option 2", "b"),
        ("variant_1", "a"),
        ("version1", "a"),
        ("first one", "a"),
        ("1st!", "a"),
        ("the former", "a"),
        ("(first)", "a"),
        ("the second variant", "b"),
        ("I prefer the second one because it is shorter", "b"),
        ("second over first", "b"),
        ("the first is better", "a"),
        ("B.", "b"),
        ("Variant B", "b"),
        ("null", "none"),
        ("neither", "none"),
        ("None.", "none"),
    ] {
        assert_eq!(placed(&json!(said)), Some(meant), "{said}");
    }
    for said in [
        "my second choice",
        "first choice",
        "second-best",
        "first and second",
        "first or second",
        "one",
        "two",
        "1",
        "2",
        "on second thought",
        "not the first",
        "second if it were shorter",
        "the second, if it were shorter",
        "the first, not the second",
        "the third",
        "option three",
        "seconds",
    ] {
        assert_eq!(placed(&json!(said)), None, "{said}");
    }
    assert_eq!(placed(&json!(2)), None);
    assert_eq!(preferred("second"), None, "what is shown first is not known");
}

#[test]
fn a_word_within_an_object_is_read_where_it_is_the_only_one() {
    let words: Vec<_> = Sentiment::ALL.iter().map(|word| word.as_str()).collect();
    let read = |value: Value| word(&value, &words);
    assert_eq!(read(json!({ "value": "Positive", "confidence": 0.9 })), Some("positive"));
    assert_eq!(
        read(json!({ "sentiment": "pos", "label": "positive", "reason": "it is tasty" })),
        Some("positive")
    );
    assert_eq!(read(json!({ "value": "positive", "label": "negative" })), None);
    assert_eq!(read(json!({ "value": "positive", "second": "negative" })), None);
    assert_eq!(read(json!({ "reason": "positive" })), None);
}

/// Whether an expert would click, behind whose yes or no a remark may stand.
#[test]
fn yes_and_no() {
    for (said, meant) in [
        ("yes", Some(true)),
        ("Yes, it caught my eye", Some(true)),
        ("Yes.", Some(true)),
        ("yes, because if I had time I would read on", Some(true)),
        ("Yes - even if it is long", Some(true)),
        ("no, not at all", Some(false)),
        ("No, it's not for me", Some(false)),
        ("no", Some(false)),
        ("no (too long)", Some(false)),
        ("yes 👍", Some(true)),
        ("yes, if I'm honest", Some(true)),
        ("yes 👎", None),
        ("👍", None),
        ("yes, unless it costs more", None),
        ("yes, if it were shorter", None),
        ("yes (if it were free)", None),
        ("yes, but not now", None),
        ("yes and no", None),
        ("yes, no", None),
        ("no, unless it is free", None),
        ("yes, not really", None),
        ("if it were shorter, yes", None),
        ("yes, depending on the day", None),
    ] {
        assert_eq!(spoken_truth(&json!(said)), meant, "{said}");
    }
    for (said, meant) in [
        (json!(1), Some(true)),
        (json!(0), Some(false)),
        (json!("1"), Some(true)),
        (json!([0]), Some(false)),
        (json!(2), None),
        (json!("10"), None),
        (json!(0.5), None),
    ] {
        assert_eq!(spoken_truth(&said), meant, "{said}");
    }
    // A refusal is read strictly: "No, I would rather not say" is one.
    assert_eq!(truth(&json!("No, I would rather not say")), None);
}
