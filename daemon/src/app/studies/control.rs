//! Control of a study by its owner: pause, resume, cancel, retry, archive, tag.

use std::sync::Arc;

use protocol::credits::Credits;
use protocol::error::{ApiError, ErrorCode};
use protocol::event::EventData;
use protocol::hint::{Feature, Hint, Remedy};
use protocol::id::{StudyId, SubmitKey};
use protocol::key::KeyId;
use protocol::run::Study;
use protocol::service::{Cancellation, Control, Reply};

use crate::domain::outcome::FIRST_ROUND;
use crate::domain::run::Input;
use crate::store::rows::{HoldRow, SubmitRow};
use crate::store::{Fault, Reader, UseCaseError, Writes};

use crate::domain::stimulus::{TAG_CHARACTERS_MAX, TAGS_MAX};

use crate::app::asking::advance::answered_in;
use crate::app::hooks::endpoints::of_study;
use crate::app::keys::caps;
use crate::app::money::agreed_cost::take_agreement;
use crate::app::money::lost_calls::change_taken;
use crate::app::studies::lookup::{StudyRecord, by_id};
use crate::app::studies::submit::fingerprint;
use crate::app::studies::transition::{After, step, to_hold, word};
use crate::app::{Caller, Core, Owner, Scope, Settings};

impl Core {
    /// Changes what a study does. When this returns, it does it: after a cancellation nobody else is asked but those whose
    /// question is already out.
    pub(crate) async fn control(
        &self,
        caller: &Caller,
        id: StudyId,
        control: Control,
    ) -> Reply<Study> {
        let (owner, api_key) = (caller.may(Scope::Write)?.clone(), caller.key());
        let done = self.control_as(owner, api_key, (id, control), None).await?;
        done.ok_or_else(|| {
            ApiError::new(ErrorCode::Internal, "A control without a key was taken for another one")
        })
    }

    /// The same under a key: once, however often it is sent, and then as the study stands; `None` where the key was used for
    /// something else. What was refused is tried anew.
    pub(crate) async fn control_once(
        &self,
        caller: &Caller,
        id: StudyId,
        control: Control,
        key: SubmitKey,
    ) -> Reply<Option<Study>> {
        let (owner, api_key) = (caller.may(Scope::Write)?.clone(), caller.key());
        self.control_as(owner, api_key, (id, control), Some(key)).await
    }

    async fn control_as(
        &self,
        owner: Owner,
        api_key: Option<KeyId>,
        (id, control): (StudyId, Control),
        key: Option<SubmitKey>,
    ) -> Reply<Option<Study>> {
        let now = self.world().clock.now();
        let (core, settings) = (self.clone(), Arc::clone(self.settings()));
        let random = self.world().fresh_bytes();
        let (number, study, after) = self
            .store()
            .write(move |reader| {
                let mut found = by_id(reader, &owner, id)?;
                let body = fingerprint(&(id, control));
                let stands = key.map(|key| stands_for(reader, key, (found.number, body.as_str())));
                if let Some(is_same) = stands.transpose()?.flatten() {
                    let known = is_same.then(|| found.study());
                    return Ok(((found.number, known, After::default()), Writes::at(now)));
                }
                if control == Control::Retry {
                    must_be_of_this_edition(&settings, &found)?;
                    must_be_one_round(&found)?;
                }
                let mut writes = Writes::at(now);
                if let Some(key) = key {
                    let row = SubmitRow { number: found.number, body, control: true };
                    writes.put(&key.0, &row);
                }
                if control == Control::Retry {
                    of_study(reader, &mut writes, &found.row, &random)?;
                }
                let panel = found.progress.panel;
                let input = match control {
                    Control::Pause => Input::Pause,
                    Control::Resume | Control::Agree => {
                        let before = found.progress.clone();
                        take_agreement(&mut found, control)?;
                        let change = caps::agreement_change(&found.row, &before, &found.progress);
                        change_taken(reader, &mut writes, &found, change)?;
                        core.take_address(reader, &mut found, control)?;
                        Input::Resume
                    }
                    Control::Cancel => Input::Cancel,
                    Control::Retry => {
                        found.progress.agreed.asked = None;
                        Input::Retry { unanswered: panel.invalid.saturating_add(panel.failed) }
                    }
                    Control::Archive | Control::Unarchive => {
                        let archived = control == Control::Archive;
                        if found.progress.archived != archived {
                            if archived && !found.progress.state.is_final() {
                                return Err(unfinished(&found.study()));
                            }
                            found.progress.archived = archived;
                            let put_away = EventData::Archived {};
                            let taken_out = EventData::Unarchived {};
                            let data = if archived { put_away } else { taken_out };
                            writes.announce(Some(id), data);
                            writes.put(&found.number, &found.progress);
                        }
                        let study = Some(found.study());
                        return Ok(((found.number, study, After::default()), writes));
                    }
                };
                let after = step(reader, &mut writes, &settings, &mut found, &input)?;
                if let (Control::Retry, Some(key)) = (control, api_key) {
                    let again = found.progress.panel;
                    let again = again.requested.saturating_sub(again.settled());
                    let credits = to_hold(&found, again);
                    caps::take_again(reader, &mut writes, key, &found.row, credits)?;
                }
                Ok(((found.number, Some(found.study()), after), writes))
            })
            .await?;
        self.after(number, after);
        Ok(study)
    }

