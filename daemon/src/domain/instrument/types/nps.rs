//! The Net Promoter Score: how likely someone is to recommend, from 0 to 10. Promoters give 9 or 10, passives 7 or 8,
//! detractors 0 to 6 (Reichheld 2003).

use std::collections::BTreeMap;

use protocol::channels::Construct;
use protocol::results::{Answer, Estimate, Outcomes, Results, Sentiment, ThemeKind};
use protocol::study::{Instrument, Order, StudySpec, StudyType};

use super::templates::SHARED;
use super::{
    Chosen, Contradiction, Controls, MainNumber, Rehearsal, StudyKind, Supplied, Template,
};
use crate::domain::instrument::Unreadable;
use crate::domain::instrument::conclusions::reasons;
use crate::domain::instrument::items::Item;
use crate::domain::instrument::level::{BALANCE_LOW, Measure};
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
const SCALE: (i32, i32) = (0, 10);

/// Standard deviation to plan with: of one answer, which counts 100, 0 or −100. At most it is 100, with promoters and detractors
/// alone; a third of passives leaves so much.
const EXPECTED_SD: (f64, &str) = (80.0, "points of the Net Promoter Score");

/// Below this Net Promoter Score the finding is urgent. A respondent who gives 6 of 10 is a detractor, so ordinary
/// texts score well below 0.
const DEEP: f64 = -70.0;

/// The study type.
pub(super) struct NpsStudy;

impl StudyKind for NpsStudy {
    fn study_type(&self) -> StudyType {
        StudyType::Nps
    }

    fn compose(&self, material: Supplied) -> Instrument {
        Instrument::Nps { stimulus: material.stimulus }
    }

    fn texts<'a>(&self, instrument: &'a Instrument) -> Vec<(&'static str, &'a str)> {
        match instrument {
            Instrument::Nps { stimulus } => vec![("stimulus", stimulus)],
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
            decoy: include_str!("../../../../../assets/controls/nps.md"),
            scale: Scale::Scores(SCALE.0, SCALE.1),
        }
    }

    fn constructs(&self) -> &'static [Construct] {
        &[Construct::Recommendation]
    }

    fn rehearsal(&self) -> Option<Rehearsal> {
        Some(Rehearsal::Recommendation)
    }

    fn form(&self, _instrument: &Instrument) -> Form {
        vec![
            ("reasoning", FieldKind::Text(REASONING_MAX)),
            ("score", FieldKind::Whole(0, 10)),
            ("sentiment", FieldKind::sentiment()),
            ("appeals", FieldKind::Themes),
            ("concerns", FieldKind::Themes),
        ]
    }

    fn items(&self, _instrument: &Instrument) -> Vec<Item> {
        vec![Item::Reasons, Item::Score, Item::Sentiment]
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
            Answer::Nps { score, .. } => Some(*score),
            _ => None,
        }
    }

    fn with_texts(&self, mut answer: Answer, change: &dyn Fn(&str) -> String) -> Answer {
        if let Answer::Nps { reasoning, .. } = &mut answer {
            *reasoning = change(reasoning);
        }
        answer
    }

    fn chosen(&self, answer: &Answer) -> Option<Chosen> {
        match answer {
            Answer::Nps { sentiment, .. } => Some(Chosen { sentiment: *sentiment, intent: None }),
            _ => None,
        }
    }

    fn direct(&self, answer: &Answer, construct: Construct) -> Option<i32> {
        self.place(answer).filter(|_| construct == Construct::Recommendation)
    }

    fn contradiction(&self) -> Option<Contradiction> {
        Some(Contradiction {
            is_in: score_does_not_fit,
            what: "a score that does not fit their own sentiment, such as a 9 beside a negative one",
        })
    }

    fn headline(&self) -> Option<MainNumber> {
        Some(MainNumber { field: "nps_score", name: "Net Promoter Score" })
    }

    fn metrics(&self) -> Vec<Metric> {
        let mut metrics = vec![
            Metric::new("nps_score", MetricSource::Promoters { value: side }, WordingScale::Nps),
            Metric::new(
                "mean_score",
                MetricSource::Points { scale: SCALE, value: score },
                WordingScale::Score,
            ),
            Metric::share("promoters_pct", (score, 9, 10), WordingScale::ScoreShare),
            Metric::share("passives_pct", (score, 7, 8), WordingScale::ScoreShare),
            Metric::share("detractors_pct", (score, 0, 6), WordingScale::ScoreShare),
        ];
        metrics.extend(Metric::of_sentiments(feeling));
        metrics
    }

    fn whole_panel_only(&self) -> &'static [&'static str] {
        &["mean_score_bootstrap"]
    }

    fn expected_sd(&self) -> (f64, &'static str) {
        EXPECTED_SD
    }

    fn tally(&self) -> Box<dyn Tally> {
        Box::new(NpsTally::new())
    }

    fn levels<'r>(&self, results: &'r Results) -> Vec<Measure<'r>> {
        let score = results.estimates.get("nps_score").map(|estimate| Measure {
            estimate,
            deep: DEEP,
            low: Some(BALANCE_LOW),
            name: "the Net Promoter Score",
            decimals: 0,
            unit: "",
        });
        score.into_iter().collect()
    }

    fn level_title(&self, _results: &Results, measure: &Measure<'_>) -> String {
        format!("Hardly anybody would recommend it: {} is {}", measure.name, measure.value())
    }
}

