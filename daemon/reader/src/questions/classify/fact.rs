//! Facts: what the text says or does not say, asked for with yes or no.

use super::super::class::{Claim, Class, Manner};
use super::super::subject::{Subject, mentions};
use super::super::text_words::TextWords;
use super::super::vocabulary::Group as G;
use super::super::words::Word;
use super::query::Query;

impl Query<'_> {
    /// Something that the text may say: "Does it need a contract?".
    pub(super) fn fact(&self, judged: bool) -> Option<Class> {
        let h = &self.headed;
        let stated = h.has(G::Say) || matches!(self.about, Subject::Part(_) | Subject::Beyond(_));
        if h.has(G::Inclined) && self.asks_you() {
            return None;
        }
        let third = !self.asks_you() || matches!(h.word(0), "do" | "can" | "will") && h.has(G::Say);
        if !stated || !third || judged && self.about == Subject::Offer {
            return None;
        }
        let content: Vec<String> = h
            .main
            .iter()
            .enumerate()
            .filter(|(at, word)| states(*at, word, self.text))
            .map(|(_, word)| word.stem.clone())
            .collect();
        // "Do I need an app?" is a fact, "Is it useful?" a judgement.
        let judges = h.main.iter().any(|word| {
            word.groups.any(&[G::Good, G::Bad, G::Appeal])
                && !matches!(word.lower.as_str(), "need" | "needs")
        });
        // "Is it suitable for children?" is a fact where a clause says it.
        if content.len() > 1 && !self.asks_you() && self.text.clause_with(&content).is_some() {
            return Some(Class::YesNo(Claim::Fact(content), Manner::Direct));
        }
        // "Can you swim?" is about the person, unless the text says more of it.
        let person = self.asks_you() && content.len() < 2 && !mentions(self.words);
        if person && h.word(0) == "can" {
            return None;
        }
        let (Subject::Part(_) | Subject::Beyond(_)) = &self.about else {
            return (!content.is_empty() && self.text_has(&content) && !judges)
                .then_some(Class::YesNo(Claim::Fact(content), Manner::Direct));
        };
        // A fact that is not in the text, of a thing that is not what was shown: "Is the earth flat?".
        let named = matches!(self.about, Subject::Part(_));
        (named || mentions(self.words))
            .then_some(Class::YesNo(Claim::Fact(content), Manner::Direct))
    }

    pub(super) fn text_has(&self, stems: &[String]) -> bool {
        stems.iter().any(|stem| self.text.has(stem))
    }
}

/// Whether a word, at its place after the head, is part of the fact that is asked for.
fn states(at: usize, word: &Word, text: &TextWords) -> bool {
    /// Verbs that any text may leave out.
    const HAVING: &[&str] = &[
        "need", "needs", "require", "requires", "required", "have", "has", "come", "comes", "get",
        "offer", "offers", "contain", "contains", "provide", "provides", "say", "says", "mention",
        "mentions", "state", "states", "specify", "promise", "text", "think", "feel",
    ];
    const MEANING: &[&str] = &[
        "free", "long", "year", "years", "month", "months", "week", "weeks", "day", "days", "hour",
        "hours", "minute", "minutes", "ready", "every", "only", "twice", "once", "half", "first",
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    ];
    const PRONOUNS: &[&str] =
        &["it", "this", "that", "these", "those", "they", "them", "its", "their", "here"];
    let said = word.lower.as_str();
    if HAVING.contains(&said) || PRONOUNS.contains(&said) {
        return false;
    }
    if word.groups.has(G::Offer) {
        // "Does the app …" names the offer, "Do I need an app?" what is asked.
        return at > 2 && text.has(&word.stem);
    }
    !word.groups.has(G::Plain)
        || MEANING.contains(&said)
        || said.chars().any(|c| c.is_ascii_digit())
}
