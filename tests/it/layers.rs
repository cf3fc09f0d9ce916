//! Tests of the source structure: which modules may import which, which module alone may use which library, the order
//! of items, and the module doc of every file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use harness::program::repository;
use harness::source;
use protocol::event::EventKind;

/// The ranks of the daemon's modules; imports point to a lower one.
const RANKS: [(&str, u8); 13] = [
    ("domain", 1),
    ("world", 1),
    // What is handed in.
    ("layouts", 1),
    // For tests: how many cases a property is tried on.
    ("cases", 0),
    ("config", 2),
    ("store", 3),
    ("inference", 3),
    ("app", 4),
    // Beside the use cases, which know of none.
    ("dialect", 4),
    ("work", 5),
    ("gateway", 5),
    ("logs", 6),
    ("lib", 6),
];

/// Libraries that only some files may name: (library, folders or files).
const ALONE: [(&str, &[&str]); 16] = [
    ("redb", &["daemon/src/store/"]),
    ("reqwest", &["daemon/src/inference/", "daemon/src/work/deliver/"]),
    ("axum", &["daemon/src/gateway/http/"]),
    (
        "hyper",
        &[
            "daemon/src/gateway/http/",
            "daemon/mcp/src/http.rs",
            "daemon/src/inference/",
            "daemon/src/work/deliver/",
        ],
    ),
    ("rmcp", &["daemon/mcp/src/"]),
    ("mcp", &["daemon/src/gateway/http/agents/", "tui/src/cli/"]),
    ("tarpc", &["daemon/src/gateway/rpc.rs", "protocol/src/service.rs", "protocol/src/wire.rs"]),
    ("notify", &["daemon/src/work/watch/"]),
    ("ratatui", &["tui/src/"]),
    ("crossterm", &["tui/src/"]),
    ("clap", &["tui/src/"]),
    ("daemon", &["tui/src/cli/daemon.rs"]),
    ("encoder", &["daemon/src/inference/local.rs", "daemon/reader/src/"]),
    ("reader", &["daemon/src/inference/offline/"]),
    ("ring", &["daemon/src/domain/digest.rs", "daemon/reader/src/"]),
    ("sha2", &[]),
];

/// What only the world may ask: the time of day and chance.
const WORLDLY: [&str; 4] = ["SystemTime::now", "Timestamp::now", "Zoned::now", "new_v4("];

/// A long text is read by several threads; what is read of a clause depends on its words alone.
const READS_IN_PARTS: (&str, &str) = ("daemon/reader/src/meaning/mod.rs", "std::thread");

/// What a pure module never touches.
const IMPURE: [&str; 9] = [
    "std::fs",
    "std::env",
    "std::net",
    "std::thread",
    "std::process",
    "std::time::Instant",
    "tokio",
    "async fn",
    ".await",
];

/// Where alone the words of event kinds are written out: everything else names kinds by their type.
const EVENT_WORDS: &str = "protocol/src/event/";
/// Where study types are told apart: one file or folder a type, in the daemon and in the client.
const KINDS: [&str; 2] = ["daemon/src/domain/instrument/types/", "/kinds/"];

/// The enums of the wire that have a variant for each study type.
const OF_EACH_TYPE: [&str; 4] = ["StudyType", "Instrument", "Answer", "Outcomes"];

/// Most lines outside of [`KINDS`] that name a study type. A new type has to visit each of them.
const MATCH_SITES_MAX: [(&str, usize); 3] =
    [("protocol/src", 0), ("daemon/src", 0), ("tui/src", 0)];

/// Everything that stands at the top.
const TOP: [&str; 19] = [
    ".cargo",
    ".ci",
    ".clippy.toml",
    ".config",
    ".deny.toml",
    ".git",
    ".gitignore",
    ".justfile",
    ".rustfmt.toml",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "assets",
    "daemon",
    "protocol",
    "tui",
];

/// The product's files: relative path and code.
fn product() -> Vec<(PathBuf, String)> {
    let root = repository();
    let mut found = Vec::new();
    for part in [
        "protocol/src",
        "daemon/encoder/src",
        "daemon/reader/src",
        "daemon/mcp/src",
        "daemon/src",
        "tui/src",
    ] {
        for path in source::rust_files(&root.join(part)) {
            let relative = path.strip_prefix(&root).unwrap().to_path_buf();
            if !source::is_test(relative.strip_prefix(part).unwrap()) {
                found.push((relative, source::code(&fs::read_to_string(&path).unwrap())));
            }
        }
    }
    found
}

