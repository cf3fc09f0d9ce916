//! Secrets that sign webhooks: the owner's default, which signs where a study names an address, and those of endpoints.
//! A secret is shown once; whoever lost it makes another one.

use protocol::error::{ApiError, ErrorCode};
use protocol::hook::{HookFormat, HookSecret, SecretWish};
use protocol::key::KeyId;
use protocol::service::Reply;
use uuid::Uuid;

use crate::app::hooks::endpoints::named;
use crate::app::{Caller, Core, Scope};
use crate::domain::deliver::{Secrets, SigningSecret, make};
use crate::store::rows::{EndpointRow, HookSecretRow};
use crate::store::{Reader, UseCaseError, Writes};

impl Core {
    /// Shows a secret that was never shown, or makes another one: of an endpoint, or the owner's default.
    pub(crate) async fn hook_secret(
        &self,
        caller: &Caller,
        endpoint: Option<String>,
        wish: SecretWish,
    ) -> Reply<HookSecret> {
        let owner = caller.in_person(Scope::Write)?.to_string();
        let now = self.world().clock.now();
        let random = self.world().fresh_bytes();
        self.store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                let own = endpoint.map(|name| named(reader, &name)).transpose()?;
                let (place, format) = match own {
                    Some((_, EndpointRow { format, key: Some(key), .. }))
                        if format.tells_results() =>
                    {
                        return Err(signed_by(key).into());
                    }
                    Some((id, row)) if row.secrets.is_some() => {
                        let format = row.format;
                        (SecretPlace::Endpoint(id, Box::new(row)), format)
                    }
                    // An address that studies name is signed with the default.
                    _ => (SecretPlace::Default(owner), HookFormat::Standard),
                };
                let before = match &place {
                    SecretPlace::Endpoint(_, row) => row.secrets.clone(),
                    SecretPlace::Default(owner) => {
                        reader.get::<HookSecretRow>(owner)?.map(|HookSecretRow(secrets)| secrets)
                    }
                };
                let fresh = make(format, &random);
                let Changed { secrets, shown } = changed(before, wish, fresh, format, now)?;
                let told = HookSecret {
                    endpoint: place.name(),
                    secret: shown.map(|secret| secret.0),
                    made_at: secrets.made_at,
                    both_until: secrets.previous.as_ref().map(|(_, until)| *until),
                    is_waiting: secrets.waiting.is_some(),
                };
                match place {
                    SecretPlace::Endpoint(id, row) => {
                        writes.put(&id, &EndpointRow { secrets: Some(secrets), ..*row });
                    }
                    SecretPlace::Default(owner) => writes.put(&owner, &HookSecretRow(secrets)),
                }
                Ok((told, writes))
            })
            .await
    }
}

/// Where a secret is.
enum SecretPlace {
    Endpoint(Uuid, Box<EndpointRow>),
    Default(String),
}

impl SecretPlace {
    fn name(&self) -> Option<String> {
        match self {
            Self::Endpoint(id, _) => Some(id.simple().to_string()),
            Self::Default(_) => None,
        }
    }
}

struct Changed {
    secrets: Secrets,
    shown: Option<SigningSecret>,
}

fn changed(
    before: Option<Secrets>,
    wish: SecretWish,
    fresh: SigningSecret,
    format: HookFormat,
    now: jiff::Timestamp,
) -> Result<Changed, UseCaseError> {
    let changed = match (before, wish) {
        (None, SecretWish::Show | SecretWish::Rotate) => {
            let secrets = Secrets { is_shown: true, ..Secrets::new(fresh.clone(), now) };
            Changed { secrets, shown: Some(fresh) }
        }
        (Some(secrets), SecretWish::Show) => {
            let shown = (!secrets.is_shown).then(|| secrets.current.clone());
            Changed { secrets: Secrets { is_shown: true, ..secrets }, shown }
        }
        (Some(secrets), SecretWish::Rotate) => {
            // Each secret was promised its day: its receiver may not know the next one before the end of it.
            if let Some((_, until)) = secrets.previous.as_ref().filter(|(_, until)| *until > now) {
                return Err(rotated_lately(*until).into());
            }
            Changed { secrets: secrets.rotated(fresh.clone(), format, now), shown: Some(fresh) }
        }
        (before, SecretWish::Use) => {
            let promoted = before.and_then(|secrets| secrets.promoted(now)).ok_or_else(|| {
                ApiError::new(ErrorCode::Conflict, "No secret waits to be used")
                    .hint("Make one with --rotate; of the standard format it signs at once")
            })?;
            Changed { secrets: promoted, shown: None }
        }
    };
    Ok(changed)
}

/// The refusal of a second rotation, which would drop a secret before its time.
fn rotated_lately(until: jiff::Timestamp) -> ApiError {
    let until = until.strftime("%Y-%m-%d %H:%M:%S UTC");
    let what = format!("The secret before this one signs until {until}, as was promised");
    ApiError::new(ErrorCode::Conflict, what)
        .hint("Wait until then; where the secret of an endpoint leaked, remove that endpoint and add it anew")
}

/// The refusal for an endpoint that needs no secret of its own.
fn signed_by(key: KeyId) -> ApiError {
    let what =
        format!("The key {key} signs here: the secret is its SHA-256, in hexadecimal digits");
    ApiError::new(ErrorCode::Conflict, what)
        .hint(format!("Replace the key with `demoscope keys rotate {key}`"))
}

/// Makes the owner's default secret, if there is none.
pub(super) fn default_secret(
    reader: &Reader<'_>,
    writes: &mut Writes,
    owner: &str,
    random: &[u8; 32],
) -> Result<(), UseCaseError> {
    if reader.get::<HookSecretRow>(&owner.to_owned())?.is_none() {
        let secret = make(HookFormat::Standard, random);
        let secrets = Secrets::new(secret, writes.time());
        writes.put(&owner.to_owned(), &HookSecretRow(secrets));
    }
    Ok(())
}
