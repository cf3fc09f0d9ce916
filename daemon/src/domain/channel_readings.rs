//! Channel readings, built from the exchanges: in the same way for a running study and for a replay. A reading
//! without a usable exchange is replaced by a reason, never by another value.

use protocol::channels::{
    BILLION, Channel, ChannelReadings, Channels, Construct, Heard, POINTS, Pmf, Rated,
};
use protocol::results::Answer;
use protocol::study::StudySpec;

use super::exchange::{End, SidePart, read_whole};
use super::instrument::Unreadable;
use super::instrument::channels::{self, Measured};

/// A reply of a side measure, independent of where it is stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SideReply<'a> {
    /// The kind of call.
    pub part: SidePart,
    /// The construct.
    pub construct: Construct,
    /// How the reply ended.
    pub end: &'a End,
    /// The whole reply.
    pub reply: &'a str,
}

/// Why a construct has no reading, if no reply gives a reason.
pub(crate) type Reasons<'a> = dyn Fn(SidePart, Construct) -> String + 'a;

/// A reason as it is counted, without the text of a refusal, which varies.
#[must_use]
pub(crate) fn reason(what: &str, unreadable: &Unreadable) -> String {
    match unreadable {
        Unreadable::Refused { .. } => format!("{what}: declined"),
        Unreadable::Invalid { reason } => format!("{what}: {reason}"),
    }
}

/// The channel readings of a direct answer; `None` if the study uses only the direct channel.
#[must_use]
pub(crate) fn heard(
    spec: &StudySpec,
    answer: &Answer,
    said: &[SideReply<'_>],
    reasons: &Reasons<'_>,
) -> Option<Channels> {
    let constructs = channels::heard(spec);
    if constructs.is_empty() {
        return None;
    }
    let channel_readings = constructs.iter().filter_map(|construct| {
        let direct = channels::direct(answer, *construct)?;
        Some((*construct, of_construct(spec, *construct, direct, said, reasons)))
    });
    Some(channel_readings.collect())
}

fn of_construct(
    spec: &StudySpec,
    construct: Construct,
    direct: i32,
    said: &[SideReply<'_>],
    reasons: &Reasons<'_>,
) -> ChannelReadings {
    let last = |part: SidePart| {
        said.iter().rfind(|beside| beside.part == part && beside.construct == construct)
    };
    let text = match last(SidePart::Text) {
        Some(it) => read_whole(it.end, it.reply, channels::read_text)
            .map_err(|unreadable| reason("no text", &unreadable)),
        None => Err(reasons(SidePart::Text, construct)),
    };
    let of_text = |part: SidePart| match &text {
        Err(why) => Err(why.clone()),
        Ok(_) => last(part).ok_or_else(|| reasons(part, construct)),
    };
    let ssr = channels::hears(spec, Channel::Ssr).then(|| match of_text(SidePart::Embedding) {
        Ok(it) => ssr(it.reply),
        Err(why) => Heard::none(why),
    });
    let rater = channels::hears(spec, Channel::Rater).then(|| match of_text(SidePart::Rating) {
        Ok(it) => rated(it),
        Err(why) => Heard::none(why),
    });
    ChannelReadings { direct, text: text.ok(), ssr, rater }
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

fn rated(beside: &SideReply<'_>) -> Heard<Rated> {
    match read_whole(beside.end, beside.reply, channels::read_rating) {
        Ok(rated) => Heard::Known(rated),
        Err(unreadable) => Heard::none(reason("no rating", &unreadable)),
    }
}
