//! The tally of channel readings, by construct: whole numbers only, so that the order of adding does not matter, and
//! every float is computed at the end.

use std::collections::BTreeMap;

use libm::sqrt;
use protocol::channels::{
    BILLION, Channel, ChannelReadings, ChannelResult, Construct, ConstructResult, Elicitation,
    Heard, POINTS, Pmf,
};
use protocol::quality::Figure;
use protocol::results::Estimate;
use protocol::study::StudySpec;

use super::calibration::AnchorCalibration;
use super::{asked_beside, direct, heard, notes};
use crate::domain::outcome::{Answered, Assignment};
use crate::domain::stats::agreement::{MeasurementLevel, krippendorff_alpha_of_table};
use crate::domain::stats::distribution::t_quantile;
use crate::domain::stats::estimate::{self, equal_weights, tidy};
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, bootstrap};

/// First and last point on which texts are read.
pub(super) const SCALE: (i32, i32) = (1, 5);
/// Why a respondent who answered has no channel readings.
const NOT_ASKED: &str = "not asked";
/// If fewer resamples than this have an alpha, its interval is not reported.
const ALPHAS_MIN: usize = bootstrap::RESAMPLES * 95 / 100;

/// Counts over all readings so far.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::domain::instrument) struct ChannelTally {
    spec: Option<(StudySpec, Elicitation)>,
    constructs: BTreeMap<Construct, Counts>,
    benches: BTreeMap<Construct, AnchorCalibration>,
}

/// Counts of one construct.
#[derive(Clone, Debug, PartialEq)]
struct Counts {
    direct: Histogram,
    readings: Readings,
    unread: BTreeMap<String, u64>,
    ratings: Histogram,
    unrated: BTreeMap<String, u64>,
    /// Counts of pairs: row is the reading as a whole point, column the rating.
    pairs: Vec<Vec<u64>>,
}

/// Sums over readings, in billionths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Readings {
    n: u64,
    shares: [u128; POINTS],
    sum: u128,
    squares: u128,
}

impl ChannelTally {
    pub(in crate::domain::instrument) fn new(spec: &StudySpec) -> Self {
        let constructs = heard(spec).iter().map(|construct| (*construct, Counts::new(*construct)));
        let elicitation = spec.measurement.elicitation.clone();
        Self {
            constructs: constructs.collect(),
            spec: elicitation.map(|elicitation| (spec.clone(), elicitation)),
            benches: BTreeMap::new(),
        }
    }

    pub(in crate::domain::instrument) fn set_benches(
        &mut self,
        benches: BTreeMap<Construct, AnchorCalibration>,
    ) {
        self.benches = benches;
    }

    /// Counts the channel readings that belong to an answer.
    pub(in crate::domain::instrument) fn add(&mut self, at: Assignment, answered: &Answered) {
        let Some((spec, elicitation)) = &self.spec else { return };
        if !asked_beside(spec, at) {
            return;
        }
        for (construct, counts) in &mut self.constructs {
            if let Some(value) = direct(&answered.answer, *construct) {
                counts.direct.add(value);
            }
            let channel_readings = answered.channels.as_ref().and_then(|them| them.get(construct));
            counts.add(elicitation, channel_readings);
        }
    }

    pub(in crate::domain::instrument) fn results(
        self,
        seed: u64,
    ) -> BTreeMap<Construct, ConstructResult> {
        let Some((_, elicitation)) = self.spec else { return BTreeMap::new() };
        let results = self.constructs.into_iter().map(|(construct, counts)| {
            let bench = self.benches.get(&construct);
            (construct, counts.result(construct, &elicitation, bench, seed))
        });
        results.collect()
    }
}

impl Counts {
    fn new(construct: Construct) -> Self {
        let (low, high) = construct.direct_scale();
        Self {
            direct: Histogram::new(low, high),
            readings: Readings::default(),
            unread: BTreeMap::new(),
            ratings: Histogram::new(SCALE.0, SCALE.1),
            unrated: BTreeMap::new(),
            pairs: vec![vec![0; POINTS]; POINTS],
        }
    }

