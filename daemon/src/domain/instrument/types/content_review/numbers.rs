//! The numbers of a review: the overall score, the click rate, every dimension, the distinctiveness in the feed and the
//! regulatory fit, each read from an answer as a whole number.

use protocol::results::Answer;
use protocol::review::{Dimension, ReviewAnswer};

use super::{HUNDREDTHS, SCALE};
use crate::domain::instrument::metric::{Metric, MetricSource};
use crate::domain::instrument::wording_noise::WordingScale;
use crate::domain::outcome::Answered;

pub(super) const OVERALL: &str = "overall";
pub(super) const CLICK_RATE: &str = "clickRate";
pub(super) const FEED_DISTINCTIVENESS: &str = "feedDistinctiveness";
pub(super) const REGULATORY_FIT: &str = "regulatoryFit";

/// The field of a dimension.
pub(super) fn field(dimension: Dimension) -> String {
    format!("dimension.{dimension}")
}

/// Every number of every type of content. A study has those of its type.
pub(super) fn metrics() -> Vec<Metric> {
    let points = |value| MetricSource::Points { scale: SCALE, value };
    let score = |field: &str, source| Metric::new(field, source, WordingScale::Score);
    let overall = MetricSource::Hundredths { scale: HUNDREDTHS, value: overall };
    let clicks = MetricSource::Rate { value: clicks };
    let mut metrics = vec![
        score(OVERALL, overall),
        Metric::new(CLICK_RATE, clicks, WordingScale::ClickRate),
        score(FEED_DISTINCTIVENESS, points(distinctiveness)),
        score(REGULATORY_FIT, points(fit)),
    ];
    metrics.extend(Dimension::ALL.iter().map(|dimension| {
        let of = dimension.index();
        let source = MetricSource::PointsOf { scale: SCALE, of, value: dimension_score };
        score(&field(*dimension), source)
    }));
    metrics
}

fn said<'a>(said: &[&'a Answered]) -> Option<&'a ReviewAnswer> {
    match &said.first()?.answer {
        Answer::ContentReview { said, .. } => Some(said),
        _ => None,
    }
}

fn overall(answers: &[&Answered]) -> Option<i32> {
    match said(answers)? {
        ReviewAnswer::Scores { overall, .. } => Some(i32::from(overall.0)),
        ReviewAnswer::Choice { .. } => None,
    }
}

fn clicks(answers: &[&Answered]) -> Option<i32> {
    match said(answers)? {
        ReviewAnswer::Scores { would_click, .. } => Some(i32::from(*would_click)),
        ReviewAnswer::Choice { .. } => None,
    }
}

fn distinctiveness(answers: &[&Answered]) -> Option<i32> {
    match said(answers)? {
        ReviewAnswer::Scores { distinctiveness, .. } => Some(i32::from(*distinctiveness)),
        ReviewAnswer::Choice { .. } => None,
    }
}

fn fit(answers: &[&Answered]) -> Option<i32> {
    match said(answers)? {
        ReviewAnswer::Scores { regulatory_fit, .. } => Some(i32::from(*regulatory_fit)),
        ReviewAnswer::Choice { .. } => None,
    }
}

fn dimension_score(answers: &[&Answered], of: usize) -> Option<i32> {
    match said(answers)? {
        ReviewAnswer::Scores { scores, .. } => {
            let found = scores.iter().find(|one| one.dimension.index() == of);
            found.map(|one| i32::from(one.score))
        }
        ReviewAnswer::Choice { .. } => None,
    }
}
