//! Rewrites of contents with an author's marks: whatever is proposed fits into the Markdown that it came from, with every
//! picture, link, table and block of code as it was.

use proptest::prelude::*;
use protocol::review::ContentType;
use protocol::study::{DraftText, StudyType};
use reader::Reader;

use super::concept;
use crate::domain::instrument::{ReviewSettings, Supplied, compose};
use crate::domain::stimulus::{lost_in, with_other_text};
use crate::inference::offline::rewrites;

/// Blocks with marks, and plain ones that an editor has something to do in.
const BLOCKS: &[&str] = &[
    "![A really innovative lamp!!!](img/lamp.png)",
    "The lamp ![utilize the switch](switch.png) is basically very quiet, and we utilize oak for it.",
    "We are **really passionate** about *quality* light, and we [utilize oak](https://x.example/oak) for our lamps!!!",
    "Read [the very innovative manual](https://x.example/manual) now. It is actually quite short.",
    "- a **really** quiet lamp\n- we utilize oak\n- [order it](https://x.example/order)",
    "| Lamp | Price |\n| --- | --- |\n| **Utilize** | $49 |\n| Leverage | $99 |",
    "```\nlet really = utilize(lamp);\n```",
    "Call `utilize_lamp()` in order to leverage the light, which is basically what everybody wants to do in the evening.",
    "> We basically utilize it every day.",
    "It is ***very* quiet**, and in order to leverage its light you utilize the switch.",
    "## We are really excited to introduce our lamp",
    "In today's fast-paced world, light is very important. We utilize oak. Act now!!!",
    "Our solution is a really revolutionary game changer that we utilize in order to facilitate reading, and it is basically what you need in the evening, because the light is warm, the foot is heavy and the cord is long.",
    "~~It was $99.~~ Now it is $49, and you save time.",
];

fn spec_of(source: &str, kind: ContentType) -> protocol::study::StudySpec {
    let said = with_other_text(&DraftText::plain(source), "x").unwrap().said;
    let review = ReviewSettings { content_type: Some((kind, None)), ..ReviewSettings::default() };
    let code = vec!["let really = utilize(lamp);".to_owned()];
    let source = Some(source.to_owned());
    let supplied = Supplied { stimulus: said.clone(), code, source, review, ..Supplied::default() };
    let instrument = compose(StudyType::ContentReview, supplied);
    protocol::study::StudySpec { instrument, ..concept(&said, 1) }
}

#[test]
fn a_marked_text_is_rewritten_around_its_marks() {
    let source = BLOCKS.join("\n\n");
    let found = rewrites::of(Reader::embedded(), &spec_of(&source, ContentType::BlogPost));
    assert!(found.len() >= 4, "{} rewrites", found.len());
    for one in &found {
        let file = with_other_text(&DraftText::plain(source.as_str()), &one.text).unwrap();
        assert_eq!(file.lost, [] as [&str; 0]);
        for kept in [
            "![A really innovative lamp!!!](img/lamp.png)",
            "[the very innovative manual](https://x.example/manual)",
            "| **Utilize** | $49 |",
            "```\nlet really = utilize(lamp);\n```",
            "`utilize_lamp()`",
            "](https://x.example/oak)",
        ] {
            assert!(file.text.contains(kept), "{kept} is not in {}", file.text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn whatever_is_proposed_can_be_applied(
        blocks in prop::collection::vec(prop::sample::select(BLOCKS.to_vec()), 1..6),
        kind in prop::sample::select(vec![ContentType::BlogPost, ContentType::Email, ContentType::ProductPage]),
    ) {
        let source = blocks.join("\n\n");
        for one in rewrites::of(Reader::embedded(), &spec_of(&source, kind)) {
            let file = with_other_text(&DraftText::plain(source.as_str()), &one.text).unwrap();
            prop_assert_eq!(&file.lost, &Vec::<String>::new(), "{}", one.text);
            prop_assert!(lost_in(&source, &one.text).is_empty());
            let read = with_other_text(&DraftText::plain(file.text), "x").unwrap().said;
            prop_assert!(read.split_whitespace().eq(one.text.split_whitespace()), "{read}\n{}", one.text);
        }
    }
}
