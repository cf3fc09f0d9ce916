//! The concept test: a concept rated from 1 to 10, with purchase intent and the reasons for and against.

use std::collections::BTreeMap;

use protocol::channels::Construct;
use protocol::results::{
    Answer, Estimate, IntentShares, Outcomes, PurchaseIntent, Results, Sentiment, ThemeKind,
};
use protocol::study::{Instrument, Order, StudySpec, StudyType};

use super::templates::SHARED;
use super::{
    Chosen, Contradiction, Controls, MainNumber, Rehearsal, StudyKind, Supplied, Template,
};
use crate::domain::instrument::Unreadable;
use crate::domain::instrument::conclusions::reasons;
use crate::domain::instrument::diagnose::points;
use crate::domain::instrument::items::Item;
use crate::domain::instrument::level::{Measure, of_score};
use crate::domain::instrument::metric::{Metric, MetricSource};
use crate::domain::instrument::normalize_reply::{FieldKind, Form};
use crate::domain::instrument::reply::{Fields, REASONING_MAX};
use crate::domain::instrument::scale::Scale;
use crate::domain::instrument::tally::{
    By, Summary, Tally, distribution, named, sentiment_estimates,
};
use crate::domain::instrument::themes::Themes;
use crate::domain::instrument::wording_noise::WordingScale;
use crate::domain::instrument::words::{interval, number};
use crate::domain::outcome::{Answered, Assignment};
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, apportion, bootstrap, estimate};

/// First and last score.
const SCALE: (i32, i32) = (1, 10);

/// Standard deviation to plan with, in points: the middle of the 1.6 to 2.6 that ordinary concepts show.
const EXPECTED_SD: (f64, &str) = (2.1, "points of the mean score");

/// Below this percentage of buyers the finding is urgent.
const BUY_DEEP: f64 = 10.0;

/// The study type.
pub(super) struct ConceptStudy;

impl StudyKind for ConceptStudy {
    fn study_type(&self) -> StudyType {
        StudyType::ConceptTest
    }

    fn compose(&self, material: Supplied) -> Instrument {
        Instrument::ConceptTest { stimulus: material.stimulus }
    }

