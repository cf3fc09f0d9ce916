//! Analysis of ended studies: the comparison of two, the breakdown of one by dimensions, its questionnaire, and power.
//! Each use case on results streams the stored outcomes of one snapshot and keeps counts only; none changes anything.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use protocol::analysis::{Asked, CrossTab, PowerAnswer, PowerQuestion};
use protocol::error::{ApiError, ErrorCode};
use protocol::hint::{Feature, Hint, Remedy};
use protocol::id::StudyId;
use protocol::nearest::nearest;
use protocol::results::Comparison;
use protocol::service::Reply;

use crate::domain::capital::capital;
use crate::domain::instrument::{
    self, Comparator, CrossTally, DIMENSIONS, NotComparable, StudyMetric, UnknownMetric,
    WordingNoise, comparable, theme_field,
};
use crate::domain::outcome::{FIRST_ROUND, Outcome};
use crate::domain::panel::Panel;
use crate::domain::planning;
use crate::store::rows::{OutcomeKey, OutcomeRow, ResultsRow};
use crate::store::{Fault, Order, Reader, Table, UseCaseError};

use crate::app::studies::findings::findings_across;
use crate::app::studies::lookup::{StudyRecord, by_id};
use crate::app::studies::query::panel;
use crate::app::{Caller, Core, Scope};

/// Respondents whose outcomes of one study wait in memory for those of the other.
pub(super) const STRETCH: u32 = 4_096;

impl Core {
    /// Two studies against each other by one of their results, paired when the same people answered both.
    pub(crate) async fn compare(
        &self,
        caller: &Caller,
        a: StudyId,
        b: StudyId,
        of: Option<&str>,
    ) -> Reply<Comparison> {
        let of = of.map(ToOwned::to_owned);
        self.view(caller, move |_, reader, owner| {
            let (a, b) = (by_id(reader, owner, a)?, by_id(reader, owner, b)?);
            compared(reader, &a, &b, of.as_deref())
        })
        .await
    }

    /// One result of a study broken down by one or two dimensions.
    pub(crate) async fn cross(
        &self,
        caller: &Caller,
        study: StudyId,
        dimensions: &[String],
        of: Option<&str>,
    ) -> Reply<CrossTab> {
        let (dimensions, of) = (dimensions.to_vec(), of.map(ToOwned::to_owned));
        self.view(caller, move |_, reader, owner| {
            let found = by_id(reader, owner, study)?;
            let (quantity, also) = choose(reader, &[&found], of.as_deref())?;
            let is_theme = quantity.is_theme();
            let mut tally = CrossTally::new(&found.row.spec, quantity, &dimensions)
                .map_err(|error| {
                    let near = dimensions
                        .iter()
                        .filter(|given| !DIMENSIONS.contains(&given.as_str()))
                        .find_map(|given| nearest(given, DIMENSIONS));
                    let hint = match near {
                        Some(near) => format!("Try '{near}'"),
                        None => format!("Choose among the dimensions {}", DIMENSIONS.join(", ")),
                    };
                    refuse(&error).hint(hint)
                })?
                .with_wording(&found.row.spec, WordingNoise::of_model(&found.row.model));
            let panel = panel(reader, &found)?;
            // Results are about what was submitted; later rounds asked the same people about other texts.
            let (first, last) = OutcomeKey::of_round(found.number, FIRST_ROUND);
            reader.scan::<OutcomeRow>(&first, &last, Order::Rising, |key, row| {
                let respondent = key.assignment.respondent;
                if key.assignment.is_answer() {
                    tally.add(respondent, &classes(&panel, respondent)?, &row.into_outcome());
                }
                Ok(ControlFlow::Continue(()))
            })?;
            let mut table = tally.finish().ok_or_else(|| {
                ApiError::new(ErrorCode::Conflict, "The study has no answers to break down")
            })?;
            if is_theme && table.all.value <= 0.0 {
                return Err(nobody_names(&table.field, &also).into());
            }
            table.also = also;
            Ok(table)
        })
        .await
    }

