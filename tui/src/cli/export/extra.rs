//! Study-specific columns of the table: channel readings, and replies to controls, other wordings and replicates. Each
//! column knows its name, its meaning and how to find its cell.

use protocol::channels::{BILLION, Channel, ChannelReadings, Construct, Heard};
use protocol::results::{Answer, Besides, Response};
use protocol::study::StudySpec;

use super::csv::inert;
use crate::kinds;

/// One column.
#[derive(Debug)]
pub(super) struct ExtraColumn {
    /// Its heading.
    pub(super) name: String,
    what: What,
}

/// The content of the column.
#[derive(Debug)]
enum What {
    /// A reading of a channel.
    Voice(Construct, ExtraVoice),
    /// A reply besides the answer: a column of the answer, and its values.
    Besides(ExtraKind, &'static str, &'static str),
    /// A column of this study type only.
    Own(&'static kinds::AnswerColumn),
}

#[derive(Clone, Copy, Debug)]
enum ExtraVoice {
    Direct,
    Text,
    SsrMean,
    /// The share of a scale point, from 1.
    SsrShare(usize),
    SsrMissing,
    Rater,
    RaterMissing,
}

/// The purpose of a question besides the answer: its key, and a description.
#[derive(Clone, Debug)]
struct ExtraKind {
    key: String,
    meaning: String,
}

/// The columns that a study adds, in a fixed order; none for a study with the plain answer only.
pub(super) fn columns(spec: &StudySpec) -> Vec<ExtraColumn> {
    let view = kinds::view(spec.instrument.study_type());
    let own = |column: &'static kinds::AnswerColumn| ExtraColumn {
        name: column.name.to_owned(),
        what: What::Own(column),
    };
    let mut columns: Vec<ExtraColumn> = view.columns.iter().map(own).collect();
    if let Some(elicitation) = &spec.measurement.elicitation {
        for construct in view.constructs {
            let voice = |(suffix, voice): (String, ExtraVoice)| ExtraColumn {
                name: format!("{construct}_{suffix}"),
                what: What::Voice(*construct, voice),
            };
            columns
                .extend(channel_readings(elicitation.channels.as_slice()).into_iter().map(voice));
        }
    }
    for kind in kinds(spec) {
        let none = (NOT_ANSWERED, "text; why nothing came that can be used");
        for (column, values) in view.besides.iter().copied().chain([none]) {
            let name = format!("{}_{column}", kind.key);
            columns.push(ExtraColumn { name, what: What::Besides(kind.clone(), column, values) });
        }
    }
    columns
}

fn channel_readings(channels: &[Channel]) -> Vec<(String, ExtraVoice)> {
    let named = |suffix: &str, voice| (suffix.to_owned(), voice);
    let (ssr, rater) = (channels.contains(&Channel::Ssr), channels.contains(&Channel::Rater));
    let mut channel_readings = Vec::new();
    if ssr || rater {
        channel_readings
            .extend([named("direct", ExtraVoice::Direct), named("text", ExtraVoice::Text)]);
    }
    if ssr {
        channel_readings.push(named("ssr_mean", ExtraVoice::SsrMean));
        channel_readings
            .extend((1..=5).map(|point| (format!("ssr_{point}"), ExtraVoice::SsrShare(point))));
        channel_readings.push(named("ssr_missing", ExtraVoice::SsrMissing));
    }
    if rater {
        channel_readings.extend([
            named("rater", ExtraVoice::Rater),
            named("rater_missing", ExtraVoice::RaterMissing),
        ]);
    }
    channel_readings
}

/// Every purpose besides the answer that a subsample is asked for.
fn kinds(spec: &StudySpec) -> Vec<ExtraKind> {
    let measurement = &spec.measurement;
    let mut kinds = Vec::new();
    if measurement.replicates > 0 {
        let meaning = "the same question put to the same respondent again".to_owned();
        kinds.push(ExtraKind { key: "replicate_1".to_owned(), meaning });
    }
    kinds.extend(measurement.controls.iter().map(|control| {
        use protocol::measurement::Control;
        let meaning = match control {
            Control::Decoy => "a text made to be bad",
            Control::Duplicate => "the same text in another presentation",
            Control::Reversed => "the question with its scale turned round, as said: low is good",
        };
        ExtraKind { key: control.to_string(), meaning: meaning.to_owned() }
    }));
    kinds.extend((1..=measurement.wordings).map(|number| ExtraKind {
        key: format!("wording_{number}"),
        meaning: format!("the question in other words (wording {number})"),
    }));
    kinds
}

