//! A point of a respondent: a short remark with a line that names its subject, then the heaviest reasons of one kind.
//! Verdicts and answers to open questions are composed of these.

use protocol::persona::Persona;
use protocol::results::ThemeKind;

use super::file::{Lines, VoiceFile};
use super::{DrawKey, Lexicon, Named, Span, Speech, Remark, VoiceWriter, reasons};

/// What a remark is made of.
pub struct Pointer<'a> {
    /// How it begins.
    pub opener: &'a Lines,
    /// Reasons of which kind, and how many at most.
    pub reasons: Option<(ThemeKind, usize)>,
    /// A clause that the opener may quote.
    pub quote: Option<Span>,
}

impl<'a> Pointer<'a> {
    /// Nothing but the opening line.
    #[must_use]
    pub fn opening(opener: &'a Lines) -> Self {
        Self { opener, reasons: None, quote: None }
    }
}

impl Speech {
    /// Puts a theme of its own before the reasons.
    pub fn name_first(&mut self, theme: &str) {
        let quote = self.reasoning.clone();
        let named = Named { kind: ThemeKind::Topic, theme: theme.to_owned(), quote };
        self.named.insert(0, named);
    }
}

/// Makes the remark.
#[must_use]
pub fn point(
    lexicon: &Lexicon,
    file: &VoiceFile,
    _persona: &Persona,
    key: DrawKey,
    topic: &Remark<'_>,
    pointer: &Pointer<'_>,
) -> Speech {
    let mut writer = VoiceWriter::new(file, key, topic.text);
    let (good, bad) = reasons(lexicon, file, topic.latent);
    let chosen = match pointer.reasons {
        Some((ThemeKind::Appeal, most)) => good.into_iter().take(most).collect(),
        Some((ThemeKind::Concern, most)) => bad.into_iter().take(most).collect(),
        _ => Vec::new(),
    };
    let opening = writer.fill(pointer.opener, pointer.quote);
    writer.parts.extend(opening.filter(|line| !line.is_empty()));
    for reason in &chosen {
        writer.give(reason, false);
    }
    writer.finish()
}