    fn add(&mut self, elicitation: &Elicitation, channel_readings: Option<&ChannelReadings>) {
        let read = channel_readings.and_then(|channel_readings| channel_readings.ssr.as_ref());
        let rated = channel_readings.and_then(|channel_readings| channel_readings.rater.as_ref());
        let pmf = read.and_then(Heard::known);
        let rating = rated.and_then(Heard::known);
        match pmf {
            Some(pmf) => self.readings.add(*pmf),
            None if elicitation.hears(Channel::Ssr) => missing(&mut self.unread, read),
            None => {}
        }
        match rating {
            Some(rated) => drop(self.ratings.add(i32::from(rated.rating))),
            None if elicitation.hears(Channel::Rater) => missing(&mut self.unrated, rated),
            None => {}
        }
        if let Some((pmf, rated)) = pmf.zip(rating) {
            let column = usize::from(rated.rating).wrapping_sub(1);
            if let Some(count) =
                self.pairs.get_mut(whole_point(*pmf)).and_then(|row| row.get_mut(column))
            {
                *count += 1;
            }
        }
    }

    fn result(
        self,
        construct: Construct,
        elicitation: &Elicitation,
        bench: Option<&AnchorCalibration>,
        seed: u64,
    ) -> ConstructResult {
        let mut channels = BTreeMap::new();
        channels.insert(Channel::Direct, of_direct(construct, &self.direct));
        let (ssr, rater) = (elicitation.hears(Channel::Ssr), elicitation.hears(Channel::Rater));
        if ssr {
            channels.insert(
                Channel::Ssr,
                ChannelResult {
                    scale: SCALE,
                    engine: elicitation.embedding_engine.clone(),
                    mean: Figure::of(self.readings.mean(), "no text could be read"),
                    mapped: None,
                    pmf: self.readings.pmf(),
                    n: self.readings.n,
                    missing: self.unread,
                },
            );
        }
        if rater {
            channels.insert(
                Channel::Rater,
                ChannelResult {
                    scale: SCALE,
                    engine: elicitation.rater.clone(),
                    mean: Figure::of(estimate::mean(&self.ratings, LEVEL), "no text was rated"),
                    mapped: None,
                    pmf: shares(&self.ratings),
                    n: self.ratings.n(),
                    missing: self.unrated,
                },
            );
        }
        let agreement = (ssr && rater).then(|| {
            let why = "fewer than two different points were given to texts that both have";
            Figure::of(alpha(&self.pairs, seed, construct), why)
        });
        let attainable = bench.filter(|_| ssr).and_then(AnchorCalibration::attainable);
        let notes = notes::of(construct, &channels, attainable.as_ref());
        ConstructResult { channels, agreement, attainable, notes }
    }
}

impl Readings {
    fn add(&mut self, pmf: Pmf) {
        self.n += 1;
        for (sum, share) in self.shares.iter_mut().zip(pmf.0) {
            *sum += u128::from(share);
        }
        let mean = u128::from(pmf.mean_billionths());
        self.sum += mean;
        self.squares += mean * mean;
    }

    /// The mean reading with Student's t interval over respondents; no interval for one respondent, nor if all
    /// readings are equal.
    fn mean(&self) -> Option<Estimate> {
        if self.n == 0 {
            return None;
        }
        let (n, billion) = (self.n as f64, f64::from(BILLION));
        let value = self.sum as f64 / n / billion;
        // n·Σx² − (Σx)² is exact.
        let spread = (u128::from(self.n) * self.squares).saturating_sub(self.sum * self.sum);
        let interval = (self.n > 1 && spread > 0)
            .then(|| {
                let deviation = sqrt(spread as f64 / (n * (n - 1.0))) / billion;
                let half = t_quantile(1.0 - (1.0 - LEVEL) / 2.0, n - 1.0)? * deviation / sqrt(n);
                Some((value - half, value + half))
            })
            .flatten();
        Some(equal_weights(value, interval, LEVEL, self.n, "t"))
    }

