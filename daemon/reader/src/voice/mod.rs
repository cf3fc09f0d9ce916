//! The voice of a respondent: its largest reasons as a few sentences in the first person. The sentences come from the
//! voice file; which ones, how many and in which order follows from the respondent, and the quoted words are the
//! stimulus' own.

mod lines;
mod point;

use protocol::persona::Persona;
use protocol::results::ThemeKind;

use super::draw::DrawKey;
use super::features::Span;
use super::lexicon::{Lexicon, Theme};
use super::response::{Latent, Source};
use super::theme::Concern;
pub use lines::Lines;
use lines::{Band, Register};
pub use lines::{VOICE, VoiceFile};
pub use point::{Pointer, point};

/// A reason that was named, with the sentence that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub kind: ThemeKind,
    pub theme: String,
    pub quote: String,
}

/// What a person says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speech {
    pub reasoning: String,
    pub named: Vec<Named>,
}

/// A reason must weigh this much to be worth a sentence.
const WORTH_SAYING: f64 = 0.08;
/// A reason against the drift of the answer must weigh more.
const WORTH_OBJECTING: f64 = 0.22;
/// Price, difficulty and hype are always there a little; they are named when they matter.
const WORTH_BLAMING: f64 = 0.18;

struct Reason<'a> {
    kind: ThemeKind,
    label: &'a str,
    lines: &'a Lines,
    weight: f64,
    span: Option<Span>,
}

/// What to speak about.
pub struct Topic<'a> {
    pub text: &'a str,
    pub latent: &'a Latent,
    /// 0 (worst) to 1 (best) on the instrument's scale.
    pub level: f64,
}

/// Puts an answer into words.
pub fn speak(
    lexicon: &Lexicon,
    file: &VoiceFile,
    persona: &Persona,
    key: DrawKey,
    topic: &Topic<'_>,
) -> Speech {
    let register = Register::of(persona, key.with(1));
    let level = Band::of(topic.level);
    let mut speech = VoiceWriter {
        register,
        key,
        text: topic.text,
        parts: Vec::new(),
        quoted: Vec::new(),
        named: Vec::new(),
        turn: 10,
    };
    if topic.latent.contributions.iter().any(|part| part.source == Source::Nonsense) {
        speech.say(&file.nonsense.lines, "");
        speech.say(&file.nonsense.closers, "");
        return speech.finish();
    }
    let (mut good, mut bad) = reasons(lexicon, file, topic.latent);
    let length = Length::of(persona, key.with(2));
    let leads_well = match level {
        Band::Delighted | Band::Pleased => true,
        Band::Undecided => key.with(3).pick(2) == 0,
        Band::Doubtful | Band::PutOff => false,
    };
    let (lead, other) = if leads_well { (&mut good, &mut bad) } else { (&mut bad, &mut good) };
    let labels: Vec<&str> = lead.iter().map(|reason| reason.label).collect();
    let silent = labels.is_empty();
    other.retain(|reason| {
        // Nobody praises and blames the same thing in one breath.
        let new = !labels.contains(&reason.label);
        new && (silent || reason.weight > WORTH_OBJECTING || level == Band::Undecided)
    });
    let extreme = matches!(level, Band::Delighted | Band::PutOff);
    lead.truncate(length.reasons + usize::from(extreme && length.reasons > 1));
    other.truncate(if extreme {
        usize::from(length.reasons > 1)
    } else {
        length.reasons.min(1 + usize::from(length.reasons > 2))
    });

    match key.with(4).pick(5) {
        0 | 1 => speech.say(file.openers(level), ""),
        2 => speech.say(file.aside(persona, key.with(5)), ""),
        3 if length.reasons > 1 => {
            speech.say(file.openers(level), "");
            speech.say(file.aside(persona, key.with(5)), "");
        }
        _ => {}
    }
    if lead.is_empty() {
        speech.say(file.blank(level), "");
    }
    for (at, reason) in lead.iter().enumerate() {
        // One linking word is enough.
        let link = if at == 1 { file.addition.choose_plain(key.with(6)) } else { "" };
        speech.give(reason, link);
    }
    for (at, reason) in other.iter().enumerate() {
        let link = if at > 0 { "" } else { file.contrast.choose_plain(key.with(7)) };
        speech.give(reason, link);
    }
    if length.closer || speech.parts.len() < 2 {
        speech.say(file.closers(level), "");
    }
    speech.finish()
}

