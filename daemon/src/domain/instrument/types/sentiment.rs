//! The sentiment study: how people feel about something, in one word, and the theme that matters most for it.

use std::collections::BTreeMap;

use protocol::channels::Construct;
use protocol::results::{Answer, Estimate, Outcomes, Results, Sentiment, ThemeKind};
use protocol::study::{Instrument, Order, StudySpec, StudyType};

use super::templates::SHARED;
use super::{Chosen, Controls, MainNumber, Rehearsal, StudyKind, Supplied, Template};
use crate::domain::instrument::Unreadable;
use crate::domain::instrument::conclusions::reasons;
use crate::domain::instrument::items::Item;
use crate::domain::instrument::level::{BALANCE_LOW, Measure};
use crate::domain::instrument::metric::{Metric, MetricSource};
use crate::domain::instrument::normalize_reply::{FieldKind, Form};
use crate::domain::instrument::reply::{Fields, REASONING_MAX, THEME_MAX};
use crate::domain::instrument::scale::Scale;
use crate::domain::instrument::tally::{By, Summary, Tally, sentiment_estimates};
use crate::domain::instrument::themes::Themes;
use crate::domain::instrument::wording_noise::WordingScale;
use crate::domain::instrument::words::{interval, number, signed};
use crate::domain::outcome::{Answered, Assignment, Mention};
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, apportion, bootstrap, estimate};

/// Standard deviation to plan with: of one answer, which counts 100, 0 or −100, where most take a side. At most it is 100.
const EXPECTED_SD: (f64, &str) = (80.0, "points of positive minus negative");

/// Below this difference of positive and negative shares the finding is urgent.
const DEEP: f64 = -50.0;

/// Below this share of resamples a lead is called uncertain.
const CERTAIN: f64 = 0.95;

/// The study type.
pub(super) struct SentimentStudy;

impl StudyKind for SentimentStudy {
    fn study_type(&self) -> StudyType {
        StudyType::Sentiment
    }

    fn compose(&self, material: Supplied) -> Instrument {
        Instrument::Sentiment { stimulus: material.stimulus }
    }

    fn texts<'a>(&self, instrument: &'a Instrument) -> Vec<(&'static str, &'a str)> {
        match instrument {
            Instrument::Sentiment { stimulus } => vec![("stimulus", stimulus)],
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
            decoy: include_str!("../../../../../assets/controls/sentiment.md"),
            scale: Scale::Feelings,
        }
    }

    fn constructs(&self) -> &'static [Construct] {
        &[Construct::Sentiment]
    }

    fn rehearsal(&self) -> Option<Rehearsal> {
        Some(Rehearsal::Feeling)
    }

    fn form(&self, _instrument: &Instrument) -> Form {
        vec![
            ("reasoning", FieldKind::Text(REASONING_MAX)),
            ("sentiment", FieldKind::sentiment()),
            ("key_theme", FieldKind::Theme),
            ("appeals", FieldKind::Themes),
            ("concerns", FieldKind::Themes),
        ]
    }

    fn items(&self, _instrument: &Instrument) -> Vec<Item> {
        vec![Item::Reasons, Item::Sentiment, Item::KeyTheme]
    }

    fn read(
        &self,
        _spec: &StudySpec,
        _at: Assignment,
        fields: Fields,
    ) -> Result<Answered, Unreadable> {
        read(fields)
    }

    fn with_texts(&self, mut answer: Answer, change: &dyn Fn(&str) -> String) -> Answer {
        if let Answer::Sentiment { reasoning, key_theme, .. } = &mut answer {
            *reasoning = change(reasoning);
            *key_theme = change(key_theme);
        }
        answer
    }

    fn chosen(&self, answer: &Answer) -> Option<Chosen> {
        sentiment(answer).map(|sentiment| Chosen { sentiment, intent: None })
    }

    fn place(&self, answer: &Answer) -> Option<i32> {
        sentiment(answer).map(sign)
    }

    fn repeated(&self, answer: &Answer) -> Option<i32> {
        i32::try_from(sentiment(answer)?.index()).ok()
    }

    fn direct(&self, answer: &Answer, construct: Construct) -> Option<i32> {
        self.place(answer).filter(|_| construct == Construct::Sentiment)
    }

    fn headline(&self) -> Option<MainNumber> {
        Some(MainNumber { field: "net_sentiment", name: "positive minus negative" })
    }

    fn metrics(&self) -> Vec<Metric> {
        let net = MetricSource::Balance { value: balance };
        let mut metrics = vec![Metric::new("net_sentiment", net, WordingScale::NetSentiment)];
        metrics.extend(Metric::of_sentiments(feeling));
        metrics
    }

    fn expected_sd(&self) -> (f64, &'static str) {
        EXPECTED_SD
    }

    fn tally(&self) -> Box<dyn Tally> {
        Box::new(SentimentTally::default())
    }

    fn levels<'r>(&self, results: &'r Results) -> Vec<Measure<'r>> {
        let net = results.estimates.get("net_sentiment").map(|estimate| Measure {
            estimate,
            deep: DEEP,
            low: Some(BALANCE_LOW),
            name: "positive minus negative",
            decimals: 0,
            unit: " points",
        });
        net.into_iter().collect()
    }

    fn level_title(&self, _results: &Results, measure: &Measure<'_>) -> String {
        format!("Feelings are strongly against it: {} is {}", measure.name, measure.value())
    }
}

