//! Asker that puts texts to the built-in reader: a daemon in a home of its own. The same panel answers every
//! study, so that two studies are compared person by person.

use harness::{Daemon, Home, Link, wait};
use protocol::error::ApiError;
use protocol::id::{StudyId, SubmitKey};
use protocol::results::{Comparison, Results};
use protocol::run::State;
use protocol::service::Submit;
use protocol::study::{Draft, DraftText, Origin, SecondFile, StudyType};
use uuid::Uuid;

use super::texts::Set;

/// The text that a harmful one must sink below, and an honest one must not.
pub(super) const BOX: &str = "It is a box. It is grey.";

/// Respondents of a study.
const PANEL: u32 = 200;

/// A daemon and a connection to it.
pub(super) struct Asker {
    pub(super) link: Link,
    /// The set that its texts are of.
    pub(super) set: Set,
    _daemon: Daemon,
    _home: Home,
}

impl Asker {
    /// A daemon with an empty store.
    pub(super) fn new(set: Set) -> Self {
        let home =
            Home::with_settings("[credits.tiers]\nlocal = 10000000\n[backup]\ndaily = false\n");
        let daemon = home.daemon();
        Self { link: home.link(), set, _daemon: daemon, _home: home }
    }

    /// Puts a text to the panel as a concept test; `None` if it is refused.
    pub(super) fn submit(&self, text: &str) -> Option<StudyId> {
        self.put(draft(text, StudyType::ConceptTest, PANEL, 14)).ok()
    }

    /// Puts a text, or two, to the panel as a study of that type; `None` if it is refused.
    pub(super) fn submit_as(
        &self,
        study_type: StudyType,
        text: &str,
        variant_b: Option<&str>,
    ) -> Option<StudyId> {
        let mut draft = draft(text, study_type, PANEL, 14);
        if study_type == StudyType::ContentReview {
            draft.overrides.insert("content_type".to_owned(), "other".to_owned());
        }
        draft.variant_b = variant_b.map(|text| SecondFile {
            file: "other.md".to_owned(),
            text: DraftText::File(text.to_owned()),
        });
        self.put(draft).ok()
    }

    /// Submits a draft without waiting for its answers.
    pub(super) fn put(&self, draft: Draft) -> Result<StudyId, ApiError> {
        let key = SubmitKey(Uuid::new_v4());
        let submit = Submit { key, draft, origin: Origin::Cli, cost_confirmed: false, path: None };
        Ok(self.link.submit(submit)?.id)
    }

    /// Waits for the end of a study; `None` where there is none, or where it failed.
    pub(super) fn ended(&self, study: Option<StudyId>) -> Option<StudyId> {
        let study = study?;
        let ended = wait::until("the end of a study", wait::BOUND, || {
            let study = self.link.live(study).unwrap().study;
            study.state.is_final().then_some(study)
        });
        if ended.state != State::Completed {
            self.set.name_texts("a study failed", ended.reason.as_deref());
        }
        (ended.state == State::Completed).then_some(study)
    }

    /// The results of an ended study.
    pub(super) fn results(&self, study: StudyId) -> Results {
        self.link.report(study).unwrap().results.unwrap()
    }

    /// The mean score of an ended concept test.
    pub(super) fn mean(&self, study: StudyId) -> f64 {
        self.results(study).estimates["mean_score"].value
    }

    /// The score of each respondent of an ended study; `None` for one without a score.
    pub(super) fn scores(&self, study: StudyId) -> Vec<Option<f64>> {
        let bytes = self.link.scores(study, 0, PANEL).unwrap();
        let score = |byte: u8| (1..255).contains(&byte).then(|| f64::from(byte - 1));
        bytes.into_iter().map(score).collect()
    }

    /// The product's own comparison of two studies that have ended, by their main number.
    pub(super) fn compare(&self, first: StudyId, second: StudyId) -> Comparison {
        self.link.compare(first, second, None).unwrap()
    }
}

/// The sign of the difference where the comparison calls it beyond chance, wording noise included; else 0.
pub(super) fn verdict(found: &Comparison) -> i32 {
    let difference = &found.overall.difference;
    match (difference.low, difference.high) {
        (Some(low), _) if low > 0.0 => 1,
        (_, Some(high)) if high < 0.0 => -1,
        _ => 0,
    }
}

/// A draft of a study of one text.
pub(super) fn draft(text: &str, study_type: StudyType, panel: u32, seed: u64) -> Draft {
    let text = format!("---\nstudy: {study_type}\npanel: {panel}\nseed: {seed}\n---\n{text}\n");
    Draft { file: "one.md".to_owned(), text: DraftText::File(text), ..Draft::default() }
}
