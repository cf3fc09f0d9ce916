//! A bench for the machine: it answers the machine's questions, keeps the money that the machine moves, and tells events and
//! effects in short words, so that a test reads as a table.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use protocol::channels::{Channel, Elicitation};
use protocol::credits::UsdMicros;
use protocol::measurement::QuestionsPerCall;
use protocol::results::Answer;
use protocol::study::{Instrument, Orders, StudySpec};
use serde_json::json;

use super::super::{
    CachedReply, CallEnd, EndedCall, EngineView, FailedCall, FinishedMeasures, PanelEffect,
    PanelEvent, PanelMachine, PanelPlan, PanelQuestion, QueueEntry, ReadCall, ReadReply,
};
use crate::app::{Capped, testing};
use crate::config::Strategy;
use crate::domain::exchange::{End, Exchange, ReplySource, read, read_item, read_rest};
use crate::domain::instrument::{Item, Unreadable};
use crate::domain::outcome::{Answered, Outcome, Usage};
use crate::inference::chat::{BROKE_OFF, CallError, Denial, REFUSED, TIMED_OUT};
use crate::inference::limits::Condition;
use crate::inference::pool::Availability;
use crate::work::calls::side_measures::MeasuredChannels;

/// The worst case of a call, what an answer costs, the worst case of side measurements, and what they cost.
pub(super) const CALL: i64 = 10;
pub(super) const ANSWER: i64 = 3;
pub(super) const ASIDE: i64 = 7;
pub(super) const BESIDE: i64 = 4;

/// What a study is.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is chosen apart from the others")]
pub(super) struct Setup {
    pub(super) panel: u32,
    pub(super) again: u32,
    pub(super) engines: usize,
    pub(super) strategy: Strategy,
    pub(super) recalls: bool,
    pub(super) channels: bool,
    pub(super) items: bool,
    pub(super) pairs: bool,
    pub(super) survey: bool,
    pub(super) has_answers: bool,
}

impl Setup {
    /// Reads a setup: `panel 3, engines 2, failover, recalls, channels, items, pairs, survey, again 1, answered`.
    pub(super) fn read(text: &str) -> Self {
        let mut setup = Self {
            panel: 1,
            again: 0,
            engines: 1,
            strategy: Strategy::RoundRobin,
            recalls: false,
            channels: false,
            items: false,
            pairs: false,
            survey: false,
            has_answers: false,
        };
        for word in text.split(',').map(str::trim) {
            let (word, number) = word.split_once(' ').unwrap_or((word, "0"));
            let number: u32 = number.parse().unwrap();
            match word {
                "panel" => setup.panel = number,
                "again" => setup.again = number,
                "engines" => setup.engines = number as usize,
                "failover" => setup.strategy = Strategy::Failover,
                "recalls" => setup.recalls = true,
                "channels" => setup.channels = true,
                "items" => setup.items = true,
                "pairs" => setup.pairs = true,
                "survey" => setup.survey = true,
                "answered" => setup.has_answers = true,
                other => panic!("{other}"),
            }
        }
        setup
    }

    fn spec(&self) -> StudySpec {
        let mut spec = testing::spec(self.panel);
        if self.channels {
            let channels = vec![Channel::Direct, Channel::Rater];
            let elicitation = Elicitation { channels, embedding_engine: None, rater: None };
            spec.measurement.elicitation = Some(elicitation);
        }
        if self.items {
            spec.measurement.questions_per_call = QuestionsPerCall::One;
        }
        if self.pairs {
            let variant = |name: &str| format!("A meal kit, variant {name}.");
            let (variant_a, variant_b) = (variant("one"), variant("two"));
            spec.instrument = Instrument::AbTest { variant_a, variant_b, orders: Orders::Both };
        }
        if self.survey {
            let questions = ["What would stop you?", "What is it worth?", "Who is it for?"];
            let questions = questions.map(str::to_owned).to_vec();
            spec.instrument = Instrument::Survey { stimulus: "A meal kit.".to_owned(), questions };
        }
        spec
    }
}

/// Room under a cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    Free,
    /// The study's own cap is reached.
    None,
    /// Other studies have what is left.
    Taken,
    /// More than was agreed would be spent.
    Unagreed,
}

