//! Palette search: names and their synonyms first, then whole words of a command's description, then initials of
//! several words. Destructive commands are found by their names only, and are selected without an arrow key only by
//! their full name, so that typing never triggers one by accident.

use crate::station::action::Action;
use crate::station::layout;
use crate::station::model::layer::{Command, ELSEWHERE, Offer, Palette};
use crate::station::widgets::window::Window;

/// The length from which on a text is searched for within names.
const WITHIN_FROM: usize = 3;

/// How well an entry matches, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It equals a name.
    Exact,
    /// A name begins with it.
    Begins,
    /// Words of a name begin with its words.
    Words,
    /// A name contains it.
    Within,
    /// Some words begin words of a name, the others are whole words of the description.
    Partly,
    /// All words are whole words of the description.
    Sentence,
    /// They are initials of several words: `ct` for cross-tab.
    Initials,
}

/// Finds the entries that match the typed text, best first; among equal matches, non-destructive ones first.
pub(super) fn search(palette: &mut Palette) {
    let mut typed = palette.input.text().trim().to_lowercase();
    let mut found = matches(&palette.offers, &typed);
    // Names of studies may be of any alphabet; those of commands are Latin.
    if found.is_empty()
        && let Some(latin) = layout::latin_text(&typed)
    {
        found = matches(&palette.offers, &latin);
        typed = latin;
    }
    palette.found = found.into_iter().map(|(.., index)| index).collect();
    palette.window = Window::default();
    let first = palette.found.first().and_then(|at| palette.offers.get(*at));
    palette.is_held = first.and_then(destroys).is_some_and(|action| !is_own_name(&typed, action));
    palette.elsewhere = ELSEWHERE
        .iter()
        .find(|place| palette.found.is_empty() && place.words.contains(&typed.as_str()));
}

/// The entries that match a text, best first.
fn matches(offers: &[Offer], typed: &str) -> Vec<(Fit, bool, usize)> {
    let mut found: Vec<(Fit, bool, usize)> = offers
        .iter()
        .enumerate()
        .filter_map(|(index, offer)| {
            let is_last = destroys(offer).is_some() && !typed.is_empty();
            fit(typed, offer).map(|fit| (fit, is_last, index))
        })
        .collect();
    found.sort_unstable();
    found
}

/// The action of an entry, if it is destructive.
fn destroys(offer: &Offer) -> Option<Action> {
    match offer.command {
        Command::Do(action) => action.is_destructive().then_some(action),
        Command::Open(_) => None,
    }
}

/// Whether the text is the full name of the action itself: neither a prefix nor a synonym.
fn is_own_name(typed: &str, action: Action) -> bool {
    let entry = action.entry();
    let verb = entry.name.rsplit('.').next().unwrap_or(entry.name);
    [entry.label, verb, entry.name].contains(&typed)
}

fn fit(typed: &str, offer: &Offer) -> Option<Fit> {
    if typed.is_empty() {
        return Some(Fit::Exact);
    }
    match offer.command {
        Command::Do(action) => of_action(typed, action),
        Command::Open(_) => {
            let name = offer.title.to_lowercase();
            named(typed, &[&name]).or_else(|| initials(typed, &[&name]))
        }
    }
}

fn of_action(typed: &str, action: Action) -> Option<Fit> {
    let entry = action.entry();
    let label = entry.label.to_lowercase();
    let (kind, verb) = entry.name.split_once('.').unwrap_or(("", entry.name));
    let mut own = vec![label.as_str(), verb];
    own.extend(action.synonyms());
    // A prefix that all actions of a type share does not identify one.
    own.extend(typed.contains('.').then_some(entry.name));
    let named = named(typed, &own);
    let found = named
        .or_else(|| sentence(typed, &own, kind, entry.help))
        .or_else(|| initials(typed, &[label.as_str()]));
    // Matches within a name or in the description may be accidental.
    let is_luck = |fit: &Fit| matches!(fit, Fit::Within | Fit::Sentence | Fit::Initials);
    found.filter(|fit| !(action.is_destructive() && is_luck(fit)))
}

/// How the typed text matches one of those names.
fn named(typed: &str, names: &[&str]) -> Option<Fit> {
    if names.contains(&typed) {
        return Some(Fit::Exact);
    }
    if names.iter().any(|name| name.starts_with(typed)) {
        return Some(Fit::Begins);
    }
    let mut typed_words = typed.split_whitespace();
    if typed_words.all(|word| begins_one(word, names)) {
        return Some(Fit::Words);
    }
    // Short texts occur in almost any name.
    let is_long = typed.chars().count() >= WITHIN_FROM;
    (is_long && names.iter().any(|name| name.contains(typed))).then_some(Fit::Within)
}

/// Whether a word of one of those names begins with it.
fn begins_one(word: &str, names: &[&str]) -> bool {
    names.iter().flat_map(|name| words(name)).any(|own| own.starts_with(word))
}

