//! What may be told of a signal. A measure sees a signal often enough to move a level, and not always rightly; a sentence that a panel
//! says must be true of the text, and its advice must not ask for what is there. What makes each of them sure stands here; where
//! that is not given, nothing is said, and the level stays as it is.

use protocol::review::ContentType;

use super::super::Signal;
use super::super::feed::FeedLook;
use super::super::survey::Survey;
use super::super::topic::TopicLook;
use super::{Measured, ask, opening, words};
use crate::features::{Span, Token, stems, tokenise};

/// Words of a sentence that is too long for every reader.
const LONG_SENTENCE: usize = 30;
/// Words from which on a text has parts that follow each other.
const PARTS: usize = 150;
/// Words from which on there are few figures for the length of a text.
const LENGTH: usize = 60;
/// How far a text is beyond the usual length before somebody is told so.
const BEYOND: f64 = 1.3;
/// So many figures, names or reasons are not few.
const NOT_FEW: usize = 3;
/// Entries of a list from which on it holds steps or parts.
const A_LIST: usize = 3;
/// Words between a denial and what it denies.
const DENIED: usize = 3;
/// Part of a picture's words that stand in its title, from which on they repeat it.
const ECHO: f64 = 0.6;
/// How far a picture's words are from its title when they have little to do with it.
const STRAY: f64 = 0.8;
/// Likeness from which on a text looks like its neighbour.
const ALIKE: f64 = 0.55;

/// The measure with what may be told of it: the place that shows it for sure, or nothing at all.
pub(super) fn told(
    survey: &Survey<'_>,
    signal: Signal,
    found: Measured,
    (feed, topic): (&FeedLook, &TopicLook),
) -> Measured {
    let is_sure = match signal {
        Signal::Clickbait
        | Signal::Jargon
        | Signal::Hedges
        | Signal::Vague
        | Signal::Filler
        | Signal::Hype
        | Signal::Overclaim
        | Signal::HiddenPrice
        | Signal::Obstacles
        | Signal::Pressure
        | Signal::Corporate
        | Signal::Sameness
        | Signal::WornForm
        | Signal::SlowOpening => return by_phrase(survey, signal, found),
        Signal::HardWords => return with_place(found, words::replaceable(survey)),
        Signal::Hook => return Measured { is_seen: opening::draws(survey), ..found },
        Signal::OpenLoop => survey.hits.of(signal).is_empty(),
        Signal::PointFirst => opening::comes_late(survey),
        Signal::LongSentences => !is_title(survey) && words::longest(survey) > LONG_SENTENCE,
        Signal::TooLong => survey.words() as f64 >= BEYOND * survey.norms.words_max.max(1) as f64,
        Signal::Figures => {
            let is_long = !found.is_seen || survey.words() >= LENGTH;
            is_long && words::count_of_figures(survey) < NOT_FEW
        }
        Signal::Names => !words::may_name(survey) && words::count_of_names(survey) < NOT_FEW,
        Signal::You => words::count_of_you(survey) < 2 && ask::imperative(survey, 0).is_none(),
        Signal::We => words::is_of_sender(survey, ask::count_of_imperatives(survey)),
        Signal::Benefit => survey.traces.of(signal).len() < 2,
        Signal::Proof => !is_title(survey) && claims(survey) && survey.hits.of(signal).is_empty(),
        Signal::Price => {
            let sold = &survey.reader.review.traces.sold;
            survey.tokens.iter().any(|token| sold.contains(&token.word))
        }
        Signal::Ease => survey.entries.len() < 2,
        Signal::Order => survey.entries.len() < A_LIST && survey.words() >= PARTS,
        // A press release is one report under its headline.
        Signal::Headings => {
            survey.entries.len() < A_LIST && survey.content_type() != ContentType::PressRelease
        }
        // Instructions say what to do.
        Signal::Reasons => {
            survey.hits.of(signal).len() < 2
                && survey.entries.len() < A_LIST
                && ask::count_of_steps(survey) < A_LIST
        }
        Signal::Examples => {
            survey.hits.of(signal).is_empty()
                && survey.entries.len() < A_LIST
                && words::count_of_own(survey) < NOT_FEW
        }
        Signal::Person => words::count_of_own(survey) < 2,
        Signal::Contrast => !survey.hits.sure(Signal::Sameness).is_empty(),
        Signal::Tellable => {
            words::count_of_figures(survey) == 0 && words::count_of_names(survey) == 0
        }
        Signal::Places => words::count_of_names(survey) == 0,
        Signal::Shouting => words::is_loud(survey),
        Signal::TitleEcho => topic.title.is_some_and(|(echo, _)| echo >= ECHO),
        Signal::TitleStray => {
            topic.title.is_some_and(|(echo, stray)| echo == 0.0 && stray >= STRAY)
        }
        Signal::Distinct => feed.nearest.as_ref().is_some_and(|one| one.likeness >= ALIKE),
        _ => true,
    };
    Measured { is_moot: found.is_moot || !is_sure, ..found }
}

