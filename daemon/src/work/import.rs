//! The import of a result that a hook told: read from its body, or fetched from the service that the body only names. What
//! lies is refused with the reason; what cannot be fetched for a while is tried again.

#[cfg(test)]
mod tests;

use protocol::error::{ApiError, ErrorCode};
use protocol::hook_in::{ImportOrigin, SourceKind};
use protocol::service::Reply;

use crate::app::{Caller, Core, HookOutcome, ImportedResult, hash_of};
use crate::dialect::external::candor::CandorStudy;
use crate::dialect::external::{ExternalTold, read};
use crate::inference::key::{BoundKey, base_url};

/// Statuses after which asking again changes nothing.
const FINAL: [u16; 5] = [400, 401, 403, 404, 410];

/// Imports the result of one hook.
pub(super) async fn import(
    core: &Core,
    caller: &Caller,
    hook: &str,
    kind: SourceKind,
    from: Option<ImportOrigin>,
    body: &str,
) -> Reply<HookOutcome> {
    let imported = match read(kind, body) {
        Err(why) => return Ok(HookOutcome::failed(why)),
        Ok(ExternalTold::Nothing(why)) => return Ok(HookOutcome::noted(why)),
        Ok(ExternalTold::Result { id, content }) => {
            ImportedResult { external_id: id, content: *content, sha256: hash_of(&[body]) }
        }
        Ok(ExternalTold::Ended { id }) => {
            let Some(from) = from else {
                let what = format!("{id} has ended; without a key its result is not fetched");
                return Ok(HookOutcome::noted(what));
            };
            let Some(key) = core.import_key(caller, &from).await? else {
                let what = format!("{id} has ended; no key was seen in {}", from.key_env);
                return Err(ApiError::new(ErrorCode::Busy, what).hint(
                    "Run any command with the variable set; the key is kept in memory alone",
                ));
            };
            match fetch(core, &from, &key, id).await? {
                Ok(imported) => imported,
                Err(why) => return Ok(HookOutcome::failed(why)),
            }
        }
    };
    core.import_external(caller, hook, imported).await
}

/// Fetches the result of a study; or says why it is none that can be kept.
async fn fetch(
    core: &Core,
    from: &ImportOrigin,
    key: &BoundKey,
    id: String,
) -> Reply<Result<ImportedResult, String>> {
    let url = base_url(&from.base_url).map_err(|why| ApiError::new(ErrorCode::Internal, why))?;
    let models = core.settings().models.as_ref();
    let client = models
        .map(|models| models.client_for(&url))
        .ok_or_else(|| ApiError::new(ErrorCode::Internal, "There is no client for services"))?;
    let ask = async |path: &[&str]| match client.tell(&url, path, key).await {
        Ok((200..=299, text)) => Ok(Ok(text)),
        Ok((status, _)) if FINAL.contains(&status) => {
            Ok(Err(format!("the service replied {status} when its result was fetched")))
        }
        Ok((status, _)) => {
            let what = format!("The service replied {status} when a result was fetched");
            Err(ApiError::new(ErrorCode::Busy, what))
        }
        Err(error) => Err(ApiError::new(ErrorCode::Busy, error.to_string())),
    };
    let about = match ask(&["studies", &id]).await? {
        Ok(about) => about,
        Err(why) => return Ok(Err(why)),
    };
    let study = match CandorStudy::read(&id, &about) {
        Ok(study) => study,
        Err(why) => return Ok(Err(why)),
    };
    let found = match ask(&["studies", &id, study.place()]).await? {
        Ok(found) => found,
        Err(why) => return Ok(Err(why)),
    };
    let sha256 = hash_of(&[&about, &found]);
    Ok(study.content(&found).map(|content| ImportedResult { external_id: id, content, sha256 }))
}