fn questionnaire(stimulus: &str) -> String {
    format!(
        "Please read this:\n\n{stimulus}\n\n\
         1. How do you feel about it: positive, negative, neutral or mixed?\n\
         2. Which one theme decides that?\n\
         3. Why? Name what appeals to you and what concerns you.\n\n\
         Reply with one JSON object: {{\"sentiment\": \"…\", \"reasoning\": \"…\", \"key_theme\": \"…\", \
         \"appeals\": [{{\"theme\": \"…\", \"quote\": \"words of your reasoning\"}}], \
         \"concerns\": [{{\"theme\": \"…\", \"quote\": \"…\"}}]}}\n"
    )
}

fn read(mut fields: Fields) -> Result<Answered, Unreadable> {
    let sentiment = fields.word("sentiment")?;
    let reasoning = fields.text_beside("reasoning", REASONING_MAX)?;
    let key_theme = fields.text_beside("key_theme", THEME_MAX)?;
    let mut mentions = fields.appeals_and_concerns(&reasoning)?;
    fields.finish()?;
    if !key_theme.is_empty() {
        mentions.push(Mention { kind: ThemeKind::Topic, theme: key_theme.clone(), quote: None });
    }
    Ok(Answered {
        answer: Answer::Sentiment { sentiment, reasoning, key_theme },
        mentions,
        options: None,
        channels: None,
    })
}

fn sentiment(answer: &Answer) -> Option<Sentiment> {
    match answer {
        Answer::Sentiment { sentiment, .. } => Some(*sentiment),
        _ => None,
    }
}

/// For it, against it, or neither.
fn sign(sentiment: Sentiment) -> i32 {
    match sentiment {
        Sentiment::Positive => 1,
        Sentiment::Negative => -1,
        Sentiment::Neutral | Sentiment::Mixed => 0,
    }
}

fn balance(said: &[&Answered]) -> Option<i32> {
    SentimentStudy.place(&said.first()?.answer)
}

fn feeling(said: &[&Answered]) -> Option<i32> {
    SentimentStudy.repeated(&said.first()?.answer)
}

/// Counts of a group of answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct SentimentTally {
    counts: [u64; Sentiment::ALL.len()],
}

impl SentimentTally {
    fn count(&self, sentiment: Sentiment) -> u64 {
        self.counts[sentiment.index()]
    }
}

impl Tally for SentimentTally {
    fn add(&mut self, _by: By<'_>, answers: &[&Answer]) {
        for sentiment in answers.iter().filter_map(|answer| sentiment(answer)) {
            self.counts[sentiment.index()] += 1;
        }
    }

    fn n(&self) -> u64 {
        self.counts.iter().sum()
    }

    fn choices(&self) -> Option<Vec<u64>> {
        Some(self.counts.to_vec())
    }

    /// Positive counts +1, negative −1, the rest 0.
    fn measure(&self) -> Option<Histogram> {
        let positive = self.count(Sentiment::Positive);
        let negative = self.count(Sentiment::Negative);
        Some(Histogram::of_counts(-1, vec![negative, self.n() - positive - negative, positive]))
    }

    fn estimates(&self) -> BTreeMap<String, Estimate> {
        let mut estimates: BTreeMap<_, _> = sentiment_estimates(&self.counts).collect();
        let (positive, negative) =
            (self.count(Sentiment::Positive), self.count(Sentiment::Negative));
        if let Some(net) = estimate::net_share(positive, negative, self.n(), LEVEL) {
            estimates.insert("net_sentiment".to_owned(), net);
        }
        estimates
    }

    fn outcomes(&self, seed: u64, themes: &Themes) -> Option<Outcomes> {
        let shares = apportion::percent(&self.counts);
        let share = |sentiment: Sentiment| shares[sentiment.index()];
        Some(Outcomes::Sentiment {
            positive_pct: share(Sentiment::Positive),
            negative_pct: share(Sentiment::Negative),
            neutral_pct: share(Sentiment::Neutral),
            mixed_pct: share(Sentiment::Mixed),
            confidence: bootstrap::share_still_leading(&self.counts, seed, "confidence")?,
            key_themes: themes.top(ThemeKind::Topic),
        })
    }

    fn conclusions(&self, summary: &Summary<'_>) -> Vec<String> {
        let Outcomes::Sentiment { confidence, .. } = summary.outcomes else { return Vec::new() };
        let headline = told(summary.estimates, *confidence);
        let groups = summary.groups;
        [headline, reasons(groups), groups.least_liked("percentage points")]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// A sentence on the leading sentiment.
fn told(estimates: &BTreeMap<String, Estimate>, confidence: f64) -> Option<String> {
    const FEELINGS: [(&str, &str); 4] = [
        ("Positive", "positive_pct"),
        ("Negative", "negative_pct"),
        ("Neutral", "neutral_pct"),
        ("Mixed", "mixed_pct"),
    ];
    let net = estimates.get("net_sentiment")?;
    let (name, share) = FEELINGS
        .iter()
        .filter_map(|(name, field)| Some((*name, estimates.get(*field)?)))
        // The first of equal ones leads, as in the bootstrap.
        .reduce(|best, next| if next.1.value > best.1.value { next } else { best })?;
    let uncertain = if confidence < CERTAIN {
        format!(
            " That lead is uncertain: it holds in {:.0} % of resampled panels.",
            100.0 * confidence
        )
    } else {
        String::new()
    };
    Some(format!(
        "{name} feelings lead with {} % ({}); positive minus negative is {} points ({}).{uncertain}",
        number(share.value, 0),
        interval(share, 0, " %"),
        signed(net.value, 0),
        interval(net, 0, "")
    ))
}
