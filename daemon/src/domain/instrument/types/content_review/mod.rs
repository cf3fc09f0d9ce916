//! The content review: experts score a piece of content on the dimensions of its type, say whether a reader would click, and
//! what they would change. Each expert is a person of the audience with a role; the mode decides how much is asked.

mod chain;
mod competitors;
mod content_types;
mod credits;
mod experts;
mod feed;
mod form;
mod limits;
mod numbers;
mod reading;
mod sentences;
mod suggestions;
mod tally;

#[cfg(test)]
mod tests;

use protocol::results::{Answer, Outcomes, Results};
use protocol::review::{
    ContentType, Dimension, ImprovedVariant, Iterations, Neighbours, ReviewAnswer, ReviewMaterial,
    ReviewMode,
};
use protocol::study::{Instrument, Order, StudySpec, StudyType};
use serde_json::Value;

use super::templates::FRAME;
use super::{Controls, MainNumber, Rehearsal, StudyKind, Supplied, Template};
use crate::domain::credits::RoundCharge;
use crate::domain::instrument::Unreadable;
use crate::domain::instrument::chain::{ChainPlan, Heard, Wish};
use crate::domain::instrument::level::{Measure, of_score};
use crate::domain::instrument::limits::Violation;
use crate::domain::instrument::metric::Metric;
use crate::domain::instrument::normalize_reply::Form;
use crate::domain::instrument::reply::Fields;
use crate::domain::instrument::tally::Tally;
use crate::domain::outcome::{Answered, Assignment};
pub(crate) use competitors::{
    awaits_competitors, competitor_facts, competitor_schema, makes_competitors, read_competitors,
    with_written_competitors,
};
pub(crate) use content_types::{UnknownContentType, content_type};
use credits::review_charge;
pub(crate) use experts::Expert;
pub(crate) use feed::neighbours;
pub(crate) use limits::ROUNDS_MAX;
use tally::ReviewTally;

/// First and last value of every score.
const SCALE: (i32, i32) = (1, 10);

/// The same in hundredths.
const HUNDREDTHS: (i32, i32) = (100, 1_000);

/// Standard deviation to plan with: of one expert's overall score, in which the dimensions level each other out.
const EXPECTED_SD: (f64, &str) = (0.75, "points of the overall score");

/// The number of rounds of a review that does not say.
const ROUNDS: u16 = 1;

/// The prompt templates of reviews.
const TEMPLATES: [Template; 3] = [
    ("content_review.jinja", include_str!("../../../../../../assets/prompts/content_review.jinja")),
    ("expert.jinja", include_str!("../../../../../../assets/prompts/expert.jinja")),
    FRAME,
];

/// The settings of a draft that only a review has, as far as they are given.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReviewSettings {
    /// The type of the content, and its name in the sender's word.
    pub content_type: Option<(ContentType, Option<String>)>,
    /// What is asked.
    pub mode: Option<ReviewMode>,
    /// Most rounds.
    pub rounds: Option<u16>,
    /// The overall score at which no further round follows.
    pub target_score: Option<f64>,
    /// Whether a round without a gain ends the chain.
    pub stop_on_no_gain: bool,
    /// Whether a rewrite may say what the original does not.
    pub allow_new_claims: bool,
    /// The competitors that the sender named.
    pub competitors: Option<Vec<String>>,
    /// Whether competitors are to be made up.
    pub competitors_generated: bool,
    /// The audience in words.
    pub target_audience: Option<String>,
    /// The field that the content belongs to.
    pub niche: Option<String>,
    /// The wanted tone.
    pub tone: Option<String>,
    /// What the content is to achieve.
    pub goal: Option<String>,
}

/// Its settings in a draft.
pub(crate) const REVIEW_KEYS: [&str; 12] = [
    "content_type",
    "mode",
    "rounds",
    "target_score",
    "stop_on_no_gain",
    "allow_new_claims",
    "competitors",
    "competitors_generated",
    "target_audience",
    "niche",
    "tone",
    "goal",
];

/// The study type.
pub(super) struct ReviewStudy;

impl StudyKind for ReviewStudy {
    fn study_type(&self) -> StudyType {
        StudyType::ContentReview
    }

    fn compose(&self, material: Supplied) -> Instrument {
        let Supplied { stimulus, code, source, review, .. } = material;
        let (content_type, sent_as) = review.content_type.unwrap_or((ContentType::Other, None));
        let neighbours = match review.competitors {
            Some(texts) if !texts.is_empty() => Neighbours::Given { texts },
            _ if review.competitors_generated => {
                let texts = feed::generated(content_type, review.niche.as_deref());
                Neighbours::Generated { texts, by_model: false }
            }
            _ => Neighbours::Stock,
        };
        let review = ReviewMaterial {
            content: stimulus,
            code,
            source,
            content_type,
            sent_as,
            mode: review.mode.unwrap_or(ReviewMode::ExpertReview),
            rounds: review.rounds.unwrap_or(ROUNDS),
            target_score: review.target_score,
            stop_on_no_gain: review.stop_on_no_gain,
            allow_new_claims: review.allow_new_claims,
            neighbours,
            target_audience: review.target_audience,
            niche: review.niche,
            tone: review.tone,
            goal: review.goal,
            against: None,
        };
        Instrument::ContentReview { review: Box::new(review) }
    }

