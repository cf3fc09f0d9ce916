//! The evidence bundle of an ended study, page by page: every prompt as it was sent, every reply as it arrived, orders,
//! costs and results. Prompts are rebuilt from the stored settings and templates, and included only when their address
//! proves that they are the ones that were sent.

mod rewriting;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use protocol::channels::Construct;
use protocol::error::{ApiError, ErrorCode};
use protocol::hint::{Feature, Hint, Remedy};
use protocol::id::StudyId;
use protocol::persona::Persona;
use protocol::service::{EvidenceCursor, EvidencePage, Reply};
use protocol::study::StudySpec;

use crate::domain::evidence::{
    Asked, Closing, EvidenceLine, FORMAT, Opening, PromptRecord, RecordedCall, Respondent,
    RewrittenContent, UNSEALED, VERSION, WITH_ROUND_RESULTS, WITHOUT_ROUNDS, results_hash, seal,
};
use crate::domain::exchange::{
    End, Exchange, ReplyRole, ReplySource, SidePart, address, asked_again,
};
use crate::domain::instrument::chain::{Rewrite, told_rounds};
use crate::domain::instrument::channels::read_text;
use crate::domain::instrument::{self, SYNTHETIC_NOTICE};
use crate::domain::outcome::{Assignment, FIRST_ROUND, Outcome};
use crate::domain::panel::Panel;
use crate::inference::prompt::{Prompt, Prompts, ReaskPrompt, put};
use crate::inference::{Engine, LocalEngine, Ready};
use crate::store::rows::{ExchangesRow, OutcomeKey, OutcomeRow, ResultsRow};
use crate::store::{Fault, Order, Reader, Table, UseCaseError};

use crate::app::asking::response_cache::prompt_records;
use crate::app::asking::rounds::{panel_of, rewrites, spec_of};
use crate::app::money::cost_report::replies_read;
use crate::app::studies::lookup::{StudyRecord, by_id};
use crate::app::{Caller, Core};
use rewriting::said_of_rewrites;

/// Bytes of one page, with room to spare in a frame of 1 MiB.
const PAGE_BYTES: usize = 600 * 1024;
/// Bytes that a page never has more of, as it travels: what stands around the lines goes into the rest of a frame.
const PAGE_BYTES_MAX: usize = 960 * 1024;

impl Core {
    /// Some lines of the evidence of a study that has ended.
    pub(crate) async fn evidence(
        &self,
        caller: &Caller,
        id: StudyId,
        after: Option<EvidenceCursor>,
    ) -> Reply<EvidencePage> {
        self.view(caller, move |core, reader, owner| {
            let found = by_id(reader, owner, id)?;
            if !found.progress.state.is_final() {
                return Err(ApiError::new(
                    ErrorCode::Conflict,
                    format!(
                        "The study is {}; its evidence is whole when it has ended",
                        found.progress.state
                    ),
                )
                .hint(
                    Hint::from(Remedy::with("See how far it is", Feature::Study(id.short()))).or(
                        Remedy::with("end it", Feature::Control("cancel".to_owned(), id.short())),
                    ),
                )
                .into());
            }
            EvidenceWriter::new(core, reader, found, after.as_ref())?.page(after)
        })
        .await
    }
}

/// Writes the lines of one study.
struct EvidenceWriter<'a> {
    reader: &'a Reader<'a>,
    found: StudyRecord,
    prompt_records: Vec<PromptRecord>,
    /// The templates of each blueprint; none where this program cannot read them.
    prompts: Vec<Option<Prompts>>,
    /// The engine, where it lives in this process and is the one that answered.
    here: Option<Engine>,
    rewrites: Vec<Rewrite>,
    /// The version of the format.
    version: u32,
}

/// What one respondent was asked in a round.
#[derive(Clone, Copy)]
struct AskedQuestion<'a> {
    spec: &'a StudySpec,
    at: Assignment,
    persona: &'a Persona,
}

