//! The ranking of several studies by one metric: the order, the difference of each pair, who cannot be told apart, and how
//! probable it is that each is the best. Where the same people answered, pairs are compared person by person; where the
//! built-in reader answered, everything includes its wording noise.

use std::collections::BTreeMap;

use protocol::hint::{Feature, Hint, Remedy};
use protocol::id::StudyId;
use protocol::ranking::{ALL_PAIRS_MAX, RankedPair, RankedStudy, Ranking};
use protocol::results::Difference;
use protocol::safe;
use protocol::study::{EngineMode, StudySpec, StudyType};

use super::compare::{Both, NotComparable, comparable, difference, same_panel};
use super::metric::StudyMetric;
use super::types::{Layout, kind, kind_of};
use super::wording_noise::{WordingNoise, factor};
use super::words::{list, number};
use crate::domain::stats::estimate::tidy;
use crate::domain::stats::groups::letters;
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::rank_odds::{Contender, RESAMPLES, RankOdds, rank_odds};
use crate::domain::stats::wording::{p_at_most, p_between};
use crate::domain::stats::{LEVEL, multiple};

/// Groups that letters are shown for.
const GROUPS_MAX: usize = 26;
/// Studies that a sentence names.
const NAMED_MAX: usize = 3;

/// A study to be ranked.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// The study.
    pub id: StudyId,
    /// The model that answered.
    pub model: String,
    /// What was asked.
    pub spec: StudySpec,
    /// The value of each respondent of its panel, by place.
    pub values: Vec<Option<i32>>,
}

/// Why studies cannot be ranked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotRankable {
    /// The study types differ.
    #[error("'{0}' is a {1} study and '{2}' a {3} study: they share no scale")]
    Types(String, StudyType, String, StudyType),
    /// Their scales differ: they are reviews of two types of content.
    #[error("'{0}' was reviewed as {1} and '{2}' as {3}: their dimensions are not the same")]
    Scales(String, &'static str, String, &'static str),
    /// The models differ.
    #[error(
        "'{0}' was answered by {1} and '{2}' by {3}: a ranking would be one of the models as well"
    )]
    Models(String, String, String, String),
    /// The questions differ.
    #[error("'{0}' and '{1}' asked different questions")]
    Questions(String, String),
    /// Each study compares two texts of its own.
    #[error("An A/B test compares two texts of its own and has no place in a ranking")]
    TwoTexts,
    /// A study has no answer.
    #[error("'{0}' has no answers")]
    NoAnswers(String),
}

impl NotRankable {
    /// What to do about it.
    #[must_use]
    pub(crate) fn hint(&self) -> Hint {
        match self {
            Self::Types(..) => Hint::from("Rank studies of one type")
                .or(Remedy::with("run the texts anew", Feature::RankTexts)),
            Self::Scales(..) => Hint::from("Rank reviews of one type of content").or(Remedy::set(
                "review the texts anew as one",
                "content_type",
                "TYPE",
            )),
            Self::Models(..) => {
                Hint::from(Remedy::with("Run the texts anew with one engine", Feature::RankTexts))
                    .or(Remedy::with("run one of them like the other", Feature::RunLike))
            }
            Self::Questions(..) => Remedy::with("Run one of them again", Feature::RunLike).into(),
            Self::TwoTexts => Hint::from("Run each text as a study of its own and rank those")
                .or(Remedy::with("read the A/B test", Feature::Study("ID".to_owned()))),
            Self::NoAnswers(_) => Hint::from("Leave it out").or(Remedy::with(
                "ask again",
                Feature::Control("retry".to_owned(), "ID".to_owned()),
            )),
        }
    }
}

