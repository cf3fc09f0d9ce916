//! The rewrites of a review's content by the built-in editor, each with the rules that it applies and the dimensions that
//! these are about. Which of them is better is for the panel to say.

use protocol::study::StudySpec;
use reader::Reader;
use reader::editor::{Candidate, candidates_that};
use reader::review::Brief;

use super::english::brief_of;
use crate::domain::instrument;
use crate::domain::instrument::chain::lost_marks;
use crate::domain::stimulus::kept_words;
use crate::inference::RewriteProposal;

/// The rewrites of a study's content; none for a study that is no review, or for content that everybody rejects.
pub(super) fn of(reader: &Reader, spec: &StudySpec) -> Vec<RewriteProposal> {
    let Some(review) = instrument::review_of(&spec.instrument) else { return Vec::new() };
    // What an author marked is carried into a rewrite, or stays as it is.
    let kept = review.source.as_deref().map(kept_words).unwrap_or_default();
    let brief = Brief { kept, ..brief_of(review, spec.language) };
    let Ok(reading) = reader.review(&review.content, &brief) else { return Vec::new() };
    // A rewrite would only hide what gives it away.
    if reading.reading.features.is_rejected() {
        return Vec::new();
    }
    let fits = |text: &str| lost_marks(spec, text).is_empty();
    candidates_that(&review.content, &brief, &reading, &fits).into_iter().map(proposal).collect()
}

fn proposal(candidate: Candidate) -> RewriteProposal {
    let mut dimensions: Vec<String> = Vec::new();
    for edit in &candidate.edits {
        let title = edit.dimension.title();
        if !dimensions.iter().any(|known| known == title) {
            dimensions.push(title.to_owned());
        }
    }
    let mut principles: Vec<String> = Vec::new();
    for rule in &candidate.rules {
        if !principles.iter().any(|known| known == rule.title()) {
            principles.push(rule.title().to_owned());
        }
    }
    RewriteProposal { text: candidate.text, principles, dimensions }
}