    /// What a study asked, and of whom.
    pub(crate) async fn asked(&self, caller: &Caller, study: StudyId) -> Reply<Asked> {
        self.view(caller, move |_, reader, owner| {
            let found = by_id(reader, owner, study)?;
            let panel = panel(reader, &found)?;
            let spec = found.row.spec;
            let questionnaire = panel
                .persona(0)
                .map(|persona| instrument::questionnaire(&spec, &persona))
                .unwrap_or_default();
            Ok(Asked { spec, questionnaire, margins: found.row.margins })
        })
        .await
    }

    /// How many people a difference takes, or what so many can show.
    pub(crate) async fn power(
        &self,
        caller: &Caller,
        question: PowerQuestion,
    ) -> Reply<PowerAnswer> {
        caller.may(Scope::Read)?;
        self.looking(move |_| {
            planning::power(&question).map_err(|error| {
                ApiError::new(ErrorCode::InvalidInput, error.to_string()).hint(error.hint())
            })
        })
        .await
    }
}

/// Two studies against each other by one of their results.
pub(in crate::app) fn compared(
    reader: &Reader<'_>,
    a: &StudyRecord,
    b: &StudyRecord,
    of: Option<&str>,
) -> Result<Comparison, UseCaseError> {
    let refused = |error: NotComparable| refuse(&error).hint(error.hint());
    comparable(&a.row.spec, &b.row.spec).map_err(refused)?;
    let (quantity, also) = choose(reader, &[a, b], of)?;
    let is_theme = quantity.is_theme();
    // Only where one edition read both: what two editions differ by is another question.
    let noise = WordingNoise::of_model(&a.row.model).filter(|_| a.row.model == b.row.model);
    let mut comparator = Comparator::new(&a.row.spec, &b.row.spec, quantity)
        .map_err(refused)?
        .with_wording(&a.row.spec, &b.row.spec, noise);
    if comparator.is_paired() {
        paired(reader, a, b, &mut comparator)?;
    } else {
        each(reader, a, |classes, outcomes| comparator.add(classes, outcomes, &[]))?;
        each(reader, b, |classes, outcomes| comparator.add(classes, &[], outcomes))?;
    }
    let mut found = comparator.finish().ok_or_else(|| {
        ApiError::new(ErrorCode::Conflict, "Both studies need answers to be compared")
            .hint(Remedy::with("See how many each has", Feature::Studies))
    })?;
    if is_theme && found.a.value <= 0.0 && found.b.value <= 0.0 {
        return Err(nobody_names(&found.field, &also).into());
    }
    found.also = also;
    found.findings = findings_across(reader, a, b)?;
    Ok(found)
}

fn refuse(error: &impl ToString) -> ApiError {
    ApiError::new(ErrorCode::InvalidInput, error.to_string())
}

/// The same people in both studies: those of one wait in stretches for those of the other.
fn paired(
    reader: &Reader<'_>,
    a: &StudyRecord,
    b: &StudyRecord,
    comparator: &mut Comparator,
) -> Result<(), UseCaseError> {
    let panel = panel(reader, a)?;
    let size = a.row.spec.panel;
    let mut start = 0_u32;
    while start < size {
        let end = start.saturating_add(STRETCH).min(size);
        let of_a = stretch(reader, a.number, start, end)?;
        let of_b = stretch(reader, b.number, start, end)?;
        for respondent in start..end {
            let (a, b) = (of_a.get(&respondent), of_b.get(&respondent));
            if a.is_some() || b.is_some() {
                let (a, b) = (a.map_or(&[][..], Vec::as_slice), b.map_or(&[][..], Vec::as_slice));
                comparator.add(&classes(&panel, respondent)?, a, b);
            }
        }
        start = end;
    }
    Ok(())
}

