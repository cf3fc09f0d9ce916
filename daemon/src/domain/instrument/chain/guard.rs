//! The guard between a language model that rewrites and a content: a rewrite may say otherwise what the content says, and
//! nothing else. It compares figures, addresses, names and claims with those of the content and of its owner's brief. A
//! name is known by its capital letter, so one that begins a sentence, or stands in a line of capitalised words, passes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

const CLAIMS: &str = include_str!("../../../../../assets/review/claims.toml");

/// Most characters of a word that a refusal repeats.
const SHOWN_MAX: usize = 40;
/// From so many words on, a line of which most are capitalised has a title's capitals.
const TITLE_WORDS: usize = 3;
/// Signs of currencies.
const CURRENCIES: [char; 5] = ['$', '€', '£', '¥', '₹'];

/// What a rewrite may not add, by kind.
#[derive(Debug, Deserialize)]
struct ClaimWords {
    claims: Vec<String>,
    sites: Vec<String>,
    numbers: BTreeMap<String, String>,
}

/// What a content and the brief of its owner say.
#[derive(Clone, Debug)]
pub(crate) struct KnownContent {
    words: BTreeSet<String>,
    figures: BTreeSet<String>,
    text: String,
}

impl KnownContent {
    /// What those texts say together.
    #[must_use]
    pub(crate) fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut known =
            Self { words: BTreeSet::new(), figures: BTreeSet::new(), text: String::new() };
        for text in texts {
            known.words.extend(words(text).map(|word| stem(word.text)));
            known.figures.extend(figures(text));
            known.text.push_str(&folded(text));
        }
        known
    }

    /// Whether a rewrite says nothing that is not known.
    ///
    /// # Errors
    /// What it says besides, as the end of a sentence.
    pub(crate) fn allows(&self, rewrite: &str) -> Result<(), String> {
        let named = |kind: &str, what: &str| {
            let what: String = what.chars().take(SHOWN_MAX).collect();
            Err(format!("it has {kind} '{what}', which neither the content nor its brief has"))
        };
        if let Some(figure) = figures(rewrite).into_iter().find(|one| !self.figures.contains(one)) {
            return named("the figure", &figure);
        }
        if let Some(site) = addresses(rewrite).find(|one| !self.text.contains(&one.to_lowercase()))
        {
            return named("the address", site);
        }
        let folded = folded(rewrite);
        let claims = list().claims.iter().map(|claim| format!(" {claim} "));
        let mut claims = claims.filter(|claim| folded.contains(claim.as_str()));
        if let Some(claim) = claims.find(|claim| !self.text.contains(claim.as_str())) {
            return named("the claim", claim.trim());
        }
        for line in rewrite.lines() {
            let in_title = has_title_capitals(line);
            let new = words(line)
                .find(|word| word.is_name(in_title) && !self.words.contains(&stem(word.text)));
            if let Some(word) = new {
                return named("the name", word.text);
            }
        }
        Ok(())
    }
}

/// The shipped lists.
fn list() -> &'static ClaimWords {
    #[allow(clippy::expect_used, reason = "the table is part of the program, and a test reads it")]
    static SHIPPED: LazyLock<ClaimWords> =
        LazyLock::new(|| toml::from_str(CLAIMS).expect("the shipped claims are sound"));
    &SHIPPED
}

/// A word of a text.
#[derive(Clone, Copy, Debug)]
struct Word<'t> {
    text: &'t str,
    /// It begins a sentence, a line, or something quoted.
    begins: bool,
}

impl Word<'_> {
    /// Whether it is written as a name is: with a capital where none is due, or with capitals within it.
    fn is_name(&self, in_title: bool) -> bool {
        let mut letters = self.text.chars().filter(|letter| letter.is_alphabetic());
        let Some(first) = letters.next() else { return false };
        let inner = letters.filter(|letter| letter.is_uppercase()).count();
        let is_contraction = self.text.starts_with("I'") || self.text.starts_with("I’");
        if self.text == "I" || is_contraction {
            return false;
        }
        inner > 0 || (first.is_uppercase() && !self.begins && !in_title)
    }
}

/// The words of a text; figures and signs alone are none.
fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let mut begins = true;
    text.split_inclusive(|sign: char| sign.is_whitespace() || matches!(sign, '—' | '–' | '/' | '-'))
        .filter_map(move |piece| {
            let is_line_end = piece.ends_with('\n');
            let bare = piece.trim_matches(|sign: char| !sign.is_alphanumeric());
            let opens = piece.starts_with(['"', '“', '‘', '(', '*', '#', '>', '_']);
            let word = Word { text: bare, begins: begins || opens };
            let tail = piece.trim_end();
            let closes = tail
                .trim_end_matches(['"', '”', '’', ')', '*', '_'])
                .ends_with(['.', '!', '?', ':']);
            let is_word = bare.chars().any(char::is_alphabetic);
            begins = is_line_end || closes || tail.ends_with(['—', '–']) || (begins && !is_word);
            is_word.then_some(word)
        })
}

