//! The feed in which a piece of content is seen: the competitors that the sender named, those that were made up for the
//! review from patterns, or none, where a stock feed of the type stands in.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use protocol::review::{ContentType, Neighbours, ReviewMaterial};
use serde::Deserialize;

const PATTERNS: &str = include_str!("../../../../../../assets/review/patterns.toml");

/// The patterns by type of content.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
struct Patterns(BTreeMap<ContentType, PatternsOfType>);

/// The patterns of one type of content.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PatternsOfType {
    /// With the place of a field, `{niche}`.
    of_niche: Vec<String>,
    /// Whole texts, for where the sender named no field.
    of_any: Vec<String>,
}

/// Competitors made up from the patterns of that type.
#[must_use]
pub(super) fn generated(content_type: ContentType, niche: Option<&str>) -> Vec<String> {
    #[allow(
        clippy::expect_used,
        reason = "the patterns are part of the program, and a test reads them"
    )]
    static SHIPPED: LazyLock<Patterns> =
        LazyLock::new(|| toml::from_str(PATTERNS).expect("the shipped patterns are sound"));
    let of = |content_type| SHIPPED.0.get(&content_type);
    let patterns = of(content_type).or_else(|| of(ContentType::Other));
    let niche = niche.map(str::trim).filter(|niche| !niche.is_empty());
    let made = patterns.map(|patterns| match niche {
        Some(niche) => {
            patterns.of_niche.iter().map(|pattern| pattern.replace("{niche}", niche)).collect()
        }
        None => patterns.of_any.clone(),
    });
    made.unwrap_or_default()
}

/// The texts that the content is seen among; empty for the stock feed.
#[must_use]
pub(crate) fn neighbours(review: &ReviewMaterial) -> &[String] {
    match &review.neighbours {
        Neighbours::Stock => &[],
        Neighbours::Given { texts } | Neighbours::Generated { texts, .. } => texts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_competitors_made_up_for_it() {
        for content_type in ContentType::ALL {
            let made = generated(*content_type, Some("bread baking"));
            assert!(made.len() >= 5, "{content_type}");
            assert!(made.iter().all(|text| text.contains("bread baking")), "{made:?}");
            let any = generated(*content_type, None);
            assert_eq!(any.len(), made.len(), "{content_type}");
            assert!(!any.iter().any(|text| text.contains('{') || made.contains(text)), "{any:?}");
        }
    }
}
