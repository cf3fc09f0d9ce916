//! Tests of what became of findings, at the command line: a status is set, repeated, listed, exported and taken back, and
//! two studies of one text are told apart by their findings.

use harness::Home;

/// A text of which the price is the trouble, and the commitment.
const DEAR: &str = "---\nname: Dear box\npanel: 60\nseed: 7\n---\nA weekly box with dinners for two. It costs $180 a week, with \
                    hidden fees, and you cannot cancel the contract for two years.\n";

#[test]
fn a_status_is_set_listed_exported_and_taken_back() {
    let home = Home::new();
    home.write("dear.md", DEAR);
    drop(home.run(["run", "dear.md"]).expect(0));
    let listed = home.run(["findings", "@", "--json"]).expect(0).json();
    let first = &listed[0];
    let number = first["id"].to_string();
    assert_eq!(first["status"], "open");
    assert!(first["createdAt"].is_string() && first["affectedFeature"].is_string(), "{first}");
    let (quotes, answers) = (first["keyQuotes"].as_array(), first["keyQuoteAnswers"].as_array());
    assert_eq!(quotes.map(Vec::len), answers.map(Vec::len));

    let resolve = ["findings", "resolve", "@", &number, "--note", "half the price now"];
    drop(home.run(resolve).expect(0).says("Take it back with: demoscope findings reopen"));
    drop(home.run(resolve).expect(0).says("is resolved"));
    drop(home.run(["findings", "@", "--status", "resolved"]).expect(0));
    let shown = home.run(["findings", "@"]).expect(0).out();
    assert!(shown.contains("is resolved: half the price now"), "{shown}");
    let open = home.run(["findings", "@", "--status", "open", "--json"]).expect(0).json();
    assert!(open.as_array().unwrap().iter().all(|one| one["id"] != first["id"]), "{open}");
    let json = home.run(["show", "@", "--json"]).expect(0).json();
    let mut all = json["results"]["findings"].as_array().unwrap().iter();
    let same = all.find(|one| one["id"] == first["id"]).unwrap();
    assert_eq!(
        (&same["status"], &same["changed"]["note"]),
        (&"resolved".into(), &"half the price now".into())
    );
    let md = home.run(["export", "@", "--format", "md"]).expect(0).out();
    assert!(md.contains("· resolved") && md.contains("half the price now"), "{md}");
    drop(home.run(["export", "@", "--format", "csv", "-o", "a.csv"]).expect(0));
    let table = std::fs::read_to_string(home.folder().join("a.findings.csv")).unwrap();
    assert!(table.contains(",resolved,") && table.contains("half the price now"), "{table}");
    let told = home.run(["events"]).expect(0).out();
    assert_eq!(told.matches("finding.changed").count(), 1, "{told}");

    drop(
        home.run(["findings", "reopen", "@", &number]).expect(0).says("demoscope findings resolve"),
    );
    drop(home.run(["findings", "dismiss", "@", "99"]).expect(2).says("There is no finding 99"));
    let doctor = home.run(["doctor"]).expect(0);
    assert!(!doctor.err().contains("studies.findings"), "{doctor}");
}

#[test]
fn a_comparison_names_new_persisting_and_fixed_findings() {
    let home = Home::new();
    home.write("dear.md", DEAR);
    home.write(
        "fair.md",
        "---\nname: Fair box\npanel: 60\nseed: 7\n---\nA weekly box with dinners for two. It costs $40 a week, and you can \
         cancel at any time.\n",
    );
    drop(home.run(["run", "dear.md"]).expect(0));
    let first = home.run(["list", "--json"]).expect(0).json()[0]["id"].as_str().unwrap().to_owned();
    drop(home.run(["run", "fair.md"]).expect(0));
    let found = home.run(["compare", &first, "@", "--json"]).expect(0).json();
    let fixed = found["findings"]["fixed"].as_array().unwrap();
    assert!(!fixed.is_empty(), "{}", found["findings"]);
    let name = fixed[0]["affectedFeature"].as_str().unwrap().to_owned();
    let text = home.run(["compare", &first, "@"]).expect(0).out();
    assert!(text.contains(&format!("fixed: {name}")), "{text}");
}

#[test]
fn a_rejected_text_and_one_without_sense_have_that_finding_alone() {
    let home = Home::new();
    for (name, text, reason) in [
        (
            "fraud.md",
            "Send us 0.1 Bitcoin today and we send you 1 Bitcoin back within an hour. Profit is guaranteed.",
            "it looks like a fraud",
        ),
        (
            "noise.md",
            "Flurb glonk zwib tarble, snorf quib quib blen glarn drask.",
            "it makes nothing of the words",
        ),
    ] {
        home.write(name, text);
        let ran = home.run(["run", name, "--panel", "30", "--language", "en"]);
        assert_eq!(ran.code(), 0, "{ran}");
        let found = home.run(["findings", "@", "--json"]).expect(0).json();
        assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
        assert_eq!(
            (&found[0]["priority"], &found[0]["category"]),
            (&"P0".into(), &"rejection".into())
        );
        assert!(found[0]["title"].as_str().unwrap().contains(reason), "{found}");
    }
}
