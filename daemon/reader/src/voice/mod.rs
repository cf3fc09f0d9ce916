//! The voice of a respondent: a verdict and the largest reasons as a few plain sentences in the first person. Which
//! reasons are named follows from the respondent's liking; the quoted clauses are the text's own.

mod file;
mod point;
mod quote;

use protocol::persona::Persona;
use protocol::results::ThemeKind;

use super::draw::DrawKey;
use super::features::Span;
use super::lexicon::{Lexicon, Theme};
use super::response::{Latent, Source};
use super::theme::Concern;
use file::QUOTE;
pub use file::{Lines, VOICE, VoiceFile};
pub use point::{Pointer, point};
pub use quote::quotation;

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
const WORTH_OBJECTING: f64 = 0.20;
/// Price, difficulty and hype are always there a little; they are named when they matter.
const WORTH_BLAMING: f64 = 0.25;

/// How much someone likes a text, in five steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Band {
    PutOff,
    Doubtful,
    Undecided,
    Pleased,
    Delighted,
}

impl Band {
    /// From a place on the scale, 0 to 1.
    fn of(level: f64) -> Self {
        if level < 0.15 {
            Self::PutOff
        } else if level < 0.40 {
            Self::Doubtful
        } else if level < 0.60 {
            Self::Undecided
        } else if level < 0.80 {
            Self::Pleased
        } else {
            Self::Delighted
        }
    }
}

/// A reason that can be named.
struct Reason<'a> {
    kind: ThemeKind,
    label: &'a str,
    words: Words<'a>,
    weight: f64,
    span: Option<Span>,
}

/// How a reason is put into words.
enum Words<'a> {
    /// A frame with the clause, then what the theme means, where the theme is sure.
    Clause(Option<&'a Lines>),
    /// A sentence of its own.
    Alone(&'a Lines),
}

/// What to speak about.
pub struct Remark<'a> {
    pub text: &'a str,
    pub latent: &'a Latent,
    /// 0 (worst) to 1 (best) on the instrument's scale.
    pub level: f64,
}

/// Puts an answer into words.
#[must_use]
pub fn speak(
    lexicon: &Lexicon,
    file: &VoiceFile,
    persona: &Persona,
    key: DrawKey,
    topic: &Remark<'_>,
) -> Speech {
    let band = Band::of(topic.level);
    let mut writer = VoiceWriter::new(file, key, topic.text);
    if topic.latent.has(Source::Nonsense) {
        writer.say(&file.nonsense);
        return writer.finish();
    }
    if let Some((kind, span)) = topic.latent.veto() {
        writer.reject(kind, span);
        return writer.finish();
    }
    let (mut good, mut bad) = reasons(lexicon, file, topic.latent);
    let leads_well = match band {
        Band::Delighted | Band::Pleased => true,
        Band::Undecided => key.with(3).pick(2) == 0,
        Band::Doubtful | Band::PutOff => false,
    };
    let (lead, other) = if leads_well { (&mut good, &mut bad) } else { (&mut bad, &mut good) };
    let most = talk(persona, key.with(2));
    lead.truncate(most);
    // Nobody praises and blames the same thing in one breath.
    let is_new = |reason: &Reason<'_>| {
        lead.iter().all(|known| known.label != reason.label && known.span != reason.span)
    };
    let is_even = band == Band::Undecided;
    // Nobody gives nothing but reasons against their own verdict.
    if lead.is_empty() && !is_even {
        other.clear();
    }
    other.retain(|reason| is_new(reason) && (is_even || reason.weight > WORTH_OBJECTING));
    let is_extreme = matches!(band, Band::Delighted | Band::PutOff);
    other.truncate(usize::from(!is_extreme && (most > 1 || is_even)));
    let sees_both = is_even && !lead.is_empty() && !other.is_empty();
    // Who has nothing to name says so, and nothing that would need a reason.
    let is_blank = lead.is_empty() && other.is_empty();
    writer.say(match (sees_both, is_blank) {
        (true, _) => &file.both,
        (false, true) => file.blank(band),
        (false, false) => file.verdict(band),
    });
    for reason in lead.iter() {
        writer.give(reason, false);
    }
    for reason in other.iter() {
        writer.give(reason, !lead.is_empty());
    }
    writer.finish()
}

/// How many reasons a person gives: more if they are outgoing and thorough.
fn talk(persona: &Persona, key: DrawKey) -> usize {
    let talk = (persona.big_five.extraversion + persona.big_five.conscientiousness - 100.0) / 20.0
        + 0.8 * key.normal();
    if talk < -0.5 {
        1
    } else if talk < 0.8 {
        2
    } else {
        3
    }
}

