//! The options that a question lists: what stands around "or". An option is told from the others by the words that only it
//! has; what the last one says for all of them ("the small or the large box") is said for each.

use super::class::Listed;
use super::vocabulary::Group;
use super::words::Word;

/// Longest option, in words.
const WORDS_MAX: usize = 6;

/// Words before or after a list.
const BOUNDS: &[&str] = &[
    "prefer", "choose", "between", "rather", "take", "want", "like", "would", "you", "is", "are",
    "it", "buy", "pick", "select", "which", "what", "better", "best", "have", "with", "do", "get",
    "of", "whether", "go", "favour", "favor", "either", "in", "for",
];

/// The options of a question, in its own order; fewer than two where it lists none.
pub(super) fn listed(words: &[Word]) -> Vec<Listed> {
    let Some(or) = words.iter().position(|word| word.lower == "or") else { return Vec::new() };
    let bound = |word: &Word| BOUNDS.contains(&word.lower.as_str());
    let mut parts: Vec<Vec<&Word>> = vec![Vec::new()];
    for word in words.get(..or).unwrap_or_default().iter().rev() {
        if bound(word) {
            break;
        }
        if let Some(part) = parts.last_mut() {
            part.insert(0, word);
        }
        if word.opens {
            parts.push(Vec::new());
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.reverse();
    let after = words.get(or + 1..).unwrap_or_default();
    let last: Vec<&Word> = after
        .iter()
        .enumerate()
        .take_while(|(at, word)| !bound(word) && (*at == 0 || !word.opens))
        .map(|(_, word)| word)
        .collect();
    parts.push(last);
    let parts: Vec<Vec<&Word>> = parts
        .into_iter()
        .map(|part| part.into_iter().skip_while(|word| article(word)).collect::<Vec<&Word>>())
        .filter(|part| !part.is_empty())
        .collect();
    if parts.iter().any(|part| part.len() > WORDS_MAX) || parts.len() < 2 {
        return Vec::new();
    }
    named(&parts)
}

fn article(word: &Word) -> bool {
    matches!(word.lower.as_str(), "the" | "a" | "an" | "to" | "one" | "and")
}

/// The options with their names and the words that are theirs alone.
fn named(parts: &[Vec<&Word>]) -> Vec<Listed> {
    let tail = match (parts.first(), parts.last()) {
        // "small | large box": "box" belongs to both.
        (Some(first), Some(last)) if first.len() == 1 && last.len() == 2 => last.get(1).copied(),
        _ => None,
    };
    parts
        .iter()
        .enumerate()
        .filter_map(|(at, part)| {
            let others = parts.iter().enumerate().filter(|(other, _)| *other != at);
            let shared = |stem: &str| {
                others.clone().any(|(_, other)| other.iter().any(|word| word.stem == stem))
                    || tail.is_some_and(|tail| tail.stem == stem)
            };
            let stems: Vec<String> = part
                .iter()
                .filter(|word| !article(word) && !grammatical(word) && !shared(&word.stem))
                .map(|word| word.stem.clone())
                .collect();
            let mut name: Vec<&str> = part.iter().map(|word| word.raw.as_str()).collect();
            if let Some(tail) = tail.filter(|_| part.len() == 1) {
                name.push(&tail.raw);
            }
            (!stems.is_empty()).then(|| Listed { name: name.join(" "), stems })
        })
        .collect()
}

fn grammatical(word: &Word) -> bool {
    const SMALL: &[&str] = &[
        "the", "a", "an", "of", "to", "with", "without", "and", "not", "no", "this", "that",
        "neither", "both",
    ];
    SMALL.contains(&word.lower.as_str())
        && word.groups.any(&[Group::Plain, Group::Offer, Group::Barrier])
}
