//! Tests of the form of error messages, over all literals of the source: a sentence begins with a capital and has no
//! full stop at its end, and a hint begins with a verb for the action to take.

use std::fs;

use harness::program::repository;
use harness::source;

/// Files whose errors become the reasons of outcomes, which are data: results keep them to the byte.
const DATA: [&str; 2] = ["daemon/src/inference/chat.rs", "daemon/src/domain/instrument/mod.rs"];

/// What makes an error of a sentence.
const SENTENCES: [&str; 4] =
    ["ApiError::new(", "Failure::invalid(", "Failure::unsound(", "Failure::problems("];

/// Names under which a sentence is made before it is handed over.
const NAMES: [&str; 4] = ["what", "message", "sentence", "hint"];

/// What hints tell to do.
const VERBS: &[&str] = &[
    "Add", "Agree", "Allow", "Approve", "Ask", "Build", "Check", "Choose", "Decide", "Delete",
    "End", "Export", "Free", "Give", "Grant", "Keep", "Leave", "Let", "List", "Look", "Make",
    "Mend", "Move", "Name", "Pause", "Put", "Raise", "Read", "Remove", "Rename", "Replace",
    "Restart", "Resume", "Run", "Say", "See", "Send", "Set", "Start", "Stop", "Take", "Try",
    "Tune", "Update", "Use", "Wait", "Watch", "Widen",
];

/// What is wrong with a sentence; nothing where its form is right.
fn fault_of_sentence(text: &str) -> Option<&'static str> {
    let first = text.chars().next()?;
    if first.is_alphabetic() && !first.is_uppercase() {
        Some("begins with a small letter")
    } else if text.ends_with('.') {
        Some("ends with a full stop")
    } else {
        None
    }
}

/// What is wrong with a hint; nothing where its form is right.
fn fault_of_hint(text: &str) -> Option<&'static str> {
    let first = text.split([' ', ',', ':']).next()?;
    if VERBS.contains(&first) {
        fault_of_sentence(text)
    } else {
        Some("begins with no verb that is known")
    }
}

/// The literals of an argument: its own, or those of the statement that made the value it names.
fn literals(code: &str, at: usize, arguments: &str) -> Vec<String> {
    let own = source::literals(arguments);
    let name = arguments.rsplit(',').map(str::trim).find(|last| !last.is_empty());
    let made = name.filter(|name| NAMES.contains(name)).and_then(|name| {
        let function = code[..at].rfind("fn ").unwrap_or(0);
        let place = code[function..at].rfind(&format!("let {name} ="))?;
        let statement = &code[function + place..];
        Some(source::literals(&statement[..source::end_of(statement)]))
    });
    let mut all = made.unwrap_or(own);
    // What only joins a list is no sentence.
    all.retain(|text| text.contains(char::is_alphabetic));
    all
}

/// Every literal of the product that has not its form, and how many there were.
fn look() -> (usize, Vec<String>) {
    let root = repository();
    let (mut seen, mut broken) = (0, Vec::new());
    for part in [
        "protocol/src",
        "daemon/encoder/src",
        "daemon/reader/src",
        "daemon/mcp/src",
        "daemon/src",
        "tui/src",
    ] {
        for path in source::rust_files(&root.join(part)) {
            let relative = path.strip_prefix(&root).unwrap();
            let name = relative.display().to_string();
            let is_test = source::is_test(relative.strip_prefix(part).unwrap());
            if is_test || DATA.contains(&&*name) {
                continue;
            }
            let code = source::code(&fs::read_to_string(&path).unwrap());
            let mut check = |text: &str, fault: Option<&str>| {
                seen += 1;
                if let Some(fault) = fault {
                    broken.push(format!("{name}: {text:?} {fault}"));
                }
            };
            for (_, attribute) in source::arguments(&code, "#[error(") {
                for text in source::literals(attribute).iter().take(1) {
                    check(text, fault_of_sentence(text));
                }
            }
            for head in SENTENCES {
                for (at, arguments) in source::arguments(&code, head) {
                    for text in literals(&code, at, arguments) {
                        check(&text, fault_of_sentence(&text));
                    }
                }
            }
            for (at, arguments) in source::arguments(&code, ".hint(") {
                let all = literals(&code, at, arguments);
                // A hint of remedies begins with the aim of the first one; values follow.
                let is_value = ["Remedy::", "Hint::from("].iter().any(|of| arguments.contains(of));
                let begins = if is_value { 1 } else { all.len() };
                for text in all.iter().take(begins) {
                    check(text, fault_of_hint(text));
                }
            }
            for head in ["fn hint(self) -> &'static str {", "fn hint(&self) -> String {"] {
                for (_, body) in source::arguments(&code, head) {
                    for text in source::literals(body) {
                        check(&text, fault_of_hint(&text));
                    }
                }
            }
        }
    }
    (seen, broken)
}

#[test]
fn every_error_message_has_the_one_form() {
    let (seen, broken) = look();
    assert!(seen > 250, "only {seen} literals were found");
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_rules_of_form_bite() {
    for text in ["There is no study '7'", "'7' is no number", "{path} exists already", "`x` fails"]
    {
        assert_eq!(fault_of_sentence(text), None, "{text}");
    }
    assert!(fault_of_sentence("there is no study").is_some());
    assert!(fault_of_sentence("There is no study.").is_some());
    assert_eq!(fault_of_hint("List them with `demoscope list`"), None);
    assert!(fault_of_hint("`demoscope list` shows them").is_some());
    assert!(fault_of_hint("list them").is_some());
    assert!(fault_of_hint("List them.").is_some());
    let code =
        "fn f() { let what = format!(\"it is {x}.\"); ApiError::new(ErrorCode::Busy, what) }";
    let (at, arguments) = source::arguments(code, "ApiError::new(")[0];
    assert_eq!(literals(code, at, arguments), ["it is {x}."], "also where it was made before");
}
