//! Drafts with the specifications or problem lists that they give.

mod comments;
mod cut;
mod head;
mod html;
mod language;
mod like;
mod plain;
mod render;
mod review;
mod written;

use std::collections::BTreeMap;

use proptest::prelude::*;
use protocol::audience::{Choice, Gender, Region};
use protocol::measurement::Measurement;
use protocol::study::{DraftText, Instrument};

use super::*;
use crate::domain::instrument::stimuli;

const RULES: Rules<'_> = Rules {
    models: &[],
    encoder: None,
    panel_max: 10_000,
    engines: &["offline", "model"],
    fresh_seed: 42,
    steady: &["offline"],
    private_hooks: false,
};

fn draft(text: &str, flags: &[(&str, &str)]) -> Draft {
    let overrides: BTreeMap<String, String> =
        flags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    Draft {
        file: "idea.md".to_owned(),
        text: DraftText::File(text.to_owned()),
        overrides,
        ..Draft::default()
    }
}

fn problems(text: &str, flags: &[(&str, &str)]) -> String {
    let problems = read(&draft(text, flags), &RULES).expect_err("it has problems");
    problems.iter().map(|p| format!("{}: {} · {}\n", p.place, p.what, p.hint)).collect()
}

#[test]
fn plain_text_is_a_concept_test_with_defaults() {
    let spec = read(&draft("# Meal kit\n\nDinner that learns your taste.", &[]), &RULES).unwrap();
    assert_eq!(spec.name, "Meal kit");
    assert_eq!((spec.panel, spec.seed), (100, 42));
    assert_eq!(spec.audience, Audience::default());
    assert_eq!(stimuli(&spec.instrument), ["Meal kit\n\nDinner that learns your taste."]);
}

#[test]
fn front_matter_and_flags_are_read_and_flags_win() {
    let text = "---\r\nstudy: nps\r\npanel: 50\r\naudience: { region: uk, age_range: [25, 45], gender: female }\r\n\
                tags: [spring, food]\r\nmax_cost_usd: 2.50\r\n---\r\nA kit of dinners.";
    let spec = read(&draft(text, &[("panel", "60"), ("audience.region", "eu")]), &RULES).unwrap();
    assert_eq!(spec.instrument.study_type(), StudyType::Nps);
    assert_eq!(
        (spec.panel, spec.audience.region, spec.audience.age_range),
        (60, Region::Eu, (25, 45))
    );
    assert_eq!(spec.audience.gender, Choice::Only(Gender::Female));
    assert_eq!(spec.tags, ["spring", "food"]);
    assert_eq!(spec.max_cost_usd, Some(UsdMicros(2_500_000)));
}