    fn texts<'a>(&self, instrument: &'a Instrument) -> Vec<(&'static str, &'a str)> {
        match review_of(instrument) {
            Some(review) => vec![("content", &review.content)],
            None => Vec::new(),
        }
    }

    fn text_field(&self) -> &'static str {
        "content"
    }

    fn keys(&self) -> &'static [&'static str] {
        &REVIEW_KEYS
    }

    fn panel(&self) -> Option<u32> {
        Some(20)
    }

    fn check(&self, instrument: &Instrument) -> Vec<Violation> {
        review_of(instrument).map(limits::check).unwrap_or_default()
    }

    fn notes(&self, instrument: &Instrument) -> Vec<String> {
        review_of(instrument).map(limits::notes).unwrap_or_default()
    }

    fn templates(&self) -> &'static [Template] {
        &TEMPLATES
    }

    fn speaker(&self) -> &'static str {
        "expert.jinja"
    }

    fn facts(&self, instrument: &Instrument, order: Order) -> Value {
        review_of(instrument).map(|review| form::facts(review, order)).unwrap_or_default()
    }

    fn facts_of_one(&self, spec: &StudySpec, at: Assignment) -> Value {
        form::expert_facts(&Expert::of(spec.seed, at.respondent))
    }

    fn questionnaire(&self, instrument: &Instrument, order: Order) -> String {
        review_of(instrument).map(|review| form::questionnaire(review, order)).unwrap_or_default()
    }

    /// The mode, and the experts: other ones would answer otherwise.
    fn presentation(&self, instrument: &Instrument) -> String {
        let mode = review_of(instrument).map_or("", |review| review.mode.as_str());
        format!("{mode} {}", experts::hash())
    }

    fn charge(&self, instrument: &Instrument) -> Option<RoundCharge> {
        review_of(instrument).map(review_charge)
    }

    /// In the round that confirms a gain each expert chooses twice, once in either order.
    fn tasks(&self, instrument: &Instrument) -> u16 {
        let chooses = review_of(instrument).is_some_and(|review| review.against.is_some());
        if chooses { 2 } else { 1 }
    }

    fn order(&self, spec: &StudySpec, at: Assignment) -> Option<Order> {
        chain::order(review_of(&spec.instrument)?, at.task)
    }

    fn chain(&self, instrument: &Instrument) -> Option<ChainPlan> {
        review_of(instrument).map(chain::plan)
    }

    fn with_content(&self, instrument: &Instrument, content: String) -> Option<Instrument> {
        let review = ReviewMaterial { content, ..review_of(instrument)?.clone() };
        Some(Instrument::ContentReview { review: Box::new(review) })
    }

    fn against(&self, instrument: &Instrument, rewrite: String) -> Option<Instrument> {
        let against = Some(rewrite);
        let review = ReviewMaterial { against, ..review_of(instrument)?.clone() };
        Some(Instrument::ContentReview { review: Box::new(review) })
    }

    fn heard(&self, _spec: &StudySpec, _at: Assignment, answer: &Answer) -> Option<Heard> {
        chain::heard(answer)
    }

    fn dimension_titles(&self, instrument: &Instrument) -> Vec<String> {
        review_of(instrument).map(chain::titles).unwrap_or_default()
    }

    fn add_chain(
        &self,
        outcomes: &mut Outcomes,
        iterations: Option<Iterations>,
        variants: Vec<ImprovedVariant>,
    ) {
        chain::add(outcomes, iterations, variants);
    }

    fn iterations<'r>(&self, outcomes: &'r Outcomes) -> Option<&'r Iterations> {
        chain::iterations(outcomes)
    }

    fn complete(&self, outcomes: &mut Outcomes) {
        chain::complete(outcomes);
    }

    fn has_rounds(&self, outcomes: &Outcomes) -> bool {
        chain::has_rounds(outcomes)
    }

    fn leave_out_rounds(&self, outcomes: &mut Outcomes) {
        chain::leave_out_rounds(outcomes);
    }

    fn wishes(&self, outcomes: &Outcomes) -> Vec<Wish> {
        chain::wishes(outcomes)
    }

    fn controls(&self) -> Controls {
        Controls::Meaningless {
            instead: "every expert scores several dimensions, which check each other; ask again with another seed, or hold two texts against each other with an ab_test",
        }
    }

    fn rehearsal(&self) -> Option<Rehearsal> {
        Some(Rehearsal::Review)
    }

    fn form(&self, instrument: &Instrument) -> Form {
        review_of(instrument).map(form::form).unwrap_or_default()
    }

    fn read(
        &self,
        spec: &StudySpec,
        at: Assignment,
        fields: Fields,
    ) -> Result<Answered, Unreadable> {
        match review_of(&spec.instrument) {
            Some(review) => match chain::order(review, at.task) {
                Some(order) => reading::read_choice(order, fields),
                None => reading::read(review, &Expert::of(spec.seed, at.respondent), fields),
            },
            None => Err(Unreadable::invalid("there is no content to review")),
        }
    }

    fn scale(&self) -> Option<(i32, i32)> {
        Some(SCALE)
    }

    /// The overall score, rounded to a whole number; of a choice the score of what is preferred.
    fn score(&self, answer: &Answer) -> Option<u8> {
        let Answer::ContentReview { said, .. } = answer else { return None };
        Some(match said {
            ReviewAnswer::Scores { overall, .. } => overall.rounded(),
            ReviewAnswer::Choice { score_a, score_b, .. } => *score_a.max(score_b),
        })
    }

    fn exact_score(&self, answer: &Answer) -> Option<u16> {
        match answer {
            Answer::ContentReview { said: ReviewAnswer::Scores { overall, .. }, .. } => {
                Some(overall.0)
            }
            _ => None,
        }
    }

    fn with_texts(&self, mut answer: Answer, change: &dyn Fn(&str) -> String) -> Answer {
        if let Answer::ContentReview { reasoning, said } = &mut answer {
            *reasoning = change(reasoning);
            if let ReviewAnswer::Scores { suggestions, objection, .. } = said {
                for one in suggestions {
                    one.suggestion = change(&one.suggestion);
                    one.quote = one.quote.as_deref().map(change);
                }
                *objection = objection.as_deref().map(change);
            }
        }
        answer
    }

    fn headline(&self) -> Option<MainNumber> {
        Some(MainNumber { field: "overall", name: "overall score" })
    }

    fn metrics(&self) -> Vec<Metric> {
        numbers::metrics()
    }

    fn scales(&self, instrument: &Instrument) -> Option<&'static str> {
        review_of(instrument).map(|review| review.content_type.as_str())
    }

    fn has_metric(&self, instrument: &Instrument, field: &str) -> bool {
        let Some(review) = review_of(instrument) else { return false };
        let mut dimensions = Dimension::ALL.iter();
        dimensions.all(|one| {
            review.content_type.dimensions().contains(one) || numbers::field(*one) != field
        })
    }

    fn expected_sd(&self) -> (f64, &'static str) {
        EXPECTED_SD
    }

    fn tally(&self) -> Box<dyn Tally> {
        Box::new(ReviewTally::new(None))
    }

    fn panel_tally(&self, spec: &StudySpec) -> Box<dyn Tally> {
        Box::new(ReviewTally::new(review_of(&spec.instrument).cloned()))
    }

    fn levels<'r>(&self, results: &'r Results) -> Vec<Measure<'r>> {
        let overall = results.estimates.get("overall");
        overall.map(|overall| of_score(overall, "the overall score")).into_iter().collect()
    }

    fn take_out_advice(&self, results: &mut Results) {
        let Outcomes::ContentReview { suggestions, improved_variants, iterations, .. } =
            &mut results.outcomes
        else {
            return;
        };
        suggestions.clear();
        // A rewrite of several rounds was asked by itself.
        if iterations.is_none() {
            improved_variants.clear();
        }
        results.conclusions.clear();
        results.contrasts.clear();
        results.themes.clear();
        let own = self.headline().map(|headline| headline.field);
        results.estimates.retain(|field, _| own == Some(field.as_str()));
    }

    fn take_out_findings(&self, outcomes: &mut Outcomes) {
        let Outcomes::ContentReview { improved_variants, iterations, .. } = outcomes else {
            return;
        };
        for variant in improved_variants {
            variant.findings.clear();
        }
        for round in iterations.iter_mut().flat_map(|chain| &mut chain.chain) {
            round.findings.clear();
            round.findings_across = None;
        }
    }

    fn level_advice(&self) -> &'static str {
        "Do not let it out as it is: write it anew"
    }

    fn level_title(&self, _results: &Results, measure: &Measure<'_>) -> String {
        format!("The experts would not let it out: {} is {}", measure.name, measure.value())
    }
}

/// An instrument without what changes no answer of it.
#[must_use]
pub(crate) fn without_source(instrument: &Instrument) -> Instrument {
    match instrument {
        Instrument::ContentReview { review } => {
            let review = ReviewMaterial { source: None, ..(**review).clone() };
            Instrument::ContentReview { review: Box::new(review) }
        }
        other => other.clone(),
    }
}

/// The texts that the content of a review became in its rounds and variants; none for another type.
pub(crate) fn rewritten(outcomes: &Outcomes) -> Vec<&str> {
    let Outcomes::ContentReview { improved_variants, iterations, .. } = outcomes else {
        return Vec::new();
    };
    let variants = improved_variants.iter().map(|variant| variant.text.as_str());
    let rounds = iterations.iter().flat_map(|chain| &chain.chain);
    variants.chain(rounds.map(|round| round.content.as_str())).collect()
}

/// The material of a review; nothing for another type.
pub(crate) fn review_of(instrument: &Instrument) -> Option<&ReviewMaterial> {
    match instrument {
        Instrument::ContentReview { review } => Some(review),
        _ => None,
    }
}
