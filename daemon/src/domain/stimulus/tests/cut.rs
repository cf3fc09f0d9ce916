//! YAML comments in settings: one that cuts a text short is reported; one that is a note is not.

use super::*;

const TEXT: &str = "A weekly box with everything for four dinners.";

fn survey(front: &str) -> String {
    let told = problems(&format!("---\nstudy: survey\n{front}\n---\n{TEXT}"), &[]);
    told.trim_end().to_owned()
}

#[test]
fn a_text_that_a_comment_cuts_short_is_refused_with_its_line() {
    let file = "---\nstudy: survey\nname: Test #14\ncontext: Seen in aisle #3 of a shop\nquestions:\n  - Would you pick plan #2 over plan \
                #1?\n  - Which of our #hashtags puts you off?\npanel: 10\n---\nA weekly box with everything for four dinners.";
    insta::assert_snapshot!(problems(file, &[]), @r"
    idea.md:3: line 3 ends at ' #', and '#14' would be lost · put the text in quotes, or the note on a line of its own
    idea.md:4: line 4 ends at ' #', and '#3 of a shop' would be lost · put the text in quotes, or the note on a line of its own
    idea.md:6: line 6 ends at ' #', and '#2 over plan #1?' would be lost · put the text in quotes, or the note on a line of its own
    idea.md:7: line 7 ends at ' #', and '#hashtags puts you off?' would be lost · put the text in quotes, or the note on a line of its own
    ");
    for (line, front) in [
        (3, "name: Test # 14\nquestions: Why?"),
        (3, "questions: Why plan #2?"),
        (4, "questions:\n- Why plan #2?"),
        (4, "questions: [ Why not,\n Why plan #2\n ]"),
        (4, "context: Seen in\n  aisle #3 of a shop\nquestions: Why?"),
        (5, "questions:\n- Why?\n- #hashtags?"),
        (3, "tags: issue #14\nquestions: Why?"),
        (4, "tags:\n - issue #14\nquestions: Why?"),
        (3, "project: Launch #2\nquestions: Why?"),
        (4, "\nname: Test\t#14\nquestions: Why?"),
        (3, "name: 14 #15\nquestions: Why?"),
        (3, "name: Über uns #14\nquestions: Why?"),
    ] {
        let told = survey(front);
        let place = format!("idea.md:{line}: ");
        let is_told = told.lines().any(|told| told.starts_with(&place));
        assert!(is_told, "{front}: {told}");
        let names =
            told.contains(&format!("line {line} ends at ' #'")) || told.contains("takes a list");
        assert!(names && told.contains("quotes"), "{front}: {told}");
    }
}

#[test]
fn a_text_whose_next_line_begins_with_a_hash_is_refused() {
    let front = "study: survey\nname: Box\n  #2 of three\nquestions:\n  - Would you pick plan\n    #2 over plan #1?";
    insta::assert_snapshot!(problems(&format!("---\n{front}\n---\n{TEXT}"), &[]), @r"
    idea.md:4: line 4 begins with '#', and '#2 of three' would be lost · put the text in quotes, or a blank behind the # of a note
    idea.md:7: line 7 begins with '#', and '#2 over plan #1?' would be lost · put the text in quotes, or a blank behind the # of a note
    ");
    for front in [
        "questions:\n  - Why?\n  #2 is to come\nname: Box",
        "questions:\n  - Why?\n    # a second is to come",
        "questions: Why?\ntags:\n  - spring\n    #season\nname: Box\n#end",
    ] {
        let file = draft(&format!("---\nstudy: survey\n{front}\n---\n{TEXT}"), &[]);
        assert!(read(&file, &RULES).is_ok(), "{front}");
        assert_eq!(notes(&file), [""; 0], "{front}");
    }
}

#[test]
fn a_note_stays_silent() {
    let front = "# a comment of its own\nstudy: survey  # open questions\npanel: 10  # small\nseed: 7 # lucky\nengine: offline # free\n\
                 max_cost_usd: 0.5 # cap\naudience: { region: uk } # home\nquestions:  # two of them\n  # the first\n  - \"Plan #2?\" # why\n  \
                 - 'Plan #3?'  # later\ncontext: |  # block\n  Seen in aisle #3\n  # of a shop\nname: \"Test #14\"   # quoted\ntags: # short ones\n  \
                 - spring  # season\n  - food # kind\nproject: a#b";
    let file = draft(&format!("---\n{front}\n---\n{TEXT}"), &[]);
    let spec = read(&file, &RULES).unwrap_or_else(|told| panic!("{told:?}"));
    assert_eq!(notes(&file), [""; 0]);
    assert_eq!(spec.context.as_deref(), Some("Seen in aisle #3\n# of a shop"));
    let Instrument::Survey { questions, .. } = &spec.instrument else { panic!() };
    assert_eq!(questions, &["Plan #2?", "Plan #3?"]);
    assert_eq!((spec.name.as_str(), spec.project.as_deref()), ("Test #14", Some("a#b")));
    assert_eq!(spec.tags, ["spring", "food"]);
    assert!(
        read(&draft("---\ntags: [spring, food] # words\n---\nA kit of dinners.", &[]), &RULES)
            .is_ok()
    );
}

#[test]
fn what_looks_like_a_note_behind_a_text_is_told() {
    let file = draft(
        &format!("\n---\nname: Meal kit, version 3    # default: the first heading\n---\n{TEXT}"),
        &[],
    );
    assert_eq!(read(&file, &RULES).unwrap().name, "Meal kit, version 3");
    insta::assert_snapshot!(notes(&file).join("\n"), @r"
    idea.md:3: line 3 ends at ' #'; put the text in quotes if '# default: the first heading' belongs to it
    ");
}

#[test]
fn a_flag_that_wins_makes_the_files_text_no_matter() {
    let file = draft(&format!("---\nname: Test #14\n---\n{TEXT}"), &[("name", "Test #15")]);
    assert_eq!(read(&file, &RULES).unwrap().name, "Test #15");
}
