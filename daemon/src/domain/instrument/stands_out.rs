//! The summary sentence on the group that differs most: who liked it least and why, who is least convinced by the
//! winner, or which theme separates groups most. Only differences that remain significant after the adjustment are
//! named; otherwise the sentence says so.

use protocol::results::{Contrast, ThemeKind, Winner};

use super::contrast::{ClassTallies, SMALL, THEME};
use super::themes::Themes;
use super::words::{number, p_text, people};

/// The data that the sentence is made from.
#[derive(Clone, Copy)]
pub(super) struct Groups<'a> {
    pub(super) contrasts: &'a [Contrast],
    pub(super) classes: &'a ClassTallies,
    pub(super) themes: &'a Themes,
    /// Answers in all.
    pub(super) n: u64,
}

impl<'a> Groups<'a> {
    /// The group that liked it least, in that unit, and the concern that distinguishes it. `None` when no group is
    /// large enough.
    pub(super) fn least_liked(self, unit: &str) -> Option<String> {
        let lowest = self.judged().next()?;
        if !lowest.differs || lowest.difference.value >= 0.0 {
            return Some(format!(
                "No group of at least {SMALL} stands out as liking it less once all comparisons are counted (Holm)."
            ));
        }
        let who = people(&lowest.dimension, &lowest.class);
        let by = below(lowest, unit)?;
        let why = self
            .set_apart(lowest, ThemeKind::Concern, 1.0)
            .map(|(name, here, there)| {
                format!(
                    " What sets them apart most is {name}: {here:.0} % of them name it, {there:.0} % of the others."
                )
            })
            .or_else(|| {
                let (name, here, there) = self.set_apart(lowest, ThemeKind::Appeal, -1.0)?;
                Some(format!(
                    " What they miss most is {name}: {here:.0} % of them name it as a reason for, {there:.0} % of the others."
                ))
            });
        Some(format!(
            "Of all groups of at least {SMALL}, {who} liked it least: {by}.{}",
            why.unwrap_or_default()
        ))
    }

    /// The group that prefers the winner least, or that leans most if there is no winner.
    pub(super) fn least_convinced(self, winner: Winner) -> Option<String> {
        let otherwise = match winner {
            Winner::A => "prefers A less",
            Winner::B => "prefers B less",
            Winner::Tie => "leans to either side more",
        };
        let none = format!(
            "No group of at least {SMALL} {otherwise} than everyone else once all comparisons are counted (Holm)."
        );
        self.judged().next()?;
        let mut differing = self.judged().filter(|contrast| contrast.differs);
        let found = match winner {
            Winner::A => differing.next().filter(|found| found.difference.value < 0.0),
            Winner::B => differing.next_back().filter(|found| found.difference.value > 0.0),
            Winner::Tie => differing.min_by(|a, b| a.p_adjusted.total_cmp(&b.p_adjusted)),
        };
        let Some(found) = found else { return Some(none) };
        let who = people(&found.dimension, &found.class);
        let does = match winner {
            Winner::A => "prefer A least",
            Winner::B => "prefer B least",
            Winner::Tie if found.difference.value > 0.0 => "lean most to A",
            Winner::Tie => "lean most to B",
        };
        let (low, high) = found.difference.low.zip(found.difference.high)?;
        let why = self.set_apart(found, ThemeKind::Topic, 1.0).map(|(name, here, there)| {
            format!(
                " What sets them apart most is {name}: {here:.0} % of them name it, {there:.0} % of the others."
            )
        });
        Some(format!(
            "Of all groups of at least {SMALL}, {who} {does}: A's share minus B's is {} percentage points {} than \
             everyone else's (95 % interval {} to {}, Holm-adjusted p {}).{}",
            number(found.difference.value.abs(), 1),
            if found.difference.value > 0.0 { "higher" } else { "lower" },
            number(low.abs().min(high.abs()), 1),
            number(low.abs().max(high.abs()), 1),
            p_text(found.p_adjusted),
            why.unwrap_or_default()
        ))
    }

    /// The theme of a survey that separates groups most.
    pub(super) fn parted(self) -> Option<String> {
        self.judged().next()?;
        let differing = self.judged().filter(|contrast| contrast.differs);
        let Some(found) = differing.min_by(|a, b| a.p_adjusted.total_cmp(&b.p_adjusted)) else {
            return Some(format!(
                "No group of at least {SMALL} names a frequent theme more or less often than everyone else once all \
                 comparisons are counted (Holm)."
            ));
        };
        let (low, high) = found.difference.low.zip(found.difference.high)?;
        Some(format!(
            "Groups part most over {}: {} name it {} often than everyone else, by {} percentage points (95 % interval {} \
             to {}, Holm-adjusted p {}).",
            found.field.strip_prefix(THEME).unwrap_or(&found.field),
            people(&found.dimension, &found.class),
            if found.difference.value > 0.0 { "more" } else { "less" },
            number(100.0 * found.difference.value.abs(), 0),
            number(100.0 * low.abs().min(high.abs()), 0),
            number(100.0 * low.abs().max(high.abs()), 0),
            p_text(found.p_adjusted)
        ))
    }

    /// The contrasts of groups that are large enough, the lowest difference first.
    fn judged(self) -> impl DoubleEndedIterator<Item = &'a Contrast> {
        self.contrasts.iter().filter(|contrast| !contrast.small)
    }

    /// The theme whose share in the class exceeds its share in the rest most, or is lowest against it when the sign
    /// is −1: its name and both shares in percent.
    fn set_apart(
        self,
        group: &Contrast,
        kind: ThemeKind,
        sign: f64,
    ) -> Option<(&'a str, f64, f64)> {
        let (dimension, known) = self.classes.get_key_value(group.dimension.as_str())?;
        let (class, tally) = known.get_key_value(group.class.as_str())?;
        let (inside, outside) = (tally.n() as f64, (self.n - tally.n()) as f64);
        let (excess, name, here, there) = self
            .themes
            .ranked(kind)
            .into_iter()
            .map(|theme| {
                let named = theme.classes.get(&(*dimension, *class)).copied().unwrap_or(0);
                let here = named as f64 / inside;
                let there = (theme.count - named) as f64 / outside;
                (sign * (here - there), theme.name(), 100.0 * here, 100.0 * there)
            })
            .max_by(|a, b| a.0.total_cmp(&b.0))?;
        (excess > 0.0).then_some((name, here, there))
    }
}

/// How far the group is below the rest, with interval and p.
fn below(group: &Contrast, unit: &str) -> Option<String> {
    let (low, high) = group.difference.low.zip(group.difference.high)?;
    Some(format!(
        "{} {unit} below everyone else (95 % interval {} to {}, Holm-adjusted p {})",
        number(-group.difference.value, 1),
        number(-high, 1),
        number(-low, 1),
        p_text(group.p_adjusted)
    ))
}