/// The machine with everything around it.
pub(super) struct Bench {
    pub(super) machine: PanelMachine<'static>,
    pub(super) now: Duration,
    pub(super) room: Room,
    /// Respondents whose replies the response cache has.
    pub(super) memory: BTreeSet<u32>,
    /// Those of whom it has a reply to a survey that answers the first question alone.
    pub(super) partly: BTreeSet<u32>,
    pub(super) views: Vec<EngineView>,
    setup: Setup,
    spec: StudySpec,
    asks: BTreeMap<QueueEntry, PanelQuestion>,
    /// The calls at the doors, those under way, and the side measurements under way with their money.
    pub(super) offered: BTreeMap<usize, QueueEntry>,
    pub(super) called: BTreeSet<QueueEntry>,
    pub(super) measuring: BTreeMap<QueueEntry, i64>,
    /// What is set aside, and what was spent.
    pub(super) reserved: i64,
    pub(super) spent: i64,
    pub(super) sent: u32,
    pub(super) settled: u32,
    /// What the recorded outcomes cost.
    pub(super) recorded_cost: i64,
    pub(super) recorded: BTreeSet<QueueEntry>,
    pub(super) forgotten: BTreeSet<QueueEntry>,
    pub(super) is_halted: bool,
}

impl Bench {
    pub(super) fn new(setup: &Setup) -> Self {
        let spec = setup.spec();
        let plan = PanelPlan {
            spec: spec.clone(),
            strategy: setup.strategy,
            recalls: setup.recalls,
            measures: setup.channels,
            has_answers: setup.has_answers,
        };
        let entry = |replicate| move |respondent| QueueEntry { round: 0, replicate, respondent };
        let everyone = (0..setup.panel).map(entry(0)).chain((0..setup.again).map(entry(1)));
        let view = EngineView {
            standing: Availability::Open,
            given_up: None,
            condition: Condition::Answering,
            concurrency: 4,
            is_proven: true,
            is_put_off: false,
        };
        let mut bench = Self {
            machine: PanelMachine::new(plan, setup.engines, everyone),
            now: Duration::from_secs(100),
            room: Room::Free,
            memory: BTreeSet::new(),
            partly: BTreeSet::new(),
            views: vec![view; setup.engines],
            setup: setup.clone(),
            spec,
            asks: BTreeMap::new(),
            offered: BTreeMap::new(),
            called: BTreeSet::new(),
            measuring: BTreeMap::new(),
            reserved: 0,
            spent: 0,
            sent: 0,
            settled: 0,
            recorded_cost: 0,
            recorded: BTreeSet::new(),
            forgotten: BTreeSet::new(),
            is_halted: false,
        };
        bench.tell_views();
        bench
    }

    /// Tells how the engines are.
    pub(super) fn tell_views(&mut self) -> Vec<String> {
        self.tell(PanelEvent::Engines(self.views.clone()))
    }

