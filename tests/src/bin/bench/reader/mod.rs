//! Benchmarks of the built-in reader on the test texts of `tests/fixtures/reader`: what it makes of pairs, of harm, of
//! other wordings and of other languages, and how fast it reads. `bench reader seen`, `aside`, `public` or `fresh`
//! counts one set only, `bench reader speed` times only, `bench reader answers FILE` writes answers for a person to read, and `-v`
//! names the texts that were missed, but never those that are set aside.

mod answers;
mod asker;
mod pairs;
mod singles;
mod speed;
mod texts;
mod tongues;
mod wording;

use crate::row::Row;
use texts::Set;

/// A benchmark, with the rows that it measures.
type Measure = fn() -> Vec<Row>;

/// The benchmarks that the word after `reader` asks for; all without a word, `None` for an unknown one.
pub(crate) fn rows(word: Option<&str>) -> Option<Vec<Measure>> {
    let all: [Measure; 7] = [
        || count(Set::Seen),
        || count(Set::Aside),
        || count(Set::Public),
        || offers(Set::Fresh),
        || offers(Set::Blunt),
        || wording::rows(&Set::ALL),
        speed::rows,
    ];
    Some(match word {
        None => all.to_vec(),
        Some("seen") => vec![|| count(Set::Seen), || wording::rows(&[Set::Seen])],
        Some("aside") => vec![|| count(Set::Aside), || wording::rows(&[Set::Aside])],
        Some("public") => vec![|| count(Set::Public), || wording::rows(&[Set::Public])],
        Some("fresh") => vec![|| offers(Set::Fresh)],
        Some("blunt") => vec![|| offers(Set::Blunt)],
        Some("speed") => vec![speed::rows],
        Some("answers") => vec![answers::write],
        Some(_) => return None,
    })
}

/// What the reader makes of the texts of one set.
fn count(set: Set) -> Vec<Row> {
    let asker = asker::Asker::new(set);
    let mut rows = pairs::rows(&asker, "pairs", 92.0, Some(3.0));
    rows.extend(pairs::rows(&asker, "one_fact", 85.0, None));
    rows.extend(singles::harm(&asker));
    rows.extend(singles::plain(&asker));
    rows.extend(singles::spread(&asker));
    rows.extend(tongues::rows(&asker));
    rows
}

/// A row for the share of texts that a condition holds for, in percent, with their number in its name.
fn share(what: &str, (held, of): (usize, usize), row: impl Fn(&str, f64) -> Row) -> Option<Row> {
    let percent = 100.0 * held as f64 / of as f64;
    (of > 0).then(|| row(&format!("{what} ({held} of {of})"), percent))
}

/// What the reader makes of a set of harmful and honest offers, and of pairs that differ in one fact, if it has any.
fn offers(set: Set) -> Vec<Row> {
    let asker = asker::Asker::new(set);
    let mut rows = pairs::rows(&asker, "one_fact", 85.0, None);
    rows.extend(singles::harm(&asker));
    rows.extend(singles::plain(&asker));
    rows
}

fn at_least(gate: f64) -> impl Fn(&str, f64) -> Row {
    move |what, measured| Row::at_least(what, measured, gate, "%")
}

fn at_most(gate: f64) -> impl Fn(&str, f64) -> Row {
    move |what, measured| Row::at_most(what, measured, gate, "%")
}

fn note(what: &str, measured: f64) -> Row {
    Row::note(what, measured, "%")
}
