//! What is a refusal: a yes, and the words of whoever will not answer. A word beside a whole answer that says no, or nothing
//! clear, is none, and a sentence that could be either is asked again.

use protocol::measurement::QuestionsPerCall;
use serde_json::Value;

use super::items::kinds;
use super::*;

/// What comes of a good reply with that under `refused`, for every study type.
fn with(
    said: &Value,
    check: impl Fn(&Result<Answered, Unreadable>, &Result<Answered, Unreadable>),
) {
    for (mut spec, mut good) in kinds() {
        spec.measurement.questions_per_call = QuestionsPerCall::All;
        if *said == json!(true) || said.as_str().is_some_and(|word| word.len() < 6) {
            // A yes is believed where no reasons for the answer stand beside it.
            good["reasoning"] = json!("So it is.");
        }
        let plain = read_model(&spec, at(4, 1), &good.to_string());
        let mut reply = good.clone();
        reply["refused"] = said.clone();
        check(&read_model(&spec, at(4, 1), &reply.to_string()), &plain);
    }
}

#[test]
fn a_word_beside_a_whole_answer_that_says_no_or_nothing_refuses_nothing() {
    for said in [
        "nein",
        "Nein.",
        "answered",
        "nope",
        "none given",
        "keine",
        "false.",
        "fully answered",
        "all questions answered",
        "complete",
        "no, I answered everything",
        "I did not refuse",
        "no refusal of mine",
        "нет",
        "ok",
        "n.v.t.",
    ] {
        with(&json!(said), |read, plain| assert_eq!(read, plain, "{said}"));
    }
}

#[test]
fn a_yes_and_words_of_refusal_refuse() {
    for said in [
        "I refuse",
        "refused",
        "I'd rather not",
        "No, thanks",
        "cannot say",
        "no idea",
        "private",
        "I declined to answer",
    ] {
        let refused = Err(Unreadable::Refused { reason: said.to_owned() });
        with(&json!(said), |read, _| assert_eq!(*read, refused, "{said}"));
    }
    for said in
        [json!(true), json!("yes"), json!("Yes."), json!("ja"), json!("Oui!"), json!("true.")]
    {
        with(&said, |read, _| {
            assert!(matches!(read, Err(Unreadable::Refused { .. })), "{said}: {read:?}");
        });
    }
    // Without a whole answer anything is the reason.
    for reply in
        [json!({ "reasoning": "So.", "refused": "medical" }), json!({ "refused": "medical" })]
    {
        let refused = Err(Unreadable::Refused { reason: "medical".to_owned() });
        assert_eq!(read_model(&concept(), at(4, 1), &reply.to_string()), refused, "{reply}");
    }
}

/// Beside choices; where words are asked for, a sentence is the reason.
#[test]
fn a_sentence_that_could_be_either_is_asked_again() {
    for said in
        ["Medicines are a matter of doctors", "The weather was bad on that day", "我们不知道这个"]
    {
        let refused = Err(Unreadable::Refused { reason: said.to_owned() });
        with(&json!(said), |read, plain| match (read, plain) {
            (read, Ok(Answered { answer: Answer::Survey { .. }, .. })) => {
                assert_eq!(*read, refused, "{said}");
            }
            (Err(Unreadable::Invalid { reason }), _) => {
                assert!(reason.contains("`refused`"), "{reason}");
            }
            other => panic!("{said}: {other:?}"),
        });
    }
}

/// Small models say yes by chance beside whole opinions.
#[test]
fn a_yes_beside_reasons_for_a_whole_answer_is_asked_again() {
    let read = |reasoning: &str| {
        let reply = json!({
            "reasoning": reasoning, "score": 5, "sentiment": "neutral", "purchase_intent": "maybe", "refused": true,
            "appeals": [], "concerns": [],
        });
        read_model(&concept(), at(4, 1), &reply.to_string())
    };
    for reasons in [
        "I would like to try this as an affordable and simple option for those on the budget.",
        "The portion costs too much for me, and I would not buy it for my family.",
    ] {
        let Err(Unreadable::Invalid { reason }) = read(reasons) else { panic!("{reasons}") };
        assert!(reason.starts_with("`refused` is true"), "{reason}");
    }
    for refusal in [
        "I would rather not say anything about what I eat at home with my family.",
        "As an AI language model I have no household, so there is nothing that I could say.",
        "I will not answer questions about money to somebody whom I do not know.",
        "Dazu möchte ich mich lieber nicht äußern, weil ich das Angebot nicht verstehe.",
        "No thanks.",
    ] {
        let refused = Err(Unreadable::Refused { reason: refusal.to_owned() });
        assert_eq!(read(refusal), refused);
    }
}

/// Evidence of an earlier reader, which took any word for a refusal of one question.
#[test]
fn a_reading_that_refuses_less_is_told_from_another_one() {
    let answer = |second: Value| {
        let first = json!({ "question": 1, "answer": "The price." });
        let reply = json!({ "reasoning": "So.", "answers": [first, second] });
        read(&survey(), &reply.to_string()).unwrap().answer
    };
    let refused = answer(json!({ "question": 2, "refused": "nein" }));
    let answered = answer(json!({ "question": 2, "answer": "A lot." }));
    assert!(refuses_less(&refused, &answered) && refuses_less(&refused, &refused));
    assert!(!refuses_less(&answered, &refused));
    let other = answer(json!({ "question": 2, "answer": "Little." }));
    assert!(!refuses_less(&answered, &other));
}

#[test]
fn one_answer_of_a_survey_is_refused_in_the_same_way() {
    let spec = survey();
    let read = |refused: &str| {
        let reply = json!({ "reasoning": "So.", "answers": [
            { "question": 1, "answer": "The price.", "themes": ["Price"], "refused": refused },
            { "question": 2, "answer": "A lot.", "themes": [], "refused": false },
        ] });
        read_model(&spec, at(4, 1), &reply.to_string())
    };
    let counts = |refused: &str| match read(refused).unwrap().answer {
        Answer::Survey { answers, refused, .. } => (answers.len(), refused.len()),
        other => panic!("{other:?}"),
    };
    for said in ["nein", "answered", "keine", "false."] {
        assert_eq!(counts(said), (2, 0), "{said}");
    }
    for said in ["cannot say", "yes", "I'd rather not", "The weather was bad on that day"] {
        assert_eq!(counts(said), (1, 1), "{said}");
    }
}