impl ExtraColumn {
    /// The cell for a respondent, and in a survey for a question.
    pub(super) fn cell(&self, response: &Response, question: &str) -> String {
        match &self.what {
            What::Voice(construct, voice) => response
                .channels
                .as_ref()
                .and_then(|channels| channels.get(construct))
                .map_or_else(String::new, |channel_readings| heard(channel_readings, *voice)),
            What::Besides(kind, column, _) => response
                .besides
                .get(&kind.key)
                .and_then(|besides| said(besides, column, question))
                .unwrap_or_default(),
            What::Own(column) => cell(&response.answer, column.name, question).unwrap_or_default(),
        }
    }

    /// Its meaning, and its values.
    pub(super) fn describe(&self) -> (String, String) {
        match &self.what {
            What::Voice(construct, voice) => describe_voice(*construct, *voice),
            What::Besides(kind, _, values) => {
                let whose = "nobody's answer; empty for whoever was not asked";
                (format!("what they said to {} ({whose})", kind.meaning), (*values).to_owned())
            }
            What::Own(column) => (column.meaning.to_owned(), column.values.to_owned()),
        }
    }
}

fn heard(channel_readings: &ChannelReadings, voice: ExtraVoice) -> String {
    let billionths = |count: u64| (count as f64 / f64::from(BILLION)).to_string();
    let pmf = channel_readings.ssr.as_ref().and_then(Heard::known);
    let why = |undetermined: &str| inert(undetermined).into_owned();
    match voice {
        ExtraVoice::Direct => channel_readings.direct.to_string(),
        ExtraVoice::Text => channel_readings.text.as_deref().map_or_else(String::new, why),
        ExtraVoice::SsrMean => {
            pmf.map_or_else(String::new, |pmf| billionths(pmf.mean_billionths()))
        }
        ExtraVoice::SsrShare(point) => pmf
            .and_then(|pmf| pmf.0.get(point.checked_sub(1)?))
            .map_or_else(String::new, |share| billionths(u64::from(*share))),
        ExtraVoice::SsrMissing => match &channel_readings.ssr {
            Some(Heard::Undetermined { undetermined }) => why(undetermined),
            _ => String::new(),
        },
        ExtraVoice::Rater => channel_readings
            .rater
            .as_ref()
            .and_then(Heard::known)
            .map_or_else(String::new, |rated| rated.rating.to_string()),
        ExtraVoice::RaterMissing => match &channel_readings.rater {
            Some(Heard::Undetermined { undetermined }) => why(undetermined),
            _ => String::new(),
        },
    }
}

/// The reason for a missing reply: a column next to those of the study type.
const NOT_ANSWERED: &str = "not_answered";

/// A cell of a reply besides the answer, in a survey of the reply to one question.
fn said(besides: &Besides, column: &str, question: &str) -> Option<String> {
    match besides {
        Besides::NotAnswered { not_answered } => {
            (column == NOT_ANSWERED).then(|| inert(not_answered).into_owned())
        }
        Besides::Answered(answer) => {
            // A respondent may answer one open question and refuse the next.
            let column = if column == NOT_ANSWERED { "declined" } else { column };
            cell(answer, column, question)
        }
    }
}

/// A cell of an answer, in a survey of the answer to one question.
fn cell(answer: &Answer, column: &str, question: &str) -> Option<String> {
    let rows = kinds::rows(answer);
    let mut own = rows.iter().filter(|row| row.question == question);
    own.find_map(|row| Some(inert(row.cell(column)?).into_owned()))
}

