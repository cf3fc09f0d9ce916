//! Tests of the workstation's form with the real daemon: every setting of a file and of flags returns to the form when
//! a study is repeated, and channel readings are shown behind a key of the footer.

use std::time::Duration;

use harness::{Desk, Home, MockProvider, studies};
use protocol::study::StudySpec;

const CTRL_R: &str = "\x12";
const ENTER: &str = "\r";
const ESC: &str = "\x1b";

/// The engines of these tests: `mock` answers and embeds, `judge` rates.
fn home(mock: &MockProvider) -> Home {
    let home = Home::with_settings(&mock.settings(&format!(
        "embedding_model = \"mock-embed\"\nembedding_price = 0.5\n[engine.judge]\nkind = \"openai\"\n\
         base_url = \"{}/v1\"\nmodel = \"judge-1\"\napi_key_env = \"\"\nprice = {{ input = 3.0, output = 6.0 }}",
        mock.origin()
    )));
    home.write("idea.md", studies::concept(20, 7));
    home
}

fn asked(home: &Home, which: &str) -> StudySpec {
    let link = home.link();
    let study = link.find(which.to_owned()).unwrap();
    link.asked(study.id).unwrap().spec
}

#[test]
fn a_study_with_everything_is_asked_again_by_two_keys() {
    let mock = MockProvider::good();
    let home = home(&mock);
    let first = home.run([
        "run",
        "idea.md",
        "--engine",
        "mock",
        "--elicitation",
        "direct,ssr,rater",
        "--rater",
        "judge",
        "--controls",
        "--wordings",
        "1",
        "--questions-per-call",
        "one",
        "--subsample",
        "10",
        "--replicates",
        "4",
        "--fresh",
        "--max-cost-usd",
        "2.5",
        "--project",
        "kitchen",
        "--detach",
        "--json",
    ]);
    let first = studies::id(&first.expect(0));
    let mut desk = Desk::open(&home, 200, 60);
    drop(desk.wait_for("Enter open"));
    desk.press("d");
    let form = desk.wait("a checked form", |screen| screen.contains("ready to run"));
    for said in ["direct + ssr + rater", "asks one", "judge", "2.5", "kitchen"] {
        assert!(form.contains(said), "{said}: {form}");
    }
    // In four calls each: 20 answers, 4 again, 3 controls and 1 wording of 10; 40 texts, 20 calls for vectors, 40 ratings.
    assert!(form.contains("for 356 calls: 80 answers and 276 besides"), "{form}");
    desk.press(CTRL_R);
    drop(desk.wait_for("So far"));
    drop(desk.wait_for("3 results"));

    let again = asked(&home, "@");
    let before = asked(&home, &first.to_string());
    assert_ne!(again.seed, before.seed, "a new study asks new people");
    assert_eq!(StudySpec { seed: before.seed, ..again }, before);

    desk.press("3");
    drop(desk.wait_for("view 1 of"));
    let _all = desk.wait_quiet(Duration::from_millis(500));
    desk.press("w");
    let shown = desk.wait("what it is worth", |screen| {
        screen.contains("━ Channels") || screen.contains("━ Checks")
    });
    desk.press("w");
    let other = desk.wait("the other page", |screen| *screen != shown && screen.contains(" w "));
    let both = format!("{shown}{other}");
    for said in ["rater (judge), 1 to 5", "ssr can reach", "decoy ", "Figures on the answers"] {
        assert!(both.contains(said), "{said}: {both}");
    }
    if other.contains("━ Checks") {
        desk.press("w");
        drop(desk.wait_for("━ Channels"));
    }
    // The cursor begins on the first number: whom that channel heard.
    drop(desk.wait_for("Enter answers"));
    desk.press(ENTER);
    drop(desk.wait_for("Enter read it"));
    desk.press(ENTER);
    let person = desk.wait_for("channel by channel");
    assert!(person.contains("in words") && person.contains("rater"), "{person}");
    desk.press(ESC);
}

/// A form that nothing was written into knows already what its fields can be, and does not call it a mistake.
#[test]
fn an_empty_form_says_what_means_nothing_and_why() {
    let home = Home::new();
    let mut desk = Desk::open(&home, 200, 60);
    drop(desk.wait_for("n new"));
    desk.press("n");
    let form = desk.wait("what the daemon tells", |screen| {
        screen.contains("the engine 'offline' gives direct answers only: it is no language model")
    });
    for said in ["it reads what is shown, not how the question is put", "costs no money"] {
        assert!(form.contains(said), "{said}: {form}");
    }
    assert!(form.contains("write a text to have it checked"), "{form}");
    assert!(!form.contains("to mend") && !form.contains("Rated by"), "{form}");
}

/// What is told of languages stands in the form before the run, and the study may be run all the same.
#[test]
fn a_text_of_two_languages_is_told_in_the_form() {
    let home = Home::new();
    let mut desk = Desk::open(&home, 200, 60);
    drop(desk.wait_for("n new"));
    desk.press("n");
    drop(desk.wait_for("or file"));
    desk.press("A lamp that follows the sun. It costs 79 euros and lasts two years.");
    let form = desk.wait("a checked form", |screen| screen.contains("ready to run"));
    assert!(!form.contains("partly in"), "{form}");
    desk.press(" Eine Lampe, die der Sonne folgt. Sie kostet 79 Euro und hält zwei Jahre.");
    let form = desk.wait("the note", |screen| screen.contains("the text is partly in German"));
    assert!(form.contains("2 of its 4 sentences"), "{form}");
    drop(desk.wait("a form that may be run", |screen| {
        screen.contains("ready to run") && screen.contains("partly in German")
    }));
    desk.press(CTRL_R);
    drop(desk.wait_for("3 results"));
}
