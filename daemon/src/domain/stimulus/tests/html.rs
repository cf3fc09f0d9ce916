//! HTML and pictures in drafts: a page is read as its text, tags within Markdown go, and pictures are told as what nobody sees.

use protocol::study::SecondFile;

use super::*;

const PAGE: &str = "<!doctype html><html><head><style>.danger{color:red}</style><script>var price=\"expensive\"; \
                    track(\"hidden fee\");</script></head><body><h1>Dinner box</h1><p>Four dinners for two, <b>25 \
                    minutes</b> of cooking, <a href=\"https://example.com/x?a=1&amp;b=2\">no contract</a>.</p><p>A portion \
                    costs $9.50&nbsp;&mdash; delivery included.</p></body></html>";
const SEEN: &str = "Dinner box\n\nFour dinners for two, 25 minutes of cooking, no contract.\n\nA portion costs $9.50 — \
                    delivery included.";

fn shown(text: &str) -> String {
    let spec = read(&draft(text, &[("language", "en")]), &RULES);
    let spec = spec.unwrap_or_else(|told| panic!("{text}: {told:?}"));
    stimuli(&spec.instrument)[0].to_owned()
}

fn told(text: &str) -> Vec<String> {
    notes(&draft(text, &[]))
}

#[test]
fn a_page_is_read_as_what_its_reader_sees() {
    assert_eq!(shown(PAGE), SEEN);
    let markdown = "# Dinner box\n\nFour dinners for two, **25 minutes** of cooking, [no contract](https://example.com).\n\nA \
                    portion costs $9.50 — delivery included.";
    let spec = |text| read(&draft(text, &[]), &RULES).unwrap();
    assert_eq!(spec(PAGE), spec(markdown), "nothing else differs, its name neither");
    assert_eq!(
        told(PAGE),
        [
            "idea.md:1: the page is shown as its readers see it: its text, without tags, styles and scripts"
        ]
    );
    let with_settings = format!("---\npanel: 20\n---\n\n{PAGE}");
    assert_eq!(shown(&with_settings), SEEN);
    assert!(told(&with_settings)[0].starts_with("idea.md:5: "), "{:?}", told(&with_settings));
}

