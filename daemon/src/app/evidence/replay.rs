//! The replay of a study: results recomputed from its evidence bundle alone, without a store, a daemon or a network.
//! The panel comes from the seed, the outcomes from the replies, the results from the outcomes. It reports that
//! everything agrees with the file, or where it differs.

mod rewriting;

use std::io::BufRead;

use protocol::channels::{Channels, Heard};
use protocol::error::Cause;
use protocol::results::{Answer, Margins, Results};
use protocol::run::FinishedRound;
use protocol::study::{StudySpec, StudyType};
use serde_json::Value;

use crate::domain::channel_readings::{self, SideReply};
use crate::domain::evidence::{
    Asked, Closing, EvidenceLine, FORMAT, Opening, RecordedCall, Respondent, RewrittenContent,
    SaidOfRewrites, UNSEALED, Unsealed, VERSION, WITH_ROUND_RESULTS, benches, first_difference,
    read, results_hash, unseal,
};
use crate::domain::exchange::{self, Kept, ReplyRole, SidePart, address};
use crate::domain::instrument::chain::{Rewrite, RoundResults, spec_of_round};
use crate::domain::instrument::channels::asked_beside;
use crate::domain::instrument::{self, Accumulator, FINDINGS_RULE, Unreadable, WordingNoise};
use crate::domain::outcome::{Answered, Assignment, FIRST_ROUND, Outcome};
use crate::domain::panel::{Panel, Population, sample};

use crate::app::studies::plan::recipe;
use crate::inference::offline;
use rewriting::SaidAfter;

/// Longest line that is read, in bytes: far more than any respondent can say.
const LINE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// A file whose results were rebuilt, every byte the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Replayed {
    /// What the study is called.
    pub name: String,
    /// Its id.
    pub study: protocol::id::StudyId,
    /// Respondents.
    pub respondents: u32,
    /// Exchanges whose replies were read again.
    pub exchanges: u64,
    /// Of those, prompts whose address was found to be right.
    pub prompts: u64,
    /// Outcomes whose reply was not kept, or not all of it, or could not be read by the version that asked: they were taken as
    /// the file has them.
    pub without_reply: u64,
    /// SHA-256 (hex) of the results; empty where there were none.
    pub results_hash: String,
    /// The results.
    pub results: Option<Results>,
    /// The rounds that had ended of a chain without results, recomputed.
    pub finished_rounds: Vec<FinishedRound>,
}

