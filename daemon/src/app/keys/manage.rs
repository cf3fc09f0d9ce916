//! Keys in the hands of the local user: made and shown once, listed, replaced and revoked. Nobody else makes one, also not
//! with a key.

use std::ops::ControlFlow;

use jiff::Timestamp;
use protocol::credits::Credits;
use protocol::error::{ApiError, ErrorCode};
use protocol::hint::Hint;
use protocol::key::{Dialect, FreshKey, Key, KeyCaps, KeyId, KeyScope, NewKey};
use protocol::safe;
use protocol::service::Reply;

use crate::app::keys::caps::begin;
use crate::app::{Caller, Core, Scope};
use crate::domain::key::Secret;
use crate::inference::model::ModelEngine;
use crate::inference::price::Price;
use crate::store::rows::KeyRow;
use crate::store::{Order, Reader, UseCaseError, Writes};

/// Most keys, with those that were revoked.
const KEYS_MAX: u32 = 100_000;
/// Longest name.
const NAME_MAX: usize = 100;
/// Highest rate.
const REQUESTS_MAX: u32 = 1_000_000;

impl Core {
    /// Makes a key; the reply is the only place where it ever stands.
    pub(crate) async fn create_key(&self, caller: &Caller, new: NewKey) -> Reply<FreshKey> {
        caller.in_person(Scope::Operate)?;
        let made = self.checked(new)?;
        let (secret, now) = (self.draw(&made), self.world().clock.now());
        let row = KeyRow {
            hash: secret.hash().to_hex(),
            begins: secret.begins(),
            made,
            created_at: now,
            rotated_at: None,
            used_at: None,
            revoked_at: None,
            day: None,
            credits: Credits::ZERO,
            cost: protocol::credits::UsdMicros::ZERO,
            month: None,
            studies: 0,
            used: Credits::ZERO,
            last_study_at: None,
        };
        let (number, _) = self
            .change_keys(None, move |reader| {
                let last = reader.last_key::<KeyRow>()?.unwrap_or(0);
                if last >= KEYS_MAX {
                    return Err(too_many().into());
                }
                let mut writes = Writes::at(now);
                writes.put(&(last + 1), &row);
                Ok((last + 1, writes))
            })
            .await?;
        Ok(fresh(number, &secret))
    }

    /// Every key, oldest first, also those that were revoked.
    pub(crate) async fn keys(&self, caller: &Caller) -> Reply<Vec<Key>> {
        caller.may(Scope::Operate)?;
        let now = self.world().clock.now();
        self.view(caller, move |core, reader, _| {
            let mut keys = Vec::new();
            reader.all::<KeyRow>(Order::Rising, |number, row| {
                keys.push(shown(core, number, row, now));
                Ok(ControlFlow::Continue(()))
            })?;
            Ok(keys)
        })
        .await
    }

    /// Revokes a key: from now on nobody is let in with it. Its studies go on.
    pub(crate) async fn revoke_key(&self, caller: &Caller, key: KeyId) -> Reply<Key> {
        caller.in_person(Scope::Operate)?;
        let now = self.world().clock.now();
        let row = self
            .change_key(key, now, move |row| {
                Ok(KeyRow { revoked_at: Some(row.revoked_at.unwrap_or(now)), ..row })
            })
            .await?;
        Ok(shown(self, key.0, row, now))
    }

    /// Replaces a key by another one with the same rights; the one before is dead at once. Of two who replace the same key at
    /// the same time one is refused, so that every key that was handed out is in force.
    pub(crate) async fn rotate_key(&self, caller: &Caller, key: KeyId) -> Reply<FreshKey> {
        caller.in_person(Scope::Operate)?;
        let now = self.world().clock.now();
        let before = self.looking(move |core| core.look(|reader| found(reader, key))).await?;
        let secret = self.draw(&before.made);
        let (hash, begins) = (secret.hash().to_hex(), secret.begins());
        self.change_key(key, now, move |row| {
            if row.revoked_at.is_some() {
                let what = format!("The key {key} was revoked");
                return Err(ApiError::new(ErrorCode::Conflict, what)
                    .hint("Make another one with `demoscope keys create`"));
            }
            if row.hash != before.hash {
                let what = format!("The key {key} was replaced by somebody else at the same time");
                return Err(ApiError::new(ErrorCode::Conflict, what)
                    .hint("Use the key that they were shown, or replace it once more"));
            }
            Ok(KeyRow { hash, begins, rotated_at: Some(now), ..row })
        })
        .await?;
        Ok(fresh(key.0, &secret))
    }

