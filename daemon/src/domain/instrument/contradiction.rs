//! Answers that contradict themselves: a nine and "definitely not". They stay answers, because people contradict
//! themselves too; a report only says how many there are.

use protocol::results::{Answer, Preference, PurchaseIntent, Sentiment};

/// Whether what an answer says in numbers and in words cannot both be meant.
pub(super) fn contradicts_itself(answer: &Answer) -> bool {
    match answer {
        Answer::ConceptTest { score, sentiment, purchase_intent, .. } => match score {
            8.. => {
                *purchase_intent == PurchaseIntent::DefinitelyNot
                    || *sentiment == Sentiment::Negative
            }
            ..=3 => {
                *purchase_intent == PurchaseIntent::Definitely || *sentiment == Sentiment::Positive
            }
            _ => false,
        },
        Answer::Nps { score, sentiment, .. } => match score {
            9.. => *sentiment == Sentiment::Negative,
            ..=3 => *sentiment == Sentiment::Positive,
            _ => false,
        },
        Answer::AbTest { preference, score_a, score_b, .. } => match preference {
            Preference::A => score_a < score_b,
            Preference::B => score_b < score_a,
            Preference::None => false,
        },
        Answer::Sentiment { .. } | Answer::Survey { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn concept(score: u8, sentiment: Sentiment, purchase_intent: PurchaseIntent) -> Answer {
        Answer::ConceptTest { score, sentiment, reasoning: "Why not.".to_owned(), purchase_intent }
    }

    #[test]
    fn a_nine_and_definitely_not_contradict_each_other() {
        use PurchaseIntent::{Definitely, DefinitelyNot, Maybe, ProbablyNot};
        use Sentiment::{Mixed, Negative, Positive};
        for (answer, contradicts) in [
            (concept(9, Positive, DefinitelyNot), true),
            (concept(9, Negative, Maybe), true),
            (concept(2, Negative, Definitely), true),
            (concept(1, Positive, Maybe), true),
            (concept(9, Positive, ProbablyNot), false),
            (concept(5, Mixed, Definitely), false),
            (concept(2, Negative, DefinitelyNot), false),
        ] {
            assert_eq!(contradicts_itself(&answer), contradicts, "{answer:?}");
        }
    }
}
