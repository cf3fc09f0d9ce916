//! Settings as they are written: texts that look like numbers, and blanks that YAML does not take for blanks.

use super::*;

const TEXT: &str = "A weekly box with everything for four dinners.";

fn file(front: &str) -> String {
    format!("---\n{front}\n---\n{TEXT}")
}

#[test]
fn a_text_that_looks_like_a_number_is_kept_as_written() {
    let front =
        "name: 1.10\nproject: 3e2  \ntags: [007, 1.10, 1e3, 0x1F, no, 2024-05-01, 1_000, +5, .5]";
    let spec = read(&draft(&file(front), &[]), &RULES).unwrap();
    assert_eq!((spec.name.as_str(), spec.project.as_deref()), ("1.10", Some("3e2")));
    let tags = ["007", "1.10", "1e3", "0x1F", "no", "2024-05-01", "1_000", "+5", ".5"];
    assert_eq!(spec.tags, tags);
    let listed = tags.join(",");
    let flags = [("name", "1.10"), ("project", "3e2"), ("tags", listed.as_str())];
    let by_flags = read(&draft(TEXT, &flags), &RULES).unwrap();
    assert_eq!(
        (by_flags.name, by_flags.project, by_flags.tags),
        (spec.name, spec.project, spec.tags)
    );

    let lines = "panel: 20 # few\ntags:\n  - 1.0   # first\n  - true\ncontext: 1.50";
    let spec = read(&draft(&file(lines), &[]), &RULES).unwrap();
    assert_eq!(
        (spec.tags, spec.context.as_deref()),
        (vec!["1.0".to_owned(), "true".to_owned()], Some("1.50"))
    );
    assert!(problems(&file("name: ~"), &[]).contains("put it in quotes"));
}

#[test]
fn tags_in_a_line_are_divided_in_a_file_as_in_a_flag() {
    let spec = read(&draft(&file("tags: spring, food kit"), &[]), &RULES).unwrap();
    let by_flag = read(&draft(TEXT, &[("tags", "spring, food kit")]), &RULES).unwrap();
    assert_eq!(spec.tags, ["spring", "food kit"]);
    assert_eq!(by_flag.tags, spec.tags);
    let listed = read(&draft(&file("tags: [\"spring, food\"]"), &[]), &RULES).unwrap();
    assert_eq!(listed.tags, ["spring, food"], "an entry of a list is one text");
}

#[test]
fn the_name_of_an_engine_and_of_a_language_is_what_was_written() {
    let engines = ["offline", "1.10", "1.1"];
    let rules = Rules { engines: &engines, ..RULES };
    let spec = read(&draft(&file("engine: 1.10"), &[]), &rules).unwrap();
    assert_eq!(spec.engine, "1.10");
    let told = problems(&file("engine: 007\nlanguage: no"), &[]);
    assert!(told.contains("idea.md:2: there is no engine '007'"), "{told}");
    assert!(told.contains("idea.md:3: 'language' cannot be 'no'"), "{told}");
    let told = problems(&file("study: y"), &[]);
    assert!(told.contains("idea.md:2: 'study' cannot be 'y'"), "{told}");
}

