//! The limits of a review's material: lengths, rounds, the target score and the competitors. Every violation is told with
//! the field that it is about.

use protocol::review::{Neighbours, ReviewMaterial};

use crate::domain::instrument::limits::Violation;

/// Most characters of the content.
const CONTENT_MAX: usize = 50_000;
/// Most rounds.
pub(super) const ROUNDS_MAX: u16 = 5;
/// Most competitors.
pub(super) const COMPETITORS_MAX: usize = 20;
/// Most characters of one competitor.
const COMPETITOR_MAX: usize = 5_000;
/// Most characters of audience, niche, tone and goal.
const WORDS_MAX: usize = 500;

/// Every violation.
pub(super) fn check(review: &ReviewMaterial) -> Vec<Violation> {
    let mut found = content(review);
    let mut put = |field, what: String, hint: &str| {
        found.push(Violation { field, what, hint: hint.to_owned() });
    };
    if !(1..=ROUNDS_MAX).contains(&review.rounds) {
        put(
            "rounds",
            format!("'rounds' is {}", review.rounds),
            "give a whole number from 1 to 5; 1 asks once and rewrites once",
        );
    }
    if let Some(score) = review.target_score.filter(|score| !(1.0..=10.0).contains(score)) {
        put(
            "target_score",
            format!("'target_score' is {score}"),
            "give a number from 1 to 10; a review scores on that scale",
        );
    }
    if let Neighbours::Given { texts } = &review.neighbours {
        if texts.len() > COMPETITORS_MAX {
            let what = format!("{} competitors are named", texts.len());
            put("competitors", what, "name at most 20, the nearest ones");
        }
        let long = texts.iter().position(|text| text.chars().count() > COMPETITOR_MAX);
        if let Some(place) = long {
            put(
                "competitors",
                format!("competitor {} is longer than {COMPETITOR_MAX} characters", place + 1),
                "give its title, or its first lines",
            );
        }
    }
    for (field, text) in [
        ("target_audience", &review.target_audience),
        ("niche", &review.niche),
        ("tone", &review.tone),
        ("goal", &review.goal),
    ] {
        let length = text.as_deref().unwrap_or_default().chars().count();
        if length > WORDS_MAX {
            let what = format!("'{field}' has {length} characters");
            put(field, what, "say it in at most 500");
        }
    }
    found
}

fn content(review: &ReviewMaterial) -> Vec<Violation> {
    let content = review.content.trim();
    let length = content.chars().count();
    let (what, hint) = if length == 0 {
        ("the content is empty".to_owned(), "write 1 to 50,000 characters".to_owned())
    } else if length > CONTENT_MAX {
        (
            format!("the content has {length} characters, at most {CONTENT_MAX} are allowed"),
            format!("cut {} characters", length - CONTENT_MAX),
        )
    } else {
        return Vec::new();
    };
    vec![Violation { field: "content", what, hint }]
}

/// Notes on a sound material that its sender should know of.
pub(super) fn notes(review: &ReviewMaterial) -> Vec<String> {
    let mut notes = Vec::new();
    match &review.neighbours {
        Neighbours::Stock => {}
        Neighbours::Given { texts } => {
            let same = texts.iter().filter(|text| is_same(text, &review.content)).count();
            if same > 0 {
                notes.push(format!(
                    "{same} of {} competitors say the same as the content: nothing stands out beside its own copy",
                    texts.len()
                ));
            }
        }
        Neighbours::Generated { texts } => notes.push(format!(
            "the {} competitors are made up from patterns; name real ones for a feed that means something",
            texts.len()
        )),
    }
    if review.target_score.is_some() && review.rounds == 1 {
        notes.push(
            "target_score ends a chain of rounds early; one round has nothing to end".to_owned(),
        );
    }
    notes
}

/// Whether two texts have the same letters.
fn is_same(one: &str, other: &str) -> bool {
    let letters = |text: &str| {
        let letters = text.chars().filter(|letter| letter.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect::<String>()
    };
    letters(one) == letters(other)
}
