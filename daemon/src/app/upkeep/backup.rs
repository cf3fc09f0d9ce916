//! Backups of the store: one a day by the upkeep driver, more on request, and the restore.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use protocol::error::{ApiError, ErrorCode};
use protocol::service::Reply;

use crate::store::{Backups, Fault, Options, RestoreError, Restored, restore};

use crate::app::upkeep::audit;
use crate::app::{Caller, Core, Scope};

impl Core {
    /// Writes a consistent copy of everything, whoever owns it; returns where. Without a path, among the daily ones.
    pub(crate) async fn backup(&self, caller: &Caller, path: Option<&Path>) -> Reply<PathBuf> {
        caller.may(Scope::Operate)?;
        let path = path.map(Path::to_owned);
        self.looking(move |core| core.back_up(path.as_deref())).await
    }

    fn back_up(&self, path: Option<&Path>) -> Reply<PathBuf> {
        let path = match path {
            Some(path) if path.exists() => {
                return Err(ApiError::new(
                    ErrorCode::InvalidInput,
                    format!("{} exists already", path.display()),
                )
                .hint("Name a file that does not exist; nothing is ever overwritten"));
            }
            // The daemon's own folder is nobody's business; a client that has one makes the path whole.
            Some(path) if !path.is_absolute() => {
                return Err(ApiError::new(
                    ErrorCode::InvalidInput,
                    format!("{} is no absolute path", path.display()),
                )
                .hint("Give the whole path, from / on"));
            }
            Some(path) => path.to_owned(),
            None => return self.backup_among_daily(),
        };
        self.store().backup(&path).map_err(|fault| failed(&path, &fault))?;
        Ok(path)
    }

    /// As the day's backup, or beside it where there is one or one is being written.
    fn backup_among_daily(&self) -> Reply<PathBuf> {
        let backups = self.backups()?;
        let now = self.world().clock.now();
        let first = backups.of_day(day(now));
        if !first.exists() {
            match self.store().backup(&first) {
                Err(Fault::Busy) => {}
                Err(_) if first.exists() => {}
                made => {
                    return made.map(|()| first.clone()).map_err(|fault| failed(&first, &fault));
                }
            }
        }
        let second = backups.of_moment(now);
        self.store().backup(&second).map_err(|fault| failed(&second, &fault))?;
        Ok(second)
    }

    /// Makes today's backup when there is none yet, and removes daily ones beyond the newest few.
    pub(crate) async fn backup_daily(&self, caller: &Caller) -> Reply<Option<PathBuf>> {
        caller.may(Scope::Operate)?;
        let made = self.looking(Self::back_up_today).await;
        self.set_backup_trouble(made.as_ref().err().map(|error| error.message.clone()));
        made
    }

    fn back_up_today(&self) -> Reply<Option<PathBuf>> {
        let Some(folder) = self.settings().backups.clone() else { return Ok(None) };
        let backups = Backups(folder);
        let today = day(self.world().clock.now());
        let path = backups.of_day(today);
        if path.exists() {
            return Ok(None);
        }
        match self.store().backup(&path) {
            // Somebody asked for a backup just now, and this is it.
            Err(Fault::Busy) => return Ok(None),
            Err(_) if path.exists() => return Ok(None),
            made => made.map_err(|fault| failed(&path, &fault))?,
        }
        if let Err(fault) = backups.prune(self.settings().backups_kept, today) {
            tracing::warn!(%fault, "an old backup was not removed");
        }
        Ok(Some(path))
    }

    /// Saves the store beside its file's place when the file is not there, before this process and the only copy with it
    /// end. Says where, if it had to.
    pub(crate) async fn rescue(&self, caller: &Caller) -> Reply<Option<PathBuf>> {
        caller.may(Scope::Operate)?;
        self.looking(|core| {
            core.store().rescue().map_err(|fault| {
                let what =
                    format!("The store was not in its place and could not be saved: {fault}");
                ApiError::new(ErrorCode::Degraded, what)
            })
        })
        .await
    }

    fn backups(&self) -> Reply<Backups> {
        self.settings().backups.clone().map(Backups).ok_or_else(|| {
            ApiError::new(ErrorCode::InvalidInput, "No folder for backups is set")
                .hint("Give a path: `demoscope backup PATH`")
        })
    }
}

/// Backups are named by days in UTC.
fn day(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

fn failed(path: &Path, fault: &Fault) -> ApiError {
    if *fault == Fault::Busy {
        let what = format!("{} is being written already", path.display());
        return ApiError::new(ErrorCode::Busy, what).hint("Wait for it, or name another file");
    }
    ApiError::new(
        ErrorCode::Internal,
        format!("The backup {} was not written: {fault}", path.display()),
    )
}

/// Puts a backup back while no daemon runs. It is opened, checked and audited first, and the present file is moved aside.
pub(crate) fn restore_backup(backup: &Path, target: &Path) -> Result<Restored, RestoreError> {
    restore(backup, target, &Options::default(), |reader| {
        let broken: Vec<String> = audit::all(reader)
            .into_iter()
            .filter(|check| !check.ok)
            .map(|check| format!("{}: {}", check.name, check.detail))
            .collect();
        if broken.is_empty() { Ok(()) } else { Err(broken.join("; ")) }
    })
}
