//! Unchanged passages of a long difference: what stands next to a change is shown up to the end of a sentence or of a phrase, and
//! how many sentences are left out between.

/// Words that are shown next to a change where no phrase ends among them.
const AROUND: usize = 6;
/// Most words of a sentence, or of a phrase, that is shown whole.
const PHRASE: usize = 14;
/// Words up to which a text is shown whole.
pub(crate) const WHOLE: usize = 120;

/// What is shown of an unchanged passage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Passage {
    /// Its beginning, which stands behind a change; empty at the beginning of a text.
    pub(crate) head: String,
    /// What stands for the middle.
    pub(crate) left_out: String,
    /// Whether the middle has whole sentences.
    pub(crate) has_sentences: bool,
    /// Its end, which stands before a change; empty at the end of a text.
    pub(crate) tail: String,
}

/// A passage without its middle; nothing where hardly anything would be left out.
pub(crate) fn passage(text: &str, is_first: bool, is_last: bool) -> Option<Passage> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let head = if is_first { 0 } else { head(&words) };
    let tail = if is_last { 0 } else { tail(&words) };
    if words.len() <= head + tail + AROUND {
        return None;
    }
    let from = words.len() - tail;
    let middle = words.get(head..from).unwrap_or_default();
    let sentences = middle.iter().filter(|word| ends_sentence(word)).count();
    let left_out = match sentences {
        0 => "…".to_owned(),
        1 => "… 1 sentence unchanged …".to_owned(),
        many => format!("… {many} sentences unchanged …"),
    };
    let join = |words: Option<&[&str]>| words.unwrap_or_default().join(" ");
    Some(Passage {
        head: join(words.get(..head)),
        left_out,
        has_sentences: sentences > 0,
        tail: join(words.get(from..)),
    })
}

/// Words at the beginning, up to the end of their sentence, else of a phrase.
fn head(words: &[&str]) -> usize {
    let near = words.get(..PHRASE.min(words.len())).unwrap_or_default();
    let end = near.iter().position(|word| ends_sentence(word));
    let end = end.or_else(|| near.iter().rposition(|word| ends_phrase(word)));
    end.map_or(AROUND.min(words.len()), |at| at + 1)
}

/// Words at the end, from the beginning of their sentence, else of a phrase.
fn tail(words: &[&str]) -> usize {
    let from = words.len().saturating_sub(PHRASE + 1);
    let near = words.get(from..).unwrap_or_default();
    // The last word ends what comes before the change, not what comes before it.
    let before = near.get(..near.len().saturating_sub(1)).unwrap_or_default();
    let end = before.iter().rposition(|word| ends_sentence(word));
    let end = end.or_else(|| before.iter().position(|word| ends_phrase(word)));
    end.map_or(AROUND.min(words.len()), |at| near.len() - at - 1)
}

/// Whether a word ends a sentence: it has a mark at its end, and is no abbreviation of one letter.
pub(crate) fn ends_sentence(word: &str) -> bool {
    let bare = word.trim_end_matches(['"', '”', '’', '\'', ')', ']', '*', '_']);
    let letters = bare.chars().filter(|letter| letter.is_alphanumeric()).count();
    bare.ends_with(['.', '!', '?', '…']) && letters > 1
}

fn ends_phrase(word: &str) -> bool {
    ends_sentence(word) || word.ends_with([',', ';', ':', '—', '–'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_is_cut_at_the_ends_of_sentences_and_of_phrases() {
        let text = "It is quiet. The foot is heavy. The cord is black. Its shade is linen. Nobody hears it, not even at night, and";
        let found = passage(text, false, false).unwrap();
        assert_eq!(
            (found.head.as_str(), found.left_out.as_str(), found.tail.as_str()),
            (
                "It is quiet.",
                "… 3 sentences unchanged …",
                "Nobody hears it, not even at night, and"
            )
        );
        let first = passage(text, true, false).unwrap();
        assert_eq!(
            (first.head.as_str(), first.left_out.as_str()),
            ("", "… 4 sentences unchanged …")
        );
        assert_eq!(passage("It is quiet. The foot is heavy.", false, false), None);
        let words = "word ".repeat(60);
        let found = passage(&words, false, false).unwrap();
        assert_eq!((found.head.split(' ').count(), found.left_out.as_str()), (AROUND, "…"));
        let phrases = format!("{words}and so on, with a shade of linen that is");
        assert_eq!(passage(&phrases, true, false).unwrap().tail, "with a shade of linen that is");
    }
}
