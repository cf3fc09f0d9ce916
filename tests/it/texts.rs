//! Tests of text that respondents must not see: settings that do not begin in line 1, and notes in comments. Also,
//! every export contains what was shown and asked.

use harness::{Desk, Home, MockProvider, csv, studies};
use serde_json::Value;

const NOTE: &str = "<!-- internal: the supplier may quit, the real cost is $4 -->";

/// The lines on stderr that tell of something.
fn notes(err: &str) -> Vec<&str> {
    err.lines().filter(|line| line.starts_with("note: ")).collect()
}

#[test]
fn settings_below_an_empty_line_are_obeyed_and_others_refused() {
    let home = Home::new();
    let settings = "panel: 20\nmax_cost_usd: 0.50\nengine: offline\nseed: 1\n";
    let concept = studies::CONCEPT;
    home.write("plain.md", format!("---\n{settings}---\n{concept}"));
    let plain = home.run(["run", "plain.md", "--json"]).expect(0);
    assert_eq!(plain.json()["study"]["panel"]["requested"], 20);
    for above in ["\n", "<!-- draft 3 -->\n", "\u{200b}", " "] {
        home.write("idea.md", format!("{above}---\n{settings}---\n{concept}"));
        let ended = home.run(["run", "idea.md", "--json"]).expect(0);
        assert_eq!(ended.results(), plain.results(), "{above:?}");
        assert_eq!(ended.json()["study"]["name"], plain.json()["study"]["name"]);
    }
    for (above, below) in [
        ("—\n", "—\n"),
        ("----\n", "----\n"),
        ("--- yaml\n", "---\n"),
        ("+++\n", "+++\n"),
        ("```yaml\n", "```\n"),
        ("", "\n"),
    ] {
        home.write("idea.md", format!("{above}{settings}{below}{concept}"));
        let ended = home.run(["run", "idea.md"]).expect(2).says("idea.md:1: 'panel' is a setting");
        drop(ended.says("---"));
    }
    assert_eq!(home.run(["list", "--json"]).expect(0).json().as_array().map(Vec::len), Some(5));
}

#[test]
fn a_note_reaches_nobody_and_is_told_at_every_door() {
    let mock = MockProvider::good();
    let home = Home::with_settings(&mock.settings(""));
    let text = studies::concept(30, 7);
    let noted = format!("{}\n\n{NOTE}\n", text.trim_end());
    let told = format!("idea.md:8: a comment of {} characters is not shown", NOTE.len());
    home.write("idea.md", &text);
    let plain = home.run(["run", "idea.md", "--json"]).expect(0);
    assert!(notes(&plain.err()).is_empty(), "{plain}");
    home.write("idea.md", &noted);

    let ended = home.run(["run", "idea.md", "--json"]).expect(0);
    assert_eq!(notes(&ended.err()), [format!("note: {told}")]);
    assert_eq!(ended.results(), plain.results());
    let hash = |ended: &harness::Ended| ended.json()["study"]["instrument_hash"].clone();
    assert_eq!(hash(&ended), hash(&plain));

    let dry = home.run(["run", "idea.md", "--dry-run"]).expect(0).out();
    assert!(dry.contains("a comment of") && !dry.contains("supplier"), "{dry}");
    let dry = home.run(["run", "idea.md", "--dry-run", "--json"]).expect(0).json();
    assert_eq!(dry["notes"][0], told.as_str());
    let detached = home.run(["run", "idea.md", "--detach", "--json"]).expect(0);
    assert_eq!(detached.json()["study"]["notes"][0], told.as_str());
    assert_eq!(notes(&detached.err()).len(), 1);
    let shown = home.run(["show", "@", "--json"]).expect(0).json();
    assert_eq!(shown["study"].get("notes"), None, "it is told once");

    drop(home.run(["run", "idea.md", "--engine", "mock", "--yes"]).expect(0));
    let heard = format!("{:?}", mock.told().heard);
    assert!(heard.contains("meal kit") && !heard.contains("supplier"), "it went to a service");
    for format in ["json", "csv", "md", "html", "bundle"] {
        let export = home.run(["export", "@", "--format", format]).expect(0).out();
        assert!(!export.is_empty() && !export.contains("supplier"), "{format}");
    }
    home.write("idea.md", format!("{NOTE}\n{}", studies::CONCEPT));
    let named = home.run(["run", "idea.md", "--panel", "5", "--json"]).expect(0).json();
    assert!(named["study"]["name"].as_str().unwrap().starts_with("A meal kit"), "{named}");
}