    /// Tells an event, answers what is asked, and gives what is done, in words.
    pub(super) fn tell(&mut self, event: PanelEvent) -> Vec<String> {
        let mut words = Vec::new();
        let mut events = std::collections::VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            self.is_halted |= matches!(event, PanelEvent::Halted);
            match &event {
                PanelEvent::Ended(ended) => assert!(self.called.contains(&ended.ticket)),
                PanelEvent::Turn(engine) => assert!(self.offered.contains_key(engine)),
                _ => {}
            }
            for effect in self.machine.on(event, self.now) {
                words.push(told(&effect));
                events.extend(self.carry_out(effect));
            }
        }
        assert!(self.reserved >= 0, "more was freed than was set aside: {words:?}");
        words
    }

    fn carry_out(&mut self, effect: PanelEffect) -> Option<PanelEvent> {
        match effect {
            PanelEffect::Prepare { asks, recall, .. } => {
                let mut replies = Vec::new();
                for ask in asks {
                    let respondent = ask.ticket.respondent;
                    let partly = self.partly.contains(&respondent) && ask.so_far.is_none();
                    let knows = recall
                        && ask.at.is_answer()
                        && (partly || self.memory.contains(&respondent));
                    let mut exchange = exchange(&ask);
                    if partly {
                        exchange.source = ReplySource::Remembered;
                    }
                    let read = || {
                        if partly { self.survey_answer(&ask, &[1]) } else { self.answer(&ask) }
                    };
                    replies.push(knows.then(|| CachedReply { read: read(), exchange }));
                    self.asks.insert(ask.ticket, ask);
                }
                return Some(PanelEvent::Prepared(replies));
            }
            PanelEffect::Reserve { ticket, .. } => {
                let beside = self.setup.channels && ticket.first().is_answer();
                let aside = if beside { ASIDE } else { 0 };
                return Some(match self.capped() {
                    Some(capped) => PanelEvent::Capped(capped),
                    None => {
                        self.reserved += CALL + aside;
                        PanelEvent::Reserved { call: UsdMicros(CALL), aside: UsdMicros(aside) }
                    }
                });
            }
            PanelEffect::SetAside { ticket, .. } => {
                let money = self.capped().map_or(Ok(UsdMicros(ASIDE)), Err);
                self.reserved += money.as_ref().map_or(0, |money| money.0);
                return Some(PanelEvent::SetAside(ticket, money));
            }
            PanelEffect::Release(amount) => self.reserved -= amount.0,
            PanelEffect::Offer { ticket, engine } => {
                assert_eq!(self.offered.insert(engine, ticket), None, "two at a door");
            }
            PanelEffect::Withdraw { engine } => assert!(self.offered.remove(&engine).is_some()),
            PanelEffect::Call { ticket, engine, .. } => {
                assert!(!self.is_halted, "a call after the halt");
                assert_eq!(self.offered.remove(&engine), Some(ticket));
                assert!(self.called.insert(ticket), "asked twice at once");
                self.sent += 1;
            }
            PanelEffect::Settle { ticket, reserved, cost } => {
                self.settle(ticket, reserved.0, cost.0);
            }
            PanelEffect::GiveUp { ticket, reserved, cost } => {
                self.settle(ticket, reserved.0, cost.0);
            }
            PanelEffect::Measure(measure) => {
                assert_eq!(self.measuring.insert(measure.ticket, measure.aside.0), None);
            }
            PanelEffect::Record { ticket, record, .. } => {
                assert!(self.recorded.insert(ticket), "recorded twice: {ticket:?}");
                let costs = record.outcomes.iter().map(|(_, _, usage)| usage.cost.0);
                self.recorded_cost += costs.sum::<i64>();
            }
            PanelEffect::Forget(ticket) => {
                assert!(self.forgotten.insert(ticket), "forgotten twice: {ticket:?}");
            }
            PanelEffect::Prove { engine } => self.views[engine].is_proven = true,
            PanelEffect::Doubt { engine } => self.views[engine].is_proven = false,
            PanelEffect::Disabled { .. }
            | PanelEffect::Keep { .. }
            | PanelEffect::Free(_)
            | PanelEffect::Stopping(_) => {}
            PanelEffect::AskOwner(_) | PanelEffect::Pause(_) => return Some(PanelEvent::Halted),
        }
        None
    }

    fn settle(&mut self, ticket: QueueEntry, reserved: i64, cost: i64) {
        assert!(self.called.remove(&ticket), "settled without a call: {ticket:?}");
        self.settled += 1;
        self.reserved -= reserved;
        self.spent += cost;
    }

    fn capped(&self) -> Option<Capped> {
        let (cap, limit, worst) = ("the cap", UsdMicros(1), UsdMicros(CALL));
        let others = self.room == Room::Taken;
        let asks_owner = self.room == Room::Unagreed;
        (self.room != Room::Free).then_some(Capped { cap, limit, worst, others, asks_owner })
    }

    /// The entry of a respondent: `3`, or `3r` for a repetition.
    pub(super) fn entry(text: &str) -> QueueEntry {
        let number = text.trim_end_matches('r');
        let replicate = u16::from(text.ends_with('r'));
        QueueEntry { round: 0, replicate, respondent: number.parse().unwrap() }
    }

    /// The end of a call: `answers`, `leaves-out` (only the first question of a survey is answered), `adds` (the others are),
    /// `invalid`, `cut`, `declines`, the kind of an error, or `given-up`.
    pub(super) fn end(&self, ticket: QueueEntry, how: &str) -> PanelEvent {
        let ask = &self.asks[&ticket];
        let said = String::new;
        let replied = |read: Result<ReadReply, Unreadable>| {
            let unfinished = (how == "cut").then(|| "output_tokens".to_owned());
            let mended = read.is_ok().then(Vec::new);
            CallEnd::Replied(Box::new(ReadCall {
                read,
                exchange: exchange(ask),
                mended,
                unfinished,
                unreadable: None,
            }))
        };
        let failed = |error| CallEnd::Failed(FailedCall { error, helps: None });
        let limited = |status, after| CallError::Limited { status, after, said: said() };
        let because = |reason: &str| Err(Unreadable::Invalid { reason: reason.to_owned() });
        let invalid = || because("`score` is missing");
        let (cost, end) = match how {
            "leaves-out" if self.setup.survey => {
                (ANSWER, replied(Ok(self.survey_answer(ask, &[1]))))
            }
            "answers" | "leaves-out" => (ANSWER, replied(Ok(self.answer(ask)))),
            "adds" => (ANSWER, replied(Ok(self.survey_answer(ask, &[2, 3])))),
            "answers-dearly" => (4 * CALL, replied(Ok(self.answer(ask)))),
            "invalid" | "cut" => (ANSWER, replied(invalid())),
            "varied" => {
                let reason = format!("`score` is {}.5", self.sent);
                (ANSWER, replied(Err(Unreadable::Invalid { reason })))
            }
            "garbled" => (ANSWER, replied(because("the reply is not valid JSON"))),
            "declines" => (ANSWER, replied(Err(Unreadable::Refused { reason: "no".to_owned() }))),
            "given-up" => (CALL, CallEnd::GivenUp),
            "given-up-like-others" => (ANSWER, CallEnd::GivenUp),
            "times-out" => (CALL, failed(CallError::network(TIMED_OUT))),
            "breaks-off" => (CALL, failed(CallError::network(BROKE_OFF))),
            "unreachable" => (0, failed(CallError::network(REFUSED))),
            "fails" => (0, failed(CallError::Server { status: 500, said: said() })),
            "html" => (CALL, failed(CallError::Malformed { why: "an HTML page".into() })),
            "limited" => (0, failed(limited(429, None))),
            "overloaded" => (0, failed(limited(503, None))),
            "limited-day" => (0, failed(limited(429, Some(Duration::from_hours(24))))),
            "limited-1s" => (0, failed(limited(429, Some(Duration::from_secs(1))))),
            "rejected" => {
                let (at, refuses) = (said(), Vec::new());
                (0, failed(CallError::Rejected { status: 400, said: said(), at, refuses }))
            }
            "denied" => {
                let denial = Denial::Key;
                (0, failed(CallError::Denied { status: 401, denial, said: said() }))
            }
            "too-large" => (CALL, failed(CallError::TooLarge { limit_bytes: 1 })),
            other => panic!("{other}"),
        };
        let usage = Usage { cost: UsdMicros(cost), ..Usage::default() };
        let latency = Duration::from_millis(80);
        PanelEvent::Ended(Box::new(EndedCall { ticket, latency, usage, remarks: Vec::new(), end }))
    }

    /// The side measurements of a respondent are over.
    pub(super) fn measured(&mut self, ticket: QueueEntry, halted: bool) -> PanelEvent {
        let aside = self.measuring.remove(&ticket).unwrap();
        self.reserved -= aside;
        let cost = if aside > 0 { BESIDE } else { 0 };
        self.spent += cost;
        let took = Usage { cost: UsdMicros(cost), ..Usage::default() };
        let channels = MeasuredChannels { halted, ..MeasuredChannels::default() };
        PanelEvent::Measured(Box::new(FinishedMeasures { ticket, channels, took }))
    }

    /// Answers to those questions of a survey alone.
    fn survey_answer(&self, ask: &PanelQuestion, questions: &[u8]) -> ReadReply {
        let entry = |number: &u8| json!({ "question": number, "answer": "Its price." });
        let answers: Vec<serde_json::Value> = questions.iter().map(entry).collect();
        let said = json!({ "answers": answers, "reasoning": "So." }).to_string();
        let read = match &ask.so_far {
            None => read(&self.spec, ask.at, &End::Finished, &said),
            Some(former) => read_rest(&self.spec, ask.at, former, &End::Finished, &said),
        };
        ReadReply::Whole(Box::new(read.unwrap()))
    }

    fn answer(&self, ask: &PanelQuestion) -> ReadReply {
        if self.setup.survey {
            return self.survey_answer(ask, &[1, 2, 3]);
        }
        let said = "It saves time, but it costs a lot.";
        let whole = |value: serde_json::Value| {
            let read = read(&self.spec, ask.at, &End::Finished, &value.to_string());
            ReadReply::Whole(Box::new(read.unwrap()))
        };
        let part = match ask.item {
            None if self.setup.pairs => {
                return whole(json!({
                    "reasoning": said, "preference": "b", "score_a": 3, "score_b": 8,
                    "sentiment": "positive", "differentiators": ["Price"], "refused": null,
                }));
            }
            None => {
                return whole(json!({
                    "reasoning": said, "score": 7, "sentiment": "mixed", "purchase_intent": "maybe",
                    "appeals": [], "concerns": [], "refused": null,
                }));
            }
            Some(Item::Score) => json!({ "score": 7, "refused": null }),
            Some(Item::Sentiment) => json!({ "sentiment": "mixed", "refused": null }),
            Some(Item::PurchaseIntent) => json!({ "purchase_intent": "maybe", "refused": null }),
            Some(_) => json!({ "reasoning": said, "appeals": [], "concerns": [], "refused": null }),
        };
        let item = ask.item.unwrap_or(Item::Reasons);
        let read = read_item(&self.spec, ask.at, item, &End::Finished, &part.to_string());
        ReadReply::One(read.unwrap())
    }
}

