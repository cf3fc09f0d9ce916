//! The replay of a rewrite that a language model made: its texts have to stand in the writer's replies, and the scores of its
//! variants have to follow from the panel's.

use std::collections::BTreeMap;

use protocol::study::StudySpec;

use crate::domain::about_rewrite::AboutRewrite;
use crate::domain::evidence::{RecordedCall, SaidOfRewrites};
use crate::domain::exchange::{Kept, conclude};
use crate::domain::instrument::chain::{
    Rewrite, VARIANTS_MAX, are_enough_experts, overall_of, read_proposals, spec_of_round,
    spec_of_variant,
};
use crate::domain::instrument::{neighbours, read_competitors, review_of};
use crate::domain::outcome::{Assignment, FIRST_ROUND};

/// What was said of the rewrites after a round.
#[derive(Debug, Default)]
pub(super) struct SaidAfter {
    scored: Vec<String>,
    said: BTreeMap<AboutRewrite, Vec<RecordedCall>>,
}

impl SaidAfter {
    /// Adds a line.
    pub(super) fn add(&mut self, of: SaidOfRewrites) {
        self.scored.extend(of.scored);
        self.said.extend(of.said.into_iter().map(|said| (said.about, said.exchanges)));
    }

    /// Whether anything was said: the built-in editor says nothing, and earlier versions kept nothing.
    pub(super) fn is_any(&self) -> bool {
        !self.said.is_empty()
    }

    /// Whether some reply was not kept whole.
    pub(super) fn is_cut(&self) -> bool {
        self.said.values().flatten().any(|call| call.whole_bytes.is_some())
    }

    /// Checks that competitors which a model wrote stand in a reply of it, where its replies were kept whole.
    pub(super) fn leads_to_competitors(&self, study: &StudySpec) -> Result<(), String> {
        let written = review_of(&study.instrument).map_or(&[][..], neighbours);
        let mut is_asked = false;
        for (about, calls) in &self.said {
            let (AboutRewrite::Competitors { .. }, Some(last)) = (about, calls.last()) else {
                continue;
            };
            is_asked = true;
            let read = read_competitors(study, &last.end, &last.reply);
            if last.whole_bytes.is_some() || read.is_ok_and(|texts| texts == written) {
                return Ok(());
            }
        }
        if is_asked && !written.is_empty() {
            return Err("the competitors in the file are not those that the model wrote".to_owned());
        }
        Ok(())
    }

    /// Checks that a rewrite follows from what was said; `all` experts scored the round that it was made from.
    pub(super) fn leads_to(
        &self,
        original: &StudySpec,
        rewrites: &[Rewrite],
        rewrite: &Rewrite,
        all: u64,
    ) -> Result<(), String> {
        let from = spec_of_round(original, rewrite.from, rewrites, rewrite.from);
        let from = from.ok_or("nothing leads to the round that was rewritten from")?;
        let proposed = self.proposed(&from);
        if let Some(text) = self.scored.iter().find(|text| !proposed.contains(text)) {
            let begin: String = text.chars().take(40).collect();
            return Err(format!("the writer did not propose \u{201c}{begin}\u{201d}"));
        }
        let mut expected = 0_usize;
        for (place, text) in (0_u16..).zip(&self.scored) {
            let (sum, experts) = self.scores(&from, place, text);
            if experts == 0 || !are_enough_experts(u64::from(experts), all) {
                continue;
            }
            expected = expected.saturating_add(1);
            let variant = rewrite.variants.iter().find(|variant| variant.text == *text);
            match variant {
                Some(variant) if (variant.sum, variant.experts) != (sum, experts) => {
                    return Err(format!(
                        "the experts' scores of a rewrite are {} of {} in the file and {sum} of {experts} in their replies",
                        variant.sum, variant.experts
                    ));
                }
                Some(_) => {}
                // Of many the best are kept.
                None if rewrite.variants.len() >= VARIANTS_MAX => {}
                None => return Err("a rewrite that the panel scored is missing".to_owned()),
            }
        }
        if rewrite.variants.len() != expected.min(VARIANTS_MAX) {
            return Err("a rewrite stands there that the panel did not score".to_owned());
        }
        Ok(())
    }

