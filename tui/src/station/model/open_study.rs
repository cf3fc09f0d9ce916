//! State of the open study: its running tally, one byte for each respondent, the loaded answers, and its report. The
//! screens Live and Results are two views of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use protocol::analysis::CrossTab;
use protocol::id::StudyId;
use protocol::results::{Report, Response, Results};
use protocol::run::{Live, Study};

use super::chain::ChainView;
use super::findings::FindingsView;
use super::results::ResultsView;
use crate::kinds::{self, Marks, StudyView};
use crate::station::effect::People;
use crate::station::estimate::Mean;
use crate::station::widgets::mosaic::{Arrangement, NO_SCORE, PENDING, UNREAD};
use crate::station::widgets::window::Window;

/// Recent arrivals that the list of answers keeps.
const ARRIVALS_MAX: usize = 200;

/// How many of the answers have been loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Loading {
    /// Single ones only.
    #[default]
    Some,
    /// All before this ordinal.
    Until(u32),
    /// All of them.
    All,
}

/// The panes of the screen Live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LivePane {
    /// The mosaic.
    #[default]
    Mosaic,
    /// The answers.
    Answers,
}

/// Whether the list of answers follows the newest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Follow {
    /// It follows the newest.
    #[default]
    Newest,
    /// It does not scroll by itself.
    Still,
}

/// The open study.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenStudy {
    /// Its id.
    pub(crate) study: Option<StudyId>,
    /// Its running tally.
    pub(crate) live: Option<Live>,
    /// One byte for each respondent, as the daemon sends it.
    scores: Vec<u8>,
    /// Respondents whose byte may have changed since it was requested.
    stale: Option<People>,
    /// One byte for each respondent, as the mosaic shows it: the mark plus one, or no outcome, or no answer.
    pub(crate) marks: Vec<u8>,
    /// Ordinals of the latest answers, newest first.
    pub(crate) arrivals: VecDeque<u32>,
    /// Loaded answers, by ordinal.
    pub(crate) responses: BTreeMap<u32, Response>,
    /// Second answers of the same respondents, with the variants in the other order, where everyone is asked in both.
    pub(crate) in_other_order: BTreeMap<u32, Response>,
    /// How many of the answers have been loaded.
    pub(crate) loading: Loading,
    /// Respondents with an outcome who were missing from a page of answers, once and twice. The first page may be older
    /// than the outcome; the second is not, so there is no answer.
    passed_over: BTreeSet<u32>,
    silent: BTreeSet<u32>,
    /// Its report; while a round is open, that of the round.
    pub(crate) report: Option<Report>,
    /// The round of its chain, from 1, whose results are open in place of the study's.
    pub(crate) round: Option<u16>,
    /// The state of the study while one of its rounds is open.
    whole: Option<Box<OpenStudy>>,
    /// Its cross-table of two dimensions.
    pub(crate) cross: Option<CrossTab>,
    /// The arrangement of the mosaic.
    pub(crate) arrangement: Arrangement,
    /// The respondent under the cursor of the mosaic.
    pub(crate) person: usize,
    /// The focused pane of the screen Live.
    pub(crate) pane: LivePane,
    /// Whether the list of answers follows the newest.
    pub(crate) follow: Follow,
    /// The list of answers.
    pub(crate) feed: Window,
    /// The state of the screen Results.
    pub(crate) results: ResultsView,
    /// The state of the screen Chain.
    pub(crate) chain: ChainView,
    /// The state of the screen Findings.
    pub(crate) findings: FindingsView,
}

/// Whether two answers of a respondent are to the same variants in different orders.
fn is_in_other_order(one: &Response, other: &Response) -> bool {
    let order = |response: &Response| kinds::parts(&response.answer).order;
    order(one).zip(order(other)).is_some_and(|(one, other)| one != other)
}

impl OpenStudy {
    /// Opens another study; view preferences are kept.
    pub(crate) fn open(&mut self, study: StudyId) {
        self.close();
        self.study = Some(study);
    }