    fn pmf(&self) -> Vec<f64> {
        if self.n == 0 {
            return Vec::new();
        }
        let whole = self.n as f64 * f64::from(BILLION);
        self.shares.iter().map(|sum| tidy(*sum as f64 / whole)).collect()
    }
}

fn missing<T>(reasons: &mut BTreeMap<String, u64>, heard: Option<&Heard<T>>) {
    let why = match heard {
        Some(Heard::Undetermined { undetermined }) => undetermined,
        Some(Heard::Known(_)) | None => NOT_ASKED,
    };
    *reasons.entry(why.to_owned()).or_insert(0) += 1;
}

/// The index of the whole point nearest to a reading; halves round up.
fn whole_point(pmf: Pmf) -> usize {
    let point = (pmf.mean_billionths() + u64::from(BILLION) / 2) / u64::from(BILLION);
    usize::try_from(point).unwrap_or(1).clamp(1, POINTS) - 1
}

fn shares(values: &Histogram) -> Vec<f64> {
    let n = values.n();
    if n == 0 {
        return Vec::new();
    }
    values.counts().iter().map(|count| tidy(*count as f64 / n as f64)).collect()
}

fn of_direct(construct: Construct, values: &Histogram) -> ChannelResult {
    let scale = construct.direct_scale();
    let mean = estimate::mean(values, LEVEL);
    ChannelResult {
        scale,
        engine: None,
        mapped: mean.as_ref().filter(|_| scale != SCALE).map(|mean| mapped(mean, scale)),
        mean: Figure::of(mean, "nobody answered"),
        pmf: shares(values),
        n: values.n(),
        missing: BTreeMap::new(),
    }
}

/// An estimate mapped linearly onto the points 1 to 5, end to end.
fn mapped(estimate: &Estimate, (low, high): (i32, i32)) -> Estimate {
    let width = f64::from(high - low);
    let onto = |value: f64| {
        tidy(f64::from(SCALE.0) + f64::from(SCALE.1 - SCALE.0) * (value - f64::from(low)) / width)
    };
    Estimate {
        value: onto(estimate.value),
        low: estimate.low.map(onto),
        high: estimate.high.map(onto),
        method: format!("{}, mapped", estimate.method),
        ..estimate.clone()
    }
}

/// Krippendorff's ordinal alpha of readings and ratings with a bootstrap interval over respondents; no interval if
/// alpha is undefined in many resamples.
fn alpha(pairs: &[Vec<u64>], seed: u64, construct: Construct) -> Option<Estimate> {
    let value = krippendorff_alpha_of_table(pairs, MeasurementLevel::Ordinal)?;
    let cells: Vec<u64> = pairs.iter().flatten().copied().collect();
    let mut rng = bootstrap::generator(seed, &format!("channels.{construct}.agreement"));
    let mut drawn = vec![0; cells.len()];
    let mut alphas = Vec::with_capacity(bootstrap::RESAMPLES);
    let mut resampler = bootstrap::Resampler::new(&cells);
    for _ in 0..bootstrap::RESAMPLES {
        resampler.draw(&mut rng, &mut drawn);
        let table: Vec<Vec<u64>> = drawn.chunks(POINTS).map(<[u64]>::to_vec).collect();
        alphas.extend(krippendorff_alpha_of_table(&table, MeasurementLevel::Ordinal));
    }
    alphas.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - LEVEL) / 2.0;
    let interval = bootstrap::quantile(&alphas, tail)
        .zip(bootstrap::quantile(&alphas, 1.0 - tail))
        .filter(|_| alphas.len() >= ALPHAS_MIN);
    Some(equal_weights(value, interval, LEVEL, cells.iter().sum(), "bootstrap_percentile"))
}
