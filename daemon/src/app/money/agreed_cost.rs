//! The upper end of a study's real cost: what was announced before it started is agreed, and nothing is spent beyond it
//! without another agreement. A study that would pass it is paused with the amounts and the new upper end, which its owner
//! agrees to when it is resumed. All of it is in rows, so a crash forgets no agreement and asks no second time.

use std::sync::Arc;

use protocol::credits::UsdMicros;
use protocol::error::{ApiError, ErrorCode};
use protocol::hint::{Feature, Hint, Remedy};
use protocol::service::{Control, Reply};

use crate::domain::instrument::Subsamples;
use crate::domain::instrument::chain::chain_plan;
use crate::domain::run::Input;
use crate::store::rows::{AgreedCost, Progress, StudyRow};
use crate::store::{Fault, Reader, Writes};

use crate::app::studies::lookup::{StudyRecord, of_number};
use crate::app::studies::transition::step;
use crate::app::{Caller, Core, Scope};

impl Core {
    /// A study has no room left below the upper end that was agreed, and its next call may cost that much: it is paused, and
    /// its owner is asked for more.
    pub(crate) async fn ask_for_more(
        &self,
        caller: &Caller,
        number: u32,
        worst: UsdMicros,
    ) -> Reply<()> {
        let owner = caller.may(Scope::Work)?.clone();
        let (now, settings) = (self.world().clock.now(), Arc::clone(self.settings()));
        let spent = self.spent(number);
        let after = self
            .store()
            .write(move |reader| {
                let mut found = of_number(reader, &owner, number)?;
                let mut writes = Writes::at(now);
                let agreed = agreed_of(&found.row, &found.progress).unwrap_or(UsdMicros::ZERO);
                let asked = more(&found, spent, worst);
                found.progress.agreed.asked = Some(asked);
                let why = Input::Fault(sentence(&found, spent, agreed, asked));
                let after = step(reader, &mut writes, &settings, &mut found, &why)?;
                Ok((after, writes))
            })
            .await?;
        self.after(number, after);
        Ok(())
    }
}

/// The upper end that holds for a study; `None` where nothing was announced.
pub(in crate::app) fn agreed(
    reader: &Reader<'_>,
    number: u32,
    progress: &Progress,
) -> Result<Option<UsdMicros>, Fault> {
    let row = reader.get::<StudyRow>(&number)?;
    Ok(row.and_then(|row| agreed_of(&row, progress)))
}

fn agreed_of(row: &StudyRow, progress: &Progress) -> Option<UsdMicros> {
    let end = progress.agreed.agreed.or(row.announced.map(|(_, high)| high))?;
    end.checked_add(lost(progress))
}

/// What calls that were given up by a halt or a crash may have cost: it is booked at the most, nobody ever reports it, and
/// whoever was asked is asked again. It is no part of what a study costs, so that a crash takes no answers away.
fn lost(progress: &Progress) -> UsdMicros {
    if progress.lost.at_most > 0 { progress.lost.cost } else { UsdMicros::ZERO }
}

/// Takes an agreement in before a study is resumed.
///
/// # Errors
/// When more is asked for than was agreed, and this does not agree to it.
pub(in crate::app) fn take_agreement(
    found: &mut StudyRecord,
    control: Control,
) -> Result<(), ApiError> {
    let Some(asked) = found.progress.agreed.asked else { return Ok(()) };
    if control != Control::Agree {
        let id = found.row.id.short();
        let what = format!("Going on may cost more than was agreed: {} in all", asked.exact());
        let why = found.progress.reason.clone().unwrap_or_default();
        return Err(ApiError::new(ErrorCode::UnconfirmedCost, format!("{what} ({why})")).hint(
            Hint::from(Remedy::owner("Agree to that", format!("demoscope resume {id} --yes"))).or(
                Remedy::with(
                    "end it and keep its answers",
                    Feature::Control("cancel".to_owned(), id),
                ),
            ),
        ));
    }
    let agreed = UsdMicros(asked.0.saturating_sub(lost(&found.progress).0));
    found.progress.agreed = AgreedCost { agreed: Some(agreed), asked: None };
    Ok(())
}

/// What a study may cost in all, by what its respondents cost so far: a quarter more for those who are left, and room for
/// another call or two.
fn more(found: &StudyRecord, spent: UsdMicros, worst: UsdMicros) -> UsdMicros {
    let progress = &found.progress;
    let first = progress.panel.requested.saturating_sub(progress.panel.settled());
    let extras = u32::try_from(Subsamples::of(&found.row.spec).len()).unwrap_or(u32::MAX);
    let left = i64::from(first.saturating_add(if first > 0 { extras } else { 0 }));
    let taken = progress.taken;
    let mean = taken.cost.0.checked_div(i64::from(taken.respondents));
    let each = mean.filter(|mean| *mean > 0).unwrap_or(worst.0);
    let mut rest = each.saturating_mul(left).saturating_mul(5) / 4;
    // What the later rounds of a chain take is known no better than when it was announced.
    if chain_plan(&found.row.spec).is_some() {
        rest = rest.max(found.row.announced.map_or(0, |(_, high)| high.0));
    }
    let asked = spent.0.saturating_add(rest.max(worst.0.saturating_mul(2)));
    UsdMicros(found.row.spec.max_cost_usd.map_or(asked, |cap| asked.min(cap.0)))
}

fn sentence(found: &StudyRecord, spent: UsdMicros, agreed: UsdMicros, asked: UsdMicros) -> String {
    let uncounted = match found.progress.usage.at_most {
        0 => "",
        _ => {
            " (the service did not count every call: those are booked at the most that they can cost)"
        }
    };
    format!(
        "it has cost {}{uncounted}, and the next call may pass the {} that was agreed; asking everybody may cost {} in all, which its owner has to agree to",
        spent.exact(),
        agreed.exact(),
        asked.exact()
    )
}
