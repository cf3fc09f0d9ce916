//! Turns the outcomes of a study into its results, one at a time. It keeps counts per class and score and a bounded
//! choice of quotes, so a million answers need no more memory than a thousand; every float is computed at the end.

use std::collections::BTreeMap;

use protocol::channels::Construct;
use protocol::results::{Answer, Margins, Outcomes, Results, Segment, ThemeKind};
use protocol::study::{Instrument, Orders, StudySpec, StudyType};

use super::ab_orders::OrderCounts;
use super::ab_test::Verdict;
use super::channels::{Bench, ChannelTally};
use super::conclusions;
use super::contrast::{Classes, SMALL, contrasts, rule};
use super::diagnose::{Quality, Variants};
use super::findings;
use super::stands_out::Groups;
use super::survey::Questions;
use super::tally::Tally;
use super::themes::Themes;
use crate::domain::outcome::{Answered, Assignment, Mention, Outcome};

/// The dimensions whose classes choose among quotes: different ages and genders are heard.
const QUOTE_DIMENSIONS: [&str; 2] = ["age_band", "gender"];

/// (dimension, class) pairs of one respondent.
type ClassesOfOne<'a> = &'a [(&'static str, &'static str)];

/// Everything that is known of a study's answers so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Accumulator {
    study_type: StudyType,
    panel: u32,
    seed: u64,
    all: Tally,
    classes: Classes,
    themes: Themes,
    quality: Quality,
    questions: Questions,
    orders: OrderCounts,
    channels: ChannelTally,
    identical_variants: bool,
    /// Respondents of an A/B test in both orders who have answered once: at most one at a time when outcomes come in
    /// respondent order.
    waiting: BTreeMap<u32, (Verdict, Vec<Mention>)>,
    /// What a new class starts with.
    empty: Tally,
}

impl Accumulator {
    /// An empty one for that study.
    #[must_use]
    pub fn new(spec: &StudySpec) -> Self {
        let study_type = spec.instrument.study_type();
        let (questions, orders, identical_variants) = match &spec.instrument {
            Instrument::Survey { questions, .. } => (questions.as_slice(), Orders::Split, false),
            Instrument::AbTest { variant_a, variant_b, orders } => {
                (&[][..], *orders, variant_a.trim() == variant_b.trim())
            }
            Instrument::ConceptTest { .. }
            | Instrument::Sentiment { .. }
            | Instrument::Nps { .. } => (&[][..], Orders::Split, false),
        };
        Self {
            study_type,
            panel: spec.panel,
            seed: spec.seed,
            all: Tally::new(study_type),
            classes: BTreeMap::new(),
            themes: Themes::default(),
            quality: Quality::new(spec),
            questions: Questions::new(questions),
            orders: OrderCounts::new(orders),
            channels: ChannelTally::new(spec),
            identical_variants,
            waiting: BTreeMap::new(),
            empty: Tally::new(study_type),
        }
    }

    /// With what is known of the anchors that texts were held against.
    #[must_use]
    pub fn with_benches(mut self, benches: BTreeMap<Construct, Bench>) -> Self {
        self.channels.set_benches(benches);
        self
    }

    /// Adds what came of an assignment, whose respondent belongs to those (dimension, class) pairs. Those of one respondent
    /// must come one after the other, a repetition after what it repeats. Repetitions never count as answers.
    pub fn add(&mut self, at: Assignment, classes: ClassesOfOne<'_>, outcome: &Outcome) {
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
        let group = quote_group(classes);
        let mut mentions = answered.mentions.clone();
        match Verdict::single(answer) {
            Some(verdict) => {
                let Some(whole) = self.whole_verdict(ordinal, verdict, &mut mentions) else {
                    return;
                };
                self.in_each_group(classes, |tally| tally.add_verdict(whole));
            }
            None => self.in_each_group(classes, |tally| {
                tally.add(answer);
            }),
        }
        self.questions.add(ordinal, &group, answer);
        let score = super::score(answer).zip(self.empty.scores());
        for mention in &mentions {
            self.themes.add(ordinal, &group, classes, mention, score);
        }
    }