/// The module of a file of the daemon: the first name below `src`.
fn module(path: &Path) -> Option<String> {
    let below = path.strip_prefix("daemon/src").ok()?;
    let first = below.components().next()?.as_os_str().to_string_lossy().into_owned();
    Some(first.trim_end_matches(".rs").to_owned())
}

fn breaks_of_rank(module: &str, code: &str) -> Vec<String> {
    let ranks: BTreeMap<&str, u8> = RANKS.into_iter().collect();
    let Some(own) = ranks.get(module) else { return vec![format!("{module} has no rank")] };
    source::named_after(code, "crate::")
        .into_iter()
        .filter(|name| name != module)
        .filter_map(|name| {
            let rank = ranks.get(name.as_str()).copied().unwrap_or(6);
            // What a contract tells follows from the protocol's types alone.
            let is_lower = (rank < *own && module != "dialect") || (*own == 6 && rank == 6);
            (!is_lower).then(|| format!("{module} (rank {own}) names {name} (rank {rank})"))
        })
        .collect()
}

#[test]
fn imports_point_to_a_lower_rank() {
    let mut broken = Vec::new();
    for (path, code) in product() {
        if let Some(module) = module(&path) {
            for what in breaks_of_rank(&module, &code) {
                broken.push(format!("{}: {what}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_rule_of_ranks_bites() {
    assert_eq!(breaks_of_rank("domain", "use crate::store::Store;").len(), 1);
    assert_eq!(breaks_of_rank("store", "use crate::inference::Engine;").len(), 1, "neighbours");
    assert_eq!(breaks_of_rank("app", "fn f() { crate::work::wake() }").len(), 1);
    assert_eq!(breaks_of_rank("app", "use crate::{domain::run, store::Store};").len(), 0);
    assert_eq!(breaks_of_rank("app", "use crate::dialect::refynd;").len(), 1, "nobody below knows");
    assert_eq!(breaks_of_rank("dialect", "use crate::domain::deliver;").len(), 1);
    assert_eq!(breaks_of_rank("new", "").len(), 1, "a module without a rank");
}

#[test]
fn libraries_are_named_where_they_belong_and_nowhere_else() {
    let mut broken = Vec::new();
    for (path, code) in product() {
        let name = path.to_string_lossy().into_owned();
        for (library, places) in ALONE {
            let may = places.iter().any(|place| name.starts_with(place));
            if !may && source::names_crate(&code, library) {
                broken.push(format!("{name} names {library}"));
            }
        }
        if name.starts_with("daemon/") && name != "daemon/src/world.rs" {
            for what in WORLDLY.into_iter().filter(|what| code.contains(what)) {
                broken.push(format!("{name} asks the world by itself: {what}"));
            }
        }
        let pure = ["daemon/src/domain/", "daemon/src/dialect/", "daemon/reader/src/"];
        if pure.iter().any(|folder| name.starts_with(folder)) {
            let may = |what: &str| READS_IN_PARTS == (name.as_str(), what);
            let impure = IMPURE.into_iter().filter(|what| code.contains(what) && !may(what));
            for what in impure {
                broken.push(format!("{name} is not pure: {what}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// The methods of the core that are no use case, and so have no caller: what it holds while it runs, and no row does.
const RUN_TIME: [&str; 19] = [
    "cancel",
    "close",
    "delivering",
    "enlist",
    "erasing",
    "give_up_calls",
    "note_over",
    "note_sent",
    "over",
    "places",
    "receiving",
    "reserve_cost",
    "settings",
    "settle_cost",
    "store",
    "unbooked",
    "watching",
    "work",
    "world",
];

/// Of these, what doors ask for: the state of the store.
const FOR_NOBODY: [&str; 1] = ["store"];

/// What doors do not name: a caller that is a driver, or may do what drivers may.
const OF_DRIVERS: [&str; 4] =
    ["Caller::driver", "CallOrigin::Driver", "Owner::Everyone", "Scope::Work"];

/// The methods of the core that other modules can call: the name, whether it is async, and the parameters but the first.
fn methods_of_core(code: &str) -> Vec<(String, bool, String)> {
    let mut found = Vec::new();
    for block in format!("\n{code}").split("\nimpl Core {\n").skip(1) {
        let block = block.split("\n}\n").next().unwrap();
        for method in format!("\n{block}").split("\n    pub(crate) ").skip(1) {
            let Some((head, rest)) = method.split_once("fn ") else { continue };
            let name: String =
                rest.chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect();
            let Some((_, parameters)) = rest.split_once('(') else { continue };
            let parameters = &parameters[..source::end_of(parameters)];
            // What has no `&self` makes a core.
            if let Some(others) = parameters.trim_start().strip_prefix("&self") {
                let others = others.trim_start_matches(',').trim_start().to_owned();
                found.push((name, head.contains("async"), others));
            }
        }
    }
    found
}

/// The methods of the core that are neither a use case, which is async and has a caller first, nor a part of its run-time
/// state.
fn no_use_cases(code: &str) -> Vec<String> {
    let methods = methods_of_core(code).into_iter();
    let strange = methods.filter(|(name, is_async, parameters)| {
        let is_use_case = *is_async && parameters.starts_with("caller: &Caller");
        !is_use_case && (*is_async || !RUN_TIME.contains(&name.as_str()))
    });
    strange.map(|(name, ..)| name).collect()
}

#[test]
fn every_use_case_is_async_and_has_its_caller_first() {
    let (mut broken, mut seen, mut state) = (Vec::new(), 0, Vec::new());
    for (path, code) in product() {
        if path.starts_with("daemon/src/app") {
            let found = no_use_cases(&code);
            broken.extend(found.iter().map(|name| format!("{}: {name}", path.display())));
            let methods = methods_of_core(&code);
            seen += methods.len();
            state.extend(methods.into_iter().filter(|method| !method.1).map(|method| method.0));
        }
    }
    state.sort();
    assert!(broken.is_empty(), "{broken:#?}");
    assert_eq!(state, RUN_TIME, "all of it is there");
    assert!(seen > 60, "{seen} methods were seen");
}

#[test]
fn the_rule_of_use_cases_bites() {
    let strange = |method: &str| no_use_cases(&format!("impl Core {{\n    {method}\n}}\n"));
    assert_eq!(strange("pub(crate) async fn begin(&self, number: u32) {}"), ["begin"]);
    assert_eq!(strange("pub(crate) async fn head(&self) -> Cursor {}"), ["head"]);
    assert_eq!(strange("pub(crate) async fn store(&self) {}"), ["store"]);
    assert_eq!(strange("pub(crate) fn panel(&self, caller: &Caller) {}"), ["panel"]);
    assert_eq!(
        strange("pub(crate) async fn tag(\n        &self,\n        id: Id,\n    ) {}"),
        ["tag"]
    );
    let fine = "pub(crate) async fn tag(\n        &self,\n        caller: &Caller,\n        id: Id,\n    ) {}";
    assert_eq!(strange(fine), [""; 0]);
    assert_eq!(strange("pub(crate) fn store(&self) -> &Store {}"), [""; 0]);
    assert_eq!(strange("pub(in crate::app) fn plan(&self, spec: Spec) {}"), [""; 0], "app's own");
    assert_eq!(strange("pub(crate) fn open_with(world: World) -> Self {}"), [""; 0]);
}

/// The use cases that some code calls without saying for whom.
fn without_caller(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for call in code.split("core.").skip(1) {
        let Some((name, arguments)) = call.split_once('(') else { continue };
        let is_call = name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
        let first = arguments.trim_start().trim_start_matches('&');
        if is_call && !FOR_NOBODY.contains(&name) && !first.starts_with("caller") {
            found.push(name.to_owned());
        }
    }
    found
}

#[test]
fn doors_say_for_whom_they_call() {
    let mut broken = Vec::new();
    for (path, code) in product() {
        if path.starts_with("daemon/src/gateway") {
            let found = without_caller(&code);
            broken.extend(found.iter().map(|name| format!("{}: {name}", path.display())));
            if code.contains("spawn_blocking") || code.contains(".looking(") {
                broken.push(format!("{} knows which calls block", path.display()));
            }
            for name in OF_DRIVERS.into_iter().filter(|name| code.contains(name)) {
                broken.push(format!("{} passes for a driver: {name}", path.display()));
            }
        }
        if !path.starts_with("daemon/src/app") && !path.starts_with("daemon/src/store") {
            let by_itself = ["store().read(", "store().write("];
            for what in by_itself.into_iter().filter(|what| code.contains(what)) {
                broken.push(format!("{} uses the store by itself: {what}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert_eq!(without_caller("logged(core.begin(number).await)"), ["begin"]);
    assert_eq!(
        without_caller("core.find(caller, &name); core.store(); core.tag(&caller)"),
        [""; 0]
    );
}

/// The literals in some code that are the word of an event's kind, or the beginning of one.
fn event_words(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for kind in EventKind::ALL {
        let (family, _) = kind.as_str().split_once('.').unwrap();
        for word in [format!("\"{kind}\""), format!("\"{family}.\"")] {
            if code.contains(&word) && !found.contains(&word) {
                found.push(word);
            }
        }
    }
    found
}

#[test]
fn the_words_of_events_are_written_in_one_place() {
    let mut broken = Vec::new();
    let mut place = Vec::new();
    for (path, code) in product() {
        let found = event_words(&code);
        if path.starts_with(EVENT_WORDS) {
            place.extend(found);
        } else {
            broken.extend(found.iter().map(|word| format!("{}: {word}", path.display())));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert_eq!(place.len(), EventKind::ALL.len(), "{place:?}");
    assert_eq!(event_words(r#"if kind == "study.completed" {"#).len(), 1);
    assert_eq!(event_words(r#"if kind.starts_with("answers.") {"#).len(), 1);
}

/// The dependencies of a manifest, in any of its tables.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(repository().join(manifest)).unwrap();
    let mut found = BTreeSet::new();
    let mut within = false;
    for line in text.lines() {
        if line.starts_with('[') {
            within = line == "[dependencies]";
        } else if within && let Some((name, _)) = line.split_once(['.', ' ', '=']) {
            found.insert(name.to_owned());
        }
    }
    assert!(!found.is_empty(), "{manifest} has no dependencies");
    found
}

#[test]
fn crates_depend_downwards_only() {
    for (manifest, never) in [
        ("protocol/Cargo.toml", vec!["daemon", "tui", "redb", "ratatui", "clap"]),
        ("daemon/encoder/Cargo.toml", vec!["protocol", "daemon", "tui", "tokio", "reqwest"]),
        ("daemon/reader/Cargo.toml", vec!["daemon", "tui", "tokio", "reqwest", "redb"]),
        ("daemon/mcp/Cargo.toml", vec!["daemon", "tui", "redb", "tarpc", "axum", "reqwest"]),
        ("daemon/Cargo.toml", vec!["tui", "ratatui", "crossterm", "clap"]),
        ("tui/Cargo.toml", vec!["redb", "axum", "reqwest"]),
    ] {
        let found = dependencies(manifest);
        for name in never {
            assert!(!found.contains(name), "{manifest} depends on {name}");
        }
    }
}

/// What of a file would let a test, or whoever sets a variable, change what the shipped program does.
fn test_hooks(text: &str) -> Vec<&'static str> {
    [
        "seeded-bugs",
        "cfg(any(test",
        "cfg(not(any(test",
        "cfg(not(test",
        "cfg!(test",
        "DEMOSCOPE_TEST",
    ]
    .into_iter()
    .filter(|hook| text.contains(hook))
    .collect()
}

#[test]
fn the_shipped_program_has_no_hooks_for_tests() {
    let mut broken = Vec::new();
    for part in ["protocol", "daemon", "tui"] {
        for path in source::files(&repository().join(part)) {
            // Pictures and weights have no code.
            let Ok(text) = fs::read_to_string(&path) else { continue };
            for hook in test_hooks(&text) {
                broken.push(format!("{}: {hook}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_rule_of_hooks_bites() {
    let hook = "#[cfg(any(test, feature = \"seeded-bugs\"))]\npub sabotage: Option<Sabotage>,";
    assert_eq!(test_hooks(hook), ["seeded-bugs", "cfg(any(test"]);
    assert_eq!(test_hooks("if cfg!(test) { return; }"), ["cfg!(test"]);
    assert_eq!(test_hooks("#[cfg(test)]\nmod tests;"), [""; 0], "a module of tests is none");
}

#[test]
fn every_dependency_is_named_once_with_its_version_at_the_top() {
    for manifest in
        ["protocol", "daemon/encoder", "daemon/reader", "daemon/mcp", "daemon", "tui", "tests"]
    {
        let path = repository().join(manifest).join("Cargo.toml");
        let text = fs::read_to_string(path).unwrap();
        let mut within = false;
        for line in text.lines() {
            if line.starts_with('[') {
                within = line.ends_with("dependencies]");
            } else if within && !line.trim().is_empty() && !line.starts_with('#') {
                assert!(line.contains("workspace = true"), "{manifest}: {line}");
            }
        }
    }
}

#[test]
fn the_top_holds_what_was_agreed_and_nothing_else() {
    let mut allowed: BTreeSet<&str> = TOP.into_iter().collect();
    allowed.extend(["tests", "target"]);
    let found: BTreeSet<String> = fs::read_dir(repository())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    let strange: Vec<&String> =
        found.iter().filter(|name| !allowed.contains(name.as_str())).collect();
    assert!(strange.is_empty(), "{strange:?}");
    for needed in ["README.md", "LICENSE", "ARCHITECTURE.md", "CHANGELOG.md", "Cargo.lock"] {
        assert!(found.contains(needed), "no {needed}");
    }
}

#[test]
fn no_file_names_a_place_outside_the_repository() {
    // Put together here, so that this file does not name them itself.
    let outside = [["../", "shared"].concat(), ["shared", "/design"].concat()];
    let absolute = ["/wo", "rk/"].concat();
    let mut broken = Vec::new();
    for path in source::files(&repository()) {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let starts_a_path = |at: usize| {
            text[..at].chars().next_back().is_none_or(|letter| !letter.is_alphanumeric())
        };
        let names_it = outside.iter().any(|place| text.contains(place))
            || text.match_indices(&absolute).any(|(at, _)| starts_a_path(at));
        if names_it {
            broken.push(path);
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_file_says_what_it_is_for() {
    let mut silent = Vec::new();
    for part in [
        "protocol/src",
        "daemon/encoder",
        "daemon/reader",
        "daemon/mcp",
        "daemon/src",
        "tui/src",
        "tests/src",
        "tests/it",
    ] {
        for path in source::rust_files(&repository().join(part)) {
            let text = fs::read_to_string(&path).unwrap();
            if !text.starts_with("//! ") {
                silent.push(path);
            }
        }
    }
    assert!(silent.is_empty(), "{silent:#?}");
}

/// The variants of the study type, as the protocol lists them.
fn study_types() -> Vec<String> {
    let text = fs::read_to_string(repository().join("protocol/src/study.rs")).unwrap();
    let block = text.split("StudyType {").nth(1).unwrap().split("}\n").next().unwrap();
    block.lines().filter_map(|line| Some(line.trim().split_once(" = \"")?.0.to_owned())).collect()
}

/// The lines that name a variant of an enum with one for each study type: by its name, or as `Self` within it.
fn match_sites(code: &str, variants: &[String]) -> Vec<String> {
    let names = |line: &str, name: &str| {
        variants.iter().any(|variant| {
            let path = format!("{name}::{variant}");
            line.match_indices(&path).any(|(at, _)| {
                let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
                let (before, after) = (&line[..at], &line[at + path.len()..]);
                !before.ends_with(is_part) && !after.starts_with(is_part)
            })
        })
    };
    let mut within = false;
    let mut found = Vec::new();
    for line in code.lines() {
        if line.starts_with("impl") {
            let head = line.trim_end_matches(" {");
            within = OF_EACH_TYPE.iter().any(|name| head.ends_with(&format!(" {name}")));
        }
        if line == "}" {
            within = false;
        }
        if OF_EACH_TYPE.iter().any(|name| names(line, name)) || (within && names(line, "Self")) {
            found.push(line.trim().to_owned());
        }
    }
    found
}

#[test]
fn study_types_are_told_apart_in_one_place() {
    let variants = study_types();
    assert!(variants.len() >= 5, "{variants:?}");
    for (part, most) in MATCH_SITES_MAX {
        let mut sites = Vec::new();
        for (path, code) in product() {
            let name = path.to_string_lossy().into_owned();
            let is_kind = KINDS.iter().any(|folder| name.contains(folder));
            if name.starts_with(part) && !is_kind {
                let found = match_sites(&code, &variants);
                sites.extend(found.into_iter().map(|line| format!("{name}: {line}")));
            }
        }
        assert!(sites.len() <= most, "{part}: {} of {most}\n{sites:#?}", sites.len());
    }
}

#[test]
fn the_rule_of_study_types_bites() {
    let variants = ["Nps".to_owned(), "Survey".to_owned()];
    let count = |code: &str| match_sites(code, &variants).len();
    assert_eq!(count("    StudyType::Nps => 1,\n    Answer::Survey { .. } => 2,"), 2);
    assert_eq!(count("    Instrument::Nps { .. } | Instrument::Survey { .. } => 1,"), 1);
    assert_eq!(
        count("impl Outcomes {\n    Self::Nps => 1,\n}\nimpl Other {\n    Self::Nps => 2,\n}"),
        1
    );
    assert_eq!(count("impl Kind for Answer {\n    Self::Nps => 1,\n}"), 1);
    assert_eq!(count("    MyAnswer::Nps, Answer::NpsLike, StudyType::ALL"), 0);
}

/// Type names with more than one definition in a crate. Each is a word that several places need for their own use; a search for
/// any other name finds one definition.
const DEFINED_TWICE: &[(&str, &[&str])] = &[
    ("daemon/reader/src", &["Found", "Hit", "Named", "Parsed", "Part", "Phrase"]),
    ("protocol/src", &["Tagged"]),
    (
        "tui/src",
        &[
            "Args", "Document", "Form", "Glyphs", "Line", "Link", "Look", "Screen", "Settings",
            "Verb",
        ],
    ),
];

/// The types that a file defines at its top level.
fn defined_types(code: &str) -> Vec<String> {
    let definition = |line: &str| {
        // Behind `pub`, `pub(crate)` and `pub(in …)`.
        let line = match line.strip_prefix("pub") {
            Some(rest) => match rest.strip_prefix('(') {
                Some(rest) => rest.split_once(") ")?.1,
                None => rest.trim_start(),
            },
            None => line,
        };
        let (kind, rest) = line.split_once(' ')?;
        let is_type = matches!(kind, "struct" | "enum" | "trait" | "type" | "union");
        let name = rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next()?;
        (is_type && name.starts_with(char::is_uppercase)).then(|| name.to_owned())
    };
    code.lines().filter_map(definition).collect()
}

/// The names that several files of a part of the product define, or one file several times.
fn defined_twice(part: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut twice = BTreeSet::new();
    for (path, code) in product() {
        if path.starts_with(part) {
            for name in defined_types(&code) {
                if !seen.insert(name.clone()) {
                    twice.insert(name);
                }
            }
        }
    }
    assert!(!seen.is_empty(), "{part} defines no type");
    twice
}

#[test]
fn a_type_name_has_one_definition_in_a_crate() {
    const ALLOWED_MAX: usize = 20;
    let mut allowed_in_all = 0;
    for part in [
        "protocol/src",
        "daemon/encoder/src",
        "daemon/reader/src",
        "daemon/mcp/src",
        "daemon/src",
        "tui/src",
    ] {
        let allowed: BTreeSet<String> = DEFINED_TWICE
            .iter()
            .filter(|(of, _)| *of == part)
            .flat_map(|(_, names)| names.iter().map(|name| (*name).to_owned()))
            .collect();
        allowed_in_all += allowed.len();
        assert_eq!(defined_twice(part), allowed, "{part}: found beside allowed");
    }
    assert!(allowed_in_all <= ALLOWED_MAX, "{allowed_in_all} names are defined twice");
}

#[test]
fn the_rule_of_type_names_bites() {
    let code = "pub(in crate::app) struct One {\n    type Item = u8;\npub enum Two {\ntype Three = u8;\nfn f() {}\n";
    assert_eq!(defined_types(code), ["One", "Two", "Three"]);
}
