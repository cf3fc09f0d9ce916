//! Queries on studies: lists, reports, the live view, answers and scores. Each reads one snapshot and blocks its thread
//! for as long as that takes; none changes anything.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Duration;

use protocol::channels::Channels;
use protocol::credits::UsdMicros;
use protocol::error::ApiError;
use protocol::id::{AnswerId, StudyId};
use protocol::results::{Answer, Besides, Mention, Meta, Report, Response, Results, Tagged};
use protocol::run::{ExactScores, Live, Silence, State, Study};
use protocol::safe::quoted;
use protocol::sent_texts::SentTexts;
use protocol::service::{Page, Reply, StudyCounts, StudyQuery};

use crate::domain::asking::Purpose;
use crate::domain::instrument::{SYNTHETIC_NOTICE, below_middle, score, tasks, unanswered};
use crate::domain::outcome::{Answered, Assignment, FIRST_ROUND, Outcome};
use crate::domain::panel::{Panel, Population};
use crate::domain::stimulus::{self, SentAs};
use crate::inference::ANY_MODEL;
use crate::store::rows::{ExactSums, OutcomeKey, OutcomeRow, Progress, StudyRow};
use crate::store::{Fault, Order, Reader, Table, UseCaseError};

use crate::app::asking::advance::unfinished_of;
use crate::app::asking::rounds::{panel_of, spec_of};
use crate::app::money::allowance::purse;
use crate::app::money::cost_report::{
    dollars, inference, others, providers, replies_read, spending,
};
use crate::app::studies::findings::with_findings;
use crate::app::studies::finished_rounds::{ended_rounds, finished_rounds};
use crate::app::studies::lookup::{StudyRecord, by_id, by_name, of_number};
use crate::app::studies::plan::recipe;
use crate::app::studies::submit::packed_panel;
use crate::app::watch::lineage::version_report;
use crate::app::{Caller, Core, Owner};

/// Studies on one page.
const STUDIES_MAX: u32 = 500;
/// Answers on one page; with personas they must fit a frame of 1 MiB.
const ANSWERS_MAX: u32 = 500;
/// JSON of answers on one page, with room to spare.
const ANSWERS_BYTES: usize = 700 * 1024;
/// Scores on one page.
const SCORES_MAX: u32 = 100_000;
/// Stands for an outcome that is no score.
const NO_SCORE: u8 = 255;
/// A service that has been quiet for so long is told of: most replies take less.
const SILENCE_TOLD: Duration = Duration::from_secs(10);
/// Seconds of the live view.
const RECENT_SECONDS: i64 = 60;