    fn texts<'a>(&self, instrument: &'a Instrument) -> Vec<(&'static str, &'a str)> {
        match instrument {
            Instrument::ConceptTest { stimulus } => vec![("stimulus", stimulus)],
            _ => Vec::new(),
        }
    }

    fn templates(&self) -> &'static [Template] {
        &SHARED
    }

    fn questionnaire(&self, instrument: &Instrument, _order: Order) -> String {
        self.texts(instrument)
            .first()
            .map_or_else(String::new, |(_, text)| questionnaire(text.trim()))
    }

    fn controls(&self) -> Controls {
        Controls::On {
            decoy: include_str!("../../../../../assets/controls/concept_test.md"),
            scale: Scale::Scores(SCALE.0, SCALE.1),
        }
    }

    fn constructs(&self) -> &'static [Construct] {
        &[Construct::PurchaseIntent, Construct::Liking]
    }

    fn rehearsal(&self) -> Option<Rehearsal> {
        Some(Rehearsal::Rating)
    }

    fn form(&self, _instrument: &Instrument) -> Form {
        vec![
            ("reasoning", FieldKind::Text(REASONING_MAX)),
            ("score", FieldKind::Whole(1, 10)),
            ("sentiment", FieldKind::sentiment()),
            ("purchase_intent", FieldKind::purchase_intent()),
            ("appeals", FieldKind::Themes),
            ("concerns", FieldKind::Themes),
        ]
    }

    fn items(&self, _instrument: &Instrument) -> Vec<Item> {
        vec![Item::Reasons, Item::Score, Item::Sentiment, Item::PurchaseIntent]
    }

    fn read(
        &self,
        _spec: &StudySpec,
        _at: Assignment,
        fields: Fields,
    ) -> Result<Answered, Unreadable> {
        read(fields)
    }

    fn scale(&self) -> Option<(i32, i32)> {
        Some(SCALE)
    }

    fn score(&self, answer: &Answer) -> Option<u8> {
        match answer {
            Answer::ConceptTest { score, .. } => Some(*score),
            _ => None,
        }
    }

    fn with_texts(&self, mut answer: Answer, change: &dyn Fn(&str) -> String) -> Answer {
        if let Answer::ConceptTest { reasoning, .. } = &mut answer {
            *reasoning = change(reasoning);
        }
        answer
    }

    fn chosen(&self, answer: &Answer) -> Option<Chosen> {
        match answer {
            Answer::ConceptTest { sentiment, purchase_intent, .. } => {
                Some(Chosen { sentiment: *sentiment, intent: Some(*purchase_intent) })
            }
            _ => None,
        }
    }

    fn direct(&self, answer: &Answer, construct: Construct) -> Option<i32> {
        match construct {
            Construct::Liking => self.place(answer),
            Construct::PurchaseIntent => Some(points(self.chosen(answer)?.intent?)),
            Construct::Recommendation | Construct::Sentiment => None,
        }
    }

    fn contradiction(&self) -> Option<Contradiction> {
        Some(Contradiction {
            is_in: score_does_not_fit,
            what: "a score that does not fit their own sentiment or purchase intent, such as a high score beside a flat no",
        })
    }

    fn headline(&self) -> Option<MainNumber> {
        Some(MainNumber { field: "mean_score", name: "mean score" })
    }

    fn bounded(&self) -> Vec<MainNumber> {
        let would_buy = MainNumber { field: "would_buy_pct", name: "share that would buy" };
        self.headline().into_iter().chain([would_buy]).collect()
    }

    fn metrics(&self) -> Vec<Metric> {
        let mut metrics = vec![
            Metric::new(
                "mean_score",
                MetricSource::Points { scale: SCALE, value: score },
                WordingScale::Score,
            ),
            Metric::share("top_two_box_pct", (score, 9, 10), WordingScale::ScoreShare),
            Metric::share("would_buy_pct", (intent, 0, 1), WordingScale::IntentShare),
        ];
        metrics.extend((0..).zip(PurchaseIntent::ALL).map(|(place, word)| {
            let field = format!("purchase_intent.{word}");
            Metric::share(field, (intent, place, place), WordingScale::IntentShare)
        }));
        metrics.extend(Metric::of_sentiments(feeling));
        metrics
    }

    fn whole_panel_only(&self) -> &'static [&'static str] {
        &["median_score", "mean_score_bootstrap"]
    }

    fn expected_sd(&self) -> (f64, &'static str) {
        EXPECTED_SD
    }

    fn tally(&self) -> Box<dyn Tally> {
        Box::new(ConceptTally::new())
    }

    fn levels<'r>(&self, results: &'r Results) -> Vec<Measure<'r>> {
        let mean = results.estimates.get("mean_score");
        let buy = results.estimates.get("would_buy_pct").map(|estimate| Measure {
            estimate,
            deep: BUY_DEEP,
            low: None,
            name: "the share that would buy it",
            decimals: 0,
            unit: " %",
        });
        mean.map(|mean| of_score(mean, "the mean score")).into_iter().chain(buy).collect()
    }

    fn level_title(&self, results: &Results, measure: &Measure<'_>) -> String {
        let buy = results.estimates.get("would_buy_pct").filter(|buy| buy.value < BUY_DEEP);
        match (buy, results.estimates.get("mean_score")) {
            (Some(buy), Some(mean)) => format!(
                "Almost nobody would buy it: {} % would, and the mean score is {} of 10",
                number(buy.value, 0),
                number(mean.value, 1)
            ),
            _ => format!("Hardly anybody likes it: {} is {}", measure.name, measure.value()),
        }
    }
}

