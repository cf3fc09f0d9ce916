//! The upper end of a study's real cost: what was announced before it started is agreed, and nothing is spent beyond it
//! without another agreement. A study that would pass it is paused with the amounts and the new upper end, which its owner
//! agrees to when it is resumed. What calls that were given up by a halt or a crash may have cost is part of it: a study goes on
//! by itself as long as there is room for that and for those who are left. The cap of a key is its owner's agreement to all
//! that it has room for: a study of such a key takes more of it and goes on. All of it is in rows, so a crash forgets no
//! agreement and asks no second time.

use std::sync::Arc;

use protocol::credits::UsdMicros;
use protocol::error::{ApiError, ErrorCode};
use protocol::hint::{Feature, Hint, Remedy};
use protocol::run::State;
use protocol::service::{Control, Reply};

use crate::domain::instrument::chain::chain_plan;
use crate::domain::instrument::{Subsamples, put, tasks};
use crate::domain::run::Input;
use crate::store::rows::{AgreedCost, Progress, StudyRow};
use crate::store::{Fault, Reader, Writes};

use crate::app::keys::caps;
use crate::app::studies::lookup::{StudyRecord, of_number};
use crate::app::studies::transition::{After, step};
use crate::app::{Caller, Core, Scope};

impl Core {
    /// A study has no room left below the upper end that was agreed, and its next call may cost that much: it is paused, and
    /// its owner is asked for more. Where the cap of its key says what may be spent, it is halted for a moment and goes on:
    /// with more of that cap, or, where nothing is left of it, with nobody asked any more.
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
                let more = MoreCost::of(&found, spent, worst);
                if let Some(after) =
                    take_of_key(reader, &mut writes, &mut found, (agreed, more.high), worst)?
                {
                    return Ok((after, writes));
                }
                found.progress.agreed.asked = Some(more.high);
                let why = Input::Fault(sentence(&found, spent, agreed, more));
                let after = step(reader, &mut writes, &settings, &mut found, &why)?;
                Ok((after, writes))
            })
            .await?;
        self.after(number, after);
        Ok(())
    }
}

/// Takes what a study at work needs beyond its agreed upper end of the cap of its key, as far as there is room for a call that
/// may cost `worst`. What is to be done then; `None` where no such cap speaks for its owner.
fn take_of_key(
    reader: &Reader<'_>,
    writes: &mut Writes,
    found: &mut StudyRecord,
    (agreed, wanted): (UsdMicros, UsdMicros),
    worst: UsdMicros,
) -> Result<Option<After>, Fault> {
    let Some(key) = found.row.api_key.filter(|_| found.progress.state == State::Running) else {
        return Ok(None);
    };
    let more = wanted.checked_sub(agreed).unwrap_or_default().max(worst);
    let Some(granted) = caps::take_more(reader, writes, key, more, worst)? else { return Ok(None) };
    let end = UsdMicros(agreed.0.saturating_add(granted.0));
    found.progress.agreed = if granted > UsdMicros::ZERO {
        AgreedCost { agreed: Some(end), ..AgreedCost::default() }
    } else {
        AgreedCost { is_final: true, ..found.progress.agreed }
    };
    tracing::info!(study = %found.row.id, %granted, upper_end = %end, "a study takes more of the cap of its key");
    writes.put(&found.number, &found.progress);
    Ok(Some(After { halt: true, wake: true, ..After::default() }))
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

/// The same of a study that was read.
pub(in crate::app) fn agreed_of(row: &StudyRow, progress: &Progress) -> Option<UsdMicros> {
    progress.agreed.agreed.or(row.announced.map(|(_, high)| high))
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
    found.progress.agreed = AgreedCost { agreed: Some(asked), ..AgreedCost::default() };
    Ok(())
}

/// What a study may cost in all, when it goes on.
#[derive(Clone, Copy, Debug)]
struct MoreCost {
    /// Where those who are left cost as much as the others did.
    low: UsdMicros,
    /// Where each of them costs as much as is possible by what is known of the service, with room for another call or two.
    /// That is what its owner is asked to agree to.
    high: UsdMicros,
}

impl MoreCost {
    fn of(found: &StudyRecord, spent: UsdMicros, worst: UsdMicros) -> Self {
        let progress = &found.progress;
        let first = progress.panel.requested.saturating_sub(progress.panel.settled());
        let spec = &found.row.spec;
        let extras = u32::try_from(Subsamples::of(spec).len()).unwrap_or(u32::MAX);
        let left = i64::from(first.saturating_add(if first > 0 { extras } else { 0 }));
        let calls = usize::from(tasks(spec)).saturating_mul(put(spec).len());
        let dearest = worst.0.saturating_mul(i64::try_from(calls).unwrap_or(i64::MAX));
        let taken = progress.taken;
        let mean = taken.cost.0.checked_div(i64::from(taken.respondents));
        let each = mean.filter(|mean| *mean > 0).unwrap_or(dearest);
        // What is asked beside the answers is known by what it cost.
        let most = dearest.max(each.saturating_mul(5) / 4);
        let (mut low, mut high) = (each.saturating_mul(left), most.saturating_mul(left));
        // What the later rounds of a chain take is known no better than when it was announced.
        if chain_plan(spec).is_some() {
            let (least, announced) = found.row.announced.unwrap_or_default();
            (low, high) = (low.max(least.0), high.max(announced.0));
        }
        high = high.max(worst.0.saturating_mul(2));
        let in_all = |rest: i64| {
            let sum = spent.0.saturating_add(rest);
            UsdMicros(spec.max_cost_usd.map_or(sum, |cap| sum.min(cap.0)))
        };
        Self { low: in_all(low.min(high)), high: in_all(high) }
    }
}

fn sentence(found: &StudyRecord, spent: UsdMicros, agreed: UsdMicros, more: MoreCost) -> String {
    let MoreCost { low, high } = more;
    let in_all =
        if low < high { format!("{} to {}", low.exact(), high.exact()) } else { high.exact() };
    let Progress { usage, lost, .. } = &found.progress;
    let uncounted = match (usage.at_most, usage.estimated, lost.at_most) {
        (0, 0, _) => String::new(),
        (0, _, _) if lost.estimated > 0 => format!(
            " (of it {} for calls that were cut off: they are booked at the most that such calls were seen to cost)",
            lost.cost.exact()
        ),
        (0, _, _) => " (the service did not count every call: those are estimated by their length, or by the dearest call that it counted)".to_owned(),
        (_, _, 0) => " (the service did not count every call: those are booked at the most that they can cost)".to_owned(),
        (_, _, 1..) => format!(
            " (of it {} for calls that were cut off: they are booked at the most that they can cost)",
            lost.cost.exact()
        ),
    };
    format!(
        "it has cost {}{uncounted}, and the next call may pass the {} that was agreed; asking everybody may cost {in_all} in all, which its owner has to agree to",
        spent.exact(),
        agreed.exact()
    )
}