impl Core {
    /// Lists studies, newest first.
    pub(crate) async fn studies(&self, caller: &Caller, query: &StudyQuery) -> Reply<Page<Study>> {
        let query = query.clone();
        let limit = match query.limit {
            0 => STUDIES_MAX,
            limit => limit.min(STUDIES_MAX),
        };
        let wanted = query.search.as_ref().map(|text| text.to_lowercase());
        self.view(caller, move |core, reader, owner| {
            let mut skipped = 0_u32;
            let mut items = Vec::new();
            let mut more = false;
            reader.all::<StudyRow>(Order::Falling, |number, row| {
                if !owner.owns(&row.owner) {
                    return Ok(ControlFlow::Continue(()));
                }
                let progress: Progress = reader.get(&number)?.ok_or_else(|| Fault::Row {
                    table: Table::Progress,
                    why: format!("study {number} is missing"),
                })?;
                let passes = progress.archived == query.archived
                    && wanted
                        .as_ref()
                        .is_none_or(|text| row.spec.name.to_lowercase().contains(text.as_str()))
                    && query.tag.as_ref().is_none_or(|tag| progress.tags.contains(tag));
                if !passes {
                    return Ok(ControlFlow::Continue(()));
                }
                if skipped < query.offset {
                    skipped = skipped.saturating_add(1);
                    return Ok(ControlFlow::Continue(()));
                }
                if items.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
                    more = true;
                    return Ok(ControlFlow::Break(()));
                }
                let found = StudyRecord { number, row, progress };
                let headline = core.headlines().of(reader, &found)?;
                items.push(Study { headline, ..found.study() });
                Ok(ControlFlow::Continue(()))
            })?;
            let next = more.then(|| query.offset.saturating_add(limit));
            Ok(Page { items, next })
        })
        .await
    }

    /// Finds the study that an id, an unambiguous prefix of one, or `@` (the latest) names.
    pub(crate) async fn find(&self, caller: &Caller, name: &str) -> Reply<Study> {
        let name = name.to_owned();
        self.view(caller, move |_, reader, owner| Ok(by_name(reader, owner, &name)?.study())).await
    }

    /// The path of the file that a study was submitted from, where it had one and the caller is told of files.
    pub(crate) async fn source_path(&self, caller: &Caller, id: StudyId) -> Reply<Option<String>> {
        self.view(caller, move |_, reader, owner| {
            Ok(by_id(reader, owner, id)?.row.path.filter(|_| owner.is_told_of_files()))
        })
        .await
    }

    /// A study with its results, without single answers; of a chain that has none also what its finished rounds give.
    pub(crate) async fn report(&self, caller: &Caller, id: StudyId) -> Reply<Report> {
        self.view(caller, move |core, reader, owner| {
            let found = by_id(reader, owner, id)?;
            let results = with_findings(reader, &found)?;
            let finished = if results.is_none() { finished_rounds(reader, &found)? } else { None };
            core.report_of(reader, owner, &found, results, finished)
        })
        .await
    }

    /// The report of a study with those results, as that owner is told of it.
    pub(in crate::app) fn report_of(
        &self,
        reader: &Reader<'_>,
        owner: &Owner,
        found: &StudyRecord,
        results: Option<Results>,
        finished: Option<Results>,
    ) -> Result<Report, UseCaseError> {
        let now = self.world().clock.now();
        let purse = purse(reader, self.settings(), now)?;
        let progress = &found.progress;
        let until = progress.completed_at.unwrap_or(now);
        let latency = until.duration_since(found.row.created_at).as_millis();
        let meta = Meta {
            credits_used: progress.credits_used,
            credits_remaining: purse.spendable().unwrap_or_default(),
            cost_usd: progress.usage.cost.dollars(),
            announced_cost_usd: found.row.announced.map(dollars),
            asked_cost_usd: found.progress.agreed.asked.map(UsdMicros::dollars),
            lost_cost_usd: progress.lost.cost.dollars(),
            booked_at_most: u64::from(progress.usage.at_most),
            booked_estimated: u64::from(progress.usage.estimated),
            latency_ms: u64::try_from(latency).unwrap_or(0),
            input_tokens: progress.usage.input_tokens,
            output_tokens: progress.usage.output_tokens,
            providers_used: providers(found),
            other_models: others(found),
            from_cache: u64::from(progress.usage.remembered),
            replies: replies_read(reader, found)?,
            inference: inference(found),
            notice: SYNTHETIC_NOTICE.to_owned(),
            model_notice: self.model_notice(found),
        };
        let below_middle = results.as_ref().and_then(below_middle);
        let version = version_report(self, reader, owner, found)?.map(Box::new);
        let mut study = found.study();
        // Where any model may stand behind the name, the one that answered is named.
        if study.model == ANY_MODEL && !progress.said_by.is_empty() {
            study.model = progress.said_by.iter().cloned().collect::<Vec<_>>().join(", ");
        }
        let found_in = results.iter().chain(&finished).map(|results| &results.outcomes);
        let sent_as = found.row.sent.as_ref();
        let pictures = sent_as.and_then(SentAs::picture_warning);
        let sent = sent_as.map(|sent| sent.texts(&found.row.spec, found_in));
        let sent = sent.unwrap_or_default();
        let steady: Vec<&str> = self.settings().engines.keys().map(String::as_str).collect();
        let language = stimulus::language_warnings(&found.row.spec, &steady);
        let advice = if steady.contains(&found.row.spec.engine.as_str()) {
            "say in the text what it asks for"
        } else {
            "where a model leaves it out, put each question in a call of its own (`questions_per_call: one`)"
        };
        let lacking = results.iter().flat_map(|results| lacking(results, &sent, advice));
        let warnings = language.chain(pictures).chain(lacking).collect();
        let finished_rounds = finished.map(Box::new);
        let (round, asked) = (None, None);
        Ok(Report {
            study,
            results,
            finished_rounds,
            round,
            meta,
            below_middle,
            warnings,
            version,
            sent,
            asked,
        })
    }

    /// What the model of a study can and cannot do, where that edition of it is here.
    fn model_notice(&self, found: &StudyRecord) -> Option<String> {
        let engine = self.engine(&found.row.spec.engine).ok()?;
        let is_same = engine.model() == found.row.model;
        engine.notice().filter(|_| is_same).map(ToOwned::to_owned)
    }

    /// What a study looks like now.
    pub(crate) async fn live(&self, caller: &Caller, id: StudyId) -> Reply<Live> {
        self.view(caller, move |core, reader, owner| {
            let now = core.world().clock.now();
            let found = by_id(reader, owner, id)?;
            let progress = &found.progress;
            let present = progress
                .working_since
                .and_then(|since| u64::try_from(now.duration_since(since).as_millis()).ok());
            Ok(Live {
                study: found.study(),
                scale: found.row.scale,
                scores: progress.scores.clone(),
                exact: exact(progress),
                finished: ended_rounds(reader, &found)?,
                recent: seconds(progress, now.as_second()),
                elapsed_ms: progress.worked_ms.saturating_add(present.unwrap_or(0)),
                spending: spending(&found),
                silence: core.silence(progress, &found.row.spec.engine, now.as_second()),
                no_writes: core.store().degraded().filter(|_| !progress.state.is_final()),
            })
        })
        .await
    }

    /// The engine that has kept a running study waiting the longest, where that is worth telling.
    fn silence(&self, progress: &Progress, engine: &str, second: i64) -> Option<Silence> {
        if progress.state != State::Running {
            return None;
        }
        let now = self.world().clock.monotonic();
        let models = self.engine(engine).ok()?.models();
        let recent = seconds(progress, second);
        let told = usize::try_from(SILENCE_TOLD.as_secs()).unwrap_or(usize::MAX);
        let goes_on = recent.iter().rev().take(told).any(|count| *count > 0);
        let quiet = models.iter().filter_map(|model| Some((model, model.door().quiet(now)?)));
        // While others answer, nobody waits for one that is left alone.
        let quiet = quiet.filter(|(_, quiet)| {
            let is_left_alone = quiet.rests.is_some() || quiet.asks.is_some();
            !(goes_on && is_left_alone && models.len() > 1)
        });
        let (model, quiet) = quiet.max_by_key(|(_, quiet)| (quiet.asks, quiet.since))?;
        let service = model.service();
        let is_told = quiet.since >= SILENCE_TOLD || quiet.asks >= Some(SILENCE_TOLD);
        is_told.then(|| Silence {
            engine: service.name.clone(),
            seconds: quiet.since.as_secs(),
            under_way: quiet.under_way,
            limit_s: service.target.call_wait.as_secs(),
            rests_s: quiet.rests.map(|rests| rests.as_secs()),
            asks_s: quiet.asks.map(|asks| asks.as_secs()),
            paced_s: quiet.paced.map(|paced| paced.as_secs()),
        })
    }

    /// Answers of the first round in respondent order, from the respondent at `offset` on; `next` is the respondent to go on
    /// with.
    pub(crate) async fn answers(
        &self,
        caller: &Caller,
        id: StudyId,
        offset: u32,
        limit: u32,
    ) -> Reply<Page<Response<Tagged>>> {
        self.answers_of(caller, id, FIRST_ROUND, offset, limit).await
    }

    /// Answers of a round, from 0.
    pub(crate) async fn answers_of(
        &self,
        caller: &Caller,
        id: StudyId,
        round: u16,
        offset: u32,
        limit: u32,
    ) -> Reply<Page<Response<Tagged>>> {
        let limit = usize::try_from(limit.clamp(1, ANSWERS_MAX)).unwrap_or(1);
        self.view(caller, move |_, reader, owner| {
            let found = by_id(reader, owner, id)?;
            let asked = spec_of(reader, &found, round)?;
            let panel = panel_of(reader, &found, &asked)?;
            let tasks = usize::from(tasks(&asked));
            let mut page = AnswerPage { items: Vec::new(), bytes: 0, limit };
            let mut next = None;
            let mut one = OneRespondent::default();
            let (first, last) = OutcomeKey::of_respondents(found.number, round, offset..=u32::MAX);
            reader.scan::<OutcomeRow>(&first, &last, Order::Rising, |key, row| {
                let respondent = key.assignment.respondent;
                if respondent != one.respondent {
                    next = page.take(std::mem::take(&mut one), tasks, &panel)?;
                    if next.is_some() {
                        return Ok(ControlFlow::Break(()));
                    }
                    one.respondent = respondent;
                }
                one.hear(key.assignment, row.into_outcome());
                Ok(ControlFlow::Continue(()))
            })?;
            if next.is_none() {
                next = page.take(one, tasks, &panel)?;
            }
            Ok(Page { items: page.items, next })
        })
        .await
    }

    /// One byte for each respondent from `offset` on: the score plus one, 0 while there is no outcome, 255 for an outcome
    /// that is no score.
    pub(crate) async fn scores(
        &self,
        caller: &Caller,
        id: StudyId,
        offset: u32,
        limit: u32,
    ) -> Reply<Vec<u8>> {
        self.view(caller, move |_, reader, owner| {
            let found = by_id(reader, owner, id)?;
            let end = found.row.spec.panel;
            let until = offset.saturating_add(limit.min(SCORES_MAX)).min(end);
            let length = usize::try_from(until.saturating_sub(offset)).unwrap_or(0);
            let mut scores = vec![0_u8; length];
            if length == 0 {
                return Ok(scores);
            }
            let some = offset..=until.saturating_sub(1);
            let (first, last) = OutcomeKey::of_respondents(found.number, FIRST_ROUND, some);
            reader.scan::<OutcomeRow>(&first, &last, Order::Rising, |key, row| {
                if !key.assignment.is_answer() {
                    return Ok(ControlFlow::Continue(()));
                }
                let place = key.assignment.respondent.checked_sub(offset);
                let place = place.and_then(|place| usize::try_from(place).ok());
                if let Some(byte) = place.and_then(|place| scores.get_mut(place)) {
                    *byte = match row.outcome() {
                        Outcome::Answered(answered) => score(&answered.answer.0)
                            .map_or(NO_SCORE, |score| score.saturating_add(1)),
                        _ => NO_SCORE,
                    };
                }
                Ok(ControlFlow::Continue(()))
            })?;
            Ok(scores)
        })
        .await
    }

    /// How many of the caller's studies are at work.
    pub(crate) async fn counts(&self, caller: &Caller) -> Reply<StudyCounts> {
        self.view(caller, |_, reader, owner| {
            let mut counts = StudyCounts::default();
            for pending in unfinished_of(reader, owner)? {
                match pending.state {
                    State::Queued => counts.queued = counts.queued.saturating_add(1),
                    State::Running | State::Finalizing => {
                        counts.running = counts.running.saturating_add(1);
                    }
                    _ => {}
                }
            }
            Ok(counts)
        })
        .await
    }

    /// The people whom the current round of a study asks.
    pub(crate) async fn panel(&self, caller: &Caller, number: u32) -> Reply<Panel> {
        self.view(caller, move |_, reader, owner| {
            let found = of_number(reader, owner, number)?;
            let asked = spec_of(reader, &found, found.progress.round)?;
            Ok(panel_of(reader, &found, &asked)?)
        })
        .await
    }

    pub(in crate::app) fn look<T>(
        &self,
        look: impl FnOnce(&Reader<'_>) -> Result<T, UseCaseError>,
    ) -> Reply<T> {
        self.store().read(look).map_err(ApiError::from)
    }
}

