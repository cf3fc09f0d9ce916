//! Admission at a door: the key that a request shows, checked against the keys in force, becomes the caller of its use
//! cases. A key acts for the local user, who made it; it is told of no files, and what it may do is its scope.

use std::sync::Arc;
use std::time::Duration;

use protocol::error::{ApiError, ErrorCode};
use protocol::hint::{Hint, Remedy};
use protocol::key::{Dialect, KeyScope};
use protocol::service::Reply;

use crate::app::keys::ring::ActiveKey;
use crate::app::{Caller, Core, Scope, Scopes};
use crate::domain::key::{NoKey, Secret, prefix};
use crate::store::Writes;
use crate::store::rows::KeyRow;

/// How often the last use of a key is written down at most.
const NOTED_EVERY: Duration = Duration::from_secs(600);

/// Who shows a key in force.
#[derive(Clone, Debug)]
pub(crate) struct Admitted {
    /// As whom its use cases are called.
    pub(crate) caller: Caller,
    /// The key.
    pub(crate) key: Arc<ActiveKey>,
}

impl Core {
    /// Lets in whoever shows a key in force of that door.
    ///
    /// # Errors
    /// `Unauthorized` for anything else; `RateLimited` when the key's pace is exceeded.
    pub(crate) async fn admit(
        &self,
        caller: &Caller,
        dialect: Dialect,
        shown: &str,
    ) -> Reply<Admitted> {
        let secret = Secret::read(shown).map_err(|no_key| not_a_key(no_key, dialect))?;
        if secret.dialect() != dialect {
            return Err(of_another_door(secret.dialect(), dialect));
        }
        let key = self.key_ring().find(&secret).ok_or_else(|| {
            ApiError::new(ErrorCode::Unauthorized, "The key is unknown or was revoked").hint(
                Hint::from(Remedy::owner("List the keys", "demoscope keys list"))
                    .or(Remedy::owner("make one", "demoscope keys create")),
            )
        })?;
        key.take_turn(self.world().clock.monotonic()).map_err(|wait| {
            let wait = u64::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX);
            let error =
                ApiError::new(ErrorCode::RateLimited, "The key's requests come too quickly");
            ApiError { retry_after_ms: Some(wait), ..error }
                .hint("Wait as long as Retry-After says")
        })?;
        let now = self.world().clock.now();
        if key.note_use(now, NOTED_EVERY) {
            self.write_use(&key, now).await;
        }
        Ok(Admitted { caller: caller.with_key(key.id, scopes(key.scope))?, key })
    }

    /// Writes down that a key is in use. A store that takes no writes keeps nobody out.
    async fn write_use(&self, key: &ActiveKey, now: jiff::Timestamp) {
        let number = key.id.0;
        let written: Reply<()> = self
            .store()
            .write(move |reader| {
                let mut writes = Writes::at(now);
                if let Some(row) = reader.get::<KeyRow>(&number)? {
                    writes.put(&number, &KeyRow { used_at: Some(now), ..row });
                }
                Ok(((), writes))
            })
            .await;
        if let Err(error) = written {
            tracing::debug!(%error, key = %key.id, "the use of a key is not written down");
        }
    }
}

/// What a scope lets a key do.
fn scopes(scope: KeyScope) -> Scopes {
    match scope {
        KeyScope::Read => Scopes::of(&[Scope::Read]),
        KeyScope::Run => Scopes::of(&[Scope::Read, Scope::Write]),
        KeyScope::Admin => Scopes::ALL,
    }
}

fn not_a_key(no_key: NoKey, dialect: Dialect) -> ApiError {
    let prefix = prefix(dialect);
    match no_key {
        NoKey::Foreign => ApiError::new(ErrorCode::Unauthorized, "The key is none of Demoscope's")
            .hint(format!("Use one that begins with {prefix}"))
            .hint(Remedy::owner("Make one", format!("demoscope keys create --dialect {dialect}"))),
        NoKey::Mistyped => {
            ApiError::new(ErrorCode::Unauthorized, "The key is mistyped: its checksum does not fit")
                .hint("Give it whole, without spaces")
        }
    }
}

fn of_another_door(its: Dialect, wanted: Dialect) -> ApiError {
    let what = format!("The key is one of the door '{its}', and this is the door '{wanted}'");
    ApiError::new(ErrorCode::Unauthorized, what)
        .hint(Remedy::owner("Make one", format!("demoscope keys create --dialect {wanted}")))
}
