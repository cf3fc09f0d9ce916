//! The names of numbers, as people type them: `Trust` is read as `dimension.trust` where no other number can be meant. The
//! daemon reads them so where a result is asked for, and clients where they check a name before anybody is asked.

/// Prefixes of the shares of respondents who name a theme, in any role or in one. Which themes there are is known only when
/// a study has ended.
pub const THEMES: [&str; 3] = ["theme.", "appeal.", "concern."];

/// Whether it is the name of a theme's share.
#[must_use]
pub fn names_theme(name: &str) -> bool {
    THEMES.iter().any(|prefix| {
        name.trim().strip_prefix(prefix).is_some_and(|theme| !theme.trim().is_empty())
    })
}

/// The known name that is meant: the same one, one that differs in capitals and signs only, or else the only one with that
/// last part.
#[must_use]
pub fn meant<'a>(given: &str, known: &'a [String]) -> Option<&'a str> {
    let given = given.trim();
    let only = |is_it: &dyn Fn(&str) -> bool| {
        let mut found = known.iter().filter(|name| is_it(name));
        found.next().filter(|_| found.next().is_none())
    };
    let letters = folded(given);
    let found = only(&|name| name == given).or_else(|| {
        let last = |name: &str| folded(last(name)) == letters;
        (!letters.is_empty()).then_some(())?;
        only(&|name| folded(name) == letters).or_else(|| only(&last))
    });
    found.map(String::as_str)
}

/// The part of a name behind its last dot.
#[must_use]
pub fn last(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

/// Letters and digits, in lower case.
fn folded(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_one_meaning_is_read_and_nothing_else() {
        let known = ["overall", "clickRate", "dimension.call_to_action", "dimension.trust"]
            .map(ToOwned::to_owned);
        for (given, wanted) in [
            ("overall", Some("overall")),
            (" Click rate ", Some("clickRate")),
            ("trust", Some("dimension.trust")),
            ("Dimension.Trust", Some("dimension.trust")),
            ("Call to Action", Some("dimension.call_to_action")),
            ("dimension.hook", None),
            ("dimension", None),
            ("tru", None),
            ("", None),
            (".", None),
        ] {
            assert_eq!(meant(given, &known), wanted, "{given}");
        }
        let twice = ["a.low", "b.low"].map(ToOwned::to_owned);
        assert_eq!(meant("low", &twice), None, "it may be either");
        assert!(names_theme("concern.Price") && !names_theme("concern. ") && !names_theme("price"));
    }
}