/// What results lack, in sentences with that advice: questions that nobody answered, as they were sent.
fn lacking(results: &Results, sent: &SentTexts, advice: &str) -> Vec<String> {
    let questions = unanswered(&results.outcomes).into_iter();
    let sentence = |(place, question): (usize, &str)| {
        let question = quoted(sent.of(question));
        format!(
            "Nobody could answer question {place}, {question}, and nothing was put in its place: {advice}."
        )
    };
    questions.map(sentence).collect()
}

/// The sums of the scores, where they are of as many as the tally; an earlier version may have counted some.
fn exact(progress: &Progress) -> Option<ExactScores> {
    let ExactSums { n, sum, squares } = progress.exact?;
    let unit = 0.01;
    (n == progress.scores.iter().sum::<u64>()).then_some(ExactScores { n, sum, squares, unit })
}

/// Everything that one respondent said.
#[derive(Default)]
struct OneRespondent {
    respondent: u32,
    /// By task; shown only when every task was answered.
    said: Vec<OneTask>,
}

/// What one respondent said to one task.
struct OneTask {
    answer: Answer,
    mentions: Vec<Mention>,
    channels: Option<Channels>,
    besides: BTreeMap<String, Besides>,
}

impl OneRespondent {
    fn hear(&mut self, at: Assignment, outcome: Outcome) {
        match at.asking() {
            Some(Purpose::Answer) => {
                if let Outcome::Answered(Answered { answer, mentions, channels, .. }) = outcome {
                    let besides = BTreeMap::new();
                    self.said.push(OneTask { answer, mentions, channels, besides });
                }
            }
            // What is asked besides a task stands right behind the task.
            asking => {
                let key = asking.and_then(Purpose::key);
                let behind = self.said.len() == usize::from(at.task).saturating_add(1);
                if let (Some(key), Some(of_task), true) = (key, self.said.last_mut(), behind) {
                    of_task.besides.insert(key, besides(outcome));
                }
            }
        }
    }
}

