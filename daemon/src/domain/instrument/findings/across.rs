//! The findings of two studies against each other: what is new, what persists, and what is gone.

use std::collections::BTreeMap;

use protocol::finding::{Finding, FindingBrief, FindingCategory, FindingPair, FindingsAcross};
use protocol::results::{Results, Theme, ThemeKind};

use super::super::metric::folded;
use super::is_enough;
use super::told::Subject;

/// The findings of the first and of the second study, by what they are about. A finding that the second study does not
/// have is gone only if fewer answers name it than a finding needs: a list has an end.
pub(crate) fn across(first: &Results, second: &Results) -> FindingsAcross {
    let mut pairs: BTreeMap<Subject, FindingPair> = BTreeMap::new();
    let mut order: Vec<Subject> = Vec::new();
    let firsts = first.findings.iter().map(|finding| (finding, true));
    let seconds = second.findings.iter().map(|finding| (finding, false));
    for (finding, is_first) in firsts.chain(seconds) {
        let subject = Subject::of(finding);
        let pair = pairs.entry(subject.clone()).or_insert_with(|| {
            order.push(subject);
            pair(finding, first, second)
        });
        let side = if is_first { &mut pair.first } else { &mut pair.second };
        side.get_or_insert_with(|| brief(finding));
    }
    let mut found = FindingsAcross::default();
    for pair in order.into_iter().filter_map(|subject| pairs.remove(&subject)) {
        let still = pair.category == FindingCategory::Concern
            && theme(second, &pair.affected_feature)
                .is_some_and(|theme| is_enough(theme.count, theme.share.n));
        match (&pair.first, &pair.second) {
            (None, _) => found.new.push(pair),
            (Some(_), None) if !still => found.fixed.push(pair),
            (Some(_), _) => found.persisting.push(pair),
        }
    }
    found
}

fn pair(finding: &Finding, first: &Results, second: &Results) -> FindingPair {
    let is_theme = finding.category == FindingCategory::Concern;
    let share = |results: &Results| {
        theme(results, &finding.affected_feature)
            .filter(|_| is_theme)
            .map(|theme| theme.share.clone())
    };
    FindingPair {
        category: finding.category,
        affected_feature: finding.affected_feature.clone(),
        first: None,
        second: None,
        first_share: share(first),
        second_share: share(second),
    }
}

fn brief(finding: &Finding) -> FindingBrief {
    FindingBrief {
        id: finding.id,
        priority: finding.priority,
        title: finding.title.clone(),
        status: finding.status(),
    }
}

/// The concern of that name.
fn theme<'a>(results: &'a Results, name: &str) -> Option<&'a Theme> {
    let name = folded(name);
    let mut themes = results.themes.iter();
    themes.find(|theme| theme.kind == ThemeKind::Concern && folded(&theme.theme) == name)
}