/// A text in another language is refused where the built-in reader would answer, and nothing is charged.
#[test]
fn a_text_in_another_language_is_refused_at_every_door() {
    let mock = MockProvider::good();
    let home = Home::with_settings(&mock.settings(""));
    home.write(
        "idee.md",
        "---\npanel: 20\nseed: 1\n---\n# Die Lampe\n\nSie folgt der Sonne und kostet 79 Euro.",
    );
    let said = "idee.md:5: the stimulus seems to be in German";
    for more in [&[][..], &["--dry-run"], &["--json"], &["--detach"], &["--dry-run", "--json"]] {
        let args: Vec<&str> = ["run", "idee.md"].iter().chain(more).copied().collect();
        let ended = home.run(args).expect(2);
        let err = ended.err();
        assert!(err.contains(said) && err.contains("--language en"), "{more:?}: {err}");
        assert!(err.contains("--engine NAME"), "{more:?}: {err}");
    }
    let credits = home.run(["credits", "--json"]).expect(0).json();
    assert_eq!((&credits["balance"], &credits["held"]), (&10_000.into(), &0.into()));
    assert_eq!(home.run(["list", "--json"]).expect(0).json(), serde_json::json!([]));

    let mut desk = Desk::open(&home, 110, 40);
    drop(desk.wait_for("n new"));
    desk.press("n");
    drop(desk.wait_for("or file"));
    desk.press("Die Lampe folgt der Sonne und kostet 79 Euro.");
    let form = desk.wait("the refusal in the form", |screen| screen.contains("to be in German"));
    assert!(form.contains("(language: en)"), "{form}");
    drop(desk);

    drop(home.run(["run", "idee.md", "--engine", "mock", "--yes"]).expect(0));
    let ended = home.run(["run", "idee.md", "--language", "en", "--json"]).expect(0);
    assert!(notes(&ended.err()).is_empty(), "{ended}");
    home.write("idea.md", studies::concept(20, 1));
    let context = ["--context", "Sie haben das gerade im Laden gesehen."];
    let noted =
        "note: the context seems to be in German, and the built-in reader reads only English";
    let ended = home.run(["run", "idea.md", context[0], context[1], "--json"]).expect(0);
    assert_eq!(notes(&ended.err()), [noted]);
    let dry = home.run(["run", "idea.md", context[0], context[1], "--dry-run"]).expect(0).out();
    assert!(dry.contains("the context seems to be in German"), "{dry}");
}

/// A text that is partly in another language is told in the preview and before the run, and is asked about all the same.
#[test]
fn a_text_of_two_languages_is_told_before_the_run() {
    let home = Home::new();
    let english = "A lamp that follows the sun. It costs 79 euros and lasts two years.";
    let german = "Eine Lampe, die der Sonne folgt. Sie kostet 79 Euro und hält zwei Jahre.";
    home.write("both.md", format!("---\npanel: 20\nseed: 1\n---\n{english}\n\n{german}\n"));
    let dry = home.run(["run", "both.md", "--dry-run"]).expect(0).out();
    let dry = dry.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(dry.contains("partly in German"), "{dry}");
    let err = home.run(["run", "both.md", "--json"]).expect(0).err();
    let noted = notes(&err);
    let said = "the text is partly in German: 2 of its 4 sentences, first “Eine Lampe, die der Sonne folgt.”";
    assert!(noted.iter().any(|note| note.contains(said)), "{noted:?}");
    let err = home.run(["run", "both.md", "--language", "en", "--json"]).expect(0).err();
    assert!(!err.contains("partly in"), "{err}");
}

