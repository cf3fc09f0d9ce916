//! The submission of a new version: what it takes the place of is ended in the same transaction, and its key makes it the
//! same study whatever interrupts it. Where the owner must act first, that is noted at the file.

use protocol::credits::UsdMicros;
use protocol::error::ErrorCode;
use protocol::hook::HookFormat;
use protocol::id::SubmitKey;
use protocol::safe;
use protocol::service::Reply;
use uuid::Uuid;

use super::note::held;
use super::{AskVersion, FileStanding, SaveDecision, SavedFile, WhatCame, found, in_words};
use crate::app::Core;
use crate::app::studies::submit::{AfterFailure, Submission, fingerprint};
use crate::app::watch::version::Outdated;
use crate::domain::digest::Digest;

impl Core {
    pub(super) async fn ask(&self, saved: &SavedFile, ask: AskVersion) -> Reply<WhatCame> {
        let AskVersion { owner, plan, sent, version } = ask;
        let number = version.lineage.versions;
        let body = fingerprint(&(version.id, number, &version.hash));
        let key = SubmitKey(key_of(&body));
        let (file, name) = (version.file.clone(), plan.spec.name.clone());
        let takes_none = version.instead_of.is_empty();
        let submission = Submission {
            after_failure: AfterFailure::Same,
            sent,
            key,
            body,
            version: Some(version),
            path: Some(saved.path.clone()),
            hops: saved.hops,
            hook_format: HookFormat::Standard,
            unagreed: UsdMicros::ZERO,
            cost_request: None,
            plan,
        };
        match self.submit(&owner, submission).await {
            Ok(study) => {
                let superseded =
                    if takes_none { "" } else { ", and takes the place of one that was running" };
                tracing::info!(path = saved.path, study = %study.id, version = number, "a saved file is evaluated");
                let told =
                    format!("version {number} of {} is queued{superseded}", safe::quoted(&name));
                Ok(WhatCame { told: Some(told), standing: FileStanding::Evaluated(Some(study.id)) })
            }
            Err(error) if Outdated::is_why(&error) => Ok(WhatCame::quiet(FileStanding::Overtaken)),
            // What passes by itself, or is the owner's to change, is told at the file.
            Err(error)
                if matches!(
                    error.code,
                    ErrorCode::InsufficientCredits
                        | ErrorCode::CostCap
                        | ErrorCode::RateLimited
                        | ErrorCode::Conflict
                ) =>
            {
                let known = self.looking({
                    let saved = saved.clone();
                    move |core| core.look(|reader| Ok(found(reader, &saved)?.1))
                });
                let known = known.await?;
                match held(known.as_ref(), file, in_words(&error)) {
                    SaveDecision::Note(note) => self.note(saved, *note).await,
                    SaveDecision::Nothing(standing) => Ok(WhatCame::quiet(standing)),
                    SaveDecision::Ask(_) => Ok(WhatCame::quiet(FileStanding::Overtaken)),
                }
            }
            Err(error) => Err(error),
        }
    }
}

/// The submission key of a version: the same version is never asked for twice, whatever interrupts it.
fn key_of(body: &str) -> Uuid {
    Digest::new().raw(format!("version {body}")).finish_id()
}