/// Whether each word begins a word of a name or is a whole word of the description.
fn sentence(typed: &str, own: &[&str], kind: &str, help: &str) -> Option<Fit> {
    let help = help.to_lowercase();
    let is_there =
        |word: &str| begins_one(word, own) || word == kind || words(&help).any(|own| own == word);
    let is_named = typed.split_whitespace().any(|word| begins_one(word, own));
    let fit = if is_named { Fit::Partly } else { Fit::Sentence };
    typed.split_whitespace().all(is_there).then_some(fit)
}

/// Whether each word consists of prefixes of successive words.
fn initials(typed: &str, names: &[&str]) -> Option<Fit> {
    let is_made = |word: &str| names.iter().any(|name| is_initials(word, name));
    typed.split_whitespace().all(is_made).then_some(Fit::Initials)
}

fn is_initials(word: &str, name: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    // Which numbers of letters the words so far can account for.
    let mut reached = vec![false; letters.len() + 1];
    reached[0] = true;
    for own in words(name) {
        for from in (0..letters.len()).rev().filter(|from| reached[*from]).collect::<Vec<_>>() {
            let agreed = letters[from..].iter().zip(own.chars()).take_while(|(a, b)| **a == *b);
            for length in 1..=agreed.count() {
                reached[from + length] = true;
            }
        }
    }
    reached[letters.len()]
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::station::action::{ACTIONS, Entry, Place};

    fn offer(command: Command, title: &str) -> Offer {
        Offer { command, title: title.to_owned(), note: String::new() }
    }

    fn found(typed: &str, studies: &[&str]) -> Vec<String> {
        let mut palette = Palette::default();
        let screens = [Place::Studies, Place::Live, Place::Results];
        let works = |entry: &&Entry| screens.iter().any(|place| entry.action.works_in(*place));
        palette.offers.extend(ACTIONS.iter().filter(works).map(|entry| {
            offer(Command::Do(entry.action), &format!("{}: {}", entry.label, entry.help))
        }));
        palette.offers.extend(
            studies.iter().map(|name| offer(Command::Open(crate::station::testing::id(1)), name)),
        );
        palette.input.set(typed);
        search(&mut palette);
        let title = |at: usize| palette.offers[at].title.split(':').next().unwrap().to_owned();
        palette.found.iter().map(|at| title(*at)).collect()
    }

    #[test]
    fn names_come_before_sentences_and_synonyms_are_names() {
        for (typed, first) in [
            ("sort", "sort"),
            ("exp", "export"),
            ("colours", "theme"),
            ("resume", "pause"),
            ("stop", "cancel"),
            ("canc", "cancel"),
            ("cancel study", "cancel"),
            ("st", "studies"),
            ("archive", "archive"),
            ("put away", "archive"),
            ("quit", "quit"),
            ("study.tag", "tags"),
            ("cross", "cross-tab"),
            ("ct", "cross-tab"),
            ("histogram", "order"),
            ("meal kit", "Meal kit that learns"),
            ("mktl", "Meal kit that learns"),
            ("learns", "Meal kit that learns"),
        ] {
            let found = found(typed, &["Meal kit that learns", "Cat litter"]);
            assert_eq!(found.first().map(String::as_str), Some(first), "{typed}: {found:?}");
        }
        // Of several entries with the same beginning, a destructive one is never first.
        let found = found("c", &["Cat litter"]);
        assert_eq!(found.last().map(String::as_str), Some("cancel"), "{found:?}");
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let studies = ["Commuter ride deals in town", "Queer bar of a small town", "Unread news"];
        for typed in ["credits", "queue", "undo", "ledger", "compare", "xyz", "delete"] {
            assert_eq!(found(typed, &studies), Vec::<String>::new(), "{typed}");
        }
    }

    /// Tries every word of every description, and every pair of letters: a destructive command comes first only for a
    /// prefix of its own name, and is selected only by the full name.
    #[test]
    fn nothing_destructive_is_chosen_by_luck() {
        let letters = 'a'..='z';
        let pairs = letters.clone().flat_map(|a| letters.clone().map(move |b| format!("{a}{b}")));
        let all = ACTIONS.iter().flat_map(|entry| words(entry.help).map(str::to_lowercase));
        for typed in pairs.chain(all).chain(letters.clone().map(String::from)) {
            let found = found(&typed, &[]);
            let chosen = ACTIONS.iter().find(|entry| {
                found.first().is_some_and(|first| first == entry.label)
                    && entry.action.is_destructive()
            });
            let Some(entry) = chosen else { continue };
            let names = [&[entry.label, entry.name], entry.action.synonyms()].concat();
            assert!(begins_one(&typed, &names), "{typed} chooses {}", entry.label);
        }
    }

    #[test]
    fn what_is_elsewhere_is_a_command_there() {
        use clap::CommandFactory as _;
        let cli = crate::cli::Cli::command();
        for place in ELSEWHERE {
            let name = place.command.split_whitespace().nth(1).unwrap();
            assert!(cli.find_subcommand(name).is_some(), "{}", place.command);
        }
    }
}
