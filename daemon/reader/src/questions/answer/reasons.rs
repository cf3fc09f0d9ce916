//! The reasons of a person as sentences: the one place where answers to questions use the voice.

use protocol::results::ThemeKind;

use super::Said;
use super::mind::Turn;
use crate::voice::{Lines, Pointer, Topic, point};

/// Their heaviest reasons of a kind, at most so many; nothing where they have none.
pub(super) fn reasons(turn: &Turn<'_>, kind: ThemeKind, most: usize) -> Option<Said> {
    let mind = turn.mind;
    let opener = Lines::default();
    let pointer = Pointer { opener: &opener, reasons: Some((kind, most)), quote: None };
    let topic = Topic { text: mind.text, latent: mind.latent, level: turn.level };
    let reader = mind.reader;
    let key = turn.key.with(2 + kind as u64);
    let speech = point(&reader.lexicon, &reader.voice, mind.persona, key, &topic, &pointer);
    if speech.named.is_empty() {
        return None;
    }
    let said = Said::of(speech.reasoning);
    Some(speech.named.iter().fold(said, |said, named| said.naming(&named.theme)))
}