fn questionnaire(stimulus: &str) -> String {
    format!(
        "Please read this concept:\n\n{stimulus}\n\n\
         1. How much do you like it, from 1 (not at all) to 10 (very much)?\n\
         2. Would you buy or use it: definitely, probably, maybe, probably_not or definitely_not?\n\
         3. How do you feel about it: positive, negative, neutral or mixed?\n\
         4. Why? Name what appeals to you and what concerns you.\n\n\
         Reply with one JSON object: {{\"score\": 1-10, \"sentiment\": \"…\", \"reasoning\": \"…\", \
         \"purchase_intent\": \"…\", \"appeals\": [{{\"theme\": \"…\", \"quote\": \"words of your reasoning\"}}], \
         \"concerns\": [{{\"theme\": \"…\", \"quote\": \"…\"}}]}}\n"
    )
}

fn read(mut fields: Fields) -> Result<Answered, Unreadable> {
    let score = fields.integer("score", 1, 10)?;
    let sentiment = fields.word("sentiment")?;
    let reasoning = fields.text_beside("reasoning", REASONING_MAX)?;
    let purchase_intent = fields.word("purchase_intent")?;
    let mentions = fields.appeals_and_concerns(&reasoning)?;
    fields.finish()?;
    Ok(Answered {
        answer: Answer::ConceptTest { score, sentiment, reasoning, purchase_intent },
        mentions,
        options: None,
        channels: None,
    })
}

fn score(said: &[&Answered]) -> Option<i32> {
    ConceptStudy.place(&said.first()?.answer)
}

fn intent(said: &[&Answered]) -> Option<i32> {
    let chosen = ConceptStudy.chosen(&said.first()?.answer)?;
    i32::try_from(chosen.intent?.index()).ok()
}

fn feeling(said: &[&Answered]) -> Option<i32> {
    let chosen = ConceptStudy.chosen(&said.first()?.answer)?;
    i32::try_from(chosen.sentiment.index()).ok()
}

/// Whether the score contradicts purchase intent or sentiment: a nine and "definitely not", and the like.
fn score_does_not_fit(answer: &Answer) -> bool {
    let Answer::ConceptTest { score, sentiment, purchase_intent, .. } = answer else {
        return false;
    };
    match score {
        8.. => {
            *purchase_intent == PurchaseIntent::DefinitelyNot || *sentiment == Sentiment::Negative
        }
        ..=3 => *purchase_intent == PurchaseIntent::Definitely || *sentiment == Sentiment::Positive,
        _ => false,
    }
}

/// Counts of a group of answers.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ConceptTally {
    scores: Histogram,
    sentiments: [u64; Sentiment::ALL.len()],
    intents: [u64; PurchaseIntent::ALL.len()],
}

impl ConceptTally {
    fn new() -> Self {
        Self {
            scores: Histogram::new(SCALE.0, SCALE.1),
            sentiments: [0; Sentiment::ALL.len()],
            intents: [0; PurchaseIntent::ALL.len()],
        }
    }
}

impl Tally for ConceptTally {
    fn add(&mut self, _by: By<'_>, answers: &[&Answer]) {
        for answer in answers {
            if let Answer::ConceptTest { score, sentiment, purchase_intent, .. } = answer
                && self.scores.add(i32::from(*score))
            {
                self.sentiments[sentiment.index()] += 1;
                self.intents[purchase_intent.index()] += 1;
            }
        }
    }

    fn n(&self) -> u64 {
        self.scores.n()
    }

    fn scores(&self) -> Option<&Histogram> {
        Some(&self.scores)
    }

    fn choices(&self) -> Option<Vec<u64>> {
        Some(self.scores.counts().to_vec())
    }

    fn measure(&self) -> Option<Histogram> {
        Some(self.scores.clone())
    }

