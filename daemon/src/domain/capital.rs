//! Capital letters at the start of sentences: errors and findings are put together from parts that begin small, and a
//! person reads them as a sentence.

/// The text with its first letter as a capital.
#[must_use]
pub fn capital(text: &str) -> String {
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
