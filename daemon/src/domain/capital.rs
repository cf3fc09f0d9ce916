//! Capital letters at the start of sentences. Errors and findings are composed of parts that begin in lower case, and
//! a person reads the result as a sentence.

/// The text with its first letter in upper case.
#[must_use]
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::capital;

    #[test]
    fn the_first_letter_alone_changes() {
        assert_eq!(
            ["it is A", "éa", "ßa", "1a", ""].map(capital),
            ["It is A", "Éa", "SSa", "1a", ""]
        );
    }
}
