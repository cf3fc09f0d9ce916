//! The study that is open: its running tally, one byte a person, the answers that have been loaded, and its report. The
//! screens Live and Results are two ways to look at it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use protocol::analysis::CrossTab;
use protocol::id::StudyId;
use protocol::results::{Report, Response};
use protocol::run::{Live, Study};

use super::results::ResultsView;
use crate::kinds::{self, Marks, StudyView};
use crate::station::effect::People;
use crate::station::estimate::Mean;
use crate::station::widgets::mosaic::{Arrangement, NO_SCORE, PENDING, UNREAD};
use crate::station::widgets::window::Window;

/// Arrivals that the list of answers remembers.
const ARRIVALS_MAX: usize = 200;

/// How far the answers have been loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Loading {
    /// Only single ones.
    #[default]
    Some,
    /// All before this ordinal.
    Until(u32),
    /// All there are.
    All,
}

/// The panes of the screen Live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LivePane {
    /// The picture.
    #[default]
    Mosaic,
    /// The answers.
    Answers,
}

/// Whether the list of answers follows the newest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Follow {
    /// It does.
    #[default]
    Newest,
    /// It stands still.
    Still,
}

/// The study that is open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lens {
    /// Which one.
    pub(crate) study: Option<StudyId>,
    /// Its running tally.
    pub(crate) live: Option<Live>,
    /// One byte a person, as the daemon tells it.
    scores: Vec<u8>,
    /// Whose byte may have changed since it was asked for.
    stale: Option<People>,
    /// One byte a person, as the picture shows it: the mark plus one, or no outcome, or no answer.
    pub(crate) marks: Vec<u8>,
    /// Who answered last, newest first.
    pub(crate) arrivals: VecDeque<u32>,
    /// Answers that have been loaded, by ordinal.
    pub(crate) responses: BTreeMap<u32, Response>,
    /// What the same people said when they saw two variants in the other order, where everybody is asked in both.
    pub(crate) in_other_order: BTreeMap<u32, Response>,
    /// How far.
    pub(crate) loading: Loading,
    /// People with an outcome whom a page of answers passed over, once and twice. The first page may have been older than
    /// the outcome; the second was not, so there is no answer.
    passed_over: BTreeSet<u32>,
    silent: BTreeSet<u32>,
    /// Its report.
    pub(crate) report: Option<Report>,
    /// Two of its attributes crossed.
    pub(crate) cross: Option<CrossTab>,
    /// How people are arranged.
    pub(crate) arrangement: Arrangement,
    /// Who is under the cursor of the picture.
    pub(crate) person: usize,
    /// Where keys go on the screen Live.
    pub(crate) pane: LivePane,
    /// Whether the list of answers follows.
    pub(crate) follow: Follow,
    /// The list of answers.
    pub(crate) feed: Window,
    /// What the screen Results shows.
    pub(crate) results: ResultsView,
}

/// Whether two answers of a person are to the same variants in different orders.
fn is_in_other_order(one: &Response, other: &Response) -> bool {
    let order = |response: &Response| kinds::parts(&response.answer).order;
    order(one).zip(order(other)).is_some_and(|(one, other)| one != other)
}

impl Lens {
    /// Opens another study; what is a matter of taste stays.
    pub(crate) fn open(&mut self, study: StudyId) {
        self.close();
        self.study = Some(study);
    }

    /// Forgets the study that is open.
    pub(crate) fn close(&mut self) {
        let old = std::mem::take(self);
        *self = Self {
            arrangement: old.arrangement,
            follow: old.follow,
            results: ResultsView::like(&old.results),
            ..Self::default()
        };
    }

    /// Notes whose score may have changed.
    pub(crate) fn make_stale(&mut self, people: People) {
        self.stale = Some(self.stale.map_or(people, |known| known.and(people)));
    }

    /// Whose scores are to be asked for; from here on they count as asked.
    pub(crate) fn take_stale(&mut self) -> Option<People> {
        self.stale.take()
    }

