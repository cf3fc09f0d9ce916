//! Spelling suggestions: of the known words, the one nearest to the word that was typed.

/// The known word with the smallest edit distance, if it is near enough to be meant.
pub(crate) fn nearest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|word| (distance(given, word), *word))
        .min()
        .filter(|(distance, word)| {
            *distance <= 1 + word.chars().count().min(given.chars().count()) / 3
        })
        .map(|(_, word)| word)
}

/// The hint with the suggested word, if one is near enough.
pub(crate) fn did_you_mean(given: &str, known: &[&str]) -> Option<String> {
    nearest(given, known).map(hint)
}

/// The hint with that word.
pub(crate) fn hint(near: &str) -> String {
    format!("did you mean '{near}'?")
}

/// Optimal string alignment distance: insert, remove, replace, or swap neighbours.
fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.chars().take(100).collect();
    let other: Vec<char> = other.chars().take(100).collect();
    let mut before_last = vec![0; other.len() + 1];
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let mut best = (last[j + 1] + 1).min(row[j] + 1).min(last[j] + usize::from(a != b));
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                best = best.min(before_last[j - 1] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[other.len()]
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, nearest};

    #[test]
    fn finds_what_was_meant_and_nothing_else() {
        let known = ["panel", "audience", "engine", "seed"];
        assert_eq!(nearest("panle", &known), Some("panel"));
        assert_eq!(nearest("audiance", &known), Some("audience"));
        assert_eq!(nearest("colour", &known), None);
        assert_eq!(nearest("", &known), None);
        assert_eq!(did_you_mean("panle", &known).as_deref(), Some("did you mean 'panel'?"));
        assert_eq!(did_you_mean("colour", &known), None);
    }
}
