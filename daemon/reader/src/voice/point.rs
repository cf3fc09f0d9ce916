//! A point of a respondent: a short remark with a line that names its subject, then the heaviest reasons of one kind.
//! Verdicts and answers to open questions are composed of these.

use protocol::persona::Persona;
use protocol::results::ThemeKind;

use super::lines::{Lines, Register, VoiceFile};
use super::{DrawKey, Lexicon, Named, Span, Speech, Topic, VoiceWriter, reasons};

/// What a remark is made of.
pub struct Pointer<'a> {
    /// How it begins.
    pub opener: &'a Lines,
    /// Reasons of which kind, and how many at most.
    pub reasons: Option<(ThemeKind, usize)>,
    /// Words that the opener may quote.
    pub quote: Option<Span>,
}

impl<'a> Pointer<'a> {
    /// Nothing but the opening line.
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
pub fn point(
    lexicon: &Lexicon,
    file: &VoiceFile,
    persona: &Persona,
    key: DrawKey,
    topic: &Topic<'_>,
    pointer: &Pointer<'_>,
) -> Speech {
    let mut writer = VoiceWriter {
        register: Register::of(persona, key.with(1)),
        key,
        text: topic.text,
        parts: Vec::new(),
        quoted: Vec::new(),
        named: Vec::new(),
        turn: 10,
    };
    let (good, bad) = reasons(lexicon, file, topic.latent);
    let chosen = match pointer.reasons {
        Some((ThemeKind::Appeal, most)) => good.into_iter().take(most).collect(),
        Some((ThemeKind::Concern, most)) => bad.into_iter().take(most).collect(),
        _ => Vec::new(),
    };
    writer.open(pointer.opener, pointer.quote);
    for (at, reason) in chosen.iter().enumerate() {
        let link = if at == 1 { file.addition.choose_plain(key.with(6)) } else { "" };
        writer.give(reason, link);
    }
    writer.finish()
}

impl VoiceWriter<'_> {
    /// The opening line, with a quotation where there is one.
    fn open(&mut self, lines: &Lines, quote: Option<Span>) {
        let key = self.next();
        let quote = quote.filter(|span| !span.is_empty());
        let Some(line) = lines.choose(self.register, quote.is_some(), key) else { return };
        let mut sentence = line.to_owned();
        if let Some(span) = quote.filter(|_| line.contains("{q}")) {
            sentence = sentence.replace("{q}", &format!("“{}”", span.of(self.text)));
            self.quoted.push(span);
        }
        self.parts.push(sentence);
    }
}