    /// Every text that a writer proposed.
    fn proposed(&self, from: &StudySpec) -> Vec<String> {
        let mut texts = Vec::new();
        for (about, calls) in &self.said {
            let AboutRewrite::Writer { .. } = about else { continue };
            for call in calls {
                let read = read_proposals(from, &call.end, &call.reply).unwrap_or_default();
                texts.extend(read.into_iter().map(|one| one.text));
            }
        }
        texts
    }

    /// Sum and number of the overall scores of a rewrite.
    fn scores(&self, from: &StudySpec, place: u16, text: &str) -> (u64, u32) {
        let (mut sum, mut experts) = (0_u64, 0_u32);
        let Some(spec) = spec_of_variant(from, text.to_owned()) else { return (sum, experts) };
        for (about, calls) in &self.said {
            let AboutRewrite::Scorer { rewrite, respondent } = *about else { continue };
            if rewrite != place {
                continue;
            }
            let at = Assignment::first(FIRST_ROUND, respondent);
            let direct = calls.iter().filter(|call| call.beside.is_none());
            let kept: Vec<Kept<'_>> =
                direct.map(|call| (call.item, &call.end, call.reply.as_str(), call.role)).collect();
            let Some(Ok(answered)) = conclude(&spec, at, &kept) else { continue };
            if let Some(overall) = overall_of(&spec, at, &answered.answer) {
                sum = sum.saturating_add(u64::from(overall));
                experts = experts.saturating_add(1);
            }
        }
        (sum, experts)
    }
}

#[cfg(test)]
mod tests {
    use protocol::review::{ContentType, Neighbours, ReviewMaterial, ReviewMode};
    use protocol::study::Instrument;
    use serde_json::json;

    use super::*;
    use crate::app::testing::spec;
    use crate::domain::evidence::SaidOfRewrite;
    use crate::domain::exchange::{End, ReplyRole, ReplySource};
    use crate::domain::instrument::chain::RewriteVariant;

    const BETTER: &str = "Cook dinner in 20 minutes";
    const WORSE: &str = "Dinner in 20 minutes";

    fn study() -> StudySpec {
        let review = ReviewMaterial {
            content: "Our synergy kit cooks dinner in 20 minutes".to_owned(),
            code: Vec::new(),
            source: None,
            content_type: ContentType::Headline,
            sent_as: None,
            mode: ReviewMode::QuickPulse,
            rounds: 2,
            target_score: None,
            stop_on_no_gain: false,
            allow_new_claims: false,
            neighbours: Neighbours::Stock,
            target_audience: None,
            niche: None,
            tone: None,
            goal: None,
            against: None,
        };
        StudySpec { instrument: Instrument::ContentReview { review: Box::new(review) }, ..spec(2) }
    }

    fn call(reply: &serde_json::Value) -> RecordedCall {
        RecordedCall {
            system: None,
            question: None,
            engine: None,
            address: "a".to_owned(),
            reply: reply.to_string(),
            whole_bytes: None,
            end: End::Finished,
            model: "m".to_owned(),
            source: ReplySource::Asked,
            beside: None,
            item: None,
            role: ReplyRole::Whole,
        }
    }

    fn scored(rewrite: u16, respondent: u32, points: u8) -> SaidOfRewrite {
        let mut reply = json!({
            "reasoning": "So it is.", "would_click": true, "feed_distinctiveness": 5, "regulatory_fit": 5,
        });
        for dimension in ContentType::Headline.dimensions() {
            reply[dimension.as_str()] = json!(points);
        }
        let about = AboutRewrite::Scorer { rewrite, respondent };
        SaidOfRewrite { about, exchanges: vec![call(&reply)] }
    }

