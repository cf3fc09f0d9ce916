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
