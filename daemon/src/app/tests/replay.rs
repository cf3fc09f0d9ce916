//! Tests of the replay of evidence that an earlier build wrote: version 1 has the fields of answers without their study
//! type, and so do bundles written now.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use protocol::study::StudyType;

use crate::app::{NotReplayed, replay};
use crate::domain::evidence::{EvidenceLine, UNSEALED, read, results_hash, seal};

/// The evidence of a study of that type: four people on the built-in reader, two of them asked twice.
fn fixture(study_type: StudyType) -> String {
    let name = format!("../tests/fixtures/evidence/v1-{study_type}.jsonl");
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn evidence_of_version_1_is_replayed_whatever_was_asked() {
    for study_type in StudyType::ALL {
        let replayed = replay(Cursor::new(fixture(*study_type))).unwrap();
        assert_eq!((replayed.respondents, replayed.without_reply), (4, 0), "{study_type}");
        assert!(replayed.results.is_some());
    }
}

/// A closing line without its findings, and so without its seal.
fn without_findings(line: &str) -> serde_json::Value {
    let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
    line["results"]["findings"] = serde_json::Value::Null;
    line["seal"] = serde_json::Value::Null;
    line
}

#[test]
fn evidence_is_written_as_version_1_to_the_last_byte() {
    for study_type in StudyType::ALL {
        let mut before = UNSEALED.to_owned();
        let mut answers = 0;
        for text in fixture(*study_type).lines() {
            let line = read(text, Some(*study_type)).unwrap();
            if let EvidenceLine::Respondent(respondent) = &line {
                answers += respondent.asked.len();
            }
            let (written, sealed) = seal(&before, &line).unwrap();
            if matches!(line, EvidenceLine::Closing(_)) {
                // Findings of the first rule are read, and written with two lists of quotes.
                assert_eq!(without_findings(&written), without_findings(text));
            } else {
                assert_eq!(written, text);
            }
            before = sealed;
        }
        assert!(answers >= 6, "{study_type} has {answers} answers");
    }
}

/// The first builds told no rule by which groups were judged; what they counted is what follows from the replies.
#[test]
fn evidence_without_a_rule_of_contrasts_is_replayed() {
    for study_type in StudyType::ALL {
        let without_rule = |shift: f64| {
            let mut before = UNSEALED.to_owned();
            let mut file = String::new();
            for text in fixture(*study_type).lines() {
                let mut line = read(text, Some(*study_type)).unwrap();
                if let EvidenceLine::Closing(closing) = &mut line {
                    let results = closing.results.as_mut().unwrap();
                    assert!(!results.contrast_rule.is_empty(), "{study_type}");
                    results.contrast_rule.clear();
                    for contrast in &mut results.contrasts {
                        contrast.small = !contrast.small;
                        contrast.p_adjusted += shift;
                    }
                    closing.results_hash = results_hash(closing.results.as_ref()).unwrap();
                }
                let (written, sealed) = seal(&before, &line).unwrap();
                file.push_str(&(written + "\n"));
                before = sealed;
            }
            replay(Cursor::new(file))
        };
        let replayed = without_rule(0.0).unwrap();
        assert_eq!((replayed.respondents, replayed.without_reply), (4, 0), "{study_type}");
        assert!(replayed.results.is_some_and(|results| results.contrast_rule.is_empty()));
        let Err(NotReplayed::Differs { what, .. }) = without_rule(0.5) else {
            panic!("{study_type}: another number is a difference")
        };
        assert!(what.contains("p_adjusted"), "{what}");
    }
}

#[test]
fn a_rule_of_contrasts_that_is_null_is_none() {
    let concept = fixture(StudyType::ConceptTest);
    let mut line: serde_json::Value =
        serde_json::from_str(concept.lines().last().unwrap()).unwrap();
    line["results"]["contrast_rule"] = serde_json::Value::Null;
    let read = read(&line.to_string(), Some(StudyType::ConceptTest)).unwrap();
    let EvidenceLine::Closing(closing) = read else { panic!("{read:?}") };
    assert_eq!(closing.results.unwrap().contrast_rule, "");
}

/// An answer is read as what the study asked for, and never as whatever else its fields fit.
#[test]
fn an_answer_with_the_fields_of_another_study_type_is_not_read() {
    let concept = fixture(StudyType::ConceptTest);
    let nps = fixture(StudyType::Nps);
    let of_other = nps.lines().nth(1).unwrap();
    assert!(read(of_other, Some(StudyType::Nps)).is_ok());
    assert!(read(of_other, Some(StudyType::ConceptTest)).is_err());
    assert!(read(of_other, None).is_err(), "no type is guessed");

    let opening = concept.lines().next().unwrap();
    let (_, sealed) = seal(UNSEALED, &read(opening, None).unwrap()).unwrap();
    let (moved, _) = seal(&sealed, &read(of_other, Some(StudyType::Nps)).unwrap()).unwrap();
    let replayed = replay(Cursor::new(format!("{opening}\n{moved}\n")));
    assert!(matches!(replayed, Err(NotReplayed::Damaged { line: 2, .. })), "{replayed:?}");
}

/// An earlier build may have cut a sentence elsewhere; in evidence of this one a quote is what the reply says.
#[test]
fn only_evidence_of_an_earlier_edition_may_quote_otherwise() {
    let mut before = UNSEALED.to_owned();
    let mut file = String::new();
    for text in fixture(StudyType::ContentReview).lines() {
        let mut line = read(text, Some(StudyType::ContentReview)).unwrap();
        if let EvidenceLine::Opening(opening) = &mut line {
            crate::inference::offline::MODEL.clone_into(&mut opening.study.model);
        }
        let (written, sealed) = seal(&before, &line).unwrap();
        file.push_str(&(written + "\n"));
        before = sealed;
    }
    let replayed = replay(Cursor::new(file));
    let Err(NotReplayed::Differs { what, .. }) = replayed else { panic!("{replayed:?}") };
    assert!(what.contains("quote"), "{what}");
}