/// A word as it is compared: in lower case, without the ending of a possessive or a plural.
fn stem(word: &str) -> String {
    let lower = word.to_lowercase().replace('’', "'");
    let bare = lower.strip_suffix("'s").unwrap_or(&lower);
    bare.strip_suffix('s').filter(|rest| rest.chars().count() > 2).unwrap_or(bare).to_owned()
}

/// Whether most longer words of a line are capitalised, as in a title.
fn has_title_capitals(line: &str) -> bool {
    let long = || words(line).filter(|word| !word.begins && word.text.chars().count() > 3);
    let all = long().count();
    let capital = |word: &Word<'_>| word.text.chars().next().is_some_and(char::is_uppercase);
    all >= TITLE_WORDS && long().filter(capital).count() * 10 >= all * 6
}

/// The figures of a text without the signs between their digits; those in words too, and signs of currency and of percent
/// with the figure they belong to.
fn figures(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let letters: Vec<char> = text.chars().collect();
    let mut place = 0;
    while let Some(letter) = letters.get(place) {
        if !letter.is_ascii_digit() {
            place += 1;
            continue;
        }
        let start = place;
        let mut figure = String::new();
        while let Some(sign) = letters.get(place) {
            let goes_on = letters.get(place + 1).is_some_and(char::is_ascii_digit);
            match sign {
                digit if digit.is_ascii_digit() => figure.push(*digit),
                '.' if goes_on => figure.push('.'),
                ',' if goes_on => {}
                _ => break,
            }
            place += 1;
        }
        let before = start.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(place).filter(|sign| !sign.is_whitespace());
        for sign in before.into_iter().chain(after).filter(|sign| CURRENCIES.contains(sign)) {
            found.insert(format!("{sign}{figure}"));
        }
        if after == Some(&'%') {
            found.insert(format!("{figure}%"));
            found.insert("%".to_owned());
        }
        found.insert(figure);
    }
    let in_words = words(text).filter_map(|word| list().numbers.get(&word.text.to_lowercase()));
    found.extend(in_words.cloned());
    found
}

/// Addresses of sites and of post.
fn addresses(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().filter_map(|piece| {
        let bare = piece.trim_matches(|sign: char| !sign.is_alphanumeric());
        let ending = bare.rsplit_once('.').map(|(name, ending)| {
            let ending = ending.split('/').next().unwrap_or_default().to_lowercase();
            !name.is_empty() && list().sites.contains(&ending)
        });
        let is_address = bare.contains("://")
            || bare.starts_with("www.")
            || (bare.contains('@') && bare.contains('.'))
            || ending == Some(true);
        is_address.then_some(bare)
    })
}

/// A text in lower case as words with one blank around each, without the signs at their ends.
fn folded(text: &str) -> String {
    let mut folded = String::from(" ");
    for piece in text.split_whitespace() {
        let bare = piece.trim_matches(|sign: char| !sign.is_alphanumeric() && sign != '#');
        folded.push_str(&bare.to_lowercase().replace('’', "'"));
        folded.push(' ');
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGINAL: &str = "In today's fast-paced world, our kit from Green Farm costs $9 a meal and cooks in 20 minutes. \
        Order at greenfarm.com.";

    fn verdict(rewrite: &str) -> Result<(), String> {
        KnownContent::of([ORIGINAL, "busy parents in Boston"]).allows(rewrite)
    }

    #[test]
    fn what_the_content_says_may_be_said_otherwise() {
        for fine in [
            "Dinner in 20 minutes, for $9 a meal.",
            "Cook in twenty minutes. The kit is Green Farm's, and I'm told it costs $9.",
            "A Warm Dinner From Your Own Kitchen in 20 Minutes",
            "Parents of Boston: order at greenfarm.com!",
            "“Dinner is ready.” It takes 20 minutes — no more.",
        ] {
            assert_eq!(verdict(fine), Ok(()), "{fine}");
        }
    }

    #[test]
    fn what_neither_the_content_nor_its_brief_says_is_refused() {
        for (rewrite, what) in [
            ("Dinner in 15 minutes.", "figure '15'"),
            ("Dinner in fifteen minutes.", "figure '15'"),
            ("Dinner for $20 a meal.", "figure '$20'"),
            ("20% cheaper.", "figure '%'"),
            ("It costs €9.", "figure '€9'"),
            ("Half the price.", "figure '50%'"),
            ("Order at https://example.test/x.", "address 'https://example.test/x'"),
            ("Order at kits.shop today.", "address 'kits.shop'"),
            ("Our award-winning kit.", "claim 'award-winning'"),
            ("It is proven to be quick.", "claim 'proven'"),
            ("Loved by cooks at Stanford.", "name 'Stanford'"),
            ("NASA cooks in 20 minutes.", "name 'NASA'"),
        ] {
            let why = verdict(rewrite).unwrap_err();
            assert!(why.contains(what), "{rewrite}: {why}");
        }
    }
}
