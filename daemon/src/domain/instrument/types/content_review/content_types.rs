//! The types of content by name. A type is known by its own name and by those of the alias table, whatever their case and
//! the signs between their words.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use protocol::nearest::nearest;
use protocol::review::ContentType;

const ALIASES: &str = include_str!("../../../../../../assets/review/aliases.toml");

/// A type of content that nobody knows, with the name that was probably meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnknownContentType {
    /// The known name that is nearest to what was given.
    pub near: Option<&'static str>,
}

/// The type of that name, and the name in the sender's word where it is another one.
///
/// # Errors
/// When no type has that name.
pub(crate) fn content_type(
    name: &str,
) -> Result<(ContentType, Option<String>), UnknownContentType> {
    let wanted = letters(name);
    let own = ContentType::ALL.iter().copied().find(|known| letters(known.as_str()) == wanted);
    if let Some(own) = own {
        let name = name.trim();
        return Ok((own, (name != own.as_str()).then(|| name.to_owned())));
    }
    if let Some(meant) = aliases().get(&wanted) {
        return Ok((*meant, Some(name.trim().to_owned())));
    }
    let names: Vec<&'static str> = ContentType::ALL.iter().map(|known| known.as_str()).collect();
    let typed = name.trim().to_lowercase().replace([' ', '-'], "_");
    Err(UnknownContentType { near: nearest(&typed, &names) })
}

/// Alias without the signs between its words → type.
fn aliases() -> &'static BTreeMap<String, ContentType> {
    #[allow(clippy::expect_used, reason = "the table is part of the program, and a test reads it")]
    static SHIPPED: LazyLock<BTreeMap<String, ContentType>> = LazyLock::new(|| {
        let table: BTreeMap<String, ContentType> =
            toml::from_str(ALIASES).expect("the shipped aliases are sound");
        table.into_iter().map(|(name, meant)| (letters(&name), meant)).collect()
    });
    &SHIPPED
}

/// The letters and digits of a name, in lower case.
fn letters(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_known_in_every_spelling_and_repeated_as_it_was_sent() {
        for (name, meant, sent) in [
            ("youtube", ContentType::Youtube, None),
            ("YouTube", ContentType::Youtube, Some("YouTube")),
            ("Blog Post", ContentType::BlogPost, Some("Blog Post")),
            ("blog", ContentType::BlogPost, Some("blog")),
            ("Product-Description", ContentType::ProductPage, Some("Product-Description")),
            (" email_subject ", ContentType::EmailSubject, None),
        ] {
            assert_eq!(content_type(name), Ok((meant, sent.map(str::to_owned))), "{name}");
        }
    }

    #[test]
    fn an_unknown_type_is_told_with_the_nearest_name() {
        assert_eq!(content_type("headlne"), Err(UnknownContentType { near: Some("headline") }));
        assert_eq!(content_type("song"), Err(UnknownContentType { near: None }));
    }

    #[test]
    fn no_alias_hides_a_type() {
        for (alias, meant) in aliases() {
            let own = ContentType::ALL.iter().find(|known| letters(known.as_str()) == *alias);
            assert_eq!(own, None, "{alias} is the name of a type, not of {meant}");
        }
    }
}
