//! The accumulator of a study's results, fed one outcome at a time. It keeps counts per class and score and a bounded
//! choice of quotes, so a million answers need no more memory than a thousand; every float is computed at the end.

use std::borrow::Cow;
use std::collections::BTreeMap;

use protocol::channels::Construct;
use protocol::results::{Answer, Margins, Outcomes, Results, Segment};
use protocol::study::{StudySpec, StudyType};

use super::chain::{
    ChainTally, Follows, Rewrite, RewriteVariant, RoundResults, after_round, higher,
    improved_variants, spec_of_round,
};
use super::channels::{AnchorCalibration, ChannelTally};
use super::contrast::{ClassTallies, SMALL, contrasts, rule};
use super::diagnose::Quality;
use super::findings::{self, Advice, FindingCounts};
use super::level::standing;
use super::metric::widenings;
use super::stands_out::Groups;
use super::tally::{By, Summary, Tally};
use super::themes::Themes;
use super::types::{kind, stimuli};
use super::wording_noise::{Widenings, WordingNoise, WordingScale};
use crate::domain::outcome::{Answered, Assignment, FIRST_ROUND, Mention, Outcome};

/// The dimensions from which quotes are sampled, so that different ages and genders are represented.
const QUOTE_DIMENSIONS: [&str; 2] = ["age_band", "gender"];

/// (dimension, class) pairs of one respondent.
type ClassesOfOne<'a> = &'a [(&'static str, &'static str)];

/// Counts over the outcomes that were added so far.
#[derive(Debug)]
pub struct Accumulator {
    study_type: StudyType,
    /// Tasks of each respondent.
    tasks: usize,
    panel: u32,
    seed: u64,
    all: Box<dyn Tally>,
    classes: ClassTallies,
    themes: Themes,
    quality: Quality,
    channels: ChannelTally,
    /// Answers of respondents with several tasks that are not complete yet: at most one respondent at a time if
    /// outcomes come in respondent order.
    waiting: BTreeMap<u32, Vec<Answered>>,
    /// The empty tally that a new class starts with.
    empty: Box<dyn Tally>,
    /// Wording noise in the numbers that compare two texts of the study.
    widenings: Option<Widenings>,
    /// Standard deviation of the wording noise in the share that names a theme, against another text; 0 where none is
    /// known.
    theme_noise: f64,
    /// The rounds of a chain, where the study has one.
    chain: Option<ChainCounts>,
}

/// What a chain's results are computed from, besides the answers of the first round.
#[derive(Debug)]
struct ChainCounts {
    spec: StudySpec,
    tally: ChainTally,
    rewrites: Vec<Rewrite>,
    noise: Option<WordingNoise>,
    /// The answers of each later round, counted as those of a study of its own.
    later: BTreeMap<u16, Accumulator>,
}

impl Accumulator {
    /// An empty accumulator for that study.
    #[must_use]
    pub fn new(spec: &StudySpec) -> Self {
        let study_type = spec.instrument.study_type();
        Self {
            study_type,
            tasks: usize::from(super::tasks(spec)),
            panel: spec.panel,
            seed: spec.seed,
            all: kind(study_type).panel_tally(spec),
            classes: BTreeMap::new(),
            themes: Themes::about(
                stimuli(&spec.instrument).into_iter().map(str::to_owned).collect(),
            ),
            quality: Quality::new(spec),
            channels: ChannelTally::new(spec),
            waiting: BTreeMap::new(),
            empty: kind(study_type).tally(),
            widenings: None,
            theme_noise: 0.0,
            chain: ChainTally::new(spec).map(|tally| ChainCounts {
                spec: spec.clone(),
                tally,
                rewrites: Vec::new(),
                noise: None,
                later: BTreeMap::new(),
            }),
        }
    }

    /// Adds what the content was rewritten to after a round, in the order of rounds.
    pub(crate) fn add_rewrite(&mut self, rewrite: Rewrite) {
        if let Some(chain) = &mut self.chain {
            chain.rewrites.push(rewrite);
        }
    }