/// A signal that harms, with the first of its phrases that means it for sure.
fn by_phrase(survey: &Survey<'_>, signal: Signal, found: Measured) -> Measured {
    let means_it = |span: &&Span| {
        let span = **span;
        // What somebody else says is not the way in which the text speaks.
        let is_quoted =
            survey.quotations.iter().any(|one| one.start <= span.start && span.end <= one.end);
        let is_denied = may_be_denied(signal) && is_denied(survey, span);
        let is_known = signal == Signal::Jargon && is_of_audience(survey, span);
        let is_late = matches!(signal, Signal::SlowOpening | Signal::WornForm)
            && opening::first(survey).is_none_or(|first| span.end > first.end);
        let is_answered = signal == Signal::HiddenPrice && ask::names_sum(survey);
        !is_quoted && !is_denied && !is_known && !is_late && !is_answered
    };
    with_place(found, survey.hits.sure(signal).iter().find(means_it).copied())
}

fn with_place(found: Measured, place: Option<Span>) -> Measured {
    match place {
        Some(span) => Measured { span: Some(span), ..found },
        None => Measured { is_moot: true, ..found },
    }
}

/// Whether a text can have the words of a signal and say the opposite.
const fn may_be_denied(signal: Signal) -> bool {
    matches!(
        signal,
        Signal::Clickbait
            | Signal::Hype
            | Signal::Overclaim
            | Signal::HiddenPrice
            | Signal::Obstacles
            | Signal::Pressure
            | Signal::Sameness
    )
}

/// Whether a word that denies stands shortly before a place, or begins it.
fn is_denied(survey: &Survey<'_>, span: Span) -> bool {
    let at = survey.tokens.partition_point(|token| token.start < span.start);
    let Some(first) = survey.tokens.get(at) else { return false };
    let denies = |token: &Token| {
        token.word.ends_with("n't")
            || matches!(
                token.word.as_str(),
                "no" | "not"
                    | "never"
                    | "nothing"
                    | "nobody"
                    | "without"
                    | "cannot"
                    | "zero"
                    | "neither"
                    | "nor"
            )
    };
    let before = survey.tokens.get(at.saturating_sub(DENIED)..at).unwrap_or_default();
    before.iter().any(|token| token.sentence == first.sentence && denies(token))
}

/// Whether the words at a place are those of the audience or its field.
fn is_of_audience(survey: &Survey<'_>, span: Span) -> bool {
    let Some(context) = survey.brief.context() else { return false };
    let lexicon = &survey.reader.lexicon;
    let known = stems(lexicon, &tokenise(&context));
    let said = stems(lexicon, &tokenise(span.of(survey.text())));
    !said.is_empty() && said.iter().all(|stem| known.binary_search(stem).is_ok())
}

/// Whether a text claims anything that could be borne out.
fn claims(survey: &Survey<'_>) -> bool {
    let words = &survey.reader.review.traces.claims;
    let is_claim = |token: &Token| words.contains(&token.word);
    survey.tokens.iter().any(is_claim)
        || [Signal::Hype, Signal::Overclaim, Signal::Sameness]
            .iter()
            .any(|signal| !survey.hits.of(*signal).is_empty())
}

/// Whether content of the type is a single line, of which nobody makes two sentences.
fn is_title(survey: &Survey<'_>) -> bool {
    matches!(
        survey.content_type(),
        ContentType::Youtube
            | ContentType::Thumbnail
            | ContentType::EmailSubject
            | ContentType::Headline
    )
}
