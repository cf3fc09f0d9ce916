//! The start of a file's settings: what is read as settings, what is rejected, and what stays a text.

use super::*;
use crate::domain::instrument::stimuli;

const SETTINGS: &str = "panel: 20\nmax_cost_usd: 0.50\nengine: offline\n";
const CONCEPT: &str =
    "A weekly box with everything for four dinners for two. There is no contract.";

/// What came of a text: its panel and what respondents see, or its first problem.
fn of(text: &str) -> Result<(u32, String), String> {
    match read(&draft(text, &[]), &RULES) {
        Ok(spec) => Ok((spec.panel, stimuli(&spec.instrument)[0].to_owned())),
        Err(problems) => {
            Err(format!("{}: {} · {}", problems[0].place, problems[0].what, problems[0].hint))
        }
    }
}

#[test]
fn settings_are_read_where_only_they_can_be_meant() {
    let marked = format!("---\n{SETTINGS}---\n{CONCEPT}\n");
    let indented = marked.replace('\n', "\n ").trim_end().to_owned();
    for (what, text) in [
        ("line 1", marked.clone()),
        ("an empty line", format!("\n{marked}")),
        ("three of them, with blanks", format!("\n  \n\t\n{marked}")),
        ("a comment", format!("<!-- draft 3 -->\n{marked}")),
        ("a comment over two lines", format!("<!-- draft\n3 -->\n\n{marked}")),
        ("two comments", format!("<!-- draft 3 -->\n<!-- not yet final -->\n{marked}")),
        ("a comment in the same line", format!("<!-- draft 3 --> {marked}")),
        ("an invisible character", format!("\u{200b}{marked}")),
        ("three byte order marks", format!("\u{feff}\u{feff}\u{feff}{marked}")),
        ("a joiner and an empty line", format!("\u{2060}\n{marked}")),
        ("a blank", format!(" {marked}")),
        ("a non-breaking space", format!("\u{a0}{marked}")),
        ("a tab", format!("\t{marked}")),
        ("a blank before every line", format!(" {indented}")),
        ("a blank before the second mark", marked.replace("\n---", "\n ---")),
        ("something invisible behind the marks", marked.replace("---\n", "---\u{200b} \n")),
        ("line ends of another system", format!("\r\n{}", marked.replace('\n', "\r\n"))),
        ("old line ends", format!("\r{}", marked.replace('\n', "\r"))),
        ("dots at the end", format!("\n{}", marked.replace("\n---\n", "\n...\n"))),
        ("two marks above", format!("---\n{marked}")),
        ("two marks above, apart", format!("---\n\n{marked}")),
    ] {
        assert_eq!(of(&text), Ok((20, CONCEPT.to_owned())), "{what}");
    }
}

