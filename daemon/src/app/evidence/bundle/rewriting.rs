//! What the writer and the panel said of rewrites, in an evidence bundle: the replies that led to no outcome, with their
//! prompts, one line for each place of the panel.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use protocol::service::EvidenceCursor;
use protocol::study::StudySpec;

use super::{AskedQuestion, EvidenceWriter, PAGE_BYTES, PAGE_BYTES_MAX, Texts, fitting};
use super::{travelling, unwritten};
use crate::app::asking::rounds::{panel_of, wishes_after};
use crate::app::studies::lookup::StudyRecord;
use crate::domain::about_rewrite::AboutRewrite;
use crate::domain::evidence::{EvidenceLine, RecordedCall, SaidOfRewrite, SaidOfRewrites};
use crate::domain::exchange::{End, Exchange};
use crate::domain::instrument::chain::{
    RewriteBrief, chain_plan, scored_rewrites, spec_of_round, spec_of_variant, tried,
};
use crate::domain::outcome::Assignment;
use crate::domain::panel::Panel;
use crate::inference::prompt::{ReaskPrompt, put};
use crate::store::rows::{ExchangesRow, OutcomeKey};
use crate::store::{Fault, Order, Reader, UseCaseError};

/// What the rewrite after a round was made from.
struct RewritingOf {
    /// The study as the round asked it that was rewritten from.
    from: StudySpec,
    panel: Panel,
    brief: RewriteBrief,
    /// The study with each rewrite that was scored, by its place.
    scored: Vec<(String, Option<StudySpec>)>,
}