    /// Takes new scores from an ordinal on and remembers who has answered since.
    pub(crate) fn take_scores(&mut self, instrument: &StudyView, offset: usize, scores: &[u8]) {
        let end = offset + scores.len();
        if self.scores.len() < end {
            self.scores.resize(end, PENDING);
        }
        let known_before = self.scores.iter().any(|score| *score != PENDING);
        for (person, score) in (offset..).zip(scores) {
            let known = &mut self.scores[person];
            let answers = instrument.marks == Marks::Answers || *score != NO_SCORE;
            let arrived = *known == PENDING && *score != PENDING && answers;
            *known = *score;
            if arrived && let Ok(person) = u32::try_from(person) {
                self.arrivals.push_front(person);
            }
        }
        self.arrivals.truncate(ARRIVALS_MAX);
        self.marks.resize(self.scores.len(), PENDING);
        self.paint(instrument, offset..end);
        if !known_before && self.follow == Follow::Newest {
            self.feed = Window::default();
        }
    }

    /// Takes answers. Who they belong to is the number of their id.
    pub(crate) fn take_answers(&mut self, instrument: &StudyView, answers: Vec<Response>) {
        for response in answers {
            let ordinal = response.id.0.saturating_sub(1);
            let of_person = match self.responses.get(&ordinal) {
                Some(known) if is_in_other_order(known, &response) => &mut self.in_other_order,
                _ => &mut self.responses,
            };
            of_person.insert(ordinal, response);
            self.paint(instrument, [ordinal as usize]);
        }
    }

    /// Notes who has an outcome and was not on a page of answers that began at `from` and ended before `next`.
    pub(crate) fn pass_over(&mut self, instrument: &StudyView, from: u32, next: Option<u32>) {
        let end = next.map_or(self.marks.len(), |next| next as usize).min(self.marks.len());
        for ordinal in from..u32::try_from(end).unwrap_or(u32::MAX) {
            if self.marks[ordinal as usize] == UNREAD && !self.passed_over.insert(ordinal) {
                self.silent.insert(ordinal);
                self.paint(instrument, [ordinal as usize]);
            }
        }
    }

    /// The first person whose answer the picture still lacks.
    pub(crate) fn first_unread(&self) -> Option<u32> {
        let at = self.marks.iter().position(|mark| *mark == UNREAD)?;
        u32::try_from(at).ok()
    }

    /// The answers to read next for the picture: from whom on, and how many. Who was read already is not read again for one
    /// among them who came late.
    pub(crate) fn unread(&self) -> Option<(u32, u32)> {
        const PAGE: usize = 500;
        let from = self.first_unread()?;
        let (first, end) = (from as usize, self.marks.len().min(from as usize + PAGE));
        let last = self.marks[first..end].iter().rposition(|mark| *mark == UNREAD)?;
        Some((from, u32::try_from(last + 1).ok()?))
    }

    /// How often each mark was given among the answers that have been loaded, highest mark first.
    pub(crate) fn loaded_marks(&self, instrument: &StudyView) -> Vec<(i32, u64)> {
        let mut counts = [0_u64; 256];
        for mark in &self.marks {
            counts[usize::from(*mark)] += 1;
        }
        let given = |mark: i32| usize::try_from(mark + 1).ok().and_then(|at| counts.get(at));
        let (low, high) = instrument.scale;
        (low..=high).rev().map(|mark| (mark, given(mark).copied().unwrap_or(0))).collect()
    }

    /// The mark of the person who gave an answer: a preference that changes with the order is none.
    pub(crate) fn mark_of(&self, response: &Response) -> i32 {
        let ordinal = response.id.0.saturating_sub(1);
        let both = self.responses.get(&ordinal).zip(self.in_other_order.get(&ordinal));
        match both {
            Some((first, second)) => kinds::mark_of_both(&first.answer, &second.answer),
            None => kinds::mark(&response.answer),
        }
    }

    /// Notes how far the answers have been loaded. Once all are, who has none gave none.
    pub(crate) fn load(&mut self, instrument: &StudyView, loading: Loading) {
        self.loading = loading;
        if loading == Loading::All {
            self.paint(instrument, 0..self.marks.len());
        }
    }