fn besides(outcome: Outcome) -> Besides {
    match outcome {
        Outcome::Answered(answered) => Besides::Answered(answered.answer),
        Outcome::Refused { reason }
        | Outcome::Invalid { reason }
        | Outcome::Failed { reason }
        | Outcome::Skipped { reason } => Besides::NotAnswered { not_answered: reason },
    }
}

/// A page of answers under way.
struct AnswerPage {
    items: Vec<Response<Tagged>>,
    bytes: usize,
    limit: usize,
}

impl AnswerPage {
    /// Takes what one respondent said, where it is complete; gives back the respondent for whom there is no room.
    fn take(
        &mut self,
        one: OneRespondent,
        tasks: usize,
        panel: &Panel,
    ) -> Result<Option<u32>, Fault> {
        let respondent = one.respondent;
        if one.said.len() < tasks {
            return Ok(None);
        }
        if self.items.len() >= self.limit || self.bytes >= ANSWERS_BYTES {
            return Ok(Some(respondent));
        }
        let persona = panel.persona(respondent).ok_or_else(|| Fault::Row {
            table: Table::Panels,
            why: format!("nobody is at place {respondent}"),
        })?;
        let id = AnswerId(respondent.saturating_add(1));
        for OneTask { answer, mentions, channels, besides } in one.said {
            let respondent = persona.clone().into();
            let response = Response { id, respondent, answer, mentions, channels, besides };
            let response = Response::<Tagged>::from(response);
            let json = serde_json::to_vec(&response).map_or(0, |json| json.len());
            self.bytes = self.bytes.saturating_add(json);
            self.items.push(response);
        }
        Ok(None)
    }
}

