//! What says the opposite of a concern (`assets/findings/opposites.toml`): answers that name the matching reason for.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use protocol::finding::Dissent;
use protocol::results::{Theme, ThemeKind};

use super::super::metric::folded;
use super::super::themes::{ThemeTally, Themes};

const FILE: &str = include_str!("../../../../../assets/findings/opposites.toml");

/// The names of appeals, by the name of the concern.
type Opposites = BTreeMap<String, Vec<String>>;

/// The table as shipped; empty only if the file is broken, which a test rules out.
fn shipped() -> &'static Opposites {
    static SHIPPED: LazyLock<Opposites> =
        LazyLock::new(|| toml::from_str(FILE).unwrap_or_default());
    &SHIPPED
}

fn is_opposite(concern: &str, appeal: &str) -> bool {
    concern == appeal
        || shipped().get(concern).is_some_and(|names| names.iter().any(|name| name == appeal))
}

/// The answers that say the opposite of a concern: those that name the most frequent of the opposite reasons for.
pub(super) fn of_concern(themes: &Themes, concern: &ThemeTally) -> Option<Dissent> {
    let name = folded(concern.name());
    let appeals = themes.ranked(ThemeKind::Appeal);
    let found = appeals.into_iter().find(|appeal| is_opposite(&name, &folded(appeal.name())))?;
    Some(Dissent {
        theme: found.name().to_owned(),
        count: found.count,
        quote: found.quotes().into_iter().next(),
    })
}

/// The answers that say the opposite of a low level: those that name the most frequent reason for.
pub(in crate::domain::instrument) fn of_level(themes: &[Theme]) -> Option<Dissent> {
    let found = themes.iter().find(|theme| theme.kind == ThemeKind::Appeal)?;
    Some(Dissent {
        theme: found.theme.clone(),
        count: found.count,
        quote: found.quotes.first().cloned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_is_read_and_its_names_are_in_lower_case() {
        let table: Opposites = toml::from_str(FILE).unwrap();
        assert!(table.len() > 10);
        for name in table.iter().flat_map(|(name, opposites)| opposites.iter().chain([name])) {
            assert_eq!(*name, folded(name), "{name}");
        }
        assert!(is_opposite("price", "value") && is_opposite("taste", "taste"));
        assert!(!is_opposite("price", "speed"));
    }
}