/// What weighs for and against, heaviest first, each clause and each label once.
fn reasons<'a>(
    lexicon: &'a Lexicon,
    file: &'a VoiceFile,
    latent: &Latent,
) -> (Vec<Reason<'a>>, Vec<Reason<'a>>) {
    let mut all: Vec<Reason<'a>> = Vec::new();
    for part in &latent.contributions {
        let weight = part.amount.abs();
        let reason =
            |kind, label, words| Some(Reason { kind, label, words, weight, span: part.span });
        // Where cues and meaning do not agree on a clause, nothing is said of it.
        if matches!(part.source, Source::Theme(_)) && part.span.is_none() {
            continue;
        }
        all.extend(match part.source {
            Source::Theme(theme @ Theme::Benefit(benefit)) if weight > WORTH_SAYING => {
                let meaning = file.appeal(benefit).filter(|_| part.theme_is_sure);
                reason(ThemeKind::Appeal, lexicon.label(theme), Words::Clause(meaning))
            }
            Source::Theme(theme @ Theme::Concern(concern)) if weight > WORTH_SAYING => {
                let meaning = file.concern(concern).filter(|_| part.theme_is_sure);
                reason(ThemeKind::Concern, lexicon.label(theme), Words::Clause(meaning))
            }
            Source::Price if weight > WORTH_BLAMING => {
                let label = lexicon.label(Theme::Concern(Concern::Price));
                reason(ThemeKind::Concern, label, Words::Alone(&file.other.amount))
            }
            Source::Reading if weight > WORTH_BLAMING => {
                let words = Words::Alone(&file.other.reading);
                reason(ThemeKind::Concern, file.label("reading"), words)
            }
            Source::Hype if weight > WORTH_BLAMING => {
                let words = Words::Alone(&file.other.hype);
                reason(ThemeKind::Concern, file.label("hype"), words)
            }
            _ => None,
        });
    }
    all.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let (mut good, mut bad): (Vec<Reason<'a>>, Vec<Reason<'a>>) = (Vec::new(), Vec::new());
    for reason in all {
        let meets = |known: &Reason<'_>| match (known.span, reason.span) {
            (Some(one), Some(other)) => one.start < other.end && other.start < one.end,
            _ => false,
        };
        let same = |known: &Reason<'_>| known.label == reason.label;
        let is_price = |reason: &Reason<'_>| matches!(reason.words, Words::Alone(_));
        // A price that stands in a clause that was praised is not blamed, and the other way round.
        if good
            .iter()
            .chain(&bad)
            .any(|known| meets(known) && (is_price(known) || is_price(&reason)))
        {
            continue;
        }
        let list = if reason.kind == ThemeKind::Appeal { &mut good } else { &mut bad };
        if !list.iter().any(same) {
            list.push(reason);
        }
    }
    (good, bad)
}

struct VoiceWriter<'a> {
    file: &'a VoiceFile,
    key: DrawKey,
    text: &'a str,
    parts: Vec<String>,
    quoted: Vec<Span>,
    named: Vec<Named>,
    turn: u64,
}

impl<'a> VoiceWriter<'a> {
    fn new(file: &'a VoiceFile, key: DrawKey, text: &'a str) -> Self {
        Self { file, key, text, parts: Vec::new(), quoted: Vec::new(), named: Vec::new(), turn: 10 }
    }

    fn next(&mut self) -> DrawKey {
        self.turn += 1;
        self.key.with(self.turn)
    }

    fn say(&mut self, lines: &Lines) {
        let key = self.next();
        self.parts.extend(lines.choose(false, key).map(str::to_owned));
    }

    /// A sentence that may quote a clause, if it was not quoted before.
    fn fill(&mut self, lines: &Lines, span: Option<Span>) -> Option<String> {
        let key = self.next();
        let fresh = |span: &Span| {
            !self.quoted.iter().any(|old| old.start < span.end && span.start < old.end)
        };
        let quote = span.filter(fresh).and_then(|span| quote::quoted(self.text, span));
        let line = lines.choose(quote.is_some(), key)?;
        match quote.filter(|_| line.contains(QUOTE)) {
            Some(quote) => {
                self.quoted.extend(span);
                Some(line.replace(QUOTE, &quote))
            }
            None => Some(line.to_owned()),
        }
    }

    /// Names a reason; `contrary` if it stands against the drift of the answer.
    fn give(&mut self, reason: &Reason<'_>, contrary: bool) {
        let frames = &self.file.frames;
        let frame = match (reason.kind, contrary) {
            (ThemeKind::Appeal, false) => &frames.appeal,
            (ThemeKind::Appeal, true) => &frames.but_appeal,
            (_, false) => &frames.concern,
            (_, true) => &frames.but_concern,
        };
        let sentence = match reason.words {
            Words::Alone(lines) => self.fill(lines, reason.span),
            Words::Clause(meaning) => {
                let clause = self.fill(frame, reason.span);
                let key = self.next();
                let meaning = meaning.and_then(|lines| lines.choose(false, key));
                // Without the clause nobody would know what the sentence of the theme is about.
                clause.map(|clause| match meaning {
                    Some(meaning) => format!("{clause} {meaning}"),
                    None => clause,
                })
            }
        };
        let Some(sentence) = sentence else { return };
        self.named.push(Named {
            kind: reason.kind,
            theme: reason.label.to_owned(),
            quote: sentence.clone(),
        });
        self.parts.push(sentence);
    }

    /// Rejects a text, with the clause that gives it away.
    fn reject(&mut self, kind: crate::veto::VetoKind, span: Option<Span>) {
        let Some(lines) = self.file.veto(kind) else { return };
        let sentence = self.fill(&lines.quoting(), span).or_else(|| self.fill(lines, None));
        let Some(sentence) = sentence else { return };
        self.named.push(Named {
            kind: ThemeKind::Concern,
            theme: self.file.label(kind.as_str()).to_owned(),
            quote: sentence.clone(),
        });
        self.parts.push(sentence);
        let closing = &self.file.veto_closing;
        self.say(closing);
    }

    fn finish(self) -> Speech {
        Speech { reasoning: self.parts.join(" "), named: self.named }
    }
}