/// What rules out a ranking of those studies, before their answers are read.
///
/// # Errors
/// For the first pair that has nothing in common, or an A/B test.
pub(crate) fn rankable<'a>(
    studies: impl IntoIterator<Item = (&'a StudySpec, &'a str)>,
) -> Result<(), NotRankable> {
    let mut studies = studies.into_iter();
    let Some((first, model)) = studies.next() else { return Ok(()) };
    if kind_of(&first.instrument).layout() == Layout::TwoVariants {
        return Err(NotRankable::TwoTexts);
    }
    let name = |spec: &StudySpec| spec.name.clone();
    for (other, its) in studies {
        let types = (first.instrument.study_type(), other.instrument.study_type());
        if types.0 != types.1 {
            return Err(NotRankable::Types(name(first), types.0, name(other), types.1));
        }
        if let Err(NotComparable::Scales(one, its)) = comparable(first, other) {
            return Err(NotRankable::Scales(name(first), one, name(other), its));
        }
        if model != its {
            let (model, its) = (model.to_owned(), its.to_owned());
            return Err(NotRankable::Models(name(first), model, name(other), its));
        }
        let questions =
            |spec: &StudySpec| kind_of(&spec.instrument).questions(&spec.instrument).to_vec();
        if questions(first) != questions(other) {
            return Err(NotRankable::Questions(name(first), name(other)));
        }
    }
    Ok(())
}

/// Ranks studies of one type and model, which [`rankable`] has passed.
///
/// # Errors
/// When a study has no answer, or there is none.
pub(crate) fn rank(
    mut candidates: Vec<Candidate>,
    metric: &StudyMetric,
    lowest_first: bool,
    noise: Option<&WordingNoise>,
) -> Result<Ranking, NotRankable> {
    let scale = metric.scale();
    // Nothing but ties depends on the order in which they were given.
    let mut counted = Vec::with_capacity(candidates.len());
    for candidate in candidates.drain(..) {
        let mut values = Histogram::new(scale.0, scale.1);
        for value in candidate.values.iter().flatten() {
            values.add(*value);
        }
        let estimate = metric
            .estimate(&values)
            .ok_or_else(|| NotRankable::NoAnswers(candidate.spec.name.clone()))?;
        counted.push(CountedCandidate { candidate, values, estimate });
    }
    counted.sort_by(|a, b| {
        let by_value = b.estimate.value.total_cmp(&a.estimate.value);
        let by_value = if lowest_first { by_value.reverse() } else { by_value };
        by_value
            .then_with(|| a.candidate.spec.name.cmp(&b.candidate.spec.name))
            .then_with(|| a.candidate.id.0.cmp(&b.candidate.id.0))
    });
    let Some(first) = counted.first() else {
        return Err(NotRankable::NoAnswers(String::new()));
    };
    let study_type = first.candidate.spec.instrument.study_type();
    let model = first.candidate.model.clone();
    let sd = noise.map_or(0.0, |noise| metric.wording_sd(noise));
    let sentences: Vec<Vec<(f64, String)>> =
        counted.iter().map(|one| metric.sentences(&one.candidate.spec)).collect();

    let pairs = RankedPairs::of(&counted, metric, sd, &Named::of(&sentences));
    let apart = pairs.apart();
    let odds = odds(&counted, &sentences, metric, lowest_first, sd);
    let groups = letters(counted.len(), GROUPS_MAX, |i, j| apart.are(i, j));

    let mut studies: Vec<RankedStudy> = Vec::with_capacity(counted.len());
    for (place, (one, odds)) in counted.iter().zip(odds).enumerate() {
        let equal =
            |other: &RankedStudy| other.estimate.value.total_cmp(&one.estimate.value).is_eq();
        let rank = match studies.last().filter(|other| equal(other)) {
            Some(other) => other.rank,
            None => ordinal(place + 1),
        };
        let (ahead, behind) = apart.around(place, counted.len());
        studies.push(RankedStudy {
            id: one.candidate.id,
            name: one.candidate.spec.name.clone(),
            rank,
            estimate: one.estimate.clone(),
            groups: groups
                .as_ref()
                .and_then(|groups| groups.get(place))
                .cloned()
                .unwrap_or_default(),
            rank_best: ordinal(ahead + 1),
            rank_worst: ordinal(counted.len() - behind),
            best_probability: tidy(odds.best),
            expected_rank: tidy(odds.rank),
        });
    }
    let (paired, noise_of_pairs) = (pairs.all_paired, pairs.noise);
    let mut ranking = Ranking {
        study_type,
        field: metric.field().to_owned(),
        lowest_first,
        paired,
        model,
        conclusion: String::new(),
        pairs: pairs.shown(&counted, &apart),
        studies,
        adjustment: "holm".to_owned(),
        level: LEVEL,
        resamples: RESAMPLES,
        wording_sd: (noise_of_pairs.1 > 0.0).then(|| tidy(noise_of_pairs.1)),
        notes: Vec::new(),
        also: Vec::new(),
    };
    ranking.conclusion = conclusion(&ranking, &apart);
    ranking.notes = notes(&ranking, &counted, noise.map(|noise| (noise, noise_of_pairs)));
    Ok(ranking)
}