    /// What a cancellation of those studies would leave now. Those that have ended already count for nothing.
    pub(crate) async fn cancellation(
        &self,
        caller: &Caller,
        studies: Vec<StudyId>,
    ) -> Reply<Cancellation> {
        self.view(caller, move |_, reader, owner| {
            let mut left = Cancellation { answers: 0, credits: Credits::ZERO };
            for id in studies {
                let found = by_id(reader, owner, id)?;
                if !found.progress.state.is_final() {
                    left.answers = left.answers.saturating_add(answers(reader, &found)?);
                    let free = unused(reader, &found)?;
                    left.credits = left.credits.checked_add(free).unwrap_or(Credits(i64::MAX));
                }
            }
            Ok(left)
        })
        .await
    }

    /// Replaces a study's tags.
    pub(crate) async fn tag(
        &self,
        caller: &Caller,
        id: StudyId,
        tags: Vec<String>,
    ) -> Reply<Study> {
        let owner = caller.may(Scope::Write)?.clone();
        let tags = checked(tags)?;
        let now = self.world().clock.now();
        self.store()
            .write(move |reader| {
                let mut found = by_id(reader, &owner, id)?;
                let mut writes = Writes::at(now);
                if found.progress.tags != tags {
                    writes.announce(Some(id), EventData::Tagged { tags: Some(tags.clone()) });
                    found.progress.tags = tags;
                    writes.put(&found.number, &found.progress);
                }
                Ok((found.study(), writes))
            })
            .await
    }
}

/// Whether a key stands for that request about that study; `None` while it stands for nothing.
fn stands_for(
    reader: &Reader<'_>,
    key: SubmitKey,
    (number, body): (u32, &str),
) -> Result<Option<bool>, Fault> {
    let row: Option<SubmitRow> = reader.get(&key.0)?;
    Ok(row.map(|row| row.control && row.number == number && row.body == body))
}

/// Answers of a study in all of its rounds so far.
fn answers(reader: &Reader<'_>, found: &StudyRecord) -> Result<u64, UseCaseError> {
    let mut answers = u64::from(found.progress.panel.delivered);
    for round in FIRST_ROUND.saturating_add(1)..=found.progress.round {
        let of_round = answered_in(reader, found.number, round)?;
        answers = answers.saturating_add(u64::from(of_round));
    }
    Ok(answers)
}

/// What a study holds and owes to nobody. A draft holds nothing.
fn unused(reader: &Reader<'_>, found: &StudyRecord) -> Result<Credits, UseCaseError> {
    let hold = reader.get::<HoldRow>(&(found.number, found.progress.attempt))?;
    Ok(hold.map_or(Credits::ZERO, |HoldRow(hold)| hold.free()))
}

/// Refuses to ask again for a study that another edition of its in-process model answered.
fn must_be_of_this_edition(settings: &Settings, found: &StudyRecord) -> Result<(), UseCaseError> {
    let (began, engine) = (&found.row.model, settings.engines.get(&found.row.spec.engine));
    let Some(engine) = engine.filter(|engine| engine.has_superseded(began)) else { return Ok(()) };
    let now = engine.model();
    let what = format!("The study was answered by {began}, and this program has {now}");
    Err(ApiError::new(ErrorCode::Conflict, what)
        .hint(
            Hint::from(Remedy::with(format!("Ask {now}"), Feature::Run))
                .or("answers of both are never mixed"),
        )
        .into())
}

/// Refuses to ask again for a study of several rounds: what its later rounds asked follows from the answers of the first.
fn must_be_one_round(found: &StudyRecord) -> Result<(), UseCaseError> {
    if found.has_one_round() {
        return Ok(());
    }
    let what = "Single respondents of a study with several rounds cannot be asked again";
    Err(ApiError::new(ErrorCode::Conflict, what)
        .hint(
            Hint::from(Remedy::with("Ask everybody anew", Feature::Run))
                .or("each round follows from the answers of the one before"),
        )
        .into())
}

fn unfinished(study: &Study) -> UseCaseError {
    ApiError::new(
        ErrorCode::Conflict,
        format!("The study is {}: only one that has ended is put away", study.state),
    )
    .hint(Remedy::with(
        "End it",
        Feature::Control(word(Control::Cancel).to_owned(), study.id.short()),
    ))
    .into()
}

/// Trimmed, without repetitions, in the order given.
fn checked(tags: Vec<String>) -> Result<Vec<String>, ApiError> {
    let invalid = |what: String| ApiError::new(ErrorCode::InvalidInput, what);
    let mut kept: Vec<String> = Vec::new();
    for tag in tags {
        let tag = tag.trim().to_owned();
        if tag.is_empty()
            || tag.chars().count() > TAG_CHARACTERS_MAX
            || tag.chars().any(char::is_control)
        {
            return Err(invalid(format!("'{}' is no tag", tag.escape_debug()))
                .hint(format!("Give each tag 1 to {TAG_CHARACTERS_MAX} printable characters")));
        }
        if !kept.contains(&tag) {
            kept.push(tag);
        }
    }
    if kept.len() > TAGS_MAX {
        return Err(invalid(format!("a study carries at most {TAGS_MAX} tags")));
    }
    Ok(kept)
}