/// The panel of a study, as it was sampled.
pub(in crate::app) fn panel(reader: &Reader<'_>, found: &StudyRecord) -> Result<Panel, Fault> {
    let packed = packed_panel(reader, found.number)?;
    if found.row.population != Population::embedded().hash() {
        return Err(Fault::Row {
            table: Table::Panels,
            why: "it was sampled from other population tables than this program has".to_owned(),
        });
    }
    Panel::unpack(Population::embedded(), recipe(&found.row.spec), &packed)
        .map_err(|error| Fault::Row { table: Table::Panels, why: error.to_string() })
}

/// Outcomes of each of the last seconds, oldest first, beginning with the first second that had any.
fn seconds(progress: &Progress, now: i64) -> Vec<u32> {
    let oldest = now.saturating_sub(RECENT_SECONDS).saturating_add(1);
    let mut recent = progress.recent.iter().filter(|counted| counted.second >= oldest).peekable();
    let Some(first) = recent.peek().map(|counted| counted.second) else { return Vec::new() };
    let length = usize::try_from(now.saturating_sub(first).saturating_add(1)).unwrap_or(0);
    let mut seconds = vec![0_u32; length.min(60)];
    for counted in recent {
        let place = usize::try_from(counted.second.saturating_sub(first)).unwrap_or(usize::MAX);
        if let Some(count) = seconds.get_mut(place) {
            *count = count.saturating_add(counted.outcomes);
        }
    }
    seconds
}
