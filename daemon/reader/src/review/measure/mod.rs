//! The measurement of the signals. Those that phrases show are counted alike: one more occurrence closes half of the
//! distance to 1, sooner in a title than in a long text. The others have a function of their own.

mod ask;
mod build;
mod certain;
mod opening;
mod trace;
mod words;

use std::collections::BTreeMap;

use super::Signal;
use super::feed::FeedLook;
use super::survey::Survey;
use super::topic::TopicLook;
use crate::features::Span;

/// A signal in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Measured {
    /// 0 to 1.
    pub(super) value: f64,
    /// The place that shows it best.
    pub(super) span: Option<Span>,
    /// Whether anything of it is there, however little: nobody says then that it is missing.
    pub(super) is_seen: bool,
    /// Whether nothing can be said of it: the brief does not say enough, or what would be said is not sure to be true.
    pub(super) is_moot: bool,
}

impl Measured {
    /// A value without a place.
    pub(super) fn of(value: f64) -> Self {
        Self { value: value.clamp(0.0, 1.0), ..Self::default() }
    }

    /// A value with its place.
    pub(super) fn at(value: f64, span: Option<Span>) -> Self {
        Self { span, ..Self::of(value) }
    }
}

/// What is left of the distance to 1 halves with each unit of the count.
pub(super) fn halving(count: f64) -> f64 {
    1.0 - libm::exp2(-count.max(0.0))
}

/// Every signal of a text.
pub(super) fn all(
    survey: &Survey<'_>,
    feed: &FeedLook,
    topic: &TopicLook,
) -> BTreeMap<Signal, Measured> {
    let of = |signal| {
        let found = one(survey, feed, topic, signal);
        let is_seen = found.value > 0.0 || trace::is_seen(survey, signal);
        certain::told(survey, signal, Measured { is_seen, ..found }, (feed, topic))
    };
    Signal::ALL.iter().map(|&signal| (signal, of(signal))).collect()
}

fn one(survey: &Survey<'_>, feed: &FeedLook, topic: &TopicLook, signal: Signal) -> Measured {
    match signal {
        Signal::Hook => opening::hook(survey),
        Signal::SlowOpening => opening::slow(survey),
        Signal::OpenLoop => opening::open_loop(survey),
        Signal::PointFirst => opening::point_first(survey),
        Signal::LongSentences => words::long_sentences(survey),
        Signal::HardWords => words::hard(survey),
        Signal::Repeats => words::repeats(survey),
        Signal::Figures => words::figures(survey),
        Signal::Names => words::names(survey),
        Signal::Feeling => words::feeling(survey),
        Signal::You => words::you(survey),
        Signal::We => words::we(survey),
        Signal::Person => words::person(survey),
        Signal::Shouting => words::shouting(survey),
        Signal::Places => words::places(survey),
        Signal::Benefit => ask::benefit(survey),
        Signal::Price => ask::price(survey),
        Signal::Action => ask::action(survey),
        Signal::ManyActions => ask::many_actions(survey),
        Signal::Asks => ask::asks(survey),
        Signal::Contact => ask::contact(survey),
        Signal::Veto => {
            let veto = survey.reading.features.veto;
            Measured::at(f64::from(u8::from(veto.is_some())), veto.map(|(_, span)| span))
        }
        Signal::TooLong => build::too_long(survey),
        Signal::TooShort => build::too_short(survey),
        Signal::Headings => build::headings(survey),
        Signal::Paragraphs => build::paragraphs(survey),
        Signal::Wall => build::wall(survey),
        Signal::Order => build::order(survey),
        Signal::Quoted => build::quoted(survey),
        Signal::TitleEcho => Measured::of(topic.title.map_or(0.0, |(echo, _)| echo)),
        Signal::TitleStray => Measured::of(topic.title.map_or(0.25, |(_, stray)| stray)),
        Signal::OnBrief => match topic.on_brief {
            Some(value) => Measured::of(value),
            None => Measured { value: 0.5, is_moot: true, ..Measured::default() },
        },
        Signal::Distinct => Measured::of((feed.level - 1.0) / 9.0),
        _ => by_phrases(survey, signal),
    }
}

/// By the number of its phrases.
pub(super) fn by_phrases(survey: &Survey<'_>, signal: Signal) -> Measured {
    let hits = survey.hits.of(signal);
    Measured::at(halving(hits.len() as f64 * survey.scale()), hits.first().copied())
}