fn questionnaire(stimulus: &str) -> String {
    format!(
        "Please read this:\n\n{stimulus}\n\n\
         1. How likely are you to recommend it to a friend or colleague, from 0 (not at all) to 10 (extremely)?\n\
         2. How do you feel about it: positive, negative, neutral or mixed?\n\
         3. Why? Name what appeals to you and what concerns you.\n\n\
         Reply with one JSON object: {{\"score\": 0-10, \"sentiment\": \"…\", \"reasoning\": \"…\", \
         \"appeals\": [{{\"theme\": \"…\", \"quote\": \"words of your reasoning\"}}], \
         \"concerns\": [{{\"theme\": \"…\", \"quote\": \"…\"}}]}}\n"
    )
}

fn read(mut fields: Fields) -> Result<Answered, Unreadable> {
    let score = fields.integer("score", 0, 10)?;
    let sentiment = fields.word("sentiment")?;
    let reasoning = fields.text_beside("reasoning", REASONING_MAX)?;
    let mentions = fields.appeals_and_concerns(&reasoning)?;
    fields.finish()?;
    Ok(Answered {
        answer: Answer::Nps { score, reasoning, sentiment },
        mentions,
        options: None,
        channels: None,
    })
}

fn score(said: &[&Answered]) -> Option<i32> {
    NpsStudy.place(&said.first()?.answer)
}

/// Promoter, passive or detractor, as 1, 0 or −1.
fn side(said: &[&Answered]) -> Option<i32> {
    Some(match score(said)? {
        9.. => 1,
        7 | 8 => 0,
        _ => -1,
    })
}

fn feeling(said: &[&Answered]) -> Option<i32> {
    let chosen = NpsStudy.chosen(&said.first()?.answer)?;
    i32::try_from(chosen.sentiment.index()).ok()
}

/// Whether the score contradicts the sentiment: a nine and a negative sentiment, or a three and a positive one.
fn score_does_not_fit(answer: &Answer) -> bool {
    match answer {
        Answer::Nps { score: 9.., sentiment, .. } => *sentiment == Sentiment::Negative,
        Answer::Nps { score: ..=3, sentiment, .. } => *sentiment == Sentiment::Positive,
        _ => false,
    }
}

/// Counts of a group of answers.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NpsTally {
    scores: Histogram,
    sentiments: [u64; Sentiment::ALL.len()],
}

