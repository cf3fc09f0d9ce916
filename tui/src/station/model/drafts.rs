//! Unsubmitted drafts, one for each way into the form: a new study, the example, and each study to repeat. None of them
//! overwrites another.

use protocol::id::StudyId;

use super::saved::Form;

/// Kept drafts of studies to repeat: the latest ones.
const AGAIN_MAX: usize = 10;

/// Why a form was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// A new study.
    #[default]
    New,
    /// The example at a first start.
    Example,
    /// A repetition of that study.
    Again(StudyId),
}

/// The unsubmitted drafts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drafts {
    /// The latest draft is the last.
    kept: Vec<(Origin, Form)>,
}

impl Drafts {
    /// The draft of that origin, if there is one.
    #[must_use]
    pub fn of(&self, origin: Origin) -> Option<&Form> {
        self.kept.iter().find(|(of, _)| *of == origin).map(|(_, form)| form)
    }

    /// Saves a draft as the latest and returns the origin of the one it displaced; an empty form is not saved.
    pub fn keep(&mut self, origin: Origin, form: Form) -> Option<Origin> {
        self.forget(origin);
        if form.is_empty() {
            return None;
        }
        self.kept.push((origin, form));
        let is_again = |of: &Origin| matches!(of, Origin::Again(_));
        let again = self.kept.iter().filter(|(of, _)| is_again(of)).count();
        let oldest = self.kept.iter().position(|(of, _)| is_again(of));
        let pushed_out = oldest.filter(|_| again > AGAIN_MAX)?;
        Some(self.kept.remove(pushed_out).0)
    }

    /// Removes the draft of that origin, because it was submitted or discarded.
    pub fn forget(&mut self, origin: Origin) {
        self.kept.retain(|(of, _)| *of != origin);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::station::testing::id;

    fn form(text: &str) -> Form {
        Form { text: text.to_owned(), ..Form::default() }
    }

    #[test]
    fn each_origin_has_its_own_draft_and_the_latest_are_kept() {
        let mut drafts = Drafts::default();
        assert_eq!(drafts.keep(Origin::New, form("new")), None);
        assert_eq!(drafts.keep(Origin::Example, form("example")), None);
        for number in 0..10 {
            assert_eq!(drafts.keep(Origin::Again(id(number)), form("again")), None);
        }
        assert_eq!(drafts.keep(Origin::Again(id(0)), form("again and again")), None);
        assert_eq!(
            drafts.keep(Origin::Again(id(99)), form("one more")),
            Some(Origin::Again(id(1)))
        );
        assert_eq!(drafts.of(Origin::Again(id(1))), None);
        for (origin, text) in [
            (Origin::New, "new"),
            (Origin::Example, "example"),
            (Origin::Again(id(0)), "again and again"),
        ] {
            assert_eq!(drafts.of(origin), Some(&form(text)));
        }
        assert_eq!(drafts.keep(Origin::New, Form::default()), None);
        assert_eq!(drafts.of(Origin::New), None, "what is empty is no draft");
    }
}