    /// The best round so far, from 0.
    #[must_use]
    pub(crate) fn best_round(&self) -> u16 {
        self.chain.as_ref().map_or(FIRST_ROUND, |chain| chain.tally.best())
    }

    /// How many experts scored a round, from 0.
    #[must_use]
    pub(crate) fn experts(&self, round: u16) -> u64 {
        self.chain.as_ref().map_or(0, |chain| chain.tally.overall(round).1)
    }

    /// What follows from those variants of a rewrite after that round: made from the best so far, the variants in order, and
    /// the first of them taken where another round may follow. `None` where nothing is rewritten then.
    #[must_use]
    pub(crate) fn rewritten(&self, round: u16, variants: Vec<RewriteVariant>) -> Option<Rewrite> {
        let chain = self.chain.as_ref()?;
        match after_round(&chain.tally, round, &chain.rewrites) {
            Follows::Rewrite { from, another } => {
                Some(Rewrite::choose(&chain.tally, from, another, variants))
            }
            Follows::Round(_) | Follows::Finish => None,
        }
    }

    /// Whether that rewrite can follow that round. Earlier versions took none that was no better, whatever was asked for.
    #[must_use]
    pub(crate) fn allows(&self, round: u16, rewrite: &Rewrite) -> bool {
        let Some(follows) = self.rewritten(round, rewrite.variants.clone()) else { return false };
        let was_gain = self.chain.as_ref().is_some_and(|chain| {
            let score = |best: &RewriteVariant| (best.sum, u64::from(best.experts));
            let from = chain.tally.overall(follows.from);
            follows.variants.first().is_some_and(|best| higher(score(best), from))
        });
        let taken = follows.taken && (rewrite.taken || was_gain);
        let follows = follows.for_want_of(rewrite.failed.clone());
        Rewrite { notes: rewrite.notes.clone(), taken, ..follows } == *rewrite
    }

    /// Sets the wording noise of the model that answers, if it has a measured one. Call it before the first answer.
    #[must_use]
    pub(crate) fn with_wording(mut self, spec: &StudySpec, noise: Option<&WordingNoise>) -> Self {
        let Some(noise) = noise else { return self };
        if let Some(chain) = &mut self.chain {
            chain.noise = Some(noise.clone());
        }
        self.widenings = widenings(spec, noise);
        if let Some(widenings) = &self.widenings {
            self.all.widen(widenings);
        }
        self.theme_noise = noise.sd(WordingScale::ThemeShare);
        self
    }

    /// Sets the anchor calibrations that texts are read with.
    #[must_use]
    pub fn with_benches(mut self, benches: BTreeMap<Construct, AnchorCalibration>) -> Self {
        self.channels.set_benches(benches);
        self
    }

    /// Adds the outcome of an assignment, whose respondent belongs to those (dimension, class) pairs. The outcomes of
    /// one respondent must be consecutive, a replicate after the answer it repeats. Replicates never count as
    /// answers. Outcomes of later rounds count for the chain alone, after those of the rounds before, and after the
    /// rewrites that led to them.
    pub fn add(&mut self, at: Assignment, classes: ClassesOfOne<'_>, outcome: &Outcome) {
        if let Some(chain) = &mut self.chain {
            chain.add(at, classes, outcome);
        }
        if at.round != FIRST_ROUND {
            return;
        }
        if self.quality.admit(at, classes, outcome)
            && let Outcome::Answered(answered) = outcome
        {
            self.add_answer(at, classes, answered);
        }
    }

    fn add_answer(&mut self, at: Assignment, classes: ClassesOfOne<'_>, answered: &Answered) {
        let (ordinal, answer) = (at.respondent, &answered.answer);
        if answer.study_type() != self.study_type {
            let reason = "the answer belongs to another instrument";
            return self.quality.count_reason("invalid", reason);
        }
        self.quality.add_answer(at, answered, answer.reasoning());
        self.channels.add(at, answered);
        self.all.note(answer);
        let Some(earlier) = self.earlier(ordinal, answered) else { return };
        let group = quote_group(classes);
        let by = By { ordinal, group: &group };
        let answers: Vec<&Answer> =
            earlier.iter().map(|earlier| &earlier.answer).chain([answer]).collect();
        self.in_each_group(classes, by, &answers);
        let score = super::exact_score(answer).or_else(|| super::score(answer).map(u16::from));
        let score = score.zip(self.empty.exact_scores().map(|exact| exact.0));
        for mention in each_once(answered, &earlier) {
            let verified = verified(mention, &answers);
            self.themes.add(ordinal, &group, classes, &verified, score);
        }
    }

