//! The tally of preferences and scores of two variants in a group of respondents. The tally of the whole panel also
//! counts by order.

use std::collections::BTreeMap;

use protocol::quality::{Figure, Flag};
use protocol::results::{Answer, Estimate, Outcomes, Preference, ThemeKind, Winner};
use protocol::study::Orders;

use super::orders::OrderCounts;
use super::sentences;
use super::verdict::Verdict;
use crate::domain::instrument::tally::{By, Summary, Tally, named};
use crate::domain::instrument::themes::Themes;
use crate::domain::instrument::wording_noise::Widenings;
use crate::domain::stats::histogram::Histogram;
use crate::domain::stats::{LEVEL, apportion, estimate};

/// The share that prefers A minus the share that prefers B.
const LEAD: &str = "a_minus_b_pct";
/// The score of A minus that of B.
const GAP: &str = "score_difference";

/// Counts of a group of respondents.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PairTally {
    preferences: [u64; Preference::ALL.len()],
    doubled_a: Histogram,
    doubled_b: Histogram,
    /// Doubled score of A minus that of B, for each respondent.
    doubled_gap: Histogram,
    contested: u64,
    /// Wording noise, where the variants differ and the reader's is known.
    wording: Option<Widenings>,
    /// For the whole panel only.
    panel: Option<PanelCounts>,
}

/// Counts that are kept for the whole panel only.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PanelCounts {
    orders: OrderCounts,
    identical_variants: bool,
}

impl PairTally {
    /// Empty counts of a class.
    pub(super) fn of_class() -> Self {
        Self {
            preferences: [0; Preference::ALL.len()],
            doubled_a: Histogram::new(2, 20),
            doubled_b: Histogram::new(2, 20),
            doubled_gap: Histogram::new(-18, 18),
            contested: 0,
            wording: None,
            panel: None,
        }
    }

    /// Empty counts of the whole panel.
    pub(super) fn of_panel(orders: Orders, identical_variants: bool) -> Self {
        let panel = PanelCounts { orders: OrderCounts::new(orders), identical_variants };
        Self { panel: Some(panel), ..Self::of_class() }
    }

    fn orders(&self) -> Option<&OrderCounts> {
        self.panel.as_ref().map(|panel| &panel.orders)
    }

    fn lead(&self) -> Option<Estimate> {
        let [a, b, _] = self.preferences;
        Some(self.widened(LEAD, estimate::net_share(a, b, self.n(), LEVEL)?))
    }

    /// An estimate with the wording noise that belongs in it.
    fn widened(&self, field: &str, estimate: Estimate) -> Estimate {
        match &self.wording {
            Some(widenings) => widenings.apply(field, estimate),
            None => estimate,
        }
    }

    fn winner(&self) -> Winner {
        match self.lead().and_then(|lead| Some((lead.low?, lead.high?))) {
            Some((low, _)) if low > 0.0 => Winner::A,
            Some((_, high)) if high < 0.0 => Winner::B,
            _ => Winner::Tie,
        }
    }
}

impl Tally for PairTally {
    fn note(&mut self, answer: &Answer) {
        if let (Some(panel), Some(verdict)) = (&mut self.panel, Verdict::single(answer)) {
            panel.orders.add(verdict);
        }
    }

    fn add(&mut self, _by: By<'_>, answers: &[&Answer]) {
        let Some(verdict) = Verdict::of(answers) else { return };
        let (a, b) = verdict.doubled();
        if self.doubled_a.add(a) && self.doubled_b.add(b) && self.doubled_gap.add(a - b) {
            self.preferences[verdict.preference().index()] += 1;
            self.contested += u64::from(verdict.contested());
        }
        if let (Some(panel), [one, other]) = (&mut self.panel, answers)
            && let (Some(one), Some(other)) = (Verdict::single(one), Verdict::single(other))
        {
            panel.orders.add_swap(one, other);
        }
    }

    fn widen(&mut self, widenings: &Widenings) {
        self.wording = Some(widenings.clone());
    }

    fn n(&self) -> u64 {
        self.preferences.iter().sum()
    }

    fn choices(&self) -> Option<Vec<u64>> {
        Some(self.measure()?.counts().to_vec())
    }