/// A candidate with its counts.
struct CountedCandidate {
    candidate: Candidate,
    values: Histogram,
    estimate: protocol::results::Estimate,
}

/// A place as a rank.
fn ordinal(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// Sentences by number instead of by text, so that many pairs are compared quickly.
struct Named(Vec<Vec<(f64, usize)>>);

impl Named {
    fn of(sentences: &[Vec<(f64, String)>]) -> Self {
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, sentence) in sentences.iter().flatten() {
            let next = numbers.len();
            numbers.entry(sentence).or_insert(next);
        }
        let number =
            |sentence: &String| numbers.get(sentence.as_str()).copied().unwrap_or_default();
        let of_one = |one: &Vec<(f64, String)>| {
            one.iter().map(|(weight, sentence)| (*weight, number(sentence))).collect()
        };
        Self(sentences.iter().map(of_one).collect())
    }

    /// The factor of wording noise in the difference of two studies; 0 where they have the same texts.
    fn factor(&self, i: usize, j: usize) -> f64 {
        let of = |place: usize| self.0.get(place).into_iter().flatten();
        factor(of(i).map(|(w, s)| (*w, *s)).chain(of(j).map(|(w, s)| (-*w, *s))))
    }
}

/// Who can be told apart.
struct Apart(Vec<Vec<bool>>);

impl Apart {
    fn are(&self, i: usize, j: usize) -> bool {
        self.0.get(i.min(j)).and_then(|row| row.get(i.max(j))).copied().unwrap_or(false)
    }

    /// How many are certainly ahead of one, and behind it.
    fn around(&self, place: usize, of: usize) -> (usize, usize) {
        let count =
            |others: std::ops::Range<usize>| others.filter(|other| self.are(place, *other)).count();
        (count(0..place), count(place + 1..of))
    }
}

/// Every pair of a ranking, in its order.
struct RankedPairs {
    /// First, second, the difference where it is shown, and p: of those that are not shown an upper bound, which decides
    /// the same or tells fewer apart.
    all: Vec<(usize, usize, Option<Difference>, Option<f64>)>,
    all_paired: bool,
    items: usize,
    /// The least and the largest standard deviation of wording noise in a pair.
    noise: (f64, f64),
}

impl RankedPairs {
    fn of(counted: &[CountedCandidate], metric: &StudyMetric, sd: f64, named: &Named) -> Self {
        let items = counted.len();
        let tests = (items * items.saturating_sub(1) / 2).max(1) as f64;
        let (low, high) = metric.scale();
        let mut all = Vec::new();
        let mut all_paired = true;
        let mut noise = (f64::INFINITY, 0.0_f64);
        for i in 0..items {
            for j in i + 1..items {
                let (first, second) = (&counted[i], &counted[j]);
                let paired = same_panel(&first.candidate.spec, &second.candidate.spec);
                all_paired &= paired;
                // First minus second.
                let mut gaps = Histogram::new(low - high, high - low);
                if paired {
                    let values = first.candidate.values.iter().zip(&second.candidate.values);
                    for (first, second) in values {
                        if let (Some(first), Some(second)) = (first, second) {
                            gaps.add(first - second);
                        }
                    }
                }
                let both = Both { a: second.values.clone(), b: first.values.clone(), gaps };
                let sd = sd * named.factor(i, j);
                noise = (noise.0.min(sd), noise.1.max(sd));
                let shown = items <= ALL_PAIRS_MAX || j == i + 1;
                let found = shown.then(|| difference(&both, paired, metric, sd)).flatten();
                let p = match &found {
                    Some(found) => found.p,
                    // Bounds decide most pairs of many: what is above the level is told apart under no adjustment, and
                    // what is far below it under every one.
                    None => both.tested(paired).and_then(|(tested, _)| {
                        let (least, most) = p_between(tested, sd / metric.factor());
                        let alpha = 1.0 - LEVEL;
                        if least >= alpha {
                            Some(least)
                        } else if most < alpha / tests {
                            Some(most)
                        } else {
                            p_at_most(tested, sd / metric.factor())
                        }
                    }),
                };
                all.push((i, j, found, p));
            }
        }
        Self { all, all_paired, items, noise }
    }

