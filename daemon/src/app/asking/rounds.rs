//! The rounds of a study's chain, read from the store: what was rewritten, how a round is asked and of whom, and what
//! follows it. A study whose type has no chains has the first round alone.

use std::borrow::Cow;
use std::ops::ControlFlow;

use protocol::error::{ApiError, ErrorCode};
use protocol::hint::{Feature, Remedy};
use protocol::service::Reply;
use protocol::study::StudySpec;

use crate::domain::instrument::Accumulator;
use crate::domain::instrument::chain::{
    ChainTally, Follows, Rewrite, RewriteBrief, RewriteVariant, Wish, after_round, chain_plan,
    spec_of_round, spec_of_variant, tried, wishes,
};
use crate::domain::outcome::{Assignment, FIRST_ROUND};
use crate::domain::panel::{Panel, Population, sample};
use crate::store::rows::{OutcomeKey, OutcomeRow, RewriteRow};
use crate::store::{Fault, Order, Reader, Table, UseCaseError};

use crate::app::studies::lookup::{StudyRecord, of_number};
use crate::app::studies::plan::recipe;
use crate::app::studies::query;
use crate::app::{Caller, Core};

/// What the content was rewritten to after a round, to be stored with the round's end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rewritten {
    /// The round, from 0.
    pub round: u16,
    /// What came of it.
    pub rewrite: Rewrite,
}

/// A content to be rewritten before the next step of its study.
#[derive(Clone, Debug)]
pub(crate) struct RewriteTask {
    /// The study as its best round asked it.
    pub spec: StudySpec,
    /// The study as it was sent in.
    pub original: StudySpec,
    /// The panel of the study, who score every variant.
    pub panel: Panel,
    /// The round that ends, from 0.
    pub round: u16,
    /// Which attempt at the study.
    pub attempt: u32,
    /// What was tried, and where a language model rewrites, what the panel wants changed.
    pub brief: RewriteBrief,
    from: u16,
    another: bool,
    tally: ChainTally,
}

impl RewriteTask {
    /// The study with a variant in place of the content.
    pub(crate) fn with(&self, text: String) -> Option<StudySpec> {
        spec_of_variant(&self.spec, text)
    }

    /// How many experts scored the round that is rewritten from.
    pub(crate) fn experts(&self) -> u64 {
        self.tally.overall(self.from).1
    }

    /// What is stored of those variants, with what a reader should know of the rewrite, and where calls failed, why.
    pub(crate) fn choose(
        self,
        variants: Vec<RewriteVariant>,
        notes: Vec<String>,
        failed: Option<String>,
    ) -> Rewritten {
        let chosen = Rewrite::choose(&self.tally, self.from, self.another, variants);
        let chosen = chosen.for_want_of(failed);
        Rewritten { round: self.round, rewrite: Rewrite { notes, ..chosen } }
    }
}

impl Core {
    /// What has to be rewritten before the round that has nothing left can end, if anything has.
    pub(crate) async fn to_rewrite(
        &self,
        caller: &Caller,
        number: u32,
    ) -> Reply<Option<RewriteTask>> {
        self.view(caller, move |core, reader, owner| {
            let found = of_number(reader, owner, number)?;
            let rewrites = rewrites(reader, number)?;
            let Some(tally) = chain_tally(reader, &found)? else { return Ok(None) };
            let round = found.progress.round;
            let Follows::Rewrite { from, another } = after_round(&tally, round, &rewrites) else {
                return Ok(None);
            };
            let spec = spec_of_round(&found.row.spec, from, &rewrites, from);
            let spec = spec.ok_or_else(|| no_such_round(from))?.into_owned();
            let panel = query::panel(reader, &found)?;
            let engine = core.engine(&spec.engine);
            let asks_model = engine.is_ok_and(|engine| !engine.models().is_empty());
            let wishes = if asks_model {
                wishes_after(reader, &found, from, &spec, &panel)?
            } else {
                Vec::new()
            };
            let brief = RewriteBrief { wishes, tried: tried(&rewrites, &spec) };
            let (original, attempt) = (found.row.spec.clone(), found.progress.attempt);
            Ok(Some(RewriteTask {
                spec,
                original,
                panel,
                round,
                attempt,
                brief,
                from,
                another,
                tally,
            }))
        })
        .await
    }
}