/// A round as it was asked.
struct RoundAsked {
    spec: StudySpec,
    panel: Panel,
    /// The engine made ready for it, where it answers in this process.
    here: Option<LocalEngine>,
}

impl<'a> EvidenceWriter<'a> {
    fn new(
        core: &Core,
        reader: &'a Reader<'a>,
        found: StudyRecord,
        after: Option<&EvidenceCursor>,
    ) -> Result<Self, UseCaseError> {
        let prompt_records = prompt_records(reader, found.number)?;
        let prompts = prompt_records
            .iter()
            .map(|prompt_record| Prompts::with(&prompt_record.templates).ok())
            .collect();
        let engine = core.settings().engines.get(&found.row.spec.engine);
        let here = engine.filter(|engine| engine.model() == found.row.model).cloned();
        let rewrites = rewrites(reader, found.number)?;
        // The first page looks for it among all exchanges of the study, which do not change any more.
        let version = match after.map(|cursor| cursor.version).filter(|version| *version != 0) {
            Some(version) => version,
            None => version(reader, &found, &rewrites)?,
        };
        Ok(Self { reader, found, prompt_records, prompts, here, rewrites, version })
    }

    /// A round as it was asked; `None` for one that was left out, as those before a confirmation can be.
    fn round(&self, round: u16) -> Result<Option<RoundAsked>, UseCaseError> {
        let (first, last) = OutcomeKey::of_round(self.found.number, round);
        let mut is_asked = round == FIRST_ROUND;
        self.reader.keys::<OutcomeRow>(&first, &last, |_| {
            is_asked = true;
            Ok(ControlFlow::Break(()))
        })?;
        if !is_asked {
            return Ok(None);
        }
        let spec = spec_of(self.reader, &self.found, round)?.into_owned();
        let panel = panel_of(self.reader, &self.found, &spec)?;
        let here = self.here.as_ref().and_then(|engine| match engine.prepare(&spec) {
            Ready::Local(prepared) => Some(prepared),
            Ready::Models(_) => None,
        });
        Ok(Some(RoundAsked { spec, panel, here }))
    }

    fn page(&self, after: Option<EvidenceCursor>) -> Result<EvidencePage, UseCaseError> {
        let mut lines = Vec::new();
        let mut bytes = 0_usize;
        let mut cursor = match after {
            Some(cursor) => cursor,
            None => {
                let (text, seal) = seal(UNSEALED, &self.opening()).map_err(unwritten)?;
                bytes = bytes.saturating_add(travelling(&text));
                lines.push(text);
                let version = self.version;
                EvidenceCursor { seal, version, ..EvidenceCursor::default() }
            }
        };
        while cursor.round <= self.found.progress.round {
            if let Some(of) = self.round(cursor.round)?
                && let Some(next) = self.write_round(&of, &mut cursor, &mut lines, &mut bytes)?
            {
                return Ok(EvidencePage { lines, next: Some(next) });
            }
            if self.version >= WITH_ROUND_RESULTS
                && let Some(next) = self.write_rewriting(&mut cursor, &mut lines, &mut bytes)?
            {
                return Ok(EvidencePage { lines, next: Some(next) });
            }
            if let Some(rewrite) = self.rewrites.get(usize::from(cursor.round)).cloned() {
                let rewritten = RewrittenContent { round: cursor.round, rewrite };
                let line = EvidenceLine::Rewritten(Box::new(rewritten));
                let (text, seal) = seal(&cursor.seal, &line).map_err(unwritten)?;
                if !lines.is_empty() && bytes.saturating_add(travelling(&text)) > PAGE_BYTES_MAX {
                    return Ok(EvidencePage { lines, next: Some(cursor) });
                }
                bytes = bytes.saturating_add(travelling(&text));
                lines.push(text);
                cursor.seal = seal;
            }
            cursor.round = cursor.round.saturating_add(1);
            (cursor.respondent, cursor.rewriting) = (0, 0);
        }
        let (text, _) = seal(&cursor.seal, &self.closing(&cursor)?).map_err(unwritten)?;
        lines.push(text);
        Ok(EvidencePage { lines, next: None })
    }

