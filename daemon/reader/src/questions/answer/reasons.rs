//! The reasons of a person as sentences: the one place where answers to questions use the voice.

use protocol::results::ThemeKind;

use super::Said;
use super::mind::Turn;
use crate::voice::{Lines, Pointer, Speech, Remark, point, speak};

/// Their heaviest reasons of a kind, at most so many; nothing where they have none.
pub(super) fn reasons(turn: &Turn<'_>, kind: ThemeKind, most: usize) -> Option<Said> {
    let mind = turn.mind;
    let opener = Lines::default();
    let pointer = Pointer { opener: &opener, reasons: Some((kind, most)), quote: None };
    let topic = Remark { text: mind.text, latent: mind.latent, level: turn.level };
    let reader = mind.reader;
    let key = turn.key.with(2 + kind as u64);
    let speech = point(&reader.lexicon, &reader.voice, mind.persona, key, &topic, &pointer);
    (!speech.named.is_empty()).then(|| said(speech))
}

/// What they say of a text that makes no sense, or that nobody would want; nothing of any other text.
pub(super) fn rejection(turn: &Turn<'_>) -> Option<Said> {
    if !turn.lost() {
        return None;
    }
    let mind = turn.mind;
    let topic = Remark { text: mind.text, latent: mind.latent, level: turn.level };
    let reader = mind.reader;
    let speech = speak(&reader.lexicon, &reader.voice, mind.persona, turn.key.with(4), &topic);
    let found = said(speech);
    Some(match mind.latent.veto() {
        Some(_) => found,
        None => found.naming(&reader.answers.labels.nonsense),
    })
}

fn said(speech: Speech) -> Said {
    let said = Said::of(speech.reasoning);
    speech.named.iter().fold(said, |said, named| said.naming(&named.theme))
}