    /// Changes the row of a key, and what is in force.
    async fn change_key(
        &self,
        key: KeyId,
        now: Timestamp,
        change: impl FnOnce(KeyRow) -> Reply<KeyRow> + Send + 'static,
    ) -> Reply<KeyRow> {
        let change = move |reader: &Reader<'_>| {
            let row = change(found(reader, key)?)?;
            let mut writes = Writes::at(now);
            writes.put(&key.0, &row);
            Ok((key.0, writes))
        };
        Ok(self.change_keys(Some(key), change).await?.1)
    }

    /// Writes a key and puts in force what the store says of it then. All of it is one task of its own, which goes on when
    /// whoever asked for it is gone, and one at a time: what is in force is never older than what is stored.
    async fn change_keys(
        &self,
        key: Option<KeyId>,
        change: impl FnOnce(&Reader<'_>) -> Result<(u32, Writes), UseCaseError> + Send + 'static,
    ) -> Reply<(u32, KeyRow)> {
        let core = self.clone();
        let changing = async move {
            let _turn = core.key_ring().turn().await;
            let written = core.store().write(change).await;
            // A write that failed may be durable all the same, so the row is read in that case too.
            let number = match (&written, key) {
                (Ok(number), _) => *number,
                (Err(_), Some(KeyId(number))) => number,
                (Err(error), None) => return Err(error.clone()),
            };
            let look = move |core: &Self| {
                let row = core.look(|reader| found(reader, KeyId(number)));
                match &row {
                    Ok(row) => core.key_ring().put(number, row),
                    Err(_) => core.key_ring().suspend(number),
                }
                row
            };
            let row = core.looking(look).await;
            written?;
            Ok((number, row?))
        };
        tokio::spawn(changing).await.unwrap_or_else(|error| {
            tracing::error!(%error, "a key could not be changed");
            Err(lost())
        })
    }

    /// Whether answers of an engine may cost money. One that cannot be asked now may, for all that is known.
    fn may_cost(&self, name: &str) -> bool {
        let costs = |engine: &ModelEngine| engine.service().price != Some(Price::FREE);
        self.engine(name).map_or(true, |engine| engine.models().iter().any(|model| costs(model)))
    }

    fn draw(&self, made: &NewKey) -> Secret {
        let ids = &self.world().ids;
        Secret::draw(made.dialect, [ids.fresh(), ids.fresh()])
    }

    /// What was ordered, if it can be made.
    fn checked(&self, new: NewKey) -> Reply<NewKey> {
        let name = new.name.map(|name| safe::line(name.trim()).into_owned());
        let name = name.filter(|name| !name.is_empty());
        if name.as_ref().is_some_and(|name| name.chars().count() > NAME_MAX) {
            let what = format!("A key's name has at most {NAME_MAX} characters");
            return Err(ApiError::new(ErrorCode::InvalidInput, what).hint("Give it a shorter one"));
        }
        let KeyCaps { credits_per_day, cost_per_day, requests_per_minute } = new.caps;
        let is_negative = credits_per_day.is_some_and(Credits::is_negative)
            || cost_per_day.is_some_and(protocol::credits::UsdMicros::is_negative);
        let is_odd = requests_per_minute.is_some_and(|rate| !(1..=REQUESTS_MAX).contains(&rate));
        if is_negative || is_odd {
            let what = "A cap of the key is out of range";
            return Err(ApiError::new(ErrorCode::InvalidInput, what).hint(format!(
                "Give amounts from 0 on, and 1 to {REQUESTS_MAX} requests a minute"
            )));
        }
        if new.allow_private && new.dialect == Dialect::InstantFocus {
            let what = format!("The API '{}' has no webhooks that could be private", new.dialect);
            return Err(
                ApiError::new(ErrorCode::InvalidInput, what).hint("Leave out --allow-private")
            );
        }
        if let Some(engine) = &new.engine {
            self.with_rules(|rules| {
                if rules.engines.contains(&engine.as_str()) {
                    return Ok(());
                }
                let what = format!("There is no engine '{}'", safe::line(engine));
                let name_one = || format!("Name one of {}", rules.engines.join(", ")).into();
                let hint: Hint = self.added_since(engine).unwrap_or_else(name_one);
                Err(ApiError::new(ErrorCode::InvalidInput, what).hint(hint))
            })?;
        }
        // What a key reads costs nothing, whatever answers studies of the others.
        let by_default = self.settings().gateway_engine.as_ref();
        let by_default = by_default.filter(|_| new.scope != KeyScope::Read);
        if let Some(engine) = new.engine.as_ref().or(by_default)
            && cost_per_day.is_none()
            && self.may_cost(engine)
        {
            let what = format!("The engine '{engine}' may cost money, and the key has no cap");
            return Err(ApiError::new(ErrorCode::InvalidInput, what).hint(
                "Say with --cap-usd how much it may cost: that confirms the cost; or name an engine that is free with --engine",
            ));
        }
        Ok(NewKey { name, ..new })
    }
}

fn found(reader: &Reader<'_>, key: KeyId) -> Result<KeyRow, UseCaseError> {
    reader.get::<KeyRow>(&key.0)?.ok_or_else(|| {
        ApiError::new(ErrorCode::NotFound, format!("There is no key {key}"))
            .hint("List them with `demoscope keys list`")
            .into()
    })
}

fn lost() -> ApiError {
    ApiError::new(ErrorCode::Internal, "The daemon failed while it changed a key")
        .hint("See with `demoscope keys list` whether it was changed; the log has the details")
}

fn fresh(number: u32, secret: &Secret) -> FreshKey {
    FreshKey { key: secret.reveal().to_owned(), id: KeyId(number), dialect: secret.dialect() }
}

/// A key as clients see it.
fn shown(core: &Core, number: u32, mut row: KeyRow, now: Timestamp) -> Key {
    begin(&mut row, now);
    let in_memory = core.key_ring().of(number).and_then(|key| key.used_at());
    Key {
        id: KeyId(number),
        begins: row.begins,
        created_at: row.created_at,
        rotated_at: row.rotated_at,
        used_at: in_memory.max(row.used_at),
        revoked_at: row.revoked_at,
        credits_today: row.credits,
        cost_today: row.cost,
        made: row.made,
    }
}

fn too_many() -> ApiError {
    ApiError::new(
        ErrorCode::InvalidInput,
        format!("There were {KEYS_MAX} keys, and no more are made"),
    )
    .hint("Replace one with `demoscope keys rotate`")
}
