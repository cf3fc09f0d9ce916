//! Tests of text that tries to control the terminal: in the stimulus, the name, the tags, the project, the file name.
//! No command prints anything dangerous to either stream, and exports lose nothing.

use harness::{Home, csv, terminal};

/// A title, the clipboard, a colour, a cleared screen, reversed text, hidden text, tags, and a spreadsheet formula.
const HOSTILE: &str = "\u{1b}]0;owned\u{7}\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}[31m\u{1b}[2J\u{9b}5n\u{202e}fdp\u{200b}\u{e0041}\
                       \u{8}\u{feff}e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}";

/// The same for YAML: in double quotes, with an escape for everything that is no plain letter.
fn quoted(text: &str) -> String {
    let escaped: Vec<String> = text
        .chars()
        .map(|letter| match letter {
            ' ' | '!' | '#'..='[' | ']'..='~' => letter.to_string(),
            other => format!("\\U{:08x}", u32::from(other)),
        })
        .collect();
    format!("\"{}\"", escaped.concat())
}

/// A home with a study that carries hostile text in every place that takes text.
fn infested() -> Home {
    let home = Home::new();
    let evil = quoted(&format!("=HYPERLINK(\"http://evil\") {HOSTILE}"));
    let text = format!(
        "---\nname: {evil}\nproject: {evil}\ncontext: {evil}\ntags: [{}]\npanel: 30\nseed: 7\n---\n\
         A kettle {HOSTILE} that texts you when the water boils, for 40 dollars.\n",
        quoted(&format!("t{}", "\u{1b}[31m\u{202e}"))
    );
    home.write("evil \u{1b}]0;x\u{7}\u{202e}.md", text);
    home
}

#[test]
fn no_command_lets_it_through() {
    let home = infested();
    let file = "evil \u{1b}]0;x\u{7}\u{202e}.md";
    let ran = home.run(["run", file]);
    assert!(ran.code() == 0, "{ran}");
    home.write("evil\u{7}.md", format!("---\n{}: 1\n---\nshort", quoted(HOSTILE)));
    home.write(
        "body\u{9b}.md",
        format!("---\nregion: {0}\nstudy: {0}\n---\n{HOSTILE}", quoted(HOSTILE)),
    );
    let commands: [&[&str]; 26] = [
        &["run", file, "--dry-run"],
        &["run", file, "--dry-run", "--json"],
        &["run", file, "--detach"],
        &["run", file, "--json", "--answers"],
        &["run", "evil\u{7}.md"],
        &["run", "body\u{9b}.md"],
        &["run", "missing\u{1b}[31m.md"],
        &["run", file, "--region", HOSTILE],
        &["run", file, "--engine", HOSTILE],
        &["run", file, "--name", HOSTILE],
        &["list"],
        &["list", "--json"],
        &["list", "--search", HOSTILE],
        &["show", "@"],
        &["show", "@", "--json"],
        &["show", HOSTILE],
        &["answers", "@"],
        &["answers", "@", "--json"],
        &["export", "@", "--format", "json"],
        &["export", "@", "--format", "csv"],
        &["export", "@", "--format", "csv", "-o", "no\u{1b}[31m/such\u{202e}"],
        &["tag", "@", HOSTILE],
        &["events"],
        &["credits", "statement"],
        &["backup", "no\u{1b}]0;x\u{7}/such"],
        &["doctor"],
    ];
    for args in commands {
        let ended = home.run(args);
        assert!(ended.code() < 128, "{ended}");
        for (stream, bytes) in [("stdout", &ended.stdout), ("stderr", &ended.stderr)] {
            let found = terminal::dangers(bytes);
            assert!(found.is_empty(), "{stream} of {ended}\n{found:#?}");
        }
    }
    let log = std::fs::read_dir(home.paths().logs).unwrap().map(|entry| entry.unwrap().path());
    for path in log {
        let found = terminal::dangers(&std::fs::read(&path).unwrap());
        assert!(found.is_empty(), "{}: {found:#?}", path.display());
    }
}

#[test]
fn unknown_words_of_the_command_line_are_shown_safely() {
    let home = Home::new();
    let commands: [&[&str]; 4] = [
        &[HOSTILE],
        &["run", "x", HOSTILE, "--panel"],
        &["--\u{1b}[31mred"],
        &["export", "@", "--format", HOSTILE],
    ];
    for args in commands {
        let ended = home.run(args);
        let found = terminal::dangers(&[&ended.stdout[..], &ended.stderr[..]].concat());
        assert!(found.is_empty(), "{ended}\n{found:#?}");
    }
}

#[test]
fn a_table_holds_no_formula() {
    let home = infested();
    drop(home.run(["run", "evil \u{1b}]0;x\u{7}\u{202e}.md"]).expect(0));
    let table = home.run(["export", "@", "--format", "csv"]).expect(0).out();
    for row in csv::rows(&table) {
        for cell in row {
            let first = cell.trim_start_matches([' ', '\u{a0}']).chars().next().unwrap_or('x');
            let is_number = cell.parse::<f64>().is_ok();
            assert!(is_number || !"=+-@\t\r".contains(first), "a formula: {cell:?}");
        }
    }
}