    /// The respondent's earlier answers, once the answers to all tasks are in.
    fn earlier(&mut self, ordinal: u32, answered: &Answered) -> Option<Vec<Answered>> {
        if self.tasks <= 1 {
            return Some(Vec::new());
        }
        let earlier = self.waiting.entry(ordinal).or_default();
        if earlier.len() + 1 < self.tasks {
            earlier.push(answered.clone());
            return None;
        }
        self.waiting.remove(&ordinal)
    }

    fn in_each_group(&mut self, classes: ClassesOfOne<'_>, by: By<'_>, answers: &[&Answer]) {
        self.all.add(by, answers);
        for (dimension, class) in classes {
            let known = self.classes.entry(dimension).or_default();
            let tally = known.entry(class).or_insert_with(|| {
                let mut tally = kind(self.study_type).tally();
                if let Some(widenings) = &self.widenings {
                    tally.widen(widenings);
                }
                tally
            });
            tally.add(by, answers);
        }
    }

    /// The results; `None` without any answer.
    #[must_use]
    pub fn finish(self, margins: Margins) -> Option<Results> {
        self.finish_rounds(margins).map(|(results, _)| results)
    }

    /// The results, and those of each round of a chain; `None` without any answer.
    #[must_use]
    pub(crate) fn finish_rounds(
        mut self,
        margins: Margins,
    ) -> Option<(Results, Vec<RoundResults>)> {
        let chain = self.chain.take();
        let study_type = self.study_type;
        let mut results = self.finish_first(margins.clone())?;
        let Some(chain) = chain else { return Some((results, Vec::new())) };
        let rounds = chain.finish(margins, &mut results, study_type);
        Some((results, rounds))
    }

    /// The results of the first round.
    fn finish_first(mut self, margins: Margins) -> Option<Results> {
        for _ in std::mem::take(&mut self.waiting) {
            self.quality.count_reason("skipped", "answered in one order only");
        }
        let n = self.all.n();
        let outcomes = self.all.outcomes(self.seed, &self.themes)?;
        let contrasts = contrasts(self.study_type, self.all.as_ref(), &self.classes, &self.themes);
        let by_themes = kind(self.study_type).headline().is_none();
        let segments = self.classes.iter().map(|(dimension, classes)| {
            let classes = classes.iter().map(|(class, tally)| {
                let n = tally.n();
                let mut estimates = tally.estimates();
                if by_themes {
                    estimates.extend(self.themes.shares_within((*dimension, *class), n));
                }
                ((*class).to_owned(), Segment { n, small: n < SMALL, estimates })
            });
            ((*dimension).to_owned(), classes.collect())
        });
        let estimates = self.all.headline_estimates(self.seed);
        let groups =
            Groups { contrasts: &contrasts, classes: &self.classes, themes: &self.themes, n };
        let summary =
            Summary { outcomes: &outcomes, estimates: &estimates, groups, panel: self.panel };
        let conclusions = self.all.conclusions(&summary);
        let mut results = Results {
            panel_size: self.panel,
            outcomes,
            estimates,
            segments: segments.collect(),
            margins,
            contrast_rule: rule(self.study_type, &contrasts),
            contrasts,
            conclusions,
            themes: self.themes.report(n),
            findings: Vec::new(),
            findings_rule: findings::RULE,
            diagnostics: self.quality.diagnose(self.all.as_ref(), self.themes.uncounted),
            responses: None,
            channels: self.channels.results(self.seed),
        };
        results.findings = findings::find(&FindingCounts {
            themes: &self.themes,
            classes: &self.classes,
            scores: self.all.exact_scores(),
            n,
            noise: self.theme_noise,
            level: standing(&results),
            advice: advice(self.study_type, self.all.as_ref(), &results.outcomes),
        });
        Some(results)
    }
}

