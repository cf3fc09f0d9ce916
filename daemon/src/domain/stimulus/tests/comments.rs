//! HTML comments in drafts: never shown, without effect on results, and reported with their lines.

use protocol::study::{DraftText, SecondFile};

use super::*;
use crate::domain::instrument::stimuli;

const NOTE: &str =
    "<!-- internal: supplier may quit, real cost is $4, hides the cancellation fee -->";

/// The specification without what is drawn or named anew, and what is told of it.
fn of(text: &str) -> (StudySpec, Vec<String>) {
    let draft = draft(text, &[]);
    (read(&draft, &RULES).unwrap_or_else(|told| panic!("{text}: {told:?}")), notes(&draft))
}

fn shown(text: &str) -> String {
    stimuli(&of(text).0.instrument)[0].to_owned()
}

#[test]
fn a_comment_changes_nothing_and_is_told_with_its_line() {
    let text = "# Dinner box\n\nEverything for four dinners.\n\nNo contract, cancel in two taps.";
    let (plain, nothing) = of(text);
    assert!(nothing.is_empty(), "{nothing:?}");
    let hash = |spec: &StudySpec| instrument::instrument_hash(spec, "");
    for (line, file) in [
        (6, format!("{text}\n{NOTE}")),
        (7, format!("{text}\n\n{NOTE}\n")),
        (1, format!("{NOTE}\n{text}")),
        (1, format!("{NOTE}\n\n{text}")),
        (3, text.replace("\n\nE", &format!("\n\n{NOTE}\n\nE"))),
        (4, text.replace("dinners.\n", &format!("dinners.\n{NOTE}\n"))),
        (3, text.replace("dinners.\n", &format!("dinners. {NOTE}\n"))),
        (3, text.replace("for four", &format!("for {NOTE} four"))),
        (3, text.replace(" for four", &format!(" {NOTE} for four"))),
        (5, text.replace("contract,", &format!("contract {NOTE},"))),
        (5, text.replace("No contract", &format!("{NOTE} No contract"))),
        (3, text.replace("\n\nE", &format!("\n\n- {NOTE}\n\nE"))),
    ] {
        let (spec, told) = of(&file);
        assert_eq!(spec, plain, "{file}");
        assert_eq!(hash(&spec), hash(&plain));
        assert_eq!(told, [format!("idea.md:{line}: a comment of 81 characters is not shown")]);
    }
    let (spec, told) = of(&format!("{text}\n\n<!--\nover\n\nfour lines\n--> \n<!---->"));
    assert_eq!(spec, plain);
    insta::assert_snapshot!(told.join("\n"), @r"
    idea.md:7: a comment of 25 characters is not shown
    idea.md:12: a comment of 7 characters is not shown
    ");
}

#[test]
fn what_a_comment_says_within_code_is_text() {
    for (text, expected) in [
        (
            "In HTML you write `<!-- a note -->` to hide it.",
            "In HTML you write <!-- a note --> to hide it.",
        ),
        (
            "In HTML you write ``<!-- a ` note -->`` to hide it.",
            "In HTML you write <!-- a ` note --> to hide it.",
        ),
        (
            "To hide it:\n\n```html\n<!-- a note -->\n\n<!-- another\n```\n\nNobody sees it.",
            "To hide it:\n\n<!-- a note -->\n\n<!-- another\n\nNobody sees it.",
        ),
        (
            "To hide it:\n\n~~~\n<!-- a note -->\n```\n<!-- more -->\n~~~\n\nNobody sees it.",
            "To hide it:\n\n<!-- a note -->\n```\n<!-- more -->\n\nNobody sees it.",
        ),
        (
            "To hide it:\n\n- first\n  ```\n  <!-- a note -->\n  ```\n\nNobody sees it.",
            "To hide it:\n\n- first\n    <!-- a note -->\n\nNobody sees it.",
        ),
        (
            "Inline code that goes on `over\na line <!-- end --> of` the text.",
            "Inline code that goes on over a line <!-- end --> of the text.",
        ),
        (
            "A fence that nothing closes:\n```\n<!-- a note -->\n",
            "A fence that nothing closes:\n<!-- a note -->",
        ),
        (
            "An escaped mark \\<!-- is a text, and so is --> that.",
            "An escaped mark <!-- is a text, and so is --> that.",
        ),
        (
            "From A --> B in one step, and < and ` are letters.",
            "From A --> B in one step, and < and ` are letters.",
        ),
    ] {
        let (spec, told) = of(text);
        assert_eq!(stimuli(&spec.instrument), [expected]);
        assert!(told.is_empty(), "{text}: {told:?}");
    }
    let around = "It's `new` <!-- one -->\n\n```\n<!-- two -->\n```\n<!-- three ``` --> and `good`. A ` is a letter <!-- four -->.";
    let expected = "It's new\n\n<!-- two -->\nand good. A ` is a letter.";
    assert_eq!(shown(around), expected);
    assert_eq!(of(around).1.len(), 3);
}

#[test]
fn comments_are_taken_out_wherever_a_text_stands() {
    let file = "---\nstudy: survey\nname: \"Box <!-- v3 -->\"\ncontext: |\n  Seen in a shop.\n  <!-- not in May -->\nquestions:\n  \
                - \"What <!-- first --> stops you?\"\n  - 'Why?'\ntags: [\"spring <!-- or so -->\"]\n---\nA box of dinners. <!-- x -->";
    let (spec, told) = of(file);
    assert_eq!((spec.name.as_str(), spec.context.as_deref()), ("Box", Some("Seen in a shop.")));
    assert_eq!(spec.tags, ["spring"]);
    let Instrument::Survey { questions, .. } = spec.instrument else { panic!() };
    assert_eq!(questions, ["What stops you?", "Why?"]);
    insta::assert_snapshot!(told.join("\n"), @r"
    idea.md:3: a comment of 11 characters is not shown
    idea.md:5: a comment of 19 characters is not shown
    idea.md:8: a comment of 14 characters is not shown
    idea.md:10: a comment of 14 characters is not shown
    idea.md:12: a comment of 10 characters is not shown
    ");

    let ab = ab(
        "---\nstudy: ab_test\n---\n<!-- A first -->\n# Two lines\n\n## Variant A\nThe first <!-- old --> text.\n\n## Variant B\n<!-- or not\n-->\nThe second text.\n<!-- ## Variant C -->",
    );
    assert_eq!(stimuli(&ab.instrument), ["The first text.", "The second text."]);
    assert_eq!(ab.name, "Two lines");

    let flags = draft(
        "A box of dinners for two.",
        &[("context", "Seen <!-- where? --> here"), ("name", "<!-- x -->")],
    );
    assert_eq!(read(&flags, &RULES).unwrap_err()[0].what, "'name' is empty");
    let flags = draft("A box of dinners for two.", &[("context", "Seen <!-- where? --> here")]);
    assert_eq!(read(&flags, &RULES).unwrap().context.as_deref(), Some("Seen here"));
    assert_eq!(notes(&flags), ["--context: a comment of 15 characters is not shown"]);

    let mut two = draft("The first text.\n<!-- one -->", &[("study", "ab_test")]);
    let text = "<!-- two -->\nThe second text.".to_owned();
    two.variant_b = Some(SecondFile { file: "b.md".to_owned(), text: DraftText::File(text) });
    let spec = read(&two, &RULES).unwrap();
    assert_eq!(stimuli(&spec.instrument), ["The first text.", "The second text."]);
    insta::assert_snapshot!(notes(&two).join("\n"), @r"
    idea.md:2: a comment of 12 characters is not shown
    b.md:1: a comment of 12 characters is not shown
    ");
}

#[test]
fn a_comment_that_would_swallow_the_text_is_refused_with_its_line() {
    insta::assert_snapshot!([
        problems("A box of dinners.\n\n<!-- not closed\n\nNo contract.", &[]),
        problems("---\npanel: 20\n---\n\nA box of dinners.\n<!-- not closed\nNo contract.\n<!-- note -->\n", &[]),
        problems("<!-- not closed\n---\npanel: 20\n---\nA box of dinners.", &[]),
        problems("---\ncontext: \"Seen <!-- here\"\n---\nA box of dinners.", &[]),
        problems("A box of dinners.", &[("context", "Seen <!-- here")]),
        problems("<!-- a comment and nothing else, which is long enough -->", &[]),
        problems("---\nstudy: ab_test\n---\n## Variant A\n<!-- nothing but this -->\n## Variant B\nThe second text.", &[]),
    ].concat(), @r"
    idea.md:3: the comment that begins here is not closed · end it with -->; put <!-- in backticks if respondents are to read it
    idea.md:8: a comment begins within the one of line 6 · end each with --> before the next begins
    idea.md:1: the comment that begins here is not closed · end it with -->; put <!-- in backticks if respondents are to read it
    idea.md:2: the comment that begins here is not closed · end it with -->; put <!-- in backticks if respondents are to read it
    --context: the comment that begins here is not closed · end it with -->; put <!-- in backticks if respondents are to read it
    idea.md:1: the stimulus is empty · write 10 to 5000 characters; what stands in comments is not shown
    idea.md:4: the variant a is empty · write 10 to 5000 characters
    ");
}

#[test]
fn comments_in_other_notations_are_told_of() {
    let text = "Everything for four dinners. No contract.";
    for hidden in [
        "[//]: # (the real cost is $4)",
        "[comment]: <> (the real cost is $4)",
        "[//]: # \"the real cost is $4\"",
    ] {
        let (spec, told) = of(&format!("{text}\n\n{hidden}\n"));
        assert_eq!(stimuli(&spec.instrument), [text], "{hidden}");
        let count = hidden.chars().count();
        assert_eq!(told, [format!("idea.md:3: a comment of {count} characters is not shown")]);
    }
    for read in [
        "%% the real cost is $4 %%",
        "{# the real cost is $4 #}",
        "{{!-- the real cost is $4 --}}",
        "{/* the real cost is $4 */}",
    ] {
        let (_, told) = of(&format!("{text}\n\n{read}\n"));
        assert!(
            told.len() == 1 && told[0].starts_with("idea.md:3: this looks like a comment"),
            "{read}: {told:?}"
        );
        let code = of(&format!("{text}\n\n```\n{read}\n```\n"));
        assert!(code.1.is_empty(), "{:?}", code.1);
    }
    // Below a line of text it is a part of the paragraph.
    let (_, told) = of(&format!("{text}\n[//]: # (the real cost is $4)\n"));
    assert!(told[0].contains("respondents would read it"), "{told:?}");
    for honest in ["Save 20%% today.", "[terms]: https://example.com (Terms)", "{{first_name}}"] {
        assert!(of(&format!("{text}\n\n{honest}\n")).1.is_empty(), "{honest}");
    }
    let declared =
        format!("{text}\n<?php echo 4; ?> <![CDATA[the real cost]]> It is < 5 <!> and <? 6.");
    let found = shown(&declared);
    let words: Vec<&str> = found.split_whitespace().collect();
    assert_eq!(words.join(" "), format!("{text} It is < 5 <!> and <? 6."));
    let among = problems(&format!("---\npanel: 20\n<!-- a note -->\n---\n{text}"), &[]);
    assert!(among.starts_with("idea.md:3: a comment of HTML stands among the settings"), "{among}");
}

#[test]
fn many_comments_are_told_in_a_few_lines() {
    let (spec, told) = of(&format!("A box of dinners.\n{}", "<!---->\n".repeat(30_000)));
    assert_eq!(stimuli(&spec.instrument), ["A box of dinners."]);
    assert_eq!(told.len(), 6);
    assert_eq!(told[5], "idea.md:7: 29995 more comments from there on are not shown");
}

proptest! {
    /// Wherever between two words of a text a comment stands, the text stays what it was.
    #[test]
    fn a_comment_between_words_is_as_if_it_were_not_there(
        words in proptest::collection::vec("[a-zA-Z.,]{1,8}", 12..30),
        blanks in proptest::collection::vec(0_usize..4, 30),
        note in "[ a-z\n`>~-]{0,20}",
        at in 0_usize..12,
    ) {
        // A `>` or `->` right behind the opening mark ends a comment at once (CommonMark 0.31, 6.6).
        let note = format!("<!--x{}x-->", note.replace('>', ""));
        let join = |noted: bool| {
            let mut text = String::new();
            for (place, word) in words.iter().enumerate() {
                let blank = [" ", "\n", "\n\n", " "][blanks[place % blanks.len()]];
                text.push_str(blank);
                if noted && place == at {
                    text.push_str(&note);
                    text.push_str(blank);
                }
                text.push_str(word);
            }
            text
        };
        // Random letters are of no language.
        let checked = |text: &str| read(&draft(text, &[("language", "en")]), &RULES);
        let (plain, noted) = (checked(&join(false)), checked(&join(true)));
        prop_assert_eq!(plain.map(|spec| spec.instrument), noted.map(|spec| spec.instrument));
    }

    /// No text makes the taking out lose a line's number.
    #[test]
    fn lines_keep_their_numbers(text in "([a-z`<>!\\\\~ -]|<!--|-->|```\n|\n){0,60}") {
        if let Ok(found) = super::super::comments::take_out(&text, 1) {
            let lines: Vec<&str> = text.split('\n').collect();
            for line in &found.lines {
                let whole = lines.get(line.number - 1).copied().unwrap_or_default();
                let begins = line.text.split_whitespace().next().unwrap_or_default();
                let first: String = begins.chars().take(1).collect();
                prop_assert!(whole.contains(&first), "{text:?}: {line:?}");
            }
            let mut numbers = found.lines.iter().map(|line| line.number);
            let mut last = 0;
            prop_assert!(numbers.all(|number| std::mem::replace(&mut last, number) < number));
        }
    }
}