fn describe_voice(construct: Construct, voice: ExtraVoice) -> (String, String) {
    let of = construct.as_str().replace('_', " ");
    let (low, high) = construct.direct_scale();
    let (meaning, values) = match voice {
        ExtraVoice::Direct => (
            format!("{of}, as the respondent answered it directly"),
            match construct {
                Construct::PurchaseIntent => "1 (definitely_not) to 5 (definitely)".to_owned(),
                Construct::Sentiment => {
                    "−1 (negative), 0 (neutral and mixed) or 1 (positive)".to_owned()
                }
                Construct::Liking | Construct::Recommendation => format!("{low} to {high}"),
            },
        ),
        ExtraVoice::Text => (
            format!("{of}, as the respondent put it in free words"),
            "text; empty where none came".to_owned(),
        ),
        ExtraVoice::SsrMean => (
            format!(
                "{of}: the mean of what the text is nearest to, held against anchor sentences (SSR)"
            ),
            "1 to 5; empty where it is not known".to_owned(),
        ),
        ExtraVoice::SsrShare(point) => (
            format!("{of}: how far the text is near the anchor sentences of point {point} (SSR)"),
            "0 to 1; the five of them sum to 1".to_owned(),
        ),
        ExtraVoice::SsrMissing => (
            format!("{of}: why the text was not held against anchor sentences"),
            "text; empty where it was".to_owned(),
        ),
        ExtraVoice::Rater => (
            format!("{of}: how another model rates the text"),
            "1 to 5; empty where it is not known".to_owned(),
        ),
        ExtraVoice::RaterMissing => {
            (format!("{of}: why the text was not rated"), "text; empty where it was".to_owned())
        }
    };
    (meaning, values)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use protocol::channels::{Elicitation, Pmf, Rated};
    use protocol::measurement::{Control, Measurement};

    use super::*;
    use crate::report::fixtures;

    /// A study with every option that adds columns.
    fn spec() -> StudySpec {
        let spec = fixtures::asked(&fixtures::concept_test()).spec;
        let channels = Channel::ALL.to_vec();
        let elicitation = Some(Elicitation { channels, ..Elicitation::default() });
        let measurement = Measurement {
            replicates: 2,
            controls: Control::ALL.iter().copied().collect(),
            wordings: 1,
            subsample: 2,
            elicitation,
            ..Measurement::default()
        };
        StudySpec { measurement, ..spec }
    }

    #[test]
    fn a_plain_study_adds_nothing() {
        let plain = StudySpec { measurement: Measurement::default(), ..spec() };
        assert!(columns(&plain).is_empty());
    }

    #[test]
    fn every_column_has_a_name_of_its_own_and_is_explained() {
        let columns = columns(&spec());
        let names: std::collections::BTreeSet<&str> = columns
            .iter()
            .map(|column| column.name.as_str())
            .chain(super::super::csv::COLUMNS.iter().copied())
            .collect();
        assert_eq!(names.len(), columns.len() + super::super::csv::COLUMNS.len());
        for column in &columns {
            let (meaning, values) = column.describe();
            assert!(!meaning.is_empty() && !values.is_empty(), "{}", column.name);
        }
    }

    #[test]
    fn a_column_of_one_study_type_has_the_cell_of_its_answers_and_a_name_of_its_own() {
        static COLUMN: kinds::AnswerColumn =
            kinds::AnswerColumn { name: "reasoning", meaning: "why", values: "text" };
        let column = ExtraColumn { name: "reasoning".to_owned(), what: What::Own(&COLUMN) };
        let mut response = fixtures::responses().remove(0);
        for text in kinds::texts_mut(&mut response.answer) {
            "=1".clone_into(text);
        }
        assert_eq!(column.cell(&response, ""), "'=1");
        assert_eq!(column.cell(&response, "Another question?"), "");
        assert_eq!(column.describe(), ("why".to_owned(), "text".to_owned()));
        for own in kinds::VIEWS.iter().flat_map(|view| view.columns) {
            assert!(!super::super::csv::COLUMNS.contains(&own.name), "{}", own.name);
        }
    }

    #[test]
    fn cells_hold_what_was_heard_and_never_a_formula() {
        let mut response = fixtures::responses().remove(0);
        let channel_readings = ChannelReadings {
            direct: 4,
            text: Some("=cmd()".to_owned()),
            ssr: Some(Heard::Known(Pmf([0, 0, 500_000_000, 500_000_000, 0]))),
            rater: Some(Heard::none("+no rating")),
        };
        let liking = ChannelReadings {
            rater: Some(Heard::Known(Rated { rating: 2 })),
            ..ChannelReadings::default()
        };
        let channels = [(Construct::PurchaseIntent, channel_readings), (Construct::Liking, liking)];
        response.channels = Some(channels.into());
        let none = Besides::NotAnswered { not_answered: "@SUM(A1)".to_owned() };
        let decoy = Besides::Answered(response.answer.clone());
        response.besides = [("reversed".to_owned(), none), ("decoy".to_owned(), decoy)].into();
        let cells: BTreeMap<String, String> = columns(&spec())
            .into_iter()
            .map(|column| (column.name.clone(), column.cell(&response, "")))
            .filter(|(_, cell)| !cell.is_empty())
            .collect();
        let found: Vec<String> =
            cells.iter().map(|(name, cell)| format!("{name} = {cell}")).collect();
        insta::assert_snapshot!(found.join("\n"), @"
        decoy_purchase_intent = probably
        decoy_score = 7
        decoy_sentiment = positive
        liking_direct = 0
        liking_rater = 2
        purchase_intent_direct = 4
        purchase_intent_rater_missing = '+no rating
        purchase_intent_ssr_1 = 0
        purchase_intent_ssr_2 = 0
        purchase_intent_ssr_3 = 0.5
        purchase_intent_ssr_4 = 0.5
        purchase_intent_ssr_5 = 0
        purchase_intent_ssr_mean = 3.5
        purchase_intent_text = '=cmd()
        reversed_not_answered = '@SUM(A1)
        ");
    }
}
