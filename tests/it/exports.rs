//! Tests of exports: tables that are safe in spreadsheets, with a codebook; the report as Markdown and as a page; and
//! the sample in the README, which is a report too.

use harness::http::{address, ask, key, request};
use harness::{Daemon, Home, csv, program, studies};
use protocol::key::{Dialect, KeyScope};

/// A study of every type, each with a word that a formula would begin with in its material.
fn every_type() -> [(&'static str, String); 5] {
    let concept = studies::CONCEPT;
    let file = |study: &str, more: &str| {
        format!(
            "---\nname: \"=1+1 {study}\"\nstudy: {study}\npanel: 40\nseed: 7\n{more}---\n{concept}"
        )
    };
    let both = "---\nname: \"=1+1 ab_test\"\nstudy: ab_test\npanel: 40\nseed: 7\norders: both\n---\n## Variant A\n\nSave 400 \
                dollars a year, cancel any time.\n\n## Variant B\n\nSave a little every month, with a contract.\n";
    [
        ("concept_test", file("concept_test", "")),
        ("sentiment", file("sentiment", "")),
        ("nps", file("nps", "")),
        ("survey", file("survey", "questions: [\"=cmd()? Why not?\", What would you change?]\n")),
        ("ab_test", both.to_owned()),
    ]
}

/// Whether a spreadsheet would run a cell.
fn is_formula(cell: &str) -> bool {
    cell.parse::<f64>().is_err()
        && cell.lines().any(|line| {
            line.trim_start_matches([' ', '\u{a0}']).starts_with(['=', '+', '-', '@', '\t', '\r'])
        })
}

#[test]
fn every_table_is_inert_has_a_codebook_and_rows_that_can_be_told_apart() {
    let home = Home::new();
    for (study, text) in every_type() {
        home.write("study.md", text);
        drop(home.run(["run", "study.md"]).expect(0));
        let name = format!("{study}.csv");
        drop(home.run(["export", "@", "--format", "csv", "-o", &name]).expect(0));
        let read = |name: &str| std::fs::read_to_string(home.folder().join(name)).unwrap();
        let rows = csv::rows(&read(&name));
        let (head, rows) = rows.split_first().unwrap();
        let column = |wanted: &str| head.iter().position(|known| known == wanted).unwrap();
        assert!(!rows.is_empty() && rows.iter().all(|row| row.len() == head.len()), "{study}");
        for cell in rows.iter().flatten() {
            assert!(!is_formula(cell), "{study}: {cell:?}");
        }
        let mut names: Vec<&str> = rows.iter().map(|row| row[column("row")].as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), rows.len(), "{study}: two rows have one name");
        for row in rows {
            assert_eq!(
                (row[column("synthetic")].as_str(), row[column("seed")].as_str()),
                ("yes", "7")
            );
            assert_eq!(row[column("study_type")], study);
            assert_eq!(row[column("instrument_hash")].len(), 64);
        }
        // Every column is explained, and the wording of the questions stands in full.
        let codebook = csv::rows(&read(&format!("{study}.codebook.csv")));
        let explained: Vec<&str> = codebook.iter().map(|row| row[0].as_str()).collect();
        for column in head {
            assert!(explained.contains(&column.as_str()), "{study}: {column} is not explained");
        }
        assert_eq!(explained.last(), Some(&"(questionnaire)"));
        // What stands there is not replaced unasked, nor is its codebook.
        drop(home.run(["export", "@", "--format", "csv", "-o", &name]).expect(2).says("hint"));
    }
}

#[test]
fn a_table_for_programs_has_the_texts_and_one_for_a_spreadsheet_its_mark() {
    let home = Home::new();
    home.write("study.md", every_type()[3].1.as_str());
    drop(home.run(["run", "study.md"]).expect(0));
    let table = |flags: &[&str]| {
        let mut args = vec!["export", "@", "--format", "csv"];
        args.extend(flags);
        home.run(args).expect(0).out()
    };
    let (guarded, raw) = (table(&[]), table(&["--cells", "raw"]));
    assert!(guarded.contains("'=cmd()? Why not?") && !raw.contains("'=cmd()?"), "{raw}");
    assert!(raw.contains("=cmd()? Why not?"));
    let sheet = table(&["--cells", "spreadsheet", "--separator", "semicolon"]);
    assert!(sheet.starts_with("\u{feff}study;study_type;"), "{sheet}");

    let flags = ["--cells", "spreadsheet", "--separator", "semicolon"];
    let mut args = vec!["export", "@", "--format", "csv", "-o", "sheet.csv"];
    args.extend(flags);
    drop(home.run(args).expect(0));
    let codebook = std::fs::read_to_string(home.folder().join("sheet.codebook.csv")).unwrap();
    assert!(codebook.starts_with("\u{feff}column;meaning;values"), "{codebook}");
    let guarded = rows_with_a_guard(&guarded);
    let told = format!("{guarded} cells of the table begin so");
    assert!(guarded > 0 && codebook.contains(&told), "{told}: {codebook}");

    let args = ["export", "@", "--format", "csv", "--cells", "raw", "-o", "raw.csv"];
    drop(home.run(args).expect(0));
    let codebook = std::fs::read_to_string(home.folder().join("raw.codebook.csv")).unwrap();
    let told = format!("{guarded} cells would have an apostrophe if guarded");
    assert!(codebook.contains("cells are as they were said"), "{codebook}");
    assert!(codebook.contains("Warning") && codebook.contains(&told), "{told}: {codebook}");
    assert!(!codebook.contains("take one from each"), "there is none to take: {codebook}");
    drop(home.run(["export", "@", "--format", "json", "--cells", "raw"]).expect(2).says("csv"));
}

