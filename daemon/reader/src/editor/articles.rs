//! The indefinite article that fits a word, by its sound as far as its letters show it.

/// Words that begin with a vowel and sound like a consonant.
const CONSONANTS: &[&str] =
    &["uni", "use", "usu", "uti", "eu", "one", "once", "ufo", "ubi", "ura", "ure"];
/// Words that begin with a silent h.
const SILENT: &[&str] = &["hour", "honest", "honour", "honor", "heir"];
/// Negations that begin with the letters of the first list.
const STILL_VOWELS: &[&str] = &["unin", "unim", "unid", "usur"];

/// "a" or "an".
pub(super) fn article(word: &str) -> &'static str {
    let lower = word.to_lowercase();
    let begins = |list: &[&str]| list.iter().any(|head| lower.starts_with(head));
    let vowel = lower.starts_with(['a', 'e', 'i', 'o', 'u'])
        || lower.starts_with('8')
        || lower.starts_with("11");
    if begins(SILENT) || vowel && (begins(STILL_VOWELS) || !begins(CONSONANTS)) {
        "an"
    } else {
        "a"
    }
}
