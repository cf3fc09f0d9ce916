//! Another text in a Markdown file: what stays, what is told as lost, and the laws of both.

use proptest::prelude::*;

use super::*;

fn put(file: &str, text: &str) -> RewrittenFile {
    with_other_text(&DraftText::File(file.to_owned()), text).unwrap()
}

const HEAD: &str = "---\nstudy: content_review   # mine\ncontent_type: blog_post\n---\n\n";

#[test]
fn marks_around_words_that_stay_are_kept() {
    let file = format!(
        "{HEAD}# Our *robust* lamp\n\nIt **follows** the sun, and it costs [£9](https://x.example/p).\n\n- one\n* two\n\n> Said so.\n\n\
         ![](lamp.png)\n\n<!-- ask Jo -->\nThe end.\n"
    );
    let said = put(&file, "x").said;
    let found = put(&file, &said.replace("the sun", "daylight").replace("The end", "That is all"));
    assert_eq!(found.lost, [] as [&str; 0]);
    assert_eq!(found.text, file.replace("the sun", "daylight").replace("The end", "That is all"));
}

#[test]
fn a_text_that_was_sent_is_woven_as_a_file_is_and_has_no_settings() {
    let sent =
        "\n---\npanel: 9\n---\n\nIt is **very** robust, see [the page](https://x.example).\n";
    let text = DraftText::plain(sent);
    let said = with_other_text(&text, "x").unwrap().said;
    assert!(said.contains("panel: 9"), "{said}");
    let other = said.replace("robust", "strong");
    assert_eq!(with_other_text(&text, &other).unwrap().text, sent.replace("robust", "strong"));
}

#[test]
fn what_would_be_lost_is_told() {
    let file = "# The lamp\n\nIt is **very robust**, see [the page](https://x.example). `lamp --on` turns it on.";
    let found = put(file, "The lamp\n\nIt is very strong, see the site. lamp --on turns it on.");
    assert_eq!(found.lost, [] as [&str; 0], "emphasis and addresses are carried to other words");
    assert_eq!(
        found.text,
        "# The lamp\n\nIt is **very strong**, see [the site](https://x.example). `lamp --on` turns it on."
    );
    let mixed = put("See [the page](https://x.example) of it.", "Read more at home of it.");
    assert_eq!(mixed.lost, ["the link “the page” to https://x.example"]);
    let taken_out = put("It is **truly** good.\n", "It is good.");
    assert_eq!((taken_out.text.as_str(), taken_out.lost.len()), ("It is good.\n", 0));
    let unlike = put("| A | B |\n|---|---|\n| c | d |\n", "Nothing of it.");
    assert_eq!(unlike.text, "Nothing of it.\n");
    assert_eq!(unlike.lost, ["the table “A, B, c, d”"]);
}

const PLANS: &str = "# Plans\n\nSee [the *whole* list](https://x.example/all).\n\n| Plan | Price | Note |\n|------|------:|------|\n| **Basic** | £5 | |\n| Team | £19 | with a \\| pipe |\n\n> Said so.\n\n- one\n- two\n";

#[test]
fn an_edited_row_keeps_the_table_and_everything_else() {
    let file = format!("{HEAD}{PLANS}");
    let said = put(&file, "x").said;
    assert!(said.contains("Plan: Team; Price: £19; Note: with a | pipe"), "{said}");
    let found = put(&file, &said.replace("£19", "£9").replace("whole list", "whole register"));
    assert_eq!(found.lost, [] as [&str; 0], "{}", found.text);
    assert!(found.text.contains("| Team | £9 "), "{}", found.text);
    assert!(found.text.contains("| with a \\| pipe |"), "{}", found.text);
    assert!(found.text.contains("| **Basic** | £5 | |"), "{}", found.text);
    assert!(found.text.contains("[the *whole* register](https://x.example/all)"), "{}", found.text);
    // A row that no longer names its columns is a text, and takes nothing else with it.
    let found = put(&file, &said.replace("Plan: Team; Price: £19; Note: with a | pipe", "Ask us."));
    assert_eq!(found.lost.len(), 2, "{:?}", found.lost);
    assert!(
        found.lost[0].starts_with("the table “Plan, Price, Note, Basic, £5"),
        "{:?}",
        found.lost
    );
    assert_eq!(found.lost[1], "bold “Basic”");
    for kept in
        ["# Plans", "[the *whole* list](https://x.example/all)", "> Said so.", "- one\n- two"]
    {
        assert!(found.text.contains(kept), "{kept} is not in {}", found.text);
    }
}

#[test]
fn settings_line_ends_and_marks_of_the_file_stay() {
    for (file, text, wanted) in [
        ("\u{feff}Old one.", "New.\nTwo.", "\u{feff}New.\nTwo."),
        (
            "---\r\nstudy: nps\r\n---\r\n\r\n# Old\r\n\r\nThe lamp.\r\n",
            "New\n\nThe lamp.\n\nMore.",
            "---\r\nstudy: nps\r\n---\r\n\r\n# New\r\n\r\nThe lamp.\r\n\r\nMore.\r\n",
        ),
        ("---\nstudy: nps\n---\nOld\n\n\n", "New", "---\nstudy: nps\n---\nNew\n\n\n"),
        ("", "New", "New\n"),
    ] {
        let found = put(file, text);
        assert_eq!(found.text, wanted, "{file:?}");
    }
    let broken =
        with_other_text(&DraftText::File("---\nstudy: nps\n".to_owned()), "x").unwrap_err();
    assert!(broken.to_string().contains("not closed"), "{broken}");
}

proptest! {
    /// Whatever the Markdown, the file says the other text, and its settings stay.
    #[test]
    fn the_file_says_the_other_text(
        body in "(#{1,3} [a-z ]{1,9}\n\n|[a-z ]{1,9}|\\*\\*[a-z]{1,5}\\*\\*|_[a-z]{1,4}_|\\[[a-z]{1,4}\\]\\(u\\)|\n\n|- [a-z]{1,4}\n|`[a-z]{1,4}`){1,12}",
        text in "[A-Z][a-z]{1,6}( [a-z]{1,6}){0,8}\\.(\n\n[A-Z][a-z]{1,6}\\.){0,2}",
        keep in 0_usize..8,
    ) {
        let file = format!("{HEAD}{body}\n");
        let said = put(&file, "x").said;
        let words: Vec<&str> = said.split_whitespace().take(keep).collect();
        let text = format!("{} {text}", words.join(" "));
        let found = put(&file, &text);
        prop_assert!(found.text.starts_with(HEAD.trim_end()), "{}", found.text);
        prop_assert!(reads_as(DraftText::File(found.text.clone()), text.trim()) || !found.lost.is_empty() || words.iter().any(|word| !word.chars().all(char::is_alphanumeric)), "{:?}", found);
    }

    /// The same text changes nothing.
    #[test]
    fn the_same_text_changes_nothing(
        body in "(#{1,3} [a-z ]{1,9}\n\n|[a-z]{1,9} |\\*\\*[a-z]{1,5}\\*\\* |\\[[a-z]{1,4}\\]\\(u\\) |\n\n|- [a-z]{1,4}\n){1,12}",
    ) {
        let file = format!("{HEAD}A lamp. {body}\n");
        let said = put(&file, "x").said;
        let found = put(&file, &said);
        prop_assert_eq!(found.lost, Vec::<String>::new());
        prop_assert_eq!(found.text, file);
    }
}
