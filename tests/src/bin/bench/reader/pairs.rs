//! Pairs of texts of which one is better: whether the panel says so. A pair is decided where the paired |t| of the
//! scores is above 2, which counts sampling only; the product's own comparison also counts another wording.

use super::asker::{Asker, verdict};
use super::{at_least, at_most, note, share};
use crate::row::Row;

/// What the panel makes of a pair.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Judged {
    /// The better text scores higher.
    Right,
    /// No difference beyond chance.
    Undecided,
    /// The worse text scores higher.
    Wrong,
    /// One of the texts was refused, or its study failed.
    Unread,
}

/// The pairs of one kind, with the least share right and the largest share wrong, in percent.
pub(super) fn rows(asker: &Asker, kind: &str, right: f64, wrong: Option<f64>) -> Vec<Row> {
    let set = asker.set;
    let pairs = set.pairs(kind);
    let asked: Vec<_> =
        pairs.iter().map(|pair| (asker.submit(&pair.one), asker.submit(&pair.other))).collect();
    let (mut judged, mut beyond) = (Vec::new(), [0; 2]);
    for (better, worse) in asked {
        let (Some(better), Some(worse)) = (asker.ended(better), asker.ended(worse)) else {
            judged.push(Judged::Unread);
            continue;
        };
        let t = paired_t(&asker.scores(better), &asker.scores(worse));
        judged.push(if t > 2.0 {
            Judged::Right
        } else if t < -2.0 {
            Judged::Wrong
        } else {
            Judged::Undecided
        });
        match verdict(&asker.compare(worse, better)) {
            1 => beyond[0] += 1,
            -1 => beyond[1] += 1,
            _ => {}
        }
    }
    let of = |what: Judged| {
        let ids = pairs.iter().zip(&judged).filter(move |(_, judged)| **judged == what);
        ids.map(|(pair, _)| pair.id.as_str())
    };
    set.name_texts(&format!("{kind}, wrong"), of(Judged::Wrong));
    set.name_texts(&format!("{kind}, undecided"), of(Judged::Undecided));
    set.name_texts(&format!("{kind}, unread"), of(Judged::Unread));
    let named = |what: &str| format!("{kind}, {}: {what}", set.name());
    let counted = |count: usize| (count, pairs.len());
    let rows = [
        share(&named("right"), counted(of(Judged::Right).count()), at_least(right)),
        share(&named("undecided"), counted(of(Judged::Undecided).count()), note),
        share(&named("wrong"), counted(of(Judged::Wrong).count()), |what, measured| {
            note(what, measured).gated(wrong)
        }),
        share(&named("refused or failed"), counted(of(Judged::Unread).count()), at_most(0.0)),
        share(&named("right beyond wording"), counted(beyond[0]), note),
        share(&named("wrong beyond wording"), counted(beyond[1]), note),
    ];
    rows.into_iter().flatten().collect()
}

/// Student's t of the first minus the second score of each respondent; infinite where all differences are equal.
fn paired_t(first: &[Option<f64>], second: &[Option<f64>]) -> f64 {
    let gaps: Vec<f64> =
        first.iter().zip(second).filter_map(|(one, other)| Some((*one)? - (*other)?)).collect();
    let n = gaps.len() as f64;
    let mean = gaps.iter().sum::<f64>() / n;
    let squares: f64 = gaps.iter().map(|gap| (gap - mean).powi(2)).sum();
    let error = (squares / (n - 1.0) / n).sqrt();
    if mean == 0.0 { 0.0 } else { mean / error }
}