/// Whether anything is kept that was said of rewrites of a study's content.
pub(super) fn said_of_rewrites(reader: &Reader<'_>, found: &StudyRecord) -> Result<bool, Fault> {
    if chain_plan(&found.row.spec).is_none() {
        return Ok(false);
    }
    let mut is_any = false;
    let (first, last) = OutcomeKey::of_study(found.number);
    reader.keys::<ExchangesRow>(&first, &last, |key| {
        is_any = AboutRewrite::of(key.assignment).is_some();
        Ok(if is_any { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(is_any)
}

impl EvidenceWriter<'_> {
    /// Writes what was said of rewrites after a round from the cursor on; gives back where to go on when the page is full.
    pub(super) fn write_rewriting(
        &self,
        cursor: &mut EvidenceCursor,
        lines: &mut Vec<String>,
        bytes: &mut usize,
    ) -> Result<Option<EvidenceCursor>, UseCaseError> {
        let mut of: Option<RewritingOf> = None;
        while let Some((who, rows)) = self.next_said(cursor)? {
            if *bytes >= PAGE_BYTES {
                return Ok(Some(cursor.clone()));
            }
            if of.is_none() {
                of = self.rewriting_of(cursor.round)?;
            }
            let scored = match &of {
                Some(of) if cursor.rewriting == 0 => {
                    of.scored.iter().map(|(text, _)| text.clone()).collect()
                }
                Some(_) | None => Vec::new(),
            };
            let here = cursor.clone();
            let round = cursor.round;
            let said: Vec<SaidOfRewrite> = rows
                .into_iter()
                .map(|(about, kept)| SaidOfRewrite {
                    about,
                    exchanges: self.of_rewrite(of.as_ref(), round, about, kept),
                })
                .collect();
            let exchanges = said.iter().map(|said| said.exchanges.len() as u64).sum();
            let line = EvidenceLine::Rewriting(Box::new(SaidOfRewrites { round, scored, said }));
            let (text, seal) = fitting(&cursor.seal, line).map_err(unwritten)?;
            if !lines.is_empty() && bytes.saturating_add(travelling(&text)) > PAGE_BYTES_MAX {
                return Ok(Some(here));
            }
            *bytes = bytes.saturating_add(travelling(&text));
            lines.push(text);
            cursor.exchanges = cursor.exchanges.saturating_add(exchanges);
            cursor.rewriting = who.saturating_add(1);
            cursor.seal = seal;
        }
        Ok(None)
    }

    /// The next ordinal from the cursor on at which something of rewrites is kept, with all of it.
    #[allow(clippy::type_complexity, reason = "an ordinal with its rows")]
    fn next_said(
        &self,
        cursor: &EvidenceCursor,
    ) -> Result<Option<(u32, Vec<(AboutRewrite, Vec<Exchange>)>)>, UseCaseError> {
        let (first, last) = OutcomeKey::of_respondents(
            self.found.number,
            cursor.round,
            cursor.rewriting..=u32::MAX,
        );
        let mut who = None;
        let mut rows = Vec::new();
        self.reader.scan::<ExchangesRow>(&first, &last, Order::Rising, |key, row| {
            let Some(about) = AboutRewrite::of(key.assignment) else {
                return Ok(ControlFlow::Continue(()));
            };
            if who.is_some_and(|who| who != key.assignment.respondent) {
                return Ok(ControlFlow::Break(()));
            }
            who = Some(key.assignment.respondent);
            rows.push((about, row.0));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(who.map(|who| (who, rows)))
    }

    /// What the rewrite after that round was made from; `None` where the study was ended before there was one.
    fn rewriting_of(&self, round: u16) -> Result<Option<RewritingOf>, UseCaseError> {
        let Some(rewrite) = self.rewrites.get(usize::from(round)) else { return Ok(None) };
        let spec = &self.found.row.spec;
        let from = spec_of_round(spec, rewrite.from, &self.rewrites, rewrite.from);
        let Some(from) = from.map(std::borrow::Cow::into_owned) else { return Ok(None) };
        let panel = panel_of(self.reader, &self.found, &from)?;
        let wishes = wishes_after(self.reader, &self.found, rewrite.from, &from, &panel)?;
        let before = self.rewrites.get(..usize::from(round)).unwrap_or_default();
        let brief = RewriteBrief { wishes, tried: tried(before, &from) };
        let number = self.found.number;
        let (first, last) = OutcomeKey::of_round(number, round);
        let mut written: BTreeMap<u16, (End, String)> = BTreeMap::new();
        self.reader.scan::<ExchangesRow>(&first, &last, Order::Rising, |key, row| {
            if let Some(AboutRewrite::Writer { engine }) = AboutRewrite::of(key.assignment)
                && let Some(said) = row.0.into_iter().next_back()
            {
                written.insert(engine, (said.end, said.reply));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let replies = written.values().map(|(end, reply)| (end, reply.as_str()));
        let scored = scored_rewrites(spec, &from, &brief.tried, replies)
            .into_iter()
            .map(|one| (one.text.clone(), spec_of_variant(&from, one.text)));
        Ok(Some(RewritingOf { scored: scored.collect(), from, panel, brief }))
    }

    /// What one of them said, with the prompts.
    fn of_rewrite(
        &self,
        of: Option<&RewritingOf>,
        round: u16,
        about: AboutRewrite,
        kept: Vec<Exchange>,
    ) -> Vec<RecordedCall> {
        match (about, of) {
            (AboutRewrite::Competitors { .. }, _) => {
                self.all_said(kept, |prompts, said, former| {
                    let prompts = prompts?;
                    let reask = said.correction.as_deref().map(|why| ReaskPrompt { why, former });
                    put(reask, |why| prompts.competitors(&self.found.row.spec, why)).ok()
                })
            }
            (AboutRewrite::Writer { .. }, Some(of)) => {
                self.all_said(kept, |prompts, said, former| {
                    let prompts = prompts?;
                    let reask = said.correction.as_deref().map(|why| ReaskPrompt { why, former });
                    put(reask, |why| prompts.rewrite(&of.from, &of.brief, why)).ok()
                })
            }
            (AboutRewrite::Scorer { rewrite, respondent }, Some(of)) => {
                let scored = of.scored.get(usize::from(rewrite));
                let spec = scored.and_then(|(_, spec)| spec.as_ref());
                let persona = of.panel.persona(respondent);
                self.all_said(kept, |prompts, said, former| {
                    let (spec, persona) = spec.zip(persona.as_ref())?;
                    let at = Assignment::first(round, respondent);
                    let question = AskedQuestion { spec, at, persona };
                    self.prompt(question, prompts, &Texts::new(), said, former)
                })
            }
            (AboutRewrite::Writer { .. } | AboutRewrite::Scorer { .. }, None) => {
                self.all_said(kept, |_, _, _| None)
            }
        }
    }
}