    /// Makes the marks of some people from their scores and answers.
    fn paint(&mut self, instrument: &StudyView, people: impl IntoIterator<Item = usize>) {
        for person in people {
            let Some(score) = self.scores.get(person).copied() else { continue };
            self.marks[person] = match (score, instrument.marks) {
                (score, Marks::Scores) => score,
                (PENDING, Marks::Answers) => PENDING,
                (_, Marks::Answers) => {
                    let ordinal = u32::try_from(person).unwrap_or(u32::MAX);
                    let answer = self.responses.get(&ordinal);
                    let value = answer.map(|answer| self.mark_of(answer));
                    let is_silent = self.loading == Loading::All || self.silent.contains(&ordinal);
                    match value.and_then(|value| u8::try_from(value + 1).ok()) {
                        Some(mark) => mark,
                        None if is_silent => NO_SCORE,
                        None => UNREAD,
                    }
                }
            };
        }
    }

    /// The scale and what the score counts, once it is known which instrument it is.
    pub(crate) fn instrument(study: &Study) -> &'static StudyView {
        kinds::view(study.instrument)
    }

    /// The running main estimate, from the whole counts of the tally.
    pub(crate) fn running(&self, study: &Study) -> Option<Mean> {
        let live = self.live.as_ref()?;
        let instrument = Self::instrument(study);
        if instrument.marks == Marks::Answers {
            return None;
        }
        let first = live.scale.map_or(instrument.scale.0, |(first, _)| first);
        Mean::of(
            (first..).zip(&live.scores).map(|(score, count)| ((instrument.value)(score), *count)),
        )
    }

    /// Outcomes a second over the last seconds, oldest first.
    pub(crate) fn rate(&self) -> Option<f64> {
        const SECONDS: usize = 10;
        let recent = &self.live.as_ref()?.recent;
        let last = &recent[recent.len().saturating_sub(SECONDS)..];
        (!last.is_empty())
            .then(|| last.iter().map(|count| f64::from(*count)).sum::<f64>() / last.len() as f64)
    }

    /// Seconds until everybody has answered, at the present rate.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of seconds that is checked to be finite and not negative"
    )]
    pub(crate) fn eta_s(&self, study: &Study) -> Option<u64> {
        let rate = self.rate().filter(|rate| *rate > 0.0)?;
        let left = study.panel.requested.saturating_sub(study.panel.settled());
        Some((f64::from(left) / rate).ceil() as u64)
    }

    /// The ordinals that the list of answers shows, in its order. Whoever arrived too lately to have been read is left out
    /// while there is somebody to read, so that answers that pour in can be read at all.
    pub(crate) fn feed(&self) -> Vec<u32> {
        if self.arrivals.is_empty() {
            return self.responses.keys().rev().take(ARRIVALS_MAX).copied().collect();
        }
        let read = self.arrivals.iter().position(|person| self.responses.contains_key(person));
        self.arrivals.iter().skip(read.unwrap_or(0)).copied().collect()
    }

    /// The newest arrivals whose answers are not loaded yet: from where, and how many.
    pub(crate) fn missing_newest(&self) -> Option<(u32, u32)> {
        const NEWEST: usize = 30;
        const SPAN: u32 = 60;
        let mut missing = self
            .arrivals
            .iter()
            .take(NEWEST)
            .copied()
            .filter(|person| !self.responses.contains_key(person));
        let newest = missing.next()?;
        let oldest = missing.filter(|person| newest.abs_diff(*person) < SPAN).min();
        let from = oldest.map_or(newest, |oldest| oldest.min(newest));
        Some((from, SPAN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::station::testing;

    #[test]
    fn answers_that_pour_in_faster_than_they_are_read_begin_with_one_that_can_be_read() {
        let mut lens = Lens { arrivals: VecDeque::from([9, 8, 7, 6]), ..Lens::default() };
        assert_eq!(lens.feed(), [9, 8, 7, 6], "nothing is read yet");
        lens.responses.insert(7, testing::response(7));
        assert_eq!(lens.feed(), [7, 6]);
        lens.responses.insert(9, testing::response(9));
        assert_eq!(lens.feed(), [9, 8, 7, 6], "whoever comes before has been read");
    }
}
