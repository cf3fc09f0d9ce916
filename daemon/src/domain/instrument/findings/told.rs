//! The findings of stored results as they are told: with the level of the result and rejected texts before them, and with
//! what each is about, by which the status of a finding is found again in later results of the same study.

use protocol::finding::{Finding, FindingCategory};
use protocol::rejection::Rejection;
use protocol::results::Results;

use super::rejected::with_rejections;
use crate::domain::instrument::level::with_level;
use crate::domain::instrument::metric::folded;

/// Ends the theme in the titles of findings of the first rule, which had no other field for it.
const TITLE_OF_THE_FIRST_RULE: &str = " concerns ";

/// The results with every finding that there is to tell.
pub(crate) fn told(results: Results, rejected: &[Rejection]) -> Results {
    // A rejected text is low as well: that says nothing more.
    let is_rejected_whole = rejected.iter().any(|one| one.variant.is_none());
    let mut results = if is_rejected_whole { results } else { with_level(results) };
    for finding in &mut results.findings {
        if finding.affected_feature.is_empty()
            && let Some((theme, _)) = finding.title.rsplit_once(TITLE_OF_THE_FIRST_RULE)
        {
            finding.affected_feature = theme.to_owned();
        }
    }
    with_rejections(results, rejected)
}

/// What a finding is about: the same in every computation of a study's results, while its number may change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Subject(pub(crate) String);

impl Subject {
    /// Of a finding.
    pub(crate) fn of(finding: &Finding) -> Self {
        Self::named(finding.category, &finding.affected_feature)
    }

    pub(super) fn named(category: FindingCategory, feature: &str) -> Self {
        Self(format!("{category}: {}", folded(feature)))
    }
}