    /// Writes the respondents of a round from the cursor on; gives back where to go on when the page is full.
    fn write_round(
        &self,
        of: &RoundAsked,
        cursor: &mut EvidenceCursor,
        lines: &mut Vec<String>,
        bytes: &mut usize,
    ) -> Result<Option<EvidenceCursor>, UseCaseError> {
        while cursor.respondent < of.spec.panel {
            if *bytes >= PAGE_BYTES {
                return Ok(Some(cursor.clone()));
            }
            let here = cursor.clone();
            let who = cursor.respondent;
            cursor.respondent = who.saturating_add(1);
            let persona = of.panel.persona(who).ok_or_else(|| Fault::Row {
                table: Table::Panels,
                why: format!("nobody is at place {who}"),
            })?;
            let mut asked = Vec::new();
            let (first, last) =
                OutcomeKey::of_respondents(self.found.number, cursor.round, who..=who);
            self.reader.scan::<OutcomeRow>(&first, &last, Order::Rising, |key, row| {
                let usage = row.usage();
                let outcome = row.into_outcome();
                let exchanges = self.exchanges(of, key, &persona, &outcome)?;
                asked.push(Asked {
                    at: key.assignment,
                    order: instrument::order_shown(&of.spec, key.assignment),
                    exchanges,
                    outcome,
                    usage,
                });
                Ok(ControlFlow::Continue(()))
            })?;
            if asked.is_empty() {
                continue;
            }
            cursor.respondents = cursor.respondents.saturating_add(1);
            let exchanges = asked.iter().map(|asked| asked.exchanges.len() as u64).sum();
            cursor.exchanges = cursor.exchanges.saturating_add(exchanges);
            let respondent = Respondent { respondent: who, persona, asked };
            let line = EvidenceLine::Respondent(Box::new(respondent));
            let (text, seal) = fitting(&cursor.seal, line).map_err(unwritten)?;
            if !lines.is_empty() && bytes.saturating_add(travelling(&text)) > PAGE_BYTES_MAX {
                return Ok(Some(here));
            }
            *bytes = bytes.saturating_add(travelling(&text));
            lines.push(text);
            cursor.seal = seal;
        }
        Ok(None)
    }

    fn opening(&self) -> EvidenceLine {
        EvidenceLine::Opening(Box::new(Opening {
            format: FORMAT.to_owned(),
            version: self.version,
            program: concat!("demoscope ", env!("CARGO_PKG_VERSION")).to_owned(),
            notice: SYNTHETIC_NOTICE.to_owned(),
            study: self.found.study(),
            // Whoever gets the file need not know who was told of the study.
            spec: StudySpec { webhook: None, ..self.found.row.spec.clone() },
            population: self.found.row.population.clone(),
            engines: self.prompt_records.clone(),
        }))
    }

    fn closing(&self, cursor: &EvidenceCursor) -> Result<EvidenceLine, UseCaseError> {
        let results: Option<ResultsRow> = self.reader.get(&self.found.number)?;
        let results = results.map(|row| row.0);
        Ok(EvidenceLine::Closing(Box::new(Closing {
            respondents: cursor.respondents,
            exchanges: cursor.exchanges,
            usage: self.found.progress.usage,
            replies: replies_read(self.reader, &self.found)?,
            results_hash: results_hash(results.as_ref()).map_err(unwritten)?,
            results,
        })))
    }