    /// Two rewrites by a writer, and the scores of two experts for both.
    fn said() -> SaidOfRewrites {
        let variants = json!({ "variants": [{ "text": BETTER }, { "text": WORSE }] });
        let writer = AboutRewrite::Writer { engine: 0 };
        SaidOfRewrites {
            round: 0,
            scored: vec![BETTER.to_owned(), WORSE.to_owned()],
            said: vec![
                SaidOfRewrite { about: writer, exchanges: vec![call(&variants)] },
                scored(0, 0, 8),
                scored(0, 1, 7),
                scored(1, 0, 3),
                scored(1, 1, 3),
            ],
        }
    }

    fn variant(text: &str, sum: u64) -> RewriteVariant {
        let (principles, dimensions) = (Vec::new(), Vec::new());
        RewriteVariant { text: text.to_owned(), sum, experts: 2, principles, dimensions }
    }

    fn rewrite(variants: Vec<RewriteVariant>) -> Rewrite {
        Rewrite { from: 0, variants, taken: true, notes: Vec::new(), failed: None }
    }

    fn checked(said: SaidOfRewrites, rewrite: &Rewrite) -> Result<(), String> {
        let mut after = SaidAfter::default();
        after.add(said);
        after.leads_to(&study(), &[], rewrite, 2)
    }

    #[test]
    fn a_rewrite_that_was_not_taken_follows_from_its_scores_too() {
        let both = rewrite(vec![variant(BETTER, 1_500), variant(WORSE, 600)]);
        assert_eq!(checked(said(), &both), Ok(()));
        let better = rewrite(vec![variant(BETTER, 1_500), variant(WORSE, 700)]);
        let refused = checked(said(), &better).unwrap_err();
        assert!(refused.contains("700 of 2 in the file and 600 of 2"), "{refused}");
        let hidden = rewrite(vec![variant(BETTER, 1_500)]);
        assert!(checked(said(), &hidden).unwrap_err().contains("missing"));
        let invented =
            rewrite(vec![variant(BETTER, 1_500), variant(WORSE, 600), variant("X", 600)]);
        assert!(checked(said(), &invented).unwrap_err().contains("did not score"));
    }

    #[test]
    fn a_text_that_no_writer_proposed_is_refused_and_a_few_scores_compare_nothing() {
        let mut other = said();
        other.scored[1] = "A text from elsewhere".to_owned();
        let both = rewrite(vec![variant(BETTER, 1_500), variant(WORSE, 600)]);
        assert!(checked(other, &both).unwrap_err().contains("did not propose"));
        let mut few = said();
        few.said.pop();
        assert_eq!(checked(few, &rewrite(vec![variant(BETTER, 1_500)])), Ok(()));
    }

    #[test]
    fn competitors_stand_in_the_reply_of_whoever_wrote_them() {
        let written = [
            "Dinner on the table in half an hour",
            "Cook like your grandmother did",
            "Fresh food by post",
        ];
        let texts = written.map(str::to_owned).to_vec();
        let generated = |texts| Neighbours::Generated { texts, by_model: true };
        let with = |neighbours| {
            let mut spec = study();
            if let Instrument::ContentReview { review } = &mut spec.instrument {
                review.neighbours = neighbours;
            }
            spec
        };
        let said = |reply: serde_json::Value| {
            let mut after = SaidAfter::default();
            let about = AboutRewrite::Competitors { engine: 0 };
            let said = vec![SaidOfRewrite { about, exchanges: vec![call(&reply)] }];
            after.add(SaidOfRewrites { round: 0, scored: Vec::new(), said });
            after
        };
        let theirs = said(json!({ "competitors": written }));
        assert_eq!(theirs.leads_to_competitors(&with(generated(texts.clone()))), Ok(()));
        let others = vec!["A text from elsewhere".to_owned()];
        assert!(theirs.leads_to_competitors(&with(generated(others))).is_err());
        let unreadable = said(json!({ "competitors": [] }));
        assert!(unreadable.leads_to_competitors(&with(generated(texts))).is_err());
        assert_eq!(SaidAfter::default().leads_to_competitors(&study()), Ok(()));
    }
}