#[test]
fn blanks_of_another_kind_are_named_with_their_line() {
    insta::assert_snapshot!([
        problems(&file("seed: 7\npanel:\u{a0}50"), &[]),
        problems(&file("panel\u{202f}: 50"), &[]),
        problems(&file("audience:\n\u{3000}\u{3000}region: uk"), &[]),
        problems(&file("tags:\n \u{a0}- spring\n \u{a0}- food"), &[]),
        problems(&file("seed: 7\npan\u{200b}el: 50"), &[]),
    ].concat(), @r"
    idea.md:3: a non-breaking space (U+00A0) stands where settings take a plain blank or nothing · type the blanks and the key of this line anew
    idea.md:2: a non-breaking space (U+202F) stands where settings take a plain blank or nothing · type the blanks and the key of this line anew
    idea.md:3: a blank of another kind (U+3000) stands where settings take a plain blank or nothing · type the blanks and the key of this line anew
    idea.md:3: a non-breaking space (U+00A0) stands where settings take a plain blank or nothing · type the blanks and the key of this line anew
    idea.md:3: an invisible character (U+200B) stands where settings take a plain blank or nothing · type the blanks and the key of this line anew
    ");
    let honest =
        "name: A\u{a0}box\ncontext: |\n  In a shop\n  \u{a0}\u{a0}panel:\u{a0}oak\npanel: 20";
    let spec = read(&draft(&file(honest), &[]), &RULES).unwrap_or_else(|told| panic!("{told:?}"));
    assert_eq!(spec.panel, 20);
}

#[test]
fn lists_that_were_copied_from_elsewhere_are_named_with_their_line() {
    for (front, begins) in [
        ("tags:\n  -\u{a0}spring", "idea.md:3: a non-breaking space (U+00A0) stands where"),
        ("study: survey\nquestions:\n  • Why?\n  • How?", "idea.md:4: '•' is no mark of a list"),
        ("study: survey\nquestions:\n  1. Why?\n  2. How?", "idea.md:4: '1.' is no mark of a list"),
        ("audience: { region:\u{a0}uk }", "idea.md:2: a non-breaking space (U+00A0) stands where"),
        ("name: \"A\"\u{a0}", "idea.md:2: a non-breaking space (U+00A0) stands beside a sign"),
        (
            "tags: [plan #2, food]",
            "idea.md:2: line 2 ends at ' #' within brackets, and '#2, food]'",
        ),
    ] {
        let told = problems(&file(front), &[]);
        assert!(told.starts_with(begins), "{front}: {told}");
    }
    let honest =
        "context: Seen in a shop\n  – and liked\ntags: [spring, # a note\n  food]\npanel: 20";
    let spec = read(&draft(&file(honest), &[]), &RULES).unwrap_or_else(|told| panic!("{told:?}"));
    assert_eq!((spec.panel, spec.tags), (20, vec!["spring".to_owned(), "food".to_owned()]));
}

#[test]
fn a_text_with_a_mark_of_yaml_is_refused_with_how_to_quote_it() {
    let list = "questions:\n  - Why?\n  - &why Why not?";
    for (front, line, mark, hint) in [
        ("name: !wow box", 2, "'!wow' is a tag", "in quotes: '!wow box'"),
        ("name: ! box", 2, "'!' is a tag", "in quotes: '! box'"),
        ("name: !wow", 2, "'!wow' is a tag", "in quotes: '!wow'"),
        ("name: !!str 7", 2, "'!!str' is a tag", "in quotes: '!!str 7'"),
        ("name: !!binary aGVsbG8=", 2, "'!!binary' is a tag", "'!!binary aGVsbG8='"),
        ("seed: 7\nname: !Wow, it's a box", 3, "'!Wow,' is a tag", "'!Wow, it''s a box'"),
        ("name:\n  !wow box", 3, "'!wow' is a tag", "in quotes: '!wow box'"),
        ("name: &x box", 2, "'&x' is an anchor", "in quotes: '&x box'"),
        ("name: &x !wow 1.10", 2, "'&x' is an anchor", "in quotes: '&x !wow 1.10'"),
        ("name: &x # a note\n  box", 2, "'&x' is an anchor", "in quotes: '&x"),
        ("seed: 7\nname: *x", 3, "'*x' is an alias", "in quotes: '*x'"),
        ("name: *Great* box", 2, "'*Great*' is an alias", "in quotes: '*Great* box'"),
        ("name: box\nproject: &p roof\ntags: [*p]", 4, "'*p' is an alias", "in quotes: '*p'"),
        ("tags: [!a, b]", 2, "'!a' is a tag", "in quotes: '!a'"),
        ("tags: [b, !a c, d]", 2, "'!a' is a tag", "in quotes: '!a c'"),
        ("tags:\n  - b\n  - !a", 4, "'!a' is a tag", "in quotes: '!a'"),
        ("tags: &t [a, b]", 2, "'&t' is an anchor", "write the value without it"),
        (list, 4, "'&why' is an anchor", "in quotes: '&why Why not?'"),
        ("context: !wow |\n  In a shop", 2, "'!wow' is a tag", "in quotes: '!wow |'"),
        ("engine: !wow offline", 2, "'!wow' is a tag", "write the value without it"),
        ("panel: &n 20", 2, "'&n' is an anchor", "write the value without it"),
        ("audience: { region: !x uk }", 2, "'!x' is a tag", "write the value without it"),
        ("name: @home", 2, "a text without quotes cannot begin with '@'", "in quotes: '@home'"),
    ] {
        let told = problems(&file(front), &[]);
        let begins = format!("idea.md:{line}: {mark}");
        let line = told.lines().find(|told| told.starts_with(&begins));
        assert!(line.is_some_and(|line| line.contains(hint)), "{front}: {told}");
    }
    let long = problems(&file(&format!("context: !wow {}", "box ".repeat(400))), &[]);
    assert!(long.len() < 250 && long.contains("…'"), "{long}");
}

#[test]
fn what_only_looks_like_a_mark_of_yaml_is_kept() {
    let front = "name: \"!wow & *x\"\nproject: 'a #1 !b'\ntags: [wow!, \"see !wow #1\", a&b, \"!x\", c]\n\
                 context: |\n  !wow box\n  &x *y";
    let spec = read(&draft(&file(front), &[]), &RULES).unwrap_or_else(|told| panic!("{told:?}"));
    assert_eq!((spec.name.as_str(), spec.project.as_deref()), ("!wow & *x", Some("a #1 !b")));
    assert_eq!(spec.tags, ["wow!", "see !wow #1", "a&b", "!x", "c"]);
    let by_flag = read(&draft(&file("name: !wow box"), &[("name", "!wow box")]), &RULES).unwrap();
    assert_eq!(by_flag.name, "!wow box", "a flag that wins makes the file's text no matter");
}

#[test]
fn a_number_without_bounds_is_refused_with_its_setting_and_what_is_allowed() {
    for value in [".inf", "-.inf", ".nan", ".Inf", "1e309", "-1e309"] {
        for (key, allowed) in [
            ("panel", "give a whole number from 1 to 10000"),
            ("seed", "give a whole number from 0 to 9007199254740991"),
            ("max_cost_usd", "give a number such as 2.50, from 0 to 1000000000"),
        ] {
            let told = problems(&file(&format!("name: A box\n{key}: {value}")), &[]);
            assert!(told.starts_with(&format!("idea.md:3: '{key}' is no ")), "{told}");
            assert!(told.contains(allowed), "{told}");
        }
        let score = format!("study: content_review\ntarget_score: {value}");
        let told = problems(&file(&score), &[]);
        assert!(told.contains("idea.md:3: 'target_score' is no number from 1 to 10"), "{told}");
        let spec = read(&draft(&file(&format!("name: {value}")), &[]), &RULES).unwrap();
        assert_eq!(spec.name, value, "a text is kept as written");
    }
    for value in ["inf", "nan", "1e309"] {
        let told = problems(TEXT, &[("max_cost_usd", value)]);
        assert!(told.starts_with("--max-cost-usd: 'max_cost_usd' is no amount"), "{told}");
    }
}
