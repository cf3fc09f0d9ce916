//! A restyled text: the same words with other line breaks, other list markers, and a rule above and below. Every word
//! keeps its place, so a different rating can only come from the looks.

/// Longest line, in characters, unless one word is longer.
const WIDTH: usize = 52;
/// The rule above and below.
const RULE: &str = "* * *";

/// The text in its other presentation.
pub(super) fn restyle(text: &str) -> String {
    let mut lines = vec![RULE.to_owned(), String::new()];
    let mut fenced = false;
    for line in text.trim().lines() {
        let bare = line.trim_start();
        let fence = bare.starts_with("```") || bare.starts_with("~~~");
        fenced ^= fence;
        // Lines where spaces have a meaning, or where a line break would end a heading, are kept as they are.
        if fence || fenced || bare.starts_with(['|', '>', '#']) || line.starts_with("    ") {
            lines.push(line.to_owned());
            continue;
        }
        let indent = &line[..line.len() - bare.len()];
        match bare.strip_prefix("- ").map(|rest| ("*", rest)).or_else(|| {
            let rest = bare.strip_prefix("* ").filter(|rest| !rest.starts_with("* "))?;
            Some(("-", rest))
        }) {
            Some((mark, rest)) => {
                wrap(rest, &format!("{indent}{mark} "), &format!("{indent}  "), &mut lines);
            }
            None => wrap(bare, indent, indent, &mut lines),
        }
    }
    lines.extend([String::new(), RULE.to_owned()]);
    lines.join("\n")
}

fn wrap(text: &str, first: &str, others: &str, lines: &mut Vec<String>) {
    let mut line = first.to_owned();
    let mut is_empty = true;
    for word in text.split_whitespace() {
        let long = line.chars().count() + 1 + word.chars().count() > WIDTH;
        // A word that would begin a list, a heading or a rule at the start of a line is not moved to one.
        let safe = word.starts_with(|letter: char| letter.is_alphabetic());
        if !is_empty && long && safe {
            lines.push(std::mem::replace(&mut line, others.to_owned()));
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    lines.push(if is_empty { String::new() } else { line });
}