/// What a panel would do about each theme, where it was asked: what it says first counts.
fn advice(
    study_type: StudyType,
    tally: &dyn Tally,
    outcomes: &Outcomes,
) -> BTreeMap<String, Advice> {
    let mut found = BTreeMap::new();
    for wish in kind(study_type).wishes(outcomes) {
        let place = tally.place(&wish.dimension, &wish.suggestion);
        found.entry(wish.dimension).or_insert(Advice { words: wish.suggestion, place });
    }
    found
}

impl ChainCounts {
    fn add(&mut self, at: Assignment, classes: ClassesOfOne<'_>, outcome: &Outcome) {
        self.tally.add(&self.spec, at, classes, outcome);
        let plan = self.tally.plan();
        if at.round == FIRST_ROUND || at.round >= plan.confirmation() {
            return;
        }
        if !self.later.contains_key(&at.round) {
            let asked = spec_of_round(&self.spec, at.round, &self.rewrites, FIRST_ROUND);
            let Some(asked) = asked else { return };
            let own = Accumulator { chain: None, ..Accumulator::new(&asked) };
            self.later.insert(at.round, own.with_wording(&asked, self.noise.as_ref()));
        }
        if let Some(own) = self.later.get_mut(&at.round) {
            own.add(Assignment { round: FIRST_ROUND, ..at }, classes, outcome);
        }
    }

    /// The results of each round; those of the study get the chain.
    fn finish(
        self,
        margins: Margins,
        results: &mut Results,
        study_type: StudyType,
    ) -> Vec<RoundResults> {
        let Self { spec, tally, rewrites, noise, later } = self;
        let mut of_rounds = BTreeMap::from([(FIRST_ROUND, results.clone())]);
        let later = later.into_iter();
        of_rounds
            .extend(later.filter_map(|(round, own)| Some((round, own.finish(margins.clone())?))));
        let rounds = tally.rounds(&spec, &rewrites, noise.as_ref(), of_rounds);
        let iterations = tally.iterations(&spec, &rewrites, noise.as_ref(), &rounds);
        let content = stimuli(&spec.instrument).first().copied().unwrap_or_default();
        let variants = improved_variants(content, &rewrites, &results.findings);
        kind(study_type).add_chain(&mut results.outcomes, iterations, variants);
        results.diagnostics.notes.extend(tally.notes(&rewrites));
        rounds
    }
}

/// The mention, without a quote that stands in none of the respondent's answers: whoever answers may make one up.
fn verified<'a>(mention: &'a Mention, answers: &[&Answer]) -> Cow<'a, Mention> {
    let stands = |quote: &String| answers.iter().any(|answer| answer.reasoning().contains(quote));
    match &mention.quote {
        Some(quote) if !stands(quote) => Cow::Owned(Mention { quote: None, ..mention.clone() }),
        _ => Cow::Borrowed(mention),
    }
}

/// The themes in a respondent's last answer and in the earlier ones, each theme once. The reader has already removed
/// duplicates within one answer.
fn each_once<'a>(last: &'a Answered, earlier: &'a [Answered]) -> Vec<&'a Mention> {
    let mut mentions: Vec<&Mention> = last.mentions.iter().collect();
    for mention in earlier.iter().flat_map(|answered| &answered.mentions) {
        if !mentions.iter().any(|known| known.theme.eq_ignore_ascii_case(&mention.theme)) {
            mentions.push(mention);
        }
    }
    mentions
}

fn quote_group(classes: ClassesOfOne<'_>) -> String {
    let mut group = String::new();
    for wanted in QUOTE_DIMENSIONS {
        if let Some((_, class)) = classes.iter().find(|(dimension, _)| *dimension == wanted) {
            group.push_str(class);
            group.push(' ');
        }
    }
    group
}