    /// Preferring A counts +1, B −1, neither 0.
    fn measure(&self) -> Option<Histogram> {
        let [a, b, none] = self.preferences;
        Some(Histogram::of_counts(-1, vec![b, none, a]))
    }

    fn estimates(&self) -> BTreeMap<String, Estimate> {
        let n = self.n();
        let [a, b, none] = self.preferences;
        let halved = |scores: &Histogram| {
            estimate::mean(scores, LEVEL).map(|estimate| estimate::scaled(estimate, 0.5))
        };
        let sampling = named([
            ("variant_a_pct", estimate::percent(a, n, LEVEL)),
            ("variant_b_pct", estimate::percent(b, n, LEVEL)),
            ("no_preference_pct", estimate::percent(none, n, LEVEL)),
            (LEAD, estimate::net_share(a, b, n, LEVEL)),
            ("variant_a_score", halved(&self.doubled_a)),
            ("variant_b_score", halved(&self.doubled_b)),
            (GAP, halved(&self.doubled_gap).map(estimate::paired)),
        ]);
        sampling
            .map(|(field, estimate)| {
                let widened = self.widened(&field, estimate);
                (field, widened)
            })
            .collect()
    }

    fn headline_estimates(&self, _seed: u64) -> BTreeMap<String, Estimate> {
        let mut estimates = self.estimates();
        let effect = self.orders().and_then(OrderCounts::effect);
        estimates.extend(named([("order_effect_pct", effect)]));
        estimates
    }

    fn outcomes(&self, _seed: u64, themes: &Themes) -> Option<Outcomes> {
        let orders = self.orders()?;
        let shares = apportion::percent(&self.preferences);
        Some(Outcomes::AbTest {
            winner: self.winner(),
            variant_a_score: estimate::tidy(self.doubled_a.mean()? / 2.0),
            variant_b_score: estimate::tidy(self.doubled_b.mean()? / 2.0),
            variant_a_pct: shares[Preference::A.index()],
            variant_b_pct: shares[Preference::B.index()],
            no_preference_pct: shares[Preference::None.index()],
            key_differentiators: themes.top(ThemeKind::Topic),
            contested: orders.needs_both().then_some(self.contested),
            orders_shown: orders.shown(),
        })
    }

    fn conclusions(&self, summary: &Summary<'_>) -> Vec<String> {
        let Outcomes::AbTest { winner, contested, .. } = summary.outcomes else {
            return Vec::new();
        };
        let found = |field: &str| summary.estimate(field);
        let mut told = Vec::new();
        told.extend(found(LEAD).map(|lead| sentences::verdict(*winner, lead, found)));
        if self.panel.as_ref().is_some_and(|panel| panel.identical_variants) {
            told.push(
                "The two variants are identical: any difference here is noise or order.".to_owned(),
            );
        }
        told.extend(found(GAP).and_then(|gap| sentences::scores(*winner, gap)));
        if let Some(contested) = contested.filter(|contested| *contested > 0) {
            told.push(format!(
                "{contested} of {} changed their preference with the order and count as no preference.",
                summary.groups.n
            ));
        }
        told.extend(found("order_effect_pct").map(sentences::order));
        told.extend(summary.groups.least_convinced(*winner));
        told
    }

    fn figures(&self) -> Vec<(&'static str, Figure)> {
        const ONE_ORDER: &str = "nobody answered in both orders; orders: both asks everyone so";
        const FEW: &str = "too few answers in one of the two orders, or all alike";
        let orders = self.orders();
        vec![
            ("order_effect", Figure::of(orders.and_then(OrderCounts::effect), FEW)),
            ("swap_stability", Figure::of(orders.and_then(OrderCounts::stability), ONE_ORDER)),
        ]
    }

    fn notes(&self) -> Vec<String> {
        let Some(widenings) = &self.wording else { return Vec::new() };
        let sd = |field: &str| widenings.of.get(field).map(|widening| widening.sd);
        let lead_and_gap = sd(LEAD).zip(sd(GAP));
        lead_and_gap
            .map(|(lead, gap)| sentences::wording(lead, gap, &widenings.source))
            .into_iter()
            .collect()
    }

    fn warnings(&self, figures: &BTreeMap<String, Figure>) -> Vec<(Flag, String)> {
        sentences::of_variants(figures)
    }
}
