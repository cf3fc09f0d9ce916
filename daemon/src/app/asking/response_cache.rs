//! The response cache: the newest reply for each address, so that the same prompt is not paid for twice. It also keeps
//! the settings and templates with which a study's engines were asked.

use std::ops::ControlFlow;

use protocol::measurement::Reuse;
use protocol::service::Reply;
use protocol::study::StudySpec;

use crate::domain::evidence::PromptRecord;
use crate::domain::exchange::{Exchange, ReplySource};
use crate::domain::instrument::items;
use crate::domain::outcome::{Assignment, FIRST_ROUND};
use crate::domain::panel::Panel;
use crate::store::rows::{AddressKey, BlueprintRow, DeletedRow, ExchangesRow, RememberedRow};
use crate::store::{Fault, Order, Reader, Writes};

use crate::app::caller::is_of;
use crate::app::studies::lookup::must_be_of;
use crate::app::{Caller, Core, Owner, Scope};

impl Core {
    /// The newest reply to the question at each of those addresses, where one is kept: one look at the store for all of
    /// them. What that study got itself, before a halt or a crash, it asked for; everything else it remembers, and where
    /// that is not wanted, it is left out. So is what a study got that is not the caller's.
    pub(crate) async fn remembered(
        &self,
        caller: &Caller,
        addresses: Vec<String>,
        study: u32,
        of_others: Reuse,
    ) -> Reply<Vec<Option<Exchange>>> {
        self.view(caller, move |_, reader, owner| {
            let newest = |address: &String| newest(reader, owner, address, study, of_others);
            Ok(addresses.iter().map(newest).collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Keeps with which settings and templates a study is asked, unless it is known, or the study was deleted meanwhile.
    pub(crate) async fn keep_blueprint(
        &self,
        caller: &Caller,
        number: u32,
        prompt_record: PromptRecord,
    ) -> Reply<()> {
        let owner = caller.may(Scope::Work)?.clone();
        let now = self.world().clock.now();
        self.store()
            .write(move |reader| {
                must_be_of(reader, &owner, number)?;
                let mut writes = Writes::at(now);
                if reader.get::<DeletedRow>(&number)?.is_some() {
                    return Ok(((), writes));
                }
                let known = prompt_records(reader, number)?;
                if !known.contains(&prompt_record) {
                    let place = u32::try_from(known.len()).unwrap_or(u32::MAX);
                    writes.put(&(number, place), &BlueprintRow(prompt_record));
                }
                Ok(((), writes))
            })
            .await
    }
}

/// The number of a study that is not there yet.
const NO_STUDY: u32 = 0;
/// Respondents whose question a preview looks up.
const LOOKED_UP: u32 = 20;

impl Core {
    /// What a preview says where most answers would come from memory.
    pub(in crate::app) fn memory_note(
        &self,
        owner: &Owner,
        spec: &StudySpec,
        panel: &Panel,
    ) -> Reply<Option<String>> {
        let models = self.engine(&spec.engine).map(|engine| engine.models()).unwrap_or_default();
        let [engine] = models.as_slice() else { return Ok(None) };
        let is_whole = items(spec).is_empty() && engine.is_one_model();
        if !is_whole || spec.measurement.reuse == Reuse::Never {
            return Ok(None);
        }
        // What cannot be put is told elsewhere.
        let Ok(form) = engine.form(spec) else { return Ok(None) };
        let looked_up = LOOKED_UP.min(spec.panel);
        let address = |respondent| {
            let persona = panel.persona(respondent)?;
            let at = Assignment::first(FIRST_ROUND, respondent);
            Some(engine.ready(&form, spec, at, None, &persona, None).ok()?.address)
        };
        let addresses: Vec<String> = (0..looked_up).filter_map(address).collect();
        let known = self.look(|reader| {
            let mut known = 0_u32;
            for address in &addresses {
                let found = newest(reader, owner, address, NO_STUDY, Reuse::Allowed)?;
                let is_used = |said: Exchange| !engine.may_have_changed(&said.model);
                known += u32::from(found.is_some_and(is_used));
            }
            Ok(known)
        })?;
        Ok((known > 0 && known.saturating_mul(2) >= looked_up).then(|| {
            format!(
                "most answers will come from memory: {known} of the first {looked_up} questions were put to this model before, and are not asked again unless that is asked for"
            )
        }))
    }
}

/// The newest reply to one question.
fn newest(
    reader: &Reader<'_>,
    owner: &Owner,
    address: &str,
    study: u32,
    of_others: Reuse,
) -> Result<Option<Exchange>, Fault> {
    let Some(key) = AddressKey::new(address) else { return Ok(None) };
    let Some(place) = reader.get::<RememberedRow>(&key)? else { return Ok(None) };
    if !is_of(reader, owner, place.key().study)? {
        return Ok(None);
    }
    let is_own = place.key().study == study;
    if !is_own && of_others == Reuse::Never {
        return Ok(None);
    }
    // What a deleted study was told is not told to another, also while its rows are being removed.
    if !is_own && reader.get::<DeletedRow>(&place.key().study)?.is_some() {
        return Ok(None);
    }
    let said = reader.get::<ExchangesRow>(&place.key())?;
    // The outcome may have been taken back since, and another question asked in its place.
    let mut said = said.into_iter().flat_map(|said| said.0).rev();
    let source = |found: &Exchange| if is_own { found.source } else { ReplySource::Remembered };
    let found = said.find(|said| said.address == address);
    Ok(found.map(|found| Exchange { source: source(&found), ..found }))
}

/// Every set of settings and templates that a study was asked with, oldest first.
pub(in crate::app) fn prompt_records(
    reader: &Reader<'_>,
    number: u32,
) -> Result<Vec<PromptRecord>, Fault> {
    let mut known = Vec::new();
    reader.scan::<BlueprintRow>(&(number, 0), &(number, u32::MAX), Order::Rising, |_, row| {
        known.push(row.0);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(known)
}
