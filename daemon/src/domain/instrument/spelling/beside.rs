//! What stands beside a value and says nothing of it: pictures ("👍 7"), and phrases that people put around anything ("8, if
//! I'm honest"). A picture that is a doubt or a number, and a thumb against the word beside it, are none of these.

/// Phrases that leave whatever they stand beside as it is, the longer ones first.
const FILLERS: [&str; 22] = [
    "if i'm being honest",
    "if i am being honest",
    "if i'm honest",
    "if i am honest",
    "if you ask me",
    "to be perfectly honest",
    "to be honest",
    "to be frank",
    "to be fair",
    "honestly",
    "frankly",
    "personally",
    "tbh",
    "imho",
    "imo",
    "in my opinion",
    "in my view",
    "i would say",
    "i'd say",
    "i think",
    "i guess",
    "i suppose",
];

/// Whether a sign is a picture that only decorates.
pub(super) fn is_picture(letter: char) -> bool {
    /// Pictures of a doubt, and of numbers.
    const SAYING: [char; 3] = ['🤷', '🤔', '💯'];
    const SINGLE: [char; 14] =
        ['✅', '✔', '✓', '❌', '✨', '❤', '♥', '☺', '☹', '⚡', '✌', '❗', '🔥', '🖤'];
    // Arrows, clocks, boxes to tick and digits in circles are in other blocks.
    let is_in_block = matches!(
        u32::from(letter),
        0x1F300..=0x1F4FF
            | 0x1F600..=0x1F64F
            | 0x1F680..=0x1F6FF
            | 0x1F7E0..=0x1F7EB
            | 0x1F900..=0x1F9FF
            | 0x1FA70..=0x1FAFF
    );
    (is_in_block || SINGLE.contains(&letter)) && !SAYING.contains(&letter)
}

/// Whether a thumb, or a cross, in a text says the contrary of its word: "positive 👎".
pub(super) fn is_against(said: &str, word: &str) -> bool {
    let affirms = matches!(word, "positive" | "definitely" | "probably" | "a" | "b" | "yes");
    let denies = word.ends_with("_not") || matches!(word, "negative" | "no");
    (affirms && said.contains(['👎', '❌'])) || (denies && said.contains('👍'))
}

/// A text in small letters without phrases that say nothing, nor the comma or dash that set them apart.
pub(super) fn without_fillers(said: &str) -> String {
    let mut said = said.to_owned();
    for filler in FILLERS {
        while let Some((before, after)) = around(&said, filler) {
            said = joined(before, after);
        }
    }
    said
}

/// What stands before and behind a phrase, where it stands there as words of its own.
fn around<'a>(said: &'a str, phrase: &str) -> Option<(&'a str, &'a str)> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '\'';
    said.match_indices(phrase).find_map(|(place, found)| {
        let (before, rest) = said.split_at(place);
        let after = rest.strip_prefix(found)?;
        let is_apart = !before.ends_with(is_part) && !after.starts_with(is_part);
        is_apart.then_some((before, after))
    })
}

/// Both sides of what was taken out.
fn joined(before: &str, after: &str) -> String {
    let (before, after) = (before.trim_end(), after.trim_start());
    let is_end = after.is_empty() || after.starts_with([',', ';', '.', '!', ')']);
    if is_end {
        let before = before.trim_end_matches([' ', ',', ';', ':', '-', '–', '—']);
        if !before.is_empty() {
            return format!("{before}{after}");
        }
    }
    if before.is_empty() {
        // A sign belongs to its number.
        return after.trim_start_matches([' ', ',', ';', ':', '—']).to_owned();
    }
    format!("{before} {after}")
}
