//! Wording noise: how much the panel's numbers move between two texts that say the same, for every study type and scale
//! of `assets/reader/wording_noise.toml`, and how often the product's own comparison calls such a difference beyond
//! chance. A figure is the root mean square over the pairs and counts the sampling of the answers too.

use std::collections::{BTreeMap, BTreeSet};

use protocol::id::StudyId;
use protocol::results::{Results, ThemeKind};
use protocol::study::StudyType;

use super::asker::{Asker, verdict};
use super::texts::Set;
use super::{at_most, note, share};
use crate::row::Row;

/// Study types of one text.
const SINGLE: [StudyType; 4] =
    [StudyType::ConceptTest, StudyType::Nps, StudyType::Sentiment, StudyType::ContentReview];

/// Root mean squares under way: key of the file → (study type, field) → squares of differences.
type Squares = BTreeMap<&'static str, BTreeMap<String, Vec<f64>>>;

/// A pair under way: its studies of each type of one text, and the A/B test of one against the other.
struct AskedPair {
    singles: Vec<(StudyType, StudyId, StudyId)>,
    against: StudyId,
}

impl AskedPair {
    /// Waits for the end of every study; `None` if one of them failed.
    fn ended(self, asker: &Asker) -> Option<Self> {
        for (_, one, other) in &self.singles {
            asker.ended(Some(*one)).and(asker.ended(Some(*other)))?;
        }
        asker.ended(Some(self.against))?;
        Some(self)
    }
}

/// Verdicts of the comparison by set, then the figures of the file over all pairs of these sets.
pub(super) fn rows(sets: &[Set]) -> Vec<Row> {
    let (mut rows, mut squares, mut measured) = (Vec::new(), Squares::new(), 0_usize);
    for set in sets {
        let asker = Asker::new(*set);
        let pairs = set.pairs("same_meaning");
        let asked: Vec<_> = pairs.iter().map(|pair| ask(&asker, &pair.one, &pair.other)).collect();
        let mut beyond: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut unread = Vec::new();
        for (pair, asked) in pairs.iter().zip(asked) {
            let Some(asked) = asked.and_then(|asked| asked.ended(&asker)) else {
                unread.push(pair.id.as_str());
                continue;
            };
            measured += 1;
            for (study_type, one, other) in asked.singles {
                if verdict(&asker.compare(one, other)) != 0 {
                    beyond.entry(study_type.as_str()).or_default().push(&pair.id);
                }
                add(&mut squares, study_type, &asker.results(one), &asker.results(other));
            }
            let against = asker.results(asked.against);
            let lead = &against.estimates["a_minus_b_pct"];
            if lead.low.is_some_and(|low| low > 0.0) || lead.high.is_some_and(|high| high < 0.0) {
                beyond.entry(StudyType::AbTest.as_str()).or_default().push(&pair.id);
            }
            add_against(&mut squares, &against);
        }
        for study_type in SINGLE.into_iter().chain([StudyType::AbTest]) {
            let ids = beyond.remove(study_type.as_str()).unwrap_or_default();
            let named = format!("same_meaning, {}: {study_type} beyond chance", set.name());
            let counted = (ids.len(), pairs.len());
            rows.extend(match study_type {
                StudyType::ConceptTest => share(&named, counted, at_most(10.0)),
                _ => share(&named, counted, note),
            });
            set.name_texts(&format!("same_meaning, {study_type} beyond chance"), ids);
        }
        let named = format!("same_meaning, {}: refused or failed", set.name());
        rows.extend(share(&named, (unread.len(), pairs.len()), at_most(0.0)));
        set.name_texts("same_meaning, unread", unread);
    }
    rows.push(Row::note("wording_noise.toml: pairs", measured as f64, ""));
    rows.extend(squares.into_iter().flat_map(|(key, fields)| figures(key, &fields)));
    rows
}

