//! A detector of refusals in plain words: it separates a model that declines from one that answers in the wrong form.
//! It is used only for a text without any JSON object, and it has to be sure, because an assignment that was declined
//! is not asked again.

/// How such a text begins.
const OPENINGS: [&str; 9] = [
    "i'm sorry",
    "i am sorry",
    "sorry",
    "i apologize",
    "i apologise",
    "as an ai",
    "as a language model",
    "as a large language model",
    "unfortunately",
];
/// What the model says it cannot or will not do.
const WILL_NOT: [&str; 12] = [
    "i can't",
    "i cannot",
    "i can not",
    "i'm unable to",
    "i am unable to",
    "i'm not able to",
    "i am not able to",
    "i won't",
    "i will not",
    "i must decline",
    "i have to decline",
    "i'm not going to",
];
/// Activities that only a model mentions, never a respondent who is asked about a product.
const OF_A_MODEL: [&str; 19] = [
    "help with",
    "assist",
    "comply",
    "fulfill",
    "fulfil",
    "provide",
    "participate",
    "role-play",
    "roleplay",
    "play the role",
    "pretend",
    "impersonate",
    "simulate",
    "generate",
    "create content",
    "engage in",
    "engage with",
    "respond to",
    "that request",
];
/// The refusal must occur within this many characters: it comes at once.
const SOON: usize = 160;
/// Most characters between "I cannot" and the rest.
const NEAR: usize = 60;

/// Whether a model declines in plain words.
pub(super) fn declines(text: &str) -> bool {
    let plain: String = text
        .chars()
        .take(SOON + NEAR)
        .map(|letter| if letter == '\u{2019}' { '\'' } else { letter.to_ascii_lowercase() })
        .collect();
    let start = plain.trim_start_matches(['"', '*', ' ', '\n']);
    let opens = OPENINGS.iter().any(|opening| start.starts_with(opening));
    let refuses = WILL_NOT.iter().any(|words| {
        start.find(words).is_some_and(|place| {
            let rest: String = start[place + words.len()..].chars().take(NEAR).collect();
            let soon = place == 0 || (opens && start[..place].chars().count() <= SOON);
            soon && OF_A_MODEL.iter().any(|act| rest.contains(act))
        })
    });
    refuses || start.starts_with("i must decline") || start.starts_with("i have to decline")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_models_say_when_they_decline() {
        for text in [
            "I'm sorry, but I can't help with that.",
            "I\u{2019}m sorry, but I can\u{2019}t assist with that request.",
            "Sorry, I am unable to comply.",
            "I cannot role-play as a real person.",
            "As an AI, I don't have a household. I'm not able to provide personal opinions.",
            "I must decline.",
            "Unfortunately, I won't engage in this survey.",
        ] {
            assert!(declines(text), "{text}");
        }
    }

    #[test]
    fn what_people_say_who_answer_in_the_wrong_form() {
        for text in [
            "I would give it a 7 out of 10.",
            "I can't say I'd buy this. 3/10.",
            "Sorry, this is not for me: two points.",
            "I cannot afford it, so 2.",
            "Unfortunately I am unable to eat gluten. Score: 4",
            "As a mother of two I won't pay for that. Maybe it would help with lunch.",
            "",
            "Score: 7. Reasoning: it saves time, I'm sorry to say I can't help but like it.",
        ] {
            assert!(!declines(text), "{text}");
        }
    }
}