#[test]
fn every_problem_is_told_at_once_with_its_line() {
    insta::assert_snapshot!(problems(
        "---\npanle: 50\npanel: 20000\nseed: -1\naudience:\n  region: france\n  age_range: [45, 25]\n\
         seed: 7\nengine: offlin\nstudy: concept\ntags: 3\n---\n\nshort",
        &[("engine_mode", "fast"), ("audience.gender", "men")]
    ), @r"
    idea.md:2: unknown key 'panle' · did you mean 'panel'?
    idea.md:3: 'panel' is 20000 · give a whole number from 1 to 10000; the setting limits.panel_max raises the limit
    idea.md:4: 'seed' is -1 · give a whole number from 0 to 9007199254740991
    idea.md:6: 'audience.region' cannot be 'france' · it takes us_national, us_northeast, us_southeast, us_midwest, us_west, us_southwest, uk, eu, global
    idea.md:7: 'audience.age_range' is no range of ages · give the youngest and the oldest age between 18 and 100, for example [25, 45]
    idea.md:8: 'seed' is given twice · keep one
    idea.md:9: there is no engine 'offlin' · did you mean 'offline'?
    idea.md:10: 'study' cannot be 'concept' · it takes concept_test, sentiment, nps, survey, ab_test, content_review
    idea.md:14: the stimulus has 5 characters, at least 10 are needed · say in a sentence what it is and what it does
    --gender: 'audience.gender' cannot be 'men' · it takes all, male, female, nonbinary
    --engine-mode: 'engine_mode' cannot be 'fast' · it takes standard, anchor
    ");
}

#[test]
fn malformed_front_matter_is_told_with_its_line() {
    insta::assert_snapshot!([
        problems("---\npanel: 50\nA dinner kit for everyone.", &[]),
        problems("---\npanel: [1,\n---\nA dinner kit for everyone.", &[]),
        problems("---\n- panel: 50\n---\nA dinner kit for everyone.", &[]),
        problems("---\naudience: uk\n---\nA dinner kit for everyone.", &[]),
        problems("\0\0\0\0", &[]),
        problems("", &[]),
    ].concat(), @r"
    idea.md:1: the front matter is not closed · end it with a line of three dashes: ---
    idea.md:2: the front matter is not valid YAML: unclosed bracket '[' · write one `key: value` a line; put a text with a colon in quotes
    idea.md:2: the front matter is no list of settings · write one `key: value` a line, for example `panel: 50`
    idea.md:2: 'audience' takes filters · for example audience: { region: uk, age_range: [25, 45] }
    idea.md: the file is not text · give a Markdown or plain-text file
    idea.md:1: the stimulus is empty · write 10 to 5000 characters
    ");
}

#[test]
fn an_alias_bomb_is_refused_and_costs_nothing() {
    let mut yaml = String::from("---\na: &a [x,x,x,x,x,x,x,x,x,x]\n");
    for (name, of) in
        ["b", "c", "d", "e", "f", "g", "h"].iter().zip(["a", "b", "c", "d", "e", "f", "g"])
    {
        let items = vec![format!("*{of}"); 10].join(",");
        yaml.push_str(&format!("{name}: &{name} [{items}]\n"));
    }
    yaml.push_str("---\nA dinner kit for everyone.");
    assert!(read(&draft(&yaml, &[]), &RULES).is_err());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), key in any::<String>(), value in any::<String>()) {
        let front = format!("---\n{text}\n---\n{value}");
        for text in [&text, &front] {
            drop(read(&draft(text, &[(&key, &value), ("panel", &value)]), &RULES));
        }
    }

    #[test]
    fn a_panel_within_the_limits_is_taken_as_given(panel in 1u32..=10_000) {
        let text = format!("---\npanel: {panel}\n---\nA dinner kit for everyone.");
        prop_assert_eq!(read(&draft(&text, &[]), &RULES).unwrap().panel, panel);
    }
}

fn ab(file: &str) -> StudySpec {
    read(&draft(file, &[]), &RULES).unwrap()
}

#[test]
fn a_survey_brings_its_questions_from_the_file_or_from_flags() {
    let text = "---\nstudy: survey\nquestions:\n  - What stops you, if anything?\n  - ' And why? '\n---\nA kit of dinners.";
    let questions = |spec: StudySpec| match spec.instrument {
        Instrument::Survey { questions, .. } => questions,
        other => panic!("{other:?}"),
    };
    let from_file = questions(read(&draft(text, &[]), &RULES).unwrap());
    assert_eq!(from_file, ["What stops you, if anything?", "And why?"]);
    let flags = [("questions", "One, two?\nThree?")];
    assert_eq!(questions(read(&draft(text, &flags), &RULES).unwrap()), ["One, two?", "Three?"]);
}