    /// The verdict of a respondent, once all their answers are in; `mentions` then holds each theme of theirs once.
    fn whole_verdict(
        &mut self,
        ordinal: u32,
        verdict: Verdict,
        mentions: &mut Vec<Mention>,
    ) -> Option<Verdict> {
        self.orders.add(verdict);
        if !self.orders.needs_both() {
            return Some(verdict);
        }
        let Some((earlier, named)) = self.waiting.remove(&ordinal) else {
            self.waiting.insert(ordinal, (verdict, std::mem::take(mentions)));
            return None;
        };
        self.orders.add_swap(earlier, verdict);
        for mention in named {
            if !mentions.iter().any(|known| known.theme.eq_ignore_ascii_case(&mention.theme)) {
                mentions.push(mention);
            }
        }
        Some(Verdict::both(earlier, verdict))
    }

    fn in_each_group(&mut self, classes: ClassesOfOne<'_>, count: impl Fn(&mut Tally)) {
        count(&mut self.all);
        for (dimension, class) in classes {
            let known = self.classes.entry(dimension).or_default();
            count(known.entry(class).or_insert_with(|| self.empty.clone()));
        }
    }

    /// The results; `None` without a single answer.
    #[must_use]
    pub fn finish(mut self, margins: Margins) -> Option<Results> {
        for _ in std::mem::take(&mut self.waiting) {
            self.quality.count_reason("skipped", "answered in one order only");
        }
        let n = self.all.n();
        let outcomes = self.outcomes()?;
        let contrasts = contrasts(&self.all, &self.classes, &self.themes);
        let segments = self.classes.iter().map(|(dimension, classes)| {
            let classes = classes.iter().map(|(class, tally)| {
                let n = tally.n();
                let mut estimates = tally.estimates();
                if matches!(tally, Tally::Survey(_)) {
                    estimates.extend(self.themes.shares_within((*dimension, *class), n));
                }
                ((*class).to_owned(), Segment { n, small: n < SMALL, estimates })
            });
            ((*dimension).to_owned(), classes.collect())
        });
        let mut estimates = self.all.headline_estimates(self.seed);
        if let (Tally::AbTest(_), Some(effect)) = (&self.all, self.orders.effect()) {
            estimates.insert("order_effect_pct".to_owned(), effect);
        }
        let groups =
            Groups { contrasts: &contrasts, classes: &self.classes, themes: &self.themes, n };
        let conclusions =
            conclusions::of(&outcomes, &estimates, groups, self.panel, self.identical_variants);
        Some(Results {
            panel_size: self.panel,
            outcomes,
            estimates,
            segments: segments.collect(),
            margins,
            contrast_rule: rule(&contrasts),
            contrasts,
            conclusions,
            themes: self.themes.report(n),
            findings: findings::find(&self.themes, self.all.scores(), n),
            diagnostics: self.quality.diagnose(
                &self.all,
                self.themes.uncounted,
                Variants { effect: self.orders.effect(), stability: self.orders.stability() },
            ),
            responses: None,
            channels: self.channels.results(self.seed),
        })
    }

    /// The contract's fields; `None` without an answer.
    fn outcomes(&self) -> Option<Outcomes> {
        let top = |kind| self.themes.top(kind);
        match &self.all {
            Tally::ConceptTest(tally) => {
                tally.outcomes(top(ThemeKind::Concern), top(ThemeKind::Appeal))
            }
            Tally::Sentiment(tally) => tally.outcomes(self.seed, top(ThemeKind::Topic)),
            Tally::Nps(tally) => tally.outcomes(top(ThemeKind::Concern), top(ThemeKind::Appeal)),
            Tally::Survey(0) => None,
            Tally::Survey(_) => Some(self.questions.outcomes(top(ThemeKind::Topic))),
            Tally::AbTest(tally) => tally.outcomes(&self.orders, top(ThemeKind::Topic)),
        }
    }
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
