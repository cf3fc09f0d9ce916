//! What changed between two versions of a content: the words, run by run, and the scores of the same experts, all together
//! and by segment. The daemon compares; whoever shows a difference takes both texts apart by these runs and compares nothing.

use serde::{Deserialize, Serialize};

use crate::audience::words;
use crate::review::{Moved, ScoreChange};
use crate::safe;

/// A line break among the words of a text.
pub const BREAK: &str = "\n";

words! {
    /// What became of some words.
    RunKind {
        /// They stand in both texts.
        Same = "same",
        /// They were taken out.
        Out = "out",
        /// They were put in.
        In = "in",
    }
}

/// Consecutive words of one kind; in JSON `["same", 12]`. A word ends at white space, and a line break is a word too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TextRun(
    /// What became of them.
    pub RunKind,
    /// How many there are.
    pub u32,
);

/// The difference of a text from another version of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TextDifference {
    /// The other version: the rank of a variant, or 0 for the content as it was sent.
    pub from: u32,
    /// The words of both texts, run by run.
    pub runs: Vec<TextRun>,
}

/// What changed from an earlier round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RoundChange {
    /// The earlier round, from 1.
    pub from: u16,
    /// The difference of the overall score, by the experts who scored both; absent where nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overall: Option<ScoreChange>,
    /// How many of them moved.
    pub moved: Moved,
    /// The same by segment: the roles of the experts, and the classes that the breakdowns of results have. Only those of two
    /// experts or more, who scored both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentChange>,
    /// The words of both texts, run by run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<TextRun>,
}

/// What changed for one segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SegmentChange {
    /// The dimension: `role`, `gender`, `age_band`, …
    pub dimension: String,
    /// The class.
    pub class: String,
    /// Experts of this class who scored both rounds.
    pub n: u64,
    /// Set when n < 30: too few for a conclusion.
    pub small: bool,
    /// The difference of the overall score, with its interval.
    #[serde(flatten)]
    pub change: ScoreChange,
    /// How many of them moved.
    pub moved: Moved,
}

impl SegmentChange {
    /// Whether its interval excludes zero.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.change.differs()
    }
}

impl ScoreChange {
    /// Whether the interval excludes zero.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.low.zip(self.high).is_some_and(|(low, high)| low > 0.0 || high < 0.0)
    }

    /// The change in the other direction.
    #[must_use]
    pub fn reversed(self) -> Self {
        // Zero has no sign.
        let minus = |points: f64| 0.0 - points;
        Self { value: minus(self.value), low: self.high.map(minus), high: self.low.map(minus) }
    }
}

impl RoundChange {
    /// The change in the other direction, to be told of round `from`.
    #[must_use]
    pub fn reversed(&self, from: u16) -> Self {
        let turned = |moved: Moved| Moved { up: moved.down, down: moved.up, ..moved };
        let segments = self.segments.iter().map(|segment| SegmentChange {
            change: segment.change.reversed(),
            moved: turned(segment.moved),
            ..segment.clone()
        });
        Self {
            from,
            overall: self.overall.map(ScoreChange::reversed),
            moved: turned(self.moved),
            segments: segments.collect(),
            words: reversed(&self.words),
        }
    }
}

/// The segments that moved most: by the end of the interval that is nearest to no change, since few experts move far by
/// chance; then those whose interval includes none, by the change.
#[must_use]
pub fn moved_most(segments: &[SegmentChange]) -> Vec<&SegmentChange> {
    let sure = |segment: &SegmentChange| match (segment.change.low, segment.change.high) {
        (Some(low), Some(high)) if segment.differs() => low.abs().min(high.abs()),
        _ => 0.0,
    };
    let mut most: Vec<&SegmentChange> = segments.iter().collect();
    most.sort_by(|a, b| {
        let size = |segment: &SegmentChange| segment.change.value.abs();
        sure(b).total_cmp(&sure(a)).then(size(b).total_cmp(&size(a)))
    });
    most
}

/// The words of a text, with its line breaks as words of their own.
#[must_use]
pub fn words_of(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for (row, line) in text.split('\n').enumerate() {
        if row > 0 {
            words.push(BREAK);
        }
        words.extend(line.split_whitespace());
    }
    words
}

