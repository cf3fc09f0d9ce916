//! Builds what further channels heard from the exchanges themselves: the same for a study at work and for one that is
//! replayed. Where no exchange says anything, a reason says why; it is never filled in.

use protocol::channels::{
    BILLION, Channel, Channels, Construct, Heard, POINTS, Pmf, Rated, Voices,
};
use protocol::results::Answer;
use protocol::study::StudySpec;

use super::exchange::{End, Part};
use super::instrument::Unreadable;
use super::instrument::channels::{self, Measured};

/// A reply beside the direct answer, whoever keeps it.
#[derive(Clone, Copy, Debug)]
pub struct Beside<'a> {
    /// What it was for.
    pub part: Part,
    /// For which construct.
    pub construct: Construct,
    /// How it ended.
    pub end: &'a End,
    /// What was said: all of it.
    pub reply: &'a str,
}

/// Why a construct was not heard, where no reply says so.
pub type Reasons<'a> = dyn Fn(Part, Construct) -> String + 'a;

/// What came of a reply, in words of ours where it is nothing.
///
/// # Errors
/// Why it is nothing.
pub fn read<T>(
    end: &End,
    reply: &str,
    reader: impl FnOnce(&str) -> Result<T, Unreadable>,
) -> Result<T, Unreadable> {
    match end {
        End::Declined(why) => Err(Unreadable::Refused { reason: why.clone() }),
        End::Truncated => {
            Err(Unreadable::Invalid { reason: "the reply was cut off at its longest".to_owned() })
        }
        End::Finished => reader(reply),
    }
}

/// A reason as it is counted: a refusal's own words vary, so they are not part of it.
#[must_use]
pub fn reason(what: &str, unreadable: &Unreadable) -> String {
    match unreadable {
        Unreadable::Refused { .. } => format!("{what}: declined"),
        Unreadable::Invalid { reason } => format!("{what}: {reason}"),
    }
}

/// Everything that was heard beside a direct answer; `None` where a study hears nothing else.
#[must_use]
pub fn heard(
    spec: &StudySpec,
    answer: &Answer,
    said: &[Beside<'_>],
    reasons: &Reasons<'_>,
) -> Option<Channels> {
    let constructs = channels::heard(spec);
    if constructs.is_empty() {
        return None;
    }
    let voices = constructs.iter().filter_map(|construct| {
        let direct = channels::direct(answer, *construct)?;
        Some((*construct, of_construct(spec, *construct, direct, said, reasons)))
    });
    Some(voices.collect())
}

fn of_construct(
    spec: &StudySpec,
    construct: Construct,
    direct: i32,
    said: &[Beside<'_>],
    reasons: &Reasons<'_>,
) -> Voices {
    let last = |part: Part| {
        said.iter().rfind(|beside| beside.part == part && beside.construct == construct)
    };
    let text = match last(Part::Text) {
        Some(it) => read(it.end, it.reply, channels::read_text)
            .map_err(|unreadable| reason("no text", &unreadable)),
        None => Err(reasons(Part::Text, construct)),
    };
    let of_text = |part: Part| match &text {
        Err(why) => Err(why.clone()),
        Ok(_) => last(part).ok_or_else(|| reasons(part, construct)),
    };
    let ssr = channels::hears(spec, Channel::Ssr).then(|| match of_text(Part::Embedding) {
        Ok(it) => ssr(it.reply),
        Err(why) => Heard::none(why),
    });
    let rater = channels::hears(spec, Channel::Rater).then(|| match of_text(Part::Rating) {
        Ok(it) => rated(it),
        Err(why) => Heard::none(why),
    });
    Voices { direct, text: text.ok(), ssr, rater }
}

fn ssr(reply: &str) -> Heard<Pmf> {
    let billionths = |near: &[u32; POINTS]| near.iter().all(|near| *near <= BILLION);
    match serde_json::from_str::<Measured>(reply) {
        Ok(measured) if !measured.near.is_empty() && measured.near.iter().all(billionths) => {
            channels::pmf(&measured.near)
        }
        _ => Heard::none("what was kept of the embedding does not read"),
    }
}

fn rated(beside: &Beside<'_>) -> Heard<Rated> {
    match read(beside.end, beside.reply, channels::read_rating) {
        Ok(rated) => Heard::Known(rated),
        Err(unreadable) => Heard::none(reason("no rating", &unreadable)),
    }
}