/// What the panel wants changed in the content of that round.
pub(in crate::app) fn wishes_after(
    reader: &Reader<'_>,
    found: &StudyRecord,
    round: u16,
    spec: &StudySpec,
    panel: &Panel,
) -> Result<Vec<Wish>, Fault> {
    let mut counts = Accumulator::new(spec);
    let (first, last) = OutcomeKey::of_round(found.number, round);
    reader.scan::<OutcomeRow>(&first, &last, Order::Rising, |key, row| {
        let at = Assignment { round: FIRST_ROUND, ..key.assignment };
        if let Some(classes) = panel.classes(at.respondent).filter(|_| at.is_answer()) {
            counts.add(at, &classes.iter(), &row.into_outcome());
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let results = counts.finish(found.row.margins.clone());
    Ok(results.map(|results| wishes(spec, &results)).unwrap_or_default())
}

/// What the contents of a study were rewritten to, in the order of rounds.
pub(in crate::app) fn rewrites(reader: &Reader<'_>, number: u32) -> Result<Vec<Rewrite>, Fault> {
    let mut found = Vec::new();
    let (first, last) = RewriteRow::of_study(number);
    reader.scan::<RewriteRow>(&first, &last, Order::Rising, |_, row| {
        found.push(row.0);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// The counts of a study's chain, from the outcomes there are; `None` for a type without chains.
pub(in crate::app) fn chain_tally(
    reader: &Reader<'_>,
    found: &StudyRecord,
) -> Result<Option<ChainTally>, Fault> {
    let spec = &found.row.spec;
    let Some(mut tally) = ChainTally::new(spec) else { return Ok(None) };
    let (first, last) = OutcomeKey::of_study(found.number);
    reader.scan::<OutcomeRow>(&first, &last, Order::Rising, |key, row| {
        tally.add(spec, key.assignment, &[], &row.into_outcome());
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(Some(tally))
}

/// The study as that round asks it; refused where nothing led to such a round.
pub(in crate::app) fn spec_of<'f>(
    reader: &Reader<'_>,
    found: &'f StudyRecord,
    round: u16,
) -> Result<Cow<'f, StudySpec>, UseCaseError> {
    let spec = &found.row.spec;
    if round == FIRST_ROUND || chain_plan(spec).is_none() {
        return Ok(Cow::Borrowed(spec));
    }
    let rewrites = rewrites(reader, found.number)?;
    let is_confirmation = chain_plan(spec).is_some_and(|plan| plan.confirmation() == round);
    let best = match chain_tally(reader, found)? {
        Some(tally) if is_confirmation => tally.best(),
        _ => FIRST_ROUND,
    };
    let asked = spec_of_round(spec, round, &rewrites, best);
    Ok(asked.ok_or_else(|| no_such_round(round))?)
}

/// The people whom a round asks: the study's panel, or, where the round confirms a gain, people sampled for it alone.
pub(in crate::app) fn panel_of(
    reader: &Reader<'_>,
    found: &StudyRecord,
    asked: &StudySpec,
) -> Result<Panel, Fault> {
    if asked.seed == found.row.spec.seed {
        return query::panel(reader, found);
    }
    sample(Population::embedded(), &recipe(asked))
        .map_err(|error| Fault::Row { table: Table::Panels, why: error.to_string() })
}

/// The round after the current one, with what is to be stored of its rewrite; `None` after the last.
pub(in crate::app) fn next_round(
    reader: &Reader<'_>,
    found: &StudyRecord,
    rewrites: &mut Vec<Rewrite>,
    rewritten: Option<Rewritten>,
) -> Result<Option<u16>, UseCaseError> {
    let Some(tally) = chain_tally(reader, found)? else { return Ok(None) };
    let round = found.progress.round;
    let is_next = rewrites.len() == usize::from(round);
    rewrites.extend(rewritten.filter(|of| of.round == round && is_next).map(|of| of.rewrite));
    match after_round(&tally, round, rewrites) {
        Follows::Round(next) => Ok(Some(next)),
        Follows::Finish => Ok(None),
        Follows::Rewrite { .. } => Err(ApiError::new(
            ErrorCode::Conflict,
            format!("Round {} has not been rewritten", u32::from(round).saturating_add(1)),
        )
        .into()),
    }
}

fn no_such_round(round: u16) -> ApiError {
    let round = u32::from(round).saturating_add(1);
    ApiError::new(ErrorCode::NotFound, format!("The study has no round {round}"))
        .hint(Remedy::with("See its rounds", Feature::Study("ID".to_owned())))
}