    /// What was said to reach an outcome: as it was kept, or, where the engine is a pure function of this program, as it
    /// says it again.
    fn exchanges(
        &self,
        of: &RoundAsked,
        key: OutcomeKey,
        persona: &Persona,
        outcome: &Outcome,
    ) -> Result<Vec<RecordedCall>, Fault> {
        if let Some(here) = &of.here {
            let again = again(&of.spec, here, key.assignment, persona, outcome);
            return Ok(again.into_iter().collect());
        }
        let kept: Option<ExchangesRow> = self.reader.get(&key)?;
        let kept = kept.map(|row| row.0).unwrap_or_default();
        let texts = texts(&kept);
        let question = AskedQuestion { spec: &of.spec, at: key.assignment, persona };
        Ok(self.all_said(kept, |prompts, said, former| {
            self.prompt(question, prompts, &texts, said, former)
        }))
    }

    /// Everything that was said at one place, each with its prompt, which `ask` makes again.
    fn all_said(
        &self,
        kept: Vec<Exchange>,
        ask: impl Fn(Option<&Prompts>, &Exchange, &str) -> Option<Prompt>,
    ) -> Vec<RecordedCall> {
        let formers: Vec<Option<String>> = kept
            .iter()
            .enumerate()
            .map(|(place, said)| {
                let before = kept.get(..place).unwrap_or_default();
                asked_again(before, said).map(ToOwned::to_owned)
            })
            .collect();
        let said = |(said, former): (_, Option<String>)| self.said(said, former.as_deref(), &ask);
        kept.into_iter().zip(formers).map(said).collect()
    }

    fn said(
        &self,
        said: Exchange,
        former: Option<&str>,
        ask: impl Fn(Option<&Prompts>, &Exchange, &str) -> Option<Prompt>,
    ) -> RecordedCall {
        let role = said.role();
        let made =
            self.prompt_records.iter().zip(&self.prompts).enumerate().find_map(|(place, made)| {
                let (prompt_record, prompts) = made;
                if prompt_record.part != said.beside.map(|(part, _)| part) {
                    return None;
                }
                // Earlier versions sent no former reply along.
                let ways = [former, None];
                let ways = if former.is_some() { ways.as_slice() } else { &ways[1..] };
                ways.iter().find_map(|former| {
                    let former = former.unwrap_or_default();
                    let prompt = ask(prompts.as_ref(), &said, former)?;
                    let found = address(&prompt_record.parameters, &prompt.system, &prompt.said());
                    (found == said.address).then_some((place, prompt))
                })
            });
        let (engine, prompt) = made.unzip();
        let said_to = |prompt: Prompt| (prompt.said().into_owned(), prompt.system);
        let (question, system) = prompt.map(said_to).unzip();
        let model = if said.model.is_empty() { self.found.row.model.clone() } else { said.model };
        RecordedCall {
            system,
            question,
            engine,
            address: said.address,
            reply: said.reply,
            whole_bytes: said.whole_bytes,
            end: said.end,
            model,
            source: said.source,
            beside: said.beside,
            item: said.item,
            role,
        }
    }

    /// The prompt of an exchange, made again. A text that was embedded is one too: what it was held against, and itself.
    fn prompt(
        &self,
        AskedQuestion { spec, at, persona }: AskedQuestion<'_>,
        prompts: Option<&Prompts>,
        texts: &Texts,
        said: &Exchange,
        former: &str,
    ) -> Option<Prompt> {
        let reask = said.correction.as_deref().map(|why| ReaskPrompt { why, former });
        match said.beside {
            None => {
                let prompts = prompts?;
                put(reask, |why| prompts.render(spec, at, said.item, persona, why))
            }
            Some((SidePart::Text, construct)) => {
                let prompts = prompts?;
                put(reask, |why| prompts.text(spec, construct, persona, why))
            }
            Some((SidePart::Rating, construct)) => {
                let (prompts, text) = (prompts?, texts.get(&construct)?);
                put(reask, |why| prompts.rating(spec.seed, construct, text, why))
            }
            Some((SidePart::Embedding, construct)) => Ok(Prompt {
                system: construct.as_str().to_owned(),
                question: texts.get(&construct)?.clone(),
                again: None,
            }),
        }
        .ok()
    }
}