/// The runs from the later text to the earlier one.
#[must_use]
pub fn reversed(runs: &[TextRun]) -> Vec<TextRun> {
    let turned = |run: &TextRun| match run.0 {
        RunKind::Same => *run,
        RunKind::Out => TextRun(RunKind::In, run.1),
        RunKind::In => TextRun(RunKind::Out, run.1),
    };
    let mut turned: Vec<TextRun> = runs.iter().map(turned).collect();
    // What was taken out stands before what was put in.
    for place in 1..turned.len() {
        if (turned[place - 1].0, turned[place].0) == (RunKind::In, RunKind::Out) {
            turned.swap(place - 1, place);
        }
    }
    turned
}

/// Consecutive words of one kind as text: one space between two words, none beside a line break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPart {
    /// What became of them.
    pub kind: RunKind,
    /// The words.
    pub text: String,
}

impl TextPart {
    fn of(kind: RunKind, words: &[&str]) -> Self {
        let mut text = String::new();
        for word in words {
            if *word != BREAK && !text.is_empty() && !text.ends_with(BREAK) {
                text.push(' ');
            }
            text.push_str(word);
        }
        Self { kind, text }
    }
}

/// Both texts, safe for a terminal, taken apart by their runs; `None` where the runs are of other texts.
#[must_use]
pub fn text_parts(runs: &[TextRun], before: &str, after: &str) -> Option<Vec<TextPart>> {
    let (before, after) = (safe::block(before), safe::block(after));
    let (before, after) = (words_of(&before), words_of(&after));
    let (mut before, mut after) = (before.as_slice(), after.as_slice());
    let mut parts = Vec::new();
    for TextRun(kind, count) in runs {
        let count = usize::try_from(*count).ok()?;
        if *kind != RunKind::In {
            let (taken, left) = before.split_at_checked(count)?;
            before = left;
            parts.push(TextPart::of(*kind, taken));
        }
        if *kind != RunKind::Out {
            let (taken, left) = after.split_at_checked(count)?;
            after = left;
            if *kind == RunKind::In {
                parts.push(TextPart::of(*kind, taken));
            }
        }
    }
    (before.is_empty() && after.is_empty()).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUNS: [TextRun; 4] = [
        TextRun(RunKind::Same, 1),
        TextRun(RunKind::Out, 2),
        TextRun(RunKind::In, 1),
        TextRun(RunKind::Same, 2),
    ];

    #[test]
    fn runs_take_both_texts_apart_and_are_turned_round() {
        let (before, after) = ("We leverage  it\nnow", "We use\nnow");
        let said = |runs: &[TextRun], before, after| -> Option<Vec<(RunKind, String)>> {
            let parts = text_parts(runs, before, after)?;
            Some(parts.into_iter().map(|part| (part.kind, part.text)).collect())
        };
        let part = |kind, text: &str| (kind, text.to_owned());
        let expected = vec![
            part(RunKind::Same, "We"),
            part(RunKind::Out, "leverage it"),
            part(RunKind::In, "use"),
            part(RunKind::Same, "\nnow"),
        ];
        assert_eq!(said(&RUNS, before, after), Some(expected));
        let back = reversed(&RUNS);
        assert_eq!(back[1..3], [TextRun(RunKind::Out, 1), TextRun(RunKind::In, 2)]);
        assert!(said(&back, after, before).is_some());
        assert_eq!(reversed(&back), RUNS);
        assert_eq!(said(&RUNS, before, "We use now"), None, "of another text");
    }

    #[test]
    fn a_change_in_the_other_direction_is_turned_twice_to_itself() {
        let change = ScoreChange { value: 0.9, low: Some(0.4), high: Some(1.4) };
        let moved = Moved { up: 5, same: 1, down: 2 };
        let segment = |class: &str, change| SegmentChange {
            dimension: "role".to_owned(),
            class: class.to_owned(),
            n: 8,
            small: true,
            change,
            moved,
        };
        let wide = ScoreChange { value: 3.0, low: Some(-1.0), high: Some(7.0) };
        let there = RoundChange {
            from: 1,
            overall: Some(change),
            moved,
            segments: vec![segment("designer", wide), segment("editor", change)],
            words: RUNS.to_vec(),
        };
        let back = there.reversed(2);
        assert_eq!(
            back.overall,
            Some(ScoreChange { value: -0.9, low: Some(-1.4), high: Some(-0.4) })
        );
        assert_eq!((back.moved.up, back.moved.down, back.from), (2, 5, 2));
        assert_eq!(back.reversed(1), there);
        assert_eq!(moved_most(&there.segments)[0].class, "editor", "the other one may be chance");
    }
}