/// Puts both texts to the panel in every study type; `None` if one of them is refused.
fn ask(asker: &Asker, one: &str, other: &str) -> Option<AskedPair> {
    let single = |study_type: StudyType| {
        let first = asker.submit_as(study_type, one, None)?;
        Some((study_type, first, asker.submit_as(study_type, other, None)?))
    };
    let singles = SINGLE.into_iter().map(single).collect::<Option<_>>()?;
    Some(AskedPair { singles, against: asker.submit_as(StudyType::AbTest, one, Some(other))? })
}

/// The key of the file that a field of a study of one text belongs to.
fn key(field: &str) -> Option<&'static str> {
    Some(match field {
        "mean_score" => "score",
        "top_two_box_pct" | "promoters_pct" | "passives_pct" | "detractors_pct" => "score_share",
        "nps_score" => "nps",
        "net_sentiment" => "net_sentiment",
        "positive_pct" | "negative_pct" | "neutral_pct" | "mixed_pct" => "sentiment_share",
        "would_buy_pct" => "intent_share",
        "overall" => "review_overall",
        _ if field.starts_with("purchase_intent.") => "intent_share",
        _ => return None,
    })
}

/// Adds the differences between two studies of one type.
fn add(squares: &mut Squares, study_type: StudyType, one: &Results, other: &Results) {
    let mut add = |key: &'static str, field: String, difference: f64| {
        let of_field = squares.entry(key).or_default().entry(field).or_default();
        of_field.push(difference * difference);
    };
    for (field, estimate) in &one.estimates {
        if let Some((key, there)) = key(field).zip(other.estimates.get(field)) {
            add(key, format!("{study_type} {field}"), estimate.value - there.value);
        }
    }
    // The themes of a review are its dimensions, whose scores are counted.
    if study_type == StudyType::ContentReview {
        return;
    }
    let shares = [one, other].map(|results| {
        let themes = results.themes.iter();
        themes.map(|theme| ((theme.kind, &theme.theme), theme.share.value)).collect()
    });
    let [here, there]: [BTreeMap<(ThemeKind, &String), f64>; 2] = shares;
    for theme in here.keys().chain(there.keys()).collect::<BTreeSet<_>>() {
        let share = |of: &BTreeMap<_, f64>| of.get(theme).copied().unwrap_or(0.0);
        add("theme_share", format!("{study_type} themes"), share(&here) - share(&there));
    }
}

/// Adds an A/B test of one text against the other. Without wording noise as many would prefer A as B, and each share
/// would be the mean of the two.
fn add_against(squares: &mut Squares, against: &Results) {
    let value = |field: &str| against.estimates[field].value;
    let lead = value("a_minus_b_pct");
    let numbers = [
        ("net_preference", "a_minus_b_pct", lead),
        ("preference_share", "variant_a_pct", lead / 2.0),
        ("score", "score_difference", value("score_difference")),
    ];
    for (key, field, difference) in numbers {
        let of_field = squares.entry(key).or_default().entry(format!("ab_test {field}"));
        of_field.or_default().push(difference * difference);
    }
}

/// The figure of a key, the largest of its fields, and then each of its fields.
fn figures(key: &str, fields: &BTreeMap<String, Vec<f64>>) -> Vec<Row> {
    let unit = match key {
        "score" => "pts",
        "theme_share" => "0-1",
        "nps" | "net_preference" | "net_sentiment" | "review_overall" => "pts",
        _ => "%",
    };
    let root = |squares: &[f64]| (squares.iter().sum::<f64>() / squares.len() as f64).sqrt();
    let each: Vec<(&String, f64)> =
        fields.iter().map(|(field, squares)| (field, root(squares))).collect();
    let largest = each.iter().map(|(_, figure)| *figure).fold(0.0, f64::max);
    let mut rows = vec![Row::note(&format!("wording_noise.toml: {key}"), largest, unit)];
    rows.extend(each.iter().map(|(field, figure)| Row::note(&format!("  {field}"), *figure, unit)));
    rows
}