    /// Closes the open study.
    pub(crate) fn close(&mut self) {
        let old = std::mem::take(self);
        *self = Self {
            arrangement: old.arrangement,
            follow: old.follow,
            results: ResultsView::like(&old.results),
            chain: ChainView::like(&old.chain),
            ..Self::default()
        };
    }

    /// Opens the results of one of its rounds, which are loaded anew: answers, quotes and numbers are those of that round.
    pub(crate) fn open_round(&mut self, round: u16) {
        self.leave_round();
        let whole = std::mem::take(self);
        *self = Self {
            study: whole.study,
            live: whole.live.clone(),
            arrangement: whole.arrangement,
            follow: whole.follow,
            results: ResultsView::like(&whole.results),
            chain: whole.chain.clone(),
            round: Some(round),
            whole: Some(Box::new(whole)),
            ..Self::default()
        };
    }

    /// Closes the round that is open, if one is; says whether one was.
    pub(crate) fn leave_round(&mut self) -> bool {
        let Some(whole) = self.whole.take() else { return false };
        let (live, chain) = (self.live.take(), std::mem::take(&mut self.chain));
        *self = *whole;
        self.live = live.or_else(|| self.live.take());
        self.chain = chain;
        true
    }

    /// The report of the study, also while a round is open.
    pub(crate) fn report_of_study(&self) -> Option<&Report> {
        self.whole.as_deref().map_or(self.report.as_ref(), |whole| whole.report.as_ref())
    }

    /// The results of what is open: of the round, or of the study; while that has none, those of the rounds that have ended.
    pub(crate) fn found(&self) -> Option<&Results> {
        self.report.as_ref()?.found()
    }

