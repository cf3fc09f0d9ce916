//! The vocabulary of questions: groups of words and phrases that the rules speak of. A question's words are marked with
//! their groups once; a word in no group is about something outside of the language of surveys.

use std::collections::BTreeMap;

use rust_stemmers::{Algorithm, Stemmer};

use super::words::Word;

macro_rules! groups {
    ($($variant:ident = $word:literal),+ $(,)?) => {
        /// A group of words; what each is for is said in the file.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Group { $($variant),+ }

        impl Group {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

groups! {
    Plain = "plain", Offer = "offer", Opinion = "opinion", Think = "think", Reason = "reason",
    Explain = "explain", Appeal = "appeal", Barrier = "barrier", Change = "change", Lack = "lack",
    Know = "know", Buy = "buy", Use = "use", Switch = "switch", Support = "support",
    Inclined = "inclined", Recommend = "recommend", Friend = "friend", Money = "money",
    Asks = "asks", Dear = "dear", Cheap = "cheap", Bargain = "bargain", Time = "time",
    Place = "place", Person = "person", Gift = "gift", Avoid = "avoid", Often = "often",
    Pick = "pick", Part = "part", Superlative = "superlative", Believe = "believe",
    Clear = "clear", Differ = "differ", Compare = "compare", Trust = "trust", Good = "good",
    Bad = "bad", Say = "say", Attitude = "attitude", Mine = "mine", Feedback = "feedback",
    Outside = "outside",
}

/// Groups, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Groups(u64);

impl Groups {
    fn of(group: Group) -> Self {
        Self(1 << group as u64)
    }

    pub(super) fn has(self, group: Group) -> bool {
        self.0 & Self::of(group).0 != 0
    }

    pub(super) fn any(self, groups: &[Group]) -> bool {
        groups.iter().any(|group| self.has(*group))
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn without(self, mask: u64) -> Self {
        Self(self.0 & !mask)
    }

    fn only(self, mask: u64) -> Self {
        Self(self.0 & mask)
    }

    pub(super) fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// Groups that say what part a word plays, not what it means: a word may be in these beside any other.
const GRAMMAR: u64 =
    1 << Group::Plain as u64 | 1 << Group::Attitude as u64 | 1 << Group::Mine as u64;

/// A word of a phrase.
#[derive(Clone, Debug)]
enum Step {
    /// That word.
    Word(String),
    /// Any word with that stem.
    Stem(String),
    /// At most [`GAP`] words.
    Gap,
}

/// Longest gap in a phrase, in words.
const GAP: usize = 3;

/// Plain words that a question cannot do without.
const HEADS: &[&str] = &["which", "would", "could", "should", "where", "about", "please"];

#[derive(Clone, Debug)]
struct Phrase {
    steps: Vec<Step>,
    group: Group,
}

/// Every group with its words.
#[derive(Debug)]
pub struct Vocabulary {
    exact: BTreeMap<String, Groups>,
    stems: BTreeMap<String, Groups>,
    phrases: Vec<Phrase>,
    /// Words of at least five letters, for repairs of spelling.
    long: Vec<String>,
    spelling: BTreeMap<String, String>,
}

impl Vocabulary {
    /// From the tables of the file; what is wrong with them.
    pub(super) fn of(
        groups: &BTreeMap<String, Vec<String>>,
        spelling: BTreeMap<String, String>,
    ) -> Result<Self, String> {
        let stemmer = Stemmer::create(Algorithm::English);
        let mut found = Self {
            exact: BTreeMap::new(),
            stems: BTreeMap::new(),
            phrases: Vec::new(),
            long: Vec::new(),
            spelling,
        };
        for &group in Group::ALL {
            let entries = groups
                .get(group.as_str())
                .ok_or_else(|| format!("words.{} is missing", group.as_str()))?;
            for (at, entry) in entries.iter().enumerate() {
                let words: Vec<&str> = entry.split_whitespace().collect();
                // The first entry of a group is a list of single words, every other one is a phrase.
                if at == 0 || words.len() == 1 {
                    for word in words {
                        found.single(&stemmer, word, group);
                    }
                } else {
                    found.phrases.push(phrase(&stemmer, &words, group));
                }
            }
        }
        if groups.len() != Group::ALL.len() {
            return Err("words has a group that no rule knows".to_owned());
        }
        found.long.sort_unstable();
        found.long.dedup();
        Ok(found)
    }

    fn single(&mut self, stemmer: &Stemmer, word: &str, group: Group) {
        let plain = word.trim_start_matches('=');
        // Slips are repaired towards words that carry a question; "party" is no "partly".
        let carries = group != Group::Plain || HEADS.contains(&plain);
        if carries && plain.chars().count() >= 5 {
            self.long.push(plain.to_owned());
        }
        let place = if plain.len() < word.len() {
            self.exact.entry(plain.to_owned())
        } else {
            self.stems.entry(stemmer.stem(plain).into_owned())
        };
        place.or_default().add(Groups::of(group));
    }

    /// The word meant by one that is misspelt; `None` where it is known, or nothing is near.
    pub(super) fn repair(&self, word: &str, stem: &str) -> Option<&str> {
        if let Some(meant) = self.spelling.get(word) {
            return Some(meant);
        }
        if word.chars().count() < 4 || !self.groups(word, stem).is_empty() {
            return None;
        }
        self.long.iter().map(String::as_str).find(|known| one_slip(word, known))
    }

    fn groups(&self, word: &str, stem: &str) -> Groups {
        let exact = self.exact.get(word).copied().unwrap_or_default();
        let by_stem = self.stems.get(stem).copied().unwrap_or_default();
        let mut found = if exact.without(GRAMMAR).is_empty() { by_stem } else { exact };
        found.add(exact.only(GRAMMAR));
        found.add(by_stem.only(GRAMMAR));
        found
    }

    /// Marks the words of a question with their groups.
    pub(super) fn mark(&self, words: &mut [Word]) {
        for word in words.iter_mut() {
            word.groups = self.groups(&word.lower, &word.stem);
            if word
                .lower
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '%' | '=' | '$' | '€' | '£'))
            {
                word.groups.add(Groups::of(Group::Plain));
            }
        }
        preposition(words);
        for phrase in &self.phrases {
            for at in 0..words.len() {
                let mut hit = Vec::new();
                if follow(&phrase.steps, words, at, &mut hit) {
                    for place in hit {
                        if let Some(word) = words.get_mut(place) {
                            word.groups.add(Groups::of(phrase.group));
                        }
                    }
                }
            }
        }
    }
}

/// "People like you", "something like this": there "like" is no verb.
fn preposition(words: &mut [Word]) {
    for at in 1..words.len() {
        let word = |place: usize| words.get(place).map_or("", |word| word.lower.as_str());
        let you = matches!(word(at + 1), "you" | "me" | "yours" | "mine" | "us");
        let this = matches!(word(at + 1), "this" | "that" | "these" | "it");
        let noun = matches!(word(at - 1), "something" | "anything" | "one" | "offers" | "things")
            || words.get(at - 1).is_some_and(|before| {
                before.groups.has(Group::Offer) && !matches!(before.lower.as_str(), "they" | "them")
            });
        if word(at) == "like"
            && (you || this && noun)
            && let Some(like) = words.get_mut(at)
        {
            like.groups = Groups::of(Group::Plain);
        }
    }
}

fn phrase(stemmer: &Stemmer, words: &[&str], group: Group) -> Phrase {
    let step = |word: &&str| match word.strip_prefix('=') {
        _ if *word == ".." => Step::Gap,
        Some(exact) => Step::Word(exact.to_owned()),
        None => Step::Stem(stemmer.stem(word).into_owned()),
    };
    Phrase { steps: words.iter().map(step).collect(), group }
}

/// Whether the steps are found from `at` on; their places are added to `hit`. No phrase runs over a comma.
fn follow(steps: &[Step], words: &[Word], at: usize, hit: &mut Vec<usize>) -> bool {
    let Some((first, rest)) = steps.split_first() else { return true };
    if let Step::Gap = first {
        return (0..=GAP).any(|skip| {
            let known = hit.len();
            let found = follow(rest, words, at + skip, hit);
            if !found {
                hit.truncate(known);
            }
            found
        });
    }
    let Some(word) = words.get(at).filter(|word| hit.is_empty() || !word.opens) else {
        return false;
    };
    let fits = match first {
        Step::Word(exact) => word.lower == *exact,
        Step::Stem(stem) => word.stem == *stem,
        Step::Gap => false,
    };
    if !fits {
        return false;
    }
    hit.push(at);
    follow(rest, words, at + 1, hit)
}

/// Whether one letter is missing, doubled or too many, or two neighbours are exchanged. A wrong letter is no slip: "prize"
/// is not "price".
fn one_slip(word: &str, known: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (word.chars().collect(), known.chars().collect());
    if a.first() != b.first() {
        return false;
    }
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (rest_a, rest_b) = (a.get(same..).unwrap_or_default(), b.get(same..).unwrap_or_default());
    match (rest_a, rest_b) {
        (_, [_, after @ ..]) if a.len() + 1 == b.len() => rest_a == after,
        ([_, after @ ..], _) if a.len() == b.len() + 1 => after == rest_b,
        ([x1, x2, after_a @ ..], [y1, y2, after_b @ ..]) if a.len() == b.len() => {
            x1 == y2 && x2 == y1 && after_a == after_b
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_one_letter() {
        for (word, known) in [
            ("wich", "which"),
            ("recomend", "recommend"),
            ("chnage", "change"),
            ("pricee", "price"),
        ] {
            assert!(one_slip(word, known), "{word}");
        }
        for (word, known) in
            [("prize", "price"), ("there", "where"), ("price", "price"), ("wch", "which")]
        {
            assert!(!one_slip(word, known), "{word}");
        }
    }
}