    /// Who can be told apart at the level, over all pairs (Holm).
    fn apart(&self) -> Apart {
        let mut apart = vec![vec![false; self.items]; self.items];
        let tested: Vec<f64> = self.all.iter().map(|(_, _, _, p)| p.unwrap_or(1.0)).collect();
        for ((i, j, ..), p) in self.all.iter().zip(multiple::holm(&tested)) {
            apart[*i][*j] = p < 1.0 - LEVEL;
        }
        Apart(apart)
    }

    /// The pairs that are shown, with their adjusted p.
    fn shown(self, counted: &[CountedCandidate], apart: &Apart) -> Vec<RankedPair> {
        let tested: Vec<f64> = self.all.iter().map(|(_, _, _, p)| p.unwrap_or(1.0)).collect();
        let adjusted = multiple::holm(&tested);
        let id = |place: usize| counted[place].candidate.id;
        self.all
            .into_iter()
            .zip(adjusted)
            .filter_map(|((i, j, found, p), adjusted)| {
                let difference = Difference { p_adjusted: p.map(|_| adjusted), ..found? };
                Some(RankedPair { first: id(i), second: id(j), difference, apart: apart.are(i, j) })
            })
            .collect()
    }
}

/// The odds of each, with one seed for all: the least of theirs.
fn odds(
    counted: &[CountedCandidate],
    sentences: &[Vec<(f64, String)>],
    metric: &StudyMetric,
    lowest_first: bool,
    sd: f64,
) -> Vec<RankOdds> {
    let seed = counted.iter().map(|one| one.candidate.spec.seed).min().unwrap_or_default();
    let sign = if lowest_first { -1 } else { 1 };
    let contenders: Vec<Contender> = counted
        .iter()
        .zip(sentences)
        .map(|(one, wording)| Contender {
            panel: panel_key(&one.candidate.spec),
            values: one
                .candidate
                .values
                .iter()
                .map(|value| value.map(|value| sign * value))
                .collect(),
            wording: wording.clone(),
        })
        .collect();
    rank_odds(&contenders, sd / metric.factor(), seed)
}

/// Equal for studies of the same people, as [`same_panel`] says.
fn panel_key(spec: &StudySpec) -> String {
    let seed = if spec.engine_mode == EngineMode::Anchor { 0 } else { spec.seed };
    format!("{:?} {} {} {seed}", spec.audience, spec.panel, spec.engine_mode)
}

/// What may be concluded.
fn conclusion(ranking: &Ranking, apart: &Apart) -> String {
    let all = ranking.studies.len();
    let quoted = |place: usize| {
        ranking.studies.get(place).map(|study| safe::quoted(&study.name)).unwrap_or_default()
    };
    let best = ranking.studies.first().map_or(0.0, |study| study.best_probability);
    let alike: Vec<usize> = (1..all).filter(|place| !apart.are(0, *place)).collect();
    let any = (0..all).any(|i| (i + 1..all).any(|j| apart.are(i, j)));
    let probability = chance(best);
    if alike.is_empty() {
        let others = match all {
            2 => format!("{} is behind it, beyond chance", quoted(1)),
            _ => format!("each of the other {} is behind it, beyond chance", all - 1),
        };
        return format!("{} is the best of these {all}: {others}.", quoted(0));
    }
    if !any {
        let cause = if ranking.wording_sd.is_some() { "chance or wording" } else { "chance" };
        let which = if all == 2 { "The two".to_owned() } else { format!("None of the {all}") };
        let cannot =
            if all == 2 { "cannot be told apart" } else { "can be told apart from another" };
        return format!(
            "{which} {cannot}: the order may be {cause}. {} is first, and the best with a probability of {probability}.",
            quoted(0)
        );
    }
    let behind = all - 1 - alike.len();
    let mut named: Vec<String> = alike.iter().take(NAMED_MAX).map(|place| quoted(*place)).collect();
    if alike.len() > NAMED_MAX {
        named.truncate(NAMED_MAX - 1);
        named.push(format!("{} others", alike.len() + 1 - NAMED_MAX));
    }
    let tail = match behind {
        0 => "nobody is certainly behind it".to_owned(),
        1 => "one is behind it, beyond chance".to_owned(),
        _ => format!("{behind} are behind it, beyond chance"),
    };
    format!(
        "{} is first, but {} cannot be told apart from it; {tail}. It is the best with a probability of {probability}.",
        quoted(0),
        list(&named)
    )
}