/// Of code alone the preview says what the report would: that the reader reads prose only, and makes nothing of it.
#[test]
fn bare_code_is_told_of_in_the_preview() {
    let home = Home::new();
    home.write(
        "lamp.md",
        "{\"title\": \"lamp\", \"price\": 79, \"material\": \"oak\", \"colours\": [\"white\", \"black\"]}\n",
    );
    let dry = home.run(["run", "lamp.md", "--dry-run", "--json"]).expect(0).json();
    let noted = dry["notes"].to_string();
    for said in [
        "the text is mostly data in JSON or a markup language, and the built-in reader reads prose only",
        "the built-in reader rejects this text: it makes nothing of the words",
    ] {
        assert!(noted.contains(said), "{dry}");
    }
    let ran = home.run(["run", "lamp.md", "--panel", "10", "--seed", "1", "--json"]).expect(0);
    assert!(ran.json()["warnings"].to_string().contains("The text is mostly data in JSON"));
    home.write("lamp.md", studies::concept(20, 1));
    let dry = home.run(["run", "lamp.md", "--dry-run", "--json"]).expect(0).json();
    assert!(!dry["notes"].to_string().contains("reader"), "{dry}");
}

/// A picture that nobody sees is told before the run, and stands beside the headline of the report and of its exports.
#[test]
fn pictures_are_told_of_in_the_report_too() {
    let home = Home::new();
    home.write(
        "lamp.md",
        "---\npanel: 20\nseed: 1\n---\n# A lamp\n\nIt follows the sun and costs $59.\n\n![Hero](a.png)![At night](b.png)\n",
    );
    let ran = home.run(["run", "lamp.md", "--json"]).expect(0);
    let told = ran.err();
    let noted = notes(&told);
    assert!(noted.iter().any(|note| note.contains("nobody sees the 2 pictures")), "{noted:?}");
    let said = "Nobody sees the 2 pictures in the text: respondents read their captions only.";
    assert_eq!(ran.json()["warnings"], serde_json::json!([said]));
    for args in [
        &["show", "@"][..],
        &["export", "@", "--format", "md"],
        &["export", "@", "--format", "html"],
        &["export", "@", "--format", "json"],
    ] {
        let out = home.run(args.iter().copied()).expect(0).out();
        let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(out.contains("Nobody sees the 2 pictures in the text"), "{args:?}: {out}");
    }
    let dry = home.run(["run", "lamp.md", "--dry-run"]).expect(0).out();
    assert!(dry.contains("Hero; At night"), "{dry}");
}

/// Markdown is rendered away before anybody is asked: a service, the preview and the exports hold the plain text.
#[test]
fn markdown_is_plain_text_to_everybody_who_is_asked() {
    let mock = MockProvider::good();
    let home = Home::with_settings(&mock.settings(""));
    let markdown = "---\npanel: 10\nseed: 1\n---\n# A **lamp**\n\n* follows the [sun](https://x.example)\n* costs `$59`\n";
    let plain = "---\npanel: 10\nseed: 1\n---\nA lamp\n\n- follows the sun\n- costs $59\n";
    home.write("marked.md", markdown);
    home.write("plain.md", plain);
    let marked = home.run(["run", "marked.md", "--json"]).expect(0);
    let hash = |ended: &harness::Ended| ended.json()["study"]["instrument_hash"].clone();
    let other = home.run(["run", "plain.md", "--json"]).expect(0);
    assert_eq!(marked.results(), other.results());
    assert_eq!(hash(&marked), hash(&other));
    assert_eq!(marked.json()["study"]["name"], "A lamp");
    let dry = home.run(["run", "marked.md", "--dry-run"]).expect(0).out();
    assert!(dry.contains("- follows the sun") && !dry.contains("x.example"), "{dry}");
    drop(home.run(["run", "marked.md", "--engine", "mock", "--yes"]).expect(0));
    let heard = format!("{:?}", mock.told().heard);
    assert!(heard.contains("- costs $59") && !heard.contains("x.example"), "{heard}");
    home.write("code.md", "```\nlet lamp = 1;\n```\n");
    drop(
        home.run(["run", "code.md"]).expect(2).says("code.md:1: the stimulus is nothing but code"),
    );
}