/// How much a person says.
struct Length {
    reasons: usize,
    closer: bool,
}

impl Length {
    fn of(persona: &Persona, key: DrawKey) -> Self {
        let talk = (persona.big_five.extraversion + persona.big_five.conscientiousness - 100.0)
            / 20.0
            + 0.8 * key.normal();
        let reasons = if talk < -0.5 {
            1
        } else if talk < 0.8 {
            2
        } else {
            3
        };
        Self { reasons, closer: key.with(1).pick(5) < 3 }
    }
}

/// What weighs for and against, heaviest first.
fn reasons<'a>(
    lexicon: &'a Lexicon,
    file: &'a VoiceFile,
    latent: &Latent,
) -> (Vec<Reason<'a>>, Vec<Reason<'a>>) {
    let (mut good, mut bad): (Vec<Reason<'a>>, Vec<Reason<'a>>) = (Vec::new(), Vec::new());
    for part in &latent.contributions {
        let weight = part.amount.abs();
        let reason = |kind, label, lines| Reason { kind, label, lines, weight, span: part.span };
        match part.source {
            Source::Theme(theme @ Theme::Benefit(benefit)) if weight > WORTH_SAYING => {
                good.push(reason(ThemeKind::Appeal, lexicon.label(theme), file.appeal(benefit)));
            }
            Source::Theme(theme @ Theme::Concern(concern)) if weight > WORTH_SAYING => {
                bad.push(reason(ThemeKind::Concern, lexicon.label(theme), file.concern(concern)));
            }
            Source::Price if weight > WORTH_BLAMING => {
                let label = lexicon.label(Theme::Concern(Concern::Price));
                bad.push(reason(ThemeKind::Concern, label, file.amount()));
            }
            Source::Reading if weight > WORTH_BLAMING => {
                bad.push(reason(ThemeKind::Concern, &file.labels.reading, file.reading()));
            }
            Source::Hype if weight > WORTH_BLAMING => {
                bad.push(reason(ThemeKind::Concern, &file.labels.hype, file.hype()));
            }
            _ => {}
        }
    }
    for list in [&mut good, &mut bad] {
        list.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let mut seen: Vec<&str> = Vec::new();
        list.retain(|reason| {
            let new = !seen.contains(&reason.label);
            seen.push(reason.label);
            new
        });
    }
    (good, bad)
}

struct VoiceWriter<'a> {
    register: Register,
    key: DrawKey,
    text: &'a str,
    parts: Vec<String>,
    quoted: Vec<Span>,
    named: Vec<Named>,
    turn: u64,
}

impl VoiceWriter<'_> {
    fn next(&mut self) -> DrawKey {
        self.turn += 1;
        self.key.with(self.turn)
    }

    fn say(&mut self, lines: &Lines, opening: &str) {
        let key = self.next();
        if let Some(line) = lines.choose(self.register, false, key) {
            self.parts.push(linked(opening, line));
        }
    }

    fn give(&mut self, reason: &Reason<'_>, opening: &str) {
        let key = self.next();
        let quote = reason.span.filter(|span| {
            !span.is_empty()
                && !self.quoted.iter().any(|old| old.start < span.end && span.start < old.end)
        });
        let Some(line) = reason.lines.choose(self.register, quote.is_some(), key) else { return };
        let mut sentence = linked(opening, line);
        if let Some(span) = quote.filter(|_| line.contains("{q}")) {
            sentence = sentence.replace("{q}", &format!("“{}”", span.of(self.text)));
            self.quoted.push(span);
        }
        self.named.push(Named {
            kind: reason.kind,
            theme: reason.label.to_owned(),
            quote: sentence.get(opening.len()..).unwrap_or(&sentence).to_owned(),
        });
        self.parts.push(sentence);
    }

    fn finish(self) -> Speech {
        let parts: Vec<String> = self.parts.into_iter().filter(|part| !part.is_empty()).collect();
        Speech { reasoning: parts.join(" "), named: self.named }
    }
}

/// A line after a linking word begins with a small letter, unless it begins with a name or a quotation.
fn linked(opening: &str, line: &str) -> String {
    if opening.is_empty() {
        return line.to_owned();
    }
    let keeps = line.starts_with("I ") || line.starts_with("I'") || line.starts_with('{');
    let mut rest = line.chars();
    match rest.next() {
        Some(first) if !keeps => format!("{opening}{}{}", first.to_lowercase(), rest.as_str()),
        _ => format!("{opening}{line}"),
    }
}