/// The version of the format that a study's evidence needs.
fn version(
    reader: &Reader<'_>,
    found: &StudyRecord,
    rewrites: &[Rewrite],
) -> Result<u32, UseCaseError> {
    let results: Option<ResultsRow> = reader.get(&found.number)?;
    let results = results.map(|row| row.0);
    let told = |results| !told_rounds(&found.row.spec.instrument, results).is_empty();
    Ok(match &results {
        Some(results) if !instrument::has_rounds(results) && !rewrites.is_empty() => {
            WITH_ROUND_RESULTS - 1
        }
        Some(results) if instrument::has_rounds(results) && told(results) => VERSION,
        // A chain that was ended while it was rewritten has what was said of it, and no rewrite.
        _ if rewrites.is_empty() && !said_of_rewrites(reader, found)? => WITHOUT_ROUNDS,
        _ => VERSION,
    })
}

/// What the built-in reader says when it is asked the same again; nothing where that is not what is stored.
fn again(
    spec: &StudySpec,
    here: &LocalEngine,
    at: Assignment,
    persona: &Persona,
    outcome: &Outcome,
) -> Option<RecordedCall> {
    let reply = here.ask(spec, at, persona).ok()?;
    let same = match (instrument::read_at(spec, at, &reply.text), outcome) {
        (Ok(again), Outcome::Answered(stored)) => again.answer == stored.answer,
        (Err(_), Outcome::Refused { .. } | Outcome::Invalid { .. }) => true,
        _ => false,
    };
    same.then(|| RecordedCall {
        system: None,
        question: Some(instrument::questionnaire_at(spec, at, persona)),
        engine: None,
        address: String::new(),
        reply: reply.text,
        whole_bytes: None,
        end: End::Finished,
        model: reply.model,
        source: ReplySource::Asked,
        beside: None,
        item: None,
        role: ReplyRole::Whole,
    })
}

/// Bytes of a line as it travels: within a text, where quotes and backslashes take one more.
fn travelling(line: &str) -> usize {
    let more = line.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count();
    line.len().saturating_add(more)
}

/// The line of replies with its seal. One that no page can hold goes without its prompts, and where that is not enough
/// without the words of its replies: what came of them stands in it all the same.
pub(super) fn fitting(
    before: &str,
    mut line: EvidenceLine,
) -> Result<(String, String), serde_json::Error> {
    let mut sealed = seal(before, &line)?;
    let without: [fn(&mut RecordedCall); 2] = [
        |said| (said.system, said.question, said.engine) = (None, None, None),
        |said| {
            said.whole_bytes = said.whole_bytes.or(Some(said.reply.len() as u64));
            said.reply.clear();
        },
    ];
    for leave_out in without {
        if travelling(&sealed.0) <= PAGE_BYTES_MAX {
            break;
        }
        match &mut line {
            EvidenceLine::Respondent(respondent) => {
                let asked = respondent.asked.iter_mut();
                asked.flat_map(|asked| &mut asked.exchanges).for_each(leave_out);
            }
            EvidenceLine::Rewriting(of) => {
                let said = of.said.iter_mut();
                said.flat_map(|said| &mut said.exchanges).for_each(leave_out);
            }
            EvidenceLine::Opening(_) | EvidenceLine::Rewritten(_) | EvidenceLine::Closing(_) => {}
        }
        sealed = seal(before, &line)?;
    }
    Ok(sealed)
}

/// Construct → what the respondent said on it in free words.
type Texts = BTreeMap<Construct, String>;

fn texts(kept: &[Exchange]) -> Texts {
    let text = |exchange: &Exchange| match exchange.beside {
        Some((SidePart::Text, construct)) => Some((construct, read_text(&exchange.reply).ok()?)),
        _ => None,
    };
    kept.iter().filter_map(text).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed over by map_err")]
fn unwritten(error: serde_json::Error) -> UseCaseError {
    ApiError::new(ErrorCode::Internal, format!("The evidence cannot be written: {error}"))
        .because(&error)
        .into()
}
