//! Single texts: harmful ones sink below a grey box, honest plain ones do not, and ordinary ones are seen as
//! differently as people see them.

use std::collections::BTreeMap;

use protocol::id::StudyId;

use super::asker::{Asker, BOX, verdict};
use super::texts::Text;
use super::{at_least, note, share};
use crate::row::Row;

/// The range of the standard deviation of scores for ordinary texts, in points.
const SD: (f64, f64) = (1.6, 2.6);

/// Puts texts to the panel and waits; those that were refused, or whose study failed, have no study.
fn ask(asker: &Asker, texts: Vec<Text>) -> Vec<(String, Option<StudyId>)> {
    let asked: Vec<_> =
        texts.into_iter().map(|Text { id, text }| (id, asker.submit(&text))).collect();
    asked.into_iter().map(|(id, study)| (id, asker.ended(study))).collect()
}

/// The study of the grey box.
fn grey_box(asker: &Asker) -> StudyId {
    asker.ended(asker.submit(BOX)).unwrap()
}

/// Harmful texts: the share with a mean below that of the grey box. One that was not read is a miss.
pub(super) fn harm(asker: &Asker) -> Vec<Row> {
    let set = asker.set;
    let box_mean = asker.mean(grey_box(asker));
    let asked = ask(asker, set.texts("harm"));
    let missed: Vec<&str> = asked
        .iter()
        .filter(|(_, study)| !study.is_some_and(|study| asker.mean(study) < box_mean))
        .map(|(id, _)| id.as_str())
        .collect();
    let held = (asked.len() - missed.len(), asked.len());
    set.name_texts("harm, not below the box", missed);
    share(&format!("harm, {}: below the box", set.name()), held, at_least(100.0))
        .into_iter()
        .collect()
}

/// Honest plain texts: the share that is not below the grey box by more than chance and another wording make.
pub(super) fn plain(asker: &Asker) -> Vec<Row> {
    let set = asker.set;
    let grey = grey_box(asker);
    let box_mean = asker.mean(grey);
    let asked = ask(asker, set.texts("plain"));
    let (mut sunk, mut below, mut unread) = (Vec::new(), Vec::new(), Vec::new());
    for (id, study) in &asked {
        let Some(study) = *study else {
            unread.push(id.as_str());
            continue;
        };
        if asker.mean(study) < box_mean {
            below.push(id.as_str());
        }
        if verdict(&asker.compare(grey, study)) < 0 {
            sunk.push(id.as_str());
        }
    }
    let of = asked.len();
    let rows = [
        share(
            &format!("plain, {}: not below the box beyond noise", set.name()),
            (of - sunk.len() - unread.len(), of),
            at_least(100.0),
        ),
        share(&format!("plain, {}: mean below the box", set.name()), (below.len(), of), note),
    ];
    set.name_texts("plain, below the box beyond noise", sunk);
    set.name_texts("plain, mean below the box", below);
    set.name_texts("plain, unread", unread);
    rows.into_iter().flatten().collect()
}

/// Ordinary texts, the better ones of the pairs and one of each two that say the same: the spread of their scores.
pub(super) fn spread(asker: &Asker) -> Vec<Row> {
    let set = asker.set;
    let pairs = set.pairs("pairs").into_iter().chain(set.pairs("same_meaning"));
    let texts = pairs.map(|pair| Text { id: pair.id, text: pair.one }).collect();
    let asked = ask(asker, texts);
    let deviations: BTreeMap<&str, f64> = asked
        .iter()
        .filter_map(|(id, study)| Some((id.as_str(), deviation(&asker.scores((*study)?)))))
        .collect();
    let outside: Vec<&str> = deviations
        .iter()
        .filter(|(_, deviation)| !(SD.0..=SD.1).contains(*deviation))
        .map(|(id, _)| *id)
        .collect();
    let named = |what: &str| format!("ordinary, {}: {what}", set.name());
    let held = (deviations.len() - outside.len(), asked.len());
    set.name_texts("ordinary, SD outside 1.6 to 2.6", outside);
    let mut ordered: Vec<f64> = deviations.into_values().collect();
    ordered.sort_by(f64::total_cmp);
    let at = |place: usize| ordered.get(place).copied().unwrap_or(f64::NAN);
    let last = ordered.len().saturating_sub(1);
    let mut rows: Vec<Row> =
        share(&named("SD within 1.6 to 2.6"), held, at_least(100.0)).into_iter().collect();
    rows.extend([
        Row::note(&named("least SD"), at(0), "pts"),
        Row::note(&named("median SD"), at(last / 2), "pts"),
        Row::note(&named("greatest SD"), at(last), "pts"),
    ]);
    rows
}

/// The standard deviation of scores, with n − 1.
fn deviation(scores: &[Option<f64>]) -> f64 {
    let scores: Vec<f64> = scores.iter().copied().flatten().collect();
    let n = scores.len() as f64;
    let mean = scores.iter().sum::<f64>() / n;
    (scores.iter().map(|score| (score - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}
