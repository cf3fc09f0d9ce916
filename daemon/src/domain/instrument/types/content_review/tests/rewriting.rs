//! Rewrites by a language model: how its reply is read, and which rewrites the panel may score.

use super::*;
use crate::domain::exchange::End;
use crate::domain::instrument::chain::{Proposed, read_proposals, sift};

fn page(content: &str, allow_new_claims: bool) -> StudySpec {
    let content_type = ContentType::ProductPage;
    let goal = Some("sell to cooks in Boston".to_owned());
    let plain = material(content, ReviewMode::ExpertReview);
    let review = ReviewMaterial { allow_new_claims, content_type, goal, ..plain };
    let instrument = Instrument::ContentReview { review: Box::new(review) };
    StudySpec { instrument, ..spec(ReviewMode::ExpertReview) }
}

fn read(reply: &str) -> Result<Vec<Proposed>, Unreadable> {
    read_proposals(&page("Our kit costs $9.", false), &End::Finished, reply)
}

fn texts_of(reply: &str) -> Vec<String> {
    read(reply).unwrap().into_iter().map(|proposal| proposal.text).collect()
}

#[test]
fn a_reply_is_read_in_any_spelling_of_one_meaning() {
    let fenced = "Here you are:\n```json\n{\"variants\": [{\"text\": \" A \", \"principles\": [\"Shorter\", \"Shorter\"], \
        \"dimensions\": [\"call_to_action\", \"nonsense\"]}, {\"text\": \"B\"}, {\"no\": \"text\"}],}\n```";
    let found = read(fenced).unwrap();
    assert_eq!(texts_of(fenced), ["A", "B"]);
    assert_eq!(found[0].principles, ["Shorter"]);
    let titles = ReviewStudy.dimension_titles(&page("A", false).instrument);
    assert!(found[0].dimensions.iter().all(|title| titles.contains(title)));
    assert_eq!(
        texts_of("{\"variants\": {\"text\": \"alone\", \"principles\": \"one\"}}"),
        ["alone"]
    );
    assert_eq!(texts_of("{\"text\": \"without a list\"}"), ["without a list"]);
    let hidden = texts_of("{\"text\": \"a\\u001b[31mb\\u202ec\"}");
    assert_eq!(hidden, ["abc"], "what controls a terminal is taken out");
    for broken in ["", "no", "{\"variants\": []}", "{\"variants\": [{\"text\": 7}]}"] {
        assert!(read(broken).is_err(), "{broken}");
    }
    let cut = read_proposals(&page("A", false), &End::Truncated, "{\"text\": \"B\"}");
    assert!(matches!(cut, Err(Unreadable::Invalid { .. })));
}

#[test]
fn empty_equal_too_long_and_inventing_rewrites_are_refused_with_the_reason() {
    let (original, best) = (page("Our kit costs $9.", false), page("The kit costs $9.", false));
    let proposals = |texts: &[&str]| {
        let proposal = |text: &&str| Proposed {
            text: (*text).to_owned(),
            principles: Vec::new(),
            dimensions: Vec::new(),
        };
        texts.iter().map(proposal).collect::<Vec<_>>()
    };
    let long = "word ".repeat(10_001);
    let given = [
        "",
        "Our  kit\ncosts $9.",
        "The kit costs $9.",
        &long,
        "The kit costs $8.",
        "Pay $9, Boston.",
    ];
    let sifted = sift(&original, &best, &[], proposals(&given));
    let kept: Vec<&str> = sifted.kept.iter().map(|one| one.text.as_str()).collect();
    assert_eq!(kept, ["Pay $9, Boston."], "{:?}", sifted.refused);
    let reasons = sifted.refused.join("\n");
    for reason in ["1 of the model was refused: it is empty", "in the same words", "figure '$8'"] {
        assert!(reasons.contains(reason), "{reasons}");
    }
    assert_eq!(sifted.refused.len(), 5);
    let allowed = page("Our kit costs $9.", true);
    assert_eq!(
        sift(&allowed, &allowed, &[], proposals(&["It costs $8 at Harrods."])).kept.len(),
        1
    );
    let many = proposals(&["A kit: $9.", "For $9 a kit.", "A $9 kit."]);
    assert_eq!(sift(&original, &best, &[], many).kept.len(), 2);
}