    fn estimates(&self) -> BTreeMap<String, Estimate> {
        let n = self.scores.n();
        let would_buy: u64 = self.intents[..=PurchaseIntent::Probably.index()].iter().sum();
        named([
            ("mean_score", estimate::mean(&self.scores, LEVEL)),
            ("top_two_box_pct", estimate::percent(self.scores.between(9, 10), n, LEVEL)),
            ("would_buy_pct", estimate::percent(would_buy, n, LEVEL)),
        ])
        .collect()
    }

    fn headline_estimates(&self, seed: u64) -> BTreeMap<String, Estimate> {
        let n = self.scores.n();
        let mut estimates = self.estimates();
        let bootstrap = bootstrap::mean(&self.scores, LEVEL, seed, "mean_score");
        estimates.extend(named([
            ("median_score", estimate::median(&self.scores, LEVEL)),
            ("mean_score_bootstrap", bootstrap),
        ]));
        let intents = PurchaseIntent::ALL.iter().zip(self.intents);
        estimates.extend(named(intents.map(|(intent, count)| {
            (format!("purchase_intent.{intent}"), estimate::percent(count, n, LEVEL))
        })));
        estimates.extend(sentiment_estimates(&self.sentiments));
        estimates
    }

    fn outcomes(&self, _seed: u64, themes: &Themes) -> Option<Outcomes> {
        let shares = apportion::percent(&self.intents);
        let share = |intent: PurchaseIntent| shares.get(intent.index()).copied().unwrap_or(0.0);
        Some(Outcomes::ConceptTest {
            mean_score: estimate::tidy(self.scores.mean()?),
            median_score: self.scores.median()?,
            std_dev: self.scores.sd().map(estimate::tidy),
            score_distribution: distribution(&self.scores),
            purchase_intent: IntentShares {
                definitely: share(PurchaseIntent::Definitely),
                probably: share(PurchaseIntent::Probably),
                maybe: share(PurchaseIntent::Maybe),
                probably_not: share(PurchaseIntent::ProbablyNot),
                definitely_not: share(PurchaseIntent::DefinitelyNot),
            },
            top_concerns: themes.top(ThemeKind::Concern),
            top_appeals: themes.top(ThemeKind::Appeal),
        })
    }

    fn conclusions(&self, summary: &Summary<'_>) -> Vec<String> {
        let numbers = summary.estimate("mean_score").zip(summary.estimate("would_buy_pct"));
        let headline = numbers.map(|(mean, buy)| told(mean, buy));
        let groups = summary.groups;
        [headline, reasons(groups), groups.least_liked("points")].into_iter().flatten().collect()
    }
}

/// The mean score and the share of buyers, in a sentence.
fn told(mean: &Estimate, buy: &Estimate) -> String {
    format!(
        "The mean score is {} of 10 ({}); {} % would buy it ({}).",
        number(mean.value, 1),
        interval(mean, 1, ""),
        number(buy.value, 0),
        interval(buy, 0, " %")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn concept(score: u8, sentiment: Sentiment, purchase_intent: PurchaseIntent) -> Answer {
        Answer::ConceptTest { score, sentiment, reasoning: "Why not.".to_owned(), purchase_intent }
    }

    #[test]
    fn a_nine_and_definitely_not_contradict_each_other() {
        use PurchaseIntent::{Definitely, DefinitelyNot, Maybe, ProbablyNot};
        use Sentiment::{Mixed, Negative, Positive};
        for (answer, contradicts) in [
            (concept(9, Positive, DefinitelyNot), true),
            (concept(9, Negative, Maybe), true),
            (concept(2, Negative, Definitely), true),
            (concept(1, Positive, Maybe), true),
            (concept(9, Positive, ProbablyNot), false),
            (concept(5, Mixed, Definitely), false),
            (concept(2, Negative, DefinitelyNot), false),
        ] {
            assert_eq!(score_does_not_fit(&answer), contradicts, "{answer:?}");
        }
    }
}
