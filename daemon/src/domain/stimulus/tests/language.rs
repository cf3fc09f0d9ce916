//! Drafts in other languages: refused where the built-in respondent model answers, with the line and a way out.

use super::*;
use crate::domain::instrument::instrument_hash;

const GERMAN: &str = "Eine Lampe, die der Sonne folgt. Sie kostet 79 Euro und hält zwei Jahre.";
const ENGLISH: &str = "A lamp that follows the sun. It costs 79 euros and lasts two years.";

#[test]
fn a_foreign_text_is_refused_with_its_line_and_a_way_out() {
    insta::assert_snapshot!([
        problems(&format!("---\npanel: 20\n---\n\n{GERMAN}"), &[]),
        problems("# 日本語の見出し\n\n太陽を追いかけるランプです。", &[]),
        problems(&format!("---\nstudy: ab_test\n---\n## Variant A\n{ENGLISH}\n\n## Variant B\n{GERMAN}"), &[]),
        problems(&format!("---\nstudy: survey\nquestions:\n  - Why?\n  - Was würde Sie davon abhalten?\n---\n{ENGLISH}"), &[]),
        problems(&format!("---\npanel: none\n---\n{GERMAN}"), &[]),
        problems(GERMAN, &[("language", "de")]),
    ].concat(), @r"
    idea.md:5: the stimulus seems to be in German, and the built-in reader reads only English · ask a language model: --engine NAME; where the guess is wrong, say so: --language en
    idea.md:1: the stimulus seems to be in Japanese, and the built-in reader reads only English · ask a language model: --engine NAME; where the guess is wrong, say so: --language en
    idea.md:8: the variant b seems to be in German, and the built-in reader reads only English · ask a language model: --engine NAME; where the guess is wrong, say so: --language en
    idea.md:3: question 2 seems to be in German, and the built-in reader reads only English · ask a language model: --engine NAME; where the guess is wrong, say so: --language en
    idea.md:2: 'panel' is no whole number · give a whole number from 1 to 10000; the setting limits.panel_max raises the limit
    idea.md:4: the stimulus seems to be in German, and the built-in reader reads only English · ask a language model: --engine NAME; where the guess is wrong, say so: --language en
    --language: 'language' cannot be 'de' · it takes en
    ");
    let mut two = draft(ENGLISH, &[("study", "ab_test")]);
    two.variant_b = Some(protocol::study::SecondFile {
        file: "b.md".to_owned(),
        text: DraftText::File(format!("\n{GERMAN}")),
    });
    let told = read(&two, &RULES).unwrap_err();
    assert_eq!(told[0].place, "b.md:2");
}

#[test]
fn whoever_says_that_it_is_english_is_believed_and_a_model_reads_anything() {
    let spec = read(&draft(GERMAN, &[("language", "en")]), &RULES).unwrap();
    assert_eq!(spec.language, Some(protocol::study::Language::English));
    let in_file = format!("---\nlanguage: en\n---\n{GERMAN}");
    assert_eq!(read(&draft(&in_file, &[]), &RULES).unwrap(), spec);
    assert!(read(&draft(GERMAN, &[("engine", "model")]), &RULES).is_ok());
    assert!(read(&draft(GERMAN, &[("engine", "model"), ("language", "en")]), &RULES).is_ok());
}

#[test]
fn english_is_english_however_it_is_spelt() {
    for spelling in ["EN", "en-US", "en_gb", "English", " en "] {
        let spec = read(&draft(GERMAN, &[("language", spelling)]), &RULES).unwrap();
        assert_eq!(spec.language, Some(protocol::study::Language::English), "{spelling}");
    }
    assert!(read(&draft(GERMAN, &[("language", "england")]), &RULES).is_err());
}

#[test]
fn words_of_closed_lists_are_read_in_capitals_and_with_blanks() {
    let spec = |study| read(&draft(ENGLISH, &[("study", study)]), &RULES).unwrap();
    assert_eq!(spec("Concept-Test"), spec("concept_test"));
    assert_eq!(spec("NPS"), spec("nps"));
}

#[test]
fn the_setting_changes_neither_the_hash_nor_what_is_stored_without_it() {
    let plain = read(&draft(ENGLISH, &[]), &RULES).unwrap();
    let said = read(&draft(ENGLISH, &[("language", "en")]), &RULES).unwrap();
    assert_eq!(instrument_hash(&plain, ""), instrument_hash(&said, ""));
    let stored = serde_json::to_string(&plain).unwrap();
    assert!(!stored.contains("language"), "{stored}");
    assert_eq!(serde_json::from_str::<StudySpec>(&stored).unwrap(), plain);
    let stored = serde_json::to_string(&said).unwrap();
    assert_eq!(serde_json::from_str::<StudySpec>(&stored).unwrap(), said);
}

#[test]
fn a_foreign_context_is_only_noted() {
    let note = |flags: &[(&str, &str)]| {
        let spec = read(&draft(ENGLISH, flags), &RULES).unwrap();
        language_notes(&spec, RULES.steady)
    };
    let german = ("context", "Sie haben diese Lampe gerade im Laden gesehen.");
    assert_eq!(
        note(&[german]),
        ["the context seems to be in German, and the built-in reader reads only English"]
    );
    let silent: [&[(&str, &str)]; 4] = [
        &[german, ("engine", "model")],
        &[german, ("language", "en")],
        &[("context", "You have just seen this lamp in a shop.")],
        &[],
    ];
    for flags in silent {
        assert!(note(flags).is_empty(), "{flags:?}");
    }
}

#[test]
fn a_text_that_is_no_prose_is_told_of() {
    let notes = |text: &str, flags: &[(&str, &str)]| {
        language_notes(&read(&draft(text, flags), &RULES).unwrap(), RULES.steady)
    };
    let json = r#"{"name": "lamp", "price": 79, "material": "oak", "colours": ["white", "black"]}"#;
    let code = "import os\n\ndef total(rows):\n    sum = 0\n    for row in rows:\n        sum += row\n    return sum";
    let table = "| Plan | Price | Seats |\n|---|---|---|\n| Basic | 5 | 1 |\n| Team | 9 | 5 |\n| Firm | 29 | 50 |";
    let told = |what: &str| {
        vec![format!("the text is mostly {what}, and the built-in reader reads prose only")]
    };
    let structure = told("data in JSON or a markup language");
    assert_eq!(notes(json, &[("language", "en")]), structure);
    assert_eq!(notes(code, &[("language", "en")]), told("source code"));
    assert!(notes(json, &[("language", "en"), ("engine", "model")]).is_empty());
    assert!(notes(&format!("{ENGLISH}\n\n{json}"), &[("language", "en")]).is_empty());
    assert!(notes(table, &[("language", "en")]).is_empty());
}

#[test]
fn a_text_that_is_partly_in_another_language_is_told_with_its_first_sentence() {
    let notes = |text: &str, flags: &[(&str, &str)]| {
        language_notes(&read(&draft(text, flags), &RULES).unwrap(), RULES.steady)
    };
    let both = format!("{ENGLISH}\n\n{GERMAN}");
    assert_eq!(
        notes(&both, &[]),
        [
            "the text is partly in German: 2 of its 4 sentences, first “Eine Lampe, die der Sonne folgt.”; the built-in reader \
          reads only the English part"
        ]
    );
    assert!(notes(&both, &[("engine", "model")]).is_empty());
    assert!(notes(&both, &[("language", "en")]).is_empty());
    assert!(notes(ENGLISH, &[]).is_empty());
    let two = format!("## Variant A\n{ENGLISH}\n\n## Variant B\n{both}");
    let told = notes(&two, &[("study", "ab_test")]);
    assert!(
        told.len() == 1 && told[0].starts_with("the variant b is partly in German"),
        "{told:?}"
    );
}