/// Everything that came of some respondents.
pub(super) fn stretch(
    reader: &Reader<'_>,
    number: u32,
    start: u32,
    end: u32,
) -> Result<BTreeMap<u32, Vec<Outcome>>, Fault> {
    let mut outcomes: BTreeMap<u32, Vec<Outcome>> = BTreeMap::new();
    let some = start..=end.saturating_sub(1);
    let (first, last) = OutcomeKey::of_respondents(number, FIRST_ROUND, some);
    reader.scan::<OutcomeRow>(&first, &last, Order::Rising, |key, row| {
        if key.assignment.is_answer() {
            outcomes.entry(key.assignment.respondent).or_default().push(row.into_outcome());
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(outcomes)
}

/// Everything that came of each respondent of a study, with their classes.
fn each(
    reader: &Reader<'_>,
    found: &StudyRecord,
    mut look: impl FnMut(&[(&'static str, &'static str)], &[Outcome]),
) -> Result<(), Fault> {
    let panel = panel(reader, found)?;
    let mut start = 0_u32;
    while start < found.row.spec.panel {
        let end = start.saturating_add(STRETCH).min(found.row.spec.panel);
        for (respondent, outcomes) in stretch(reader, found.number, start, end)? {
            look(&classes(&panel, respondent)?, &outcomes);
        }
        start = end;
    }
    Ok(())
}

/// A theme that does not occur is more likely a slip of the pen than a result.
pub(super) fn nobody_names(field: &str, also: &[String]) -> ApiError {
    let names: Vec<&str> = also.iter().map(String::as_str).collect();
    let hint = match nearest(field, &names) {
        Some(near) => format!("Try '{near}'"),
        None => format!("Choose among {}", also.join(", ")),
    };
    ApiError::new(ErrorCode::InvalidInput, format!("Nobody names {field}")).hint(hint)
}

/// Themes whose names are offered.
const THEMES_OFFERED: usize = 5;

/// The number of that name, and the names of others that those studies have. Of surveys it is by default the theme that
/// divides their respondents most evenly into those who name it and those who do not.
pub(super) fn choose(
    reader: &Reader<'_>,
    studies: &[&StudyRecord],
    of: Option<&str>,
) -> Result<(StudyMetric, Vec<String>), UseCaseError> {
    let Some(first) = studies.first().map(|first| &first.row.spec.instrument) else {
        return Err(ApiError::new(ErrorCode::InvalidInput, "There is no study to look at").into());
    };
    let (mut named, mut answers): (BTreeMap<String, u64>, u64) = (BTreeMap::new(), 0);
    for found in studies {
        let results: Option<ResultsRow> = reader.get(&found.number)?;
        answers += u64::from(found.progress.panel.delivered);
        for theme in results.iter().flat_map(|row| &row.0.themes) {
            *named.entry(theme_field(theme.kind, &theme.theme)).or_default() += theme.count;
        }
    }
    let mut themes: Vec<(String, u64)> = named.into_iter().collect();
    themes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    // What everybody names, or nobody, divides no groups.
    let divides = |count: u64| count.saturating_mul(answers.saturating_sub(count));
    let dividing = themes
        .iter()
        .rev()
        .max_by_key(|(_, count)| divides(*count))
        .filter(|_| !instrument::has_headline(first.study_type()))
        .map(|(name, _)| name.clone());
    let mut names = StudyMetric::names(first);
    names.extend(themes.into_iter().take(THEMES_OFFERED).map(|(name, _)| name));
    let own = of.or(dividing.as_deref());
    let quantity = StudyMetric::of_instrument(first, own).map_err(|error| {
        let all = || format!("choose among {}, and theme.NAME for any theme", names.join(", "));
        let remedy = match &error {
            UnknownMetric::Unknown { near: Some(near), .. } => {
                format!("Try '{near}', or {}", all()).into()
            }
            UnknownMetric::Unknown { near: None, .. } => capital(&all()).into(),
            UnknownMetric::NoTheme => Hint::from(Remedy::set("Name one", "of", "theme.NAME"))
                .or("its themes are counted when it is completed"),
        };
        refuse(&error).hint(remedy)
    })?;
    names.retain(|name| name != quantity.field());
    Ok((quantity, names))
}

fn classes(panel: &Panel, respondent: u32) -> Result<[(&'static str, &'static str); 6], Fault> {
    let classes = panel.classes(respondent).ok_or_else(|| Fault::Row {
        table: Table::Panels,
        why: format!("nobody is at place {respondent}"),
    })?;
    Ok(classes.iter())
}