/// A probability in words: the resamples do not resolve the ends.
fn chance(probability: f64) -> String {
    match probability {
        p if p > 0.99 => "over 99 %".to_owned(),
        p if p < 0.01 => "under 1 %".to_owned(),
        p => format!("{} %", number(100.0 * p, 0)),
    }
}

/// Caveats.
fn notes(
    ranking: &Ranking,
    counted: &[CountedCandidate],
    noise: Option<(&WordingNoise, (f64, f64))>,
) -> Vec<String> {
    let mut notes = vec![super::SYNTHETIC_NOTICE.to_owned()];
    let specs: Vec<&StudySpec> = counted.iter().map(|one| &one.candidate.spec).collect();
    let differs = |same: &dyn Fn(&StudySpec, &StudySpec) -> bool| {
        specs.first().is_some_and(|first| specs.iter().any(|other| !same(first, other)))
    };
    if ranking.paired {
        notes.push(
            "The same people answered all of them: each pair is compared person by person."
                .to_owned(),
        );
    } else {
        let mut what = Vec::new();
        if differs(&|a, b| a.audience == b.audience) {
            what.push("audience".to_owned());
        }
        if differs(&|a, b| a.panel == b.panel) {
            what.push("panel size".to_owned());
        }
        if differs(&|a, b| a.engine_mode == b.engine_mode) {
            what.push("engine mode".to_owned());
        }
        if differs(&|a, b| a.seed == b.seed) {
            what.push("seed".to_owned());
        }
        notes.push(format!(
            "Different people answered (the studies differ in {}): part of each difference is who was asked. \
             `demoscope run FILE --like ID` asks the same people.",
            list(&what)
        ));
    }
    if differs(&|a, b| a.context == b.context) {
        notes.push(
            "Not all respondents were told the same beforehand: the contexts differ.".to_owned(),
        );
    }
    let pairs = ranking.studies.len() * ranking.studies.len().saturating_sub(1) / 2;
    if pairs > 1 {
        notes.push(format!(
            "Whether two can be told apart is adjusted for all {pairs} pairs (Holm): the chance that any such statement \
             here is wrong is at most 5 %."
        ));
    }
    if let Some((noise, (least, most))) = noise.filter(|_| ranking.wording_sd.is_some()) {
        let (least, most) = (number(least, 2), number(most, 2));
        let by = if least == most { most } else { format!("{least} to {most}, pair by pair") };
        notes.push(format!(
            "Differences, groups and probabilities include wording noise: between texts that say the same and share as much \
             as these, this reader's result differs by {by} (standard deviation; {}). More people do not make that smaller. The interval beside each \
             text is that of its own report, without it.",
            noise.source()
        ));
    }
    if ranking.pairs.iter().any(|pair| !pair.apart && pair.difference.difference.within_wording) {
        notes.push(
            "Some differ beyond chance and yet by less than another wording would make: asking more people would not \
             settle those."
                .to_owned(),
        );
    }
    let incomplete =
        counted.iter().filter(|one| one.candidate.values.iter().any(Option::is_none)).count();
    if incomplete > 0 {
        notes.push(format!(
            "In {incomplete} of them not everybody asked has an answer that counts; a pair is compared by those who have \
             one in both."
        ));
    }
    if !super::has_headline(ranking.study_type)
        || kind(ranking.study_type).headline().is_some_and(|own| own.field != ranking.field)
    {
        notes.push(format!(
            "Best means the {} value of {}.",
            if ranking.lowest_first { "lowest" } else { "highest" },
            ranking.field
        ));
    }
    notes
}
