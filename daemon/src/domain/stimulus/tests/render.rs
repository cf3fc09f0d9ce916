//! Markdown in drafts: respondents read it as plain text, and a plain text as it was typed.

use super::*;

fn shown(text: &str) -> String {
    // Some of the texts are of no language.
    let draft = draft(text, &[("language", "en")]);
    let spec = read(&draft, &RULES).unwrap_or_else(|told| panic!("{text}: {told:?}"));
    stimuli(&spec.instrument)[0].to_owned()
}

/// Word processors paste them; an expert who quoted one would not be read.
#[test]
fn signs_that_nobody_sees_are_no_part_of_a_text() {
    let pasted =
        "A kettle\u{b}that texts\u{7} you\u{85}when it\u{7f} boils.\n\nIt costs $20.\u{1b}";
    assert_eq!(shown(pasted), "A kettle that texts you when it boils.\n\nIt costs $20.");
}

#[test]
fn markdown_becomes_plain_text_with_its_lines() {
    insta::assert_snapshot!(shown(
        "# Fresh *dinners* that [learn](https://x.example/z) what you like ##\nA weekly **box** with `four` dinners \\* for \
         two &amp; more.\n\nSub title\n---------\n\n- one __bold__\n* two\n  with more\n* [ ] a task\n* star ![a bowl of \
         soup](x.png)\n\n1. First\n2. Second\n\n> quoted text\n> goes on\n>> nested\n\n***\n\n~~£40~~ £25, see \
         <https://example.com> or [ref][1] and ![](y.png)here.\n\n[1]: https://example.com \"T\"\n\nThe end[^1].\n\n[^1]: The \
         *note*."
    ), @r"
    Fresh dinners that learn what you like

    A weekly box with four dinners * for two & more.

    Sub title

    - one bold
    - two
      with more
    - a task
    - star a bowl of soup

    1. First
    2. Second

    quoted text
    goes on
    nested

    (no longer £40) £25, see https://example.com or ref and here.

    The end[1].

    [1] The note.
    ");
}

#[test]
fn blocks_stay_apart_when_what_stood_between_them_goes() {
    for between in ["***", "\n[1]: https://x.example", "* * *\n\n\n", "\n_____\n"] {
        let text = format!("A lamp stands above.\n{between}\nAnother one stands below.");
        let text = shown(&text);
        assert_eq!(text, "A lamp stands above.\n\nAnother one stands below.", "{between}");
    }
    assert_eq!(shown("A lamp.\n# Its price\nIt is $9."), "A lamp.\n\nIts price\n\nIt is $9.");
}

#[test]
fn a_table_becomes_a_line_for_each_row() {
    let table = "Plans:\n\n| Plan | Price | |\n|---|:--:|---|\n| Basic | **£5** a month | new |\n| Pro | £9 \\| £10 | |\n\nNo setup fee.";
    insta::assert_snapshot!(shown(table), @r"
    Plans:

    Plan: Basic; Price: £5 a month; new
    Plan: Pro; Price: £9 | £10

    No setup fee.
    ");
    assert_eq!(shown("| Everything for £5 |\n|---|"), "Everything for £5");
}

#[test]
fn a_plain_text_stays_as_it_was_typed() {
    for text in [
        "4*3 = 12 and 5*2 = 10, a*b and c*d, 2 * 3 * 4.",
        "snake_case_name and CONST_NAME and __ two marks.",
        "#1 in the list, #hashtag, and # in the middle.",
        "$5 – $9 a month, ~5 to ~6 minutes, 5 > 3 and 2 < 4.",
        "1. January is the day.\n2. January is not.",
        "2024) was a good year for it.",
        "Only £5* a month.\n*Terms apply to all of it.",
        "+ free delivery and two portions",
        "> 90 % of users are happy with it",
        ">= 5 stars from those who bought it",
        "# of seats: four, and all of them heated",
        "AT&T and R&D; [sic] and [Note]: later, f[0](a), a|b.",
        "[Update]: tomorrow\nThe office stays closed.",
        "Two  spaces,\ttabs, and a line\nthat goes on.\n\n\nThree line ends above.",
        "A line.\n\n    An indented paragraph of a letter.\n\nThe next.",
        "Name: x\nPrice: $5 (was $9)\nC:\\path\\file",
        "- a dash list\n- of two\n\n- and a third",
        "Dear Ms. O'Neil -- yours, \"J.\" ... (c) 2024",
    ] {
        assert_eq!(shown(text), text);
    }
}

#[test]
fn what_was_rendered_renders_to_itself() {
    for text in [
        "# Title\nBody with **bold** text.\n\n* one\n* two\n\n> said so",
        "| A | B |\n|---|---|\n| c | d |\n\nAnd a ~~struck~~ word, [linked](https://x.example).",
    ] {
        let once = shown(text);
        assert_eq!(shown(&once), once, "{text}");
    }
}

#[test]
fn a_text_with_nothing_to_read_is_refused_with_its_line() {
    insta::assert_snapshot!([
        problems("---\npanel: 20\n---\n\n🐶🐶🐶🐶🐶🐶 1️⃣2️⃣3️⃣ 🐶🐶🐶", &[]),
        problems("| | |\n|---|---|\n| | |", &[]),
        problems("***\n\n---\n\n***", &[]),
        problems("\n```rust\nfn main() { println!(\"a lamp\"); }\n```", &[]),
        problems("`let lamp = Lamp::new();`", &[]),
        problems("![](picture-of-a-lamp.png)", &[]),
        problems("[lamp]: https://example.com/a-lamp-that-follows-the-sun", &[]),
        problems("---\nstudy: ab_test\n---\n## Variant A\nThe first text.\n\n## Variant B\n\n```\nthe second text\n```", &[]),
        problems("A lamp that follows the sun.", &[("context", "![](x.png)")]),
    ].concat(), @r"
    idea.md:5: the stimulus has no words · signs, emoji and empty tables say nothing; say in a sentence what it is
    idea.md:1: the stimulus has no words · signs, emoji and empty tables say nothing; say in a sentence what it is
    idea.md:1: the stimulus has no words · signs, emoji and empty tables say nothing; say in a sentence what it is
    idea.md:2: the stimulus is nothing but code · say in a sentence what it is; code may stand beside it
    idea.md:1: the stimulus is nothing but code · say in a sentence what it is; code may stand beside it
    idea.md:1: the stimulus is nothing but pictures without captions · say in words what they show; nobody sees a picture
    idea.md:1: the stimulus has no words · signs, emoji and empty tables say nothing; say in a sentence what it is
    idea.md:9: the variant b is nothing but code · say in a sentence what it is; code may stand beside it
    --context: nothing is left of 'context' · say it in words, or leave it out
    ");
    assert_eq!(
        shown("The call is:\n\n```\nlamp --on\n```"),
        "The call is:\n\nlamp --on",
        "code beside words is shown"
    );
}

#[test]
fn context_questions_and_titles_are_rendered_too() {
    let text = "---\nstudy: survey\ncontext: |\n  You saw **this** in a _shop_.\nquestions:\n  - 'What do you think of **the price**?'\n---\n\
                # A **lamp**\n\nThat follows the sun.";
    let spec = read(&draft(text, &[]), &RULES).unwrap();
    assert_eq!(spec.name, "A lamp");
    assert_eq!(spec.context.as_deref(), Some("You saw this in a shop."));
    let Instrument::Survey { questions, .. } = spec.instrument else { panic!() };
    assert_eq!(questions, ["What do you think of the price?"]);
    let spec = ab(
        "---\nstudy: ab_test\n---\n# Two **lines**\n\n## Variant A\n**First** text.\n\n## Variant B\nSecond text.",
    );
    assert_eq!(spec.name, "Two lines");
    assert_eq!(stimuli(&spec.instrument), ["First text.", "Second text."]);
}

#[test]
fn very_long_and_very_nested_texts_are_rendered_too() {
    let sentence = format!("It is {}very good.", "very, ".repeat(800));
    assert_eq!(shown(&sentence), sentence);
    for nested in [
        "> ".repeat(2_000) + "said once",
        format!("{}said in brackets", "[".repeat(4_000)),
        format!("{}said with stars", "*".repeat(4_000)),
        format!("a\n\n{}said far to the right", " ".repeat(4_000)),
        "- ".repeat(2_000) + "an entry",
    ] {
        drop(read(&draft(&nested, &[]), &RULES));
    }
}

proptest! {
    /// A text of words and stops has no markup.
    #[test]
    fn words_are_not_changed(text in "[A-Z][a-z]{1,8}( [a-z0-9$%',.]{1,8}){3,20}") {
        prop_assert_eq!(shown(&text), text);
    }

    #[test]
    fn no_markup_makes_it_panic(text in "([a-z*_`~|>#\\[\\]()!<&\\\\ -]|\n|\\|-\\||```|1\\. |é|🐶){0,80}") {
        let rendered = super::super::render::render(&text);
        prop_assert!(rendered.text.chars().count() <= text.chars().count() * 12 + 12);
    }
}
