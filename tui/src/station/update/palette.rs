//! What the words in the palette stand for: names and their synonyms first, then whole words of the sentence about a
//! command, then the beginnings of several words together. What cannot be taken back is found by its names alone, and
//! chosen without an arrow key only by its own name typed whole, so that nobody gets there by the letters on the way.

use crate::station::action::Action;
use crate::station::model::layer::{Command, ELSEWHERE, Offer, Palette};
use crate::station::widgets::window::Window;

/// So many letters are looked for in the middle of names.
const WITHIN_FROM: usize = 3;

/// How well an offer fits, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It is called like that.
    Exact,
    /// What it is called begins like that.
    Begins,
    /// Words of what it is called begin like that.
    Words,
    /// It stands within what it is called.
    Within,
    /// Some begin words of what it is called, the others are whole words of the sentence about it.
    Partly,
    /// They are whole words of the sentence about it.
    Sentence,
    /// They are beginnings of several of its words: `ct` for cross-tab.
    Initials,
}

/// Finds what is typed among everything there is, best first; among the same, what can be taken back first.
pub(super) fn search(palette: &mut Palette) {
    let typed = palette.input.text().trim().to_lowercase();
    let mut found: Vec<(Fit, bool, usize)> = palette
        .offers
        .iter()
        .enumerate()
        .filter_map(|(index, offer)| {
            let is_last = destroys(offer).is_some() && !typed.is_empty();
            fit(&typed, offer).map(|fit| (fit, is_last, index))
        })
        .collect();
    found.sort_unstable();
    palette.found = found.into_iter().map(|(.., index)| index).collect();
    palette.window = Window::default();
    let first = palette.found.first().and_then(|at| palette.offers.get(*at));
    palette.is_held = first.and_then(destroys).is_some_and(|action| !is_own_name(&typed, action));
    palette.elsewhere = ELSEWHERE
        .iter()
        .find(|place| palette.found.is_empty() && place.words.contains(&typed.as_str()));
}

/// The action that takes something away, where the offer is one.
fn destroys(offer: &Offer) -> Option<Action> {
    match offer.command {
        Command::Do(action) => action.is_destructive().then_some(action),
        Command::Open(_) => None,
    }
}

/// Whether that is what the action itself is called, whole: neither a beginning nor what else people call it.
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
    // What all actions of a kind begin with names none of them.
    own.extend(typed.contains('.').then_some(entry.name));
    let named = named(typed, &own);
    let found = named
        .or_else(|| sentence(typed, &own, kind, entry.help))
        .or_else(|| initials(typed, &[label.as_str()]));
    // Letters within a name and words of a sentence are luck.
    let is_luck = |fit: &Fit| matches!(fit, Fit::Within | Fit::Sentence | Fit::Initials);
    found.filter(|fit| !(action.is_destructive() && is_luck(fit)))
}

/// How what is typed stands to one of those names.
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
    // A few letters stand within anything.
    let is_long = typed.chars().count() >= WITHIN_FROM;
    (is_long && names.iter().any(|name| name.contains(typed))).then_some(Fit::Within)
}

/// Whether a word of one of those names begins like that.
fn begins_one(word: &str, names: &[&str]) -> bool {
    names.iter().flat_map(|name| words(name)).any(|own| own.starts_with(word))
}

/// Whether each word begins a word of a name or is a whole word of the sentence.
fn sentence(typed: &str, own: &[&str], kind: &str, help: &str) -> Option<Fit> {
    let help = help.to_lowercase();
    let is_there =
        |word: &str| begins_one(word, own) || word == kind || words(&help).any(|own| own == word);
    let is_named = typed.split_whitespace().any(|word| begins_one(word, own));
    let fit = if is_named { Fit::Partly } else { Fit::Sentence };
    typed.split_whitespace().all(is_there).then_some(fit)
}

/// Whether each word is made of the beginnings of words, in their order.
fn initials(typed: &str, names: &[&str]) -> Option<Fit> {
    let is_made = |word: &str| names.iter().any(|name| is_initials(word, name));
    typed.split_whitespace().all(is_made).then_some(Fit::Initials)
}

fn is_initials(word: &str, name: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    // How many letters can be accounted for by the words so far.
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
        // Of several that begin alike, none that cannot be taken back comes first.
        let found = found("c", &["Cat litter"]);
        assert_eq!(found.last().map(String::as_str), Some("cancel"), "{found:?}");
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let studies = ["Commuter ride deals in town", "Queer bar of a small town", "Unread news"];
        for typed in ["credits", "logs", "queue", "undo", "ledger", "compare", "xyz", "delete"] {
            assert_eq!(found(typed, &studies), Vec::<String>::new(), "{typed}");
        }
    }

    /// Every word of every sentence, and every pair of letters: what cannot be taken back comes first only where the
    /// beginning of its own name was typed, and is chosen only by the whole of it.
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