/// How many cells of a table have a line that begins with an apostrophe.
fn rows_with_a_guard(table: &str) -> usize {
    let is_guarded = |cell: &&String| cell.lines().any(|line| line.starts_with('\''));
    csv::rows(table).iter().flatten().filter(is_guarded).count()
}

#[test]
fn a_survey_keeps_the_order_in_which_it_asked() {
    let home = Home::new();
    let questions = ["Who is it for?", "What do you like most about it?", "Any doubts at all?"];
    let list: Vec<String> = questions.iter().map(|question| format!("  - {question}\n")).collect();
    let text = format!(
        "---\nstudy: survey\npanel: 12\nseed: 7\nquestions:\n{}---\n{}",
        list.concat(),
        studies::CONCEPT
    );
    home.write("study.md", text);
    drop(home.run(["run", "study.md"]).expect(0));
    let rows = csv::rows(&home.run(["export", "@", "--format", "csv"]).expect(0).out());
    let column = |wanted: &str| rows[0].iter().position(|known| known == wanted).unwrap();
    for three in rows[1..].chunks(3) {
        let asked: Vec<&str> = three.iter().map(|row| row[column("question")].as_str()).collect();
        assert_eq!(asked, questions);
        let numbers: Vec<&str> =
            three.iter().map(|row| row[column("question_number")].as_str()).collect();
        assert_eq!(numbers, ["1", "2", "3"]);
        assert!(three.iter().all(|row| row[column("id")] == three[0][column("id")]));
    }
}

#[test]
fn every_report_page_answers_the_five_questions() {
    let home = Home::new();
    for (study, text) in every_type() {
        home.write("study.md", &text);
        drop(home.run(["run", "study.md"]).expect(0));
        let shown = home.run(["show", "@", "--json"]).expect(0).json();
        let hash = shown["study"]["instrument_hash"].as_str().unwrap().to_owned();
        for format in ["md", "html"] {
            let page = home.run(["export", "@", "--format", format]).expect(0).out();
            for wanted in [
                "What was asked",
                "Of whom",
                "What came out",
                "How sure it is",
                "What this is not",
                "In short",
                "Every group",
                "The panel against its population",
                "The questionnaire, word for word",
                "no person was asked",
                "US national",
                hash.as_str(),
            ] {
                assert!(page.contains(wanted), "{wanted} is missing in the {format} of a {study}");
            }
            let stimulus = text.rsplit("---\n").next().unwrap();
            let words = stimulus.split_whitespace().last().unwrap();
            assert!(page.contains(words), "the material is missing in the {format} of a {study}");
            assert!(!page.contains("NaN") && !page.contains("<script"), "{format} of a {study}");
        }
        let page = home.run(["export", "@", "--format", "html"]).expect(0).out();
        assert!(page.contains("content=\"default-src 'none'; style-src 'unsafe-inline'"));
        for elsewhere in
            ["http://", "https://", "//cdn", "@import", "url(", " src=", "<link", "<iframe"]
        {
            assert!(!page.contains(elsewhere), "{elsewhere} in the page of a {study}");
        }
        assert_eq!(page.matches("<svg").count(), page.matches("<title>").count() - 1, "{study}");
    }
}

#[test]
fn json_has_every_answer_and_the_same_results() {
    let home = Home::new();
    let ran = studies::run(&home, 60, 7).json();
    let exported = home.run(["export", "@", "--format", "json"]).expect(0).json();
    assert_eq!(exported["results"], ran["results"]);
}

/// Whoever asks the listener gets what the command writes, to the byte.
#[test]
fn the_listener_sends_the_bytes_of_the_command() {
    let home = Home::new();
    let mut daemon = Daemon::spawn_at(&home, None, "127.0.0.1:0");
    let at = address(&daemon.wait_ready(&home));
    let read = key(&home, Dialect::Demoscope, KeyScope::Read);
    drop(home.run(["run", "--example", "meal-kit", "--panel", "30"]).expect(0));
    for format in ["json", "csv", "md", "html", "bundle"] {
        let path = format!("/api/demoscope/v1/studies/@/export?format={format}");
        let sent = ask(at, &request("GET", &path, Some(&read), ""));
        let written = home.run(["export", "@", "--format", format]).expect(0).out();
        assert_eq!(sent.status, 200, "{format}: {}", sent.body);
        assert!(sent.body == written, "{format}: {} and {written}", sent.body);
        assert!(sent.head.contains("attachment; filename="), "{format}: {}", sent.head);
    }
}

/// The sample in the README is shortened; what it shows stands in the report of the example, line by line.
#[test]
fn the_sample_in_the_readme_is_what_the_example_prints() {
    let home = Home::new();
    let printed = home.run(["run", "--example", "meal-kit"]).expect(0).out();
    let readme = std::fs::read_to_string(program::repository().join("README.md")).unwrap();
    let sample: Vec<&str> = readme
        .lines()
        .skip_while(|line| !line.starts_with("## What a report looks like"))
        .skip_while(|line| !line.starts_with("    "))
        .take_while(|line| line.is_empty() || line.starts_with("    "))
        .map(|line| line.strip_prefix("    ").unwrap_or(line))
        .collect();
    assert!(sample.len() > 20, "there is no sample");
    // The id is drawn: whatever it is, it is the last word of the first line.
    let without_id =
        |line: &str| line.rsplit_once(' ').map_or(line, |(name, _)| name).trim().to_owned();
    let mut lines = printed.lines();
    assert_eq!(without_id(sample[0]), without_id(lines.next().unwrap()));
    for wanted in &sample[1..] {
        let wanted = wanted.trim_end();
        if wanted.is_empty() || wanted.trim() == "…" {
            continue;
        }
        assert!(
            lines.any(|line| line.trim_end() == wanted),
            "the README shows, and the report has not, or not there:\n{wanted}\n{printed}"
        );
    }
}
