//! Source text analysis: files, and the names that a module uses of another one. It is sufficient for checking rules,
//! because the code is formatted and no macro hides a path.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Every file below a folder, in order, without build output and version control.
#[must_use]
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default();
        if name == "target" || name == ".git" {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// Every Rust file below a folder.
#[must_use]
pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = files(folder);
    found.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    found
}

/// Whether a file contains tests only.
#[must_use]
pub fn is_test(path: &Path) -> bool {
    path.components().any(|part| {
        let part = part.as_os_str().to_string_lossy();
        matches!(
            &*part,
            "tests.rs" | "tests" | "testing.rs" | "testing" | "fixtures.rs" | "fixtures"
        ) || part.ends_with("_tests.rs")
    })
}

/// The code of a file: without comments, and without the tests at its end.
#[must_use]
pub fn code(text: &str) -> String {
    let tests = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    let mut code = String::new();
    for line in text[..tests].lines() {
        if !line.trim_start().starts_with("//") {
            code.push_str(line);
            code.push('\n');
        }
    }
    code
}

/// The text between the end of `head` and its closing bracket, everywhere in the code, with its position.
#[must_use]
pub fn arguments<'a>(code: &'a str, head: &str) -> Vec<(usize, &'a str)> {
    code.match_indices(head)
        .map(|(at, _)| {
            let rest = &code[at + head.len()..];
            (at, &rest[..end_of(rest)])
        })
        .collect()
}

/// The string literals of a piece of code, with escapes of quotes and of line ends resolved.
#[must_use]
pub fn literals(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut letters = code.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                let mut text = String::new();
                while let Some(letter) = letters.next() {
                    match letter {
                        '"' => break,
                        '\\' => match letters.next() {
                            Some('\n') => {
                                while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
                            }
                            Some(other) => text.push(other),
                            None => {}
                        },
                        other => text.push(other),
                    }
                }
                found.push(text);
            }
            '\'' => skip_letter(&mut letters),
            _ => {}
        }
    }
    found
}

/// The end of a statement or of a list of arguments: the first `;` outside of brackets, or the closing bracket.
#[must_use]
pub fn end_of(code: &str) -> usize {
    let mut depth = 0_usize;
    let mut letters = code.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => {
                while let Some((_, letter)) = letters.next() {
                    match letter {
                        '"' => break,
                        '\\' => drop(letters.next()),
                        _ => {}
                    }
                }
            }
            '\'' => {
                let mut ahead = letters.clone();
                if ahead.next().is_some_and(|(_, letter)| letter == '\\') {
                    let _escaped = ahead.next();
                }
                if ahead.next().is_some_and(|(_, letter)| letter == '\'') {
                    letters = ahead;
                }
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => return at,
            ')' | ']' | '}' => depth -= 1,
            ';' if depth == 0 => return at,
            _ => {}
        }
    }
    code.len()
}

/// Skips the rest of a character literal; a lifetime has none.
fn skip_letter(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let mut ahead = letters.clone();
    let first = ahead.next();
    if first == Some('\\') {
        let _escaped = ahead.next();
    }
    if ahead.next() == Some('\'') {
        *letters = ahead;
    }
}

/// The modules that follow `root` (such as `crate::`) anywhere in the code, including within braces.
#[must_use]
pub fn named_after(code: &str, root: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(root) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_' || letter == ':') {
            continue;
        }
        let rest = &code[at + root.len()..];
        match rest.strip_prefix('{') {
            None => drop(names.insert(word(rest))),
            Some(group) => names.extend(group_heads(group)),
        }
    }
    names
}

/// The first word of every item of a braced list whose opening brace has been consumed.
fn group_heads(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let mut depth = 0_usize;
    let mut item = String::new();
    for letter in group.chars() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.push(word(std::mem::take(&mut item).trim())),
            other => item.push(other),
        }
    }
    heads.push(word(item.trim()));
    heads.retain(|head| !head.is_empty());
    heads
}

fn word(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

/// Whether the code has its own module of that name, declared or imported from its own crate.
fn has_module(code: &str, name: &str) -> bool {
    let is_word = |text: &str| {
        text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|w| w == name)
    };
    code.contains(&format!("mod {name};"))
        || ["use crate::", "use super::", "use self::"].iter().any(|start| {
            code.split(start).skip(1).any(|rest| is_word(rest.split(';').next().unwrap_or("")))
        })
}

/// Whether the code uses a crate: by a path that starts with its name, or in a `use`. A module of the same name shadows
/// the crate.
#[must_use]
pub fn names_crate(code: &str, name: &str) -> bool {
    if has_module(code, name) {
        return false;
    }
    let path = format!("{name}::");
    code.match_indices(&path).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_' || letter == ':')
    }) || code.contains(&format!("use {name};"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_wherever_they_stand() {
        let code = "use crate::app::{Core, work};\nuse crate::{store::{self, Fault}, world};\nfn f() { crate::domain::g() }";
        let names: Vec<String> = named_after(code, "crate::").into_iter().collect();
        assert_eq!(names, ["app", "domain", "store", "world"]);
        assert!(named_after("mycrate::x", "crate::").is_empty());
    }

    #[test]
    fn arguments_end_where_their_bracket_closes_and_literals_read_as_written() {
        let code = r#"f(a, ["x)", "say \"y\""], ')', 'a'); f("z"); g("w")"#;
        let found: Vec<_> =
            arguments(code, "f(").into_iter().map(|(_, text)| literals(text)).collect();
        assert_eq!(found, [vec!["x)", r#"say "y""#], vec!["z"]]);
        assert_eq!(literals("fn f<'a>(x: &'a str) { (\"one \\\n   line\", '\"') }"), ["one line"]);
        assert_eq!(end_of("match x { 1 => \"a;\", _ => ';' }; rest"), 31);
    }

    #[test]
    fn comments_and_tests_are_no_code() {
        let text = "//! crate::a\nuse crate::b;\n    // crate::c\n#[cfg(test)]\nmod tests {\n use crate::d;\n}";
        assert_eq!(named_after(&code(text), "crate::").len(), 1);
    }

    #[test]
    fn a_crate_is_named_by_a_path_or_a_use() {
        assert!(names_crate("fn f() -> redb::Database", "redb"));
        assert!(names_crate("use redb::{A};", "redb"));
        assert!(!names_crate("use store::redb::A; predb::x", "redb"));
        assert!(!names_crate("use crate::{a, redb};\nfn f() { redb::x() }", "redb"));
        assert!(!names_crate("mod redb;\nuse redb::X;", "redb"));
    }
}