fn exchange(ask: &PanelQuestion) -> Exchange {
    Exchange {
        address: "0".repeat(64),
        correction: ask.correction.clone(),
        reply: "what was said".to_owned(),
        whole_bytes: None,
        end: End::Finished,
        model: String::new(),
        source: ReplySource::Asked,
        beside: None,
        item: ask.item,
    }
}

fn name(ticket: QueueEntry) -> String {
    let mark = if ticket.replicate > 0 { "r" } else { "" };
    format!("{}{mark}", ticket.respondent)
}

fn door(engine: usize) -> char {
    char::from(b'a' + u8::try_from(engine).unwrap())
}

/// An effect in words.
pub(super) fn told(effect: &PanelEffect) -> String {
    match effect {
        PanelEffect::Prepare { engine, asks, recall } => {
            let again = |ask: &PanelQuestion| if ask.correction.is_some() { "!" } else { "" };
            let asks = asks.iter().map(|ask| format!(" {}{}", name(ask.ticket), again(ask)));
            let how = if *recall { "look-up" } else { "prepare" };
            format!("{how} {}{}", door(*engine), asks.collect::<String>())
        }
        PanelEffect::Reserve { ticket, .. } => format!("reserve {}", name(*ticket)),
        PanelEffect::SetAside { ticket, .. } => format!("aside {}", name(*ticket)),
        PanelEffect::Release(amount) => format!("release {}", amount.0),
        PanelEffect::Offer { ticket, engine } => {
            format!("offer {} {}", door(*engine), name(*ticket))
        }
        PanelEffect::Withdraw { engine } => format!("withdraw {}", door(*engine)),
        PanelEffect::Call { ticket, engine, .. } => {
            format!("call {} {}", door(*engine), name(*ticket))
        }
        PanelEffect::Settle { ticket, cost, .. } => format!("settle {} {}", name(*ticket), cost.0),
        PanelEffect::GiveUp { ticket, cost, .. } => {
            format!("give-up {} {}", name(*ticket), cost.0)
        }
        PanelEffect::Prove { engine } => format!("prove {}", door(*engine)),
        PanelEffect::Doubt { engine } => format!("doubt {}", door(*engine)),
        PanelEffect::Disabled { engine, .. } => format!("disable {}", door(*engine)),
        PanelEffect::Measure(measure) => {
            format!("measure {} {}", name(measure.ticket), measure.aside.0)
        }
        PanelEffect::Keep { ticket, .. } => format!("keep {}", name(*ticket)),
        PanelEffect::Free(ticket) => format!("free {}", name(*ticket)),
        PanelEffect::Record { ticket, record, .. } => {
            let outcomes = record.outcomes.iter().map(|(_, outcome, _)| match outcome {
                // Of a survey, how many questions.
                Outcome::Answered(Answered { answer: Answer::Survey { answers, .. }, .. }) => {
                    [" answered-none", " answered-1", " answered-2", " answered"][answers.len()]
                }
                Outcome::Answered(_) => " answered",
                Outcome::Refused { .. } => " refused",
                Outcome::Invalid { .. } => " invalid",
                Outcome::Failed { .. } => " failed",
                Outcome::Skipped { .. } => " skipped",
            });
            format!("record {}{}", name(*ticket), outcomes.collect::<String>())
        }
        PanelEffect::Forget(ticket) => format!("forget {}", name(*ticket)),
        PanelEffect::AskOwner(_) => "ask-owner".to_owned(),
        PanelEffect::Pause(_) => "pause".to_owned(),
        PanelEffect::Stopping(_) => "stopping".to_owned(),
    }
}