/// Everything that was shown and asked, for each study type, and the reasons of each answer, which add up to the themes.
#[test]
fn json_and_csv_hold_what_was_asked_and_the_reasons_of_each_answer() {
    let home = Home::new();
    let head = |study: &str, more: &str| {
        format!(
            "---\nstudy: {study}\npanel: 700\nseed: 7\ncontext: Seen in a shop.\naudience: {{ gender: female }}\n{more}---\n"
        )
    };
    let concept = studies::CONCEPT;
    let cases = [
        ("concept_test", head("concept_test", "") + concept),
        ("nps", head("nps", "") + concept),
        ("sentiment", head("sentiment", "") + concept),
        ("survey", head("survey", "questions: [\"What would stop you?\"]\n") + concept),
        (
            "ab_test",
            format!(
                "{}## Variant A\n{concept}\n## Variant B\nFive dinners, and no contract at all.\n",
                head("ab_test", "")
            ),
        ),
    ];
    for (study, text) in cases {
        home.write("study.md", text);
        let ran = home.run(["run", "study.md", "--json"]).expect(0).json();
        let shown = home.run(["show", "@", "--json"]).expect(0).json();
        let exported = home.run(["export", "@", "--format", "json"]).expect(0).json();
        for document in [&ran, &shown, &exported] {
            let asked = &document["asked"];
            let spec = asked["spec"].to_string();
            assert!(spec.contains("cooked in twenty minutes"), "{study}: {asked}");
            assert_eq!(asked["spec"]["context"], "Seen in a shop.");
            assert_eq!(asked["spec"]["audience"]["gender"], "female");
            let questionnaire = asked["questionnaire"].as_str().unwrap();
            assert!(questionnaire.contains("1. ") || study == "ab_test", "{questionnaire}");
            if study == "ab_test" {
                assert!(
                    spec.contains("no contract at all")
                        && questionnaire.contains("no contract at all")
                );
            }
            if study == "survey" {
                assert!(spec.contains("What would stop you?"));
            }
        }
        let responses = exported["results"]["responses"].as_array().unwrap();
        assert_eq!(responses.len(), 700, "{study}");
        let rows = csv::rows(&home.run(["export", "@", "--format", "csv"]).expect(0).out());
        let column = |wanted: &str| rows[0].iter().position(|known| known == wanted).unwrap();
        for theme in exported["results"]["themes"].as_array().unwrap() {
            let (name, kind) = (theme["theme"].as_str().unwrap(), &theme["kind"]);
            let names = |response: &&Value| {
                response["mentions"].as_array().is_some_and(|mentions| {
                    mentions.iter().any(|one| one["theme"] == name && one["kind"] == *kind)
                })
            };
            let count = responses.iter().filter(names).count();
            assert_eq!(theme["count"], count, "{study}: {name}");
            let of = |column: usize| {
                rows[1..]
                    .iter()
                    .filter(|row| row[column].split("; ").any(|one| one == name))
                    .count()
            };
            if kind == "appeal" || kind == "concern" {
                let column = column(if kind == "appeal" { "appeals" } else { "concerns" });
                assert_eq!(of(column), count, "{study}: {name}");
            }
            assert!(of(column("themes")) >= count, "{study}: {name}");
        }
    }
}

#[test]
fn findings_know_a_result_that_is_low_and_a_study_without_answers() {
    let home = Home::new();
    home.write(
        "bad.md",
        "Der Reparaturdienst kommt in drei bis vier Wochen, ohne Garantie und gegen Vorkasse.",
    );
    let ran = home.run(["run", "bad.md", "--panel", "100", "--seed", "3", "--json"]);
    if ran.code() == 0 {
        assert_eq!(ran.json()["results"]["findings"][0]["priority"], "P0", "{ran}");
        let found = home.run(["findings", "@"]).expect(0).out();
        assert!(found.contains("P0") && found.contains("Almost nobody would buy it"), "{found}");
    }
    let home = Home::with_settings("[engine.offline]\nanswers_per_second = 1\n");
    let id = studies::submit(&home, 500, 7).to_string();
    drop(home.run(["cancel", &id]).expect(0));
    let ended = home.run(["findings", &id]).expect(0).says("to judge: it was cancelled");
    assert!(!ended.err().contains("calls for action"), "{ended}");
    assert_eq!(home.run(["findings", &id, "--json"]).expect(0).json(), serde_json::json!([]));
}
