//! Groups of items that cannot be told apart, as letters: two items share a letter exactly if they cannot be told apart.
//! The algorithm is insert and absorb (Piepho 2004).

/// Letters for `items`, where `apart(i, j)` says whether two can be told apart; `None` where that would take more than
/// `groups_max` groups. The first item gets the first letter.
#[must_use]
pub(crate) fn letters(
    items: usize,
    groups_max: usize,
    apart: impl Fn(usize, usize) -> bool,
) -> Option<Vec<String>> {
    // Intermediate columns may be more than remain; beyond this there is no short result.
    let columns_max = groups_max.saturating_mul(4);
    let mut columns: Vec<Vec<bool>> = vec![vec![true; items]];
    for i in 0..items {
        for j in i + 1..items {
            if !apart(i, j) {
                continue;
            }
            let (both, mut kept): (Vec<_>, Vec<_>) =
                columns.into_iter().partition(|column| column[i] && column[j]);
            for column in both {
                for without in [i, j] {
                    let mut part = column.clone();
                    part[without] = false;
                    if !kept.iter().any(|other| holds(other, &part)) {
                        kept.retain(|other| !holds(&part, other));
                        kept.push(part);
                    }
                }
            }
            columns = kept;
            if columns.len() > columns_max {
                return None;
            }
        }
    }
    if columns.len() > groups_max {
        return None;
    }
    let first = |column: &Vec<bool>| column.iter().position(|is_in| *is_in);
    let last = |column: &Vec<bool>| column.iter().rposition(|is_in| *is_in);
    columns.sort_by_key(|column| (first(column), last(column), column.clone()));
    let of = |item: usize| {
        ('a'..).zip(&columns).filter(|(_, column)| column[item]).map(|(letter, _)| letter).collect()
    };
    Some((0..items).map(of).collect())
}

/// Whether every item of the second column is in the first.
fn holds(column: &[bool], part: &[bool]) -> bool {
    column.iter().zip(part).all(|(outer, inner)| *outer || !*inner)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(items: usize, pairs: &[(usize, usize)]) -> Vec<String> {
        letters(items, 26, |i, j| pairs.contains(&(i.min(j), i.max(j)))).unwrap()
    }

    #[test]
    fn items_that_differ_share_no_letter() {
        assert_eq!(of(3, &[]), ["a", "a", "a"]);
        assert_eq!(of(2, &[(0, 1)]), ["a", "b"]);
        // A chain: neighbours are alike, the ends are not.
        assert_eq!(of(3, &[(0, 2)]), ["a", "ab", "b"]);
        assert_eq!(of(4, &[(0, 2), (0, 3), (1, 3)]), ["a", "ab", "bc", "c"]);
        assert_eq!(of(0, &[]), Vec::<String>::new());
        assert_eq!(letters(30, 26, |_, _| true), None);
    }

    proptest! {
        #[test]
        fn a_common_letter_means_exactly_that_two_are_not_told_apart(
            seen in prop::collection::vec(any::<bool>(), 28),
        ) {
            let pairs: Vec<(usize, usize)> =
                (0..8).flat_map(|i| (i + 1..8).map(move |j| (i, j))).collect();
            let apart: Vec<(usize, usize)> =
                pairs.iter().zip(&seen).filter(|(_, seen)| **seen).map(|(pair, _)| *pair).collect();
            if let Some(letters) = letters(8, 60, |i, j| apart.contains(&(i.min(j), i.max(j)))) {
                for (i, j) in pairs {
                    let share = letters[i].chars().any(|letter| letters[j].contains(letter));
                    prop_assert_eq!(share, !apart.contains(&(i, j)), "{} {} {:?}", i, j, letters);
                }
            }
        }
    }
}