impl NpsTally {
    fn new() -> Self {
        Self { scores: Histogram::new(SCALE.0, SCALE.1), sentiments: [0; Sentiment::ALL.len()] }
    }

    /// Promoters, passives, detractors.
    fn groups(&self) -> [u64; 3] {
        [self.scores.between(9, 10), self.scores.between(7, 8), self.scores.between(0, 6)]
    }
}

impl Tally for NpsTally {
    fn add(&mut self, _by: By<'_>, answers: &[&Answer]) {
        for answer in answers {
            if let Answer::Nps { score, sentiment, .. } = answer
                && self.scores.add(i32::from(*score))
            {
                self.sentiments[sentiment.index()] += 1;
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

    /// Promoters count +1, detractors −1, passives 0.
    fn measure(&self) -> Option<Histogram> {
        let [promoters, passives, detractors] = self.groups();
        Some(Histogram::of_counts(-1, vec![detractors, passives, promoters]))
    }

    fn estimates(&self) -> BTreeMap<String, Estimate> {
        let n = self.scores.n();
        let [promoters, _, detractors] = self.groups();
        named([
            ("nps_score", estimate::nps(promoters, detractors, n, LEVEL)),
            ("mean_score", estimate::mean(&self.scores, LEVEL)),
        ])
        .collect()
    }

    fn headline_estimates(&self, seed: u64) -> BTreeMap<String, Estimate> {
        let n = self.scores.n();
        let mut estimates = self.estimates();
        let [promoters, passives, detractors] = self.groups();
        let bootstrap = bootstrap::mean(&self.scores, LEVEL, seed, "mean_score");
        estimates.extend(named([
            ("mean_score_bootstrap", bootstrap),
            ("promoters_pct", estimate::percent(promoters, n, LEVEL)),
            ("passives_pct", estimate::percent(passives, n, LEVEL)),
            ("detractors_pct", estimate::percent(detractors, n, LEVEL)),
        ]));
        estimates.extend(sentiment_estimates(&self.sentiments));
        estimates
    }

    fn outcomes(&self, _seed: u64, themes: &Themes) -> Option<Outcomes> {
        let tenths = apportion::tenths(&self.groups());
        let percent = |tenths: u64| tenths as f64 / 10.0;
        let (promoters, passives, detractors) = (tenths[0], tenths[1], tenths[2]);
        Some(Outcomes::Nps {
            // Computed from the shares as they are printed, so that a reader who subtracts them gets this number.
            nps_score: (promoters as f64 - detractors as f64) / 10.0,
            promoters_pct: percent(promoters),
            passives_pct: percent(passives),
            detractors_pct: percent(detractors),
            mean_score: estimate::tidy(self.scores.mean()?),
            std_dev: self.scores.sd().map(estimate::tidy),
            score_distribution: distribution(&self.scores),
            top_concerns: themes.top(ThemeKind::Concern),
            top_appeals: themes.top(ThemeKind::Appeal),
        })
    }

    fn conclusions(&self, summary: &Summary<'_>) -> Vec<String> {
        let Outcomes::Nps { promoters_pct, detractors_pct, .. } = summary.outcomes else {
            return Vec::new();
        };
        let score = summary.estimate("nps_score");
        let headline = score.map(|score| told(score, *promoters_pct, *detractors_pct));
        let groups = summary.groups;
        [headline, reasons(groups), groups.least_liked("percentage points")]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// The score, in a sentence.
fn told(score: &Estimate, promoters: f64, detractors: f64) -> String {
    let open = match score.low.zip(score.high) {
        Some((low, high)) if low <= 0.0 && high >= 0.0 => {
            " Whether promoters outnumber detractors is open: the interval includes 0."
        }
        _ => "",
    };
    format!(
        "The Net Promoter Score is {} ({}): {} % promoters against {} % detractors.{open}",
        number(score.value, 0),
        interval(score, 0, ""),
        number(promoters, 0),
        number(detractors, 0)
    )
}
