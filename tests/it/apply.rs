//! Tests of `apply`: the best version goes into the file of its study, whose settings stay, and can be taken back; a file
//! that was edited since is left alone.

use std::fs;

use harness::Home;

const HEAD: &str = "---\nstudy: content_review\ncontent_type: product_page\nrounds: 2\npanel: 10\nseed: 5\n---\n\n";
const WEAK: &str = "In today's fast-paced world, we leverage our revolutionary, cutting-edge technology in order to facilitate \
    dinner!!! Our kit costs $9 a meal and cooks in 20 minutes, because it utilizes fresh vegetables. Order today.\n";

#[test]
fn a_better_version_is_written_into_its_file_and_taken_back() {
    let home = Home::new();
    let before = format!("{HEAD}{WEAK}");
    let path = home.write("page.md", &before);
    drop(home.run(["run", path.to_str().unwrap()]).expect(0));
    drop(home.run(["apply", "@"]).expect(0));
    let after = fs::read_to_string(&path).unwrap();
    assert!(after.starts_with(HEAD) && after != before, "{after}");
    assert!(after.contains("$9 a meal") && !after.contains("leverage"), "{after}");
    drop(home.run(["apply", "@", "--undo"]).expect(0));
    assert_eq!(fs::read_to_string(&path).unwrap(), before);
    let taken_back: Vec<_> = fs::read_dir(path.parent().unwrap())
        .unwrap()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "undone"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    assert_eq!(taken_back, [after], "nothing is lost by an undo");

    let edited = before.replace("Order today", "Order tomorrow");
    fs::write(&path, &edited).unwrap();
    drop(home.run(["apply", "@"]).expect(2));
    assert_eq!(fs::read_to_string(&path).unwrap(), edited, "it was edited since");
    let other = home.folder().join("better.md");
    drop(
        home.run(["apply", "@", "--variant", "1", "--force", "-o", other.to_str().unwrap()])
            .expect(0),
    );
    assert!(fs::read_to_string(&other).unwrap().starts_with(HEAD));
    drop(home.run(["apply", "@", "--variant", "99"]).expect(2));
    drop(home.run(["answers", "@", "--round", "6"]).expect(2));
}

#[test]
fn markdown_and_windows_line_ends_are_kept_and_what_would_be_lost_needs_consent() {
    let home = Home::new();
    let body = "# Our kit\n\nIt costs **$9 a meal** and is [cooked in 20 minutes](https://kit.example), because it utilizes fresh \
        vegetables.\n\n<!-- ask Jo about this -->\nOrder today.\n";
    let before = format!("\u{feff}{HEAD}{body}").replace('\n', "\r\n");
    let path = home.write("page.md", &before);
    drop(home.run(["run", "page.md"]).expect(0));
    drop(home.run(["apply", "@", "--variant", "1"]).expect(0));
    let after = fs::read_to_string(&path).unwrap();
    assert_eq!(after, before.replace("utilizes", "uses"), "nothing else is changed");
    drop(home.run(["apply", "@", "--undo"]).expect(0));
    assert_eq!(fs::read_to_string(&path).unwrap(), before);

    let marked = body.replace("it utilizes", "it **really utilizes**");
    home.write("page.md", format!("{HEAD}{marked}"));
    drop(home.run(["run", "page.md"]).expect(0));
    drop(home.run(["apply", "@", "--variant", "1"]).expect(0));
    let after = fs::read_to_string(&path).unwrap();
    assert!(after.contains("because it **really uses** fresh"), "emphasis is carried: {after}");

    // Marks that came since the review were not heeded by it.
    let since = body.replace("it utilizes", "it really `utilizes`");
    home.write("page.md", format!("{HEAD}{since}"));
    let refused = home.run(["apply", "@", "--variant", "1"]).expect(2);
    assert!(refused.err().contains("code “utilizes”"), "{refused}");
    assert!(refused.err().contains("--plain"), "{refused}");
    assert_eq!(fs::read_to_string(&path).unwrap(), format!("{HEAD}{since}"));
    drop(home.run(["apply", "@", "--variant", "1", "--plain"]).expect(0));
    let after = fs::read_to_string(&path).unwrap();
    assert!(after.contains("**$9 a meal**") && after.contains("it really uses"), "{after}");
}