#[test]
fn settings_that_stand_otherwise_are_refused_with_what_to_move() {
    let toml = "panel = 20\nmax_cost_usd = 0.5\n";
    for (line, what, text) in [
        (1, "a dash", format!("—\n{SETTINGS}—\n\n{CONCEPT}")),
        (1, "a dash at the top alone", format!("—\n{SETTINGS}---\n\n{CONCEPT}")),
        (1, "a dash and a hyphen", format!("—-\n{SETTINGS}—-\n{CONCEPT}")),
        (1, "four dashes", format!("----\n{SETTINGS}----\n{CONCEPT}")),
        (1, "two dashes", format!("--\n{SETTINGS}--\n{CONCEPT}")),
        (1, "dashes with blanks", format!("- - -\n{SETTINGS}- - -\n{CONCEPT}")),
        (1, "escaped dashes", format!("\\---\n{SETTINGS}\\---\n{CONCEPT}")),
        (1, "stars", format!("***\n{SETTINGS}***\n{CONCEPT}")),
        (1, "equals signs", format!("===\n{SETTINGS}===\n{CONCEPT}")),
        (1, "a language", format!("--- yaml\n{SETTINGS}---\n{CONCEPT}")),
        (1, "a note", format!("--- # settings\n{SETTINGS}---\n{CONCEPT}")),
        (1, "TOML", format!("+++\n{toml}+++\n{CONCEPT}")),
        (3, "TOML further down", format!("\n\n+++\n{toml}+++\n{CONCEPT}")),
        (1, "a fence", format!("```yaml\n{SETTINGS}```\n{CONCEPT}")),
        (1, "a fence without a language", format!("```\n{SETTINGS}```\n{CONCEPT}")),
        (1, "a fence of tildes", format!("~~~ yml\n{SETTINGS}~~~\n{CONCEPT}")),
        (1, "marks in a fence", format!("```yaml\n---\n{SETTINGS}---\n```\n{CONCEPT}")),
        (1, "JSON", format!("{{\n  \"panel\": 20,\n  \"seed\": 7\n}}\n\n{CONCEPT}")),
        (1, "JSON in a line", format!("{{ \"panel\": 20 }}\n\n{CONCEPT}")),
        (1, "no marks", format!("{SETTINGS}\n{CONCEPT}")),
        (2, "no marks, below an empty line", format!("\n{SETTINGS}\n{CONCEPT}")),
        (2, "no marks, below a comment", format!("<!-- draft 3 -->\n{SETTINGS}\n{CONCEPT}")),
        (1, "no marks and an unknown key", format!("title: Box\n{SETTINGS}\n{CONCEPT}")),
        (1, "no marks, a list", format!("tags:\n  - spring\n  - food\n{SETTINGS}\n{CONCEPT}")),
        (1, "one line", format!("panel: 20\n\n{CONCEPT}")),
        (1, "one line right above", format!("panel: 20\n{CONCEPT}")),
        (1, "no blank", format!("panel:20\nseed:7\n\n{CONCEPT}")),
        (1, "no mark above", format!("{SETTINGS}---\n{CONCEPT}")),
        (2, "unclosed", format!("\n---\n{SETTINGS}\n{CONCEPT}")),
        (2, "closed otherwise", format!("\n---\n{SETTINGS}----\n{CONCEPT}")),
        (3, "below a title", format!("# Dinners\n\n---\n{SETTINGS}---\n{CONCEPT}")),
        (3, "below a title, without marks", format!("# Dinners\n\n{SETTINGS}\n{CONCEPT}")),
        (3, "at the end", format!("{CONCEPT}\n\n{SETTINGS}")),
        (2, "below a directive", format!("%YAML 1.2\n---\n{SETTINGS}---\n{CONCEPT}")),
        (1, "capitals", format!("Panel: 20\nMax_cost_usd: 0.01\n\n{CONCEPT}")),
        (1, "capitals between other marks", format!("----\nPanel: 20\n----\n{CONCEPT}")),
        (2, "right below a title", format!("Meal kit\n{SETTINGS}\n{CONCEPT}")),
        (4, "TOML below a title", format!("# Meal kit\n\n+++\n{toml}+++\n\n{CONCEPT}")),
        (4, "other dashes below a title", format!("# Meal kit\n\n----\n{SETTINGS}----\n{CONCEPT}")),
        (1, "bold", format!("**panel:** 20\n**seed:** 7\n\n{CONCEPT}")),
        (1, "a list", format!("- panel: 20\n- seed: 7\n\n{CONCEPT}")),
        (1, "a quotation", format!("> panel: 20\n> seed: 7\n\n{CONCEPT}")),
        (1, "a hyphen", format!("max-cost-usd: 0.50\n\n{CONCEPT}")),
        (1, "something invisible in the key", format!("pan\u{200b}el: 20\n\n{CONCEPT}")),
        (1, "misspelt", format!("panl: 20\n\n{CONCEPT}")),
        (2, "misspelt among others", format!("seed: 7\npnael: 20\n\n{CONCEPT}")),
        (1, "JSON in a line, without blanks", format!("{{\"panel\": 20}}\n{CONCEPT}")),
        (1, "JSON in a line, of two", format!("{{\"panel\": 20, \"seed\": 7}}\n\n{CONCEPT}")),
        (1, "JSON in a fence", format!("```json\n{{\"panel\": 20}}\n```\n{CONCEPT}")),
        (
            1,
            "JSON in a fence, of two",
            format!("```json\n{{\"seed\": 7, \"panel\": 20}}\n```\n{CONCEPT}"),
        ),
        (1, "commented out", format!("// panel: 20\n\n{CONCEPT}")),
        (1, "a section of TOML", format!("[settings]\npanel = 20\n\n{CONCEPT}")),
        (1, "an element", format!("<settings>\npanel: 20\n</settings>\n{CONCEPT}")),
        (1, "a flag", format!("--panel 20\n\n{CONCEPT}")),
        (1, "a flag with its sign", format!("--max-cost-usd=0.5\n\n{CONCEPT}")),
        (1, "people", format!("panel: 20 people\n\n{CONCEPT}")),
        (1, "another spelling", format!("panel_size: 20\n\n{CONCEPT}")),
        (1, "an engine", format!("engine: openai\n\n{CONCEPT}")),
        (1, "an audience", format!("audience: {{ region: uk }}\n\n{CONCEPT}")),
        (5, "twice", format!("---\nseed: 7\n---\n\n---\n{SETTINGS}---\n{CONCEPT}")),
    ] {
        let told = of(&text).expect_err(what);
        assert!(told.starts_with(&format!("idea.md:{line}: ")), "{what}: {told}");
        assert!(told.contains("---") || told.contains("to the top"), "{what}: {told}");
    }
    insta::assert_snapshot!([
        problems(&format!("—\n{SETTINGS}—\n{CONCEPT}"), &[]),
        problems(&format!("+++\n{toml}+++\n{CONCEPT}"), &[]),
        problems(&format!("<!-- draft 3 -->\n{SETTINGS}\n{CONCEPT}"), &[]),
        problems(&format!("# Dinners\n---\n{SETTINGS}---\n{CONCEPT}"), &[]),
        problems(&format!("\n---\nPanle: 20\nSeed: x\n---\n{CONCEPT}"), &[]),
    ].concat(), @r"
    idea.md:1: 'panel' is a setting, and '—' does not begin settings · write --- in line 1 and in the line below the settings, and each setting as key: value
    idea.md:1: 'panel' is a setting, and '+++' does not begin settings · write --- in line 1 and in the line below the settings, and each setting as key: value
    idea.md:2: 'panel' is a setting, and no line of three dashes stands above it · put a line --- above line 2 and one below the settings; where respondents are to read it, begin with other words
    idea.md:2: settings stand within the text, where they would be read and not obeyed · move lines 2 to 6, with their marks, to the top of the file; where respondents are to read them, begin each with other words
    idea.md:3: unknown key 'Panle' · did you mean 'panel'?
    idea.md:4: unknown key 'Seed' · did you mean 'seed'?
    ");
}

#[test]
fn keys_with_hyphens_are_read_as_their_flags_are_spelt() {
    let file = format!("---\nmax-cost-usd: 0.50\naudience:\n  age-range: [25, 45]\n---\n{CONCEPT}");
    let spec = read(&draft(&file, &[]), &RULES).unwrap();
    assert_eq!(spec.max_cost_usd, Some(UsdMicros(500_000)));
    assert_eq!(spec.audience.age_range, (25, 45));
    insta::assert_snapshot!(problems(&format!("---\nseed: 7\nmax-cost-usd: 1\nmax_cost_usd: 2\n---\n{CONCEPT}"), &[]), @r"
    idea.md:4: 'max_cost_usd' is given twice · keep one
    ");
}

#[test]
fn a_text_that_begins_with_a_rule_or_a_dash_goes_on_being_a_text() {
    for text in [
        "----\n\nA kettle that texts you when it boils.",
        "—\nA kettle that texts you when it boils.\n—",
        "— A kettle that texts you when it boils.",
        "- A kettle\n- that texts you\n- panel: oak",
        "***\n\nA kettle that texts you.\n\n***\nname: it yourself",
        "---\n\nA kettle that texts you when it boils.",
        "---\nA kettle that texts you when it boils.",
        "\n---\nA kettle that texts you.\n---\nIt boils, too.",
        "+++ new +++ A kettle that texts you",
        "```\nlet kettle = boil(water);\n```\nA kettle that texts you.",
        "```python\nname: str = 'kettle'\n```\nA kettle that texts you.",
        "Name: Kettle\nPrice: $30\n\nIt texts you when it boils.",
        "Kettle: it texts you\nwhen it boils.",
        "A kettle that texts you.\n\npanel: oak, seed: none",
        "# Kettle\n\n---\n\nIt texts you.\n\n---\n\nname: yours",
        "An example of a file:\n\n```\n---\npanel: 20\n---\n```",
        "---\nA kettle that texts you.\n---\nIt boils, too.",
        "---\n# Kettle\n---\nIt texts you when it boils.",
        "Terms.\n\nseed: what you sow\nengine: what you start",
        "Who it is for.\n\nname: Anna, 34\ncontext: she cooks every day",
        "Roofs that cool.\n\nproject: green roofs\ntags: roof, green",
        "Rye bread.\n\n---\nseed: rye\n---\n\nBaked daily.",
        "Rye bread.\n\n---\ncontext: sold in shops\n---\n\nBaked daily.",
        "```yaml\nname: build\nsteps: [a]\n```\nA tool that builds.",
        "{\"name\": \"box\", \"price\": 9.5}\n\nA shop in one request.",
        "engine: 1.5 l hybrid\nseats: 5\n\nThe new car.",
        "panel: 400 Watt\nmode: summer\n\nA roof that earns.",
        "study: 9 of 10 dentists recommend it\n\nThe new brush.",
        "name: Anna\nage: 34\ngoal: sleep\n\nA pillow for her.",
        "Panel: solar, 20 W\n\nA roof that earns.",
        "Panels: 20\nPrice: $300\n\nA roof that earns.",
        "paper: 20\n\nSheets that seal themselves.",
        "speed: 120\nseats: 5\n\nThe new car.",
        "pan-el: 20\n\nA word game for two.",
        "---\nmeal-kit: dinner at home\n---\nIt boils, too.",
        "// a note: 20\n\nA kettle that texts you.",
        "[Book now]\nA kettle that texts you.",
        "[x]\nseed: what you sow\n\nA kettle that texts you.",
        "-- panel discussions, 20 a year: a kettle that texts you",
        "engine: V8\nseats: 5\n\nThe new car.",
        "audience: {everybody}\n\nA kettle that texts you.",
        "panel: 20 watts\n\nA roof that earns.",
        "panel://boards and more: a kettle that texts you.",
    ] {
        assert_eq!(of(text), Ok((100, render(text).text)), "{text}");
    }
    let named = read(&draft("----\n\nA kettle that texts you.", &[]), &RULES).unwrap();
    assert_eq!(named.name, "A kettle that texts you.", "a rule is no name");
}

#[test]
fn lines_are_those_of_the_file_wherever_the_settings_begin() {
    let file = "\n<!-- draft\n3 -->\n\n---\npanel: none\naudience:\n  region: mars\n---\n\n<!-- x\ny -->\nshort";
    insta::assert_snapshot!(problems(file, &[]), @r"
    idea.md:6: 'panel' is no whole number · give a whole number from 1 to 10000; the setting limits.panel_max raises the limit
    idea.md:8: 'audience.region' cannot be 'mars' · it takes us_national, us_northeast, us_southeast, us_midwest, us_west, us_southwest, uk, eu, global
    idea.md:13: the stimulus has 5 characters, at least 10 are needed · say in a sentence what it is and what it does
    ");
    insta::assert_snapshot!(problems("\n\n---\npanel: [1,\n---\nA kettle that texts you.", &[]), @r"
    idea.md:4: the front matter is not valid YAML: unclosed bracket '[' · write one `key: value` a line; put a text with a colon in quotes
    ");
    let second = "\n---\npanel: 3\n---\nThe second text.";
    let mut two = draft("The first text.", &[("study", "ab_test")]);
    two.variant_b = Some(protocol::study::SecondFile {
        file: "b.md".to_owned(),
        text: DraftText::File(second.to_owned()),
    });
    let told = read(&two, &RULES).unwrap_err();
    assert_eq!(told[0].what, "the second file of an A/B test has settings of its own");
}

proptest! {
    /// A file says the same however many lines that say nothing stand above it.
    #[test]
    fn what_says_nothing_changes_nothing(
        above in "(\n| \n|<!-- note -->\n|\u{200b}\n|\u{feff}){0,6}( |\u{a0}|\u{200b}){0,2}",
        panel in 1_u32..500,
    ) {
        let file = format!("{above}---\npanel: {panel}\n---\n{CONCEPT}");
        prop_assert_eq!(of(&file), Ok((panel, CONCEPT.to_owned())));
    }
}
