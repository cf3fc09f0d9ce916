//! How foreign a word looks: a weight for each group of its letters, learned from frequent words of English and of 26 other
//! languages (`assets/language/train.py`). It tells words that no list has, and is no proof: names look foreign too.

/// One weight a bucket, in parts of [`SCALE`].
static WEIGHTS: &[u8] = include_bytes!("../../../../assets/language/letter_groups.bin");
/// What the weights were multiplied by before they were rounded.
const SCALE: f64 = 48.0;
/// Longest group, in letters, but for the whole word.
const GROUP_MAX: usize = 5;

/// The logarithm of the odds that a word in small letters is foreign: above 0 if it is rather foreign.
pub(super) fn foreignness(word: &str) -> f64 {
    let word = format!("<{word}>");
    let starts: Vec<usize> =
        word.char_indices().map(|(at, _)| at).chain(std::iter::once(word.len())).collect();
    let groups = (1..=GROUP_MAX)
        .flat_map(|size| starts.iter().zip(starts.iter().skip(size)))
        .filter_map(|(from, to)| word.get(*from..*to))
        .chain(std::iter::once(word.as_str()))
        .filter(|group| !matches!(*group, "<" | ">"));
    let mut buckets: Vec<usize> = groups.map(bucket).collect();
    buckets.sort_unstable();
    buckets.dedup();
    let sum: i32 = buckets
        .into_iter()
        .filter_map(|bucket| WEIGHTS.get(bucket))
        .map(|weight| i32::from(weight.cast_signed()))
        .sum();
    f64::from(sum) / SCALE
}

/// FNV-1a, folded to the number of weights.
fn bucket(group: &str) -> usize {
    let hash = group
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash ^ (hash >> 15)) as usize % WEIGHTS.len()
}
