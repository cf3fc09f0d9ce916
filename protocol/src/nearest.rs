//! Spelling suggestions: of the known words, the one nearest to the word that was typed.

/// The known word with the smallest edit distance, if it is near enough to be meant.
#[must_use]
pub fn nearest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|word| (distance(given, word), *word))
        .min()
        .filter(|(distance, word)| {
            *distance <= 1 + word.chars().count().min(given.chars().count()) / 3
        })
        .map(|(_, word)| word)
}

/// Whether a longer name is the known one but for one slip, its case, its plural or what joins its words.
#[must_use]
pub fn is_slip(given: &str, known: &str) -> bool {
    let plain = |name: &str| -> String {
        let letters = name.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|letter| letter.to_ascii_lowercase()).collect()
    };
    let (given, known) = (plain(given), plain(known));
    let singular = |name: &str| name.trim_end_matches('s').to_owned();
    singular(&given) == singular(&known)
        || (given.len().min(known.len()) >= LONG && distance(&given, &known) <= 1)
}

/// Letters from which on one of them may be a slip; a shorter name is likely another word.
const LONG: usize = 6;

/// The hint with the suggested word, if one is near enough.
#[must_use]
pub fn did_you_mean(given: &str, known: &[&str]) -> Option<String> {
    nearest(given, known).map(hint)
}

/// The hint with that word.
#[must_use]
pub fn hint(near: &str) -> String {
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
    use super::{did_you_mean, is_slip, nearest};

    #[test]
    fn a_slip_is_no_other_word() {
        for slip in ["panel_size", "PanelSize", "panelSze", "panel-sizes", "panlesize"] {
            assert!(is_slip(slip, "panelSize"), "{slip}");
        }
        assert!(is_slip("round", "rounds"));
        for (other, known) in [("model", "mode"), ("type", "tone"), ("labels", "rounds")] {
            assert!(!is_slip(other, known), "{other}");
        }
    }

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
