//! Signs that a server cuts prompts at its context: counts that are too small for what was sent, or exactly the size of a
//! context. They are pure functions of counts; what says something only when it happens again and again is counted here.

/// Sizes that people give a context, in tokens.
const SIZES: [u64; 22] = [
    512, 768, 1_000, 1_024, 1_536, 2_000, 2_048, 3_000, 3_072, 4_000, 4_096, 6_144, 8_000, 8_192,
    10_240, 12_288, 16_000, 16_384, 32_000, 32_768, 65_536, 131_072,
];

/// Whether a count is the size of a context, or one token less, which some servers keep.
fn is_size(count: u64) -> bool {
    SIZES.contains(&count) || SIZES.contains(&count.saturating_add(1))
}

/// So many calls in a row with the very same count are no coincidence.
const IN_A_ROW: u32 = 3;

/// What is told of a server that cuts.
const RAISE: &str = "raise the context of the server (num_ctx, --ctx-size, --max-model-len)";

/// The counts of one call.
#[derive(Clone, Copy, Debug)]
pub(super) struct PromptCounts {
    /// The tokens of the prompt, as the service counts them; 0 where it counts nothing.
    pub input: u64,
    /// The tokens of the reply, as the service counts them.
    pub output: u64,
    /// The tokens of the prompt that was sent, as they are reckoned here.
    pub sent: u64,
}

impl PromptCounts {
    /// Whether the count is hardly more than half of what was sent, which is no matter of the tokeniser.
    fn is_short(self) -> bool {
        self.input > 0 && self.input.saturating_mul(19) < self.sent.saturating_mul(10)
    }

    /// Whether the count is exactly the size of a context, and less than was sent.
    fn is_full(self) -> bool {
        self.input < self.sent && SIZES.contains(&self.input)
    }

    /// A count that is the size of a context or nearly so, and less than was sent. It says something only again and again.
    fn nearly_full(self) -> Option<u64> {
        (self.input < self.sent && is_size(self.input)).then_some(self.input)
    }

    /// The size of a context that prompt and reply fill exactly.
    fn filled(self) -> Option<u64> {
        let both = self.input.saturating_add(self.output);
        (self.input > 0 && self.output > 0 && is_size(both)).then_some(both)
    }

    /// What is told of a prompt that was probably cut.
    fn cut(self) -> String {
        format!(
            "the service counted {} tokens where about {} were sent: it probably cut the prompt, and with it the person; {RAISE}",
            self.input, self.sent
        )
    }

    /// What one call to check a service tells of its context. `most_likely` are the tokens of everything that was sent.
    pub(super) fn checked(self, most_likely: u64) -> Option<String> {
        if self.is_short() || self.is_full() {
            return Some(self.cut());
        }
        (self.input > most_likely.max(self.sent).saturating_mul(2)).then(|| {
            format!(
                "the service counted {} tokens where about {} were sent: it puts texts of its own in front, or does not count",
                self.input, self.sent
            )
        })
    }
}

/// The latest calls of an engine whose counts are the size of a context.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ContextWatch {
    /// The size that prompts fill, and how many calls in a row did.
    full: (u64, u32),
    /// The size that prompts and replies fill together, and how many calls in a row did.
    filled: (u64, u32),
}

impl ContextWatch {
    /// What the counts of the next call tell, after those before it.
    pub(super) fn look(&mut self, counts: PromptCounts) -> Option<String> {
        // What says nothing of a limit is no sign against one.
        if counts.input == 0 {
            return None;
        }
        if counts.sent > counts.input {
            self.full = next(self.full, counts.nearly_full());
        }
        self.filled = next(self.filled, counts.filled());
        if counts.is_short() || self.full.1 >= IN_A_ROW {
            return Some(counts.cut());
        }
        let (size, calls) = self.filled;
        (calls >= IN_A_ROW).then(|| {
            format!(
                "prompt and reply come to exactly {size} tokens in call after call: that is probably the context of the server, which cuts one of them; {RAISE}"
            )
        })
    }
}

/// A row of calls with the same size, one call later.
fn next((size, calls): (u64, u32), found: Option<u64>) -> (u64, u32) {
    match found {
        Some(found) if found == size => (size, calls.saturating_add(1)),
        Some(found) => (found, 1),
        None => (0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(input: u64, output: u64, sent: u64) -> PromptCounts {
        PromptCounts { input, output, sent }
    }

    #[test]
    fn a_check_tells_counts_that_do_not_fit_what_was_sent() {
        for (input, words) in [
            (512, Some("probably cut")),
            (1_000, Some("probably cut")),
            (1_024, Some("probably cut")),
            (700, Some("probably cut")),
            (4_096, Some("texts of its own")),
            // Other tokenisers, and a service that counts nothing.
            (1_023, None),
            (1_100, None),
            (2_048, None),
            (2_900, None),
            (0, None),
        ] {
            let told = counts(input, 60, 1_400).checked(1_600);
            let is_told = |words: &str| told.as_deref().is_some_and(|told| told.contains(words));
            assert_eq!(told.is_some(), words.is_some(), "{input}: {told:?}");
            assert!(words.is_none_or(is_told), "{input}: {told:?}");
        }
    }

    #[test]
    fn a_context_is_told_in_a_run_when_no_coincidence_is_left() {
        let told = |calls: &[(u64, u64, u64)]| {
            let mut watch = ContextWatch::default();
            let of = |&(input, output, sent): &(u64, u64, u64)| {
                watch.look(counts(input, output, sent)).is_some()
            };
            calls.iter().map(of).collect::<Vec<_>>()
        };
        assert_eq!(told(&[(1_024, 60, 2_100)]), [true], "half of it is gone");
        let full = (2_048, 60, 2_500);
        assert_eq!(told(&[full, full, full]), [false, false, true]);
        // Shorter questions beside them say nothing of it.
        assert_eq!(told(&[full, full, (500, 60, 480), full]), [false, false, false, true]);
        assert_eq!(told(&[full, full, (2_100, 60, 2_500), full]), [false; 4]);
        // One token of it may be kept for the reply, and other sizes are given too.
        for input in [2_047, 1_536, 3_072] {
            let full = (input, 60, input + 400);
            assert_eq!(told(&[full, full, full]), [false, false, true], "{input}");
        }
        let filled = |input: u64| (input, 4_096 - input, input);
        assert_eq!(told(&[filled(3_900), filled(3_700), filled(3_800)]), [false, false, true]);
        assert_eq!(told(&[filled(3_900), (3_900, 60, 3_900), filled(3_700)]), [false; 3]);
    }
}