#[test]
fn questions_are_checked_where_they_stand() {
    insta::assert_snapshot!(problems(
        "---\nstudy: survey\nseed: 1\nquestions: [ \"Why?\", \"why?\", \"\" ]\norders: both\n---\nA kit of dinners.", &[]
    ), @r"
    idea.md:4: question 2 is the same as question 1 · ask each question once
    idea.md:4: question 3 is empty · write it or drop it
    idea.md:5: 'orders' means nothing in a survey study · take it out, or set study: ab_test
    ");
    insta::assert_snapshot!(problems("---\nstudy: survey\n---\nA kit of dinners.", &[]), @r#"idea.md:4: a survey needs at least one question · questions: [ "What would stop you from trying it?" ]"#);
    insta::assert_snapshot!(problems("---\nstudy: survey\nquestions: 3\n---\nA kit of dinners.", &[]), @r#"idea.md:3: 'questions' takes a list of texts · put each in quotes: [ "What would stop you from trying it?" ]"#);
}

#[test]
fn variants_stand_under_their_headings() {
    let spec = ab(
        "---\nstudy: ab_test\norders: both\n---\n# Two headlines\n\n## Variant A\n\nThe first text.\n\n### More\nof it\n\n## variant b:\nThe second text.\n",
    );
    assert_eq!(spec.name, "Two headlines");
    let expected = Instrument::AbTest {
        variant_a: "The first text.\n\nMore\n\nof it".to_owned(),
        variant_b: "The second text.".to_owned(),
        orders: protocol::study::Orders::Both,
    };
    assert_eq!(spec.instrument, expected);
    let untitled = ab(
        "---\nstudy: ab_test\n---\n## Variant B\nThe second text.\n## Variant A\nThe first text.",
    );
    assert_eq!(
        (untitled.name.as_str(), stimuli(&untitled.instrument)[0]),
        ("The first text.", "The first text.")
    );
}

#[test]
fn what_is_wrong_with_variants_is_told_in_their_lines() {
    insta::assert_snapshot!(problems(
        "---\nstudy: ab_test\n---\n\nRead this first.\n\n## Variant A\nshort\n\n## Variant B\n\n\n## Variant A\nAnother text.", &[]
    ), @r"
    idea.md:5: nobody would see this text: it stands above both variants · move it into the variants, or into context:
    idea.md:10: the variant b is empty · write 10 to 5000 characters
    idea.md:13: there are two variants A · keep one
    ");
    insta::assert_snapshot!(problems("---\nstudy: ab_test\n---\nOnly one text here.", &[]), @r"
    idea.md:4: there is no heading '## Variant A' · put both variants into the file, each under its heading; give two files with `demoscope run FILE FILE --study ab_test`
    idea.md:4: there is no heading '## Variant B' · put both variants into the file, each under its heading; give two files with `demoscope run FILE FILE --study ab_test`
    ");
}

#[test]
fn two_files_are_two_variants() {
    let second = |text: &str| {
        Some(protocol::study::SecondFile {
            file: "b.md".to_owned(),
            text: DraftText::File(text.to_owned()),
        })
    };
    let mut two = draft("---\npanel: 30\n---\nThe first text.", &[("study", "ab_test")]);
    two.variant_b = second("\n# Heading\n\nThe second text.\n");
    let spec = read(&two, &RULES).unwrap();
    assert_eq!(stimuli(&spec.instrument), ["The first text.", "Heading\n\nThe second text."]);
    assert_eq!((spec.panel, spec.name.as_str()), (30, "The first text."));

    let told = |two: &Draft| {
        let problems = read(two, &RULES).expect_err("it has problems");
        let lines = problems.iter().map(|p| format!("{}: {}", p.place, p.what));
        lines.collect::<Vec<_>>().join("\n")
    };
    two.variant_b = second("---\npanel: 3\n---\nThe second text.");
    assert_eq!(told(&two), "b.md:1: the second file of an A/B test has settings of its own");
    two.variant_b = second("\n\nshort");
    assert_eq!(told(&two), "b.md:3: the variant b has 5 characters, at least 10 are needed");
    two.overrides.insert("study".to_owned(), "nps".to_owned());
    assert_eq!(told(&two), "b.md: a second file is for an A/B test, and this is a nps study");
}

#[test]
fn some_are_asked_twice_where_an_engine_may_say_something_else() {
    let of = |front: &str| {
        let text =
            format!("---\n{front}\n---\nA meal kit delivery service that learns your taste.");
        let text = DraftText::File(text);
        let draft = Draft { file: "idea.md".to_owned(), text, ..Draft::default() };
        read(&draft, &RULES).map(|spec| spec.measurement.replicates)
    };
    assert_eq!(of("panel: 500"), Ok(0), "the built-in reader says the same again");
    assert_eq!(of("engine: model\npanel: 99"), Ok(0), "a handful of pairs tells nothing");
    assert_eq!(of("engine: model\npanel: 150"), Ok(15));
    assert_eq!(of("engine: model\npanel: 10000"), Ok(25));
    assert_eq!(of("engine: model\npanel: 500\nreplicates: 0"), Ok(0));
    assert_eq!(of("panel: 50\nreplicates: 50"), Ok(50));
    let problems = of("panel: 50\nreplicates: 51").unwrap_err();
    assert!(problems[0].hint.to_string().contains("0 to 50"), "{problems:?}");
    assert!(of("reuse: sometimes").unwrap_err()[0].hint.to_string().contains("allowed, never"));
}

/// What a draft with those settings asks for, or its first problem.
fn elicited(front: &str) -> Result<Option<protocol::channels::Elicitation>, String> {
    elicited_with(None, front)
}

fn elicited_with(
    encoder: Option<&str>,
    front: &str,
) -> Result<Option<protocol::channels::Elicitation>, String> {
    let known = |name: &str, models: &[&str], embeds: Option<&str>| KnownEngine {
        name: name.to_owned(),
        models: Ok(models.iter().map(|model| (*model).to_owned()).collect()),
        embeds: embeds.map(ToOwned::to_owned),
    };
    let models = [
        known("gpt", &["gpt-4.1-mini"], Some("gpt")),
        known("router", &["openai/GPT-4.1-mini"], None),
        known("claude", &["claude-haiku-4-5"], None),
        known("both", &["gpt-4.1-mini", "claude-haiku-4-5"], Some("gpt")),
        KnownEngine {
            name: "dark".to_owned(),
            models: Err("$KEY is not set".to_owned()),
            embeds: None,
        },
    ];
    let engines = ["offline", "gpt", "router", "claude", "both", "dark"];
    let rules = Rules { models: &models, engines: &engines, encoder, ..RULES };
    let text = format!("---\n{front}\n---\nA meal kit delivery service that learns your taste.");
    let text = DraftText::File(text);
    let draft = Draft { file: "idea.md".to_owned(), text, ..Draft::default() };
    match read(&draft, &rules) {
        Ok(spec) => Ok(spec.measurement.elicitation),
        Err(problems) => {
            Err(format!("{}: {} · {}", problems[0].place, problems[0].what, problems[0].hint))
        }
    }
}

#[test]
fn channels_are_named_with_the_engines_that_make_them() {
    assert_eq!(elicited("engine: claude"), Ok(None));
    assert_eq!(elicited("engine: claude\nelicitation: [direct]"), Ok(None));
    let found =
        elicited("engine: gpt\nelicitation: [rater, ssr, direct]\nrater: claude").unwrap().unwrap();
    assert_eq!(
        found.channels.iter().map(|it| it.as_str()).collect::<Vec<_>>(),
        ["direct", "ssr", "rater"]
    );
    assert_eq!(found.embedding_engine.as_deref(), Some("gpt"));
    assert_eq!(found.rater.as_deref(), Some("claude"));
    let other = elicited("engine: claude\nelicitation: [direct, ssr]\nembedding_engine: both")
        .unwrap()
        .unwrap();
    assert_eq!(other.embedding_engine.as_deref(), Some("gpt"), "the one of a pool that embeds");
    assert_eq!(other.rater, None);
}

#[test]
fn the_built_in_encoder_reads_texts_where_no_service_does() {
    let heard = |front: &str| {
        let found = elicited_with(Some("local"), &format!("{front}\nelicitation: [direct, ssr]"));
        found.map(|found| found.unwrap().embedding_engine.unwrap())
    };
    assert_eq!(heard("engine: claude").as_deref(), Ok("local"));
    assert_eq!(heard("engine: gpt").as_deref(), Ok("gpt"), "its own service comes first");
    assert_eq!(heard("engine: gpt\nembedding_engine: local").as_deref(), Ok("local"));
    for (front, words) in [
        ("engine: local", "the engine 'local' turns texts into vectors and answers nobody"),
        (
            "engine: claude\nembedding_engine: router",
            "write embedding_engine: gpt or both or local",
        ),
        ("engine: dark", "the engine 'dark' cannot be asked"),
    ] {
        let told = heard(front).unwrap_err();
        assert!(told.contains(words), "{front}: {told}");
    }
}

#[test]
fn a_channel_that_cannot_be_heard_is_refused_with_what_would_help() {
    for (front, words) in [
        ("elicitation: [direct, ssr]", "idea.md:2: the engine 'offline' gives direct answers only"),
        (
            "engine: gpt\nstudy: survey\nquestions: [\"Why?\"]\nelicitation: [direct, ssr]",
            "a survey study hears the direct answer only",
        ),
        ("engine: gpt\nelicitation: [ssr]", "leaves out direct"),
        ("engine: gpt\nelicitation: [direct, ssr, ssr]", "names ssr twice"),
        ("engine: gpt\nelicitation: [direct, vibes]", "cannot be 'vibes'"),
        (
            "engine: claude\nelicitation: [direct, ssr]",
            "has no embedding model · write embedding_engine: gpt or both",
        ),
        (
            "engine: dark\nelicitation: [direct, ssr]",
            "the engine 'dark' cannot be asked: $KEY is not set",
        ),
        (
            "engine: gpt\nelicitation: [direct, rater]",
            "needs an engine that rates · write rater: NAME",
        ),
        (
            "engine: gpt\nelicitation: [direct, rater]\nrater: gpt",
            "the rater 'gpt' is the model that answers",
        ),
        (
            "engine: gpt\nelicitation: [direct, rater]\nrater: router",
            "the rater 'router' is the model that answers (openai/GPT-4.1-mini)",
        ),
        ("engine: both\nelicitation: [direct, rater]\nrater: claude", "is the model that answers"),
        ("engine: gpt\nelicitation: [direct, rater]\nrater: both", "'both' is several engines"),
        (
            "engine: gpt\nelicitation: [direct, rater]\nrater: offline",
            "the engine 'offline' is no language model",
        ),
        ("engine: gpt\nelicitation: [direct, rater]\nrater: cloude", "did you mean 'claude'"),
        (
            "engine: gpt\nrater: claude",
            "idea.md:3: 'rater' means nothing without the channel rater",
        ),
        (
            "engine: gpt\nembedding_engine: gpt",
            "'embedding_engine' means nothing without the channel ssr",
        ),
    ] {
        let told = elicited(front).expect_err(front);
        assert!(told.contains(words), "{front}: {told}");
    }
}

#[test]
fn a_subsample_checks_the_panel_where_that_means_something() {
    let of = |front: &str| {
        let body = if front.contains("ab_test") {
            "## Variant A\nThe first text.\n## Variant B\nThe second text."
        } else {
            "A meal kit delivery service that learns your taste."
        };
        let text = format!("---\n{front}\n---\n{body}");
        let text = DraftText::File(text);
        let draft = Draft { file: "idea.md".to_owned(), text, ..Draft::default() };
        read(&draft, &RULES).map(|spec| spec.measurement)
    };
    let names = |measurement: &Measurement| {
        measurement.controls.iter().map(|control| control.as_str()).collect::<Vec<_>>().join(" ")
    };
    let model = of("engine: model\npanel: 200\ncontrols: true\nwordings: 3").unwrap();
    assert_eq!(names(&model), "decoy duplicate reversed");
    assert_eq!(
        (model.subsample, model.replicates, model.wordings),
        (30, 30, 3),
        "noise is measured too"
    );
    let inside = of("panel: 12\ncontrols: true").unwrap();
    assert_eq!(
        (names(&inside).as_str(), inside.subsample),
        ("decoy duplicate", 12),
        "it reads no scale"
    );
    let feelings = of("engine: model\nstudy: sentiment\ncontrols: true").unwrap();
    assert_eq!(names(&feelings), "decoy duplicate", "words have no scale");
    let more = of("engine: model\npanel: 90\nwordings: 1\nsubsample: 60\nreplicates: 5").unwrap();
    assert_eq!((more.subsample, more.replicates, more.controls.len()), (60, 5, 0));
    assert!(of("controls: false\nwordings: 0").unwrap().is_plain());

    let told = |front: &str| {
        let problems = of(front).unwrap_err();
        let lines = problems.iter().map(|p| format!("{}: {}; {}", p.place, p.what, p.hint));
        lines.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!([
        told("wordings: 2"),
        told("engine: model\nstudy: ab_test\ncontrols: true\nsubsample: 20"),
        told("engine: model\nstudy: survey\nquestions: [\"Why this one?\"]\nwordings: 1"),
        told("subsample: 20"),
        told("engine: model\npanel: 10\ncontrols: yes\nwordings: 5\nsubsample: 11"),
    ].join("\n"), @r"
    idea.md:2: 'wordings' means nothing to the built-in reader: it reads what is shown, not how the question is put; take it out; or ask a language model: --engine NAME
    idea.md:4: 'controls' means nothing in a ab_test study; take it out; orders: both is what checks an A/B test, or ask about each variant as a concept_test
    idea.md:5: 'wordings' means nothing in a survey study; take it out; open answers are no numbers that could be held against each other, so check the panel with a concept_test
    idea.md:2: 'subsample' means nothing without controls or other wordings; add controls: true or wordings: 2, or take it out
    idea.md:5: 'wordings' is 5; give a whole number from 0 to 4
    idea.md:6: 'subsample' is 11; give a whole number from 1 to 10: so many are asked controls and other wordings
    ");
}

#[test]
fn a_context_has_at_most_two_thousand_characters() {
    let with = |context: String| {
        read(&draft("A box of dinners for two.", &[("context", &context)]), &RULES)
    };
    assert!(with("é".repeat(2_000)).is_ok());
    assert!(with("é".repeat(2_001)).is_err());
}
