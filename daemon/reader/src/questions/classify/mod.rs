//! The classification of questions: from the grammar of a question (its head, its verb, its object) and the groups of its
//! words to a class. A question about something outside of what was shown, or with a grammar that no rule knows, has no
//! class and is declined: the model says so instead of answering something else.

mod fact;
mod missing;
mod money;
mod often;
mod query;
mod view;
mod when;
mod which;
mod who;
mod why;
mod would;
mod yes_no;

use super::class::{Asked, Class, Side};
use super::head::{Head, Headed};
use super::scale;
use super::subject::{Subject, subject};
use super::text_words::TextWords;
use super::vocabulary::Vocabulary;
use super::words::{Segment, Word, segments};
use query::Query;

/// What a question about a text is after; `None` when the reader cannot answer it.
#[must_use]
pub fn classify(vocabulary: &Vocabulary, question: &str, text: &TextWords) -> Option<Asked> {
    let segments = segments(vocabulary, text, question);
    let whole: Vec<Word> =
        segments.iter().flat_map(|segment| segment.words.iter().cloned()).collect();
    let scale = scale::find(&whole);
    let mut classes: Vec<Class> = Vec::new();
    let mut declined = false;
    for segment in &segments {
        match of_segment(segment, text, scale.is_some(), !classes.is_empty()) {
            Found::Class(class) => classes.push(class),
            Found::Nothing => {}
            Found::Declined => declined = true,
        }
    }
    if declined && !classes.iter().any(|class| matches!(class, Class::Why(_))) {
        // Half of an answer to a double question would pass for the whole of it.
        return None;
    }
    let mut classes = classes.into_iter();
    let class = classes.next()?;
    // "Anything that put you off? Tell us why." is one question.
    let also = classes.find(|other| {
        other.as_str() != class.as_str()
            || matches!((&class, other), (Class::Why(a), Class::Why(b)) if a != b && *b != Side::Own)
    });
    Some(Asked { class, also, scale, supposes: supposes(&whole) })
}

/// "Would you buy it if it were cheaper?": a condition that makes another offer of it.
fn supposes(words: &[Word]) -> bool {
    const OTHER: &[&str] = &[
        "cheaper",
        "dearer",
        "higher",
        "lower",
        "less",
        "more",
        "without",
        "half",
        "double",
        "twice",
        "instead",
        "rose",
        "fell",
        "doubled",
        "halved",
        "increased",
        "decreased",
        "raised",
        "free",
        "no",
        "longer",
        "shorter",
        "bigger",
        "smaller",
    ];
    // "How much more would you pay for it than for milk?"
    let more = words
        .windows(2)
        .any(|pair| matches!(pair, [a, b] if a.lower == "much" && b.lower == "more"));
    if more && words.iter().any(|word| word.lower == "than") {
        return true;
    }
    let condition = words.iter().position(|word| matches!(word.lower.as_str(), "if" | "unless"));
    condition.is_some_and(|at| {
        let clause = words.iter().skip(at + 1).take(8);
        let clause: Vec<&Word> = clause.take_while(|word| !word.opens).collect();
        // "If there were a sample" changes nothing of what is offered.
        if clause.first().is_some_and(|word| word.lower == "there") {
            return false;
        }
        let unreal = clause.iter().any(|word| {
            matches!(
                word.lower.as_str(),
                "were" | "was" | "cost" | "had" | "did" | "could" | "came"
            ) || OTHER.contains(&word.lower.as_str()) && word.lower.ends_with("ed")
                || matches!(word.lower.as_str(), "rose" | "fell")
        });
        unreal
            && clause.iter().any(|word| {
                OTHER.contains(&word.lower.as_str()) || word.lower.parse::<f64>().is_ok()
            })
    })
}

/// What comes of a segment.
enum Found {
    Class(Class),
    /// It asks nothing.
    Nothing,
    /// It asks for something that cannot be answered.
    Declined,
}

fn of_segment(segment: &Segment, text: &TextWords, scaled: bool, follows: bool) -> Found {
    let mut headed = Headed::of(segment);
    let words = segment.words.as_slice();
    // "If you could alter one thing, what would it be?": the object stands before the head.
    if headed.head == Head::What && vacuous(headed.main) && !headed.before.is_empty() {
        headed.main = words;
    }
    let about = subject(&headed, words, text);
    if about == Subject::Outside {
        return Found::Declined;
    }
    let asks = Query { headed, words, about, text, scaled, follows };
    match asks.class() {
        Some(class) => Found::Class(class),
        // A statement before a question: "You gave it a mark. Please explain."
        None if asks.headed.head == Head::None => Found::Nothing,
        None => Found::Declined,
    }
}

/// "what would it be": no word of it says what is asked.
fn vacuous(main: &[Word]) -> bool {
    main.len() <= 6
        && main.iter().all(|word| {
            matches!(
                word.lower.as_str(),
                "what"
                    | "would"
                    | "it"
                    | "that"
                    | "be"
                    | "is"
                    | "you"
                    | "do"
                    | "say"
                    | "and"
                    | "which"
                    | "one"
                    | "should"
                    | "this"
            )
        })
}
