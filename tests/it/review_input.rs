//! Tests of what a content review refuses before anybody is asked or anything is charged: content that says nothing, settings
//! out of bounds, and expectations of results that it will not have. Each with exit code 2 and a hint.

use harness::{Ended, Home};

const PAGE: &str =
    "---\nstudy: content_review\ncontent_type: landing_page\npanel: 10\nseed: 5\n---\n";
const CONTENT: &str =
    "Our dinner kit costs $9 a meal. It cooks in 20 minutes. Order your first box today.\n";

fn refused(home: &Home, body: &str, flags: &[&str]) -> Ended {
    home.write("page.md", format!("{PAGE}{body}"));
    let ended = home.run(["run", "page.md"].iter().chain(flags)).expect(2);
    assert!(ended.stdout.is_empty(), "{ended}");
    ended
}

fn charged_nothing(home: &Home) {
    assert_eq!(home.run(["list", "--json"]).expect(0).json(), serde_json::json!([]));
    let credits = home.run(["credits", "--json"]).expect(0).json();
    assert_eq!((&credits["balance"], &credits["held"]), (&10_000.into(), &0.into()));
}

#[test]
fn bad_input_of_a_review_is_refused_with_a_hint_before_a_charge() {
    let home = Home::new();
    let long = "Our kit. ".repeat(5_556);
    let german = "Unser Kochset kostet neun Euro pro Mahlzeit und ist in zwanzig Minuten fertig. Bestellen Sie noch heute Ihre erste Kiste.";
    let cases: [(&str, &[&str], &str, &str); 12] = [
        ("https://example.com/a-page", &[], "nothing but an address", "paste the text"),
        ("🍞🍞🍞 1️⃣2️⃣ 🍞", &[], "has no words", "say in a sentence"),
        (
            "fn main() {\n    let sum = 4 + 5;\n    println!(\"{sum}\");\n}",
            &[],
            "mostly source code",
            "between lines of ```",
        ),
        (&long, &[], "at most 50000 are allowed", "cut "),
        (german, &[], "German", "English"),
        (
            CONTENT,
            &["--competitor", CONTENT.trim()],
            "says the same as the content",
            "name texts of others",
        ),
        (CONTENT, &["--rounds", "0"], "'rounds' is 0", "from 1 to 5"),
        (CONTENT, &["--rounds", "6"], "'rounds' is 6", "from 1 to 5"),
        (CONTENT, &["--target-score", "11"], "'target_score' is 11", "from 1 to 10"),
        (CONTENT, &["--content-type", "blgo"], "blgo", "it takes youtube"),
        (CONTENT, &["--mode", "slow"], "slow", "quick_pulse"),
        ("", &[], "empty", "write"),
    ];
    for (body, flags, what, hint) in cases {
        let ended = refused(&home, body, flags);
        let told = ended.err();
        assert!(told.contains(what) && told.contains(hint), "{what} / {hint}: {ended}");
    }
    charged_nothing(&home);
}

#[test]
fn an_expectation_of_a_result_that_a_study_will_not_have_is_refused_before_a_charge() {
    let home = Home::new();
    let told = |flags: &[&str]| refused(&home, CONTENT, flags).err();
    let near = told(&["--expect", "overal >= 5", "--expect", "overall.low > 1"]);
    assert!(
        near.contains("no result 'overal'") && near.contains("did you mean 'overall'?"),
        "{near}"
    );
    let other = told(&["--expect", "dimension.curiosity > 5"]);
    assert!(other.contains("Choose among overall, clickRate"), "{other}");
    home.write("page.md", format!("{PAGE}{CONTENT}"));
    home.write("survey.md", "---\nstudy: survey\nquestions: [What is missing?]\n---\nA kit that brings dinner every Tuesday.");
    // One file that cannot meet it keeps the others from being asked as well.
    let both = home.run(["run", "page.md", "survey.md", "--expect", "overall > 1"]).expect(2);
    assert!(both.err().contains("no number to expect"), "{both}");
    let once = home.run(["watch", "page.md", "--once", "--expect", "mean_score > 1"]).expect(2);
    assert!(once.err().contains("no result 'mean_score'"), "{once}");
    charged_nothing(&home);
    let held = home.run([
        "run",
        "page.md",
        "--expect",
        "overall.low >= 1",
        "--expect",
        "clickRate <= 1",
        "--expect",
        "dimension.proof.high <= 10",
    ]);
    drop(held.expect(0));
    let unmet = home.run(["run", "page.md", "--expect", "overall.high < 1"]).expect(7);
    assert!(unmet.err().contains("expected overall.high < 1"), "{unmet}");
    home.write("other.md", format!("{PAGE}{CONTENT} Twice."));
    let two = home.run(["run", "page.md", "other.md", "--expect", "overall.high < 1"]).expect(7);
    for file in ["page.md", "other.md"] {
        assert!(two.err().contains(&format!("{file}: expected overall.high < 1")), "{two}");
    }
}

#[test]
fn every_type_of_study_has_exactly_the_estimates_that_are_told_before() {
    let home = Home::new();
    let concept =
        "A kit that brings dinner for two every Tuesday for $39. You can cancel any week.";
    for (name, head, body) in [
        ("concept_test", "panel: 40", concept),
        ("sentiment", "panel: 40", concept),
        ("nps", "panel: 40", concept),
        ("survey", "panel: 20\nquestions: [What is missing?]", concept),
        (
            "ab_test",
            "panel: 60\norders: both",
            "## Variant A\nA kit that brings dinner for $39.\n\n## Variant B\nA kit that brings dinner for $93 and often breaks.",
        ),
        ("content_review", "panel: 10\ncontent_type: tweet", concept),
    ] {
        home.write("study.md", format!("---\nstudy: {name}\nseed: 3\n{head}\n---\n{body}\n"));
        let told = home.run(["run", "study.md", "--dry-run", "--json"]).expect(0).json();
        let mut told: Vec<String> = told["estimates"]
            .as_array()
            .map(|all| all.iter().map(|one| one.as_str().unwrap().to_owned()).collect())
            .unwrap_or_default();
        let ended = home.run(["run", "study.md", "--json"]).expect(0).json();
        let found = ended["results"]["estimates"].as_object().unwrap();
        told.sort();
        assert_eq!(found.keys().cloned().collect::<Vec<_>>(), told, "{name}");
    }
}