#[test]
fn lists_tables_and_what_is_not_shown_are_read_as_in_a_browser() {
    insta::assert_snapshot!(shown(
        "<body>\n<nav><ul><li>Home</li><li>Shop</li></ul></nav>\n<h2>The   lamp &amp; its\nprice</h2>\n\
         <p hidden>Secret.</p><p style='display: none'>Draft.</p><noscript>Turn it on.</noscript>\n\
         <svg><title>icon</title><path d='M0 0'/></svg>\n<ol><li><p>Unpack it.</p></li><li>Turn it on.</ol>\n\
         <table><tr><th>Plan<th>Price</tr><tr><td><div>Basic</div></td><td>&pound;5</td></tr></table>\n\
         <my-badge>New</my-badge>: <del>£40</del> £25<br>for 2 &lt; 4 people. 3 < 4.\n<!-- \n note -->\n\
         <img alt='A lamp on a desk' src=x.png></body>"
    ), @r"
    - Home
    - Shop

    The lamp & its price

    1. Unpack it.
    2. Turn it on.

    Plan; Price
    Basic; £5

    New: (no longer £40) £25
    for 2 < 4 people. 3 < 4. A lamp on a desk
    ");
    let fragment = "<div class=\"a\">\n  <h1>A lamp</h1>\n\n  <p>It follows the sun.</p>\n</div>\n";
    assert_eq!(shown(fragment), "A lamp\n\nIt follows the sun.");
}

#[test]
fn tags_within_markdown_go_and_their_words_stay() {
    for (text, expected) in [
        (
            "# A lamp\n\nIt <b>follows</b> the <span class=\"x\">sun</span>.<br>\nAnd <del>£40</del> £25.",
            "A lamp\n\nIt follows the sun.\nAnd (no longer £40) £25.",
        ),
        (
            "<p align=\"center\">\n  <img src=\"x.png\" alt=\"A lamp\">\n</p>\n\n# A lamp\n\nIt follows the sun.",
            "A lamp\n\nA lamp\n\nIt follows the sun.",
        ),
        (
            "Why it is good:\n\n<ul>\n  <li>It is <em>bright</em>.</li>\n  <li>It is small.</li>\n</ul>\n\n**Buy** it.",
            "Why it is good:\n\n- It is bright.\n- It is small.\n\nBuy it.",
        ),
        (
            "A lamp of oak.\n\n<style>\np { color: red }\n</style>\n\nIt follows the sun.",
            "A lamp of oak.\n\nIt follows the sun.",
        ),
        ("| Plan | Price |\n|---|---|\n| Basic<br>new | £5 |", "Plan: Basic new; Price: £5"),
        (
            "A lamp ![[hero.png|Our lamp]] that follows the sun.",
            "A lamp Our lamp that follows the sun.",
        ),
    ] {
        let found = shown(text);
        let lines = |text: &str| -> Vec<String> {
            text.lines()
                .map(|line| line.trim().to_owned())
                .filter(|line| !line.is_empty())
                .collect()
        };
        assert_eq!(lines(&found), lines(expected), "{text}");
    }
    assert_eq!(
        told("# A lamp\n\nIt <b>follows</b> the sun."),
        ["idea.md:3: tags of HTML are not shown from there on"]
    );
}

#[test]
fn what_a_text_only_mentions_stays_readable() {
    for text in [
        "Use the <b> tag to make a word bold, or <strong>.",
        "Put it between <b> and </b> in your page.",
        "A Vec<T> of <name> and <https://example.com> as <you@example.com>: 5 <b and 6> 4.",
        "We love it <3 and 2 < 4 > 1.",
    ] {
        let expected = text.replace("<https://example.com>", "https://example.com");
        let expected = expected.replace("<you@example.com>", "you@example.com");
        assert_eq!(shown(text), expected);
        assert!(told(text).is_empty(), "{:?}", told(text));
    }
    assert_eq!(
        shown("Write `<b>bold</b>` and:\n\n```html\n<p>A lamp</p>\n<img src=x>\n```"),
        "Write <b>bold</b> and:\n\n<p>A lamp</p>\n<img src=x>"
    );
}

#[test]
fn indented_code_keeps_its_tags_and_lines() {
    let text = "Put this into your page:\n\n    <div class=\"lamp\">\n        <p>A lamp</p>\n    </div>\n\nIt takes a minute.";
    assert_eq!(shown(text), text);
    assert!(told(text).is_empty(), "{:?}", told(text));
    let blocks = super::super::render::code_blocks(text);
    assert_eq!(blocks, ["<div class=\"lamp\">\n        <p>A lamp</p>\n    </div>"]);
    // Within an element the blanks are those of the page, and a paragraph of a letter is no code.
    assert_eq!(
        shown("Our lamps:\n\n<ul>\n\n    <li>Oak</li>\n    <li>Linen</li>\n\n</ul>"),
        "Our lamps:\n\n- Oak\n- Linen"
    );
    assert_eq!(shown("A lamp.\n\n    We <b>love</b> it."), "A lamp.\n\n    We love it.");
}

#[test]
fn pictures_are_told_as_what_nobody_sees() {
    let text = "# A lamp\n\nIt follows the sun.\n\n![Hero](img/hero.png)\n\n![On a desk](https://example.com/a.png) \
                ![x](data:image/png;base64,AAAA)\n\n<img src=\"b.png\" alt=\"At night\">\n\n\
                [![Made of oak](https://img.shields.io/oak.svg)](https://example.com)";
    let notes = told(text);
    let pictures =
        "idea.md:5: nobody sees the 5 pictures from there on; respondents read their captions only";
    assert!(notes.contains(&pictures.to_owned()), "{notes:?}");
    assert_eq!(
        told("A lamp that follows the sun.\n\n![[hero.png]]"),
        ["idea.md:3: nobody sees the picture; respondents read its caption only"]
    );
    assert!(told("A lamp: `![x](y.png)` shows it in Markdown.").is_empty());
}

#[test]
fn of_pictures_alone_the_captions_are_read_and_without_any_it_is_refused() {
    for (text, captions) in [
        ("![Our new poster, seen from afar](poster.png)", "Our new poster, seen from afar"),
        ("![[hero.png|Our new poster]]", "Our new poster"),
        (
            "[![Our new poster](a.png)](https://example.com)\n\n<img src=b.png alt='The same at night'>",
            "Our new poster The same at night",
        ),
        (
            "<html><body><img src=a.png alt='Our new poster, seen from afar'></body></html>",
            "Our new poster, seen from afar",
        ),
    ] {
        let found = shown(text);
        let found: Vec<&str> = found.split_whitespace().collect();
        assert_eq!(found.join(" "), captions, "{text}");
        let notes = told(text).join("\n");
        assert!(notes.contains("nobody sees the") && notes.contains("caption"), "{text}: {notes}");
    }
    for text in ["![](poster.png)", "![[hero.png]]", "<html><body><img src=a.png></body></html>"] {
        assert_eq!(
            problems(text, &[]),
            "idea.md:1: the stimulus is nothing but pictures without captions · say in words what they show; nobody sees a picture\n",
            "{text}"
        );
    }
}

#[test]
fn what_pages_and_mails_do_is_read_as_it_is_seen() {
    for (text, expected) in [
        (
            "<ul><li>Four dinners<li>For two<li>Each week</ul>",
            "- Four dinners\n- For two\n- Each week",
        ),
        (
            "Each week:\n\n<ul><li>Four dinners<li>For two</ul>",
            "Each week:\n\n- Four dinners\n- For two",
        ),
        (
            "<p>Dinner for $9<sup>99</sup> on 10<sup>2</sup> tables, H<sub>2</sub>O too.</p>",
            "Dinner for $9.99 on 10^2 tables, H2O too.",
        ),
        ("Dinner for **$1,009<sup>99</sup>** a year.", "Dinner for $1,009.99 a year."),
        (
            "<div style=\"opacity: 0\">Preview.</div><div style=\"opacity:0.9\">Four dinners for two.</div>",
            "Four dinners for two.",
        ),
        ("<o:p>Four dinners</o:p> for <b>two</b>.", "Four dinners for two."),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn captions_side_by_side_are_phrases_of_their_own() {
    for (text, expected) in [
        ("![Hero](a.png)![On a desk](b.png)", "Hero; On a desk"),
        ("![Hero](a.png)\n![On a desk.](b.png) ![At night](c.png)", "Hero; On a desk. At night"),
        (
            "[![Made of oak](a.svg)](https://e.com) [![Two years](b.svg)](https://e.com)",
            "Made of oak; Two years",
        ),
        ("<img src=a alt=\"Hero\"><img src=b alt=\"On a desk\">", "Hero; On a desk"),
        ("![Hero](a.png) ![](b.png) ![At night](c.png)", "Hero; At night"),
        (
            "<html><body><img src=a alt=Hero><img src=b alt='On a desk'></body></html>",
            "Hero; On a desk",
        ),
        ("A lamp ![Hero](a.png) for ![a desk](b.png) of oak.", "A lamp Hero for a desk of oak."),
        ("![Hero](a.png)\n\n![On a desk](b.png)", "Hero\n\nOn a desk"),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn a_page_without_a_name_is_called_by_its_title() {
    let page = "<!doctype html><html><head><meta charset=utf-8><title>\n Dinner box &mdash;\n no contract</title></head>\
                <body><svg><title>icon</title></svg><h1>Four dinners</h1><p>Cooked in 25 minutes.</p></body></html>";
    let name = |text: &str, flags: &[(&str, &str)]| read(&draft(text, flags), &RULES).unwrap().name;
    assert_eq!(name(page, &[]), "Dinner box — no contract");
    assert_eq!(name(page, &[("name", "Mine")]), "Mine");
    for without in [
        page.replace("<title>\n Dinner box &mdash;\n no contract</title>", ""),
        page.replace("\n Dinner box &mdash;\n no contract", " "),
    ] {
        assert_eq!(name(&without, &[]), "Four dinners");
    }
}

#[test]
fn what_is_kept_of_a_draft_counts_its_pictures() {
    let warning = |draft: &Draft| {
        let spec = read(draft, &RULES).unwrap();
        SentAs::of(draft, &spec).and_then(|sent| sent.picture_warning())
    };
    let text = "A lamp that follows the sun.";
    assert_eq!(warning(&draft(text, &[])), None);
    let one = format!("{text}\n\n![Hero](hero.png)");
    assert_eq!(
        warning(&draft(&one, &[])).as_deref(),
        Some("Nobody sees the picture in the text: respondents read its caption only.")
    );
    let mut two = draft(&one, &[("study", "ab_test")]);
    two.variant_b =
        Some(SecondFile { file: "b.md".to_owned(), text: DraftText::plain(one.as_str()) });
    assert_eq!(
        warning(&two).as_deref(),
        Some("Nobody sees the 2 pictures in the text: respondents read their captions only.")
    );
}

#[test]
fn the_second_file_of_an_ab_test_is_read_the_same_way() {
    let mut two = draft("A box of dinners.", &[("study", "ab_test")]);
    two.variant_b =
        Some(SecondFile { file: "b.html".to_owned(), text: DraftText::File(PAGE.to_owned()) });
    let spec = read(&two, &RULES).unwrap();
    assert_eq!(stimuli(&spec.instrument), ["A box of dinners.", SEEN]);
    assert_eq!(notes(&two).len(), 1);
}

#[test]
fn a_page_with_another_text_says_what_it_lost() {
    let page = DraftText::File(format!("---\npanel: 20\n---\n{PAGE}"));
    let found = with_other_text(&page, "Another text.").unwrap();
    assert_eq!(found.lost, ["the HTML of the page"]);
    assert_eq!(found.said, SEEN);
    assert!(
        found.text.starts_with("---\npanel: 20\n---\n") && found.text.contains("Another text.")
    );
}

proptest! {
    #[test]
    fn no_html_makes_it_panic(text in "(<!doctype html>)?(<|>|</|/>|p|b|br|img|ul|ol|li|td|script|style|head| hidden| alt=|\"|'|a|é|🐶|&amp;|&#x;|&|;|!|--|\n| |!\\[\\[|\\]\\]|\\|){0,60}") {
        let rendered = super::super::render::render(&text);
        prop_assert!(rendered.text.chars().count() <= text.chars().count() * 12 + 12);
        drop(notes(&draft(&text, &[])));
    }
}

/// A text of nothing but beginnings of tags is read in time.
#[test]
fn long_texts_of_broken_tags_are_read() {
    for part in ["<p a=\"", "<script>", "<p>", "</p>", "<b>", "![[", "&amp", "<li hidden>", "<!--"]
    {
        let text = part.repeat(20_000 / part.len());
        drop(super::super::render::render(&text));
        drop(super::super::render::render(&format!("<html>{text}")));
    }
}
