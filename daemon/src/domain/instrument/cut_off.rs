//! Replies that were cut off at their longest. What was asked for first, the reasons and the choices, is often whole by then, and
//! only a list beside them is not: an opinion is not lost because its speaker names many themes.

/// The object that a reply begins, closed behind the last value that is whole; `None` where there is none.
pub(super) fn closed(text: &str) -> Option<String> {
    let text = text.get(text.find('{')?..)?;
    let mut open: Vec<char> = Vec::new();
    // How much of the text is kept, and the brackets that are open there.
    let mut whole: Option<(usize, Vec<char>)> = None;
    let (mut in_string, mut is_escaped) = (false, false);
    for (place, letter) in text.char_indices() {
        if in_string {
            in_string = is_escaped || letter != '"';
            is_escaped = !is_escaped && letter == '\\';
            continue;
        }
        match letter {
            '"' => in_string = true,
            '{' => open.push('}'),
            '[' => {
                open.push(']');
                whole = Some((place + 1, open.clone()));
            }
            ',' => whole = Some((place, open.clone())),
            '}' | ']' => {
                // What is closed otherwise is no JSON, and an object that is whole was not cut off.
                if open.pop() != Some(letter) || open.is_empty() {
                    return None;
                }
                whole = Some((place + 1, open.clone()));
            }
            _ => {}
        }
    }
    let (end, open) = whole?;
    Some(text.get(..end)?.chars().chain(open.into_iter().rev()).collect())
}

#[cfg(test)]
mod tests {
    use super::closed;

    #[test]
    fn a_reply_is_closed_behind_its_last_whole_value() {
        for (reply, kept) in [
            (
                r#"{"score": 7, "appeals": [{"theme": "price"}, {"theme": "ta"#,
                r#"{"score": 7, "appeals": [{"theme": "price"}]}"#,
            ),
            (r#"Sure! {"score": 7, "appeals": ["#, r#"{"score": 7, "appeals": []}"#),
            (
                r#"{"score": 7, "appeals": [{"theme": "a \"b, c\"", "quote": "x, y"#,
                r#"{"score": 7, "appeals": [{"theme": "a \"b, c\""}]}"#,
            ),
            (r#"{"score": 7, "concerns"#, r#"{"score": 7}"#),
        ] {
            assert_eq!(closed(reply).as_deref(), Some(kept), "{reply}");
        }
    }

    #[test]
    fn a_reply_without_a_whole_value_or_that_is_whole_is_not() {
        for reply in
            [r#"{"score"#, r#"{"score": 7"#, "no object", r#"{"score": 7}"#, r#"{"score": 7] "#, ""]
        {
            assert_eq!(closed(reply), None, "{reply}");
        }
    }
}