/// Why results were not rebuilt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReplayed {
    /// The file cannot be read.
    #[error("The file cannot be read: {0}")]
    Unread(#[source] Cause),
    /// It is damaged or was changed.
    #[error("Line {line} is damaged: {why}")]
    Damaged {
        /// Which line, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// It is sound, but this program cannot replay it.
    #[error("This program cannot replay it: {0}")]
    Foreign(String),
    /// It is sound, and what follows from it is not what it says.
    #[error("Line {line} does not follow from the evidence: {what}")]
    Differs {
        /// Which line, from 1.
        line: u64,
        /// The first difference.
        what: String,
    },
}

/// Replays a file.
///
/// # Errors
/// What is wrong with it, or the first difference.
pub(crate) fn replay(file: impl BufRead) -> Result<Replayed, NotReplayed> {
    let mut lines = SealedLines { file, number: 0, seal: UNSEALED.to_owned(), study_type: None };
    let EvidenceLine::Opening(opening) = lines.next()? else {
        return Err(lines.damaged("a file of evidence opens with what was asked"));
    };
    lines.study_type = Some(opening.spec.instrument.study_type());
    let mut stage = Replayer::open(*opening)?;
    loop {
        match lines.next()? {
            EvidenceLine::Respondent(respondent) => {
                stage.hear(*respondent).map_err(|what| lines.differs(what))?;
            }
            EvidenceLine::Rewriting(said) => {
                stage.hear_of_rewrites(*said).map_err(|what| lines.differs(what))?;
            }
            EvidenceLine::Rewritten(rewritten) => {
                stage.rewrite(*rewritten).map_err(|what| lines.differs(what))?;
            }
            EvidenceLine::Closing(closing) => {
                lines.end()?;
                return stage.close(*closing).map_err(|what| lines.differs(what));
            }
            EvidenceLine::Opening(_) => return Err(lines.damaged("it opens a second time")),
        }
    }
}

/// The lines of a file, each checked against its seal.
struct SealedLines<R> {
    file: R,
    number: u64,
    seal: String,
    /// Known from the first line on.
    study_type: Option<StudyType>,
}

impl<R: BufRead> SealedLines<R> {
    fn read(&mut self) -> Result<Option<String>, NotReplayed> {
        let mut bytes = Vec::new();
        let mut bounded = std::io::Read::take(&mut self.file, LINE_BYTES_MAX);
        bounded
            .read_until(b'\n', &mut bytes)
            .map_err(|error| NotReplayed::Unread(Cause::of(&error)))?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.number = self.number.saturating_add(1);
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        String::from_utf8(bytes).map(Some).map_err(|_| self.damaged("it is not text"))
    }

    fn next(&mut self) -> Result<EvidenceLine, NotReplayed> {
        let Some(text) = self.read()? else {
            self.number = self.number.saturating_add(1);
            return Err(self.damaged("the file ends here, before what was found"));
        };
        let seal = match unseal(&self.seal, &text) {
            Ok(seal) => seal.to_owned(),
            // Whoever gives another file should read that it is another file.
            Err(Unsealed::Missing) if self.number == 1 => {
                return Err(self.damaged("this is no file of evidence"));
            }
            Err(unsealed) => return Err(self.damaged(&unsealed.to_string())),
        };
        self.seal = seal;
        read(&text, self.study_type).map_err(|error| self.damaged(&error.to_string()))
    }

    fn end(&mut self) -> Result<(), NotReplayed> {
        match self.read()? {
            None => Ok(()),
            Some(_) => Err(self.damaged("something follows the last line")),
        }
    }

    fn damaged(&self, why: &str) -> NotReplayed {
        NotReplayed::Damaged { line: self.number, why: why.to_owned() }
    }

    fn differs(&self, what: String) -> NotReplayed {
        NotReplayed::Differs { line: self.number, what }
    }
}

/// A study being rebuilt.
struct Replayer {
    opening: Opening,
    /// The round that is heard, from 0, as it was asked, and of whom.
    round: u16,
    spec: StudySpec,
    panel: Panel,
    margins: Margins,
    rewrites: Vec<Rewrite>,
    /// What was said of the rewrites after this round.
    said: SaidAfter,
    accumulator: Accumulator,
    next: u32,
    respondents: u32,
    exchanges: u64,
    prompts: u64,
    without_reply: u64,
    answered: u64,
}

impl Replayer {
    fn open(opening: Opening) -> Result<Self, NotReplayed> {
        if opening.format != FORMAT || opening.version > VERSION {
            return Err(NotReplayed::Foreign(format!(
                "it is {} {}, and this is {FORMAT} {VERSION}",
                opening.format, opening.version
            )));
        }
        if opening.population != Population::embedded().hash() {
            return Err(NotReplayed::Foreign(
                "its panel was sampled from other population tables than this program has"
                    .to_owned(),
            ));
        }
        let panel = sample(Population::embedded(), &recipe(&opening.spec))
            .map_err(|error| NotReplayed::Foreign(error.to_string()))?;
        let noise = WordingNoise::of_model(&opening.study.model);
        Ok(Self {
            accumulator: Accumulator::new(&opening.spec)
                .with_wording(&opening.spec, noise)
                .with_benches(benches(&opening.engines)),
            round: FIRST_ROUND,
            spec: opening.spec.clone(),
            margins: panel.margins(),
            rewrites: Vec::new(),
            said: SaidAfter::default(),
            panel,
            opening,
            next: 0,
            respondents: 0,
            exchanges: 0,
            prompts: 0,
            without_reply: 0,
            answered: 0,
        })
    }

    /// Takes what was said of rewrites.
    fn hear_of_rewrites(&mut self, of: SaidOfRewrites) -> Result<(), String> {
        if of.round != self.round {
            return Err("what was said of rewrites stands in another round".to_owned());
        }
        for said in of.said.iter().flat_map(|said| &said.exchanges) {
            self.exchanges = self.exchanges.saturating_add(1);
            self.check_prompt(said)?;
        }
        self.said.add(of);
        Ok(())
    }

    /// Takes what the content was rewritten to, which has to follow from the scores of the variants.
    fn rewrite(&mut self, rewritten: RewrittenContent) -> Result<(), String> {
        let RewrittenContent { round, rewrite } = rewritten;
        let is_next = usize::from(round) == self.rewrites.len() && round == self.round;
        if !is_next || !self.accumulator.allows(round, &rewrite) {
            return Err(format!(
                "what round {} was rewritten to is not what the panel's scores say",
                u32::from(round) + 1
            ));
        }
        let said = std::mem::take(&mut self.said);
        said.leads_to_competitors(&self.opening.spec)?;
        if said.is_cut() {
            self.without_reply = self.without_reply.saturating_add(1);
        } else if said.is_any() {
            let experts = self.accumulator.experts(rewrite.from);
            said.leads_to(&self.opening.spec, &self.rewrites, &rewrite, experts)?;
        }
        self.accumulator.add_rewrite(rewrite.clone());
        self.rewrites.push(rewrite);
        Ok(())
    }

    /// Goes on to a later round.
    fn enter(&mut self, round: u16) -> Result<(), String> {
        let (opening, best) = (&self.opening, self.accumulator.best_round());
        let no_such = || format!("nothing leads to round {}", u32::from(round) + 1);
        if round < self.round {
            return Err("the rounds are out of order".to_owned());
        }
        self.said.leads_to_competitors(&opening.spec)?;
        let spec = spec_of_round(&opening.spec, round, &self.rewrites, best);
        self.spec = spec.ok_or_else(no_such)?.into_owned();
        self.panel = sample(Population::embedded(), &recipe(&self.spec))
            .map_err(|error| error.to_string())?;
        (self.round, self.next) = (round, 0);
        self.said = SaidAfter::default();
        Ok(())
    }

    fn hear(&mut self, heard: Respondent) -> Result<(), String> {
        let Respondent { respondent, persona, asked } = heard;
        let round = asked.first().map_or(self.round, |asked| asked.at.round);
        if round != self.round {
            self.enter(round)?;
        }
        if respondent < self.next {
            return Err(format!("respondent {respondent} is out of order"));
        }
        self.next = respondent.saturating_add(1);
        self.respondents = self.respondents.saturating_add(1);
        let drawn = self.panel.persona(respondent).zip(self.panel.classes(respondent));
        let Some((drawn, classes)) = drawn else {
            return Err(format!("the panel has no respondent {respondent}"));
        };
        if drawn != persona {
            return Err(format!("respondent {respondent} is not who the seed draws"));
        }
        for asked in asked {
            let at = asked.at;
            if at.round != round {
                return Err(format!("respondent {respondent} stands in two rounds at once"));
            }
            if at.respondent != respondent {
                return Err(format!("respondent {respondent} was asked as {}", at.respondent));
            }
            if asked.order != instrument::order_shown(&self.spec, at) {
                return Err(format!("respondent {respondent} saw the variants in another order"));
            }
            let outcome = self.outcome(asked).map_err(|what| {
                format!(
                    "respondent {respondent}, task {}, asking {}: {what}",
                    at.task, at.replicate
                )
            })?;
            let counts = round == FIRST_ROUND && matches!(outcome, Outcome::Answered(_));
            self.answered += u64::from(counts);
            self.accumulator.add(at, &classes.iter(), &outcome);
        }
        Ok(())
    }

    /// The outcome that follows from what was said.
    fn outcome(&mut self, asked: Asked) -> Result<Outcome, String> {
        let Asked { at, exchanges, outcome, .. } = asked;
        for said in &exchanges {
            self.exchanges = self.exchanges.saturating_add(1);
            self.check_prompt(said)?;
        }
        // Nobody replied, whatever was said before.
        if matches!(outcome, Outcome::Failed { .. } | Outcome::Skipped { .. }) {
            return Ok(outcome);
        }
        let Some(read) = self.read(at, &exchanges) else {
            self.without_reply = self.without_reply.saturating_add(1);
            return Ok(outcome);
        };
        let (mut follows, recorded) = (outcome_of(read), &outcome);
        if let Outcome::Answered(answered) = &mut follows
            && let Outcome::Answered(as_recorded) = recorded
        {
            answered.channels = self.channels(at, &answered.answer, &exchanges, as_recorded);
        }
        if follows == *recorded {
            return Ok(follows);
        }
        if self.quotes_were_cut_otherwise() && is_quoted_otherwise(recorded, &follows) {
            return Ok(outcome);
        }
        if self.is_of_earlier_reader() && could_not_be_read(recorded, &follows) {
            self.without_reply = self.without_reply.saturating_add(1);
            return Ok(outcome);
        }
        let value = |outcome: &Outcome| serde_json::to_value(outcome).unwrap_or(Value::Null);
        let difference = first_difference(&value(recorded), &value(&follows)).unwrap_or_default();
        Err(format!(
            "its reply reads otherwise: {}",
            difference.replacen("results", "the outcome", 1)
        ))
    }

    /// Whether some replies were read by an earlier version, which took less.
    fn is_of_earlier_reader(&self) -> bool {
        self.opening.engines.iter().any(|engine| engine.reader < instrument::READER)
    }

    /// Whether an earlier build quoted the replies, of models or of an earlier edition of the built-in one.
    fn quotes_were_cut_otherwise(&self) -> bool {
        let is_built_in = self.opening.engines.is_empty();
        self.is_of_earlier_reader() || is_built_in && self.opening.study.model != offline::MODEL
    }

    /// What the direct replies say; `None` where not all of them were kept.
    fn read(
        &self,
        at: Assignment,
        exchanges: &[RecordedCall],
    ) -> Option<Result<Answered, Unreadable>> {
        let spec = &self.spec;
        let direct: Vec<&RecordedCall> =
            exchanges.iter().filter(|said| said.beside.is_none()).collect();
        let last = direct.last()?;
        if last.address.is_empty() {
            return Some(instrument::read_at(spec, at, &last.reply));
        }
        if last.whole_bytes.is_some() {
            return None;
        }
        // A question put alone that could not be read, or was declined, was the last one.
        if let Some(item) = last.item
            && let Err(unreadable) = exchange::read_item(spec, at, item, &last.end, &last.reply)
        {
            return Some(Err(unreadable));
        }
        // One counts where it is the last to its item, or the last only adds to it.
        let counts = |place: usize| {
            let mut later =
                direct.iter().skip(place + 1).filter(|later| later.item == direct[place].item);
            let next = later.next();
            let is_last = later.next().is_none();
            next.is_none_or(|next| is_last && next.role == ReplyRole::Rest)
        };
        let mut counting = (0..direct.len()).filter(|place| counts(*place));
        if counting.any(|place| direct[place].whole_bytes.is_some()) {
            return None;
        }
        let kept = direct.iter();
        let kept: Vec<Kept<'_>> =
            kept.map(|said| (said.item, &said.end, said.reply.as_str(), said.role)).collect();
        exchange::conclude(spec, at, &kept)
    }

    /// What further channels heard, from what was said. Where nothing was said, the reason why is the file's; where not
    /// all of it was kept, what was heard is the file's too.
    fn channels(
        &mut self,
        at: Assignment,
        answer: &Answer,
        exchanges: &[RecordedCall],
        recorded: &Answered,
    ) -> Option<Channels> {
        let spec = &self.spec;
        if !asked_beside(spec, at) {
            return None;
        }
        let beside = |said: &RecordedCall| said.beside.is_some();
        if exchanges.iter().any(|said| beside(said) && said.whole_bytes.is_some()) {
            self.without_reply = self.without_reply.saturating_add(1);
            return recorded.channels.clone();
        }
        let said: Vec<SideReply<'_>> = exchanges
            .iter()
            .filter_map(|said| {
                let (part, construct) = said.beside?;
                Some(SideReply { part, construct, end: &said.end, reply: &said.reply })
            })
            .collect();
        channel_readings::heard(spec, answer, &said, &|part, construct| {
            let channel_readings = recorded.channels.as_ref().and_then(|them| them.get(&construct));
            let ssr = channel_readings
                .and_then(|channel_readings| channel_readings.ssr.as_ref().and_then(why));
            let rater = channel_readings
                .and_then(|channel_readings| channel_readings.rater.as_ref().and_then(why));
            let reason = match part {
                SidePart::Text => ssr.or(rater),
                SidePart::Embedding => ssr,
                SidePart::Rating => rater,
            };
            reason.unwrap_or_default()
        })
    }

    fn check_prompt(&mut self, said: &RecordedCall) -> Result<(), String> {
        let (Some(engine), Some(system), Some(question)) =
            (said.engine, &said.system, &said.question)
        else {
            return Ok(());
        };
        let prompt_record =
            self.opening.engines.get(engine).ok_or("it names an engine that there is not")?;
        if address(&prompt_record.parameters, system, question) != said.address {
            return Err("the prompt is not the one that was sent".to_owned());
        }
        self.prompts = self.prompts.saturating_add(1);
        Ok(())
    }

    fn close(self, closing: Closing) -> Result<Replayed, String> {
        self.said.leads_to_competitors(&self.opening.spec)?;
        if (closing.respondents, closing.exchanges) != (self.respondents, self.exchanges) {
            return Err(format!(
                "it counts {} respondents and {} exchanges, and there are {} and {}",
                closing.respondents, closing.exchanges, self.respondents, self.exchanges
            ));
        }
        // A round has ended when another one was asked, or its content was rewritten.
        let ended = usize::from(self.round).max(self.rewrites.len());
        let (results, rounds) = match self.answered {
            0 => None,
            _ => self.accumulator.finish_rounds(self.margins),
        }
        .unzip();
        let results = match self.opening.version {
            ..WITH_ROUND_RESULTS => results.map(instrument::without_rounds),
            _ => results,
        };
        let value =
            |results: &Option<Results>| serde_json::to_value(results).unwrap_or(Value::Null);
        // A cancelled study has answers and no results.
        let computed = self.opening.study.state == protocol::run::State::Completed;
        let rebuilt = if computed { results } else { None };
        let finished_rounds = match rebuilt {
            Some(_) => Vec::new(),
            None => {
                rounds.unwrap_or_default().iter().take(ended).map(RoundResults::brief).collect()
            }
        };
        // Findings are conclusions by a rule. What an earlier rule concluded from the same numbers is no difference; then the
        // bytes are others, and only the seal of the line vouches for them.
        let rule = closing.results.as_ref().map(|results| results.findings_rule);
        let is_same_finding = rule.is_none_or(|rule| rule == FINDINGS_RULE);
        // The first builds told no rule of contrasts, and judged groups by another one.
        let is_same_contrast = match (&closing.results, &rebuilt) {
            (Some(recorded), Some(rebuilt)) => {
                recorded.contrast_rule.is_empty() == rebuilt.contrast_rule.is_empty()
            }
            _ => true,
        };
        let is_same_rule = is_same_finding && is_same_contrast;
        let comparable = |results: &Option<Results>| {
            let mut results = results.clone()?;
            if !is_same_finding {
                results = instrument::without_findings(&results);
            }
            if !is_same_contrast {
                results = instrument::without_contrast_rule(results);
            }
            Some(results)
        };
        let (recorded, follows) = (comparable(&closing.results), comparable(&rebuilt));
        if let Some(difference) = first_difference(&value(&recorded), &value(&follows)) {
            return Err(difference);
        }
        let hash = results_hash(rebuilt.as_ref()).map_err(|error| error.to_string())?;
        if is_same_rule && hash != closing.results_hash {
            return Err("the hash of the results is another one".to_owned());
        }
        let (hash, rebuilt) =
            if is_same_rule { (hash, rebuilt) } else { (closing.results_hash, closing.results) };
        Ok(Replayed {
            name: self.opening.study.name,
            study: self.opening.study.id,
            respondents: self.respondents,
            exchanges: self.exchanges,
            prompts: self.prompts,
            without_reply: self.without_reply,
            results_hash: hash,
            results: rebuilt,
            finished_rounds,
        })
    }
}

/// Whether two readings of a reply differ only in where a quote begins and ends: an earlier build cut sentences elsewhere.
fn is_quoted_otherwise(recorded: &Outcome, follows: &Outcome) -> bool {
    let (Outcome::Answered(recorded), Outcome::Answered(follows)) = (recorded, follows) else {
        return false;
    };
    let mut same = follows.clone();
    for (mention, before) in same.mentions.iter_mut().zip(&recorded.mentions) {
        if let (Some(now), Some(then)) = (&mention.quote, &before.quote)
            && (now.contains(then.as_str()) || then.contains(now.as_str()))
            && follows.answer.reasoning().contains(then.as_str())
        {
            mention.quote.clone_from(&before.quote);
        }
    }
    same == *recorded
}

/// Whether that was recorded because a reply, direct or on a further channel, said nothing to whoever read it then.
fn could_not_be_read(recorded: &Outcome, follows: &Outcome) -> bool {
    match (recorded, follows) {
        (Outcome::Invalid { .. } | Outcome::Refused { .. }, _) => true,
        (Outcome::Answered(recorded), Outcome::Answered(follows)) => {
            let direct = |answered: &Answered| Answered { channels: None, ..answered.clone() };
            direct(recorded) == direct(follows)
                || instrument::refuses_less(&recorded.answer, &follows.answer)
        }
        _ => false,
    }
}

fn why<T>(heard: &Heard<T>) -> Option<String> {
    match heard {
        Heard::Known(_) => None,
        Heard::Undetermined { undetermined } => Some(undetermined.clone()),
    }
}

fn outcome_of(read: Result<Answered, Unreadable>) -> Outcome {
    match read {
        Ok(answered) => Outcome::Answered(answered),
        Err(Unreadable::Refused { reason }) => Outcome::Refused { reason },
        Err(Unreadable::Invalid { reason }) => Outcome::Invalid { reason },
    }
}