    /// Whether what is open has results of finished rounds only.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.report
            .as_ref()
            .is_some_and(|report| report.results.is_none() && report.found().is_some())
    }

    /// Stores the report of the study.
    pub(crate) fn take_report(&mut self, report: Report) {
        match &mut self.whole {
            Some(whole) => whole.report = Some(report),
            None => self.report = Some(report),
        }
    }

    /// Marks scores as possibly changed.
    pub(crate) fn make_stale(&mut self, people: People) {
        self.stale = Some(self.stale.map_or(people, |known| known.and(people)));
    }

    /// The respondents whose scores must be requested; from here on they count as requested.
    pub(crate) fn take_stale(&mut self) -> Option<People> {
        self.stale.take()
    }

    /// Stores new scores from an ordinal on and notes the respondents who have answered since.
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

    /// Stores answers; the id of an answer gives the ordinal of its respondent.
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

    /// Notes respondents with an outcome who were missing from a page of answers from `from` up to `next`.
    pub(crate) fn pass_over(&mut self, instrument: &StudyView, from: u32, next: Option<u32>) {
        let end = next.map_or(self.marks.len(), |next| next as usize).min(self.marks.len());
        for ordinal in from..u32::try_from(end).unwrap_or(u32::MAX) {
            if self.marks[ordinal as usize] == UNREAD && !self.passed_over.insert(ordinal) {
                self.silent.insert(ordinal);
                self.paint(instrument, [ordinal as usize]);
            }
        }
    }

    /// The first respondent whose answer the mosaic still lacks.
    pub(crate) fn first_unread(&self) -> Option<u32> {
        let at = self.marks.iter().position(|mark| *mark == UNREAD)?;
        u32::try_from(at).ok()
    }

    /// The answers that the mosaic needs next: first ordinal and count. Answers that are already loaded are not
    /// requested again for the sake of one late answer among them.
    pub(crate) fn unread(&self) -> Option<(u32, u32)> {
        const PAGE: usize = 500;
        let from = self.first_unread()?;
        let (first, end) = (from as usize, self.marks.len().min(from as usize + PAGE));
        let last = self.marks[first..end].iter().rposition(|mark| *mark == UNREAD)?;
        Some((from, u32::try_from(last + 1).ok()?))
    }

    /// Counts of each mark among the loaded answers, highest mark first.
    pub(crate) fn loaded_marks(&self, instrument: &StudyView) -> Vec<(i32, u64)> {
        let mut counts = [0_u64; 256];
        for mark in &self.marks {
            counts[usize::from(*mark)] += 1;
        }
        let given = |mark: i32| usize::try_from(mark + 1).ok().and_then(|at| counts.get(at));
        let (low, high) = instrument.scale;
        (low..=high).rev().map(|mark| (mark, given(mark).copied().unwrap_or(0))).collect()
    }

    /// The mark of the respondent of an answer: a preference that changes with the order counts as none.
    pub(crate) fn mark_of(&self, response: &Response) -> i32 {
        let ordinal = response.id.0.saturating_sub(1);
        let both = self.responses.get(&ordinal).zip(self.in_other_order.get(&ordinal));
        match both {
            Some((first, second)) => kinds::mark_of_both(&first.answer, &second.answer),
            None => kinds::mark(&response.answer),
        }
    }

    /// Records how many answers have been loaded. Once all are, a respondent without an answer gave none.
    pub(crate) fn load(&mut self, instrument: &StudyView, loading: Loading) {
        self.loading = loading;
        if loading == Loading::All {
            self.paint(instrument, 0..self.marks.len());
        }
    }

    /// Computes the marks of some respondents from their scores and answers.
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

    /// The view of the study's type.
    pub(crate) fn instrument(study: &Study) -> &'static StudyView {
        kinds::view(study.instrument)
    }

    /// The running main estimate, from the integer counts of the tally.
    pub(crate) fn running(&self, study: &Study) -> Option<Mean> {
        let live = self.live.as_ref()?;
        let instrument = Self::instrument(study);
        if instrument.marks == Marks::Answers {
            return None;
        }
        // What scores are rounded to has another mean than they have.
        if let Some(exact) = live.exact {
            return Mean::of_moments(exact);
        }
        let first = live.scale.map_or(instrument.scale.0, |(first, _)| first);
        Mean::of(
            (first..).zip(&live.scores).map(|(score, count)| ((instrument.value)(score), *count)),
        )
    }

    /// Outcomes per second over the last seconds.
    pub(crate) fn rate(&self) -> Option<f64> {
        const SECONDS: usize = 10;
        let recent = &self.live.as_ref()?.recent;
        let last = &recent[recent.len().saturating_sub(SECONDS)..];
        (!last.is_empty())
            .then(|| last.iter().map(|count| f64::from(*count)).sum::<f64>() / last.len() as f64)
    }

    /// Seconds until every respondent has answered, at the present rate.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of seconds that is checked to be finite and not negative"
    )]
    pub(crate) fn eta_s(&self, study: &Study) -> Option<u64> {
        let rate = self.rate().filter(|rate| *rate > 0.0)?;
        // Of a study with several rounds, the end of the one that is asked: how many follow depends on the answers.
        let panel = study.asked_now();
        let left = panel.requested.saturating_sub(panel.settled());
        (left > 0).then_some(())?;
        Some((f64::from(left) / rate).ceil() as u64)
    }

    /// The ordinals in the list of answers, in order. Arrivals whose answers are not loaded yet are left out while
    /// there are loaded ones, so that answers stay readable when they arrive quickly.
    pub(crate) fn feed(&self) -> Vec<u32> {
        if self.arrivals.is_empty() {
            return self.responses.keys().rev().take(ARRIVALS_MAX).copied().collect();
        }
        let read = self.arrivals.iter().position(|person| self.responses.contains_key(person));
        self.arrivals.iter().skip(read.unwrap_or(0)).copied().collect()
    }

    /// The newest arrivals whose answers are not loaded yet: first ordinal and count.
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
        let mut open_study =
            OpenStudy { arrivals: VecDeque::from([9, 8, 7, 6]), ..OpenStudy::default() };
        assert_eq!(open_study.feed(), [9, 8, 7, 6], "nothing is read yet");
        open_study.responses.insert(7, testing::response(7));
        assert_eq!(open_study.feed(), [7, 6]);
        open_study.responses.insert(9, testing::response(9));
        assert_eq!(open_study.feed(), [9, 8, 7, 6], "whoever comes before has been read");
    }
}
